/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop run: what would a boot script boot? */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "unloop.h"

static const char run_help[] =
	"Runs the script with the firmware itself, built as a program. Nothing "
	"is\n"
	"booted: it prints the kernel or boot program, its command line and "
	"its\n"
	"initrds. Exit status: that of the script.\n"
	"\n"
	"  -s, --set NAME=VALUE  a setting, as the command set stores it\n"
	"  -H, --http DIR        take http://ANY-HOST/PATH from DIR/PATH; "
	"without "
	"it\n"
	"                        there is no network, and what fetches fails\n";

/* Where the firmware is, seen from the folder of this program: installed, in
 * the folder of the build, and beside the sanitised program there. */
static const char *const places[] = {
	"../lib/unloop/linux-x86_64/firmware",
	"../linux-x86_64/firmware",
	"../../linux-x86_64/firmware",
};

/* Find the firmware: its path in BUF. */
static int firmware_find(char *buf, size_t len)
{
	char self[4096];
	ssize_t self_len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;
	char *slash;

	if (self_len < 0)
		return -errno;
	self[self_len] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if ((size_t)snprintf(buf, len, "%s/%s", self, places[i]) <
			    len &&
		    access(buf, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

int run_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"set", required_argument, NULL, 's'},
		{"http", required_argument, NULL, 'H'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	char firmware[8192];
	struct stat folder;
	char **words = calloc((size_t)argc * 2 + 3, sizeof(*words));
	int c, count = 0;

	if (!words)
		return 1;
	words[count++] = firmware;
	while ((c = getopt_long(argc, argv, "+s:H:h", longs, NULL)) != -1) {
		if (c == 's' && strchr(optarg, '=')) {
			words[count++] = "--set";
		} else if (c == 'H') {
			if (stat(optarg, &folder) || !S_ISDIR(folder.st_mode)) {
				fprintf(stderr, "unloop: %s is no folder.\n",
					optarg);
				free(words);
				return 2;
			}
			words[count++] = "--http";
		} else {
			free(words);
			return subcommand_usage("run", run_help,
						c == 'h' ? 0 : 2);
		}
		words[count++] = optarg;
	}
	if (argc - optind != 1 || *argv[optind] == '-') {
		free(words);
		return subcommand_usage("run", run_help, 2);
	}
	words[count++] = argv[optind];
	if (firmware_find(firmware, sizeof(firmware))) {
		fprintf(stderr,
			"unloop: The firmware as a program is not beside this "
			"one: make all, or make install, puts it there.\n");
	} else {
		execv(firmware, words);
		fprintf(stderr, "unloop: %s cannot be run: %s.\n", firmware,
			strerror(errno));
	}
	free(words);
	return 1;
}
