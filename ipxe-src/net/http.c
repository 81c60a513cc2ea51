/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HTTP/1.1, RFC 9110 and 9112: one request per download; a plain GET is resumed
 * where it breaks. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/branding.h"
#include "config/general.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/settings.h" /* base64 */
#include "net/address.h"
#include "net/download.h"
#include "net/http_connection.h"
#include "net/http_digest.h"
#include "net/http_form.h"
#include "net/http_response.h"
#include "net/ipv6.h"
#include "net/resolve.h"

SELECT_IF(DOWNLOAD_PROTO_HTTP);

#define HTTP_PORT 80

/* Servers tell iPXE by the beginning of this. */
#define HTTP_USER_AGENT                                                        \
	"iPXE/1.21.1+ (" PRODUCT_SHORT_NAME " " PRODUCT_VERSION ")"

/* Bounds of every wait. */
#define HTTP_CONNECT_MS 10000 /* for the connection */
#define HTTP_IPV6_MS	2000  /* the same, if IPv4 may do as well */
#define HTTP_HEADER_MS	30000 /* for the answer to begin */
#define HTTP_IDLE_MS	20000 /* for the next byte of it */

/* A broken download is taken up again after pauses that double from the first
 * to the longest, as long as the last new byte came within: */
#define HTTP_RESUME_FIRST_MS   250
#define HTTP_RESUME_LONGEST_MS 4000
#define HTTP_RESUME_TOTAL_MS   60000
/* ... but a server that is there and closes at the same place: */
#define HTTP_CLOSED_MAX 3
/* How often a file is read again from its beginning. */
#define HTTP_RESTART_MAX 3

/* Retry-After: the longest pause, and how long we go along with it. */
#define HTTP_RETRY_LONGEST_S 60
#define HTTP_RETRY_TOTAL_MS  600000

/* An answer's body that nobody wants is read up to here, to keep the
 * connection. */
#define HTTP_DISCARD_MAX 16384

enum http_state {
	HTTP_RESOLVE, /* asking for the host's address */
	HTTP_CONNECT, /* until the deadline, as the next two */
	HTTP_HEADER,  /* the request is sent */
	HTTP_BODY,
	HTTP_PAUSE,  /* at the deadline it begins again */
	HTTP_FOLLOW, /* the poller goes where the redirect points */
	HTTP_DONE,
};

/* What becomes of the answer. */
enum http_action {
	HTTP_DELIVER,  /* its body is the image */
	HTTP_AGAIN,    /* ask again, differently */
	HTTP_REDIRECT, /* ask elsewhere */
	HTTP_WAIT,     /* ask later: Retry-After */
	HTTP_REFUSED,  /* give up, or if it was to be resumed, try later */
};

/* One download. */
struct http {
	struct list_head list; /* in http_downloads */
	struct download *download;
	struct resolve resolve;
	struct http_connection *connection; /* or NULL */
	struct http_response response;
	struct http_form *form; /* what goes with the request, or NULL */
	enum http_state state;
	enum http_action action; /* valid in HTTP_BODY */
	uint64_t deadline_us;
	bool use_auth;	/* the server asked who we are */
	bool is_ranged; /* the request asked for the rest only */
	unsigned int redirects;
	unsigned int restarts;
	unsigned int closes;	    /* since the last new byte */
	unsigned int failures;	    /* likewise, of any kind */
	uint64_t best;		    /* most bytes we ever had */
	uint64_t progress_us;	    /* when that last grew; before: the start */
	uint64_t rx_us;		    /* when something last came */
	size_t discarded;	    /* bytes of a body that nobody wants */
	char validator[80];	    /* of what we have; "": cannot be resumed */
	struct http_digest *digest; /* USE_AUTH is by this; NULL: Basic */
};

static LIST_HEAD(http_downloads);

static void http_begin(struct http *http);
static void http_act(struct http *http);

static void http_set_deadline(struct http *http, unsigned int ms)
{
	http->deadline_us = platform_time_us() + ms * 1000ULL;
}

/* ---- Endings ---- */

/* Let go of the connection; it is kept for others if KEEP. */
static void http_disconnect(struct http *http, bool keep)
{
	struct http_connection *connection = http->connection;

	http->connection = NULL;
	if (!connection)
		return;
	if (keep)
		http_connection_keep(connection);
	else
		http_connection_close(connection);
}

