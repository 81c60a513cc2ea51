/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Starts an iPXE that cannot find a script on its medium, and gives it one.
 *
 * A program of its own, for media with a distribution's ipxe.efi of before
 * 2022. Such an iPXE reads neither files beside it nor a command line; but it
 * offers a command line on Ctrl-B. So it gets a keyboard on which that key and
 * one command have been typed already. UEFI 2.10 12.3 (keyboard), 7.4 (images).
 */
#include "core/compiler.h"
#include "platform/efi/efi.h"

/* What is started, beside this file, and what is typed. */
#define PROGRAM L"\\EFI\\BOOT\\ipxe.efi"
#define TYPED                                                                  \
	"\x02"                                                                 \
	"chain --autofree file:/EFI/BOOT/autoexec.ipxe && exit 0 || exit 1\r"

#define PATH_MAX_LEN 1024 /* bytes of a device path */

/* Device path nodes, UEFI 2.10 10.3. */
#define NODE_MEDIA 0x04
#define NODE_FILE  0x04
#define NODE_END   0x7f
#define NODE_WHOLE 0xff

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static EFI_SYSTEM_TABLE *table;
static SIMPLE_INPUT_INTERFACE *keyboard; /* the real one */
static const char *typed = TYPED;	 /* what is left of it */

static void say(CHAR16 *text)
{
	table->ConOut->OutputString(table->ConOut, text);
}

static EFI_STATUS EFIAPI typist_reset(SIMPLE_INPUT_INTERFACE *this __unused_arg,
				      BOOLEAN extended)
{
	return keyboard->Reset(keyboard, extended);
}

static EFI_STATUS EFIAPI typist_read(SIMPLE_INPUT_INTERFACE *this __unused_arg,
				     EFI_INPUT_KEY *key)
{
	if (!*typed)
		return keyboard->ReadKeyStroke(keyboard, key);
	key->ScanCode = 0;
	key->UnicodeChar = (CHAR16)*typed++;
	return EFI_SUCCESS;
}

/* Is there a key? Called whenever somebody looks at the event. */
static VOID EFIAPI typist_notify(EFI_EVENT event, VOID *context __unused_arg)
{
	if (*typed || !table->BootServices->CheckEvent(keyboard->WaitForKey))
		table->BootServices->SignalEvent(event);
}

static SIMPLE_INPUT_INTERFACE typist = {
	.Reset = typist_reset,
	.ReadKeyStroke = typist_read,
};

/* Append LEN bytes at DATA to PATH, which has *AT. False: no room. */
static bool path_add(uint8_t path[PATH_MAX_LEN], size_t *at, const void *data,
		     size_t len)
{
	if (len > PATH_MAX_LEN - *at)
		return false;
	table->BootServices->CopyMem(path + *at, (void *)data, len);
	*at += len;
	return true;
}

/* Write the device path of PROGRAM on the volume VOLUME to PATH. */
static bool program_path(EFI_HANDLE volume, uint8_t path[PATH_MAX_LEN])
{
	static EFI_GUID guid = DEVICE_PATH_PROTOCOL;
	static const uint8_t end[] = {NODE_END, NODE_WHOLE, 4, 0};
	static const uint8_t file[] = {NODE_MEDIA, NODE_FILE,
				       4 + sizeof(PROGRAM), 0};
	const uint8_t *node;
	size_t at = 0;

	if (EFI_ERROR(table->BootServices->HandleProtocol(volume, &guid,
							  (VOID **)&node)))
		return false;
	for (; (node[0] & 0x7f) != NODE_END; node += get_le16(node + 2)) {
		if (get_le16(node + 2) < 4 ||
		    !path_add(path, &at, node, get_le16(node + 2)))
			return false;
	}
	return path_add(path, &at, file, sizeof(file)) &&
	       path_add(path, &at, PROGRAM, sizeof(PROGRAM)) &&
	       path_add(path, &at, end, sizeof(end));
}

/* The system table has changed: make its checksum right, UEFI 2.10 4.2. */
static void table_sum(void)
{
	table->Hdr.CRC32 = 0;
	table->BootServices->CalculateCrc32(table, table->Hdr.HeaderSize,
					    &table->Hdr.CRC32);
}

/* Start PROGRAM with the typist as its keyboard. */
static EFI_STATUS start(EFI_HANDLE program)
{
	static EFI_GUID guid = SIMPLE_TEXT_INPUT_PROTOCOL;
	EFI_BOOT_SERVICES *boot = table->BootServices;
	EFI_HANDLE real = table->ConsoleInHandle;
	EFI_HANDLE handle = NULL;
	EFI_STATUS status;

	status = boot->CreateEvent(EVT_NOTIFY_WAIT, TPL_NOTIFY, typist_notify,
				   NULL, &typist.WaitForKey);
	if (EFI_ERROR(status))
		return status;
	status = boot->InstallProtocolInterface(&handle, &guid,
						EFI_NATIVE_INTERFACE, &typist);
	if (!EFI_ERROR(status)) {
		keyboard = table->ConIn;
		table->ConIn = &typist;
		table->ConsoleInHandle = handle;
		table_sum();
		status = boot->StartImage(program, NULL, NULL);
		table->ConIn = keyboard;
		table->ConsoleInHandle = real;
		table_sum();
		boot->UninstallProtocolInterface(handle, &guid, &typist);
	}
	boot->CloseEvent(typist.WaitForKey);
	return status;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	static EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded;
	uint8_t path[PATH_MAX_LEN];
	EFI_HANDLE program = NULL;
	EFI_STATUS status;

	table = system;
	status = table->BootServices->HandleProtocol(image, &guid,
						     (VOID **)&loaded);
	if (EFI_ERROR(status))
		return status;
	if (!program_path(loaded->DeviceHandle, path))
		return EFI_UNSUPPORTED;
	status = table->BootServices->LoadImage(
		FALSE, image, (EFI_DEVICE_PATH *)path, NULL, 0, &program);
	if (EFI_ERROR(status)) {
		say(L"Could not load " PROGRAM L": the firmware refuses it, or "
		    L"it is not there; going on to the next boot device\r\n");
		return status;
	}
	return start(program);
}
