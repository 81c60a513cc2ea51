/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What each path of the resolver answers. */
#include "routes.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "admission.h"
#include "assets.h"
#include "conditional.h"
#include "control.h"
#include "explain.h"
#include "facts.h"
#include "foresight.h"
#include "identity.h"
#include "image_cache.h"
#include "live.h"
#include "log.h"
#include "metrics.h"
#include "resolve.h"
#include "script_cache.h"
#include "table.h"
#include "text.h"
#include "url.h"

/* Longest body of events, bytes. */
#define EVENTS_BYTES (64 * 1024)

/* Longest body of a confirmation, which says nothing yet, bytes. */
#define CONFIRM_BYTES 4096

/* Seconds after which a client may ask again when we are out of something. */
#define RETRY_AFTER "2"

/* Reply to a request that could not be understood; rc is url or facts'. */
static void answer_refusal(struct exchange *x, int rc, const struct reason *why)
{
	if (rc == -ENOMEM) {
		reply_set_error(x->request, x->reply, 503,
				"Out of memory; ask again later.");
		reply_add_field(x->reply, "Retry-After", RETRY_AFTER);
		return;
	}
	reply_set_error(x->request, x->reply, 400, "%s", why->text);
}

/* Reply for a file that could not be opened. */
static void answer_missing(struct exchange *x, int rc)
{
	switch (-rc) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		reply_set_error(x->request, x->reply, 503,
				"Too many files are open; ask again later.");
		reply_add_field(x->reply, "Retry-After", RETRY_AFTER);
		break;
	case EACCES:
		reply_set_error(x->request, x->reply, 403,
				"The resolver's user may not read this file.");
		break;
	case EXDEV:
	case ELOOP:
		reply_set_error(x->request, x->reply, 404,
				"This path leads outside of its directory.");
		break;
	case EIO:
		reply_set_error(x->request, x->reply, 500,
				"The file cannot be read: %s.", strerror(-rc));
		break;
	default:
		reply_set_error(x->request, x->reply, 404,
				"There is no such file.");
		break;
	}
}

/* Has the client got this very file already? (RFC 9110 13.2.2) */
static bool is_not_modified(const struct http_request *request,
			    const struct asset *asset)
{
	if (request->if_none_match)
		return etag_is_listed(request->if_none_match, asset->etag);
	return request->if_modified_since &&
	       strcmp(request->if_modified_since, asset->modified) == 0;
}

/* May the range be honoured, or did the file change meanwhile? (13.1.5) */
static bool is_range_valid(const struct http_request *request,
			   const struct asset *asset)
{
	const char *condition = request->if_range;

	return !condition || strcmp(condition, asset->etag) == 0 ||
	       strcmp(condition, asset->modified) == 0;
}

/* Fill in status, offset and length of the reply with an asset. */
static void asset_select(struct exchange *x, const struct asset *asset)
{
	unsigned long long size = asset->size;
	struct http_request *request = x->request;
	struct http_reply *reply = x->reply;
	enum range_kind kind = RANGE_WHOLE;
	const char *field;

	reply->status = is_not_modified(request, asset) ? 304 : 200;
	reply->len = asset->size;
	if (reply->status == 200 && strcmp(request->method, "GET") == 0 &&
	    is_range_valid(request, asset))
		kind = range_parse(request->range, asset->size, &reply->offset,
				   &reply->len);
	if (kind == RANGE_WHOLE)
		return;
	if (kind == RANGE_PART) {
		reply->status = 206;
		field = arena_format(&request->arena, "bytes %llu-%llu/%llu",
				     (unsigned long long)reply->offset,
				     (unsigned long long)reply->offset +
					     reply->len - 1,
				     size);
	} else {
		reply_set_error(request, reply, 416,
				"The file has only %llu bytes.", size);
		field = arena_format(&request->arena, "bytes */%llu", size);
	}
	reply_add_field(reply, "Content-Range", field);
}

/* Is this a host with an optional port, fit for a URL? (RFC 9112 3.2) */
static bool is_host(const char *text)
{
	static const bool host_chars[256] = {
		['-' ... '.'] = true, ['0' ... ':'] = true,
		['A' ... '['] = true, [']'] = true,
		['_'] = true,	      ['a' ... 'z'] = true,
	};
	size_t len = 0;

	while (host_chars[(unsigned char)text[len]])
		len++;
	return !text[len] && len > 0 && len <= FACT_VALUE_MAX;
}

