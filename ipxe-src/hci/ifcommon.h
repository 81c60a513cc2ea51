/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands that work on the interfaces named to them, or on all. */
#ifndef HCI_IFCOMMON_H
#define HCI_IFCOMMON_H

#include "net/netdevice.h"

/* Call VERB with CTX for each interface of NAMES (up to its NULL), or for all
 * of them if there is none; until one succeeds if IS_FIRST_ENOUGH. Returns the
 * status of the last one, -ENODEV (said in COMMAND's name) for a name that is
 * none or, if one was needed, where there are no interfaces at all. */
int ifcommon_exec(const char *command, char **names,
		  int (*verb)(struct net_device *netdev, void *ctx), void *ctx,
		  bool is_first_enough);

#endif
