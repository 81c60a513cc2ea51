/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop: asks, checks and changes what the resolver does. */
#include "unloop.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

/* All subcommands, in the order of the help. */
static const struct subcommand subcommands[] = {
	{"machine", "ls | show NAME | set NAME INTENT [PROFILE] | clear NAME",
	 "say what machines did, and what they are to do next", machine_main},
	{"token", "new NAME | rm NAME",
	 "make and remove tokens for the page and the API", token_main},
	{"check", "SITE", "say whether a site is in order, and what is not",
	 check_main},
	{"lint", "SCRIPT", "say what is wrong with a boot script", lint_main},
	{"run", "[--set NAME=VALUE]... [--http DIR] SCRIPT",
	 "say what a boot script would boot", run_main},
	{"explain", "[-s SITE] NAME=VALUE...|URL",
	 "say what a machine would get, and why", explain_main},
	{"diff", "[-q] OLD NEW",
	 "say which machines get another script from another site", diff_main},
	{"customise",
	 "[--script F] [--set NAME=VALUE] [--trust F] [-o OUT] IMAGE",
	 "put a script, settings and certificates into a finished image",
	 customise_main},
	{"inspect", "[--script] IMAGE",
	 "say what an image is, and what it is customised with", inspect_main},
	{"dhcp-config", "KIND [-s ADDRESS] [-p PORT] [-i IF] ...",
	 "print what a DHCP server is to be told", dhcp_config_main},
	{"doctor", "[-i IF] [-m MAC] [-u UUID] [-w SECONDS]",
	 "say what machines on this network would boot, and why", doctor_main},
	{"import", "KIND SOURCE SITE",
	 "take over what another tool knows about machines", import_main},
	{"storm", "[-n MACHINES] [-c BUSY] [-d IF] [OPTION...] URL",
	 "play many machines that boot at once, and time them", storm_main},
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static const struct subcommand *subcommand_find(const char *name)
{
	size_t i;

	for (i = 0; i < SUBCOMMANDS; i++) {
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	}
	return NULL;
}

int subcommand_usage(const char *name, const char *text, int status)
{
	const struct subcommand *command = subcommand_find(name);
	FILE *out = status ? stderr : stdout;

	fprintf(out, "Usage: unloop %s %s\n", name,
		command ? command->usage : "");
	if (command)
		fprintf(out, "\nunloop %s: %s.\n", name, command->help);
	fprintf(out, "\n%s", text);
	return status;
}

static int usage(FILE *out, int status)
{
	size_t i;

	fputs("Usage: unloop COMMAND [ARGUMENT...]\n"
	      "\n"
	      "Asks, checks and changes what the resolver unloopd does, and "
	      "what "
	      "boot images do.\n"
	      "\n",
	      out);
	for (i = 0; i < SUBCOMMANDS; i++)
		fprintf(out, "  unloop %s %s\n        %s\n",
			subcommands[i].name, subcommands[i].usage,
			subcommands[i].help);
	fputs("\nunloop COMMAND --help says more about one of them.\n", out);
	return status;
}

int main(int argc, char **argv)
{
	const struct subcommand *command;
	int status;

	if (argc < 2)
		return usage(stderr, 2);
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return usage(stdout, 0);
	command = subcommand_find(argv[1]);
	if (!command) {
		fprintf(stderr,
			"unloop: There is no command \"%s\"; unloop --help "
			"lists them.\n",
			argv[1]);
		return 2;
	}
	optind = 1;
	status = command->main(argc - 1, argv + 1);
	/* A full disk, mostly. */
	if ((fflush(stdout) || ferror(stdout)) && status == 0) {
		fprintf(stderr,
			"unloop %s: The output could not be written: %s.\n",
			argv[1], strerror(errno));
		return 1;
	}
	return status;
}
