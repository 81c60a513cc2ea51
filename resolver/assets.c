/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Static files of the site: kernels, initrds, boot programs. */
#include "assets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "beneath.h"

/* Media types that a client of ours looks at (UEFI 2.10 24.7.2). */
static const struct media_type {
	/* How the file name ends. */
	const char *ending;
	/* The type. */
	const char *type;
} media_types[] = {
	{".efi", "application/efi"},
	{".iso", "application/vnd.efi-iso"},
	{".img", "application/vnd.efi-img"},
	{".ipxe", "text/plain; charset=utf-8"},
	{".txt", "text/plain; charset=utf-8"},
	{".cfg", "text/plain; charset=utf-8"},
	{".json", "application/json"},
};

static const char *media_type_find(const char *path)
{
	size_t len = strlen(path);
	size_t i;

	for (i = 0; i < sizeof(media_types) / sizeof(media_types[0]); i++) {
		size_t ending_len = strlen(media_types[i].ending);

		if (len >= ending_len && strcasecmp(path + len - ending_len,
						    media_types[i].ending) == 0)
			return media_types[i].type;
	}
	return "application/octet-stream";
}

static void asset_describe(struct asset *asset, const struct stat *st)
{
	struct tm tm = {.tm_mday = 1, .tm_year = 70, .tm_wday = 4};

	asset->size = (uint64_t)st->st_size;
	asset->mtime = st->st_mtim;
	snprintf(asset->etag, sizeof(asset->etag), "\"%llx-%llx-%llx.%lx\"",
		 (unsigned long long)st->st_ino,
		 (unsigned long long)st->st_size,
		 (unsigned long long)st->st_mtim.tv_sec,
		 (unsigned long)st->st_mtim.tv_nsec);
	gmtime_r(&st->st_mtim.tv_sec, &tm);
	strftime(asset->modified, sizeof(asset->modified),
		 "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

int asset_open(const struct site *site, const char *top, const char *path,
	       struct asset *ret_asset)
{
	struct asset asset = {.type = media_type_find(path)};
	struct stat st;
	int dir, rc;

	dir = site_open(site, top);
	if (dir < 0)
		return dir;
	asset.fd = beneath_open_file(dir, path);
	close(dir);
	if (asset.fd < 0)
		return asset.fd;
	if (fstat(asset.fd, &st)) {
		rc = -errno;
		close(asset.fd);
		return rc;
	}
	asset_describe(&asset, &st);
	*ret_asset = asset;
	return 0;
}
