/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Network interfaces: what a driver gives, what the stack takes. */
#ifndef NET_NETDEVICE_H
#define NET_NETDEVICE_H

#include "lwip/netif.h"
#include "lwip/pbuf.h"

#include "config/general.h"
#include "core/compiler.h"
#include "core/list.h"
#include "core/settings.h"
#include "core/table.h"

struct net_device;
struct ipv6_nic;

/* What a driver can do. */
struct net_device_ops {
	/* Make it receive and send, with the address netif.hwaddr; who cannot
	 * have that says so. Returns 0 or -errno. */
	int (*open)(struct net_device *netdev);
	/* Stop it; harmless if not open. After this no DMA happens. */
	void (*close)(struct net_device *netdev);
	/* Send one Ethernet frame: the chain of P, P->tot_len bytes. Must not
	 * keep P (copy, or take a reference). 0 or -errno. */
	int (*transmit)(struct net_device *netdev, struct pbuf *p);
	/* Take what has arrived: netdev_rx() for each frame, a bounded number;
	 * report link changes with netdev_set_link(). Returns true if there
	 * was anything. */
	bool (*poll)(struct net_device *netdev);
};

/* An interface. Allocated by netdev_alloc(), owned by its driver. */
struct net_device {
	struct list_head list; /* in net_devices, in order of registration */
	char name[16];	       /* "net0", ...; a VLAN's: "net0-5" */
	uint8_t mac[6];	       /* in use from the next opening on; the one in
				* use now is netif.hwaddr */
	uint8_t hwaddr[6];     /* burnt in */
	const char *driver;    /* ${netN/chip}: "undionly", "snp", ... */
	const char *bustype;   /* ${netN/bustype}: "PCI", "EFI", "TAP" */
	uint32_t busloc;       /* ${netN/busloc} */
	uint8_t busid[5];      /* ${netN/busid}: type, vendor, device */
	uint16_t mtu;	       /* bytes of IP packet, 1500 unless known less */
	uint32_t rx_window;    /* how many bytes may be on their way to it at
				* once, as TCP window; 0: no limit */
	uint16_t vlan; /* tag that its frames carry (net/vlan.c); 0: none */
	bool is_open;
	bool has_link;	    /* as far as the driver can tell */
	bool is_plain;	    /* from the next opening on, frames as on a wire: no
			     * joined segments, no checksum left out */
	bool is_configured; /* has an address */
	const struct net_device_ops *ops;
	void *priv;		  /* the driver's */
	struct settings settings; /* block netN */
	struct netif netif;	  /* lwIP's */
	/* Counters for ifstat: frames, and failures with the last errno. */
	unsigned long tx, rx, tx_errors, rx_errors;
	int tx_rc, rx_rc;
	uint64_t tx_us; /* when it was given a frame last; 0: it has sent all */
	unsigned int open_count; /* order of opening: netX is the highest */
	bool was_tried;		 /* nic_next() has given it */
	bool is_tag_in_packet;	 /* a VLAN's tag takes room from the packet */
	bool is_mac_changed;	 /* somebody has set ${netN/mac} */
	uint8_t own_mac[6];	 /* then: in use at first */
	struct ipv6_nic *ipv6;	 /* net/ipv6.c's */
};

extern struct list_head net_devices;

/* A driver that finds devices by itself. Table "net_drivers". */
struct net_driver {
	const char *name;
	/* Find and register devices. Returns 0 or -errno (none is not one). */
	int (*probe)(void);
	/* Unregister and free all of them. */
	void (*remove)(void);
	/* 0: before those with 1, which look at what is left. */
	unsigned int order;
};

TABLE_DECLARE(net_drivers, const struct net_driver);

/* What sees every frame and device before the stack does. Table
 * "net_extensions". Any may be NULL. */
struct net_extension {
	/* A frame arrived on NETDEV. True: taken over, with P. */
	bool (*rx)(struct net_device *netdev, struct pbuf *p);
	/* All drivers have probed; names may still change. */
	void (*found)(void);
	/* The same, and they do not change any more. */
	void (*probed)(void);
	/* NETDEV is being unregistered. */
	void (*removed)(struct net_device *netdev);
};

