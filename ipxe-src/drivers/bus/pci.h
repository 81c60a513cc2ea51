/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI devices: finding them, their configuration space, and their drivers.
 *
 * What a platform has to give (platform/<name>/pci.c) is marked "backend".
 * PCI Local Bus Specification 3.0; on UEFI the PCI I/O Protocol, UEFI 2.10
 * 14.4.
 */
#ifndef DRIVERS_BUS_PCI_H
#define DRIVERS_BUS_PCI_H

#include "core/compiler.h"
#include "core/table.h"

/* Registers of configuration space, PCI 3.0 6.1. */
#define PCI_VENDOR_ID	     0x00 /* 16 bits; 0xffff: there is no device */
#define PCI_DEVICE_ID	     0x02 /* 16 bits */
#define PCI_COMMAND	     0x04 /* 16 bits */
#define PCI_STATUS	     0x06 /* 16 bits */
#define PCI_REVISION	     0x08 /* 8 bits; the class code follows */
#define PCI_HEADER_TYPE	     0x0e /* 8 bits */
#define PCI_BAR0	     0x10 /* 32 bits, and five more */
#define PCI_SUBSYSTEM_VENDOR 0x2c /* 16 bits */
#define PCI_SUBSYSTEM_DEVICE 0x2e /* 16 bits */
#define PCI_CAPABILITIES     0x34 /* 8 bits */
#define PCI_INTERRUPT_LINE   0x3c /* 8 bits */

#define PCI_COMMAND_IO		 0x0001
#define PCI_COMMAND_MEMORY	 0x0002
#define PCI_COMMAND_MASTER	 0x0004
#define PCI_COMMAND_INTX_DISABLE 0x0400
#define PCI_STATUS_CAPABILITIES	 0x0010
#define PCI_HEADER_MULTIFUNCTION 0x80
#define PCI_BARS		 6

/* Capabilities, PCI 3.0 appendix H. */
#define PCI_CAP_VENDOR 0x09

/* Highest byte of the class code of network cards, PCI 3.0 appendix D. */
#define PCI_CLASS_NETWORK 0x02

/* Address of a function: segment << 16 | bus << 8 | device << 3 | function. */
#define PCI_BUSDEVFN(segment, bus, device, function)                           \
	((uint32_t)(segment) << 16 | (uint32_t)(bus) << 8 | (device) << 3 |    \
	 (function))
#define PCI_SEGMENT(busdevfn)  ((busdevfn) >> 16)
#define PCI_BUS(busdevfn)      ((busdevfn) >> 8 & 0xff)
#define PCI_DEVICE(busdevfn)   ((busdevfn) >> 3 & 0x1f)
#define PCI_FUNCTION(busdevfn) ((busdevfn)&7)

struct pci_driver;
struct pci_id;

/* One function of a device. */
struct pci_device {
	uint32_t busdevfn; /* see PCI_BUSDEVFN() */
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem_device;
	uint32_t class_code; /* 24 bits: class, subclass, interface */
	uint8_t revision;
	uint8_t irq;	/* as the firmware set it; not used */
	void *platform; /* the backend's own */
	void *handle;	/* likewise */

	/* While a driver has it. */
	const struct pci_driver *driver;
	const struct pci_id *id;    /* the entry of the driver that fits */
	void *priv;		    /* the driver's */
	uint16_t old_command;	    /* as pci_enable() found it */
	uint16_t io_port[PCI_BARS]; /* first port of each I/O BAR */
};

/* A device that a driver knows. One entry a line, written with PCI_ID(), so
 * that scripts/nic-ids can read them: */
struct pci_id {
	uint16_t vendor;
	uint16_t device;
	const char *name;   /* a short one: ${netN/chip} */
	unsigned long data; /* the driver's own: variants, flags */
};

/* PCI_ID(0x8086, 0x100e, "82540em", flags), and behind it, in a comment, the
 * name that the maker sells it by. */
#define PCI_ID(vendor, device, name, data)                                     \
	{                                                                      \
		vendor, device, name, data                                     \
	}

/* A driver. Registered in the table "pci_drivers". */
struct pci_driver {
	const char *name;
	const struct pci_id *ids;
	size_t id_count;
	/* Make a network device of PCI, which stays where it is until
	 * remove(). It is enabled until this returns. 0, or -errno: it is
	 * left alone then. */
	int (*probe)(struct pci_device *pci);
	/* Undo probe(): the device neither receives nor interrupts. */
	void (*remove)(struct pci_device *pci);
};

TABLE_DECLARE(pci_drivers, const struct pci_driver);

/* ---- Finding devices ---- */

