/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Network boot programs for the BIOS, such as pxelinux: PXE 2.1 4.4.5. */
#include <string.h>

#include "core/error.h"
#include "core/image.h"
#include "net/netdevice.h"
#include "platform/bios/boot.h"
#include "platform/bios/pxe.h"
#include "platform/bios/real.h"

SELECT_IF(IMAGE_PXE);

#define NBP_MAX (0xa0000 - LOAD_BASE)

static int pxe_nbp_probe(struct image *image)
{
	/* It has no magic; only what it cannot be is known. */
	if (!image->len || image->len > NBP_MAX)
		return -ENOEXEC;
	if (image->len >= 2 && !memcmp(image->data, "MZ", 2))
		return error_set(-ENOEXEC,
				 "it looks like a UEFI program, this machine "
				 "was started by its BIOS");
	return 0;
}

static enum image_role pxe_nbp_role(struct image *image __unused_arg)
{
	return IMAGE_ROLE_LOADER;
}

static int pxe_nbp_exec(struct image *image)
{
	uint32_t room = boot_nbp_room();
	uint16_t status;

	if (image_is_text(image))
		return error_set(-ENOEXEC,
				 "it is a text, neither a script "
				 "(which begins with #!ipxe) nor a boot "
				 "program");
	if (!pxe_entry() || !real_ptr(real_entry)->sp)
		return error_set(-ENODEV, "there is no PXE that it could use");
	if (image->len > room)
		return error_set(-ENOSPC,
				 "it has %u bytes, base memory has "
				 "room for %u",
				 (unsigned int)image->len, room);
	netdev_pause_all();
	memcpy((void *)LOAD_BASE, image->data, image->len);
	status = boot_nbp();
	netdev_resume_all();
	if (status)
		return error_set(-EIO, "it came back with PXE status %#x",
				 status);
	return 0;
}

static const struct image_type pxe_nbp_type = {
	.name = "PXE-NBP",
	.order = 900,
	.probe = pxe_nbp_probe,
	.exec = pxe_nbp_exec,
	.role = pxe_nbp_role,
};
TABLE_REGISTER(image_types, pxe_nbp_type);
