/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Options of commands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"

/* A command line being parsed. */
struct parse {
	char **argv;
	int next; /* word to be looked at */
	const struct command_syntax *syntax;
	void *values;
};

void print_usage(const char *name)
{
	const struct command_example *example;
	const struct command *command;

	for_each_table_entry(command, commands) {
		if (!strcmp(command->name, name))
			console_printf("Usage: %s %s\n  %s\n", name,
				       command->usage, command->help);
	}
	for_each_table_entry(example, command_examples) {
		if (!strcmp(example->name, name))
			console_printf("  Example: %s\n", example->text);
	}
}

int parse_number(const char *command, const char *text,
		 unsigned long *ret_value)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 0);
	if (end == text || *end) {
		console_printf("%s: \"%s\" is not a number\n", command, text);
		return -EINVAL;
	}
	*ret_value = value;
	return 0;
}

/* A key: one character, or its number. */
static int parse_key(const char *command, const char *text, int *ret_key)
{
	unsigned long number;
	int rc;

	if (text[0] && !text[1]) {
		*ret_key = (unsigned char)text[0];
		return 0;
	}
	rc = parse_number(command, text, &number);
	if (!rc)
		*ret_key = (int)(number & 0xffff);
	return rc;
}

/* Put VALUE (NULL for a flag) where OPTION says. */
static int option_set(struct parse *parse,
		      const struct option_descriptor *option, const char *value)
{
	void *field = (char *)parse->values + option->offset;

	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_STRING:
		*(const char **)field = value;
		return 0;
	case OPTION_NUMBER:
		return parse_number(parse->argv[0], value, field);
	default:
		return parse_key(parse->argv[0], value, field);
	}
}

/* Set OPTION, called NAME by the user, taking its value from the next word
 * unless VALUE is there. */
static int option_take(struct parse *parse,
		       const struct option_descriptor *option, const char *name,
		       const char *value)
{
	const char *next = parse->argv[parse->next];

	if (option->kind == OPTION_FLAG) {
		if (value) {
			console_printf("%s: option %s takes no value\n",
				       parse->argv[0], name);
			return -EUSAGE;
		}
	} else if (!value) {
		if (!next || *next == '-') {
			console_printf("%s: option %s requires an argument\n",
				       parse->argv[0], name);
			return -EUSAGE;
		}
		value = next;
		parse->next++;
	}
	return option_set(parse, option, value);
}

static int unknown_option(const struct parse *parse, const char *word)
{
	console_printf("%s: unknown option %s\n", parse->argv[0], word);
	print_usage(parse->argv[0]);
	return -EUSAGE;
}

/* Take the word --long or --long=value. */
static int take_long(struct parse *parse, const char *word)
{
	const struct option_descriptor *option = NULL;
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	unsigned int i;

	for (i = 0; i < parse->syntax->option_count; i++) {
		option = &parse->syntax->options[i];
		if (strlen(option->long_name) == len - 2 &&
		    !memcmp(option->long_name, word + 2, len - 2))
			return option_take(parse, option, word,
					   equals ? equals + 1 : NULL);
	}
	return unknown_option(parse, word);
}

/* Take the word -a, -abc or -svalue. */
static int take_short(struct parse *parse, const char *word)
{
	const struct option_descriptor *option = NULL;
	const char *letter;
	unsigned int i;
	int rc;

	for (letter = word + 1; *letter; letter++) {
		for (i = 0; i < parse->syntax->option_count; i++) {
			option = &parse->syntax->options[i];
			if (option->short_name == *letter)
				break;
		}
		if (i == parse->syntax->option_count)
			return unknown_option(parse, word);
		if (option->kind != OPTION_FLAG)
			return option_take(parse, option, word,
					   letter[1] ? letter + 1 : NULL);
		rc = option_take(parse, option, word, NULL);
		if (rc)
			return rc;
	}
	return 0;
}

int parse_options(int argc, char **argv, const struct command_syntax *syntax,
		  void *values)
{
	struct parse parse = {argv, 1, syntax, values};
	const char *word;
	int count;
	int rc;

	while (parse.next < argc) {
		word = argv[parse.next];
		if (word[0] != '-')
			break;
		parse.next++;
		if (!strcmp(word, "--"))
			break;
		if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
			print_usage(argv[0]);
			return -EUSAGE;
		}
		if (!word[1])
			return unknown_option(&parse, word);
		rc = word[1] == '-' ? take_long(&parse, word)
				    : take_short(&parse, word);
		if (rc)
			return rc;
	}
	count = argc - parse.next;
	if (count < syntax->min_args ||
	    (syntax->max_args != ARGS_MAX && count > syntax->max_args)) {
		console_printf("%s: too %s words\n", argv[0],
			       count < syntax->min_args ? "few" : "many");
		print_usage(argv[0]);
		return -EUSAGE;
	}
	return parse.next;
}

char *join_words(char **argv)
{
	size_t len = 0;
	char *text, *end;
	char **word;

	for (word = argv; *word; word++)
		len += strlen(*word) + 1;
	text = malloc(len + 1);
	if (!text)
		return NULL;
	end = text;
	for (word = argv; *word; word++) {
		len = strlen(*word);
		memcpy(end, *word, len);
		end += len;
		if (word[1])
			*end++ = ' ';
	}
	*end = '\0';
	return text;
}
