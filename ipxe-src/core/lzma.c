/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A small LZMA decoder, after the public-domain LZMA specification.
 *
 * Part of what runs before the firmware is unpacked: it may call nothing.
 */
#include "core/lzma.h"

#define PROB_BITS    11 /* a probability is a fraction of 1 << PROB_BITS */
#define PROB_INIT    (1 << (PROB_BITS - 1))
#define PROB_SHIFT   5 /* how quickly probabilities follow the data */
#define RANGE_BOTTOM (1u << 24)

/* States 0 to 6 follow a literal, 7 to 11 a match. */
#define STATES	      12
#define STATE_MATCHED 7

#define POS_STATES_MAX 16
#define LEN_MIN	       2
#define LEN_STATES     4  /* contexts of a distance by its match's length */
#define DIST_DIRECT    14 /* slots from here on have direct bits */
#define DIST_MODEL     4  /* slots from here on have further bits */
#define ALIGN_BITS     4

/* Where each group of probabilities begins; a length coder's, inside it. */
enum {
	PROB_LEN_CHOICE,
	PROB_LEN_CHOICE2,
	PROB_LEN_LOW,
	PROB_LEN_MID = PROB_LEN_LOW + POS_STATES_MAX * 8,
	PROB_LEN_HIGH = PROB_LEN_MID + POS_STATES_MAX * 8,
	PROB_LEN_END = PROB_LEN_HIGH + 256,
};

enum {
	PROB_IS_MATCH,
	PROB_IS_REP0_LONG = PROB_IS_MATCH + STATES * POS_STATES_MAX,
	PROB_IS_REP = PROB_IS_REP0_LONG + STATES * POS_STATES_MAX,
	PROB_IS_REP_G0 = PROB_IS_REP + STATES,
	PROB_IS_REP_G1 = PROB_IS_REP_G0 + STATES,
	PROB_IS_REP_G2 = PROB_IS_REP_G1 + STATES,
	PROB_DIST_SLOT = PROB_IS_REP_G2 + STATES,
	PROB_DIST_SPECIAL = PROB_DIST_SLOT + LEN_STATES * 64,
	PROB_DIST_ALIGN = PROB_DIST_SPECIAL + 115,
	PROB_MATCH_LEN = PROB_DIST_ALIGN + (1 << ALIGN_BITS),
	PROB_REP_LEN = PROB_MATCH_LEN + PROB_LEN_END,
	PROB_LITERAL = PROB_REP_LEN + PROB_LEN_END, /* 1847 */
};

/* The range decoder. Past its end the input reads as zeros, and is_bad. */
struct range {
	const uint8_t *in;
	const uint8_t *end;
	uint32_t range;
	uint32_t code;
	bool is_bad;
};

/* Bring the range back above RANGE_BOTTOM with the next byte of input. */
static void range_normalise(struct range *rc)
{
	if (rc->range >= RANGE_BOTTOM)
		return;
	rc->range <<= 8;
	rc->code <<= 8;
	if (rc->in == rc->end)
		rc->is_bad = true;
	else
		rc->code |= *rc->in++;
}

/* Decode one bit with PROB, which learns from it. */
static unsigned int range_bit(struct range *rc, uint16_t *prob)
{
	uint32_t bound;

	range_normalise(rc);
	bound = (rc->range >> PROB_BITS) * *prob;
	if (rc->code < bound) {
		rc->range = bound;
		*prob += ((1 << PROB_BITS) - *prob) >> PROB_SHIFT;
		return 0;
	}
	rc->range -= bound;
	rc->code -= bound;
	*prob -= *prob >> PROB_SHIFT;
	return 1;
}

/* Decode BITS bits, the highest first, with a binary tree of probabilities. */
static unsigned int range_tree(struct range *rc, uint16_t *probs,
			       unsigned int bits)
{
	unsigned int node = 1;
	unsigned int i;

	for (i = 0; i < bits; i++)
		node = node << 1 | range_bit(rc, &probs[node]);
	return node - (1u << bits);
}

/* The same with the lowest bit first. */
static unsigned int range_tree_reverse(struct range *rc, uint16_t *probs,
				       unsigned int bits)
{
	unsigned int node = 1;
	unsigned int value = 0;
	unsigned int bit;
	unsigned int i;

	for (i = 0; i < bits; i++) {
		bit = range_bit(rc, &probs[node]);
		node = node << 1 | bit;
		value |= bit << i;
	}
	return value;
}

/* Decode BITS bits that are as often 0 as 1. */
static uint32_t range_direct(struct range *rc, unsigned int bits)
{
	uint32_t value = 0;

	while (bits--) {
		range_normalise(rc);
		rc->range >>= 1;
		value <<= 1;
		if (rc->code >= rc->range) {
			rc->code -= rc->range;
			value |= 1;
		}
	}
	return value;
}

/* Decode a match's length, less LEN_MIN. */
static unsigned int range_len(struct range *rc, uint16_t *probs,
			      unsigned int pos_state)
{
	if (!range_bit(rc, &probs[PROB_LEN_CHOICE]))
		return range_tree(rc, &probs[PROB_LEN_LOW + pos_state * 8], 3);
	if (!range_bit(rc, &probs[PROB_LEN_CHOICE2]))
		return 8 +
		       range_tree(rc, &probs[PROB_LEN_MID + pos_state * 8], 3);
	return 16 + range_tree(rc, &probs[PROB_LEN_HIGH], 8);
}

