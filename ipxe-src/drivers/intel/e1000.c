/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Intel PRO/1000 on PCI and PCI-X: the 8254x family. */
#include "drivers/intel/intel.h"

static const struct pci_id e1000_ids[] = {
	PCI_ID(0x8086, 0x1004, "82543gc", 0), /* Intel PRO/1000 T */
	PCI_ID(0x8086, 0x1008, "82544ei", 0), /* Intel PRO/1000 XT */
	PCI_ID(0x8086, 0x100c, "82544gc", 0), /* Intel PRO/1000 T (82544) */
	PCI_ID(0x8086, 0x100d, "82544gc", 0), /* Intel 82544GC, on board */
	PCI_ID(0x8086, 0x100e, "82540em", 0), /* Intel PRO/1000 MT; VMs */
	PCI_ID(0x8086, 0x100f, "82545em", 0), /* Intel PRO/1000 MT; VMware */
	PCI_ID(0x8086, 0x1010, "82546eb", 0), /* Intel PRO/1000 MT Dual */
	PCI_ID(0x8086, 0x1013, "82541ei", 0), /* Intel PRO/1000 CT */
	PCI_ID(0x8086, 0x1015, "82540em-lom", 0), /* Intel PRO/1000 MT Mobile */
	PCI_ID(0x8086, 0x1018, "82541ei", 0),	  /* Intel PRO/1000 CT Mobile */
	PCI_ID(0x8086, 0x101e, "82540ep", 0),	  /* Intel PRO/1000 MT Mobile */
	PCI_ID(0x8086, 0x1026, "82545gm", 0),	  /* Intel PRO/1000 MT Server */
	PCI_ID(0x8086, 0x1076, "82541gi", 0), /* Intel PRO/1000 MT (82541GI) */
	PCI_ID(0x8086, 0x1079, "82546gb", 0), /* Intel PRO/1000 MT Dual (GB) */
	PCI_ID(0x8086, 0x107c, "82541pi", 0), /* Intel PRO/1000 GT */
};

static const struct pci_driver e1000_driver = {
	.name = "e1000",
	.ids = e1000_ids,
	.id_count = ARRAY_SIZE(e1000_ids),
	.probe = intel_probe,
	.remove = intel_remove,
};
TABLE_REGISTER(pci_drivers, e1000_driver);
