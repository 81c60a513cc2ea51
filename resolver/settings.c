/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings that site.conf may have. */
#include "settings.h"

#include <stddef.h>
#include <string.h>

/* One row each; add yours, and a line to docs/unloop-site.5. */
static const char *const settings[] = {
	/* What machines get: load.c. */
	"unknown",
	"default",
	"menu",
	"quarantine",
	"disabled",
	"local",
	"profile",
	"placeholder",
	/* Who has to wait: admission_options_set(). */
	"admission-rate",
	"admission-burst",
	"admission-subnet-rate",
	"admission-subnet-burst",
	/* How fast files are sent: pace_parse(). */
	"asset-rate",
	/* What they are to do: state_options_set(). */
	"state",
	"state-wait-ms",
	"state-attempts",
	"state-boot-s",
	"state-fallback",
	"state-lost",
};

bool setting_is_known(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i], key) == 0)
			return true;
	}
	return false;
}
