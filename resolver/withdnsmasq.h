/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A dnsmasq of our own as proxyDHCP and TFTP server. */
#ifndef RESOLVER_WITHDNSMASQ_H
#define RESOLVER_WITHDNSMASQ_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"
#include "site.h"
#include "tftp_folder.h"

/*
 * Start dnsmasq on an interface (NULL: that of the default route), serving a
 * copy of the site's directory firmware/ by TFTP and naming the resolver at
 * port.  Its configuration is checked by dnsmasq itself first.  A small
 * process of its own, which keeps root's rights, starts it again when it ends,
 * and ends with it when this process ends in whichever way.  user: as for
 * become_user().  is_front: log to standard error rather than to syslog.
 *
 * Call it before root is given up and before threads are started.  Returns 0
 * once dnsmasq runs, and the folder, which the caller keeps up to date and
 * closes; or a negative errno with a reason.
 */
int withdnsmasq_start(const char *interface, const struct site *site,
		      uint16_t port, const char *user, bool is_front,
		      struct tftp_folder **ret_folder, struct reason *why);

#endif
