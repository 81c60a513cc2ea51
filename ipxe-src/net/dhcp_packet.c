/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP packets: every length checked, nothing believed. */
#include <errno.h>
#include <string.h>

#include "lwip/ip4_addr.h"

#include "net/dhcp_packet.h"

/* Where options begin: behind the fixed part and the cookie. */
#define OPTIONS_OFFSET (sizeof(struct bootp) + 4)

#define OVERLOAD_FILE  1
#define OVERLOAD_SNAME 2

/* What a search has found so far. */
struct option_search {
	uint8_t tag;
	bool is_found;
	uint8_t *buf;
	size_t buf_len;
	size_t len; /* full length, all pieces */
};

/* Collect the pieces of SEARCH's option in an area of LEN bytes. */
static void option_search_area(struct option_search *search,
			       const uint8_t *data, size_t len)
{
	size_t offset = 0;
	size_t piece, room;
	uint8_t tag;

	while (offset < len) {
		tag = data[offset++];
		if (tag == DHCP_OPT_PAD)
			continue;
		if (tag == DHCP_OPT_END || offset == len)
			return;
		piece = data[offset++];
		if (piece > len - offset)
			return;
		if (tag == search->tag) {
			room = search->len < search->buf_len
				       ? search->buf_len - search->len
				       : 0;
			if (room)
				memcpy(search->buf + search->len, data + offset,
				       MIN(room, piece));
			search->len += piece;
			search->is_found = true;
		}
		offset += piece;
	}
}

/* Does the packet have options at all? */
static bool has_options(const uint8_t *data, size_t len)
{
	return len > OPTIONS_OFFSET &&
	       get_be32(data + sizeof(struct bootp)) == DHCP_COOKIE;
}

/* Option 52: which header fields hold options. */
static uint8_t overload_get(const uint8_t *data, size_t len)
{
	uint8_t value = 0;
	struct option_search search = {
		.tag = DHCP_OPT_OVERLOAD,
		.buf = &value,
		.buf_len = 1,
	};

	if (has_options(data, len))
		option_search_area(&search, data + OPTIONS_OFFSET,
				   len - OPTIONS_OFFSET);
	return value;
}

/* dhcp_option_get() for an option that is not inside another. */
static int option_get_outer(const uint8_t *data, size_t len, uint8_t tag,
			    void *buf, size_t buf_len)
{
	const struct bootp *bootp = (const struct bootp *)data;
	struct option_search search = {
		.tag = tag,
		.buf = buf,
		.buf_len = buf_len,
	};
	uint8_t overload;

	if (!has_options(data, len))
		return -ENOENT;
	overload = overload_get(data, len);
	option_search_area(&search, data + OPTIONS_OFFSET,
			   len - OPTIONS_OFFSET);
	if (overload & OVERLOAD_FILE)
		option_search_area(&search, (const uint8_t *)bootp->file,
				   sizeof(bootp->file));
	if (overload & OVERLOAD_SNAME)
		option_search_area(&search, (const uint8_t *)bootp->sname,
				   sizeof(bootp->sname));
	return search.is_found ? (int)search.len : -ENOENT;
}

int dhcp_option_get(const void *data, size_t len, uint32_t tag, void *buf,
		    size_t buf_len)
{
	static uint8_t outer[DHCP_PACKET_MAX];
	struct option_search search = {
		.tag = (uint8_t)tag,
		.buf = buf,
		.buf_len = buf_len,
	};
	int outer_len;

	len = MIN(len, (size_t)DHCP_PACKET_MAX);
	if (tag == DHCP_OPT_PAD || tag >> 16 || (uint8_t)tag == DHCP_OPT_END)
		return -ENOENT;
	if (!(tag >> 8))
		return option_get_outer(data, len, (uint8_t)tag, buf, buf_len);
	outer_len = option_get_outer(data, len, (uint8_t)(tag >> 8), outer,
				     sizeof(outer));
	if (outer_len < 0)
		return outer_len;
	option_search_area(&search, outer,
			   MIN((size_t)outer_len, sizeof(outer)));
	return search.is_found ? (int)search.len : -ENOENT;
}

