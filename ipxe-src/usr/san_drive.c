/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The setting `san-drive`: which disk is meant where no command says it. */
#include "core/settings.h"
#include "usr/san_drive.h"

SELECT_IF(SANHOOK_CMD);

/* 175.189: a DHCP option that iPXE defined. */
static const struct setting san_drive_setting = {
	.name = "san-drive",
	.description = "Disk of sanboot and sanhook without --drive",
	.tag = DHCP_ENCAP(175, 189),
	.type = &setting_type_uint8,
};
TABLE_REGISTER(settings, san_drive_setting);

unsigned long san_drive(void)
{
	unsigned long drive = SAN_DRIVE_DEFAULT;

	settings_fetch_uint(NULL, &san_drive_setting, &drive);
	return drive;
}
