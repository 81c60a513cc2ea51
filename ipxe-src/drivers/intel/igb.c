/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Intel gigabit cards with many queues: 82575 to I211. We use the first. */
#include "drivers/intel/intel.h"

#define IGB INTEL_QUEUE_ENABLE

static const struct pci_id igb_ids[] = {
	PCI_ID(0x8086, 0x10a7, "82575eb", IGB), /* Intel 82575EB */
	PCI_ID(0x8086, 0x10c9, "82576", IGB),	/* Intel Gigabit ET Dual */
	PCI_ID(0x8086, 0x1526, "82576", IGB),	/* Intel Gigabit ET2 Quad */
	PCI_ID(0x8086, 0x150e, "82580", IGB),	/* Intel 82580 */
	PCI_ID(0x8086, 0x1521, "i350", IGB),	/* Intel I350 */
	PCI_ID(0x8086, 0x1533, "i210", IGB),	/* Intel I210 */
	PCI_ID(0x8086, 0x157b, "i210", IGB),	/* Intel I210 without flash */
	PCI_ID(0x8086, 0x1539, "i211", IGB),	/* Intel I211 */
};

static const struct pci_driver igb_driver = {
	.name = "igb",
	.ids = igb_ids,
	.id_count = ARRAY_SIZE(igb_ids),
	.probe = intel_probe,
	.remove = intel_remove,
};
TABLE_REGISTER(pci_drivers, igb_driver);
