/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which machine is this, going by all that it says about itself? */
#include "identity.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Most machines that one request is weighed for. */
#define CANDIDATES_MAX 128

/*
 * Weights.  A MAC or a UUID alone outweighs what chassis and owners share;
 * name and address only count where nothing else does.
 */
static const unsigned int weights[FACT_COUNT] = {
	[FACT_MAC] = 20,    [FACT_MACS] = 20, [FACT_UUID] = 20,
	[FACT_SERIAL] = 12, [FACT_ASSET] = 6, [FACT_HOSTNAME] = 1,
	[FACT_IP] = 1,
};

unsigned int identity_weight(enum fact fact)
{
	return weights[fact];
}

/* Of a hexadecimal digit in lower case. */
static int digit_value(char c)
{
	return (c & 15) + (c >> 6) * 9;
}

/* Bytes of a MAC's or UUID's file name form. */
static size_t hex_decode(const char *text, char *buf)
{
	size_t len = 0;

	for (; *text; text += 2) {
		text += *text == '-';
		buf[len++] = (char)(digit_value(text[0]) << 4 |
				    digit_value(text[1]));
	}
	return len;
}

/* The other byte order: the first three fields are turned round. */
static void uuid_swap(const char in[16], char out[16])
{
	static const unsigned char order[16] = {3, 2, 1,  0,  5,  4,  7,  6,
						8, 9, 10, 11, 12, 13, 14, 15};
	size_t i;

	for (i = 0; i < sizeof(order); i++)
		out[i] = in[order[i]];
}

static size_t uuid_normalise(const char *value, char *buf)
{
	char name[FACT_UUID_BYTES], swapped[16];

	if (facts_format_uuid(value, name))
		return 0;
	hex_decode(name, buf);
	uuid_swap(buf, swapped);
	if (memcmp(swapped, buf, sizeof(swapped)) < 0)
		memcpy(buf, swapped, sizeof(swapped));
	return sizeof(swapped);
}

static size_t mac_normalise(const char *value, char *buf)
{
	char name[FACT_MAC_NAME_BYTES];

	if (facts_format_mac(value, name))
		return 0;
	return hex_decode(name, buf);
}

/* Lower case, single spaces, none at the ends. */
static size_t text_normalise(const char *value, char *buf)
{
	size_t len = 0;

	for (; *value && len < IDENTITY_VALUE_BYTES - 1; value++) {
		char c = (char)tolower((unsigned char)*value);

		if (c == ' ' && (!len || buf[len - 1] == ' '))
			continue;
		buf[len++] = c;
	}
	if (len && buf[len - 1] == ' ')
		len--;
	return len;
}

size_t identity_normalise(enum fact fact, const char *value,
			  char ret_value[IDENTITY_VALUE_BYTES])
{
	if (fact == FACT_MAC || fact == FACT_MACS)
		return mac_normalise(value, ret_value);
	if (fact == FACT_UUID)
		return uuid_normalise(value, ret_value);
	return text_normalise(value, ret_value);
}

/* What makers and board vendors leave in SMBIOS strings. */
static const char *const placeholders[] = {
	"to be filled by o.e.m.",
	"to be filled by o.e.m",
	"to be filled by oem",
	"to be filled",
	"o.e.m.",
	"oem",
	"default string",
	"default",
	"system serial number",
	"system product name",
	"chassis serial number",
	"base board serial number",
	"serial number",
	"chassis asset tag",
	"no asset tag",
	"no asset information",
	"asset tag",
	"asset-1234567890",
	"not specified",
	"not applicable",
	"not available",
	"not provided",
	"not set",
	"n/a",
	"na",
	"none",
	"null",
	"empty",
	"unknown",
	"invalid",
	"undefined",
	"123456789",
	"1234567890",
	"0123456789",
	"(null)",
};

/* UUIDs, normalised, that boards were sold with by the thousand. */
static const char uuid_placeholders[][16] = {
	"\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00\x09",
	"\x12\x34\x56\x78\x12\x34\x56\x78\x90\xab\xcd\xde\xef\xaa\xbb\xcc",
};

/* Does it consist of one repeated byte? */
static bool is_monotonous(const char *value, size_t len)
{
	return len == 1 || memcmp(value, value + 1, len - 1) == 0;
}

/* Is there a letter or digit in it? */
static bool has_alphanumeric(const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (isalnum((unsigned char)value[i]) || value[i] & 0x80)
			return true;
	}
	return false;
}

static bool is_listed(const char *const *list, size_t count, const char *value,
		      size_t len)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strlen(list[i]) == len && memcmp(list[i], value, len) == 0)
			return true;
	}
	return false;
}

