/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the option ROM's prefix tells: its NIC, and whether a person asked for
 * the command line during POST. */
#include "core/image.h"
#include "core/origin.h"
#include "platform/bios/main.h"
#include "usr/customise.h"

/* Have the command line instead of what would be booted. */
static void add_shell(void)
{
	static const char script[] = "#!ipxe\nshell\n";

	if (prefix.flags & PREFIX_SHELL)
		embedded_add("shell", (const uint8_t *)script,
			     sizeof(script) - 1);
}

static const struct image_source shell_source = {
	.order = IMAGE_SOURCE_ARGUMENTS,
	.add = add_shell,
};
TABLE_REGISTER(image_sources, shell_source);
