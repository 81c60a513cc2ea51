/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop import: what other tools know about machines, as files of a site. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "facts.h"
#include "table.h"
#include "unloop.h"

/* Largest file that is read, bytes. */
#define FILE_MAX   (16 * 1024 * 1024)
#define NAME_BYTES 96
#define MACS_MAX   16
/* What becomes the server's address in a script. */
#define SERVER "{{server}}"

/* What is being written. */
struct import {
	/* The kind, for messages and file names. */
	const char *kind;
	/* The site's directory. */
	const char *site;
	/* hosts.d/KIND.conf, or NULL before the first machine. */
	FILE *hosts;
	/* Names that are taken, and where each is found. */
	struct taken {
		char name[NAME_BYTES];
		/* Number that the next machine of this name gets. */
		unsigned int next;
	} * names;
	size_t name_count, name_room;
	struct table name_table;
	/* What was written, and what could not be taken over. */
	unsigned int machines, scripts, skipped;
	/* Did writing fail? */
	bool is_failed;
};

/* A machine as the other tool knows it; "" where it does not say. */
struct host {
	char name[NAME_BYTES];
	char macs[MACS_MAX][FACT_MAC_NAME_BYTES];
	size_t mac_count;
	char uuid[FACT_UUID_BYTES];
	char serial[NAME_BYTES];
	char address[64];
	char profile[NAME_BYTES];
};

/* Writing. */

static void __attribute__((format(printf, 2, 3)))
skip(struct import *import, const char *format, ...)
{
	va_list args;

	fputs("not taken over: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	import->skipped++;
}

/* Open a file of the site that is not there yet. */
static FILE *site_create(struct import *import, const char *folder,
			 const char *name)
{
	char path[4096];
	FILE *out = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", import->site, folder);
	if (mkdir(import->site, 0755) && errno != EEXIST)
		goto err;
	if (mkdir(path, 0755) && errno != EEXIST)
		goto err;
	snprintf(path, sizeof(path), "%s/%s/%s", import->site, folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (out)
		return out;
err:
	fprintf(stderr,
		"unloop import: %s could not be written: %s; nothing is ever "
		"replaced.\n",
		path, strerror(errno));
	import->is_failed = true;
	return NULL;
}

static void site_close(struct import *import, FILE *out)
{
	bool is_bad = ferror(out) != 0;

	if (fclose(out) || is_bad) {
		fprintf(stderr, "unloop import: writing failed.\n");
		import->is_failed = true;
	}
}

/* Make a name fit for a section and a file: what else is becomes '-'. */
static void name_clean(char *name)
{
	char *at;

	for (at = name; *at; at++) {
		if (!isalnum((unsigned char)*at) && *at != '.' && *at != '_' &&
		    *at != '-')
			*at = '-';
	}
	if (name[0] == '.' || name[0] == '-')
		name[0] = 'x';
}

static struct taken *name_find(const struct import *import, const char *name)
{
	uint32_t hash = table_hash(name, strlen(name)), at = hash, index;

	while ((index = table_next(&import->name_table, hash, &at)) !=
	       TABLE_END) {
		if (strcmp(import->names[index].name, name) == 0)
			return &import->names[index];
	}
	return NULL;
}

/* Take a name that nobody has. NULL: there is no memory. */
static struct taken *name_add(struct import *import, const char *name)
{
	size_t room = import->name_room ? import->name_room * 2 : 64;
	struct taken *names;

	if (import->name_count == import->name_room) {
		names = realloc(import->names, room * sizeof(*names));
		if (!names)
			return NULL;
		import->names = names;
		import->name_room = room;
	}
	if (table_put(&import->name_table, table_hash(name, strlen(name)),
		      (uint32_t)import->name_count))
		return NULL;
	names = &import->names[import->name_count++];
	snprintf(names->name, sizeof(names->name), "%s", name);
	names->next = 2;
	return names;
}

/* Make a machine's name its own: others of the same name get a number, which
 * is counted where it will be asked for next, lest thousands take for ever. */
static int name_claim(struct import *import, char name[NAME_BYTES])
{
	char base[NAME_BYTES - 12];
	unsigned int number;

	name_clean(name);
	if (!name_find(import, name))
		return name_add(import, name) ? 0 : -ENOMEM;
	snprintf(base, sizeof(base), "%.*s", (int)sizeof(base) - 1, name);
	if (!name_find(import, base) && !name_add(import, base))
		return -ENOMEM;
	do {
		number = name_find(import, base)->next++;
		snprintf(name, NAME_BYTES, "%s-%u", base, number);
	} while (name_find(import, name));
	return name_add(import, name) ? 0 : -ENOMEM;
}

/* May it stand behind "key = " of a file of the site? */
static bool is_value(const char *text)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text))
			return false;
	}
	return true;
}

