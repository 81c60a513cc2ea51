/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a machine says about itself when it asks for its script. */
#ifndef RESOLVER_FACTS_H
#define RESOLVER_FACTS_H

#include <stddef.h>

#include "arena.h"
#include "reason.h"

/* The facts, in the order of the table in facts.c. */
enum fact {
	FACT_MAC,
	FACT_UUID,
	FACT_SERIAL,
	FACT_ASSET,
	FACT_MANUFACTURER,
	FACT_PRODUCT,
	FACT_HOSTNAME,
	FACT_IP,
	FACT_ARCH,
	FACT_PLATFORM,
	FACT_VERSION,
	FACT_BUILDID,
	FACT_BOOTID,
	FACT_GENERATION,
	FACT_NIC,
	FACT_MACS,   /* MACs of all interfaces, with commas between them */
	FACT_CHOICE, /* what was chosen from the menu for unknown machines */
	FACT_CLIENT, /* address that the request came from; no parameter */
	FACT_SERVER, /* host[:port] that the client used; no parameter */
	FACT_COUNT
};

/* Longest value that is accepted, in bytes; SMBIOS strings are shorter. */
#define FACT_VALUE_MAX 255

/* Room for the longest file name form of a MAC: 20 octets (InfiniBand). */
#define FACT_MAC_NAME_BYTES (20 * 3)

/* Room for a UUID in text form (RFC 9562 4). */
#define FACT_UUID_BYTES 37

/* The facts of one request; all text belongs to the request's arena. */
struct facts {
	/* Values as sent, without control characters; NULL: not sent or "". */
	const char *value[FACT_COUNT];
	/* The MAC as lower-case aa-bb-cc-dd-ee-ff; "" when not sent. */
	char mac_name[FACT_MAC_NAME_BYTES];
	/* The UUID in lower-case canonical form; "" when not sent. */
	char uuid_name[FACT_UUID_BYTES];
};

/*
 * Read the facts out of a query, not yet decoded.  Parameters that are not
 * facts are ignored; a broken escape, a control character, an overlong value,
 * a fact given twice, an impossible MAC or UUID yield -EINVAL and the reason.
 * Also returns -ENOMEM.
 */
int facts_parse(const char *query, struct arena *arena, struct facts *ret_facts,
		struct reason *why);

/* Return the fact of that name (len bytes), or -ENOENT. */
int facts_find(const char *name, size_t len);

/* Return the name of a fact, for messages. */
const char *facts_name(enum fact fact);

/*
 * Write the file name form of a MAC of 6, 8 or 20 octets, given with colons,
 * hyphens or nothing between the octets in any case.  Returns 0 or -EINVAL.
 */
int facts_format_mac(const char *text, char ret_name[FACT_MAC_NAME_BYTES]);

/*
 * Write the canonical form of a UUID given with or without hyphens in any
 * case.  Returns 0 or -EINVAL.
 */
int facts_format_uuid(const char *text, char ret_name[FACT_UUID_BYTES]);

#endif
