/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: show, inc. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/parseopt.h"

SELECT_IF(SHOW_CMD);

static const struct command_syntax inc_syntax = {NULL, 0, 1, 2};

struct show_options {
	bool is_quiet;
};

static const struct option_descriptor show_opts[] = {
	OPTION("quiet", 'q', OPTION_FLAG, struct show_options, is_quiet),
};

static const struct command_syntax show_syntax =
	COMMAND_SYNTAX(show_opts, 1, 1);

/* What iPXE has in a block that is not here, if NAME is in one; or NULL. */
static const char *absent_block(const char *name)
{
	if (!strncmp(name, "guestinfo/", 10) ||
	    !strncmp(name, "guestinfo.", 10))
		return "VMware's GuestInfo";
	return strstr(name, ".nvo/") ? "the memory of a card" : NULL;
}

/* Find NAME: its block, itself with its type, and its text. */
static int find(const char *name, char *name_buf, struct settings **ret_origin,
		struct setting *ret_setting, char **ret_text)
{
	const struct setting_type *type;
	struct settings *settings;
	int rc;

	rc = setting_parse_name(name, false, name_buf, &settings, ret_setting);
	if (rc && HAS_ABSENT_CMD && absent_block(name))
		return error_set(rc, "%s is not built in", absent_block(name));
	if (rc)
		return rc;
	rc = settings_fetch(settings, ret_setting, NULL, 0, ret_origin, &type);
	if (rc < 0 && HAS_ABSENT_USB && ret_setting->scope &&
	    !strcmp(ret_setting->scope, "usb"))
		return error_set(-ENOENT,
				 "there are no drivers for USB; UEFI has them");
	if (rc < 0)
		return error_set(-ENOENT, "it is not set");
	if (!ret_setting->type)
		ret_setting->type = type ? type : &setting_type_string;
	*ret_text = settings_format(*ret_origin, ret_setting);
	return *ret_text ? 0
			 : error_set(-EINVAL, "its value is not of type %s",
				     ret_setting->type->name);
}

static int show_exec(int argc, char **argv)
{
	struct show_options options = {0};
	char name_buf[SETTING_NAME_MAX];
	struct settings *origin;
	struct setting setting;
	const char *path;
	char *text;
	int first;
	int rc;

	first = parse_options(argc, argv, &show_syntax, &options);
	if (first < 0)
		return first;
	rc = find(argv[first], name_buf, &origin, &setting, &text);
	if (rc) {
		console_printf("show: could not find %s: %s\n", argv[first],
			       error_text(rc));
		return rc;
	}
	if (!options.is_quiet) {
		path = settings_path(origin);
		console_printf("%s%s%s:%s = ", path, *path ? "/" : "",
			       setting.name, setting.type->name);
	}
	console_write(text, strlen(text));
	console_putchar('\n');
	free(text);
	return 0;
}

static const struct command show_command = {
	"show", "[--quiet] <setting>", "Print a setting and where it is from",
	show_exec};
TABLE_REGISTER(commands, show_command);

/* Add NUMBER to the setting NAME, made an int32 if it is not set. */
static int increment(const char *name, unsigned long number)
{
	char name_buf[SETTING_NAME_MAX];
	const struct setting_type *type;
	uint8_t raw[sizeof(unsigned long)];
	struct settings *settings;
	struct setting setting;
	unsigned long value = 0;
	uint8_t i;
	int rc;

	rc = setting_parse_name(name, true, name_buf, &settings, &setting);
	if (rc)
		return rc;
	rc = settings_fetch(settings, &setting, raw, sizeof(raw), NULL, &type);
	if (rc >= 0) {
		if (!setting.type)
			setting.type = type;
		rc = setting_number(setting.type, raw, (size_t)rc, &value);
		if (rc)
			return rc;
	} else if (!setting.type) {
		setting.type = &setting_type_int32;
	}
	if (!setting.type || !setting.type->width)
		return error_set(-ENOTSUP,
				 "it is not a number; store one as "
				 "%s:int32",
				 setting.name);
	value += number;
	for (i = setting.type->width; i; i--, value >>= 8)
		raw[i - 1] = (uint8_t)value;
	return settings_store(settings, &setting, raw, setting.type->width);
}

static int inc_exec(int argc, char **argv)
{
	unsigned long number = 1;
	int first;
	int rc;

	first = parse_options(argc, argv, &inc_syntax, NULL);
	if (first < 0)
		return first;
	if (first + 1 < argc) {
		rc = parse_number(argv[0], argv[first + 1], &number);
		if (rc)
			return rc;
	}
	rc = increment(argv[first], number);
	if (rc)
		console_printf("inc: could not add to %s: %s\n", argv[first],
			       error_text(rc));
	return rc;
}

static const struct command inc_command = {"inc", "<setting> [number]",
					   "Add to a setting", inc_exec};
TABLE_REGISTER(commands, inc_command);

COMMAND_EXAMPLE(show, "show net0/ip");
COMMAND_EXAMPLE(inc, "inc tries");
