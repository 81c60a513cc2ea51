/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Every machine that a site knows, and what it would say of itself. */
#include "roster.h"

#include <stdio.h>
#include <string.h>

#include "identity.h"

/* Texts of an entry's facts. */
struct texts {
	char value[FACT_COUNT][IDENTITY_VALUE_BYTES];
};

/* Write bytes in hexadecimal with hyphens in front of some of them. */
static void hex_encode(const char *bytes, size_t len, const char *hyphens,
		       char *text)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!hyphens ? i > 0 : memchr(hyphens, (int)i, 4) != NULL)
			*text++ = '-';
		text += sprintf(text, "%02x", (unsigned char)bytes[i]);
	}
	*text = '\0';
}

/* Let the facts state a value as it is kept, normalised. */
static void facts_state(struct facts *facts, struct texts *texts,
			enum fact fact, const char *value, size_t len)
{
	char *text = texts->value[fact];

	if (facts->value[fact])
		return;
	if (fact == FACT_MAC) {
		hex_encode(value, len, NULL, text);
		facts_format_mac(text, facts->mac_name);
	} else if (fact == FACT_UUID) {
		hex_encode(value, len, "\x04\x06\x08\x0a", text);
		facts_format_uuid(text, facts->uuid_name);
	} else {
		memcpy(text, value, len);
		text[len] = '\0';
	}
	facts->value[fact] = text;
}

static void entry_init(struct roster_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->facts.value[FACT_SERVER] = "SERVER";
}

static void
visit_machine(const struct snapshot *snapshot, const struct machine *machine,
	      void (*visit)(void *ctx, const struct roster_entry *entry),
	      void *ctx)
{
	struct roster_entry entry;
	struct texts texts;
	uint32_t i;

	entry_init(&entry);
	entry.name = machine->name;
	entry.machine = machine;
	for (i = 0; i < machine->evidence_count; i++) {
		const struct evidence *evidence =
			&snapshot->evidence[machine->evidence_first + i];

		facts_state(&entry.facts, &texts, (enum fact)evidence->fact,
			    evidence_value(snapshot, evidence), evidence->len);
	}
	visit(ctx, &entry);
}

static void visit_dropin(const struct dropin *dropin,
			 void (*visit)(void *ctx,
				       const struct roster_entry *entry),
			 void *ctx)
{
	const char *colon = strchr(dropin->key, ':');
	struct roster_entry entry;
	size_t len;

	if (!colon)
		return;
	len = (size_t)(colon++ - dropin->key);
	entry_init(&entry);
	entry.name = dropin->file;
	entry.dropin = dropin;
	if (len == 3) {
		entry.facts.value[FACT_MAC] = colon;
		facts_format_mac(colon, entry.facts.mac_name);
	} else if (strncmp(dropin->key, "uuid", len) == 0) {
		entry.facts.value[FACT_UUID] = colon;
		facts_format_uuid(colon, entry.facts.uuid_name);
	} else if (strncmp(dropin->key, "host", len) == 0) {
		entry.facts.value[FACT_HOSTNAME] = colon;
	} else {
		entry.facts.value[FACT_SERIAL] = colon;
	}
	visit(ctx, &entry);
}

void roster_visit(const struct snapshot *snapshot,
		  void (*visit)(void *ctx, const struct roster_entry *entry),
		  void *ctx)
{
	uint32_t i;

	for (i = 0; i < snapshot->machine_count; i++)
		visit_machine(snapshot, &snapshot->machines[i], visit, ctx);
	for (i = 0; i < snapshot->dropin_count; i++)
		visit_dropin(&snapshot->dropins[i], visit, ctx);
}
