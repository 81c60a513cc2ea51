/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A small LZMA decoder, after the public-domain LZMA specification. */
#ifndef CORE_LZMA_H
#define CORE_LZMA_H

#include "core/compiler.h"

/* How the encoder was set (lc, lp, pb of the specification). */
struct lzma_props {
	uint8_t lc; /* high bits of the previous byte in a literal's context */
	uint8_t lp; /* low bits of the position in a literal's context */
	uint8_t pb; /* low bits of the position in other contexts */
};

/* Probabilities that decoding with PROPS needs, in uint16_t. */
#define LZMA_PROBS_LEN(props) (1847 + (0x300u << ((props)->lc + (props)->lp)))

/* Decode a raw LZMA1 stream that ends with its end marker.
 *
 * IN_LEN bytes at IN become exactly OUT_LEN bytes at OUT, which is also the
 * dictionary. PROBS is scratch for LZMA_PROBS_LEN() values. Calls nothing.
 * Returns 0, or -1 if the stream is damaged or of another length. */
int lzma_decode(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
		uint16_t *probs, const struct lzma_props *props);

#endif
