/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A site, compiled: what requests are answered from; never changes. */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

static void strings_free(char **strings, uint32_t count)
{
	while (count--)
		free(strings[count]);
	free(strings);
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	strings_free(snapshot->texts, snapshot->text_count);
	strings_free(snapshot->folders, snapshot->folder_count);
	free(snapshot->files);
	free(snapshot->names);
	free(snapshot->machines);
	free(snapshot->evidence);
	free(snapshot->pool);
	free(snapshot->vars);
	free(snapshot->profiles);
	free(snapshot->refs);
	free(snapshot->rules);
	free(snapshot->conditions);
	free(snapshot->dropins);
	free(snapshot->settings);
	free(snapshot->placeholders);
	table_fini(&snapshot->name_table);
	table_fini(&snapshot->machine_table);
	table_fini(&snapshot->evidence_table);
	table_fini(&snapshot->profile_table);
	table_fini(&snapshot->dropin_table);
	arena_fini(&snapshot->arena);
	free(snapshot);
}

const char *snapshot_setting(const struct snapshot *snapshot, const char *key)
{
	uint32_t i;

	for (i = 0; i < snapshot->setting_count; i++) {
		if (strcmp(snapshot->settings[i].key, key) == 0)
			return snapshot->settings[i].value;
	}
	return NULL;
}

static bool name_equals(const char *name, const char *text, size_t len)
{
	return strncmp(name, text, len) == 0 && !name[len];
}

uint32_t snapshot_find_name(const struct snapshot *snapshot, const char *name,
			    size_t len)
{
	uint32_t hash = table_hash(name, len);
	uint32_t cursor = hash;
	uint32_t i;

	while ((i = table_next(&snapshot->name_table, hash, &cursor)) !=
	       TABLE_END) {
		if (name_equals(snapshot->names[i], name, len))
			return i;
	}
	return SNAPSHOT_NONE;
}

uint32_t snapshot_find_profile(const struct snapshot *snapshot,
			       const char *name, size_t len)
{
	uint32_t hash = table_hash(name, len);
	uint32_t cursor = hash;
	uint32_t i;

	while ((i = table_next(&snapshot->profile_table, hash, &cursor)) !=
	       TABLE_END) {
		if (name_equals(snapshot->profiles[i].name, name, len))
			return i;
	}
	return SNAPSHOT_NONE;
}

const struct machine *snapshot_find_machine(const struct snapshot *snapshot,
					    const char *name)
{
	uint32_t hash = table_hash(name, strlen(name));
	uint32_t cursor = hash;
	uint32_t i;

	while ((i = table_next(&snapshot->machine_table, hash, &cursor)) !=
	       TABLE_END) {
		if (strcmp(snapshot->machines[i].name, name) == 0)
			return &snapshot->machines[i];
	}
	return NULL;
}

const struct dropin *snapshot_find_dropin(const struct snapshot *snapshot,
					  const char *key)
{
	uint32_t hash = table_hash(key, strlen(key));
	uint32_t cursor = hash;
	uint32_t i;

	while ((i = table_next(&snapshot->dropin_table, hash, &cursor)) !=
	       TABLE_END) {
		if (strcmp(snapshot->dropins[i].key, key) == 0)
			return &snapshot->dropins[i];
	}
	return NULL;
}
