/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Work on images for commands. */
#ifndef USR_IMGMGMT_H
#define USR_IMGMGMT_H

#include "core/image.h"

/* Print name, size, type, state and command line of IMAGE. */
void imgstat(struct image *image);

/* Execute IMAGE, or with IS_TAIL_CALL let the script that runs now end and
 * IMAGE follow it. Says, in COMMAND's name, why it could not be started. */
int imgexec(const char *command, struct image *image, bool is_tail_call);

#endif
