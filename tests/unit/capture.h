/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* For tests: catch what is printed, type keys, run scripts from strings. */
#ifndef TESTS_UNIT_CAPTURE_H
#define TESTS_UNIT_CAPTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "core/image.h"
#include "core/settings.h"

static char captured[65536];
static size_t captured_len;

static void __attribute__((unused)) capture_byte(uint8_t c)
{
	if (captured_len + 1 < sizeof(captured))
		captured[captured_len++] = (char)c;
	captured[captured_len] = '\0';
}

/* Begin anew; use as a cmocka setup function. */
static int __attribute__((unused)) capture_setup(void **state)
{
	(void)state;
	captured_len = 0;
	captured[0] = '\0';
	console_set_hook(capture_byte);
	return 0;
}

/* An image of TEXT called NAME, registered; the list holds it. */
static struct image __attribute__((unused)) *
	capture_image(const char *name, const char *text)
{
	struct image *image = image_alloc(NULL, name, NULL);

	assert_non_null(image);
	assert_int_equal(image_write(image, 0, text, strlen(text)), 0);
	image->flags |= IMAGE_COMPLETE;
	assert_int_equal(image_register(image), 0);
	image_put(image);
	return image;
}

/* Run TEXT as a script; its status. */
static int __attribute__((unused)) capture_script(const char *text)
{
	struct image *image = capture_image("test.ipxe", text);
	int rc;

	image_get(image);
	rc = image_exec(image);
	image_unregister(image);
	image_put(image);
	return rc;
}

static void __attribute__((unused)) images_clear(void)
{
	while (!list_is_empty(&images))
		image_unregister(list_entry(images.next, struct image, list));
}

#endif
