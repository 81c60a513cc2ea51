/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The schema of the state, and what happens inside one transaction. */
#include "state_sql.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES 24

/* Columns of a machine, in the order of row_read() and machine_store(). */
#define COLUMNS                                                                \
	"name, label, intent, profile, attempts, attempts_max, deadline, "     \
	"outcome, outcome_at, installed, began, boot_id, changed, "            \
	"changed_by, serial"
#define COLUMN_COUNT 15

/* A row: the machine, and what nobody outside needs. */
struct row {
	struct machine_state machine;
	char boot_id[STATE_BOOT_ID_BYTES];
	/* Is there such a row? */
	bool is_found;
};

/* Statements that lead from each version of the schema to the next. */
static const struct migration {
	/* Version that the statement belongs to. */
	int version;
	const char *sql;
} migrations[] = {
	{1, "CREATE TABLE machine ("
	    "name TEXT PRIMARY KEY, label TEXT NOT NULL, "
	    "intent TEXT NOT NULL, profile TEXT NOT NULL, "
	    "attempts BIGINT NOT NULL, attempts_max BIGINT NOT NULL, "
	    "deadline BIGINT NOT NULL, outcome TEXT NOT NULL, "
	    "outcome_at BIGINT NOT NULL, installed TEXT NOT NULL, "
	    "began BIGINT NOT NULL, boot_id TEXT NOT NULL, "
	    "changed BIGINT NOT NULL, changed_by TEXT NOT NULL, "
	    "serial BIGINT NOT NULL)"},
	{1, "CREATE TABLE boot_token ("
	    "hash TEXT PRIMARY KEY, machine TEXT NOT NULL, "
	    "issued BIGINT NOT NULL, used BIGINT NOT NULL)"},
	{1, "CREATE INDEX boot_token_machine ON boot_token (machine)"},
	{1, "CREATE TABLE api_token ("
	    "hash TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
	    "made BIGINT NOT NULL)"},
	{2, "CREATE TABLE note ("
	    "machine TEXT NOT NULL, writer TEXT NOT NULL, "
	    "at BIGINT NOT NULL, text TEXT NOT NULL, "
	    "PRIMARY KEY (machine, writer))"},
	{2, "CREATE INDEX note_at ON note (at)"},
};

static int run(struct state_conn *conn, const char *sql,
	       const char *const *params, size_t count, struct reason *why)
{
	return conn->backend->query(conn->db, sql, params, count, NULL, NULL,
				    why);
}

static int read_int(void *ctx, const char *const *columns)
{
	*(int *)ctx = atoi(columns[0]);
	return 0;
}

static int migrate_from(struct state_conn *conn, int version,
			struct reason *why)
{
	char number[NUMBER_BYTES];
	const char *params[] = {number};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(migrations) / sizeof(migrations[0]); i++) {
		if (migrations[i].version <= version)
			continue;
		rc = run(conn, migrations[i].sql, NULL, 0, why);
		if (rc)
			return rc;
	}
	snprintf(number, sizeof(number), "%d", STATE_SCHEMA_VERSION);
	rc = run(conn, "DELETE FROM unloop_schema", NULL, 0, why);
	if (rc)
		return rc;
	return run(conn, "INSERT INTO unloop_schema (version) VALUES ($1)",
		   params, 1, why);
}

static int migrate_inside(struct state_conn *conn, struct reason *why)
{
	static const char *const lock_name[] = {"unloop schema"};
	int version = 0;
	int rc = 0;

	if (conn->backend->lock)
		rc = run(conn, conn->backend->lock, lock_name, 1, why);
	if (rc == 0)
		rc = run(conn,
			 "CREATE TABLE IF NOT EXISTS unloop_schema "
			 "(version BIGINT NOT NULL)",
			 NULL, 0, why);
	if (rc == 0)
		rc = conn->backend->query(conn->db,
					  "SELECT version FROM unloop_schema",
					  NULL, 0, read_int, &version, why);
	if (rc)
		return rc;
	if (version > STATE_SCHEMA_VERSION)
		return reason_set(why, -EIO,
				  "The state was written by a newer unloopd "
				  "(schema %d, this one knows %d); start that "
				  "one, or another state.",
				  version, STATE_SCHEMA_VERSION);
	return version == STATE_SCHEMA_VERSION
		       ? 0
		       : migrate_from(conn, version, why);
}

