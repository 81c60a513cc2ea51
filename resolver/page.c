/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The web page: one file of HTML, compiled in. */
#include "page.h"

#include <errno.h>
#include <string.h>

#include "token.h"

/* What stands in page.html where the nonce goes. */
#define NONCE "@@@@@@@@@@@@@ NONCE @@@@@@@@@@@@"

/* resolver/page.html, by the assembler; build.mk names the dependency. */
__asm__(".section .rodata\n"
	"page_html: .incbin \"resolver/page.html\"\n"
	"page_html_end: .byte 0\n"
	".previous\n");

extern const char page_html[];
extern const char page_html_end[];

static void nonce_put(char *text, const char *nonce)
{
	/* The mark is as long as a nonce. */
	while ((text = strstr(text, NONCE))) {
		memcpy(text, nonce, strlen(NONCE));
		text += strlen(NONCE);
	}
}

int page_format(struct arena *arena, const char **ret_text, size_t *ret_len,
		const char **ret_policy)
{
	size_t len = (size_t)(page_html_end - page_html);
	char nonce[TOKEN_BYTES];
	const char *policy;
	char *text;

	if (token_make(nonce))
		return -ENOMEM;
	text = arena_strndup(arena, page_html, len);
	policy = arena_format(arena,
			      "default-src 'none'; connect-src 'self'; "
			      "script-src 'nonce-%s'; style-src 'nonce-%s'; "
			      "base-uri 'none'; form-action 'none'; "
			      "frame-ancestors 'none'",
			      nonce, nonce);
	if (!text || !policy)
		return -ENOMEM;
	nonce_put(text, nonce);
	*ret_text = text;
	*ret_len = len;
	*ret_policy = policy;
	return 0;
}
