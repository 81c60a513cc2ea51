/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Everything that the routes answer from; made once, by unloopd.c. */
#ifndef RESOLVER_SERVICE_H
#define RESOLVER_SERVICE_H

#include "site.h"

struct admission;
struct control;
struct image_cache;
struct live;
struct pace;
struct script_cache;
struct tftp_folder;

/* What is not NULL lives longer than the server. */
struct service {
	/* The site's directory: assets and firmware. */
	const struct site *site;
	/* The compiled site. */
	struct live *live;
	/* Rendered scripts, or NULL. */
	struct script_cache *cache;
	/* Customised boot images, or NULL. */
	struct image_cache *images;
	/* State, events, API (control.h), or NULL. */
	struct control *control;
	/* Who has to wait (admission.h), or NULL. */
	struct admission *admission;
	/* How fast files are sent (pace.h), or NULL. */
	struct pace *pace;
	/* What dnsmasq serves by TFTP (tftp_folder.h), or NULL. */
	struct tftp_folder *tftp;
};

#endif
