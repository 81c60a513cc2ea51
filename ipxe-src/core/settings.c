/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings tree. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/settings.h"

/* How deep blocks may be nested. */
#define PATH_DEPTH_MAX 32

/* Bounds of one expansion: replacements, and bytes of the result. */
#define EXPAND_COUNT_MAX 512
#define EXPAND_LEN_MAX	 65536

/* A value in a block's generic list. */
struct setting_value {
	struct list_head list;		 /* in settings->values */
	SETTING_TAG tag;		 /* as in struct setting */
	const char *scope;		 /* likewise; a constant */
	const struct setting_type *type; /* as it was stored */
	size_t len;			 /* bytes of data; 0: deleted */
	uint8_t *data;			 /* behind the name */
	char name[];			 /* of the setting; may be "" */
};

/* A block that was made because a path named it. */
struct named_settings {
	struct settings settings;
	char name[];
};

struct settings settings_root = {
	.name = "",
	.siblings = {&settings_root.siblings, &settings_root.siblings},
	.children = {&settings_root.children, &settings_root.children},
	.values = {&settings_root.values, &settings_root.values},
};

/* The block that SETTINGS stands for: NULL is the root, netX the last NIC. */
static struct settings *settings_target(struct settings *settings)
{
	if (!settings)
		return &settings_root;
	if (settings->ops && settings->ops->redirect)
		return settings->ops->redirect(settings);
	return settings;
}

static bool scope_is_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Is VALUE what SETTING asks for? */
static bool value_matches(const struct setting_value *value,
			  const struct setting *setting)
{
	if (!scope_is_equal(value->scope, setting->scope))
		return false;
	if (value->tag && setting->tag)
		return value->tag == setting->tag;
	return setting->name && setting->name[0] &&
	       !strcmp(value->name, setting->name);
}

static struct setting_value *value_find(struct settings *settings,
					const struct setting *setting)
{
	struct setting_value *value;

	list_for_each_entry(value, &settings->values, list) {
		if (value_matches(value, setting))
			return value;
	}
	return NULL;
}

static void value_free(struct setting_value *value)
{
	list_del(&value->list);
	free(value);
}

/* Does this block have values that cannot be taken out of it? */
static bool settings_is_fixed(const struct settings *settings)
{
	return settings->ops && settings->ops->fetch && !settings->ops->store;
}

/* Store in the generic list; LEN 0 deletes. */
static int value_store(struct settings *settings, const struct setting *setting,
		       const void *data, size_t len)
{
	struct setting_value *old = value_find(settings, setting);
	const char *name = setting->name ? setting->name : "";
	size_t name_len = strlen(name) + 1;
	struct setting_value *value;

	if (len || settings_is_fixed(settings)) {
		value = malloc(sizeof(*value) + name_len + len);
		if (!value)
			return -ENOMEM;
		value->tag = setting->tag;
		value->scope = setting->scope;
		value->type = setting->type;
		value->len = len;
		memcpy(value->name, name, name_len);
		value->data = (uint8_t *)value->name + name_len;
		if (len)
			memcpy(value->data, data, len);
		list_add_tail(&value->list, &settings->values);
	}
	if (old)
		value_free(old);
	return 0;
}

void settings_init(struct settings *settings, const struct settings_ops *ops,
		   int order)
{
	memset(settings, 0, sizeof(*settings));
	list_init(&settings->siblings);
	list_init(&settings->children);
	list_init(&settings->values);
	settings->ops = ops;
	settings->order = order;
}

/* DHCP option 175.1 of a block, or of what is inside it; 0 without one. */
static long settings_priority(struct settings *settings)
{
	unsigned long priority;

	if (settings_fetch_uint(settings, &setting_priority, &priority))
		return 0;
	return (long)priority;
}

/* Is A to be asked before B? */
static bool settings_precedes(struct settings *a, struct settings *b)
{
	long priority_a = settings_priority(a);
	long priority_b = settings_priority(b);

	if (priority_a != priority_b)
		return priority_a > priority_b;
	return a->order > b->order;
}

