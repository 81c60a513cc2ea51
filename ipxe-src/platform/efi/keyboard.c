/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keys from the firmware's ConIn, by keyboard maps where they come from a
 * keyboard. */
#include <string.h>

#include "config/console.h"
#include "core/console.h"
#include "core/keymap.h"
#include "core/platform.h"
#include "platform/efi/efi.h"
#include "platform/efi/ucs2.h"

SELECT_IF(CONSOLE_EFI);

/* How often the keyboard is asked: asking polls the hardware. */
#define KEYBOARD_PERIOD_US 10000

/* Serial terminals that are looked after, at most. */
#define TERMINALS_MAX 4

/* Bytes of the last key that nobody has taken yet. */
static uint8_t input[8];
static size_t input_len;
static uint64_t keyboard_next_us;
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input_ex;
static SIMPLE_INPUT_INTERFACE *terminals[TERMINALS_MAX];
static unsigned int terminal_count;

/* Find the serial terminals among the consoles. */
static void terminals_find(void)
{
	static EFI_GUID input_guid = EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID;
	EFI_HANDLE *handles;
	UINTN count, i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol, &input_guid,
						   NULL, &count, &handles)))
		return;
	for (i = 0; i < count && terminal_count < TERMINALS_MAX; i++) {
		if (efi_is_terminal(handles[i]))
			terminals[terminal_count++] =
				efi_protocol(handles[i], &input_guid);
	}
	efi_boot->FreePool(handles);
}

void efi_keyboard_init(void)
{
	static EFI_GUID input_ex_guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;

	input_ex = efi_protocol(efi_system->ConsoleInHandle, &input_ex_guid);
	terminals_find();
}

/* Take a key stroke, or return false. STATE is what was held, 0 if that is not
 * known: a serial terminal cannot tell. Terminals are asked themselves first,
 * because ConIn does not say which device a key came from. */
static bool key_read(EFI_INPUT_KEY *key, UINT32 *state)
{
	EFI_KEY_DATA data;
	unsigned int i;

	*state = 0;
	for (i = 0; i < terminal_count; i++) {
		if (!EFI_ERROR(terminals[i]->ReadKeyStroke(terminals[i], key)))
			return true;
	}
	if (!input_ex && !efi_system->ConIn)
		return false;
	if (!input_ex)
		return !EFI_ERROR(efi_system->ConIn->ReadKeyStroke(
			efi_system->ConIn, key));
	memset(&data, 0, sizeof(data));
	if (EFI_ERROR(input_ex->ReadKeyStrokeEx(input_ex, &data)))
		return false;
	*key = data.Key;
	if (data.KeyState.KeyShiftState & EFI_SHIFT_STATE_VALID)
		*state = data.KeyState.KeyShiftState;
	return true;
}

/* Scan codes, UEFI 2.10 table 12.1, as what follows ESC [. */
static const struct {
	uint8_t scan;
	char sequence[4];
} scan_codes[] = {
	{0x01, "A"},   {0x02, "B"},   {0x03, "C"},   {0x04, "D"},
	{0x05, "H"},   {0x06, "F"},   {0x08, "3~"},  {0x09, "5~"},
	{0x0a, "6~"},  {0x0b, "11~"}, {0x0c, "12~"}, {0x0d, "13~"},
	{0x0e, "14~"}, {0x0f, "15~"}, {0x10, "17~"}, {0x11, "18~"},
	{0x12, "19~"}, {0x13, "20~"}, {0x14, "21~"}, {0x15, "23~"},
	{0x16, "24~"},
};

/* Queue what stands for the special key SCAN. */
static void input_add_scan(uint16_t scan)
{
	size_t len;
	size_t i;

	if (scan == SCAN_ESC) {
		input[input_len++] = KEY_ESC;
		return;
	}
	for (i = 0; i < ARRAY_SIZE(scan_codes); i++) {
		if (scan_codes[i].scan != scan)
			continue;
		len = strnlen(scan_codes[i].sequence, 4);
		input[input_len++] = KEY_ESC;
		input[input_len++] = '[';
		memcpy(input + input_len, scan_codes[i].sequence, len);
		input_len += len;
		return;
	}
}

/* Queue the key C of a US keyboard, with STATE held. */
static void input_add_ascii(uint8_t c, UINT32 state)
{
	unsigned int flags = 0;

	if (state & (EFI_LEFT_ALT_PRESSED | EFI_RIGHT_ALT_PRESSED))
		flags = KEYMAP_ALTGR;
	else if (state & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED))
		flags = KEYMAP_CTRL;
	if (flags & KEYMAP_CTRL && c >= 0x40)
		c &= 0x1f;
	/* Whose state is not known is a terminal with a map of its own. */
	if (keymap_translate && state && (c >= ' ' || flags & KEYMAP_CTRL))
		input_len +=
			keymap_translate(c, flags, (char *)input + input_len);
	else
		input[input_len++] = c;
}

/* Ask the keyboard for a key and queue its bytes. */
static void input_poll(void)
{
	EFI_INPUT_KEY key;
	UINT32 state;

	if (!key_read(&key, &state))
		return;
	if (!key.UnicodeChar)
		input_add_scan(key.ScanCode);
	else if (key.UnicodeChar < 0x80)
		input_add_ascii((uint8_t)key.UnicodeChar, state);
	else
		input_len += utf8_from_ucs2(key.UnicodeChar, input);
}

int efi_keyboard_getchar(void)
{
	uint64_t now;
	int c;

	/* Who waits for a key has said what there is to say. */
	efi_console_flush();
	if (!input_len) {
		now = platform_time_us();
		if (now < keyboard_next_us)
			return -1;
		input_poll();
		if (!input_len) {
			keyboard_next_us = now + KEYBOARD_PERIOD_US;
			return -1;
		}
	}
	c = input[0];
	memmove(input, input + 1, --input_len);
	return c;
}
