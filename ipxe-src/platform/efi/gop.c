/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Graphics modes by the Graphics Output Protocol, UEFI 2.10 12.9, and the
 * firmware's font, 34.3. */
#include <string.h>

#include "config/console.h"
#include "core/error.h"
#include "core/framebuffer.h"
#include "platform/efi/efi.h"
#include "platform/efi/hii_font.h"

SELECT_IF(CONSOLE_FRAMEBUFFER);

#define GLYPHS_KEPT 256 /* a power of two */

/* Modes beyond are not looked at. */
#define MODES_MAX 256

/* A glyph that the firmware has drawn. */
struct glyph {
	uint16_t c; /* 0: unused */
	bool is_there;
	uint8_t rows[GLYPH_HEIGHT_MAX];
};

static EFI_GRAPHICS_OUTPUT_PROTOCOL *gop; /* NULL: text */
static UINTN stride;			  /* bytes of a row of the screen */
static UINT32 text_mode;		  /* the mode before */
static EFI_HII_FONT_PROTOCOL *hii_font;
static struct glyph glyphs[GLYPHS_KEPT];

/* The screen: what ConOut prints on, else any. */
static EFI_GRAPHICS_OUTPUT_PROTOCOL *gop_find(void)
{
	static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *found;

	found = efi_protocol(efi_system->ConsoleOutHandle, &gop_guid);
	if (!found && EFI_ERROR(efi_boot->LocateProtocol(&gop_guid, NULL,
							 (void **)&found)))
		return NULL;
	return found;
}

/* The mode of PROTOCOL that is the smallest of at least WIDTH x HEIGHT; the
 * present one if several are. -ENODEV if there is none. */
static int mode_find(EFI_GRAPHICS_OUTPUT_PROTOCOL *protocol, unsigned int width,
		     unsigned int height, UINT32 *ret_mode)
{
	UINT32 count = MIN(protocol->Mode->MaxMode, (UINT32)MODES_MAX);
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	uint64_t area, best = UINT64_MAX;
	UINTN len;
	UINT32 i;

	for (i = 0; i < count; i++) {
		if (EFI_ERROR(protocol->QueryMode(protocol, i, &len, &info)))
			continue;
		area = (uint64_t)info->HorizontalResolution *
		       info->VerticalResolution;
		if (info->HorizontalResolution >= width &&
		    info->VerticalResolution >= height &&
		    (area < best ||
		     (area == best && i == protocol->Mode->Mode))) {
			best = area;
			*ret_mode = i;
		}
		efi_boot->FreePool(info);
	}
	return best == UINT64_MAX ? -ENODEV : 0;
}

/* Have the firmware draw C. False if it has no such character. */
static bool glyph_draw(uint16_t c, uint8_t rows[GLYPH_HEIGHT_MAX])
{
	EFI_IMAGE_OUTPUT *drawn = NULL;
	unsigned int x, y, width, height;
	const EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixel;
	EFI_STATUS status;

	memset(rows, 0, GLYPH_HEIGHT_MAX);
	status = hii_font->GetGlyph(hii_font, c, NULL, &drawn, NULL);
	if (!drawn)
		return false;
	width = MIN(drawn->Width, GLYPH_WIDTH);
	height = MIN(drawn->Height, GLYPH_HEIGHT_MAX);
	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++) {
			pixel = &drawn->Image.Bitmap[y * drawn->Width + x];
			if (pixel->Red | pixel->Green | pixel->Blue)
				rows[y] |= (uint8_t)(0x80 >> x);
		}
	}
	efi_boot->FreePool(drawn->Image.Bitmap);
	efi_boot->FreePool(drawn);
	/* A warning: it is the sign for unknown characters. */
	return status == EFI_SUCCESS;
}

bool framebuffer_glyph(uint16_t c, uint8_t rows[GLYPH_HEIGHT_MAX])
{
	struct glyph *glyph = &glyphs[c % GLYPHS_KEPT];

	if (glyph->c != c) {
		glyph->c = c;
		glyph->is_there = glyph_draw(c, glyph->rows);
	}
	memcpy(rows, glyph->rows, GLYPH_HEIGHT_MAX);
	return glyph->is_there;
}

/* Find the font; rows that a character has. -ENODEV if there is none. */
static int font_find(unsigned int *ret_height)
{
	static EFI_GUID font_guid = EFI_HII_FONT_PROTOCOL_GUID;
	EFI_IMAGE_OUTPUT *drawn = NULL;

	if (EFI_ERROR(efi_boot->LocateProtocol(&font_guid, NULL,
					       (void **)&hii_font)))
		return -ENODEV;
	hii_font->GetGlyph(hii_font, 'A', NULL, &drawn, NULL);
	if (!drawn)
		return -ENODEV;
	*ret_height = MIN(drawn->Height, GLYPH_HEIGHT_MAX);
	efi_boot->FreePool(drawn->Image.Bitmap);
	efi_boot->FreePool(drawn);
	return *ret_height >= 2 ? 0 : -ENODEV;
}

int framebuffer_open(unsigned int width, unsigned int height,
		     unsigned int depth __unused_arg, struct framebuffer *ret)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *found = gop_find();
	unsigned int glyph_height;
	UINT32 mode;
	int rc;

	if (!found)
		return error_set(-ENODEV, "the firmware has no graphics");
	rc = font_find(&glyph_height);
	if (rc)
		return error_set(rc, "the firmware has no font to draw with");
	rc = mode_find(found, width, height, &mode);
	if (rc)
		return error_set(rc,
				 "the firmware has no graphics mode of %u x %u "
				 "pixels",
				 width, height);
	if (!gop)
		text_mode = found->Mode->Mode;
	if (found->Mode->Mode != mode) {
		rc = efi_errno(found->SetMode(found, mode));
		if (rc)
			return error_set(rc, "the firmware refuses its "
					     "graphics mode");
	}
	gop = found;
	ret->width = gop->Mode->Info->HorizontalResolution;
	ret->height = gop->Mode->Info->VerticalResolution;
	ret->glyph_height = glyph_height;
	stride = ret->width * sizeof(uint32_t);
	efi_console_set_graphics(true);
	return 0;
}

void framebuffer_close(void)
{
	if (!gop)
		return;
	if (gop->Mode->Mode != text_mode)
		gop->SetMode(gop, text_mode);
	gop = NULL;
	efi_console_set_graphics(false);
	if (efi_system->ConOut)
		efi_system->ConOut->ClearScreen(efi_system->ConOut);
}

void framebuffer_present(const uint32_t *pixels, unsigned int x, unsigned int y,
			 unsigned int width, unsigned int height)
{
	/* Blue, green, red, reserved: that is 0x00RRGGBB in memory. */
	gop->Blt(gop, (EFI_GRAPHICS_OUTPUT_BLT_PIXEL *)pixels,
		 EfiBltBufferToVideo, x, y, x, y, width, height, stride);
}
