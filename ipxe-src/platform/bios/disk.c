/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Booting a local disk: its first sector at 0:7C00, as the BIOS does it. */
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "platform/bios/boot.h"
#include "platform/bios/real.h"

SELECT_IF(SANBOOT_CMD);

#define SECTOR_LEN     512
#define BOOT_SIGNATURE 0xaa55
#define READ_TRIES     3

/* Read the first sector of DRIVE to 0:7C00; INT 13h AH=02h. */
static bool read_boot_sector(unsigned int drive)
{
	struct real_regs *regs;
	unsigned int i;

	for (i = 0; i < READ_TRIES; i++) {
		regs = real_begin();
		regs->eax = 0x0201;
		regs->ebx = LOAD_BASE;
		regs->ecx = 0x0001;
		regs->edx = drive;
		regs->es = 0;
		if (!real_int(regs, 0x13))
			return true;
		/* The drive may only need a reset: AH=00h. */
		regs = real_begin();
		regs->edx = drive;
		real_int(regs, 0x13);
	}
	return false;
}

int platform_boot_disk(const struct platform_disk *disk)
{
	uint8_t *sector = (uint8_t *)LOAD_BASE;
	unsigned int drive = (unsigned int)disk->drive;

	memset(sector, 0, SECTOR_LEN);
	if (drive > 0xff || !read_boot_sector(drive))
		return error_set(-ENODEV,
				 "there is no disk %#x that the BIOS "
				 "can read",
				 drive);
	if (get_le16(sector + SECTOR_LEN - 2) != BOOT_SIGNATURE || !sector[0])
		return error_set(-ENOEXEC, "disk %#x has no boot sector",
				 drive);
	console_printf("Booting from disk %#x\n", drive);
	platform_shutdown();
	boot_real(0, LOAD_BASE, LOAD_BASE, drive);
}
