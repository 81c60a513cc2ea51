/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop doctor: what would machines on this network boot, and why? */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "bootfile.h"
#include "commands.h"
#include "dhcp_packet.h"
#include "facts.h"
#include "fetch.h"
#include "unloop.h"
#include "wire.h"

/* Exit status when nothing could be looked at. */
#define EXIT_BLIND 3

#define WAIT_DEFAULT_S 3
#define PROXY_WAIT_MS  1500
#define REPLIES_MAX    96
#define URL_BYTES      640
#define LINE_WIDTH     78
#define ADVICE_MAX     12

/* The machines that are played. */
enum player { BIOS, UEFI, HTTP_BOOT, IPXE_BIOS, IPXE_UEFI, PLAYERS };

static const struct dhcp_client clients[PLAYERS] = {
	[BIOS] = {"A BIOS machine (PXE)",
		  "PXEClient:Arch:00000:UNDI:002001",
		  0,
		  {1, 2, 1},
		  false},
	[UEFI] = {"A UEFI machine (PXE)",
		  "PXEClient:Arch:00007:UNDI:003016",
		  7,
		  {1, 3, 16},
		  false},
	[HTTP_BOOT] = {"A UEFI machine (HTTP Boot)",
		       "HTTPClient:Arch:00016:UNDI:003001",
		       16,
		       {1, 3, 1},
		       false},
	[IPXE_BIOS] = {"iPXE on a BIOS machine",
		       "PXEClient:Arch:00000:UNDI:002001",
		       0,
		       {1, 2, 1},
		       true},
	[IPXE_UEFI] = {"iPXE on a UEFI machine",
		       "PXEClient:Arch:00007:UNDI:003010",
		       7,
		       {1, 3, 10},
		       true},
};

/* An answer that came. */
struct heard {
	/* To whom. */
	enum player player;
	/* What it says. */
	struct dhcp_reply reply;
	/* Who sent it. */
	struct in_addr from;
	/* From which port: 67 or 4011. */
	uint16_t port;
};

/* What a machine would load. */
struct load {
	/* The answer that gives it an address, or NULL. */
	const struct heard *address;
	/* The answer that names its boot file, or NULL. */
	const struct heard *boot;
	/* The file, as a URL; "" where none is named. */
	char url[URL_BYTES];
	/* 0 where the file came, else a negative errno and why. */
	int rc;
	struct reason why;
	/* What it is, and its size in bytes. */
	struct bootfile file;
	uint64_t size;
};

/* The whole examination. */
struct exam {
	/* The interface. */
	struct wire wire;
	/* Hardware address and UUID (as in the packet) that are played. */
	uint8_t mac[6];
	uint8_t uuid[16];
	/* How long answers are waited for, ms. */
	int wait_ms;
	/* First transaction number; the player is added. */
	uint32_t xid;
	/* All answers. */
	struct heard heard[REPLIES_MAX];
	size_t heard_count;
	/* What each would load. */
	struct load loads[PLAYERS];
	/* Where Unloop would find a script when DHCP names none; "" nowhere. */
	char resolver[URL_BYTES];
	/* What to change, each said once. */
	char *advice[ADVICE_MAX];
	size_t advice_count;
	/* How many things are wrong. */
	unsigned int problems;
};

/* Saying. */

/* Print text folded to the terminal's width, all lines indented. */
static void fold(const char *lead, unsigned int indent, const char *text)
{
	size_t column = 0;
	int i;

	column = (size_t)printf("%s", lead);
	for (; column < indent; column++)
		putchar(' ');
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > indent && column + 1 + len > LINE_WIDTH) {
			putchar('\n');
			for (i = 0; i < (int)indent; i++)
				putchar(' ');
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)len, text);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

/* Make what came from the network fit to print, in place. */
static void clean(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fold("    ", 4, text);
}

static void __attribute__((format(printf, 2, 3)))
problem(struct exam *exam, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fold("  ! ", 4, text);
	exam->problems++;
}

/* Keep a piece of advice, unless it was given. */
static void __attribute__((format(printf, 2, 3)))
advise(struct exam *exam, const char *format, ...)
{
	char *text;
	va_list args;
	size_t i;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return;
	for (i = 0; i < exam->advice_count; i++) {
		if (strcmp(exam->advice[i], text) == 0)
			break;
	}
	if (i < exam->advice_count || i == ADVICE_MAX)
		free(text);
	else
		exam->advice[exam->advice_count++] = text;
}

