/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a machine says about itself when it asks for its script. */
#include "facts.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "text.h"
#include "url.h"

static const struct fact_desc {
	/* Name in the query and between {{ and }}. */
	const char *name;
	/* Its length. */
	size_t len;
	/* May the client give it as a parameter? */
	bool is_parameter;
} fact_descs[FACT_COUNT] = {
#define NAMED(name, is_parameter)                                              \
	{                                                                      \
		name, sizeof(name) - 1, is_parameter                           \
	}
	[FACT_MAC] = NAMED("mac", true),
	[FACT_UUID] = NAMED("uuid", true),
	[FACT_SERIAL] = NAMED("serial", true),
	[FACT_ASSET] = NAMED("asset", true),
	[FACT_MANUFACTURER] = NAMED("manufacturer", true),
	[FACT_PRODUCT] = NAMED("product", true),
	[FACT_HOSTNAME] = NAMED("hostname", true),
	[FACT_IP] = NAMED("ip", true),
	[FACT_ARCH] = NAMED("arch", true),
	[FACT_PLATFORM] = NAMED("platform", true),
	[FACT_VERSION] = NAMED("version", true),
	[FACT_BUILDID] = NAMED("buildid", true),
	[FACT_BOOTID] = NAMED("bootid", true),
	[FACT_GENERATION] = NAMED("generation", true),
	[FACT_NIC] = NAMED("nic", true),
	[FACT_MACS] = NAMED("macs", true),
	[FACT_CHOICE] = NAMED("choice", true),
	[FACT_CLIENT] = NAMED("client", false),
	[FACT_SERVER] = NAMED("server", false),
#undef NAMED
};

int facts_find(const char *name, size_t len)
{
	int fact;

	for (fact = 0; fact < FACT_COUNT; fact++) {
		if (fact_descs[fact].len == len &&
		    memcmp(fact_descs[fact].name, name, len) == 0)
			return fact;
	}
	return -ENOENT;
}

const char *facts_name(enum fact fact)
{
	return fact_descs[fact].name;
}

/* The hexadecimal digit in lower case; NUL for what is none. */
static inline char hex_lower(char c)
{
	static const char lower[256] = {
		['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
		['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
		['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',
		['f'] = 'f', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd',
		['E'] = 'e', ['F'] = 'f',
	};

	return lower[(unsigned char)c];
}

int facts_format_mac(const char *text, char ret_name[FACT_MAC_NAME_BYTES])
{
	char name[FACT_MAC_NAME_BYTES];
	char separator = '\0';
	size_t octets = 0;
	size_t len = 0;

	for (;;) {
		name[len] = hex_lower(*text++);
		if (!name[len++])
			return -EINVAL;
		name[len] = hex_lower(*text++);
		if (!name[len++])
			return -EINVAL;
		if (++octets == 1 && (*text == ':' || *text == '-'))
			separator = *text;
		if (!*text)
			break;
		if (octets == 20 || (separator && *text++ != separator))
			return -EINVAL;
		name[len++] = '-';
	}
	if (octets != 6 && octets != 8 && octets != 20)
		return -EINVAL;
	memcpy(ret_name, name, len);
	ret_name[len] = '\0';
	return 0;
}

int facts_format_uuid(const char *text, char ret_name[FACT_UUID_BYTES])
{
	bool is_hyphenated = strchr(text, '-') != NULL;
	char name[FACT_UUID_BYTES];
	size_t len;

	for (len = 0; len < FACT_UUID_BYTES - 1; len++) {
		if (len == 8 || len == 13 || len == 18 || len == 23) {
			if (is_hyphenated && *text++ != '-')
				return -EINVAL;
			name[len] = '-';
			continue;
		}
		name[len] = hex_lower(*text);
		if (!name[len])
			return -EINVAL;
		text++;
	}
	if (*text)
		return -EINVAL;
	memcpy(ret_name, name, len);
	ret_name[len] = '\0';
	return 0;
}

/* Take one name=value of the query, len bytes. */
static int facts_take(struct facts *facts, const char *pair, size_t len,
		      struct arena *arena, struct reason *why)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals ? (size_t)(equals - pair) : len;
	int fact = facts_find(pair, name_len);
	const char *name;
	size_t value_len;
	char *value;
	int rc;

	if (fact < 0 || !fact_descs[fact].is_parameter || !equals)
		return 0;
	name = fact_descs[fact].name;
	rc = url_decode(equals + 1, len - name_len - 1, arena, &value);
	if (rc == -EINVAL)
		return reason_set(why, rc,
				  "The value of %s has a broken "
				  "percent escape.",
				  name);
	if (rc)
		return rc;
	value_len = strlen(value);
	if (text_has_control(value, value_len))
		return reason_set(why, -EINVAL,
				  "The value of %s has a "
				  "control character, which is refused.",
				  name);
	if (value_len > FACT_VALUE_MAX)
		return reason_set(why, -EINVAL,
				  "The value of %s is longer "
				  "than %d bytes.",
				  name, FACT_VALUE_MAX);
	if (!value_len)
		return 0;
	if (facts->value[fact])
		return reason_set(why, -EINVAL,
				  "The request gives %s more "
				  "than once.",
				  name);
	facts->value[fact] = value;
	return 0;
}

int facts_parse(const char *query, struct arena *arena, struct facts *ret_facts,
		struct reason *why)
{
	struct facts facts = {0};
	int rc;

	while (*query) {
		size_t len = (size_t)(strchrnul(query, '&') - query);

		rc = facts_take(&facts, query, len, arena, why);
		if (rc)
			return rc;
		query += len;
		if (*query == '&')
			query++;
	}
	if (facts.value[FACT_MAC] &&
	    facts_format_mac(facts.value[FACT_MAC], facts.mac_name))
		return reason_set(why, -EINVAL,
				  "The value of mac is not a "
				  "MAC address such as 52:54:00:12:34:56.");
	if (facts.value[FACT_UUID] &&
	    facts_format_uuid(facts.value[FACT_UUID], facts.uuid_name))
		return reason_set(why, -EINVAL,
				  "The value of uuid is not a "
				  "UUID of 32 hexadecimal digits.");
	*ret_facts = facts;
	return 0;
}
