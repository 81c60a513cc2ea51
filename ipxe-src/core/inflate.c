/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Decompression of DEFLATE data: RFC 1951, in the wrappings of RFC 1950 and
 * RFC 1952.
 *
 * The last 32 KiB of output are kept in a ring, because later data may refer
 * to them; each time the ring has gone round once it is handed on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/crc32.h"
#include "core/error.h"
#include "core/inflate.h"

#define WINDOW_LEN 32768 /* how far back a match may reach */
#define CODE_BITS  15	 /* the longest Huffman code */

/* Codes of up to so many bits are looked up; longer ones are searched. */
#define FAST_BITS 9

#define LITERAL_CODES  288
#define DISTANCE_CODES 32
#define LENGTH_CODES   19 /* of the code that describes the other two */
#define END_OF_BLOCK   256
#define LITERALS_MAX   286 /* codes that a block may define */
#define DISTANCES_MAX  30

/* A canonical Huffman code: RFC 1951 3.2.2. */
struct huffman {
	uint16_t count[CODE_BITS + 1];	/* codes of each length */
	uint16_t symbol[LITERAL_CODES]; /* in the order of their codes */
	/* By the next FAST_BITS bits: symbol << 4 | length, 0 if longer. */
	uint16_t fast[1 << FAST_BITS];
};

/* One decompression. */
struct inflate {
	const uint8_t *data;
	size_t len;
	size_t at;     /* bytes taken from data */
	uint32_t bits; /* taken, not used: the next one is bit 0 */
	unsigned int bit_count;
	uint64_t limit; /* bytes that may still come out */
	inflate_write write;
	void *ctx;
	enum inflate_format format;
	uint32_t check;	     /* Adler-32 or inverted CRC-32 of what came out */
	uint32_t total;	     /* bytes of this member, modulo 2^32 */
	size_t window_at;    /* where the next byte goes */
	size_t window_given; /* up to where it was handed on */
	bool is_wrapped;     /* the ring has been full */
	struct huffman literals;
	struct huffman distances;
	uint32_t crc_table[256];
	uint8_t window[WINDOW_LEN];
};

static int damaged(const char *what)
{
	return error_set(-EINVAL, "the compressed data is damaged: %s", what);
}

/* ------------------------------------------------------------ output ---- */

static void crc_prepare(uint32_t table[256])
{
	uint32_t crc;
	unsigned int i, bit;

	for (i = 0; i < 256; i++) {
		crc = i;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC32_POLYNOMIAL : 0);
		table[i] = crc;
	}
}

static uint32_t adler_update(uint32_t adler, const uint8_t *data, size_t len)
{
	uint32_t a = adler & 0xffff;
	uint32_t b = adler >> 16;
	size_t part;

	/* So many bytes cannot overflow 32 bits: RFC 1950 9. */
	for (; len; len -= part) {
		for (part = 0; part < MIN(len, (size_t)5552); part++) {
			a += *data++;
			b += a;
		}
		a %= 65521;
		b %= 65521;
	}
	return b << 16 | a;
}

static uint32_t crc_update(const uint32_t table[256], uint32_t crc,
			   const uint8_t *data, size_t len)
{
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
	return crc;
}

/* Hand on what is new in the ring. */
static int window_flush(struct inflate *z)
{
	const uint8_t *data = z->window + z->window_given;
	size_t len = z->window_at - z->window_given;
	int rc;

	if (!len)
		return 0;
	if (len > z->limit)
		return error_set(-EFBIG, "what is compressed is too large");
	z->limit -= len;
	z->total += (uint32_t)len;
	if (z->format == INFLATE_ZLIB)
		z->check = adler_update(z->check, data, len);
	else if (z->format == INFLATE_GZIP)
		z->check = crc_update(z->crc_table, z->check, data, len);
	rc = z->write(z->ctx, data, len);
	if (z->window_at == WINDOW_LEN) {
		z->window_at = 0;
		z->is_wrapped = true;
	}
	z->window_given = z->window_at;
	return rc;
}

static int put_byte(struct inflate *z, uint8_t byte)
{
	z->window[z->window_at++] = byte;
	return z->window_at == WINDOW_LEN ? window_flush(z) : 0;
}

/* Repeat LEN bytes from DISTANCE bytes back. */
static int put_match(struct inflate *z, size_t distance, unsigned int len)
{
	size_t from;
	int rc;

	if (distance > z->window_at && !z->is_wrapped)
		return damaged("it refers to what was before its begin");
	from = (z->window_at - distance) & (WINDOW_LEN - 1);
	while (len--) {
		rc = put_byte(z, z->window[from]);
		if (rc)
			return rc;
		from = (from + 1) & (WINDOW_LEN - 1);
	}
	return 0;
}

