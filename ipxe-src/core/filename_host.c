/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${filename-host}: the server that has the boot file, where its name is a
 * URL and there is no next-server, as with DHCPv6. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/general.h"
#include "core/bootfile.h"
#include "core/builtin.h"

SELECT_IF(NET_PROTO_IPV6);

/* Longest name of a host, RFC 1035 2.3.4. */
#define HOST_MAX 255

/* As a URI has it: an IPv6 address is in brackets. */
static int filename_host_fetch(void *buf, size_t len)
{
	struct uri *uri = bootfile_uri(NULL);
	char text[HOST_MAX + 3];
	int rc = -ENOENT;

	if (uri && uri->host && uri->host[0] && strlen(uri->host) <= HOST_MAX) {
		snprintf(text, sizeof(text),
			 strchr(uri->host, ':') ? "[%s]" : "%s", uri->host);
		rc = builtin_text(text, buf, len);
	}
	uri_put(uri);
	return rc;
}

BUILTIN(filename_host, "filename-host", string, "Host of the boot filename");
