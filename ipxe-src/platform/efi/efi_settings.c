/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${efi/<name>}: UEFI variables, read only. UEFI 2.10 8.2. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings.h"
#include "core/raw_block.h"
#include "platform/efi/efi.h"

SELECT_IF(EFI_SETTINGS);

/* Bounds: of a name, of a value, of how many variables are looked at. */
#define NAME_MAX_CHARS	256
#define VALUE_MAX_BYTES 32768
#define VARIABLES_MAX	4096

static bool name_is_equal(const CHAR16 *wide, const char *name)
{
	while (*name && *wide == (CHAR16)(unsigned char)*name) {
		wide++;
		name++;
	}
	return !*wide && !*name;
}

/* The vendor of the first variable called NAME. Leaves its name in WIDE, of
 * NAME_MAX_CHARS. */
static int variable_find(const char *name, CHAR16 *wide, EFI_GUID *vendor)
{
	unsigned int i;
	EFI_STATUS status;
	UINTN size;

	wide[0] = 0;
	for (i = 0; i < VARIABLES_MAX; i++) {
		size = NAME_MAX_CHARS * sizeof(*wide);
		status = efi_system->RuntimeServices->GetNextVariableName(
			&size, wide, vendor);
		if (EFI_ERROR(status))
			return -ENOENT;
		if (name_is_equal(wide, name))
			return 0;
	}
	return -ENOENT;
}

static int efi_fetch(const struct setting *setting, void *buf, size_t len,
		     const struct setting_type **ret_type)
{
	CHAR16 *wide = malloc(NAME_MAX_CHARS * sizeof(*wide));
	UINTN size = VALUE_MAX_BYTES;
	void *value = malloc(size);
	EFI_GUID vendor;
	EFI_STATUS status;
	int rc = -ENOMEM;

	if (!wide || !value)
		goto out;
	rc = variable_find(setting->name, wide, &vendor);
	if (rc)
		goto out;
	status = efi_system->RuntimeServices->GetVariable(wide, &vendor, NULL,
							  &size, value);
	rc = -ENOENT;
	if (EFI_ERROR(status))
		goto out;
	if (!*ret_type)
		*ret_type = &setting_type_hex;
	rc = raw_copy(value, size, buf, len);
out:
	free(value);
	free(wide);
	return rc;
}

static struct raw_block efi_block = {.name = "efi", .fetch = efi_fetch};
TABLE_REGISTER(raw_blocks, efi_block);