/* How the client addressed us: its Host, else the address it reached. */
static const char *server_name(const struct http_request *request)
{
	return request->host ? request->host : request->local;
}

/* Reply with a static file, or a part of it. is_image: a boot program, which
 * gets our address put into it. */
static void answer_file(struct exchange *x, const char *top, const char *path,
			bool is_image)
{
	struct http_request *request = x->request;
	struct http_reply *reply = x->reply;
	struct asset asset;
	int rc;

	rc = asset_open(x->service->site, top, path, &asset);
	if (rc) {
		answer_missing(x, rc);
		return;
	}
	if (is_image && is_host(x->server))
		image_cache_customise(x->service->images, &asset, x->server);
	reply->type = asset.type;
	reply_add_field(
		reply, "ETag",
		arena_strndup(&request->arena, asset.etag, strlen(asset.etag)));
	reply_add_field(reply, "Last-Modified",
			arena_strndup(&request->arena, asset.modified,
				      strlen(asset.modified)));
	reply_add_field(reply, "Accept-Ranges", "bytes");
	asset_select(x, &asset);
	/* Like HEAD, 304 sends no body, and still tells the whole length. */
	if (reply->status >= 400) {
		close(asset.fd);
		return;
	}
	reply->fd = asset.fd;
	reply->file_size = asset.size;
	reply->file_mtime = asset.mtime;
}

static void answer_assets(struct exchange *x)
{
	answer_file(x, "assets", x->path, false);
}

static void answer_firmware(struct exchange *x)
{
	answer_file(x, "firmware", x->path, true);
}

/* A site on disk that does not load is no reason to take us out of service. */
static void answer_healthz(struct exchange *x)
{
	struct live_status status;
	const char *text;

	live_status(x->service->live, &status);
	text = arena_format(&x->request->arena,
			    "%s\nload %llu: %u machines, %u profiles, %u "
			    "rules, %u scripts of their own\n%s%s%s%s",
			    status.is_stale ? "stale" : "ok",
			    (unsigned long long)status.loads, status.machines,
			    status.profiles, status.rules, status.dropins,
			    status.is_stale ? "The site does not load, so the "
					      "last one that did is served: "
					    : "",
			    status.is_stale ? status.why.text : "",
			    status.is_stale ? "\n" : "",
			    control_is_well(x->service->control)
				    ? ""
				    : "The database of the state is lost, so "
				      "machines get the safe answer.\n");
	if (!text)
		text = "ok\n";
	reply_set_text(x->reply, 200, "text/plain; charset=utf-8", text,
		       strlen(text));
}

/* Names of architectures, and the directory of firmware/ for each. */
static const struct firmware_arch {
	/* Value of the fact arch. */
	const char *arch;
	/* Boot program for it. */
	const char *file;
} firmware_archs[] = {
	{"x86_64", "x86_64-efi/snponly.efi"},
	{"x64", "x86_64-efi/snponly.efi"},
	{"amd64", "x86_64-efi/snponly.efi"},
	{"i386", "i386-efi/snponly.efi"},
	{"ia32", "i386-efi/snponly.efi"},
	{"arm64", "arm64-efi/snponly.efi"},
	{"aarch64", "arm64-efi/snponly.efi"},
	{"aa64", "arm64-efi/snponly.efi"},
};

static const char *firmware_find(const char *arch)
{
	size_t i;

	if (!arch)
		return firmware_archs[0].file;
	for (i = 0; i < sizeof(firmware_archs) / sizeof(firmware_archs[0]);
	     i++) {
		if (strcasecmp(arch, firmware_archs[i].arch) == 0)
			return firmware_archs[i].file;
	}
	return NULL;
}

/* UEFI's own HTTP Boot cannot run a script: it gets the boot program. */
static void answer_http_boot(struct exchange *x, const struct facts *facts)
{
	const char *file = firmware_find(facts->value[FACT_ARCH]);

	if (!file) {
		reply_set_error(x->request, x->reply, 404,
				"This resolver has no boot program for this "
				"architecture.");
		return;
	}
	answer_file(x, "firmware", file, true);
	if (x->reply->status == 404)
		reply_set_error(x->request, x->reply, 404,
				"UEFI HTTP Boot "
				"asks here for its boot program, but there is "
				"no firmware/%s.",
				file);
	else if (x->reply->status < 400)
		x->reply->what =
			arena_format(&x->request->arena, "firmware/%s", file);
}

