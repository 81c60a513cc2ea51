/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The subcommands of unloop. */
#ifndef RESOLVER_CLI_UNLOOP_H
#define RESOLVER_CLI_UNLOOP_H

/* One subcommand; its row is in the table of unloop.c. */
struct subcommand {
	/* The word behind "unloop". */
	const char *name;
	/* Its arguments, as they stand behind the name in a usage line. */
	const char *usage;
	/* What it does: one line without a full stop. */
	const char *help;
	/*
	 * Does it; argv[0] is the name and getopt(3) starts afresh.  Writes
	 * its own messages; -h and --help are its own to answer.  Returns the
	 * exit status: 0, 1 for a failure, 2 for a wrong command line.
	 */
	int (*main)(int argc, char **argv);
};

/*
 * Write "Usage: unloop NAME ARGUMENTS" and the help of a subcommand from its
 * row, then the text (what it says beyond that, whole lines), to standard
 * output, or with status 2 to standard error.  Returns status.
 */
int subcommand_usage(const char *name, const char *text, int status);

#endif
