/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What people call machines and profiles, looked up in the site. */
#include "naming.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "identity.h"
#include "live.h"
#include "service.h"
#include "snapshot.h"

/* Read a text that is a MAC or a UUID as what a machine would say of itself. */
static int facts_of(const char *text, struct facts *ret_facts)
{
	memset(ret_facts, 0, sizeof(*ret_facts));
	if (facts_format_mac(text, ret_facts->mac_name) == 0)
		ret_facts->value[FACT_MAC] = text;
	else if (facts_format_uuid(text, ret_facts->uuid_name) == 0)
		ret_facts->value[FACT_UUID] = text;
	else
		return -ENOENT;
	return 0;
}

int naming_find(void *ctx, const char *text, char ret_name[STATE_NAME_BYTES],
		bool *ret_is_known)
{
	const struct service *service = ctx;
	const struct snapshot *snapshot = live_get(service->live);
	struct identity identity;
	struct facts facts;
	int rc = 0;

	*ret_is_known = snapshot_find_machine(snapshot, text) != NULL;
	if (*ret_is_known) {
		snprintf(ret_name, STATE_NAME_BYTES, "%s", text);
	} else {
		rc = facts_of(text, &facts);
		if (rc == 0) {
			identity_find(snapshot, &facts, NULL, &identity);
			identity_name(&identity, &facts, ret_name,
				      STATE_NAME_BYTES);
			*ret_is_known = identity.machine != NULL;
		}
	}
	live_put(service->live, snapshot);
	return rc;
}

bool naming_has_profile(void *ctx, const char *name)
{
	const struct service *service = ctx;
	const struct snapshot *snapshot = live_get(service->live);
	uint32_t index = snapshot_find_profile(snapshot, name, strlen(name));
	bool has_script = index != SNAPSHOT_NONE &&
			  snapshot->profiles[index].script != NULL;

	live_put(service->live, snapshot);
	return has_script;
}
