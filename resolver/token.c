/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Random secrets: making, hashing, comparing; never logged. */
#include "token.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>

static void hex_format(char *buf, const unsigned char *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*buf++ = digits[data[i] >> 4];
		*buf++ = digits[data[i] & 15];
	}
	*buf = '\0';
}

int token_make(char ret_token[TOKEN_BYTES])
{
	unsigned char data[(TOKEN_BYTES - 1) / 2];
	ssize_t len = getrandom(data, sizeof(data), 0);

	if (len != (ssize_t)sizeof(data))
		return len < 0 ? -errno : -EIO;
	hex_format(ret_token, data, sizeof(data));
	OPENSSL_cleanse(data, sizeof(data));
	return 0;
}

bool token_is_valid(const char *text)
{
	return strlen(text) == TOKEN_BYTES - 1 &&
	       strspn(text, "0123456789abcdef") == TOKEN_BYTES - 1;
}

void token_hash(const char *token, char ret_hash[TOKEN_HASH_BYTES])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)token, strlen(token), digest);
	hex_format(ret_hash, digest, sizeof(digest));
}

bool token_hash_is_equal(const char *a, const char *b)
{
	return strlen(a) == TOKEN_HASH_BYTES - 1 &&
	       strlen(b) == TOKEN_HASH_BYTES - 1 &&
	       CRYPTO_memcmp(a, b, TOKEN_HASH_BYTES - 1) == 0;
}