static const char *address_text(struct in_addr address)
{
	static char texts[4][INET_ADDRSTRLEN];
	static unsigned int next;

	next = (next + 1) % 4;
	return inet_ntop(AF_INET, &address, texts[next], sizeof(texts[next]));
}

/* Asking. */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_proxy(const struct heard *heard)
{
	return heard->reply.address.s_addr == 0 ||
	       heard->port == DHCP_PROXY_PORT;
}

/* Who is behind an answer: its server identifier, else its sender. */
static struct in_addr server_of(const struct heard *heard)
{
	return heard->reply.server.s_addr ? heard->reply.server : heard->from;
}

static bool is_known(const struct exam *exam, const struct heard *heard)
{
	size_t i;

	for (i = 0; i < exam->heard_count; i++) {
		const struct heard *old = &exam->heard[i];

		if (old->player == heard->player && old->port == heard->port &&
		    old->from.s_addr == heard->from.s_addr &&
		    is_proxy(old) == is_proxy(heard))
			return true;
	}
	return false;
}

/* Keep what came, if it is an answer to us. */
static void hear(struct exam *exam, const struct wire_datagram *datagram)
{
	struct heard heard = {.from = datagram->from, .port = datagram->port};

	if (dhcp_parse(datagram->data, datagram->len, &heard.reply) ||
	    heard.reply.xid - exam->xid >= PLAYERS ||
	    (heard.reply.type != DHCP_OFFER && heard.reply.type != DHCP_ACK &&
	     heard.reply.type != 0))
		return;
	heard.player = (enum player)(heard.reply.xid - exam->xid);
	clean(heard.reply.file);
	clean(heard.reply.vendor_class);
	if (exam->heard_count < REPLIES_MAX && !is_known(exam, &heard))
		exam->heard[exam->heard_count++] = heard;
}

static void listen_until(struct exam *exam, int64_t end)
{
	struct wire_datagram datagram;
	int64_t left;

	while ((left = end - now_ms()) > 0) {
		if (wire_receive(&exam->wire, (int)left, &datagram) > 0)
			hear(exam, &datagram);
	}
}

static struct dhcp_query query_of(const struct exam *exam, enum player player)
{
	struct dhcp_query query = {
		.client = &clients[player],
		.xid = exam->xid + player,
		.type = DHCP_DISCOVER,
		.menu_item = -1,
	};

	memcpy(query.mac, exam->mac, sizeof(query.mac));
	memcpy(query.uuid, exam->uuid, sizeof(query.uuid));
	return query;
}

static int ask_all(struct exam *exam)
{
	uint8_t packet[DHCP_PACKET_MAX];
	int player, rc = 0;

	for (player = 0; player < PLAYERS && rc == 0; player++) {
		struct dhcp_query query = query_of(exam, player);

		rc = wire_broadcast(&exam->wire, packet,
				    dhcp_build(packet, &query));
	}
	return rc;
}

/* Must this proxy be asked on its own port? */
static bool wants_4011(const struct heard *heard)
{
	return is_proxy(heard) && heard->port == DHCP_SERVER_PORT &&
	       strncmp(heard->reply.vendor_class, "PXEClient", 9) == 0 &&
	       (!heard->reply.file[0] || heard->reply.menu_item >= 0);
}

static void ask_proxies(struct exam *exam)
{
	size_t i, count = exam->heard_count, asked = 0;
	uint8_t packet[DHCP_PACKET_MAX];

	for (i = 0; i < count; i++) {
		const struct heard *heard = &exam->heard[i];
		struct dhcp_query query = query_of(exam, heard->player);

		if (!wants_4011(heard))
			continue;
		query.type = DHCP_REQUEST;
		query.address = exam->wire.address;
		query.menu_item = heard->reply.menu_item;
		if (wire_send(&exam->wire, server_of(heard), DHCP_PROXY_PORT,
			      packet, dhcp_build(packet, &query)) == 0)
			asked++;
	}
	if (asked)
		listen_until(exam, now_ms() + PROXY_WAIT_MS);
}

/* Choosing, as the machines choose. */

static bool is_for_http(const struct heard *heard)
{
	return strncmp(heard->reply.vendor_class, "HTTPClient", 10) == 0;
}

