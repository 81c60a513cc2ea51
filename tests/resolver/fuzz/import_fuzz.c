/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Files of other tools; the first byte says whose. */
#include <sys/mman.h>

/* Its parsers are its own. */
#include "cli/import.c"

#include "fuzz.h"

/* The command's help is not fuzzed. */
int subcommand_usage(const char *name, const char *text, int status)
{
	(void)name;
	(void)text;
	return status;
}

/* Readers of one file each. */
static int (*const readers[])(struct import *import, const char *source) = {
	import_dnsmasq,
	import_isc,
	import_kea,
};

static void read_file(unsigned int which, const uint8_t *data, size_t size)
{
	struct import import = {.kind = "fuzz", .site = "/nonexistent"};
	int fd = memfd_create("import", 0);
	char path[32];

	import.hosts = fopen("/dev/null", "w");
	if (fd < 0 || !import.hosts || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readers[which](&import, path);
	fclose(import.hosts);
	free(import.names);
	close(fd);
}

static void read_pxelinux(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *script;
	struct label label;

	if (pxelinux_parse(text, &label)) {
		script = label_script(&label);
		free(script);
	}
	free(text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What is not taken over is told to people. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return freopen("/dev/null", "w", stdout) ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] % 4 == 3)
		read_pxelinux(data + 1, size - 1);
	else
		read_file(data[0] % 4, data + 1, size - 1);
	return 0;
}