static void host_write(struct import *import, struct host *host)
{
	char file[64];
	size_t i;

	name_clean(host->name);
	if (!host->mac_count && !host->uuid[0] && !host->serial[0]) {
		skip(import, "%s: neither a MAC nor a UUID nor a serial number",
		     host->name[0] ? host->name : "a machine");
		return;
	}
	if (!is_value(host->address) || !is_value(host->serial)) {
		skip(import,
		     "%s: its address or serial number has a control "
		     "character",
		     host->name[0] ? host->name : "a machine");
		return;
	}
	if (!import->hosts) {
		snprintf(file, sizeof(file), "%s.conf", import->kind);
		import->hosts = site_create(import, "hosts.d", file);
		if (!import->hosts)
			return;
		fprintf(import->hosts, "# Written by unloop import %s.\n",
			import->kind);
	}
	if (!host->name[0])
		snprintf(host->name, NAME_BYTES, "%s",
			 host->mac_count ? host->macs[0]
			 : host->uuid[0] ? host->uuid
					 : host->serial);
	if (name_claim(import, host->name)) {
		fprintf(stderr, "unloop import: out of memory.\n");
		import->is_failed = true;
		return;
	}
	fprintf(import->hosts, "\n[%s]\n", host->name);
	for (i = 0; i < host->mac_count; i++)
		fprintf(import->hosts, "%s%s",
			i ? ", " : "mac = ", host->macs[i]);
	if (host->mac_count)
		fputc('\n', import->hosts);
	if (host->uuid[0])
		fprintf(import->hosts, "uuid = %s\n", host->uuid);
	if (host->serial[0])
		fprintf(import->hosts, "serial = %s\n", host->serial);
	if (host->profile[0])
		fprintf(import->hosts, "profile = %s\n", host->profile);
	if (host->address[0])
		fprintf(import->hosts, "var.address = %s\n", host->address);
	import->machines++;
}

static void host_add_mac(struct host *host, const char *text)
{
	if (host->mac_count < MACS_MAX &&
	    facts_format_mac(text, host->macs[host->mac_count]) == 0)
		host->mac_count++;
}

/*
 * Write a script. Those that the site takes for templates may refer to the
 * server, and to nothing else that stands between "{{" and "}}": what another
 * tool wrote so did not mean a variable of ours.
 */
static void script_write(struct import *import, const char *folder,
			 const char *name, const char *text)
{
	const char *at = strcmp(folder, "assets") == 0 ? NULL : text;
	FILE *out;

	while (at && (at = strstr(at, "{{")) != NULL) {
		if (strncmp(at, SERVER, strlen(SERVER)) != 0) {
			skip(import,
			     "%s/%s: it would have \"{{\" in it, which is a "
			     "variable in a site",
			     folder, name);
			return;
		}
		at += strlen(SERVER);
	}
	out = site_create(import, folder, name);
	if (!out)
		return;
	fputs(text, out);
	import->scripts++;
	site_close(import, out);
}

/* Reading. */

