/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${netN.lldp/...}: what the switch says of itself. IEEE 802.1AB-2016.
 *
 * The last LLDPDU that a card received is kept as it is. Nothing is sent.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "net/lldp.h"
#include "net/netdevice.h"

SELECT_IF(NET_PROTO_LLDP);

#define ETHERTYPE_LLDP 0x88cc
#define MACS_LEN       12 /* destination and source, before the type */
#define HEADER_LEN     14
#define PDU_MAX	       (NETDEV_FRAME_MAX - HEADER_LEN)

#define TLV_HEADER_LEN 2 /* 7 bits type, 9 bits length: 802.1AB 8.4 */
#define TLV_END	       0
#define PREFIX_MAX     4

/* The block "lldp" of a card, freed with it. */
struct lldp {
	struct settings settings;
	size_t len;	      /* of pdu; 0: none came yet */
	uint8_t pdu[PDU_MAX]; /* without the frame's header */
};

/* Does VALUE, of LEN bytes, begin with the last COUNT bytes of PREFIX? */
static bool has_prefix(const uint8_t *value, size_t len, uint32_t prefix,
		       size_t count)
{
	uint8_t raw[PREFIX_MAX];

	count = MIN(count, sizeof(raw));
	put_be32(raw, prefix);
	return len >= count && !memcmp(value, raw + sizeof(raw) - count, count);
}

const uint8_t *lldp_value(const uint8_t *pdu, size_t len, uint64_t tag,
			  size_t *ret_len)
{
	uint32_t prefix = (uint32_t)(tag >> 32);
	unsigned int type = (unsigned int)(tag >> 24) & 0xff;
	unsigned int index = (unsigned int)(tag >> 16) & 0xff;
	size_t offset = (size_t)(tag >> 8) & 0xff;
	size_t count = (size_t)tag & 0xff;
	unsigned int header;
	size_t value_len;

	for (; len >= TLV_HEADER_LEN; pdu += value_len, len -= value_len) {
		header = get_be16(pdu);
		value_len = header & 0x1ff;
		pdu += TLV_HEADER_LEN;
		len -= TLV_HEADER_LEN;
		if (header >> 9 == TLV_END || value_len > len)
			return NULL;
		if (header >> 9 != type ||
		    (prefix && !has_prefix(pdu, value_len, prefix, offset)) ||
		    index--)
			continue;
		if (offset >= value_len || count > value_len - offset)
			return NULL;
		*ret_len = count ? count : value_len - offset;
		return pdu + offset;
	}
	return NULL;
}

static bool lldp_applies(struct settings *settings,
			 const struct setting *setting)
{
	return setting->scope && !strcmp(setting->scope, settings->scope);
}

static int lldp_store(struct settings *settings __unused_arg,
		      const struct setting *setting,
		      const void *data __unused_arg, size_t len __unused_arg)
{
	return error_set(-EPERM, "%s cannot be changed", setting->name);
}

static int lldp_fetch(struct settings *settings, const struct setting *setting,
		      void *buf, size_t len,
		      const struct setting_type **ret_type)
{
	struct lldp *lldp = container_of(settings, struct lldp, settings);
	const uint8_t *value;
	size_t value_len;

	value = lldp_value(lldp->pdu, lldp->len, setting->tag, &value_len);
	if (!value)
		return -ENOENT;
	if (!*ret_type)
		*ret_type = &setting_type_hexraw;
	memcpy(buf, value, MIN(len, value_len));
	return (int)value_len;
}

static const struct settings_ops lldp_ops = {
	.applies = lldp_applies,
	.store = lldp_store,
	.fetch = lldp_fetch,
};

static void lldp_free(struct settings *settings)
{
	free(container_of(settings, struct lldp, settings));
}

/* The block of NETDEV, made if there is none. NULL: no memory. */
static struct lldp *lldp_of(struct net_device *netdev)
{
	struct settings *child;
	struct lldp *lldp;

	list_for_each_entry(child, &netdev->settings.children, siblings) {
		if (child->ops == &lldp_ops)
			return container_of(child, struct lldp, settings);
	}
	lldp = malloc(sizeof(*lldp));
	if (!lldp)
		return NULL;
	lldp->len = 0;
	settings_init(&lldp->settings, &lldp_ops, 0);
	lldp->settings.scope = "lldp";
	lldp->settings.free = lldp_free;
	settings_register(&lldp->settings, &netdev->settings, "lldp");
	return lldp;
}

/* So that its settings are unset, not of an unknown block, before one came. */
static void lldp_probed(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list)
		lldp_of(netdev);
}

/* Keep an LLDPDU; others may want the frame too. Which of the group addresses
 * of 802.1AB 7.1 it was sent to does not matter: whoever sent it is near. */
static bool lldp_rx(struct net_device *netdev, struct pbuf *p)
{
	const uint8_t *frame = p->payload;
	struct lldp *lldp;

	if (p->len < HEADER_LEN || get_be16(frame + MACS_LEN) != ETHERTYPE_LLDP)
		return false;
	lldp = lldp_of(netdev);
	if (lldp)
		lldp->len =
			pbuf_copy_partial(p, lldp->pdu, PDU_MAX, HEADER_LEN);
	return false;
}

static const struct net_extension lldp_extension = {
	.rx = lldp_rx,
	.probed = lldp_probed,
};
TABLE_REGISTER(net_extensions, lldp_extension);