/* How gladly does this machine take its boot file from that answer? */
static int preference(enum player player, const struct heard *heard)
{
	bool is_pxe = strncmp(heard->reply.vendor_class, "PXEClient", 9) == 0;

	if (!heard->reply.file[0])
		return -1;
	if (player == HTTP_BOOT) /* UEFI 2.10 24.7.3 */
		return is_for_http(heard) ? 1 : -1;
	if (player == IPXE_BIOS || player == IPXE_UEFI) {
		/* Priority first; then DHCP's own file before a proxy's. */
		if (is_proxy(heard) && !is_pxe)
			return -1;
		return 1000 + 4 * heard->reply.priority + !is_proxy(heard);
	}
	/* PXE 2.1 2.2.2: one that is DHCP and PXE server, proxies, BOOTP. */
	if (!is_proxy(heard))
		return is_pxe ? 4 : 1;
	if (!is_pxe)
		return -1;
	return heard->port == DHCP_PROXY_PORT ? 3 : 2;
}

/* A value of iPXE's that a boot file's name may hold (${...}). */
static void variable_value(const struct exam *exam, const char *name,
			   size_t len, char *buf, size_t size)
{
	const uint8_t *m = exam->mac;
	const char *join = ":";

	buf[0] = '\0';
	if (len >= 5 && strncmp(name, "net0/", 5) == 0) {
		name += 5;
		len -= 5;
	}
	if (len >= 3 && strncmp(name, "mac", 3) == 0) {
		if (len == 10 && strncmp(name + 3, ":hexhyp", 7) == 0)
			join = "-";
		if (len == 10 && strncmp(name + 3, ":hexraw", 7) == 0)
			join = "";
		snprintf(buf, size, "%02x%s%02x%s%02x%s%02x%s%02x%s%02x", m[0],
			 join, m[1], join, m[2], join, m[3], join, m[4], join,
			 m[5]);
	}
}

/* Copy text with iPXE's variables expanded as far as they are known. */
static void expand(const struct exam *exam, const char *text, char *buf,
		   size_t size)
{
	size_t used = 0;

	while (*text && used + 1 < size) {
		const char *end =
			strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
		char value[64];

		if (!end) {
			buf[used++] = *text++;
			continue;
		}
		variable_value(exam, text + 2, (size_t)(end - text - 2), value,
			       sizeof(value));
		text = end + 1;
		if (strlen(value) < size - used) {
			strcpy(buf + used, value);
			used += strlen(value);
		}
	}
	buf[used] = '\0';
}

/* Make a URL of what the answer names. */
static void make_url(const struct exam *exam, enum player player,
		     const struct heard *boot, char url[URL_BYTES])
{
	struct in_addr server = boot->reply.next_server;
	bool is_ipxe = clients[player].is_ipxe;
	const char *name = boot->reply.file;
	char text[URL_BYTES];

	if (!server.s_addr)
		server = server_of(boot);
	if (player == HTTP_BOOT || (is_ipxe && strstr(name, "://")))
		snprintf(text, sizeof(text), "%s", name);
	else
		snprintf(text, sizeof(text), "tftp://%s/%s",
			 address_text(server), name);
	if (is_ipxe)
		expand(exam, text, url, URL_BYTES);
	else
		strcpy(url, text);
}

/* The User-Agent of a machine, on which some servers' answer depends. */
static const char *agent_of(enum player player)
{
	return player == HTTP_BOOT ? "UefiHttpBoot/1.0" : "iPXE/1.21.1";
}

static void load_fetch(enum player player, struct load *load)
{
	struct fetched fetched;

	load->rc = fetch_url(load->url, agent_of(player), &fetched, &load->why);
	if (load->rc) {
		clean(load->why.text);
		return;
	}
	bootfile_recognise(fetched.data, fetched.len, &load->file);
	load->size = fetched.size;
	fetched_fini(&fetched);
}

/* Find out what a machine would load; twice the same is fetched once. */
static void load_find(struct exam *exam, enum player player)
{
	struct load *load = &exam->loads[player];
	int best = -1, wish, other;
	size_t i;

	for (i = 0; i < exam->heard_count; i++) {
		const struct heard *heard = &exam->heard[i];

		if (heard->player != player)
			continue;
		if (!is_proxy(heard) && !load->address)
			load->address = heard;
		wish = preference(player, heard);
		if (wish > best) {
			best = wish;
			load->boot = heard;
		}
	}
	if (!load->boot)
		return;
	make_url(exam, player, load->boot, load->url);
	for (other = 0; other < (int)player; other++) {
		if (strcmp(exam->loads[other].url, load->url) == 0 &&
		    strcmp(agent_of(other), agent_of(player)) == 0) {
			load->rc = exam->loads[other].rc;
			load->why = exam->loads[other].why;
			load->file = exam->loads[other].file;
			load->size = exam->loads[other].size;
			return;
		}
	}
	load_fetch(player, load);
}

