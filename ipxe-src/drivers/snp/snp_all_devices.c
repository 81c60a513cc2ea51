/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Link this to use every NIC that the UEFI firmware has a driver for. */
#include <errno.h>

#include "drivers/snp/snp.h"
#include "net/netdevice.h"
#include "platform/efi/nic.h"

/* More NICs than this are left alone. */
#define SNP_MAX 32

static int snp_probe(void)
{
	EFI_HANDLE handles[SNP_MAX];
	size_t count = efi_nic_list(handles, SNP_MAX);
	int result = 0;
	size_t i;
	int rc;

	if (!count) {
		efi_nic_connect_all();
		count = efi_nic_list(handles, SNP_MAX);
	}
	for (i = 0; i < count; i++) {
		rc = snp_register(handles[i]);
		/* -ENODEV: a driver of ours has taken it. */
		if (rc && rc != -ENOTSUP && rc != -ENODEV)
			result = rc;
	}
	return result;
}

static const struct net_driver snp_driver = {
	.name = "snp",
	.probe = snp_probe,
	.remove = snp_unregister_all,
	.order = 1, /* a driver of ours may take the device of one away */
};

TABLE_REGISTER(net_drivers, snp_driver);
