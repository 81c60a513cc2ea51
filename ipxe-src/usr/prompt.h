/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Ask for a key. */
#ifndef USR_PROMPT_H
#define USR_PROMPT_H

/* Show TEXT, wait TIMEOUT_MS (0: for ever) for a key, wipe TEXT. KEY 0 takes
 * any. Returns 0, -ETIMEDOUT, or -ECANCELED if it was another key. */
int prompt(const char *text, unsigned long timeout_ms, int key);

/* The same, but for any key: returns it, or -ETIMEDOUT. */
int prompt_key(const char *text, unsigned long timeout_ms);

#endif
