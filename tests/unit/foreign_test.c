/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is no image that we execute is refused by name. */
#include "capture.h"
#include "core/error.h"
#include "core/image.h"

/* What probing the LEN bytes at DATA says. */
static const char *probed(const void *data, size_t len)
{
	struct image *image = image_alloc(NULL, "file", NULL);
	static char sentence[200];
	int rc;

	assert_non_null(image);
	assert_int_equal(image_write(image, 0, data, len), 0);
	image->flags |= IMAGE_COMPLETE;
	rc = image_probe(image);
	snprintf(sentence, sizeof(sentence), "%s",
		 rc == -ENOTSUP ? error_text(rc) : "");
	image_put(image);
	return sentence;
}

#define SAYS(data, text)                                                       \
	assert_non_null(strstr(probed(data, sizeof(data) - 1), text))

static void test_kinds_are_named(void **state)
{
	static uint8_t kernel[8192] = "\x7f"
				      "ELF";

	(void)state;
	SAYS("\x7f"
	     "ELF\1\1",
	     "an ELF program, which is not built in");
	SAYS("\x36\x13\x03\x1b....", "an NBI image");
	SAYS("\xb8\xff\x4c\xcd\x21....", "a COM32 program");
	SAYS("$SDI0001", "an SDI image");
	SAYS("\x1f\x8b\x08....", "imgextract unpacks it");
	SAYS("\x78\x9c....", "imgextract unpacks it");
	SAYS("-----BEGIN CERTIFICATE-----", "a PEM file");
	SAYS("MIME-Version: 1.0\r\n", "a MIME message");
	SAYS("P6\n1 1\n", "a PNM picture");
	SAYS("\x30\x82\0\4\x30\x82\0\0", "a DER file");
	SAYS("\xef\xbb\xbf#!ipxe\n", "byte order mark");
	SAYS("\xff\xfe#\0!\0", "UTF-16");
	assert_string_equal(probed(kernel, sizeof(kernel)),
			    "it is an ELF program, which is not built in");
	memcpy(kernel + 8180, "\x02\xb0\xad\x1b\0\0\0\0\xfe\x4f\x52\xe4", 12);
	assert_string_equal(probed(kernel, sizeof(kernel)),
			    "it is a Multiboot kernel, which is not built in");
}

static void test_others_are_not(void **state)
{
	/* GRUB's core.0 is a network boot program with a Multiboot header. */
	static uint8_t grub[64] = "\xea\x05\0\xc0\x07";

	(void)state;
	memcpy(grub + 16, "\x02\xb0\xad\x1b\0\0\0\0\xfe\x4f\x52\xe4", 12);
	assert_string_equal(probed(grub, sizeof(grub)), "");
	assert_string_equal(probed("\x7f"
				   "EL",
				   3),
			    "");
	assert_string_equal(probed("#!ipxe\n", 7), "");
	assert_string_equal(probed("\x30\x82\0\5\x30\x82\0\0", 8), "");
	assert_string_equal(probed("", 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kinds_are_named, capture_setup),
		cmocka_unit_test_setup(test_others_are_not, capture_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
