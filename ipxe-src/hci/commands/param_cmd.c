/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: params, param. */
#include <errno.h>
#include <stdlib.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/params.h"
#include "hci/parseopt.h"

SELECT_IF(PARAM_CMD);

struct params_options {
	const char *name;
	const char *method;
	bool is_delete;
};

static const struct option_descriptor params_opts[] = {
	OPTION("name", 'n', OPTION_STRING, struct params_options, name),
	OPTION("method", 'm', OPTION_STRING, struct params_options, method),
	OPTION("delete", 'd', OPTION_FLAG, struct params_options, is_delete),
};

static const struct command_syntax params_syntax =
	COMMAND_SYNTAX(params_opts, 0, 0);

static int params_exec(int argc, char **argv)
{
	struct params_options options = {0};
	struct params *params;
	int first;
	int rc;

	first = parse_options(argc, argv, &params_syntax, &options);
	if (first < 0)
		return first;
	if (options.is_delete) {
		params = params_find(options.name);
		if (params)
			params_free(params);
		return 0;
	}
	rc = params_create(options.name, options.method);
	if (rc)
		console_printf("params: %s\n", error_text(rc));
	return rc;
}

static const struct command params_command = {
	"params", "[--name <list>] [--method GET|HEAD|POST|PUT] [--delete]",
	"Make a list of parameters for a request", params_exec};
TABLE_REGISTER(commands, params_command);

struct param_options {
	const char *params;
	bool is_header;
};

static const struct option_descriptor param_opts[] = {
	OPTION("params", 'p', OPTION_STRING, struct param_options, params),
	OPTION("header", 'H', OPTION_FLAG, struct param_options, is_header),
};

static const struct command_syntax param_syntax =
	COMMAND_SYNTAX(param_opts, 1, ARGS_MAX);

/* Add the parameter that WORDS are. */
static int param_add(const struct param_options *options, char **words)
{
	struct params *params = params_find(options->params);
	char *value;
	int rc;

	if (!params)
		return error_set(-ENOENT,
				 "there is no parameter list \"%.40s\"; make "
				 "one with params",
				 options->params ? options->params : "");
	value = join_words(words + 1);
	if (!value)
		return -ENOMEM;
	rc = params_add(params, options->is_header, words[0], value);
	free(value);
	return rc;
}

static int param_exec(int argc, char **argv)
{
	struct param_options options = {0};
	int first;
	int rc;

	first = parse_options(argc, argv, &param_syntax, &options);
	if (first < 0)
		return first;
	rc = param_add(&options, argv + first);
	if (rc)
		console_printf("param: %s\n", error_text(rc));
	return rc;
}

static const struct command param_command = {
	"param", "[--params <list>] [--header] <key> [value ...]",
	"Add a parameter to a list", param_exec};
TABLE_REGISTER(commands, param_command);

COMMAND_EXAMPLE(params, "params --method POST");
COMMAND_EXAMPLE(param, "param asset ${asset}");