/* Insert SETTINGS among PARENT's children, behind its equals. */
static void settings_insert(struct settings *settings, struct settings *parent)
{
	struct settings *other;

	list_for_each_entry(other, &parent->children, siblings) {
		if (settings_precedes(settings, other))
			break;
	}
	/* Before OTHER, or at the end: then OTHER is the head itself. */
	list_add_tail(&settings->siblings, &other->siblings);
}

/* Does SETTINGS stand where it belongs among PARENT's children? */
static bool settings_is_sorted(struct settings *settings,
			       struct settings *parent)
{
	struct list_head *prev = settings->siblings.prev;
	struct list_head *next = settings->siblings.next;

	if (prev != &parent->children &&
	    settings_precedes(settings,
			      list_entry(prev, struct settings, siblings)))
		return false;
	return next == &parent->children ||
	       !settings_precedes(list_entry(next, struct settings, siblings),
				  settings);
}

void settings_resort(struct settings *settings)
{
	struct settings *parent;

	for (; (parent = settings->parent); settings = parent) {
		if (settings_is_sorted(settings, parent))
			continue;
		list_del(&settings->siblings);
		settings_insert(settings, parent);
	}
}

/* The child of PARENT called NAME, of LEN bytes. */
static struct settings *child_find(struct settings *parent, const char *name,
				   size_t len)
{
	struct settings *child;

	list_for_each_entry(child, &parent->children, siblings) {
		if (strlen(child->name) == len &&
		    !memcmp(child->name, name, len))
			return child;
	}
	return NULL;
}

int settings_register(struct settings *settings, struct settings *parent,
		      const char *name)
{
	struct settings *old, *child, *next;

	parent = settings_target(parent);
	if (!parent)
		return -ENOENT;
	old = child_find(parent, name, strlen(name));
	if (old) {
		list_for_each_entry_safe(child, next, &old->children,
					 siblings) {
			list_del(&child->siblings);
			child->parent = settings;
			settings_insert(child, settings);
		}
		settings_unregister(old);
	}
	settings->name = name;
	settings->parent = parent;
	settings_insert(settings, parent);
	settings_resort(settings);
	return 0;
}

void settings_unregister(struct settings *settings)
{
	struct setting_value *value, *next_value;
	struct settings *child, *next;
	struct settings *parent = settings->parent;

	list_for_each_entry_safe(child, next, &settings->children, siblings)
		settings_unregister(child);
	list_for_each_entry_safe(value, next_value, &settings->values, list)
		value_free(value);
	list_del(&settings->siblings);
	settings->parent = NULL;
	if (parent)
		settings_resort(parent);
	if (settings->free)
		settings->free(settings);
}

static void named_free(struct settings *settings)
{
	free(container_of(settings, struct named_settings, settings));
}

/* Make the block NAME, of LEN bytes, under PARENT. NULL: no memory. */
static struct settings *named_create(struct settings *parent, const char *name,
				     size_t len)
{
	struct named_settings *named = malloc(sizeof(*named) + len + 1);

	if (!named)
		return NULL;
	settings_init(&named->settings, NULL, 0);
	named->settings.free = named_free;
	memcpy(named->name, name, len);
	named->name[len] = '\0';
	settings_register(&named->settings, parent, named->name);
	return &named->settings;
}

/* The block at PATH of LEN bytes; parts without a name count for nothing, so
 * "." is the root. NULL: there is none, or it is too deep. */
static struct settings *path_find(const char *path, size_t len, bool create)
{
	struct settings *settings = &settings_root;
	struct settings *child;
	unsigned int depth = 0;
	size_t part;

	for (; len; path++, len--) {
		for (part = 0; part < len && path[part] != '.'; part++)
			;
		if (!part)
			continue;
		if (depth++ == PATH_DEPTH_MAX)
			return NULL;
		child = child_find(settings, path, part);
		if (!child && create)
			child = named_create(settings, path, part);
		settings = child ? settings_target(child) : NULL;
		if (!settings)
			return NULL;
		path += part;
		len -= part;
		if (!len)
			break;
	}
	return settings;
}

