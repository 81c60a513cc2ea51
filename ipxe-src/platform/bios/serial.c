/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The serial console: a 16550 UART, with COMDATA, COMPARITY and COMSTOP.
 *
 * Its port and speed are COMCONSOLE and COMSPEED unless serial_choice.c is
 * linked and knows better.
 *
 * Text goes to a ring from which it is sent as the UART takes it, so that
 * printing does not wait for the line.
 */
#include "config/console.h"
#include "config/serial.h"
#include "core/console.h"
#include "core/platform.h"
#include "core/poll.h"
#include "platform/bios/io.h"
#include "platform/bios/serial.h"
#include "platform/bios/timer.h"

SELECT_IF(CONSOLE_SERIAL);

/* Registers. National Semiconductor PC16550D. */
#define UART_DATA (line.port)	  /* divisor, low byte, with LCR_DIVISOR */
#define UART_IER  (line.port + 1) /* divisor, high byte, with LCR_DIVISOR */
#define UART_FCR  (line.port + 2) /* IIR when read */
#define UART_LCR  (line.port + 3)
#define UART_MCR  (line.port + 4)
#define UART_LSR  (line.port + 5)

#define IER_UNUSED 0xf0 /* always read as 0 */
#define FCR_RESET  0x07 /* FIFOs on and empty */
#define IIR_FIFO   0xc0 /* both set: FIFOs that work */
#define LCR_FRAME                                                              \
	((COMDATA - 5) | (COMSTOP == 2 ? 0x04 : 0) | (COMPARITY ? 0x08 : 0) |  \
	 (COMPARITY == 2 ? 0x10 : 0))
#define LCR_DIVISOR  0x80
#define MCR_DTR_RTS  0x03
#define LSR_RECEIVED 0x01
#define LSR_DAMAGED  0x1c /* parity or framing is wrong, or a break */
#define LSR_TX_EMPTY 0x20

#define FIFO_LEN 16

_Static_assert(COMDATA >= 5 && COMDATA <= 8,
	       "COMDATA of config/serial.h is 5 to 8 data bits");
_Static_assert(COMPARITY >= 0 && COMPARITY <= 2,
	       "COMPARITY of config/serial.h is 0 none, 1 odd or 2 even");
_Static_assert(COMSTOP == 1 || COMSTOP == 2,
	       "COMSTOP of config/serial.h is 1 or 2 stop bits");

/* A UART that takes no byte for this long is given up. */
#define STUCK_US 200000u

#define RING_LEN 2048 /* a power of two */

static enum { UART_UNKNOWN, UART_WORKS, UART_ABSENT } uart_state;
static struct serial_line line = {COMCONSOLE, COMSPEED};
static unsigned int fifo_len;
static uint8_t ring[RING_LEN];
static unsigned int ring_in, ring_out; /* count up for ever */
static uint64_t last_sent_us;

/* Is there a UART? Sets it up the first time. */
static bool uart_is_there(void)
{
	if (uart_state != UART_UNKNOWN)
		return uart_state == UART_WORKS;
	uart_state = UART_ABSENT;
	if (serial_choose)
		serial_choose(&line);
	port_out8(UART_LCR, LCR_DIVISOR | LCR_FRAME);
	port_out8(UART_DATA, (SERIAL_CLOCK / line.speed) & 0xff);
	port_out8(UART_IER, (uint8_t)((SERIAL_CLOCK / line.speed) >> 8));
	port_out8(UART_LCR, LCR_FRAME);
	if (port_in8(UART_LCR) != LCR_FRAME)
		return false;
	port_out8(UART_IER, 0);
	if (port_in8(UART_IER) & IER_UNUSED)
		return false;
	port_out8(UART_FCR, FCR_RESET);
	port_out8(UART_MCR, MCR_DTR_RTS);
	fifo_len = (port_in8(UART_FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_LEN : 1;
	last_sent_us = platform_time_us();
	uart_state = UART_WORKS;
	return true;
}

/* Send what the UART takes now. Returns true if text remains. */
static bool uart_send(void)
{
	unsigned int room;

	if (ring_in == ring_out)
		return false;
	if (port_in8(UART_LSR) & LSR_TX_EMPTY) {
		for (room = fifo_len; room && ring_in != ring_out; room--)
			port_out8(UART_DATA, ring[ring_out++ % RING_LEN]);
		last_sent_us = platform_time_us();
	} else if (platform_time_us() - last_sent_us > STUCK_US) {
		uart_state = UART_ABSENT;
		ring_out = ring_in;
	}
	return ring_in != ring_out;
}

/* Queue one byte, waiting only when the ring is full. */
static void uart_put(uint8_t c)
{
	if (ring_in == ring_out)
		last_sent_us = platform_time_us();
	while (ring_in - ring_out == RING_LEN)
		uart_send();
	ring[ring_in++ % RING_LEN] = c;
}

static void serial_putchar(uint8_t c)
{
	if (!uart_is_there())
		return;
	if (c == '\n')
		uart_put('\r');
	uart_put(c);
	uart_send();
}

static int serial_getchar(void)
{
	uint8_t status, c;

	if (!uart_is_there())
		return -1;
	status = port_in8(UART_LSR);
	if (!(status & LSR_RECEIVED))
		return -1;
	platform_busy();
	c = port_in8(UART_DATA);
	/* An open line is not a person. */
	return status & LSR_DAMAGED ? -1 : c;
}

void serial_reopen(void)
{
	serial_flush();
	uart_state = UART_UNKNOWN;
	uart_is_there();
}

void serial_flush(void)
{
	while (uart_send())
		;
}

static const struct console serial_console = {
	.putchar = serial_putchar,
	.getchar = serial_getchar,
};
TABLE_REGISTER(consoles, serial_console);

static const struct poller serial_poller = {
	.poll = uart_send,
};
TABLE_REGISTER(pollers, serial_poller);
