/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unpack the firmware to the top of memory and start it there.
 *
 * Runs in 32-bit mode at LOAD_BASE, right behind the real-mode block, and may
 * use nothing but lzma.c: the rest is still compressed. It has no variables
 * either (bios.lds checks).
 */
#include "core/identity.h"
#include "core/region.h"
#include "platform/bios/io.h"
#include "platform/bios/prefix.h"
#include "platform/bios/real.h"
#include "platform/bios/unpack.h"

#define MIB	     0x100000u
#define SMAP	     0x534d4150u /* "SMAP" */
#define KBC_DATA     0x60
#define KBC_STATUS   0x64
#define KBC_BUSY     0x02
#define PORT_A20     0x92 /* system control port A: bit 1 is the A20 gate */
#define A20_ATTEMPTS 3
#define A20_PROBE    0x500 /* a word of base memory that nobody uses */

/* Placeholder: scripts/mkbios writes it. */
__attribute__((used))
const struct unpack_header unpack_header = {1, 0, 0, 0, 0, 0, {0}, 0};

void unpack(const struct prefix_info *prefix) __attribute__((noreturn));

/* Before the block is moved, its symbols' addresses are LOAD_BASE more. (The
 * optimiser must not think that this leaves the object.) */
static void *early_ptr(void *symbol)
{
	asm("" : "+r"(symbol));
	return (uint8_t *)symbol + LOAD_BASE;
}

static void *fill(void *dst, uint8_t byte, size_t len)
{
	void *start = dst;

	asm volatile("rep stosb" : "+D"(dst), "+c"(len) : "a"(byte) : "memory");
	return start;
}

static void copy(void *dst, const void *src, size_t len)
{
	asm volatile("rep movsb"
		     : "+D"(dst), "+S"(src), "+c"(len)
		     :
		     : "memory");
}

/* An empty register set; DS and ES are the block's. */
static struct real_regs *early_begin(void)
{
	struct real_regs *regs = fill(early_ptr(&real_regs), 0, sizeof(*regs));

	regs->ds = LOAD_BASE >> 4;
	regs->es = LOAD_BASE >> 4;
	return regs;
}

/* Execute INT VECTOR; true if it returned with CF. */
static bool early_int(struct real_regs *regs, uint8_t vector)
{
	regs->target = *low_ptr(uint32_t, vector * 4);
	regs->stack[0] = FLAG_IF;
	regs->is_int = 1;
	((void (*)(void))early_ptr(real_call32))();
	return regs->flags & FLAG_CF;
}

/* Say TEXT on the screen. */
static void early_print(const char *text)
{
	struct real_regs *regs;

	while (*text) {
		regs = early_begin();
		regs->eax = 0x0e00 | (uint8_t)*text++;
		regs->ebx = 7;
		early_int(regs, 0x10);
	}
}

/* Say why there is no boot, and give control back to the ROM. */
static void __attribute__((noreturn)) early_fail(const char *why)
{
	early_print("Unloop cannot start: ");
	early_print(why);
	early_print(". Returning to the BIOS.\r\n");
	asm volatile("jmp *%0" : : "r"(early_ptr(real_leave32)), "a"(1));
	__builtin_unreachable();
}

/* Do addresses a megabyte apart differ? */
static bool a20_is_on(void)
{
	volatile uint32_t *low = low_ptr(uint32_t, A20_PROBE);
	volatile uint32_t *high = low_ptr(uint32_t, A20_PROBE + MIB);
	uint32_t saved = *low;
	bool is_on = false;
	unsigned int i;

	for (i = 0; i < 4 && !is_on; i++) {
		*low = ~*high;
		is_on = *low != *high;
	}
	*low = saved;
	return is_on;
}

/* Wait, for a bounded time, until the keyboard controller takes a byte. */
static void kbc_wait(void)
{
	unsigned int i;

	for (i = 0; i < 0x10000 && (port_in8(KBC_STATUS) & KBC_BUSY); i++)
		;
}

