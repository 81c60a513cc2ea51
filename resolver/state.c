/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The state's threads: they alone talk to the database. */
#include "state.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "state_sql.h"
#include "table.h"
#include "token.h"

/* Most operations that wait for the database; more are refused. */
#define QUEUE_MAX 4096

/* How often a lost database is tried again. */
#define RETRY_MS 500

/* Memory of tokens handed out, so that one boot sees one script. */
#define TOKEN_SLOTS 4096

/* Machines in memory: buckets of the hash table. */
#define MIRROR_BUCKETS 16384

/* Most operations of one transaction, over all backends. */
#define BATCH_MAX 256

/* What is to be done with the database. */
enum op_kind {
	OP_GET,
	OP_BOOT,
	OP_SET,
	OP_CONFIRM,
	OP_LIST,
	OP_KEY_ADD,
	OP_KEY_REMOVE,
	OP_KEY_FIND,
	OP_NOTES_KEEP,
	OP_NOTES_READ,
};

/*
 * An operation.  Whoever asked and the thread that does it hold a reference
 * each, as the one may give up waiting before the other is done.
 */
struct op {
	struct op *next;
	unsigned int refs;
	enum op_kind kind;
	/* Inputs, copied. */
	char name[STATE_NAME_BYTES];
	char boot_id[STATE_BOOT_ID_BYTES];
	char token[TOKEN_BYTES];
	struct boot_tokens tokens;
	char profile[STATE_NAME_BYTES];
	char label[STATE_NAME_BYTES];
	char by[STATE_NAME_BYTES];
	struct state_change change;
	bool is_ok;
	/* Outputs, valid once is_done. */
	struct machine_state old;
	struct machine_state machine;
	struct machine_state *list;
	size_t list_count;
	size_t list_room;
	struct state_key key;
	/* Texts, inputs or outputs; all are one allocation each. */
	struct op_note *notes;
	size_t note_count;
	size_t note_room;
	unsigned int notes_max;
	char writer[STATE_WRITER_BYTES];
	struct reason why;
	int rc;
	bool is_done;
	/* Nobody waits any more; not to be begun. */
	bool is_abandoned;
};

/* A text about a machine. */
struct op_note {
	char name[STATE_NAME_BYTES];
	int64_t at;
	char *text;
};

/* A machine in memory. */
struct mirror_entry {
	struct mirror_entry *next;
	struct machine_state machine;
};

/* The token that a machine's current attempt was given. */
struct token_slot {
	char name[STATE_NAME_BYTES];
	int64_t serial;
	char token[TOKEN_BYTES];
};

/* One thread and its connection. */
struct worker {
	struct state *state;
	pthread_t thread;
	struct state_conn conn;
};

struct state {
	struct state_options options;
	const struct state_backend *backend;
	struct worker *workers;
	unsigned int worker_count;
	/* Guards the queue, the operations' flags, and the three below. */
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	pthread_cond_t has_result;
	struct op *first;
	struct op **last;
	unsigned int waiting;
	/* Connections that work. */
	unsigned int up;
	/* Did somebody wait in vain since a connection last worked? */
	bool is_late;
	bool is_stopping;
	/* May the database be made where there is none?  Only at first. */
	bool may_create;
	/* Did the log say that it is lost? */
	bool is_lost_logged;
	/* Guards the memory below. */
	pthread_rwlock_t mirror_lock;
	struct mirror_entry **mirror;
	/* A bit for each bucket that has an entry; __atomic, as it is asked
	 * without the lock (mirror_has_none()).  It is small enough to stay
	 * in a processor's cache, which the buckets are not. */
	uint64_t mirror_bits[MIRROR_BUCKETS / 64];
	/* Even while memory says all that the database does, and another
	 * number each time; __atomic. */
	unsigned int mirror_version;
	/* Guards the tokens. */
	pthread_mutex_t token_lock;
	struct token_slot *tokens;
};

static int64_t now_s(void)
{
	return (int64_t)time(NULL);
}

static struct timespec deadline_in(unsigned int ms)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	return end;
}

static uint32_t name_hash(const char *name)
{
	return table_hash(name, strlen(name));
}

/* Names travel in URLs, logs and file names. */
static bool is_name(const char *name)
{
	static const bool name_chars[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true,
		['0' ... '9'] = true, ['.'] = true,
		['-'] = true,	      ['_'] = true,
		[':'] = true,	      ['@'] = true,
		['+'] = true,
	};
	size_t len = 0;

	while (name_chars[(unsigned char)name[len]])
		len++;
	return !name[len] && len > 0 && len < STATE_NAME_BYTES && *name != '.';
}