struct settings *settings_find(const char *path, bool create)
{
	return path_find(path, strlen(path), create);
}

/* Does this block know SETTING? */
static bool settings_apply(struct settings *settings,
			   const struct setting *setting)
{
	return !settings->ops || !settings->ops->applies ||
	       settings->ops->applies(settings, setting);
}

int settings_refuse(struct settings *settings __unused_arg,
		    const struct setting *setting,
		    const void *data __unused_arg, size_t len __unused_arg)
{
	return error_set(-EPERM, "%s cannot be changed", setting->name);
}

int settings_store(struct settings *settings, const struct setting *setting,
		   const void *data, size_t len)
{
	int rc = -ENOENT;

	settings = settings_target(settings);
	if (!settings)
		return -ENOENT;
	if (!settings_apply(settings, setting))
		return error_set(-ENOTSUP, "%s cannot be set there",
				 setting->name);
	if (!len)
		data = NULL;
	if (!data)
		len = 0;
	if (settings->ops && settings->ops->store)
		rc = settings->ops->store(settings, setting, data, len);
	if (rc == -ENOENT)
		rc = value_store(settings, setting, data, len);
	if (!rc && setting->tag == setting_priority.tag)
		settings_resort(settings);
	return rc;
}

/* Fetch from this one block: what was stored in it goes before what it has. */
static int settings_fetch_own(struct settings *settings,
			      const struct setting *setting, void *buf,
			      size_t len, const struct setting_type **ret_type)
{
	struct setting_value *value;

	if (!settings_apply(settings, setting))
		return -ENOENT;
	value = value_find(settings, setting);
	if (value) {
		if (!value->len)
			return -ENOENT;
		if (len)
			memcpy(buf, value->data, MIN(len, value->len));
		if (value->type)
			*ret_type = value->type;
		return (int)value->len;
	}
	if (!settings->ops || !settings->ops->fetch)
		return -ENOENT;
	return settings->ops->fetch(settings, setting, buf, len, ret_type);
}

int settings_fetch(struct settings *settings, const struct setting *setting,
		   void *buf, size_t len, struct settings **ret_origin,
		   const struct setting_type **ret_type)
{
	static uint8_t no_buf;
	const struct setting_type *type = setting->type;
	struct settings *child;
	int rc;

	settings = settings_target(settings);
	if (!settings)
		return -ENOENT;
	/* Blocks need not guard their memcpy() against NULL. */
	if (!buf) {
		buf = &no_buf;
		len = 0;
	}
	rc = settings_fetch_own(settings, setting, buf, len, &type);
	if (rc >= 0) {
		if (ret_origin)
			*ret_origin = settings;
		if (ret_type)
			*ret_type = type;
		return rc;
	}
	list_for_each_entry(child, &settings->children, siblings) {
		if (child->ops && child->ops->redirect)
			continue;
		rc = settings_fetch(child, setting, buf, len, ret_origin,
				    ret_type);
		if (rc >= 0)
			return rc;
	}
	return -ENOENT;
}

int settings_fetch_ipv4(struct settings *settings,
			const struct setting *setting, uint32_t *ret_addr)
{
	uint32_t addr;
	int len;

	len = settings_fetch(settings, setting, &addr, sizeof(addr), NULL,
			     NULL);
	if (len < (int)sizeof(addr))
		return -ENOENT;
	*ret_addr = addr;
	return 0;
}

int settings_fetch_uint(struct settings *settings,
			const struct setting *setting, unsigned long *ret_value)
{
	const struct setting_type *type;
	uint8_t raw[sizeof(unsigned long)];
	int len;

	len = settings_fetch(settings, setting, raw, sizeof(raw), NULL, &type);
	if (len < 0)
		return len;
	return setting_number(setting->type ? setting->type : type, raw,
			      (size_t)len, ret_value);
}

