/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* lwIP as a network boot client uses it: few connections, bulk receiving. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include "config/general.h"

/* One loop, no threads, callbacks only. */
#define NO_SYS		     1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET	     0
#define LWIP_NETCONN	     0

/* Protocols. Nothing here sends fragments. */
#define LWIP_IPV4 1
#ifdef NET_PROTO_IPV6
#define LWIP_IPV6 1
#else
#define LWIP_IPV6 0
#endif
#define LWIP_ARP       1
#define LWIP_ICMP      1
#define LWIP_UDP       1
#define LWIP_IGMP      0
#define LWIP_DHCP      0
#define LWIP_ACD       0
#define IP_FRAG	       0
#define IP_FORWARD     0
#define ARP_QUEUEING   0
#define IP_DEFAULT_TTL 64

#ifdef DOWNLOAD_PROTO_HTTP
#define LWIP_TCP 1
#else
#define LWIP_TCP 0
#endif

#ifdef IPV4_REASSEMBLY
#define IP_REASSEMBLY 1
#else
#define IP_REASSEMBLY 0
#endif
#define IP_REASS_MAX_PBUFS 46 /* one packet of 64 KiB */

/* IPv6. Addresses, DNS servers and router solicitations are ours (ipv6.c,
 * ndp.c), where settings are the source of truth; lwIP keeps neighbours,
 * prefixes and routers. No detection of duplicate addresses: it costs a second
 * at each boot, and who made a mistake has found out before. */
#define LWIP_IPV6_SEND_ROUTER_SOLICIT  0
#define LWIP_IPV6_AUTOCONFIG	       0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS  0
#define LWIP_IPV6_DHCP6		       0
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 0
#define LWIP_IPV6_FRAG		       0
/* Of a script, DHCPv6 and the link, and one of each prefix (net/ra.h). */
#define LWIP_IPV6_NUM_ADDRESSES 12
#define MEMP_NUM_MLD6_GROUP	64 /* one for each address */
/* An address says nothing of its neighbours (RFC 5942), unless a length is set:
 * lwIP's word for that is a lifetime. */
#define LWIP_IPV6_ADDRESS_LIFETIMES 1
#ifdef NET_PROTO_IPV6
#define LWIP_HOOK_ND6_GET_GW(netif, dest) ipv6_next_hop(netif, dest)
#define LWIP_HOOK_IP6_ROUTE(src, dest)	  ipv6_out_netif(dest)
#endif
#define IPV6_FRAG_COPYHEADER 1 /* pointers have 64 bits */
#ifdef IPV6_REASSEMBLY
#define LWIP_IPV6_REASS 1
#else
#define LWIP_IPV6_REASS 0
#endif

/* ICMP for ping, and router advertisements. */
#if defined(PING_CMD) || defined(NET_PROTO_IPV6)
#define LWIP_RAW 1
#else
#define LWIP_RAW 0
#endif

#ifdef IPSTAT_CMD
#define LWIP_STATS 1
#else
#define LWIP_STATS 0
#endif
#define LWIP_STATS_LARGE 1
#define MEM_STATS	 0
#define MEMP_STATS	 0
#define SYS_STATS	 0

/* What lwIP asks us. */
#define LWIP_HOOK_FILENAME "lwip_hooks.h"

/* DHCP option 121. */
#ifdef STATIC_ROUTES
#define LWIP_HOOK_ETHARP_GET_GW(netif, dest) routes_gateway(netif, dest)
#endif

/* Our DHCP client hears answers that are unicast to its address to be. */
#define LWIP_IP_ACCEPT_UDP_PORT(port) ((port) == PP_HTONS(68))

#ifdef DNS_RESOLVER
#define LWIP_DNS 1
#else
#define LWIP_DNS 0
#endif
#define DNS_TABLE_SIZE	4
#define DNS_MAX_SERVERS 4
/* A silent server is left after 2 s for the next; dns.c begins again. */
#define DNS_MAX_RETRIES 2

/* Memory: our heap for what is sent, a fixed pool for what is received. The
 * pool holds a whole window of frames behind a lost one. */
#define MEM_LIBC_MALLOC		 1
#define LWIP_SUPPORT_CUSTOM_PBUF 1 /* frames in memory that a NIC filled */
#define MEM_ALIGNMENT		 8
#define PBUF_POOL_SIZE		 224
#define PBUF_POOL_BUFSIZE	 1536
#define MEMP_NUM_PBUF		 32
#define MEMP_NUM_TCP_PCB	 12
#define MEMP_NUM_TCP_PCB_LISTEN	 1
#define MEMP_NUM_TCP_SEG	 (PBUF_POOL_SIZE + 32)
#define MEMP_NUM_UDP_PCB	 8

/* A device may have verified the checksum of what it received. */
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1

/* TCP. 256 KiB is what a bridge or switch can hold for us and 20 ms at
 * 100 Mbit/s; the queue for segments out of order leaves some buffers over. */
#define TCP_MSS		    1460
#define LWIP_WND_SCALE	    1
#define TCP_RCV_SCALE	    3
#define TCP_WND		    (256 * 1024)
#define TCP_SND_BUF	    (6 * TCP_MSS)
#define TCP_SND_QUEUELEN    24
#define LWIP_TCP_SACK_OUT   1
#define TCP_QUEUE_OOSEQ	    1
#define TCP_OOSEQ_MAX_PBUFS (PBUF_POOL_SIZE - 32)
/* First retransmission of a SYN, RFC 6298 2.1. */
#define LWIP_TCP_RTO_TIME 1000
/* Data is taken at once, so the window never closes and only acknowledging
 * data needs to be said: every TCP_ACK_SEGMENTS segments (patches/lwip/0001),
 * or after a moment of silence (stack.c). Each frame that we need not send
 * is worth one that we can receive where the NIC is slow (BIOS UNDI). */
#define TCP_WND_UPDATE_THRESHOLD (TCP_WND / 4)
#define TCP_ACK_SEGMENTS	 8

/* A machine that is started again must not meet its former connections. */
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port)        \
	net_random()

#endif