/* A label or a person is shown to people: printable, one line. */
static bool is_text(const char *text)
{
	const unsigned char *c;

	for (c = (const unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			return false;
	}
	return strlen(text) < STATE_NAME_BYTES;
}

/* The machines in memory. */

/* Does memory say all that the database does? */
static bool mirror_is_whole(struct state *state)
{
	return __atomic_load_n(&state->mirror_version, __ATOMIC_ACQUIRE) % 2 ==
	       0;
}

/* Say whether it does; with the lock held for writing. */
static void mirror_declare(struct state *state, bool is_whole)
{
	if (mirror_is_whole(state) != is_whole)
		__atomic_add_fetch(&state->mirror_version, 1, __ATOMIC_SEQ_CST);
}

/* Say whether a bucket has entries; with the lock held for writing. */
static void mirror_mark(struct state *state, unsigned int slot)
{
	uint64_t *bits = &state->mirror_bits[slot / 64];
	uint64_t bit = 1ULL << slot % 64;

	__atomic_store_n(bits, state->mirror[slot] ? *bits | bit : *bits & ~bit,
			 __ATOMIC_RELEASE);
}

/* Put a machine into memory; false without memory. */
static bool mirror_put(struct state *state, const struct machine_state *machine)
{
	unsigned int slot = name_hash(machine->name) % MIRROR_BUCKETS;
	struct mirror_entry **link = &state->mirror[slot];
	struct mirror_entry *entry;

	while (*link && strcmp((*link)->machine.name, machine->name) != 0)
		link = &(*link)->next;
	entry = *link;
	if (machine->intent == INTENT_ORDINARY) {
		if (entry) {
			*link = entry->next;
			free(entry);
			mirror_mark(state, slot);
		}
		return true;
	}
	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return false;
		*link = entry;
		mirror_mark(state, slot);
	}
	entry->machine = *machine;
	entry->machine.token[0] = '\0';
	return true;
}

static void mirror_clear(struct state *state)
{
	struct mirror_entry *entry;
	unsigned int i;

	for (i = 0; i < MIRROR_BUCKETS; i++) {
		if (!state->mirror[i])
			continue;
		while ((entry = state->mirror[i])) {
			state->mirror[i] = entry->next;
			free(entry);
		}
		mirror_mark(state, i);
	}
}

static int mirror_load_row(void *ctx, const struct machine_state *machine)
{
	return mirror_put(ctx, machine) ? 0 : -ENOMEM;
}

static int mirror_load(struct state *state, struct state_conn *conn,
		       struct reason *why)
{
	int rc;

	pthread_rwlock_wrlock(&state->mirror_lock);
	mirror_declare(state, false);
	mirror_clear(state);
	rc = state_sql_list(conn, now_s(), mirror_load_row, state, why);
	mirror_declare(state, rc == 0);
	pthread_rwlock_unlock(&state->mirror_lock);
	/* Without memory, the database is asked each time. */
	return rc == -ENOMEM ? 0 : rc;
}

/*
 * Does memory say that nobody wants anything of these machines?  Most are such
 * machines, and a lock that all threads want would cost more than this.
 */
static bool mirror_has_none(struct state *state, unsigned int slot)
{
	unsigned int version =
		__atomic_load_n(&state->mirror_version, __ATOMIC_ACQUIRE);
	uint64_t bits = __atomic_load_n(&state->mirror_bits[slot / 64],
					__ATOMIC_ACQUIRE);

	/* An empty bucket says something only if memory was whole then. */
	return version % 2 == 0 && !(bits >> slot % 64 & 1) &&
	       __atomic_load_n(&state->mirror_version, __ATOMIC_RELAXED) ==
		       version;
}

/* Fill in a machine from memory; false when memory does not tell. */
static bool mirror_get(struct state *state, const char *name,
		       struct machine_state *ret_state)
{
	unsigned int slot = name_hash(name) % MIRROR_BUCKETS;
	struct mirror_entry *entry;
	bool is_whole;

	if (!state->mirror)
		return false;
	if (mirror_has_none(state, slot))
		return true;
	pthread_rwlock_rdlock(&state->mirror_lock);
	is_whole = mirror_is_whole(state);
	entry = state->mirror[slot];
	while (entry && strcmp(entry->machine.name, name) != 0)
		entry = entry->next;
	if (is_whole && entry) {
		*ret_state = entry->machine;
		ret_state->effective =
			state_effective(ret_state, &state->options, now_s());
	}
	pthread_rwlock_unlock(&state->mirror_lock);
	return is_whole;
}

/* Operations. */

