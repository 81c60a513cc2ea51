/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is served by TFTP: the site's firmware, knowing the resolver. */
#ifndef RESOLVER_TFTP_FOLDER_H
#define RESOLVER_TFTP_FOLDER_H

#include "reason.h"
#include "site.h"
#include "watch.h"

/*
 * A folder outside of the site that looks like its firmware/: images of ours
 * are copies that have the resolver's address in them, as those that are sent
 * by HTTP have, and everything else is a symbolic link into the site.  What
 * leads outside of firmware/ is left out.
 */
struct tftp_folder;

/*
 * Make the folder of a site, below /run/unloop (or systemd's
 * RUNTIME_DIRECTORY), and fill it; images are to ask server, host and port fit
 * for a URL.  Called as root; what is made belongs to the user that
 * become_user() will become (NULL: the default).  Returns 0, or a negative
 * errno with a reason.
 */
int tftp_folder_open(const struct site *site, const char *server,
		     const char *user, struct tftp_folder **ret_folder,
		     struct reason *why);

/* Remove the folder itself, which whoever served it does. */
void tftp_folder_remove(const struct tftp_folder *folder);

/* Free it; the folder itself stays.  NULL is accepted. */
void tftp_folder_close(struct tftp_folder *folder);

/* Say where it is. */
const char *tftp_folder_path(const struct tftp_folder *folder);

/*
 * Make the folder (NULL: none) what the site's firmware/ is now.  Each file is
 * replaced in one step; what did not change is left alone.  watch: gets the
 * directories of firmware/, or NULL.  Returns 0 or a negative errno: firmware/
 * cannot be read.  What concerns single files is logged.
 */
int tftp_folder_update(struct tftp_folder *folder, struct watch *watch);

#endif
