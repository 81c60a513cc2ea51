/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Taking apart what the loader of a Linux kernel gives it. */
#include <ctype.h>
#include <string.h>

#include "core/region.h"
#include "platform/bios/lkrn/lkrn.h"

#define SCRIPT_MAGIC_LEN 6
#define FILE_ALIGN	 4
#define REGION_LEN_AT	 8 /* offset of its length: core/region.h */
/* What that does not count. */
#define REGION_EXTRA (REGION_HEAD_LEN + REGION_CRC_LEN)

/* What loaders put behind the command. */
static const char *const added_words[] = {
	"BOOT_IMAGE=", "initrd=",     "BOOTIF=",      "ip=",
	"CPU=",	       "SYSUUID=",    "SYSVENDOR=",   "SYSPROD=",
	"SYSVER=",     "SYSSERIAL=",  "SYSSKU=",      "SYSFAM=",
	"MBVENDOR=",   "MBPROD=",     "MBVER=",	      "MBSERIAL=",
	"MBASSET=",    "BIOSVENDOR=", "BIOSVERSION=", "SYSFF=",
};

/* Does the word at TEXT look like name=value? */
static bool is_assignment(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_' ||
	       text[len] == '.' || text[len] == '-')
		len++;
	return len && text[len] == '=';
}

/* Is the word at TEXT one that loaders add? */
static bool is_added(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(added_words); i++) {
		if (!strncmp(text, added_words[i], strlen(added_words[i])))
			return true;
	}
	return false;
}

char *lkrn_command(char *text)
{
	char *end, *word;

	for (;;) {
		while (isspace((unsigned char)*text))
			text++;
		if (!is_assignment(text))
			break;
		while (*text && !isspace((unsigned char)*text))
			text++;
	}
	end = text + strlen(text);
	for (;;) {
		while (end > text && isspace((unsigned char)end[-1]))
			end--;
		for (word = end; word > text; word--) {
			if (isspace((unsigned char)word[-1]))
				break;
		}
		*end = '\0';
		if (word == end || !is_added(word))
			return text;
		end = word;
	}
}

bool lkrn_is_script(const uint8_t *data, size_t len)
{
	return len > SCRIPT_MAGIC_LEN &&
	       (!memcmp(data, "#!ipxe", SCRIPT_MAGIC_LEN) ||
		!memcmp(data, "#!gpxe", SCRIPT_MAGIC_LEN));
}

bool lkrn_is_region(const uint8_t *data, size_t len)
{
	return len >= REGION_EXTRA &&
	       !memcmp(data, REGION_MAGIC, sizeof(REGION_MAGIC));
}

size_t lkrn_next_file(const uint8_t *data, size_t len, size_t *ret_skip)
{
	size_t skip = 0;
	size_t at = 0;
	uint32_t region_len;

	while (skip < len && !data[skip])
		skip++;
	data += skip;
	len -= skip;
	*ret_skip = skip;
	if (lkrn_is_region(data, len)) {
		region_len = get_le32(data + REGION_LEN_AT);
		return region_len > len - REGION_EXTRA
			       ? len
			       : region_len + REGION_EXTRA;
	}
	if (!lkrn_is_script(data, len))
		return len;
	while (at < len && data[at] &&
	       (at % FILE_ALIGN || !lkrn_is_region(data + at, len - at)))
		at++;
	return at;
}
