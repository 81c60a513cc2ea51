/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Decompression of DEFLATE data, bare or as zlib or gzip wrap it. */
#ifndef CORE_INFLATE_H
#define CORE_INFLATE_H

#include "core/compiler.h"

/* What is around the compressed data. */
enum inflate_format {
	INFLATE_RAW,  /* nothing: RFC 1951 */
	INFLATE_ZLIB, /* RFC 1950, checked with Adler-32 */
	INFLATE_GZIP, /* RFC 1952, members one behind another, CRC-32 */
};

/* Takes LEN bytes that came out. Returns 0, or -errno which ends it all. */
typedef int (*inflate_write)(void *ctx, const uint8_t *data, size_t len);

/* Decompress the LEN bytes at DATA; what comes out goes to WRITE with CTX, in
 * pieces, never more than LIMIT bytes in all. RET_USED (may be NULL) is where
 * the compressed data ended: what is behind it is not looked at (gzip: zeros
 * and anything that is not another member). About 40 KiB of heap are used
 * meanwhile.
 *
 * Returns 0, or with a sentence -EINVAL (not such data, or damaged), -EFBIG
 * (more than LIMIT), -ENOMEM; or what WRITE returned. Some bytes may have been
 * written before that. */
int inflate(const uint8_t *data, size_t len, enum inflate_format format,
	    uint64_t limit, inflate_write write, void *ctx, size_t *ret_used);

/* Does DATA begin as a gzip file does? */
bool inflate_is_gzip(const uint8_t *data, size_t len);

#endif