static struct op *op_new(enum op_kind kind)
{
	struct op *op = calloc(1, sizeof(*op));

	if (!op)
		return NULL;
	op->kind = kind;
	op->refs = 1;
	op->rc = -ETIMEDOUT;
	reason_set(&op->why, 0, "The database of the state did not answer.");
	return op;
}

static void op_free_notes(struct op *op)
{
	while (op->note_count)
		free(op->notes[--op->note_count].text);
}

/* With the lock held. */
static void op_put_locked(struct op *op)
{
	if (--op->refs)
		return;
	op_free_notes(op);
	free(op->notes);
	free(op->list);
	free(op);
}

static void op_put(struct state *state, struct op *op)
{
	pthread_mutex_lock(&state->lock);
	op_put_locked(op);
	pthread_mutex_unlock(&state->lock);
}

/*
 * Hand an operation to the threads and wait for its end, no longer than the
 * bound.  While the database is known to be lost there is nothing to wait for.
 */
static int op_do(struct state *state, struct op *op, unsigned int wait_ms)
{
	struct timespec end = deadline_in(wait_ms);
	int rc = 0;

	pthread_mutex_lock(&state->lock);
	if (!state->up || state->is_late || state->waiting >= QUEUE_MAX) {
		pthread_mutex_unlock(&state->lock);
		return -ETIMEDOUT;
	}
	op->refs++;
	*state->last = op;
	state->last = &op->next;
	state->waiting++;
	pthread_cond_signal(&state->has_work);
	while (!op->is_done && rc == 0)
		rc = pthread_cond_timedwait(&state->has_result, &state->lock,
					    &end);
	rc = op->is_done ? op->rc : -ETIMEDOUT;
	if (!op->is_done) {
		op->is_abandoned = true;
		state->is_late = true;
	}
	pthread_mutex_unlock(&state->lock);
	return rc;
}

/* Take up to max operations that somebody waits for, or wait for one. */
static size_t queue_take(struct state *state, struct op **ops, size_t max,
			 unsigned int wait_ms)
{
	struct timespec end = deadline_in(wait_ms);
	size_t count = 0;
	int rc = 0;

	pthread_mutex_lock(&state->lock);
	while (!state->first && !state->is_stopping && rc == 0)
		rc = pthread_cond_timedwait(&state->has_work, &state->lock,
					    &end);
	while (state->first && count < max) {
		struct op *op = state->first;

		state->first = op->next;
		if (!state->first)
			state->last = &state->first;
		op->next = NULL;
		state->waiting--;
		if (op->is_abandoned)
			op_put_locked(op);
		else
			ops[count++] = op;
	}
	pthread_mutex_unlock(&state->lock);
	return count;
}

static int list_row(void *ctx, const struct machine_state *machine)
{
	struct op *op = ctx;

	if (op->list_count == op->list_room) {
		size_t room = op->list_room ? 2 * op->list_room : 64;
		void *list = realloc(op->list, room * sizeof(*op->list));

		if (!list)
			return reason_set(&op->why, -ENOMEM, "Out of memory.");
		op->list = list;
		op->list_room = room;
	}
	op->list[op->list_count++] = *machine;
	return 0;
}

/* Add a copy of a text. */
static int note_add(struct op *op, const char *name, int64_t at,
		    const char *text)
{
	struct op_note *note;

	if (op->note_count == op->note_room) {
		size_t room = op->note_room ? 2 * op->note_room : 64;
		void *notes = realloc(op->notes, room * sizeof(*op->notes));

		if (!notes)
			return reason_set(&op->why, -ENOMEM, "Out of memory.");
		op->notes = notes;
		op->note_room = room;
	}
	note = &op->notes[op->note_count];
	if (strlen(name) >= sizeof(note->name))
		return 0;
	strcpy(note->name, name);
	note->at = at;
	note->text = strdup(text);
	if (!note->text)
		return reason_set(&op->why, -ENOMEM, "Out of memory.");
	op->note_count++;
	return 0;
}

static int note_row(void *ctx, const char *const *columns)
{
	return note_add(ctx, columns[0], strtoll(columns[1], NULL, 10),
			columns[2]);
}

static int notes_keep(struct state_conn *conn, struct op *op)
{
	int rc = 0;
	size_t i;

	for (i = 0; i < op->note_count && rc == 0; i++) {
		struct state_note note = {op->notes[i].name, op->notes[i].at,
					  op->notes[i].text};

		rc = state_sql_note_keep(conn, op->writer, &note, &op->why);
	}
	return rc ? rc : state_sql_notes_trim(conn, &op->why);
}

