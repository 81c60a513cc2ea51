/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Conditions of rules: does a fact match one of these patterns? */
#include "rules.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Octets of an organisation's prefix of MACs (IEEE 802 8.2.1). */
#define OUI_OCTETS 3

const char *condition_name(unsigned int fact)
{
	if (fact == CONDITION_NAME)
		return "name";
	if (fact == CONDITION_KNOWN)
		return "known";
	return facts_name((enum fact)fact);
}

static bool is_mac(unsigned int fact)
{
	return fact == FACT_MAC || fact == FACT_MACS;
}

static bool is_address(unsigned int fact)
{
	return fact == FACT_IP || fact == FACT_CLIENT;
}

/* Read an address to its 16-byte form; returns its bits, or 0. */
static unsigned int address_parse(const char *text, uint8_t ret_address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(AF_INET6, text, ret_address) == 1)
		return 128;
	memcpy(ret_address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ret_address + 12) == 1 ? 32 : 0;
}

static int cidr_parse(const char *text, struct arena *arena,
		      struct pattern *pattern, struct reason *why)
{
	const char *slash = strchr(text, '/');
	char *address = arena_strndup(arena, text, (size_t)(slash - text));
	unsigned int width;
	unsigned long bits;
	char *end;

	if (!address)
		return -ENOMEM;
	width = address_parse(address, pattern->address);
	bits = strtoul(slash + 1, &end, 10);
	if (!width || !isdigit((unsigned char)slash[1]) || *end || bits > width)
		return reason_set(why, -EINVAL,
				  "\"%s\" is not a network such as "
				  "192.0.2.0/24 or 2001:db8::/32.",
				  text);
	pattern->kind = PATTERN_CIDR;
	pattern->bits = (unsigned int)bits + 128 - width;
	return 0;
}

/* Lower case, and hyphens instead of colons. */
static void mac_spell(char *text)
{
	for (; *text; text++) {
		if (*text == ':')
			*text = '-';
	}
}

/* A MAC, whole or its first octets, or with wildcards. */
static int mac_parse(char *text, struct arena *arena, struct pattern *pattern,
		     struct reason *why)
{
	char name[FACT_MAC_NAME_BYTES];
	size_t len;

	if (facts_format_mac(text, name) == 0) {
		pattern->text = arena_strndup(arena, name, strlen(name));
		pattern->kind = PATTERN_EXACT;
		return pattern->text ? 0 : -ENOMEM;
	}
	mac_spell(text);
	if (strspn(text, "0123456789abcdef-*?[]") != strlen(text))
		return reason_set(why, -EINVAL,
				  "\"%s\" is not a MAC address, its first "
				  "octets, or a pattern such as 52:54:00:*.",
				  text);
	if (strpbrk(text, "*?["))
		return 0;
	len = strlen(text);
	while (len && text[len - 1] == '-')
		len--;
	if (len % 3 != 2 || len > OUI_OCTETS * 3 + 5)
		return reason_set(why, -EINVAL,
				  "\"%s\" is neither a MAC address nor its "
				  "first octets, such as 52:54:00.",
				  text);
	text[len] = '\0';
	pattern->text = arena_format(arena, "%s-", text);
	pattern->kind = PATTERN_PREFIX;
	return pattern->text ? 0 : -ENOMEM;
}

/* Is there a wildcard only at the end? */
static bool is_prefix(const char *text)
{
	size_t len = strcspn(text, "*?[\\");

	return text[len] == '*' && !text[len + 1];
}

static int pattern_parse(unsigned int fact, char *text, struct arena *arena,
			 struct pattern *pattern, struct reason *why)
{
	char name[FACT_UUID_BYTES];
	int rc = 0;

	*pattern = (struct pattern){.text = text, .kind = PATTERN_GLOB};
	if (is_address(fact) && strchr(text, '/'))
		rc = cidr_parse(text, arena, pattern, why);
	else if (is_mac(fact))
		rc = mac_parse(text, arena, pattern, why);
	else if (fact == FACT_UUID && facts_format_uuid(text, name) == 0)
		pattern->text = arena_strndup(arena, name, strlen(name));
	if (rc)
		return rc;
	if (!pattern->text)
		return -ENOMEM;
	pattern->len = strlen(pattern->text);
	if (pattern->kind != PATTERN_GLOB)
		return 0;
	if (!strpbrk(pattern->text, "*?[")) {
		pattern->kind = PATTERN_EXACT;
	} else if (is_prefix(pattern->text)) {
		pattern->kind = PATTERN_PREFIX;
		pattern->len--;
	}
	return 0;
}

