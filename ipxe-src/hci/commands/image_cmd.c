/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands on images: imgfetch, imgselect, imgexec and their other names,
 * imgargs, imgstat, imgfree. */
#include <errno.h>
#include <stdlib.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "usr/fetch.h"
#include "usr/imgmgmt.h"

SELECT_IF(IMAGE_CMD);

/* Options of the commands that get an image. */
struct img_options {
	const char *name;
	unsigned long timeout_ms;
	bool is_quiet;
	bool is_auto_free;
	bool is_tail_call;
	const char *sha256;
};

static const struct option_descriptor img_opts[] = {
	OPTION("name", 'n', OPTION_STRING, struct img_options, name),
	OPTION("timeout", 't', OPTION_NUMBER, struct img_options, timeout_ms),
	OPTION("quiet", 'q', OPTION_FLAG, struct img_options, is_quiet),
	OPTION("autofree", 'a', OPTION_FLAG, struct img_options, is_auto_free),
	OPTION("sha256", 0, OPTION_STRING, struct img_options, sha256),
	OPTION("replace", 'r', OPTION_FLAG, struct img_options, is_tail_call),
};

/* All but the last option, and one image at least. */
static const struct command_syntax get_syntax = {
	img_opts, ARRAY_SIZE(img_opts) - 1, 1, ARGS_MAX};

static const struct command_syntax exec_syntax =
	COMMAND_SYNTAX(img_opts, 0, ARGS_MAX);

static const struct command_syntax list_syntax = {NULL, 0, 0, ARGS_MAX};

/* How to get an image. */
enum img_from {
	IMG_FETCH, /* always download it */
	IMG_GET,   /* take a registered one of that name, else download */
	IMG_EXEC,  /* likewise, in order to execute it */
};

/* Get the image that WORDS begin with, give it the name and the arguments. */
static int img_get(const char *command, char **words,
		   const struct img_options *options, enum img_from from,
		   struct image **ret_image)
{
	const struct fetch_options fetch = {
		.name = options->name,
		.timeout_ms = options->timeout_ms,
		.is_quiet = options->is_quiet,
		.is_to_execute = from == IMG_EXEC,
		.sha256 = options->sha256,
	};
	struct image *image;
	char *cmdline;
	int rc;

	if (from == IMG_FETCH)
		rc = fetch_image(command, words[0], &fetch, &image);
	else
		rc = fetch_or_find_image(command, words[0], &fetch, &image);
	if (rc)
		return rc;
	if (options->name) {
		rc = image_set_name(image, options->name);
		if (rc)
			return rc;
	}
	if (words[1]) {
		cmdline = join_words(words + 1);
		if (!cmdline)
			return -ENOMEM;
		rc = image_set_cmdline(image, cmdline);
		free(cmdline);
		if (rc)
			return rc;
	}
	if (options->is_auto_free)
		image->flags |= IMAGE_AUTO_FREE;
	*ret_image = image;
	return 0;
}

static int imgfetch_exec(int argc, char **argv)
{
	struct img_options options = {0};
	struct image *image;
	int first = parse_options(argc, argv, &get_syntax, &options);

	if (first < 0)
		return first;
	return img_get(argv[0], argv + first, &options, IMG_FETCH, &image);
}

static int imgselect_exec(int argc, char **argv)
{
	struct img_options options = {0};
	struct image *image;
	int first;
	int rc;

	first = parse_options(argc, argv, &get_syntax, &options);
	if (first < 0)
		return first;
	rc = img_get(argv[0], argv + first, &options, IMG_GET, &image);
	if (rc)
		return rc;
	rc = image_select(image);
	if (rc)
		console_printf("%s: could not select %s: %s\n", argv[0],
			       image->name, error_text(rc));
	return rc;
}

static int imgexec_exec(int argc, char **argv)
{
	struct img_options options = {0};
	struct image *image;
	int first;
	int rc;

	first = parse_options(argc, argv, &exec_syntax, &options);
	if (first < 0)
		return first;
	if (first < argc) {
		rc = img_get(argv[0], argv + first, &options, IMG_EXEC, &image);
		if (rc)
			return rc;
	} else {
		image = image_find_selected();
		if (!image) {
			console_printf("%s: %s\n", argv[0],
				       error_text(-ENOTSELECTED));
			return -ENOTSELECTED;
		}
		if (options.is_auto_free)
			image->flags |= IMAGE_AUTO_FREE;
	}
	return imgexec(argv[0], image, options.is_tail_call);
}

