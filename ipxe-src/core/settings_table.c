/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings that have names. */
#include "core/settings.h"

/* RFC 2132, 3004, 3397, 3442; 175.x: the DHCP options that iPXE defined. */
SETTING(ip, "ip", DHCP_TAG_YIADDR, ipv4, NULL, "IP address");
SETTING(netmask, "netmask", 1, ipv4, NULL, "Subnet mask");
SETTING(gateway, "gateway", 3, ipv4, NULL, "Default gateway");
SETTING(dns, "dns", 6, ipv4, NULL, "DNS server");
SETTING(syslog, "syslog", 7, ipv4, NULL, "Syslog server");
SETTING(hostname, "hostname", 12, string, NULL, "Host name");
SETTING(domain, "domain", 15, string, NULL, "DNS domain");
SETTING(root_path, "root-path", 17, string, NULL, "SAN root path");
SETTING(mtu, "mtu", 26, int16, NULL, "MTU");
SETTING(ntp, "ntp", 42, ipv4, NULL, "NTP server");
SETTING(dhcp_server, "dhcp-server", 54, ipv4, NULL, "DHCP server");
SETTING(vendor_class, "vendor-class", 60, string, NULL, "DHCP vendor class");
SETTING(filename, "filename", 67, string, NULL, "Boot filename");
SETTING(user_class, "user-class", 77, string, NULL, "DHCP user class");
SETTING(static_routes, "static-routes", 121, hex, NULL, "Static routes");
SETTING(priority, "priority", DHCP_ENCAP(175, 1), int8, NULL,
	"Priority of these settings");
SETTING(next_server, "next-server", DHCP_TAG_SIADDR, ipv4, NULL, "TFTP server");
SETTING(keep_san, "keep-san", DHCP_ENCAP(175, 8), int8, NULL,
	"Keep the SAN connection");
SETTING(skip_san_boot, "skip-san-boot", DHCP_ENCAP(175, 9), int8, NULL,
	"Do not boot the SAN device");
SETTING(scriptlet, "scriptlet", DHCP_ENCAP(175, 81), string, NULL,
	"Command line run at start-up");
SETTING(no_pxedhcp, "no-pxedhcp", DHCP_ENCAP(175, 176), uint8, NULL,
	"Do not wait for a proxyDHCP");
SETTING(username, "username", DHCP_ENCAP(175, 190), string, NULL, "User name");
SETTING(password, "password", DHCP_ENCAP(175, 191), string, NULL, "Password");

/* A block netN answers these itself. */
SETTING(mac, "mac", 0, hex, "net", "MAC address");
SETTING(hwaddr, "hwaddr", 0, hex, "net", "Burnt-in address");
SETTING(bustype, "bustype", 0, string, "net", "Bus type");
SETTING(busloc, "busloc", 0, uint32, "net", "Place on the bus");
SETTING(busid, "busid", 0, hex, "net", "Bus ID");
SETTING(linktype, "linktype", 0, string, "net", "Link type");
SETTING(chip, "chip", 0, string, "net", "Driver");
SETTING(ifname, "ifname", 0, string, "net", "Name of the interface");

/* The tag is type << 16 | offset << 8 | length: see core/smbios.c. */
SETTING(uuid, "uuid", 0x010810, uuid, "smbios", "UUID of the machine");
SETTING(manufacturer, "manufacturer", 0x010400, string, "smbios",
	"Manufacturer");
SETTING(product, "product", 0x010500, string, "smbios", "Product name");
SETTING(serial, "serial", 0x010700, string, "smbios", "Serial number");
SETTING(asset, "asset", 0x030800, string, "smbios", "Asset tag");
SETTING(board_serial, "board-serial", 0x020700, string, "smbios",
	"Serial number of the board");
