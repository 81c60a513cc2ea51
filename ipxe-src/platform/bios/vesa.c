/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Graphics modes of the video BIOS, and its font. VESA BIOS Extension Core
 * Functions Standard 3.0. */
#include <string.h>

#include "config/console.h"
#include "core/error.h"
#include "core/framebuffer.h"
#include "platform/bios/glyphs.h"
#include "platform/bios/io.h"
#include "platform/bios/real.h"

SELECT_IF(CONSOLE_FRAMEBUFFER);

/* Where the video BIOS writes: the memory that boot programs are loaded to,
 * which nobody needs any more when we run. */
#define SCRATCH	    0x8000
#define SCRATCH_LEN 512

#define VBE_INFO     0x4f00
#define VBE_MODE     0x4f01
#define VBE_SET_MODE 0x4f02
#define VBE_OK	     0x004f
#define VBE_LINEAR   0x4000 /* in the number of a mode to be set */

/* Offsets in what VBE_INFO gives: 4.3. */
#define INFO_MODES 14 /* far pointer to 16-bit numbers, up to 0xffff */

/* Offsets in what VBE_MODE gives: 4.4. */
#define MODE_ATTRIBUTES 0
#define MODE_PITCH	16
#define MODE_WIDTH	18
#define MODE_HEIGHT	20
#define MODE_DEPTH	25
#define MODE_MODEL	27
#define MODE_MASKS	31 /* size and place of red, green, blue: 6 bytes */
#define MODE_BASE	40 /* physical address of the linear frame buffer */
#define MODE_PITCH3	50 /* the same of linear modes, VBE 3.0 */
#define MODE_MASKS3	54

/* It can be set, it is a graphics mode, it has a linear frame buffer. */
#define ATTRIBUTES_WANTED 0x0091
#define MODEL_DIRECT	  6
#define VBE_3		  0x0300

#define MODES_MAX   256
#define TEXT_MODE   0x0003
#define FONT_8X16   0x0600 /* for BX of INT 10h AX=1130h */
#define FONT_HEIGHT 16

/* The mode that is set. */
static struct mode {
	uint16_t number;
	uint16_t width, height;
	uint16_t pitch; /* bytes of a row */
	uint8_t depth;	/* bits of a pixel */
	uint8_t masks[6];
	uint32_t base;
} mode;

static const uint8_t *font; /* 256 characters of FONT_HEIGHT bytes */

/* Call the video BIOS: AX, BX, CX, and SCRATCH in ES:DI. False if it cannot. */
static bool vbe_call(uint32_t ax, uint32_t bx, uint32_t cx)
{
	struct real_regs *regs = real_begin();

	regs->eax = ax;
	regs->ebx = bx;
	regs->ecx = cx;
	regs->es = SCRATCH >> 4;
	real_int(regs, 0x10);
	return (regs->eax & 0xffff) == VBE_OK;
}

/* Ask about mode NUMBER. False if it is of no use. */
static bool mode_get(uint16_t number, uint16_t version, struct mode *ret)
{
	uint8_t info[SCRATCH_LEN / 2];

	memset((void *)low_ptr(uint8_t, SCRATCH), 0, SCRATCH_LEN);
	if (!vbe_call(VBE_MODE, 0, number))
		return false;
	memcpy(info, (const void *)low_ptr(uint8_t, SCRATCH), sizeof(info));
	if ((get_le16(info + MODE_ATTRIBUTES) & ATTRIBUTES_WANTED) !=
		    ATTRIBUTES_WANTED ||
	    info[MODE_MODEL] != MODEL_DIRECT || info[MODE_DEPTH] < 15 ||
	    info[MODE_DEPTH] > 32)
		return false;
	ret->number = number;
	ret->width = get_le16(info + MODE_WIDTH);
	ret->height = get_le16(info + MODE_HEIGHT);
	ret->depth = info[MODE_DEPTH];
	ret->pitch = get_le16(info + MODE_PITCH);
	ret->base = get_le32(info + MODE_BASE);
	memcpy(ret->masks, info + MODE_MASKS, sizeof(ret->masks));
	if (version >= VBE_3 && get_le16(info + MODE_PITCH3)) {
		ret->pitch = get_le16(info + MODE_PITCH3);
		memcpy(ret->masks, info + MODE_MASKS3, sizeof(ret->masks));
	}
	return ret->base && ret->width && ret->height &&
	       ret->pitch >= ret->width * ((ret->depth + 7) / 8);
}

