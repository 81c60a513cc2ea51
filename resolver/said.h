/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a machine said about itself, in as few bytes as it takes. */
#ifndef RESOLVER_SAID_H
#define RESOLVER_SAID_H

#include <stddef.h>

/* The texts, in their order. */
enum said {
	SAID_CLIENT, /* the address it asked from */
	SAID_MAC,    /* as facts.mac_name */
	SAID_UUID,   /* as facts.uuid_name */
	SAID_SERIAL,
	SAID_PRODUCT,
	SAID_PLATFORM,
	SAID_VERSION,
	SAID_COUNT
};

/* Room for each of them with its NUL; what is longer is cut. */
#define SAID_CLIENT_BYTES   64
#define SAID_MAC_BYTES	    64
#define SAID_UUID_BYTES	    40
#define SAID_SERIAL_BYTES   64
#define SAID_PRODUCT_BYTES  64
#define SAID_PLATFORM_BYTES 16
#define SAID_VERSION_BYTES  32

/* Room for all of them. */
#define SAID_BYTES                                                             \
	(SAID_CLIENT_BYTES + SAID_MAC_BYTES + SAID_UUID_BYTES +                \
	 SAID_SERIAL_BYTES + SAID_PRODUCT_BYTES + SAID_PLATFORM_BYTES +        \
	 SAID_VERSION_BYTES)

/*
 * Put them one behind the other, each with a NUL behind it, control characters
 * as spaces.  One that is NULL is taken from old, which was packed before, and
 * is "" where old is NULL, too.  Returns how many bytes they take.
 */
size_t said_pack(const char *const texts[SAID_COUNT], const char *old,
		 char ret_packed[SAID_BYTES]);

/* Find them again. */
void said_unpack(const char *packed, const char *ret_texts[SAID_COUNT]);

#endif
