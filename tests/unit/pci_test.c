/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Tests of drivers/bus: configuration space, capabilities, BARs, drivers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/bus/pci.h"
#include "drivers/bus/pci_net.h"

/* ---- A bus with two functions of one device ---- */

struct function {
	uint32_t busdevfn;
	uint8_t space[256];
	uint32_t bar_mask[PCI_BARS];
};

static struct function bus[2];
static bool may_drive;

int pci_find_next(struct pci_device *pci, uint32_t busdevfn)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bus); i++) {
		if (bus[i].busdevfn < busdevfn)
			continue;
		memset(pci, 0, sizeof(*pci));
		pci->busdevfn = bus[i].busdevfn;
		pci->platform = &bus[i];
		return pci_read_header(pci);
	}
	return -ENODEV;
}

uint32_t pci_config_read(const struct pci_device *pci, unsigned int offset,
			 unsigned int len)
{
	struct function *function = pci->platform;
	uint32_t value = 0;

	assert_true(offset + len <= sizeof(function->space));
	assert_int_equal(offset % len, 0);
	memcpy(&value, function->space + offset, len);
	return value;
}

void pci_config_write(const struct pci_device *pci, unsigned int offset,
		      unsigned int len, uint32_t value)
{
	struct function *function = pci->platform;
	unsigned int bar = (offset - PCI_BAR0) / 4;

	if (offset >= PCI_BAR0 && bar < PCI_BARS) {
		/* Nobody moves a BAR that is being decoded. */
		assert_false(function->space[PCI_COMMAND] &
			     (PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
		value = (value & function->bar_mask[bar]) |
			(function->space[offset] & 0xf);
	}
	memcpy(function->space + offset, &value, len);
}

bool pci_may_drive(struct pci_device *pci)
{
	(void)pci;
	return may_drive;
}

static int bus_set_up(void **state)
{
	(void)state;
	memset(bus, 0, sizeof(bus));
	may_drive = true;
	bus[0].busdevfn = PCI_BUSDEVFN(0, 3, 4, 0);
	bus[1].busdevfn = PCI_BUSDEVFN(0, 3, 4, 5);
	put_le16(bus[0].space + PCI_VENDOR_ID, 0x1234);
	put_le16(bus[0].space + PCI_DEVICE_ID, 0x5678);
	put_le32(bus[0].space + PCI_REVISION, 0x02000017);
	put_le16(bus[0].space + PCI_SUBSYSTEM_VENDOR, 0x1af4);
	put_le16(bus[0].space + PCI_SUBSYSTEM_DEVICE, 0x1100);
	put_le16(bus[1].space + PCI_VENDOR_ID, 0x1234);
	put_le16(bus[1].space + PCI_DEVICE_ID, 0x9999);
	return 0;
}

/* ---- Finding ---- */

static void test_functions_are_found_in_order(void **state)
{
	struct pci_device pci;
	unsigned int count = 0;
	uint32_t next;

	(void)state;
	for (next = 0; pci_find_next(&pci, next) == 0; next = pci.busdevfn + 1)
		assert_int_equal(pci.busdevfn, bus[count++].busdevfn);
	assert_int_equal(count, 2);
}

static void test_header_is_read(void **state)
{
	struct pci_device pci;

	(void)state;
	assert_int_equal(pci_find(&pci, bus[0].busdevfn), 0);
	assert_int_equal(pci.vendor, 0x1234);
	assert_int_equal(pci.device, 0x5678);
	assert_int_equal(pci.class_code, 0x020000);
	assert_int_equal(pci.revision, 0x17);
	assert_int_equal(pci.subsystem_vendor, 0x1af4);
	assert_int_equal(pci.subsystem_device, 0x1100);
}

static void test_missing_function_is_not_found(void **state)
{
	struct pci_device pci;

	(void)state;
	assert_int_equal(pci_find(&pci, bus[0].busdevfn + 1), -ENODEV);
	assert_int_equal(pci_find(&pci, bus[1].busdevfn + 1), -ENODEV);
}

/* ---- Capabilities ---- */

static void capability_put(uint8_t at, uint8_t id, uint8_t next)
{
	bus[0].space[PCI_STATUS] |= PCI_STATUS_CAPABILITIES;
	bus[0].space[at] = id;
	bus[0].space[at + 1] = next;
}

static void test_capabilities_are_found_one_after_the_other(void **state)
{
	struct pci_device pci;

	(void)state;
	pci_find(&pci, bus[0].busdevfn);
	assert_int_equal(pci_find_capability(&pci, 9, 0), 0);
	bus[0].space[PCI_CAPABILITIES] = 0x40;
	capability_put(0x40, 9, 0x50);
	capability_put(0x50, 5, 0x60);
	capability_put(0x60, 9, 0);
	assert_int_equal(pci_find_capability(&pci, 9, 0), 0x40);
	assert_int_equal(pci_find_capability(&pci, 9, 0x40), 0x60);
	assert_int_equal(pci_find_capability(&pci, 9, 0x60), 0);
	assert_int_equal(pci_find_capability(&pci, 5, 0), 0x50);
	assert_int_equal(pci_find_capability(&pci, 1, 0), 0);
}

static void test_capability_list_in_a_circle_ends(void **state)
{
	struct pci_device pci;

	(void)state;
	pci_find(&pci, bus[0].busdevfn);
	bus[0].space[PCI_CAPABILITIES] = 0x40;
	capability_put(0x40, 9, 0x44);
	capability_put(0x44, 9, 0x40);
	assert_int_equal(pci_find_capability(&pci, 1, 0), 0);
	/* Into the header: not a capability. */
	capability_put(0x44, 9, 0x04);
	assert_int_equal(pci_find_capability(&pci, 1, 0), 0);
}

/* ---- BARs ---- */

static void test_bars_are_told_apart(void **state)
{
	struct pci_device pci;
	struct pci_bar bar;

	(void)state;
	pci_find(&pci, bus[0].busdevfn);
	put_le32(bus[0].space + PCI_BAR0, 0xc041);
	put_le32(bus[0].space + PCI_BAR0 + 4, 0xfebc0000);
	put_le32(bus[0].space + PCI_BAR0 + 8, 0x8000000c);
	put_le32(bus[0].space + PCI_BAR0 + 12, 0x00000012);
	assert_int_equal(pci_bar(&pci, 0, &bar), 0);
	assert_true(bar.is_io);
	assert_int_equal(bar.address, 0xc040);
	assert_int_equal(pci_bar(&pci, 1, &bar), 0);
	assert_false(bar.is_io);
	assert_int_equal(bar.address, 0xfebc0000);
	assert_int_equal(pci_bar(&pci, 2, &bar), 0);
	assert_true(bar.is_64);
	assert_int_equal(bar.address, 0x1280000000ULL);
	assert_int_equal(pci_bar(&pci, 4, &bar), -ENOENT);
	assert_int_equal(pci_bar(&pci, 6, &bar), -ENOENT);
	assert_null(pci_map(&pci, 0));
	assert_non_null(pci_map(&pci, 1));
}

static void test_bar_size_is_measured_and_left_as_it_was(void **state)
{
	struct pci_device pci;

	(void)state;
	pci_find(&pci, bus[0].busdevfn);
	bus[0].space[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	put_le32(bus[0].space + PCI_BAR0, 0xc041);
	bus[0].bar_mask[0] = 0x0000ffc0;
	put_le32(bus[0].space + PCI_BAR0 + 4, 0xfebc0000);
	bus[0].bar_mask[1] = 0xfffe0000;
	put_le32(bus[0].space + PCI_BAR0 + 8, 0x8000000c);
	bus[0].bar_mask[2] = 0xffffc000;
	put_le32(bus[0].space + PCI_BAR0 + 12, 0x00000012);
	bus[0].bar_mask[3] = 0xffffffff;
	assert_int_equal(pci_bar_size(&pci, 0), 0x40);
	assert_int_equal(pci_bar_size(&pci, 1), 0x20000);
	assert_int_equal(pci_bar_size(&pci, 2), 0x4000);
	assert_int_equal(pci_bar_size(&pci, 5), 0);
	assert_int_equal(pci_read32(&pci, PCI_BAR0), 0xc041);
	assert_int_equal(pci_read32(&pci, PCI_BAR0 + 8), 0x8000000c);
	assert_int_equal(bus[0].space[PCI_COMMAND],
			 PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
}

/* ---- Drivers ---- */

static unsigned int probed, removed;
static int probe_rc;

static int test_probe(struct pci_device *pci)
{
	assert_true(pci_read16(pci, PCI_COMMAND) & PCI_COMMAND_MASTER);
	assert_string_equal(pci->id->name, "second");
	probed++;
	return probe_rc;
}

static void test_remove(struct pci_device *pci)
{
	assert_int_equal(pci->busdevfn, bus[0].busdevfn);
	removed++;
}

static const struct pci_id test_ids[] = {
	PCI_ID(0x1234, 0x0001, "first", 0),
	PCI_ID(0x1234, 0x5678, "second", 7),
};

static const struct pci_driver test_driver = {
	.name = "test",
	.ids = test_ids,
	.id_count = ARRAY_SIZE(test_ids),
	.probe = test_probe,
	.remove = test_remove,
};
TABLE_REGISTER(pci_drivers, test_driver);

static void probe_and_remove(unsigned int probes, unsigned int removes)
{
	probed = removed = 0;
	netdev_probe_all();
	assert_int_equal(probed, probes);
	/* Nothing masters the bus before it is opened. */
	assert_int_equal(bus[0].space[PCI_COMMAND], 0);
	netdev_remove_all();
	assert_int_equal(removed, removes);
	netdev_remove_all();
	assert_int_equal(removed, removes);
}

static void test_known_card_is_probed_and_removed_once(void **state)
{
	(void)state;
	probe_rc = 0;
	probe_and_remove(1, 1);
}

static void test_card_that_does_not_start_is_left_alone(void **state)
{
	(void)state;
	probe_rc = -EIO;
	probe_and_remove(1, 0);
}

static void test_card_of_the_firmware_is_not_taken(void **state)
{
	(void)state;
	may_drive = false;
	probe_and_remove(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_functions_are_found_in_order,
				       bus_set_up),
		cmocka_unit_test_setup(test_header_is_read, bus_set_up),
		cmocka_unit_test_setup(test_missing_function_is_not_found,
				       bus_set_up),
		cmocka_unit_test_setup(
			test_capabilities_are_found_one_after_the_other,
			bus_set_up),
		cmocka_unit_test_setup(test_capability_list_in_a_circle_ends,
				       bus_set_up),
		cmocka_unit_test_setup(test_bars_are_told_apart, bus_set_up),
		cmocka_unit_test_setup(
			test_bar_size_is_measured_and_left_as_it_was,
			bus_set_up),
		cmocka_unit_test_setup(
			test_known_card_is_probed_and_removed_once, bus_set_up),
		cmocka_unit_test_setup(
			test_card_that_does_not_start_is_left_alone,
			bus_set_up),
		cmocka_unit_test_setup(test_card_of_the_firmware_is_not_taken,
				       bus_set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
