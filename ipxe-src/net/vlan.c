/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Virtual LANs, IEEE 802.1Q. */
#include <stdio.h>
#include <string.h>

#include "config/general.h"
#include "core/console.h"
#include "core/error.h"
#include "core/origin.h"
#include "core/platform.h"
#include "net/vlan.h"

SELECT_IF(VLAN_CMD);

#define ETHERTYPE_VLAN 0x8100
#define MACS_LEN       12 /* destination and source, before the tag */
#define TAG_LEN	       4  /* type, and 3 bits priority, DEI, 12 bits tag */
#define TAG_MASK       0x0fff
#define PRIORITY_SHIFT 13

/* A VLAN's interface has this at priv. */
struct vlan {
	struct list_head list; /* in vlans */
	struct net_device *netdev, *trunk;
	uint16_t tci; /* priority and tag, as sent */
};

static LIST_HEAD(vlans);

/* The VLAN of TAG on TRUNK, or NULL. */
static struct vlan *vlan_find(const struct net_device *trunk, unsigned int tag)
{
	struct vlan *vlan;

	list_for_each_entry(vlan, &vlans, list) {
		if (vlan->trunk == trunk && (vlan->tci & TAG_MASK) == tag)
			return vlan;
	}
	return NULL;
}

static int vlan_open(struct net_device *netdev)
{
	struct vlan *vlan = netdev->priv;
	int rc = netdev_open(vlan->trunk);

	/* The card takes frames to no other address. */
	memcpy(netdev->mac, vlan->trunk->mac, sizeof(netdev->mac));
	memcpy(netdev->netif.hwaddr, netdev->mac, sizeof(netdev->mac));
	return rc;
}

/* The trunk stays open: others may use it. */
static void vlan_close(struct net_device *netdev __unused_arg)
{
}

static int vlan_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct vlan *vlan = netdev->priv;
	struct net_device *trunk = vlan->trunk;
	struct pbuf *tagged;
	uint8_t *frame;
	int rc;

	if (!trunk->is_open)
		return -ENOTCONN;
	if (p->tot_len < MACS_LEN || p->tot_len > NETDEV_FRAME_MAX - TAG_LEN)
		return -EINVAL;
	tagged = pbuf_alloc(PBUF_RAW, (u16_t)(p->tot_len + TAG_LEN), PBUF_RAM);
	if (!tagged)
		return -ENOBUFS;
	frame = tagged->payload;
	pbuf_copy_partial(p, frame, MACS_LEN, 0);
	put_be16(frame + MACS_LEN, ETHERTYPE_VLAN);
	put_be16(frame + MACS_LEN + 2, vlan->tci);
	pbuf_copy_partial(p, frame + MACS_LEN + TAG_LEN,
			  (u16_t)(p->tot_len - MACS_LEN), MACS_LEN);
	rc = trunk->ops->transmit(trunk, tagged);
	pbuf_free(tagged);
	if (!rc) {
		trunk->tx++;
		trunk->tx_us = platform_time_us();
	}
	return rc;
}

/* Frames come by the trunk; only the link is looked at. */
static bool vlan_poll(struct net_device *netdev)
{
	struct vlan *vlan = netdev->priv;

	if (!vlan->trunk->is_open)
		netdev_set_link(netdev, false);
	else
		netdev_set_link(netdev, vlan->trunk->has_link);
	return false;
}

static const struct net_device_ops vlan_ops = {
	.open = vlan_open,
	.close = vlan_close,
	.transmit = vlan_transmit,
	.poll = vlan_poll,
};

/* Take the tag out of a frame that TRUNK received, and hand it on. */
static bool vlan_rx(struct net_device *trunk, struct pbuf *p)
{
	uint8_t *frame = p->payload;
	struct vlan *vlan;
	uint16_t tag;

	if (p->len < MACS_LEN + TAG_LEN + 2 ||
	    get_be16(frame + MACS_LEN) != ETHERTYPE_VLAN)
		return false;
	tag = get_be16(frame + MACS_LEN + 2) & TAG_MASK;
	vlan = tag ? vlan_find(trunk, tag) : NULL;
	memmove(frame + TAG_LEN, frame, MACS_LEN);
	pbuf_remove_header(p, TAG_LEN);
	if (!tag)
		return false; /* only a priority: the trunk's own frame */
	if (vlan && vlan->netdev->is_open)
		netdev_rx(vlan->netdev, p);
	else
		pbuf_free(p);
	return true;
}

