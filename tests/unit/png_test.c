/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PNG pictures: every kind against what a program of ours in Python says,
 * damaged ones. */
#include "capture.h"
#include "core/crc32.h"
#include "core/pixbuf.h"
#include "platform/linux/linux.h"

/* Writes a picture of kind COLOUR, DEPTH, INTERLACED and its pixels. The
 * filter of each row is another; alpha is in front of black. */
static const char writer[] =
	"import struct, sys, zlib\n"
	"colour, depth, lace, w, h = map(int, sys.argv[1:6])\n"
	"n = {0:1, 2:3, 3:1, 4:2, 6:4}[colour]\n"
	"top = (1 << depth) - 1\n"
	"seed = 7\n"
	"def rnd():\n"
	"    global seed\n"
	"    seed = (seed * 1103515245 + 12345) & 0x7fffffff\n"
	"    return seed >> 8\n"
	"pal = [[rnd() & 255 for _ in range(3)] for _ in range(min(top+1, "
	"200))]\n"
	"alphas = [rnd() & 255 for _ in pal[:5]]\n"
	"px = [[[rnd() & top if colour != 3 else rnd() % len(pal)\n"
	"        for _ in range(n)] for x in range(w)] for y in range(h)]\n"
	"key = px[0][0] if colour in (0, 2) else None\n"
	"def eight(v): return v >> 8 if depth == 16 else v * 255 // top\n"
	"def rgb(p):\n"
	"    a = 255\n"
	"    if colour == 3:\n"
	"        c = pal[p[0]]\n"
	"        a = (alphas + [255] * 256)[p[0]]\n"
	"    else:\n"
	"        c = [eight(v) for v in (p[:3] if colour & 2 else [p[0]] * "
	"3)]\n"
	"        if colour & 4: a = eight(p[-1])\n"
	"        elif p == key: a = 0\n"
	"    return [(v * a + 127) // 255 for v in c]\n"
	"def pack(row):\n"
	"    bits = ''.join(format(v, '0%db' % depth) for p in row for v in "
	"p)\n"
	"    bits += '0' * (-len(bits) % 8)\n"
	"    return bytes(int(bits[i:i+8], 2) for i in range(0, len(bits), "
	"8))\n"
	"bpp = max(1, n * depth // 8)\n"
	"def paeth(a, b, c):\n"
	"    p = a + b - c\n"
	"    return min((abs(p-a), 0, a), (abs(p-b), 1, b), (abs(p-c), 2, "
	"c))[2]\n"
	"def filt(kind, row, up):\n"
	"    out = [kind]\n"
	"    for i, v in enumerate(row):\n"
	"        a = row[i-bpp] if i >= bpp else 0\n"
	"        c = up[i-bpp] if i >= bpp else 0\n"
	"        b = up[i]\n"
	"        out.append((v - [0, a, b, (a+b)//2, paeth(a, b, c)][kind]) & "
	"255)\n"
	"    return bytes(out)\n"
	"passes = "
	"[(0,0,8,8),(4,0,8,8),(0,4,4,8),(2,0,4,4),(0,2,2,4),(1,0,2,2),\n"
	"          (0,1,1,2)] if lace else [(0,0,1,1)]\n"
	"raw = b''\n"
	"for x0, y0, sx, sy in passes:\n"
	"    rows = [pack(r[x0::sx]) for r in px[y0::sy]]\n"
	"    if not rows or not rows[0]: continue\n"
	"    up = bytes(len(rows[0]))\n"
	"    for i, row in enumerate(rows):\n"
	"        raw += filt(i % 5, row, up)\n"
	"        up = row\n"
	"def chunk(t, d):\n"
	"    return struct.pack('>I', len(d)) + t + d + struct.pack('>I',\n"
	"        zlib.crc32(t + d))\n"
	"z = zlib.compress(raw)\n"
	"out = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', "
	"struct.pack('>IIBBBBB',\n"
	"    w, h, depth, colour, 0, 0, lace)) + chunk(b'tEXt', b'a\\0b')\n"
	"if colour == 3:\n"
	"    out += chunk(b'PLTE', bytes(v for c in pal for v in c))\n"
	"    out += chunk(b'tRNS', bytes(alphas))\n"
	"elif key:\n"
	"    out += chunk(b'tRNS', b''.join(struct.pack('>H', v) for v in "
	"key))\n"
	"out += chunk(b'IDAT', z[:9]) + chunk(b'IDAT', z[9:]) + chunk(b'IEND', "
	"b'')\n"
	"pix = b''.join(bytes(rgb(p)) for r in px for p in r)\n"
	"sys.stdout.buffer.write(struct.pack('<I', len(out)) + out + pix)\n";

static uint8_t file[200000], pixels[100000];
static size_t file_len;