/* Do one operation inside of the transaction. */
static int op_run(struct state_conn *conn, struct op *op)
{
	int64_t now = now_s();

	switch (op->kind) {
	case OP_GET:
		return state_sql_get(conn, op->name, now, &op->machine,
				     &op->why);
	case OP_BOOT:
		return state_sql_boot(conn, op->name,
				      *op->boot_id ? op->boot_id : NULL,
				      &op->tokens, now, &op->machine, &op->why);
	case OP_SET:
		return state_sql_set(conn, &op->change, now, &op->old,
				     &op->machine, &op->why);
	case OP_CONFIRM:
		return state_sql_confirm(conn, op->token, op->is_ok, now,
					 &op->machine, &op->why);
	case OP_LIST:
		op->list_count = 0;
		return state_sql_list(conn, now, list_row, op, &op->why);
	case OP_KEY_ADD:
		return state_sql_key_add(conn, op->name, op->token, now,
					 &op->why);
	case OP_KEY_REMOVE:
		return state_sql_key_remove(conn, op->name, &op->why);
	case OP_KEY_FIND:
		return state_sql_key_find(conn, op->token, &op->key, &op->why);
	case OP_NOTES_KEEP:
		return notes_keep(conn, op);
	case OP_NOTES_READ:
		/* It may be the second attempt. */
		op_free_notes(op);
		return state_sql_notes_read(conn, op->notes_max, note_row, op,
					    &op->why);
	}
	return -EINVAL;
}

/* Do operations in one transaction.  Returns -EIO when it failed as a whole. */
static int batch_run(struct state_conn *conn, struct op **ops, size_t count,
		     struct reason *why)
{
	const struct state_backend *backend = conn->backend;
	size_t i;
	int rc;

	rc = backend->check(conn->db, why);
	if (rc == 0)
		rc = backend->query(conn->db, backend->begin, NULL, 0, NULL,
				    NULL, why);
	for (i = 0; i < count && rc == 0; i++) {
		ops[i]->rc = op_run(conn, ops[i]);
		if (ops[i]->rc == -EIO)
			rc = reason_set(why, -EIO, "%s", ops[i]->why.text);
	}
	if (rc == 0)
		rc = backend->query(conn->db, "COMMIT", NULL, 0, NULL, NULL,
				    why);
	return rc;
}

/* What was committed becomes what memory says. */
static void batch_remember(struct state *state, struct op **ops, size_t count)
{
	size_t i;

	if (!state->mirror)
		return;
	pthread_rwlock_wrlock(&state->mirror_lock);
	for (i = 0; i < count; i++) {
		if (ops[i]->rc == 0 &&
		    (ops[i]->kind == OP_BOOT || ops[i]->kind == OP_SET ||
		     ops[i]->kind == OP_CONFIRM) &&
		    !mirror_put(state, &ops[i]->machine))
			mirror_declare(state, false);
	}
	pthread_rwlock_unlock(&state->mirror_lock);
}

static void batch_finish(struct state *state, struct op **ops, size_t count,
			 int rc, const struct reason *why)
{
	size_t i;

	pthread_mutex_lock(&state->lock);
	if (count && rc == 0)
		state->is_late = false;
	for (i = 0; i < count; i++) {
		if (rc) {
			ops[i]->rc = rc;
			ops[i]->why = *why;
		}
		ops[i]->is_done = true;
		op_put_locked(ops[i]);
	}
	pthread_cond_broadcast(&state->has_result);
	pthread_mutex_unlock(&state->lock);
}

/* A connection works, or does not any more. */
static void worker_mark(struct worker *worker, bool is_up,
			const struct reason *why)
{
	struct state *state = worker->state;
	bool is_news;

	pthread_mutex_lock(&state->lock);
	is_news = state->is_lost_logged == is_up;
	state->is_lost_logged = !is_up;
	pthread_mutex_unlock(&state->lock);
	if (is_news && is_up)
		log_line(LOG_NOTICE, "The state is back.");
	else if (is_news)
		log_line(LOG_ERR,
			 "%s Until it is back, machines get the "
			 "answer \"%s\".",
			 why->text, intent_name(state->options.lost));
}

static void worker_disconnect(struct worker *worker, const struct reason *why)
{
	struct state *state = worker->state;
	bool is_last;

	worker->conn.backend->close(worker->conn.db);
	worker->conn.db = NULL;
	pthread_mutex_lock(&state->lock);
	is_last = --state->up == 0;
	pthread_mutex_unlock(&state->lock);
	if (is_last)
		worker_mark(worker, false, why);
}

