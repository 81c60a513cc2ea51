/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What explain, check and diff share: loading a site, reading facts. */
#ifndef RESOLVER_CLI_SITE_H
#define RESOLVER_CLI_SITE_H

#include "facts.h"
#include "snapshot.h"

/* Where the site is when nobody says. */
#define CLI_SITE_DEFAULT "/etc/unloop"

/* Return the site to take: the environment's UNLOOP_SITE, or the default. */
const char *cli_site_path(void);

/*
 * Compile a site and write its mistakes to standard error.  Returns 0 or a
 * negative errno after a message.
 */
int cli_site_load(const char *path, struct snapshot **ret_snapshot);

/*
 * Read facts from arguments NAME=VALUE, or from one URL or query with them;
 * the server is SERVER.  Returns 0 or a negative errno after a message.
 */
int cli_facts_parse(int count, char **arguments, struct arena *arena,
		    struct facts *ret_facts);

#endif
