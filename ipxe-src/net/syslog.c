/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The syslog console: each line as one datagram to the server that the setting
 * `syslog` names. RFC 3164, RFC 5426.
 *
 * Lines that are printed before there is a server, or a way to it, wait. What
 * is printed while the network is being polled is sent from the poller, since
 * a datagram must not be sent from inside the network.
 */
#include <stdio.h>
#include <string.h>

#include "lwip/etharp.h"
#include "lwip/ip4.h"
#include "lwip/udp.h"

#include "config/console.h"
#include "core/ansi.h"
#include "core/console.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/settings.h"
#include "net/address.h"
#include "net/ipv6.h"

SELECT_IF(CONSOLE_SYSLOG);

#define SYSLOG_PORT 514

/* Facility 0 (kernel), severity 6 (informational): what iPXE sends. */
#define SYSLOG_PRIORITY 6

/* And its tag, by which log servers know the lines of network boots. */
#define SYSLOG_TAG "ipxe"

/* How often the server's neighbour is asked for. */
#define NEIGHBOUR_US 500000

#define TEXT_MAX    480
#define WAITING_MAX 4096 /* bytes of lines that wait */

static char line[TEXT_MAX + 4]; /* being printed */
static size_t line_len;
static char waiting[WAITING_MAX]; /* whole lines, each with its "\n" */
static size_t waiting_len;
static bool is_busy; /* sending: what is printed now is not sent */

/* Forget the first LEN bytes of what waits. */
static void waiting_drop(size_t len)
{
	waiting_len -= len;
	memmove(waiting, waiting + len, waiting_len);
}

/* Bytes of the first line that waits, with its end; 0 if there is none. */
static size_t waiting_first(void)
{
	const char *end = memchr(waiting, '\n', waiting_len);

	return end ? (size_t)(end + 1 - waiting) : 0;
}

/* Can a datagram to ADDRESS leave at once? lwIP keeps only one for a neighbour
 * that it does not know yet. Asks for the neighbour if it must. */
static bool is_reachable(const ip_addr_t *dest)
{
	const ip4_addr_t *address = ip_2_ip4(dest);
	static uint64_t next_us;
	struct netif *netif = netif_list ? address_route(dest) : NULL;
	const ip4_addr_t *hop = address;
	struct eth_addr *found_mac;
	const ip4_addr_t *found_ip;
	uint64_t now = platform_time_us();

	if (!netif)
		return false;
	if (IP_IS_V6(dest))
		return true; /* lwIP keeps what neighbours wait for */
	if (!ip4_addr_netcmp(address, netif_ip4_addr(netif),
			     netif_ip4_netmask(netif)))
		hop = netif_ip4_gw(netif);
	if (etharp_find_addr(netif, hop, &found_mac, &found_ip) >= 0)
		return true;
	if (now >= next_us) {
		next_us = now + NEIGHBOUR_US;
		etharp_request(netif, hop);
	}
	return false;
}

/* Send the LEN bytes at TEXT to ADDRESS. False if that was not possible. */
static bool datagram_send(const char *text, size_t len,
			  const ip_addr_t *address)
{
	static struct udp_pcb *pcb;
	char head[96];
	char host[64] = "";
	struct pbuf *pbuf;
	err_t err = ERR_MEM;
	int head_len;

	if (settings_fetch_string(NULL, &setting_hostname, host, sizeof(host)) >
	    0)
		strcat(host, " ");
	head_len = snprintf(head, sizeof(head), "<%u>%s" SYSLOG_TAG ": ",
			    SYSLOG_PRIORITY, host);
	if (!pcb)
		pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
	pbuf = pbuf_alloc(PBUF_TRANSPORT, (u16_t)((size_t)head_len + len),
			  PBUF_RAM);
	if (pcb && pbuf) {
		pbuf_take(pbuf, head, (u16_t)head_len);
		pbuf_take_at(pbuf, text, (u16_t)len, (u16_t)head_len);
		err = udp_sendto(pcb, pbuf, address, SYSLOG_PORT);
	}
	if (pbuf)
		pbuf_free(pbuf);
	return err == ERR_OK;
}

/* The server's address. False: none is set. */
static bool syslog_server(ip_addr_t *ret_address)
{
	uint32_t addr;

	if (settings_fetch_ipv4(NULL, &setting_syslog, &addr) == 0 && addr) {
		ip_addr_set_ip4_u32(ret_address, addr);
		return true;
	}
	return ipv6_setting_fetch(&setting_syslog6, ret_address);
}

/* Send one line that waits. Returns true if one was sent. */
static bool syslog_send(void)
{
	ip_addr_t address;
	size_t len;
	bool sent;

	if (is_busy || !waiting_len || !syslog_server(&address))
		return false;
	is_busy = true;
	len = waiting_first();
	sent = is_reachable(&address) &&
	       datagram_send(waiting, len - 1, &address);
	if (sent)
		waiting_drop(len);
	is_busy = false;
	return sent;
}

/* The line is complete: have it wait, in place of the oldest ones if there is
 * no room, and send what can be sent now. */
static void line_end(void)
{
	if (!line_len)
		return;
	line[line_len++] = '\n';
	while (waiting_len + line_len > WAITING_MAX)
		waiting_drop(waiting_first());
	memcpy(waiting + waiting_len, line, line_len);
	waiting_len += line_len;
	line_len = 0;
	while (!poll_is_running() && syslog_send())
		;
}

/* Print the byte C on the line as a terminal does: what is written over is
 * not sent. Control sequences are left out. */
static void syslog_putchar(uint8_t c)
{
	static struct ansi ansi;
	int character;

	if (is_busy)
		return;
	if (ansi.state == ANSI_TEXT && c >= 0x80) {
		if (line_len < TEXT_MAX)
			line[line_len++] = (char)c;
		return;
	}
	character = ansi_feed(&ansi, c);
	if (character == '\n')
		line_end();
	else if (character == '\r')
		line_len = 0;
	else if (character == '\b' && line_len)
		line_len--;
	else if (character >= ' ' && character < 0x7f && line_len < TEXT_MAX)
		line[line_len++] = (char)c;
}

static const struct console syslog_console = {
	.putchar = syslog_putchar,
};
TABLE_REGISTER(consoles, syslog_console);

static const struct poller syslog_poller = {
	.poll = syslog_send,
};
TABLE_REGISTER(pollers, syslog_poller);
