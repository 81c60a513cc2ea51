/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: nslookup. */
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/poll.h"
#include "core/settings.h"
#include "hci/parseopt.h"
#include "net/address.h"
#include "net/netdevice.h"
#include "net/resolve.h"

SELECT_IF(NSLOOKUP_CMD);

static const struct command_syntax nslookup_syntax = {NULL, 0, 2, 2};

static bool is_resolved(void *ctx)
{
	return resolve_poll(ctx) != -EINPROGRESS;
}

/* Find the address of NAME and store it in the setting SETTING_NAME. */
static int lookup(const char *setting_name, const char *name)
{
	char name_buf[SETTING_NAME_MAX];
	struct settings *settings;
	struct resolve resolve = {0};
	struct setting setting;
	int rc;

	netdev_apply_all_settings();
	resolve_start(&resolve, name);
	rc = poll_until(is_resolved, &resolve, -1);
	if (!rc)
		rc = resolve_poll(&resolve);
	resolve_stop(&resolve);
	if (rc)
		return rc;
	rc = setting_parse_name(setting_name, true, name_buf, &settings,
				&setting);
	if (rc)
		return rc;
	if (!setting.type)
		setting.type = address_type(&resolve.addr);
	return settings_store(settings, &setting, address_raw(&resolve.addr),
			      address_len(&resolve.addr));
}

static int nslookup_exec(int argc, char **argv)
{
	int first;
	int rc;

	first = parse_options(argc, argv, &nslookup_syntax, NULL);
	if (first < 0)
		return first;
	rc = lookup(argv[first], argv[first + 1]);
	if (rc)
		console_printf("nslookup: could not look up %s: %s\n",
			       argv[first + 1], error_text(rc));
	return rc;
}

static const struct command nslookup_command = {
	"nslookup", "<setting> <name>", "Store the address of a host name",
	nslookup_exec};
TABLE_REGISTER(commands, nslookup_command);

COMMAND_EXAMPLE(nslookup, "nslookup server boot.example");