static void http_finish(struct http *http, int rc)
{
	http_disconnect(http, false);
	resolve_stop(&http->resolve);
	list_del(&http->list);
	http->state = HTTP_DONE;
	download_finish(http->download, rc);
}

/* Begin again after a pause. */
static void http_pause(struct http *http, unsigned int ms)
{
	http->state = HTTP_PAUSE;
	http_set_deadline(http, ms);
}

/* The sentence for a download that broke off. */
static int http_error_broken(struct http *http, int rc, const char *why)
{
	struct download *download = http->download;
	unsigned long long received = download->received;

	if (!received)
		return error_set(rc, "%s", why);
	if (download->has_total)
		return error_set(rc, "%s after %llu of %llu bytes", why,
				 received, (unsigned long long)download->total);
	return error_set(rc, "%s after %llu bytes", why, received);
}

/* The connection is gone, or never was: RC and WHY. IS_DEAD: the server may
 * come back, so be patient once there is something to lose. */
static void http_lost(struct http *http, int rc, const char *why, bool is_dead)
{
	struct download *download = http->download;
	uint64_t now = platform_time_us();
	unsigned int pause_ms;

	http_disconnect(http, false);
	if (!is_dead)
		http->closes++;
	if ((!http->best && (is_dead || http->closes > 1)) ||
	    http->closes > HTTP_CLOSED_MAX ||
	    now - http->progress_us >= HTTP_RESUME_TOTAL_MS * 1000ULL) {
		http_finish(http, http_error_broken(http, rc, why));
		return;
	}
	pause_ms = HTTP_RESUME_FIRST_MS << MIN(http->failures, 8U);
	http->failures++;
	pause_ms = MIN(pause_ms, (unsigned int)HTTP_RESUME_LONGEST_MS);
	snprintf(download->status, sizeof(download->status), "%s; trying again",
		 why);
	http_pause(http, pause_ms);
}

/* ---- The request ---- */

/* A request being written. */
struct http_request {
	char text[8192];
	size_t len;
	bool overflow;
};

static void __printf(2, 3)
	request_printf(struct http_request *request, const char *format, ...)
{
	size_t room = sizeof(request->text) - request->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(request->text + request->len, room, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= room)
		request->overflow = true;
	else
		request->len += (size_t)len;
}

/* RFC 7617. */
static void request_put_basic(struct http_request *request,
			      const struct uri *uri)
{
	char pair[256];
	int len;

	len = snprintf(pair, sizeof(pair), "%s:%s", uri->user,
		       uri->password ? uri->password : "");
	request_printf(request, "Authorization: Basic ");
	if (len < 0 || len >= (int)sizeof(pair) ||
	    len * 2 > (int)(sizeof(request->text) - request->len)) {
		request->overflow = true;
		return;
	}
	request->len += (size_t)setting_type_base64.format(
		pair, (size_t)len, request->text + request->len,
		sizeof(request->text) - request->len);
	request_printf(request, "\r\n");
}

/* RFC 7616. Returns 0 or -errno. */
static int request_put_digest(struct http_request *request,
			      const struct uri *uri, struct http_digest *digest)
{
	int len = http_digest_format(digest, uri, request->text,
				     request->text + request->len,
				     sizeof(request->text) - request->len);

	if (len == -ENOBUFS)
		request->overflow = true;
	else if (len < 0)
		return len;
	else
		request->len += (size_t)len;
	return 0;
}

/* Say who we are, as the server has asked. Returns 0 or -errno. */
static int request_put_auth(struct http_request *request,
			    const struct http *http)
{
	const struct uri *uri = http->download->uri;

	if (HAS_HTTP_DIGEST && http->digest)
		return request_put_digest(request, uri, http->digest);
	request_put_basic(request, uri);
	return 0;
}

/* May what we have be continued? */
static bool http_can_resume(const struct http *http)
{
	return http->download->received && http->validator[0];
}

/* The form has done its service. */
static void http_drop_form(struct http *http)
{
	free(http->form);
	http->form = NULL;
}

/* Forget what we have, a bounded number of times. Returns 0 or -errno. */
static int http_restart(struct http *http)
{
	if (!http->download->received)
		return 0;
	if (++http->restarts > HTTP_RESTART_MAX)
		return http_error_broken(http, -ECONNRESET,
					 "the connection "
					 "broke again and cannot be resumed");
	download_restart(http->download);
	return 0;
}

