/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Giving up root. */
#ifndef RESOLVER_BECOME_H
#define RESOLVER_BECOME_H

#include "reason.h"

/*
 * When running as root, become the named user for good: user, groups, no way
 * back.  With name NULL that is "unloop" where such a user exists, else
 * "nobody".  When not running as root, nothing is done, and it is an error to
 * have named a different user.  Returns 0, or a negative errno and a reason.
 */
int become_user(const char *name, struct reason *why);

#endif
