/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DNS search list, DHCP option 119, RFC 3397. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/settings.h"
#include "net/resolve.h"

SELECT_IF(DNS_SEARCH_LIST);

static int search_find(unsigned int index, char *buf, size_t len)
{
	char *list = settings_fetch_text("dnssl");
	const char *name = list;
	size_t name_len;
	int rc = -ENOENT;

	while (name && index-- && (name = strchr(name, ' ')))
		name++;
	if (name && *name) {
		name_len = strcspn(name, " ");
		if (name_len < len) {
			memcpy(buf, name, name_len);
			buf[name_len] = '\0';
			rc = 0;
		}
	}
	free(list);
	return rc;
}

static const struct dns_search list_search = {search_find};
TABLE_REGISTER(dns_searches, list_search);
