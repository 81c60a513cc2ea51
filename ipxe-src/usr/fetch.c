/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Get images: download them while a person watches, or find them again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/download.h"
#include "usr/fetch.h"
#include "usr/verify.h"

/* How often the progress line is rewritten, at most. */
#define PROGRESS_US 200000

/* Columns that a progress line may take. */
#define PROGRESS_WIDTH 79
#define TITLE_WIDTH    40

/* A download being watched. */
struct fetch {
	struct download download;
	const struct fetch_options *options;
	const struct verifier *verifier; /* NULL: nothing is compared */
	struct verify verify;
	char title[160];	 /* public URI, cut if it is long */
	const char *short_title; /* the end of it, for the progress line */
	uint64_t start_us;
	uint64_t moved_us; /* when RECEIVED last changed */
	uint64_t received; /* then */
	uint64_t shown_us; /* when the line was last written */
	size_t shown_len;  /* its length, to be wiped */
};

void fetch_format_size(uint64_t len, char *buf, size_t buf_len)
{
	static const char units[] = "kMGT";
	unsigned int unit = 0;

	if (len < 1000) {
		snprintf(buf, buf_len, "%u B", (unsigned int)len);
		return;
	}
	/* Tenths of a unit. */
	for (len /= 100; len >= 10000 && units[unit + 1]; unit++)
		len /= 1000;
	snprintf(buf, buf_len, "%u.%u %cB", (unsigned int)(len / 10),
		 (unsigned int)(len % 10), units[unit]);
}

/* Wipe the progress line, the cursor at its beginning. */
static void progress_wipe(struct fetch *fetch)
{
	if (fetch->shown_len)
		console_printf("\r%*s\r", (int)fetch->shown_len, "");
	fetch->shown_len = 0;
}

/* Bytes per second since the start. */
static uint64_t fetch_rate(const struct fetch *fetch, uint64_t now)
{
	uint64_t ms = (now - fetch->start_us) / 1000;

	return fetch->download.received * 1000 / MAX(ms, (uint64_t)1);
}

/* Write the progress line over the last one. */
static void progress_show(struct fetch *fetch, uint64_t now)
{
	const struct download *download = &fetch->download;
	char line[PROGRESS_WIDTH + 1];
	char size[16], rate_text[16];
	uint64_t rate = fetch_rate(fetch, now);
	size_t len;
	int pad;

	fetch_format_size(download->received, size, sizeof(size));
	fetch_format_size(rate, rate_text, sizeof(rate_text));
	if (download->status[0])
		len = (size_t)snprintf(line, sizeof(line), "%s: %s",
				       fetch->short_title, download->status);
	else if (download->has_total && download->total && rate)
		len = (size_t)snprintf(
			line, sizeof(line), "%s: %s, %u%%, %s/s, %u s left",
			fetch->short_title, size,
			(unsigned int)(download->received * 100 /
				       download->total),
			rate_text,
			(unsigned int)((download->total - download->received) /
				       rate));
	else
		len = (size_t)snprintf(line, sizeof(line), "%s: %s, %s/s",
				       fetch->short_title, size, rate_text);
	len = MIN(len, sizeof(line) - 1);
	pad = len < fetch->shown_len ? (int)(fetch->shown_len - len) : 0;
	console_printf("\r%s%*s", line, pad, "");
	fetch->shown_len = len;
	fetch->shown_us = now;
}

/* For poll_until(): is it over? Keeps the time-out and the display. */
static bool fetch_is_over(void *ctx)
{
	struct fetch *fetch = ctx;
	struct download *download = &fetch->download;
	uint64_t now;

	if (download->is_done)
		return true;
	if (fetch->verifier)
		fetch->verifier->grow(&fetch->verify, download->image->data,
				      (size_t)download->received);
	now = platform_time_us();
	/* A wait that the server asked for is no standstill. */
	if (download->received != fetch->received || download->is_waiting) {
		fetch->received = download->received;
		fetch->moved_us = now;
	}
	if (!fetch->options->is_quiet && now - fetch->shown_us >= PROGRESS_US)
		progress_show(fetch, now);
	return fetch->options->timeout_ms &&
	       now - fetch->moved_us >= fetch->options->timeout_ms * 1000ULL;
}

/* Say that it is here, in one line. */
static void fetch_report(const struct fetch *fetch)
{
	uint64_t now = platform_time_us();
	uint64_t ms = (now - fetch->start_us) / 1000;
	char size[16], rate[16];

	fetch_format_size(fetch->download.received, size, sizeof(size));
	fetch_format_size(fetch_rate(fetch, now), rate, sizeof(rate));
	console_printf("%s: %s in %u.%u s, %s/s\n", fetch->title, size,
		       (unsigned int)(ms / 1000), (unsigned int)(ms / 100 % 10),
		       rate);
}

