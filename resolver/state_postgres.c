/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The state in PostgreSQL, for several resolvers at once. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "state_db.h"

#define COLUMNS_MAX 32

struct state_db {
	/* The library's connection. */
	PGconn *conn;
	/* Longest that one statement, or connecting, may take. */
	unsigned int wait_ms;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The library's message without its line ends; it holds no password. */
static int postgres_fail(struct state_db *db, struct reason *why)
{
	const char *text = PQerrorMessage(db->conn);
	int rc = reason_set(why, -EIO,
			    "The state in PostgreSQL cannot be used: "
			    "%s",
			    *text ? text : "the connection is lost");
	size_t i;

	for (i = 0; why->text[i]; i++) {
		if (why->text[i] == '\n')
			why->text[i] = why->text[i + 1] ? ' ' : '\0';
	}
	return rc;
}

static int postgres_late(struct reason *why)
{
	return reason_set(why, -EIO,
			  "The state in PostgreSQL cannot be used: "
			  "the server did not answer in time.");
}

/* Wait for the socket; returns 0, or -EIO with a reason when it is late. */
static int postgres_wait(struct state_db *db, short events, int64_t end,
			 struct reason *why)
{
	struct pollfd poll_fd = {.fd = PQsocket(db->conn), .events = events};
	int64_t left = end - now_ms();
	int rc;

	if (poll_fd.fd < 0)
		return postgres_fail(db, why);
	do {
		rc = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;
	} while (rc < 0 && errno == EINTR);
	return rc > 0 ? 0 : postgres_late(why);
}

static void postgres_close(struct state_db *db)
{
	if (!db)
		return;
	PQfinish(db->conn);
	free(db);
}

static void postgres_notice(void *ctx, const PGresult *result)
{
	(void)ctx;
	(void)result;
}

static int postgres_connect(struct state_db *db, struct reason *why)
{
	int64_t end = now_ms() + db->wait_ms;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	int rc;

	if (PQstatus(db->conn) == CONNECTION_BAD)
		return postgres_fail(db, why);
	while (status != PGRES_POLLING_OK) {
		if (status == PGRES_POLLING_FAILED)
			return postgres_fail(db, why);
		rc = postgres_wait(
			db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT,
			end, why);
		if (rc)
			return rc;
		status = PQconnectPoll(db->conn);
	}
	PQsetNoticeReceiver(db->conn, postgres_notice, NULL);
	return PQsetnonblocking(db->conn, 1) ? postgres_fail(db, why) : 0;
}

static int postgres_open(const char *uri, bool may_create, unsigned int wait_ms,
			 struct state_db **ret_db, struct reason *why)
{
	struct state_db *db = calloc(1, sizeof(*db));
	int rc;

	(void)may_create;
	if (!db)
		return reason_set(why, -ENOMEM, "Out of memory.");
	db->wait_ms = wait_ms;
	db->conn = PQconnectStart(uri);
	if (!db->conn) {
		free(db);
		return reason_set(why, -ENOMEM, "Out of memory.");
	}
	rc = postgres_connect(db, why);
	if (rc) {
		postgres_close(db);
		return rc;
	}
	*ret_db = db;
	return 0;
}

/* Send what is buffered, then read until a result is whole. */
static int postgres_finish(struct state_db *db, int64_t end, struct reason *why)
{
	int flush, rc;

	while ((flush = PQflush(db->conn)) > 0) {
		rc = postgres_wait(db, POLLIN | POLLOUT, end, why);
		if (rc)
			return rc;
		if (!PQconsumeInput(db->conn))
			return postgres_fail(db, why);
	}
	if (flush < 0)
		return postgres_fail(db, why);
	while (PQisBusy(db->conn)) {
		rc = postgres_wait(db, POLLIN, end, why);
		if (rc)
			return rc;
		if (!PQconsumeInput(db->conn))
			return postgres_fail(db, why);
	}
	return 0;
}

static int postgres_rows(const PGresult *result, state_row_fn *row, void *ctx)
{
	const char *columns[COLUMNS_MAX];
	int width = PQnfields(result);
	int n, i, rc = 0;

	for (n = 0; n < PQntuples(result) && rc == 0; n++) {
		for (i = 0; i < width && i < COLUMNS_MAX; i++)
			columns[i] = PQgetvalue(result, n, i);
		rc = row(ctx, columns);
	}
	return rc;
}

static int postgres_query(struct state_db *db, const char *sql,
			  const char *const *params, size_t count,
			  state_row_fn *row, void *ctx, struct reason *why)
{
	int64_t end = now_ms() + db->wait_ms;
	ExecStatusType status;
	PGresult *result;
	int rc = 0;

	if (!PQsendQueryParams(db->conn, sql, (int)count, NULL, params, NULL,
			       NULL, 0))
		return postgres_fail(db, why);
	for (;;) {
		int failed = postgres_finish(db, end, why);

		if (failed)
			return failed;
		result = PQgetResult(db->conn);
		if (!result)
			return rc;
		status = PQresultStatus(result);
		if (status == PGRES_TUPLES_OK && row && rc == 0)
			rc = postgres_rows(result, row, ctx);
		else if (status != PGRES_TUPLES_OK &&
			 status != PGRES_COMMAND_OK)
			rc = postgres_fail(db, why);
		PQclear(result);
	}
}

static int postgres_check(struct state_db *db, struct reason *why)
{
	return PQstatus(db->conn) == CONNECTION_OK ? 0 : postgres_fail(db, why);
}

const struct state_backend state_postgres = {
	.scheme = "postgresql:",
	.threads = 4,
	.batch = 1,
	.is_exclusive = false,
	.begin = "BEGIN",
	.lock = "SELECT pg_advisory_xact_lock(hashtext($1))",
	.open = postgres_open,
	.close = postgres_close,
	.query = postgres_query,
	.check = postgres_check,
};
