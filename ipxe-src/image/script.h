/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Scripts, as far as commands need to know of them. */
#ifndef IMAGE_SCRIPT_H
#define IMAGE_SCRIPT_H

/* Let the innermost script that runs go on behind LABEL. Returns 0, -EINVAL
 * outside of scripts, -ENOENT if it has no such label, -ECANCELED on Ctrl-C,
 * which ends the script. */
int script_goto(const char *label);

#endif
