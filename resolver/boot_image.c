/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Finished boot images: what they are, and putting a region into them. */
#include "boot_image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_format.h"
#include "le.h"

/* The identity note, as ipxe-src/core/identity.h describes it. */
#define NOTE_ALIGN    16
#define NOTE_LEN      128
#define NOTE_BUILD_ID 32
#define NOTE_VERSION  48
#define NOTE_FORMAT   64
#define NOTE_CONFIG   96
#define NOTE_OFFSET   112
#define NOTE_ROOM     116
#define NOTE_MAX      120
#define NOTE_CRC      124

static const uint8_t note_head[32] = {
	0x7f, 'U',  'n',  'l',	'o',  'o',  'p',  ' ',	'n',  'o',  't',
	'e',  ' ',  'v',  '1',	0,    0x6f, 0x1d, 0x0b, 0x52, 0x3c, 0x8e,
	0x4a, 0x77, 0x9b, 0x21, 0x5e, 0xc4, 0x0a, 0x9d, 0x73, 0xe8,
};

/* Copy a text that may fill its size bytes without a NUL; ret has one more.
 * What is not printable becomes "?": it goes to terminals. */
static void copy_text(char *ret, const uint8_t *text, size_t size)
{
	size_t i;

	for (i = 0; i < size && text[i]; i++)
		ret[i] = text[i] >= ' ' && text[i] < 0x7f ? (char)text[i] : '?';
	ret[i] = '\0';
}

static void note_read(const uint8_t *note, struct boot_image *image)
{
	size_t i;

	copy_text(image->version, note + NOTE_VERSION, 16);
	copy_text(image->format, note + NOTE_FORMAT, 32);
	copy_text(image->config, note + NOTE_CONFIG, 16);
	for (i = 0; i < 16; i++)
		snprintf(image->build_id + 2 * i, 3, "%02x",
			 note[NOTE_BUILD_ID + i]);
	image->region_at = le32_get(note + NOTE_OFFSET);
	image->region_len = le32_get(note + NOTE_ROOM);
	image->region_max = le32_get(note + NOTE_MAX);
}

int boot_image_find(const uint8_t *data, size_t len,
		    struct boot_image *ret_image)
{
	size_t scan_len = len < BOOT_IMAGE_SCAN_LEN ? len : BOOT_IMAGE_SCAN_LEN;
	struct boot_image image = {0};
	size_t at;

	for (at = 0; at + NOTE_LEN <= scan_len; at += NOTE_ALIGN) {
		const uint8_t *note = data + at;

		if (memcmp(note, note_head, sizeof(note_head)) != 0 ||
		    region_crc32(note, NOTE_CRC) != le32_get(note + NOTE_CRC))
			continue;
		image.note_at = at;
		note_read(note, &image);
		image.is_signed = boot_format_is_signed(data, len);
		*ret_image = image;
		return 0;
	}
	return -ENOENT;
}

/* Is the region that the note speaks of inside of the file? */
static bool is_inside(const struct boot_image *image, size_t len)
{
	return image->region_at <= len &&
	       image->region_len <= len - image->region_at;
}

int boot_image_region(const uint8_t *data, size_t len,
		      const struct boot_image *image, struct region *ret_region,
		      struct reason *why)
{
	int rc;

	memset(ret_region, 0, sizeof(*ret_region));
	if (!is_inside(image, len))
		return reason_set(why, -EBADMSG,
				  "it is cut short: the file has %zu bytes, "
				  "and its customisation ends at %zu",
				  len, image->region_at + image->region_len);
	rc = region_parse(data + image->region_at, image->region_len,
			  ret_region);
	if (rc == -ENOENT)
		return 0;
	if (rc == -ENOMEM)
		return reason_set(why, rc, "out of memory");
	if (rc)
		return reason_set(why, rc,
				  "its customisation is damaged, or of a later "
				  "version");
	return 0;
}

/* May this image get needed bytes of region? */
static int check_request(const struct boot_image *image, size_t len,
			 size_t needed, struct reason *why)
{
	if (!image->region_at)
		return reason_set(why, -ENOTSUP,
				  "images of the format %s have no room for a "
				  "customisation",
				  image->format);
	if (image->is_signed)
		return reason_set(why, -EPERM,
				  "it is signed, and a change would break the "
				  "signature; --beside puts the customisation "
				  "into a file " REGION_FILE_NAME " beside it");
	if (needed > image->region_max || needed > REGION_LEN_MAX)
		return reason_set(why, -EFBIG,
				  "the customisation takes %zu bytes, and this "
				  "image can have at most %zu",
				  needed,
				  image->region_max < REGION_LEN_MAX
					  ? image->region_max
					  : (size_t)REGION_LEN_MAX);
	if (!is_inside(image, len) || image->region_len > image->region_max ||
	    image->region_at < image->note_at + NOTE_LEN)
		return reason_set(why, -EBADMSG,
				  "it is damaged: the place for the "
				  "customisation is not inside of the file");
	return 0;
}

/* Let the note in data tell the region's new length. */
static void note_write(uint8_t *data, const struct boot_image *image)
{
	uint8_t *note = data + image->note_at;

	le32_put(note + NOTE_ROOM, (uint32_t)image->region_len);
	le32_put(note + NOTE_CRC, region_crc32(note, NOTE_CRC));
}

/* boot_image_customise() for a region of needed bytes. */
static int customise(const uint8_t *data, size_t len, struct boot_image *image,
		     const uint8_t *region, size_t needed, uint8_t **ret_data,
		     size_t *ret_len, struct reason *why)
{
	const struct boot_format *format;
	size_t room, new_len, old;
	uint8_t *copy;
	int rc;

	rc = check_request(image, len, needed, why);
	if (rc)
		return rc;
	format = boot_format_find(data, len);
	rc = format->resize(data, len, image, needed, &room, &new_len, why);
	if (rc)
		return rc;
	copy = calloc(1, new_len ? new_len : 1);
	if (!copy)
		return reason_set(why, -ENOMEM, "out of memory");
	memcpy(copy, data, len < new_len ? len : new_len);
	/* Nothing of the old one is left, also where the room is less now. */
	old = new_len - image->region_at;
	old = image->region_len < old ? image->region_len : old;
	memset(copy + image->region_at, 0, old > room ? old : room);
	image->region_len = room;
	if (needed)
		memcpy(copy + image->region_at, region, needed);
	note_write(copy, image);
	format->finish(copy, new_len, image);
	*ret_data = copy;
	*ret_len = new_len;
	return 0;
}

int boot_image_customise(const uint8_t *data, size_t len,
			 const struct region *region, uint8_t **ret_data,
			 size_t *ret_len, struct reason *why)
{
	struct boot_image image;
	size_t needed;
	uint8_t *bytes;
	int rc;

	rc = boot_image_find(data, len, &image);
	if (rc)
		return reason_set(why, rc,
				  "it is not an image of this product: there "
				  "is no identity note in its first 64 KiB");
	rc = region_format(region, &bytes, &needed);
	if (rc)
		return reason_set(why, rc, "out of memory");
	rc = customise(data, len, &image, bytes, needed, ret_data, ret_len,
		       why);
	free(bytes);
	return rc;
}