static void worker_connect(struct worker *worker)
{
	struct state *state = worker->state;
	struct state_conn *conn = &worker->conn;
	struct reason why;
	int rc;

	rc = conn->backend->open(state->options.uri, state->may_create,
				 state->options.wait_ms, &conn->db, &why);
	if (rc == 0) {
		rc = state_sql_migrate(conn, &why);
		if (rc == 0 && state->mirror)
			rc = mirror_load(state, conn, &why);
		if (rc)
			conn->backend->close(conn->db);
	}
	if (rc) {
		conn->db = NULL;
		pthread_mutex_lock(&state->lock);
		rc = (int)state->up;
		pthread_mutex_unlock(&state->lock);
		if (rc == 0)
			worker_mark(worker, false, &why);
		return;
	}
	pthread_mutex_lock(&state->lock);
	state->up++;
	state->is_late = false;
	/* A file that vanishes later is a loss, not a new beginning. */
	if (conn->backend->is_exclusive)
		state->may_create = false;
	pthread_cond_broadcast(&state->has_result);
	pthread_mutex_unlock(&state->lock);
	worker_mark(worker, true, &why);
}

/* Is the database still there?  Asked when nobody asks anything. */
static int worker_probe(struct worker *worker, struct reason *why)
{
	struct state_conn *conn = &worker->conn;
	int rc = conn->backend->check(conn->db, why);

	if (rc == 0)
		rc = conn->backend->query(conn->db, "SELECT 1", NULL, 0, NULL,
					  NULL, why);
	if (rc)
		return rc;
	pthread_mutex_lock(&worker->state->lock);
	worker->state->is_late = false;
	pthread_mutex_unlock(&worker->state->lock);
	return 0;
}

/*
 * Do operations.  A server that was started anew breaks connections that were
 * idle, so they are done again on a new one: each comes to the same when it is
 * done twice.
 */
static int worker_batch(struct worker *worker, struct op **ops, size_t count,
			struct reason *why)
{
	struct state_conn *conn = &worker->conn;
	int rc = batch_run(conn, ops, count, why);

	if (rc == 0 || conn->backend->is_exclusive)
		return rc;
	worker_disconnect(worker, why);
	worker_connect(worker);
	return conn->db ? batch_run(conn, ops, count, why) : rc;
}

/* Serve until there is nothing to do and an end of it is wanted. */
static void *worker_run(void *ctx)
{
	struct worker *worker = ctx;
	struct state *state = worker->state;
	struct op *ops[BATCH_MAX];
	struct reason why;
	size_t count;
	int rc;

	for (;;) {
		bool is_stopping;

		if (!worker->conn.db)
			worker_connect(worker);
		count = queue_take(state, ops,
				   worker->conn.db ? worker->conn.backend->batch
						   : BATCH_MAX,
				   RETRY_MS);
		rc = reason_set(&why, -EIO, "The state is lost.");
		if (worker->conn.db)
			rc = count ? worker_batch(worker, ops, count, &why)
				   : worker_probe(worker, &why);
		if (worker->conn.db && rc)
			worker_disconnect(worker, &why);
		else if (rc == 0)
			batch_remember(state, ops, count);
		batch_finish(state, ops, count, rc, &why);
		pthread_mutex_lock(&state->lock);
		is_stopping = state->is_stopping && !state->first;
		pthread_mutex_unlock(&state->lock);
		if (is_stopping)
			return NULL;
	}
}

/* Opening and closing. */

static const struct state_backend *backend_find(const char *uri)
{
	static const struct state_backend *const backends[] = {
		&state_sqlite,
		&state_postgres,
	};
	size_t i;

	for (i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		if (strncmp(uri, backends[i]->scheme,
			    strlen(backends[i]->scheme)) == 0)
			return backends[i];
	}
	return NULL;
}

static void state_free(struct state *state)
{
	if (state->mirror)
		mirror_clear(state);
	free(state->mirror);
	free(state->tokens);
	free(state->workers);
	pthread_mutex_destroy(&state->lock);
	pthread_mutex_destroy(&state->token_lock);
	pthread_rwlock_destroy(&state->mirror_lock);
	pthread_cond_destroy(&state->has_work);
	pthread_cond_destroy(&state->has_result);
	free(state);
}

