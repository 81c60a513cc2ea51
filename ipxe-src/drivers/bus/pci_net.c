/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Network cards on PCI: give each to the driver that knows it. */
#include <errno.h>
#include <stdlib.h>

#include "core/console.h"
#include "core/error.h"
#include "core/list.h"
#include "core/origin.h"
#include "drivers/bus/pci.h"
#include "drivers/bus/pci_net.h"
#include "net/netdevice.h"

/* A card that a driver of ours has. */
struct pci_card {
	struct list_head list;
	struct pci_device pci;
};

static LIST_HEAD(pci_cards);

struct net_device *pci_netdev_alloc(struct pci_device *pci,
				    const struct net_device_ops *ops,
				    size_t priv_len)
{
	struct net_device *netdev = netdev_alloc(ops, priv_len);

	if (!netdev)
		return NULL;
	netdev->driver = pci->id->name;
	netdev->bustype = "PCI";
	netdev->busloc = pci->busdevfn;
	netdev->busid[0] = 1; /* PCI */
	put_be16(netdev->busid + 1, pci->vendor);
	put_be16(netdev->busid + 3, pci->device);
	return netdev;
}

/* Have DRIVER drive the card FOUND by ID. */
static int card_add(const struct pci_driver *driver, const struct pci_id *id,
		    const struct pci_device *found)
{
	struct pci_card *card;
	int rc;

	card = calloc(1, sizeof(*card));
	if (!card)
		return -ENOMEM;
	card->pci = *found;
	card->pci.driver = driver;
	card->pci.id = id;
	rc = pci_claim(&card->pci);
	if (rc)
		goto err_claim;
	pci_enable(&card->pci);
	rc = driver->probe(&card->pci);
	/* It works from when it is opened. */
	pci_disable(&card->pci);
	if (rc)
		goto err_probe;
	list_add_tail(&card->list, &pci_cards);
	return 0;

err_probe:
	pci_release(&card->pci);
err_claim:
	free(card);
	return rc;
}

/* Try every driver that knows PCI. */
static void card_probe(struct pci_device *pci)
{
	const struct pci_driver *driver;
	const struct pci_id *id;
	int rc;

	for_each_table_entry(driver, pci_drivers) {
		id = pci_match(driver, pci);
		if (!id)
			continue;
		if (!pci_may_drive(pci))
			return;
		rc = card_add(driver, id, pci);
		if (!rc)
			return;
		console_printf("%02x:%02x.%x: could not start the network "
			       "card %s: %s; it is left alone\n",
			       (unsigned int)PCI_BUS(pci->busdevfn),
			       (unsigned int)PCI_DEVICE(pci->busdevfn),
			       (unsigned int)PCI_FUNCTION(pci->busdevfn),
			       id->name, error_text(rc));
		error_clear();
	}
}

static int pci_net_probe(void)
{
	struct pci_device pci;
	uint32_t next;

	/* The card that we were loaded from comes first. */
	if (origin.has_busdevfn && !pci_find(&pci, origin.busdevfn))
		card_probe(&pci);
	for (next = 0; pci_find_next(&pci, next) == 0;
	     next = pci.busdevfn + 1) {
		if (!origin.has_busdevfn || pci.busdevfn != origin.busdevfn)
			card_probe(&pci);
	}
	return 0;
}

static void pci_net_remove(void)
{
	struct pci_card *card, *after;

	list_for_each_entry_safe(card, after, &pci_cards, list) {
		list_del(&card->list);
		card->pci.driver->remove(&card->pci);
		pci_release(&card->pci);
		free(card);
	}
}

static const struct net_driver pci_net_driver = {
	.name = "pci",
	.probe = pci_net_probe,
	.remove = pci_net_remove,
};
TABLE_REGISTER(net_drivers, pci_net_driver);
