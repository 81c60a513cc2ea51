/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Start-up after unpacking, and the way back to the ROM. */
#include <errno.h>
#include <string.h>

#include "core/fbcon.h"
#include "core/heap.h"
#include "core/origin.h"
#include "core/platform.h"
#include "core/region.h"
#include "platform/bios/io.h"
#include "platform/bios/main.h"
#include "platform/bios/memory.h"
#include "platform/bios/pxe.h"
#include "platform/bios/real.h"
#include "platform/bios/serial.h"
#include "platform/bios/timer.h"
#include "usr/main.h"

const char platform_name[] = "pcbios";
const char platform_buildarch[] = "i386";
const uint16_t platform_dhcp_arch = 0;
const uint8_t platform_dhcp_ndi[3] = {1, 2, 1};

struct prefix_info prefix;

static uint16_t saved_base_kb; /* 40:13 as we found it */

void base_memory_release(void)
{
	*low_ptr(uint16_t, BDA_BASE_KB) = saved_base_kb;
}

/* Take the real-mode block's memory from the top of free base memory. The
 * BIOS counts it in kilobytes. */
static void base_memory_take(void)
{
	uint32_t top, bottom;

	saved_base_kb = *low_ptr(uint16_t, BDA_BASE_KB);
	bottom = saved_base_kb * 1024u;
	do {
		top = bottom;
		if (pxe_memory_bottom)
			bottom = pxe_memory_bottom(top);
	} while (bottom < top);
	real_move((uint8_t *)(((top & ~1023u) - REAL_LEN) & ~15u));
	*low_ptr(uint16_t, BDA_BASE_KB) =
		(uint16_t)((uintptr_t)real_base / 1024);
}

int platform_marker_load(uint8_t marker[PLATFORM_MARKER_LEN])
{
	memcpy(marker, (const void *)low_ptr(uint8_t, BDA_INTERAPP),
	       PLATFORM_MARKER_LEN);
	return 0;
}

int platform_marker_store(const uint8_t marker[PLATFORM_MARKER_LEN])
{
	memcpy((void *)low_ptr(uint8_t, BDA_INTERAPP), marker,
	       PLATFORM_MARKER_LEN);
	return 0;
}

void platform_shutdown(void)
{
	if (serial_flush)
		serial_flush();
	/* An operating system expects a text mode. */
	if (fbcon_stop)
		fbcon_stop();
	if (pxe_unload)
		pxe_unload();
	if (memory_unhide)
		memory_unhide();
	base_memory_release();
}

void bios_main(const struct boot_info *info)
{
	int rc;

	if (info->prefix)
		prefix = *info->prefix;
	if (prefix.flags & PREFIX_HAS_BUSDEVFN)
		origin_set_busdevfn(prefix.busdevfn);
	memory_init(info);
	region_data = (const uint8_t *)info->region;
	region_len = info->region_len;
	heap_add((void *)(memory_self.end - HEAP_LEN), HEAP_LEN);
	rc = pxe_init ? pxe_init() : -ENODEV;
	if (!rc && pxe_takeover)
		rc = pxe_takeover();
	base_memory_take();
	timer_init();
	if (!rc)
		pxe_cached_packets();

	rc = firmware_main();

	if (serial_flush)
		serial_flush();
	if (fbcon_stop)
		fbcon_stop();
	base_memory_release();
	asm volatile("jmp *%0" : : "r"(*real_ptr(real_leave32)), "a"(rc != 0));
	__builtin_unreachable();
}
