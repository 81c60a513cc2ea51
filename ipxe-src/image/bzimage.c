/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot Linux from the BIOS: Linux Documentation/arch/x86/boot.rst. */
#include <string.h>

#include "core/error.h"
#include "core/image.h"
#include "core/memory.h"
#include "core/platform.h"
#include "image/initrd.h"
#include "image/linux_boot.h"
#include "net/netdevice.h"
#include "platform/bios/boot.h"
#include "platform/bios/memory.h"

SELECT_IF(IMAGE_BZIMAGE);

#define MIB	      0x100000u
#define RANGES_MAX    16
#define CMDLINE_MAGIC 0xa33f

static int bzimage_probe(struct image *image)
{
	struct linux_kernel kernel;

	return linux_parse(image->data, image->len, &kernel);
}

static enum image_role bzimage_role(struct image *image __unused_arg)
{
	return IMAGE_ROLE_KERNEL;
}

/* Find the places for kernel and RAM disk. */
static int place(const struct linux_kernel *kernel, uint64_t initrd_len,
		 uint64_t mem, struct linux_layout *ret_layout)
{
	struct mem_range all[RANGES_MAX], free[RANGES_MAX];
	struct e820_map map = memory_map;
	unsigned int all_count, free_count;

	all_count = e820_usable(&map, MIB, UINT64_MAX, all, RANGES_MAX);
	map.count = MIN(map.count, E820_MAX - 1u);
	map.entry[map.count].base = memory_self.start;
	map.entry[map.count].len = memory_self.end - memory_self.start;
	map.entry[map.count].type = E820_RESERVED;
	map.count++;
	free_count = e820_usable(&map, MIB, UINT64_MAX, free, RANGES_MAX);
	return linux_place(kernel, initrd_len, mem, all, all_count, free,
			   free_count, ret_layout);
}

/* The largest image of KERNEL's RAM disk whose memory is its own. Returns in
 * *RET_OFFSET where its bytes are in the RAM disk. */
static struct image *find_largest(const struct image *kernel,
				  size_t *ret_offset)
{
	struct image *image = NULL, *largest = NULL;
	size_t offset = 0;

	while ((image = initrd_next(kernel, image))) {
		offset += initrd_head(image, NULL);
		if (!(image->flags & IMAGE_STATIC) &&
		    (!largest || image->len > largest->len)) {
			largest = image;
			*ret_offset = offset;
		}
		offset += image->len + initrd_tail(image, NULL);
	}
	return largest;
}

/* Have the RAM disk in one piece, in a place that is right or from which it
 * can still be moved to LAYOUT's. It grows around its largest image, so that
 * no memory is taken twice. Returns the piece in *RET_PIECE; the images are
 * not to be used any more then. On failure they are as they were. */
static int gather_initrd(const struct image *image,
			 const struct linux_kernel *kernel, uint64_t mem,
			 struct linux_layout *layout, uint8_t **ret_piece)
{
	uint32_t len = layout->initrd.end - layout->initrd.start;
	size_t offset = 0;
	struct image *largest;
	uint8_t *piece;

	*ret_piece = NULL;
	if (!len)
		return 0;
	largest = find_largest(image, &offset);
	piece = bulk_realloc(largest ? largest->data : NULL,
			     largest ? largest->allocated : 0, len);
	if (!piece)
		return error_set(-ENOSPC,
				 "putting the parts of the RAM disk together "
				 "takes %u kB in one piece, %u kB are free",
				 len / 1024,
				 (unsigned int)(bulk_available() / 1024));
	if (largest) {
		largest->data = piece;
		largest->allocated = len;
	}
	if (linux_initrd_may_be(kernel, mem, layout, (uintptr_t)piece, len)) {
		layout->initrd.start = (uintptr_t)piece;
		layout->initrd.end = layout->initrd.start + len;
	} else if ((uintptr_t)piece < layout->kernel + kernel->kernel_len &&
		   layout->kernel < (uintptr_t)piece + len) {
		/* It will be moved after the kernel. */
		return error_set(-ENOSPC,
				 "kernel (%u kB) and RAM disk (%u kB) leave no "
				 "room to move them",
				 kernel->kernel_len / 1024, len / 1024);
	}
	if (largest && offset) {
		memmove(piece + offset, piece, largest->len);
		largest->data = piece + offset;
	}
	initrd_copy(image, piece);
	*ret_piece = piece;
	return 0;
}

