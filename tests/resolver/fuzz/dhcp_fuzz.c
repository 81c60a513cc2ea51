/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP replies and boot files, as unloop doctor reads them. */
#include "cli/bootfile.h"
#include "cli/dhcp_packet.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct bootfile file;
	struct dhcp_reply reply;
	char text[128];

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (dhcp_parse(copy, size, &reply) == 0 &&
	    (strlen(reply.file) >= sizeof(reply.file) ||
	     strlen(reply.vendor_class) >= sizeof(reply.vendor_class)))
		abort();
	bootfile_recognise(copy, size, &file);
	bootfile_describe(&file, text, sizeof(text));
	free(copy);
	return 0;
}
