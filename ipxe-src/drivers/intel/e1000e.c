/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Intel PRO/1000 on PCI Express: 82571 to 82574. */
#include "drivers/intel/intel.h"

static const struct pci_id e1000e_ids[] = {
	PCI_ID(0x8086, 0x105e, "82571eb", 0), /* Intel PRO/1000 PT Dual */
	PCI_ID(0x8086, 0x107d, "82572ei", 0), /* Intel PRO/1000 PT Server */
	PCI_ID(0x8086, 0x10b9, "82572ei", 0), /* Intel PRO/1000 PT Desktop */
	PCI_ID(0x8086, 0x108b, "82573v", 0),  /* Intel PRO/1000 PM */
	PCI_ID(0x8086, 0x108c, "82573e", 0),  /* Intel PRO/1000 PM (AMT) */
	PCI_ID(0x8086, 0x109a, "82573l", 0),  /* Intel PRO/1000 PL */
	PCI_ID(0x8086, 0x10d3, "82574l", 0),  /* Intel Gigabit CT; VMs */
	PCI_ID(0x8086, 0x10f6, "82574la", 0), /* Intel 82574LA */
	PCI_ID(0x8086, 0x150c, "82583v", 0),  /* Intel 82583V */
};

static const struct pci_driver e1000e_driver = {
	.name = "e1000e",
	.ids = e1000e_ids,
	.id_count = ARRAY_SIZE(e1000e_ids),
	.probe = intel_probe,
	.remove = intel_remove,
};
TABLE_REGISTER(pci_drivers, e1000e_driver);
