/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What all digests have in common: blocks, padding, length. */
#include <errno.h>
#include <string.h>

#include "core/console.h"
#include "core/digest.h"
#include "core/poll.h"

SELECT_IF(DIGEST_CMD);

/* Blocks hashed before the network gets its turn. */
#define BLOCKS_PER_POLL 4096

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

int digest_compute(const struct digest *digest, const uint8_t *data, size_t len,
		   uint8_t *ret_hash)
{
	uint64_t state[DIGEST_LEN_MAX / sizeof(uint64_t)];
	uint64_t bits = (uint64_t)len * 8;
	unsigned int count = 0;
	unsigned int i;

	memcpy(state, digest->initial, digest->state_len);
	for (; len >= digest->block_len; len -= digest->block_len) {
		digest->compress(state, data);
		data += digest->block_len;
		if (++count % BLOCKS_PER_POLL)
			continue;
		poll_all();
		if (console_is_cancelled())
			return -ECANCELED;
	}
	digest_finish(digest, state, len ? data : (const uint8_t *)"", len,
		      bits);
	for (i = 0; i < digest->len; i++)
		ret_hash[i] = digest_byte(digest, state, i);
	return 0;
}
