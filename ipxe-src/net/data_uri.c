/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* data: URIs, RFC 2397: what is fetched stands in the URI itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "core/settings.h" /* base64 */
#include "net/download.h"

SELECT_IF(DOWNLOAD_PROTO_DATA);

/* Does the text of LEN bytes end in ";base64"? */
static bool is_base64(const char *text, size_t len)
{
	static const char mark[] = ";base64";
	size_t mark_len = sizeof(mark) - 1;

	return len >= mark_len &&
	       !memcmp(text + len - mark_len, mark, mark_len);
}

/* Deliver the data TEXT, which are percent-encoded, and base64 too if so. */
static int data_deliver(struct download *download, const char *text,
			bool has_base64)
{
	size_t room = strlen(text);
	char *data = malloc(room + 1);
	int len;
	int rc;

	if (!data)
		return -ENOMEM;
	len = (int)uri_decode(text, room, data);
	data[len] = '\0';
	/* In place: four digits become three bytes. */
	if (has_base64)
		len = setting_type_base64.parse(data, data, room);
	if (len < 0)
		rc = error_set(-EINVAL, "its data are not base64");
	else
		rc = download_deliver(download, data, (size_t)len);
	free(data);
	return rc;
}

static int data_start(struct download *download)
{
	const char *text = download->uri->opaque;
	const char *comma = text ? strchr(text, ',') : NULL;
	int rc;

	if (!comma)
		return error_set(-EINVAL, "a data: URI has a comma before its "
					  "data");
	rc = data_deliver(download, comma + 1,
			  is_base64(text, (size_t)(comma - text)));
	if (!rc)
		download_finish(download, 0);
	return rc;
}

static void data_stop(struct download *download __unused_arg)
{
}

static const struct protocol data_protocol = {
	.scheme = "data",
	.start = data_start,
	.stop = data_stop,
};
TABLE_REGISTER(protocols, data_protocol);