/* Decode a match's distance, less one, for its length less LEN_MIN. */
static uint32_t range_distance(struct range *rc, uint16_t *probs,
			       unsigned int len)
{
	unsigned int bits;
	uint32_t slot;
	uint32_t dist;

	slot = range_tree(
		rc, &probs[PROB_DIST_SLOT + MIN(len, LEN_STATES - 1u) * 64], 6);
	if (slot < DIST_MODEL)
		return slot;
	bits = (slot >> 1) - 1;
	dist = (2 | (slot & 1)) << bits;
	if (slot < DIST_DIRECT)
		return dist + range_tree_reverse(
				      rc,
				      &probs[PROB_DIST_SPECIAL + dist - slot],
				      bits);
	dist += range_direct(rc, bits - ALIGN_BITS) << ALIGN_BITS;
	return dist +
	       range_tree_reverse(rc, &probs[PROB_DIST_ALIGN], ALIGN_BITS);
}

/* Decode a literal; MATCH is the byte at the last distance if STATE is one
 * that follows a match. */
static unsigned int range_literal(struct range *rc, uint16_t *probs,
				  unsigned int state, unsigned int match)
{
	unsigned int symbol = 1;
	unsigned int offset = 0x100;

	if (state < STATE_MATCHED)
		offset = 0;
	while (symbol < 0x100) {
		unsigned int bit;

		match <<= 1;
		bit = range_bit(rc, &probs[offset + (match & offset) + symbol]);
		symbol = symbol << 1 | bit;
		/* After the first bit that differs, MATCH no longer counts. */
		offset &= bit ? match : ~match;
	}
	return symbol;
}

int lzma_decode(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
		uint16_t *probs, const struct lzma_props *props)
{
	struct range rc = {in, in + in_len, 0xffffffff, 0, false};
	uint32_t rep[4] = {0, 0, 0, 0};
	unsigned int state = 0;
	size_t at = 0;
	size_t i;

	for (i = 0; i < LZMA_PROBS_LEN(props); i++)
		probs[i] = PROB_INIT;
	/* The stream begins with a zero byte and four of code. */
	if (in_len < 5 || *in != 0)
		return -1;
	for (i = 0; i < 5; i++)
		rc.code = rc.code << 8 | *rc.in++;

	while (!rc.is_bad) {
		unsigned int pos_state = at & ((1u << props->pb) - 1);
		unsigned int len;

		if (!range_bit(&rc,
			       &probs[PROB_IS_MATCH + state * POS_STATES_MAX +
				      pos_state])) {
			unsigned int prev = at ? out[at - 1] : 0;
			unsigned int context;

			if (at == out_len)
				return -1;
			context = (at & ((1u << props->lp) - 1)) << props->lc |
				  prev >> (8 - props->lc);
			out[at] = (uint8_t)range_literal(
				&rc, &probs[PROB_LITERAL + 0x300 * context],
				state,
				state < STATE_MATCHED ? 0
						      : out[at - rep[0] - 1]);
			at++;
			state = state < 4    ? 0
				: state < 10 ? state - 3
					     : state - 6;
			continue;
		}
		if (!range_bit(&rc, &probs[PROB_IS_REP + state])) {
			len = range_len(&rc, &probs[PROB_MATCH_LEN], pos_state);
			rep[3] = rep[2];
			rep[2] = rep[1];
			rep[1] = rep[0];
			rep[0] = range_distance(&rc, probs, len);
			state = state < STATE_MATCHED ? 7 : 10;
			/* The end marker. */
			if (rep[0] == 0xffffffff)
				return at == out_len && !rc.is_bad ? 0 : -1;
		} else if (range_bit(&rc, &probs[PROB_IS_REP_G0 + state])) {
			uint32_t dist = rep[1];

			if (range_bit(&rc, &probs[PROB_IS_REP_G1 + state])) {
				dist = rep[2];
				if (range_bit(&rc,
					      &probs[PROB_IS_REP_G2 + state])) {
					dist = rep[3];
					rep[3] = rep[2];
				}
				rep[2] = rep[1];
			}
			rep[1] = rep[0];
			rep[0] = dist;
			len = range_len(&rc, &probs[PROB_REP_LEN], pos_state);
			state = state < STATE_MATCHED ? 8 : 11;
		} else if (range_bit(&rc, &probs[PROB_IS_REP0_LONG +
						 state * POS_STATES_MAX +
						 pos_state])) {
			len = range_len(&rc, &probs[PROB_REP_LEN], pos_state);
			state = state < STATE_MATCHED ? 8 : 11;
		} else {
			len = 1 - LEN_MIN; /* one byte, wraps back below */
			state = state < STATE_MATCHED ? 9 : 11;
		}
		len += LEN_MIN;
		if (rep[0] >= at || len > out_len - at)
			return -1;
		for (i = 0; i < len; i++, at++)
			out[at] = out[at - rep[0] - 1];
	}
	return -1;
}
