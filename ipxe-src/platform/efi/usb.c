/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* USB devices that the firmware has started: UEFI 2.10 17.2.
 *
 * UEFI tells no address on a bus. All are on bus 1, numbered from 1 in the
 * order in which the firmware lists them.
 */
#include <errno.h>
#include <string.h>

#include "config/settings.h"
#include "core/raw_block.h"
#include "drivers/bus/usb.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"
#include "platform/efi/ucs2.h"

SELECT_IF(USB_SETTINGS);

/* The bus of every device. */
#define BUS 1

/* Device descriptor, USB 2.0 9.6.1; language US English, and the most
 * characters of a string descriptor, 9.6.7. */
#define DESCRIPTOR_LEN	 18
#define LANGUAGE_ENGLISH 0x0409
#define STRING_MAX	 126

/* Node of a device path: port, and number of the interface; 10.3.4.5. */
#define DEVPATH_USB	   0x0305
#define USB_NODE_LEN	   6
#define USB_NODE_INTERFACE 5

/* EFI_USB_IO_PROTOCOL, UEFI 2.10 17.2.4: one interface of a device. */
struct usb_io {
	void *transfers[6];
	EFI_STATUS(EFIAPI *get_device_descriptor)
	(struct usb_io *this, uint8_t descriptor[DESCRIPTOR_LEN]);
	void *get_config, *get_interface, *get_endpoint;
	/* The caller frees *RET_TEXT. */
	EFI_STATUS(EFIAPI *get_string)
	(struct usb_io *this, UINT16 language, UINT8 index, CHAR16 **ret_text);
	/* LEN is in bytes; the protocol keeps the table. */
	EFI_STATUS(EFIAPI *get_languages)
	(struct usb_io *this, UINT16 **ret_languages, UINT16 *ret_len);
	void *port_reset;
};

static EFI_GUID guid_usb_io = {
	0x2b2f68d6,
	0x0cd2,
	0x44cf,
	{0x8e, 0x8b, 0xbb, 0xa2, 0x0b, 0x1b, 0x5b, 0x75}};

/* Is HANDLE the first of a device's interfaces? They are counted from 0. */
static bool is_device(EFI_HANDLE handle)
{
	const uint8_t *path, *node;
	size_t len;

	if (EFI_ERROR(efi_boot->HandleProtocol(handle, &efi_guid_device_path,
					       (void **)&path)))
		return false;
	len = devpath_len(path, DEVPATH_MAX);
	if (!len)
		return false;
	node = path + devpath_last(path, len);
	return devpath_kind(node) == DEVPATH_USB &&
	       devpath_node_len(node) >= USB_NODE_LEN &&
	       !node[USB_NODE_INTERFACE];
}

/* Device number INDEX, from 1; NULL if there are not so many. */
static struct usb_io *usb_at(uint32_t index)
{
	struct usb_io *usb_io, *found = NULL;
	EFI_HANDLE *handles;
	UINTN count, i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol, &guid_usb_io,
						   NULL, &count, &handles)))
		return NULL;
	for (i = 0; i < count && index; i++) {
		if (!is_device(handles[i]) ||
		    EFI_ERROR(efi_boot->HandleProtocol(handles[i], &guid_usb_io,
						       (void **)&usb_io)))
			continue;
		if (!--index)
			found = usb_io;
	}
	efi_boot->FreePool(handles);
	return found;
}

int usb_find_next(uint32_t from, uint32_t *ret_busdev)
{
	uint32_t busdev = MAX(from, (uint32_t)BUS << 8 | 1);

	if (busdev >> 8 != BUS || !usb_at(busdev & 0xff))
		return -ENOENT;
	*ret_busdev = busdev;
	return 0;
}

/* String descriptor INDEX as UTF-8, as settings_ops' fetch() copies it. */
static int string_fetch(struct usb_io *usb_io, uint8_t index, void *buf,
			size_t len)
{
	uint8_t text[3 * STRING_MAX];
	UINT16 language = LANGUAGE_ENGLISH;
	UINT16 *languages, languages_len;
	size_t text_len = 0, i;
	CHAR16 *wide;

	if (!index)
		return -ENOENT;
	if (!EFI_ERROR(usb_io->get_languages(usb_io, &languages,
					     &languages_len)) &&
	    languages_len >= sizeof(language))
		language = languages[0];
	if (EFI_ERROR(usb_io->get_string(usb_io, language, index, &wide)))
		return -ENOENT;
	for (i = 0; i < STRING_MAX && wide[i]; i++)
		text_len += utf8_from_ucs2(wide[i], text + text_len);
	efi_boot->FreePool(wide);
	return raw_copy(text, text_len, buf, len);
}

/* The number: bits 31-16 the device, 15-8 an offset in its descriptor, 7-0 a
 * length. Length 0: the string whose index is at the offset; offset 0: the
 * string of that index; both 0: the whole descriptor. */
static int usb_fetch(const struct setting *setting, void *buf, size_t len,
		     const struct setting_type **ret_type)
{
	size_t offset = (size_t)(setting->tag >> 8) & 0xff;
	size_t count = (size_t)setting->tag & 0xff;
	uint8_t descriptor[DESCRIPTOR_LEN];
	struct usb_io *usb_io;

	if (setting->tag >> 24 != BUS)
		return -ENOENT;
	usb_io = usb_at((uint32_t)(setting->tag >> 16) & 0xff);
	if (!usb_io || offset >= DESCRIPTOR_LEN ||
	    EFI_ERROR(usb_io->get_device_descriptor(usb_io, descriptor)))
		return -ENOENT;
	if (!offset != !count) {
		if (!*ret_type)
			*ret_type = &setting_type_string;
		return string_fetch(
			usb_io, offset ? descriptor[offset] : (uint8_t)count,
			buf, len);
	}
	if (!count)
		count = DESCRIPTOR_LEN;
	if (count > DESCRIPTOR_LEN - offset)
		return -ENOENT;
	if (!*ret_type)
		*ret_type = &setting_type_hexraw;
	return raw_copy(descriptor + offset, count, buf, len);
}

static struct raw_block usb_block = {.name = "usb", .fetch = usb_fetch};
TABLE_REGISTER(raw_blocks, usb_block);