/* Read a whole file, with a NUL behind it; the caller frees it. */
static char *file_read(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;
	struct stat st;

	if (!in || fstat(fileno(in), &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_MAX)
		goto out;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		goto out;
	len = fread(text, 1, (size_t)st.st_size, in);
	text[len] = '\0';
	if (strlen(text) != len) { /* not a text */
		free(text);
		text = NULL;
	}
out:
	if (in)
		fclose(in);
	return text;
}

/* Call read for each file of a directory, in the order of their names. */
static int folder_each(struct import *import, const char *folder,
		       void (*read_one)(struct import *import, const char *path,
					const char *name))
{
	struct dirent **list;
	int count, i;

	count = scandir(folder, &list, NULL, alphasort);
	if (count < 0) {
		fprintf(stderr, "unloop import: %s cannot be read: %s.\n",
			folder, strerror(errno));
		return -errno;
	}
	for (i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		if (list[i]->d_name[0] != '.')
			read_one(import, path, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return 0;
}

/* pxelinux.cfg (Syslinux's configuration language). */

/* A label; its texts lie in the file's. */
struct label {
	char name[NAME_BYTES];
	const char *kernel, *append, *initrd;
	bool is_local;
};

/* Find "initrd=" at the beginning of a word. */
static const char *find_initrd(const char *append)
{
	const char *at = append;

	while ((at = strstr(at, "initrd=")) != NULL) {
		if (at == append || at[-1] == ' ' || at[-1] == '\t')
			return at + strlen("initrd=");
		at++;
	}
	return NULL;
}

/* "a.img,b.img" behind initrd= or INITRD, one line each. */
static void initrd_lines(FILE *out, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ", \t");

		if (len)
			fprintf(out, "initrd http://" SERVER "/assets/%.*s\n",
				(int)len, list + (*list == '/'));
		list += len;
		if (*list != ',')
			return;
		list++;
	}
}

static char *label_script(const struct label *label)
{
	const char *kernel = label->kernel + (label->kernel[0] == '/');
	const char *initrd = find_initrd(label->append);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, "#!ipxe\n# From pxelinux's label %s.\n", label->name);
	if (label->is_local) {
		fputs("exit 1\n", out);
	} else {
		if (strstr(kernel, "://"))
			fprintf(out, "kernel %s %s\n", kernel, label->append);
		else
			fprintf(out, "kernel http://" SERVER "/assets/%s %s\n",
				kernel, label->append);
		initrd_lines(out, label->initrd);
		if (initrd && !label->initrd[0])
			initrd_lines(out, initrd);
		fputs("boot\n", out);
	}
	return fclose(out) ? NULL : text;
}

static const struct label no_label = {.kernel = "", .append = "", .initrd = ""};

/* The end of a name from its last dot on, or "". */
static const char *extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot : "";
}

/* The label that boots when nobody touches a key. */
static bool pxelinux_parse(char *text, struct label *ret_label)
{
	char wanted[NAME_BYTES] = "", *line, *rest = text;
	struct label label = no_label, best = no_label;
	bool is_in = false, is_found = false;

	while ((line = strsep(&rest, "\r\n")) != NULL) {
		char *word, *value;

		line += strspn(line, " \t");
		word = strsep(&line, " \t");
		value = line ? line + strspn(line, " \t") : (char *)"";
		if (strcasecmp(word, "label") == 0) {
			if (is_in && (!is_found ||
				      strcasecmp(label.name, wanted) == 0)) {
				best = label;
				is_found = true;
			}
			label = no_label;
			snprintf(label.name, NAME_BYTES, "%.*s", NAME_BYTES - 1,
				 value);
			name_clean(label.name);
			is_in = true;
		} else if (strcasecmp(word, "default") == 0 && !is_in) {
			snprintf(wanted, sizeof(wanted), "%.*s", NAME_BYTES - 1,
				 value);
			name_clean(wanted);
		} else if (strcasecmp(word, "menu") == 0 &&
			   strncasecmp(value, "default", 7) == 0 && is_in) {
			snprintf(wanted, sizeof(wanted), "%.*s", NAME_BYTES - 1,
				 label.name);
		} else if (strcasecmp(word, "kernel") == 0 ||
			   strcasecmp(word, "linux") == 0) {
			label.kernel = value;
		} else if (strcasecmp(word, "append") == 0) {
			label.append = value;
		} else if (strcasecmp(word, "initrd") == 0) {
			label.initrd = value;
		} else if (strcasecmp(word, "localboot") == 0) {
			label.is_local = true;
		}
	}
	if (is_in && (!is_found || strcasecmp(label.name, wanted) == 0)) {
		best = label;
		is_found = true;
	}
	*ret_label = best;
	return is_found && (best.kernel[0] || best.is_local);
}

