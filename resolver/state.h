/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What machines are to do at their next boot, kept in a database. */
#ifndef RESOLVER_STATE_H
#define RESOLVER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reason.h"

/* Room for names with their NUL: machines, profiles, people, notes. */
#define STATE_NAME_BYTES 128

/* Room for a token as text: 128 bits in lower-case hexadecimal. */
#define STATE_TOKEN_BYTES 33

/* Where confirmations go: this path, then the token. */
#define STATE_CONFIRM_PATH "/v1/confirm/"

/* What a machine is to do when it boots. */
enum intent {
	INTENT_ORDINARY, /* what the site's files say; no row means this */
	INTENT_LOCAL,	 /* boot the local disk */
	INTENT_INSTALL,	 /* run the profile until it confirms, once */
	INTENT_RUN,	 /* run the profile at every boot: diskless */
	INTENT_RESCUE,	 /* run the rescue profile at every boot */
	INTENT_WAIT,	 /* ask again later; never stored, only an answer */
	INTENT_COUNT
};

/* How the last install went. */
enum outcome {
	OUTCOME_NONE,	   /* nothing was tried */
	OUTCOME_STARTED,   /* its script was handed out, no word since */
	OUTCOME_CONFIRMED, /* the next stage confirmed by its token */
	OUTCOME_FAILED,	   /* the next stage said that it failed */
	OUTCOME_GAVE_UP,   /* the limit of attempts was reached */
	OUTCOME_EXPIRED,   /* its deadline passed */
	OUTCOME_COUNT
};

/* The state of one machine. */
struct machine_state {
	/* The machine's name in the site; an unknown machine's is its MAC as
	 * aa-bb-cc-dd-ee-ff, or its UUID where it sent no MAC. */
	char name[STATE_NAME_BYTES];
	/* What an adopted machine is called, "" where nobody adopted it. */
	char label[STATE_NAME_BYTES];
	/* What somebody asked for. */
	enum intent intent;
	/* What it comes to now: attempts, deadline, and a lost database are
	 * taken into account.  This is what resolve() goes by. */
	enum intent effective;
	/* Profile of INTENT_INSTALL, INTENT_RUN, INTENT_RESCUE; may be "". */
	char profile[STATE_NAME_BYTES];
	/* Boots that were begun for this intent, and how many there may be. */
	unsigned int attempts;
	unsigned int attempts_max;
	/* When an install is given up, in Unix seconds; 0: never. */
	int64_t deadline;
	/* How the last install went, and when that was found (Unix seconds). */
	enum outcome outcome;
	int64_t outcome_at;
	/* What was installed last with success, "" for nothing. */
	char installed[STATE_NAME_BYTES];
	/* When the current attempt began (Unix seconds), 0 before. */
	int64_t began;
	/* When and by whom the intent was set. */
	int64_t changed;
	char by[STATE_NAME_BYTES];
	/* Rises with every change; tells one order from the next. */
	int64_t serial;
	/* One-time token for the script, "" where none is needed.  Only
	 * state_boot() fills it in; it is nowhere else in clear. */
	char token[STATE_TOKEN_BYTES];
	/* Could the database not be asked in time?  Then effective is the
	 * configured safe answer and the rest says nothing. */
	bool is_lost;
};

/* How the state is kept; state_options_init() gives the defaults. */
struct state_options {
	/* "sqlite:FILE", "postgresql://...", or "off". */
	char uri[1024];
	/* Longest that a boot waits for the database, milliseconds. */
	unsigned int wait_ms;
	/* Attempts of an install where nobody says otherwise. */
	unsigned int attempts_max;
	/* Requests so close to the last belong to the same boot, seconds. */
	unsigned int boot_s;
	/* What a machine does when its install is given up. */
	enum intent fallback;
	/* What a machine does while the database is lost. */
	enum intent lost;
};

/* What is to be changed of a machine; see state_set(). */
struct state_change {
	/* The machine, as machine_state.name. */
	const char *name;
	/* The intent; INTENT_ORDINARY forgets the machine. */
	enum intent intent;
	/* Profile, or NULL for none. */
	const char *profile;
	/* What an adopted machine is called; NULL leaves it as it is. */
	const char *label;
	/* Limit of attempts; 0 takes the configured one. */
	unsigned int attempts_max;
	/* Deadline in Unix seconds; 0: none. */
	int64_t deadline;
	/* Who changes it, for the record. */
	const char *by;
};

/* The open database with its threads; any thread may call its functions. */
struct state;

/* Set every option to its default; uri becomes "off". */
void state_options_init(struct state_options *options);

/*
 * Set the option that site.conf calls key: state, state-wait-ms,
 * state-attempts, state-boot-s, state-fallback, state-lost.
 * Returns 0, -ENOENT for another key, -EINVAL with a reason.
 */
