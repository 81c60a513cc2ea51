/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image memory from AllocatePages(), wherever the machine has it. */
#include <string.h>

#include "core/memory.h"
#include "platform/efi/efi.h"

/* The map may grow between asking for its size and reading it. */
#define MAP_SLACK 1024

_Static_assert(BULK_ALIGN == EFI_PAGE_SIZE, "a block is made of pages");

static UINTN pages_of(size_t len)
{
	return len / EFI_PAGE_SIZE + (len % EFI_PAGE_SIZE != 0);
}

static void *pages_alloc(UINTN pages)
{
	EFI_PHYSICAL_ADDRESS address = 0;

	if (EFI_ERROR(efi_boot->AllocatePages(AllocateAnyPages, EfiLoaderData,
					      pages, &address)))
		return NULL;
	return (void *)(uintptr_t)address;
}

static void pages_free(void *block, UINTN first, UINTN pages)
{
	efi_boot->FreePages((uintptr_t)block + first * EFI_PAGE_SIZE, pages);
}

void *bulk_realloc(void *old, size_t old_len, size_t new_len)
{
	UINTN old_pages = old ? pages_of(old_len) : 0;
	UINTN new_pages = pages_of(new_len);
	void *block;

	if (new_pages == old_pages)
		return old;
	if (new_pages < old_pages) {
		pages_free(old, new_pages, old_pages - new_pages);
		return new_pages ? old : NULL;
	}
	block = pages_alloc(new_pages);
	if (!block)
		return NULL;
	if (old_pages) {
		memcpy(block, old, old_len);
		pages_free(old, 0, old_pages);
	}
	return block;
}

/* Can a pointer reach RANGE? Memory above 4 GiB is beyond 32-bit code. */
static bool is_reachable(const EFI_MEMORY_DESCRIPTOR *range)
{
	return (uintptr_t)range->PhysicalStart == range->PhysicalStart;
}

/* The largest free range of the map of LEN bytes, descriptors of STEP. */
static uint64_t map_largest_free(const uint8_t *map, UINTN len, UINTN step)
{
	const EFI_MEMORY_DESCRIPTOR *range;
	uint64_t largest = 0;
	UINTN offset;

	for (offset = 0; offset + sizeof(*range) <= len; offset += step) {
		range = (const EFI_MEMORY_DESCRIPTOR *)(map + offset);
		if (range->Type == EfiConventionalMemory &&
		    is_reachable(range) && range->NumberOfPages > largest)
			largest = range->NumberOfPages;
	}
	return largest * EFI_PAGE_SIZE;
}

uint64_t bulk_available(void)
{
	UINTN len = 0;
	UINTN step = 0;
	UINTN key;
	UINT32 version;
	uint64_t largest = 0;
	void *map;

	efi_boot->GetMemoryMap(&len, NULL, &key, &step, &version);
	len += MAP_SLACK;
	if (EFI_ERROR(efi_boot->AllocatePool(EfiLoaderData, len, &map)))
		return 0;
	if (!EFI_ERROR(
		    efi_boot->GetMemoryMap(&len, map, &key, &step, &version)) &&
	    step >= sizeof(EFI_MEMORY_DESCRIPTOR))
		largest = map_largest_free(map, len, step);
	efi_boot->FreePool(map);
	return largest;
}
