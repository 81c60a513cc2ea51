/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop explain: what would this machine get, and why? */
#include "explain.h"

#include <getopt.h>
#include <stdio.h>

#include "cli_site.h"
#include "commands.h"
#include "unloop.h"

/* Memory for one explanation. */
#define EXPLAIN_BYTES (64 * 1024 * 1024)

static const char explain_help[] =
	"  -s, --site SITE  the site's directory ($UNLOOP_SITE, "
	"else " CLI_SITE_DEFAULT ")\n"
	"\n"
	"Say what the machine would say, such as mac=52:54:00:12:34:56\n"
	"serial=S1, or paste the URL that it asked. The state of machines\n"
	"(unloop machine) is not taken into account; GET /explain?mac=... at\n"
	"the daemon does that. Changes nothing. Exit status 1 when the "
	"machine\n"
	"would get no script.\n"
	"\n"
	"  unloop explain -s /srv/boot mac=52:54:00:12:34:56\n"
	"  unloop explain -s /srv/boot 'http://boot/boot.ipxe?mac=...'\n";

static int explain(const struct snapshot *snapshot, int count, char **arguments,
		   struct arena *arena)
{
	struct resolution resolution = {0};
	struct facts facts;
	struct trace trace;
	const char *text;
	size_t len;

	if (cli_facts_parse(count, arguments, arena, &facts))
		return 2;
	trace_init(&trace, arena);
	resolution.trace = &trace;
	text = explain_text(snapshot, &facts, NULL, &resolution, arena, &len);
	if (!text) {
		fprintf(stderr, "unloop: Out of memory.\n");
		return 1;
	}
	fwrite(text, 1, len, stdout);
	return fflush(stdout) || !resolution.text ? 1 : 0;
}

int explain_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"site", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *path = cli_site_path();
	struct snapshot *snapshot;
	struct arena arena;
	int c, status;

	while ((c = getopt_long(argc, argv, "s:h", longs, NULL)) != -1) {
		if (c != 's')
			return subcommand_usage("explain", explain_help,
						c == 'h' ? 0 : 2);
		path = optarg;
	}
	if (optind == argc)
		return subcommand_usage("explain", explain_help, 2);
	if (cli_site_load(path, &snapshot))
		return 1;
	arena_init(&arena, EXPLAIN_BYTES);
	status = explain(snapshot, argc - optind, argv + optind, &arena);
	arena_fini(&arena);
	snapshot_free(snapshot);
	return status;
}
