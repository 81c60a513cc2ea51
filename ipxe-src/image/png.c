/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PNG pictures, for the console's background. W3C PNG (Third Edition).
 *
 * All colour types, depths and interlacing. What is transparent shows black.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/crc32.h"
#include "core/error.h"
#include "core/image.h"
#include "core/inflate.h"
#include "core/memory.h"
#include "core/pixbuf.h"

SELECT_IF(IMAGE_PNG);

#define SIGNATURE     "\x89PNG\r\n\x1a\n"
#define SIGNATURE_LEN 8
#define CHUNK_LEN     12 /* length, type and CRC of every chunk */
#define IHDR_LEN      13

#define TYPE(a, b, c, d)                                                       \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define IHDR	  TYPE('I', 'H', 'D', 'R')
#define PLTE	  TYPE('P', 'L', 'T', 'E')
#define IDAT	  TYPE('I', 'D', 'A', 'T')
#define IEND	  TYPE('I', 'E', 'N', 'D')
#define TRNS	  TYPE('t', 'R', 'N', 'S')
#define ANCILLARY TYPE(0x20, 0, 0, 0) /* it may be passed over */

/* Bits of the colour type. */
#define HAS_PALETTE 1
#define HAS_COLOUR  2
#define HAS_ALPHA   4

/* Filters of a row: 9.2. */
enum { FILTER_NONE, FILTER_SUB, FILTER_UP, FILTER_AVERAGE, FILTER_PAETH };

/* A passage over the picture: where it begins, and its steps. */
struct pass {
	uint8_t x, y;
	uint8_t step_x, step_y;
};

/* 8.2: Adam7. */
static const struct pass passes_interlaced[] = {
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
	{0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
};

static const struct pass pass_whole = {0, 0, 1, 1};

/* One picture being decoded. */
struct png {
	uint32_t width, height;
	uint8_t depth;	  /* bits of a sample */
	uint8_t colour;	  /* HAS_... */
	uint8_t channels; /* samples of a pixel */
	bool is_interlaced;
	uint8_t palette[256][4]; /* red, green, blue, alpha */
	unsigned int palette_len;
	bool has_key; /* one colour is transparent */
	uint16_t key[3];
	/* The compressed data: the chunks IDAT, one behind the other. */
	uint8_t *data;
	size_t data_len;
	struct pixbuf *pixbuf;
	/* The row being filled, behind its filter byte, and the one before. */
	uint8_t *row, *before;
	size_t row_at;	/* bytes of it that are there, filter byte included */
	size_t row_len; /* bytes that it has, without the filter byte */
	unsigned int pass;
	uint32_t y; /* of the row in its pass */
};

static int damaged(const char *what)
{
	return error_set(-EINVAL, "the PNG picture is damaged: %s", what);
}

/* The bytes from a pixel to the next, for filters: 9.2. */
static size_t pixel_len(const struct png *png)
{
	return MAX(png->channels * png->depth / 8u, 1u);
}

static const struct pass *pass_get(const struct png *png)
{
	return png->is_interlaced ? &passes_interlaced[png->pass] : &pass_whole;
}

/* Pixels of LEN of the picture that a pass from START by STEP has. */
static uint32_t pass_count(uint32_t len, uint32_t start, uint32_t step)
{
	return len > start ? (len - start + step - 1) / step : 0;
}

/* ----------------------------------------------------------- chunks ---- */

static int parse_ihdr(struct png *png, const uint8_t *data, size_t len)
{
	static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
	/* By colour type, a bit for each depth that it may have. */
	static const uint32_t depths[] = {0x10116, 0, 0x10100, 0x116,
					  0x10100, 0, 0x10100};

	if (len != IHDR_LEN || png->width)
		return damaged("its header");
	png->width = get_be32(data);
	png->height = get_be32(data + 4);
	png->depth = data[8];
	png->colour = data[9];
	png->is_interlaced = data[12];
	if (!png->width || !png->height || png->width > PIXBUF_SIDE_MAX ||
	    png->height > PIXBUF_SIDE_MAX)
		return error_set(-EINVAL, "the PNG picture has no size, or is "
					  "too large");
	if (png->colour > 6 || png->depth > 16 ||
	    !(depths[png->colour] >> png->depth & 1) || data[10] || data[11] ||
	    data[12] > 1)
		return damaged("its kind is unknown");
	png->channels = channels[png->colour];
	return 0;
}

static int parse_plte(struct png *png, const uint8_t *data, size_t len)
{
	unsigned int i;

	if (!len || len % 3 || len > 3 * 256)
		return damaged("its palette");
	png->palette_len = (unsigned int)len / 3;
	for (i = 0; i < png->palette_len; i++) {
		memcpy(png->palette[i], data + 3 * i, 3);
		png->palette[i][3] = 255;
	}
	return 0;
}

static int parse_trns(struct png *png, const uint8_t *data, size_t len)
{
	unsigned int i;

	if (png->colour & HAS_PALETTE) {
		if (len > png->palette_len)
			return damaged("its transparency");
		for (i = 0; i < len; i++)
			png->palette[i][3] = data[i];
		return 0;
	}
	if (png->colour & HAS_ALPHA || len != 2u * png->channels)
		return damaged("its transparency");
	for (i = 0; i < png->channels; i++)
		png->key[i] = get_be16(data + 2 * i);
	png->has_key = true;
	return 0;
}

/* Handle one chunk. */
static int parse_chunk(struct png *png, uint32_t type, const uint8_t *data,
		       size_t len)
{
	if (type != IHDR && !png->width)
		return damaged("it does not begin with a header");
	switch (type) {
	case IHDR:
		return parse_ihdr(png, data, len);
	case PLTE:
		return parse_plte(png, data, len);
	case TRNS:
		return parse_trns(png, data, len);
	case IDAT:
		memcpy(png->data + png->data_len, data, len);
		png->data_len += len;
		return 0;
	case IEND:
		return 0;
	default:
		if (type & ANCILLARY)
			return 0;
		return error_set(-ENOTSUP, "the PNG picture needs something "
					   "that is not known here");
	}
}

/* Handle all chunks; PNG->data has room for as many bytes as IMAGE. */
static int parse_chunks(struct png *png, const struct image *image)
{
	size_t at = SIGNATURE_LEN;
	const uint8_t *chunk;
	uint32_t len, type;
	int rc;

	do {
		chunk = image->data + at;
		if (image->len - at < CHUNK_LEN)
			return damaged("it ends too early");
		len = get_be32(chunk);
		if (len > image->len - at - CHUNK_LEN)
			return damaged("it ends too early");
		if (crc32_ieee(chunk + 4, len + 4u) !=
		    get_be32(chunk + 8 + len))
			return damaged("a checksum is wrong");
		type = get_be32(chunk + 4);
		rc = parse_chunk(png, type, chunk + 8, len);
		if (rc)
			return rc;
		at += CHUNK_LEN + (size_t)len;
	} while (type != IEND);
	if (png->colour & HAS_PALETTE && !png->palette_len)
		return damaged("it has no palette");
	return 0;
}

/* ------------------------------------------------------------- rows ---- */

static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner)
{
	int estimate = left + up - corner;
	int from_left = abs(estimate - left);
	int from_up = abs(estimate - up);
	int from_corner = abs(estimate - corner);

	if (from_left <= from_up && from_left <= from_corner)
		return left;
	return from_up <= from_corner ? up : corner;
}

