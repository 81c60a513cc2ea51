/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings that site.conf may have. */
#ifndef RESOLVER_SETTINGS_H
#define RESOLVER_SETTINGS_H

#include <stdbool.h>

/* Is there such a setting?  Others are errors, so that typos are found. */
bool setting_is_known(const char *key);

#endif