/* Is there a script at this URL? */
static bool is_script_at(const char *url)
{
	struct fetched fetched;
	struct bootfile file;
	struct reason why;

	if (fetch_url(url, "Unloop doctor", &fetched, &why))
		return false;
	bootfile_recognise(fetched.data, fetched.len, &file);
	fetched_fini(&fetched);
	return file.kind == BOOTFILE_SCRIPT;
}

/* Look where Unloop looks when DHCP names nothing but itself. */
static void find_resolver(struct exam *exam)
{
	struct in_addr tried[8], candidates[2];
	size_t count = 0, i, j, k;
	char mac[FACT_MAC_NAME_BYTES];
	const uint8_t *m = exam->mac;

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		 m[2], m[3], m[4], m[5]);
	for (i = 0; i < exam->heard_count; i++) {
		candidates[0] = exam->heard[i].reply.next_server;
		candidates[1] = server_of(&exam->heard[i]);
		for (j = 0; j < 2; j++) {
			for (k = 0; k < count; k++) {
				if (tried[k].s_addr == candidates[j].s_addr)
					break;
			}
			if (k < count || count == 8 || !candidates[j].s_addr)
				continue;
			tried[count++] = candidates[j];
		}
	}
	for (i = 0; i < count; i++) {
		snprintf(exam->resolver, URL_BYTES,
			 "http://%s/boot.ipxe?mac=%s", address_text(tried[i]),
			 mac);
		if (is_script_at(exam->resolver)) {
			*strchr(exam->resolver, '?') = '\0';
			return;
		}
		snprintf(exam->resolver, URL_BYTES, "tftp://%s/boot.ipxe",
			 address_text(tried[i]));
		if (is_script_at(exam->resolver))
			return;
	}
	exam->resolver[0] = '\0';
}

/* Judging. */

/* Last part of a URL, as people call the file. */
static const char *base_name(const char *url)
{
	const char *slash = strrchr(url, '/');

	return slash ? slash + 1 : url;
}

static bool is_loader(const struct load *load)
{
	return load->boot && load->rc == 0 &&
	       (load->file.kind == BOOTFILE_IPXE ||
		load->file.kind == BOOTFILE_OURS);
}

/* Say where Unloop goes on when DHCP leads it nowhere. */
static void say_ours_goes_on(struct exam *exam)
{
	if (exam->resolver[0]) {
		say("Unloop goes on and boots by the script at %s.",
		    exam->resolver);
		return;
	}
	problem(exam, "But no boot.ipxe answers by HTTP or TFTP at any address "
		      "that DHCP names: Unloop would wait and ask again.");
	advise(exam, "Run unloopd on the machine that DHCP names as "
		     "next-server, or put a script boot.ipxe on its TFTP "
		     "server.");
}

/* What happens once iPXE, stock or ours, runs and has asked DHCP again. */
static void judge_second(struct exam *exam, const struct load *first,
			 const struct load *second)
{
	bool is_ours = first->file.kind == BOOTFILE_OURS;
	char what[128];

	if (!second->boot) {
		if (is_ours) {
			say("For user class iPXE, DHCP names no file.");
			say_ours_goes_on(exam);
			return;
		}
		problem(exam, "Then iPXE asks DHCP again and is told no file: "
			      "it stops, unless a script is embedded in it.");
		advise(exam, "Let DHCP name the script for user class iPXE: "
			     "unloop dhcp-config prints how.");
		return;
	}
	if (second->rc) {
		problem(exam,
			"Then it is told %s, which could not be fetched: "
			"%s.",
			second->url, second->why.text);
		advise(exam, "Make %s answer.", second->url);
		return;
	}
	if (is_loader(second) && is_ours) {
		say("Then it asks DHCP again and is told %s again. Stock iPXE "
		    "in its place would loop here for ever; Unloop knows its "
		    "own build and does not start it.",
		    second->url);
		say_ours_goes_on(exam);
		return;
	}
	if (is_loader(second)) {
		problem(exam,
			"LOOP: stock iPXE asks DHCP again, says user class "
			"iPXE, and is told %s again, a boot program in place "
			"of a script: it would load itself for ever.",
			second->url);
		say("Unloop's file of the same name would not loop here: it "
		    "knows its own build and does not start it.");
		advise(exam,
		       "Put Unloop's %s in the place of stock iPXE's; DHCP "
		       "need not be changed. Or let DHCP name a script's URL "
		       "for user class iPXE: unloop dhcp-config dnsmasq, isc "
		       "or kea prints how.",
		       base_name(first->url));
		return;
	}
	bootfile_describe(&second->file, what, sizeof(what));
	say("Then it asks DHCP again, and boots from %s: %s.", second->url,
	    what);
}

