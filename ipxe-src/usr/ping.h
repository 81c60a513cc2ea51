/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Ask a host for an echo. */
#ifndef USR_PING_H
#define USR_PING_H

#include "core/compiler.h"

struct ping_options {
	unsigned long size;	  /* bytes of data in each packet */
	unsigned long timeout_ms; /* for each answer */
	unsigned long count;	  /* packets; 0: until Ctrl-C */
	bool is_quiet;
};

/* Send echo requests to HOST (name or address), one after the other, and say
 * what comes. Returns 0 if the last one was answered, else -errno with a
 * sentence; -ECANCELED on Ctrl-C. */
int ping(const char *host, const struct ping_options *options);

#endif