static struct state *state_new(const struct state_options *options,
			       const struct state_backend *backend)
{
	struct state *state = calloc(1, sizeof(*state));
	pthread_condattr_t monotonic;

	if (!state)
		return NULL;
	state->options = *options;
	state->backend = backend;
	state->may_create = true;
	state->last = &state->first;
	pthread_mutex_init(&state->lock, NULL);
	pthread_mutex_init(&state->token_lock, NULL);
	pthread_rwlock_init(&state->mirror_lock, NULL);
	state->mirror_version = 1;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&state->has_work, &monotonic);
	pthread_cond_init(&state->has_result, &monotonic);
	pthread_condattr_destroy(&monotonic);
	state->tokens = calloc(TOKEN_SLOTS, sizeof(*state->tokens));
	state->workers = calloc(backend->threads, sizeof(*state->workers));
	if (backend->is_exclusive)
		state->mirror = calloc(MIRROR_BUCKETS, sizeof(*state->mirror));
	if (!state->tokens || !state->workers ||
	    (backend->is_exclusive && !state->mirror)) {
		state_free(state);
		return NULL;
	}
	return state;
}

static int workers_start(struct state *state)
{
	unsigned int i;
	int rc;

	for (i = 0; i < state->backend->threads; i++) {
		struct worker *worker = &state->workers[i];

		worker->state = state;
		worker->conn.backend = state->backend;
		worker->conn.options = &state->options;
		rc = pthread_create(&worker->thread, NULL, worker_run, worker);
		if (rc)
			return -rc;
		state->worker_count++;
	}
	return 0;
}

/* Wait for what is no boot longer than for one. */
static unsigned int change_wait_ms(const struct state *state)
{
	return state->options.wait_ms > 5000 ? state->options.wait_ms : 5000;
}

/*
 * Give the database time to be there before the first machine asks: a start on
 * a busy machine is no reason for the safe answer, a refusal ends the waiting.
 */
static void wait_for_first(struct state *state)
{
	struct timespec end = deadline_in(change_wait_ms(state));
	int rc = 0;

	pthread_mutex_lock(&state->lock);
	while (!state->up && !state->is_lost_logged && rc == 0)
		rc = pthread_cond_timedwait(&state->has_result, &state->lock,
					    &end);
	pthread_mutex_unlock(&state->lock);
}

int state_open(const struct state_options *options, struct state **ret_state,
	       struct reason *why)
{
	const struct state_backend *backend;
	struct state *state;
	int rc;

	if (strcmp(options->uri, "off") == 0) {
		*ret_state = NULL;
		return 0;
	}
	backend = backend_find(options->uri);
	if (!backend)
		return reason_set(why, -EINVAL,
				  "The state is to be sqlite:/FILE, "
				  "postgresql://... or off.");
	state = state_new(options, backend);
	if (!state)
		return reason_set(why, -ENOMEM, "Out of memory.");
	rc = workers_start(state);
	if (rc) {
		state_close(state);
		return reason_set(why, rc, "Could not start a thread: %s.",
				  strerror(-rc));
	}
	wait_for_first(state);
	*ret_state = state;
	return 0;
}

void state_close(struct state *state)
{
	unsigned int i;

	if (!state)
		return;
	pthread_mutex_lock(&state->lock);
	state->is_stopping = true;
	pthread_cond_broadcast(&state->has_work);
	pthread_mutex_unlock(&state->lock);
	for (i = 0; i < state->worker_count; i++) {
		pthread_join(state->workers[i].thread, NULL);
		state->backend->close(state->workers[i].conn.db);
	}
	state_free(state);
}

bool state_is_well(struct state *state)
{
	bool is_well;

	if (!state)
		return true;
	pthread_mutex_lock(&state->lock);
	is_well = state->up && !state->is_late;
	pthread_mutex_unlock(&state->lock);
	return is_well;
}

/* Asking. */

static void state_blank(const char *name, struct machine_state *ret_state)
{
	memset(ret_state, 0, sizeof(*ret_state));
	if (strlen(name) < STATE_NAME_BYTES)
		strcpy(ret_state->name, name);
}

/* The configured safe answer. */
static void state_lost(struct state *state, const char *name,
		       struct machine_state *ret_state)
{
	state_blank(name, ret_state);
	ret_state->effective = state->options.lost;
	ret_state->is_lost = true;
}

/* From the database, or the safe answer. */
static void state_ask(struct state *state, struct op *op, const char *name,
		      struct machine_state *ret_state)
{
	if (op && op_do(state, op, state->options.wait_ms) == 0)
		*ret_state = op->machine;
	else
		state_lost(state, name, ret_state);
	if (op)
		op_put(state, op);
}

void state_get(struct state *state, const char *name,
	       struct machine_state *ret_state)
{
	struct op *op;

	state_blank(name, ret_state);
	if (!state || !is_name(name) || mirror_get(state, name, ret_state))
		return;
	op = op_new(OP_GET);
	if (op)
		strcpy(op->name, name);
	state_ask(state, op, name, ret_state);
}

