/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* String literals: the commands that config/ takes out of this image, with a
 * zero after each. For an initialiser, so it is not guarded. */
#ifndef AUTOBOOT_CMD
"autoboot\0"
#endif
#ifndef COMPARE_CMD
	"islt\0isle\0isgt\0isge\0isne\0"
#endif
#ifndef CONFIG_CMD
	"config\0"
#endif
#ifndef CONSOLE_CMD
	"console\0colour\0cpair\0"
#endif
#ifndef CPUID_CMD
	"cpuid\0"
#endif
#ifndef DHCP_CMD
	"dhcp\0ifconf\0"
#endif
#ifndef DIGEST_CMD
	"md5sum\0sha1sum\0sha224sum\0sha256sum\0sha384sum\0sha512sum\0"
	"imgverify\0"
#endif
#ifndef FORM_CMD
	"present\0"
#endif
#ifndef HELP_CMD
	"help\0"
#endif
#ifndef IFLINKWAIT_CMD
	"iflinkwait\0"
#endif
#ifndef IFMGMT_CMD
	"ifopen\0ifclose\0ifstat\0"
#endif
#ifndef IMAGE_ARCHIVE_CMD
	"imgextract\0"
#endif
#ifndef IMAGE_MEM_CMD
	"imgmem\0"
#endif
#ifndef IMGSET_CMD
	"imgset\0"
#endif
#ifndef IPSTAT_CMD
	"ipstat\0"
#endif
#ifndef LOGIN_CMD
	"login\0"
#endif
#ifndef MENU_CMD
	"menu\0form\0item\0choose\0"
#endif
#ifndef NEIGHBOUR_CMD
	"nstat\0"
#endif
#ifndef NSLOOKUP_CMD
	"nslookup\0"
#endif
#ifndef NTP_CMD
	"ntp\0"
#endif
#ifndef PARAM_CMD
	"params\0param\0"
#endif
#ifndef PCI_CMD
	"pciscan\0"
#endif
#ifndef PING_CMD
	"ping\0"
#endif
#ifndef POWEROFF_CMD
	"poweroff\0"
#endif
#ifndef PXEBS_CMD
	"pxebs\0"
#endif
#ifndef READ_CMD
	"read\0"
#endif
#ifndef REBOOT_CMD
	"reboot\0"
#endif
#ifndef ROUTE_CMD
	"route\0"
#endif
#ifndef SANBOOT_CMD
	"sanboot\0localboot\0"
#endif
#ifndef SANHOOK_CMD
	"sanhook\0sanunhook\0"
#endif
#ifndef SHELL_CMD
	"shell\0"
#endif
#ifndef SHIM_CMD
	"shim\0fdt\0"
#endif
#ifndef SHOW_CMD
	"show\0inc\0"
#endif
#ifndef SLEEP_CMD
	"sleep\0"
#endif
#ifndef SYNC_CMD
	"sync\0"
#endif
#ifndef TIME_CMD
	"time\0"
#endif
#ifndef USB_CMD
	"usbscan\0"
#endif
#ifndef VLAN_CMD
	"vcreate\0vdestroy\0"
#endif
/* In an order that packs well. */
#ifndef ABSENT_CMD
	"certfree\0certstore\0certstat\0fcstat\0ibstat\0iwstat\0iwlist\0"
	"fcels\0imgdecrypt\0imgtrust\0gdbstub\0lotest\0md4sum\0"
	"profstat\0startpxe\0stoppxe\0"
#endif
