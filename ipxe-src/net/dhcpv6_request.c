/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What our DHCPv6 client says of itself: the options that servers look at. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/general.h"
#include "core/crc32.h"
#include "core/platform.h"
#include "net/dhcp_settings.h"
#include "net/dhcpv6_request.h"

SELECT_IF(NET_PROTO_IPV6);

/* Types of identifiers: RFC 8415 11.4, RFC 6355 section 4. */
#define DUID_LL	  3
#define DUID_UUID 4

#define HTYPE_ETHERNET 1

/* Intel's number (IANA, Private Enterprise Numbers), under which the vendor
 * class of PXE is: UEFI 2.10 24.3.1.1 and what servers match. */
#define ENTERPRISE_PXE 343

/* Longest class that a script may set. */
#define CLASS_MAX 128

/* Options that we ask for. */
static const uint8_t dhcpv6_parameters[] = {
	0, DHCPV6_OPT_DNS,	0, DHCPV6_OPT_DOMAIN_LIST,
	0, DHCPV6_OPT_BOOT_URL, 0, DHCPV6_OPT_BOOT_PARAM,
};

/* Is it one that tells machines apart, not a board's zeroes or ones? */
static bool uuid_is_set(const uint8_t uuid[16])
{
	size_t i;

	for (i = 1; i < 16; i++) {
		if (uuid[i] != uuid[0])
			return true;
	}
	return uuid[0] != 0 && uuid[0] != 0xff;
}

size_t dhcpv6_client_id(const struct net_device *netdev, uint8_t *buf)
{
	uint8_t *id = buf + 2;

	if (settings_fetch(NULL, &setting_uuid, id, 16, NULL, NULL) == 16 &&
	    uuid_is_set(id)) {
		put_be16(buf, DUID_UUID);
		return 18;
	}
	put_be16(buf, DUID_LL);
	put_be16(buf + 2, HTYPE_ETHERNET);
	memcpy(buf + 4, netdev->netif.hwaddr, 6);
	return 10;
}

/* The remainder that iPXE has is that of a CRC-32 which begins with 0 and is
 * not inverted: the same for zeroes taken away leaves it. */
uint32_t dhcpv6_iaid(const struct net_device *netdev)
{
	static const uint8_t zeroes[6];

	return crc32_ieee(netdev->netif.hwaddr, sizeof(zeroes)) ^
	       crc32_ieee(zeroes, sizeof(zeroes));
}

/* The bytes that a class has, with their length before them: SETTING if a
 * script has set it (not if a server has), else DEFAULT. */
static void class_put(struct dhcpv6_writer *writer,
		      const struct setting *setting, const char *default_text)
{
	struct settings *from = NULL;
	uint8_t raw[2 + CLASS_MAX];
	int len;

	len = settings_fetch(NULL, setting, raw + 2, CLASS_MAX, &from, NULL);
	if (len <= 0 || dhcp_block_is(from)) {
		len = (int)strlen(default_text);
		memcpy(raw + 2, default_text, (size_t)len);
	}
	if (len > CLASS_MAX) {
		writer->overflow = true;
		return;
	}
	put_be16(raw, (uint16_t)len);
	dhcpv6_put_raw(writer, raw, 2 + (size_t)len);
}

/* The options that are the same in every message. */
static void identity_put(struct dhcpv6_writer *writer,
			 const struct net_device *netdev)
{
	const uint8_t *ndi = platform_dhcp_ndi;
	uint8_t id[DHCPV6_CLIENT_ID_MAX];
	char class[40];
	uint8_t enterprise[4];
	size_t start;

	dhcpv6_put(writer, DHCPV6_OPT_CLIENT_ID, id,
		   dhcpv6_client_id(netdev, id));
	dhcpv6_put(writer, DHCPV6_OPT_ORO, dhcpv6_parameters,
		   sizeof(dhcpv6_parameters));
	start = dhcpv6_put_begin(writer, DHCPV6_OPT_USER_CLASS);
	class_put(writer, &setting_user_class, "iPXE");
	dhcpv6_put_end(writer, start);
	snprintf(class, sizeof(class), "PXEClient:Arch:%05u:UNDI:%03u%03u",
		 platform_dhcp_arch, ndi[1], ndi[2]);
	start = dhcpv6_put_begin(writer, DHCPV6_OPT_VENDOR_CLASS);
	put_be32(enterprise, ENTERPRISE_PXE);
	dhcpv6_put_raw(writer, enterprise, sizeof(enterprise));
	class_put(writer, &setting_vendor_class, class);
	dhcpv6_put_end(writer, start);
	dhcpv6_put_u16(writer, DHCPV6_OPT_ARCH, platform_dhcp_arch);
	dhcpv6_put(writer, DHCPV6_OPT_NDI, ndi, sizeof(platform_dhcp_ndi));
}

/* The address that we want: any, or ADDR. RFC 8415 21.4, 21.6; the times are
 * the server's to choose. */
static void ia_na_put(struct dhcpv6_writer *writer,
		      const struct net_device *netdev, const uint8_t *addr)
{
	uint8_t raw[12] = {0};
	size_t start, inner;

	start = dhcpv6_put_begin(writer, DHCPV6_OPT_IA_NA);
	put_be32(raw, dhcpv6_iaid(netdev));
	dhcpv6_put_raw(writer, raw, sizeof(raw));
	if (addr) {
		put_be32(raw, 0);
		inner = dhcpv6_put_begin(writer, DHCPV6_OPT_IAADDR);
		dhcpv6_put_raw(writer, addr, DHCPV6_ADDR_LEN);
		dhcpv6_put_raw(writer, raw, 8);
		dhcpv6_put_end(writer, inner);
	}
	dhcpv6_put_end(writer, start);
}

int dhcpv6_request_build(const struct net_device *netdev,
			 const struct dhcpv6_request *request, uint8_t *buf)
{
	struct dhcpv6_writer writer = {
		.data = buf,
		.max = DHCPV6_REQUEST_MAX,
		.len = DHCPV6_HEADER_LEN,
	};

	put_be32(buf, request->xid);
	buf[0] = request->type;
	if (request->server_id)
		dhcpv6_put(&writer, DHCPV6_OPT_SERVER_ID,
			   request->server_id->data, request->server_id->len);
	if (request->type != DHCPV6_INFORMATION_REQUEST)
		ia_na_put(&writer, netdev, request->addr);
	dhcpv6_put_u16(&writer, DHCPV6_OPT_ELAPSED, request->elapsed_cs);
	identity_put(&writer, netdev);
	return writer.overflow ? -ENOBUFS : (int)writer.len;
}
