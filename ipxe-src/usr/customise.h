/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Do what the customisation region says (core/region.h). */
#ifndef USR_CUSTOMISE_H
#define USR_CUSTOMISE_H

#include "core/region.h"

/* Find the region and store its settings. Its script becomes the first image.
 * Call it once there are NICs and the lease, before other images. A damaged
 * region is ignored, with a sentence. */
void customise(void);

/* Parts that may not be linked in, which are then NULL. */

/* Keep the certificate in ENTRY (REGION_TRUST). */
extern void customise_trust(const struct region_entry *entry)
	__attribute__((weak));

/* Get REGION_FILE_NAME from where this firmware came from, into region_data. */
extern void customise_fetch(void) __attribute__((weak));

/* Register LEN bytes at DATA, which stay, as an image called NAME that is
 * trusted as our own. (usr/main.c) */
void embedded_add(const char *name, const uint8_t *data, size_t len);

#endif
