/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: imgmem. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/image.h"
#include "hci/parseopt.h"

SELECT_IF(IMAGE_MEM_CMD);

struct imgmem_options {
	const char *name;
};

static const struct option_descriptor imgmem_opts[] = {
	OPTION("name", 'n', OPTION_STRING, struct imgmem_options, name),
};

static const struct command_syntax imgmem_syntax =
	COMMAND_SYNTAX(imgmem_opts, 2, 2);

/* Copy LEN bytes at ADDRESS into a new image. */
static int imgmem(const char *name, unsigned long address, unsigned long len)
{
	struct image *image;
	int rc;

	if (!len || address > UINTPTR_MAX - len)
		return error_set(-EINVAL, "there is no such memory");
	image = image_alloc(NULL, name, NULL);
	if (!image)
		return -ENOMEM;
	rc = image_write(image, 0, (const void *)(uintptr_t)address, len);
	if (!rc) {
		image->flags |= IMAGE_COMPLETE;
		rc = image_register(image);
	}
	image_put(image);
	return rc;
}

static int imgmem_exec(int argc, char **argv)
{
	struct imgmem_options options = {0};
	unsigned long address, len;
	int first;
	int rc;

	first = parse_options(argc, argv, &imgmem_syntax, &options);
	if (first < 0)
		return first;
	rc = parse_number(argv[0], argv[first], &address);
	if (!rc)
		rc = parse_number(argv[0], argv[first + 1], &len);
	if (rc)
		return rc;
	rc = imgmem(options.name, address, len);
	if (rc)
		console_printf("imgmem: %s\n", error_text(rc));
	return rc;
}

static const struct command imgmem_command = {
	"imgmem", "[--name <name>] <address> <length>",
	"Make an image of memory", imgmem_exec};
TABLE_REGISTER(commands, imgmem_command);

COMMAND_EXAMPLE(imgmem, "imgmem --name bda 0x400 256");
