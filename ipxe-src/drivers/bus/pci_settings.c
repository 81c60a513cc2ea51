/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${pci/<busdevfn>.<offset>.<length>}: configuration space. */
#include <errno.h>

#include "config/settings.h"
#include "core/raw_block.h"
#include "drivers/bus/pci.h"

SELECT_IF(PCI_SETTINGS);

static int pci_fetch(const struct setting *setting, void *buf, size_t len,
		     const struct setting_type **ret_type)
{
	unsigned int offset = (unsigned int)(setting->tag >> 8) & 0xff;
	unsigned int count = (unsigned int)setting->tag & 0xff;
	uint8_t *byte = buf;
	struct pci_device pci;
	unsigned int i;

	if (!setting->tag || pci_find(&pci, (uint32_t)(setting->tag >> 16)))
		return -ENOENT;
	if (!*ret_type)
		*ret_type = &setting_type_hexraw;
	for (i = 0; i < count && i < len; i++)
		byte[i] = pci_read8(&pci, offset + i);
	return (int)count;
}

static struct raw_block pci_block = {.name = "pci", .fetch = pci_fetch};
TABLE_REGISTER(raw_blocks, pci_block);
