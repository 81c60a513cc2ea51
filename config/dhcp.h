/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Times of the DHCP client, milliseconds. */
#ifndef CONFIG_DHCP_H
#define CONFIG_DHCP_H

#define LINK_WAIT_MS            15000 /* for a link before DHCP begins */
#define DHCP_DISC_START_MS       1000 /* first DISCOVER's time-out; doubles */
#define DHCP_DISC_END_MS        10000 /* DISCOVER gives up past this one */
#define DHCP_DISC_PROXY_MS       2000 /* an offer waits this for a proxy's */
#define DHCP_REQ_START_MS         250 /* first REQUEST's time-out; doubles */
#define DHCP_REQ_END_MS         10000 /* REQUEST gives up past this one */
#define DHCP_PROXY_START_MS       250 /* first proxy REQUEST, port 4011 */
#define DHCP_PROXY_TOTAL_MS      2000 /* a proxy that is silent is left */
#define PXEBS_START_MS           1000 /* first to a boot server; doubles */
#define PXEBS_NEXT_MS            3000 /* then the next one is asked */
#define PXE_MENU_IDLE_MS        60000 /* F8's menu: without a key, then chosen */
#define DHCPV6_START_MS          1000 /* first message's time-out; doubles */
#define DHCPV6_SOLICIT_TOTAL_MS 10000 /* without an answer it gives up */
#define DHCPV6_REQUEST_TOTAL_MS  4000 /* likewise after an offer */

#if __has_include("config/named/dhcp.h")
#include "config/named/dhcp.h"
#endif
#if __has_include("config/local/dhcp.h")
#include "config/local/dhcp.h"
#endif
#if __has_include("config/local-named/dhcp.h")
#include "config/local-named/dhcp.h"
#endif

/* The same by iPXE's names, in seconds; 0 is as soon as possible. */
#define DHCP_SECONDS(s) ((s) ? (s) * 1000 : 250)
#ifdef DHCP_DISC_START_TIMEOUT_SEC
#undef DHCP_DISC_START_MS
#define DHCP_DISC_START_MS DHCP_SECONDS(DHCP_DISC_START_TIMEOUT_SEC)
#endif
#ifdef DHCP_DISC_END_TIMEOUT_SEC
#undef DHCP_DISC_END_MS
#define DHCP_DISC_END_MS DHCP_SECONDS(DHCP_DISC_END_TIMEOUT_SEC)
#endif
#ifdef DHCP_DISC_PROXY_TIMEOUT_SEC
#undef DHCP_DISC_PROXY_MS
#define DHCP_DISC_PROXY_MS DHCP_SECONDS(DHCP_DISC_PROXY_TIMEOUT_SEC)
#endif
#ifdef DHCP_REQ_START_TIMEOUT_SEC
#undef DHCP_REQ_START_MS
#define DHCP_REQ_START_MS DHCP_SECONDS(DHCP_REQ_START_TIMEOUT_SEC)
#endif
#ifdef DHCP_REQ_END_TIMEOUT_SEC
#undef DHCP_REQ_END_MS
#define DHCP_REQ_END_MS DHCP_SECONDS(DHCP_REQ_END_TIMEOUT_SEC)
#endif
#ifdef DHCP_PROXY_START_TIMEOUT_SEC
#undef DHCP_PROXY_START_MS
#define DHCP_PROXY_START_MS DHCP_SECONDS(DHCP_PROXY_START_TIMEOUT_SEC)
#endif
#ifdef DHCP_PROXY_END_TIMEOUT_SEC
#undef DHCP_PROXY_TOTAL_MS
#define DHCP_PROXY_TOTAL_MS DHCP_SECONDS(DHCP_PROXY_END_TIMEOUT_SEC)
#endif
#ifdef PXEBS_START_TIMEOUT_SEC
#undef PXEBS_START_MS
#define PXEBS_START_MS DHCP_SECONDS(PXEBS_START_TIMEOUT_SEC)
#endif
#ifdef PXEBS_MAX_TIMEOUT_SEC
#undef PXEBS_NEXT_MS
#define PXEBS_NEXT_MS DHCP_SECONDS(PXEBS_MAX_TIMEOUT_SEC)
#endif

#endif
