/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands, and the engine that runs a line of them. */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include <stdbool.h>

#include "config/general.h"
#include "core/compiler.h"
#include "core/table.h"

/* A command. Registered in the table "commands" by hci/commands/. */
struct command {
	const char *name;
	const char *usage; /* words after the name: "[-n] [text ...]" */
	const char *help;  /* one line, no full stop */
	/* Do it. ARGV[0] is the name, ARGV[ARGC] NULL; all expanded. */
	int (*exec)(int argc, char **argv);
};

TABLE_DECLARE(commands, const struct command);

/* A line of script that shows how a command is used. Table
 * "command_examples". */
struct command_example {
	const char *name; /* of the command */
	const char *text;
};

TABLE_DECLARE(command_examples, const struct command_example);

/* Give the command NAME an example, where help has room for it. */
#ifdef HELP_EXAMPLES
#define COMMAND_EXAMPLE(name, text)                                            \
	static const struct command_example example_##name = {#name, text};    \
	TABLE_REGISTER(command_examples, example_##name)
#else
#define COMMAND_EXAMPLE(name, text) _Static_assert(1, #name)
#endif

/* Run one line: tokens, ${} expansion, && || ; and #. Returns the status of
 * the last command that ran; stores a failure's number in ${errno}. */
int exec_line(const char *line);

/* Run one command whose words are already expanded. -ENOCMD if unknown,
 * -ENOSYS if it is not in this image. */
int exec_command(int argc, char **argv);

/* Is NAME a command that other images have? NULL where no list of them is
 * linked (LEFT_OUT_CMD). */
bool command_is_left_out(const char *name)
	__attribute__((weak, visibility("hidden")));

/* ${errno}: the absolute status of the last command that failed. */
extern unsigned int exec_errno;

/* `exit` and `goto` end the rest of a line: ask and take the request. */
enum exec_stop {
	EXEC_STOP_NONE, /* go on */
	EXEC_STOP_LINE, /* leave this line (goto was done, or stopped) */
	EXEC_STOP_EXIT, /* leave this script or shell */
};
enum exec_stop exec_stop_take(void);
void exec_stop_set(enum exec_stop stop);

#endif
