/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI devices: what is the same on every platform. */
#include <errno.h>

#include "drivers/bus/pci.h"

/* Bits of a base address register, PCI 3.0 6.2.5.1. */
#define BAR_IO	      0x1u
#define BAR_IO_MASK   0xfffffffcu
#define BAR_TYPE      0x6u
#define BAR_TYPE_64   0x4u
#define BAR_MEM_MASK  0xfffffff0u
#define HEADER_NORMAL 0x00

/* A list of capabilities has at most so many: each takes four bytes of 192. */
#define CAPABILITIES_MAX 48

int pci_read_header(struct pci_device *pci)
{
	pci->vendor = pci_read16(pci, PCI_VENDOR_ID);
	if (pci->vendor == 0xffff || pci->vendor == 0)
		return -ENODEV;
	pci->device = pci_read16(pci, PCI_DEVICE_ID);
	pci->class_code = pci_read32(pci, PCI_REVISION) >> 8;
	pci->revision = pci_read8(pci, PCI_REVISION);
	pci->irq = pci_read8(pci, PCI_INTERRUPT_LINE);
	pci->subsystem_vendor = pci_read16(pci, PCI_SUBSYSTEM_VENDOR);
	pci->subsystem_device = pci_read16(pci, PCI_SUBSYSTEM_DEVICE);
	return 0;
}

int pci_find(struct pci_device *pci, uint32_t busdevfn)
{
	struct pci_device found;

	if (pci_find_next(&found, busdevfn) || found.busdevfn != busdevfn)
		return -ENODEV;
	*pci = found;
	return 0;
}

const struct pci_id *pci_match(const struct pci_driver *driver,
			       const struct pci_device *pci)
{
	size_t i;

	for (i = 0; i < driver->id_count; i++) {
		if (driver->ids[i].vendor == pci->vendor &&
		    driver->ids[i].device == pci->device)
			return &driver->ids[i];
	}
	return NULL;
}

unsigned int pci_find_capability(const struct pci_device *pci, uint8_t id,
				 unsigned int after)
{
	unsigned int offset = after ? after + 1 : PCI_CAPABILITIES;
	unsigned int i;

	if (!(pci_read16(pci, PCI_STATUS) & PCI_STATUS_CAPABILITIES))
		return 0;
	for (i = 0; i < CAPABILITIES_MAX; i++) {
		offset = pci_read8(pci, offset) & ~3u;
		if (offset < PCI_CAPABILITIES)
			return 0;
		if (pci_read8(pci, offset) == id)
			return offset;
		offset++;
	}
	return 0;
}

int pci_bar(const struct pci_device *pci, unsigned int index,
	    struct pci_bar *ret)
{
	unsigned int offset = PCI_BAR0 + 4 * index;
	struct pci_bar bar = {0};
	uint32_t low;

	if (index >= PCI_BARS || (pci_read8(pci, PCI_HEADER_TYPE) &
				  ~PCI_HEADER_MULTIFUNCTION) != HEADER_NORMAL)
		return -ENOENT;
	low = pci_read32(pci, offset);
	if (low & BAR_IO) {
		bar.is_io = true;
		bar.address = low & BAR_IO_MASK;
	} else {
		bar.address = low & BAR_MEM_MASK;
		bar.is_64 = (low & BAR_TYPE) == BAR_TYPE_64;
		if (bar.is_64 && index + 1 < PCI_BARS)
			bar.address |= (uint64_t)pci_read32(pci, offset + 4)
				       << 32;
	}
	if (!bar.address)
		return -ENOENT;
	*ret = bar;
	return 0;
}

/* Which bits of the BAR register at OFFSET can be set. */
static uint32_t bar_mask(const struct pci_device *pci, unsigned int offset)
{
	uint32_t old = pci_read32(pci, offset);
	uint32_t mask;

	pci_config_write(pci, offset, 4, 0xffffffff);
	mask = pci_read32(pci, offset);
	pci_config_write(pci, offset, 4, old);
	return mask;
}

uint64_t pci_bar_size(const struct pci_device *pci, unsigned int index)
{
	unsigned int offset = PCI_BAR0 + 4 * index;
	struct pci_bar bar;
	uint64_t mask;
	uint16_t command;

	if (pci_bar(pci, index, &bar))
		return 0;
	command = pci_read16(pci, PCI_COMMAND);
	pci_config_write(pci, PCI_COMMAND, 2,
			 command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	mask = bar_mask(pci, offset);
	if (bar.is_io)
		mask = (mask & BAR_IO_MASK) | 0xffffffffffff0000ULL;
	else if (bar.is_64 && index + 1 < PCI_BARS)
		mask = (mask & BAR_MEM_MASK) |
		       (uint64_t)bar_mask(pci, offset + 4) << 32;
	else
		mask = (mask & BAR_MEM_MASK) | 0xffffffff00000000ULL;
	pci_config_write(pci, PCI_COMMAND, 2, command);
	return ~mask + 1;
}

volatile uint8_t *pci_map(const struct pci_device *pci, unsigned int index)
{
	struct pci_bar bar;

	if (pci_bar(pci, index, &bar) || bar.is_io || bar.address > UINTPTR_MAX)
		return NULL;
	return (volatile uint8_t *)(uintptr_t)bar.address;
}

void pci_enable(struct pci_device *pci)
{
	struct pci_bar bar;
	unsigned int i;

	for (i = 0; i < PCI_BARS; i++) {
		if (pci_bar(pci, i, &bar) == 0 && bar.is_io)
			pci->io_port[i] = (uint16_t)bar.address;
	}
	pci->old_command = pci_read16(pci, PCI_COMMAND);
	pci_config_write(pci, PCI_COMMAND, 2,
			 pci->old_command | PCI_COMMAND_IO |
				 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
				 PCI_COMMAND_INTX_DISABLE);
}

void pci_disable(struct pci_device *pci)
{
	pci_config_write(pci, PCI_COMMAND, 2, pci->old_command);
}
