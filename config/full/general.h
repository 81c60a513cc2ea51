/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=full: everything, also where an image then exceeds 64 KiB. */
#define IPV4_REASSEMBLY
#define UNIXTIME_SETTING
#define PARAM_CMD
#define NTP_CMD
#define PING_CMD
#define NSTAT_CMD
#define IPSTAT_CMD
#define VLAN_CMD
#define COMPARE_CMD
#define READ_CMD
#define LOGIN_CMD
#define FORM_CMD
#define IMGSET_CMD
#define DIGEST_CMD
#define IFLINKWAIT_CMD
#define NSLOOKUP_CMD
#define CPUID_CMD
#define TIME_CMD
#define ABSENT_CMD
