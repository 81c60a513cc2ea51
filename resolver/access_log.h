/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The one log line of a request. */
#ifndef RESOLVER_ACCESS_LOG_H
#define RESOLVER_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "http.h"
#include "log.h"

/*
 * Add the line of a request that was answered in took_us microseconds to the
 * buffer.  is_whole: was the whole reply sent?
 */
void access_log(struct log_buffer *buffer, const struct http_request *request,
		const struct http_reply *reply, uint64_t took_us,
		bool is_whole);

#endif
