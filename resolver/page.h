/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The web page: one file of HTML, compiled in. */
#ifndef RESOLVER_PAGE_H
#define RESOLVER_PAGE_H

#include <stddef.h>

#include "arena.h"

/*
 * Return the page with its nonce put in, and the Content-Security-Policy that
 * goes with it.  The arena owns both.  Returns 0 or -ENOMEM.
 */
int page_format(struct arena *arena, const char **ret_text, size_t *ret_len,
		const char **ret_policy);

#endif
