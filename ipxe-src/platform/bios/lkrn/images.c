/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the loader of a Linux kernel gave us: a command line, an initrd. */
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "core/image.h"
#include "core/region.h"
#include "platform/bios/lkrn/lkrn.h"
#include "platform/bios/main.h"
#include "usr/customise.h"

#define SCRIPT_MAGIC "#!ipxe\n"

/* ---- The command line. ---- */

/* Make it a script of one line. */
static void add_cmdline(void)
{
	char *text = (char *)prefix.cmdline;
	char *script;
	size_t len;

	if (!text)
		return;
	text = lkrn_command(text);
	len = strlen(text);
	if (!len)
		return;
	script = malloc(sizeof(SCRIPT_MAGIC) + len);
	if (!script)
		return;
	strcpy(script, SCRIPT_MAGIC);
	strcat(script, text);
	console_printf("Command line: %s\n", text);
	embedded_add("cmdline", (uint8_t *)script, strlen(script));
}

/* ---- The initrd. ---- */

/* Use the customisation region at DATA if the image has none itself. */
static void add_region(const uint8_t *data, size_t len)
{
	if (region_len && *region_data)
		return;
	region_data = data;
	region_len = len;
}

/* Register the files in the initrd that are scripts, or those that are not. */
static void add_initrd(bool scripts)
{
	const uint8_t *data = (const uint8_t *)prefix.initrd;
	size_t left = data ? prefix.initrd_len : 0;
	size_t len, skip;

	while ((len = lkrn_next_file(data, left, &skip))) {
		data += skip;
		if (lkrn_is_region(data, len))
			add_region(data, len);
		else if (lkrn_is_script(data, len) == scripts)
			embedded_add("initrd", data, len);
		left -= skip + len;
		data += len;
	}
}

static void add_arguments(void)
{
	add_cmdline();
	add_initrd(true);
}

static void add_data(void)
{
	add_initrd(false);
}

static const struct image_source arguments_source = {
	.order = IMAGE_SOURCE_ARGUMENTS,
	.add = add_arguments,
};
TABLE_REGISTER(image_sources, arguments_source);

static const struct image_source data_source = {
	.order = IMAGE_SOURCE_DATA,
	.add = add_data,
};
TABLE_REGISTER(image_sources, data_source);