bool state_has_none(struct state *state, uint32_t hash)
{
	return !state ||
	       (state->mirror && mirror_has_none(state, hash % MIRROR_BUCKETS));
}

/* A fresh token, and the one of the machine's current attempt.  0 or -errno. */
static int tokens_prepare(struct state *state, const char *name,
			  struct boot_tokens *ret_tokens)
{
	struct token_slot *slot = &state->tokens[name_hash(name) % TOKEN_SLOTS];

	pthread_mutex_lock(&state->token_lock);
	if (strcmp(slot->name, name) == 0) {
		strcpy(ret_tokens->given, slot->token);
		ret_tokens->given_serial = slot->serial;
	}
	pthread_mutex_unlock(&state->token_lock);
	return token_make(ret_tokens->fresh);
}

static void token_remember(struct state *state,
			   const struct machine_state *machine)
{
	struct token_slot *slot =
		&state->tokens[name_hash(machine->name) % TOKEN_SLOTS];

	pthread_mutex_lock(&state->token_lock);
	strcpy(slot->name, machine->name);
	slot->serial = machine->serial;
	strcpy(slot->token, machine->token);
	pthread_mutex_unlock(&state->token_lock);
}

void state_boot(struct state *state, const char *name, const char *boot_id,
		struct machine_state *ret_state)
{
	struct op *op;

	state_get(state, name, ret_state);
	if (!state || ret_state->is_lost ||
	    (ret_state->effective != INTENT_INSTALL &&
	     !(ret_state->intent == INTENT_INSTALL &&
	       ret_state->outcome <= OUTCOME_STARTED)))
		return;
	op = op_new(OP_BOOT);
	if (op) {
		strcpy(op->name, name);
		if (boot_id && strlen(boot_id) < sizeof(op->boot_id))
			strcpy(op->boot_id, boot_id);
		if (tokens_prepare(state, name, &op->tokens)) {
			op_put(state, op);
			op = NULL;
		}
	}
	state_ask(state, op, name, ret_state);
	if (ret_state->token[0])
		token_remember(state, ret_state);
}

/* Do the operation; its reason, and its end, are the caller's. */
static int state_change_do(struct state *state, struct op *op,
			   struct reason *why)
{
	int rc = op_do(state, op, change_wait_ms(state));

	if (rc == -ETIMEDOUT)
		return reason_set(why, rc,
				  "The database of the state does not answer; "
				  "try again.");
	if (rc)
		*why = op->why;
	return rc;
}

static int state_off(struct reason *why)
{
	return reason_set(why, -EIO,
			  "No state is kept (state = off), so nothing can be "
			  "set.");
}

static int change_check(const struct state_change *change, struct reason *why)
{
	if (!is_name(change->name))
		return reason_set(why, -EINVAL,
				  "A machine's name is made of letters, "
				  "digits and . - _ : @ +.");
	if (change->profile && *change->profile && !is_name(change->profile))
		return reason_set(why, -EINVAL,
				  "A profile's name is made of letters, "
				  "digits and . - _ : @ +.");
	if ((change->label && !is_text(change->label)) ||
	    (change->by && !is_text(change->by)))
		return reason_set(why, -EINVAL,
				  "A label is one line of at most %d bytes.",
				  STATE_NAME_BYTES - 1);
	if ((unsigned int)change->intent >= INTENT_WAIT)
		return reason_set(why, -EINVAL, "There is no such intent.");
	if ((change->intent == INTENT_INSTALL ||
	     change->intent == INTENT_RUN) &&
	    !(change->profile && *change->profile))
		return reason_set(why, -EINVAL, "%s needs a profile.",
				  intent_name(change->intent));
	return 0;
}

/* Copy what the operation needs, as its thread may outlive the caller. */
static void op_take_change(struct op *op, const struct state_change *change)
{
	op->change = *change;
	strcpy(op->name, change->name);
	op->change.name = op->name;
	if (change->profile)
		op->change.profile = strcpy(op->profile, change->profile);
	if (change->label)
		op->change.label = strcpy(op->label, change->label);
	if (change->by)
		op->change.by = strcpy(op->by, change->by);
}

int state_set(struct state *state, const struct state_change *change,
	      struct machine_state *ret_old, struct machine_state *ret_new,
	      struct reason *why)
{
	struct op *op;
	int rc;

	rc = change_check(change, why);
	if (rc)
		return rc;
	if (!state)
		return state_off(why);
	op = op_new(OP_SET);
	if (!op)
		return reason_set(why, -ENOMEM, "Out of memory.");
	op_take_change(op, change);
	rc = state_change_do(state, op, why);
	if (rc == 0 && ret_old)
		*ret_old = op->old;
	if (rc == 0 && ret_new)
		*ret_new = op->machine;
	op_put(state, op);
	return rc;
}

