/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: pciscan. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "drivers/bus/pci.h"
#include "hci/parseopt.h"

SELECT_IF(PCI_CMD);

static const struct command_syntax pciscan_syntax = {NULL, 0, 1, 1};

/* Move the setting NAME to the next device. */
static int pciscan(const char *name)
{
	char name_buf[SETTING_NAME_MAX];
	struct settings *settings;
	struct setting setting;
	struct pci_device pci;
	unsigned long last;
	uint8_t raw[4];
	int rc;

	rc = setting_parse_name(name, true, name_buf, &settings, &setting);
	if (rc)
		return rc;
	/* One that is not set begins at the first device. */
	rc = settings_fetch_uint(settings, &setting, &last);
	if (pci_find_next(&pci, rc ? 0 : (uint32_t)last + 1) ||
	    (!rc && (uint32_t)last == UINT32_MAX))
		return error_set(-ENOENT, "there is no further device");
	put_be32(raw, pci.busdevfn);
	if (setting.type || pci.busdevfn > UINT16_MAX) {
		if (!setting.type)
			setting.type = &setting_type_uint32;
		return settings_store(settings, &setting, raw, sizeof(raw));
	}
	setting.type = &setting_type_uint16;
	return settings_store(settings, &setting, raw + 2, 2);
}

static int pciscan_exec(int argc, char **argv)
{
	int first;
	int rc;

	first = parse_options(argc, argv, &pciscan_syntax, NULL);
	if (first < 0)
		return first;
	rc = pciscan(argv[first]);
	/* The end of a loop over all devices is no failure to be told. */
	if (rc && rc != -ENOENT)
		console_printf("pciscan: %s\n", error_text(rc));
	return rc;
}

static const struct command pciscan_command = {
	"pciscan", "<setting>", "Move a setting to the next PCI device",
	pciscan_exec};
TABLE_REGISTER(commands, pciscan_command);

COMMAND_EXAMPLE(pciscan,
		"pciscan dev && echo ${dev:busdevfn} ${pci/${dev}.0.2}");
