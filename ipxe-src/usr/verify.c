/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Compare what comes with the SHA-256 that it must have. */
#include <errno.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "core/settings.h" /* hexadecimal */
#include "usr/verify.h"

SELECT_IF(DIGEST_CMD);

static int sha256_begin(struct verify *verify, const char *text)
{
	const struct digest *digest = digest_find("sha256");

	if (!digest)
		return error_set(-ENOSYS, "SHA-256 is not built in");
	if (setting_type_hexraw.parse(text, verify->wanted,
				      sizeof(verify->wanted)) !=
	    sizeof(verify->wanted))
		return error_set(-EINVAL,
				 "a SHA-256 has 64 hexadecimal digits");
	digest_stream_init(&verify->stream, digest);
	return 0;
}

static void sha256_grow(struct verify *verify, const uint8_t *data, size_t len)
{
	if (len < verify->stream.done)
		digest_stream_init(&verify->stream, verify->stream.digest);
	digest_stream_grow(&verify->stream, data, len);
}

static int sha256_end(struct verify *verify, const uint8_t *data, size_t len)
{
	uint8_t hash[DIGEST_LEN_MAX];
	char wanted[65], found[65];

	if (len < verify->stream.done)
		digest_stream_init(&verify->stream, verify->stream.digest);
	digest_stream_end(&verify->stream, data, len, hash);
	if (!memcmp(hash, verify->wanted, sizeof(verify->wanted)))
		return 0;
	setting_type_hexraw.format(verify->wanted, sizeof(verify->wanted),
				   wanted, sizeof(wanted));
	setting_type_hexraw.format(hash, sizeof(verify->wanted), found,
				   sizeof(found));
	return error_set(-EACCES, "its SHA-256 is %s, not %s", found, wanted);
}

static const struct verifier sha256_verifier = {
	.begin = sha256_begin,
	.grow = sha256_grow,
	.end = sha256_end,
};
TABLE_REGISTER(verifiers, sha256_verifier);
