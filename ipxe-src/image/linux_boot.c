/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The x86 Linux boot protocol: what a kernel says, and where things go. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "image/linux_boot.h"

#define KERNEL_LOAD	   0x100000u /* where kernels are loaded */
#define PAGE		   4096u
#define SECTOR		   512u
#define PRESET_SETUPS	   4 /* sectors, if the header says 0 */
#define PRESET_INITRD_MAX  0x37ffffffu
#define PRESET_CMDLINE_MAX 255
#define VGA_NORMAL	   0xffff
#define VGA_EXTENDED	   0xfffe
#define VGA_ASK		   0xfffd
/* What kernels before 2.10 need beyond what is loaded: they do not say. */
#define UNPACK_FACTOR 4

int linux_parse(const uint8_t *data, size_t len, struct linux_kernel *kernel)
{
	uint8_t header[LINUX_HEADER_END];
	unsigned int sectors;
	uint32_t syssize;

	memset(kernel, 0, sizeof(*kernel));
	/* A short file cannot be a kernel; an old one's header is shorter. */
	if (len < 4 * SECTOR)
		return -ENOEXEC;
	memcpy(header, data, sizeof(header));
	if (get_le16(header + LINUX_BOOT_FLAG_AT) != 0xaa55 ||
	    memcmp(header + LINUX_MAGIC_AT, "HdrS", 4))
		return -ENOEXEC;
	kernel->version = get_le16(header + LINUX_VERSION_AT);
	sectors = header[LINUX_SETUP_SECTS_AT];
	sectors = sectors ? sectors : PRESET_SETUPS;
	kernel->setup_len = (sectors + 1) * SECTOR;
	if (kernel->version < 0x0200 ||
	    !(header[LINUX_LOADFLAGS_AT] & LINUX_LOADED_HIGH))
		return error_set(-ENOEXEC, "it is a zImage, older than any "
					   "kernel that can be booted");
	if (kernel->setup_len > LINUX_SETUP_MAX || kernel->setup_len >= len ||
	    len > UINT32_MAX / 2)
		return error_set(-ENOEXEC, "its header is damaged");
	kernel->kernel_len = (uint32_t)len - kernel->setup_len;
	syssize = get_le32(header + LINUX_SYSSIZE_AT);
	if (kernel->version < 0x0204)
		syssize &= 0xffff;
	if (syssize > kernel->kernel_len / 16 + 1)
		return error_set(-ENOEXEC,
				 "%u kB of it are missing: it is not whole",
				 (syssize - kernel->kernel_len / 16) / 64 + 1);

	kernel->initrd_max = kernel->version >= 0x0203
				     ? get_le32(header + LINUX_INITRD_MAX_AT)
				     : PRESET_INITRD_MAX;
	kernel->cmdline_max = PRESET_CMDLINE_MAX;
	if (kernel->version >= 0x0206)
		kernel->cmdline_max = get_le32(header + LINUX_CMDLINE_MAX_AT);
	kernel->cmdline_max = MIN(kernel->cmdline_max, LINUX_CMDLINE_MAX + 0u);
	if (kernel->version >= 0x020a) {
		kernel->run_start = get_le64(header + LINUX_PREF_AT);
		kernel->run_len = get_le32(header + LINUX_INIT_SIZE_AT);
		kernel->is_relocatable = header[LINUX_RELOCATABLE_AT];
	} else {
		kernel->run_start = KERNEL_LOAD;
		kernel->run_len = (uint64_t)kernel->kernel_len * UNPACK_FACTOR;
	}
	return 0;
}

/* What follows KEY ("vga=") in CMDLINE, the last time it is there; or NULL. */
static const char *cmdline_find(const char *cmdline, const char *key)
{
	const char *at = cmdline;
	const char *found = NULL;

	while (at && (at = strstr(at, key))) {
		if (at == cmdline || at[-1] == ' ')
			found = at + strlen(key);
		at++;
	}
	return found;
}

