/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Random secrets: making, hashing, comparing; never logged. */
#ifndef RESOLVER_TOKEN_H
#define RESOLVER_TOKEN_H

#include <stdbool.h>

/* Room for 128 random bits in lower-case hexadecimal, with the NUL. */
#define TOKEN_BYTES 33

/* Room for a SHA-256 in lower-case hexadecimal, with the NUL. */
#define TOKEN_HASH_BYTES 65

/* Write a new token from the kernel's random numbers.  0 or -errno. */
int token_make(char ret_token[TOKEN_BYTES]);

/* Does the text have the form of a token? */
bool token_is_valid(const char *text);

/* Write the hash under which a token is stored (FIPS 180-4 SHA-256). */
void token_hash(const char *token, char ret_hash[TOKEN_HASH_BYTES]);

/* Are two hashes equal?  Takes the same time whatever they are. */
bool token_hash_is_equal(const char *a, const char *b);

#endif
