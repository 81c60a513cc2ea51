/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCPv6 messages: every length checked, nothing believed. */
#include <errno.h>
#include <string.h>

#include "config/general.h"
#include "core/uri.h"
#include "net/dhcpv6_packet.h"

SELECT_IF(NET_PROTO_IPV6);

/* Code and length, before an option's data. */
#define OPTION_HEADER_LEN 4

/* What an IA_NA has before its options: IAID, T1, T2. */
#define IA_NA_HEADER_LEN 12

/* What an IAADDR has before them: the address and its two lifetimes. */
#define IAADDR_HEADER_LEN 24

bool dhcpv6_option_next(const void *data, size_t len, size_t *at,
			struct dhcpv6_option *ret_option)
{
	const uint8_t *p = (const uint8_t *)data + *at;
	size_t left = len - *at;
	size_t option_len;

	if (left < OPTION_HEADER_LEN)
		return false;
	option_len = get_be16(p + 2);
	if (option_len > left - OPTION_HEADER_LEN)
		return false;
	ret_option->code = get_be16(p);
	ret_option->data = p + OPTION_HEADER_LEN;
	ret_option->len = option_len;
	*at += OPTION_HEADER_LEN + option_len;
	return true;
}

/* Are there options up to the last of LEN bytes? */
static bool options_are_whole(const uint8_t *data, size_t len)
{
	struct dhcpv6_option option;
	size_t at = 0;

	while (dhcpv6_option_next(data, len, &at, &option))
		;
	return at == len;
}

bool dhcpv6_option_find(const void *data, size_t len, uint16_t code,
			struct dhcpv6_option *ret_option)
{
	struct dhcpv6_option option;
	size_t at = 0;

	while (dhcpv6_option_next(data, len, &at, &option)) {
		if (option.code == code) {
			*ret_option = option;
			return true;
		}
	}
	return false;
}

/* Keep the status among the options at DATA, unless there is one already. */
static void status_parse(const uint8_t *data, size_t len,
			 struct dhcpv6_message *message)
{
	struct dhcpv6_option option;

	if (message->status != DHCPV6_SUCCESS ||
	    !dhcpv6_option_find(data, len, DHCPV6_OPT_STATUS, &option) ||
	    option.len < 2)
		return;
	message->status = get_be16(option.data);
	message->text = (const char *)option.data + 2;
	message->text_len = option.len - 2;
}

/* Is ADDR one that a machine may have as its own: RFC 4291 2.4? */
static bool address_is_usable(const uint8_t addr[DHCPV6_ADDR_LEN])
{
	static const uint8_t zero[15];

	if (addr[0] == 0xff || (addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80))
		return false;
	/* Unspecified, loopback, of IPv4. */
	return memcmp(addr, zero, 10) != 0;
}

/* Look at an IAADDR: use it if it is the first that can be. RFC 8415 21.6. */
static void iaaddr_parse(const struct dhcpv6_option *option,
			 struct dhcpv6_message *message)
{
	const uint8_t *data = option->data;
	uint32_t preferred_s, valid_s;
	struct dhcpv6_option status;

	if (option->len < IAADDR_HEADER_LEN || message->has_address)
		return;
	preferred_s = get_be32(data + DHCPV6_ADDR_LEN);
	valid_s = get_be32(data + DHCPV6_ADDR_LEN + 4);
	if (!valid_s || preferred_s > valid_s || !address_is_usable(data))
		return;
	data += IAADDR_HEADER_LEN;
	if (dhcpv6_option_find(data, option->len - IAADDR_HEADER_LEN,
			       DHCPV6_OPT_STATUS, &status) &&
	    status.len >= 2 && get_be16(status.data) != DHCPV6_SUCCESS) {
		status_parse(data, option->len - IAADDR_HEADER_LEN, message);
		return;
	}
	memcpy(message->addr, option->data, sizeof(message->addr));
	message->has_address = true;
}

/* Look at an IA_NA: RFC 8415 21.4. */
static void ia_na_parse(const struct dhcpv6_option *option, uint32_t iaid,
			struct dhcpv6_message *message)
{
	struct dhcpv6_option inner;
	const uint8_t *data = option->data;
	size_t len, at = 0;
	uint32_t t1, t2;

