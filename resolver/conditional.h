/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Range and If-None-Match, as far as static files need them. */
#ifndef RESOLVER_CONDITIONAL_H
#define RESOLVER_CONDITIONAL_H

#include <stdbool.h>
#include <stdint.h>

/* What a Range header asks for. */
enum range_kind {
	RANGE_WHOLE,  /* no range that is understood: send everything */
	RANGE_PART,   /* one range, as in the outputs */
	RANGE_BEYOND, /* a range outside of the file: 416 */
};

/*
 * Understand a Range header (RFC 9110 14.1.2 and 14.2) for a file of size
 * bytes: one range of "bytes", "a-b", "a-" or "-n".  Anything else, several
 * ranges too, asks for the whole.  The outputs, offset and length in bytes,
 * are set for RANGE_PART only.
 */
enum range_kind range_parse(const char *header, uint64_t size,
			    uint64_t *ret_first, uint64_t *ret_len);

/*
 * Is the entity tag, with its quotes, in a list of tags (RFC 9110 13.1.2,
 * weak comparison), or the list "*"?
 */
bool etag_is_listed(const char *list, const char *etag);

#endif
