/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Mistakes in a boot script that can be seen without running it. */
#include "lint.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Labels, jumps and variables of one script that are remembered. */
#define MARKS_MAX 1024

/* An option of a command. */
struct lint_option {
	const char *name; /* without --; NULL behind the last */
	char letter;	  /* without -, or 0 */
	bool has_value;
};

/* A command. */
struct lint_command {
	const char *name;
	/* NULL: refused by name, whatever it is given. */
	const struct lint_option *options;
};

/* lint_commands[], lint_settings[]: made from the firmware's source. */
#include "lint_tables.inc"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A stretch of text that is not NUL-terminated. */
struct word {
	const char *text;
	size_t len;
};

/* A label, a jump, a variable. */
struct marks {
	struct word list[MARKS_MAX];
	size_t count;
};

/* What is collected before anything is told. */
struct notes {
	struct marks labels, jumps, variables;
	bool has_dynamic_jump;	   /* goto ${x} */
	bool has_dynamic_variable; /* set ${x} y */
};

/* A script that is looked at. */
struct lint {
	const struct lint_sink *sink;
	const char *server;
	struct notes *notes;
	bool is_telling; /* the second time through */
	/* The line at hand, its continuations joined. */
	char *joined;
	/* Where in it each line of the script begins, and how many. */
	size_t *starts;
	size_t start_count;
	unsigned int line; /* number of the first of them */
	/* Between lines: whether the script can come here, and was told. */
	bool is_reached, is_told;
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

static const struct lint_command *command_find(struct word word)
{
	size_t i;

	for (i = 0; i < COUNT(lint_commands); i++) {
		if (word_equals(word, lint_commands[i].name))
			return &lint_commands[i];
	}
	return NULL;
}

static bool marks_have(const struct marks *marks, struct word word)
{
	size_t i;

	if (marks->count == MARKS_MAX)
		return true;
	for (i = 0; i < marks->count; i++) {
		if (words_equal(marks->list[i], word))
			return true;
	}
	return false;
}

/* Remember WORD, which must outlive the line. What no longer fits is taken for
 * there: marks_have(). */
static void mark_add(struct marks *marks, struct word word)
{
	if (marks->count < MARKS_MAX)
		marks->list[marks->count++] = word;
}

/* Line and column of a place in the joined line. */
static unsigned int place(const struct lint *lint, const char *text,
			  unsigned int *ret_column)
{
	size_t at = (size_t)(text - lint->joined);
	size_t i = lint->start_count - 1;

	while (i && lint->starts[i] > at)
		i--;
	*ret_column = (unsigned int)(at - lint->starts[i]) + 1;
	return lint->line + (unsigned int)i;
}

static void lint_complain(const struct lint *lint, const char *before,
			  struct word word, const char *behind)
{
	unsigned int column;
	char sentence[256];
	unsigned int line = place(lint, word.text, &column);

