/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Asking a running unloopd, by its Unix socket. */
#ifndef RESOLVER_CLI_CLIENT_H
#define RESOLVER_CLI_CLIENT_H

#include <jansson.h>

#include "reason.h"

/*
 * Send a request to the API and read the reply, a JSON value that the caller
 * gives back with json_decref().  socket_path may be NULL: $UNLOOP_SOCKET,
 * else where unloopd has it by default.  body may be NULL.
 * Returns 0, or a negative errno with a reason: -EREMOTEIO when the resolver
 * refused it.
 */
int client_call(const char *socket_path, const char *method, const char *path,
		json_t *body, json_t **ret_json, struct reason *why);

#endif
