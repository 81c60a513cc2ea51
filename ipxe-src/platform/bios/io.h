/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* I/O ports, and addresses of the BIOS data area. */
#ifndef PLATFORM_BIOS_IO_H
#define PLATFORM_BIOS_IO_H

#include "core/compiler.h"

static inline uint8_t port_in8(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint16_t port_in16(uint16_t port)
{
	uint16_t value;

	asm volatile("inw %w1, %w0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint32_t port_in32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void port_out8(uint16_t port, uint8_t value)
{
	asm volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}

static inline void port_out16(uint16_t port, uint16_t value)
{
	asm volatile("outw %w0, %w1" : : "a"(value), "Nd"(port));
}

static inline void port_out32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
}

/* The object of TYPE at linear address ADDRESS of base memory. The optimiser
 * must not see the number: it takes small ones for broken pointers. */
#define low_ptr(type, address)                                                 \
	({                                                                     \
		uintptr_t low_address_ = (address);                            \
		asm("" : "+r"(low_address_));                                  \
		(volatile type *)low_address_;                                 \
	})

/* BIOS data area: linear addresses and what is there. */
#define BDA_EBDA_SEG	0x40e /* uint16_t: segment of the extended BDA */
#define BDA_BASE_KB	0x413 /* uint16_t: free base memory, kilobytes */
#define BDA_KBD_FLAGS	0x417 /* uint8_t: bits 0, 1 Shift, 2 Ctrl, 3 Alt */
#define BDA_KBD_HEAD	0x41a /* uint16_t: next key in the buffer */
#define BDA_KBD_TAIL	0x41c /* uint16_t: behind the last key; == head: none */
#define BDA_VIDEO_MODE	0x449 /* uint8_t */
#define BDA_COLUMNS	0x44a /* uint16_t */
#define BDA_PAGE_OFFSET 0x44e /* uint16_t: of the page shown, bytes */
#define BDA_CURSOR	0x450 /* uint8_t column, row, for each of 8 pages */
#define BDA_PAGE	0x462 /* uint8_t: page shown */
#define BDA_CRTC	0x463 /* uint16_t: port of the CRT controller */
#define BDA_TICKS	0x46c /* uint32_t: 18.2 a second */
#define BDA_RESET_FLAG	0x472 /* uint16_t: 0x1234 for a warm boot */
#define BDA_ROWS	0x484 /* uint8_t: rows of the screen, less one */
#define BDA_INTERAPP	0x4f0 /* 16 bytes that applications may use */

/* Interrupt controllers: the read of a command port gives the requests. */
#define PIC1_CMD  0x20
#define PIC1_MASK 0x21
#define PIC2_CMD  0xa0
#define PIC2_MASK 0xa1

#define PIC_READ_REQUESTS 0x0a /* so that reads of a command port do */
#define PIC_EOI		  0x20 /* end of interrupt */

#endif