static void pxelinux_file(struct import *import, const char *path,
			  const char *name)
{
	struct label label;
	char mac[FACT_MAC_NAME_BYTES], uuid[FACT_UUID_BYTES];
	char *text = file_read(path), *script = NULL, file[NAME_BYTES];

	if (!text || !pxelinux_parse(text, &label)) {
		skip(import, "%s: no label with a kernel in it", path);
		goto out;
	}
	if (!label.is_local &&
	    strcasecmp(extension(label.kernel), ".c32") == 0) {
		skip(import, "%s: %s is a module of Syslinux's, not a kernel",
		     path, label.kernel);
		goto out;
	}
	script = label_script(&label);
	if (!script)
		goto out;
	if (strcmp(name, "default") == 0) {
		script_write(import, ".", "default.ipxe", script);
	} else if (strncmp(name, "01-", 3) == 0 &&
		   facts_format_mac(name + 3, mac) == 0) {
		snprintf(file, sizeof(file), "%s.ipxe", mac);
		script_write(import, "hosts", file, script);
	} else if (facts_format_uuid(name, uuid) == 0) {
		snprintf(file, sizeof(file), "%s.ipxe", uuid);
		script_write(import, "hosts", file, script);
	} else {
		skip(import,
		     "%s: named neither by MAC nor by UUID; a rule with "
		     "\"ip =\" in rules.d does what an address in hexadecimal "
		     "does",
		     path);
	}
out:
	free(script);
	free(text);
}

static int import_pxelinux(struct import *import, const char *source)
{
	return folder_each(import, source, pxelinux_file);
}

/* Trees of scripts named by machine, as netboot.xyz and others keep them. */

static void tree_file(struct import *import, const char *path, const char *name)
{
	char stem[NAME_BYTES], file[NAME_BYTES + 16], *dot, *text;
	char mac[FACT_MAC_NAME_BYTES], uuid[FACT_UUID_BYTES];

	if (strlen(name) >= sizeof(stem))
		return;
	strcpy(stem, name);
	dot = strrchr(stem, '.');
	if (!dot || strcmp(dot, ".ipxe") != 0)
		return;
	*dot = '\0';
	text = file_read(path);
	if (!text || strncmp(text, "#!ipxe", 6) != 0) {
		skip(import, "%s: not an iPXE script", path);
		goto out;
	}
	if (strncasecmp(stem, "mac-", 4) == 0 &&
	    facts_format_mac(stem + 4, mac) == 0)
		snprintf(file, sizeof(file), "%s.ipxe", mac);
	else if (strncasecmp(stem, "uuid-", 5) == 0 &&
		 facts_format_uuid(stem + 5, uuid) == 0)
		snprintf(file, sizeof(file), "%s.ipxe", uuid);
	else if (strncasecmp(stem, "hostname-", 9) == 0)
		snprintf(file, sizeof(file), "hostname-%s.ipxe", stem + 9);
	else
		file[0] = '\0';
	if (file[0])
		script_write(import, "hosts", file, text);
	else if (strcmp(stem, "menu") == 0 || strcmp(stem, "default") == 0)
		script_write(import, ".", "default.ipxe", text);
	else
		script_write(import, "assets", name, text);
out:
	free(text);
}

static int import_tree(struct import *import, const char *source)
{
	return folder_each(import, source, tree_file);
}

/* JSON: matchbox and Kea. */

/* Take comments and commas before a bracket out of Kea's JSON, in place. */
static void json_clean(char *text)
{
	bool is_string = false;
	char *at, *comma = NULL;

	for (at = text; *at; at++) {
		if (is_string) {
			if (*at == '\\' && at[1])
				at++;
			else if (*at == '"')
				is_string = false;
			continue;
		}
		if (*at == '"') {
			is_string = true;
			comma = NULL;
		} else if (*at == '#' || (*at == '/' && at[1] == '/')) {
			while (*at && *at != '\n')
				*at++ = ' ';
			at--;
		} else if (*at == '/' && at[1] == '*') {
			while (*at && !(*at == '*' && at[1] == '/'))
				*at++ = ' ';
			if (!*at)
				return;
			at[0] = at[1] = ' ';
		} else if (*at == ',') {
			comma = at;
		} else if ((*at == '}' || *at == ']') && comma) {
			*comma = ' ';
			comma = NULL;
		} else if (!isspace((unsigned char)*at)) {
			comma = NULL;
		}
	}
}

