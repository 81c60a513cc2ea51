/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Range and If-None-Match: a range lies inside of the file. */
#include "conditional.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t file, first = 0, len = 0;
	char *text;

	if (size < sizeof(file))
		return 0;
	memcpy(&file, data, sizeof(file));
	text = fuzz_text(data + sizeof(file), size - sizeof(file));
	if (range_parse(text, file, &first, &len) == RANGE_PART &&
	    (len == 0 || first >= file || len > file - first))
		abort();
	etag_is_listed(text, "\"1-2-3\"");
	free(text);
	return 0;
}
