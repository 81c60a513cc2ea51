/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The interactive command line. */
#include "config/branding.h"
#include "config/general.h"
#include "core/command.h"
#include "core/compiler.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/readline.h"
#include "hci/shell.h"

SELECT_IF(SHELL_CMD);

#define SHELL_PROMPT "unloop> "

int shell(void)
{
	static struct editline line;
	int rc = 0;

	console_printf("\n" PRODUCT_SHORT_NAME " command line: help lists the "
		       "commands, exit leaves\n");
	for (;;) {
		if (readline(SHELL_PROMPT, &line))
			continue;
		rc = exec_line(line.text);
		if (exec_stop_take() == EXEC_STOP_EXIT)
			return rc;
	}
}
