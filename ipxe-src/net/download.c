/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Downloads: from a protocol into an image, watching what comes. */
#include <strings.h>

#include "core/error.h"
#include "core/identity.h"
#include "net/download.h"
#include "net/netdevice.h"

/* Bytes after which the beginning is looked at for the first time; again
 * whenever it has doubled, up to IDENTITY_SCAN_LEN. */
#define FIRST_SCAN_LEN 4096

void download_restart(struct download *download)
{
	download->is_waiting = false;
	download->received = 0;
	download->has_total = false;
	download->next_scan = FIRST_SCAN_LEN;
	download->image->len = 0;
}

/* What fetches from SCHEME, or NULL. */
static const struct protocol *protocol_find(const char *scheme)
{
	const struct protocol *protocol;

	if (platform_protocol) {
		protocol = platform_protocol(scheme);
		if (protocol)
			return protocol;
	}
	for_each_table_entry(protocol, protocols) {
		if (!strcasecmp(protocol->scheme, scheme))
			return protocol;
	}
	return NULL;
}

/* Find the protocol of URI and begin. */
static int download_start(struct download *download, struct uri *uri)
{
	const struct protocol *protocol = protocol_find(uri->scheme);

	if (!protocol)
		return error_set(-ENOTSUP,
				 "%.20s: is not a protocol that is built in",
				 uri->scheme);
	download->protocol = protocol;
	uri_get(uri);
	uri_put(download->uri);
	download->uri = uri;
	return protocol->start(download);
}

int download_open(struct download *download, struct uri *uri,
		  struct image *image)
{
	int rc;

	download->uri = NULL;
	download->image = image;
	download->protocol = NULL;
	download->priv = NULL;
	download->is_done = false;
	download->rc = 0;
	download->status[0] = '\0';
	download_restart(download);
	if (!uri->scheme)
		return error_set(-EINVAL, "there is no current directory to "
					  "look for it in; give a full URI");
	netdev_apply_all_settings();
	rc = download_start(download, uri);
	if (rc)
		download_close(download);
	return rc;
}

void download_redirect(struct download *download, struct uri *uri)
{
	int rc = -EINVAL;

	uri_get(uri);
	download->protocol->stop(download);
	download->priv = NULL;
	download_restart(download);
	/* stop() may have finished it. */
	download->is_done = false;
	download->rc = 0;
	download->status[0] = '\0';
	if (uri->scheme)
		rc = download_start(download, uri);
	if (rc)
		download_finish(download, rc);
	uri_put(uri);
}

void download_close(struct download *download)
{
	if (download->priv)
		download->protocol->stop(download);
	download->priv = NULL;
	uri_put(download->uri);
	download->uri = NULL;
}

int download_set_total(struct download *download, uint64_t total)
{
	int rc;

	rc = image_reserve(download->image, total);
	if (rc)
		return rc;
	download->total = total;
	download->has_total = true;
	return 0;
}

/* Is what has come so far this very firmware? */
static bool download_is_self(struct download *download)
{
	struct image *image = download->image;

	return identity_scan(image->data, image->len, NULL) == IDENTITY_SELF;
}

/* The sentence for our own build. */
static int download_refuse(void)
{
	return error_set(-EISSELF,
			 "it is this very firmware (build %.8s); "
			 "starting it again would loop",
			 identity_build_id());
}

int download_deliver(struct download *download, const void *data, size_t len)
{
	int rc;

	if (download->has_total && len > download->total - download->received)
		return error_set(-EPROTO, "the server sends more than it "
					  "announced");
	rc = image_write(download->image, download->received, data, len);
	if (rc)
		return rc;
	download->received += len;
	download->status[0] = '\0';
	if (download->received < download->next_scan)
		return 0;
	if (download->received >= IDENTITY_SCAN_LEN)
		download->next_scan = UINT64_MAX;
	else
		download->next_scan *= 2;
	if (download->refuse_self && download_is_self(download))
		return download_refuse();
	return 0;
}

void download_finish(struct download *download, int rc)
{
	struct image *image = download->image;

	if (download->is_done)
		return;
	if (!rc && download->has_total && download->received != download->total)
		rc = error_set(-EPROTO,
			       "%llu bytes came where %llu were "
			       "announced",
			       (unsigned long long)download->received,
			       (unsigned long long)download->total);
	if (!rc && download->refuse_self && download_is_self(download))
		rc = download_refuse();
	if (!rc) {
		uri_get(download->uri);
		uri_put(image->uri);
		image->uri = download->uri;
		image->flags |= IMAGE_COMPLETE;
	}
	download->status[0] = '\0';
	download->rc = rc;
	download->is_done = true;
}
