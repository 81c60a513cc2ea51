/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The freestanding C library, under other names, beside the host's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define vsnprintf our_vsnprintf
#define snprintf  our_snprintf
int our_vsnprintf(char *buf, size_t len, const char *format, va_list list);
int our_snprintf(char *buf, size_t len, const char *format, ...);
#include "../../ipxe-src/libc/printf.c"
#undef vsnprintf
#undef snprintf

#define strtoull our_strtoull
#define strtoul	 our_strtoul
#define strtol	 our_strtol
#define atoi	 our_atoi
#define abs	 our_abs
#define srand	 our_srand
#define rand	 our_rand
#define abort	 our_abort
#undef isdigit
#undef islower
#undef isspace
#undef isxdigit
#undef tolower
unsigned long long our_strtoull(const char *s, char **end, int base);
unsigned long our_strtoul(const char *s, char **end, int base);
long our_strtol(const char *s, char **end, int base);
int our_atoi(const char *s);
int our_abs(int value);
void our_srand(unsigned int seed);
int our_rand(void);
void our_abort(void) __attribute__((noreturn));
#include "../../ipxe-src/libc/stdlib.c"
#undef strtoull
#undef strtoul
#undef strtol
#undef atoi
#undef abs
#undef srand
#undef rand
#undef abort

#define malloc	  our_malloc
#define free	  our_free
#define calloc	  our_calloc
#define realloc	  our_realloc
#define heap_add  our_heap_add
#define heap_used our_heap_used
#define heap_peak our_heap_peak
void *our_malloc(size_t size);
void our_free(void *ptr);
void *our_calloc(size_t count, size_t size);
void *our_realloc(void *old, size_t size);
#include "../../ipxe-src/libc/heap.c"
#undef malloc
#undef free
#undef calloc
#undef realloc

/* Both libraries give the same text and length for FORMAT. */
#define assert_same_format(...)                                                \
	do {                                                                   \
		char ours[128], hosts[128];                                    \
		int a = our_snprintf(ours, sizeof(ours), __VA_ARGS__);         \
		int b = snprintf(hosts, sizeof(hosts), __VA_ARGS__);           \
		assert_string_equal(ours, hosts);                              \
		assert_int_equal(a, b);                                        \
	} while (0)

static void test_formats_are_the_hosts(void **state)
{
	(void)state;
	assert_same_format("plain 100%%");
	assert_same_format("%d %d %d", 0, -1, INT_MIN);
	assert_same_format("[%5d] [%-5d] [%05d] [%+d] [% d]", 42, 42, -42, 42,
			   42);
	assert_same_format("%u %x %X %#x %#x", 4000000000u, 0xbeef, 0xbeef,
			   0xbeef, 0);
	assert_same_format("%lu %lx %llu %llx", ULONG_MAX, ULONG_MAX,
			   ULLONG_MAX, ULLONG_MAX);
	assert_same_format("%zu %zx", (size_t)-1, (size_t)1 << 40);
	assert_same_format("%hhx %hx %hhd", 0x1ff, 0x1ffff, -1);
	assert_same_format("[%s] [%8s] [%-8s] [%.2s] [%*s] [%.*s]", "abc",
			   "abc", "abc", "abc", 5, "abc", 1, "abc");
	assert_same_format("[%c] [%3c] [%-3c]", 'x', 'y', 'z');
	assert_same_format("%.3d %8.3d %.0d", 7, 7, 0);
	assert_same_format("%o", 0755);
	assert_same_format("%08llx", 0x1234ULL);
}

static void test_format_stops_at_the_buffers_end(void **state)
{
	char buf[8];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(our_snprintf(buf, 4, "%d", 123456), 6);
	assert_memory_equal(buf, "123\0xxxx", 8);
	assert_int_equal(our_snprintf(NULL, 0, "%s", "hello"), 5);
}

static void test_numbers_are_the_hosts(void **state)
{
	static const char *const texts[] = {
		"0",
		"1",
		"  42",
		"+7",
		"-7",
		"0x1f",
		"0X1F",
		"017",
		"08",
		"0x",
		"0xg",
		"",
		"abc",
		"12abc",
		"18446744073709551615",
		"18446744073709551616",
		"99999999999999999999999",
		"-",
		"4294967296",
	};
	static const int bases[] = {0, 8, 10, 16, 36};
	char *our_end, *host_end;
	size_t i, b;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		for (b = 0; b < ARRAY_SIZE(bases); b++) {
			unsigned long long ours =
				our_strtoull(texts[i], &our_end, bases[b]);
			unsigned long long hosts =
				strtoull(texts[i], &host_end, bases[b]);

			assert_true(ours == hosts);
			assert_ptr_equal(our_end, host_end);
		}
	}
	assert_int_equal(our_strtol("-12", NULL, 10), -12);
}

static void test_heap_gives_apart_and_joins_again(void **state)
{
	static _Alignas(16) uint8_t arena[65536];
	uint8_t *blocks[64];
	size_t sizes[64];
	unsigned int round, i, seed = 1;
	void *all;
	size_t k;

	(void)state;
	heap_add(arena, sizeof(arena));
	memset(blocks, 0, sizeof(blocks));
	for (round = 0; round < 20000; round++) {
		seed = seed * 1103515245 + 12345;
		i = (seed >> 16) % 64;
		if (blocks[i]) {
			for (k = 0; k < sizes[i]; k++)
				assert_int_equal(blocks[i][k], (uint8_t)i);
			our_free(blocks[i]);
			blocks[i] = NULL;
		} else {
			sizes[i] = (seed >> 8) % 1500;
			blocks[i] = our_malloc(sizes[i]);
			if (blocks[i])
				memset(blocks[i], (int)i, sizes[i]);
		}
	}
	for (i = 0; i < 64; i++)
		our_free(blocks[i]);
	assert_int_equal(heap_used(), 0);
	/* Everything has joined into one block again. */
	all = our_malloc(sizeof(arena) - 64);
	assert_non_null(all);
	assert_null(our_malloc(4096));
	assert_null(our_malloc(SIZE_MAX - 8));
	assert_null(our_calloc(SIZE_MAX / 2, 4));
	our_free(all);
}

static void test_realloc_keeps_what_was_there(void **state)
{
	char *text = our_malloc(10);

	(void)state;
	strcpy(text, "unloop");
	text = our_realloc(text, 5000);
	assert_string_equal(text, "unloop");
	assert_null(our_realloc(text, SIZE_MAX / 2 - 1));
	assert_string_equal(text, "unloop");
	our_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats_are_the_hosts),
		cmocka_unit_test(test_format_stops_at_the_buffers_end),
		cmocka_unit_test(test_numbers_are_the_hosts),
		cmocka_unit_test(test_heap_gives_apart_and_joins_again),
		cmocka_unit_test(test_realloc_keeps_what_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