bool identity_is_placeholder(const struct snapshot *snapshot, enum fact fact,
			     const char *value, size_t len)
{
	size_t i;

	if (!len)
		return true;
	if (fact == FACT_HOSTNAME || fact == FACT_IP)
		return false;
	if (fact == FACT_MAC || fact == FACT_MACS)
		return is_monotonous(value, len);
	if (fact == FACT_UUID) {
		for (i = 0; i < sizeof(uuid_placeholders) / 16; i++) {
			if (memcmp(uuid_placeholders[i], value, 16) == 0)
				return true;
		}
		return is_monotonous(value, len);
	}
	if (is_monotonous(value, len) || !has_alphanumeric(value, len))
		return true;
	if (is_listed(placeholders,
		      sizeof(placeholders) / sizeof(placeholders[0]), value,
		      len))
		return true;
	return snapshot && is_listed(snapshot->placeholders,
				     snapshot->placeholder_count, value, len);
}

/* The machines that some evidence spoke for. */
struct tally {
	const struct snapshot *snapshot;
	const struct facts *facts;
	struct trace *trace;
	struct candidate {
		uint32_t machine;
		unsigned int score;
	} candidates[CANDIDATES_MAX];
	size_t count;
};

static bool evidence_is(const struct snapshot *snapshot,
			const struct evidence *evidence, const char *value,
			size_t len)
{
	return evidence->len == len &&
	       memcmp(evidence_value(snapshot, evidence), value, len) == 0;
}

/* Does the request contradict a condition of the machine? */
static bool is_excluded(const struct tally *tally, uint32_t index)
{
	const struct snapshot *snapshot = tally->snapshot;
	const struct machine *machine = &snapshot->machines[index];
	char value[IDENTITY_VALUE_BYTES];
	uint32_t i;

	for (i = 0; i < machine->evidence_count; i++) {
		const struct evidence *evidence =
			&snapshot->evidence[machine->evidence_first + i];
		enum fact fact = (enum fact)evidence->fact;
		const char *said = tally->facts->value[fact];
		size_t len;

		if (!evidence->is_condition || !said)
			continue;
		len = identity_normalise(fact, said, value);
		if (evidence_is(snapshot, evidence, value, len))
			continue;
		trace_add(tally->trace, "  %s is out: it has another %s",
			  machine->name, facts_name(fact));
		return true;
	}
	return false;
}

static void tally_add(struct tally *tally, uint32_t machine,
		      unsigned int weight)
{
	size_t i;

	for (i = 0; i < tally->count; i++) {
		if (tally->candidates[i].machine == machine)
			break;
	}
	if (i == CANDIDATES_MAX)
		return;
	if (i == tally->count) {
		if (is_excluded(tally, machine))
			return;
		tally->candidates[tally->count++] =
			(struct candidate){machine, 0};
	}
	tally->candidates[i].score += weight;
}

uint32_t identity_hash(enum fact fact, const char *value, size_t len)
{
	return table_hash(value, len) + fact;
}

uint32_t identity_lookup(const struct snapshot *snapshot, enum fact fact,
			 const char *value, size_t len)
{
	uint32_t hash = identity_hash(fact, value, len);
	uint32_t cursor = hash;
	uint32_t i;

	while ((i = table_next(&snapshot->evidence_table, hash, &cursor)) !=
	       TABLE_END) {
		const struct evidence *evidence = &snapshot->evidence[i];

		if (evidence->fact == fact &&
		    evidence_is(snapshot, evidence, value, len))
			return i;
	}
	return SNAPSHOT_NONE;
}

/* Let the machines that a value speaks for have its weight; it is normalised
 * to so many bytes. */
static void weigh_bytes(struct tally *tally, enum fact fact, const char *said,
			const char *value, size_t len)
{
	const struct snapshot *snapshot = tally->snapshot;
	const struct evidence *evidence;
	uint32_t i;

	if (identity_is_placeholder(snapshot, fact, value, len)) {
		trace_add(tally->trace, "  %s \"%s\" is a placeholder: ignored",
			  facts_name(fact), said);
		return;
	}
	i = identity_lookup(snapshot, fact, value, len);
	if (i == SNAPSHOT_NONE) {
		trace_add(tally->trace, "  %s \"%s\" is of no machine",
			  facts_name(fact), said);
		return;
	}
	evidence = &snapshot->evidence[i];
	if (evidence->sharers > IDENTITY_SHARERS_MAX) {
		trace_add(tally->trace,
			  "  %s \"%s\" is of more than %d machines: ignored",
			  facts_name(fact), said, IDENTITY_SHARERS_MAX);
		return;
	}
	for (;;) {
		const struct machine *machine =
			&snapshot->machines[evidence->machine];

		trace_add(tally->trace, "  %s \"%s\" speaks for %s (%s:%u): %u",
			  facts_name(fact), said, machine->name,
			  snapshot->files[machine->file], evidence->line,
			  weights[fact]);
		tally_add(tally, evidence->machine, weights[fact]);
		i = evidence->next;
		if (i == SNAPSHOT_NONE)
			return;
		evidence = &snapshot->evidence[i];
	}
}

