/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP option 43 of PXE: boot servers and the boot menu. PXE 2.1 2.4, 2.5. */
#include <string.h>

#include "net/dhcp_packet.h"
#include "net/pxe_options.h"

SELECT_IF(PXEBS_CMD);

/* Type and count of what follows, in both lists. */
#define ENTRY_HEADER_LEN 3

/* Take an entry of the list at DATA: its header, and COUNT things of UNIT bytes
 * behind that. NULL if there is none. */
static const uint8_t *entry_next(const uint8_t *data, size_t len, size_t *at,
				 size_t unit)
{
	const uint8_t *entry;
	size_t entry_len;

	if (*at > len || len - *at < ENTRY_HEADER_LEN)
		return NULL;
	entry = data + *at;
	entry_len = ENTRY_HEADER_LEN + entry[2] * unit;
	if (entry_len > len - *at)
		return NULL;
	*at += entry_len;
	return entry;
}

bool pxe_servers_next(const uint8_t *data, size_t len, size_t *at,
		      struct pxe_servers *ret_servers)
{
	const uint8_t *entry = entry_next(data, len, at, 4);

	if (!entry)
		return false;
	ret_servers->type = get_be16(entry);
	ret_servers->count = entry[2];
	ret_servers->addrs = entry + ENTRY_HEADER_LEN;
	return true;
}

bool pxe_item_next(const uint8_t *data, size_t len, size_t *at,
		   struct pxe_item *ret_item)
{
	const uint8_t *entry = entry_next(data, len, at, 1);

	if (!entry)
		return false;
	ret_item->type = get_be16(entry);
	ret_item->len = entry[2];
	ret_item->text = (const char *)entry + ENTRY_HEADER_LEN;
	return true;
}

void pxe_text_copy(char *buf, size_t size, const char *text, size_t len)
{
	size_t i;

	len = MIN(len, size - 1);
	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)text[i] < ' ' || text[i] == 0x7f ? '?'
								   : text[i];
	/* Servers end it with a NUL, which is not a part of it. */
	if (len && !text[len - 1])
		len--;
	buf[len] = '\0';
}

/* Sub-option NUMBER as a setting. */
static struct setting pxe_setting(unsigned int number)
{
	return (struct setting){
		.name = "",
		.tag = DHCP_ENCAP(DHCP_OPT_VENDOR, number),
		.type = &setting_type_hex,
	};
}

struct settings *pxe_options_find(struct settings *netdev_settings,
				  unsigned int number)
{
	const struct setting setting = pxe_setting(number);
	struct settings *origin;

	if (settings_fetch(netdev_settings, &setting, NULL, 0, &origin, NULL) >
	    0)
		return origin;
	if (settings_fetch(NULL, &setting, NULL, 0, &origin, NULL) > 0)
		return origin;
	return NULL;
}

size_t pxe_option_get(struct settings *from, unsigned int number, void *buf,
		      size_t len)
{
	const struct setting setting = pxe_setting(number);
	int full;

	full = settings_fetch(from, &setting, buf, len, NULL, NULL);
	return full > 0 ? MIN((size_t)full, len) : 0;
}