static json_t *json_file(struct import *import, const char *path)
{
	char *text = file_read(path);
	json_error_t error;
	json_t *root;

	if (!text) {
		skip(import, "%s: it cannot be read", path);
		return NULL;
	}
	json_clean(text);
	root = json_loads(text, 0, &error);
	free(text);
	if (!root)
		skip(import, "%s:%d: %s", path, error.line, error.text);
	return root;
}

static const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void kea_reservations(struct import *import, const json_t *scope)
{
	const json_t *list = json_object_get(scope, "reservations"), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct host host = {.mac_count = 0};

		snprintf(host.name, sizeof(host.name), "%.*s", NAME_BYTES - 1,
			 json_text(item, "hostname"));
		host_add_mac(&host, json_text(item, "hw-address"));
		snprintf(host.address, sizeof(host.address), "%.63s",
			 json_text(item, "ip-address"));
		host_write(import, &host);
	}
}

static int import_kea(struct import *import, const char *source)
{
	json_t *root = json_file(import, source);
	const json_t *dhcp = json_object_get(root, "Dhcp4"), *item, *inner;
	size_t i, k;

	if (!root)
		return -EINVAL;
	kea_reservations(import, dhcp);
	json_array_foreach(json_object_get(dhcp, "subnet4"), i, item)
		kea_reservations(import, item);
	json_array_foreach(json_object_get(dhcp, "shared-networks"), i, item)
	{
		json_array_foreach(json_object_get(item, "subnet4"), k, inner)
			kea_reservations(import, inner);
	}
	json_decref(root);
	return 0;
}

/* A kernel or initrd: "--name main /assets/x" or a URL. */
static void matchbox_asset(FILE *out, const char *word, const char *text)
{
	size_t len = strlen(text);
	const char *path;

	while (len && text[len - 1] == ' ')
		len--;
	path = text + len;
	while (path > text && path[-1] != ' ')
		path--;
	len -= (size_t)(path - text);
	fprintf(out, "%s %.*s", word, (int)(path - text), text);
	if (!memmem(path, len, "://", 3))
		fputs("http://" SERVER "/", out);
	len -= *path == '/';
	fprintf(out, "%.*s", (int)len, path + (*path == '/'));
}

/* The text of an item, or "". */
static const char *item_text(const json_t *item)
{
	return json_is_string(item) ? json_string_value(item) : "";
}

/* Are all items texts of one line? */
static bool is_list(const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (!json_is_string(item) || !is_value(item_text(item)))
			return false;
	}
	return true;
}

/* The script of a profile, which the caller frees, or NULL. */
static char *matchbox_script(const json_t *boot)
{
	char *text = NULL;
	const json_t *item;
	size_t i, len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fputs("#!ipxe\n", out);
	matchbox_asset(out, "kernel", json_text(boot, "kernel"));
	json_array_foreach(json_object_get(boot, "args"), i, item)
		fprintf(out, " %s", item_text(item));
	fputc('\n', out);
	json_array_foreach(json_object_get(boot, "initrd"), i, item)
	{
		matchbox_asset(out, "initrd", item_text(item));
		fputc('\n', out);
	}
	fputs("boot\n", out);
	return fclose(out) ? NULL : text;
}

static void matchbox_profile(struct import *import, const char *path,
			     const char *name)
{
	json_t *root = json_file(import, path);
	const json_t *boot = json_object_get(root, "boot");
	char file[NAME_BYTES + 8], id[NAME_BYTES];
	char *text = NULL;

	if (!root)
		return;
	snprintf(id, sizeof(id), "%.*s", NAME_BYTES - 1, json_text(root, "id"));
	if (!id[0])
		snprintf(id, sizeof(id), "%.*s", (int)strcspn(name, "."), name);
	name_clean(id);
	if (!json_text(boot, "kernel")[0]) {
		skip(import, "%s: no kernel in it", path);
	} else if (!is_value(json_text(boot, "kernel")) ||
		   !is_list(json_object_get(boot, "args")) ||
		   !is_list(json_object_get(boot, "initrd"))) {
		skip(import,
		     "%s: kernel, initrd and args are to be texts of one line",
		     path);
	} else {
		text = matchbox_script(boot);
		snprintf(file, sizeof(file), "%s.ipxe", id);
		if (text)
			script_write(import, "profiles.d", file, text);
	}
	free(text);
	json_decref(root);
}

