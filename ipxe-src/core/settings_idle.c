/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings of iPXE's that nothing here uses: with their types and DHCP options,
 * so that a script reads what it, or DHCP, has set. */
#include <string.h>

#include "config/settings.h"
#include "core/console.h"
#include "core/poll.h"
#include "core/settings.h"

SELECT_IF(IDLE_SETTINGS);

#define SETTING(ident, text_name, setting_tag, type_name, about)               \
	static const struct setting setting_##ident = {                        \
		.name = text_name,                                             \
		.description = about,                                          \
		.tag = setting_tag,                                            \
		.type = &setting_type_##type_name,                             \
	};                                                                     \
	TABLE_REGISTER(settings, setting_##ident)

/* 175.x: the DHCP options that iPXE defined. */
SETTING(syslogs, "syslogs", DHCP_ENCAP(175, 85), string,
	"TLS syslog server: unused, nothing is sent there");
SETTING(cert, "cert", DHCP_ENCAP(175, 91), hex,
	"Client certificate: unused, HTTPS is not built in");
SETTING(privkey, "privkey", DHCP_ENCAP(175, 92), hex,
	"Client's private key: unused, HTTPS is not built in");
SETTING(crosscert, "crosscert", DHCP_ENCAP(175, 93), string,
	"Source of cross-signed certificates: unused, HTTPS is not built in");
SETTING(san_retries, "san-retries", DHCP_ENCAP(175, 187), int8,
	"Tries of a SAN connection: unused, no SAN protocol is built in");
SETTING(san_filename, "san-filename", DHCP_ENCAP(175, 188), string,
	"Boot program on a SAN disk: unused, no SAN protocol is built in");
SETTING(reverse_username, "reverse-username", DHCP_ENCAP(175, 192), string,
	"User name of an iSCSI target: unused, iSCSI is not built in");
SETTING(reverse_password, "reverse-password", DHCP_ENCAP(175, 193), string,
	"Password of an iSCSI target: unused, iSCSI is not built in");
SETTING(uid, "uid", DHCP_ENCAP(175, 194), uint32,
	"User ID for NFS: unused, NFS is not built in");
SETTING(gid, "gid", DHCP_ENCAP(175, 195), uint32,
	"Group ID for NFS: unused, NFS is not built in");
SETTING(initiator_iqn, "initiator-iqn", 203, string,
	"iSCSI name of this machine: unused, iSCSI is not built in");

/* These are no DHCP options. */
SETTING(peerdist, "peerdist", 0, int8,
	"Use PeerDist: unused, PeerDist is not built in");
SETTING(peerhost, "peerhost", 0, string,
	"PeerDist server: unused, PeerDist is not built in");
SETTING(ssid, "ssid", 0, string,
	"Wireless network: unused, there are no drivers for wireless cards");
SETTING(active_scan, "active-scan", 0, int8,
	"Ask for wireless networks: unused, as ssid is");
SETTING(key, "key", 0, string, "Wireless network's key: unused, as ssid is");

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
