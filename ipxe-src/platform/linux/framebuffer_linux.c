/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A screen in memory, for tests. */
#include <stdlib.h>
#include <string.h>

#include "config/console.h"
#include "core/error.h"
#include "core/framebuffer.h"
#include "platform/linux/linux.h"

SELECT_IF(CONSOLE_FRAMEBUFFER);

#define GLYPH_HEIGHT 16

/* The modes that it has. */
static const struct framebuffer modes[] = {
	{640, 480, GLYPH_HEIGHT},
	{800, 600, GLYPH_HEIGHT},
	{1024, 768, GLYPH_HEIGHT},
};

uint32_t *linux_screen;
unsigned int linux_screen_width, linux_screen_height;

int framebuffer_open(unsigned int width, unsigned int height,
		     unsigned int depth __unused_arg, struct framebuffer *ret)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		if (modes[i].width < width || modes[i].height < height)
			continue;
		framebuffer_close();
		*ret = modes[i];
		linux_screen_width = ret->width;
		linux_screen_height = ret->height;
		linux_screen = calloc((size_t)ret->width * ret->height,
				      sizeof(*linux_screen));
		return linux_screen ? 0 : -ENOMEM;
	}
	return error_set(-ENODEV, "there is no mode of %u x %u", width, height);
}

void framebuffer_close(void)
{
	free(linux_screen);
	linux_screen = NULL;
}

void framebuffer_present(const uint32_t *pixels, unsigned int x, unsigned int y,
			 unsigned int width, unsigned int height)
{
	size_t at;

	for (; height--; y++) {
		at = (size_t)y * linux_screen_width + x;
		memcpy(linux_screen + at, pixels + at, width * sizeof(*pixels));
	}
}

/* Each row of a character is its number. */
bool framebuffer_glyph(uint16_t c, uint8_t rows[GLYPH_HEIGHT_MAX])
{
	if (c > 0xff)
		return false;
	memset(rows, c == ' ' ? 0 : c, GLYPH_HEIGHT);
	return true;
}