/* Put the real-mode part of IMAGE where it runs and fill in its header. */
static void prepare_setup(const struct image *image,
			  const struct linux_kernel *kernel,
			  const struct linux_layout *layout)
{
	uint8_t *setup = (uint8_t *)LINUX_SETUP;
	const char *cmdline = image->cmdline ? image->cmdline : "";
	size_t cmdline_len = strlen(cmdline);

	memset(setup, 0, 0x10000);
	memcpy(setup, image->data, kernel->setup_len);
	memcpy(setup + LINUX_CMDLINE, cmdline, cmdline_len);

	put_le16(setup + LINUX_VID_MODE_AT, linux_vga(cmdline));
	setup[LINUX_LOADER_AT] = LINUX_LOADER_OTHER;
	put_le32(setup + LINUX_CODE32_AT, layout->kernel);
	put_le32(setup + LINUX_INITRD_AT, layout->initrd.start);
	put_le32(setup + LINUX_INITRD_LEN_AT,
		 layout->initrd.end - layout->initrd.start);
	if (kernel->version >= 0x0201) {
		setup[LINUX_LOADFLAGS_AT] |= LINUX_USE_HEAP;
		/* Counted from the end of the boot sector. */
		put_le16(setup + LINUX_HEAP_END_AT, LINUX_HEAP_END - 0x200);
	}
	if (kernel->version >= 0x0202) {
		put_le32(setup + LINUX_CMDLINE_AT, LINUX_SETUP + LINUX_CMDLINE);
	} else {
		put_le16(setup + LINUX_CMDLINE_MAGIC_AT, CMDLINE_MAGIC);
		put_le16(setup + LINUX_CMDLINE_OFFSET_AT, LINUX_CMDLINE);
		/* It moves itself and the line to 9000:0. */
		put_le16(setup + LINUX_MOVE_SIZE_AT,
			 (uint16_t)(LINUX_CMDLINE + cmdline_len + 1));
	}
}

static int bzimage_exec(struct image *image)
{
	struct linux_kernel kernel;
	struct linux_layout layout;
	uint8_t *piece;
	uint64_t mem = linux_mem(image->cmdline);
	size_t cmdline_len = image->cmdline ? strlen(image->cmdline) : 0;
	int rc;

	rc = linux_parse(image->data, image->len, &kernel);
	if (rc)
		return rc;
	if (cmdline_len > kernel.cmdline_max)
		return error_set(-E2BIG,
				 "its command line has %u bytes, this "
				 "kernel takes %u",
				 (unsigned int)cmdline_len, kernel.cmdline_max);
	rc = place(&kernel, initrd_len(image), mem, &layout);
	if (rc)
		return rc;
	rc = gather_initrd(image, &kernel, mem, &layout, &piece);
	if (rc)
		return rc;

	/* From here on there is no way back. */
	netdev_pause_all();
	platform_shutdown();
	prepare_setup(image, &kernel, &layout);
	memmove((void *)layout.kernel, image->data + kernel.setup_len,
		kernel.kernel_len);
	if (piece && (uintptr_t)piece != layout.initrd.start)
		memmove((void *)layout.initrd.start, piece,
			layout.initrd.end - layout.initrd.start);
	boot_real(LINUX_SETUP >> 4, LINUX_HEAP_END,
		  ((LINUX_SETUP >> 4) + 0x20) << 16, 0);
}

static const struct image_type bzimage_type = {
	.name = "bzImage",
	.order = 30,
	.probe = bzimage_probe,
	.exec = bzimage_exec,
	.role = bzimage_role,
};
TABLE_REGISTER(image_types, bzimage_type);
