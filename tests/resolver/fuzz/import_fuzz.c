/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Files of other tools; the first byte says whose.
 *
 * Whatever they are, what comes out is a site's: machines with known keys
 * only, and scripts that compile and refer to nothing but the server.
 */
#include <sys/mman.h>

/* Its parsers are its own. */
#include "cli/import.c"

#include "arena.h"
#include "fuzz.h"
#include "ini.h"
#include "template.h"

/* Longest path of a file that is written here. */
#define PATH_BYTES 512

/* Of this process: SOURCE is read, SITE is written. */
static char dir[64], source[80], site[80];

/* The command's help is not fuzzed. */
int subcommand_usage(const char *name, const char *text, int status)
{
	(void)name;
	(void)text;
	return status;
}

/* ---- What was written ---- */

static void on_section(void *ctx, char *name, unsigned int line)
{
	(void)ctx;
	(void)line;
	if (strpbrk(name, " []/"))
		abort();
}

static void on_entry(void *ctx, char *key, char *value, unsigned int line)
{
	static const char *const keys[] = {"mac",     "uuid",	     "serial",
					   "profile", "var.address", "default"};
	size_t i;

	(void)ctx;
	(void)line;
	(void)value;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i]) == 0)
			return;
	}
	abort();
}

static void on_error(void *ctx, unsigned int line, const char *why)
{
	(void)ctx;
	fprintf(stderr, "line %u: %s\n", line, why);
	abort();
}

/* The only name that there is. */
static int find_name(void *ctx, const char *name, size_t len)
{
	(void)ctx;
	return len == 6 && memcmp(name, "server", 6) == 0 ? 0 : -ENOENT;
}

static void script_check(const char *text)
{
	static const struct template_env env = {.find_name = find_name};
	const struct template *template;
	struct arena arena;
	struct reason why;

	arena_init(&arena, 1 << 20);
	if (strncmp(text, "#!ipxe", 6) != 0 ||
	    template_compile(text, strlen(text), "fuzz", &env, &arena,
			     &template, &why))
		abort();
	arena_fini(&arena);
}

/* What pxelinux and matchbox become has four commands. */
static void lines_check(char *text)
{
	static const char *const words[] = {"#", "kernel ", "initrd ", "boot",
					    "exit 1"};
	char *line;
	size_t i;

	while ((line = strsep(&text, "\n")) != NULL) {
		for (i = 0; *line && i < 5; i++) {
			if (strncmp(line, words[i], strlen(words[i])) == 0)
				break;
		}
		if (*line && i == 5)
			abort();
	}
}

static void file_check(const char *folder, const char *path, bool is_made)
{
	static const struct ini_sink sink = {on_section, on_entry, on_error,
					     NULL};
	char *text = file_read(path);

	if (!text)
		abort();
	if (strcmp(extension(path), ".conf") == 0) {
		ini_parse(text, strlen(text), &sink);
	} else if (strcmp(folder, "assets") != 0) {
		script_check(text);
		if (is_made)
			lines_check(text);
	}
	free(text);
}

/* ---- Files ---- */

/* Call each for the files of a folder below a base, then remove them. */
static void folder_end(const char *base, const char *folder, bool is_checked,
		       bool is_made)
{
	char path[PATH_BYTES], file[2 * PATH_BYTES];
	struct dirent *entry;
	DIR *list;

	snprintf(path, sizeof(path), "%s/%s", base, folder);
	list = opendir(path);
	while (list && (entry = readdir(list)) != NULL) {
		if (entry->d_type != DT_REG)
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (is_checked)
			file_check(folder, file, is_made);
		unlink(file);
	}
	if (list)
		closedir(list);
}

static void site_end(bool is_made)
{
	static const char *const folders[] = {".", "hosts", "hosts.d",
					      "profiles.d", "assets"};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		folder_end(site, folders[i], true, is_made);
}

static void source_write(const char *name, const char *text, size_t len)
{
	char path[PATH_BYTES];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", source, name);
	out = fopen(path, "w");
	if (!out)
		return; /* not a name */
	if (fwrite(text, 1, len, out) != len || fclose(out))
		abort();
}

/* A file whose name is the first line of the text. */
static void named_write(char *text, size_t len)
{
	char *end = memchr(text, '\n', len);

	if (!end)
		return;
	*end = '\0';
	if (*text && !strchr(text, '/') && strlen(text) < 128)
		source_write(text, end + 1, len - (size_t)(end + 1 - text));
}

/* ---- Kinds ---- */

static void one_write(char *text, size_t len)
{
	source_write("file", text, len);
}

/* A profile, and a group behind the first "\f". */
static void matchbox_write(char *text, size_t len)
{
	char *end = memchr(text, '\f', len);
	size_t first = end ? (size_t)(end - text) : len;

	source_write("profiles/p.json", text, first);
	if (end)
		source_write("groups/g.json", end + 1, len - first - 1);
}

static const struct fuzzed {
	const char *name;
	/* Write the input as files of the source. */
	void (*write)(char *text, size_t len);
	int (*read)(struct import *import, const char *path);
	/* Is it a folder, and are its scripts written by us? */
	bool is_folder, is_made;
} fuzzed[] = {
	{"dnsmasq", one_write, import_dnsmasq, false, true},
	{"isc", one_write, import_isc, false, true},
	{"kea", one_write, import_kea, false, true},
	{"pxelinux", named_write, import_pxelinux, true, true},
	{"matchbox", matchbox_write, import_matchbox, true, true},
	{"tree", named_write, import_tree, true, false},
};

static void dir_remove(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		fputs("its files could not be removed\n", stderr);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What is not taken over is told to people. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const folders[] = {"source", "source/profiles",
					      "source/groups", "site"};
	char path[PATH_BYTES];
	size_t i;

	(void)argc;
	(void)argv;
	strcpy(dir, "/tmp/import-fuzz-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	atexit(dir_remove);
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
		if (mkdir(path, 0700))
			return 1;
	}
	snprintf(source, sizeof(source), "%s/source", dir);
	snprintf(site, sizeof(site), "%s/site", dir);
	return freopen("/dev/null", "w", stdout) ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fuzzed *kind;
	struct import import = {.site = site};
	char path[PATH_BYTES], *text;

	if (!size)
		return 0;
	kind = &fuzzed[data[0] % (sizeof(fuzzed) / sizeof(fuzzed[0]))];
	import.kind = kind->name;
	text = fuzz_text(data + 1, size - 1);
	kind->write(text, size - 1);
	snprintf(path, sizeof(path), "%s%s", source,
		 kind->is_folder ? "" : "/file");
	kind->read(&import, path);
	if (import.hosts)
		site_close(&import, import.hosts);
	free(import.names);
	table_fini(&import.name_table);
	free(text);
	folder_end(source, ".", false, false);
	folder_end(source, "profiles", false, false);
	folder_end(source, "groups", false, false);
	site_end(kind->is_made);
	return 0;
}
