/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: ipstat: what the network stack has counted. */
#include "lwip/stats.h"

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"
#include "usr/ifmgmt6.h"

SELECT_IF(IPSTAT_CMD);

static const struct command_syntax ipstat_syntax = {NULL, 0, 0, 0};

/* Print the counts of one protocol. */
static void proto_print(const char *name, const struct stats_proto *proto)
{
	console_printf(
		"%-6s sent %lu, received %lu, dropped %lu (checksum %lu,"
		" length %lu, memory %lu, route %lu, protocol %lu)\n",
		name, (unsigned long)proto->xmit, (unsigned long)proto->recv,
		(unsigned long)proto->drop, (unsigned long)proto->chkerr,
		(unsigned long)proto->lenerr, (unsigned long)proto->memerr,
		(unsigned long)proto->rterr, (unsigned long)proto->proterr);
}

static int ipstat_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &ipstat_syntax, NULL);

	if (first < 0)
		return first;
	proto_print("ARP", &lwip_stats.etharp);
	proto_print("IPv4", &lwip_stats.ip);
	proto_print("ICMP", &lwip_stats.icmp);
	IPSTAT6(proto_print);
	proto_print("UDP", &lwip_stats.udp);
	proto_print("TCP", &lwip_stats.tcp);
	return 0;
}

static const struct command ipstat_command = {
	"ipstat", "", "Show what the network stack has counted", ipstat_exec};
TABLE_REGISTER(commands, ipstat_command);

COMMAND_EXAMPLE(ipstat, "ipstat");
