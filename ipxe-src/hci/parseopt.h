/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Options of commands, as iPXE's users write them.
 *
 * --long, --long value, --long=value, -s, -s value, -svalue, and -ab for the
 * flags -a -b. Options end at the first word that is none, or behind --. A
 * value in a word of its own must not begin with -. --help and -h print the
 * usage.
 */
#ifndef HCI_PARSEOPT_H
#define HCI_PARSEOPT_H

#include "core/compiler.h"

/* What an option takes, and the type of the field it sets. */
enum option_kind {
	OPTION_FLAG,   /* nothing: bool */
	OPTION_STRING, /* a word: const char * */
	OPTION_NUMBER, /* an integer in C's notations: unsigned long */
	OPTION_KEY,    /* one character, or its number: int */
};

/* One option. */
struct option_descriptor {
	const char *long_name; /* without -- */
	char short_name;       /* without - */
	uint8_t kind;	       /* enum option_kind */
	uint8_t offset;	       /* of its field in the command's struct */
};

#define OPTION(long_text, short_char, option_kind, type, field)                \
	{                                                                      \
		long_text, short_char, option_kind, offsetof(type, field)      \
	}

#define ARGS_MAX 255 /* any number of words */

/* What a command takes. */
struct command_syntax {
	const struct option_descriptor *options;
	uint8_t option_count;
	uint8_t min_args; /* words behind the options */
	uint8_t max_args; /* ARGS_MAX for any number */
};

#define COMMAND_SYNTAX(table, min, max)                                        \
	{                                                                      \
		table, ARRAY_SIZE(table), min, max                             \
	}

/* Parse ARGV into the struct at VALUES, which the caller has set to defaults.
 * Returns the index of the first word behind the options, or -EUSAGE having
 * said what is wrong or printed the help. */
int parse_options(int argc, char **argv, const struct command_syntax *syntax,
		  void *values);

/* An integer; 0 or, having said so in COMMAND's name, -EINVAL. */
int parse_number(const char *command, const char *text,
		 unsigned long *ret_value);

/* The words ARGV up to its NULL, joined by single spaces, in memory that the
 * caller frees; NULL for want of it. */
char *join_words(char **argv);

/* Print how the command NAME is used. */
void print_usage(const char *name);

#endif