int settings_fetch_string(struct settings *settings,
			  const struct setting *setting, char *buf, size_t len)
{
	int full;

	full = settings_fetch(settings, setting, buf, len - 1, NULL, NULL);
	if (full < 0)
		return full;
	buf[MIN((size_t)full, len - 1)] = '\0';
	return full;
}

/* The setting of the table that is called NAME or, if TAG is not 0, has that
 * number in blocks of SCOPE. NULL if there is none. */
static const struct setting *setting_find(const char *name, SETTING_TAG tag,
					  const char *scope)
{
	const struct setting *setting;

	for_each_table_entry(setting, settings) {
		if (!strcmp(setting->name, name) ||
		    (tag && setting->tag == tag &&
		     scope_is_equal(setting->scope, scope)))
			return setting;
	}
	return NULL;
}

static const struct setting_type *type_find(const char *name)
{
	const struct setting_type *type;

	for_each_table_entry(type, setting_types) {
		if (!strcmp(type->name, name))
			return type;
	}
	return NULL;
}

/* The tag that NAME ("67", "175.189", "0x43") is, or 0. */
static SETTING_TAG tag_parse(const char *name)
{
	SETTING_TAG tag = 0;
	char *end;

	for (;;) {
		if (*name < '0' || *name > '9')
			return 0;
		tag = tag << 8 | (SETTING_TAG)strtoul(name, &end, 0);
		if (!*end)
			return tag;
		if (*end != '.')
			return 0;
		name = end + 1;
	}
}

int setting_parse_name(const char *text, bool create, char *name_buf,
		       struct settings **ret_settings,
		       struct setting *ret_setting)
{
	const struct setting *known;
	struct settings *settings = &settings_root;
	struct setting setting = {0};
	const char *slash, *colon;
	size_t len;

	slash = strchr(text, '/');
	if (slash) {
		settings = path_find(text, (size_t)(slash - text), create);
		if (!settings)
			return error_set(-ENOENT,
					 "no block \"%.*s\", or too deep",
					 (int)(slash - text), text);
		text = slash + 1;
	}
	colon = strchr(text, ':');
	len = colon ? (size_t)(colon - text) : strlen(text);
	if (!len || len >= SETTING_NAME_MAX)
		return error_set(-EINVAL,
				 "the name of a setting has 1 to %d characters",
				 SETTING_NAME_MAX - 1);
	memcpy(name_buf, text, len);
	name_buf[len] = '\0';
	setting.tag = tag_parse(name_buf);
	/* What has a name is itself by its number too, of its type. */
	known = setting_find(name_buf, setting.tag, settings->scope);
	if (known) {
		setting = *known;
		if (!slash && setting_home)
			settings = setting_home(known);
	} else {
		setting.name = name_buf;
		setting.scope = settings->scope;
	}
	if (colon) {
		setting.type = type_find(colon + 1);
		if (!setting.type)
			return error_set(-EINVAL, "there is no type \"%s\"",
					 colon + 1);
	}
	*ret_settings = settings;
	*ret_setting = setting;
	return 0;
}

int settings_store_text(const char *name, const char *value)
{
	char name_buf[SETTING_NAME_MAX];
	bool is_delete = !value || !*value;
	struct settings *settings;
	struct setting setting;
	uint8_t *raw;
	int rc;

	rc = setting_parse_name(name, !is_delete, name_buf, &settings,
				&setting);
	if (rc)
		return is_delete && rc == -ENOENT ? 0 : rc;
	if (!setting.type)
		setting.type = &setting_type_string;
	if (is_delete)
		return settings_store(settings, &setting, NULL, 0);
	/* No type makes more than a few bytes beyond the text's length. */
	raw = malloc(strlen(value) + 16);
	if (!raw)
		return -ENOMEM;
	rc = setting.type->parse(value, raw, strlen(value) + 16);
	if (rc < 0)
		error_set(rc, "\"%s\" is not a value of type %s", value,
			  setting.type->name);
	else
		rc = settings_store(settings, &setting, raw, (size_t)rc);
	free(raw);
	return rc;
}

