/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Giving up root. */
#ifndef RESOLVER_BECOME_H
#define RESOLVER_BECOME_H

#include <sys/types.h>

#include "reason.h"

/*
 * When running as root, become the named user for good: user, groups, no way
 * back.  With name NULL that is "unloop" where such a user exists, else
 * "nobody".  When not running as root, nothing is done, and it is an error to
 * have named a different user.  Returns 0, or a negative errno and a reason.
 */
int become_user(const char *name, struct reason *why);

/*
 * Make a directory, with its parents, and give it to the user that
 * become_user() will become.  All parents are to be root's: whoever owns one
 * could lead this elsewhere.  Returns 0 or a negative errno.
 */
int become_give(const char *path, mode_t mode, const char *user);

#endif
