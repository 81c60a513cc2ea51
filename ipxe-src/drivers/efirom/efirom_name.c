/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What setup screens call the driver of an option ROM, and its cards. */
#include <stdio.h>
#include <string.h>

#include "config/branding.h"
#include "drivers/efirom/efirom.h"
#include "platform/efi/ucs2.h"

/* Only English; also as "en-US". RFC 4646. */
static bool is_english(const CHAR8 *language)
{
	return language && !memcmp(language, "en", 2) &&
	       (!language[2] || language[2] == '-');
}

void efirom_set_name(struct efirom_nic *nic, const char *chip)
{
	char text[EFIROM_NAME_LEN];

	snprintf(text, sizeof(text), PRODUCT_SHORT_NAME " (%s)", chip);
	ucs2_from_utf8(text, nic->name, EFIROM_NAME_LEN);
}

EFI_STATUS EFIAPI
efirom_driver_name(EFI_COMPONENT_NAME2_PROTOCOL *this __unused_arg,
		   CHAR8 *language, CHAR16 **ret_name)
{
	static CHAR16 name[sizeof(PRODUCT_SHORT_NAME " network boot")];

	if (!ret_name)
		return EFI_INVALID_PARAMETER;
	if (!is_english(language))
		return EFI_UNSUPPORTED;
	ucs2_from_utf8(PRODUCT_SHORT_NAME " network boot", name,
		       ARRAY_SIZE(name));
	*ret_name = name;
	return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efirom_controller_name(
	EFI_COMPONENT_NAME2_PROTOCOL *this __unused_arg, EFI_HANDLE handle,
	EFI_HANDLE child, CHAR8 *language, CHAR16 **ret_name)
{
	struct efirom_nic *nic = efirom_find(handle, child);

	if (!ret_name)
		return EFI_INVALID_PARAMETER;
	if (!nic || !is_english(language))
		return EFI_UNSUPPORTED;
	*ret_name = nic->name;
	return EFI_SUCCESS;
}
