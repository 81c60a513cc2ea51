/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=tiny: the smallest image that cannot be caught in a loop. It runs
 * scripts and boot programs from TFTP servers that have addresses, and the
 * local disk; embed/tiny.ipxe is its script. */
#undef DOWNLOAD_PROTO_HTTP
#undef HTTP_AUTH_DIGEST
#undef DNS_RESOLVER
#undef FLIGHT_RECORDER
#undef AUTOBOOT_CMD
#undef IFMGMT_CMD
#undef ROUTE_CMD
#undef MENU_CMD
#undef SYNC_CMD
#undef SHELL_CMD
#undef POWEROFF_CMD
#undef READ_CMD
#undef LOGIN_CMD
#undef FORM_CMD
#undef IMGSET_CMD
#undef DIGEST_CMD
#undef IFLINKWAIT_CMD
#undef NSLOOKUP_CMD
#undef CPUID_CMD
#undef TIME_CMD
#undef ABSENT_CMD
#undef LEFT_OUT_CMD
#undef PXE_MENU
#undef HELP_CMD
#undef SETTING_TYPES
#undef NET_PROTO_IPV6
#undef IPV6_SETTING_TYPE
#undef IMAGE_BZIMAGE
#undef SHOW_CMD
#undef FLIGHT_RECORDER
#undef REBOOT_CMD
#undef SLEEP_CMD
