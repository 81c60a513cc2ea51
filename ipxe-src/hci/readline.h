/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Read a line that a person edits. */
#ifndef HCI_READLINE_H
#define HCI_READLINE_H

#include "core/compiler.h"

#define READLINE_MAX 512 /* bytes of a line, with its NUL */

/* A line being edited. */
struct editline {
	char text[READLINE_MAX]; /* terminated */
	size_t len;
	size_t cursor; /* 0 to len: the next character goes here */
};

/* Make TEXT the line, the cursor behind it; what does not fit is cut. */
void editline_set(struct editline *line, const char *text);

/* Apply KEY (a character, control character or KEY_...). Returns whether the
 * line or the cursor changed. */
bool editline_key(struct editline *line, int key);

/* Ask for a line behind PROMPT. Arrows up and down go through the lines
 * entered before. Returns 0 and the line in LINE, or -ECANCELED on Ctrl-C. */
int readline(const char *prompt, struct editline *line);

/* Let a person edit what is in LINE, behind PROMPT; stars are shown if
 * IS_SECRET. Returns 0, -ECANCELED on Ctrl-C, or -ETIMEDOUT if TIMEOUT_MS
 * (negative: never) pass without a key. */
int readline_edit(const char *prompt, struct editline *line, bool is_secret,
		  int timeout_ms);

#endif