int state_options_set(struct state_options *options, const char *key,
		      const char *value, struct reason *why);

/* Return the intent of that name, or -ENOENT. */
int intent_parse(const char *text);

/* Return the name of an intent: ordinary, local, install, run, rescue. */
const char *intent_name(enum intent intent);

/* Return the name of an outcome: none, started, confirmed, failed, ... */
const char *outcome_name(enum outcome outcome);

/*
 * Open the database and start its threads.  A database that cannot be opened
 * now is no error: it is tried again and again, and until then is lost.
 * Returns 0, -EINVAL for a URI that is not understood, both with a reason, or
 * -ENOMEM.  With "off", *ret_state is NULL; all functions accept that and know
 * no machine.
 */
int state_open(const struct state_options *options, struct state **ret_state,
	       struct reason *why);

/* Let what was begun end, stop the threads, close; NULL is accepted. */
void state_close(struct state *state);

/*
 * Say what the machine is to do at this boot, and remember that it began.
 * An install gets its token, and one more attempt unless this request belongs
 * to the boot that was counted last.  boot_id tells boots apart where the
 * firmware sends one; NULL goes by time.  Never waits longer than
 * options.wait_ms and never fails: see is_lost.
 */
void state_boot(struct state *state, const char *name, const char *boot_id,
		struct machine_state *ret_state);

/*
 * The same without remembering or a token, to explain and to list.  A machine
 * that nobody said anything about is INTENT_ORDINARY.
 */
void state_get(struct state *state, const char *name,
	       struct machine_state *ret_state);

/*
 * Does memory say that nobody said anything about this machine?  hash: of its
 * name, by table_hash().  Where this is false, state_get() tells.
 */
bool state_has_none(struct state *state, uint32_t hash);

/*
 * Change what a machine is to do.  Once this returned 0, the change survives
 * the end of the process and of the machine.  ret_old, ret_new may be NULL.
 * Returns -EINVAL for a bad name, -ETIMEDOUT when the database did not answer
 * (the change may still happen), or -EIO, all with a reason.
 */
int state_set(struct state *state, const struct state_change *change,
	      struct machine_state *ret_old, struct machine_state *ret_new,
	      struct reason *why);

/*
 * The next stage reports by its token: an install that went well is consumed,
 * and the machine boots locally from then on; one that failed stays for
 * another attempt.  The same report twice changes nothing more and is no
 * error.  Returns 0 and the state of the machine, -ENOENT for a token that is
 * not or no longer valid, -ETIMEDOUT or -EIO, all with a reason.
 */
int state_confirm(struct state *state, const char *token, bool is_ok,
		  struct machine_state *ret_state, struct reason *why);

/*
 * List all machines that have a state, by name, to *ret_list, which the caller
 * frees.  Returns 0, -ENOMEM, -ETIMEDOUT or -EIO with a reason.
 */
int state_list(struct state *state, struct machine_state **ret_list,
	       size_t *ret_count, struct reason *why);

/*
 * Make a token for the API under a name that says whose it is; only its hash
 * is kept.  Returns 0, -EEXIST, -EINVAL, -ETIMEDOUT or -EIO with a reason.
 */
int state_key_make(struct state *state, const char *name,
		   char ret_token[STATE_TOKEN_BYTES], struct reason *why);

/* Make a token of the API invalid.  Also returns -ENOENT. */
int state_key_remove(struct state *state, const char *name, struct reason *why);

/*
 * Whose token of the API is this?  Returns 0 and the name, -ENOENT for one
 * that is not valid, -ETIMEDOUT or -EIO, all with a reason.
 */
int state_key_check(struct state *state, const char *token,
		    char ret_name[STATE_NAME_BYTES], struct reason *why);

/* Room for the name of a resolver among several. */
#define STATE_WRITER_BYTES 192

/* A text that is kept about a machine. */
struct state_note {
	/* The machine, as machine_state.name. */
	const char *name;
	/* When it was changed last, Unix seconds: old ones are forgotten. */
	int64_t at;
	/* The text. */
	const char *text;
};

/*
 * Keep texts in place of what this writer kept about the same machines, all or
 * none; only the STATE_NOTES_MAX newest are kept in all.  Waits for it, other
 * than a boot.  Returns 0, -ENOMEM, -ETIMEDOUT or -EIO with a reason.
 */
int state_notes_keep(struct state *state, const char *writer,
		     const struct state_note *notes, size_t count,
		     struct reason *why);

/*
 * Call take with each of the newest texts, at most max, oldest first.
 * Returns 0, -ENOMEM, -ETIMEDOUT or -EIO with a reason.
 */
int state_notes_read(struct state *state, unsigned int max,
		     void (*take)(void *ctx, const struct state_note *note),
		     void *ctx, struct reason *why);

/* May the database be asked at the moment? */
bool state_is_well(struct state *state);

#endif