static void http_send(struct http *http)
{
	static struct http_request request;
	struct download *download = http->download;
	const struct http_form *form = http->form;
	struct uri *uri = download->uri;
	const char *path = uri->epath ? uri->epath : "";
	int rc = 0;

	if (!http_can_resume(http))
		rc = http_restart(http);
	if (rc) {
		http_finish(http, rc);
		return;
	}
	request.len = 0;
	request.overflow = false;
	request_printf(&request, "%s %s%s%s%s", form ? form->method : "GET",
		       *path == '/' ? "" : "/", path, uri->query ? "?" : "",
		       uri->query ? uri->query : "");
	if (form && form->query[0])
		request_printf(&request, "%c%s", uri->query ? '&' : '?',
			       form->query);
	request_printf(&request, " HTTP/1.1\r\n");
	request_printf(&request, "Host: " HOST_FORMAT "%s%s\r\n",
		       HOST_ARGS(uri->host), uri->port ? ":" : "",
		       uri->port ? uri->port : "");
	request_printf(&request, "User-Agent: " HTTP_USER_AGENT "\r\n"
				 "Connection: keep-alive\r\n");
	http->is_ranged = download->received > 0;
	if (http->is_ranged)
		request_printf(&request,
			       "Range: bytes=%llu-\r\n"
			       "If-Range: %s\r\n",
			       (unsigned long long)download->received,
			       http->validator);
	if (http->use_auth && uri->user)
		rc = request_put_auth(&request, http);
	if (form)
		request_printf(&request, "%s", form->headers);
	if (form && form->body)
		request_printf(&request,
			       "Content-Type: application/x-www-form-"
			       "urlencoded\r\nContent-Length: %lu\r\n",
			       (unsigned long)form->body_len);
	request_printf(&request, "\r\n");
	http_response_init(&http->response);
	http->response.is_head = form && form->method[0] == 'H';
	if (request.overflow)
		rc = error_set(-EINVAL, "the URI is too long");
	if (rc) {
		http_finish(http, rc);
		return;
	}
	http->state = HTTP_HEADER;
	http_set_deadline(http, HTTP_HEADER_MS);
	if (http_connection_send(http->connection, request.text, request.len))
		http_finish(http, -ENOBUFS);
	else if (form && form->body)
		http_connection_send_body(http->connection, form->body,
					  form->body_len);
}

/* ---- The answer ---- */

/* The server asks who we are. Can it be told, and was it not? */
static bool http_can_tell(struct http *http)
{
	const struct http_response *response = &http->response;

	if (!http->download->uri->user)
		return false;
	if (HAS_HTTP_DIGEST)
		return http_digest_accept(response->challenges, http->use_auth,
					  &http->digest);
	return response->wants_basic && !http->use_auth;
}

/* What does the answer's status mean? */
static enum http_action http_judge(struct http *http)
{
	const struct http_response *response = &http->response;
	struct download *download = http->download;

	switch (response->status) {
	case 200:
	case 201:
	case 202:
	case 204:
		return HTTP_DELIVER;
	case 206:
		if (http->is_ranged && response->has_range &&
		    response->range_start == download->received &&
		    (!download->has_total || !response->range_total ||
		     response->range_total == download->total))
			return HTTP_DELIVER;
		http->validator[0] = '\0';
		return HTTP_AGAIN;
	case 401:
		if (!http_can_tell(http))
			return HTTP_REFUSED;
		http->use_auth = true;
		return HTTP_AGAIN;
	case 416:
		if (!http->is_ranged)
			return HTTP_REFUSED;
		http->validator[0] = '\0';
		return HTTP_AGAIN;
	}
	if (response->status / 100 == 3 && response->location[0])
		return HTTP_REDIRECT;
	if (response->has_retry_after &&
	    (response->status == 404 || response->status == 429 ||
	     response->status == 503))
		return HTTP_WAIT;
	return HTTP_REFUSED;
}