/* Read the facts of the request; on failure the reply is made. */
static int exchange_read_facts(struct exchange *x, struct facts *ret_facts)
{
	struct http_request *request = x->request;
	struct reason why;
	int rc;

	rc = facts_parse(x->query, &request->arena, ret_facts, &why);
	if (rc) {
		answer_refusal(x, rc, &why);
		return rc;
	}
	if (!is_host(x->server)) {
		reply_set_error(request, x->reply, 400,
				"The Host field of "
				"the request is not a host and port.");
		return -EINVAL;
	}
	ret_facts->value[FACT_SERVER] = x->server;
	if (request->client && *request->client)
		ret_facts->value[FACT_CLIENT] = request->client;
	return 0;
}

/* A script that the client has already needs not be sent again. */
static void answer_script(struct exchange *x,
			  const struct resolution *resolution)
{
	const char *wanted = x->request->if_none_match;
	const char *etag = arena_strndup(&x->request->arena, resolution->etag,
					 strlen(resolution->etag));
	bool is_same = wanted && etag_is_listed(wanted, resolution->etag);

	reply_set_text(x->reply, is_same ? 304 : 200,
		       "text/plain; charset=utf-8", resolution->text,
		       resolution->len);
	x->reply->what = resolution->file;
	reply_add_field(x->reply, "ETag", etag);
}

/* Tell firmware of ours where its flight recorder may be sent. */
static void invite_events(struct exchange *x, const struct facts *facts)
{
	if (!x->service->control || !facts->value[FACT_BOOTID])
		return;
	reply_add_field(x->reply, "Unloop-Events",
			arena_format(&x->request->arena, "http://%s/v1/events",
				     facts->value[FACT_SERVER]));
}

/* Turn what resolve() returned into the reply. */
static void answer_resolution(struct exchange *x, int rc,
			      const struct resolution *resolution)
{
	const char *why = resolution->why.text;
	struct http_reply *reply = x->reply;

	reply_add_field(reply, "Cache-Control", "no-store");
	reply_add_field(reply, "Vary", "User-Agent");
	switch (-rc) {
	case 0:
		answer_script(x, resolution);
		break;
	case ENOENT:
		reply_set_error(x->request, reply, 404, "%s", why);
		break;
	case ENOTUNIQ:
		/* The one line that somebody has to act on. */
		log_line(LOG_ALERT, "%s: %s", x->request->client, why);
		metric_add(METRIC_IDENTITY_TIES, 1);
		reply_set_error(x->request, reply, 409, "%s", why);
		break;
	case EBADMSG:
		reply_set_error(x->request, reply, 400, "%s", why);
		break;
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		reply_set_error(x->request, reply, 503, "%s", why);
		reply_add_field(reply, "Retry-After", RETRY_AFTER);
		break;
	default:
		reply_set_error(x->request, reply, 500, "%s", why);
		break;
	}
}

static bool is_http_boot(const struct http_request *request)
{
	static const char agent[] = "UefiHttpBoot";

	return request->user_agent && (*request->user_agent | 0x20) == 'u' &&
	       strncasecmp(request->user_agent, agent, sizeof(agent) - 1) == 0;
}

/* All that an answer without state depends on. */
struct script_key {
	/* Its length; 0 for an answer that is not kept. */
	size_t len;
	/* As foresight_hash(). */
	uint32_t hash;
	/* Stands for the text, the client and the site; not 0. */
	uint64_t digest;
	/* Host, client and query, each with a NUL behind it. */
	char text[SCRIPT_CACHE_KEY_MAX];
};

static void exchange_key(const struct exchange *x,
			 const struct snapshot *snapshot,
			 struct script_key *ret_key)
{
	const char *client = x->request->client;
	const char *const parts[] = {
		x->server,
		snapshot->uses_client ? client : "-",
		x->query,
	};
	size_t used = 0, len = 0, i;

	ret_key->len = 0;
	ret_key->digest = 0;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		len = strlen(parts[i]);
		if (len + 1 > SCRIPT_CACHE_KEY_MAX - used)
			return;
		memcpy(ret_key->text + used, parts[i], len + 1);
		used += len + 1;
	}
	ret_key->len = used;
	ret_key->hash = foresight_hash(snapshot, client, x->query, len);
	ret_key->digest = table_mix(snapshot->generation, ret_key->text, used);
	if (client)
		ret_key->digest =
			table_mix(ret_key->digest, client, strlen(client));
	ret_key->digest |= 1;
}