int state_sql_migrate(struct state_conn *conn, struct reason *why)
{
	struct reason ignored;
	int rc = run(conn, conn->backend->begin, NULL, 0, why);

	if (rc)
		return rc;
	rc = migrate_inside(conn, why);
	if (rc) {
		run(conn, "ROLLBACK", NULL, 0, &ignored);
		return rc;
	}
	return run(conn, "COMMIT", NULL, 0, why);
}

enum intent state_effective(const struct machine_state *machine,
			    const struct state_options *options, int64_t now)
{
	if (machine->intent != INTENT_INSTALL)
		return machine->intent;
	if (machine->outcome == OUTCOME_GAVE_UP ||
	    machine->outcome == OUTCOME_EXPIRED)
		return options->fallback;
	if (machine->deadline && now >= machine->deadline)
		return options->fallback;
	return INTENT_INSTALL;
}

static int outcome_parse(const char *text)
{
	int i;

	for (i = 0; i < OUTCOME_COUNT; i++) {
		if (strcmp(outcome_name((enum outcome)i), text) == 0)
			return i;
	}
	return OUTCOME_NONE;
}

static void text_copy(char *buf, size_t size, const char *text)
{
	snprintf(buf, size, "%s", text);
}

/* A row of the machine table. */
static int row_read(void *ctx, const char *const *columns)
{
	struct row *row = ctx;
	struct machine_state *machine = &row->machine;
	int intent = intent_parse(columns[2]);

	memset(row, 0, sizeof(*row));
	text_copy(machine->name, sizeof(machine->name), columns[0]);
	text_copy(machine->label, sizeof(machine->label), columns[1]);
	/* What a later version wrote must not install anything. */
	machine->intent = intent < 0 ? INTENT_LOCAL : (enum intent)intent;
	text_copy(machine->profile, sizeof(machine->profile), columns[3]);
	machine->attempts = (unsigned int)strtoul(columns[4], NULL, 10);
	machine->attempts_max = (unsigned int)strtoul(columns[5], NULL, 10);
	machine->deadline = strtoll(columns[6], NULL, 10);
	machine->outcome = (enum outcome)outcome_parse(columns[7]);
	machine->outcome_at = strtoll(columns[8], NULL, 10);
	text_copy(machine->installed, sizeof(machine->installed), columns[9]);
	machine->began = strtoll(columns[10], NULL, 10);
	text_copy(row->boot_id, sizeof(row->boot_id), columns[11]);
	machine->changed = strtoll(columns[12], NULL, 10);
	text_copy(machine->by, sizeof(machine->by), columns[13]);
	machine->serial = strtoll(columns[14], NULL, 10);
	row->is_found = true;
	return 0;
}

static int row_load(struct state_conn *conn, const char *name,
		    struct row *ret_row, struct reason *why)
{
	const char *params[] = {name};

	memset(ret_row, 0, sizeof(*ret_row));
	text_copy(ret_row->machine.name, sizeof(ret_row->machine.name), name);
	return conn->backend->query(
		conn->db, "SELECT " COLUMNS " FROM machine WHERE name = $1",
		params, 1, row_read, ret_row, why);
}

/* row_load() for a machine that is about to be changed. */
static int row_load_locked(struct state_conn *conn, const char *name,
			   struct row *ret_row, struct reason *why)
{
	const char *params[] = {name};
	int rc = 0;

	if (conn->backend->lock)
		rc = run(conn, conn->backend->lock, params, 1, why);
	return rc ? rc : row_load(conn, name, ret_row, why);
}

