/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Taking the network card over from the PXE that loaded us.
 *
 * Its DHCP packets are kept, its lease goes on; then it is shut down and
 * unloaded, base memory is given back, and a driver of ours has the card. If
 * none knows the card, all stays as it is and the UNDI drives it.
 */
#include <errno.h>
#include <string.h>

#include "core/console.h"
#include "core/origin.h"
#include "drivers/bus/pci.h"
#include "platform/bios/io.h"
#include "platform/bios/pxe.h"
#include "platform/bios/real.h"

#define BOOTP_CHADDR 28 /* offset: RFC 951 3 */
#define BASE_END     0xa0000u
#define VECTORS	     256
/* How far behind the end of free base memory PXE's memory may begin. */
#define SLACK 2048u

/* Does a driver of ours know the card of which PXE says TYPE? */
static bool is_known(const struct pxe_undi_nic_type *type)
{
	const struct pci_driver *driver;
	struct pci_device pci = {
		.vendor = type->vendor,
		.device = type->device,
	};

	if (type->type != PXE_NIC_PCI)
		return false;
	for_each_table_entry(driver, pci_drivers) {
		if (pci_match(driver, &pci))
			return true;
	}
	return false;
}

/* Does an interrupt still go to memory from START up to END? */
static bool is_hooked(uint32_t start, uint32_t end)
{
	unsigned int i;

	for (i = 0; i < VECTORS; i++) {
		uint32_t at = (uintptr_t)real_linear(
			*low_ptr(uint32_t, i * sizeof(uint32_t)));

		if (at >= start && at < end)
			return true;
	}
	return false;
}

/* Count the memory that PXE had, from START up to END, as free again. */
static void base_memory_free(uint32_t start, uint32_t end)
{
	volatile uint16_t *base_kb = low_ptr(uint16_t, BDA_BASE_KB);
	uint32_t ebda = *low_ptr(uint16_t, BDA_EBDA_SEG) * 16u;
	uint32_t bottom = *base_kb * 1024u;

	if (ebda > bottom && ebda < BASE_END)
		end = MIN(end, ebda);
	/* Only what is right behind free memory can become free. */
	if (start + SLACK < bottom || start > bottom + SLACK || end <= bottom ||
	    end > BASE_END)
		return;
	if (is_hooked(MIN(start, bottom), end)) {
		console_printf("PXE leaves an interrupt behind: its base "
			       "memory stays taken\n");
		return;
	}
	*base_kb = (uint16_t)(end / 1024);
}

int pxe_takeover(void)
{
	struct pxe_undi_nic_type type = {0};
	uint32_t start, end;

	if (pxe_call(PXENV_UNDI_GET_NIC_TYPE, &type, sizeof(type)) ||
	    !is_known(&type))
		return 0;
	pxe_cached_packets();
	origin_set_busdevfn(type.busdevfn);
	if (origin.packet[ORIGIN_DHCPACK].len)
		origin_set_mac(origin.packet[ORIGIN_DHCPACK].data +
			       BOOTP_CHADDR);
	pxe_memory(&start, &end);
	pxe_unload();
	pxe_adopt(0);
	base_memory_free(start, end);
	/* There is nothing to go back to. */
	memset(real_ptr(real_entry), 0, sizeof(real_entry));
	return -ENODEV;
}