TABLE_DECLARE(net_extensions, const struct net_extension);

/* A new device with PRIV_LEN zeroed bytes at priv; free with netdev_free(). */
struct net_device *netdev_alloc(const struct net_device_ops *ops,
				size_t priv_len);
void netdev_free(struct net_device *netdev);

/* Give it a name (unless it has one) and a settings block, add it to lwIP. Set
 * mac, hwaddr, driver, bustype and mtu before. Unregistering closes it first.
 */
int netdev_register(struct net_device *netdev);
void netdev_unregister(struct net_device *netdev);

/* Probe every driver in the table; remove them all. */
void netdev_probe_all(void);
void netdev_remove_all(void);

/* What a block netN does with its own settings, and before its card is opened:
 * nothing can be changed, and nothing is done; net/netdev_mac.c, where that is
 * linked, has others. */
int netdev_store(struct settings *settings, const struct setting *setting,
		 const void *data, size_t len);
void netdev_before_open(struct net_device *netdev);

/* Open, close. The lease stays; dhcp_forget() removes it. Both may be repeated;
 * opening what is open closes it first if its address was changed. */
int netdev_open(struct net_device *netdev);
void netdev_close(struct net_device *netdev);

/* Let go of the hardware of every open NIC, and take it again: around what
 * uses the NIC itself. Configuration stays; what does not come back is closed.
 */
void netdev_pause_all(void);
void netdev_resume_all(void);

/* The device called NAME ("net0", "netX" for the last opened), or NULL. */
struct net_device *netdev_find(const char *name);

/* The device whose address is MAC, or NULL. Of several the one in the VLAN that
 * we were loaded through, else the first. */
struct net_device *netdev_find_mac(const uint8_t mac[6]);

/* The device that we were loaded through, else the first, else NULL. */
struct net_device *netdev_boot(void);

/* The largest frame that a wire brings: Ethernet with a VLAN tag. */
#define NETDEV_FRAME_MAX 1518

/* For drivers: frames to any group address are wanted too: 33:33:*, LLDP's. */
#define NETDEV_WANTS_MULTICAST (LWIP_IPV6 || HAS_LLDP)

/* For drivers: a frame arrived. Takes over P (also on failure). It is one that
 * netdev_rx_alloc() gave, or one around the driver's own memory (rx_pool.h),
 * or a chain of those. A device that joins segments of TCP (TSO, LRO) may
 * give up to 65535 bytes at once; the headers are in the first piece. */
void netdev_rx(struct net_device *netdev, struct pbuf *p);

/* The same, and the device says that TCP's or UDP's checksum is right. */
void netdev_rx_verified(struct net_device *netdev, struct pbuf *p);

/* A buffer of LEN bytes in one piece. NULL if there is none, or LEN is 0 or
 * above NETDEV_FRAME_MAX: then drop the frame, and count it with
 * netdev_rx_error(). */
struct pbuf *netdev_rx_alloc(size_t len);

/* For drivers of devices without an address: make one up. */
void netdev_random_mac(uint8_t mac[6]);

/* For drivers: count a receive error; the link went up or down. */
void netdev_rx_error(struct net_device *netdev, int rc);
void netdev_set_link(struct net_device *netdev, bool up);

/* Wait for the link of NETDEV. 0, -ENOLINK_UP after the time, -ECANCELED. */
int netdev_wait_link(struct net_device *netdev, int timeout_ms);

/* Give lwIP the address, gateway and MTU that the settings of NETDEV (set by
 * a script, else by DHCP) now say. Called by all that is about to use the
 * network, so that `set net0/ip ...` needs nothing more. */
void netdev_apply_settings(struct net_device *netdev);

/* The same for every open device. */
void netdev_apply_all_settings(void);

/* Start lwIP; once, before any other call of net/. */
void net_init(void);

#endif
