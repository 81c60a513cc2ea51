/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* TCP connections to web servers, a few of them kept for the next request. */
#ifndef NET_HTTP_CONNECTION_H
#define NET_HTTP_CONNECTION_H

#include "lwip/ip_addr.h"
#include "lwip/pbuf.h"

#include "core/compiler.h"

struct http_connection;

/* What the user of a connection wants to know. In any of these it may close,
 * keep or forget the connection. */
struct http_connection_user {
	void (*on_open)(void *ctx); /* it may be sent on now */
	/* Bytes came; P is freed by the caller. The user must stop reading
	 * when it has let go of the connection. */
	void (*on_data)(void *ctx, const struct pbuf *p);
	/* The other side is done: RC 0 after an orderly end, else -ECONNRESET,
	 * -ECONNREFUSED or -ETIMEDOUT. The user closes the connection. */
	void (*on_end)(void *ctx, int rc);
};

/* Connect to PORT of ADDR for USER, which gets CTX; a kept connection is taken
 * if there is one: it is open at once, and on_open is not called. RET points
 * to the caller's pointer to it. 0, -ENETUNREACH, -ENOBUFS. */
int http_connection_open(const ip_addr_t *addr, u16_t port,
			 const struct http_connection_user *user, void *ctx,
			 struct http_connection **ret);

/* Has it carried a request before? */
bool http_connection_was_kept(const struct http_connection *connection);

/* Send LEN bytes, copied. 0 or -ENOBUFS. */
int http_connection_send(struct http_connection *connection, const void *data,
			 size_t len);

/* Send LEN bytes of BODY behind that, as fast as the server takes them. BODY is
 * not copied: it must live until the connection is kept or closed. */
void http_connection_send_body(struct http_connection *connection,
			       const char *body, size_t len);

/* The user has no more use for it: keep it for a while, or end it. */
void http_connection_keep(struct http_connection *connection);
void http_connection_close(struct http_connection *connection);

/* Close what was kept for too long. */
void http_connection_expire(void);

#endif