/* Make a picture with the writer. */
static void make(unsigned int colour, unsigned int depth, unsigned int lace,
		 unsigned int width, unsigned int height)
{
	static char command[8192];
	uint8_t len[4];
	FILE *stream;

	snprintf(command, sizeof(command),
		 "/usr/bin/python3 - %u %u %u %u %u <<'END'\n%sEND\n", colour,
		 depth, lace, width, height, writer);
	stream = popen(command, "r");
	assert_non_null(stream);
	assert_int_equal(fread(len, 1, 4, stream), 4);
	file_len = get_le32(len);
	assert_true(file_len <= sizeof(file));
	assert_int_equal(fread(file, 1, file_len, stream), file_len);
	assert_int_equal(fread(pixels, 1, sizeof(pixels), stream),
			 3 * width * height);
	assert_int_equal(pclose(stream), 0);
}

/* Decode LEN bytes of `file`. */
static int decode(size_t len, struct pixbuf **ret_pixbuf)
{
	struct image *image = image_alloc(NULL, "p.png", NULL);
	int rc;

	assert_int_equal(image_write(image, 0, file, len), 0);
	image->flags |= IMAGE_COMPLETE;
	rc = image_probe(image);
	if (!rc && image->type->pixbuf)
		rc = image->type->pixbuf(image, ret_pixbuf);
	else
		rc = -ENOEXEC;
	image_put(image);
	return rc;
}

static void test_every_kind_decodes(void **state)
{
	static const uint8_t kinds[][2] = {
		{0, 1}, {0, 2},	 {0, 4},  {0, 8}, {0, 16},
		{2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
		{3, 8}, {4, 8},	 {4, 16}, {6, 8}, {6, 16},
	};
	unsigned int i, lace, p;
	struct pixbuf *pixbuf;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (lace = 0; lace < 2; lace++) {
			make(kinds[i][0], kinds[i][1], lace, 37, 21);
			assert_int_equal(decode(file_len, &pixbuf), 0);
			assert_int_equal(pixbuf->width, 37);
			assert_int_equal(pixbuf->height, 21);
			for (p = 0; p < 37 * 21; p++) {
				if (pixbuf->pixels[p] ==
				    (get_be32(pixels + 3 * p) >> 8))
					continue;
				fail_msg("colour %u depth %u lace %u: pixel %u",
					 kinds[i][0], kinds[i][1], lace, p);
			}
			pixbuf_free(pixbuf);
		}
	}
	assert_int_equal(linux_bulk_used, 0);
}

static void test_small_interlaced_ones_have_empty_passes(void **state)
{
	struct pixbuf *pixbuf;
	unsigned int side;

	(void)state;
	for (side = 1; side < 9; side++) {
		make(2, 8, 1, side, 9 - side);
		assert_int_equal(decode(file_len, &pixbuf), 0);
		pixbuf_free(pixbuf);
	}
}

static void test_cut_and_changed_pictures_are_refused(void **state)
{
	struct pixbuf *pixbuf;
	size_t i;

	(void)state;
	make(6, 8, 1, 9, 9);
	for (i = 0; i < file_len; i++)
		assert_true(decode(i, &pixbuf) < 0);
	for (i = 8; i < file_len; i++) {
		file[i] ^= 0x41;
		assert_true(decode(file_len, &pixbuf) < 0);
		file[i] ^= 0x41;
	}
	assert_int_equal(linux_bulk_used, 0);
}

/* Changes that a checksum does not betray: the header, with a new CRC. */
static void test_wrong_headers_are_refused_or_survived(void **state)
{
	struct pixbuf *pixbuf;
	uint8_t saved[64];
	unsigned int at, value;
	int rc;

	(void)state;
	make(3, 4, 0, 9, 9);
	memcpy(saved, file, sizeof(saved));
	for (at = 16; at < 16 + 13; at++) {
		for (value = 0; value < 256; value++) {
			file[at] = (uint8_t)value;
			put_be32(file + 29, crc32_ieee(file + 12, 17));
			rc = decode(file_len, &pixbuf);
			if (!rc)
				pixbuf_free(pixbuf);
			memcpy(file, saved, sizeof(saved));
		}
	}
	assert_int_equal(linux_bulk_used, 0);
}

static void test_pictures_are_not_executed(void **state)
{
	struct image *image;

	(void)state;
	make(2, 8, 0, 4, 4);
	image = image_alloc(NULL, "p.png", NULL);
	assert_int_equal(image_write(image, 0, file, file_len), 0);
	image->flags |= IMAGE_COMPLETE;
	assert_int_equal(image_register(image), 0);
	assert_int_equal(image_select(image), -ENOEXEC);
	assert_int_equal(image_exec(image), -ENOEXEC);
	image_unregister(image);
	image_put(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_decodes),
		cmocka_unit_test(test_small_interlaced_ones_have_empty_passes),
		cmocka_unit_test(test_cut_and_changed_pictures_are_refused),
		cmocka_unit_test(test_wrong_headers_are_refused_or_survived),
		cmocka_unit_test(test_pictures_are_not_executed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
