/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The IPv6 configurator. */
#include <stdlib.h>

#include "config/general.h"
#include "core/error.h"
#include "core/list.h"
#include "core/poll.h"
#include "net/dhcpv6.h"
#include "net/ipv6.h"
#include "net/ipv6_config.h"
#include "net/ndp.h"
#include "net/ra.h"

SELECT_IF(NET_PROTO_IPV6);

/* How far it is on one NIC. */
struct ipv6_config {
	struct list_head list; /* in configs */
	struct net_device *netdev;
	struct dhcpv6_session *dhcpv6; /* NULL: not asked */
	int dhcpv6_rc;		       /* as dhcpv6_poll() says */
};

static LIST_HEAD(configs);

static struct ipv6_config *config_find(const struct net_device *netdev)
{
	struct ipv6_config *config;

	list_for_each_entry(config, &configs, list) {
		if (config->netdev == netdev)
			return config;
	}
	return NULL;
}

void ipv6_config_start(struct net_device *netdev)
{
	struct ipv6_config *config;

	ipv6_config_forget(netdev);
	config = calloc(1, sizeof(*config));
	if (!config)
		return;
	config->netdev = netdev;
	list_add_tail(&config->list, &configs);
	ndp_solicit(netdev);
}

void ipv6_config_forget(struct net_device *netdev)
{
	struct ipv6_config *config = config_find(netdev);

	if (!config)
		return;
	dhcpv6_stop(config->dhcpv6);
	list_del(&config->list);
	free(config);
}

/* Does a router say that DHCPv6 is to be asked? */
static bool is_dhcpv6_wanted(const struct ipv6_config *config)
{
	int flags = ndp_flags(config->netdev);

	return flags >= 0 && flags & (RA_MANAGED | RA_OTHER);
}

static void config_step(struct ipv6_config *config)
{
	if (config->dhcpv6) {
		if (config->dhcpv6_rc == -EINPROGRESS)
			config->dhcpv6_rc = dhcpv6_poll(config->dhcpv6);
		return;
	}
	if (config->dhcpv6_rc || !is_dhcpv6_wanted(config))
		return;
	config->dhcpv6 = dhcpv6_start(config->netdev,
				      ndp_flags(config->netdev) & RA_MANAGED);
	config->dhcpv6_rc = config->dhcpv6 ? -EINPROGRESS : -ENOMEM;
}

static bool config_poll(void)
{
	struct ipv6_config *config, *next;

	list_for_each_entry_safe(config, next, &configs, list)
		config_step(config);
	return false;
}

static const struct poller config_poller = {.poll = config_poll};
TABLE_REGISTER(pollers, config_poller);

bool ipv6_config_is_answered(const struct net_device *netdev)
{
	return config_find(netdev) && ndp_flags(netdev) >= 0;
}

/* Why is there no address? */
static int config_failure(const struct ipv6_config *config)
{
	/* Its sentence was recorded a while ago. */
	if (config->dhcpv6 && config->dhcpv6_rc)
		return dhcpv6_poll(config->dhcpv6);
	return error_set(-EADDRNOTAVAIL,
			 "a router has answered, but it has no IPv6 addresses "
			 "for us");
}

int ipv6_config_poll(const struct net_device *netdev)
{
	const struct ipv6_config *config = config_find(netdev);

	if (!config || ndp_is_silent(netdev))
		return error_set(-ETIMEDOUT,
				 "no router has advertised itself; is IPv6 on "
				 "this network?");
	if (ndp_flags(netdev) < 0 || config->dhcpv6_rc == -EINPROGRESS ||
	    (is_dhcpv6_wanted(config) && !config->dhcpv6 && !config->dhcpv6_rc))
		return -EINPROGRESS;
	return ipv6_has_global(netdev) ? 0 : config_failure(config);
}

bool ipv6_config_suffices(const struct net_device *netdev)
{
	struct settings *settings = (struct settings *)&netdev->settings;

	return ipv6_config_is_answered(netdev) && !ipv6_config_poll(netdev) &&
	       settings_fetch(settings, &setting_filename, NULL, 0, NULL,
			      NULL) > 0;
}
