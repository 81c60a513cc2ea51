/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Fetches from memory what requests need before it is their turn. */
#include "foresight.h"

#include <string.h>

#include "control.h"
#include "identity.h"
#include "script_cache.h"
#include "table.h"

#define MAC_BYTES 6

uint32_t foresight_hash(const struct snapshot *snapshot, const char *client,
			const char *query, size_t len)
{
	uint32_t hash = table_hash(query, len);

	if (snapshot->uses_client && client)
		hash ^= table_hash(client, strlen(client));
	return hash;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Read a MAC as most write it: 52:54:00:01:02:03, 52-54-.. or 52%3A54.. */
static bool mac_read(const char *text, const char *end,
		     unsigned char mac[MAC_BYTES])
{
	int i, high, low;

	for (i = 0; i < MAC_BYTES; i++) {
		if (i && end - text > 3 && *text == '%')
			text += 3;
		else if (i && end - text > 1 && (*text == ':' || *text == '-'))
			text++;
		if (end - text < 2)
			return false;
		high = digit_value(text[0]);
		low = digit_value(text[1]);
		if (high < 0 || low < 0)
			return false;
		mac[i] = (unsigned char)(high << 4 | low);
		text += 2;
	}
	return text == end || *text == '&';
}

/* The MAC of the query. */
static bool mac_find(const struct foresight *f, unsigned char mac[MAC_BYTES])
{
	const char *end = f->query + f->query_len;
	const char *field = f->query;

	while (field && end - field > 4) {
		if (memcmp(field, "mac=", 4) == 0)
			return mac_read(field + 4, end, mac);
		field = memchr(field, '&', (size_t)(end - field));
		field += field != NULL;
	}
	return false;
}

static void timeline_go(const struct service *service,
			const struct snapshot *snapshot, struct foresight *f)
{
	(void)snapshot;
	if (!control_foresee(service->control, &f->timeline))
		f->step = NULL;
}

/* The name of the machine is there. */
static void name_read(const struct service *service,
		      const struct snapshot *snapshot, struct foresight *f)
{
	const char *name = snapshot->machines[f->evidence->machine].name;

	(void)service;
	f->timeline.name = table_hash(name, strlen(name));
	f->step = timeline_go;
}

/* Have size bytes fetched, which may be in two lines of memory. */
static void prefetch(const void *data, size_t size)
{
	__builtin_prefetch(data);
	__builtin_prefetch((const char *)data + size - 1);
}

static void machine_read(const struct service *service,
			 const struct snapshot *snapshot, struct foresight *f)
{
	(void)service;
	__builtin_prefetch(snapshot->machines[f->evidence->machine].name);
	f->step = name_read;
}

static void evidence_read(const struct service *service,
			  const struct snapshot *snapshot, struct foresight *f)
{
	(void)service;
	prefetch(&snapshot->machines[f->evidence->machine],
		 sizeof(*snapshot->machines));
	f->step = machine_read;
}

/* Where in the table the MAC's evidence is may be read. */
static void evidence_find(const struct service *service,
			  const struct snapshot *snapshot, struct foresight *f)
{
	uint32_t cursor = f->mac;
	uint32_t i = table_next(&snapshot->evidence_table, f->mac, &cursor);

	(void)service;
	f->step = NULL;
	if (i == TABLE_END)
		return;
	f->evidence = &snapshot->evidence[i];
	prefetch(f->evidence, sizeof(*f->evidence));
	f->step = evidence_read;
}

/* The MAC's place in the table is known. */
static void table_read(const struct service *service,
		       const struct snapshot *snapshot, struct foresight *f)
{
	(void)service;
	table_prefetch(&snapshot->evidence_table, f->mac);
	f->step = evidence_find;
}

/* Is there a script already?  Else who it is will have to be found out. */
static void script_find(const struct service *service,
			const struct snapshot *snapshot, struct foresight *f)
{
	unsigned char mac[MAC_BYTES];

	(void)snapshot;
	f->step = NULL;
	if (script_cache_foresee(service->cache, f->hash, &f->timeline.name)) {
		f->step = timeline_go;
	} else if (mac_find(f, mac)) {
		f->mac =
			identity_hash(FACT_MAC, (const char *)mac, sizeof(mac));
		f->step = table_read;
	}
}

void foresight_begin(const struct service *service,
		     const struct snapshot *snapshot, const char *client,
		     const char *data, size_t len, struct foresight *ret_f)
{
	static const char begin[] = "GET /boot.ipxe?";
	const char *query = data + sizeof(begin) - 1, *end;
	struct foresight f = {0};

	*ret_f = f;
	if (len < sizeof(begin) || memcmp(data, begin, sizeof(begin) - 1) != 0)
		return;
	end = memchr(query, ' ', len - (sizeof(begin) - 1));
	if (!end)
		return;
	f.query = query;
	f.query_len = (size_t)(end - query);
	f.hash = foresight_hash(snapshot, client, query, f.query_len);
	script_cache_prefetch(service->cache, f.hash);
	f.step = script_find;
	*ret_f = f;
}

bool foresight_go(const struct service *service,
		  const struct snapshot *snapshot, struct foresight *f)
{
	if (f->step)
		f->step(service, snapshot, f);
	return f->step != NULL;
}
