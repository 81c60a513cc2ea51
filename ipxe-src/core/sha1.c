/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SHA-1 (FIPS 180-4): for old lists of sums, not for trust. */
#include <string.h>

#include "core/digest.h"

SELECT_IF(DIGEST_CMD);

static const uint32_t initial[5] = {
	0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0,
};

static uint32_t rotate_left(uint32_t x, unsigned int bits)
{
	return x << bits | x >> (32 - bits);
}

static void sha1_compress(void *state, const uint8_t *block)
{
	static const uint32_t constants[4] = {
		0x5a827999,
		0x6ed9eba1,
		0x8f1bbcdc,
		0xca62c1d6,
	};
	uint32_t *hash = state;
	uint32_t w[80], s[5], f, t;
	unsigned int i;

	for (i = 0; i < 16; i++)
		w[i] = get_be32(block + 4 * i);
	for (; i < 80; i++)
		w[i] = rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16],
				   1);
	memcpy(s, hash, sizeof(s));
	for (i = 0; i < 80; i++) {
		if (i < 20)
			f = (s[1] & s[2]) | (~s[1] & s[3]);
		else if (i < 40 || i >= 60)
			f = s[1] ^ s[2] ^ s[3];
		else
			f = (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3]);
		t = rotate_left(s[0], 5) + f + s[4] + constants[i / 20] + w[i];
		memmove(s + 1, s, sizeof(s) - sizeof(s[0]));
		s[2] = rotate_left(s[2], 30);
		s[0] = t;
	}
	for (i = 0; i < 5; i++)
		hash[i] += s[i];
}

static const struct digest sha1_digest = {"sha1", initial, 20,		 20, 64,
					  4,	  false,   sha1_compress};
TABLE_REGISTER(digests, sha1_digest);