	if (!lint->is_telling)
		return;
	snprintf(sentence, sizeof(sentence), "%s%.*s%s", before,
		 word.len < 64 ? (int)word.len : 64, word.text, behind);
	lint->sink->mistake(lint->sink->ctx, line, column, sentence);
}

/* A URL on this server: tell its path. */
static void lint_url(const struct lint *lint, struct word word)
{
	static const char scheme[] = "http://";
	const size_t scheme_len = sizeof(scheme) - 1;
	size_t server_len = strlen(lint->server);
	unsigned int column;
	char path[512];

	if (!lint->sink->fetch || !lint->is_telling || is_dynamic(word) ||
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
	lint->sink->fetch(lint->sink->ctx, place(lint, word.text, &column),
			  path);
}

/* ---- Options ---- */

/* Look at WORD, an option of COMMAND. Returns whether it takes the next. */
static bool lint_option(const struct lint *lint,
			const struct lint_command *command, struct word word)
{
	const struct lint_option *option;
	struct word name = word;
	const char *equals;
	size_t i;

	if (word.len == 1) {
		lint_complain(lint, "This command has no option ", word, ".");
		return false;
	}
	if (word.text[1] == '-') {
		name.text += 2;
		name.len -= 2;
		equals = memchr(name.text, '=', name.len);
		if (equals)
			name.len = (size_t)(equals - name.text);
		for (option = command->options; option->name; option++) {
			if (word_equals(name, option->name))
				return option->has_value && !equals;
		}
		if (!word_equals(name, "help"))
			lint_complain(lint, "This command has no option ", word,
				      ".");
		return false;
	}
	for (i = 1; i < word.len; i++) {
		for (option = command->options; option->name; option++) {
			if (option->letter == word.text[i])
				break;
		}
		if (option->name && option->has_value)
			return i + 1 == word.len;
		if (!option->name && word.text[i] != 'h') {
			lint_complain(lint, "This command has no option ", word,
				      ".");
			return false;
		}
	}
	return false;
}

/* ---- Variables ---- */

/* The name in a setting's "name:type". False if it names a block, a number, or
 * is decided when the script runs. */
static bool variable_name(struct word *word)
{
	const char *colon = memchr(word->text, ':', word->len);

	if (is_dynamic(*word) || memchr(word->text, '/', word->len))
		return false;
	if (colon)
		word->len = (size_t)(colon - word->text);
	return word->len && (*word->text < '0' || *word->text > '9');
}

/* WORD is given a value, or asked whether it has one. */
static void variable_note(struct lint *lint, struct word word)
{
	if (lint->is_telling)
		return;
	if (is_dynamic(word))
		lint->notes->has_dynamic_variable = true;
	else if (variable_name(&word))
		mark_add(&lint->notes->variables, word);
}

/* Each ${name} of WORD: is there such a variable? IS_ASKED: it may be unset. */
static void variables_lint(struct lint *lint, struct word word, bool is_asked)
{
	const char *end = word.text + word.len;
	struct word name;
	size_t i;

	for (; word.text + 2 < end; word.text++) {
		if (memcmp(word.text, "${", 2))
			continue;
		name.text = word.text + 2;
		for (name.len = 0; name.text + name.len < end &&
				   !strchr("${}", name.text[name.len]);
		     name.len++)
			;
		if (name.text + name.len == end || name.text[name.len] != '}' ||
		    !variable_name(&name))
			continue;
		if (is_asked) {
			variable_note(lint, name);
			continue;
		}
		for (i = 0; i < COUNT(lint_settings); i++) {
			if (word_equals(name, lint_settings[i]))
				break;
		}
		if (i == COUNT(lint_settings) &&
		    !lint->notes->has_dynamic_variable &&
		    !marks_have(&lint->notes->variables, name))
			lint_complain(lint, "Nothing sets the variable ", name,
				      ".");
	}
}

/* ---- One line ---- */

/* A command on a line, with its words. */
struct part {
	char terminator; /* before it: 0, ';', '&' or '|' */
	struct word words[64];
	size_t count;
	struct word name; /* the first, or empty */
	bool is_astray;	  /* goto a label that there is not; part_lint() */
};

/* Cut the next command off; false at the end of the line. */
static bool part_next(const char **pos, const char *end, char *terminator,
		      struct part *part)
{
	bool is_some = *terminator != 0;
	struct word word;

	part->terminator = *terminator;
	part->count = 0;
	part->is_astray = false;
	*terminator = 0;
	while (word_next(pos, end, &word)) {
		is_some = true;
		if (*word.text == '#') {
			*pos = end;
			break;
		}
		if (is_separator(word)) {
			*terminator = *word.text;
			break;
		}
		if (part->count < COUNT(part->words))
			part->words[part->count++] = word;
	}
	part->name = part->count ? part->words[0] : (struct word){*pos, 0};
	return is_some;
}

static bool part_is(const struct part *part, const char *const *names)
{
	for (; *names; names++) {
		if (word_equals(part->name, *names))
			return true;
	}
	return false;
}

/* Labels, jumps and variables of a command. */
static void part_note(struct lint *lint, const struct part *part, size_t first)
{
	static const char *const setters[] = {"set",	 "inc",	     "read",
					      "clear",	 "imgset",   "pciscan",
					      "usbscan", "nslookup", NULL};
	static const char *const choosers[] = {"choose", "item", NULL};
	static const char *const jumps[] = {"goto", NULL};
	struct notes *notes = lint->notes;
	struct word word;
	const char *slash;

	if (first >= part->count || lint->is_telling)
		return;
	if (part_is(part, setters) || part_is(part, choosers)) {
		word = part->words[first];
		slash = memrchr(word.text, '/', word.len);
		/* ${name} finds it in whatever block it is. */
		if (slash) {
			word.len -= (size_t)(slash + 1 - word.text);
			word.text = slash + 1;
		}
		variable_note(lint, word);
	}
	if (part_is(part, jumps)) {
		if (is_dynamic(part->words[first]))
			notes->has_dynamic_jump = true;
		else
			mark_add(&notes->jumps, part->words[first]);
	}
}

/* Look at a command by itself. */
static void part_lint(struct lint *lint, struct part *part)
{
	static const char *const askers[] = {"isset", NULL};
	static const char *const jumps[] = {"goto", NULL};
	const struct lint_command *command = command_find(part->name);
	bool is_thorough = lint->sink->is_thorough;
	size_t i, first = 1;

	if (!part->count)
		return;
	if (!is_dynamic(part->name) && !command)
		lint_complain(lint, "There is no command ", part->name, ".");
	for (; command && command->options && first < part->count; first++) {
		struct word word = part->words[first];

		if (*word.text != '-')
			break;
		if (word_equals(word, "--")) {
			first++;
			break;
		}
		if (word.len > 1 && is_dynamic(word) && word.text[1] != '-')
			continue;
		if (!lint_option(lint, command, word))
			continue;
		first++;
		if (word_equals(word, "--set") && first < part->count)
			variable_note(lint, part->words[first]);
	}
	part_note(lint, part, first);
	part->is_astray = part_is(part, jumps) && first < part->count &&
			  !is_dynamic(part->words[first]) &&
			  !marks_have(&lint->notes->labels, part->words[first]);
	if (part->is_astray)
		lint_complain(lint, "There is no label :", part->words[first],
			      " for this goto.");
	for (i = 0; i < part->count; i++) {
		lint_url(lint, part->words[i]);
		if (is_thorough)
			variables_lint(lint, part->words[i],
				       part_is(part, askers));
	}
}

/* What the script may do behind a command. */
struct flow {
	bool may_succeed, may_fail; /* and go on on this line */
	struct word doubtful; /* whose failure nothing has caught so far */
};

/* Follow a command: it runs if the one before ended as it wants. */
static void part_follow(const struct part *part, struct flow *flow)
{
	/* Those that never come back, and whose failure is an answer. */
	static const char *const leavers[] = {"exit", "goto", "poweroff",
					      "reboot", NULL};
	static const char *const askers[] = {"isset",  "iseq", "isne", "islt",
					     "isle",   "isgt", "isge", "prompt",
					     "choose", NULL};
	bool runs = (part->terminator != '|' && flow->may_succeed) ||
		    (part->terminator != '&' && flow->may_fail);

	if (part->terminator == '|')
		flow->doubtful.len = 0;
	if (part->terminator != '&')
		flow->may_fail = false;
	if (part->terminator != '|')
		flow->may_succeed = false;
	if (!part->count) {
		flow->may_succeed = flow->may_succeed || runs;
		return;
	}
	if (!runs || (part_is(part, leavers) && !part->is_astray))
		return;
	flow->may_succeed = true;
	flow->may_fail = true;
	if (part_is(part, askers))
		flow->doubtful = part->name;
}

/* Look at the label WORD of the line at hand. */
static void label_lint(struct lint *lint, struct word word)
{
	struct notes *notes = lint->notes;

	word.text++;
	word.len--;
	if (!lint->is_telling) {
		mark_add(&notes->labels, word);
		return;
	}
	if (notes->has_dynamic_jump || marks_have(&notes->jumps, word)) {
		lint->is_reached = true;
		lint->is_told = false;
	}
}

/* Does LABEL stand on another line before this one? */
static void label_twice(struct lint *lint, struct word word, size_t *seen)
{
	size_t i;

	word.text++;
	word.len--;
	for (i = 0; i < *seen && i < lint->notes->labels.count; i++) {
		if (words_equal(lint->notes->labels.list[i], word)) {
			lint_complain(lint, "The label :", word,
				      " stands twice; a goto takes the first.");
			break;
		}
	}
	++*seen;
}

/* Look at the joined line up to END; IS_LAST: no line is behind it. */
static void lint_line(struct lint *lint, const char *end, size_t *labels_seen,
		      bool is_last)
{
	struct flow flow = {.may_succeed = true};
	const char *pos = lint->joined;
	const char *behind = pos;
	char terminator = 0;
	struct part part;
	struct word word;
	bool is_joined = false;

	if (word_next(&behind, end, &word) && *word.text == ':') {
		label_lint(lint, word);
		if (lint->is_telling)
			label_twice(lint, word, labels_seen);
		pos = behind;
	}
	behind = pos;
	if (!word_next(&behind, end, &word) || *word.text == '#')
		return;
	if (lint->sink->is_thorough && !lint->is_reached && !lint->is_told) {
		lint_complain(lint, "The script never comes here: ", word, ".");
		lint->is_told = true;
	}
	while (part_next(&pos, end, &terminator, &part)) {
		part_lint(lint, &part);
		part_follow(&part, &flow);
		/* Behind || a failure is the last command's own. */
		if (part.terminator != ';' && part.terminator)
			is_joined = part.terminator == '&';
	}
	if (lint->is_reached && flow.may_fail && !is_last &&
	    (flow.doubtful.len || is_joined) && lint->sink->is_thorough) {
		if (flow.doubtful.len)
			word = flow.doubtful;
		lint_complain(lint,
			      "The script ends here if this fails: ", word,
			      " (|| behind it goes on).");
		/* What follows was meant to be reached. */
		flow.may_succeed = true;
	}
	lint->is_reached = lint->is_reached && flow.may_succeed;
}

/* Go through the script once. */
static void lint_pass(struct lint *lint, const char *text, const char *end)
{
	unsigned int line = 1;
	size_t labels_seen = 0;
	size_t len = 0;

	lint->is_reached = true;
	lint->is_told = false;
	lint->start_count = 0;
	lint->line = 1;
	for (; text < end; line++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *stop = eol ? eol : end;
		size_t part = (size_t)(stop - text);

		if (part && text[part - 1] == '\r')
			part--;
		lint->starts[lint->start_count++] = len;
		memcpy(lint->joined + len, text, part);
		len += part;
		text = eol ? eol + 1 : end;
		if (part && lint->joined[len - 1] == '\\') {
			len--;
			if (text < end)
				continue;
			lint_complain(lint, "The script ends in ",
				      (struct word){lint->joined + len, 1},
				      ", which joins it to nothing.");
		}
		lint_line(lint, lint->joined + len, &labels_seen, text >= end);
		/* What is remembered points there: go on behind it. */
		lint->joined += len;
		len = 0;
		lint->start_count = 0;
		lint->line = line + 1;
	}
}

void lint_script(const char *text, size_t len, const char *server,
		 struct arena *arena, const struct lint_sink *sink)
{
	struct lint lint = {.sink = sink, .server = server};
	size_t i, lines = 1;
	char *first, *second;

	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	lint.notes = arena_alloc(arena, sizeof(*lint.notes));
	lint.starts = arena_alloc(arena, lines * sizeof(*lint.starts));
	first = arena_alloc(arena, len + 1);
	second = arena_alloc(arena, len + 1);
	if (!lint.notes || !lint.starts || !first || !second)
		return;
	memset(lint.notes, 0, sizeof(*lint.notes));
	lint.joined = first;
	lint_pass(&lint, text, text + len);
	lint.joined = second;
	lint.is_telling = true;
	lint_pass(&lint, text, text + len);
}
