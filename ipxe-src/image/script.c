/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image type: #!ipxe scripts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/command.h"
#include "core/compiler.h"
#include "core/console.h"
#include "core/error.h"
#include "core/image.h"
#include "core/poll.h"
#include "image/script.h"

SELECT_IF(IMAGE_SCRIPT);

/* Length of "#!ipxe", which white space must follow. */
#define MAGIC_LEN 6

/* A script being run. On the stack of script_exec(). */
struct script {
	struct script *caller; /* the script that runs this one, or NULL */
	const struct image *image;
	size_t offset;	   /* of the next line */
	unsigned int line; /* its number, from 1 */
};

static struct script *script_current; /* innermost, or NULL */

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of the physical line at OFFSET of IMAGE, and where the next one is. */
static size_t line_len(const struct image *image, size_t offset,
		       size_t *ret_next)
{
	const char *start = (const char *)image->data + offset;
	const char *end = memchr(start, '\n', image->len - offset);
	size_t len = end ? (size_t)(end - start) : image->len - offset;

	*ret_next = offset + len + (end != NULL);
	if (len && start[len - 1] == '\r')
		len--;
	return len;
}

/* Read the line at SCRIPT's offset, continuations joined, and move behind it.
 * Returns 1 and memory that the caller frees in RET_LINE, 0 at the end,
 * -EINVAL if the script ends in a continuation, -ENOMEM. */
static int script_read(struct script *script, char **ret_line)
{
	const struct image *image = script->image;
	bool is_continued = true;
	size_t total = 0;
	size_t len, next;
	char *line = NULL;
	char *grown;

	if (script->offset >= image->len)
		return 0;
	while (is_continued) {
		if (script->offset >= image->len) {
			free(line);
			return error_set(-EINVAL, "the last line ends in \\");
		}
		len = line_len(image, script->offset, &next);
		grown = realloc(line, total + len + 1);
		if (!grown) {
			free(line);
			return -ENOMEM;
		}
		line = grown;
		memcpy(line + total, image->data + script->offset, len);
		total += len;
		is_continued = len && line[total - 1] == '\\';
		if (is_continued)
			total--;
		line[total] = '\0';
		script->offset = next;
		script->line++;
	}
	*ret_line = line;
	return 1;
}

/* The label that LINE begins with, of *RET_LEN bytes; NULL if there is none. */
static const char *line_label(const char *line, size_t *ret_len)
{
	size_t len;

	while (is_space(*line))
		line++;
	if (*line++ != ':')
		return NULL;
	for (len = 0; line[len] && !is_space(line[len]); len++)
		;
	*ret_len = len;
	return line;
}

int script_goto(const char *label)
{
	struct script *script = script_current;
	struct script seek = {.line = 1};
	struct script here;
	bool is_found;
	const char *found;
	char *line;
	size_t len;
	int rc;

	if (!script)
		return error_set(-EINVAL, "not in a script");
	/* A script may go round for ever: let packets and Ctrl-C in. Whatever
	 * stands behind this goto, Ctrl-C ends the script. */
	poll_all();
	if (console_is_cancelled()) {
		exec_stop_set(EXEC_STOP_LINE);
		return -ECANCELED;
	}
	seek.image = script->image;
	do {
		here = seek;
		rc = script_read(&seek, &line);
		if (rc < 0)
			return rc;
		if (!rc)
			return error_set(-ENOENT, "there is no label \":%s\"",
					 label);
		found = line_label(line, &len);
		is_found = found && strlen(label) == len &&
			   !memcmp(found, label, len);
		free(line);
	} while (!is_found);
	/* What stands behind the label on its line is a command. */
	script->offset = here.offset;
	script->line = here.line;
	exec_stop_set(EXEC_STOP_LINE);
	return 0;
}

/* Run LINE but for its label. */
static int script_exec_line(const char *line)
{
	const char *label;
	size_t len;

	label = line_label(line, &len);
	return exec_line(label ? label + len : line);
}

/* Run all lines of SCRIPT. */
static int script_run(struct script *script)
{
	enum exec_stop stop;
	unsigned int number;
	char *line;
	int rc;

	for (;;) {
		number = script->line;
		rc = script_read(script, &line);
		if (rc > 0) {
			rc = script_exec_line(line);
			free(line);
		} else if (!rc) {
			return 0;
		}
		stop = exec_stop_take();
		if (stop == EXEC_STOP_EXIT)
			return rc;
		if (rc) {
			console_printf("%s: line %u failed: %s\n",
				       script->image->name, number,
				       rc < 0 ? error_text(rc)
					      : "its exit status is not 0");
			return rc;
		}
	}
}

static int script_exec(struct image *image)
{
	struct script script = {
		.caller = script_current,
		.image = image,
		.line = 1,
	};
	unsigned int depth = 1;
	struct script *caller;
	int rc;

	for (caller = script_current; caller; caller = caller->caller)
		depth++;
	if (depth > SCRIPT_DEPTH_LIMIT) {
		console_printf("%s: scripts call each other more than %d deep: "
			       "not run\n",
			       image->name, SCRIPT_DEPTH_LIMIT);
		return -ELOOP;
	}
	script_current = &script;
	rc = script_run(&script);
	script_current = script.caller;
	return rc;
}

static int script_probe(struct image *image)
{
	const char *data = (const char *)image->data;

	if (image->len <= MAGIC_LEN || !is_space(data[MAGIC_LEN]))
		return -ENOEXEC;
	if (memcmp(data, "#!ipxe", MAGIC_LEN) &&
	    memcmp(data, "#!gpxe", MAGIC_LEN))
		return -ENOEXEC;
	return 0;
}

static enum image_role script_role(struct image *image __unused_arg)
{
	return IMAGE_ROLE_SCRIPT;
}

static const struct image_type script_image_type = {
	.name = "script",
	.order = 10,
	.probe = script_probe,
	.exec = script_exec,
	.role = script_role,
};
TABLE_REGISTER(image_types, script_image_type);
