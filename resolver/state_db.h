/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The databases that can keep the state: one interface, two of them. */
#ifndef RESOLVER_STATE_DB_H
#define RESOLVER_STATE_DB_H

#include <stdbool.h>
#include <stddef.h>

#include "reason.h"

/* An open database; each backend has its own.  Used by one thread only. */
struct state_db;

/*
 * Takes one row of a result, each column as text, never NULL.  A negative
 * return value ends the query, which returns it.
 */
typedef int state_row_fn(void *ctx, const char *const *columns);

/* A kind of database. */
struct state_backend {
	/* What its URIs begin with. */
	const char *scheme;
	/* Threads, each with a connection of its own. */
	unsigned int threads;
	/* Most operations that share one transaction. */
	unsigned int batch;
	/* Is this process the only one that changes the database?  Then what
	 * it says is also kept in memory. */
	bool is_exclusive;
	/* Statement that begins a transaction that will write. */
	const char *begin;
	/* Statement with the parameter $1 that keeps others from the machine
	 * of that name until the transaction ends, or NULL. */
	const char *lock;
	/*
	 * Open; uri is the whole one.  may_create: make the database where
	 * there is none.  Every later call is bounded by wait_ms.
	 * Returns 0 or a negative errno with a reason.
	 */
	int (*open)(const char *uri, bool may_create, unsigned int wait_ms,
		    struct state_db **ret_db, struct reason *why);
	/* Close; NULL is accepted. */
	void (*close)(struct state_db *db);
	/*
	 * Run one statement with its text parameters $1, $2, ..., which first
	 * appear in this order; row may be NULL.
	 * Returns 0, what row returned, or -EIO with a reason.
	 */
	int (*query)(struct state_db *db, const char *sql,
		     const char *const *params, size_t count, state_row_fn *row,
		     void *ctx, struct reason *why);
	/* Is it still the database that was opened?  0 or -EIO. */
	int (*check)(struct state_db *db, struct reason *why);
};

extern const struct state_backend state_sqlite;
extern const struct state_backend state_postgres;

#endif
