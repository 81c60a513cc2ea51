/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings of iPXE's that nothing here uses: with their types and DHCP options,
 * so that a script reads what it, or DHCP, has set. */
#include <string.h>

#include "config/settings.h"
#include "core/console.h"
#include "core/poll.h"
#include "core/settings.h"

SELECT_IF(IDLE_SETTINGS);

/* 175.x: the DHCP options that iPXE defined. */
static SETTING(syslogs, "syslogs", DHCP_ENCAP(175, 85), string, NULL,
	       "TLS syslog server: unused, nothing is sent there");
static SETTING(cert, "cert", DHCP_ENCAP(175, 91), hex, NULL,
	       "Client certificate: unused, HTTPS is not built in");
static SETTING(privkey, "privkey", DHCP_ENCAP(175, 92), hex, NULL,
	       "Client's private key: unused, HTTPS is not built in");
static SETTING(
	crosscert, "crosscert", DHCP_ENCAP(175, 93), string, NULL,
	"Source of cross-signed certificates: unused, HTTPS is not built in");
static SETTING(
	san_retries, "san-retries", DHCP_ENCAP(175, 187), int8, NULL,
	"Tries of a SAN connection: unused, no SAN protocol is built in");
static SETTING(
	san_filename, "san-filename", DHCP_ENCAP(175, 188), string, NULL,
	"Boot program on a SAN disk: unused, no SAN protocol is built in");
static SETTING(reverse_username, "reverse-username", DHCP_ENCAP(175, 192),
	       string, NULL,
	       "User name of an iSCSI target: unused, iSCSI is not built in");
static SETTING(reverse_password, "reverse-password", DHCP_ENCAP(175, 193),
	       string, NULL,
	       "Password of an iSCSI target: unused, iSCSI is not built in");
static SETTING(uid, "uid", DHCP_ENCAP(175, 194), uint32, NULL,
	       "User ID for NFS: unused, NFS is not built in");
static SETTING(gid, "gid", DHCP_ENCAP(175, 195), uint32, NULL,
	       "Group ID for NFS: unused, NFS is not built in");
static SETTING(initiator_iqn, "initiator-iqn", 203, string, NULL,
	       "iSCSI name of this machine: unused, iSCSI is not built in");

/* These are no DHCP options. */
static SETTING(peerdist, "peerdist", 0, int8, NULL,
	       "Use PeerDist: unused, PeerDist is not built in");
static SETTING(peerhost, "peerhost", 0, string, NULL,
	       "PeerDist server: unused, PeerDist is not built in");
static SETTING(
	ssid, "ssid", 0, string, NULL,
	"Wireless network: unused, there are no drivers for wireless cards");
static SETTING(active_scan, "active-scan", 0, int8, NULL,
	       "Ask for wireless networks: unused, as ssid is");
static SETTING(key, "key", 0, string, NULL,
	       "Wireless network's key: unused, as ssid is");

/* Who sets `syslogs` waits for lines at a server, where none will come: it is
 * said once for each value, when a line is over and the network is polled. */

static bool is_line_over;

static void idle_putchar(uint8_t c)
{
	is_line_over = c == '\n';
}

static const struct console idle_console = {
	.putchar = idle_putchar,
};
TABLE_REGISTER(consoles, idle_console);

static bool idle_poll(void)
{
	static char said[64];
	char server[sizeof(said)] = "";

	if (!is_line_over)
		return false;
	is_line_over = false;
	settings_fetch_string(NULL, &setting_syslogs, server, sizeof(server));
	if (!strcmp(server, said))
		return false;
	memcpy(said, server, sizeof(said));
	if (server[0])
		console_printf(
			"syslogs: TLS syslog is not built in; nothing is "
			"sent to %s\n",
			server);
	return false;
}

static const struct poller idle_poller = {
	.poll = idle_poll,
};
TABLE_REGISTER(pollers, idle_poller);
