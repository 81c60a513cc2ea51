/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI for the program: there is none. Weak, so that tests bring their own. */
#include <errno.h>
#include <stdlib.h>

#include "drivers/bus/pci.h"

#define WEAK __attribute__((weak))

WEAK int pci_find_next(struct pci_device *pci __unused_arg,
		       uint32_t busdevfn __unused_arg)
{
	return -ENODEV;
}

WEAK uint32_t pci_config_read(const struct pci_device *pci __unused_arg,
			      unsigned int offset __unused_arg,
			      unsigned int len)
{
	return UINT32_MAX >> (32 - 8 * len);
}

WEAK void pci_config_write(const struct pci_device *pci __unused_arg,
			   unsigned int offset __unused_arg,
			   unsigned int len __unused_arg,
			   uint32_t value __unused_arg)
{
}

WEAK uint32_t pci_io_read(const struct pci_device *pci __unused_arg,
			  unsigned int index __unused_arg,
			  unsigned int offset __unused_arg, unsigned int len)
{
	return UINT32_MAX >> (32 - 8 * len);
}

WEAK void pci_io_write(const struct pci_device *pci __unused_arg,
		       unsigned int index __unused_arg,
		       unsigned int offset __unused_arg,
		       unsigned int len __unused_arg,
		       uint32_t value __unused_arg)
{
}

WEAK bool pci_may_drive(struct pci_device *pci __unused_arg)
{
	return true;
}

WEAK int pci_claim(struct pci_device *pci __unused_arg)
{
	return 0;
}

WEAK void pci_release(struct pci_device *pci __unused_arg)
{
}

WEAK int dma_alloc(struct pci_device *pci __unused_arg, size_t len,
		   struct dma_memory *ret)
{
	void *data = calloc(1, len);

	if (!data)
		return -ENOMEM;
	ret->data = data;
	ret->bus = (uintptr_t)data;
	ret->len = len;
	ret->mapping = NULL;
	return 0;
}

WEAK void dma_free(struct pci_device *pci __unused_arg,
		   struct dma_memory *memory)
{
	free(memory->data);
	*memory = (struct dma_memory){0};
}