/* What a group selects by; the number of the selectors that are known. */
static size_t matchbox_selector(const json_t *selector, struct host *host)
{
	host_add_mac(host, json_text(selector, "mac"));
	if (facts_format_uuid(json_text(selector, "uuid"), host->uuid))
		host->uuid[0] = '\0';
	snprintf(host->serial, sizeof(host->serial), "%.*s", NAME_BYTES - 1,
		 json_text(selector, "serial"));
	return host->mac_count + (host->uuid[0] != '\0') +
	       (host->serial[0] != '\0');
}

static void matchbox_group(struct import *import, const char *path,
			   const char *name)
{
	json_t *root = json_file(import, path);
	const json_t *selector = json_object_get(root, "selector");
	struct host host = {.mac_count = 0};
	size_t known;
	FILE *out;

	if (!root)
		return;
	snprintf(host.profile, sizeof(host.profile), "%.*s", NAME_BYTES - 1,
		 json_text(root, "profile"));
	name_clean(host.profile);
	snprintf(host.name, sizeof(host.name), "%.*s", (int)strcspn(name, "."),
		 name);
	name_clean(host.name);
	known = matchbox_selector(selector, &host);
	if (json_object_size(selector) == 0 && host.profile[0]) {
		out = site_create(import, ".", "site.conf");
		if (out) {
			fprintf(out,
				"# From matchbox's group %s.\n"
				"default = %s\n",
				host.name, host.profile);
			site_close(import, out);
		}
	} else if (json_object_size(selector) != known) {
		skip(import,
		     "%s: it selects by more than a MAC, a UUID and a serial "
		     "number; that is a rule of rules.d",
		     path);
	} else {
		host_write(import, &host);
	}
	json_decref(root);
}

static int import_matchbox(struct import *import, const char *source)
{
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/profiles", source);
	rc = folder_each(import, path, matchbox_profile);
	snprintf(path, sizeof(path), "%s/groups", source);
	return rc ? rc : folder_each(import, path, matchbox_group);
}

/* DHCP servers' lists of hosts. */

static bool is_address(const char *text)
{
	return strspn(text, "0123456789.") == strlen(text) &&
	       strchr(text, '.') != NULL;
}

/* Is it a lease time such as 12h or infinite? */
static bool is_time(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return strcmp(text, "infinite") == 0 ||
	       (digits && strlen(text + digits) <= 1);
}

static int import_dnsmasq(struct import *import, const char *source)
{
	char *text = file_read(source), *rest = text, *line;

	if (!text) {
		fprintf(stderr, "unloop import: %s cannot be read.\n", source);
		return -ENOENT;
	}
	while ((line = strsep(&rest, "\r\n")) != NULL) {
		struct host host = {.mac_count = 0};
		char *word;

		line += strspn(line, " \t");
		if (strncmp(line, "dhcp-host", 9) != 0)
			continue;
		line += 9;
		line += strspn(line, " \t");
		if (*line++ != '=')
			continue;
		line[strcspn(line, "#")] = '\0';
		while ((word = strsep(&line, ",")) != NULL) {
			size_t before = host.mac_count;

			word += strspn(word, " \t");
			word[strcspn(word, " \t")] = '\0';
			host_add_mac(&host, word);
			if (!*word || host.mac_count > before ||
			    strchr(word, ':') || strcmp(word, "ignore") == 0 ||
			    strchr(word, '['))
				continue;
			if (is_address(word))
				snprintf(host.address, sizeof(host.address),
					 "%.63s", word);
			else if (!is_time(word))
				snprintf(host.name, sizeof(host.name), "%.*s",
					 NAME_BYTES - 1, word);
		}
		host_write(import, &host);
	}
	free(text);
	return 0;
}

/* The next token of dhcpd.conf: a word, a string, or one of "{};"; NULL at
 * the end. Comments are passed over. */
