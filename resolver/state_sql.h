/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The schema of the state, and what happens inside one transaction. */
#ifndef RESOLVER_STATE_SQL_H
#define RESOLVER_STATE_SQL_H

#include "state.h"
#include "state_db.h"
#include "token.h"

/* Version of the schema that this program writes. */
#define STATE_SCHEMA_VERSION 2

/* Texts about machines that are kept in all. */
#define STATE_NOTES_MAX 20000

/* Room for what tells one boot from another. */
#define STATE_BOOT_ID_BYTES 64

/* An open database and what it takes to work on it. */
struct state_conn {
	/* Which kind, and the database; NULL while it is lost. */
	const struct state_backend *backend;
	struct state_db *db;
	/* Limits and defaults. */
	const struct state_options *options;
};

/* A token of the API. */
struct state_key {
	/* What it is called. */
	char name[STATE_NAME_BYTES];
	/* When it was made, Unix seconds. */
	int64_t made;
};

/*
 * Bring the schema up to date.  Returns 0, or -EIO with a reason, also when a
 * newer program made it.
 */
int state_sql_migrate(struct state_conn *conn, struct reason *why);

/* What it comes to at a time: attempts, deadline and outcome counted in. */
enum intent state_effective(const struct machine_state *machine,
			    const struct state_options *options, int64_t now);

/*
 * Read one machine; one without a row is INTENT_ORDINARY.
 * Like all below: 0, or a negative errno with a reason; -EIO means that the
 * transaction is to be rolled back.
 */
int state_sql_get(struct state_conn *conn, const char *name, int64_t now,
		  struct machine_state *ret_state, struct reason *why);

/* Call row with each machine, by name; it points at a struct machine_state. */
int state_sql_list(struct state_conn *conn, int64_t now,
		   int (*row)(void *ctx, const struct machine_state *machine),
		   void *ctx, struct reason *why);

/* Tokens that state_sql_boot() may hand out. */
struct boot_tokens {
	/* One that was never used. */
	char fresh[TOKEN_BYTES];
	/* What this machine was given for the attempt that began with this
	 * serial number; 0 where that is not known any more. */
	char given[TOKEN_BYTES];
	int64_t given_serial;
};

/* state_boot() for an install; ret_state gets its token. */
int state_sql_boot(struct state_conn *conn, const char *name,
		   const char *boot_id, const struct boot_tokens *tokens,
		   int64_t now, struct machine_state *ret_state,
		   struct reason *why);

/* state_set(). */
int state_sql_set(struct state_conn *conn, const struct state_change *change,
		  int64_t now, struct machine_state *ret_old,
		  struct machine_state *ret_new, struct reason *why);

/* state_confirm(). */
int state_sql_confirm(struct state_conn *conn, const char *token, bool is_ok,
		      int64_t now, struct machine_state *ret_state,
		      struct reason *why);

/* Keep the hash of a token of the API under a name that is not yet used. */
int state_sql_key_add(struct state_conn *conn, const char *name,
		      const char *token, int64_t now, struct reason *why);

/* Forget a token of the API; -ENOENT where there is none of that name. */
int state_sql_key_remove(struct state_conn *conn, const char *name,
			 struct reason *why);

/* Keep a text about a machine. */
int state_sql_note_keep(struct state_conn *conn, const char *writer,
			const struct state_note *note, struct reason *why);

/* Forget the texts that are too many. */
int state_sql_notes_trim(struct state_conn *conn, struct reason *why);

/* Call row with name, time and text of the newest max texts. */
int state_sql_notes_read(struct state_conn *conn, unsigned int max,
			 state_row_fn *row, void *ctx, struct reason *why);

/* Find the name of a token of the API; -ENOENT. */
int state_sql_key_find(struct state_conn *conn, const char *token,
		       struct state_key *ret_key, struct reason *why);

#endif
