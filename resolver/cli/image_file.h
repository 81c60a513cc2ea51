/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Files that are read and replaced as a whole. */
#ifndef RESOLVER_CLI_IMAGE_FILE_H
#define RESOLVER_CLI_IMAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot_image.h"
#include "reason.h"

/*
 * Read a regular file.  ret_data is freed by the caller.  Returns 0, or a
 * negative errno with a sentence that goes behind "NAME: ".
 */
int image_file_read(const char *path, uint8_t **ret_data, size_t *ret_len,
		    struct reason *why);

/*
 * Replace the file at path, or make it, in one step: at every moment, whatever
 * happens, there is the old one or the new one.  A file that is replaced keeps
 * its mode, a new one gets that of like (NULL: 0644 without the umask's bits).
 * Returns 0, or a negative errno with a sentence.
 */
int image_file_write(const char *path, const char *like, const uint8_t *data,
		     size_t len, struct reason *why);

/*
 * Is it a customisation by itself: by what it begins with, or, when there is
 * nothing in it yet, by its name?
 */
bool image_file_is_region(const char *path, const uint8_t *data, size_t len);

/*
 * Read what a file of either kind is customised with.  ret_image is zeroed for
 * a customisation by itself.  Returns 0, or a negative errno with a sentence;
 * ret_region is freed by region_fini().
 */
int image_file_parse(const char *path, const uint8_t *data, size_t len,
		     struct boot_image *ret_image, struct region *ret_region,
		     struct reason *why);

#endif
