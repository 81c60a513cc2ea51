/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop customise: a site's own script, settings and certificates in a
 * finished image. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificates.h"
#include "commands.h"
#include "image_file.h"
#include "unloop.h"

static const char customise_help[] =
	"Changes what an image that is built already does, without a compiler. "
	"What an\nearlier run put in stays, unless it is replaced. The image "
	"itself is replaced\nin one step, or left alone and written to OUT.\n"
	"\n"
	"  --script FILE      an iPXE script that is run instead of the "
	"embedded "
	"one\n"
	"  --set NAME=VALUE   a setting, as if the script began with set; an "
	"empty\n"
	"                     value takes it out\n"
	"  --trust FILE       trusted root certificates, PEM or DER\n"
	"  --no-script        take the script out\n"
	"  --no-trust         take the certificates out\n"
	"  --reset            take everything out first\n"
	"  --beside           leave IMAGE alone (it is signed): write "
	"a file\n"
	"                     " REGION_FILE_NAME " into its folder\n"
	"  -o OUT             write to OUT, and leave IMAGE alone\n"
	"\n"
	"IMAGE may also be such a file. unloop inspect shows what is in "
	"there.\n";

/* A customisation being made. */
struct job {
	/* What it is about, from the command line. */
	const char *image;
	/* Where it goes; NULL: to where it came from. */
	const char *out;
	/* Write a file beside the image. */
	bool is_beside;
	/* Something was asked for. */
	bool has_work;
	/* What will be in it; owned. */
	struct region region;
	/* Why it failed, without the name of the file. */
	struct reason why;
	/* Which file that is about. */
	const char *blamed;
};

enum {
	OPTION_SCRIPT = 256,
	OPTION_SET,
	OPTION_TRUST,
	OPTION_NO_SCRIPT,
	OPTION_NO_TRUST,
	OPTION_RESET,
	OPTION_BESIDE,
};

static const struct option longs[] = {
	{"help", no_argument, NULL, 'h'},
	{"output", required_argument, NULL, 'o'},
	{"script", required_argument, NULL, OPTION_SCRIPT},
	{"set", required_argument, NULL, OPTION_SET},
	{"trust", required_argument, NULL, OPTION_TRUST},
	{"no-script", no_argument, NULL, OPTION_NO_SCRIPT},
	{"no-trust", no_argument, NULL, OPTION_NO_TRUST},
	{"reset", no_argument, NULL, OPTION_RESET},
	{"beside", no_argument, NULL, OPTION_BESIDE},
	{0},
};

/* Take out all entries of a kind. */
static void drop_kind(struct region *region, enum region_kind kind)
{
	size_t i = 0;

	while (i < region->count) {
		if (region->entries[i].kind == kind)
			region_drop(region, &region->entries[i]);
		else
			i++;
	}
}

static int add_script(struct job *job, const char *path)
{
	uint8_t *data;
	size_t len;
	int rc;

	job->blamed = path;
	rc = image_file_read(path, &data, &len, &job->why);
	if (rc)
		return rc;
	if (len < 7 ||
	    (memcmp(data, "#!ipxe", 6) && memcmp(data, "#!gpxe", 6)) ||
	    !memchr(" \t\r\n", data[6], 4))
		rc = reason_set(&job->why, -EINVAL,
				"it is not an iPXE script: its first line is "
				"not #!ipxe");
	else if (memchr(data, 0, len))
		rc = reason_set(&job->why, -EINVAL,
				"it is not a text: there is a NUL in it");
	else if (region_put(&job->region, REGION_SCRIPT, "", data, len))
		rc = reason_set(&job->why, -ENOMEM, "out of memory");
	free(data);
	return rc;
}

/* Is it a name that the firmware's command set would take? */
static bool is_setting_name(const char *name, size_t len)
{
	size_t i;

	if (len == 0 || len > REGION_NAME_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] >= 0x7f ||
		    strchr("${}\"'\\|&#", name[i]))
			return false;
	}
	return true;
}

