/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the settings say is to be booted. */
#ifndef CORE_BOOTFILE_H
#define CORE_BOOTFILE_H

#include "core/settings.h"
#include "core/uri.h"

/* The URI that `filename` of SETTINGS (NULL: of the whole tree) means, its ${}
 * expanded: an absolute URI as it is, else a file on the `next-server` of the
 * same settings block. A new reference; NULL if there is no filename, or no
 * server for it. */
struct uri *bootfile_uri(struct settings *settings);

#endif
