/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Who changed what: a file that only grows. */
#ifndef RESOLVER_AUDIT_H
#define RESOLVER_AUDIT_H

#include "reason.h"

/* An open audit log; any thread may write to it. */
struct audit;

/*
 * Open the file for appending, and make it where there is none.
 * Returns 0, or a negative errno with a reason.
 */
int audit_open(const char *path, struct audit **ret_audit, struct reason *why);

/* Close it; NULL is accepted. */
void audit_close(struct audit *audit);

/*
 * Append one line of JSON (RFC 8259): when, who (by), what was done to what,
 * from which value to which; NULL leaves a field out.  It is on the disk when
 * this returns.  With audit NULL nothing is written.
 * Returns 0 or a negative errno.
 */
int audit_write(struct audit *audit, const char *by, const char *action,
		const char *what, const char *old, const char *new);

#endif
