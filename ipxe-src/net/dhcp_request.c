/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What our DHCP client says of itself: the options that servers look at. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/branding.h"
#include "core/image.h"
#include "core/platform.h"
#include "net/dhcp_request.h"
#include "net/dhcp_settings.h"
#include "net/download.h"
#include "net/resolve.h"

/* The largest packet that we take, RFC 2132 9.10: one frame. */
#define DHCP_MAX_SIZE 1472

/* Options that we ask for. */
static const uint8_t dhcp_parameters[] = {
	1,   3,	  6,   7,   12,	 15,  17,  26,	42,  43,  60,  66,  67,
	119, 121, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203,
};

/* A feature flag of option 175 and the name of what provides it. */
struct dhcp_feature {
	const char *name;
	uint8_t tag;
};

static const struct dhcp_feature protocol_features[] = {
	{"http", 19},
	{"https", 20},
	{"tftp", 21},
};

static const struct dhcp_feature image_features[] = {
	{"bzImage", 24},
	{"PXE-NBP", 33},
	{"EFI", 36},
};

#define FEATURE_DNS 23

#define ENCAP_BUS_ID  177
#define ENCAP_VERSION 235

/* Add the flags among FEATURES that NAME has. */
static void feature_put(struct dhcp_writer *writer, const char *name,
			const struct dhcp_feature *features, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(features[i].name, name))
			dhcp_put_u8(writer, features[i].tag, 1);
	}
}

/* "0.1.0" as three bytes. */
static void version_parse(uint8_t version[3])
{
	const char *text = PRODUCT_VERSION;
	char *end;
	size_t i;

	for (i = 0; i < 3; i++) {
		version[i] = (uint8_t)strtoul(text, &end, 10);
		text = *end ? end + 1 : end;
	}
}

/* Option 175: what this build can do. */
static void encap_put(struct dhcp_writer *writer, struct net_device *netdev)
{
	uint8_t buf[64];
	struct dhcp_writer encap = {.data = buf, .max = sizeof(buf)};
	const struct protocol *protocol;
	const struct image_type *type;
	uint8_t version[3];

	for_each_table_entry(protocol, protocols)
		feature_put(&encap, protocol->scheme, protocol_features,
			    ARRAY_SIZE(protocol_features));
	if (TABLE_COUNT(resolvers))
		dhcp_put_u8(&encap, FEATURE_DNS, 1);
	for_each_table_entry(type, image_types)
		feature_put(&encap, type->name, image_features,
			    ARRAY_SIZE(image_features));
	if (netdev->busid[0])
		dhcp_put(&encap, ENCAP_BUS_ID, netdev->busid,
			 sizeof(netdev->busid));
	version_parse(version);
	dhcp_put(&encap, ENCAP_VERSION, version, sizeof(version));
	dhcp_put(writer, DHCP_OPT_ENCAP, encap.data, encap.len);
}

/* Add SETTING if a script has set it (not if a server has), else DEFAULT. */
static void class_put(struct dhcp_writer *writer, const struct setting *setting,
		      const char *default_text)
{
	struct settings *from = NULL;
	char text[128];
	int len;

	len = settings_fetch(NULL, setting, text, sizeof(text), &from, NULL);
	if (len > 0 && len <= (int)sizeof(text) && !dhcp_block_is(from))
		dhcp_put(writer, (uint8_t)setting->tag, text, (size_t)len);
	else
		dhcp_put(writer, (uint8_t)setting->tag, default_text,
			 strlen(default_text));
}

/* Option 97, RFC 4578 2.3: the first three fields little-endian. */
static void uuid_put(struct dhcp_writer *writer)
{
	static const uint8_t order[16] = {
		3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15,
	};
	uint8_t uuid[16];
	uint8_t raw[17] = {0};
	size_t i;

	if (settings_fetch(NULL, &setting_uuid, uuid, sizeof(uuid), NULL,
			   NULL) != sizeof(uuid))
		return;
	for (i = 0; i < sizeof(uuid); i++)
		raw[1 + i] = uuid[order[i]];
	dhcp_put(writer, DHCP_OPT_CLIENT_UUID, raw, sizeof(raw));
}

/* The options that are the same in every packet. */
static void identity_put(struct dhcp_writer *writer, struct net_device *netdev)
{
	const uint8_t *ndi = platform_dhcp_ndi;
	uint8_t client_id[7] = {1};
	char class[40];

	dhcp_put_u16(writer, DHCP_OPT_MAX_SIZE, DHCP_MAX_SIZE);
	dhcp_put_u16(writer, DHCP_OPT_ARCH, platform_dhcp_arch);
	dhcp_put(writer, DHCP_OPT_NDI, ndi, sizeof(platform_dhcp_ndi));
	snprintf(class, sizeof(class), "PXEClient:Arch:%05u:UNDI:%03u%03u",
		 platform_dhcp_arch, ndi[1], ndi[2]);
	class_put(writer, &setting_vendor_class, class);
	/* Raw, without the lengths of RFC 3004: what servers match. */
	class_put(writer, &setting_user_class, "iPXE");
	dhcp_put(writer, DHCP_OPT_PARAMETERS, dhcp_parameters,
		 sizeof(dhcp_parameters));
	encap_put(writer, netdev);
	memcpy(client_id + 1, netdev->mac, sizeof(netdev->mac));
	dhcp_put(writer, DHCP_OPT_CLIENT_ID, client_id, sizeof(client_id));
	uuid_put(writer);
}

int dhcp_request_build(struct net_device *netdev,
		       const struct dhcp_request *request, uint8_t *buf)
{
	struct bootp *bootp = (struct bootp *)buf;
	struct dhcp_writer writer = {
		.data = buf,
		.max = DHCP_REQUEST_MAX - 1, /* the end mark */
		.len = sizeof(*bootp) + 4,
	};

	memset(buf, 0, DHCP_REQUEST_MAX);
	bootp->op = BOOTP_REQUEST;
	bootp->htype = 1;
	bootp->hlen = sizeof(netdev->mac);
	bootp->xid = request->xid;
	put_be16(&bootp->secs, request->secs);
	bootp->ciaddr = request->ciaddr;
	memcpy(bootp->chaddr, netdev->mac, sizeof(netdev->mac));
	put_be32(buf + sizeof(*bootp), DHCP_COOKIE);
	dhcp_put_u8(&writer, DHCP_OPT_MESSAGE_TYPE, (uint8_t)request->type);
	if (request->requested_ip)
		dhcp_put(&writer, DHCP_OPT_REQUESTED_IP, &request->requested_ip,
			 4);
	if (request->server_id)
		dhcp_put(&writer, DHCP_OPT_SERVER_ID, &request->server_id, 4);
	identity_put(&writer, netdev);
	if (writer.overflow)
		return -ENOBUFS;
	buf[writer.len++] = DHCP_OPT_END;
	return (int)MAX(writer.len, (size_t)BOOTP_MIN_LEN);
}