int dhcp_filename_get(const void *data, size_t len, void *buf, size_t buf_len)
{
	static char name[DHCP_PACKET_MAX];
	const struct bootp *bootp = data;
	size_t name_len = 0;
	int full;

	full = dhcp_option_get(data, len, DHCP_OPT_BOOTFILE, name,
			       sizeof(name));
	if (full > 0)
		name_len = strnlen(name, MIN((size_t)full, sizeof(name)));
	if (!name_len && len >= sizeof(*bootp) &&
	    !(overload_get(data, len) & OVERLOAD_FILE)) {
		name_len = strnlen(bootp->file, sizeof(bootp->file));
		memcpy(name, bootp->file, name_len);
	}
	if (!name_len)
		return -ENOENT;
	if (buf_len)
		memcpy(buf, name, MIN(buf_len, name_len));
	return (int)name_len;
}

uint32_t dhcp_next_server(const void *data, size_t len)
{
	const struct bootp *bootp = data;
	char name[16];
	ip4_addr_t addr;
	int name_len;

	if (len < sizeof(*bootp))
		return 0;
	if (bootp->siaddr)
		return bootp->siaddr;
	name_len = dhcp_option_get(data, len, DHCP_OPT_TFTP_NAME, name,
				   sizeof(name) - 1);
	if (name_len <= 0 || name_len >= (int)sizeof(name))
		return 0;
	name[name_len] = '\0';
	if (!strchr(name, '.') || !ip4addr_aton(name, &addr))
		return 0;
	return addr.addr;
}

unsigned int dhcp_message_type(const void *data, size_t len)
{
	uint8_t type;

	if (dhcp_option_get(data, len, DHCP_OPT_MESSAGE_TYPE, &type, 1) < 1)
		return DHCP_NONE;
	return type;
}

bool dhcp_is_reply(const void *data, size_t len, const uint8_t *mac)
{
	const struct bootp *bootp = data;

	return len >= sizeof(*bootp) && bootp->op == BOOTP_REPLY &&
	       bootp->hlen == 6 && (!mac || !memcmp(bootp->chaddr, mac, 6));
}

bool dhcp_is_pxe(const void *data, size_t len)
{
	char class[9];

	return dhcp_option_get(data, len, DHCP_OPT_VENDOR_CLASS, class,
			       sizeof(class)) >= (int)sizeof(class) &&
	       !memcmp(class, "PXEClient", sizeof(class));
}

bool dhcp_has_boot(const void *data, size_t len)
{
	char name[256];
	int name_len;

	if (dhcp_option_get(data, len, DHCP_TAG_PXE_MENU, NULL, 0) >= 0)
		return true;
	name_len = dhcp_filename_get(data, len, name, sizeof(name) - 1);
	if (name_len < 0)
		return false;
	name[MIN((size_t)name_len, sizeof(name) - 1)] = '\0';
	return dhcp_next_server(data, len) || strstr(name, "://");
}

void dhcp_put(struct dhcp_writer *writer, uint8_t tag, const void *data,
	      size_t len)
{
	if (len > 255 || len + 2 > writer->max - writer->len) {
		writer->overflow = true;
		return;
	}
	writer->data[writer->len] = tag;
	writer->data[writer->len + 1] = (uint8_t)len;
	memcpy(writer->data + writer->len + 2, data, len);
	writer->len += len + 2;
}

void dhcp_put_u8(struct dhcp_writer *writer, uint8_t tag, uint8_t value)
{
	dhcp_put(writer, tag, &value, 1);
}

void dhcp_put_u16(struct dhcp_writer *writer, uint8_t tag, uint16_t value)
{
	uint8_t raw[2];

	put_be16(raw, value);
	dhcp_put(writer, tag, raw, sizeof(raw));
}
