/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Wait for the network to come to rest. */
#ifndef USR_SYNC_H
#define USR_SYNC_H

/* Wait until no TCP connection is being closed, at most TIMEOUT_MS (negative:
 * as long as it takes). 0, -ETIMEDOUT, -ECANCELED. */
int sync_network(int timeout_ms);

#endif
