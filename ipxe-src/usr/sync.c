/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Wait for the network to come to rest. */
#include <stddef.h>

#include "lwip/priv/tcp_priv.h"

#include "core/compiler.h"
#include "core/poll.h"
#include "usr/sync.h"

SELECT_IF(SYNC_CMD);

/* For poll_until(): is no connection in one of the closing states? */
static bool is_at_rest(void *ctx __unused_arg)
{
	const struct tcp_pcb *pcb;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
		if (pcb->state == FIN_WAIT_1 || pcb->state == CLOSING ||
		    pcb->state == LAST_ACK)
			return false;
	}
	return true;
}

int sync_network(int timeout_ms)
{
	return poll_until(is_at_rest, NULL, timeout_ms);
}
