/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What explain, check and diff share: loading a site, reading facts. */
#include "cli_site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "url.h"

const char *cli_site_path(void)
{
	const char *path = getenv("UNLOOP_SITE");

	return path && *path ? path : CLI_SITE_DEFAULT;
}

static void on_mistake(void *ctx, bool is_fatal, const char *sentence)
{
	(void)is_fatal;
	fprintf(stderr, "unloop: %s: %s\n", (const char *)ctx, sentence);
}

int cli_site_load(const char *path, struct snapshot **ret_snapshot)
{
	struct load_report report = {.tell = on_mistake, .ctx = (void *)path};
	struct site site;
	int rc;

	rc = site_init(&site, path);
	if (rc == 0) {
		rc = snapshot_load(&site, &report, ret_snapshot);
		site_fini(&site);
	}
	if (rc)
		fprintf(stderr, "unloop: The site %s does not load.\n", path);
	return rc;
}

/* Write NAME=VALUE, percent-encoded, to the query. */
static const char *query_add(const char *query, const char *argument,
			     struct arena *arena)
{
	const char *equals = strchr(argument, '=');
	size_t len;
	char *value;

	if (!equals)
		return NULL;
	len = url_encode(NULL, equals + 1, strlen(equals + 1));
	value = arena_alloc(arena, len + 1);
	if (!value)
		return NULL;
	url_encode(value, equals + 1, strlen(equals + 1));
	value[len] = '\0';
	return arena_format(arena, "%s%s%.*s=%s", query, *query ? "&" : "",
			    (int)(equals - argument), argument, value);
}

/* See that a query names facts only, so that a typo is noticed. */
static int names_check(const char *query)
{
	while (*query) {
		size_t len = strcspn(query, "=&");

		if (len && facts_find(query, len) < 0) {
			fprintf(stderr,
				"unloop: \"%.*s\" is not a fact that a request "
				"can state.\n",
				(int)len, query);
			return -EINVAL;
		}
		query += strcspn(query, "&");
		query += *query == '&';
	}
	return 0;
}

int cli_facts_parse(int count, char **arguments, struct arena *arena,
		    struct facts *ret_facts)
{
	const char *query = "";
	struct reason why = {"Out of memory."};
	int i, rc;

	for (i = 0; i < count; i++) {
		const char *mark = strchr(arguments[i], '?');

		query = mark && count == 1
				? mark + 1
				: query_add(query, arguments[i], arena);
		if (!query) {
			fprintf(stderr,
				"unloop: \"%s\" is neither NAME=VALUE nor a "
				"URL with a query.\n",
				arguments[i]);
			return -EINVAL;
		}
	}
	rc = names_check(query);
	if (rc)
		return rc;
	rc = facts_parse(query, arena, ret_facts, &why);
	if (rc)
		fprintf(stderr, "unloop: %s\n", why.text);
	else
		ret_facts->value[FACT_SERVER] = "SERVER";
	return rc;
}
