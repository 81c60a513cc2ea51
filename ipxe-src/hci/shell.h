/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The interactive command line. */
#ifndef HCI_SHELL_H
#define HCI_SHELL_H

/* Read lines and run them until `exit`. Returns the last status. */
int shell(void);

#endif
