/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${usb/...} where nothing knows of USB devices: never set. */
#include <errno.h>

#include "config/general.h"
#include "core/raw_block.h"

SELECT_IF(ABSENT_USB);

static int usb_fetch(const struct setting *setting __unused_arg,
		     void *buf __unused_arg, size_t len __unused_arg,
		     const struct setting_type **ret_type __unused_arg)
{
	return -ENOENT;
}

static struct raw_block usb_block = {.name = "usb", .fetch = usb_fetch};
TABLE_REGISTER(raw_blocks, usb_block);