static int add_setting(struct job *job, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[REGION_NAME_MAX + 1] = "";
	struct region_entry *old;

	/* Not the text itself, which may hold a password. */
	job->blamed = "--set";
	if (!equals || !is_setting_name(text, (size_t)(equals - text)))
		return reason_set(&job->why, -EINVAL,
				  "a setting is written NAME=VALUE, the name "
				  "with at most %d letters, digits and -_./:",
				  REGION_NAME_MAX);
	memcpy(name, text, (size_t)(equals - text));
	if (equals[1]) {
		if (region_put(&job->region, REGION_SETTING, name, equals + 1,
			       strlen(equals + 1)))
			return reason_set(&job->why, -ENOMEM, "out of memory");
		return 0;
	}
	old = region_find(&job->region, REGION_SETTING, name);
	if (old)
		region_drop(&job->region, old);
	return 0;
}

static int add_trust(struct job *job, const char *path)
{
	uint8_t *data;
	size_t len;
	int rc;

	job->blamed = path;
	rc = image_file_read(path, &data, &len, &job->why);
	if (rc)
		return rc;
	rc = certificates_add(&job->region, data, len, &job->why);
	free(data);
	return rc;
}

/* Do what one option says to the region. */
static int apply_option(struct job *job, int option, const char *value)
{
	switch (option) {
	case OPTION_SCRIPT:
		return add_script(job, value);
	case OPTION_SET:
		return add_setting(job, value);
	case OPTION_TRUST:
		return add_trust(job, value);
	case OPTION_NO_SCRIPT:
		drop_kind(&job->region, REGION_SCRIPT);
		return 0;
	case OPTION_NO_TRUST:
		drop_kind(&job->region, REGION_TRUST);
		return 0;
	default:
		return 0;
	}
}

/* Read the command line but for what needs the old region; exit status, or
 * -1 to go on. */
