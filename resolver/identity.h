/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which machine is this, going by all that it says about itself? */
#ifndef RESOLVER_IDENTITY_H
#define RESOLVER_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "facts.h"
#include "snapshot.h"
#include "trace.h"

/* Room for a normalised value: one byte for its length is enough. */
#define IDENTITY_VALUE_BYTES 256

/* More machines than this that share a value make it say nothing. */
#define IDENTITY_SHARERS_MAX 32

/* Room for the name of a machine that is not in the site. */
#define IDENTITY_NAME_BYTES FACT_MAC_NAME_BYTES

/* Who it is. */
struct identity {
	/* The machine, or NULL when none is known by this evidence. */
	const struct machine *machine;
	/* Two machines that the evidence speaks for alike, else NULL; then
	 * machine is NULL too. */
	const struct machine *tied[2];
	/* Weight of the evidence. */
	unsigned int score;
};

/*
 * How much a fact says about who a machine is; 0 for one that is no evidence
 * but a condition.
 */
unsigned int identity_weight(enum fact fact);

/*
 * Normalise a value as it is compared: MACs and UUIDs to bytes, a UUID so that
 * both byte orders (SMBIOS 3.7 7.2.1) give the same, text to lower case with
 * single spaces.  Returns its length, or 0 for a value that is none.
 */
size_t identity_normalise(enum fact fact, const char *value,
			  char ret_value[IDENTITY_VALUE_BYTES]);

/*
 * Is a normalised value one that many machines have because nobody filled it
 * in: all zeroes, all F, "to be filled by o.e.m.", ...?  snapshot may be NULL;
 * it may name more of them.
 */
bool identity_is_placeholder(const struct snapshot *snapshot, enum fact fact,
			     const char *value, size_t len);

/*
 * Return the index of the first evidence with a normalised value, or
 * SNAPSHOT_NONE.
 */
uint32_t identity_lookup(const struct snapshot *snapshot, enum fact fact,
			 const char *value, size_t len);

/* Return the hash of a normalised value, for snapshot.evidence_table. */
uint32_t identity_hash(enum fact fact, const char *value, size_t len);

/*
 * Find the machine.  Every fact that matches adds its weight; conditions of
 * the machine that the request contradicts exclude it; the highest sum wins,
 * and a tie is no answer.  trace may be NULL.
 */
void identity_find(const struct snapshot *snapshot, const struct facts *facts,
		   struct trace *trace, struct identity *ret_identity);

/*
 * Name a machine for the state: its name in the site, else its MAC as
 * aa-bb-cc-dd-ee-ff, else its UUID, else "".
 */
void identity_name(const struct identity *identity, const struct facts *facts,
		   char *buf, size_t size);

#endif
