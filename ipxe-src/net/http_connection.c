/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* TCP connections to web servers, a few of them kept for the next request. */
#include <errno.h>
#include <stdlib.h>

#include "lwip/tcp.h"

#include "config/general.h"
#include "core/list.h"
#include "core/platform.h"
#include "net/address.h"
#include "net/http_connection.h"
#include "net/netdevice.h"

SELECT_IF(DOWNLOAD_PROTO_HTTP);

/* How long a connection is kept, and how many are. */
#define KEEP_US	 10000000
#define KEEP_MAX 4

struct http_connection {
	struct list_head list; /* in kept_connections, or empty */
	struct tcp_pcb *pcb;   /* NULL once it is gone */
	ip_addr_t addr;
	u16_t port;
	const struct http_connection_user *user; /* NULL while it is kept */
	void *ctx;
	const char *body; /* what is still to be sent; the user's */
	size_t body_len;  /* bytes of it */
	bool is_open;	  /* the server has accepted it */
	bool was_kept;
	uint64_t kept_us; /* when it was put away */
};

static LIST_HEAD(kept_connections); /* longest kept first */
static unsigned int kept_count;

bool http_connection_was_kept(const struct http_connection *connection)
{
	return connection && connection->was_kept;
}

void http_connection_close(struct http_connection *connection)
{
	struct tcp_pcb *pcb = connection->pcb;

	if (!list_is_empty(&connection->list)) {
		list_del(&connection->list);
		kept_count--;
	}
	if (pcb) {
		/* lwIP answers with a RST what still comes after this. */
		tcp_arg(pcb, NULL);
		tcp_recv(pcb, NULL);
		tcp_err(pcb, NULL);
		tcp_close(pcb);
	}
	free(connection);
}

/* The connection ended with RC: tell its user, who closes it. */
static void connection_end(struct http_connection *connection, int rc)
{
	if (connection->user)
		connection->user->on_end(connection->ctx, rc);
	else
		http_connection_close(connection);
}

/* Let no more be on its way at once than the NIC can hold. Before the server
 * hears of a larger window: it would have to be kept to. */
static void window_limit(struct tcp_pcb *pcb)
{
	struct netif *netif = ip_route(&pcb->local_ip, &pcb->remote_ip);
	const struct net_device *netdev = netif ? netif->state : NULL;

	if (netdev && netdev->rx_window && netdev->rx_window < pcb->rcv_wnd)
		pcb->rcv_wnd = pcb->rcv_ann_wnd = netdev->rx_window;
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb,
			  err_t err __unused_arg)
{
	struct http_connection *connection = arg;

	window_limit(pcb);
	connection->is_open = true;
	connection->user->on_open(connection->ctx);
	return ERR_OK;
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p,
		     err_t err __unused_arg)
{
	struct http_connection *connection = arg;

	if (!p || !connection) {
		if (connection)
			connection_end(connection, 0);
		return ERR_OK;
	}
	/* First, because the user may close the connection. */
	tcp_recved(pcb, p->tot_len);
	if (connection->user)
		connection->user->on_data(connection->ctx, p);
	else
		http_connection_close(connection); /* nobody asked */
	pbuf_free(p);
	return ERR_OK;
}

static void on_err(void *arg, err_t err)
{
	struct http_connection *connection = arg;

	if (!connection)
		return;
	connection->pcb = NULL; /* lwIP has freed it */
	if (err == ERR_RST)
		connection_end(connection, connection->is_open ? -ECONNRESET
							       : -ECONNREFUSED);
	else
		connection_end(connection, -ETIMEDOUT);
}

/* A kept connection to PORT of ADDR, the one used last; or NULL. */
static struct http_connection *kept_find(const ip_addr_t *addr, u16_t port)
{
	struct http_connection *connection, *found = NULL;

	list_for_each_entry(connection, &kept_connections, list) {
		if (connection->port == port &&
		    ip_addr_cmp(&connection->addr, addr))
			found = connection;
	}
	return found;
}

int http_connection_open(const ip_addr_t *addr, u16_t port,
			 const struct http_connection_user *user, void *ctx,
			 struct http_connection **ret)
{
	struct http_connection *connection = kept_find(addr, port);
	err_t err;

	if (connection) {
		list_del(&connection->list);
		kept_count--;
		connection->user = user;
		connection->ctx = ctx;
		*ret = connection;
		return 0;
	}
	/* lwIP would look for a way until it gives up. */
	if (IP_IS_V6(addr) && !address_route(addr))
		return -ENETUNREACH;
	connection = calloc(1, sizeof(*connection));
	if (!connection)
		return -ENOMEM;
	list_init(&connection->list);
	connection->addr = *addr;
	connection->port = port;
	connection->user = user;
	connection->ctx = ctx;
	connection->pcb = tcp_new_ip_type(IP_GET_TYPE(addr));
	if (!connection->pcb) {
		free(connection);
		return -ENOBUFS;
	}
	tcp_nagle_disable(connection->pcb);
	tcp_arg(connection->pcb, connection);
	tcp_recv(connection->pcb, on_recv);
	tcp_err(connection->pcb, on_err);
	err = tcp_connect(connection->pcb, addr, port, on_connected);
	if (err != ERR_OK) {
		http_connection_close(connection);
		return err == ERR_RTE ? -ENETUNREACH : -ENOBUFS;
	}
	*ret = connection;
	return 0;
}

int http_connection_send(struct http_connection *connection, const void *data,
			 size_t len)
{
	if (len > tcp_sndbuf(connection->pcb) ||
	    tcp_write(connection->pcb, data, (u16_t)len, TCP_WRITE_FLAG_COPY) !=
		    ERR_OK)
		return -ENOBUFS;
	tcp_output(connection->pcb);
	return 0;
}

/* Hand lwIP as much of the body as it takes. */
static void body_push(struct http_connection *connection)
{
	size_t len =
		MIN(connection->body_len, (size_t)tcp_sndbuf(connection->pcb));

	if (!len || tcp_write(connection->pcb, connection->body, (u16_t)len,
			      TCP_WRITE_FLAG_COPY) != ERR_OK)
		return;
	connection->body += len;
	connection->body_len -= len;
	tcp_output(connection->pcb);
}

/* Room has become free. */
static err_t on_sent(void *arg, struct tcp_pcb *pcb __unused_arg,
		     u16_t len __unused_arg)
{
	if (arg)
		body_push(arg);
	return ERR_OK;
}

void http_connection_send_body(struct http_connection *connection,
			       const char *body, size_t len)
{
	connection->body = body;
	connection->body_len = len;
	tcp_sent(connection->pcb, on_sent);
	body_push(connection);
}

void http_connection_keep(struct http_connection *connection)
{
	/* What has been answered before it was all sent cannot be used again.
	 */
	if (!connection->pcb || connection->body_len) {
		http_connection_close(connection);
		return;
	}
	if (kept_count == KEEP_MAX)
		http_connection_close(list_entry(kept_connections.next,
						 struct http_connection, list));
	connection->user = NULL;
	connection->was_kept = true;
	connection->kept_us = platform_time_us();
	list_add_tail(&connection->list, &kept_connections);
	kept_count++;
}

void http_connection_expire(void)
{
	struct http_connection *connection, *next;

	if (!kept_count)
		return;
	list_for_each_entry_safe(connection, next, &kept_connections, list) {
		if (platform_time_us() - connection->kept_us >= KEEP_US)
			http_connection_close(connection);
	}
}
