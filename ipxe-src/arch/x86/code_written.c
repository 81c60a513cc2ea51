/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Code that was written as data, on x86: the processor sees it by itself. */
#include "platform/efi/packed/packed.h"

void arch_code_written(const void *start __unused_arg, size_t len __unused_arg)
{
}
