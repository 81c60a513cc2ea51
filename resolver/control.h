/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Everything that changes or watches machines: state, events, audit, API. */
#ifndef RESOLVER_CONTROL_H
#define RESOLVER_CONTROL_H

#include <stdbool.h>

#include "facts.h"
#include "http.h"
#include "state.h"
#include "timeline.h"

/* What unloopd's command line and site.conf say about it. */
struct control_options {
	/* Where the state is kept. */
	struct state_options state;
	/* Directory for the audit log and the database; "" for none. */
	char state_dir[512];
	/* Unix socket of the API; "" for none. */
	char socket[108];
	/* ADDRESS:PORT of the API by TCP, with tokens; "" for none. */
	char listen[80];
	/* Certificate chain and key (PEM files) for TLS; "" for none. */
	char tls_cert[512];
	char tls_key[512];
};

/* The running whole; one per process, any thread may use it. */
struct control;

/*
 * Defaults for a site (its absolute path): the state in $STATE_DIRECTORY, else
 * in a directory of the site's own under /var/lib/unloop for root, else under
 * $XDG_STATE_HOME or ~/.local/state; the socket under $RUNTIME_DIRECTORY,
 * /run/unloop, $XDG_RUNTIME_DIR.
 */
void control_options_init(struct control_options *options, const char *site);

/*
 * Make the directories of the options, while still root, for the user that
 * become_user() will become (NULL: its default).  One that cannot be made
 * switches off with a log line what needs it.
 */
void control_prepare(struct control_options *options, const char *user);

/* What the API asks the site. */
struct control_site {
	/* Answer a request that the API itself does not know, such as
	 * /explain. */
	void (*answer)(void *ctx, struct http_request *request,
		       struct http_reply *reply);
	/*
	 * Find what the state calls a machine that a person names: its name in
	 * the site, or the MAC or UUID, in any spelling, of this or of a
	 * machine that the site does not have: *ret_is_known.  Returns 0; or
	 * -ENOENT for anything else.
	 */
	int (*find_name)(void *ctx, const char *text,
			 char ret_name[STATE_NAME_BYTES], bool *ret_is_known);
	/* Is there a profile of that name with a script? */
	bool (*has_profile)(void *ctx, const char *name);
	/* Given to all of them. */
	void *ctx;
};

/*
 * Start the threads, after daemonising and after becoming the user.  Returns
 * 0 or a negative errno with a reason.
 */
int control_start(const struct control_options *options,
		  const struct control_site *site, struct control **ret_control,
		  struct reason *why);

/* Stop it all; NULL is accepted, here and below. */
void control_stop(struct control *control);

/*
 * A machine asks for its script, with this boot ID or NULL: say what it is to
 * do.  name as machine_state.name; is_off: it is disabled, so that its state
 * goes on waiting.  Bounded in time, never fails (state_boot()).  Where nobody
 * wants anything of it, its intents and is_lost alone are set.
 */
void control_boot(struct control *control, const char *name, bool is_in_site,
		  bool is_off, const char *bootid,
		  struct machine_state *ret_state);

/* The same for explaining: nothing is noted (state_get()). */
void control_peek(struct control *control, const char *name,
		  struct machine_state *ret_state);

/*
 * A machine is about to ask: have what is known about it fetched from memory,
 * step by step.  Returns whether there is another step.
 */
bool control_foresee(struct control *control, struct timeline_foresight *f);

/* What a machine said, and how it was answered. */
struct control_answer {
	/* As machine_state.name, and table_hash() of it. */
	const char *name;
	uint32_t hash;
	/* Has the site something for this very machine, or a person asked? */
	bool is_known;
	const struct facts *facts;
	/* The client's address. */
	const char *client;
	/* Status, and the file or the reason (http_reply.what). */
	unsigned int status;
	const char *what;
	/* For control_again(), or 0: stands for all that the machine said, and
	 * for the answer. */
	uint64_t digest;
};

/* Note that a machine asked and was answered. */
void control_answered(struct control *control,
		      const struct control_answer *answer);

/* A machine that asks what it asked before, and is answered the same. */
struct control_repeat {
	/* As for control_boot(), and table_hash() of the name. */
	const char *name;
	uint32_t hash;
	bool is_in_site;
	/* As for control_answered(). */
	bool is_known;
	uint64_t digest;
	/* The client's address. */
	const char *client;
};

/*
 * As control_boot() and control_answered() at once, for a machine of which
 * nobody wants anything.  False, and nothing is done, where it takes both of
 * them to tell.
 */
bool control_again(struct control *control,
		   const struct control_repeat *repeat);

/*
 * A client took a file; the machine is found by its address, from the script
 * it asked for before.  Cheap; for every reply that is not a script.
 */
void control_fetched(struct control *control, const char *client,
		     const char *target, unsigned int status, bool is_whole);

/* Reply to POST /v1/events: JSON lines of the machine's flight recorder. */
void control_events(struct control *control, struct http_request *request,
		    const char *client, const char *body, size_t len,
		    struct http_reply *reply);

/*
 * Reply to GET or POST /v1/confirm/TOKEN[?result=failed] (rest is what follows
 * the folder's name, query undecoded).
 */
void control_confirm(struct control *control, struct http_request *request,
		     const char *rest, const char *query,
		     struct http_reply *reply);

/* Does the database of the state answer?  True where none is kept. */
bool control_is_well(struct control *control);

/* Reply to GET /metrics. */
void control_metrics(struct control *control, struct http_request *request,
		     struct http_reply *reply);

/*
 * For the log: the request target, or a copy in buf in which a token is
 * replaced by "...".
 */
const char *control_redact(char *buf, size_t size, const char *target);

#endif
