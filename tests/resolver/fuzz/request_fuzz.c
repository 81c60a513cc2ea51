/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Heads of requests: what comes out lies inside of what went in. */
#include "request.h"

#include <errno.h>

#include "fuzz.h"

static void check(const char *text, const char *buf, size_t len)
{
	if (text && (text < buf || text + strlen(text) >= buf + len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *buf = malloc(size ? size : 1);
	struct http_request request = {0};
	struct request_head head;
	int rc;

	if (!buf)
		abort();
	memcpy(buf, data, size);
	rc = request_parse(buf, size, &request, &head);
	if (rc == -EAGAIN && memcmp(buf, data, size) != 0)
		abort();
	if (rc == 0 && (!head.len || head.len > size || !request.method ||
			!request.target || !*request.target))
		abort();
	check(request.method, buf, size);
	check(request.target, buf, size);
	check(request.host, buf, size);
	check(request.user_agent, buf, size);
	check(request.if_range, buf, size);
	check(head.length, buf, size);
	free(buf);
	return 0;
}