static int row_store(struct state_conn *conn, const struct row *row,
		     struct reason *why)
{
	const struct machine_state *machine = &row->machine;
	char numbers[7][NUMBER_BYTES];
	const char *params[COLUMN_COUNT] = {
		machine->name,
		machine->label,
		intent_name(machine->intent),
		machine->profile,
		numbers[0],
		numbers[1],
		numbers[2],
		outcome_name(machine->outcome),
		numbers[3],
		machine->installed,
		numbers[4],
		row->boot_id,
		numbers[5],
		machine->by,
		numbers[6],
	};

	snprintf(numbers[0], NUMBER_BYTES, "%u", machine->attempts);
	snprintf(numbers[1], NUMBER_BYTES, "%u", machine->attempts_max);
	snprintf(numbers[2], NUMBER_BYTES, "%" PRId64, machine->deadline);
	snprintf(numbers[3], NUMBER_BYTES, "%" PRId64, machine->outcome_at);
	snprintf(numbers[4], NUMBER_BYTES, "%" PRId64, machine->began);
	snprintf(numbers[5], NUMBER_BYTES, "%" PRId64, machine->changed);
	snprintf(numbers[6], NUMBER_BYTES, "%" PRId64, machine->serial);
	return run(conn,
		   "INSERT INTO machine (" COLUMNS ") VALUES "
		   "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		   "$14, $15) ON CONFLICT (name) DO UPDATE SET "
		   "label = excluded.label, intent = excluded.intent, "
		   "profile = excluded.profile, attempts = excluded.attempts, "
		   "attempts_max = excluded.attempts_max, "
		   "deadline = excluded.deadline, outcome = excluded.outcome, "
		   "outcome_at = excluded.outcome_at, "
		   "installed = excluded.installed, began = excluded.began, "
		   "boot_id = excluded.boot_id, changed = excluded.changed, "
		   "changed_by = excluded.changed_by, serial = excluded.serial",
		   params, COLUMN_COUNT, why);
}

int state_sql_get(struct state_conn *conn, const char *name, int64_t now,
		  struct machine_state *ret_state, struct reason *why)
{
	struct row row;
	int rc = row_load(conn, name, &row, why);

	if (rc)
		return rc;
	*ret_state = row.machine;
	ret_state->effective = state_effective(ret_state, conn->options, now);
	return 0;
}

/* What state_sql_list() hands through the query. */
struct listing {
	int (*row)(void *ctx, const struct machine_state *machine);
	void *ctx;
	const struct state_options *options;
	int64_t now;
};

static int list_read(void *ctx, const char *const *columns)
{
	struct listing *listing = ctx;
	struct row row;

	row_read(&row, columns);
	row.machine.effective =
		state_effective(&row.machine, listing->options, listing->now);
	return listing->row(listing->ctx, &row.machine);
}

int state_sql_list(struct state_conn *conn, int64_t now,
		   int (*row)(void *ctx, const struct machine_state *machine),
		   void *ctx, struct reason *why)
{
	struct listing listing = {row, ctx, conn->options, now};

	return conn->backend->query(
		conn->db, "SELECT " COLUMNS " FROM machine ORDER BY name", NULL,
		0, list_read, &listing, why);
}

/* Does this request belong to the boot that was counted last? */
static bool is_same_boot(const struct row *row, const char *boot_id,
			 const struct state_options *options, int64_t now)
{
	const struct machine_state *machine = &row->machine;

	if (machine->outcome != OUTCOME_STARTED || !machine->began)
		return false;
	if (boot_id && *row->boot_id)
		return strcmp(row->boot_id, boot_id) == 0;
	return now >= machine->began &&
	       now - machine->began < (int64_t)options->boot_s;
}

