/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which script does this machine get? */
#include "resolve.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "template.h"

/* Files that one machine may be answered from: by MAC, by UUID, default. */
#define CANDIDATES_MAX 3

static int resolve_file(int root, const char *name, const struct facts *facts,
			struct arena *arena, struct resolution *ret_resolution,
			struct reason *why)
{
	struct resolution resolution = {.file = name};
	const char *text;
	size_t len;
	int rc;

	rc = site_read_script(root, name, arena, &text, &len, why);
	if (rc)
		return rc;
	rc = template_expand(text, len, name, facts, arena, &resolution.text,
			     &resolution.len, why);
	if (rc)
		return rc;
	*ret_resolution = resolution;
	return 0;
}

/* Try the files in turn; stop at the first that exists. */
static int resolve_files(const struct site *site, const char *const *names,
			 size_t count, const struct facts *facts,
			 struct arena *arena, struct resolution *ret_resolution,
			 struct reason *why)
{
	int root = site_open(site, NULL);
	int rc = -ENOENT;
	size_t i;

	if (root < 0)
		return reason_set(why, -EIO,
				  "The site %s cannot be opened: "
				  "%s.",
				  site->path, strerror(-root));
	for (i = 0; i < count && rc == -ENOENT; i++)
		rc = resolve_file(root, names[i], facts, arena, ret_resolution,
				  why);
	close(root);
	return rc;
}

int resolve(const struct site *site, const struct facts *facts,
	    struct arena *arena, struct resolution *ret_resolution,
	    struct reason *why)
{
	const char *names[CANDIDATES_MAX];
	const char *ids[] = {facts->mac_name, facts->uuid_name};
	size_t count = 0;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (!*ids[i])
			continue;
		names[count] = arena_format(arena, "hosts/%s.ipxe", ids[i]);
		if (!names[count++])
			return reason_set(why, -ENOMEM, "Out of memory.");
	}
	names[count++] = "default.ipxe";
	rc = resolve_files(site, names, count, facts, arena, ret_resolution,
			   why);
	if (rc == -ENOENT)
		reason_set(why, rc,
			   "This resolver has no script for this "
			   "machine: there is neither %s%s%s%sdefault.ipxe.",
			   count > 1 ? names[0] : "",
			   count > 1 ? " nor " : "a host's script nor ",
			   count > 2 ? names[1] : "", count > 2 ? " nor " : "");
	return rc;
}

int resolve_named(const struct site *site, const char *name,
		  const struct facts *facts, struct arena *arena,
		  struct resolution *ret_resolution, struct reason *why)
{
	int rc = resolve_files(site, &name, 1, facts, arena, ret_resolution,
			       why);

	if (rc == -ENOENT)
		reason_set(why, rc, "This resolver has no %s.", name);
	return rc;
}
