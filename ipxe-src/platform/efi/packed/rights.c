/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What may be executed and what may be written, of a program in memory.
 *
 * Pages that the firmware gives to a program may be executable (always so
 * where it has no Memory Attribute Protocol), or not. No page is writable and
 * executable between these calls, and none becomes both in them.
 */
#include "platform/efi/packed/rights.h"

/* Take RIGHT away from the bytes from START up to END of the program. */
static void deny(const struct rights *rights, uint32_t start, uint32_t end,
		 UINT64 right)
{
	if (start < end)
		rights->protocol->set(rights->protocol, rights->memory + start,
				      end - start, right);
}

static EFI_STATUS allow(const struct rights *rights, uint32_t start,
			uint32_t end, UINT64 right)
{
	if (start == end)
		return EFI_SUCCESS;
	return rights->protocol->clear(rights->protocol, rights->memory + start,
				       end - start, right);
}

EFI_STATUS rights_take(struct rights *rights, EFI_BOOT_SERVICES *boot,
		       const struct packed_header *header,
		       EFI_PHYSICAL_ADDRESS memory)
{
	static const EFI_GUID guid = EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID;
	UINT64 attributes = 0;

	rights->header = header;
	rights->memory = memory;
	rights->was_executable = true;
	if (EFI_ERROR(boot->LocateProtocol((EFI_GUID *)&guid, NULL,
					   (VOID **)&rights->protocol))) {
		rights->protocol = NULL;
		return EFI_SUCCESS;
	}
	if (!EFI_ERROR(rights->protocol->get(rights->protocol, memory,
					     header->memory_len, &attributes)))
		rights->was_executable = !(attributes & EFI_MEMORY_XP);
	deny(rights, 0, header->data, EFI_MEMORY_RO);
	deny(rights, header->rodata, header->memory_len, EFI_MEMORY_XP);
	if (EFI_ERROR(allow(rights, 0, header->rodata, EFI_MEMORY_XP)) &&
	    !rights->was_executable) {
		rights_give_back(rights);
		return EFI_SECURITY_VIOLATION;
	}
	return EFI_SUCCESS;
}

void rights_give_back(const struct rights *rights)
{
	const struct packed_header *header = rights->header;

	if (!rights->protocol)
		return;
	deny(rights, 0, header->memory_len, EFI_MEMORY_XP);
	allow(rights, 0, header->data, EFI_MEMORY_RO);
	if (rights->was_executable)
		allow(rights, 0, header->memory_len, EFI_MEMORY_XP);
}