/* Switch A20 on by every way that there is. */
static bool a20_enable(void)
{
	struct real_regs *regs;
	unsigned int i;

	for (i = 0; i < A20_ATTEMPTS; i++) {
		if (a20_is_on())
			return true;
		regs = early_begin();
		regs->eax = 0x2401;
		early_int(regs, 0x15);
		if (a20_is_on())
			return true;
		kbc_wait();
		port_out8(KBC_STATUS, 0xd1); /* write output port */
		kbc_wait();
		port_out8(KBC_DATA, 0xdf);
		kbc_wait();
		port_out8(KBC_STATUS, 0xff); /* null command, some need it */
		kbc_wait();
		if (a20_is_on())
			return true;
		/* Last, for it hangs on machines without that port's bit:
		 * never set bit 0, which resets. */
		port_out8(PORT_A20, (port_in8(PORT_A20) | 2) & ~1);
	}
	return a20_is_on();
}

/* Add RAM to MAP. */
static void map_add(struct e820_map *map, uint32_t base, uint32_t len)
{
	struct e820_entry *entry = &map->entry[map->count++];

	entry->base = base;
	entry->len = len;
	entry->type = E820_RAM;
}

/* Ask the BIOS for the address map. */
static void map_read(struct e820_map *map)
{
	struct e820_entry *entry = early_ptr(real_e820);
	struct real_regs *regs;
	uint32_t next = 0;

	map->count = 0;
	do {
		fill(entry, 0, sizeof(real_e820));
		/* ACPI 3.0's attributes: a BIOS without them leaves it. */
		((uint32_t *)entry)[5] = 1;
		regs = early_begin();
		regs->eax = 0xe820;
		regs->ebx = next;
		regs->ecx = sizeof(real_e820);
		regs->edx = SMAP;
		regs->edi = (uintptr_t)real_e820;
		if (early_int(regs, 0x15) || regs->eax != SMAP)
			break;
		next = regs->ebx;
		if (regs->ecx < sizeof(*entry) || !entry->len)
			continue;
		if (regs->ecx >= sizeof(real_e820) &&
		    !(((uint32_t *)entry)[5] & 1))
			continue;
		map->entry[map->count++] = *entry;
	} while (next && map->count < E820_MAX);
	if (map->count)
		return;

	/* Older: kilobytes from 1 MiB, blocks of 64 kB from 16 MiB. */
	regs = early_begin();
	regs->eax = 0xe801;
	if (!early_int(regs, 0x15)) {
		if (!(uint16_t)regs->ecx && !(uint16_t)regs->edx) {
			regs->ecx = regs->eax;
			regs->edx = regs->ebx;
		}
		if ((uint16_t)regs->ecx)
			map_add(map, MIB, (regs->ecx & 0xffff) << 10);
		if ((uint16_t)regs->edx)
			map_add(map, 16 * MIB, (regs->edx & 0xffff) << 16);
	}
	if (map->count)
		return;
	regs = early_begin();
	regs->eax = 0x8800;
	if (!early_int(regs, 0x15))
		map_add(map, MIB, (regs->eax & 0xffff) << 10);
}

/* The highest address for LEN bytes in the RAM of MAP; 0 if there is none. */
static uint32_t map_place(const struct e820_map *map, uint32_t len)
{
	uint32_t best = 0;
	uint32_t i, j;

	for (i = 0; i < map->count; i++) {
		const struct e820_entry *ram = &map->entry[i];
		uint64_t top = MIN(ram->base + ram->len, 0xfffff000ULL);
		uint32_t base;

		if (ram->type != E820_RAM || top < len + MIB)
			continue;
	again:
		base = ((uint32_t)top - len) & ~0xfffu;
		if (base < ram->base || base < MIB || top < len + MIB)
			continue;
		for (j = 0; j < map->count; j++) {
			const struct e820_entry *other = &map->entry[j];

			if (other->type != E820_RAM && other->base < top &&
			    base < other->base + other->len) {
				/* Below it; TOP only ever falls. */
				top = other->base;
				goto again;
			}
		}
		best = MAX(best, base);
	}
	return best;
}

