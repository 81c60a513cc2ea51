/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Work on images for commands. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "usr/imgmgmt.h"

void imgstat(struct image *image)
{
	image_probe(image);
	console_printf("%s : %lu bytes", image->name,
		       (unsigned long)image->len);
	if (image->type)
		console_printf(" [%s]", image->type->name);
	if (image->flags & IMAGE_AUTO_FREE)
		console_printf(" [AUTOFREE]");
	if (image->flags & IMAGE_SELECTED)
		console_printf(" [SELECTED]");
	if (image->cmdline)
		console_printf(" \"%s\"", image->cmdline);
	console_putchar('\n');
}

/* Let IMAGE run when the current one has ended. */
static int image_replace(struct image *image)
{
	int rc;

	if (!image_current)
		return error_set(-EINVAL, "there is no script to replace");
	rc = image_probe(image);
	if (rc)
		return rc;
	image_put(image_current->replacement);
	image_current->replacement = image_get(image);
	exec_stop_set(EXEC_STOP_EXIT);
	return 0;
}

int imgexec(const char *command, struct image *image, bool is_tail_call)
{
	bool has_spoken;
	int rc;

	image_get(image);
	rc = is_tail_call ? image_replace(image) : image_exec(image);
	/* A script that ran has said itself where it ended. */
	has_spoken = image->flags & IMAGE_STARTED &&
		     image->type->role(image) == IMAGE_ROLE_SCRIPT;
	if (rc < 0 && !has_spoken)
		console_printf("%s: could not boot %s: %s\n", command,
			       image->name, error_text(rc));
	image_put(image);
	return rc;
}
