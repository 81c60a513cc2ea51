/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What DHCP servers are to be told, in each one's own language. */
#include "snippet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdbool.h>
#include <string.h>

/* Room for "http://255.255.255.255:65535". */
#define BASE_BYTES 40

/* What iPXE tells about itself; it expands the names in its own way.  A DHCP
 * packet's field takes 127 bytes of URL. */
#define IPXE_QUERY                                                             \
	"?mac=${mac}&uuid=${uuid}&serial=${serial:uristring}"                  \
	"&arch=${buildarch}"

/* Boot programs by what firmware calls its architecture (RFC 4578 2.1 and
 * IANA's list of "Processor Architecture Types"). */
static const struct arch {
	/* Option 93. */
	unsigned int code;
	/* dnsmasq's name for it in pxe-service. */
	const char *csa;
	/* File below the TFTP root. */
	const char *file;
} pxe_archs[] = {
	{0, "x86PC", "undionly.kpxe"},
	{6, "IA32_EFI", "i386-efi/snponly.efi"},
	{7, "BC_EFI", "x86_64-efi/snponly.efi"},
	{9, "X86-64_EFI", "x86_64-efi/snponly.efi"},
	{11, "ARM64_EFI", "arm64-efi/snponly.efi"},
};

/* UEFI HTTP Boot by architecture, as the resolver's fact arch. */
static const struct http_arch {
	/* Option 93. */
	unsigned int code;
	/* Value of the fact. */
	const char *name;
} http_archs[] = {
	{15, "i386"},
	{16, "x86_64"},
	{19, "arm64"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The interface of the default route (proc(5), /proc/net/route). */
static bool default_interface(char name[IF_NAMESIZE])
{
	FILE *routes = fopen("/proc/net/route", "re");
	char line[256], device[64];
	bool is_found = false;
	unsigned int to;

	if (!routes)
		return false;
	while (!is_found && fgets(line, sizeof(line), routes)) {
		if (sscanf(line, "%63s %8x", device, &to) == 2 && to == 0) {
			snprintf(name, IF_NAMESIZE, "%.15s", device);
			is_found = true;
		}
	}
	fclose(routes);
	return is_found;
}

int snippet_init(struct snippet *snippet, const char *name, uint16_t port,
		 struct reason *why)
{
	struct ifaddrs *list, *item;
	char found[IF_NAMESIZE];
	struct in_addr network;
	int rc;

	memset(snippet, 0, sizeof(*snippet));
	snippet->port = port;
	if (!name && !default_interface(found))
		return reason_set(why, -ENODEV,
				  "There is no default route whose interface "
				  "could be taken; name one with -i.");
	name = name ? name : found;
	if (getifaddrs(&list))
		return reason_set(why, -errno,
				  "The interfaces cannot be listed: %s.",
				  strerror(errno));
	rc = -ENODEV;
	for (item = list; item; item = item->ifa_next) {
		const struct sockaddr_in *address, *mask;

		if (strcmp(item->ifa_name, name) != 0)
			continue;
		if (rc == -ENODEV)
			rc = -EADDRNOTAVAIL;
		if (!item->ifa_addr || item->ifa_addr->sa_family != AF_INET ||
		    !item->ifa_netmask)
			continue;
		address = (const struct sockaddr_in *)item->ifa_addr;
		mask = (const struct sockaddr_in *)item->ifa_netmask;
		network.s_addr =
			address->sin_addr.s_addr & mask->sin_addr.s_addr;
		inet_ntop(AF_INET, &address->sin_addr, snippet->server,
			  sizeof(snippet->server));
		inet_ntop(AF_INET, &network, snippet->network,
			  sizeof(snippet->network));
		snprintf(snippet->interface, sizeof(snippet->interface),
			 "%.15s", name);
		rc = 0;
		break;
	}
	freeifaddrs(list);
	if (rc == -ENODEV)
		reason_set(why, rc, "There is no interface %s.", name);
	else if (rc)
		reason_set(why, rc,
			   "The interface %s has no IPv4 address; give it one "
			   "in the network that is to be served.",
			   name);
	return rc;
}

static void base_format(const struct snippet *snippet, char buf[BASE_BYTES])
{
	if (snippet->port == 80)
		snprintf(buf, BASE_BYTES, "http://%s", snippet->server);
	else
		snprintf(buf, BASE_BYTES, "http://%s:%u", snippet->server,
			 snippet->port);
}

/* Tags that tell machines apart, for both forms of dnsmasq's. */
static void dnsmasq_tags(FILE *out)
{
	fputs("# iPXE and Unloop tell their user class (option 77) or their "
	      "features (175).\n"
	      "dhcp-userclass=set:unloop-ipxe,iPXE\n"
	      "dhcp-match=set:unloop-ipxe,175\n",
	      out);
}

static void dnsmasq_write(FILE *out, const struct snippet *snippet,
			  const char *base)
{
	size_t i;

	fputs("# For dnsmasq as the DHCP server: save it as "
	      "/etc/dnsmasq.d/unloop.conf,\n"
	      "# take out other dhcp-boot lines, check with dnsmasq --test, "
	      "restart it.\n",
	      out);
	dnsmasq_tags(out);
	fputs("# Firmware tells its architecture (option 93).\n", out);
	for (i = 0; i < COUNT(pxe_archs); i++)
		fprintf(out,
			"dhcp-match=set:unloop-pxe%u,option:client-arch,%u\n",
			pxe_archs[i].code, pxe_archs[i].code);
	for (i = 0; i < COUNT(http_archs); i++)
		fprintf(out,
			"dhcp-match=set:unloop-http%u,option:client-arch,%u\n",
			http_archs[i].code, http_archs[i].code);
	fprintf(out,
		"# iPXE gets the script, firmware the program that fits.\n"
		"dhcp-boot=tag:unloop-ipxe,%s/boot.ipxe%s,,%s\n",
		base, IPXE_QUERY, snippet->server);
	for (i = 0; i < COUNT(pxe_archs); i++)
		fprintf(out,
			"dhcp-boot=tag:!unloop-ipxe,tag:unloop-pxe%u,%s,,%s\n",
			pxe_archs[i].code, pxe_archs[i].file, snippet->server);
	fputs("# UEFI HTTP Boot takes only answers that say HTTPClient.\n",
	      out);
	for (i = 0; i < COUNT(http_archs); i++)
		fprintf(out,
			"dhcp-option-force=tag:unloop-http%u,60,HTTPClient\n"
			"dhcp-boot=tag:!unloop-ipxe,tag:unloop-http%u,"
			"%s/boot.ipxe?arch=%s,,%s\n",
			http_archs[i].code, http_archs[i].code, base,
			http_archs[i].name, snippet->server);
}

static void proxy_write(FILE *out, const struct snippet *snippet,
			const char *base)
{
	size_t i;

	fprintf(out,
		"# A whole configuration for dnsmasq beside a DHCP server that "
		"nobody may\n"
		"# touch: it gives no addresses, only boot files "
		"(proxyDHCP), and serves them\n"
		"# by TFTP.  Check with dnsmasq --test --conf-file=THIS.\n"
		"port=0\n"
		"interface=%s\n"
		"except-interface=lo\n"
		"bind-interfaces\n"
		"leasefile-ro\n"
		"dhcp-range=%s,proxy\n"
		"dhcp-no-override\n"
		"log-dhcp\n"
		"# TFTP; the default of 50 transfers is too few when a rack is "
		"switched on.\n"
		"enable-tftp\n"
		"tftp-root=%s\n"
		"tftp-max=2000\n",
		snippet->interface, snippet->network,
		snippet->tftp_root ? snippet->tftp_root : "/srv/tftp");
	dnsmasq_tags(out);
	fputs("# iPXE gets the script, firmware the program that fits.\n", out);
	fprintf(out, "dhcp-boot=tag:unloop-ipxe,%s/boot.ipxe%s,,%s\n", base,
		IPXE_QUERY, snippet->server);
	for (i = 0; i < COUNT(pxe_archs); i++)
		fprintf(out,
			"pxe-service=tag:!unloop-ipxe,%s,\"Unloop\",%s,%s\n",
			pxe_archs[i].csa, pxe_archs[i].file, snippet->server);
}

static void isc_write(FILE *out, const struct snippet *snippet,
		      const char *base)
{
	size_t i;

	fprintf(out,
		"# For ISC dhcpd: save it as /etc/dhcp/unloop.conf and say\n"
		"#   include \"/etc/dhcp/unloop.conf\";\n"
		"# inside the subnet (or outside, for all of them) in place of "
		"filename and\n"
		"# next-server; check with dhcpd -t, restart it.\n"
		"next-server %s;\n"
		"# iPXE and Unloop tell their user class; they get the "
		"script.\n"
		"if option user-class = \"iPXE\" {\n"
		"\tfilename \"%s/boot.ipxe%s\";\n"
		"}\n"
		"# UEFI HTTP Boot takes only answers that say HTTPClient.\n",
		snippet->server, base, IPXE_QUERY);
	for (i = 0; i < COUNT(http_archs); i++)
		fprintf(out,
			"elsif substring(option vendor-class-identifier, 0, "
			"21) = \"HTTPClient:Arch:%05u\" {\n"
			"\toption vendor-class-identifier \"HTTPClient\";\n"
			"\tfilename \"%s/boot.ipxe?arch=%s\";\n"
			"}\n",
			http_archs[i].code, base, http_archs[i].name);
	fputs("# Firmware tells its architecture; it gets the program that "
	      "fits.\n",
	      out);
	for (i = 0; i < COUNT(pxe_archs); i++)
		fprintf(out,
			"elsif option pxe-system-type = 00:%02x {\n"
			"\tfilename \"%s\";\n"
			"}\n",
			pxe_archs[i].code, pxe_archs[i].file);
}

static void kea_write(FILE *out, const struct snippet *snippet,
		      const char *base)
{
	size_t i;

	fprintf(out,
		"// For Kea: save it as /etc/kea/unloop-classes.json and say, "
		"in \"Dhcp4\",\n"
		"//   \"client-classes\": <?include "
		"\"/etc/kea/unloop-classes.json\"?>,\n"
		"// take out other boot-file-name lines, check with kea-dhcp4 "
		"-t, reload it.\n"
		"[\n"
		"  // iPXE and Unloop tell their user class; they get the "
		"script.\n"
		"  { \"name\": \"unloop-ipxe\",\n"
		"    \"test\": \"substring(option[77].hex,0,4) == 'iPXE'\",\n"
		"    \"next-server\": \"%s\",\n"
		"    \"boot-file-name\": \"%s/boot.ipxe%s\" },\n"
		"  // UEFI HTTP Boot takes only answers that say "
		"HTTPClient.\n",
		snippet->server, base, IPXE_QUERY);
	for (i = 0; i < COUNT(http_archs); i++)
		fprintf(out,
			"  { \"name\": \"unloop-http-%s\",\n"
			"    \"test\": \"substring(option[60].hex,0,21) == "
			"'HTTPClient:Arch:%05u'\",\n"
			"    \"option-data\": [ { \"name\": "
			"\"vendor-class-identifier\",\n"
			"      \"data\": \"HTTPClient\", \"always-send\": true "
			"} ],\n"
			"    \"boot-file-name\": \"%s/boot.ipxe?arch=%s\" "
			"},\n",
			http_archs[i].name, http_archs[i].code, base,
			http_archs[i].name);
	fputs("  // Firmware tells its architecture; it gets the program that "
	      "fits.\n",
	      out);
	for (i = 0; i < COUNT(pxe_archs); i++)
		fprintf(out,
			"  { \"name\": \"unloop-pxe-%u\",\n"
			"    \"test\": \"option[93].hex == 0x%04x and not "
			"member('unloop-ipxe')\",\n"
			"    \"next-server\": \"%s\",\n"
			"    \"boot-file-name\": \"%s\" }%s\n",
			pxe_archs[i].code, pxe_archs[i].code, snippet->server,
			pxe_archs[i].file, i + 1 < COUNT(pxe_archs) ? "," : "");
	fputs("]\n", out);
}

int snippet_write(FILE *out, const char *kind, const struct snippet *snippet)
{
	static const struct writer {
		const char *kind;
		void (*write)(FILE *out, const struct snippet *snippet,
			      const char *base);
	} writers[] = {
		{"dnsmasq", dnsmasq_write},
		{"isc", isc_write},
		{"kea", kea_write},
		{"proxy", proxy_write},
	};
	char base[BASE_BYTES];
	size_t i;

	base_format(snippet, base);
	for (i = 0; i < COUNT(writers); i++) {
		if (strcmp(kind, writers[i].kind) != 0)
			continue;
		writers[i].write(out, snippet, base);
		return fflush(out) || ferror(out) ? -EIO : 0;
	}
	return -EINVAL;
}
