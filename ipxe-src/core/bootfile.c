/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the settings say is to be booted. */
#include <stdlib.h>

#include "core/bootfile.h"

struct uri *bootfile_uri(struct settings *settings)
{
	struct settings *origin;
	char *filename, *expanded, *server;
	struct uri *uri = NULL;
	int rc;

	if (settings_fetch(settings, &setting_filename, NULL, 0, &origin,
			   NULL) < 1)
		return NULL;
	filename = settings_format(origin, &setting_filename);
	expanded = filename ? settings_expand(filename, &rc) : NULL;
	server = settings_format(origin, &setting_next_server);
	if (expanded && *expanded)
		uri = uri_boot(server, expanded);
	free(server);
	free(expanded);
	free(filename);
	return uri;
}
