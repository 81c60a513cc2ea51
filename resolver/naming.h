/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What people call machines and profiles, looked up in the site. */
#ifndef RESOLVER_NAMING_H
#define RESOLVER_NAMING_H

#include <stdbool.h>

#include "state.h"

/* Members of struct control_site (control.h); ctx is a struct service. */
int naming_find(void *ctx, const char *text, char ret_name[STATE_NAME_BYTES],
		bool *ret_is_known);
bool naming_has_profile(void *ctx, const char *name);

#endif
