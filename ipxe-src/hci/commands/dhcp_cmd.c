/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: ifconf, dhcp. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "hci/ifcommon.h"
#include "hci/parseopt.h"
#include "usr/ifmgmt.h"
#include "usr/ifmgmt6.h"

SELECT_IF(DHCP_CMD);

struct dhcp_options {
	const char *configurator;
	unsigned long timeout_ms;
};

static const struct option_descriptor dhcp_opts[] = {
	OPTION("configurator", 'c', OPTION_STRING, struct dhcp_options,
	       configurator),
	OPTION("timeout", 't', OPTION_NUMBER, struct dhcp_options, timeout_ms),
};

static const struct command_syntax dhcp_syntax =
	COMMAND_SYNTAX(dhcp_opts, 0, ARGS_MAX);

static int dhcp_verb(struct net_device *netdev, void *ctx)
{
	return ifconf(netdev, ctx);
}

/* Have OPTIONS name the configurator NAME. False: there is none. */
static bool configurator_find(const char *name, struct ifconf_options *options)
{
	if (!strcmp(name, "dhcp")) {
		if (LWIP_IPV6)
			options->configurators = CONFIGURE_DHCP;
		return true;
	}
	if (LWIP_IPV6 && !strcmp(name, "ipv6")) {
		options->configurators = CONFIGURE_IPV6;
		return true;
	}
	return false;
}

static int dhcp_exec(int argc, char **argv)
{
	struct dhcp_options options = {0};
	struct ifconf_options conf = {.timeout_ms = -1};
	int first;

	first = parse_options(argc, argv, &dhcp_syntax, &options);
	if (first < 0)
		return first;
	if (options.configurator &&
	    !configurator_find(options.configurator, &conf)) {
		console_printf("%s: this image has no configurator \"%s\", "
			       "only " CONFIGURATORS "\n",
			       argv[0], options.configurator);
		return -ENOTSUP;
	}
	if (options.timeout_ms)
		conf.timeout_ms =
			(int)MIN(options.timeout_ms, (unsigned long)INT_MAX);
	if (!argv[first] && !list_is_empty(&net_devices))
		return ifconf_any(&conf);
	return ifcommon_exec(argv[0], argv + first, dhcp_verb, &conf, true);
}

#define USAGE "[--timeout <ms>] [--configurator dhcp|ipv6] [interface ...]"

static const struct command ifconf_command = {
	"ifconf", USAGE, "Configure network interfaces", dhcp_exec};
TABLE_REGISTER(commands, ifconf_command);

static const struct command dhcp_command = {
	"dhcp", USAGE, "Configure network interfaces by DHCP", dhcp_exec};
TABLE_REGISTER(commands, dhcp_command);

COMMAND_EXAMPLE(ifconf, "ifconf --timeout 5000 net1");
COMMAND_EXAMPLE(dhcp, "dhcp || goto no-network");
