/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware as an ordinary program: try a boot script on any machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/image.h"
#include "core/origin.h"
#include "core/settings.h"
#include "platform/linux/linux.h"
#include "usr/main.h"

static void usage(FILE *stream)
{
	fputs("usage: firmware [--set NAME=VALUE]... [--memory MB] "
	      "[--origin URI] [--http DIR] "
	      "[SCRIPT]\n"
	      "Runs SCRIPT, or the embedded script, as a machine would. A "
	      "kernel is not booted:\n"
	      "what would be is printed. Network needs a tap device.\n"
	      "  --set NAME=VALUE  store a setting first, as `set` does\n"
	      "  --memory MB       for images (1024)\n"
	      "  --origin URI      where this firmware was loaded from\n"
	      "  --http DIR        answer http:// from the files in DIR\n",
	      stream);
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "firmware: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

/* Store NAME=VALUE. */
static int set(char *text)
{
	char *equals = strchr(text, '=');
	int rc;

	if (!equals)
		return fail(text, "--set wants NAME=VALUE");
	*equals = '\0';
	rc = settings_store_text(text, equals + 1);
	return rc ? fail(text, error_text(rc)) : 0;
}

static int set_origin(const char *text)
{
	struct uri *uri = uri_parse(text);

	if (!uri)
		return fail(text, "out of memory");
	origin_set_uri(uri);
	uri_put(uri);
	return 0;
}

/* Make the file at PATH the image that runs first. */
static int load(const char *path)
{
	const char *slash = strrchr(path, '/');
	FILE *file = fopen(path, "rb");
	struct image *image;
	char buf[4096];
	size_t len;
	int rc = 0;

	if (!file)
		return fail(path, strerror(errno));
	image = image_alloc(NULL, slash ? slash + 1 : path, NULL);
	while (image && !rc && (len = fread(buf, 1, sizeof(buf), file)) > 0)
		rc = image_write(image, image->len, buf, len);
	if (!image || ferror(file))
		rc = -EIO;
	fclose(file);
	if (!rc) {
		image->flags |= IMAGE_COMPLETE | IMAGE_ORIGIN | IMAGE_HIDDEN;
		rc = image_register(image);
	}
	image_put(image);
	return rc ? fail(path, error_text(rc)) : 0;
}

int main(int argc, char **argv)
{
	int i, rc;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help")) {
			usage(stdout);
			return EXIT_SUCCESS;
		}
		if (i + 1 == argc) {
			usage(stderr);
			return EXIT_FAILURE;
		}
		if (!strcmp(argv[i], "--set")) {
			rc = set(argv[++i]);
		} else if (!strcmp(argv[i], "--origin")) {
			rc = set_origin(argv[++i]);
		} else if (!strcmp(argv[i], "--http")) {
			linux_http_dir = argv[++i];
			rc = 0;
		} else if (!strcmp(argv[i], "--memory")) {
			linux_bulk_limit = strtoull(argv[++i], NULL, 0) << 20;
			rc = 0;
		} else {
			usage(stderr);
			return EXIT_FAILURE;
		}
		if (rc)
			return rc;
	}
	if (i < argc - 1) {
		usage(stderr);
		return EXIT_FAILURE;
	}
	if (i < argc) {
		rc = load(argv[i]);
		if (rc)
			return rc;
	}
	linux_is_program = true;
	rc = firmware_main();
	linux_console_restore();
	if (rc < 0)
		return EXIT_FAILURE;
	return rc > 255 ? 255 : rc;
}
