/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Get images: download them while a person watches, or find them again. */
#ifndef USR_FETCH_H
#define USR_FETCH_H

#include "core/image.h"

/* How to fetch. */
struct fetch_options {
	const char *name;	  /* of the image; NULL: last path component */
	unsigned long timeout_ms; /* without any progress; 0: the protocol's */
	bool is_quiet;		  /* no progress display */
	bool is_to_execute;	  /* ask the loop guard before fetching */
	const char *sha256;	  /* hexadecimal; another file is refused */
};

/* Download URI_TEXT (relative ones against the working URI) into a new image
 * and register it. RET_IMAGE is not a reference: the list holds it. Returns 0,
 * or -errno having said what could not be fetched and why. COMMAND is who
 * asks: the first word of what is said. */
int fetch_image(const char *command, const char *uri_text,
		const struct fetch_options *options, struct image **ret_image);

/* The registered image called TEXT (checked if a SHA-256 is wanted), else as
 * fetch_image(). */
int fetch_or_find_image(const char *command, const char *text,
			const struct fetch_options *options,
			struct image **ret_image);

/* Is the SHA-256 of IMAGE that which TEXT says, in hexadecimal? 0, -EACCES if
 * not, -EINVAL if TEXT is none, -ENOSYS where it is not built in. */
int image_check_sha256(const struct image *image, const char *text);

/* Write LEN bytes as "812 B", "12.3 kB", "4.0 MB" (1000s); for display. */
void fetch_format_size(uint64_t len, char *buf, size_t buf_len);

#endif
