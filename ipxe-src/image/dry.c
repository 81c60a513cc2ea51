/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image type of the program for Linux: says what a machine would boot. */
#include <errno.h>
#include <string.h>

#include "core/compiler.h"
#include "core/console.h"
#include "core/error.h"
#include "core/image.h"
#include "core/platform.h"

SELECT_IF(IMAGE_DRY);

/* Linux/x86 boot protocol: "HdrS" at 0x202; PE/COFF: "MZ" at 0. */
#define LINUX_MAGIC_OFFSET 0x202

/* A kernel, which ends the chain, rather than any other program? */
static bool is_kernel(const struct image *image)
{
	return image->len >= LINUX_MAGIC_OFFSET + 4 &&
	       !memcmp(image->data + LINUX_MAGIC_OFFSET, "HdrS", 4);
}

static int dry_probe(struct image *image)
{
	return image->len ? 0 : -ENOEXEC;
}

static enum image_role dry_role(struct image *image)
{
	return is_kernel(image) ? IMAGE_ROLE_KERNEL : IMAGE_ROLE_LOADER;
}

/* Print where IMAGE is from. */
static void print_image(const char *what, const struct image *image)
{
	char uri[256] = "";

	if (image->uri)
		uri_format(image->uri, uri, sizeof(uri));
	console_printf("boot: %s %s, %lu bytes%s%s\n", what, image->name,
		       (unsigned long)image->len, uri[0] ? ", from " : "", uri);
}

static int dry_exec(struct image *image)
{
	struct image *other;

	if (image_is_text(image))
		return error_set(-ENOEXEC,
				 "it is a text, neither a script "
				 "(which begins with #!ipxe) nor a boot "
				 "program");
	print_image(is_kernel(image) ? "kernel" : "boot program", image);
	console_printf("boot: command line: ");
	if (image->cmdline)
		console_write(image->cmdline, strlen(image->cmdline));
	console_putchar('\n');
	list_for_each_entry(other, &images, list) {
		if (other == image || other->flags & IMAGE_HIDDEN)
			continue;
		print_image("initrd", other);
		if (other->cmdline)
			console_printf("boot: placed as: %s\n", other->cmdline);
	}
	return platform_poweroff();
}

static const struct image_type dry_image_type = {
	.name = "program",
	.order = 1000,
	.probe = dry_probe,
	.exec = dry_exec,
	.role = dry_role,
};
TABLE_REGISTER(image_types, dry_image_type);