char *settings_format(struct settings *settings, const struct setting *setting)
{
	const struct setting_type *type = NULL;
	uint8_t *raw = NULL;
	char *text = NULL;
	int raw_len, len;

	raw_len = settings_fetch(settings, setting, NULL, 0, NULL, &type);
	if (raw_len < 0)
		return NULL;
	type = setting->type ? setting->type : type;
	if (!type)
		type = &setting_type_string;
	raw = malloc((size_t)raw_len + 1);
	if (!raw)
		return NULL;
	len = settings_fetch(settings, setting, raw, (size_t)raw_len, NULL,
			     NULL);
	if (len != raw_len)
		goto out;
	len = type->format(raw, (size_t)raw_len, NULL, 0);
	if (len < 0)
		goto out;
	text = malloc((size_t)len + 1);
	if (text)
		type->format(raw, (size_t)raw_len, text, (size_t)len + 1);
out:
	free(raw);
	return text;
}

char *settings_fetch_text(const char *name)
{
	char name_buf[SETTING_NAME_MAX];
	struct settings *settings;
	struct setting setting;

	if (setting_parse_name(name, false, name_buf, &settings, &setting))
		return NULL;
	return settings_format(settings, &setting);
}

/* Find the innermost ${name} of TEXT: the first } and the last ${ before it.
 * RET_START and RET_END (at the brace) point into TEXT. */
static bool find_reference(char *text, char **ret_start, char **ret_end)
{
	char *start = NULL;

	for (; *text; text++) {
		if (text[0] == '$' && text[1] == '{')
			start = text;
		if (start && *text == '}') {
			*ret_start = start;
			*ret_end = text;
			return true;
		}
	}
	return false;
}

char *settings_expand(const char *text, int *ret_rc)
{
	size_t head_len, value_len, tail_len;
	unsigned int count;
	char *out, *next, *value;
	char *start, *end;

	out = strdup(text);
	for (count = 0; out && find_reference(out, &start, &end); count++) {
		*end = '\0';
		value = settings_fetch_text(start + 2);
		head_len = (size_t)(start - out);
		value_len = value ? strlen(value) : 0;
		tail_len = strlen(end + 1);
		if (count == EXPAND_COUNT_MAX ||
		    head_len + value_len + tail_len > EXPAND_LEN_MAX) {
			free(value);
			free(out);
			*ret_rc = error_set(-ELOOP,
					    "a value in \"%.60s\" refers"
					    " to itself, or is too long",
					    text);
			return NULL;
		}
		next = malloc(head_len + value_len + tail_len + 1);
		if (next) {
			memcpy(next, out, head_len);
			if (value)
				memcpy(next + head_len, value, value_len);
			memcpy(next + head_len + value_len, end + 1,
			       tail_len + 1);
		}
		free(value);
		free(out);
		out = next;
	}
	if (!out)
		*ret_rc = -ENOMEM;
	return out;
}

/* Append the path of SETTINGS to BUF. */
static void path_append(const struct settings *settings, char *buf, size_t len)
{
	size_t used;

	if (!settings->parent)
		return;
	path_append(settings->parent, buf, len);
	used = strlen(buf);
	snprintf(buf + used, len - used, "%s%s", used ? "." : "",
		 settings->name);
}

const char *settings_path(const struct settings *settings)
{
	static char path[64];

	path[0] = '\0';
	path_append(settings, path, sizeof(path));
	return path;
}

bool settings_value_at(struct settings *settings, unsigned int index,
		       struct setting *ret_setting)
{
	struct setting_value *value;

	list_for_each_entry(value, &settings->values, list) {
		if (index--)
			continue;
		memset(ret_setting, 0, sizeof(*ret_setting));
		ret_setting->name = value->name;
		ret_setting->tag = value->tag;
		ret_setting->type = value->type;
		ret_setting->scope = value->scope;
		return true;
	}
	return false;
}

bool settings_may_have(struct settings *settings, const struct setting *setting)
{
	if (settings->ops && settings->ops->applies)
		return settings->ops->applies(settings, setting);
	return !setting->scope;
}
