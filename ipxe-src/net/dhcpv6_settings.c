/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings blocks made of DHCPv6 replies. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/console.h"
#include "net/dhcpv6_settings.h"
#include "net/ipv6.h"

SELECT_IF(NET_PROTO_IPV6);

/* DHCPv4's tag of a search list, RFC 3397; DHCPv6's has the same form. */
#define DHCP_OPT_SEARCH_LIST 119

/* Longest name, and longest part of one, RFC 1035 2.3.4. */
#define DNS_NAME_MAX  255
#define DNS_LABEL_MAX 63

/* A block. */
struct dhcpv6_block {
	struct settings settings;
	bool has_address;	       /* addr is ours */
	uint8_t addr[DHCPV6_ADDR_LEN]; /* ${ip6} */
	size_t len;		       /* bytes of options */
	uint8_t options[];	       /* of the reply, known to be whole */
};

/* Copy LEN bytes of a value to BUF as far as it goes; returns its length. */
static int value_copy(void *buf, size_t buf_len, const void *data, size_t len)
{
	if (len)
		memcpy(buf, data, MIN(buf_len, len));
	return (int)len;
}

/* Copy option CODE as it is. */
static int option_fetch(const struct dhcpv6_block *block, uint16_t code,
			void *buf, size_t len)
{
	struct dhcpv6_option option;

	if (!dhcpv6_option_find(block->options, block->len, code, &option))
		return -ENOENT;
	return value_copy(buf, len, option.data, option.len);
}

/* Copy the list of servers: whole addresses, RFC 3646 section 3. */
static int dns_fetch(const struct dhcpv6_block *block, void *buf, size_t len)
{
	struct dhcpv6_option option;

	if (!dhcpv6_option_find(block->options, block->len, DHCPV6_OPT_DNS,
				&option))
		return -ENOENT;
	option.len -= option.len % DHCPV6_ADDR_LEN;
	return option.len ? value_copy(buf, len, option.data, option.len)
			  : -ENOENT;
}

/* The first name of the search list is the domain that the machine is in, which
 * DHCPv6 has no option for. RFC 3646 section 4, RFC 8415 section 10. */
static int domain_fetch(const struct dhcpv6_block *block, void *buf, size_t len)
{
	struct dhcpv6_option option;
	char text[DNS_NAME_MAX + 1];
	size_t at = 0, text_len = 0;
	size_t label;

	if (!dhcpv6_option_find(block->options, block->len,
				DHCPV6_OPT_DOMAIN_LIST, &option))
		return -ENOENT;
	while (at < option.len && option.data[at]) {
		label = option.data[at++];
		if (label > DNS_LABEL_MAX || label > option.len - at ||
		    label + 1 > DNS_NAME_MAX - text_len)
			return -ENOENT;
		if (text_len)
			text[text_len++] = '.';
		memcpy(text + text_len, option.data + at, label);
		text_len += label;
		at += label;
	}
	return text_len ? value_copy(buf, len, text, text_len) : -ENOENT;
}

/* Copy the URL of the boot file, where it can be used. */
static int boot_url_fetch(const struct dhcpv6_block *block, void *buf,
			  size_t len)
{
	char text[DHCPV6_URL_MAX + 1];
	int full;

	full = dhcpv6_boot_url_get(block->options, block->len, text,
				   sizeof(text));
	return full < 0 ? -ENOENT : value_copy(buf, len, text, (size_t)full);
}

/* Only what is meant: DHCPv4 has other options of the same numbers. */
static int dhcpv6_block_fetch(struct settings *settings,
			      const struct setting *setting, void *buf,
			      size_t len,
			      const struct setting_type **ret_type __unused_arg)
{
	const struct dhcpv6_block *block =
		container_of(settings, struct dhcpv6_block, settings);
	const char *name = setting->name ? setting->name : "";

	if (!strcmp(name, setting_ip6.name))
		return block->has_address ? value_copy(buf, len, block->addr,
						       sizeof(block->addr))
					  : -ENOENT;
	if (!strcmp(name, setting_dns6.name))
		return dns_fetch(block, buf, len);
	if (setting->scope && !strcmp(setting->scope, DHCPV6_SCOPE))
		return setting->tag && setting->tag <= UINT16_MAX
			       ? option_fetch(block, (uint16_t)setting->tag,
					      buf, len)
			       : -ENOENT;
	if (setting->scope)
		return -ENOENT;
	if (setting->tag == setting_filename.tag)
		return boot_url_fetch(block, buf, len);
	if (setting->tag == setting_domain.tag)
		return domain_fetch(block, buf, len);
	if (setting->tag == DHCP_OPT_SEARCH_LIST)
		return option_fetch(block, DHCPV6_OPT_DOMAIN_LIST, buf, len);
	return -ENOENT;
}

static const struct settings_ops dhcpv6_block_ops = {
	.fetch = dhcpv6_block_fetch,
};

static void dhcpv6_block_free(struct settings *settings)
{
	free(container_of(settings, struct dhcpv6_block, settings));
}

void dhcpv6_block_unregister(struct net_device *netdev)
{
	struct settings *child;

	list_for_each_entry(child, &netdev->settings.children, siblings) {
		if (child->ops == &dhcpv6_block_ops) {
			settings_unregister(child);
			return;
		}
	}
}

int dhcpv6_block_register(struct net_device *netdev,
			  const struct dhcpv6_message *message,
			  bool is_stateful)
{
	struct dhcpv6_block *block;
	int rc;

	block = malloc(sizeof(*block) + message->options_len);
	if (!block)
		return -ENOMEM;
	settings_init(&block->settings, &dhcpv6_block_ops, IPV6_ORDER_DHCPV6);
	block->settings.scope = DHCPV6_SCOPE;
	block->settings.free = dhcpv6_block_free;
	block->has_address = is_stateful && message->has_address;
	memcpy(block->addr, message->addr, sizeof(block->addr));
	block->len = message->options_len;
	memcpy(block->options, message->options, block->len);
	rc = settings_register(&block->settings, &netdev->settings, "dhcpv6");
	if (rc) {
		free(block);
		return rc;
	}
	if (dhcpv6_boot_url_get(block->options, block->len, NULL, 0) == -EINVAL)
		console_printf("%s: the boot file that DHCPv6 names (option "
			       "59) is no absolute URI; it is ignored\n",
			       netdev->name);
	return 0;
}
