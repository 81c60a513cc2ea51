/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The state in an SQLite file, write-ahead log, nothing to set up. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state_db.h"

#define SCHEME	    "sqlite:"
#define COLUMNS_MAX 32

struct state_db {
	/* The library's handle. */
	sqlite3 *handle;
	/* Holds the lock that keeps a second resolver away. */
	int lock_fd;
	/* The file's path, and which file that was when it was opened. */
	char path[PATH_MAX];
	dev_t dev;
	ino_t ino;
};

static int sqlite_fail(struct state_db *db, struct reason *why)
{
	return reason_set(why, -EIO, "The state in %s cannot be used: %s.",
			  db->path, sqlite3_errmsg(db->handle));
}

/* Two resolvers on one file would not see each other's changes. */
static int sqlite_lock(struct state_db *db, struct reason *why)
{
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s.lock", db->path);
	db->lock_fd =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (db->lock_fd < 0)
		return reason_set(why, -EIO, "%s cannot be opened: %s.", path,
				  strerror(errno));
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB))
		return reason_set(why, -EIO,
				  "The state in %s is in use by another "
				  "resolver; let several share PostgreSQL.",
				  db->path);
	return 0;
}

static void sqlite_db_close(struct state_db *db)
{
	if (!db)
		return;
	sqlite3_close(db->handle);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	free(db);
}

static int sqlite_query(struct state_db *db, const char *sql,
			const char *const *params, size_t count,
			state_row_fn *row, void *ctx, struct reason *why)
{
	const char *columns[COLUMNS_MAX];
	sqlite3_stmt *statement;
	int step, i, rc = 0;
	size_t n;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL))
		return sqlite_fail(db, why);
	for (n = 0; n < count; n++)
		sqlite3_bind_text(statement, (int)n + 1, params[n], -1,
				  SQLITE_STATIC);
	while ((step = sqlite3_step(statement)) == SQLITE_ROW && rc == 0) {
		int width = sqlite3_column_count(statement);

		for (i = 0; i < width && i < COLUMNS_MAX; i++) {
			columns[i] =
				(const char *)sqlite3_column_text(statement, i);
			if (!columns[i])
				columns[i] = "";
		}
		if (row)
			rc = row(ctx, columns);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = sqlite_fail(db, why);
	sqlite3_finalize(statement);
	return rc;
}

/* Every accepted change is on the disk before it is answered. */
static int sqlite_configure(struct state_db *db, struct reason *why)
{
	static const char *const pragmas[] = {
		"PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=FULL",
		"PRAGMA foreign_keys=ON",
		"PRAGMA trusted_schema=OFF",
		"PRAGMA journal_size_limit=4194304",
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]); i++) {
		rc = sqlite_query(db, pragmas[i], NULL, 0, NULL, NULL, why);
		if (rc)
			return rc;
	}
	return 0;
}

static int sqlite_db_open(const char *uri, bool may_create,
			  unsigned int wait_ms, struct state_db **ret_db,
			  struct reason *why)
{
	struct state_db *db = calloc(1, sizeof(*db));
	struct stat st;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int rc;

	if (!db)
		return reason_set(why, -ENOMEM, "Out of memory.");
	db->lock_fd = -1;
	snprintf(db->path, sizeof(db->path), "%s", uri + strlen(SCHEME));
	rc = sqlite_lock(db, why);
	if (rc)
		goto err_open;
	if (may_create)
		flags |= SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(db->path, &db->handle, flags, NULL)) {
		rc = sqlite_fail(db, why);
		goto err_open;
	}
	sqlite3_busy_timeout(db->handle, (int)wait_ms);
	rc = sqlite_configure(db, why);
	if (rc)
		goto err_open;
	if (chmod(db->path, 0600) || stat(db->path, &st)) {
		rc = reason_set(why, -EIO,
				"The state in %s cannot be used: %s.", db->path,
				strerror(errno));
		goto err_open;
	}
	db->dev = st.st_dev;
	db->ino = st.st_ino;
	*ret_db = db;
	return 0;

err_open:
	sqlite_db_close(db);
	return rc;
}

/* A file that was moved away would take accepted changes with it. */
static int sqlite_check(struct state_db *db, struct reason *why)
{
	struct stat st;

	if (stat(db->path, &st))
		return reason_set(why, -EIO, "The state in %s is gone: %s.",
				  db->path, strerror(errno));
	if (st.st_dev != db->dev || st.st_ino != db->ino)
		return reason_set(why, -EIO,
				  "The state in %s was replaced by "
				  "another file.",
				  db->path);
	return 0;
}

const struct state_backend state_sqlite = {
	.scheme = SCHEME,
	.threads = 1,
	.batch = 256,
	.is_exclusive = true,
	.begin = "BEGIN IMMEDIATE",
	.lock = NULL,
	.open = sqlite_db_open,
	.close = sqlite_db_close,
	.query = sqlite_query,
	.check = sqlite_check,
};