/* Count one more attempt, or give up; nothing is stored yet. */
static void row_begin(struct row *row, const char *boot_id,
		      const struct state_options *options, int64_t now)
{
	struct machine_state *machine = &row->machine;

	if (machine->deadline && now >= machine->deadline) {
		machine->outcome = OUTCOME_EXPIRED;
		machine->outcome_at = now;
	} else if (is_same_boot(row, boot_id, options, now)) {
		return;
	} else if (machine->attempts >= machine->attempts_max) {
		machine->outcome = OUTCOME_GAVE_UP;
		machine->outcome_at = now;
	} else {
		machine->attempts++;
		machine->began = now;
		machine->outcome = OUTCOME_STARTED;
		machine->outcome_at = now;
		text_copy(row->boot_id, sizeof(row->boot_id),
			  boot_id ? boot_id : "");
	}
	machine->serial++;
}

static int token_store(struct state_conn *conn, const char *machine,
		       const char *token, int64_t now, struct reason *why)
{
	char hash[TOKEN_HASH_BYTES], number[NUMBER_BYTES];
	const char *params[] = {hash, machine, number};

	token_hash(token, hash);
	snprintf(number, sizeof(number), "%" PRId64, now);
	return run(conn,
		   "INSERT INTO boot_token (hash, machine, issued, used) "
		   "VALUES ($1, $2, $3, 0) ON CONFLICT (hash) DO NOTHING",
		   params, 3, why);
}

int state_sql_boot(struct state_conn *conn, const char *name,
		   const char *boot_id, const struct boot_tokens *tokens,
		   int64_t now, struct machine_state *ret_state,
		   struct reason *why)
{
	struct machine_state *machine;
	const char *token;
	int64_t serial;
	struct row row;
	int rc;

	rc = row_load_locked(conn, name, &row, why);
	if (rc)
		return rc;
	machine = &row.machine;
	serial = machine->serial;
	if (state_effective(machine, conn->options, now) == INTENT_INSTALL ||
	    (machine->intent == INTENT_INSTALL &&
	     machine->outcome <= OUTCOME_STARTED)) {
		row_begin(&row, boot_id, conn->options, now);
		if (machine->serial != serial)
			rc = row_store(conn, &row, why);
	}
	machine->effective = state_effective(machine, conn->options, now);
	if (rc == 0 && machine->effective == INTENT_INSTALL) {
		token = tokens->given_serial == machine->serial ? tokens->given
								: tokens->fresh;
		rc = token_store(conn, name, token, now, why);
		text_copy(machine->token, sizeof(machine->token), token);
	}
	if (rc == 0)
		*ret_state = *machine;
	return rc;
}

static void row_change(struct row *row, const struct state_change *change,
		       const struct state_options *options, int64_t now)
{
	struct machine_state *machine = &row->machine;

	machine->intent = change->intent;
	text_copy(machine->profile, sizeof(machine->profile),
		  change->profile ? change->profile : "");
	if (change->label)
		text_copy(machine->label, sizeof(machine->label),
			  change->label);
	machine->attempts = 0;
	machine->attempts_max = change->attempts_max ? change->attempts_max
						     : options->attempts_max;
	machine->deadline = change->deadline;
	machine->outcome = OUTCOME_NONE;
	machine->outcome_at = 0;
	machine->began = 0;
	row->boot_id[0] = '\0';
	machine->changed = now;
	text_copy(machine->by, sizeof(machine->by),
		  change->by ? change->by : "");
	/* Never the number of an order that was forgotten meanwhile. */
	machine->serial++;
	if (machine->serial < now)
		machine->serial = now;
}

int state_sql_set(struct state_conn *conn, const struct state_change *change,
		  int64_t now, struct machine_state *ret_old,
		  struct machine_state *ret_new, struct reason *why)
{
	const char *params[] = {change->name};
	struct machine_state old;
	struct row row;
	int rc;

