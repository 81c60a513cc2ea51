/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Registers and rings that a device shares with us: all accesses are here.
 *
 * A register is written only after everything that was written to memory
 * before (rings, frames) can be seen by the device; what is read from memory
 * after a register or a ring's flag is not older than that.
 */
#ifndef CORE_MMIO_H
#define CORE_MMIO_H

#include "core/compiler.h"

#ifdef __aarch64__
#include "arch/arm64/barrier.h"
#else
#include "arch/x86/barrier.h"
#endif

/* Between two writes to memory that a device reads in that order. */
#define dma_write_barrier() arch_write_barrier()

/* Between reading a ring's flag and what it says is valid. */
#define dma_read_barrier() arch_read_barrier()

/* Between writing a ring and reading whether the device sleeps. */
#define dma_full_barrier() arch_full_barrier()

static inline uint8_t mmio_read8(const volatile void *address)
{
	uint8_t value = *(const volatile uint8_t *)address;

	arch_read_barrier();
	return value;
}

static inline uint16_t mmio_read16(const volatile void *address)
{
	uint16_t value = *(const volatile uint16_t *)address;

	arch_read_barrier();
	return value;
}

static inline uint32_t mmio_read32(const volatile void *address)
{
	uint32_t value = *(const volatile uint32_t *)address;

	arch_read_barrier();
	return value;
}

static inline void mmio_write8(volatile void *address, uint8_t value)
{
	arch_write_barrier();
	*(volatile uint8_t *)address = value;
}

static inline void mmio_write16(volatile void *address, uint16_t value)
{
	arch_write_barrier();
	*(volatile uint16_t *)address = value;
}

static inline void mmio_write32(volatile void *address, uint32_t value)
{
	arch_write_barrier();
	*(volatile uint32_t *)address = value;
}

#endif
