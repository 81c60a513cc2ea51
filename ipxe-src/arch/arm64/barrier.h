/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Order of memory accesses that devices see, on arm64. */
#ifndef ARCH_ARM64_BARRIER_H
#define ARCH_ARM64_BARRIER_H

/* What was written before is visible to a device before what is written
 * after. Outer shareable: devices are outside the processors' domain. */
#define arch_write_barrier() asm volatile("dmb oshst" : : : "memory")

/* What is read after is read after what was read before. */
#define arch_read_barrier() asm volatile("dmb oshld" : : : "memory")

/* What was written before is visible before anything after is read. */
#define arch_full_barrier() asm volatile("dmb osh" : : : "memory")

#endif
