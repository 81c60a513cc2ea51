/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The loop guard: what may be executed, so that no machine chains for ever.
 *
 * Three loops are cut: this firmware fetching itself (identity note, and the
 * URI that it came from), builds of ours starting each other directly or
 * through a third program (generation marker), scripts chaining each other
 * in a ring (count without progress).
 */
#ifndef CORE_LOOPGUARD_H
#define CORE_LOOPGUARD_H

#include "core/compiler.h"
#include "core/image.h"

/* Read the marker of earlier stages, count ourselves in, write it back. */
void loopguard_init(void);

/* Control goes back to who started us: count ourselves out again. */
void loopguard_fini(void);

/* How many times this product was entered, ourselves included: 1, 2, ... */
unsigned int loopguard_generation(void);

/* Before fetching URI to execute it: is that the file we came from? Returns 0
 * or -EISSELF with a sentence. An http URI without the suffix of a boot
 * program is not judged: one URL may give firmware a binary and us a script. */
int loopguard_check_uri(const struct uri *uri);

/* Before executing IMAGE, whose type is known: 0, -EISSELF, -EGENERATION or
 * -ERING, with a sentence. Called by image_exec(). */
int loopguard_check_image(struct image *image);

/* Before starting a boot program that is not an image, such as a disk's: its
 * first LEN bytes (IDENTITY_SCAN_LEN are enough) at DATA. -EISSELF for our own
 * build, -EGENERATION for another one of ours at the limit; else 0, also at the
 * limit: a local disk is the end of the chain. */
int loopguard_check_program(const void *data, size_t len, const char *name);

/* IMAGE is about to be executed: remember it in the marker. */
void loopguard_note_exec(const struct image *image);

/* Time passed or a key was pressed: scripts may run again (sleep, prompt). */
void loopguard_progress(void);

#endif
