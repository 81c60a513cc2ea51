/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* MD5 (RFC 1321): for old lists of sums, not for trust. */
#include <string.h>

#include "core/digest.h"

SELECT_IF(DIGEST_CMD);

static const uint32_t constants[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a,
	0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
	0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
	0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
	0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
	0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
	0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
	0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const uint8_t shifts[4][4] = {
	{7, 12, 17, 22},
	{5, 9, 14, 20},
	{4, 11, 16, 23},
	{6, 10, 15, 21},
};

static const uint32_t initial[4] = {
	0x67452301,
	0xefcdab89,
	0x98badcfe,
	0x10325476,
};

static void md5_compress(void *state, const uint8_t *block)
{
	uint32_t *hash = state;
	uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
	uint32_t f;
	unsigned int i, word, bits;

	for (i = 0; i < 64; i++) {
		if (i < 16) {
			f = (b & c) | (~b & d);
			word = i;
		} else if (i < 32) {
			f = (d & b) | (~d & c);
			word = 5 * i + 1;
		} else if (i < 48) {
			f = b ^ c ^ d;
			word = 3 * i + 5;
		} else {
			f = c ^ (b | ~d);
			word = 7 * i;
		}
		f += a + constants[i] + get_le32(block + word % 16 * 4);
		bits = shifts[i / 16][i % 4];
		a = d;
		d = c;
		c = b;
		b += f << bits | f >> (32 - bits);
	}
	hash[0] += a;
	hash[1] += b;
	hash[2] += c;
	hash[3] += d;
}

static const struct digest md5_digest = {"md5", initial, 16,   16,
					 64,	4,	 true, md5_compress};
TABLE_REGISTER(digests, md5_digest);