static int imgargs_exec(int argc, char **argv)
{
	struct img_options options = {0};
	struct image *image;
	int first;
	int rc;

	first = parse_options(argc, argv, &get_syntax, &options);
	if (first < 0)
		return first;
	image = image_find(argv[first]);
	if (image)
		image_set_cmdline(image, NULL);
	rc = img_get(argv[0], argv + first, &options, IMG_GET, &image);
	return rc;
}

/* Do VERB to each image of WORDS, or to all. */
static int for_each_image(const char *command, char **words,
			  void (*verb)(struct image *image))
{
	struct image *image, *next;

	if (!*words) {
		list_for_each_entry_safe(image, next, &images, list)
			verb(image);
		return 0;
	}
	for (; *words; words++) {
		image = image_find(*words);
		if (!image) {
			console_printf("%s: there is no image %s\n", command,
				       *words);
			return -ENOENT;
		}
		verb(image);
	}
	return 0;
}

static int imgstat_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &list_syntax, NULL);

	if (first < 0)
		return first;
	return for_each_image(argv[0], argv + first, imgstat);
}

static int imgfree_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &list_syntax, NULL);

	if (first < 0)
		return first;
	return for_each_image(argv[0], argv + first, image_unregister);
}

#define GET_USAGE                                                              \
	"[--name <name>] [--timeout <ms>] [--quiet] [--autofree] "             \
	"[--sha256 <digest>] "
#define FETCH_USAGE  GET_USAGE "<uri> [argument ...]"
#define SELECT_USAGE GET_USAGE "<uri or image> [argument ...]"
#define EXEC_USAGE   GET_USAGE "[--replace] [<uri or image> [argument ...]]"

#define IMAGE_COMMAND(name, usage, help, exec)                                 \
	static const struct command name##_command = {#name, usage, help,      \
						      exec};                   \
	TABLE_REGISTER(commands, name##_command)

IMAGE_COMMAND(imgfetch, FETCH_USAGE, "Download an image", imgfetch_exec);
IMAGE_COMMAND(module, FETCH_USAGE, "Download a module", imgfetch_exec);
IMAGE_COMMAND(initrd, FETCH_USAGE, "Download an initrd", imgfetch_exec);
IMAGE_COMMAND(imgselect, SELECT_USAGE, "Select an image", imgselect_exec);
IMAGE_COMMAND(imgload, SELECT_USAGE, "Select an image", imgselect_exec);
IMAGE_COMMAND(kernel, SELECT_USAGE, "Select a kernel", imgselect_exec);
IMAGE_COMMAND(imgexec, EXEC_USAGE, "Execute an image", imgexec_exec);
IMAGE_COMMAND(chain, EXEC_USAGE, "Execute an image", imgexec_exec);
IMAGE_COMMAND(boot, EXEC_USAGE, "Execute an image", imgexec_exec);
IMAGE_COMMAND(imgargs, SELECT_USAGE, "Set an image's arguments", imgargs_exec);
IMAGE_COMMAND(imgstat, "[image ...]", "List images", imgstat_exec);
IMAGE_COMMAND(imgfree, "[image ...]", "Free images", imgfree_exec);

COMMAND_EXAMPLE(imgfetch, "imgfetch --name rd http://boot.example/initrd.img");
COMMAND_EXAMPLE(module, "module http://boot.example/module");
COMMAND_EXAMPLE(initrd, "initrd http://boot.example/initrd.img");
COMMAND_EXAMPLE(imgselect, "imgselect vmlinuz");
COMMAND_EXAMPLE(imgload, "imgload http://boot.example/vmlinuz");
COMMAND_EXAMPLE(kernel,
		"kernel http://boot.example/vmlinuz initrd=initrd.img quiet");
COMMAND_EXAMPLE(imgexec, "imgexec vmlinuz");
COMMAND_EXAMPLE(chain,
		"chain --autofree http://boot.example/menu.ipxe || shell");
COMMAND_EXAMPLE(boot, "boot");
COMMAND_EXAMPLE(imgargs, "imgargs vmlinuz initrd=initrd.img console=ttyS0");
COMMAND_EXAMPLE(imgstat, "imgstat");
COMMAND_EXAMPLE(imgfree, "imgfree initrd.img");
