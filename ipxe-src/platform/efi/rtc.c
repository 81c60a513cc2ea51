/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The machine's clock under UEFI. */
#include "config/general.h"
#include "core/clock.h"
#include "core/platform.h"
#include "platform/efi/efi.h"

SELECT_IF(UNIXTIME_SETTING);

/* EFI_TIME's TimeZone, UEFI 2.10 8.3: minutes that local time is behind UTC,
 * or this: not told. */
#define TIME_ZONE_NONE 0x07ff

uint64_t platform_unixtime(void)
{
	EFI_TIME now;
	uint64_t unix_s;

	if (EFI_ERROR(efi_system->RuntimeServices->GetTime(&now, NULL)) ||
	    now.Year < 1970)
		return 0;
	unix_s = clock_from_date(now.Year, now.Month, now.Day, now.Hour,
				 now.Minute, now.Second);
	if (now.TimeZone != TIME_ZONE_NONE)
		unix_s += (uint64_t)(now.TimeZone * 60LL);
	return unix_s;
}
