/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Do what the customisation region says. */
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "usr/customise.h"

/* Store the setting in ENTRY, like the command set. */
static int customise_setting(const struct region_entry *entry)
{
	size_t name_len = entry->name_len;
	size_t value_len = entry->value_len;
	char *name;
	int rc;

	/* Both texts, each with a NUL. */
	name = calloc(1, name_len + value_len + 2);
	if (!name)
		return -ENOMEM;
	memcpy(name, entry->name, name_len);
	memcpy(name + name_len + 1, entry->value, value_len);
	rc = settings_store_text(name, name + name_len + 1);
	if (rc)
		console_printf("customised %s: %s\n", name, error_text(rc));
	free(name);
	return rc;
}

static void customise_entry(const struct region_entry *entry)
{
	if (entry->kind == REGION_SCRIPT)
		embedded_add("custom.ipxe", entry->value, entry->value_len);
	else if (entry->kind == REGION_SETTING)
		customise_setting(entry);
	else if (entry->kind == REGION_TRUST && customise_trust)
		customise_trust(entry);
}

void customise(void)
{
	struct region_entry entry;
	size_t entries_len;
	size_t at = 0;
	int rc;

	if (region_is_wanted && customise_fetch)
		customise_fetch();
	rc = region_check(region_data, region_len, &entries_len);
	if (rc == -EBADMSG)
		console_printf("Customisation ignored: %s\n", error_text(rc));
	if (rc)
		return;
	while (region_next(region_data + REGION_HEAD_LEN, entries_len, &at,
			   &entry))
		customise_entry(&entry);
}
