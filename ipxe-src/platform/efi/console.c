/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware's own console: text out in whole lines.
 *
 * It goes to ConOut, which is all consoles of the firmware's. While the screen
 * is in a graphics mode of ours it goes to each serial terminal alone.
 */
#include <string.h>

#include "config/console.h"
#include "core/ansi.h"
#include "core/console.h"
#include "core/fbcon.h"
#include "core/platform.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"
#include "platform/efi/nic.h"

SELECT_IF(CONSOLE_EFI);

/* Characters that are shown by one call: a call costs more than its text. */
#define OUTPUT_LEN 128

/* Terminals that are printed to while the screen shows graphics. */
#define OUTS_MAX 4

static CHAR16 output[OUTPUT_LEN + 1];
static size_t output_len;
static struct ansi ansi;
static struct ansi_colours colours;
static SIMPLE_TEXT_OUTPUT_INTERFACE *outs[OUTS_MAX];
static unsigned int out_count;

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

void efi_console_set_graphics(bool is_graphics)
{
	static EFI_GUID output_guid = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;
	EFI_HANDLE *handles;
	UINTN count, i;

	efi_console_flush();
	/* Drivers in option ROMs start before there is a console. */
	outs[0] = efi_system->ConOut;
	out_count = outs[0] != NULL;
	if (!is_graphics)
		return;
	out_count = 0;
	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol, &output_guid,
						   NULL, &count, &handles)))
		return;
	for (i = 0; i < count && out_count < OUTS_MAX; i++) {
		if (efi_is_terminal(handles[i]))
			outs[out_count++] =
				efi_protocol(handles[i], &output_guid);
	}
	efi_boot->FreePool(handles);
}

void efi_console_init(void)
{
	efi_keyboard_init();
	colours.foreground = ANSI_DEFAULT;
	colours.background = ANSI_DEFAULT;
	efi_console_set_graphics(false);
	if (efi_system->ConOut)
		efi_system->ConOut->EnableCursor(efi_system->ConOut, TRUE);
	efi_console_fresh_line();
}

void efi_console_fresh_line(void)
{
	static CHAR16 line_end[] = L"\r\n";
	unsigned int i;

	efi_console_flush();
	for (i = 0; i < out_count; i++) {
		if (outs[i]->Mode->CursorColumn > 0)
			outs[i]->OutputString(outs[i], line_end);
	}
}

/* Send what is buffered. */
static void output_flush(void)
{
	unsigned int i;

	if (!output_len)
		return;
	output[output_len] = 0;
	output_len = 0;
	for (i = 0; i < out_count; i++)
		outs[i]->OutputString(outs[i], output);
}

void efi_console_flush(void)
{
	if (fbcon_flush)
		fbcon_flush();
	output_flush();
}

/* Add one character to what will be shown. */
static void output_add(CHAR16 c)
{
	output[output_len++] = c;
	if (output_len == OUTPUT_LEN)
		output_flush();
}

/* The present colours as a UEFI attribute, UEFI 2.10 12.4.6. */
static UINTN attribute(void)
{
	/* ANSI has red in bit 0 and blue in bit 2, UEFI the reverse. */
	static const uint8_t uefi[] = {0, 4, 2, 6, 1, 5, 3, 7};
	UINTN front = EFI_LIGHTGRAY, back = EFI_BLACK, swap;

	if (colours.foreground < ARRAY_SIZE(uefi))
		front = uefi[colours.foreground];
	if (colours.background < ARRAY_SIZE(uefi))
		back = uefi[colours.background];
	if (colours.is_reverse) {
		swap = front;
		front = back;
		back = swap;
	}
	if (colours.is_bold)
		front |= EFI_BRIGHT;
	return EFI_TEXT_ATTR(front, back);
}

/* Blank the rest of the line that the cursor is in, which stays. */
static void erase_line(SIMPLE_TEXT_OUTPUT_INTERFACE *out)
{
	static CHAR16 space[] = L" ";
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
		out->OutputString(out, space);
	out->SetCursorPosition(out, (UINTN)column, (UINTN)row);
}

/* Move the cursor. */
static void move(SIMPLE_TEXT_OUTPUT_INTERFACE *out, int columns, int rows)
{
	int column = out->Mode->CursorColumn + columns;
	int row = out->Mode->CursorRow + rows;

	out->SetCursorPosition(out, (UINTN)MAX(column, 0), (UINTN)MAX(row, 0));
}

/* Do the sequence that FINAL ends on OUT; one that we do not know does
 * nothing. */
static void sequence_do(SIMPLE_TEXT_OUTPUT_INTERFACE *out, uint8_t final)
{
	int count = (int)MAX(ansi.numbers[0], 1U);

	switch (final) {
	case 'm':
		out->SetAttribute(out, attribute());
		break;
	case 'J':
		out->ClearScreen(out);
		break;
	case 'H':
		out->SetCursorPosition(out, MAX(ansi.numbers[1], 1U) - 1,
				       (UINTN)count - 1);
		break;
	case 'K':
		erase_line(out);
		break;
	case 'A':
		move(out, 0, -count);
		break;
	case 'B':
		move(out, 0, count);
		break;
	case 'C':
		move(out, count, 0);
		break;
	case 'D':
		move(out, -count, 0);
		break;
	case 'h':
	case 'l':
		if (ansi.numbers[0] == 25)
			out->EnableCursor(out, final == 'h');
		break;
	default:
		break;
	}
}

static void efi_console_putchar(uint8_t byte)
{
	int c = ansi_feed(&ansi, byte);
	unsigned int i;

	if (c <= 0)
		return;
	if (c >= ANSI_FINAL(0)) {
		output_flush();
		if (c == ANSI_FINAL('m'))
			ansi_select(&ansi, &colours);
		for (i = 0; i < out_count; i++)
			sequence_do(outs[i], (uint8_t)(c & 0xff));
		return;
	}
	if (c == '\n')
		output_add('\r');
	output_add((CHAR16)c);
	if (c == '\n')
		output_flush();
}

static const struct console efi_console = {
	.putchar = efi_console_putchar,
	.getchar = efi_keyboard_getchar,
};

TABLE_REGISTER(consoles, efi_console);