/*
 * Find out who asks, for the state; nobody wants to know without one, and then
 * false is returned, and there is no identity.
 */
static bool asker_find(const struct exchange *x,
		       const struct snapshot *snapshot,
		       const struct facts *facts, struct asker *ret_asker,
		       struct identity *ret_identity)
{
	ret_asker->name[0] = '\0';
	ret_asker->hash = 0;
	ret_asker->is_known = ret_asker->is_disabled = false;
	if (!x->service->control)
		return false;
	identity_find(snapshot, facts, NULL, ret_identity);
	identity_name(ret_identity, facts, ret_asker->name,
		      sizeof(ret_asker->name));
	ret_asker->hash = table_hash(ret_asker->name, strlen(ret_asker->name));
	ret_asker->is_known = ret_identity->machine != NULL;
	ret_asker->is_disabled =
		ret_identity->machine && ret_identity->machine->is_disabled;
	return true;
}

/* A machine's request for its script. */
struct boot {
	const struct snapshot *snapshot;
	/* What the answer is kept by. */
	struct script_key key;
	/* Is there a kept answer, which is the resolution?  Then what the
	 * machine said is in order. */
	bool is_kept;
	struct asker asker;
	struct resolution resolution;
	/* Does somebody want something of the machine? */
	bool is_wanted;
	/* As control_answer.digest. */
	uint64_t digest;
};

static bool is_get(const struct exchange *x)
{
	return text_is(x->request->method, "GET");
}

/* Does the site have something for this very machine? */
static bool boot_is_known(const struct boot *boot)
{
	return boot->resolution.kind == RESOLUTION_DROPIN ||
	       boot->resolution.kind == RESOLUTION_RULE;
}

static void boot_begin(struct exchange *x, struct boot *boot)
{
	boot->snapshot = live_look(x->service->live, x->hold);
	/* Room for a reason needs no zeroes but its first. */
	memset(&boot->resolution, 0, offsetof(struct resolution, why.text) + 1);
	boot->is_wanted = false;
	boot->digest = 0;
	exchange_key(x, boot->snapshot, &boot->key);
	boot->is_kept =
		boot->key.len &&
		script_cache_find(x->service->cache, boot->snapshot->generation,
				  boot->key.hash, boot->key.text, boot->key.len,
				  &x->request->arena, &boot->asker,
				  &boot->resolution);
}

/* Is it all the same as before?  Then the kept answer is the answer, and note
 * was taken of it. */
static bool boot_again(const struct exchange *x, const struct boot *boot)
{
	struct control_repeat repeat;

	if (!boot->is_kept || !is_get(x))
		return false;
	repeat = (struct control_repeat){
		.name = boot->asker.name,
		.hash = boot->asker.hash,
		.is_in_site = boot->asker.is_known,
		.is_known = boot->asker.is_known || boot_is_known(boot),
		.digest = boot->key.digest,
		.client = x->request->client,
	};
	return control_again(x->service->control, &repeat);
}

/* Note in the timeline what was asked and answered. */
static void boot_end(const struct exchange *x, const struct facts *facts,
		     const struct boot *boot)
{
	struct control_answer answer = {
		.name = boot->asker.name,
		.hash = boot->asker.hash,
		.is_known = boot->asker.is_known || boot->is_wanted ||
			    boot_is_known(boot),
		.facts = facts,
		.client = x->request->client,
		.status = x->reply->status,
		.what = x->reply->what,
		.digest = boot->digest,
	};

	if (is_get(x))
		control_answered(x->service->control, &answer);
}

/*
 * Say what somebody wants the machine to do; false where it is the ordinary.
 * is_boot: does it boot now?
 */
static bool boot_state(const struct exchange *x, const struct facts *facts,
		       const struct asker *asker, bool is_boot,
		       struct machine_state *ret_state)
{
	struct control *control = x->service->control;

	ret_state->intent = INTENT_ORDINARY;
	if (!control || !*asker->name)
		return false;
	if (is_boot)
		control_boot(control, asker->name, asker->is_known,
			     asker->is_disabled, facts->value[FACT_BOOTID],
			     ret_state);
	else
		control_peek(control, asker->name, ret_state);
	return ret_state->effective != INTENT_ORDINARY;
}