/* Does the program fit the machine? */
static bool judge_fit(struct exam *exam, enum player player,
		      const struct load *load)
{
	bool is_uefi = player != BIOS && player != IPXE_BIOS;
	uint16_t machine = load->file.machine;

	switch (load->file.kind) {
	case BOOTFILE_EMPTY:
		problem(exam, "The file is empty.");
		advise(exam, "Put a boot program at %s.", load->url);
		return false;
	case BOOTFILE_HTML:
		problem(exam, "It is a web page, not a boot program.");
		advise(exam, "Put a boot program at %s.", load->url);
		return false;
	case BOOTFILE_SCRIPT:
		problem(exam,
			"It is an iPXE script, but firmware starts programs, "
			"not scripts.");
		advise(exam,
		       "Name a boot program, undionly.kpxe or snponly.efi, for "
		       "clients without user class iPXE, and the script only "
		       "for those with it.");
		return false;
	default:
		break;
	}
	if (is_uefi && machine == 0x8664)
		return true;
	if (!is_uefi && !machine)
		return true;
	if (is_uefi && machine)
		problem(exam, "It is for %s, this machine is 64-bit x86.",
			bootfile_machine_name(machine));
	else
		problem(exam,
			is_uefi ? "It is not a UEFI program: a UEFI machine "
				  "refuses it."
				: "It is a UEFI program: a BIOS machine would "
				  "crash on it.");
	advise(exam, "Tell the machines apart by option 93 (architecture): "
		     "0 gets undionly.kpxe, 7 gets x86_64-efi/snponly.efi; "
		     "unloop dhcp-config prints how.");
	return false;
}

/* Say what the chosen answer is; false: there is nothing to load. */
static bool judge_offer(const struct load *load, enum player player)
{
	const struct heard *boot = load->boot;

	if (!load->address) {
		if (!boot)
			say("No DHCP server answers it: it goes on to its next "
			    "boot device.");
		else
			say("A proxyDHCP server answers it, but no DHCP server "
			    "gives it an address: it does not boot.");
		return false;
	}
	if (!boot) {
		say(player == HTTP_BOOT
			    ? "%s offers it %s, but no server names a file for "
			      "HTTP Boot: it goes on to PXE or its next boot "
			      "device."
			    : "%s offers it %s, but no server names a boot "
			      "file: it goes on to its next boot device.",
		    address_text(server_of(load->address)),
		    address_text(load->address->reply.address));
		return false;
	}
	say("%s offers it %s; %s%s names \"%s\": %s.",
	    address_text(server_of(load->address)),
	    address_text(load->address->reply.address),
	    boot == load->address ? "the same answer" : "",
	    boot == load->address ? ""
	    : is_proxy(boot)	  ? boot->port == DHCP_PROXY_PORT
					    ? "a proxyDHCP server (on port 4011)"
					    : "a proxyDHCP server"
				  : "another DHCP server",
	    boot->reply.file, load->url);
	return true;
}

/* Say what came from there; false: nothing did. */
static bool judge_file(struct exam *exam, const struct load *load)
{
	char what[128];

	if (load->rc) {
		problem(exam, "It could not be fetched: %s.", load->why.text);
		if (load->rc != -EPROTONOSUPPORT)
			advise(exam,
			       "Put the file where DHCP says it is, %s, "
			       "or name another.",
			       load->url);
		return false;
	}
	bootfile_describe(&load->file, what, sizeof(what));
	say("It is %s, %llu bytes.", what, (unsigned long long)load->size);
	return true;
}

