/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: usbscan. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "drivers/bus/usb.h"
#include "hci/parseopt.h"

SELECT_IF(USB_CMD);

static const struct command_syntax usbscan_syntax = {NULL, 0, 1, 1};

/* Move the setting NAME to the next device. */
static int usbscan(const char *name)
{
	char name_buf[SETTING_NAME_MAX];
	struct settings *settings;
	struct setting setting;
	unsigned long last;
	uint32_t busdev;
	uint8_t raw[2];
	int rc;

	rc = setting_parse_name(name, true, name_buf, &settings, &setting);
	if (rc)
		return rc;
	/* One that is not set begins at the first device. */
	if (settings_fetch_uint(settings, &setting, &last))
		last = 0;
	if (last > UINT16_MAX || usb_find_next((uint32_t)last + 1, &busdev))
		return error_set(-ENOENT, "there is no further device");
	put_be16(raw, (uint16_t)busdev);
	setting.type = &setting_type_uint16;
	return settings_store(settings, &setting, raw, sizeof(raw));
}

static int usbscan_exec(int argc, char **argv)
{
	int first;
	int rc;

	first = parse_options(argc, argv, &usbscan_syntax, NULL);
	if (first < 0)
		return first;
	rc = usbscan(argv[first]);
	/* The end of a loop over all devices is no failure to be told. */
	if (rc && rc != -ENOENT)
		console_printf("usbscan: %s\n", error_text(rc));
	return rc;
}

static const struct command usbscan_command = {
	"usbscan", "<setting>", "Move a setting to the next USB device",
	usbscan_exec};
TABLE_REGISTER(commands, usbscan_command);

COMMAND_EXAMPLE(usbscan, "usbscan dev && echo ${usb/${dev}.8.2} "
			 "${usb/${dev}.15.0}");
