/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Giving up root. */
#include "become.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int become(const struct passwd *pw)
{
	if (initgroups(pw->pw_name, pw->pw_gid) ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* There must be no way back. */
	if (pw->pw_uid && (setuid(0) == 0 || seteuid(0) == 0))
		return -EPERM;
	return 0;
}

/* The user that become_user() will become, or NULL. */
static const struct passwd *find_user(const char *user)
{
	const struct passwd *pw;

	if (geteuid() != 0)
		return NULL;
	pw = getpwnam(user ? user : "unloop");
	return pw || user ? pw : getpwnam("nobody");
}

int become_give(const char *path, mode_t mode, const char *user)
{
	const struct passwd *pw = find_user(user);
	char part[512];
	struct stat st;
	char *slash;

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (slash = strchr(part + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	if (mkdir(path, mode) && errno != EEXIST)
		return -errno;
	/* Only a directory that is nobody else's changes hands. */
	if (lstat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (pw && st.st_uid == 0 && pw->pw_uid != 0 &&
	    chown(path, pw->pw_uid, pw->pw_gid))
		return -errno;
	return 0;
}

int become_user(const char *name, struct reason *why)
{
	const struct passwd *pw = NULL;
	int rc;

	if (name || geteuid() == 0)
		pw = getpwnam(name ? name : "unloop");
	if (!pw && !name && geteuid() == 0)
		pw = getpwnam("nobody");
	if (!pw && (name || geteuid() == 0))
		return reason_set(why, -ENOENT,
				  "There is no user \"%s\" to "
				  "run as; create it, or name one with -u.",
				  name ? name : "nobody");
	if (geteuid() == 0) {
		rc = become(pw);
		return rc ? reason_set(why, rc,
				       "Could not become the user "
				       "%s: %s.",
				       pw->pw_name, strerror(-rc))
			  : 0;
	}
	if (pw && pw->pw_uid != geteuid())
		return reason_set(why, -EPERM,
				  "Only root can become the user "
				  "%s; start it as root or without -u.",
				  name);
	return 0;
}
