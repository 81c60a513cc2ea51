/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI by configuration mechanism #1, and memory for DMA. PCI 3.0 3.2.2.3.2. */
#include <errno.h>
#include <string.h>

#include "core/memory.h"
#include "drivers/bus/pci.h"
#include "platform/bios/io.h"
#include "platform/bios/real.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u
#define CONFIG_LEN     256 /* bytes of configuration space by this way */

/* PCI BIOS 2.1 4.2: INT 1Ah, PCI_BIOS_PRESENT. */
#define PCI_BIOS_INT	 0x1a
#define PCI_BIOS_PRESENT 0xb101
#define PCI_BIOS_MAGIC	 0x20494350 /* "PCI " in EDX */
#define LAST_BUS	 255

/* Select the 32-bit register that holds OFFSET. */
static void config_select(const struct pci_device *pci, unsigned int offset)
{
	port_out32(CONFIG_ADDRESS, CONFIG_ENABLE |
					   (pci->busdevfn & 0xffff) << 8 |
					   (offset & 0xfc));
}

uint32_t pci_config_read(const struct pci_device *pci, unsigned int offset,
			 unsigned int len)
{
	uint16_t port = CONFIG_DATA + (offset & 3);

	if (offset >= CONFIG_LEN || PCI_SEGMENT(pci->busdevfn))
		return UINT32_MAX >> (32 - 8 * len);
	config_select(pci, offset);
	if (len == 1)
		return port_in8(port);
	return len == 2 ? port_in16(port) : port_in32(port);
}

void pci_config_write(const struct pci_device *pci, unsigned int offset,
		      unsigned int len, uint32_t value)
{
	uint16_t port = CONFIG_DATA + (offset & 3);

	if (offset >= CONFIG_LEN || PCI_SEGMENT(pci->busdevfn))
		return;
	config_select(pci, offset);
	if (len == 1)
		port_out8(port, (uint8_t)value);
	else if (len == 2)
		port_out16(port, (uint16_t)value);
	else
		port_out32(port, value);
}

/* The highest bus number that the BIOS knows of; all, if it does not say. */
static unsigned int last_bus(void)
{
	static unsigned int known = LAST_BUS + 1;
	struct real_regs *regs;

	if (known <= LAST_BUS)
		return known;
	regs = real_begin();
	regs->eax = PCI_BIOS_PRESENT;
	known = LAST_BUS;
	if (!real_int(regs, PCI_BIOS_INT) && !(regs->eax & 0xff00) &&
	    regs->edx == PCI_BIOS_MAGIC)
		known = regs->ecx & 0xff;
	return known;
}

int pci_find_next(struct pci_device *pci, uint32_t busdevfn)
{
	uint32_t end = (last_bus() + 1) << 8;
	uint8_t type = 0;

	memset(pci, 0, sizeof(*pci));
	for (; busdevfn < end; busdevfn++) {
		/* Functions but the first exist only where that says so. */
		if (PCI_FUNCTION(busdevfn)) {
			pci->busdevfn = busdevfn & ~7u;
			if (pci_read16(pci, PCI_VENDOR_ID) != 0xffff)
				type = pci_read8(pci, PCI_HEADER_TYPE);
			if (!(type & PCI_HEADER_MULTIFUNCTION)) {
				busdevfn |= 7;
				continue;
			}
		}
		pci->busdevfn = busdevfn;
		if (pci_read_header(pci) == 0)
			return 0;
		if (!PCI_FUNCTION(busdevfn))
			busdevfn |= 7;
	}
	return -ENODEV;
}

uint32_t pci_io_read(const struct pci_device *pci, unsigned int index,
		     unsigned int offset, unsigned int len)
{
	uint16_t port = (uint16_t)(pci->io_port[index] + offset);

	if (len == 1)
		return port_in8(port);
	return len == 2 ? port_in16(port) : port_in32(port);
}

void pci_io_write(const struct pci_device *pci, unsigned int index,
		  unsigned int offset, unsigned int len, uint32_t value)
{
	uint16_t port = (uint16_t)(pci->io_port[index] + offset);

	if (len == 1)
		port_out8(port, (uint8_t)value);
	else if (len == 2)
		port_out16(port, (uint16_t)value);
	else
		port_out32(port, value);
}

bool pci_may_drive(struct pci_device *pci __unused_arg)
{
	return true;
}

int pci_claim(struct pci_device *pci __unused_arg)
{
	return 0;
}

void pci_release(struct pci_device *pci __unused_arg)
{
}

int dma_alloc(struct pci_device *pci __unused_arg, size_t len,
	      struct dma_memory *ret)
{
	void *data = bulk_realloc(NULL, 0, len);

	if (!data)
		return -ENOMEM;
	memset(data, 0, len);
	ret->data = data;
	ret->bus =
		(uintptr_t)data; /* the processor's addresses are the bus's */
	ret->len = len;
	ret->mapping = NULL;
	return 0;
}

void dma_free(struct pci_device *pci __unused_arg, struct dma_memory *memory)
{
	if (memory->data)
		bulk_realloc(memory->data, memory->len, 0);
	memset(memory, 0, sizeof(*memory));
}