static char *isc_token(char **text, char buf[512])
{
	char *at = *text;
	size_t len;

	for (;;) {
		at += strspn(at, " \t\r\n,=");
		if (*at != '#')
			break;
		at += strcspn(at, "\n");
	}
	if (!*at)
		return NULL;
	if (*at == '"') {
		len = strcspn(at + 1, "\"\n");
		snprintf(buf, 512, "%.*s", len > 511 ? 511 : (int)len, at + 1);
		at += 1 + len;
		at += *at == '"';
	} else {
		len = strchr("{};", *at) ? 1 : strcspn(at, " \t\r\n,={};\"#");
		len = len ? len : 1;
		snprintf(buf, 512, "%.*s", len > 511 ? 511 : (int)len, at);
		at += len;
	}
	*text = at;
	return buf;
}

/* The inside of host NAME { ... }. */
static void isc_host(struct import *import, char **rest, struct host *host)
{
	char token[512], last[512] = "", before[512] = "";
	unsigned int depth = 1;

	while (depth && isc_token(rest, token)) {
		depth += strcmp(token, "{") == 0;
		depth -= strcmp(token, "}") == 0;
		if (strcmp(before, "hardware") == 0)
			host_add_mac(host, token);
		if (strcmp(last, "fixed-address") == 0)
			snprintf(host->address, sizeof(host->address), "%.63s",
				 token);
		if (strcmp(last, "host-name") == 0)
			snprintf(host->name, sizeof(host->name), "%.*s",
				 NAME_BYTES - 1, token);
		strcpy(before, last);
		strcpy(last, token);
	}
	host_write(import, host);
}

static int import_isc(struct import *import, const char *source)
{
	char *text = file_read(source), *rest = text;
	char token[512], name[512], brace[512];

	if (!text) {
		fprintf(stderr, "unloop import: %s cannot be read.\n", source);
		return -ENOENT;
	}
	while (isc_token(&rest, token)) {
		struct host host = {.mac_count = 0};

		if (strcmp(token, "host") != 0 || !isc_token(&rest, name) ||
		    !isc_token(&rest, brace) || strcmp(brace, "{") != 0)
			continue;
		snprintf(host.name, sizeof(host.name), "%.*s", NAME_BYTES - 1,
			 name);
		isc_host(import, &rest, &host);
	}
	free(text);
	return 0;
}

/* The kinds. */
static const struct kind {
	const char *name;
	int (*read)(struct import *import, const char *source);
} kinds[] = {
	{"pxelinux", import_pxelinux}, {"tree", import_tree},
	{"matchbox", import_matchbox}, {"dnsmasq", import_dnsmasq},
	{"isc", import_isc},	       {"kea", import_kea},
};

static const char help[] =
	"  pxelinux DIR   a pxelinux.cfg: files by MAC, by UUID, and default\n"
	"  tree DIR       scripts named MAC-..., UUID-..., HOSTNAME-... and "
	"menu.ipxe,\n"
	"                 as netboot.xyz and others keep them\n"
	"  matchbox DIR   groups/ and profiles/\n"
	"  dnsmasq FILE   dhcp-host lines\n"
	"  isc FILE       host blocks of dhcpd.conf\n"
	"  kea FILE       reservations of kea-dhcp4.conf\n"
	"\n"
	"Writes hosts.d/, hosts/, profiles.d/, default.ipxe or site.conf below "
	"SITE; a\n"
	"file that is there is never replaced. Says what could not be taken "
	"over.\n"
	"Kernels and initrds belong into SITE/assets/. Then: unloop check "
	"SITE.\n";

int import_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct import import = {.hosts = NULL};
	int c, rc = -ENOENT;
	size_t i;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		return subcommand_usage("import", help, c == 'h' ? 0 : 2);
	if (argc - optind != 3)
		return subcommand_usage("import", help, 2);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[optind]) != 0)
			continue;
		import.kind = kinds[i].name;
		import.site = argv[optind + 2];
		rc = kinds[i].read(&import, argv[optind + 1]);
	}
	if (!import.kind)
		return subcommand_usage("import", help, 2);
	if (import.hosts)
		site_close(&import, import.hosts);
	free(import.names);
	table_fini(&import.name_table);
	printf("%u machines and %u scripts written, %u not taken over.\n",
	       import.machines, import.scripts, import.skipped);
	return rc || import.is_failed || import.skipped ? 1 : 0;
}
