/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Small services of the network stack that are no protocol's own. */
#ifndef NET_STACK_H
#define NET_STACK_H

#include "lwip/opt.h"
#if LWIP_TCP
#include "lwip/priv/tcp_priv.h"
#endif

#include "core/compiler.h"

/* Send the acknowledgements that are held back, where there is TCP. */
static inline void stack_acknowledge(void)
{
#if LWIP_TCP
	tcp_fasttmr();
#endif
}

/* 32 random bits: good enough for port and transaction numbers. */
uint32_t net_random(void);

/* Mix LEN bytes that differ between machines (MAC, UUID) into net_random(). */
void net_random_add(const void *data, size_t len);

#endif
