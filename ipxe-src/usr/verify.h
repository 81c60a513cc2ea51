/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Compare what comes with the SHA-256 that it must have. */
#ifndef USR_VERIFY_H
#define USR_VERIFY_H

#include "core/compiler.h"
#include "core/digest.h"

/* A comparison. */
struct verify {
	struct digest_stream stream;
	uint8_t wanted[32];
};

/* How. Table "verifiers"; none where digests are not built in. */
struct verifier {
	/* Prepare to compare with TEXT, 64 hexadecimal digits. Returns 0,
	 * -EINVAL or -ENOSYS with a sentence. */
	int (*begin)(struct verify *verify, const char *text);
	/* LEN bytes at DATA are there by now; less than before: they come from
	 * the beginning again. */
	void (*grow)(struct verify *verify, const uint8_t *data, size_t len);
	/* That is all. Returns 0, or -EACCES with both sums in the sentence. */
	int (*end)(struct verify *verify, const uint8_t *data, size_t len);
};

TABLE_DECLARE(verifiers, const struct verifier);

#endif