	rc = row_load_locked(conn, change->name, &row, why);
	if (rc)
		return rc;
	old = row.machine;
	old.effective = state_effective(&old, conn->options, now);
	row_change(&row, change, conn->options, now);
	/* Tokens of an order that is over must not confirm the next one. */
	rc = run(conn, "DELETE FROM boot_token WHERE machine = $1", params, 1,
		 why);
	if (rc)
		return rc;
	if (change->intent == INTENT_ORDINARY)
		rc = run(conn, "DELETE FROM machine WHERE name = $1", params, 1,
			 why);
	else
		rc = row_store(conn, &row, why);
	if (rc)
		return rc;
	row.machine.effective =
		state_effective(&row.machine, conn->options, now);
	*ret_old = old;
	*ret_new = row.machine;
	return 0;
}

/* A row of the token table. */
struct token_row {
	char hash[TOKEN_HASH_BYTES];
	char machine[STATE_NAME_BYTES];
	bool is_used;
	bool is_found;
};

static int token_read(void *ctx, const char *const *columns)
{
	struct token_row *token = ctx;

	text_copy(token->hash, sizeof(token->hash), columns[0]);
	text_copy(token->machine, sizeof(token->machine), columns[1]);
	token->is_used = strcmp(columns[2], "0") != 0;
	token->is_found = true;
	return 0;
}

/* Find the token by its hash; the machine it belongs to gets locked. */
static int token_load(struct state_conn *conn, const char *token,
		      struct token_row *ret_token, struct row *ret_row,
		      struct reason *why)
{
	static const char select[] = "SELECT hash, machine, used "
				     "FROM boot_token WHERE hash = $1";
	char hash[TOKEN_HASH_BYTES];
	const char *params[] = {hash};
	int rc;

	memset(ret_token, 0, sizeof(*ret_token));
	token_hash(token, hash);
	rc = conn->backend->query(conn->db, select, params, 1, token_read,
				  ret_token, why);
	if (rc == 0 && ret_token->is_found) {
		rc = row_load_locked(conn, ret_token->machine, ret_row, why);
		/* What was read before the lock may be out of date. */
		ret_token->is_found = false;
		if (rc == 0)
			rc = conn->backend->query(conn->db, select, params, 1,
						  token_read, ret_token, why);
	}
	if (rc)
		return rc;
	if (!ret_token->is_found || !ret_row->is_found ||
	    !token_hash_is_equal(hash, ret_token->hash))
		return reason_set(why, -ENOENT,
				  "This token is not valid, or no longer.");
	return 0;
}

/* What a valid token that was not used before changes. */
static void row_confirm(struct row *row, bool is_ok, int64_t now)
{
	struct machine_state *machine = &row->machine;

	if (machine->intent != INTENT_INSTALL)
		return;
	machine->outcome = is_ok ? OUTCOME_CONFIRMED : OUTCOME_FAILED;
	machine->outcome_at = now;
	machine->serial++;
	if (!is_ok)
		return;
	machine->intent = INTENT_LOCAL;
	text_copy(machine->installed, sizeof(machine->installed),
		  machine->profile);
	machine->profile[0] = '\0';
}

int state_sql_confirm(struct state_conn *conn, const char *token, bool is_ok,
		      int64_t now, struct machine_state *ret_state,
		      struct reason *why)
{
	char number[NUMBER_BYTES];
	struct token_row token_row;
	struct row row = {0};
	const char *params[] = {number, token_row.hash};
	int rc;

	rc = token_load(conn, token, &token_row, &row, why);
	if (rc)
		return rc;
	if (!token_row.is_used) {
		row_confirm(&row, is_ok, now);
		snprintf(number, sizeof(number), "%" PRId64, now);
		rc = row_store(conn, &row, why);
		if (rc == 0)
			rc = run(conn,
				 "UPDATE boot_token SET used = $1 "
				 "WHERE hash = $2",
				 params, 2, why);
		if (rc)
			return rc;
	}
	*ret_state = row.machine;
	ret_state->effective = state_effective(ret_state, conn->options, now);
	return 0;
}

