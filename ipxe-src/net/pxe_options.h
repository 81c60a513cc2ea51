/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP option 43 of PXE: boot servers and the boot menu. PXE 2.1 2.4, 2.5. */
#ifndef NET_PXE_OPTIONS_H
#define NET_PXE_OPTIONS_H

#include "core/compiler.h"
#include "core/settings.h"

/* Sub-options; numbers as DHCP_ENCAP(43, n). */
#define PXE_OPT_CONTROL 6  /* how boot servers may be asked: PXE_NO_... */
#define PXE_OPT_MCAST	7  /* the group that is asked */
#define PXE_OPT_SERVERS 8  /* lists of them */
#define PXE_OPT_MENU	9  /* what there is to choose from */
#define PXE_OPT_PROMPT	10 /* what is shown before the menu */
#define PXE_OPT_ITEM	71 /* what is asked for: type and layer */

/* Bits of PXE_OPT_CONTROL. */
#define PXE_NO_BROADCAST 0x01
#define PXE_NO_MULTICAST 0x02
#define PXE_ONLY_LISTED	 0x04 /* answers of other servers are no answers */
#define PXE_SKIP_MENU	 0x08 /* where there is a file name, boot that */

/* Type of the menu's item that means the local disk. */
#define PXE_TYPE_LOCAL 0

/* Seconds of PXE_OPT_PROMPT: the menu at once, and for as long as it takes. */
#define PXE_PROMPT_FOREVER 255

/* What of a sub-option is looked at; the rest is cut off. */
#define PXE_OPTION_MAX 1024

/* The servers of one type. */
struct pxe_servers {
	uint16_t type;
	uint8_t count;	      /* of addresses; 0: any server of the type */
	const uint8_t *addrs; /* 4 bytes each */
};

/* One line of the menu. */
struct pxe_item {
	uint16_t type;	  /* of boot server to be asked for */
	uint8_t len;	  /* of the text, bytes */
	const char *text; /* not terminated, and whatever the server sent */
};

/* Take the entry at *AT of the LEN bytes of PXE_OPT_SERVERS at DATA, or of
 * PXE_OPT_MENU, and move *AT behind it. What is returned points into DATA.
 * False at the end, or where an entry is cut off. */
bool pxe_servers_next(const uint8_t *data, size_t len, size_t *at,
		      struct pxe_servers *ret_servers);
bool pxe_item_next(const uint8_t *data, size_t len, size_t *at,
		   struct pxe_item *ret_item);

/* Copy LEN bytes of a server's text to BUF, which has SIZE bytes, terminated,
 * with '?' for what would control a terminal. Cut if it is too long. */
void pxe_text_copy(char *buf, size_t size, const char *text, size_t len);

/* The block that has sub-option NUMBER: NETDEV_SETTINGS or one in it, else any
 * of the tree. NULL if none has. */
struct settings *pxe_options_find(struct settings *netdev_settings,
				  unsigned int number);

/* The bytes of sub-option NUMBER in the block FROM: at most LEN into BUF.
 * Returns how many were copied; 0 if it is not there. */
size_t pxe_option_get(struct settings *from, unsigned int number, void *buf,
		      size_t len);

#endif