/* The body that comes is (the rest of) the image. Returns 0 or -errno. */
static int http_begin_body(struct http *http)
{
	const struct http_response *response = &http->response;
	struct download *download = http->download;
	int rc;

	if (response->status == 206) {
		if (!response->range_total)
			return 0;
		return download_set_total(download, response->range_total);
	}
	/* All of it comes: it has changed, or the server resumes nothing. */
	rc = http_restart(http);
	if (rc)
		return rc;
	if (response->is_head)
		return 0;
	if (!http->form)
		strcpy(http->validator, response->validator);
	return response->has_length
		       ? download_set_total(download, response->length)
		       : 0;
}

/* The header is there. */
static void http_rx_header(struct http *http)
{
	const struct http_response *response = &http->response;
	int rc;

	http->state = HTTP_BODY;
	http->discarded = 0;
	http->action = http_judge(http);
	if (http->action == HTTP_DELIVER) {
		rc = http_begin_body(http);
		if (rc)
			http_finish(http, rc);
	} else if (response->has_length &&
		   response->length > HTTP_DISCARD_MAX) {
		http_disconnect(http, false);
		http_act(http);
	}
}

/* LEN bytes of the body. */
static void http_rx_body(struct http *http, const uint8_t *data, size_t len)
{
	struct download *download = http->download;
	int rc;

	if (http->action != HTTP_DELIVER) {
		http->discarded += len;
		if (http->discarded > HTTP_DISCARD_MAX) {
			http_disconnect(http, false);
			http_act(http);
		}
		return;
	}
	rc = download_deliver(download, data, len);
	if (rc) {
		http_finish(http, rc);
		return;
	}
	if (download->received > http->best) {
		http->best = download->received;
		http->progress_us = http->rx_us;
		http->closes = 0;
		http->failures = 0;
	}
}

/* Read LEN bytes of the answer. */
static void http_rx(struct http *http, const uint8_t *data, size_t len)
{
	struct http_response *response = &http->response;
	const uint8_t *body;
	size_t body_len;
	bool had_header;
	int count;

	while (len &&
	       (http->state == HTTP_HEADER || http->state == HTTP_BODY)) {
		had_header = response->has_header;
		count = http_response_read(response, data, len, &body,
					   &body_len);
		if (count < 0) {
			http_finish(http, count);
			return;
		}
		if (!had_header && response->has_header)
			http_rx_header(http);
		if (body_len)
			http_rx_body(http, body, body_len);
		if (http->state == HTTP_BODY &&
		    response->state == HTTP_RESPONSE_COMPLETE) {
			http_disconnect(http, response->keeps_alive);
			http_act(http);
			return;
		}
		data += count;
		len -= (size_t)count;
	}
}

/* All of the image that this answer has is there. */
static void http_end_body(struct http *http)
{
	struct download *download = http->download;

	if (!download->has_total || download->received >= download->total)
		http_finish(http, 0);
	else
		http_lost(http, -ECONNRESET, "the server sent only a part",
			  false);
}

/* The server asks for patience. */
static void http_wait(struct http *http)
{
	unsigned int s = MIN(http->response.retry_after_s,
			     (unsigned int)HTTP_RETRY_LONGEST_S);

	if (platform_time_us() - http->progress_us >=
	    HTTP_RETRY_TOTAL_MS * 1000ULL) {
		http_finish(http, error_set(-EHTTP,
					    "the server has been saying"
					    " %u for too long",
					    http->response.status));
		return;
	}
	http->download->is_waiting = true;
	http_pause(http, MAX(s, 1U) * 1000);
}

/* The status is an error. */
static void http_refused(struct http *http)
{
	const struct http_response *response = &http->response;
	int rc = -EHTTP;

	if (http->download->received && response->status >= 500) {
		http_lost(http, -EHTTP, "the server has an error", true);
		return;
	}
	if (response->status == 404 || response->status == 410)
		rc = -ENOENT;
	else if (response->status == 401 || response->status == 403)
		rc = -EACCES;
	if (HAS_HTTP_DIGEST && response->status == 401 &&
	    response->challenges[0])
		rc = http_digest_explain(response->challenges, response->reason,
					 http->download->uri);
	else
		error_set(rc, "the server says %u %s", response->status,
			  response->reason);
	http_finish(http, rc);
}

