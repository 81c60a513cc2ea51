/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The engine that runs a line of commands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"

unsigned int exec_errno;

static enum exec_stop exec_stop_pending;

enum exec_stop exec_stop_take(void)
{
	enum exec_stop stop = exec_stop_pending;

	exec_stop_pending = EXEC_STOP_NONE;
	return stop;
}

void exec_stop_set(enum exec_stop stop)
{
	exec_stop_pending = stop;
}

int exec_command(int argc, char **argv)
{
	const struct command *command;

	if (!argc)
		return 0;
	error_clear();
	for_each_table_entry(command, commands) {
		if (!strcmp(command->name, argv[0]))
			return command->exec(argc, argv);
	}
	if (command_is_left_out && command_is_left_out(argv[0])) {
		console_printf("%s: not built into this image\n", argv[0]);
		return -ENOSYS;
	}
	console_printf("%s: command not found\n", argv[0]);
	return -ENOCMD;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cut TEXT (which is written to) into words at white space, up to a word that
 * begins with #. ARGV has room for all, and a NULL. Returns their number. */
static int split(char *text, char **argv)
{
	int argc = 0;

	for (;;) {
		while (is_space(*text))
			*text++ = '\0';
		if (!*text || *text == '#')
			break;
		argv[argc++] = text;
		while (*text && !is_space(*text))
			text++;
	}
	argv[argc] = NULL;
	return argc;
}

/* What a word between two commands means for the second one. */
static bool is_terminator(const char *word)
{
	return !strcmp(word, "&&") || !strcmp(word, "||") || !strcmp(word, ";");
}

/* After TERMINATOR (NULL: at the beginning), does a command run if the last
 * status was RC? */
static bool is_wanted(const char *terminator, int rc)
{
	if (!terminator || *terminator == ';')
		return true;
	return *terminator == '&' ? rc == 0 : rc != 0;
}

/* Expand ARGC words and run them as a command. */
static int expand_and_exec(int argc, char **words)
{
	char **argv;
	int rc = -ENOMEM;
	int i;

	argv = calloc((size_t)argc + 1, sizeof(*argv));
	if (!argv)
		goto err_alloc;
	for (i = 0; i < argc; i++) {
		argv[i] = settings_expand(words[i], &rc);
		if (!argv[i])
			goto err_expand;
	}
	rc = exec_command(argc, argv);
	while (i--)
		free(argv[i]);
	free(argv);
	return rc;

err_expand:
	while (i--)
		free(argv[i]);
	free(argv);
err_alloc:
	console_printf("%s: could not expand its words: %s\n", words[0],
		       error_text(rc));
	return rc;
}

int exec_line(const char *line)
{
	const char *terminator = NULL;
	char **words;
	char *text;
	int rc = 0;
	int count, first, next;

	/* Every word but the last has a space behind it. */
	words = calloc(strlen(line) / 2 + 2, sizeof(*words));
	text = strdup(line);
	if (!words || !text) {
		rc = -ENOMEM;
		goto out;
	}
	count = split(text, words);
	for (first = 0; first <= count; first = next + 1) {
		for (next = first; next < count; next++) {
			if (is_terminator(words[next]))
				break;
		}
		if (is_wanted(terminator, rc)) {
			rc = 0;
			if (next > first)
				rc = expand_and_exec(next - first,
						     words + first);
			if (rc)
				exec_errno = (unsigned int)abs(rc);
			if (exec_stop_pending != EXEC_STOP_NONE)
				break;
		}
		terminator = next < count ? words[next] : ";";
	}
out:
	free(text);
	free(words);
	return rc;
}
