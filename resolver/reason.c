/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Why something failed, as one sentence that travels with the errno. */
#include "reason.h"

#include <stdarg.h>
#include <stdio.h>

int reason_set(struct reason *why, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return rc;
}
