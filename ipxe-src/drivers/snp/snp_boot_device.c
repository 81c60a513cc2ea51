/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Link this to use only the NIC that the firmware was loaded from. */
#include "drivers/snp/snp.h"
#include "net/netdevice.h"
#include "platform/efi/nic.h"

static int snponly_probe(void)
{
	return efi_nic_boot ? snp_register(efi_nic_boot) : 0;
}

static const struct net_driver snponly_driver = {
	.name = "snponly",
	.probe = snponly_probe,
	.remove = snp_unregister_all,
};

TABLE_REGISTER(net_drivers, snponly_driver);
