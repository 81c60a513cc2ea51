/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Mistakes in a boot script that can be seen without running it. */
#include "lint.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Labels of one script that are remembered. */
#define LABELS_MAX 1024

/* Commands of iPXE and of Unloop, as their documentation lists them. */
static const char *const commands[] = {
	"autoboot",  "boot",	   "cert",	 "certfree",   "certstat",
	"certstore", "chain",	   "choose",	 "clear",      "colour",
	"config",    "console",	   "cpair",	 "cpuid",      "dhcp",
	"echo",	     "exit",	   "fcels",	 "fcstat",     "fdt",
	"form",	     "gdbstub",	   "goto",	 "help",       "ibstat",
	"ifclose",   "ifconf",	   "iflinkwait", "ifopen",     "ifstat",
	"imgargs",   "imgdecrypt", "imgexec",	 "imgextract", "imgfetch",
	"imgfree",   "imgload",	   "imgmem",	 "imgselect",  "imgstat",
	"imgtrust",  "imgverify",  "inc",	 "initrd",     "ipstat",
	"iseq",	     "isset",	   "item",	 "kernel",     "login",
	"lotest",    "md5sum",	   "menu",	 "module",     "neighbour",
	"nslookup",  "nstat",	   "ntp",	 "param",      "params",
	"pciscan",   "ping",	   "poweroff",	 "present",    "profstat",
	"prompt",    "pxebs",	   "read",	 "reboot",     "route",
	"sanboot",   "sanhook",	   "sanunhook",	 "set",	       "sha1sum",
	"sha256sum", "sha512sum",  "shell",	 "shim",       "show",
	"sleep",     "startpxe",   "stoppxe",	 "sync",       "time",
	"usbscan",   "vcreate",	   "vdestroy",
};

/* A stretch of text that is not NUL-terminated. */
struct word {
	const char *text;
	size_t len;
};

/* A label or a jump. */
struct mark {
	struct word name;
	unsigned int line;
};

/* A script that is looked at. */
struct lint {
	const struct lint_sink *sink;
	const char *server;
	struct mark *labels;
	size_t label_count;
	struct mark *jumps;
	size_t jump_count;
};

static bool word_equals(struct word word, const char *text)
{
	return strlen(text) == word.len &&
	       memcmp(text, word.text, word.len) == 0;
}

static bool words_equal(struct word a, struct word b)
{
	return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

/* Cut the next word off [*pos, end); false at the end. */
static bool word_next(const char **pos, const char *end, struct word *ret_word)
{
	const char *text = *pos;

	while (text < end && strchr(" \t\r", *text))
		text++;
	ret_word->text = text;
	while (text < end && !strchr(" \t\r", *text))
		text++;
	ret_word->len = (size_t)(text - ret_word->text);
	*pos = text;
	return ret_word->len > 0;
}

/* Is it decided only when the script runs? */
static bool is_dynamic(struct word word)
{
	return memmem(word.text, word.len, "${", 2) != NULL;
}

static bool is_separator(struct word word)
{
	return word_equals(word, "||") || word_equals(word, "&&") ||
	       word_equals(word, ";");
}

static bool is_command(struct word word)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (word_equals(word, commands[i]))
			return true;
	}
	return false;
}

static void lint_complain(const struct lint *lint, unsigned int line,
			  const char *before, struct word word,
			  const char *behind)
{
	char sentence[256];

	snprintf(sentence, sizeof(sentence), "%s%.*s%s", before,
		 word.len < 64 ? (int)word.len : 64, word.text, behind);
	lint->sink->mistake(lint->sink->ctx, line, sentence);
}

static void mark_add(struct mark *marks, size_t *count, struct word name,
		     unsigned int line)
{
	if (*count < LABELS_MAX)
		marks[(*count)++] = (struct mark){name, line};
}

static void lint_label(struct lint *lint, struct word name, unsigned int line)
{
	size_t i;

	for (i = 0; i < lint->label_count; i++) {
		if (words_equal(lint->labels[i].name, name))
			lint_complain(lint, line, "The label :", name,
				      " stands twice; a goto takes the first.");
	}
	mark_add(lint->labels, &lint->label_count, name, line);
}

/* A URL on this server: tell its path. */
static void lint_url(const struct lint *lint, struct word word,
		     unsigned int line)
{
	static const char scheme[] = "http://";
	const size_t scheme_len = sizeof(scheme) - 1;
	size_t server_len = strlen(lint->server);
	char path[512];

	if (!lint->sink->fetch || is_dynamic(word) ||
	    word.len <= scheme_len + server_len + 1 ||
	    memcmp(word.text, scheme, scheme_len) != 0 ||
	    memcmp(word.text + scheme_len, lint->server, server_len) != 0 ||
	    word.text[scheme_len + server_len] != '/')
		return;
	word.text += scheme_len + server_len + 1;
	word.len -= scheme_len + server_len + 1;
	if (word.len >= sizeof(path) || memchr(word.text, '?', word.len))
		return;
	memcpy(path, word.text, word.len);
	path[word.len] = '\0';
	lint->sink->fetch(lint->sink->ctx, line, path);
}

static void lint_line(struct lint *lint, const char *pos, const char *end,
		      unsigned int line)
{
	bool is_first = true, is_jump = false;
	struct word word;

	while (word_next(&pos, end, &word)) {
		if (is_first && *word.text == '#')
			return;
		if (is_first && *word.text == ':') {
			word.text++;
			word.len--;
			lint_label(lint, word, line);
			return;
		}
		if (is_separator(word)) {
			is_first = true;
			continue;
		}
		if (is_first && !is_dynamic(word) && !is_command(word))
			lint_complain(lint, line, "There is no command ", word,
				      ".");
		if (is_jump && !is_dynamic(word))
			mark_add(lint->jumps, &lint->jump_count, word, line);
		is_jump = is_first && word_equals(word, "goto");
		is_first = false;
		lint_url(lint, word, line);
	}
}

static void lint_jumps(const struct lint *lint)
{
	size_t i, j;

	for (i = 0; i < lint->jump_count; i++) {
		for (j = 0; j < lint->label_count; j++) {
			if (words_equal(lint->jumps[i].name,
					lint->labels[j].name))
				break;
		}
		if (j == lint->label_count)
			lint_complain(lint, lint->jumps[i].line,
				      "There is no label :",
				      lint->jumps[i].name, " for this goto.");
	}
}

void lint_script(const char *text, size_t len, const char *server,
		 struct arena *arena, const struct lint_sink *sink)
{
	struct lint lint = {.sink = sink, .server = server};
	const char *end = text + len;
	unsigned int line = 1;
	bool is_continued = false;

	lint.labels = arena_alloc(arena, LABELS_MAX * sizeof(struct mark));
	lint.jumps = arena_alloc(arena, LABELS_MAX * sizeof(struct mark));
	if (!lint.labels || !lint.jumps)
		return;
	for (; text < end; line++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *stop = eol ? eol : end;

		/* The rest of a line that goes on holds no command name. */
		if (!is_continued)
			lint_line(&lint, text, stop, line);
		is_continued = stop > text && stop[-1] == '\\';
		text = eol ? eol + 1 : end;
	}
	lint_jumps(&lint);
}
