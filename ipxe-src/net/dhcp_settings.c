/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings blocks made of DHCP packets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/dhcp_packet.h"
#include "net/dhcp_settings.h"

/* Copy an address out of the header; 0.0.0.0 is none. */
static int address_fetch(uint32_t addr, void *buf, size_t len)
{
	if (!addr)
		return -ENOENT;
	if (len)
		memcpy(buf, &addr, MIN(len, sizeof(addr)));
	return sizeof(addr);
}

/* Copy a string, which may come in pieces (RFC 3396), without the NULs that
 * servers end it with. */
static int string_fetch(const struct dhcp_block *block, uint32_t tag, void *buf,
			size_t len)
{
	static char text[DHCP_PACKET_MAX];
	int full;

	full = dhcp_option_get(block->packet, block->len, tag, text,
			       sizeof(text));
	if (full <= 0 || full > (int)sizeof(text))
		return full > 0 ? -ENOENT : full;
	while (full && !text[full - 1])
		full--;
	if (len)
		memcpy(buf, text, MIN(len, (size_t)full));
	return full ? full : -ENOENT;
}

/* A packet has what has a number. */
static bool dhcp_block_applies(struct settings *settings __unused_arg,
			       const struct setting *setting)
{
	return setting->tag && !setting->scope;
}

static int dhcp_block_fetch(struct settings *settings,
			    const struct setting *setting, void *buf,
			    size_t len,
			    const struct setting_type **ret_type __unused_arg)
{
	struct dhcp_block *block =
		container_of(settings, struct dhcp_block, settings);
	const struct bootp *bootp = (const struct bootp *)block->packet;

	switch (setting->tag) {
	case DHCP_TAG_YIADDR:
		return address_fetch(bootp->yiaddr, buf, len);
	case DHCP_TAG_SIADDR:
		return address_fetch(
			dhcp_next_server(block->packet, block->len), buf, len);
	case DHCP_OPT_BOOTFILE:
		return dhcp_filename_get(block->packet, block->len, buf, len);
	}
	if (setting->type == &setting_type_string)
		return string_fetch(block, setting->tag, buf, len);
	return dhcp_option_get(block->packet, block->len, setting->tag, buf,
			       len);
}

static const struct settings_ops dhcp_block_ops = {
	.applies = dhcp_block_applies,
	.fetch = dhcp_block_fetch,
};

static void dhcp_block_free(struct settings *settings)
{
	free(container_of(settings, struct dhcp_block, settings));
}

bool dhcp_block_is(const struct settings *settings)
{
	return settings->ops == &dhcp_block_ops;
}

/* Where blocks of KIND are registered. */
static struct settings *dhcp_block_parent(struct net_device *netdev,
					  enum dhcp_block_kind kind)
{
	return kind == DHCP_BLOCK_LEASE ? &netdev->settings : &settings_root;
}

struct dhcp_block *dhcp_block_find(struct net_device *netdev,
				   enum dhcp_block_kind kind)
{
	struct settings *settings;
	struct dhcp_block *block;

	list_for_each_entry(settings,
			    &dhcp_block_parent(netdev, kind)->children,
			    siblings) {
		if (!dhcp_block_is(settings))
			continue;
		block = container_of(settings, struct dhcp_block, settings);
		if ((!netdev || block->netdev == netdev) && block->kind == kind)
			return block;
	}
	return NULL;
}

void dhcp_block_unregister(struct net_device *netdev, enum dhcp_block_kind kind)
{
	struct dhcp_block *block = dhcp_block_find(netdev, kind);

	if (block)
		settings_unregister(&block->settings);
}

int dhcp_block_register(struct net_device *netdev, enum dhcp_block_kind kind,
			const void *packet, size_t len, bool is_cached)
{
	static const char *const names[] = {"dhcp", "proxydhcp", "pxebs"};
	struct dhcp_block *block;
	int rc;

	if (len < sizeof(struct bootp))
		return -EBADMSG;
	block = malloc(sizeof(*block) + len);
	if (!block)
		return -ENOMEM;
	/* What the native PXE booted from is asked first, as in iPXE. */
	settings_init(&block->settings, &dhcp_block_ops,
		      is_cached && kind != DHCP_BLOCK_LEASE);
	block->settings.free = dhcp_block_free;
	block->netdev = netdev;
	block->kind = kind;
	block->len = len;
	memcpy(block->packet, packet, len);
	dhcp_block_unregister(netdev, kind);
	rc = settings_register(&block->settings,
			       dhcp_block_parent(netdev, kind), names[kind]);
	if (rc)
		free(block);
	return rc;
}