/* ------------------------------------------------------------- input ---- */

/* Have at least COUNT (up to 25) bits if there are so many. */
static void bits_fill(struct inflate *z, unsigned int count)
{
	while (z->bit_count < count && z->at < z->len) {
		z->bits |= (uint32_t)z->data[z->at++] << z->bit_count;
		z->bit_count += 8;
	}
}

/* Take COUNT bits; -EINVAL behind the end. */
static int bits_get(struct inflate *z, unsigned int count)
{
	uint32_t bits;

	bits_fill(z, count);
	if (z->bit_count < count)
		return damaged("it ends too early");
	bits = z->bits & ((1u << count) - 1);
	z->bits >>= count;
	z->bit_count -= count;
	return (int)bits;
}

/* Give the whole bytes that were taken back, drop the rest of the first. */
static void bits_align(struct inflate *z)
{
	z->at -= z->bit_count / 8;
	z->bits = 0;
	z->bit_count = 0;
}

/* ----------------------------------------------------------- Huffman ---- */

/* Enter SYMBOL with CODE of LEN bits in the table by FAST_BITS bits. */
static void fast_add(struct huffman *huffman, unsigned int symbol,
		     unsigned int code, unsigned int len)
{
	unsigned int reversed = 0;
	unsigned int i;

	for (i = 0; i < len; i++)
		reversed |= (code >> i & 1) << (len - 1 - i);
	for (i = reversed; i < 1 << FAST_BITS; i += 1u << len)
		huffman->fast[i] = (uint16_t)(symbol << 4 | len);
}

/* Make the code in which symbol i has LENGTHS[i] bits. Returns -EINVAL unless
 * every bit string is a code, except that one lonely code may have one bit. */
static int huffman_make(struct huffman *huffman, const uint8_t *lengths,
			unsigned int symbols)
{
	uint16_t next[CODE_BITS + 2] = {0}; /* place of the next of a length */
	uint16_t code[CODE_BITS + 2] = {0};
	unsigned int i, len;
	int left = 1;

	memset(huffman, 0, sizeof(*huffman));
	for (i = 0; i < symbols; i++)
		huffman->count[lengths[i]]++;
	huffman->count[0] = 0;
	for (len = 1; len <= CODE_BITS; len++) {
		left = left * 2 - huffman->count[len];
		if (left < 0)
			return damaged("a Huffman code has too many codes");
		next[len + 1] = (uint16_t)(next[len] + huffman->count[len]);
		code[len + 1] =
			(uint16_t)((code[len] + huffman->count[len]) << 1);
	}
	if (left && next[CODE_BITS + 1] > 1)
		return damaged("a Huffman code has too few codes");
	for (i = 0; i < symbols; i++) {
		len = lengths[i];
		if (!len)
			continue;
		huffman->symbol[next[len]++] = (uint16_t)i;
		if (len <= FAST_BITS)
			fast_add(huffman, i, code[len], len);
		code[len]++;
	}
	return 0;
}

/* Take one symbol; -EINVAL if the next bits are no code. */
static int huffman_get(struct inflate *z, const struct huffman *huffman)
{
	unsigned int code = 0, first = 0, place = 0;
	unsigned int len, fast;

	bits_fill(z, CODE_BITS);
	fast = huffman->fast[z->bits & ((1 << FAST_BITS) - 1)];
	len = fast & 15;
	if (len && len <= z->bit_count) {
		z->bits >>= len;
		z->bit_count -= len;
		return (int)(fast >> 4);
	}
	for (len = 1; len <= CODE_BITS && len <= z->bit_count; len++) {
		code |= z->bits >> (len - 1) & 1;
		if (code - first < huffman->count[len]) {
			z->bits >>= len;
			z->bit_count -= len;
			return huffman->symbol[place + code - first];
		}
		place += huffman->count[len];
		first = (first + huffman->count[len]) << 1;
		code <<= 1;
	}
	return damaged("it holds what is no code, or ends too early");
}

/* ------------------------------------------------------------ blocks ---- */

