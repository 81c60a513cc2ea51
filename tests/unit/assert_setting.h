/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a setting is, for tests that look at many. */
#ifndef ASSERT_SETTING_H
#define ASSERT_SETTING_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/settings.h"

/* The text of the setting NAME is TEXT (NULL: it is not set). */
static void assert_setting(const char *name, const char *text)
{
	char *value = settings_fetch_text(name);

	if (text) {
		assert_non_null(value);
		assert_string_equal(value, text);
	} else {
		assert_null(value);
	}
	free(value);
}

#endif