static int read_options(struct job *job, bool *ret_is_reset, int argc,
			char **argv)
{
	int c;

	*ret_is_reset = false;
	while ((c = getopt_long(argc, argv, "ho:", longs, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return subcommand_usage("customise", customise_help,
						c == 'h' ? 0 : 2);
		if (c == 'o')
			job->out = optarg;
		else if (c == OPTION_BESIDE)
			job->is_beside = true;
		else
			job->has_work = true;
		if (c == OPTION_RESET)
			*ret_is_reset = true;
	}
	if (argc - optind != 1 || !job->has_work)
		return subcommand_usage("customise", customise_help, 2);
	job->image = argv[optind];
	return -1;
}

/* The second time, in the order of the command line. */
static int apply_options(struct job *job, int argc, char **argv)
{
	int c, rc = 0;

	optind = 0;
	while (rc == 0 &&
	       (c = getopt_long(argc, argv, "ho:", longs, NULL)) != -1)
		rc = apply_option(job, c, optarg);
	return rc;
}

/* Name of the customisation beside the image, into buf of PATH_MAX. */
static void beside_name(const char *image, char *buf)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", image);
	snprintf(buf, PATH_MAX, "%.4000s/%s", dirname(copy), REGION_FILE_NAME);
}

/* Make of the region a file by itself; one with room for it keeps its size. */
static int make_file(struct job *job, size_t old_len, uint8_t **ret_data,
		     size_t *ret_len)
{
	uint8_t *bytes, *data;
	size_t len, new_len;

	if (region_format(&job->region, &bytes, &len))
		return reason_set(&job->why, -ENOMEM, "out of memory");
	if (len > REGION_LEN_MAX) {
		free(bytes);
		return reason_set(&job->why, -EFBIG,
				  "the customisation takes %zu bytes, and at "
				  "most %d are possible",
				  len, REGION_LEN_MAX);
	}
	new_len = len > old_len ? len : old_len;
	data = calloc(1, new_len + 1);
	if (data && len)
		memcpy(data, bytes, len);
	free(bytes);
	if (!data)
		return reason_set(&job->why, -ENOMEM, "out of memory");
	*ret_data = data;
	*ret_len = new_len;
	return 0;
}

/* Say in a line what is in there now. */
static void report(const struct job *job, const char *out, size_t len)
{
	size_t counts[4] = {0};
	size_t i;

	for (i = 0; i < job->region.count; i++)
		counts[job->region.entries[i].kind & 3]++;
	printf("%s: %zu bytes, with %s script of its own, %zu setting%s, %zu "
	       "trusted certificate%s.\n",
	       out, len, counts[REGION_SCRIPT] ? "a" : "no",
	       counts[REGION_SETTING], counts[REGION_SETTING] == 1 ? "" : "s",
	       counts[REGION_TRUST], counts[REGION_TRUST] == 1 ? "" : "s");
}

/* With --beside: what is changed is not the image, which only must be one. */
static int check_beside(struct job *job, char *beside)
{
	struct boot_image image;
	uint8_t *data;
	size_t len;
	int rc;

	job->blamed = job->image;
	rc = image_file_read(job->image, &data, &len, &job->why);
	if (rc)
		return rc;
	rc = boot_image_find(data, len, &image);
	free(data);
	if (rc)
		return reason_set(&job->why, rc,
				  "it is not an image of this product: there "
				  "is no identity note in its first 64 KiB");
	beside_name(job->image, beside);
	job->image = beside;
	return 0;
}

/* Read the file that is changed, and what it is customised with. */
static int read_old(struct job *job, bool is_reset, uint8_t **ret_data,
		    size_t *ret_len)
{
	struct boot_image image;
	int rc;

	job->blamed = job->image;
	rc = image_file_read(job->image, ret_data, ret_len, &job->why);
	/* A file beside an image need not be there yet. */
	if (rc == -ENOENT && job->is_beside)
		return 0;
	if (rc)
		return rc;
	rc = image_file_parse(job->image, *ret_data, *ret_len, &image,
			      &job->region, &job->why);
	/* What is damaged can be replaced as a whole. */
	if (is_reset) {
		region_fini(&job->region);
		rc = rc == -EBADMSG ? 0 : rc;
	}
	return rc;
}

/* Make the new file of the old one, and write it. */
static int write_new(struct job *job, const uint8_t *old, size_t old_len)
{
	const char *out = job->out ? job->out : job->image;
	uint8_t *made = NULL;
	size_t len = 0;
	int rc;

	job->blamed = job->image;
	if (image_file_is_region(job->image, old, old_len))
		rc = make_file(job, old_len, &made, &len);
	else
		rc = boot_image_customise(old, old_len, &job->region, &made,
					  &len, &job->why);
	if (rc)
		return rc;
	job->blamed = out;
	rc = image_file_write(out, job->image, made, len, &job->why);
	if (rc == 0)
		report(job, out, len);
	free(made);
	return rc;
}

/* 0 or a negative errno, said. */
static int customise(struct job *job, bool is_reset, int argc, char **argv)
{
	char beside[PATH_MAX];
	uint8_t *old = NULL;
	size_t old_len = 0;
	int rc = 0;

	if (job->is_beside)
		rc = check_beside(job, beside);
	if (rc == 0)
		rc = read_old(job, is_reset, &old, &old_len);
	if (rc == 0)
		rc = apply_options(job, argc, argv);
	if (rc == 0)
		rc = write_new(job, old, old_len);
	if (rc)
		fprintf(stderr, "unloop: %s: %s.\n", job->blamed,
			job->why.text);
	free(old);
	return rc;
}

int customise_main(int argc, char **argv)
{
	struct job job = {0};
	bool is_reset;
	int status;

	status = read_options(&job, &is_reset, argc, argv);
	if (status >= 0)
		return status;
	status = customise(&job, is_reset, argc, argv) ? 1 : 0;
	region_fini(&job.region);
	return status;
}
