/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* file: URIs on a BIOS, where nothing could read a volume: say so. */
#include <errno.h>

#include "core/error.h"
#include "net/download.h"

static int file_start(struct download *download __unused_arg)
{
	return error_set(-ENOTSUP,
			 "on a BIOS nothing reads sticks and discs any more; "
			 "let syslinux load it, as an initrd of ipxe.lkrn");
}

/* Nothing is ever started. */
static void file_stop(struct download *download __unused_arg)
{
}

static const struct protocol file_protocol = {
	.scheme = "file",
	.start = file_start,
	.stop = file_stop,
};
TABLE_REGISTER(protocols, file_protocol);