/* Undo the filter of the row. */
static int row_unfilter(struct png *png)
{
	uint8_t *row = png->row + 1;
	const uint8_t *before = png->before + 1;
	size_t step = pixel_len(png);
	uint8_t left, corner;
	size_t i;

	if (png->row[0] > FILTER_PAETH)
		return damaged("a filter is unknown");
	for (i = 0; i < png->row_len; i++) {
		left = i >= step ? row[i - step] : 0;
		corner = i >= step ? before[i - step] : 0;
		switch (png->row[0]) {
		case FILTER_SUB:
			row[i] = (uint8_t)(row[i] + left);
			break;
		case FILTER_UP:
			row[i] = (uint8_t)(row[i] + before[i]);
			break;
		case FILTER_AVERAGE:
			row[i] = (uint8_t)(row[i] + (left + before[i]) / 2);
			break;
		case FILTER_PAETH:
			row[i] = (uint8_t)(row[i] +
					   paeth(left, before[i], corner));
			break;
		}
	}
	return 0;
}

/* Sample number INDEX of the row. */
static unsigned int sample(const struct png *png, size_t index)
{
	const uint8_t *row = png->row + 1;
	unsigned int per_byte;

	if (png->depth == 16)
		return get_be16(row + 2 * index);
	if (png->depth == 8)
		return row[index];
	per_byte = 8u / png->depth;
	return row[index / per_byte] >>
		       (per_byte - 1 - index % per_byte) * png->depth &
	       ((1u << png->depth) - 1);
}

/* A sample of the picture's depth as 8 bits. */
static unsigned int scale(const struct png *png, unsigned int value)
{
	if (png->depth == 16)
		return value >> 8;
	return value * 255 / ((1u << png->depth) - 1);
}

/* Does the pixel whose samples begin at INDEX have the transparent colour? */
static bool is_key(const struct png *png, size_t index)
{
	unsigned int i;

	for (i = 0; i < png->channels; i++) {
		if (sample(png, index + i) != png->key[i])
			return false;
	}
	return png->has_key;
}

/* Pixel number X of the row as 0x00RRGGBB, in front of black. */
static uint32_t pixel_get(const struct png *png, size_t x)
{
	size_t index = x * png->channels;
	unsigned int colours = png->colour & HAS_COLOUR ? 3 : 1;
	unsigned int alpha = 255;
	unsigned int rgb[3], i;
	const uint8_t *entry;

	if (png->colour & HAS_PALETTE) {
		i = sample(png, index);
		/* An index behind the palette is black. */
		entry = png->palette[i];
		rgb[0] = entry[0];
		rgb[1] = entry[1];
		rgb[2] = entry[2];
		alpha = entry[3];
	} else {
		for (i = 0; i < 3; i++)
			rgb[i] = scale(png, sample(png, index + i % colours));
		if (png->colour & HAS_ALPHA)
			alpha = scale(png, sample(png, index + colours));
		else if (is_key(png, index))
			alpha = 0;
	}
	for (i = 0; i < 3; i++)
		rgb[i] = (rgb[i] * alpha + 127) / 255;
	return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
}

