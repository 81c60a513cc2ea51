/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: imgset. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/parseopt.h"
#include "usr/fetch.h"

SELECT_IF(IMGSET_CMD);

/* Larger images are not settings. */
#define IMGSET_MAX 65536

struct imgset_options {
	unsigned long timeout_ms;
	bool is_quiet;
	bool is_kept;
};

static const struct option_descriptor imgset_opts[] = {
	OPTION("timeout", 't', OPTION_NUMBER, struct imgset_options,
	       timeout_ms),
	OPTION("quiet", 'q', OPTION_FLAG, struct imgset_options, is_quiet),
	OPTION("keep", 'k', OPTION_FLAG, struct imgset_options, is_kept),
};

static const struct command_syntax imgset_syntax =
	COMMAND_SYNTAX(imgset_opts, 2, 2);

/* Store what IMAGE holds in the setting NAME. */
static int image_store(const struct image *image, const char *name)
{
	char name_buf[SETTING_NAME_MAX];
	struct settings *settings;
	struct setting setting;
	int rc;

	if (image->len > IMGSET_MAX)
		return error_set(-EFBIG, "it has more than %d bytes",
				 IMGSET_MAX);
	rc = setting_parse_name(name, true, name_buf, &settings, &setting);
	if (rc)
		return rc;
	if (!setting.type)
		setting.type = &setting_type_string;
	return settings_store(settings, &setting, image->data, image->len);
}

static int imgset_exec(int argc, char **argv)
{
	struct imgset_options options = {0};
	struct fetch_options fetch = {0};
	struct image *image;
	int first;
	int rc;

	first = parse_options(argc, argv, &imgset_syntax, &options);
	if (first < 0)
		return first;
	fetch.timeout_ms = options.timeout_ms;
	fetch.is_quiet = options.is_quiet;
	rc = fetch_or_find_image(argv[0], argv[first + 1], &fetch, &image);
	if (rc)
		return rc;
	rc = image_store(image, argv[first]);
	if (rc)
		console_printf("imgset: could not store %s in %s: %s\n",
			       image->name, argv[first], error_text(rc));
	if (!options.is_kept)
		image_unregister(image);
	return rc;
}

static const struct command imgset_command = {
	"imgset",
	"[--timeout <ms>] [--quiet] [--keep] <setting> "
	"<uri or image>",
	"Store what an image holds in a setting", imgset_exec};
TABLE_REGISTER(commands, imgset_command);

COMMAND_EXAMPLE(imgset, "imgset name http://boot.example/name.txt");
