/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=full: everything, also where an image then exceeds 64 KiB. The
 * Makefile does not define SMALL_IMAGE then; what is off by default is on
 * here. */
#define NET_PROTO_IPV6
#define NET_PROTO_LLDP

