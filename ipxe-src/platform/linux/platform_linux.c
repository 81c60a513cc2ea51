/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Time, power, marker and SMBIOS of the program for Linux. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/platform.h"
#include "platform/linux/linux.h"

/* Environment variable that names the file with the generation marker. */
#define MARKER_VARIABLE "UNLOOP_MARKER_FILE"

const char platform_name[] = "linux";
const char platform_buildarch[] = "x86_64";
const uint16_t platform_dhcp_arch = 7;
const uint8_t platform_dhcp_ndi[3] = {1, 3, 10};

int (*linux_end_hook)(void);
uint64_t linux_time_skip_us;
uint64_t linux_idle_skip_us;

/* The marker lives in the file, if there is one, else only here. */
static uint8_t marker[PLATFORM_MARKER_LEN];
static bool has_marker;

uint64_t platform_time_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 +
	       linux_time_skip_us;
}

uint64_t platform_unixtime(void)
{
	return (uint64_t)time(NULL);
}

void platform_busy(void)
{
}

void platform_idle(void)
{
	const struct timespec rest = {0, 500000};

	if (linux_idle_skip_us)
		linux_time_skip_us += linux_idle_skip_us;
	else
		nanosleep(&rest, NULL);
}

/* The machine would go away: so does this program. */
static int linux_end(void)
{
	if (linux_end_hook)
		return linux_end_hook();
	exit(EXIT_SUCCESS);
}

int platform_reboot(bool warm __unused_arg)
{
	return linux_end();
}

int platform_request_setup(void)
{
	return error_set(-ENOTSUP, "the set-up cannot be asked for here; not "
				   "restarted");
}

int platform_poweroff(void)
{
	return linux_end();
}

int platform_boot_disk(const struct platform_disk *disk)
{
	return error_set(-ENOTSUP, "disk %#lx is of another machine",
			 disk->drive);
}

void platform_shutdown(void)
{
	linux_console_restore();
}

int platform_marker_load(uint8_t loaded[PLATFORM_MARKER_LEN])
{
	const char *path = getenv(MARKER_VARIABLE);
	FILE *file = path ? fopen(path, "rb") : NULL;

	if (file) {
		has_marker = fread(marker, 1, sizeof(marker), file) ==
			     sizeof(marker);
		fclose(file);
	}
	memset(loaded, 0, PLATFORM_MARKER_LEN);
	if (!has_marker)
		return -ENOENT;
	memcpy(loaded, marker, sizeof(marker));
	return 0;
}

int platform_marker_store(const uint8_t stored[PLATFORM_MARKER_LEN])
{
	const char *path = getenv(MARKER_VARIABLE);
	FILE *file;
	size_t len;

	memcpy(marker, stored, sizeof(marker));
	has_marker = true;
	if (!path)
		return 0;
	file = fopen(path, "wb");
	if (!file)
		return -errno;
	len = fwrite(marker, 1, sizeof(marker), file);
	return fclose(file) || len != sizeof(marker) ? -EIO : 0;
}

/* Read the file at PATH into BUF; returns its length, 0 if there is none. */
static size_t file_read(const char *path, uint8_t *buf, size_t len)
{
	FILE *file = fopen(path, "rb");
	size_t got;

	if (!file)
		return 0;
	got = fread(buf, 1, len, file);
	fclose(file);
	return got;
}

int platform_smbios(const uint8_t **ret_table, size_t *ret_len,
		    uint16_t *ret_version)
{
	static uint8_t table[65536];
	static size_t table_len;
	static uint8_t entry[64];
	static bool is_read;
	size_t version;

	if (!is_read) {
		is_read = true;
		file_read("/sys/firmware/dmi/tables/smbios_entry_point", entry,
			  sizeof(entry));
		table_len = file_read("/sys/firmware/dmi/tables/DMI", table,
				      sizeof(table));
	}
	if (!table_len)
		return -ENOENT;
	/* DSP0134 5.2.1 "_SM_", 5.2.2 "_SM3_": where the version is. */
	version = memcmp(entry, "_SM3_", 5) ? 6 : 7;
	*ret_table = table;
	*ret_len = table_len;
	*ret_version = (uint16_t)(entry[version] << 8 | entry[version + 1]);
	return 0;
}

const uint8_t *linux_acpi_rsdp;

const uint8_t *platform_acpi_rsdp(void)
{
	return linux_acpi_rsdp;
}

static uint8_t nvs_record[PLATFORM_NVS_MAX];
size_t linux_nvs_len;
int linux_nvs_rc;

int platform_nvs_load(void *buf, size_t *len)
{
	if (!linux_nvs_len || linux_nvs_len > *len)
		return -ENOENT;
	memcpy(buf, nvs_record, linux_nvs_len);
	*len = linux_nvs_len;
	return 0;
}

int platform_nvs_store(const void *buf, size_t len)
{
	if (linux_nvs_rc)
		return linux_nvs_rc;
	memcpy(nvs_record, buf, len);
	linux_nvs_len = len;
	return 0;
}
