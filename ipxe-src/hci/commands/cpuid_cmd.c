/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: cpuid (x86). */
#include <errno.h>
#include <cpuid.h>

#include "core/command.h"
#include "core/error.h"
#include "hci/parseopt.h"

SELECT_IF(CPUID_CMD);

/* The first leaf, and the first extended one (Intel SDM 2A, CPUID). */
#define LEAF_FEATURES 1u
#define LEAF_EXTENDED 0x80000001u

struct cpuid_options {
	bool is_extended;
	bool is_amd; /* the older name of the same */
	bool is_ecx; /* the bits of ECX, not of EDX */
};

static const struct option_descriptor cpuid_opts[] = {
	OPTION("ext", 'e', OPTION_FLAG, struct cpuid_options, is_extended),
	OPTION("amd", 'a', OPTION_FLAG, struct cpuid_options, is_amd),
	OPTION("ecx", 'c', OPTION_FLAG, struct cpuid_options, is_ecx),
};

static const struct command_syntax cpuid_syntax =
	COMMAND_SYNTAX(cpuid_opts, 1, 1);

static int cpuid_exec(int argc, char **argv)
{
	struct cpuid_options options = {0};
	unsigned int eax, ebx, ecx = 0, edx = 0;
	unsigned long bit;
	int first;
	int rc;

	first = parse_options(argc, argv, &cpuid_syntax, &options);
	if (first < 0)
		return first;
	rc = parse_number(argv[0], argv[first], &bit);
	if (rc)
		return rc;
	if (bit > 31)
		return -ERANGE;
	/* Leaves beyond the CPU's last one leave zeros. */
	__get_cpuid(options.is_extended || options.is_amd ? LEAF_EXTENDED
							  : LEAF_FEATURES,
		    &eax, &ebx, &ecx, &edx);
	return (options.is_ecx ? ecx : edx) >> bit & 1 ? 0 : -ENOENT;
}

static const struct command cpuid_command = {"cpuid", "[--ext] [--ecx] <bit>",
					     "Succeed if the CPU has a feature",
					     cpuid_exec};
TABLE_REGISTER(commands, cpuid_command);

COMMAND_EXAMPLE(cpuid, "cpuid --ext 29 && set arch amd64 || set arch i386");
