/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: console, colour, cpair. */
#include <errno.h>

#include "core/ansi.h"
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/image.h"
#include "hci/parseopt.h"
#include "usr/fetch.h"
#include "usr/graphics.h"

SELECT_IF(CONSOLE_CMD);

struct console_options {
	unsigned long x, y;
	unsigned long left, right, top, bottom;
	unsigned long depth;
	const char *picture;
	bool is_kept;
};

static const struct option_descriptor console_opts[] = {
	OPTION("x", 'x', OPTION_NUMBER, struct console_options, x),
	OPTION("y", 'y', OPTION_NUMBER, struct console_options, y),
	OPTION("left", 'l', OPTION_NUMBER, struct console_options, left),
	OPTION("right", 'r', OPTION_NUMBER, struct console_options, right),
	OPTION("top", 't', OPTION_NUMBER, struct console_options, top),
	OPTION("bottom", 'b', OPTION_NUMBER, struct console_options, bottom),
	OPTION("depth", 'd', OPTION_NUMBER, struct console_options, depth),
	OPTION("picture", 'p', OPTION_STRING, struct console_options, picture),
	OPTION("keep", 'k', OPTION_FLAG, struct console_options, is_kept),
};

static const struct command_syntax console_syntax =
	COMMAND_SYNTAX(console_opts, 0, 0);

/* Get the picture and switch to graphics. */
static int graphics_exec(const char *command,
			 const struct console_options *options)
{
	struct fbcon_config config = {
		.width = (unsigned int)options->x,
		.height = (unsigned int)options->y,
		.depth = (unsigned int)options->depth,
		.left = (unsigned int)options->left,
		.right = (unsigned int)options->right,
		.top = (unsigned int)options->top,
		.bottom = (unsigned int)options->bottom,
	};
	struct fetch_options fetch = {0};
	struct image *picture = NULL;
	int rc;

	if (options->picture) {
		rc = fetch_or_find_image(command, options->picture, &fetch,
					 &picture);
		if (rc)
			return rc;
	}
	rc = graphics_start(&config, picture);
	if (rc)
		console_printf("%s: could not use %s: %s\n", command,
			       picture ? picture->name : "graphics",
			       error_text(rc));
	if (picture && !options->is_kept)
		image_unregister(picture);
	return rc;
}

static int console_exec(int argc, char **argv)
{
	struct console_options options = {0};
	int first;

	first = parse_options(argc, argv, &console_syntax, &options);
	if (first < 0)
		return first;
	if (argc > 1)
		return graphics_exec(argv[0], &options);
	if (fbcon_stop)
		fbcon_stop();
	cpair_use(CPAIR_DEFAULT);
	console_printf("\033[2J\033[H");
	return 0;
}

static const struct command console_command = {
	"console",
	"[--x <width>] [--y <height>] [--left <margin>] [--right <margin>] "
	"[--top <margin>] [--bottom <margin>] [--depth <bits>] "
	"[--picture <uri|image>] [--keep]",
	"Switch to graphics; without options back to text", console_exec};
TABLE_REGISTER(commands, console_command);

struct colour_options {
	unsigned long basic;
	unsigned long rgb;
};

/* No --rgb was given. */
#define RGB_NONE 0x7fffffffUL

static const struct option_descriptor colour_opts[] = {
	OPTION("basic", 'b', OPTION_NUMBER, struct colour_options, basic),
	OPTION("rgb", 'r', OPTION_NUMBER, struct colour_options, rgb),
};

static const struct command_syntax colour_syntax =
	COMMAND_SYNTAX(colour_opts, 1, 1);

/* Say why COMMAND failed with RC, and return it. */
static int tell(const char *command, int rc)
{
	if (rc)
		console_printf("%s: %s\n", command, error_text(rc));
	return rc;
}

static int colour_exec(int argc, char **argv)
{
	struct colour_options options = {ANSI_DEFAULT, RGB_NONE};
	unsigned long index;
	long rgb = -1;
	int first;
	int rc;

	first = parse_options(argc, argv, &colour_syntax, &options);
	if (first < 0)
		return first;
	rc = parse_number(argv[0], argv[first], &index);
	if (rc)
		return rc;
	if (options.rgb != RGB_NONE)
		rgb = (long)MIN(options.rgb, 0x1000000UL);
	return tell(argv[0], colour_define(index, options.basic, rgb));
}

static const struct command colour_command = {
	"colour", "[--basic <0-7|9|15>] [--rgb <0xRRGGBB>] <colour>",
	"Define a colour", colour_exec};
TABLE_REGISTER(commands, colour_command);

struct cpair_options {
	unsigned long foreground;
	unsigned long background;
};

static const struct option_descriptor cpair_opts[] = {
	OPTION("foreground", 'f', OPTION_NUMBER, struct cpair_options,
	       foreground),
	OPTION("background", 'b', OPTION_NUMBER, struct cpair_options,
	       background),
};

static const struct command_syntax cpair_syntax =
	COMMAND_SYNTAX(cpair_opts, 1, 1);

static int cpair_exec(int argc, char **argv)
{
	struct cpair_options options = {ANSI_DEFAULT, ANSI_DEFAULT};
	unsigned long index;
	int first;
	int rc;

	first = parse_options(argc, argv, &cpair_syntax, &options);
	if (first < 0)
		return first;
	rc = parse_number(argv[0], argv[first], &index);
	if (rc)
		return rc;
	return tell(argv[0], cpair_define(index, options.foreground,
					  options.background));
}

static const struct command cpair_command = {
	"cpair", "[--foreground <colour>] [--background <colour>] <pair>",
	"Define a pair of colours", cpair_exec};
TABLE_REGISTER(commands, cpair_command);

COMMAND_EXAMPLE(console, "console --picture http://boot.example/logo.png");
COMMAND_EXAMPLE(colour, "colour --rgb 0x204060 1");
COMMAND_EXAMPLE(cpair, "cpair --foreground 7 --background 4 1");
