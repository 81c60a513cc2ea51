/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot images and their regions, as unloop customise and unloopd read them.
 * The first byte is how much is put in; checksums are made right, so that more
 * than the checksums is tried. */
#include "boot_image.h"
#include "le.h"
#include "region.h"

#include "fuzz.h"

#define NOTE_CRC 124

/* Put the CRC of every note and region in the size bytes at data right. */
static void seal(uint8_t *data, size_t size)
{
	size_t at, len;

	for (at = 0; at + 16 <= size; at++) {
		if (memcmp(data + at, "\x7fUregn", 6) != 0)
			continue;
		len = le32_get(data + at + 8);
		if (len <= size - at - 16)
			le32_put(data + at + 12 + len,
				 region_crc32(data + at, 12 + len));
	}
	for (at = 0; at + NOTE_CRC + 4 <= size; at += 16) {
		if (memcmp(data + at, "\x7fUnloop", 7) == 0)
			le32_put(data + at + NOTE_CRC,
				 region_crc32(data + at, NOTE_CRC));
	}
}

/* What was put in must come out again. */
static void check(const uint8_t *data, size_t size, const struct region *put)
{
	struct boot_image image;
	struct region got;
	struct reason why;

	if (boot_image_find(data, size, &image) ||
	    boot_image_region(data, size, &image, &got, &why) ||
	    got.count != put->count)
		abort();
	region_fini(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char value[256 * 8];
	struct boot_image image;
	struct region region = {0};
	struct region old;
	struct reason why;
	uint8_t *copy, *made;
	size_t amount, made_len;

	if (!size)
		return 0;
	amount = *data++ * 8U;
	size--;
	copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	seal(copy, size);
	if (region_parse(copy, size, &old) == 0)
		region_fini(&old);
	if (boot_image_find(copy, size, &image) == 0 &&
	    boot_image_region(copy, size, &image, &old, &why) == 0)
		region_fini(&old);
	if (amount && region_put(&region, REGION_SETTING, "a", value, amount))
		abort();
	if (boot_image_customise(copy, size, &region, &made, &made_len, &why) ==
	    0) {
		check(made, made_len, &region);
		free(made);
	}
	region_fini(&region);
	free(copy);
	return 0;
}
