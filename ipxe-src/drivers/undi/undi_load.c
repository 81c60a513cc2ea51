/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The UNDI in a network card's own option ROM, where no PXE is running.
 *
 * The BIOS has copied the ROM to memory between C0000h and EFFFFh. It says
 * where its UNDI loader is, which makes a !PXE structure in base memory that
 * we choose. PXE 2.1 3.1 and 4.1. For cards that no driver of ours knows.
 */
#include <errno.h>
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "drivers/bus/pci.h"
#include "drivers/undi/undi_load.h"
#include "net/netdevice.h"
#include "platform/bios/io.h"
#include "platform/bios/memory.h"
#include "platform/bios/pxe.h"
#include "platform/bios/real.h"

#define ROMS_START	0xc0000u
#define ROMS_END	0xf0000u
#define ROM_STEP	0x800u /* ROMs begin on such boundaries */
#define ROM_UNIT	512u
#define PNP_START	0xf0000u
#define PNP_END		0xfffe0u
#define NOT_ISA_PNP	0xffff	 /* no card select number, no read port */
#define BASE_MEMORY	0x18000u /* what must be left below the UNDI */
#define DEVICE_LIST_MAX 256u
#define PCI_REVISION_3	3

/* Start of an option ROM, PCI 3.0 6.3.3.1 and PXE 2.1 3.1. */
struct rom_header {
	uint16_t signature; /* 0xaa55 */
	uint8_t units;	    /* of ROM_UNIT bytes */
	uint8_t ignored[19];
	uint16_t undi; /* offset of struct undi_rom_id; 0: none */
	uint16_t pci;  /* of struct rom_pci */
} __packed;

/* PCI data structure, PCI Firmware 3.0 5.1.2. */
struct rom_pci {
	uint8_t signature[4]; /* "PCIR" */
	uint16_t vendor;
	uint16_t device;
	uint16_t devices; /* offset from here of further devices; 0: none */
	uint16_t len;
	uint8_t revision;
} __packed;

/* UNDI ROM ID structure, PXE 2.1 3.1. */
struct undi_rom_id {
	uint8_t signature[4]; /* "UNDI" */
	uint8_t len;
	uint8_t checksum;
	uint8_t revision;
	uint8_t undi_revision[3];
	uint16_t loader; /* offset in the ROM */
	uint16_t stack_len;
	uint16_t data_len; /* bytes for the UNDI's two segments */
	uint16_t code_len;
	uint8_t bus[4]; /* "PCIR" */
} __packed;

/* What says which card is meant: the registers at its ROM's initialization. */
struct undi_card {
	uint16_t ax; /* bus, device, function */
	uint16_t bx; /* ISA Plug and Play */
	uint16_t dx;
	uint16_t di; /* ES:DI: the BIOS's $PnP structure */
	uint16_t es;
} __packed;

/* Parameters of the loader. */
struct undi_loader {
	uint16_t status;
	struct undi_card card;
	uint16_t data_seg;
	uint16_t code_seg;
	uint32_t bangpxe; /* out: far pointer */
	uint32_t env;	  /* out: far pointer */
} __packed;

/* PXENV_START_UNDI, PXE 2.1 4.1.1. */
struct pxe_start_undi {
	uint16_t status;
	struct undi_card card;
} __packed;

static bool is_loaded;

bool undi_is_loaded(void)
{
	return is_loaded;
}

/* ---- Which ROM, which card. ---- */

/* LEN bytes at OFFSET of ROM, NULL if they are not all in it. */
static const void *rom_part(const struct rom_header *rom, uint32_t offset,
			    uint32_t len)
{
	uint32_t rom_len = rom->units * ROM_UNIT;

	if (!offset || offset > rom_len || rom_len - offset < len)
		return NULL;
	return (const uint8_t *)rom + offset;
}

/* The UNDI ROM ID structure of ROM, or NULL. */
static const struct undi_rom_id *rom_undi(const struct rom_header *rom)
{
	const struct undi_rom_id *id = rom_part(rom, rom->undi, sizeof(*id));
	uint8_t sum = 0;
	uint8_t i;

	if (!id || memcmp(id->signature, "UNDI", 4) ||
	    memcmp(id->bus, "PCIR", 4) || id->len < sizeof(*id) ||
	    !rom_part(rom, rom->undi, id->len) || !rom_part(rom, id->loader, 1))
		return NULL;
	for (i = 0; i < id->len; i++)
		sum += ((const uint8_t *)id)[i];
	return sum ? NULL : id;
}

/* Is ROM for PCI? */
static bool rom_fits(const struct rom_header *rom, const struct pci_device *pci)
{
	const struct rom_pci *data = rom_part(rom, rom->pci, sizeof(*data));
	const uint16_t *device;
	unsigned int i;

	if (!data || memcmp(data->signature, "PCIR", 4) ||
	    data->vendor != pci->vendor)
		return false;
	if (data->device == pci->device)
		return true;
	if (data->revision < PCI_REVISION_3 || !data->devices)
		return false;
	for (i = 0; i < DEVICE_LIST_MAX; i++) {
		device = rom_part(rom, rom->pci + data->devices + 2 * i, 2);
		if (!device || !*device)
			return false;
		if (*device == pci->device)
			return true;
	}
	return false;
}

bool undi_is_driven(uint32_t busdevfn)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list) {
		if (!strcmp(netdev->bustype, "PCI") &&
		    netdev->busloc == busdevfn)
			return true;
	}
	return false;
}

