/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: imgextract. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "usr/extract.h"
#include "usr/fetch.h"

SELECT_IF(IMAGE_ARCHIVE_CMD);

struct imgextract_options {
	const char *name;
	unsigned long timeout_ms;
	bool is_quiet;
	bool is_kept;
};

static const struct option_descriptor imgextract_opts[] = {
	OPTION("name", 'n', OPTION_STRING, struct imgextract_options, name),
	OPTION("timeout", 't', OPTION_NUMBER, struct imgextract_options,
	       timeout_ms),
	OPTION("quiet", 'q', OPTION_FLAG, struct imgextract_options, is_quiet),
	OPTION("keep", 'k', OPTION_FLAG, struct imgextract_options, is_kept),
};

static const struct command_syntax imgextract_syntax =
	COMMAND_SYNTAX(imgextract_opts, 1, 1);

static int imgextract_exec(int argc, char **argv)
{
	struct imgextract_options options = {0};
	struct fetch_options fetch = {0};
	struct image *image, *extracted;
	int first;
	int rc;

	first = parse_options(argc, argv, &imgextract_syntax, &options);
	if (first < 0)
		return first;
	fetch.timeout_ms = options.timeout_ms;
	fetch.is_quiet = options.is_quiet;
	rc = fetch_or_find_image(argv[0], argv[first], &fetch, &image);
	if (rc)
		return rc;
	image_get(image);
	rc = image_extract(image, options.name, &extracted);
	if (rc)
		console_printf("imgextract: could not extract %s: %s\n",
			       image->name, error_text(rc));
	else if (!options.is_kept)
		image_unregister(image);
	image_put(image);
	return rc;
}

static const struct command imgextract_command = {
	"imgextract",
	"[--name <name>] [--timeout <ms>] [--quiet] [--keep] <uri or image>",
	"Decompress an image", imgextract_exec};
TABLE_REGISTER(commands, imgextract_command);

COMMAND_EXAMPLE(imgextract, "imgextract http://boot.example/initrd.img.gz");
