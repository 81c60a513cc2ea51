/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Every machine that a site knows, and what it would say of itself. */
#ifndef RESOLVER_ROSTER_H
#define RESOLVER_ROSTER_H

#include "facts.h"
#include "snapshot.h"

/* One machine, or one drop-in script that no machine of hosts.d has. */
struct roster_entry {
	/* The machine's name, or the drop-in's file. */
	const char *name;
	/* One of these is NULL. */
	const struct machine *machine;
	const struct dropin *dropin;
	/* What its request would state; the server is SERVER. */
	struct facts facts;
};

/*
 * Call visit with each, in the order of the files; what it is given lasts as
 * long as the call.
 */
void roster_visit(const struct snapshot *snapshot,
		  void (*visit)(void *ctx, const struct roster_entry *entry),
		  void *ctx);

#endif
