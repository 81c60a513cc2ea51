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

#define CANNOT_START L"\r\n" PRODUCT_SHORT_NAME L" cannot start: "
#define WHAT_NEXT    L" Going on to the next boot device.\r\n"

typedef EFI_STATUS(EFIAPI *program_entry)(EFI_HANDLE image,
					  EFI_SYSTEM_TABLE *system);

/* Its identity note, then struct packed_header; scripts/mkefi puts it here. */
extern const uint8_t packed_program[] __attribute__((visibility("hidden")));

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* Say why nothing was started, and return STATUS. */
static EFI_STATUS refuse(EFI_SYSTEM_TABLE *system, const CHAR16 *sentence,
			 EFI_STATUS status)
{
	if (system->ConOut)
		system->ConOut->OutputString(system->ConOut,
					     (CHAR16 *)sentence);
	return status;
}

/* Unpack the program of HEADER to MEMORY and enter it. */
static EFI_STATUS run(const struct packed_header *header,
		      EFI_PHYSICAL_ADDRESS memory, EFI_HANDLE image,
		      EFI_SYSTEM_TABLE *system)
{
	uint8_t *program = (uint8_t *)(uintptr_t)memory;
	struct rights rights;
	EFI_STATUS status;

	if (packed_unpack(header, program) < 0)
		return refuse(system,
			      CANNOT_START L"its file is damaged. Fetch or "
					   L"copy it anew." WHAT_NEXT,
			      EFI_COMPROMISED_DATA);
	arch_code_written(program, header->rodata);
	status = rights_take(&rights, system->BootServices, header, memory);
	if (EFI_ERROR(status))
		return refuse(system,
			      CANNOT_START L"the firmware does not let it "
					   L"execute what it "
					   L"unpacked." WHAT_NEXT,
			      status);
	status = ((program_entry)(uintptr_t)(program + header->entry))(image,
								       system);
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
		return refuse(system,
			      CANNOT_START L"its file is damaged. Fetch or "
					   L"copy it anew." WHAT_NEXT,
			      EFI_COMPROMISED_DATA);
	status = system->BootServices->AllocatePages(
		AllocateAnyPages, EfiLoaderCode,
		EFI_SIZE_TO_PAGES(header->memory_len), &memory);
	if (EFI_ERROR(status))
		return refuse(system,
			      CANNOT_START L"the firmware has no memory left "
					   L"for it." WHAT_NEXT,
			      status);
	status = run(header, memory, image, system);
	system->BootServices->FreePages(memory,
					EFI_SIZE_TO_PAGES(header->memory_len));
	return status;
}