int vlan_create(struct net_device *trunk, unsigned int tag,
		unsigned int priority)
{
	struct net_device *netdev;
	struct vlan *vlan;
	int rc;

	if (trunk->vlan)
		return error_set(-ENOTSUP, "%s is itself a VLAN", trunk->name);
	if (tag < VLAN_TAG_MIN || tag > VLAN_TAG_MAX)
		return error_set(-EINVAL, "tags are %d to %d", VLAN_TAG_MIN,
				 VLAN_TAG_MAX);
	if (priority > VLAN_PRIORITY_MAX)
		return error_set(-EINVAL, "priorities are 0 to %d",
				 VLAN_PRIORITY_MAX);
	vlan = vlan_find(trunk, tag);
	if (vlan) {
		vlan->tci = (uint16_t)(priority << PRIORITY_SHIFT | tag);
		return 0;
	}
	netdev = netdev_alloc(&vlan_ops, sizeof(*vlan));
	if (!netdev)
		return -ENOMEM;
	vlan = netdev->priv;
	vlan->netdev = netdev;
	vlan->trunk = trunk;
	vlan->tci = (uint16_t)(priority << PRIORITY_SHIFT | tag);
	snprintf(netdev->name, sizeof(netdev->name), "%.8s-%u", trunk->name,
		 tag);
	memcpy(netdev->mac, trunk->mac, sizeof(netdev->mac));
	memcpy(netdev->hwaddr, trunk->hwaddr, sizeof(netdev->hwaddr));
	netdev->driver = "vlan";
	netdev->bustype = trunk->bustype;
	netdev->busloc = trunk->busloc;
	memcpy(netdev->busid, trunk->busid, sizeof(netdev->busid));
	netdev->mtu = trunk->mtu;
	if (trunk->is_tag_in_packet)
		netdev->mtu -= TAG_LEN;
	netdev->rx_window = trunk->rx_window;
	netdev->has_link = trunk->has_link;
	netdev->vlan = (uint16_t)tag;
	rc = netdev_register(netdev);
	if (rc) {
		netdev_free(netdev);
		return rc;
	}
	list_add_tail(&vlan->list, &vlans);
	return 0;
}

static void vlan_free(struct vlan *vlan)
{
	struct net_device *netdev = vlan->netdev;

	list_del(&vlan->list);
	netdev_unregister(netdev);
	netdev_free(netdev);
}

int vlan_destroy(struct net_device *netdev)
{
	if (!netdev->vlan)
		return error_set(-ENOTSUP, "%s is not a VLAN", netdev->name);
	vlan_free(netdev->priv);
	return 0;
}

/* End what stands on TRUNK. */
static void vlan_trunk_removed(struct net_device *trunk)
{
	struct vlan *vlan, *next;

	list_for_each_entry_safe(vlan, next, &vlans, list) {
		if (vlan->trunk == trunk)
			vlan_free(vlan);
	}
}

/* Make the VLAN that we were loaded through. */
static void vlan_probed(void)
{
	struct net_device *trunk = NULL;
	int rc;

	if (origin.vlan && origin.has_mac)
		trunk = netdev_find_mac(origin.mac);
	if (!trunk || trunk->vlan)
		return;
	rc = vlan_create(trunk, origin.vlan, 0);
	if (rc)
		console_printf("%s: could not make VLAN %u: %s\n", trunk->name,
			       origin.vlan, error_text(rc));
}

static const struct net_extension vlan_extension = {
	.rx = vlan_rx,
	.probed = vlan_probed,
	.removed = vlan_trunk_removed,
};
TABLE_REGISTER(net_extensions, vlan_extension);