/* Keep what fits of the public text of URI. */
static void fetch_title(struct fetch *fetch, const struct uri *uri)
{
	size_t len;

	uri_format_public(uri, fetch->title, sizeof(fetch->title));
	len = strlen(fetch->title);
	fetch->short_title =
		fetch->title + (len > TITLE_WIDTH ? len - TITLE_WIDTH : 0);
}

/* Prepare VERIFY to compare with the SHA-256 of TEXT. RET_VERIFIER is NULL if
 * TEXT is. */
static int verify_begin(struct verify *verify, const char *text,
			const struct verifier **ret_verifier)
{
	const struct verifier *verifier;

	*ret_verifier = NULL;
	if (!text)
		return 0;
	for_each_table_entry(verifier, verifiers) {
		*ret_verifier = verifier;
		return verifier->begin(verify, text);
	}
	return error_set(-ENOSYS, "comparing with a SHA-256 is not built in");
}

int image_check_sha256(const struct image *image, const char *text)
{
	const struct verifier *verifier;
	struct verify verify;
	int rc;

	rc = verify_begin(&verify, text, &verifier);
	return rc || !verifier
		       ? rc
		       : verifier->end(&verify, image->data, image->len);
}

/* Download URI into IMAGE. */
static int fetch_run(struct uri *uri, struct image *image,
		     const struct fetch_options *options)
{
	struct fetch fetch = {.options = options};
	int rc;

	rc = verify_begin(&fetch.verify, options->sha256, &fetch.verifier);
	if (rc)
		return rc;
	fetch.download.refuse_self = options->is_to_execute;
	fetch_title(&fetch, uri);
	fetch.start_us = platform_time_us();
	fetch.moved_us = fetch.start_us;
	fetch.shown_us = fetch.start_us;
	rc = download_open(&fetch.download, uri, image);
	if (rc)
		return rc;
	rc = poll_until(fetch_is_over, &fetch, -1);
	progress_wipe(&fetch);
	if (!rc && !fetch.download.is_done)
		rc = error_set(-ETIMEDOUT, "nothing came for %lu ms%s%s",
			       options->timeout_ms,
			       fetch.download.status[0] ? "; it was " : "",
			       fetch.download.status);
	else if (!rc)
		rc = fetch.download.rc;
	if (!rc && fetch.verifier)
		rc = fetch.verifier->end(&fetch.verify, image->data,
					 image->len);
	if (!rc && !options->is_quiet)
		fetch_report(&fetch);
	download_close(&fetch.download);
	return rc;
}

/* Resolve URI_TEXT and download it. RET_IMAGE is registered. */
static int fetch_resolved(struct uri *uri, const struct fetch_options *options,
			  struct image **ret_image)
{
	struct image *image;
	int rc;

	if (!uri->scheme)
		return error_set(-EINVAL, "it is relative, and there is no "
					  "working URI: run dhcp first");
	if (options->is_to_execute) {
		rc = loopguard_check_uri(uri);
		if (rc)
			return rc;
	}
	image = image_alloc(uri, options->name, NULL);
	if (!image)
		return -ENOMEM;
	rc = fetch_run(uri, image, options);
	if (!rc)
		rc = image_register(image);
	if (!rc)
		*ret_image = image;
	image_put(image);
	return rc;
}

int fetch_image(const char *command, const char *uri_text,
		const struct fetch_options *options, struct image **ret_image)
{
	struct uri *base = uri_base();
	struct uri *relative = uri_parse(uri_text);
	struct uri *uri = NULL;
	char text[128];
	int rc = -ENOMEM;

	if (relative)
		uri = uri_resolve(base, relative);
	if (uri)
		rc = fetch_resolved(uri, options, ret_image);
	if (rc) {
		text[0] = '\0';
		if (uri)
			uri_format_public(uri, text, sizeof(text));
		console_printf("%s: could not fetch %s: %s\n", command, text,
			       error_text(rc));
	}
	uri_put(uri);
	uri_put(relative);
	uri_put(base);
	return rc;
}

int fetch_or_find_image(const char *command, const char *text,
			const struct fetch_options *options,
			struct image **ret_image)
{
	struct image *image = image_find(text);
	int rc;

	if (!image)
		return fetch_image(command, text, options, ret_image);
	rc = image_check_sha256(image, options->sha256);
	if (rc)
		console_printf("%s: %s: %s\n", command, text, error_text(rc));
	else
		*ret_image = image;
	return rc;
}
