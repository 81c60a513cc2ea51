/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Formatted text into memory. */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Where the text goes: counts on when the buffer is full. */
struct sink {
	char *buf;
	size_t len;
	size_t count;
};

/* One conversion specification. */
struct spec {
	bool left, zero, alternate;
	char sign; /* '+', ' ' or 0 */
	unsigned int width;
	int precision;	     /* -1: none */
	unsigned int longs;  /* number of l (z counts as one) */
	unsigned int shorts; /* number of h */
};

static void put(struct sink *sink, char c)
{
	if (sink->count + 1 < sink->len)
		sink->buf[sink->count] = c;
	sink->count++;
}

static void pad(struct sink *sink, char c, int count)
{
	while (count-- > 0)
		put(sink, c);
}

static void put_string(struct sink *sink, const struct spec *spec,
		       const char *s)
{
	size_t len = strnlen(s, spec->precision < 0 ? (size_t)-1
						    : (size_t)spec->precision);
	int fill = (int)spec->width - (int)len;

	if (!spec->left)
		pad(sink, ' ', fill);
	while (len--)
		put(sink, *s++);
	if (spec->left)
		pad(sink, ' ', fill);
}

static void put_number(struct sink *sink, const struct spec *spec,
		       unsigned long long value, bool negative, int base,
		       bool upper)
{
	char digits[24];
	char prefix[3] = "";
	int len = 0;
	int zeros, fill;
	unsigned int d;

	if (negative)
		prefix[0] = '-';
	else
		prefix[0] = spec->sign;
	if (base == 16 && spec->alternate && value) {
		prefix[0] = '0';
		prefix[1] = upper ? 'X' : 'x';
	}
	while (value) {
		d = (unsigned int)(value % (unsigned int)base);
		value /= (unsigned int)base;
		digits[len++] =
			(char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
	}
	if (!len && spec->precision)
		digits[len++] = '0';
	zeros = spec->precision - len;
	fill = (int)spec->width - (int)strlen(prefix) - len -
	       (zeros > 0 ? zeros : 0);
	if (spec->zero && !spec->left && spec->precision < 0) {
		zeros = fill;
		fill = 0;
	}
	if (!spec->left)
		pad(sink, ' ', fill);
	for (d = 0; prefix[d]; d++)
		put(sink, prefix[d]);
	pad(sink, '0', zeros);
	while (len)
		put(sink, digits[--len]);
	if (spec->left)
		pad(sink, ' ', fill);
}

/* The next integer argument, as wide as SPEC says. ARGS is advanced. */
static unsigned long long take_unsigned(const struct spec *spec, va_list *args)
{
	if (spec->longs >= 2)
		return va_arg(*args, unsigned long long);
	if (spec->longs == 1)
		return va_arg(*args, unsigned long);
	if (spec->shorts >= 2)
		return (unsigned char)va_arg(*args, unsigned int);
	if (spec->shorts == 1)
		return (unsigned short)va_arg(*args, unsigned int);
	return va_arg(*args, unsigned int);
}

static long long take_signed(const struct spec *spec, va_list *args)
{
	if (spec->longs >= 2)
		return va_arg(*args, long long);
	if (spec->longs == 1)
		return va_arg(*args, long);
	if (spec->shorts >= 2)
		return (signed char)va_arg(*args, int);
	if (spec->shorts == 1)
		return (short)va_arg(*args, int);
	return va_arg(*args, int);
}

/* Read flags, width, precision and length; returns the conversion letter's
 * place. */
static const char *parse_spec(const char *f, struct spec *spec, va_list *args)
{
	int width;

	memset(spec, 0, sizeof(*spec));
	spec->precision = -1;
	for (;; f++) {
		if (*f == '-')
			spec->left = true;
		else if (*f == '0')
			spec->zero = true;
		else if (*f == '#')
			spec->alternate = true;
		else if (*f == '+' || (*f == ' ' && !spec->sign))
			spec->sign = *f;
		else
			break;
	}
	if (*f == '*') {
		width = va_arg(*args, int);
		spec->left |= width < 0;
		spec->width = (unsigned int)(width < 0 ? -width : width);
		f++;
	}
	for (; isdigit(*f); f++)
		spec->width = spec->width * 10 + (unsigned int)(*f - '0');
	if (*f == '.') {
		f++;
		spec->precision = 0;
		if (*f == '*') {
			spec->precision = va_arg(*args, int);
			f++;
		}
		for (; isdigit(*f); f++)
			spec->precision = spec->precision * 10 + (*f - '0');
	}
	for (;; f++) {
		if (*f == 'l' || *f == 'z' || *f == 't')
			spec->longs++;
		else if (*f == 'j')
			spec->longs += 2;
		else if (*f == 'h')
			spec->shorts++;
		else
			return f;
	}
}

int vsnprintf(char *buf, size_t len, const char *format, va_list list)
{
	struct sink sink = {buf, len, 0};
	struct spec spec;
	const char *s;
	long long value;
	va_list args;

	va_copy(args, list);
	for (; *format; format++) {
		if (*format != '%') {
			put(&sink, *format);
			continue;
		}
		format = parse_spec(format + 1, &spec, &args);
		switch (*format) {
		case 'd':
		case 'i':
			value = take_signed(&spec, &args);
			put_number(&sink, &spec,
				   value < 0 ? -(unsigned long long)value
					     : (unsigned long long)value,
				   value < 0, 10, false);
			break;
		case 'u':
			spec.sign = 0;
			put_number(&sink, &spec, take_unsigned(&spec, &args),
				   false, 10, false);
			break;
		case 'x':
		case 'X':
			spec.sign = 0;
			put_number(&sink, &spec, take_unsigned(&spec, &args),
				   false, 16, *format == 'X');
			break;
		case 'o':
			spec.sign = 0;
			put_number(&sink, &spec, take_unsigned(&spec, &args),
				   false, 8, false);
			break;
		case 'p':
			spec.alternate = true;
			put_number(&sink, &spec,
				   (uintptr_t)va_arg(args, void *), false, 16,
				   false);
			break;
		case 'c':
			pad(&sink, ' ', spec.left ? 0 : (int)spec.width - 1);
			put(&sink, (char)va_arg(args, int));
			pad(&sink, ' ', spec.left ? (int)spec.width - 1 : 0);
			break;
		case 's':
			s = va_arg(args, const char *);
			put_string(&sink, &spec, s ? s : "(null)");
			break;
		case '\0':
			format--;
			break;
		default:
			put(&sink, *format);
			break;
		}
	}
	va_end(args);
	if (len)
		buf[sink.count < len ? sink.count : len - 1] = '\0';
	return (int)sink.count;
}

int snprintf(char *buf, size_t len, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = vsnprintf(buf, len, format, args);
	va_end(args);
	return rc;
}
