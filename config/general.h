/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is linked in, and the limits that protect a machine from loops.
 *
 * A file of ipxe-src/ that says SELECT_IF(NAME) is linked only when NAME is
 * defined here. config/<CONFIG>/general.h and config/local/general.h are
 * read after this file and may #define and #undef.
 */
#ifndef CONFIG_GENERAL_H
#define CONFIG_GENERAL_H

/* How the next stage may be fetched. */
#define DOWNLOAD_PROTO_TFTP /* tftp:// (RFC 1350, 2347-2349, 7440) */
#define DOWNLOAD_PROTO_HTTP /* http:// (RFC 9110, 9112) */
#define DNS_RESOLVER        /* host names in URIs */
#ifdef PLATFORM_EFI
#define DOWNLOAD_PROTO_FILE /* file: on volumes that UEFI can read */
#endif

#define CACHED_LEASE /* begin with the lease of the PXE that loaded us */

/* What can be executed. */
#define IMAGE_SCRIPT /* #!ipxe scripts */
#ifdef PLATFORM_PCBIOS
#define IMAGE_BZIMAGE /* Linux, boot protocol 2.00 and later */
#define IMAGE_PXE     /* PXE network boot programs; wants PXE_STACK */
#define PXE_STACK     /* the PXE that has loaded us: its lease, its driver */
#endif
#ifdef PLATFORM_EFI
#define IMAGE_EFI /* UEFI applications; Linux with its EFI stub */
#define CUSTOM_FETCH /* a signed image's region, from beside it on a server */
#endif
#ifdef PLATFORM_LINUX
#define IMAGE_DRY /* reports what would be booted */
#endif

/* What the console says, sent to a resolver of ours; wants
 * DOWNLOAD_PROTO_HTTP. */
#define FLIGHT_RECORDER

/* Commands. Names of groups are those that iPXE's users know. */
#define SETTING_TYPES /* the rarer types: base64, guid, dnssl, busdevfn */
#define AUTOBOOT_CMD /* autoboot */
#define HELP_CMD     /* help */
#define NVO_CMD      /* set, clear */
#define SHOW_CMD     /* show, inc */
#define IFMGMT_CMD   /* ifopen, ifclose, ifstat */
#define DHCP_CMD     /* dhcp, ifconf */
#define ROUTE_CMD    /* route */
#define IMAGE_CMD    /* imgfetch, imgexec, chain, ... */
#define MENU_CMD     /* menu, form, item, choose */
#define SLEEP_CMD    /* sleep */
#define SYNC_CMD     /* sync */
#define SHELL_CMD    /* shell */
#define LEFT_OUT_CMD /* a sentence for commands that only other images have */
#define SANBOOT_CMD  /* sanboot, of local disks */
#define REBOOT_CMD   /* reboot */
#define POWEROFF_CMD /* poweroff */
#define MAC_SETTING    /* set netN/mac: another address for a card */
#define READ_CMD       /* read */
#define LOGIN_CMD      /* login */
#define FORM_CMD       /* present; wants MENU_CMD */
#define IFLINKWAIT_CMD /* iflinkwait */
#ifndef ARCH_ARM64
#define CPUID_CMD /* cpuid (x86) */
#endif
#ifndef PLATFORM_PCBIOS
#define NVS_SETTINGS /* the block nvs: settings that survive a reset */
#endif
/* What would make undionly.kpxe exceed 64 KiB: all other images have it, and
 * with CONFIG=full undionly.kpxe too. */
#ifndef SMALL_IMAGE
#define CONFIG_CMD       /* config */
#define CONSOLE_CMD      /* console, colour, cpair */
#define IMAGE_PNG        /* pictures, for `console --picture` */
#define SEVERAL_NICS     /* choose among several network cards */
#define STATIC_ROUTES    /* DHCP option 121 */
#define DNS_SEARCH_LIST  /* DHCP option 119; wants DNS_RESOLVER */
#define DOWNLOAD_PROTO_DATA /* data: (RFC 2397) */
#define MAC_FILTER   /* a card given another address hears no other; MAC_SETTING */
#define HTTP_AUTH_DIGEST /* Digest (RFC 7616); wants DIGEST_CMD */
#define IPV4_REASSEMBLY  /* packets that came in fragments */
#define IPV6_SETTING_TYPE /* the type ipv6 of settings */
#ifndef PLATFORM_PCBIOS
#define NET_PROTO_IPV6   /* IPv6 */
#define NET_PROTO_LLDP   /* ${netN.lldp/...}: what the switch says */
#endif
#define IPV6_REASSEMBLY  /* the same as IPV4_REASSEMBLY for IPv6 */
#define UNIXTIME_SETTING /* ${unixtime} */
#define PARAM_CMD    /* params, param; ##params in URIs: POST, header fields */
#define NTP_CMD      /* ntp; wants UNIXTIME_SETTING */
#define PING_CMD     /* ping */
#define NEIGHBOUR_CMD /* nstat */
#define IPSTAT_CMD   /* ipstat */
#define PXEBS_CMD    /* pxebs: PXE boot servers */
#define PXE_MENU     /* autoboot: PXE boot menus; wants PXEBS_CMD, MENU_CMD */
#define VLAN_CMD     /* vcreate, vdestroy, and the VLAN that we came by */
#ifndef PLATFORM_LINUX
#define PCI_CMD      /* pciscan */
#endif
#ifdef PLATFORM_EFI
#define USB_CMD      /* usbscan; wants USB_SETTINGS */
#else
#define ABSENT_USB   /* ${usb/...}: a sentence */
#endif
#define COMPARE_CMD  /* islt, isle, isgt, isge, isne */
#define IMAGE_ARCHIVE_CMD /* imgextract: gzip, zlib */
#define IMAGE_MEM_CMD /* imgmem */
#define SANHOOK_CMD  /* sanhook, sanunhook; the setting san-drive */
#define SHIM_CMD     /* shim, fdt: where there is nothing to be done */
#define IMGSET_CMD   /* imgset */
#define IMAGE_FOREIGN /* ELF, COM32, ... are refused by name */
#define DIGEST_CMD   /* md5sum, sha1sum, sha256sum, ... */
#define NSLOOKUP_CMD /* nslookup */
#define TIME_CMD     /* time */
#define HELP_EXAMPLES /* help CMD shows an example */
#define ABSENT_CMD   /* a sentence for those of iPXE's that are not here */
#define CUSTOM_TRUST /* certificates of the customisation region; DIGEST_CMD */
#endif

