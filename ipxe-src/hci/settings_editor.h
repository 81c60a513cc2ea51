/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The full-screen editor of settings. */
#ifndef HCI_SETTINGS_EDITOR_H
#define HCI_SETTINGS_EDITOR_H

#include "core/settings.h"

/* Let a person look through SETTINGS and the blocks around, and change them,
 * until Ctrl-X. Returns 0, or -errno. */
int settings_editor(struct settings *settings);

#endif