/* The network card that ROM is for and that nobody drives, into *RET. */
static bool rom_find_card(const struct rom_header *rom, struct pci_device *ret)
{
	uint32_t next;

	for (next = 0; pci_find_next(ret, next) == 0;
	     next = ret->busdevfn + 1) {
		if (ret->class_code >> 16 == PCI_CLASS_NETWORK &&
		    rom_fits(rom, ret) && !undi_is_driven(ret->busdevfn))
			return true;
	}
	return false;
}

/* ---- Loading. ---- */

/* Tell in CARD that PCI is meant. */
static void card_init(struct undi_card *card, const struct pci_device *pci)
{
	uint32_t address;

	card->ax = (uint16_t)pci->busdevfn;
	card->bx = NOT_ISA_PNP;
	card->dx = NOT_ISA_PNP;
	for (address = PNP_START; address <= PNP_END; address += 16) {
		if (memcmp((const void *)low_ptr(uint8_t, address), "$PnP", 4))
			continue;
		card->es = PNP_START >> 4;
		card->di = (uint16_t)(address - PNP_START);
		return;
	}
}

/* Take base memory for the segments of ID: data at the address returned,
 * code behind it. 0: there is not enough. */
static uint32_t memory_take(const struct undi_rom_id *id)
{
	volatile uint16_t *base_kb = low_ptr(uint16_t, BDA_BASE_KB);
	uint32_t len = ((id->data_len + 15u) & ~15u) + id->code_len;
	uint32_t bottom;

	bottom = (*base_kb * 1024u - len) & ~1023u;
	if (*base_kb * 1024u < len + BASE_MEMORY)
		return 0;
	*base_kb = (uint16_t)(bottom / 1024);
	return bottom;
}

/* Call the loader of ROM for PCI, whose far pointer to !PXE is *RET. */
static int rom_load(const struct rom_header *rom, const struct undi_rom_id *id,
		    const struct pci_device *pci, uint32_t *ret)
{
	struct undi_loader *params = (void *)(real_base + REAL_PXE);
	uint32_t data = memory_take(id);
	struct real_regs *regs;

	if (!data)
		return error_set(-ENOMEM, "base memory has no room for it");
	memset(params, 0, sizeof(*params));
	card_init(&params->card, pci);
	params->data_seg = (uint16_t)(data >> 4);
	params->code_seg =
		(uint16_t)((data + ((id->data_len + 15u) & ~15u)) >> 4);
	regs = real_begin();
	regs->stack[0] = REAL_PXE;
	regs->stack[1] = real_seg();
	real_call(regs, (uint32_t)((uintptr_t)rom >> 4) << 16 | id->loader);
	if ((uint16_t)regs->eax || params->status)
		return error_set(-EIO, "its loader fails with status %#x",
				 params->status);
	*ret = params->bangpxe;
	return 0;
}

/* Start what has been loaded for PCI. */
static int undi_begin(const struct pci_device *pci)
{
	struct pxe_start_undi start = {0};
	struct pxe_undi_initialize init = {0};

	card_init(&start.card, pci);
	if (pxe_call(PXENV_START_UNDI, &start, sizeof(start)))
		return error_set(-EIO, "it does not start (status %#x)",
				 start.status);
	is_loaded = true;
	pxe_call(PXENV_UNDI_STARTUP, &init, sizeof(init));
	memset(&init, 0, sizeof(init));
	if (pxe_call(PXENV_UNDI_INITIALIZE, &init, sizeof(init)))
		return error_set(-EIO,
				 "it cannot initialize the card (status %#x)",
				 init.status);
	return 0;
}

/* Load the UNDI of ROM for PCI and start it. */
static int undi_load_rom(const struct rom_header *rom,
			 const struct undi_rom_id *id,
			 const struct pci_device *pci)
{
	uint16_t base_kb = *low_ptr(uint16_t, BDA_BASE_KB);
	uint32_t bangpxe = 0;
	int rc;

	/* If it hangs, the last line says where. */
	console_printf("PCI %02x:%02x.%x: starting the network driver in its "
		       "own ROM at %#x\n",
		       PCI_BUS(pci->busdevfn), PCI_DEVICE(pci->busdevfn),
		       PCI_FUNCTION(pci->busdevfn),
		       (unsigned int)(uintptr_t)rom);
	memory_hide();
	rc = rom_load(rom, id, pci, &bangpxe);
	if (!rc && pxe_adopt(bangpxe))
		rc = error_set(-ENODEV, "its loader gives no !PXE structure");
	if (!rc)
		rc = undi_begin(pci);
	/* Some ROMs (iPXE's) put most of it above 1 MiB, and hide it. */
	memory_learn();
	memory_unhide();
	if (rc) {
		console_printf("PCI %02x:%02x.%x: %s; it is left alone\n",
			       PCI_BUS(pci->busdevfn),
			       PCI_DEVICE(pci->busdevfn),
			       PCI_FUNCTION(pci->busdevfn), error_text(rc));
		if (is_loaded)
			undi_unload();
		pxe_adopt(0);
		*low_ptr(uint16_t, BDA_BASE_KB) = base_kb;
	}
	return rc;
}

void undi_load(void)
{
	const struct rom_header *rom;
	const struct undi_rom_id *id;
	struct pci_device pci;
	uint32_t address, step;

	for (address = ROMS_START; address < ROMS_END; address += step) {
		rom = (const void *)low_ptr(struct rom_header, address);
		step = ROM_STEP;
		if (rom->signature != 0xaa55 || !rom->units)
			continue;
		id = rom_undi(rom);
		if (id && rom_find_card(rom, &pci) &&
		    !undi_load_rom(rom, id, &pci))
			return;
	}
}

void undi_unload(void)
{
	if (!is_loaded)
		return;
	pxe_unload();
	is_loaded = false;
}
