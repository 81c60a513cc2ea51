/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware's own console: text out in whole lines. */
#include <string.h>

#include "config/console.h"
#include "core/console.h"
#include "core/platform.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"
#include "platform/efi/nic.h"
#include "platform/efi/ucs2.h"

SELECT_IF(CONSOLE_EFI);

/* Characters that are shown by one call: a call costs more than its text. */
#define OUTPUT_LEN 128

/* Most numbers that an escape sequence may have. */
#define ANSI_NUMBERS 8

static CHAR16 output[OUTPUT_LEN + 1];
static size_t output_len;
static struct utf8_decoder output_decoder;

/* An escape sequence on its way: ECMA-48 5.4. */
static enum { ANSI_NONE, ANSI_ESC, ANSI_CSI } ansi_state;
static unsigned int ansi_number[ANSI_NUMBERS];
static unsigned int ansi_count;

bool efi_is_terminal(EFI_HANDLE handle)
{
	const uint8_t *path;
	size_t len, at;

	path = efi_handle_path(handle, &len);
	for (at = 0; path && at < len; at += devpath_node_len(path + at)) {
		if (devpath_kind(path + at) == DEVPATH_UART)
			return true;
	}
	return false;
}

void efi_console_init(void)
{
	efi_keyboard_init();
	if (efi_system->ConOut)
		efi_system->ConOut->EnableCursor(efi_system->ConOut, TRUE);
	efi_console_fresh_line();
}

void efi_console_fresh_line(void)
{
	static CHAR16 line_end[] = L"\r\n";
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = efi_system->ConOut;

	efi_console_flush();
	if (out && out->Mode->CursorColumn > 0)
		out->OutputString(out, line_end);
}

void efi_console_flush(void)
{
	if (!output_len)
		return;
	output[output_len] = 0;
	output_len = 0;
	/* Drivers in option ROMs start before there is a console. */
	if (efi_system->ConOut)
		efi_system->ConOut->OutputString(efi_system->ConOut, output);
}

/* Add one character to what will be shown. */
static void output_add(CHAR16 c)
{
	output[output_len++] = c;
	if (output_len == OUTPUT_LEN)
		efi_console_flush();
}

/* Colours and brightness: ECMA-48 8.3.117 as a UEFI attribute. */
static void ansi_colour(unsigned int number)
{
	/* ANSI has red in bit 0 and blue in bit 2, UEFI the reverse. */
	static const uint8_t colours[] = {0, 4, 2, 6, 1, 5, 3, 7};
	UINTN attribute = (UINTN)efi_system->ConOut->Mode->Attribute & 0x7f;

	if (number == 0)
		attribute = EFI_TEXT_ATTR(EFI_LIGHTGRAY, EFI_BLACK);
	else if (number == 1)
		attribute |= EFI_BRIGHT;
	else if (number == 22)
		attribute &= ~(UINTN)EFI_BRIGHT;
	else if (number >= 30 && number <= 37)
		attribute = (attribute & 0x78) | colours[number - 30];
	else if (number == 39)
		attribute = (attribute & 0x78) | EFI_LIGHTGRAY;
	else if (number >= 40 && number <= 47)
		attribute = (attribute & 0x0f) | (UINTN)colours[number - 40]
							 << 4;
	else if (number == 49)
		attribute &= 0x0f;
	efi_system->ConOut->SetAttribute(efi_system->ConOut, attribute);
}

/* Blank the rest of the line that the cursor is in, which stays. */
static void ansi_erase_line(void)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = efi_system->ConOut;
	INT32 column = out->Mode->CursorColumn;
	INT32 row = out->Mode->CursorRow;
	UINTN columns;
	UINTN rows;
	INT32 i;

	if (EFI_ERROR(out->QueryMode(out, (UINTN)out->Mode->Mode, &columns,
				     &rows)))
		return;
	/* Not the last column: the line would wrap. */
	for (i = column; i + 1 < (INT32)columns; i++)
		output_add(' ');
	efi_console_flush();
	out->SetCursorPosition(out, (UINTN)column, (UINTN)row);
}

/* Move the cursor within its line. */
static void ansi_move(int by)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = efi_system->ConOut;
	int column = out->Mode->CursorColumn + by;

	out->SetCursorPosition(out, (UINTN)MAX(column, 0),
			       (UINTN)out->Mode->CursorRow);
}

/* Do the sequence that FINAL ends; one that we do not know does nothing. */
static void ansi_do(uint8_t final)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = efi_system->ConOut;
	unsigned int first = ansi_number[0];
	unsigned int i;

	efi_console_flush();
	switch (final) {
	case 'm':
		for (i = 0; i <= ansi_count; i++)
			ansi_colour(ansi_number[i]);
		break;
	case 'J':
		out->ClearScreen(out);
		break;
	case 'H':
		out->SetCursorPosition(out, MAX(ansi_number[1], 1U) - 1,
				       MAX(first, 1U) - 1);
		break;
	case 'K':
		ansi_erase_line();
		break;
	case 'C':
		ansi_move((int)MAX(first, 1U));
		break;
	case 'D':
		ansi_move(-(int)MAX(first, 1U));
		break;
	default:
		break;
	}
}

/* Feed C to the escape sequence that has begun. */
static void ansi_feed(uint8_t c)
{
	unsigned int *number = &ansi_number[ansi_count];

	if (ansi_state == ANSI_ESC) {
		ansi_state = c == '[' ? ANSI_CSI : ANSI_NONE;
		ansi_count = 0;
		memset(ansi_number, 0, sizeof(ansi_number));
		return;
	}
	if (c >= '0' && c <= '9') {
		*number = MIN(*number * 10 + c - '0', 999U);
	} else if (c == ';') {
		if (ansi_count + 1 < ANSI_NUMBERS)
			ansi_count++;
	} else if (c >= 0x40 && c <= 0x7e) {
		ansi_state = ANSI_NONE;
		ansi_do(c);
	}
}

static void efi_console_putchar(uint8_t byte)
{
	int c;

	if (!efi_system->ConOut)
		return;
	if (ansi_state != ANSI_NONE) {
		ansi_feed(byte);
		return;
	}
	if (byte == KEY_ESC) {
		ansi_state = ANSI_ESC;
		return;
	}
	c = utf8_feed(&output_decoder, byte);
	if (c <= 0)
		return;
	if (c == '\n')
		output_add('\r');
	output_add((CHAR16)c);
	if (c == '\n')
		efi_console_flush();
}

static const struct console efi_console = {
	.putchar = efi_console_putchar,
	.getchar = efi_keyboard_getchar,
};

TABLE_REGISTER(consoles, efi_console);
