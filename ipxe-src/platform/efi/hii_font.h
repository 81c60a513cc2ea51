/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The HII Font Protocol, which gnu-efi's headers lack. UEFI 2.10 34.3. */
#ifndef PLATFORM_EFI_HII_FONT_H
#define PLATFORM_EFI_HII_FONT_H

#include "platform/efi/efi.h"

#define EFI_HII_FONT_PROTOCOL_GUID                                             \
	{                                                                      \
		0xe9ca4775, 0x8657, 0x47fc,                                    \
		{                                                              \
			0x97, 0xe7, 0x7e, 0xd6, 0x5a, 0x08, 0x43, 0x24         \
		}                                                              \
	}

/* A drawn character or text: UEFI 2.10 34.3.1.2. */
typedef struct {
	UINT16 Width;
	UINT16 Height;
	union {
		EFI_GRAPHICS_OUTPUT_BLT_PIXEL *Bitmap;
		EFI_GRAPHICS_OUTPUT_PROTOCOL *Screen;
	} Image;
} EFI_IMAGE_OUTPUT;

/* The functions in front of GetGlyph and behind it are not called. */
typedef struct efi_hii_font {
	void *StringToImage;
	void *StringIdToImage;
	/* Draw CHARACTER; INFO NULL: system font, light on black. The caller
	 * frees *OUTPUT and its bitmap. BASELINE may be NULL. */
	EFI_STATUS(EFIAPI *GetGlyph)
	(const struct efi_hii_font *this, CHAR16 character, const void *info,
	 EFI_IMAGE_OUTPUT **output, UINTN *baseline);
	void *GetFontInfo;
} EFI_HII_FONT_PROTOCOL;

#endif