/*
 * Cut the next pattern off a list: separated by commas, in double quotes where
 * it contains one.  Returns 1, 0 at the end, or -EINVAL.
 */
static int pattern_next(char **list, char **ret_text, bool *ret_is_negated)
{
	char *text = *list + strspn(*list, ", \t");
	char *end;

	if (!*text) {
		*list = text;
		return 0;
	}
	*ret_is_negated = *text == '!';
	text += *ret_is_negated;
	text += strspn(text, " \t");
	if (*text == '"') {
		end = strchr(++text, '"');
		if (!end)
			return -EINVAL;
		*list = end + 1;
	} else {
		end = text + strcspn(text, ",");
		*list = *end ? end + 1 : end;
		while (end > text && strchr(" \t", end[-1]))
			end--;
	}
	*end = '\0';
	*ret_text = text;
	return 1;
}

static int pattern_order(const void *a, const void *b)
{
	const struct pattern *left = a, *right = b;
	bool is_left_exact = left->kind == PATTERN_EXACT;
	bool is_right_exact = right->kind == PATTERN_EXACT;

	if (is_left_exact != is_right_exact)
		return is_left_exact ? -1 : 1;
	if (!is_left_exact)
		return left->text < right->text ? -1 : left->text > right->text;
	return strcmp(left->text, right->text);
}

static void condition_sort(struct condition *condition)
{
	uint32_t i;

	if (condition->any_count)
		qsort(condition->any, condition->any_count,
		      sizeof(*condition->any), pattern_order);
	for (i = 0; i < condition->any_count; i++)
		condition->exact_count +=
			condition->any[i].kind == PATTERN_EXACT;
}

static int known_check(const struct condition *condition, struct reason *why)
{
	if (condition->fact == CONDITION_KNOWN &&
	    strcmp(condition->text, "yes") && strcmp(condition->text, "no"))
		return reason_set(why, -EINVAL,
				  "known is yes or no, not \"%s\".",
				  condition->text);
	return 0;
}

int condition_compile(unsigned int fact, const char *text, struct arena *arena,
		      struct condition *ret_condition, struct reason *why)
{
	struct condition condition = {.fact = fact};
	bool is_negated;
	char *list, *word;
	size_t most = 1;
	int rc;

	for (word = (char *)text; *word; word++)
		most += *word == ',' || *word == '"';
	condition.text = arena_strndup(arena, text, strlen(text));
	condition.any = arena_alloc(arena, most * sizeof(struct pattern));
	condition.none = arena_alloc(arena, most * sizeof(struct pattern));
	list = arena_strndup(arena, text, strlen(text));
	if (!condition.text || !condition.any || !condition.none || !list)
		return -ENOMEM;
	for (word = list; *word; word++)
		*word = (char)tolower((unsigned char)*word);
	while ((rc = pattern_next(&list, &word, &is_negated)) > 0) {
		struct pattern *pattern =
			is_negated ? &condition.none[condition.none_count++]
				   : &condition.any[condition.any_count++];

		rc = pattern_parse(fact, word, arena, pattern, why);
		if (rc)
			return rc;
	}
	if (rc)
		return reason_set(why, rc, "A \" has no second one.");
	if (!condition.any_count && !condition.none_count)
		return reason_set(why, -EINVAL, "There is no value.");
	rc = known_check(&condition, why);
	if (rc)
		return rc;
	condition_sort(&condition);
	*ret_condition = condition;
	return 0;
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest));
}