/* The answer has been read, as far as it is wanted: draw the consequence. */
static void http_act(struct http *http)
{
	switch (http->action) {
	case HTTP_DELIVER:
		http_end_body(http);
		break;
	case HTTP_AGAIN:
		if (++http->restarts > HTTP_RESTART_MAX)
			http_refused(http);
		else
			http_pause(http, 0);
		break;
	case HTTP_REDIRECT:
		http->state = HTTP_FOLLOW;
		break;
	case HTTP_WAIT:
		http_wait(http);
		break;
	case HTTP_REFUSED:
		http_refused(http);
		break;
	}
}

/* ---- What the connection tells ---- */

static void http_on_open(void *ctx)
{
	http_send(ctx);
}

static void http_on_data(void *ctx, const struct pbuf *p)
{
	struct http *http = ctx;

	http->rx_us = platform_time_us();
	http->deadline_us = http->rx_us + HTTP_IDLE_MS * 1000ULL;
	for (; p; p = p->next)
		http_rx(http, p->payload, p->len);
}

/* There is no connection by IPv6 (IS_SILENT: nobody has refused it). Try the
 * server's IPv4 address, if that makes sense; false if not. */
static bool http_try_ipv4(struct http *http, bool is_silent)
{
	if (!ipv6_resolve_other(&http->resolve, is_silent))
		return false;
	http->state = HTTP_RESOLVE;
	return true;
}

static void http_on_end(void *ctx, int rc)
{
	struct http *http = ctx;
	bool was_kept = http_connection_was_kept(http->connection);

	http_disconnect(http, false);
	switch (http->state) {
	case HTTP_CONNECT:
		if (http_try_ipv4(http, rc != -ECONNREFUSED))
			break;
		http_lost(http, rc,
			  rc == -ECONNREFUSED
				  ? "the server refused the connection"
				  : "the server does not answer",
			  true);
		break;
	case HTTP_HEADER:
		/* A kept connection may have been closed meanwhile. */
		if (was_kept && !http->response.header_len)
			http_pause(http, 0);
		else
			http_lost(http, -ECONNRESET,
				  "the server closed the "
				  "connection without an answer",
				  false);
		break;
	case HTTP_BODY:
		if (http->action != HTTP_DELIVER ||
		    (!rc && http_response_end(&http->response) == 0))
			http_act(http);
		else
			http_lost(http, -ECONNRESET, "the connection broke",
				  false);
		break;
	default:
		break;
	}
}

static const struct http_connection_user http_user = {
	.on_open = http_on_open,
	.on_data = http_on_data,
	.on_end = http_on_end,
};

/* ---- Time ---- */

static void http_begin(struct http *http)
{
	resolve_stop(&http->resolve);
	http->download->is_waiting = false;
	http->state = HTTP_RESOLVE;
	resolve_start(&http->resolve, http->download->uri->host);
}

/* The address is known, or not. */
static void http_connect(struct http *http)
{
	int rc = resolve_poll(&http->resolve);
	u16_t port = uri_port(http->download->uri, HTTP_PORT);

	if (rc == -EINPROGRESS)
		return;
	if (!rc && !port)
		rc = error_set(-EINVAL, "\"%.20s\" is not a port number",
			       http->download->uri->port);
	if (rc) {
		http_finish(http, rc);
		return;
	}
	http->state = HTTP_CONNECT;
	http_set_deadline(http, ipv6_has_other(&http->resolve)
					? HTTP_IPV6_MS
					: HTTP_CONNECT_MS);
	rc = http_connection_open(&http->resolve.addr, port, &http_user, http,
				  &http->connection);
	if (rc && http_try_ipv4(http, false))
		return;
	if (rc)
		http_finish(http, rc);
	else if (http_connection_was_kept(http->connection))
		http_send(http);
}

/* Nothing came in time. */
static void http_timed_out(struct http *http)
{
	http_disconnect(http, false);
	if (http->state == HTTP_CONNECT && http_try_ipv4(http, true))
		return;
	if (http->state == HTTP_CONNECT)
		http_lost(http, -ETIMEDOUT, "the server does not answer", true);
	else if (http->state == HTTP_HEADER)
		http_lost(http, -ETIMEDOUT,
			  "the server took the request and "
			  "then said nothing",
			  true);
	else if (http->action != HTTP_DELIVER)
		http_act(http);
	else
		http_lost(http, -ETIMEDOUT, "the server fell silent", true);
}

