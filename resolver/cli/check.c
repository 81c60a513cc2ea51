/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop check: is this site in order? */
#include "check.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "site.h"
#include "unloop.h"

static const char check_help[] =
	"Names every mistake with file and line: what does not load, machines\n"
	"with the same MAC or serial number, placeholders, machines that get "
	"no\n"
	"script, rules that have no effect, files that scripts fetch and that\n"
	"are not there, commands and labels that do not exist, files that are\n"
	"never asked for. Changes nothing. Exit status 1 when there are any.\n";

int check_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	unsigned int problems;
	struct site site;
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		return subcommand_usage("check", check_help, c == 'h' ? 0 : 2);
	if (argc - optind != 1)
		return subcommand_usage("check", check_help, 2);
	rc = site_init(&site, argv[optind]);
	if (rc) {
		fprintf(stderr, "unloop: %s: %s.\n", argv[optind],
			strerror(-rc));
		return 1;
	}
	problems = check_site(&site, stdout);
	site_fini(&site);
	return problems ? 1 : 0;
}
