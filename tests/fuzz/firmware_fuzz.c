/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* libFuzzer on the firmware: each target is a function of bytes.
 *
 * Usage: fuzzer TARGET [libFuzzer's options] [CORPUS...]
 */
#include "fake_net6.h"

#include "core/acpi.h"
#include "core/ansi.h"
#include "core/command.h"
#include "core/console.h"
#include "core/crc32.h"
#include "core/framebuffer.h"
#include "core/identity.h"
#include "core/inflate.h"
#include "core/lzma.h"
#include "core/pixbuf.h"
#include "core/region.h"
#include "core/smbios.h"
#include "core/spcr.h"
#include "core/sysmac.h"
#include "core/uri.h"
#include "hci/menu.h"
#include "image/efi_pe.h"
#include "image/linux_boot.h"
#include "net/address.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_settings.h"
#include "net/dhcpv6.h"
#include "net/dhcpv6_request.h"
#include "net/dhcpv6_settings.h"
#include "net/http_digest.h"
#include "net/http_response.h"
#include "net/ipv6.h"
#include "net/lldp.h"
#include "net/ndp.h"
#include "net/ntp.h"
#include "net/pxe_options.h"
#include "net/pxebs.h"
#include "net/ra.h"
#include "net/resolve.h"
#include "net/vlan.h"
#include "usr/ifmgmt.h"
#include "usr/pxemgmt.h"

/* Belongs to UEFI images, which this program is not built as. */
#include "platform/efi/packed/packed.c"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

/* ---- The input ---- */

/* What has not been taken of it yet, in memory of its very length. */
static const uint8_t *input;
static size_t input_len;

static uint8_t take_byte(void)
{
	return input_len ? (input_len--, *input++) : 0;
}

/* Up to the next byte END, or all, as text for the caller to free. */
static char *take_text(char end)
{
	const uint8_t *found = memchr(input, end, input_len);
	size_t len = found ? (size_t)(found - input) : input_len;
	char *text = strndup((const char *)input, len);

	input += len + (found != NULL);
	input_len -= len + (found != NULL);
	return text;
}

/* The next packet: a length of two bytes, little-endian, and what is there of
 * so many. It stays valid. */
static const uint8_t *take_packet(size_t max, size_t *ret_len)
{
	size_t len = take_byte();
	const uint8_t *packet;

	len |= (size_t)take_byte() << 8;
	len = MIN(MIN(len, max), input_len);
	packet = input;
	input += len;
	input_len -= len;
	*ret_len = len;
	return packet;
}

/* ---- The console: keys are what is left of the input ---- */

static bool is_typing;
static unsigned int ends_typed;

static void fuzz_putchar(uint8_t c)
{
	(void)c;
}

/* Once all keys were pressed: whatever makes anything end, with pauses (0). */
static int fuzz_getchar(void)
{
	static const char ends[] =
		"\x03\0\0\x03\0\x1b\0\r\0exit\r\0\0\0\0\0\0\0\0\x18";
	char c;

	if (!is_typing)
		return -1;
	if (input_len)
		return take_byte();
	c = ends[ends_typed++ % sizeof(ends)];
	return c ? c : -1;
}

void linux_console_restore(void)
{
}

static const struct console fuzz_console = {.putchar = fuzz_putchar,
					    .getchar = fuzz_getchar};
TABLE_REGISTER(consoles, fuzz_console);

/* ---- The screen: a small one, since drawing takes long ---- */

#define SCREEN_WIDTH  128
#define SCREEN_HEIGHT 64

int framebuffer_open(unsigned int width, unsigned int height,
		     unsigned int depth __unused_arg, struct framebuffer *ret)
{
	if (width > SCREEN_WIDTH || height > SCREEN_HEIGHT)
		return -ENODEV;
	*ret = (struct framebuffer){SCREEN_WIDTH, SCREEN_HEIGHT, 16};
	return 0;
}

void framebuffer_close(void)
{
}

void framebuffer_present(const uint32_t *pixels, unsigned int x, unsigned int y,
			 unsigned int width, unsigned int height)
{
	CHECK(x + width <= SCREEN_WIDTH && y + height <= SCREEN_HEIGHT);
	CHECK(!width || !height || pixels[y * SCREEN_WIDTH + x] <= UINT32_MAX);
}

bool framebuffer_glyph(uint16_t c, uint8_t rows[GLYPH_HEIGHT_MAX])
{
	memset(rows, c, 16);
	return c <= 0xff;
}

/* ---- Targets: language ---- */

/* Lines up to a NUL, each run; behind it keys. */
static void fuzz_exec(void)
{
	char *text = take_text('\0');
	char *rest = text;
	char *line;

	is_typing = true;
	while ((line = strsep(&rest, "\n"))) {
		exec_line(line);
		exec_stop_take();
	}
	free(text);
}

/* The same as one script. */
static void fuzz_script(void)
{
	char *text = take_text('\0');
	struct image *image = image_alloc(NULL, "fuzz", NULL);

	is_typing = true;
	if (image && !image_write(image, 0, "#!ipxe\n", 7) &&
	    !image_write(image, 7, text, strlen(text))) {
		image->flags |= IMAGE_COMPLETE;
		if (!image_register(image))
			image_exec(image);
	}
	image_put(image);
	free(text);
}

/* "name=value", and a text that refers to it. */
static void fuzz_settings(void)
{
	char *name = take_text('=');
	char *value = take_text('\0');
	char *text = take_text('\0');
	char *out;
	int rc;

	settings_store_text(name, value);
	free(settings_fetch_text(name));
	out = settings_expand(text, &rc);
	CHECK(out || rc < 0);
	free(out);
	settings_store_text(name, NULL);
	free(name);
	free(value);
	free(text);
}

/* Text and raw bytes through every type. */
static void fuzz_types(void)
{
	size_t room = take_byte();
	size_t raw_len = input_len;
	const uint8_t *raw = input;
	const struct setting_type *type;
	char *text = take_text('\0');
	char *out = malloc(room + 1);
	char *whole;
	uint8_t *buf;
	int len;

	for_each_table_entry(type, setting_types) {
		len = type->parse(text, NULL, 0);
		if (len > 0) {
			buf = malloc((size_t)len);
			CHECK(type->parse(text, buf, (size_t)len) == len);
			type->format(buf, (size_t)len, out, room);
			free(buf);
		}
		len = type->format(raw, raw_len, out, room);
		if (len < 0)
			continue;
		whole = malloc((size_t)len + 1);
		CHECK(type->format(raw, raw_len, whole, (size_t)len + 1) ==
		      len);
		CHECK(strlen(whole) <= (size_t)len);
		free(whole);
	}
	free(text);
	free(out);
}

/* A base and what is relative to it, a line each. */
static void fuzz_uri(void)
{
	char *base_text = take_text('\n');
	char *text = take_text('\n');
	struct uri *base = uri_parse(base_text);
	struct uri *relative = uri_parse(text);
	struct uri *uri = uri_resolve(base, relative);
	struct uri *boot = uri_boot(base_text, text);
	char *out = uri_format_alloc(uri);
	char cut[16];

	CHECK(uri_format(uri, cut, sizeof(cut)) == strlen(out));
	uri_format_public(uri, cut, sizeof(cut));
	uri_port(uri, 80);
	CHECK(uri_is_equal(uri, uri));
	uri_put(boot);
	uri_put(uri);
	uri_put(relative);
	uri_put(base);
	free(out);
	free(text);
	free(base_text);
}

/* Items, a line each with a byte of flags; behind a NUL keys. */
static void fuzz_menu(void)
{
	unsigned long timeout_ms = take_byte() * 100ul;
	char *text = take_text('\0');
	struct menu *menu = menu_create("fuzz", "title");
	struct menu_item *item;
	char *rest = text;
	char *line;

	is_typing = true;
	while ((line = strsep(&rest, "\n"))) {
		item = menu_add(menu, *line ? line + 1 : line, line);
		item->is_gap = *line & 1;
		item->is_default = *line & 2;
		item->key = *line & 4 ? line[1] : 0;
	}
	item = NULL;
	if (!menu_choose(menu, text, timeout_ms, timeout_ms, &item))
		CHECK(item && !item->is_gap);
	menu_free(menu);
	free(text);
}

/* ---- Targets: files and tables ---- */

static void fuzz_dhcp_packet(void)
{
	static const uint32_t tags[] = {
		1, 43, 53, 67, 175, DHCP_TAG_PXE_MENU, DHCP_TAG_NO_PXEDHCP};
	uint8_t buf[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++)
		dhcp_option_get(input, input_len, tags[i], buf, sizeof(buf));
	dhcp_filename_get(input, input_len, buf, sizeof(buf));
	dhcp_next_server(input, input_len);
	dhcp_message_type(input, input_len);
	dhcp_is_reply(input, input_len, device_mac);
	dhcp_is_pxe(input, input_len);
	dhcp_has_boot(input, input_len);
}

/* A DHCPv6 message, and what it becomes as settings. */
static void fuzz_dhcpv6_packet(void)
{
	struct dhcpv6_message message;
	struct dhcpv6_option option;
	char text[32];
	size_t at = 0;

	if (dhcpv6_message_parse(input, input_len, 0x01020304, &message))
		return;
	CHECK(message.client_id.len <= DHCPV6_DUID_MAX);
	CHECK(message.text_len <= input_len);
	while (dhcpv6_option_next(message.options, message.options_len, &at,
				  &option))
		CHECK(option.data + option.len == message.options + at);
	CHECK(at == message.options_len);
	dhcpv6_boot_url_get(message.options, message.options_len, text,
			    sizeof(text));
	CHECK(!dhcpv6_block_register(fake_netdev, &message, true));
	free(settings_fetch_text("net0.dhcpv6/ip6"));
	free(settings_fetch_text("net0.dhcpv6/dns6"));
	free(settings_fetch_text("net0.dhcpv6/dnssl"));
	free(settings_fetch_text("net0.dhcpv6/domain"));
	free(settings_fetch_text("net0.dhcpv6/filename"));
	free(settings_fetch_text("net0.dhcpv6/59:string"));
	dhcpv6_block_unregister(fake_netdev);
}

/* The next packet of the input is sub-option NUMBER of option 43. */
static void take_pxe_option(unsigned int number)
{
	const struct setting setting = {.name = "",
					.tag = DHCP_ENCAP(43, number),
					.type = &setting_type_hex};
	const uint8_t *data;
	size_t len;

	data = take_packet(PXE_OPTION_MAX + 100, &len);
	settings_store(NULL, &setting, data, len);
}

/* Option 43: lists, and what they become. */
static void fuzz_pxe_options(void)
{
	struct pxe_servers servers;
	struct pxe_item item;
	char text[20];
	size_t at = 0;

	while (pxe_servers_next(input, input_len, &at, &servers))
		CHECK(servers.addrs + servers.count * 4 <= input + at);
	CHECK(at <= input_len);
	at = 0;
	while (pxe_item_next(input, input_len, &at, &item)) {
		CHECK(item.text + item.len <= (const char *)input + at);
		pxe_text_copy(text, sizeof(text), item.text, item.len);
		CHECK(strlen(text) < sizeof(text) && !strchr(text, KEY_ESC));
	}
	CHECK(at <= input_len);
}

/* A line of challenges, one with a URI, then the request. */
static void fuzz_http_digest(void)
{
	static const struct uri nobody;
	struct http_digest digest;
	char *challenges = take_text('\n'), *text = take_text('\n');
	char *request = take_text('\0'), buf[512];
	struct uri *uri = uri_parse(text);
	int len;

	http_digest_explain(challenges, request, &nobody);
	if (uri && uri->user &&
	    http_digest_choose(challenges, &digest) == HTTP_SCHEME_DIGEST) {
		strcpy(digest.cnonce, "c");
		len = http_digest_format(&digest, uri, request, buf,
					 sizeof(buf));
		CHECK(len < 0 || (strlen(buf) == (size_t)len &&
				  strchr(buf, '\n') == buf + len - 1));
	}
	uri_put(uri);
	free(request);
	free(text);
	free(challenges);
}

/* A byte that says in which pieces it comes, then the response. */
static void fuzz_http_response(void)
{
	static struct http_response response;
	size_t piece = take_byte() + 1u, body_len;
	const uint8_t *body;
	int used;

	http_response_init(&response);
	while (input_len) {
		used = http_response_read(&response, input,
					  MIN(piece, input_len), &body,
					  &body_len);
		if (used < 0 || response.state == HTTP_RESPONSE_COMPLETE)
			return;
		CHECK(used > 0 && (size_t)used <= input_len);
		CHECK(body_len <= (size_t)used);
		input += used;
		input_len -= (size_t)used;
	}
	http_response_end(&response);
}

/* Bytes that came out, and may. */
#define INFLATE_LIMIT 300000

static int count_bytes(void *ctx, const uint8_t *data, size_t len)
{
	size_t *count = ctx;

	CHECK(len && data[0] + data[len - 1] >= 0);
	*count += len;
	return 0;
}

static void fuzz_inflate(void)
{
	enum inflate_format format = take_byte() % (INFLATE_GZIP + 1);
	size_t count = 0, used = 0;

	inflate(input, input_len, format, INFLATE_LIMIT, count_bytes, &count,
		&used);
	CHECK(count <= INFLATE_LIMIT && used <= input_len);
}

static void fuzz_lzma(void)
{
	struct lzma_props props;
	uint8_t *out;
	uint16_t *probs;
	size_t len;

	props.lc = take_byte() % (PROPS_LC_LP_MAX + 1);
	props.lp = take_byte() % (PROPS_LC_LP_MAX + 1 - props.lc);
	props.pb = take_byte() % (PROPS_PB_MAX + 1);
	len = take_byte() << 8;
	len += take_byte();
	out = malloc(len ? len : 1);
	probs = malloc(LZMA_PROBS_LEN(&props) * sizeof(*probs));
	lzma_decode(input, input_len, out, len, probs, &props);
	free(probs);
	free(out);
}

/* A packed program whose checksums are right, whatever it says. */
static void fuzz_packed(void)
{
	struct packed_header *header = (void *)input;
	uint8_t *memory;
	size_t len;

	if (input_len < sizeof(*header))
		return;
	header->packed_len = (uint32_t)(input_len - sizeof(*header));
	header->memory_len &= 0xfffff;
	header->header_crc32 = crc32_ieee(
		header, offsetof(struct packed_header, header_crc32));
	if (!packed_is_whole(header))
		return;
	len = header->program_len + header->pointers_len;
	memory = aligned_alloc(PACKED_PAGE, header->memory_len);
	if (!lzma_decode((const uint8_t *)(header + 1), header->packed_len,
			 memory, len, (void *)(memory + scratch_offset(header)),
			 &header->props))
		header->crc32 = crc32_ieee(memory, len);
	packed_unpack(header, memory);
	free(memory);
}

/* Whatever kind of image it is: find out, and decode pictures. */
static void fuzz_image(void)
{
	struct image *image = image_alloc(NULL, "fuzz", NULL);
	struct pixbuf *pixbuf = NULL;

	if (image && !image_write(image, 0, input, input_len)) {
		image->flags |= IMAGE_COMPLETE;
		if (!image_probe(image) && image->type->pixbuf &&
		    !image->type->pixbuf(image, &pixbuf))
			pixbuf_free(pixbuf);
	}
	image_put(image);
}

static void fuzz_region(void)
{
	struct region_entry entry;
	size_t len, at = 0;

	if (!region_check(input, input_len, &len))
		CHECK(len <= input_len - REGION_HEAD_LEN - REGION_CRC_LEN);
	/* The checksum keeps a fuzzer out of the entries. */
	while (region_next(input, input_len, &at, &entry)) {
		CHECK(at <= input_len);
		CHECK(entry.value + entry.value_len <= input + input_len);
	}
}

static void fuzz_identity(void)
{
	const struct identity_note *note;

	identity_scan(input, input_len, &note);
}

static void fuzz_smbios(void)
{
	const uint8_t *found, *end;
	unsigned int type, i;
	size_t len;

	for (type = 0; type < 128; type++) {
		found = smbios_find(input, input_len, (uint8_t)type, 0, &len,
				    &end);
		for (i = 0; found && i < 4; i++)
			smbios_string(found + len, end, i);
	}
}

/* The tables of a machine have true lengths and sums; their content is the
 * input: an SPCR, or whatever its signature says. */
static void fuzz_acpi(void)
{
	static uint8_t rsdp[36], xsdt[ACPI_HEADER_LEN + 8];
	size_t len = MAX(input_len, (size_t)ACPI_HEADER_LEN), i;
	uint8_t *table = calloc(1, len);
	uint8_t *parts[] = {table, xsdt, rsdp};
	size_t lens[] = {len, sizeof(xsdt), sizeof(rsdp)};
	struct spcr spcr;

	if (input_len)
		memcpy(table, input, input_len);
	put_le32(table + 4, (uint32_t)len);
	memcpy(xsdt, "XSDT", 4);
	put_le32(xsdt + 4, sizeof(xsdt));
	memcpy(xsdt + ACPI_HEADER_LEN, &(uint64_t){(uintptr_t)table}, 8);
	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = 2;
	rsdp[20] = sizeof(rsdp);
	memcpy(rsdp + 24, &(uint64_t){(uintptr_t)xsdt}, 8);
	for (i = 0; i < 2; i++) {
		parts[i][9] = 0;
		parts[i][9] = (uint8_t)(fake_sum(parts[i], 0, 0));
		for (size_t j = 0; j < lens[i]; j++)
			parts[i][9] -= j == 9 ? 0 : parts[i][j];
	}
	rsdp[8] = rsdp[32] = 0;
	for (i = 0; i < 20; i++)
		rsdp[8] -= i == 8 ? 0 : rsdp[i];
	for (i = 0; i < sizeof(rsdp); i++)
		rsdp[32] -= i == 32 ? 0 : rsdp[i];
	linux_acpi_rsdp = rsdp;
	/* A FADT holds an address, which may not be made up. */
	if (memcmp(table, "FACP", 4)) {
		CHECK(acpi_find("XXXX", 1, &len) == NULL);
		spcr_find(&spcr);
		free(settings_fetch_text("acpi/SPCR.0.0.36.8:hex"));
	}
	linux_acpi_rsdp = NULL;
	free(table);
}

/* A tag and an LLDPDU. */
static void fuzz_lldp(void)
{
	const uint8_t *value;
	uint64_t tag = 0;
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		tag = tag << 8 | take_byte();
	value = lldp_value(input, input_len, tag, &len);
	if (value)
		CHECK(len && value >= input && len <= input_len &&
		      (size_t)(value - input) <= input_len - len);
}

/* A router advertisement. */
static void fuzz_ra(void)
{
	char text[RA_DNSSL_MAX + 1];
	unsigned int i;
	struct ra ra;

	if (ra_parse(input, input_len, &ra))
		return;
	CHECK(ra.prefix_count <= RA_PREFIXES_MAX && ra.dns_count <= RA_DNS_MAX);
	for (i = 0; i < ra.prefix_count; i++)
		CHECK(ra.prefixes[i].len <= 128 &&
		      ra.prefixes[i].preferred_s <= ra.prefixes[i].valid_s);
	/* What is kept of names are whole ones. */
	if (ra.has_dnssl)
		CHECK(setting_type_dnssl.format(ra.dnssl, ra.dnssl_len, text,
						sizeof(text)) > 0);
}

/* The code of an ACPI table. */
static void fuzz_sysmac(void)
{
	uint8_t mac[SYSMAC_LEN] = {1};

	CHECK(sysmac_find(input, input_len, mac) == !(mac[0] & 1));
}

static void fuzz_efi_pe(void)
{
	uint16_t machine;

	efi_pe_parse(input, input_len, &machine);
	efi_pe_is_linux(input, input_len);
}

/* A command line, and behind a NUL a kernel. */
static void fuzz_linux(void)
{
	static const struct mem_range memory[] = {{0x100000, 0x7ff00000}};
	char *cmdline = take_text('\0');
	struct linux_kernel kernel;
	struct linux_layout layout;

	linux_vga(cmdline);
	if (!linux_parse(input, input_len, &kernel) &&
	    !linux_place(&kernel, input_len, linux_mem(cmdline), memory, 1,
			 memory, 1, &layout))
		CHECK(layout.kernel_end >= layout.kernel);
	free(cmdline);
}

/* The record of settings in UEFI variables. */
static void fuzz_nvs(void)
{
	platform_nvs_store(input, MIN(input_len, (size_t)PLATFORM_NVS_MAX));
	settings_register_nvs();
	free(settings_fetch_text("nvs/keymap"));
	settings_store_text("nvs/fuzz", "x");
	settings_store_text("nvs/keymap", NULL);
	settings_unregister(settings_find("nvs", false));
	linux_nvs_len = 0;
}

/* What a console is sent. */
static void fuzz_ansi(void)
{
	struct ansi ansi = {0};
	struct ansi_colours colours = {0};

	while (input_len) {
		if (ansi_feed(&ansi, take_byte()) == ANSI_FINAL('m'))
			ansi_select(&ansi, &colours);
		CHECK(ansi.count <= ANSI_NUMBERS);
	}
}

/* ---- Targets: packets, to the firmware as it waits for them ---- */

/* Ethernet frames, to a card and to a VLAN on it. */
static void fuzz_frame(void)
{
	struct net_device *vlan;
	const uint8_t *frame;
	size_t len;

	CHECK(!vlan_create(fake_netdev, 5, 0));
	vlan = netdev_find("net0-5");
	CHECK(!netdev_open(vlan));
	while (input_len) {
		frame = take_packet(1518, &len);
		if (len)
			fake_queue(frame, len);
		poll_all();
	}
	CHECK(!vlan_destroy(vlan));
}

/* Answer each packet with the next of the input, of which a part must be as
 * in the question: the first LEN bytes from AT, found at FROM there. */
static struct {
	uint16_t port;
	size_t from, at, len;
	uint16_t answer_port;
} server;

static void answer(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	uint8_t packet[1400];
	const uint8_t *found;
	size_t packet_len;
	unsigned int i;

	if (server.port && to_port != server.port &&
	    to_port != server.answer_port)
		return;
	for (i = 0; i < 2 && input_len; i++) {
		found = take_packet(sizeof(packet), &packet_len);
		if (packet_len)
			memcpy(packet, found, packet_len);
		if (packet_len >= server.at + server.len &&
		    len >= server.from + server.len)
			memcpy(packet + server.at, data + server.from,
			       server.len);
		fake_send_udp(to == 0xffffffff ? PEER_IP : to,
			      server.answer_port ? server.answer_port : to_port,
			      to == 0xffffffff ? to : DEVICE_IP, from_port,
			      packet, packet_len);
	}
}

static void fuzz_dhcp(void)
{
	server.from = server.at = 4;
	server.len = 4; /* xid */
	fake_on_udp = answer;
	dhcp_configure(fake_netdev, 3000);
	free(settings_fetch_text("net0.dhcp/filename"));
	free(settings_fetch_text("net0.dhcp/43.8:hex"));
}

/* Answer with the next two packets of the input, made such that the client
 * takes them for answers: its own identifiers, and those of one server. */
static void answer6(const char *to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	static const uint8_t server_id[] = {0, 2, 0, 4, 0, 3, 0, 1};
	uint8_t packet[1400];
	struct dhcpv6_option id;
	const uint8_t *found;
	size_t packet_len, at;
	unsigned int i;

	if (to_port != DHCPV6_SERVER_PORT || strcmp(to, DHCPV6_SERVERS) ||
	    !dhcpv6_option_find(data + 4, len - 4, DHCPV6_OPT_CLIENT_ID, &id))
		return;
	for (i = 0; i < 2 && input_len; i++) {
		found = take_packet(1200, &packet_len);
		memcpy(packet, data, 4);
		packet[0] = packet_len ? found[0] : 0;
		memcpy(packet + 4, id.data - 4, id.len + 4);
		at = 4 + id.len + 4;
		memcpy(packet + at, server_id, sizeof(server_id));
		at += sizeof(server_id);
		if (packet_len)
			memcpy(packet + at, found + 1, packet_len - 1);
		at += packet_len ? packet_len - 1 : 0;
		fake_send_udp6(FAKE_ROUTER, to_port, FAKE_LINK, from_port,
			       packet, at);
	}
}

/* With an address or without, then the server's answers. */
static void fuzz_dhcpv6(void)
{
	bool is_stateful = take_byte() & 1;
	struct dhcpv6_session *session;
	unsigned int i;

	fake_on_ipv6 = fake_rx_ip6;
	fake_on_udp6 = answer6;
	session = dhcpv6_start(fake_netdev, is_stateful);
	CHECK(session);
	for (i = 0; i < 600 && dhcpv6_poll(session) == -EINPROGRESS; i++) {
		poll_all();
		platform_idle();
	}
	dhcpv6_stop(session);
	free(settings_fetch_text("net0/ip6"));
	free(settings_fetch_text("filename"));
	dhcpv6_forget(fake_netdev);
	fake_on_udp6 = NULL;
}

/* ICMPv6 messages of a router, with their checksums right. */
static void fuzz_ndp(void)
{
	const uint8_t *message;
	ip_addr_t addr;
	size_t len;

	fake_on_ipv6 = fake_rx_ip6;
	ndp_solicit(fake_netdev);
	while (input_len) {
		message = take_packet(1400, &len);
		if (len >= 4)
			fake_send_ip6(FAKE_ROUTER, FAKE_ALL_NODES, 58, 255,
				      message, len, 2);
		poll_sleep(3);
	}
	free(settings_fetch_text("net0/ip6"));
	free(settings_fetch_text("dnssl"));
	CHECK(address_parse_ipv6("2001:db8::1", &addr));
	address_route(&addr);
	route();
	ndp_forget(fake_netdev);
	netdev_apply_settings(fake_netdev);
	CHECK(!ipv6_has_global(fake_netdev));
}

/* How boot servers may be asked and which there are, then their answers. */
static void fuzz_pxebs(void)
{
	take_pxe_option(PXE_OPT_CONTROL);
	take_pxe_option(PXE_OPT_MCAST);
	take_pxe_option(PXE_OPT_SERVERS);
	server.from = server.at = 4;
	server.len = 4; /* xid */
	fake_on_udp = answer;
	pxebs_type(fake_netdev, 2);
	pxebs_discover(fake_netdev, 2, 9000);
	free(settings_fetch_text("pxebs/filename"));
	dhcp_block_unregister(NULL, DHCP_BLOCK_PXEBS);
}

/* A menu, the prompt before it, and keys. Nobody answers. */
static void fuzz_pxe_menu(void)
{
	struct uri *uri = NULL;

	take_pxe_option(PXE_OPT_MENU);
	take_pxe_option(PXE_OPT_PROMPT);
	settings_store_text("vendor-class", "PXEClient");
	is_typing = true;
	if (!pxe_menu_boot(fake_netdev, &uri))
		CHECK(!uri);
}

static void fuzz_tftp(void)
{
	server.port = 69;
	server.answer_port = 2000;
	fake_on_udp = answer;
	fake_fetch_for("tftp://10.0.0.1/file", 3000);
	fake_image_free();
}

static void fuzz_ntp(void)
{
	int64_t correction_s;

	server.from = 40;
	server.at = 24;
	server.len = 8; /* the cookie */
	fake_on_udp = answer;
	ntp_set_clock("10.0.0.1", &correction_s);
}

static void fuzz_dns(void)
{
	struct resolve resolve = {0};
	unsigned int i;

	server.port = 53;
	server.len = 2; /* the identifier */
	fake_on_udp = answer;
	settings_store_text("dns", "10.0.0.1");
	resolve_start(&resolve, "host.example");
	for (i = 0; i < 300 && resolve_poll(&resolve) == -EINPROGRESS; i++) {
		poll_all();
		platform_idle();
	}
	resolve_stop(&resolve);
	settings_store_text("dns", NULL);
}

static void respond(struct fake_tcp *tcp, const char *request)
{
	const uint8_t *response;
	size_t len;

	(void)request;
	response = take_packet(8192, &len);
	fake_tcp_send(tcp, response, len);
	fake_tcp_fin(tcp);
}

/* A whole download, each connection a response. */
static void fuzz_http(void)
{
	fake_on_request = respond;
	fake_fetch_for("http://10.0.0.1/file", 3000);
	fake_image_free();
}

/* ---- All of them ---- */

static const struct target {
	const char *name;
	void (*run)(void);
	bool has_network;
} targets[] = {
	{"exec", fuzz_exec, false},
	{"script", fuzz_script, false},
	{"settings", fuzz_settings, false},
	{"types", fuzz_types, false},
	{"uri", fuzz_uri, false},
	{"menu", fuzz_menu, false},
	{"dhcp_packet", fuzz_dhcp_packet, false},
	{"dhcpv6_packet", fuzz_dhcpv6_packet, false},
	{"pxe_options", fuzz_pxe_options, false},
	{"http_response", fuzz_http_response, false},
	{"http_digest", fuzz_http_digest, false},
	{"inflate", fuzz_inflate, false},
	{"lzma", fuzz_lzma, false},
	{"packed", fuzz_packed, false},
	{"image", fuzz_image, false},
	{"region", fuzz_region, false},
	{"identity", fuzz_identity, false},
	{"smbios", fuzz_smbios, false},
	{"acpi", fuzz_acpi, false},
	{"lldp", fuzz_lldp, false},
	{"ra", fuzz_ra, false},
	{"sysmac", fuzz_sysmac, false},
	{"efi_pe", fuzz_efi_pe, false},
	{"linux", fuzz_linux, false},
	{"nvs", fuzz_nvs, false},
	{"ansi", fuzz_ansi, false},
	{"frame", fuzz_frame, true},
	{"dhcp", fuzz_dhcp, true},
	{"dhcpv6", fuzz_dhcpv6, true},
	{"ndp", fuzz_ndp, true},
	{"pxebs", fuzz_pxebs, true},
	{"pxe_menu", fuzz_pxe_menu, true},
	{"tftp", fuzz_tftp, true},
	{"ntp", fuzz_ntp, true},
	{"dns", fuzz_dns, true},
	{"http", fuzz_http, true},
};

static const struct target *target;

static int stay(void)
{
	return 0;
}

/* The first argument is ours: which target. Without it list them. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		if (*argc < 2)
			puts(targets[i].name);
		else if (!strcmp(targets[i].name, (*argv)[1]))
			target = &targets[i];
	}
	if (!target)
		exit(*argc < 2 ? 0 : 2);
	(*argv)[1] = (*argv)[0];
	++*argv;
	--*argc;
	linux_end_hook = stay;
	linux_bulk_limit = 64 << 20;
	fake_setup(NULL);
	linux_idle_skip_us = 20000;
	settings_register_builtin();
	settings_register_smbios();
	return 0;
}

/* Forget what the input has left behind. */
static void clean_up(void)
{
	struct setting setting;
	struct image *image, *next;

	list_for_each_entry_safe(image, next, &images, list)
		image_unregister(image);
	while (settings_value_at(&settings_root, 0, &setting))
		settings_store(&settings_root, &setting, NULL, 0);
	uri_set_cwuri(NULL);
	input_len = 0;
	exec_line("console");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	input = copy;
	input_len = size;
	is_typing = false;
	ends_typed = 0;
	memset(&server, 0, sizeof(server));
	if (target->has_network)
		fake_up(NULL);
	target->run();
	input_len = 0;
	if (target->has_network)
		fake_down(NULL);
	clean_up();
	free(copy);
	return 0;
}