/* Begin the pass PNG->pass, or the next one that has pixels. */
static void pass_begin(struct png *png)
{
	unsigned int passes =
		png->is_interlaced ? ARRAY_SIZE(passes_interlaced) : 1;
	const struct pass *pass;
	uint32_t width = 0;

	for (; png->pass < passes; png->pass++) {
		pass = pass_get(png);
		width = pass_count(png->width, pass->x, pass->step_x);
		if (width && pass_count(png->height, pass->y, pass->step_y))
			break;
	}
	png->row_len =
		png->pass < passes
			? ((size_t)width * png->channels * png->depth + 7) / 8
			: 0;
	png->row_at = 0;
	png->y = 0;
	memset(png->before, 0, png->row_len + 1);
}

/* The row is complete: put its pixels in the picture and begin the next. */
static int row_end(struct png *png)
{
	const struct pass *pass = pass_get(png);
	uint32_t width = pass_count(png->width, pass->x, pass->step_x);
	uint32_t y = pass->y + png->y * pass->step_y;
	uint8_t *swap = png->before;
	uint32_t x;
	int rc;

	rc = row_unfilter(png);
	if (rc)
		return rc;
	for (x = 0; x < width; x++)
		png->pixbuf->pixels[(size_t)y * png->width + pass->x +
				    (size_t)x * pass->step_x] =
			pixel_get(png, x);
	png->before = png->row;
	png->row = swap;
	png->row_at = 0;
	png->y++;
	if (png->y == pass_count(png->height, pass->y, pass->step_y)) {
		png->pass++;
		pass_begin(png);
	}
	return 0;
}

/* Take LEN bytes of decompressed data. What is behind the last row is lost. */
static int rows_write(void *ctx, const uint8_t *data, size_t len)
{
	struct png *png = ctx;
	size_t part;
	int rc;

	while (len && png->row_len) {
		part = MIN(len, png->row_len + 1 - png->row_at);
		memcpy(png->row + png->row_at, data, part);
		png->row_at += part;
		data += part;
		len -= part;
		if (png->row_at == png->row_len + 1) {
			rc = row_end(png);
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* ---------------------------------------------------------- the type ---- */

/* Decompress and unfilter all rows. */
static int rows_decode(struct png *png)
{
	size_t row_max =
		((size_t)png->width * png->channels * png->depth + 7) / 8 + 1;
	uint64_t limit = ((uint64_t)row_max + 8) * png->height * 2;
	int rc;

	png->row = calloc(2, row_max);
	if (!png->row)
		return error_set(-ENOMEM, "there is no memory for its rows");
	png->before = png->row + row_max;
	/* The two change places: the block is where the lower one is. */
	pass_begin(png);
	rc = inflate(png->data, png->data_len, INFLATE_ZLIB, limit, rows_write,
		     png, NULL);
	if (!rc && png->row_len)
		rc = damaged("rows are missing");
	free(png->row < png->before ? png->row : png->before);
	return rc;
}

static int png_pixbuf(struct image *image, struct pixbuf **ret_pixbuf)
{
	struct png *png;
	int rc;

	png = calloc(1, sizeof(*png));
	if (!png)
		return error_set(-ENOMEM, "there is no memory for a picture");
	png->data = bulk_realloc(NULL, 0, image->len);
	rc = png->data ? parse_chunks(png, image)
		       : error_set(-ENOMEM, "there is no memory for it");
	if (!rc) {
		png->pixbuf = pixbuf_alloc(png->width, png->height);
		rc = png->pixbuf ? rows_decode(png) : -ENOMEM;
	}
	if (!rc)
		*ret_pixbuf = png->pixbuf;
	else
		pixbuf_free(png->pixbuf);
	bulk_realloc(png->data, image->len, 0);
	free(png);
	return rc;
}

static int png_probe(struct image *image)
{
	return image->len >= SIGNATURE_LEN &&
			       !memcmp(image->data, SIGNATURE, SIGNATURE_LEN)
		       ? 0
		       : -ENOEXEC;
}

static int png_exec(struct image *image __unused_arg)
{
	return error_set(-ENOEXEC, "it is a picture");
}

/* Not a loader, so that the loop guard leaves it to png_exec(). */
static enum image_role png_role(struct image *image __unused_arg)
{
	return IMAGE_ROLE_KERNEL;
}

static const struct image_type png_image_type = {
	.name = "PNG",
	.order = 4,
	.probe = png_probe,
	.exec = png_exec,
	.role = png_role,
	.pixbuf = png_pixbuf,
};
TABLE_REGISTER(image_types, png_image_type);