/* Undo what mkbios did to call and jump instructions, to compress better: it
 * made their relative operands absolute. */
static void restore_branches(uint8_t *image, int32_t len)
{
	int32_t at;

	for (at = 0; at + 5 <= len; at++) {
		int32_t *operand = (int32_t *)(image + at + 1);

		if ((image[at] & 0xfe) != 0xe8)
			continue;
		if (*operand >= 0 && *operand < len)
			*operand -= at;
		else if (*operand < 0 && *operand >= -at)
			*operand += len;
		at += 4;
	}
}

/* Make every address in the LEN bytes of IMAGE point into it. What the
 * linker left there is an offset of less than SPAN. So that no table is needed
 * mkbios has added a number to each that makes it unlike anything else, and
 * turned its bytes round, which compresses better. */
static void relocate(uint8_t *image, uint32_t len, uint32_t span, uint32_t mark)
{
	uint32_t at, offset;

	for (at = 0; at + 4 <= len; at++) {
		offset = __builtin_bswap32(*(uint32_t *)(image + at)) - mark;
		if (offset >= span)
			continue;
		*(uint32_t *)(image + at) = (uintptr_t)image + offset;
		at += 3;
	}
}

/* Find out how much of the file behind the firmware is a customisation region,
 * for there may be other things. What it is worth is checked later. */
static uint32_t region_find(const struct unpack_header *header)
{
	const struct identity_note *note =
		(const void *)(header->packed - sizeof(*note));

	return note->region_len <= REGION_LEN_MAX
		       ? (note->region_len + 15) & ~15u
		       : 0;
}

/* Make room for nothing where the RAM disk of PREFIX is. */
static void map_keep_initrd(struct e820_map *map,
			    const struct prefix_info *prefix)
{
	if (!prefix || !prefix->initrd_len || map->count == E820_MAX)
		return;
	map_add(map, prefix->initrd, prefix->initrd_len);
	map->entry[map->count - 1].type = E820_RESERVED;
}

void unpack(const struct prefix_info *prefix)
{
	const struct unpack_header *header = &unpack_header;
	struct boot_info info;
	uint8_t *image;

	/* Its value is what mkbios wrote, not what the compiler saw. */
	asm("" : "+r"(header));
	if (!a20_enable())
		early_fail("the A20 gate does not open");
	map_read(&info.map);
	map_keep_initrd(&info.map, prefix);
	info.prefix = prefix;
	info.region_len = region_find(header);
	info.memory_len = header->memory_len + info.region_len + HEAP_LEN;
	info.base = map_place(&info.map, info.memory_len);
	/* lkrn has the compressed firmware at the start of that memory. */
	if (!info.base || (info.base < header->packed + header->packed_len &&
			   header->packed < info.base + info.memory_len))
		early_fail("not enough memory");
	image = (void *)info.base;
	/* The decoder's scratch lies in what becomes zeroed memory. */
	if (lzma_decode((void *)header->packed, header->packed_len, image,
			header->unpacked_len,
			(void *)(image + ((header->unpacked_len + 1) & ~1u)),
			&header->props) < 0)
		early_fail("the file is damaged");
	restore_branches(image, header->unpacked_len);
	relocate(image, header->unpacked_len, header->memory_len,
		 header->address_mark);
	fill(image + header->unpacked_len, 0,
	     header->memory_len - header->unpacked_len);
	info.region = (uint32_t)image + header->memory_len;
	copy((void *)info.region,
	     (void *)((header->packed + header->packed_len + 15) & ~15u),
	     info.region_len);
	((void (*)(const struct boot_info *))(image + header->entry))(&info);
	__builtin_unreachable();
}
