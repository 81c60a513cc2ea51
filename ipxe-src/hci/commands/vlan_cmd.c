/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: vcreate, vdestroy. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "net/vlan.h"

SELECT_IF(VLAN_CMD);

struct vcreate_options {
	unsigned long tag;
	unsigned long priority;
};

static const struct option_descriptor vcreate_opts[] = {
	OPTION("tag", 't', OPTION_NUMBER, struct vcreate_options, tag),
	OPTION("priority", 'p', OPTION_NUMBER, struct vcreate_options,
	       priority),
};

static const struct command_syntax vcreate_syntax =
	COMMAND_SYNTAX(vcreate_opts, 1, 1);

static const struct command_syntax vdestroy_syntax = {NULL, 0, 1, 1};

/* The interface NAME; NULL, having said so. */
static struct net_device *interface_find(const char *command, const char *name)
{
	struct net_device *netdev = netdev_find(name);

	if (!netdev)
		console_printf("%s: there is no interface %s\n", command, name);
	return netdev;
}

static int vcreate_exec(int argc, char **argv)
{
	struct vcreate_options options = {0};
	struct net_device *trunk;
	int first;
	int rc;

	first = parse_options(argc, argv, &vcreate_syntax, &options);
	if (first < 0)
		return first;
	trunk = interface_find(argv[0], argv[first]);
	if (!trunk)
		return -ENODEV;
	rc = vlan_create(trunk, (unsigned int)options.tag,
			 (unsigned int)options.priority);
	if (rc)
		console_printf("vcreate: could not make a VLAN on %s: %s\n",
			       trunk->name, error_text(rc));
	return rc;
}

static const struct command vcreate_command = {
	"vcreate", "--tag <1-4094> [--priority <0-7>] <interface>",
	"Make a VLAN interface", vcreate_exec};
TABLE_REGISTER(commands, vcreate_command);

static int vdestroy_exec(int argc, char **argv)
{
	struct net_device *netdev;
	int first;
	int rc;

	first = parse_options(argc, argv, &vdestroy_syntax, NULL);
	if (first < 0)
		return first;
	netdev = interface_find(argv[0], argv[first]);
	if (!netdev)
		return -ENODEV;
	rc = vlan_destroy(netdev);
	if (rc)
		console_printf("vdestroy: %s\n", error_text(rc));
	return rc;
}

static const struct command vdestroy_command = {
	"vdestroy", "<interface>", "End a VLAN interface", vdestroy_exec};
TABLE_REGISTER(commands, vdestroy_command);

COMMAND_EXAMPLE(vcreate, "vcreate --tag 12 net0 && dhcp net0-12");
COMMAND_EXAMPLE(vdestroy, "vdestroy net0-12");
