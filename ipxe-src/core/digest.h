/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Digests: hashes of bytes that are all in memory. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/compiler.h"
#include "core/table.h"

#define DIGEST_LEN_MAX 64 /* bytes of the longest: SHA-512 */

/* A hash made of a function over blocks (Merkle and Damgard). Table
 * "digests". */
struct digest {
	const char *name;      /* "sha256" */
	const void *initial;   /* state before the first block */
	uint8_t state_len;     /* its bytes, at most DIGEST_LEN_MAX */
	uint8_t len;	       /* bytes of the result */
	uint8_t block_len;     /* 64 or 128 */
	uint8_t word_len;      /* bytes of the state's words: 4 or 8 */
	bool is_little_endian; /* result and length, as in MD5 */
	/* Mix BLOCK into STATE. */
	void (*compress)(void *state, const uint8_t *block);
};

TABLE_DECLARE(digests, const struct digest);

/* The digest called NAME ("sha256"), or NULL if it is not built in. */
const struct digest *digest_find(const char *name);

/* A digest of data that grows in one place. */
struct digest_stream {
	const struct digest *digest;
	size_t done; /* bytes that went into the state; whole blocks */
	uint64_t state[DIGEST_LEN_MAX / sizeof(uint64_t)];
};

/* Begin; with other data, begin again. */
void digest_stream_init(struct digest_stream *stream,
			const struct digest *digest);

/* LEN bytes at DATA are there by now, those of earlier calls unchanged. */
void digest_stream_grow(struct digest_stream *stream, const uint8_t *data,
			size_t len);

/* That is all: the digest of the LEN bytes at DATA into RET_HASH. */
void digest_stream_end(struct digest_stream *stream, const uint8_t *data,
		       size_t len, uint8_t *ret_hash);

/* The digest of LEN bytes at DATA into RET_HASH (digest->len bytes). Lets the
 * network run meanwhile. Returns 0, or -ECANCELED on Ctrl-C. */
int digest_compute(const struct digest *digest, const uint8_t *data, size_t len,
		   uint8_t *ret_hash);

#endif
