/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image memory from AllocatePages(), wherever the machine has it. */
#include <errno.h>
#include <string.h>

#include "core/memory.h"
#include "core/platform.h"
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

/* Call USE, with CTX, with the memory map, its length and the length of its
 * descriptors. Not called if there is no memory for the map. */
static void map_read(void (*use)(const uint8_t *map, UINTN len, UINTN step,
				 void *ctx),
		     void *ctx)
{
	UINTN len = 0;
	UINTN step = 0;
	UINTN key;
	UINT32 version;
	void *map;

	efi_boot->GetMemoryMap(&len, NULL, &key, &step, &version);
	len += MAP_SLACK;
	if (EFI_ERROR(efi_boot->AllocatePool(EfiLoaderData, len, &map)))
		return;
	if (!EFI_ERROR(
		    efi_boot->GetMemoryMap(&len, map, &key, &step, &version)) &&
	    step >= sizeof(EFI_MEMORY_DESCRIPTOR))
		use(map, len, step, ctx);
	efi_boot->FreePool(map);
}

/* The largest free range, for map_read(), into CTX, a uint64_t. */
static void map_largest_free(const uint8_t *map, UINTN len, UINTN step,
			     void *ctx)
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
	*(uint64_t *)ctx = largest * EFI_PAGE_SIZE;
}

uint64_t bulk_available(void)
{
	uint64_t largest = 0;

	map_read(map_largest_free, &largest);
	return largest;
}

/* Does an operating system get RANGE once boot services have ended? UEFI 2.10
 * 7.2.3. */
static bool is_ram(const EFI_MEMORY_DESCRIPTOR *range)
{
	switch (range->Type) {
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiConventionalMemory:
	case EfiACPIReclaimMemory:
		return true;
	default:
		return false;
	}
}

/* A range of memory that is looked for: the first one from FROM on. */
struct ram_search {
	uint64_t from;
	uint64_t start;
	uint64_t end; /* 0: there is none */
};

/* Fill in CTX, a struct ram_search, for map_read(). Descriptors may be in any
 * order; those that touch are one range. */
static void map_next_ram(const uint8_t *map, UINTN len, UINTN step, void *ctx)
{
	struct ram_search *search = ctx;
	const EFI_MEMORY_DESCRIPTOR *range;
	bool is_more = true;
	uint64_t start, end;
	UINTN offset;

	while (is_more) {
		is_more = false;
		for (offset = 0; offset + sizeof(*range) <= len;
		     offset += step) {
			range = (const EFI_MEMORY_DESCRIPTOR *)(map + offset);
			start = range->PhysicalStart;
			end = start + range->NumberOfPages * EFI_PAGE_SIZE;
			if (!is_ram(range) || start < search->from ||
			    end <= start)
				continue;
			if (!search->end || start < search->start) {
				search->start = start;
				search->end = end;
				is_more = true;
			} else if (start == search->end) {
				search->end = end;
				is_more = true;
			}
		}
	}
}

int platform_ram_region(unsigned int index, uint64_t *ret_start,
			uint64_t *ret_len)
{
	struct ram_search search = {0};

	do {
		search.from = search.end;
		search.end = 0;
		map_read(map_next_ram, &search);
		if (!search.end)
			return -ENOENT;
	} while (index--);
	*ret_start = search.start;
	*ret_len = search.end - search.start;
	return 0;
}
