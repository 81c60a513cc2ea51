/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region of a signed image, from where the image came from.
 */
#include "core/origin.h"
#include "usr/customise.h"
#include "usr/fetch.h"

SELECT_IF(CUSTOM_FETCH);

/* How long a server may say nothing: there need not be such a file. */
#define FETCH_TIMEOUT_MS 4000

void customise_fetch(void)
{
	const struct fetch_options options = {
		.timeout_ms = FETCH_TIMEOUT_MS,
		.is_quiet = true,
	};
	struct image *image;

	if (!origin.uri ||
	    fetch_image("customise", REGION_FILE_NAME, &options, &image))
		return;
	region_data = image->data;
	region_len = image->len;
	/* Kept for its bytes, but nobody's image. */
	image_get(image);
	image_unregister(image);
}
