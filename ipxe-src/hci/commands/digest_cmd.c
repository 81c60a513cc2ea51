/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/parseopt.h"
#include "usr/fetch.h"

SELECT_IF(DIGEST_CMD);

struct digest_options {
	const char *setting;
};

static const struct option_descriptor digest_opts[] = {
	OPTION("set", 's', OPTION_STRING, struct digest_options, setting),
};

static const struct command_syntax digest_syntax =
	COMMAND_SYNTAX(digest_opts, 1, ARGS_MAX);

/* The digest that the command NAME ("sha256sum") computes. */
static const struct digest *command_digest(const char *name)
{
	char digest_name[16];

	snprintf(digest_name, sizeof(digest_name), "%.*s",
		 (int)(strlen(name) - strlen("sum")), name);
	return digest_find(digest_name);
}

/* Store LEN bytes of HASH in the setting NAME. */
static int hash_store(const char *name, const uint8_t *hash, size_t len)
{
	char name_buf[SETTING_NAME_MAX];
	struct settings *settings;
	struct setting setting;
	int rc;

	rc = setting_parse_name(name, true, name_buf, &settings, &setting);
	if (rc)
		return rc;
	if (!setting.type)
		setting.type = &setting_type_hexraw;
	return settings_store(settings, &setting, hash, len);
}

/* Print or store the digest of the image called NAME. */
static int image_digest(const char *command, const char *name,
			const struct digest_options *options)
{
	const struct digest *digest = command_digest(command);
	struct fetch_options fetch = {0};
	uint8_t hash[DIGEST_LEN_MAX];
	struct image *image;
	unsigned int i;
	int rc;

	rc = fetch_or_find_image(command, name, &fetch, &image);
	if (rc)
		return rc;
	/* Ctrl-C, or what polls meanwhile, must not take it away. */
	image_get(image);
	rc = digest_compute(digest, image->data, image->len, hash);
	if (!rc && options->setting)
		rc = hash_store(options->setting, hash, digest->len);
	if (rc) {
		console_printf("%s: %s: %s\n", command, name, error_text(rc));
	} else if (!options->setting) {
		for (i = 0; i < digest->len; i++)
			console_printf("%02x", hash[i]);
		console_printf("  %s\n", image->name);
	}
	image_put(image);
	return rc;
}

static int digest_exec(int argc, char **argv)
{
	struct digest_options options = {0};
	int first;
	int rc = 0;

	first = parse_options(argc, argv, &digest_syntax, &options);
	if (first < 0)
		return first;
	for (; !rc && argv[first]; first++)
		rc = image_digest(argv[0], argv[first], &options);
	return rc;
}

#define DIGEST_COMMAND(name, title)                                            \
	static const struct command name##_command = {                         \
		#name, "[--set <setting>] <uri or image> ...",                 \
		"Compute the " title " of images", digest_exec};               \
	TABLE_REGISTER(commands, name##_command)

DIGEST_COMMAND(md5sum, "MD5");
DIGEST_COMMAND(sha1sum, "SHA-1");
DIGEST_COMMAND(sha224sum, "SHA-224");
DIGEST_COMMAND(sha256sum, "SHA-256");
DIGEST_COMMAND(sha384sum, "SHA-384");
DIGEST_COMMAND(sha512sum, "SHA-512");

COMMAND_EXAMPLE(md5sum, "md5sum vmlinuz");
COMMAND_EXAMPLE(sha1sum, "sha1sum vmlinuz");
COMMAND_EXAMPLE(sha224sum, "sha224sum vmlinuz");
COMMAND_EXAMPLE(sha256sum, "sha256sum --set sum initrd.img && echo ${sum}");
COMMAND_EXAMPLE(sha384sum, "sha384sum vmlinuz");
COMMAND_EXAMPLE(sha512sum, "sha512sum vmlinuz");