/* `shim <uri>` does nothing, and succeeds, where there is no UEFI. */
#ifdef PLATFORM_EFI
#define SHIM_IS_DUMMY 0
#else
#define SHIM_IS_DUMMY 1
#endif

/* Prompt before and after the boot attempt, tenths of a second; 0 for none. */
#define BANNER_TIMEOUT 20

/* UEFI: 1 uses a network card by the firmware's own driver where it has one;
 * 0 uses ours for every card that it knows. */
#define EFI_SNP_FIRST 1

/* How long an option ROM offers its shell during POST, tenths of a second; 0:
 * it does not. */
#define ROM_BANNER_TIMEOUT 20

/* How many times builds of this product may be entered, one from another,
 * before a boot program (not a kernel) is refused. */
#define GENERATION_LIMIT 2

/* How often one script URI may be executed while nobody pressed a key and
 * nothing waited, before it is refused as a ring. */
#define SCRIPT_RING_LIMIT 16

/* How deep scripts may call each other. */
#define SCRIPT_DEPTH_LIMIT 16

/* Redirects that one HTTP request may follow. */
#define HTTP_REDIRECT_LIMIT 10

/* An option ROM has 64 KiB, and the site's customisation shall fit too. What
 * it starts has no PXE to use; what asks people is in the images it starts. */
#ifdef OPTION_ROM
#undef HTTP_AUTH_DIGEST
#undef IMAGE_PXE
#undef PXE_STACK
#undef CACHED_LEASE
#undef MAC_SETTING
#undef ROUTE_CMD
#undef LOGIN_CMD
#undef READ_CMD
#undef FORM_CMD
#undef IFLINKWAIT_CMD
#undef CPUID_CMD
#endif

#if __has_include("config/named/general.h")
#include "config/named/general.h"
#endif
#if __has_include("config/local/general.h")
#include "config/local/general.h"
#endif
#if __has_include("config/local-named/general.h")
#include "config/local-named/general.h"
#endif

/* What settings of IPv6 are written in. */
#ifdef NET_PROTO_IPV6
#define IPV6_SETTING_TYPE
#endif

/* Its hashes come with the commands. */
#ifndef DIGEST_CMD
#undef HTTP_AUTH_DIGEST
#endif
#ifndef DOWNLOAD_PROTO_HTTP
#undef HTTP_AUTH_DIGEST
#endif

/* For C: is there room to say what is not here? */
#ifdef ABSENT_CMD
#define HAS_ABSENT_CMD 1
#else
#define HAS_ABSENT_CMD 0
#endif

/* For C: is PXE_MENU linked? A test of an address would cost undionly.kpxe. */
#ifdef PXE_MENU
#define HAS_PXE_MENU 1
#else
#define HAS_PXE_MENU 0
#endif

/* The same: is there more than Basic to tell a web server who we are? */
#ifdef HTTP_AUTH_DIGEST
#define HAS_HTTP_DIGEST 1
#else
#define HAS_HTTP_DIGEST 0
#endif

/* The same: does a card have to receive what LLDP is sent to? */
#ifdef NET_PROTO_LLDP
#define HAS_LLDP 1
#else
#define HAS_LLDP 0
#endif

/* The same: is it to be said why there is no ${usb/...}? */
#ifdef ABSENT_USB
#define HAS_ABSENT_USB 1
#else
#define HAS_ABSENT_USB 0
#endif

/* The same: is the setting san-drive linked? */
#ifdef SANHOOK_CMD
#define HAS_SAN_DRIVE 1
#else
#define HAS_SAN_DRIVE 0
#endif

#endif
