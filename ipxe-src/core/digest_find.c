/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which digests are built in. */
#include <string.h>

#include "core/digest.h"

const struct digest *digest_find(const char *name)
{
	const struct digest *digest;

	for_each_table_entry(digest, digests) {
		if (!strcmp(digest->name, name))
			return digest;
	}
	return NULL;
}
