/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which serial line: what the settings com-port and com-speed say, else the
 * ACPI table SPCR, else the configuration. */
#include "config/console.h"
#include "config/serial.h"
#include "core/console.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/settings.h"
#include "core/spcr.h"
#include "platform/bios/serial.h"

SELECT_IF(SERIAL_CHOICE);

/* How often the settings are looked at. */
#define LOOK_US 250000

static const struct setting com_port_setting = {
	"com-port", "I/O port of the serial console", 0, &setting_type_uint16,
	NULL};
TABLE_REGISTER(settings, com_port_setting);

static const struct setting com_speed_setting = {"com-speed",
						 "Speed of the serial console",
						 0, &setting_type_uint32, NULL};
TABLE_REGISTER(settings, com_speed_setting);

static struct serial_line chosen = {COMCONSOLE, COMSPEED};

void serial_choose(struct serial_line *line)
{
	static bool has_looked;
	struct spcr spcr;

	if (!has_looked) {
		has_looked = true;
		if (!spcr_find(&spcr)) {
			chosen.port = spcr.port;
			if (spcr.speed)
				chosen.speed = spcr.speed;
		}
	}
	*line = chosen;
}

/* Obey the settings when they change. */
static bool serial_look(void)
{
	static uint64_t next_us;
	static unsigned long seen_port, seen_speed;
	unsigned long port = 0, speed = 0;

	if (platform_time_us() < next_us)
		return false;
	next_us = platform_time_us() + LOOK_US;
	settings_fetch_uint(NULL, &com_port_setting, &port);
	settings_fetch_uint(NULL, &com_speed_setting, &speed);
	if (port == seen_port && speed == seen_speed)
		return false;
	seen_port = port;
	seen_speed = speed;
	if (speed > SERIAL_CLOCK || (speed && SERIAL_CLOCK / speed > 0xffff) ||
	    port > 0xfff8) {
		console_printf("The serial console stays as it is: com-port or "
			       "com-speed is impossible\n");
		return false;
	}
	if (port)
		chosen.port = (uint16_t)port;
	if (speed)
		chosen.speed = (uint32_t)speed;
	serial_reopen();
	return false;
}

static const struct poller serial_look_poller = {
	.poll = serial_look,
};
TABLE_REGISTER(pollers, serial_look_poller);
