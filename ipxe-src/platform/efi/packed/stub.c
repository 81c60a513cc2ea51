/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the firmware enters of a packed application: unpacks the program and
 * enters that, with the same handle, and frees its memory when it returns.
 *
 * It has no variables (stub.lds checks): the packed program is behind its
 * read-only data.
 */
#include "config/branding.h"
#include "core/identity.h"
#include "platform/efi/efi.h"
#include "platform/efi/packed/packed.h"
#include "platform/efi/packed/rights.h"

/* Its identity note, then struct packed_header; scripts/mkefi puts it here. */
extern const uint8_t packed_program[] __attribute__((visibility("hidden")));

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static void say(SIMPLE_TEXT_OUTPUT_INTERFACE *console, const CHAR16 *text)
{
	console->OutputString(console, (CHAR16 *)text);
}

/* Say why nothing was started, and return STATUS. */
static EFI_STATUS refuse(EFI_SYSTEM_TABLE *system, EFI_STATUS status)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *console = system->ConOut;

	if (!console)
		return status;
	say(console, L"\r\n" PRODUCT_SHORT_NAME L" cannot start: ");
	if (status == EFI_COMPROMISED_DATA)
		say(console, L"its file is damaged; copy it anew.");
	else if (status == EFI_SECURITY_VIOLATION)
		say(console, L"the firmware does not let it execute what it "
			     L"unpacked.");
	else
		say(console, L"there is no memory for it.");
	say(console, L" The firmware goes on with its next boot device.\r\n");
	return status;
}

/* Unpack the program of HEADER to MEMORY and enter it. */
static EFI_STATUS run(const struct packed_header *header,
		      EFI_PHYSICAL_ADDRESS memory, EFI_HANDLE image,
		      EFI_SYSTEM_TABLE *system)
{
	uint8_t *program = (uint8_t *)(uintptr_t)memory;
	EFI_IMAGE_ENTRY_POINT entry;
	struct rights rights;
	EFI_STATUS status;

	if (packed_unpack(header, program) < 0)
		return refuse(system, EFI_COMPROMISED_DATA);
	arch_code_written(program, header->rodata);
	status = rights_take(&rights, system->BootServices, header, memory);
	if (EFI_ERROR(status))
		return refuse(system, status);
	entry = (EFI_IMAGE_ENTRY_POINT)(uintptr_t)(program + header->entry);
	status = entry(image, system);
	rights_give_back(&rights);
	return status;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const struct packed_header *header;
	EFI_PHYSICAL_ADDRESS memory;
	EFI_STATUS status;

	header = (const void *)(packed_program + sizeof(struct identity_note));
	if (!packed_is_whole(header))
		return refuse(system, EFI_COMPROMISED_DATA);
	status = system->BootServices->AllocatePages(
		AllocateAnyPages, EfiLoaderCode,
		EFI_SIZE_TO_PAGES(header->memory_len), &memory);
	if (EFI_ERROR(status))
		return refuse(system, status);
	status = run(header, memory, image, system);
	system->BootServices->FreePages(memory,
					EFI_SIZE_TO_PAGES(header->memory_len));
	return status;
}
