/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloopd -n: is this site in order? */
#ifndef RESOLVER_CHECK_H
#define RESOLVER_CHECK_H

#include <stdio.h>

#include "site.h"

/*
 * Look at everything in the site that the resolver would serve and write one
 * line for each problem, then a summary, to out.
 * Returns the number of problems; notes are not counted.
 */
unsigned int check_site(const struct site *site, FILE *out);

#endif
