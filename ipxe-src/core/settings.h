/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings tree: what is known of the machine and its network.
 *
 * A block is a named node with values in it ("net0", child "dhcp" of it,
 * "proxydhcp", "smbios"). A value is raw bytes, addressed by a DHCP tag or by
 * a name, with a type that says how people read it. Which value `${name}`
 * finds follows iPXE's rules: the whole tree depth first, children by
 * priority (DHCP option 175.1), then order, then registration.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "config/general.h"
#include "config/settings.h"
#include "core/compiler.h"
#include "core/list.h"
#include "core/table.h"

struct settings;

/* Holds a tag. Those of ACPI tables and LLDP have 64 bits, all others 32. */
#if defined(ACPI_SETTINGS) || defined(NET_PROTO_LLDP)
#define SETTING_TAG uint64_t
#else
#define SETTING_TAG uint32_t
#endif

/* How raw bytes are read and written. Table "setting_types". */
struct setting_type {
	const char *name; /* after the colon: "ipv4", "hexhyp", ... */
	/* Raw bytes of TEXT into BUF; returns the full raw length or -errno. */
	int (*parse)(const char *text, void *buf, size_t len);
	/* Text of RAW into BUF as snprintf() does, or -errno. */
	int (*format)(const void *raw, size_t raw_len, char *buf, size_t len);
	bool is_signed; /* of integer types */
	uint8_t width;	/* bytes of an integer type, else 0 */
};

/* A setting that has a name. Table "settings". */
struct setting {
	const char *name;
	const char *description; /* one line for people */
	SETTING_TAG tag;	 /* DHCP tag, DHCP_ENCAP(175, n), or 0 */
	const struct setting_type *type;
	/* Root block it belongs to when it is not a DHCP one ("smbios",
	 * "builtin", or a netN's own), NULL if any block may hold it. */
	const char *scope;
};

/* Define setting_IDENT and put it into the table: its members in their order,
 * but the description last; TYPE_NAME is ipv4 for setting_type_ipv4. */
