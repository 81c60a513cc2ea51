/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What all digests have in common: blocks, padding, length. */
#include <errno.h>
#include <string.h>

#include "core/console.h"
#include "core/digest.h"
#include "core/poll.h"

SELECT_IF(DIGEST_CMD);

/* Bytes hashed before the network gets its turn. */
#define POLL_LEN 262144

#define BLOCK_LEN_MAX 128

/* Write the last blocks: what is left of DATA, 0x80, zeros, the length. */
static void digest_finish(const struct digest *digest, void *state,
			  const uint8_t *rest, size_t rest_len, uint64_t bits)
{
	uint8_t block[BLOCK_LEN_MAX] = {0};
	size_t length_len = digest->word_len * 2;
	unsigned int i;

	memcpy(block, rest, rest_len);
	block[rest_len] = 0x80;
	if (rest_len + 1 > digest->block_len - length_len) {
		digest->compress(state, block);
		memset(block, 0, sizeof(block));
	}
	for (i = 0; i < 8; i++)
		block[digest->is_little_endian ? digest->block_len - 8 + i
					       : digest->block_len - 1 - i] =
			(uint8_t)(bits >> 8 * i);
	digest->compress(state, block);
}

/* Byte number INDEX of the result. */
static uint8_t digest_byte(const struct digest *digest, const void *state,
			   unsigned int index)
{
	unsigned int shift = index % digest->word_len;
	unsigned int word = index / digest->word_len;

	if (!digest->is_little_endian)
		shift = digest->word_len - 1 - shift;
	if (digest->word_len == 4)
		return (uint8_t)(((const uint32_t *)state)[word] >> 8 * shift);
	return (uint8_t)(((const uint64_t *)state)[word] >> 8 * shift);
}

void digest_stream_init(struct digest_stream *stream,
			const struct digest *digest)
{
	stream->digest = digest;
	stream->done = 0;
	memcpy(stream->state, digest->initial, digest->state_len);
}

void digest_stream_grow(struct digest_stream *stream, const uint8_t *data,
			size_t len)
{
	const struct digest *digest = stream->digest;

	while (len - stream->done >= digest->block_len) {
		digest->compress(stream->state, data + stream->done);
		stream->done += digest->block_len;
	}
}

void digest_stream_end(struct digest_stream *stream, const uint8_t *data,
		       size_t len, uint8_t *ret_hash)
{
	const struct digest *digest = stream->digest;
	unsigned int i;

	digest_stream_grow(stream, data, len);
	digest_finish(digest, stream->state,
		      len ? data + stream->done : (const uint8_t *)"",
		      len - stream->done, (uint64_t)len * 8);
	for (i = 0; i < digest->len; i++)
		ret_hash[i] = digest_byte(digest, stream->state, i);
}

int digest_compute(const struct digest *digest, const uint8_t *data, size_t len,
		   uint8_t *ret_hash)
{
	struct digest_stream stream;

	digest_stream_init(&stream, digest);
	while (len - stream.done >= POLL_LEN) {
		digest_stream_grow(&stream, data, stream.done + POLL_LEN);
		poll_all();
		if (console_is_cancelled())
			return -ECANCELED;
	}
	digest_stream_end(&stream, data, len, ret_hash);
	return 0;
}