/* Do others serve the new URI than served the old one? */
static bool is_same_server(const struct uri *a, const struct uri *b)
{
	return a->host && b->host && !strcasecmp(a->host, b->host) &&
	       uri_port(a, HTTP_PORT) == uri_port(b, HTTP_PORT);
}

/* Go where the redirect points. */
static void http_follow(struct http *http)
{
	struct download *download = http->download;
	struct uri *relative, *uri = NULL;

	if (++http->redirects > HTTP_REDIRECT_LIMIT) {
		http_finish(http, error_set(-ELOOP, "more than %d redirects",
					    HTTP_REDIRECT_LIMIT));
		return;
	}
	relative = uri_parse(http->response.location);
	if (relative)
		uri = uri_resolve(download->uri, relative);
	uri_put(relative);
	if (!uri) {
		http_finish(http, -ENOMEM);
		return;
	}
	if (!uri->scheme || strcasecmp(uri->scheme, "http")) {
		download_redirect(download, uri); /* HTTP is gone now */
	} else if (!uri->host || !*uri->host) {
		http_finish(http, error_set(-EPROTO,
					    "the server redirects to "
					    "\"%.60s\", which names no server",
					    http->response.location));
	} else {
		if (!is_same_server(uri, download->uri)) {
			http->use_auth = false;
			http_drop_form(http); /* may hold secrets */
		}
		/* RFC 9110 15.4: only these two repeat the request. */
		if (http->response.status != 307 &&
		    http->response.status != 308)
			http_drop_form(http);
		uri_get(uri);
		uri_put(download->uri);
		download->uri = uri;
		http_begin(http);
	}
	uri_put(uri);
}

/* Say how long a pause that the server asked for still is. */
static void http_show_pause(struct http *http, uint64_t now)
{
	struct download *download = http->download;

	if (http->response.has_header && http->action == HTTP_WAIT)
		snprintf(download->status, sizeof(download->status),
			 "the server says %u; asking again in %u s",
			 http->response.status,
			 (unsigned int)((http->deadline_us - now) / 1000000) +
				 1);
}

/* One step of one download. Returns true if it is to be called soon again. */
static bool http_step(struct http *http)
{
	uint64_t now = platform_time_us();

	switch (http->state) {
	case HTTP_RESOLVE:
		http_connect(http);
		return http->state != HTTP_RESOLVE;
	case HTTP_CONNECT:
	case HTTP_HEADER:
	case HTTP_BODY:
		if (now >= http->deadline_us)
			http_timed_out(http);
		return false;
	case HTTP_PAUSE:
		if (now < http->deadline_us) {
			http_show_pause(http, now);
			return false;
		}
		http_begin(http);
		return true;
	case HTTP_FOLLOW:
		http_follow(http);
		return true;
	case HTTP_DONE:
		break;
	}
	return false;
}

static bool http_poll(void)
{
	struct http *http, *next;
	bool worked = false;

	list_for_each_entry_safe(http, next, &http_downloads, list)
		worked |= http_step(http);
	http_connection_expire();
	return worked;
}

static const struct poller http_poller = {.poll = http_poll};
TABLE_REGISTER(pollers, http_poller);

/* ---- The protocol ---- */

static int http_start(struct download *download)
{
	const struct http_form_source *source;
	struct http *http;
	int rc;

	if (!download->uri->host || !*download->uri->host)
		return error_set(-EINVAL, "the URI names no server");
	http = calloc(1, sizeof(*http));
	if (!http)
		return -ENOMEM;
	for_each_table_entry(source, http_form_sources) {
		rc = source->take(download->uri, &http->form);
		if (rc) {
			free(http);
			return rc;
		}
	}
	http->download = download;
	http->progress_us = platform_time_us();
	download->priv = http;
	list_add_tail(&http->list, &http_downloads);
	http_begin(http);
	http_step(http);
	return 0;
}

static void http_stop(struct download *download)
{
	struct http *http = download->priv;

	if (http->state != HTTP_DONE)
		http_finish(http, -ECANCELED);
	http_drop_form(http);
	if (HAS_HTTP_DIGEST)
		free(http->digest);
	free(http);
}

static const struct protocol http_protocol = {
	.scheme = "http",
	.start = http_start,
	.stop = http_stop,
};
TABLE_REGISTER(protocols, http_protocol);
