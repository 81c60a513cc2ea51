/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What consoles are sent: UTF-8 with control sequences. */
#include <string.h>

#include "core/ansi.h"
#include "core/console.h"

#define NUMBER_MAX 9999

/* A byte of a control sequence behind "ESC [": ECMA-48 5.4. */
static int sequence_feed(struct ansi *ansi, uint8_t byte)
{
	unsigned int *number = &ansi->numbers[ansi->count - 1];

	if (byte >= '0' && byte <= '9') {
		*number = MIN(*number * 10 + byte - '0', (unsigned)NUMBER_MAX);
	} else if (byte == ';') {
		if (ansi->count < ANSI_NUMBERS)
			ansi->count++;
	} else if (byte >= '@' && byte <= '~') {
		ansi->state = ANSI_TEXT;
		return ANSI_FINAL(byte);
	} else if (byte < ' ' || byte > '~') {
		ansi->state = ANSI_TEXT;
	}
	return -1;
}

int ansi_feed(struct ansi *ansi, uint8_t byte)
{
	switch (ansi->state) {
	case ANSI_ESCAPE:
		ansi->state = byte == '[' ? ANSI_SEQUENCE : ANSI_TEXT;
		memset(ansi->numbers, 0, sizeof(ansi->numbers));
		ansi->count = 1;
		return -1;
	case ANSI_SEQUENCE:
		return sequence_feed(ansi, byte);
	default:
		if (byte == KEY_ESC) {
			ansi->state = ANSI_ESCAPE;
			return -1;
		}
		return utf8_feed(&ansi->utf8, byte);
	}
}

/* The RGB colour of the numbers from I on, "2;R;G;B"; 0 if it is none. */
static uint32_t rgb_get(const struct ansi *ansi, unsigned int i)
{
	const unsigned int *number = ansi->numbers + i;

	if (i + 4 > ansi->count || number[0] != 2)
		return 0;
	return ANSI_RGB | (number[1] & 0xff) << 16 | (number[2] & 0xff) << 8 |
	       (number[3] & 0xff);
}

void ansi_select(const struct ansi *ansi, struct ansi_colours *colours)
{
	unsigned int number, i;

	for (i = 0; i < ansi->count; i++) {
		number = ansi->numbers[i];
		if (number == 0) {
			*colours = (struct ansi_colours){
				ANSI_DEFAULT, ANSI_DEFAULT, false, false, 0, 0};
		} else if (number == 1 || number == 22) {
			colours->is_bold = number == 1;
		} else if (number == 7 || number == 27) {
			colours->is_reverse = number == 7;
		} else if (number == 38) {
			colours->foreground_rgb = rgb_get(ansi, i + 1);
			i += 4;
		} else if (number == 48) {
			colours->background_rgb = rgb_get(ansi, i + 1);
			i += 4;
		} else if (number >= 30 && number <= 39) {
			colours->foreground = (uint8_t)(number - 30);
			colours->foreground_rgb = 0;
		} else if (number >= 40 && number <= 49) {
			colours->background = (uint8_t)(number - 40);
			colours->background_rgb = 0;
		}
	}
}