/* A block that is not compressed: RFC 1951 3.2.4. */
static int block_stored(struct inflate *z)
{
	size_t len, part;
	int rc;

	bits_align(z);
	if (z->len - z->at < 4)
		return damaged("it ends too early");
	len = get_le16(z->data + z->at);
	if ((len ^ get_le16(z->data + z->at + 2)) != 0xffff)
		return damaged("the length of a stored block is wrong");
	z->at += 4;
	if (len > z->len - z->at)
		return damaged("it ends too early");
	while (len) {
		part = MIN(len, WINDOW_LEN - z->window_at);
		memcpy(z->window + z->window_at, z->data + z->at, part);
		z->window_at += part;
		z->at += part;
		len -= part;
		rc = z->window_at == WINDOW_LEN ? window_flush(z) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* Symbol SYMBOL of the literals is a match: take the rest and repeat it.
 * RFC 1951 3.2.5. */
static int block_match(struct inflate *z, unsigned int symbol)
{
	static const uint16_t length_base[] = {
		3,  4,	5,  6,	7,  8,	9,  10, 11,  13,  15,  17,  19,	 23, 27,
		31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
	unsigned int index = symbol - END_OF_BLOCK - 1;
	unsigned int len, extra_bits;
	uint32_t distance;
	int extra, code;

	if (index >= ARRAY_SIZE(length_base))
		return damaged("it holds a length that does not exist");
	extra_bits = index < 8 || index == 28 ? 0 : index / 4 - 1;
	extra = bits_get(z, extra_bits);
	if (extra < 0)
		return extra;
	len = length_base[index] + (unsigned int)extra;
	code = huffman_get(z, &z->distances);
	if (code < 0)
		return code;
	if (code >= DISTANCES_MAX)
		return damaged("it holds a distance that does not exist");
	if (code < 4)
		return put_match(z, (size_t)code + 1, len);
	extra_bits = (unsigned int)code / 2 - 1;
	extra = bits_get(z, extra_bits);
	if (extra < 0)
		return extra;
	distance = ((2u + (code & 1)) << extra_bits) + (uint32_t)extra + 1;
	return put_match(z, distance, len);
}

/* The data of a compressed block, up to its end. */
static int block_codes(struct inflate *z)
{
	int symbol, rc;

	for (;;) {
		symbol = huffman_get(z, &z->literals);
		if (symbol < 0)
			return symbol;
		if (symbol == END_OF_BLOCK)
			return 0;
		rc = symbol < END_OF_BLOCK
			     ? put_byte(z, (uint8_t)symbol)
			     : block_match(z, (unsigned int)symbol);
		if (rc)
			return rc;
	}
}

/* The codes that a block need not define: RFC 1951 3.2.6. */
static int codes_fixed(struct inflate *z)
{
	uint8_t lengths[LITERAL_CODES];

	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	huffman_make(&z->literals, lengths, LITERAL_CODES);
	memset(lengths, 5, DISTANCE_CODES);
	return huffman_make(&z->distances, lengths, DISTANCE_CODES);
}

/* Take COUNT code lengths, themselves compressed with z->literals. */
static int lengths_get(struct inflate *z, uint8_t *lengths, unsigned int count)
{
	unsigned int done = 0;
	int symbol, repeat;
	uint8_t len;

	while (done < count) {
		symbol = huffman_get(z, &z->literals);
		if (symbol < 0)
			return symbol;
		if (symbol < 16) {
			lengths[done++] = (uint8_t)symbol;
			continue;
		}
		len = 0;
		if (symbol == 16) {
			if (!done)
				return damaged("nothing to repeat");
			len = lengths[done - 1];
			repeat = bits_get(z, 2);
		} else {
			repeat = bits_get(z, symbol == 17 ? 3 : 7);
		}
		if (repeat < 0)
			return repeat;
		repeat += symbol == 18 ? 11 : 3;
		if ((unsigned int)repeat > count - done)
			return damaged("too many lengths of codes");
		memset(lengths + done, len, (size_t)repeat);
		done += (unsigned int)repeat;
	}
	return 0;
}

/* The codes that a block defines itself: RFC 1951 3.2.7. */
static int codes_dynamic(struct inflate *z)
{
	static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0,  8, 7,  9,
						    6,	10, 5,	11, 4, 12, 3,
						    13, 2,  14, 1,  15};
	uint8_t lengths[LITERALS_MAX + DISTANCE_CODES] = {0};
	int head = bits_get(z, 14);
	unsigned int literals, distances, i;
	int rc;

	if (head < 0)
		return head;
	literals = (head & 31) + 257u;
	distances = (head >> 5 & 31) + 1u;
	if (literals > LITERALS_MAX || distances > DISTANCES_MAX)
		return damaged("a block defines too many codes");
	for (i = 0; i < (head >> 10) + 4u; i++) {
		rc = bits_get(z, 3);
		if (rc < 0)
			return rc;
		lengths[order[i]] = (uint8_t)rc;
	}
	rc = huffman_make(&z->literals, lengths, LENGTH_CODES);
	if (!rc)
		rc = lengths_get(z, lengths, literals + distances);
	if (rc)
		return rc;
	if (!lengths[END_OF_BLOCK])
		return damaged("a block has no end");
	rc = huffman_make(&z->distances, lengths + literals, distances);
	return rc ? rc : huffman_make(&z->literals, lengths, literals);
}

/* All blocks; the input then stands at the next whole byte. */
static int blocks(struct inflate *z)
{
	int head, rc;

	do {
		head = bits_get(z, 3);
		if (head < 0)
			return head;
		switch (head >> 1) {
		case 0:
			rc = block_stored(z);
			break;
		case 1:
			rc = codes_fixed(z);
			break;
		case 2:
			rc = codes_dynamic(z);
			break;
		default:
			return damaged("a block is of no known kind");
		}
		if (!rc && head >> 1)
			rc = block_codes(z);
		if (rc)
			return rc;
	} while (!(head & 1));
	bits_align(z);
	return window_flush(z);
}

/* ---------------------------------------------------------- wrappings ---- */

/* RFC 1950 2.2. */
static int zlib_run(struct inflate *z)
{
	int rc;

	if (z->len < 2 || (z->data[0] & 15) != 8 || z->data[0] >> 4 > 7 ||
	    get_be16(z->data) % 31 || z->data[1] & 0x20)
		return error_set(-EINVAL, "it is not zlib data");
	z->at = 2;
	z->check = 1;
	rc = blocks(z);
	if (rc)
		return rc;
	if (z->len - z->at < 4)
		return damaged("it ends too early");
	if (get_be32(z->data + z->at) != z->check)
		return damaged("its checksum is wrong");
	z->at += 4;
	return 0;
}

#define GZIP_HEADER_LEN 10
#define GZIP_HAS_CRC	0x02
#define GZIP_HAS_EXTRA	0x04
#define GZIP_HAS_NAME	0x08
#define GZIP_HAS_TEXT	0x10
#define GZIP_RESERVED	0xe0

bool inflate_is_gzip(const uint8_t *data, size_t len)
{
	return len >= GZIP_HEADER_LEN && data[0] == 0x1f && data[1] == 0x8b &&
	       data[2] == 8 && !(data[3] & GZIP_RESERVED);
}

/* Go behind the header of a member: RFC 1952 2.3. */
static int gzip_header(struct inflate *z)
{
	uint8_t flags = z->data[z->at + 3];
	const uint8_t *end;
	size_t skip = GZIP_HEADER_LEN;
	unsigned int text;

	if (flags & GZIP_HAS_EXTRA) {
		if (z->len - z->at < skip + 2)
			return damaged("it ends too early");
		skip += 2u + get_le16(z->data + z->at + skip);
	}
	for (text = GZIP_HAS_NAME; text <= GZIP_HAS_TEXT; text <<= 1) {
		if (!(flags & text))
			continue;
		if (skip > z->len - z->at)
			return damaged("it ends too early");
		end = memchr(z->data + z->at + skip, 0, z->len - z->at - skip);
		if (!end)
			return damaged("it ends too early");
		skip = (size_t)(end + 1 - (z->data + z->at));
	}
	if (flags & GZIP_HAS_CRC)
		skip += 2;
	if (skip > z->len - z->at)
		return damaged("it ends too early");
	z->at += skip;
	return 0;
}

/* One member. */
static int gzip_member(struct inflate *z)
{
	int rc;

	rc = gzip_header(z);
	if (rc)
		return rc;
	z->check = 0xffffffff;
	z->total = 0;
	z->is_wrapped = false;
	z->window_at = 0;
	z->window_given = 0;
	rc = blocks(z);
	if (rc)
		return rc;
	if (z->len - z->at < 8)
		return damaged("it ends too early");
	if (get_le32(z->data + z->at) != ~z->check ||
	    get_le32(z->data + z->at + 4) != z->total)
		return damaged("its checksum is wrong");
	z->at += 8;
	return 0;
}

static int gzip_run(struct inflate *z)
{
	int rc;

	if (!inflate_is_gzip(z->data, z->len))
		return error_set(-EINVAL, "it is not gzip data");
	crc_prepare(z->crc_table);
	do {
		rc = gzip_member(z);
	} while (!rc && inflate_is_gzip(z->data + z->at, z->len - z->at));
	return rc;
}

int inflate(const uint8_t *data, size_t len, enum inflate_format format,
	    uint64_t limit, inflate_write write, void *ctx, size_t *ret_used)
{
	struct inflate *z;
	int rc;

	z = calloc(1, sizeof(*z));
	if (!z)
		return error_set(-ENOMEM, "no memory to decompress with");
	z->data = data;
	z->len = len;
	z->format = format;
	z->limit = limit;
	z->write = write;
	z->ctx = ctx;
	if (format == INFLATE_ZLIB)
		rc = zlib_run(z);
	else if (format == INFLATE_GZIP)
		rc = gzip_run(z);
	else
		rc = blocks(z);
	if (!rc && ret_used)
		*ret_used = z->at;
	free(z);
	return rc;
}
