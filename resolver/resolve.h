/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which script does this machine get?  No input or output happens here. */
#ifndef RESOLVER_RESOLVE_H
#define RESOLVER_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "facts.h"
#include "reason.h"
#include "snapshot.h"
#include "state.h"
#include "trace.h"

/* Room for an entity tag with its quotes. */
#define RESOLUTION_ETAG_BYTES 24

/* Why a machine got what it got. */
enum resolution_kind {
	RESOLUTION_NONE,       /* nothing: see the error */
	RESOLUTION_STATE,      /* somebody asked for it (state.h) */
	RESOLUTION_DISABLED,   /* the machine is disabled */
	RESOLUTION_DROPIN,     /* a script of its own */
	RESOLUTION_PROFILE,    /* its profiles */
	RESOLUTION_RULE,       /* profiles of rules; the machine is unknown */
	RESOLUTION_DEFAULT,    /* the default */
	RESOLUTION_MENU,       /* the menu for unknown machines */
	RESOLUTION_QUARANTINE, /* waits for somebody's decision */
};

/* An answer; its text belongs to the arena, machine and profile to the
 * snapshot. */
struct resolution {
	/* In: where the decision is written down, or NULL. */
	struct trace *trace;
	/* In: who it is, where identity_find() was asked already, or NULL. */
	const struct identity *identity;
	/* The script, expanded; set on success only, like all up to etag. */
	const char *text;
	/* Its length in bytes. */
	size_t len;
	/* For the log: the file of the site that it was made from. */
	const char *file;
	/* Strong entity tag of the text. */
	char etag[RESOLUTION_ETAG_BYTES];
	/* Why this one; set on failure too, as far as it was found. */
	enum resolution_kind kind;
	/* The machine, or NULL for one that hosts.d does not know. */
	const struct machine *machine;
	/* Profile of the script, or NULL. */
	const char *profile;
	/* Why there is no answer; "" on success. */
	struct reason why;
};

/*
 * Choose and expand the script of a machine, in this order: disabled; state
 * (NULL or ordinary: none); a drop-in script by MAC, UUID, serial number, name,
 * host name; the right-most profile with a script of the site's list, the
 * matching rules' and the machine's; what unknown machines get.  A script that
 * is there but wrong is an error; it is never passed over for the next one.
 *
 * Returns 0; -ENOENT when there is nothing for this machine; -ENOTUNIQ when two
 * machines fit alike; -EAGAIN when it is to ask again later; -EBADMSG when a
 * value of the request is refused; another negative errno when the site is at
 * fault.  Every failure has a reason in ret_resolution->why.
 */
int resolve(const struct snapshot *snapshot, const struct facts *facts,
	    const struct machine_state *state, struct arena *arena,
	    struct resolution *ret_resolution);

/* Expand the drop-in script of that key, such as "autoexec"; likewise. */
int resolve_named(const struct snapshot *snapshot, const char *key,
		  const struct facts *facts, struct arena *arena,
		  struct resolution *ret_resolution);

/* Return the name of a kind, for logs and pages. */
const char *resolution_kind_name(enum resolution_kind kind);

#endif
