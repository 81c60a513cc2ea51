/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop inspect: what is this image, and what is it customised with? */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificates.h"
#include "commands.h"
#include "image_file.h"
#include "unloop.h"

static const char inspect_help[] =
	"Prints format, version, build ID and configuration of a finished "
	"image "
	"and\nwhat `unloop customise` put into it. Passwords are not shown. "
	"The "
	"file may\nalso be a customisation by itself (" REGION_FILE_NAME ").\n"
	"\n"
	"  --script      print the script only, as it is\n";

/* Is what a setting of this name holds nobody's business? */
static bool is_secret(const char *name)
{
	size_t len = strcspn(name, ":");

	return strcasestr(name, "pass") || strcasestr(name, "secret") ||
	       strcasestr(name, "token") ||
	       (len >= 3 && strncasecmp(name + len - 3, "key", 3) == 0);
}

/* Print a text, without what a terminal would obey. */
static void print_text(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

/* Print a value, and "..." for the password of a URI in it (RFC 3986 3.2.1). */
static void print_value(const char *value, size_t len)
{
	const char *start = memmem(value, len, "://", 3);
	const char *colon, *at;
	size_t authority;

	if (start) {
		start += 3;
		authority = strcspn(start, "/?#");
		at = memrchr(start, '@', authority);
		colon = at ? memchr(start, ':', (size_t)(at - start)) : NULL;
		if (colon) {
			print_text(value, (size_t)(colon + 1 - value));
			fputs("...", stdout);
			len -= (size_t)(at - value);
			value = at;
		}
	}
	print_text(value, len);
}

static void print_entry(const struct region_entry *entry)
{
	struct certificate_text text;

	switch (entry->kind) {
	case REGION_SCRIPT:
		printf("script         %zu bytes\n", entry->value_len);
		break;
	case REGION_SETTING:
		fputs("setting        ", stdout);
		print_text(entry->name, strlen(entry->name));
		fputs(" = ", stdout);
		if (is_secret(entry->name))
			fputs("(not shown)", stdout);
		else
			print_value((const char *)entry->value,
				    entry->value_len);
		putchar('\n');
		break;
	case REGION_TRUST:
		if (certificate_describe(entry->value, entry->value_len, &text))
			puts("trust          something that is not a "
			     "certificate");
		else
			printf("trust          %s\n"
			       "               SHA-256 %s, valid until %s\n",
			       text.subject, text.fingerprint, text.until);
		break;
	default:
		printf("unknown        kind %u, %zu bytes, of a later "
		       "version\n",
		       entry->kind, entry->value_len);
	}
}

static void print_image(const struct boot_image *image)
{
	printf("format         %s\n"
	       "version        %s\n"
	       "build ID       %s\n"
	       "configuration  %s\n",
	       image->format, image->version, image->build_id,
	       *image->config ? image->config : "as in config/");
	if (image->is_signed)
		puts("signed         yes: customise it with --beside");
	if (image->region_at)
		printf("customisation  room for %zu bytes\n",
		       image->region_max);
	else
		puts("customisation  not possible in this format");
}

/* Print the script of the region; 1 if it has none. */
static int print_script(const char *path, const struct region *region)
{
	const struct region_entry *entry;

	entry = region_find(region, REGION_SCRIPT, "");
	if (!entry) {
		fprintf(stderr, "unloop: %s: No script was put into it.\n",
			path);
		return 1;
	}
	fwrite(entry->value, 1, entry->value_len, stdout);
	return 0;
}

static int inspect(const char *path, bool is_script)
{
	struct boot_image image;
	struct region region;
	struct reason why;
	uint8_t *data;
	size_t len, i;
	int rc;

	rc = image_file_read(path, &data, &len, &why);
	if (rc) {
		fprintf(stderr, "unloop: %s: %s.\n", path, why.text);
		return 1;
	}
	rc = image_file_parse(path, data, len, &image, &region, &why);
	if (*image.format && !is_script)
		print_image(&image);
	if (rc)
		fprintf(stderr, "unloop: %s: %s.\n", path, why.text);
	else if (is_script)
		rc = print_script(path, &region);
	for (i = 0; !is_script && i < region.count; i++)
		print_entry(&region.entries[i]);
	region_fini(&region);
	free(data);
	return rc ? 1 : 0;
}

int inspect_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{"script", no_argument, NULL, 's'},
		{0},
	};
	bool is_script = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c != 's')
			return subcommand_usage("inspect", inspect_help,
						c == 'h' ? 0 : 2);
		is_script = true;
	}
	if (argc - optind != 1)
		return subcommand_usage("inspect", inspect_help, 2);
	return inspect(argv[optind], is_script);
}