static int key_read(void *ctx, const char *const *columns)
{
	struct state_key *key = ctx;

	text_copy(key->name, sizeof(key->name), columns[0]);
	key->made = strtoll(columns[1], NULL, 10);
	return 0;
}

#define KEY_BY_HASH "SELECT name, made FROM api_token WHERE hash = $1"
#define KEY_BY_NAME "SELECT name, made FROM api_token WHERE name = $1"

/* The name becomes "" where there is no such token. */
static int key_load(struct state_conn *conn, const char *sql, const char *value,
		    struct state_key *ret_key, struct reason *why)
{
	ret_key->name[0] = '\0';
	return conn->backend->query(conn->db, sql, &value, 1, key_read, ret_key,
				    why);
}

int state_sql_key_add(struct state_conn *conn, const char *name,
		      const char *token, int64_t now, struct reason *why)
{
	char hash[TOKEN_HASH_BYTES], number[NUMBER_BYTES];
	const char *params[] = {hash, name, number};
	struct state_key key;
	int rc;

	rc = key_load(conn, KEY_BY_NAME, name, &key, why);
	if (rc)
		return rc;
	if (key.name[0])
		return reason_set(why, -EEXIST,
				  "There is a token \"%s\" already; remove it "
				  "first.",
				  name);
	token_hash(token, hash);
	snprintf(number, sizeof(number), "%" PRId64, now);
	return run(conn,
		   "INSERT INTO api_token (hash, name, made) "
		   "VALUES ($1, $2, $3)",
		   params, 3, why);
}

int state_sql_key_remove(struct state_conn *conn, const char *name,
			 struct reason *why)
{
	const char *params[] = {name};
	struct state_key key;
	int rc;

	rc = key_load(conn, KEY_BY_NAME, name, &key, why);
	if (rc)
		return rc;
	if (!key.name[0])
		return reason_set(why, -ENOENT, "There is no token \"%s\".",
				  name);
	return run(conn, "DELETE FROM api_token WHERE name = $1", params, 1,
		   why);
}

int state_sql_key_find(struct state_conn *conn, const char *token,
		       struct state_key *ret_key, struct reason *why)
{
	char hash[TOKEN_HASH_BYTES];
	int rc;

	token_hash(token, hash);
	rc = key_load(conn, KEY_BY_HASH, hash, ret_key, why);
	if (rc)
		return rc;
	return ret_key->name[0]
		       ? 0
		       : reason_set(why, -ENOENT, "This token is not valid.");
}

int state_sql_note_keep(struct state_conn *conn, const char *writer,
			const struct state_note *note, struct reason *why)
{
	char at[NUMBER_BYTES];
	const char *params[] = {note->name, writer, at, note->text};

	snprintf(at, sizeof(at), "%" PRId64, note->at);
	return run(conn,
		   "INSERT INTO note (machine, writer, at, text) "
		   "VALUES ($1, $2, $3, $4) "
		   "ON CONFLICT (machine, writer) DO UPDATE SET "
		   "at = excluded.at, text = excluded.text",
		   params, 4, why);
}

int state_sql_notes_trim(struct state_conn *conn, struct reason *why)
{
	char max[NUMBER_BYTES];
	const char *params[] = {max};

	snprintf(max, sizeof(max), "%d", STATE_NOTES_MAX);
	return run(conn,
		   "DELETE FROM note WHERE at < (SELECT at FROM note "
		   "ORDER BY at DESC LIMIT 1 OFFSET $1)",
		   params, 1, why);
}

int state_sql_notes_read(struct state_conn *conn, unsigned int max,
			 state_row_fn *row, void *ctx, struct reason *why)
{
	char limit[NUMBER_BYTES];
	const char *params[] = {limit};

	snprintf(limit, sizeof(limit), "%u", max);
	return conn->backend->query(
		conn->db,
		"SELECT machine, at, text FROM (SELECT machine, at, text "
		"FROM note ORDER BY at DESC LIMIT $1) AS newest ORDER BY at",
		params, 1, row, ctx, why);
}
