/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A site, compiled: what requests are answered from; never changes. */
#ifndef RESOLVER_SNAPSHOT_H
#define RESOLVER_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "facts.h"
#include "reason.h"
#include "rules.h"
#include "site.h"
#include "table.h"
#include "template.h"

/* No such profile, machine, ...: where an index is expected. */
#define SNAPSHOT_NONE UINT32_MAX

/* Names that are neither facts nor variables; values come from resolve(). */
enum builtin {
	BUILTIN_NAME = FACT_COUNT, /* the machine's name in the site */
	BUILTIN_PROFILE,	   /* the profile that the script is of */
	BUILTIN_TOKEN,		   /* the one-time token of an install */
	BUILTIN_CONFIRM,	   /* the URL that confirms with it */
	BUILTIN_END
};

/* What happens to machines that neither files nor rules know. */
enum unknown_policy {
	UNKNOWN_DEFAULT,    /* the default profile or script */
	UNKNOWN_DENY,	    /* 404 */
	UNKNOWN_MENU,	    /* a menu of profiles */
	UNKNOWN_QUARANTINE, /* a script that waits for somebody's decision */
};

/* Where something was written. */
struct place {
	/* File, relative to the site; lives as long as the snapshot. */
	const char *file;
	/* Line from 1, or 0 for the file as a whole. */
	uint32_t line;
};

/* A variable of the site, a profile, a rule or a machine. */
struct variable {
	/* Its value, which may have {{name}} in it. */
	const char *value;
	/* Its name, as an index of snapshot.names. */
	uint32_t name;
	/* Line in the file of what it belongs to. */
	uint32_t line;
};

/* A stretch of one of the snapshot's arrays. */
struct stretch {
	uint32_t first;
	uint32_t count;
};

/* One entry of a profile list. */
struct profile_ref {
	/* Index of the profile. */
	uint32_t profile;
	/* Was it written ~name, which takes the profile out? */
	bool is_removal;
};

/* A profile: a script, variables, or both. */
struct profile {
	const char *name;
	/* The script, or NULL where there are variables only. */
	const struct template *script;
	/* Where the script is; its file is NULL without one. */
	struct place place;
	/* File of its variables, or NULL. */
	const char *vars_file;
	/* Stretch of variables. */
	struct stretch vars;
	/* Stretch of refs: profiles that come in front of this one. */
	struct stretch parents;
};

/* A machine of hosts.d. */
struct machine {
	const char *name;
	/* File, as an index of snapshot.files. */
	uint32_t file;
	uint32_t line;
	/* Stretches of evidence (identity.h), variables and profile refs. */
	uint32_t evidence_first;
	uint32_t vars_first;
	struct stretch profiles;
	uint16_t evidence_count;
	uint16_t vars_count;
	/* Does somebody want it not to boot from here? */
	bool is_disabled;
};

/* One thing that a machine is known by. */
struct evidence {
	/* Hash of its value. */
	uint32_t hash;
	/* The machine. */
	uint32_t machine;
	/* Next evidence with the same value, or SNAPSHOT_NONE. */
	uint32_t next;
	/* Line in the machine's file. */
	uint32_t line;
	/* Machines that share this value; counted at the first one only. */
	uint16_t sharers;
	/* The fact that it is compared with. */
	uint8_t fact;
	/* Is it a condition rather than a way to find the machine? */
	bool is_condition;
	/* Length of the value; see evidence_value(). */
	uint8_t len;
	union {
		/* The normalised value, if that is short, as MACs are. */
		char bytes[8];
		/* Else where in snapshot.pool it is. */
		uint32_t offset;
	};
};

/* A rule of rules.d, in order. */
struct rule {
	const char *name;
	struct place place;
	/* Stretches of conditions, variables and profile refs. */
	struct stretch conditions;
	struct stretch vars;
	struct stretch profiles;
};

/* A script that is found by its file's name. */
struct dropin {
	/* What it answers: "mac:52-54-..", "uuid:..", "host:..", "serial:..",
	 * or a bare file name for default.ipxe and autoexec.ipxe. */
	const char *key;
	/* The file, relative to the site. */
	const char *file;
	/* The script, or NULL when the file is wrong. */
	const struct template *script;
	/* Then this says why. */
	const char *error;
};

/* A setting of site.conf. */
struct setting {
	const char *key;
	const char *value;
	uint32_t line;
};

/*
 * The compiled site.  Everything in it belongs to it; snapshot_free() frees
 * it.  Arrays are plain and counted; indices are 32 bits wide.
 */
