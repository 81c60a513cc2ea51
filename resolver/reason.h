/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Why something failed, as one sentence that travels with the errno. */
#ifndef RESOLVER_REASON_H
#define RESOLVER_REASON_H

/* A sentence without a newline; filled by whoever saw the failure. */
struct reason {
	/* The sentence, NUL-terminated, cut when it does not fit. */
	char text[512];
};

/* Write the formatted sentence (printf(3)) and return rc unchanged. */
int reason_set(struct reason *why, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
