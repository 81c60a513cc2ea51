/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Conditions of rules: does a fact match one of these patterns? */
#ifndef RESOLVER_RULES_H
#define RESOLVER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "facts.h"
#include "reason.h"

/* What a condition looks at beside the facts. */
#define CONDITION_NAME	FACT_COUNT	 /* the machine's name in the site */
#define CONDITION_KNOWN (FACT_COUNT + 1) /* "yes" or "no" */

/* How a pattern is compared. */
enum pattern_kind {
	PATTERN_EXACT,	/* the whole value */
	PATTERN_PREFIX, /* its beginning; also the OUI of a MAC */
	PATTERN_GLOB,	/* with *, ? and [...] */
	PATTERN_CIDR,	/* an address and a number of bits */
};

/* One pattern. */
struct pattern {
	/* Lower case; of a MAC with hyphens; of CIDR as written. */
	const char *text;
	size_t len;
	/* CIDR: address as 16 bytes, IPv4 mapped (RFC 4291 2.5.5.2). */
	uint8_t address[16];
	unsigned int bits;
	enum pattern_kind kind;
};

/* One key of a rule. */
struct condition {
	/* A fact, CONDITION_NAME or CONDITION_KNOWN. */
	unsigned int fact;
	/* One of these must match, unless there are none: exact ones first,
	 * sorted, then the others as written. */
	struct pattern *any;
	uint32_t exact_count;
	uint32_t any_count;
	/* None of these may match: those written with !. */
	struct pattern *none;
	uint32_t none_count;
	/* As written, for messages, and its line. */
	const char *text;
	uint32_t line;
};

/*
 * Compile the value of a key: patterns with commas between them, "quoted"
 * where they contain one.  The arena owns the result.
 * Returns 0, -EINVAL with a reason, or -ENOMEM.
 */
int condition_compile(unsigned int fact, const char *text, struct arena *arena,
		      struct condition *ret_condition, struct reason *why);

/*
 * Does it hold?  name is the machine's, or NULL for one that is not known.
 * A fact that was not sent matches no pattern, so only "none" holds for it.
 */
bool condition_matches(const struct condition *condition,
		       const struct facts *facts, const char *name);

/*
 * Does a hold whenever b does, as far as their texts tell?  False when in
 * doubt.
 */
bool condition_covers(const struct condition *a, const struct condition *b);

/* Return what a condition looks at, for messages. */
const char *condition_name(unsigned int fact);

#endif