static bool pattern_matches(const struct pattern *pattern, const char *value)
{
	uint8_t address[16];

	switch (pattern->kind) {
	case PATTERN_EXACT:
		return strcmp(pattern->text, value) == 0;
	case PATTERN_PREFIX:
		return strncmp(pattern->text, value, pattern->len) == 0;
	case PATTERN_GLOB:
		return fnmatch(pattern->text, value, FNM_NOESCAPE) == 0;
	case PATTERN_CIDR:
		return address_parse(value, address) &&
		       bits_equal(address, pattern->address, pattern->bits);
	}
	return false;
}

static int exact_order(const void *key, const void *entry)
{
	return strcmp(key, ((const struct pattern *)entry)->text);
}

static bool any_matches(const struct condition *condition, const char *value)
{
	uint32_t i;

	if (!condition->any_count)
		return true;
	if (condition->exact_count &&
	    bsearch(value, condition->any, condition->exact_count,
		    sizeof(*condition->any), exact_order))
		return true;
	for (i = condition->exact_count; i < condition->any_count; i++) {
		if (pattern_matches(&condition->any[i], value))
			return true;
	}
	return false;
}

static bool none_matches(const struct condition *condition, const char *value)
{
	uint32_t i;

	for (i = 0; i < condition->none_count; i++) {
		if (pattern_matches(&condition->none[i], value))
			return true;
	}
	return false;
}

static bool value_matches(const struct condition *condition, const char *value)
{
	return any_matches(condition, value) && !none_matches(condition, value);
}

/* A list of MACs: one that is wanted, and none that is not. */
static bool macs_match(const struct condition *condition, const char *list)
{
	char text[FACT_MAC_NAME_BYTES], mac[FACT_MAC_NAME_BYTES];
	bool is_wanted = false;

	while (*list) {
		size_t len = strcspn(list, ", ");

		if (len && len < sizeof(text)) {
			memcpy(text, list, len);
			text[len] = '\0';
			if (facts_format_mac(text, mac) == 0) {
				if (none_matches(condition, mac))
					return false;
				is_wanted |= any_matches(condition, mac);
			}
		}
		list += len;
		list += strspn(list, ", ");
	}
	return is_wanted;
}

bool condition_matches(const struct condition *condition,
		       const struct facts *facts, const char *name)
{
	char lower[FACT_VALUE_MAX + 1];
	const char *value;
	size_t i;

	if (condition->fact == CONDITION_KNOWN)
		value = name ? "yes" : "no";
	else if (condition->fact == CONDITION_NAME)
		value = name;
	else if (condition->fact == FACT_MAC)
		value = *facts->mac_name ? facts->mac_name : NULL;
	else if (condition->fact == FACT_UUID)
		value = *facts->uuid_name ? facts->uuid_name : NULL;
	else
		value = facts->value[condition->fact];
	if (!value)
		return !condition->any_count;
	if (condition->fact == FACT_MACS)
		return macs_match(condition, value);
	for (i = 0; value[i] && i < sizeof(lower) - 1; i++)
		lower[i] = (char)tolower((unsigned char)value[i]);
	lower[i] = '\0';
	return value_matches(condition, lower);
}

static bool pattern_covers(const struct pattern *a, const struct pattern *b)
{
	if (a->kind == b->kind && a->kind != PATTERN_CIDR && a->len == b->len &&
	    memcmp(a->text, b->text, a->len) == 0)
		return true;
	if (b->kind == PATTERN_EXACT)
		return pattern_matches(a, b->text);
	if (b->kind == PATTERN_PREFIX)
		return a->kind == PATTERN_PREFIX && a->len <= b->len &&
		       memcmp(a->text, b->text, a->len) == 0;
	return a->kind == PATTERN_CIDR && b->kind == PATTERN_CIDR &&
	       a->bits <= b->bits &&
	       bits_equal(a->address, b->address, a->bits);
}

bool condition_covers(const struct condition *a, const struct condition *b)
{
	uint32_t i, j;

	if (a->fact != b->fact)
		return false;
	if (strcmp(a->text, b->text) == 0)
		return true;
	if (a->none_count || !b->any_count)
		return false;
	for (i = 0; i < b->any_count; i++) {
		for (j = 0; j < a->any_count; j++) {
			if (pattern_covers(&a->any[j], &b->any[i]))
				break;
		}
		if (j == a->any_count)
			return false;
	}
	return true;
}
