/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings block "builtin": what the firmware says of itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/branding.h"
#include "core/command.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "core/settings.h"
#include "core/uri.h"

/* One setting of the block. Table "builtins". */
struct builtin {
	const struct setting *setting;
	/* Copy the raw value as settings_ops' fetch() does. */
	int (*fetch)(void *buf, size_t len);
};

TABLE_DECLARE(builtins, const struct builtin);

static int bytes_fetch(const void *data, size_t data_len, void *buf, size_t len)
{
	if (len)
		memcpy(buf, data, MIN(len, data_len));
	return (int)data_len;
}

static int text_fetch(const char *text, void *buf, size_t len)
{
	return bytes_fetch(text, strlen(text), buf, len);
}

static int number_fetch(uint32_t number, void *buf, size_t len)
{
	uint8_t raw[4];

	put_be32(raw, number);
	return bytes_fetch(raw, sizeof(raw), buf, len);
}

static int errno_fetch(void *buf, size_t len)
{
	return number_fetch(exec_errno, buf, len);
}

static int platform_fetch(void *buf, size_t len)
{
	return text_fetch(platform_name, buf, len);
}

static int buildarch_fetch(void *buf, size_t len)
{
	return text_fetch(platform_buildarch, buf, len);
}

static int version_fetch(void *buf, size_t len)
{
	return text_fetch(PRODUCT_VERSION, buf, len);
}

static int firmware_fetch(void *buf, size_t len)
{
	return text_fetch(PRODUCT_SHORT_NAME, buf, len);
}

static int buildid_fetch(void *buf, size_t len)
{
	return text_fetch(identity_build_id(), buf, len);
}

static int generation_fetch(void *buf, size_t len)
{
	return number_fetch(loopguard_generation(), buf, len);
}

/* The working URI, or with IS_DIR its directory, ending in a slash. */
static int cwuri_fetch_any(void *buf, size_t len, bool is_dir)
{
	static const char here[] = ".";
	struct uri *base, *relative, *uri = NULL;
	char *text = NULL;
	int rc = -ENOENT;

	base = uri_base();
	if (!base)
		return -ENOENT;
	relative = uri_parse(here);
	if (relative && is_dir)
		uri = uri_resolve(base, relative);
	else if (relative)
		uri = uri_get(base);
	if (uri)
		text = uri_format_alloc(uri);
	if (text)
		rc = text_fetch(text, buf, len);
	free(text);
	uri_put(uri);
	uri_put(relative);
	uri_put(base);
	return rc;
}

static int cwuri_fetch(void *buf, size_t len)
{
	return cwuri_fetch_any(buf, len, false);
}

static int cwduri_fetch(void *buf, size_t len)
{
	return cwuri_fetch_any(buf, len, true);
}

#define BUILTIN(name, type_name, about)                                        \
	static const struct setting builtin_setting_##name = {                 \
		#name, about, 0, &setting_type_##type_name, "builtin"          \
	};                                                                     \
	TABLE_REGISTER(settings, builtin_setting_##name);                      \
	static const struct builtin builtin_##name = {                         \
		&builtin_setting_##name, name##_fetch                          \
	};                                                                     \
	TABLE_REGISTER(builtins, builtin_##name)

BUILTIN(errno, uint32, "Last error number");
BUILTIN(platform, string, "Firmware platform");
BUILTIN(buildarch, string, "Architecture of this build");
BUILTIN(version, string, "Version");
BUILTIN(firmware, string, "Name of this product");
BUILTIN(buildid, string, "Build ID");
BUILTIN(generation, int32, "Times entered since reset");
BUILTIN(cwuri, string, "Current working URI");
BUILTIN(cwduri, string, "Directory of the current working URI");

static bool builtin_applies(struct settings *settings __unused_arg,
			    const struct setting *setting)
{
	return setting->scope && !strcmp(setting->scope, "builtin");
}

static int builtin_store(struct settings *settings __unused_arg,
			 const struct setting *setting,
			 const void *data __unused_arg, size_t len __unused_arg)
{
	return error_set(-EPERM, "%s cannot be changed", setting->name);
}

static int builtin_fetch(struct settings *settings __unused_arg,
			 const struct setting *setting, void *buf, size_t len,
			 const struct setting_type **ret_type)
{
	const struct builtin *builtin;

	for_each_table_entry(builtin, builtins) {
		if (strcmp(builtin->setting->name, setting->name))
			continue;
		*ret_type = builtin->setting->type;
		return builtin->fetch(buf, len);
	}
	return -ENOENT;
}

static const struct settings_ops builtin_ops = {
	.applies = builtin_applies,
	.store = builtin_store,
	.fetch = builtin_fetch,
};

static struct settings builtin_settings;

void settings_register_builtin(void)
{
	settings_init(&builtin_settings, &builtin_ops, 0);
	settings_register(&builtin_settings, NULL, "builtin");
}