static void judge_firmware(struct exam *exam, enum player player)
{
	const struct load *load = &exam->loads[player];

	if (!judge_offer(load, player) || !judge_file(exam, load) ||
	    !judge_fit(exam, player, load))
		return;
	if (is_loader(load))
		judge_second(
			exam, load,
			&exam->loads[player == BIOS ? IPXE_BIOS : IPXE_UEFI]);
	else
		say("It would start that; what that does next is up to its own "
		    "configuration.");
}

/* An iPXE that is there already, in a network card's ROM for instance. */
static void judge_ipxe(struct exam *exam, enum player player)
{
	const struct load *load = &exam->loads[player];

	if (!judge_offer(load, player) || !judge_file(exam, load))
		return;
	if (!is_loader(load)) {
		if (load->file.kind == BOOTFILE_HTML ||
		    load->file.kind == BOOTFILE_EMPTY)
			problem(exam, "iPXE cannot boot that.");
		return;
	}
	if (!judge_fit(exam, player, load))
		return;
	if (load->file.kind == BOOTFILE_OURS)
		say("An iPXE that sits in a network card starts it; Unloop "
		    "itself does not start it again.");
	else
		problem(exam, "LOOP: an iPXE that sits in a network card "
			      "starts it, and it asks DHCP again and is told "
			      "the same.");
}

/* Say who is there, and that they do not get in each other's way. */
static void judge_servers(struct exam *exam)
{
	struct in_addr dhcp[8];
	size_t count = 0, i, k;

	for (i = 0; i < exam->heard_count; i++) {
		struct in_addr server = server_of(&exam->heard[i]);

		for (k = 0; k < count; k++) {
			if (dhcp[k].s_addr == server.s_addr)
				break;
		}
		if (is_proxy(&exam->heard[i]) || k < count || count == 8)
			continue;
		dhcp[count++] = server;
	}
	if (count > 1) {
		puts("DHCP servers");
		problem(exam,
			"%zu servers give addresses (%s, %s%s): a machine "
			"takes whichever answers first, so it boots now this "
			"way, now that.",
			count, address_text(dhcp[0]), address_text(dhcp[1]),
			count > 2 ? " and more" : "");
		advise(exam, "Leave one DHCP server in this network, or let "
			     "all of them name the same files.");
	}
	if (exam->heard_count)
		return;
	puts("DHCP servers");
	problem(exam, "Nobody answered in %d s.", exam->wait_ms / 1000);
	advise(exam, "See that a DHCP server runs in this network and that no "
		     "firewall drops ports 67 and 68; -w waits longer.");
}

static void say_player(enum player player)
{
	printf("\n%s\n", clients[player].title);
}

static void judge(struct exam *exam)
{
	bool is_any_boot = false;
	int player;
	size_t i;

	judge_servers(exam);
	if (!exam->heard_count)
		goto advice;
	for (player = 0; player < PLAYERS; player++) {
		is_any_boot |= exam->loads[player].boot != NULL;
		say_player(player);
		if (player == IPXE_BIOS || player == IPXE_UEFI)
			judge_ipxe(exam, player);
		else
			judge_firmware(exam, player);
	}
	if (!is_any_boot) {
		exam->problems++;
		advise(exam,
		       "No server names a boot file. Add the lines that unloop "
		       "dhcp-config prints to the DHCP server; where nobody "
		       "may touch it, run unloopd --with-dnsmasq -i %s SITE "
		       "beside it.",
		       exam->wire.name);
	}
	if (!exam->wire.address.s_addr)
		advise(exam,
		       "%s has no address, so files could not be fetched from "
		       "here nor port 4011 be asked; give it one and look "
		       "again.",
		       exam->wire.name);
advice:
	puts(exam->problems ? "\nWhat to change" : "\nNothing is wrong.");
	for (i = 0; i < exam->advice_count; i++)
		fold("  - ", 4, exam->advice[i]);
}

/* Starting. */

static int examine(struct exam *exam)
{
	int64_t begin = now_ms();
	int player, rc;

	rc = ask_all(exam);
	if (rc) {
		fprintf(stderr, "unloop doctor: %s: could not send: %s.\n",
			exam->wire.name, strerror(-rc));
		return EXIT_BLIND;
	}
	listen_until(exam, begin + exam->wait_ms / 3);
	/* Once more, for what was lost. */
	if (ask_all(exam) == 0)
		listen_until(exam, begin + exam->wait_ms);
	ask_proxies(exam);
	for (player = 0; player < PLAYERS; player++)
		load_find(exam, player);
	if (exam->heard_count)
		find_resolver(exam);
	judge(exam);
	return exam->problems ? 1 : 0;
}