	if (option->len < IA_NA_HEADER_LEN || get_be32(data) != iaid)
		return;
	t1 = get_be32(data + 4);
	t2 = get_be32(data + 8);
	data += IA_NA_HEADER_LEN;
	len = option->len - IA_NA_HEADER_LEN;
	if ((t2 && t1 > t2) || !options_are_whole(data, len))
		return;
	status_parse(data, len, message);
	while (dhcpv6_option_next(data, len, &at, &inner)) {
		if (inner.code == DHCPV6_OPT_IAADDR)
			iaaddr_parse(&inner, message);
	}
}

/* Keep OPTION in ID unless there is one, or it is no identifier. */
static void id_parse(const struct dhcpv6_option *option,
		     struct dhcpv6_option *id)
{
	if (!id->len && option->len >= DHCPV6_DUID_MIN &&
	    option->len <= DHCPV6_DUID_MAX)
		*id = *option;
}

int dhcpv6_message_parse(const void *data, size_t len, uint32_t iaid,
			 struct dhcpv6_message *ret_message)
{
	struct dhcpv6_message message = {0};
	struct dhcpv6_option option;
	const uint8_t *p = data;
	size_t at = 0;

	if (len < DHCPV6_HEADER_LEN ||
	    !options_are_whole(p + DHCPV6_HEADER_LEN, len - DHCPV6_HEADER_LEN))
		return -EBADMSG;
	message.type = p[0];
	message.xid = get_be32(p) & 0xffffff;
	message.options = p + DHCPV6_HEADER_LEN;
	message.options_len = len - DHCPV6_HEADER_LEN;
	status_parse(message.options, message.options_len, &message);
	while (dhcpv6_option_next(message.options, message.options_len, &at,
				  &option)) {
		switch (option.code) {
		case DHCPV6_OPT_CLIENT_ID:
			id_parse(&option, &message.client_id);
			break;
		case DHCPV6_OPT_SERVER_ID:
			id_parse(&option, &message.server_id);
			break;
		case DHCPV6_OPT_PREFERENCE:
			if (option.len == 1)
				message.preference = option.data[0];
			break;
		case DHCPV6_OPT_IA_NA:
			ia_na_parse(&option, iaid, &message);
			break;
		}
	}
	*ret_message = message;
	return 0;
}

int dhcpv6_boot_url_get(const void *data, size_t len, char *buf, size_t buf_len)
{
	char text[DHCPV6_URL_MAX + 1];
	struct dhcpv6_option option;
	struct uri *uri;
	size_t i;

	if (!dhcpv6_option_find(data, len, DHCPV6_OPT_BOOT_URL, &option))
		return -ENOENT;
	while (option.len && !option.data[option.len - 1])
		option.len--;
	if (!option.len)
		return -ENOENT;
	if (option.len > DHCPV6_URL_MAX)
		return -EINVAL;
	for (i = 0; i < option.len; i++) {
		if (option.data[i] <= ' ' || option.data[i] == 0x7f)
			return -EINVAL;
	}
	memcpy(text, option.data, option.len);
	text[option.len] = '\0';
	uri = uri_boot(NULL, text);
	if (!uri)
		return -EINVAL;
	uri_put(uri);
	if (buf_len) {
		memcpy(buf, text, MIN(buf_len, option.len + 1));
		buf[buf_len - 1] = '\0';
	}
	return (int)option.len;
}

void dhcpv6_put_raw(struct dhcpv6_writer *writer, const void *data, size_t len)
{
	if (len > writer->max - writer->len) {
		writer->overflow = true;
		return;
	}
	memcpy(writer->data + writer->len, data, len);
	writer->len += len;
}

size_t dhcpv6_put_begin(struct dhcpv6_writer *writer, uint16_t code)
{
	uint8_t header[OPTION_HEADER_LEN] = {0};

	put_be16(header, code);
	dhcpv6_put_raw(writer, header, sizeof(header));
	return writer->len;
}

void dhcpv6_put_end(struct dhcpv6_writer *writer, size_t start)
{
	size_t len = writer->len - start;

	if (writer->overflow || len > UINT16_MAX) {
		writer->overflow = true;
		return;
	}
	put_be16(writer->data + start - 2, (uint16_t)len);
}

void dhcpv6_put(struct dhcpv6_writer *writer, uint16_t code, const void *data,
		size_t len)
{
	size_t start = dhcpv6_put_begin(writer, code);

	dhcpv6_put_raw(writer, data, len);
	dhcpv6_put_end(writer, start);
}

void dhcpv6_put_u16(struct dhcpv6_writer *writer, uint16_t code, uint16_t value)
{
	uint8_t raw[2];

	put_be16(raw, value);
	dhcpv6_put(writer, code, raw, sizeof(raw));
}