/* Is A better than B for at least DEPTH bits? The smaller, then the deeper. */
static bool mode_is_better(const struct mode *a, const struct mode *b,
			   unsigned int depth)
{
	unsigned int area_a = a->width * a->height;
	unsigned int area_b = b->width * b->height;

	if ((a->depth >= depth) != (b->depth >= depth))
		return a->depth >= depth;
	if (area_a != area_b)
		return area_a < area_b;
	return a->depth > b->depth;
}

/* Find the best mode of all; its number is 0 if there is none. */
static void mode_find(unsigned int width, unsigned int height,
		      unsigned int depth, struct mode *ret)
{
	static uint16_t numbers[MODES_MAX];
	const volatile uint16_t *list;
	struct mode candidate;
	uint16_t version;
	unsigned int count, i;
	uint8_t *info = (uint8_t *)low_ptr(uint8_t, SCRATCH);

	memset(info, 0, SCRATCH_LEN);
	memcpy(info, "VBE2", 4);
	ret->number = 0;
	if (!vbe_call(VBE_INFO, 0, 0) || memcmp(info, "VESA", 4))
		return;
	version = get_le16(info + 4);
	/* The list may lie in the scratch memory itself. */
	list = low_ptr(uint16_t,
		       (uintptr_t)real_linear(get_le32(info + INFO_MODES)));
	for (count = 0; count < MODES_MAX && list[count] != 0xffff; count++)
		numbers[count] = list[count];
	for (i = 0; i < count; i++) {
		if (mode_get(numbers[i], version, &candidate) &&
		    candidate.width >= width && candidate.height >= height &&
		    (!ret->number || mode_is_better(&candidate, ret, depth)))
			*ret = candidate;
	}
}

/* Find the font of 8 x 16 pixels in the video BIOS. */
static void font_find(void)
{
	struct real_regs *regs = real_begin();

	regs->eax = 0x1130;
	regs->ebx = FONT_8X16;
	real_int(regs, 0x10);
	font = real_linear((uint32_t)regs->es << 16 | (regs->ebp & 0xffff));
}

int framebuffer_open(unsigned int width, unsigned int height,
		     unsigned int depth, struct framebuffer *ret)
{
	struct mode found;

	mode_find(width, height, depth, &found);
	if (!found.number)
		return error_set(-ENODEV,
				 "the video BIOS has no mode of %u x %u pixels "
				 "that can be used",
				 width, height);
	font_find();
	if (!vbe_call(VBE_SET_MODE, found.number | VBE_LINEAR, 0))
		return error_set(-EIO, "the video BIOS refuses mode %#x",
				 found.number);
	mode = found;
	ret->width = mode.width;
	ret->height = mode.height;
	ret->glyph_height = FONT_HEIGHT;
	return 0;
}

void framebuffer_close(void)
{
	struct real_regs *regs;

	if (!mode.number)
		return;
	mode.number = 0;
	regs = real_begin();
	regs->eax = TEXT_MODE;
	real_int(regs, 0x10);
}

/* One pixel in the mode's format. */
static uint32_t pixel_pack(uint32_t rgb)
{
	uint32_t packed = 0;
	unsigned int i, value;

	for (i = 0; i < 3; i++) {
		value = rgb >> (16 - 8 * i) & 0xff;
		packed |= value >> (8 - MIN(mode.masks[2 * i], 8))
					   << mode.masks[2 * i + 1];
	}
	return packed;
}

void framebuffer_present(const uint32_t *pixels, unsigned int x, unsigned int y,
			 unsigned int width, unsigned int height)
{
	unsigned int bytes = (mode.depth + 7u) / 8u;
	volatile uint8_t *to;
	const uint32_t *from;
	unsigned int i;
	uint32_t pixel;

	for (; height--; y++) {
		from = pixels + y * mode.width + x;
		to = (volatile uint8_t *)mode.base + y * mode.pitch + x * bytes;
		for (i = 0; i < width; i++, to += bytes) {
			pixel = pixel_pack(from[i]);
			if (bytes == 4) {
				*(volatile uint32_t *)to = pixel;
				continue;
			}
			*(volatile uint16_t *)to = (uint16_t)pixel;
			if (bytes == 3)
				to[2] = (uint8_t)(pixel >> 16);
		}
	}
}

bool framebuffer_glyph(uint16_t c, uint8_t rows[GLYPH_HEIGHT_MAX])
{
	int glyph = glyph_of(c);

	if (glyph < 0)
		return false;
	memcpy(rows, font + glyph * FONT_HEIGHT, FONT_HEIGHT);
	return true;
}
