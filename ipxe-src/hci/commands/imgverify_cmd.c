/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: imgverify, by SHA-256. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "usr/fetch.h"

SELECT_IF(DIGEST_CMD);

struct imgverify_options {
	const char *sha256;
	const char *signer;
	unsigned long timeout_ms;
	bool is_quiet;
	bool is_kept;
};

static const struct option_descriptor imgverify_opts[] = {
	OPTION("sha256", 0, OPTION_STRING, struct imgverify_options, sha256),
	OPTION("signer", 's', OPTION_STRING, struct imgverify_options, signer),
	OPTION("timeout", 't', OPTION_NUMBER, struct imgverify_options,
	       timeout_ms),
	OPTION("quiet", 'q', OPTION_FLAG, struct imgverify_options, is_quiet),
	OPTION("keep", 'k', OPTION_FLAG, struct imgverify_options, is_kept),
};

static const struct command_syntax imgverify_syntax =
	COMMAND_SYNTAX(imgverify_opts, 1, 2);

static int imgverify_exec(int argc, char **argv)
{
	struct imgverify_options options = {0};
	struct fetch_options fetch = {0};
	struct image *image;
	int first;

	first = parse_options(argc, argv, &imgverify_syntax, &options);
	if (first < 0)
		return first;
	if (!options.sha256 || options.signer || argv[first + 1]) {
		console_printf("imgverify: signatures are not built in until "
			       "HTTPS is; use --sha256 <digest>\n");
		return -ENOSYS;
	}
	fetch.sha256 = options.sha256;
	fetch.timeout_ms = options.timeout_ms;
	fetch.is_quiet = options.is_quiet;
	return fetch_or_find_image(argv[0], argv[first], &fetch, &image);
}

static const struct command imgverify_command = {
	"imgverify",
	"--sha256 <digest> [--timeout <ms>] [--quiet] <uri or image>",
	"Succeed if an image has this SHA-256", imgverify_exec};
TABLE_REGISTER(commands, imgverify_command);

COMMAND_EXAMPLE(imgverify, "imgverify --sha256 ${sum} vmlinuz || shell");
