/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Order of memory accesses that devices see, on x86. */
#ifndef ARCH_X86_BARRIER_H
#define ARCH_X86_BARRIER_H

#ifdef __x86_64__
#define ARCH_STACK_POINTER "rsp"
#else
#define ARCH_STACK_POINTER "esp"
#endif

/* What was written before is visible to a device before what is written
 * after: x86 keeps the order of writes. */
#define arch_write_barrier() asm volatile("" : : : "memory")

/* What is read after is read after what was read before: likewise. */
#define arch_read_barrier() asm volatile("" : : : "memory")

/* What was written before is visible before anything after is read. */
#define arch_full_barrier()                                                    \
	asm volatile("lock addl $0, (%%" ARCH_STACK_POINTER ")"                \
		     :                                                         \
		     :                                                         \
		     : "memory", "cc")

#endif
