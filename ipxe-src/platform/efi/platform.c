/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the firmware asks of UEFI: reset, variables, SMBIOS, ACPI. */
#include <errno.h>
#include <string.h>

#include "core/acpi.h"
#include "core/error.h"
#include "core/platform.h"
#include "platform/efi/efi.h"
#include "platform/efi/smbios.h"

/* Our own variables: generated for this purpose, never reused. */
#define VENDOR_GUID                                                            \
	{                                                                      \
		0x3f6f2a8c, 0x52c1, 0x4d0e,                                    \
		{                                                              \
			0xa1, 0x7b, 0x94, 0x0d, 0x6e, 0x2b, 0xc8, 0x55         \
		}                                                              \
	}

const char platform_name[] = "efi";

/* RFC 4578 2.2: UNDI (1), version 3.10 as UEFI firmware sends it. */
const uint8_t platform_dhcp_ndi[3] = {1, 3, 10};

static EFI_GUID vendor = VENDOR_GUID;
static CHAR16 marker_name[] = L"BootGeneration";
static CHAR16 nvs_name[] = L"Settings";

int platform_reboot(bool warm)
{
	efi_console_flush();
	efi_system->RuntimeServices->ResetSystem(
		warm ? EfiResetWarm : EfiResetCold, EFI_SUCCESS, 0, NULL);
	return -ENOTSUP;
}

/* UEFI 2.10 8.5.4. */
#define OS_INDICATIONS_BOOT_TO_FW_UI 1ULL

int platform_request_setup(void)
{
	static CHAR16 supported_name[] = L"OsIndicationsSupported";
	static CHAR16 name[] = L"OsIndications";
	static EFI_GUID vendor = EFI_GLOBAL_VARIABLE;
	EFI_RUNTIME_SERVICES *services = efi_system->RuntimeServices;
	uint64_t supported = 0, wanted = 0;
	UINTN len = sizeof(supported);

	if (EFI_ERROR(services->GetVariable(supported_name, &vendor, NULL, &len,
					    &supported)) ||
	    !(supported & OS_INDICATIONS_BOOT_TO_FW_UI))
		return error_set(-ENOTSUP, "this firmware cannot be asked for "
					   "its set-up; not restarted");
	len = sizeof(wanted);
	if (EFI_ERROR(
		    services->GetVariable(name, &vendor, NULL, &len, &wanted)))
		wanted = 0;
	wanted |= OS_INDICATIONS_BOOT_TO_FW_UI;
	return efi_errno(services->SetVariable(
		name, &vendor,
		EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
			EFI_VARIABLE_RUNTIME_ACCESS,
		sizeof(wanted), &wanted));
}

int platform_poweroff(void)
{
	efi_console_flush();
	efi_system->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS,
						 0, NULL);
	return -ENOTSUP;
}

int platform_marker_load(uint8_t marker[PLATFORM_MARKER_LEN])
{
	UINTN len = PLATFORM_MARKER_LEN;
	EFI_STATUS status;

	status = efi_system->RuntimeServices->GetVariable(marker_name, &vendor,
							  NULL, &len, marker);
	if (!EFI_ERROR(status) && len == PLATFORM_MARKER_LEN)
		return 0;
	memset(marker, 0, PLATFORM_MARKER_LEN);
	return -ENOENT;
}

int platform_marker_store(const uint8_t marker[PLATFORM_MARKER_LEN])
{
	/* Not EFI_VARIABLE_NON_VOLATILE: a reset clears it. */
	return efi_errno(efi_system->RuntimeServices->SetVariable(
		marker_name, &vendor, EFI_VARIABLE_BOOTSERVICE_ACCESS,
		PLATFORM_MARKER_LEN, (void *)marker));
}

int platform_nvs_load(void *buf, size_t *len)
{
	UINTN size = *len;
	EFI_STATUS status;

	status = efi_system->RuntimeServices->GetVariable(nvs_name, &vendor,
							  NULL, &size, buf);
	if (!EFI_ERROR(status))
		*len = size;
	return efi_errno(status);
}

int platform_nvs_store(const void *buf, size_t len)
{
	EFI_STATUS status;

	/* Not EFI_VARIABLE_RUNTIME_ACCESS: an operating system neither reads
	 * nor changes them. */
	status = efi_system->RuntimeServices->SetVariable(
		nvs_name, &vendor,
		EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS,
		len, (void *)buf);
	if (status == EFI_NOT_FOUND && !len)
		return 0;
	return error_set(efi_errno(status),
			 "the firmware does not keep the variable Settings "
			 "(status %#lx)",
			 (unsigned long)(status & 0xffff));
}

/* The table that the firmware published under GUID, or NULL. */
static const void *config_table(const EFI_GUID *guid)
{
	const EFI_CONFIGURATION_TABLE *table = efi_system->ConfigurationTable;
	UINTN i;

	for (i = 0; i < efi_system->NumberOfTableEntries; i++) {
		if (!memcmp(&table[i].VendorGuid, guid, sizeof(*guid)))
			return table[i].VendorTable;
	}
	return NULL;
}

int platform_smbios(const uint8_t **ret_table, size_t *ret_len,
		    uint16_t *ret_version)
{
	static const EFI_GUID smbios3_guid = SMBIOS3_CONFIG_TABLE_GUID;
	static const EFI_GUID smbios_guid = SMBIOS_CONFIG_TABLE_GUID;
	const void *entry;
	uint64_t address;
	int rc = -ENOENT;

	entry = config_table(&smbios3_guid);
	if (entry)
		rc = smbios_parse_entry3(entry, &address, ret_len, ret_version);
	if (rc)
		entry = config_table(&smbios_guid);
	if (rc && entry)
		rc = smbios_parse_entry(entry, &address, ret_len, ret_version);
	if (rc)
		return rc;
	*ret_table = (const void *)(uintptr_t)address;
	return 0;
}

const uint8_t *platform_acpi_rsdp(void)
{
	static const EFI_GUID acpi2_guid = ACPI_20_TABLE_GUID;
	static const EFI_GUID acpi_guid = ACPI_TABLE_GUID;
	const uint8_t *rsdp;

	rsdp = config_table(&acpi2_guid);
	if (!rsdp)
		rsdp = config_table(&acpi_guid);
	return rsdp && acpi_is_rsdp(rsdp, SIZE_MAX) ? rsdp : NULL;
}

void platform_shutdown(void)
{
	efi_console_flush();
	efi_watchdog_disarm();
}