/* Resolve with what the state says, when there is a state. */
static int boot_resolve(struct exchange *x, const struct facts *facts,
			struct boot *boot)
{
	struct resolution *resolution = &boot->resolution;
	const struct snapshot *snapshot = boot->snapshot;
	const struct script_key *key = &boot->key;
	struct arena *arena = &x->request->arena;
	struct machine_state state;
	struct identity identity;
	bool has_state;
	int rc;

	if (!boot->is_kept &&
	    asker_find(x, snapshot, facts, &boot->asker, &identity))
		resolution->identity = &identity;
	has_state = boot_state(x, facts, &boot->asker, is_get(x), &state);
	boot->is_wanted = state.intent != INTENT_ORDINARY;
	if (has_state)
		return resolve(snapshot, facts, &state, arena, resolution);
	boot->digest = key->digest;
	if (boot->is_kept)
		return 0;
	rc = resolve(snapshot, facts, NULL, arena, resolution);
	/* One with a boot ID will not come again. */
	if (rc == 0 && key->len && !facts->value[FACT_BOOTID])
		script_cache_put(x->service->cache, snapshot->generation,
				 key->hash, key->text, key->len, &boot->asker,
				 resolution);
	return rc;
}

/* May it have its script now? Else the reply is made. */
static bool is_admitted(struct exchange *x)
{
	struct timespec now;
	unsigned int wait;

	if (!admission_is_on(x->service->admission))
		return true;
	/* Buckets fill in milliseconds; this clock is read in no time. */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	wait = admission_take(x->service->admission, x->request->client,
			      (uint64_t)now.tv_sec * 1000 +
				      (uint64_t)now.tv_nsec / 1000000);
	if (!wait)
		return true;
	metric_add(METRIC_ADMISSION_REFUSED, 1);
	reply_set_error(x->request, x->reply, 503,
			"Many machines boot at once; ask again in %u s.", wait);
	reply_add_field(x->reply, "Retry-After",
			arena_format(&x->request->arena, "%u", wait));
	return false;
}

/* Answer from what the site, and perhaps a person, says. */
static void answer_boot_anew(struct exchange *x, const struct facts *facts,
			     struct boot *boot)
{
	int rc = boot_resolve(x, facts, boot);

	answer_resolution(x, rc, &boot->resolution);
	invite_events(x, facts);
	boot_end(x, facts, boot);
}

static void answer_boot(struct exchange *x)
{
	struct facts facts;
	struct boot boot;

	if (is_http_boot(x->request)) {
		if (exchange_read_facts(x, &facts))
			return;
		answer_http_boot(x, &facts);
		reply_add_field(x->reply, "Vary", "User-Agent");
		return;
	}
	boot_begin(x, &boot);
	if (!boot.is_kept && exchange_read_facts(x, &facts))
		return;
	if (!is_admitted(x))
		return;
	if (boot_again(x, &boot))
		answer_resolution(x, 0, &boot.resolution);
	else if (!boot.is_kept || exchange_read_facts(x, &facts) == 0)
		answer_boot_anew(x, &facts, &boot);
}

static void answer_autoexec(struct exchange *x)
{
	struct resolution resolution = {0};
	const struct snapshot *snapshot;
	struct facts facts;
	int rc;

	if (exchange_read_facts(x, &facts))
		return;
	snapshot = live_look(x->service->live, x->hold);
	rc = resolve_named(snapshot, "autoexec", &facts, &x->request->arena,
			   &resolution);
	answer_resolution(x, rc, &resolution);
}

/* What would /boot.ipxe answer to this, and why? */
static void answer_explain(struct exchange *x)
{
	struct arena *arena = &x->request->arena;
	struct resolution resolution = {0};
	const struct snapshot *snapshot;
	struct machine_state state;
	struct identity identity;
	struct asker asker;
	struct facts facts;
	struct trace trace;
	bool has_state;
	const char *text;
	size_t len = 0;

	if (exchange_read_facts(x, &facts))
		return;
	trace_init(&trace, arena);
	resolution.trace = &trace;
	snapshot = live_look(x->service->live, x->hold);
	asker_find(x, snapshot, &facts, &asker, &identity);
	has_state = boot_state(x, &facts, &asker, false, &state);
	text = explain_text(snapshot, &facts, has_state ? &state : NULL,
			    &resolution, arena, &len);
	if (text)
		reply_set_text(x->reply, 200, "text/plain; charset=utf-8", text,
			       len);
	else
		reply_set_error(x->request, x->reply, 503,
				"Out of memory; ask again later.");
	reply_add_field(x->reply, "Cache-Control", "no-store");
}