int state_confirm(struct state *state, const char *token, bool is_ok,
		  struct machine_state *ret_state, struct reason *why)
{
	struct op *op;
	int rc;

	if (!state || !token_is_valid(token))
		return reason_set(why, -ENOENT,
				  "This token is not valid, or no longer.");
	op = op_new(OP_CONFIRM);
	if (!op)
		return reason_set(why, -ENOMEM, "Out of memory.");
	strcpy(op->token, token);
	op->is_ok = is_ok;
	rc = state_change_do(state, op, why);
	if (rc == 0 && ret_state)
		*ret_state = op->machine;
	op_put(state, op);
	return rc;
}

int state_list(struct state *state, struct machine_state **ret_list,
	       size_t *ret_count, struct reason *why)
{
	struct op *op;
	int rc;

	if (!state) {
		*ret_list = NULL;
		*ret_count = 0;
		return 0;
	}
	op = op_new(OP_LIST);
	if (!op)
		return reason_set(why, -ENOMEM, "Out of memory.");
	rc = state_change_do(state, op, why);
	if (rc == 0) {
		*ret_list = op->list;
		*ret_count = op->list_count;
		op->list = NULL;
	}
	op_put(state, op);
	return rc;
}

/* Texts about machines. */

int state_notes_keep(struct state *state, const char *writer,
		     const struct state_note *notes, size_t count,
		     struct reason *why)
{
	struct op *op = op_new(OP_NOTES_KEEP);
	int rc = op ? 0 : -ENOMEM;
	size_t i;

	if (op)
		snprintf(op->writer, sizeof(op->writer), "%s", writer);
	for (i = 0; i < count && rc == 0; i++)
		rc = note_add(op, notes[i].name, notes[i].at, notes[i].text);
	if (rc)
		reason_set(why, rc, "Out of memory.");
	else
		rc = state_change_do(state, op, why);
	if (op)
		op_put(state, op);
	return rc;
}

int state_notes_read(struct state *state, unsigned int max,
		     void (*take)(void *ctx, const struct state_note *note),
		     void *ctx, struct reason *why)
{
	struct op *op = op_new(OP_NOTES_READ);
	size_t i;
	int rc;

	if (!op)
		return reason_set(why, -ENOMEM, "Out of memory.");
	op->notes_max = max;
	rc = state_change_do(state, op, why);
	for (i = 0; i < op->note_count && rc == 0; i++) {
		struct state_note note = {op->notes[i].name, op->notes[i].at,
					  op->notes[i].text};

		take(ctx, &note);
	}
	op_put(state, op);
	return rc;
}

/* Tokens of the API. */

static int key_do(struct state *state, enum op_kind kind, const char *name,
		  const char *token, char ret_name[STATE_NAME_BYTES],
		  struct reason *why)
{
	struct op *op;
	int rc;

	if (!state)
		return state_off(why);
	op = op_new(kind);
	if (!op)
		return reason_set(why, -ENOMEM, "Out of memory.");
	strcpy(op->name, name);
	strcpy(op->token, token);
	rc = state_change_do(state, op, why);
	if (rc == 0 && ret_name)
		strcpy(ret_name, op->key.name);
	op_put(state, op);
	return rc;
}

int state_key_make(struct state *state, const char *name,
		   char ret_token[STATE_TOKEN_BYTES], struct reason *why)
{
	char token[TOKEN_BYTES];
	int rc;

	if (!is_name(name))
		return reason_set(why, -EINVAL,
				  "A token's name is made of letters, digits "
				  "and . - _ : @ +.");
	rc = token_make(token);
	if (rc)
		return reason_set(why, rc, "No random numbers: %s.",
				  strerror(-rc));
	rc = key_do(state, OP_KEY_ADD, name, token, NULL, why);
	if (rc == 0)
		strcpy(ret_token, token);
	return rc;
}

int state_key_remove(struct state *state, const char *name, struct reason *why)
{
	if (!is_name(name))
		return reason_set(why, -ENOENT, "There is no such token.");
	return key_do(state, OP_KEY_REMOVE, name, "", NULL, why);
}

int state_key_check(struct state *state, const char *token,
		    char ret_name[STATE_NAME_BYTES], struct reason *why)
{
	if (!token_is_valid(token))
		return reason_set(why, -ENOENT, "This token is not valid.");
	return key_do(state, OP_KEY_FIND, "", token, ret_name, why);
}
