/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which serial line the firmware means for a console. */
#include <errno.h>

#include "core/acpi.h"
#include "core/spcr.h"

#define SPCR_LEN       80 /* of revision 1 and 2 */
#define SPCR_INTERFACE 36
#define SPCR_SPACE     40 /* generic address: kind of address space */
#define SPCR_ADDRESS   44 /* and the address, 64 bits */
#define SPCR_BAUD      58

/* Kinds of UART that are like the 16550. */
#define INTERFACE_16550	    0
#define INTERFACE_16450	    1
#define INTERFACE_16550_GAS 0x12

#define SPACE_IO 1

int spcr_find(struct spcr *ret)
{
	static const struct {
		uint8_t code;
		uint32_t speed;
	} speeds[] = {
		{0, 0}, {3, 9600}, {4, 19200}, {6, 57600}, {7, 115200},
	};
	const uint8_t *table;
	uint64_t address;
	size_t len, i;

	table = acpi_find("SPCR", 0, &len);
	if (!table || len < SPCR_LEN)
		return -ENOENT;
	address = get_le64(table + SPCR_ADDRESS);
	if ((table[SPCR_INTERFACE] != INTERFACE_16550 &&
	     table[SPCR_INTERFACE] != INTERFACE_16450 &&
	     table[SPCR_INTERFACE] != INTERFACE_16550_GAS) ||
	    table[SPCR_SPACE] != SPACE_IO || !address || address > 0xfff8)
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(speeds); i++) {
		if (speeds[i].code == table[SPCR_BAUD]) {
			ret->port = (uint16_t)address;
			ret->speed = speeds[i].speed;
			return 0;
		}
	}
	return -ENOENT;
}