#define SETTING(ident, text_name, setting_tag, type_name, in, about)           \
	const struct setting setting_##ident = {                               \
		.name = text_name,                                             \
		.description = about,                                          \
		.tag = setting_tag,                                            \
		.type = &setting_type_##type_name,                             \
		.scope = in,                                                   \
	};                                                                     \
	TABLE_REGISTER(settings, setting_##ident)

#define DHCP_ENCAP(outer, inner) ((uint32_t)(outer) << 8 | (inner))

/* Tags that exist only inside: the BOOTP fields yiaddr and siaddr. */
#define DHCP_TAG_YIADDR DHCP_ENCAP(175, 2)
#define DHCP_TAG_SIADDR DHCP_ENCAP(175, 3)

/* What a kind of block does. Any may be NULL. */
struct settings_ops {
	/* Does this block know SETTING at all? NULL: every DHCP-like one. */
	bool (*applies)(struct settings *settings,
			const struct setting *setting);
	/* Store LEN bytes (DATA NULL: delete). Returns 0 or -errno. NULL, or
	 * -ENOENT: the generic list of values, which each block has, is used.
	 * NULL with a fetch: the list can hide what that fetches. */
	int (*store)(struct settings *settings, const struct setting *setting,
		     const void *data, size_t len);
	/* Copy up to LEN bytes of the raw value to BUF and return its full
	 * length, or -ENOENT. Asked for what is not in the generic list. May
	 * set *RET_TYPE to the value's own type. */
	int (*fetch)(struct settings *settings, const struct setting *setting,
		     void *buf, size_t len,
		     const struct setting_type **ret_type);
	/* The block that is meant when this one is named ("netX"), or NULL if
	 * there is none now. NULL: this block itself. */
	struct settings *(*redirect)(struct settings *settings);
};

/* A block. Embed it, or settings_create() one. */
struct settings {
	const char *name;	 /* owned by whoever registers it */
	struct settings *parent; /* NULL for the root */
	struct list_head siblings;
	struct list_head children; /* best first */
	struct list_head values;   /* the generic list: struct in settings.c */
	int order;		   /* higher is asked first on equal priority */
	const struct settings_ops *ops; /* NULL: only the generic list */
	/* Scope that a number, or an unknown name, has in a path through this
	 * block: "smbios", "pci". NULL: numbers are DHCP tags. */
	const char *scope;
	void (*free)(
		struct settings *settings); /* at unregister; may be NULL */
};

TABLE_DECLARE(setting_types, const struct setting_type);
TABLE_DECLARE(settings, const struct setting);

extern struct settings settings_root;

/* Types that other files name. */
extern const struct setting_type setting_type_string, setting_type_uristring,
	setting_type_ipv4, setting_type_int8, setting_type_int16,
	setting_type_int32, setting_type_uint8, setting_type_uint16,
	setting_type_uint32, setting_type_hex, setting_type_hexhyp,
	setting_type_hexraw, setting_type_base64, setting_type_uuid,
	setting_type_guid, setting_type_dnssl, setting_type_busdevfn,
	setting_type_ipv6;

/* Settings that other files name. Each lives in core/settings_table.c. */
extern const struct setting setting_ip, setting_netmask, setting_gateway,
	setting_dns, setting_domain, setting_hostname, setting_next_server,
	setting_filename, setting_root_path, setting_dhcp_server,
	setting_user_class, setting_static_routes, setting_vendor_class,
	setting_mac, setting_uuid, setting_priority, setting_mtu,
	setting_syslog, setting_username, setting_password;

/* Prepare SETTINGS with OPS (may be NULL); not in the tree yet. */
void settings_init(struct settings *settings, const struct settings_ops *ops,
		   int order);

/* Put SETTINGS under PARENT (NULL: the root) as NAME, replacing a block of
 * that name. NAME is not copied. Returns 0 or -errno. */
int settings_register(struct settings *settings, struct settings *parent,
		      const char *name);

/* Take SETTINGS and its children out of the tree, drop the generic values and
 * call free(). */
void settings_unregister(struct settings *settings);

/* The block at PATH ("net0.dhcp", "netX", "" is the root), made if it does
 * not exist and CREATE is true. NULL if there is none. */
struct settings *settings_find(const char *path, bool create);

/* Re-sort SETTINGS among its siblings after its priority changed. */
void settings_resort(struct settings *settings);

/* Store a value in SETTINGS (NULL: the root); DATA NULL or LEN 0 deletes. */
int settings_store(struct settings *settings, const struct setting *setting,
		   const void *data, size_t len);

/* Find SETTING in SETTINGS and its children (NULL: the whole tree). Copies up
 * to LEN bytes, returns the full length or -ENOENT. RET_ORIGIN and RET_TYPE
 * may be NULL; they tell which block answered and of which type it is. */
int settings_fetch(struct settings *settings, const struct setting *setting,
		   void *buf, size_t len, struct settings **ret_origin,
		   const struct setting_type **ret_type);

/* Convenience over settings_fetch(). An IPv4 address comes in network byte
 * order (as lwIP's ip4_addr_t has it). A string is terminated; it is cut to
 * LEN - 1. Each returns 0 (string: its length) or -ENOENT. */
int settings_fetch_ipv4(struct settings *settings,
			const struct setting *setting, uint32_t *ret_addr);
int settings_fetch_uint(struct settings *settings,
			const struct setting *setting,
			unsigned long *ret_value);
int settings_fetch_string(struct settings *settings,
			  const struct setting *setting, char *buf, size_t len);

/* The number in RAW, big-endian, sign-extended if TYPE (may be NULL) is a
 * signed one. Returns 0, or -ERANGE if it is longer than a long. */
int setting_number(const struct setting_type *type, const void *raw,
		   size_t raw_len, unsigned long *ret_value);

/* What "[block/]name[:type]" names: fills in SETTING (type NULL if neither the
 * name nor the text has one; its name points into NAME_BUF, which has
 * SETTING_NAME_MAX bytes) and finds the block, made if CREATE. Returns 0,
 * -ENOENT (no such block or type) or -EINVAL. */
#define SETTING_NAME_MAX 128
int setting_parse_name(const char *text, bool create, char *name_buf,
		       struct settings **ret_settings,
		       struct setting *ret_setting);

/* The block that SETTING is of when none is named: what can be changed of
 * "builtin" is not to be hidden by a value of the root. Weak: NULL where
 * nothing can be changed there. */
struct settings *setting_home(const struct setting *setting)
	__attribute__((weak, visibility("hidden")));

/* The store() of a block that nothing can be stored in. */
int settings_refuse(struct settings *settings, const struct setting *setting,
		    const void *data, size_t len);

/* Register the blocks "builtin" and "smbios". Once, at start-up. */
void settings_register_builtin(void);
void settings_register_smbios(void) __attribute__((weak));

/* Register the block "nvs": settings that survive a reset, of high order, so
 * that they go before DHCP's. Weak: NULL where there is no place for them. */
void settings_register_nvs(void) __attribute__((weak));

/* The same with text on both sides, for scripts: NAME is
 * "[block/]name[:type]". store: VALUE NULL or "" deletes; fetch: memory that
 * the caller frees, NULL if unset. */
int settings_store_text(const char *name, const char *value);
char *settings_fetch_text(const char *name);

/* Value number INDEX (from 0) of those that were stored in SETTINGS: false if
 * there are not so many. RET_SETTING's name is valid until the next store. */
bool settings_value_at(struct settings *settings, unsigned int index,
		       struct setting *ret_setting);

/* May SETTING be in SETTINGS: does it belong to no other kind of block? */
bool settings_may_have(struct settings *settings,
		       const struct setting *setting);

/* The text of SETTING as settings_fetch() finds it; memory for the caller,
 * NULL if it is unset or cannot be written as text. */
char *settings_format(struct settings *settings, const struct setting *setting);

/* Replace every ${name} of TEXT, innermost first, rescanning what came out.
 * Returns memory that the caller frees, or NULL with *RET_RC set: -ENOMEM, or
 * -ELOOP where a value refers to itself without end. */
char *settings_expand(const char *text, int *ret_rc);

/* "net0.dhcp" of SETTINGS, into a static buffer. */
const char *settings_path(const struct settings *settings);

#endif
