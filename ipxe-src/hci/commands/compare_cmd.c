/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: islt, isle, isgt, isge, isne: numbers compared. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "hci/parseopt.h"

SELECT_IF(COMPARE_CMD);

static const struct command_syntax compare_syntax = {NULL, 0, 2, 2};

/* An integer in C's notations, which may be negative. */
static int parse_signed(const char *command, const char *text,
			long long *ret_value)
{
	bool is_negative = *text == '-';
	unsigned long value;
	int rc;

	rc = parse_number(command, text + is_negative, &value);
	if (!rc)
		*ret_value = is_negative ? -(long long)value : (long long)value;
	return rc;
}

static int compare_exec(int argc, char **argv)
{
	const char *name = argv[0] + 2;
	long long a, b;
	bool is_true;
	int rc;

	/* Negative numbers are no options: only --help is looked for. */
	if (argc != 3) {
		rc = parse_options(argc, argv, &compare_syntax, NULL);
		return rc < 0 ? rc : -EINVAL;
	}
	rc = parse_signed(argv[0], argv[1], &a);
	if (!rc)
		rc = parse_signed(argv[0], argv[2], &b);
	if (rc)
		return rc;
	if (!strcmp(name, "ne"))
		is_true = a != b;
	else if (*name == 'l')
		is_true = a < b || (name[1] == 'e' && a == b);
	else
		is_true = a > b || (name[1] == 'e' && a == b);
	return is_true ? 0 : -ERANGE;
}

#define COMPARE_COMMAND(name, help)                                            \
	static const struct command name##_command = {                         \
		#name, "<number> <number>", help, compare_exec};               \
	TABLE_REGISTER(commands, name##_command)

COMPARE_COMMAND(islt, "Succeed if the first number is less");
COMPARE_COMMAND(isle, "Succeed if the first number is less or equal");
COMPARE_COMMAND(isgt, "Succeed if the first number is greater");
COMPARE_COMMAND(isge, "Succeed if the first number is greater or equal");
COMPARE_COMMAND(isne, "Succeed if the numbers differ");

COMMAND_EXAMPLE(islt, "islt ${memsize} 4096 && echo too little memory ||");
COMMAND_EXAMPLE(isle, "isle ${tries} 3 && goto retry ||");
COMMAND_EXAMPLE(isgt, "isgt ${tries} 3 && goto give-up ||");
COMMAND_EXAMPLE(isge, "isge ${tries} 3 && goto give-up ||");
COMMAND_EXAMPLE(isne, "isne ${net0/busloc} 0 && echo not the first ||");
