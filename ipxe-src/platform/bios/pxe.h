/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The PXE ROM that loaded us: its structures and its API. PXE 2.1. */
#ifndef PLATFORM_BIOS_PXE_H
#define PLATFORM_BIOS_PXE_H

#include "core/compiler.h"

/* Opcodes. PXE 2.1 3.3, 4.2, 4.3. */
#define PXENV_START_UNDI	   0x00
#define PXENV_UNDI_STARTUP	   0x01
#define PXENV_UNDI_CLEANUP	   0x02
#define PXENV_UNDI_INITIALIZE	   0x03
#define PXENV_UNDI_RESET_ADAPTER   0x04
#define PXENV_UNDI_SHUTDOWN	   0x05
#define PXENV_UNDI_OPEN		   0x06
#define PXENV_UNDI_CLOSE	   0x07
#define PXENV_UNDI_TRANSMIT	   0x08
#define PXENV_UNDI_SET_STATION	   0x0a
#define PXENV_UNDI_GET_INFORMATION 0x0c
#define PXENV_UNDI_GET_NIC_TYPE	   0x12
#define PXENV_UNDI_ISR		   0x14
#define PXENV_STOP_UNDI		   0x15
#define PXENV_UNLOAD_STACK	   0x70
#define PXENV_GET_CACHED_INFO	   0x71

/* The !PXE structure, up to what is used of it. PXE 2.1 3.2.3 ("!PXE"). */
struct pxe_bangpxe {
	uint8_t signature[4]; /* "!PXE" */
	uint8_t len;
	uint8_t checksum;
	uint8_t revision;
	uint8_t reserved;
	uint32_t undi_rom_id;
	uint32_t base_rom_id;
	uint32_t entry; /* far pointer: the API for real mode */
	uint32_t entry_esp;
	uint32_t status_callout;
	uint8_t reserved2;
	uint8_t segment_count;
	uint16_t first_selector;
	/* stack, UNDI data, code, code to write, base code's three. */
	struct {
		uint16_t segment;
		uint32_t address; /* physical */
		uint16_t len;
	} __packed segment[7];
} __packed;

#define PXE_UNDI_DATA 1 /* index of that segment */

/* The PXENV+ structure. PXE 2.1 3.2.2. */
struct pxe_env {
	uint8_t signature[6]; /* "PXENV+" */
	uint16_t version;     /* 0x0201 */
	uint8_t len;
	uint8_t checksum;
	uint32_t entry; /* far pointer: the older API for real mode */
	uint8_t ignored[18];
	uint16_t undi_data_seg;
	uint16_t undi_data_len;
	uint16_t undi_code_seg;
	uint16_t undi_code_len;
	uint32_t bangpxe; /* far pointer to !PXE, from version 2.1 on */
} __packed;

/* GET_CACHED_INFO. PXE 2.1 3.3.2. */
#define PXENV_PACKET_DHCPACK 2
#define PXENV_PACKET_REPLY   3

/* Parameters of the calls; each begins with its status. */
struct pxe_status {
	uint16_t status;
} __packed;

struct pxe_cached_info {
	uint16_t status;
	uint16_t type;
	uint16_t buf_len;
	uint32_t buf; /* far pointer */
	uint16_t limit;
} __packed;

struct pxe_undi_open {
	uint16_t status;
	uint16_t flag;
	uint16_t filter;
	uint16_t multicast_count;
	uint8_t multicast[8][16];
} __packed;

#define PXE_FILTER_DIRECTED  0x01
#define PXE_FILTER_BROADCAST 0x02
#define PXE_FILTER_PROMISC   0x04

/* INITIALIZE (the far pointer is to a protocol.ini, none), RESET_ADAPTER. */
struct pxe_undi_initialize {
	uint16_t status;
	uint32_t protocol_ini;
	uint8_t reserved[8];
} __packed;

struct pxe_undi_set_station {
	uint16_t status;
	uint8_t mac[16];
} __packed;

struct pxe_undi_information {
	uint16_t status;
	uint16_t base_io;
	uint16_t irq;
	uint16_t mtu; /* bytes of a frame's payload */
	uint16_t hw_type;
	uint16_t hw_addr_len;
	uint8_t mac[16];
	uint8_t hwaddr[16];
	uint16_t rom;
	uint16_t rx_buffers;
	uint16_t tx_buffers;
} __packed;

#define PXE_NIC_PCI 2

struct pxe_undi_nic_type {
	uint16_t status;
	uint8_t type;
	uint16_t vendor;
	uint16_t device;
	uint8_t class[3];
	uint8_t revision;
	uint16_t busdevfn;
	uint16_t sub_vendor;
	uint16_t sub_device;
} __packed;

/* The functions that are weak are NULL in an image without PXE_STACK. */

/* Find and check the ROM's structures. Returns 0, or -ENODEV. */
int pxe_init(void) __attribute__((weak));

/* Use the !PXE structure at far pointer BANGPXE from now on; none, if it is 0.
 * Returns 0, or -ENODEV if nothing is there. */
int pxe_adopt(uint32_t bangpxe);

/* Far pointer to the API; 0 if there is none. */
uint32_t pxe_entry(void);

/* Call the API: OPCODE with LEN bytes at PARAMS (a struct pxe_...), copied to
 * base memory and back. Returns 0, -EIO if the call failed (the status is in
 * PARAMS), or -ENODEV if there is no PXE. */
int pxe_call(uint16_t opcode, void *params, size_t len);

/* The lowest address that PXE needs in what the BIOS calls free base memory,
 * or TOP. */
uint32_t pxe_memory_bottom(uint32_t top) __attribute__((weak));

/* The base memory that the segments of PXE take: from *RET_START up to
 * *RET_END; both 0 if it does not say. */
void pxe_memory(uint32_t *ret_start, uint32_t *ret_end);

/* Where our own drivers shall have the card (drivers/takeover): keep what PXE
 * knows, and unload it. Returns -ENODEV then, as pxe_init() does, or 0 if it
 * stays because no driver knows the card. NULL in other images. */
int pxe_takeover(void) __attribute__((weak));

/* Say in the ROM's structures that the UNDI's data is at segment SEG, or (0)
 * where it was. A program that unloads the ROM's base code believes that all
 * from the end of free base memory up to the UNDI belongs to that. */
void pxe_pretend_undi_at(uint16_t seg);

/* Tell `origin` the packets that the ROM has kept. */
void pxe_cached_packets(void) __attribute__((weak));

/* Shut the whole PXE stack down; nothing of it works afterwards. */
void pxe_unload(void) __attribute__((weak));

#endif