/* Backend: fill PCI with the first function that is at or behind BUSDEVFN.
 * Returns 0, or -ENODEV when there is none behind. So to see all of them:
 *
 *	for (next = 0; pci_find_next(&pci, next) == 0; next = pci.busdevfn + 1)
 */
int pci_find_next(struct pci_device *pci, uint32_t busdevfn);

/* Fill PCI with the function at BUSDEVFN itself; -ENODEV: there is none. */
int pci_find(struct pci_device *pci, uint32_t busdevfn);

/* Read what configuration space says into PCI, whose busdevfn and platform are
 * set. For backends. -ENODEV if nothing answers. */
int pci_read_header(struct pci_device *pci);

/* The entry of DRIVER that fits PCI, or NULL. */
const struct pci_id *pci_match(const struct pci_driver *driver,
			       const struct pci_device *pci);

/* ---- Configuration space ---- */

/* Backend: the aligned register of LEN (1, 2, 4) bytes at OFFSET. Where there
 * is none (above 255 with mechanism #1) all bits are read as 1. */
uint32_t pci_config_read(const struct pci_device *pci, unsigned int offset,
			 unsigned int len);
void pci_config_write(const struct pci_device *pci, unsigned int offset,
		      unsigned int len, uint32_t value);

static inline uint8_t pci_read8(const struct pci_device *pci,
				unsigned int offset)
{
	return (uint8_t)pci_config_read(pci, offset, 1);
}

static inline uint16_t pci_read16(const struct pci_device *pci,
				  unsigned int offset)
{
	return (uint16_t)pci_config_read(pci, offset, 2);
}

static inline uint32_t pci_read32(const struct pci_device *pci,
				  unsigned int offset)
{
	return pci_config_read(pci, offset, 4);
}

/* Where capability ID is, first behind offset AFTER (0: the first of all); 0
 * if there is none. Broken lists end. PCI 3.0 6.7. */
unsigned int pci_find_capability(const struct pci_device *pci, uint8_t id,
				 unsigned int after);

/* ---- Resources ---- */

struct pci_bar {
	uint64_t address; /* as the processor reaches it; 0: not assigned */
	bool is_io;	  /* I/O ports, not memory */
	bool is_64;	  /* it takes two registers */
};

/* What base address register INDEX (0 to 5) says. 0, or -ENOENT if it is not
 * there or not assigned. PCI 3.0 6.2.5.1. */
int pci_bar(const struct pci_device *pci, unsigned int index,
	    struct pci_bar *ret);

/* How many bytes it spans. The device must not be in use: its decoding is
 * switched off for a moment. 0 if it is not there. */
uint64_t pci_bar_size(const struct pci_device *pci, unsigned int index);

/* The registers behind memory BAR INDEX, or NULL: not memory, not assigned, or
 * above what this platform can address. */
volatile uint8_t *pci_map(const struct pci_device *pci, unsigned int index);

/* Backend: the register of LEN (1, 2, 4) bytes at OFFSET of I/O BAR INDEX.
 * Only after pci_enable(). */
uint32_t pci_io_read(const struct pci_device *pci, unsigned int index,
		     unsigned int offset, unsigned int len);
void pci_io_write(const struct pci_device *pci, unsigned int index,
		  unsigned int offset, unsigned int len, uint32_t value);

/* ---- Owning a device ---- */

/* Backend: may a driver of ours have PCI? True on BIOS. On UEFI false when the
 * firmware's own driver gives it a Simple Network Protocol. */
bool pci_may_drive(struct pci_device *pci);

/* Backend: take PCI from whoever drives it, and give it back. 0 or -errno. */
int pci_claim(struct pci_device *pci);
void pci_release(struct pci_device *pci);

/* Let it decode its BARs and master the bus, with interrupts off; and put the
 * command register back as it was. Around probe(), and by the driver from
 * open to close. */
void pci_enable(struct pci_device *pci);
void pci_disable(struct pci_device *pci);

/* ---- Memory for DMA ---- */

/* A piece of memory that processor and device both see, coherently. */
struct dma_memory {
	void *data;   /* as the processor reaches it; 4096-aligned; zeroed */
	uint64_t bus; /* as the device reaches it; below 4 GiB */
	size_t len;
	void *mapping; /* the backend's own */
};

/* Backend: get LEN bytes for PCI. 0, or -ENOMEM with RET untouched. */
int dma_alloc(struct pci_device *pci, size_t len, struct dma_memory *ret);

/* Backend: give it back; MEMORY may be zeroed. The device must be stopped. */
void dma_free(struct pci_device *pci, struct dma_memory *memory);

#endif
