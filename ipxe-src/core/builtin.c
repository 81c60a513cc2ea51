/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings block "builtin": what the firmware says of itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/branding.h"
#include "core/bootfile.h"
#include "core/builtin.h"
#include "core/command.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "core/settings.h"
#include "core/uri.h"

int builtin_bytes(const void *data, size_t data_len, void *buf, size_t len)
{
	if (len)
		memcpy(buf, data, MIN(len, data_len));
	return (int)data_len;
}

int builtin_text(const char *text, void *buf, size_t len)
{
	return builtin_bytes(text, strlen(text), buf, len);
}

int builtin_number(uint32_t number, void *buf, size_t len)
{
	uint8_t raw[4];

	put_be32(raw, number);
	return builtin_bytes(raw, sizeof(raw), buf, len);
}

static int errno_fetch(void *buf, size_t len)
{
	return builtin_number(exec_errno, buf, len);
}

static int platform_fetch(void *buf, size_t len)
{
	return builtin_text(platform_name, buf, len);
}

static int buildarch_fetch(void *buf, size_t len)
{
	return builtin_text(platform_buildarch, buf, len);
}

static int version_fetch(void *buf, size_t len)
{
	return builtin_text(PRODUCT_VERSION, buf, len);
}

static int firmware_fetch(void *buf, size_t len)
{
	return builtin_text(PRODUCT_SHORT_NAME, buf, len);
}

static int buildid_fetch(void *buf, size_t len)
{
	return builtin_text(identity_build_id(), buf, len);
}

static int generation_fetch(void *buf, size_t len)
{
	return builtin_number(loopguard_generation(), buf, len);
}

/* The text of URI, whose reference is dropped; NULL is none. */
static int uri_fetch(struct uri *uri, void *buf, size_t len)
{
	char *text;
	int rc = -ENOENT;

	if (!uri)
		return rc;
	text = uri_format_alloc(uri);
	if (text)
		rc = builtin_text(text, buf, len);
	free(text);
	uri_put(uri);
	return rc;
}

static int cwuri_fetch(void *buf, size_t len)
{
	return uri_fetch(uri_base(), buf, len);
}

static int cwduri_fetch(void *buf, size_t len)
{
	struct uri *base = uri_base();
	struct uri *here = uri_parse(".");
	struct uri *uri = NULL;

	if (base && here)
		uri = uri_resolve(base, here);
	uri_put(here);
	uri_put(base);
	return uri_fetch(uri, buf, len);
}

static int filename_uri_fetch(void *buf, size_t len)
{
	return uri_fetch(bootfile_uri(NULL), buf, len);
}

/* 0 to 1023 milliseconds that differ from machine to machine: to be added to
 * a wait, so that not all of them come back at once. */
static int jitter_fetch(void *buf, size_t len)
{
	uint32_t hash = 2166136261u ^ (uint32_t)platform_time_us();
	uint8_t mac[6];
	size_t i;

	if (settings_fetch(NULL, &setting_mac, mac, sizeof(mac), NULL, NULL) ==
	    sizeof(mac)) {
		for (i = 0; i < sizeof(mac); i++)
			hash = (hash ^ mac[i]) * 16777619u;
	}
	return builtin_number((hash ^ hash >> 16) & 1023, buf, len);
}

BUILTIN(errno, "errno", uint32, "Last error number");
BUILTIN(platform, "platform", string, "Firmware platform");
BUILTIN(buildarch, "buildarch", string, "Architecture of this build");
BUILTIN(version, "version", string, "Version");
BUILTIN(firmware, "firmware", string, "Name of this product");
BUILTIN(buildid, "buildid", string, "Build ID");
BUILTIN(generation, "generation", int32, "Times entered since reset");
BUILTIN(cwuri, "cwuri", string, "Current working URI");
BUILTIN(filename_uri, "filename-uri", string, "URI of the boot filename");
BUILTIN(jitter, "jitter", int32, "Random milliseconds");
BUILTIN(cwduri, "cwduri", string, "Directory of the current working URI");

static bool builtin_applies(struct settings *settings __unused_arg,
			    const struct setting *setting)
{
	return setting->scope && !strcmp(setting->scope, "builtin");
}

/* The builtin that SETTING names, or NULL. */
static const struct builtin *builtin_find(const struct setting *setting)
{
	const struct builtin *builtin;

	for_each_table_entry(builtin, builtins) {
		if (!strcmp(builtin->setting->name, setting->name))
			return builtin;
	}
	return NULL;
}

static int builtin_store(struct settings *settings,
			 const struct setting *setting, const void *data,
			 size_t len)
{
	const struct builtin *builtin = builtin_find(setting);

	if (!builtin || !builtin->store)
		return settings_refuse(settings, setting, data, len);
	return builtin->store(data, len);
}

static int builtin_fetch(struct settings *settings __unused_arg,
			 const struct setting *setting, void *buf, size_t len,
			 const struct setting_type **ret_type)
{
	const struct builtin *builtin = builtin_find(setting);

	if (!builtin)
		return -ENOENT;
	*ret_type = builtin->setting->type;
	return builtin->fetch(buf, len);
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
