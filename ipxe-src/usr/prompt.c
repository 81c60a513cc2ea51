/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Ask for a key. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/console.h"
#include "core/loopguard.h"
#include "usr/prompt.h"

int prompt_key(const char *text, unsigned long timeout_ms)
{
	size_t len = strlen(text);
	int timeout = -1;
	int pressed;
	size_t i;

	if (timeout_ms)
		timeout = (int)MIN(timeout_ms, (unsigned long)INT_MAX);
	console_write(text, len);
	pressed = console_getkey(timeout);
	for (i = 0; i < len; i++)
		console_write("\b \b", 3);
	loopguard_progress();
	return pressed;
}

int prompt(const char *text, unsigned long timeout_ms, int key)
{
	int pressed = prompt_key(text, timeout_ms);

	if (pressed < 0)
		return pressed;
	return !key || pressed == key ? 0 : -ECANCELED;
}