static int hex_parse(const char *text, uint8_t *buf, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		unsigned int byte;

		text += *text == '-';
		if (sscanf(text, "%2x", &byte) != 1)
			return -EINVAL;
		buf[i] = (uint8_t)byte;
		text += 2;
	}
	return 0;
}

/* The UUID as it stands in option 97: its first fields the other way round. */
static void uuid_swap(uint8_t uuid[16])
{
	static const uint8_t order[16] = {3, 2, 1,  0,	5,  4,	7,  6,
					  8, 9, 10, 11, 12, 13, 14, 15};
	uint8_t copy[16];
	size_t i;

	memcpy(copy, uuid, sizeof(copy));
	for (i = 0; i < sizeof(copy); i++)
		uuid[i] = copy[order[i]];
}

static const char help[] =
	"  -i IF       the interface (that of the default route)\n"
	"  -m MAC      ask as the machine with this MAC (the interface's own)\n"
	"  -u UUID     and with this UUID (none in particular)\n"
	"  -w SECONDS  how long answers are waited for (3)\n"
	"\n"
	"Plays a BIOS PXE, a UEFI PXE, a UEFI HTTP Boot and an iPXE client: "
	"sends their\n"
	"DISCOVERs, takes no lease, fetches at most 2 MiB of what the answers "
	"name,\n"
	"writes nothing. Needs root or CAP_NET_RAW.\n"
	"\n"
	"Exit status: 0 nothing is wrong, 1 something is, 2 wrong command "
	"line, 3 it\n"
	"could not look (no rights, no such interface).\n";

int doctor_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static struct exam exam;
	const char *name = NULL, *mac = NULL;
	char text[FACT_UUID_BYTES], mac_text[FACT_MAC_NAME_BYTES];
	struct reason why;
	int c, seconds = WAIT_DEFAULT_S, status;

	exam.uuid[6] = 0x40;
	exam.uuid[8] = 0x80;
	while ((c = getopt_long(argc, argv, "i:m:u:w:h", longs, NULL)) != -1) {
		switch (c) {
		case 'i':
			name = optarg;
			break;
		case 'm':
			mac = optarg;
			if (facts_format_mac(mac, mac_text) == 0 &&
			    hex_parse(mac_text, exam.mac, 6) == 0 &&
			    strlen(mac_text) == 17)
				break;
			fprintf(stderr, "unloop doctor: %s is not a MAC.\n",
				mac);
			return 2;
		case 'u':
			if (facts_format_uuid(optarg, text) == 0 &&
			    hex_parse(text, exam.uuid, 16) == 0) {
				uuid_swap(exam.uuid);
				break;
			}
			fprintf(stderr, "unloop doctor: %s is not a UUID.\n",
				optarg);
			return 2;
		case 'w':
			seconds = atoi(optarg);
			if (seconds >= 1 && seconds <= 60)
				break;
			fprintf(stderr, "unloop doctor: -w takes 1 to 60 "
					"seconds.\n");
			return 2;
		default:
			return subcommand_usage("doctor", help,
						c == 'h' ? 0 : 2);
		}
	}
	if (argc != optind)
		return subcommand_usage("doctor", help, 2);
	if (wire_open(name, &exam.wire, &why)) {
		fprintf(stderr, "unloop doctor: %s\n", why.text);
		return EXIT_BLIND;
	}
	if (!mac)
		memcpy(exam.mac, exam.wire.mac, sizeof(exam.mac));
	/* One number apart from the next: the players'. */
	if (getrandom(&exam.xid, sizeof(exam.xid), 0) < 0)
		exam.xid = (uint32_t)now_ms();
	exam.wait_ms = seconds * 1000;
	printf("Asking on %s as %02x:%02x:%02x:%02x:%02x:%02x; this takes "
	       "about %d s.\n",
	       exam.wire.name, exam.mac[0], exam.mac[1], exam.mac[2],
	       exam.mac[3], exam.mac[4], exam.mac[5], seconds + 2);
	fflush(stdout);
	status = examine(&exam);
	while (exam.advice_count)
		free(exam.advice[--exam.advice_count]);
	wire_close(&exam.wire);
	return status;
}
