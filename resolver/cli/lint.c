/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop lint: what is wrong with a boot script? */
#include "lint.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "unloop.h"

static const char lint_help[] =
	"Says, as file:line:column: sentence, what can be seen without running "
	"it:\n"
	"labels that a goto misses, commands and options that there are not, "
	"lines\n"
	"that are never reached, questions and && whose failure would end the\n"
	"script, variables that nothing sets. Exit status 1 when there are "
	"any.\n";

/* Larger than any script. */
#define SCRIPT_MAX (1 << 20)
#define NOTE_BYTES (16 << 20)

/* The script that is looked at. */
struct findings {
	const char *file;
	unsigned int count;
};

static void on_mistake(void *ctx, unsigned int line, unsigned int column,
		       const char *sentence)
{
	struct findings *findings = ctx;

	printf("%s:%u:%u: %s\n", findings->file, line, column, sentence);
	findings->count++;
}

int lint_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct findings findings = {0};
	const struct lint_sink sink = {on_mistake, NULL, &findings, true};
	static char text[SCRIPT_MAX];
	struct arena arena;
	FILE *file;
	size_t len;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		return subcommand_usage("lint", lint_help, c == 'h' ? 0 : 2);
	if (argc - optind != 1)
		return subcommand_usage("lint", lint_help, 2);
	findings.file = argv[optind];
	file = fopen(findings.file, "r");
	len = file ? fread(text, 1, sizeof(text), file) : 0;
	if (!file || ferror(file) || len == sizeof(text)) {
		fprintf(stderr, "unloop: %s cannot be read: %s.\n",
			findings.file,
			len == sizeof(text) ? "it is too large for a script"
					    : strerror(errno));
		if (file)
			fclose(file);
		return 2;
	}
	fclose(file);
	if (len < 7 || (memcmp(text, "#!ipxe", 6) && memcmp(text, "#!gpxe", 6)))
		on_mistake(&findings, 1, 1,
			   "The first line of a script is #!ipxe.");
	arena_init(&arena, NOTE_BYTES);
	lint_script(text, len, "", &arena, &sink);
	arena_fini(&arena);
	return findings.count ? 1 : 0;
}