uint16_t linux_vga(const char *cmdline)
{
	const char *value = cmdline_find(cmdline, "vga=");

	if (!value || !strncmp(value, "normal", 6))
		return VGA_NORMAL;
	if (!strncmp(value, "ext", 3))
		return VGA_EXTENDED;
	if (!strncmp(value, "ask", 3))
		return VGA_ASK;
	return (uint16_t)strtoul(value, NULL, 0);
}

uint64_t linux_mem(const char *cmdline)
{
	const char *value = cmdline_find(cmdline, "mem=");
	char *unit;
	uint64_t mem;

	if (!value)
		return UINT64_MAX;
	mem = strtoull(value, &unit, 0);
	switch (*unit | 0x20) {
	case 'g':
		mem <<= 10;
		/* fall through */
	case 'm':
		mem <<= 10;
		/* fall through */
	case 'k':
		mem <<= 10;
	}
	return mem ? mem : UINT64_MAX;
}

/* Is START to END inside one of COUNT ranges? */
static bool is_inside(uint64_t start, uint64_t end,
		      const struct mem_range *ranges, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (start >= ranges[i].start && end <= ranges[i].end)
			return true;
	}
	return false;
}

/* The end of where a RAM disk may be. */
static uint64_t initrd_limit(const struct linux_kernel *kernel, uint64_t mem)
{
	return MIN((uint64_t)kernel->initrd_max + 1, mem);
}

bool linux_initrd_may_be(const struct linux_kernel *kernel, uint64_t mem,
			 const struct linux_layout *layout, uint32_t start,
			 uint32_t len)
{
	return start >= layout->kernel_end &&
	       (uint64_t)start + len <= initrd_limit(kernel, mem);
}

int linux_place(const struct linux_kernel *kernel, uint64_t initrd_len,
		uint64_t mem, const struct mem_range *all,
		unsigned int all_count, const struct mem_range *free,
		unsigned int free_count, struct linux_layout *ret_layout)
{
	struct linux_layout layout = {.kernel = KERNEL_LOAD};
	uint64_t limit = initrd_limit(kernel, mem);
	uint64_t run_end = kernel->run_start + kernel->run_len;
	uint64_t needed = (initrd_len + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	uint64_t end, largest = 0;
	unsigned int i;

	if (!is_inside(layout.kernel,
		       (uint64_t)layout.kernel + kernel->kernel_len, free,
		       free_count) &&
	    kernel->is_relocatable && kernel->run_start < UINT32_MAX)
		layout.kernel = (uint32_t)kernel->run_start;
	end = (uint64_t)layout.kernel + kernel->kernel_len;
	if (!is_inside(layout.kernel, end, free, free_count) ||
	    (!kernel->is_relocatable && kernel->run_len &&
	     !is_inside(kernel->run_start, run_end, all, all_count)))
		return error_set(
			-ENOSPC,
			"the kernel takes %u kB of memory from %#x on, "
			"%u kB to unpack itself, which is not all "
			"there",
			kernel->kernel_len / 1024, layout.kernel,
			(unsigned int)(kernel->run_len / 1024));
	/* A relocatable kernel that finds no room at run_start looks for
	 * some by itself. */
	if (run_end > end && run_end < UINT32_MAX)
		end = run_end;
	layout.kernel_end = (uint32_t)end;

	for (i = 0; i < free_count; i++) {
		uint64_t start = MAX((uint64_t)free[i].start, end);
		uint64_t stop = MIN((uint64_t)free[i].end, limit) &
				~(uint64_t)(PAGE - 1);

		if (start >= stop)
			continue;
		largest = MAX(largest, stop - start);
		if (stop - start >= needed) {
			layout.initrd.start = (uint32_t)(stop - needed);
			layout.initrd.end =
				(uint32_t)(layout.initrd.start + initrd_len);
		}
	}
	if (initrd_len && !layout.initrd.end)
		return error_set(-ENOSPC,
				 "the RAM disk takes %u kB, beside the kernel "
				 "%u kB are free for it",
				 (unsigned int)(needed / 1024),
				 (unsigned int)(largest / 1024));
	*ret_layout = layout;
	return 0;
}
