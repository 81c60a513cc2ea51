/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Opening files so that no path leads outside of a directory. */
#ifndef RESOLVER_BENEATH_H
#define RESOLVER_BENEATH_H

/*
 * Open path (relative, no leading slash) under the directory dir with the
 * flags of open(2) for reading; O_CLOEXEC is added.  Symbolic links are
 * followed as long as they stay beneath dir (openat2(2), RESOLVE_BENEATH).
 * On kernels without openat2 no symbolic link is followed at all.
 *
 * Returns a descriptor that the caller closes, or a negative errno: -EXDEV
 * when the path leaves dir, -ELOOP for a link that may not be followed.
 */
int beneath_open(int dir, const char *path, int flags);

/* beneath_open() by its second way, component by component, for old kernels. */
int beneath_open_walk(int dir, const char *path, int flags);

/*
 * beneath_open() for a regular file that is to be read; never blocks on a
 * FIFO.  Returns also -EISDIR for a directory, -ENXIO for anything else that
 * is not a regular file.
 */
int beneath_open_file(int dir, const char *path);

#endif
