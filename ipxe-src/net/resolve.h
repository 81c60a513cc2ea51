/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* From the host of a URI to an address. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "lwip/ip_addr.h"

#include "core/compiler.h"
#include "core/list.h"
#include "core/table.h"

struct resolver;

/* One question. Embedded by whoever asks; resolve_start() fills it in. */
struct resolve {
	const char *name; /* the caller's; must live until the end */
	ip_addr_t addr;	  /* the answer */
	int rc;		  /* -EINPROGRESS, 0 (addr is valid) or -errno */
	const struct resolver *resolver; /* that was asked; NULL: none */
	/* The resolver's own. */
	struct list_head list; /* among the questions that are open */
	unsigned int serial;   /* of the present attempt */
	uint64_t begin_us;     /* of the whole question */
	uint64_t attempt_us;   /* of the present attempt */
	bool is_answered;      /* the attempt is over, addr 0 if in vain */
	unsigned int search;   /* next entry of the search list */
	bool is_plain;	       /* the name is asked as it stands */
	uint8_t type;	     /* of record that is asked for, as lwIP names it */
	bool is_ipv4_wanted; /* by IPv6 it was in vain */
};

/* A way to resolve names. Table "resolvers"; one is enough. */
struct resolver {
	void (*start)(struct resolve *resolve);
	void (*poll)(struct resolve *resolve); /* sets rc when it is over */
	void (*stop)(struct resolve *resolve);
};

TABLE_DECLARE(resolvers, const struct resolver);

/* Where else than in ${domain} names are looked for. Table "dns_searches". */
struct dns_search {
	/* Domain number INDEX into BUF; 0, or -ENOENT: there are no more. */
	int (*find)(unsigned int index, char *buf, size_t len);
};

TABLE_DECLARE(dns_searches, const struct dns_search);

/* Ask for NAME, which may be an address (net/address.h). Never waits. */
void resolve_start(struct resolve *resolve, const char *name);

/* Is there an answer? Returns -EINPROGRESS, 0 or -errno with a sentence. */
int resolve_poll(struct resolve *resolve);

/* Forget the question; harmless if it is over or was never asked (zeroed). */
void resolve_stop(struct resolve *resolve);

#endif