static void answer_metrics(struct exchange *x)
{
	struct live_status status;

	live_status(x->service->live, &status);
	metric_set(METRIC_SITE_LOADED, !status.is_stale);
	metric_set(METRIC_SITE_MACHINES, status.machines);
	control_metrics(x->service->control, x->request, x->reply);
}

static void answer_events(struct exchange *x)
{
	control_events(x->service->control, x->request, x->request->client,
		       x->request->body ? x->request->body : "",
		       x->request->body_len, x->reply);
}

/* HEAD must not change anything. */
static void answer_confirm(struct exchange *x)
{
	if (strcmp(x->request->method, "HEAD") == 0)
		reply_set_error(x->request, x->reply, 405,
				"Only GET and POST work at this address.");
	else
		control_confirm(x->service->control, x->request, x->path,
				x->query, x->reply);
}

/* All paths; one that ends with a slash stands for everything below it. */
static const struct route {
	/* Path. */
	const char *path;
	/* Fills in the reply to a GET or HEAD, or NULL. */
	void (*answer)(struct exchange *x);
	/* Fills in the reply to a POST, or NULL. */
	void (*post)(struct exchange *x);
	/* Longest body of a POST, in bytes. */
	size_t body_max;
} routes[] = {
	{"/boot.ipxe", answer_boot, NULL, 0},
	{"/autoexec.ipxe", answer_autoexec, NULL, 0},
	{"/assets/", answer_assets, NULL, 0},
	{"/firmware/", answer_firmware, NULL, 0},
	{"/healthz", answer_healthz, NULL, 0},
	{"/explain", answer_explain, NULL, 0},
	{"/metrics", answer_metrics, NULL, 0},
	{"/v1/events", NULL, answer_events, EVENTS_BYTES},
	{STATE_CONFIRM_PATH, answer_confirm, answer_confirm, CONFIRM_BYTES},
};

/* Find the route of a path; ret_rest is what follows a folder's name. */
static const struct route *route_find(const char *path, const char **ret_rest)
{
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const char *rest = text_skip(path, routes[i].path);

		if (!rest)
			continue;
		if (rest[-1] != '/' && *rest)
			return NULL;
		while (*rest == '/')
			rest++;
		*ret_rest = rest;
		return &routes[i];
	}
	return NULL;
}

size_t routes_body_max(const char *target)
{
	char path[128];
	size_t len = strcspn(target, "?#");
	const struct route *route;
	const char *rest;

	/* Routes that take bodies have plain paths, which need no decoding. */
	if (len >= sizeof(path))
		return 0;
	memcpy(path, target, len);
	path[len] = '\0';
	route = route_find(path, &rest);
	return route && route->post ? route->body_max : 0;
}

/* The method is not one of the route's (RFC 9110 15.5.6). */
static void answer_not_allowed(struct exchange *x, const struct route *route)
{
	const char *allow = route->post ? "POST" : "GET, HEAD";

	if (route->post && route->answer)
		allow = "GET, HEAD, POST";
	reply_set_error(x->request, x->reply, 405,
			"Only %s work at this address.",
			route->post ? allow : "GET and HEAD");
	reply_add_field(x->reply, "Allow", allow);
}

void routes_answer(const struct service *service, struct live_hold *hold,
		   struct http_request *request, struct http_reply *reply)
{
	struct exchange x = {
		.service = service,
		.hold = hold,
		.request = request,
		.reply = reply,
		.server = server_name(request),
	};
	const struct route *route;
	struct reason why;
	int rc;

	rc = url_split(request->target, &request->arena, &x.path, &x.query,
		       &why);
	if (rc) {
		answer_refusal(&x, rc, &why);
		return;
	}
	route = route_find(x.path, &x.path);
	if (!route) {
		reply_set_error(request, reply, 404,
				"There is nothing at this address.");
		return;
	}
	if (route->post && text_is(request->method, "POST")) {
		route->post(&x);
	} else if (route->answer && (text_is(request->method, "GET") ||
				     text_is(request->method, "HEAD"))) {
		route->answer(&x);
	} else {
		answer_not_allowed(&x, route);
	}
}
