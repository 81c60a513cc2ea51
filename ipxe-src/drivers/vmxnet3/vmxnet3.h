/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* VMware's vmxnet3: registers, and what lies in memory shared with it.
 *
 * There is no specification; these are the facts of its interface as virtual
 * machines (VMware, QEMU's vmxnet3 device) present it. All is little-endian.
 */
#ifndef DRIVERS_VMXNET3_VMXNET3_H
#define DRIVERS_VMXNET3_VMXNET3_H

#include "core/compiler.h"

/* BAR 0: the producers' registers of queue 0. */
#define VMX_TXPROD 0x600
#define VMX_RXPROD 0x800

/* BAR 1. */
#define VMX_VRRS 0x00 /* versions of the device: a bit for each */
#define VMX_UVRS 0x08 /* versions of the pass-through interface */
#define VMX_DSAL 0x10 /* where struct vmx_shared is */
#define VMX_DSAH 0x18
#define VMX_CMD	 0x20
#define VMX_MACL 0x28
#define VMX_MACH 0x30

/* Commands; the answer is read from the same register. */
#define VMX_CMD_ACTIVATE    0xcafe0000u /* answers 0 if it did */
#define VMX_CMD_QUIESCE	    0xcafe0001u
#define VMX_CMD_RESET	    0xcafe0002u
#define VMX_CMD_RX_MODE	    0xcafe0003u
#define VMX_CMD_LINK	    0xf00d0002u /* bit 0: up */
#define VMX_CMD_PERM_MAC_LO 0xf00d0003u
#define VMX_CMD_PERM_MAC_HI 0xf00d0004u

#define VMX_MAGIC	   0xbabefee1u
#define VMX_FEATURE_RXCSUM 0x1u
#define VMX_INTR_DISABLE   0x1u
#define VMX_RX_UNICAST	   0x1u
#define VMX_RX_BROADCAST   0x4u
#define VMX_RX_ALL_MULTI   0x8u
#define VMX_GOS_OTHER	   0x5u /* 32 bits, of type 1 */

/* What the device reads of us. */
struct vmx_shared {
	uint32_t magic;
	uint32_t pad1;
	uint32_t driver_version;
	uint32_t gos;
	uint32_t version_supported;
	uint32_t upt_supported;
	uint64_t upt_features;
	uint64_t driver_data;
	uint64_t queue_desc;
	uint32_t driver_data_len;
	uint32_t queue_desc_len;
	uint32_t mtu;
	uint16_t rx_fragments_max;
	uint8_t tx_queues;
	uint8_t rx_queues;
	uint32_t reserved1[4];
	uint8_t intr_auto_mask;
	uint8_t intr_count;
	uint8_t intr_event;
	uint8_t intr_levels[25];
	uint32_t intr_control;
	uint32_t reserved2[2];
	uint32_t rx_mode;
	uint16_t multicast_len;
	uint16_t pad2;
	uint64_t multicast;
	uint32_t vlans[128];
	uint32_t rss[4];
	uint32_t power[4];
	uint32_t plugin[4];
	uint32_t events;
	uint32_t reserved3[5];
};

_Static_assert(sizeof(struct vmx_shared) == 720, "as the device reads it");

/* The queues: one to send, one to receive. */
struct vmx_tx_queue {
	uint32_t deferred;
	uint32_t threshold;
	uint64_t reserved1;
	uint64_t ring;
	uint64_t data_ring;
	uint64_t comp_ring;
	uint64_t driver_data;
	uint64_t reserved2;
	uint32_t ring_size;
	uint32_t data_ring_size;
	uint32_t comp_ring_size;
	uint32_t driver_data_len;
	uint8_t intr;
	uint8_t pad1[7];
	uint8_t stopped;
	uint8_t pad2[3];
	uint32_t error;
	uint8_t stats[80];
	uint8_t pad3[88];
};

struct vmx_rx_queue {
	uint8_t update_producer;
	uint8_t pad1[7];
	uint64_t reserved1;
	uint64_t ring[2];
	uint64_t comp_ring;
	uint64_t driver_data;
	uint64_t reserved2;
	uint32_t ring_size[2];
	uint32_t comp_ring_size;
	uint32_t driver_data_len;
	uint8_t intr;
	uint8_t pad2[7];
	uint8_t stopped;
	uint8_t pad3[3];
	uint32_t error;
	uint8_t stats[80];
	uint8_t pad4[88];
};

_Static_assert(sizeof(struct vmx_tx_queue) == 256, "as the device reads it");
_Static_assert(sizeof(struct vmx_rx_queue) == 256, "as the device reads it");

/* A descriptor of any ring. */
struct vmx_desc {
	uint64_t addr;
	uint32_t control; /* length in bits 0 to 13 */
	uint32_t flags;
};

#define VMX_LEN_MASK 0x3fffu
#define VMX_TX_GEN   (1u << 14) /* of control */
#define VMX_TX_EOP   (1u << 12) /* of flags */
#define VMX_TX_CQ    (1u << 13) /* of flags: report it */
#define VMX_RX_GEN   (1u << 31) /* of control */

/* An entry of a completion ring. */
struct vmx_comp {
	uint32_t index; /* of the descriptor in bits 0 to 11, and flags */
	uint32_t hash;
	uint32_t length; /* in bits 0 to 13, and VMX_COMP_ERROR */
	uint32_t flags;
};

#define VMX_INDEX_MASK	 0xfffu
#define VMX_COMP_EOP	 (1u << 14) /* of index */
#define VMX_COMP_SOP	 (1u << 15) /* of index */
#define VMX_COMP_NO_CSUM (1u << 30) /* of index: nobody looked */
#define VMX_COMP_ERROR	 (1u << 14) /* of length */
#define VMX_COMP_TUC	 (1u << 16) /* of flags: TCP's or UDP's is right */
#define VMX_COMP_GEN	 (1u << 31) /* of flags */

#endif