static void weigh(struct tally *tally, enum fact fact, const char *said)
{
	char value[IDENTITY_VALUE_BYTES];

	weigh_bytes(tally, fact, said, value,
		    identity_normalise(fact, said, value));
}

/* The MAC was read already. */
static void weigh_mac(struct tally *tally)
{
	const struct facts *facts = tally->facts;
	char value[IDENTITY_VALUE_BYTES];

	weigh_bytes(tally, FACT_MAC, facts->value[FACT_MAC], value,
		    hex_decode(facts->mac_name, value));
}

/* Weigh each MAC of a list, but the one that was weighed as mac. */
static void weigh_macs(struct tally *tally, const char *list)
{
	const struct facts *facts = tally->facts;
	char mac[FACT_MAC_NAME_BYTES], name[FACT_MAC_NAME_BYTES];

	while (*list) {
		size_t len = strcspn(list, ", ");

		if (len && len < sizeof(mac)) {
			memcpy(mac, list, len);
			mac[len] = '\0';
			if (facts_format_mac(mac, name) == 0 &&
			    strcmp(name, facts->mac_name) != 0)
				weigh(tally, FACT_MAC, mac);
		}
		list += len;
		list += strspn(list, ", ");
	}
}

static void tally_decide(const struct tally *tally,
			 struct identity *ret_identity)
{
	const struct machine *machines = tally->snapshot->machines;
	const struct candidate *best = NULL, *rival = NULL;
	struct identity identity = {0};
	size_t i;

	for (i = 0; i < tally->count; i++) {
		const struct candidate *candidate = &tally->candidates[i];

		if (best && candidate->score == best->score)
			rival = candidate;
		if (!best || candidate->score > best->score) {
			best = candidate;
			rival = NULL;
		}
	}
	if (best)
		identity.score = best->score;
	if (best && rival) {
		identity.tied[0] = &machines[best->machine];
		identity.tied[1] = &machines[rival->machine];
	} else if (best) {
		identity.machine = &machines[best->machine];
	}
	*ret_identity = identity;
}

void identity_find(const struct snapshot *snapshot, const struct facts *facts,
		   struct trace *trace, struct identity *ret_identity)
{
	static const enum fact strong[] = {FACT_UUID, FACT_SERIAL, FACT_ASSET};
	static const enum fact weak[] = {FACT_HOSTNAME, FACT_IP};
	struct tally tally;
	size_t i;

	tally.snapshot = snapshot;
	tally.facts = facts;
	tally.trace = trace;
	tally.count = 0;
	trace_add(trace, "Who is it?");
	if (facts->value[FACT_MAC])
		weigh_mac(&tally);
	for (i = 0; i < sizeof(strong) / sizeof(strong[0]); i++) {
		if (facts->value[strong[i]])
			weigh(&tally, strong[i], facts->value[strong[i]]);
	}
	if (facts->value[FACT_MACS])
		weigh_macs(&tally, facts->value[FACT_MACS]);
	for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		if (facts->value[weak[i]])
			weigh(&tally, weak[i], facts->value[weak[i]]);
	}
	tally_decide(&tally, ret_identity);
	if (ret_identity->tied[0])
		trace_add(trace,
			  "  It may be %s or %s; the evidence weighs %u for "
			  "both: no answer",
			  ret_identity->tied[0]->name,
			  ret_identity->tied[1]->name, ret_identity->score);
	else if (ret_identity->machine)
		trace_add(trace, "  It is %s, with a weight of %u",
			  ret_identity->machine->name, ret_identity->score);
	else
		trace_add(trace, "  It is no machine of hosts.d");
}

void identity_name(const struct identity *identity, const struct facts *facts,
		   char *buf, size_t size)
{
	const char *name = facts->mac_name;
	size_t len;

	if (identity->machine)
		name = identity->machine->name;
	else if (!*name)
		name = facts->uuid_name;
	len = strnlen(name, size - 1);
	memcpy(buf, name, len);
	buf[len] = '\0';
}