struct snapshot {
	/* Number of the load that made it, from 1; 0 before it is served. */
	uint64_t generation;
	/* Users of it, counted by live.c under its lock. */
	unsigned int users;
	/* Small things: templates, names. */
	struct arena arena;
	/* Texts of configuration files, which values point into. */
	char **texts;
	uint32_t text_count;
	/* Names of configuration files. */
	const char **files;
	uint32_t file_count;
	/* Directories that files were read from, absolute, for watching. */
	char **folders;
	uint32_t folder_count;
	/* Names of facts, built-ins and variables; the first FACT_COUNT are
	 * the facts. */
	const char **names;
	uint32_t name_count;
	struct table name_table;
	struct machine *machines;
	uint32_t machine_count;
	struct table machine_table;
	struct evidence *evidence;
	uint32_t evidence_count;
	struct table evidence_table;
	char *pool;
	size_t pool_len;
	struct variable *vars;
	uint32_t var_count;
	struct profile *profiles;
	uint32_t profile_count;
	struct table profile_table;
	struct profile_ref *refs;
	uint32_t ref_count;
	struct rule *rules;
	uint32_t rule_count;
	struct condition *conditions;
	uint32_t condition_count;
	struct dropin *dropins;
	uint32_t dropin_count;
	struct table dropin_table;
	struct setting *settings;
	uint32_t setting_count;
	/* Variables and profiles of site.conf, for all machines. */
	struct stretch site_vars;
	struct stretch site_profiles;
	/* Answers for machines that are not known or not to boot: profiles,
	 * or SNAPSHOT_NONE. */
	enum unknown_policy unknown;
	uint32_t default_profile;
	uint32_t quarantine_profile;
	uint32_t disabled_profile;
	uint32_t local_profile;
	/* Are disabled machines refused rather than sent to their disk? */
	bool is_disabled_denied;
	/* Refs of the profiles that the menu for unknown machines offers. */
	struct stretch menu;
	/* Further placeholders, normalised. */
	const char **placeholders;
	uint32_t placeholder_count;
	/* Does an answer depend on the client's address? */
	bool uses_client;
};

/* What is wrong in a site, as the loader tells it. */
struct load_report {
	/*
	 * Called for each mistake; sentence names file and line.  One that is
	 * not fatal concerns a single drop-in script, whose machine gets an
	 * error for an answer.  May be NULL.
	 */
	void (*tell)(void *ctx, bool is_fatal, const char *sentence);
	void *ctx;
	/* Fatal errors so far. */
	unsigned int errors;
	/* The first of them. */
	struct reason first;
};

/*
 * Compile a site.  Returns 0, or a negative errno when there was an error,
 * each of which went to the report; *ret_snapshot is then untouched.
 */
int snapshot_load(const struct site *site, struct load_report *report,
		  struct snapshot **ret_snapshot);

/*
 * Return the key of a drop-in script by its file's name, in hosts/ or, with
 * is_top, beside it, where only names with a prefix count; NULL for a name
 * that no request is answered from, or when memory is used up.
 */
const char *dropin_key(const char *name, bool is_top, struct arena *arena);

/* Return the key of a machine's UUID, for either byte order, or NULL. */
const char *dropin_uuid_key(const char *uuid, struct arena *arena);

/* Free it; NULL is accepted. */
void snapshot_free(struct snapshot *snapshot);

/* Return the value of a setting of site.conf, or NULL. */
const char *snapshot_setting(const struct snapshot *snapshot, const char *key);

/* Return the normalised value of an evidence, evidence->len bytes. */
static inline const char *evidence_value(const struct snapshot *snapshot,
					 const struct evidence *evidence)
{
	return evidence->len <= sizeof(evidence->bytes)
		       ? evidence->bytes
		       : snapshot->pool + evidence->offset;
}

/* Return the index of the name (len bytes), or SNAPSHOT_NONE. */
uint32_t snapshot_find_name(const struct snapshot *snapshot, const char *name,
			    size_t len);

/* Return the index of a profile, or SNAPSHOT_NONE. */
uint32_t snapshot_find_profile(const struct snapshot *snapshot,
			       const char *name, size_t len);

/* Return the machine of that name, or NULL. */
const struct machine *snapshot_find_machine(const struct snapshot *snapshot,
					    const char *name);

/* Return the drop-in script of that key, or NULL. */
const struct dropin *snapshot_find_dropin(const struct snapshot *snapshot,
					  const char *key);

#endif
