/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The PXE ROM that loaded us: its structures and its API. PXE 2.1. */
#include <errno.h>
#include <string.h>

#include "core/origin.h"
#include "platform/bios/io.h"
#include "platform/bios/pxe.h"
#include "platform/bios/real.h"

SELECT_IF(PXE_STACK);

#define BASE_MEMORY_END 0xa0000u
/* Stack that the ROM may still use below what it gave us, bytes. */
#define ROM_STACK	    2048u
#define PXENV_LEN_MIN	    0x16
#define PXENV_VERSION_21    0x0201
#define INSTALLATION_CHECK  0x5650 /* AX of INT 1Ah, PXE 2.1 3.1.1 */
#define INSTALLATION_ANSWER 0x564e

static struct pxe_bangpxe *bangpxe;
static struct pxe_env *env;
static uint32_t api_entry;
static bool is_unloaded;

static uint8_t sum_bytes(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum += *bytes++;
	return sum;
}

/* Is there a structure of at least LEN_MIN bytes at DATA, of which byte
 * LEN_AT is the length and all together are 0? */
static bool is_valid(const void *data, const char *signature, size_t len_at,
		     size_t len_min)
{
	const uint8_t *bytes = data;

	return !memcmp(bytes, signature, strlen(signature)) &&
	       bytes[len_at] >= len_min && !sum_bytes(bytes, bytes[len_at]);
}

/* The !PXE structure at FAR, NULL if there is none. */
static struct pxe_bangpxe *bangpxe_at(uint32_t far)
{
	struct pxe_bangpxe *found = real_linear(far);

	if (!far || !is_valid(found, "!PXE", 4, 0x20) || !found->entry)
		return NULL;
	return found;
}

/* The PXENV+ structure at FAR, NULL if there is none. */
static struct pxe_env *env_at(uint32_t far)
{
	struct pxe_env *found = real_linear(far);

	if (!far || !is_valid(found, "PXENV+", 8, PXENV_LEN_MIN))
		return NULL;
	return found;
}

int pxe_init(void)
{
	const struct real_entry *entry = real_ptr(real_entry);
	struct real_regs *regs;

	bangpxe = bangpxe_at(*low_ptr(uint32_t, entry->ss * 16u + entry->args));
	env = env_at((uint32_t)entry->es << 16 | entry->bx);
	if (!env && !bangpxe) {
		regs = real_begin();
		regs->eax = INSTALLATION_CHECK;
		if (!real_int(regs, 0x1a) &&
		    (uint16_t)regs->eax == INSTALLATION_ANSWER)
			env = env_at((uint32_t)regs->es << 16 |
				     (uint16_t)regs->ebx);
	}
	if (env && !bangpxe && env->version >= PXENV_VERSION_21 &&
	    env->len >= sizeof(*env))
		bangpxe = bangpxe_at(env->bangpxe);
	if (bangpxe)
		api_entry = bangpxe->entry;
	else if (env)
		api_entry = env->entry;
	return api_entry ? 0 : -ENODEV;
}

int pxe_adopt(uint32_t far)
{
	bangpxe = bangpxe_at(far);
	env = NULL;
	api_entry = bangpxe ? bangpxe->entry : 0;
	is_unloaded = false;
	return bangpxe ? 0 : -ENODEV;
}

uint32_t pxe_entry(void)
{
	return api_entry;
}

int pxe_call(uint16_t opcode, void *params, size_t len)
{
	uint8_t *copy = real_base + REAL_PXE;
	struct real_regs *regs;

	if (!api_entry || is_unloaded)
		return -ENODEV;
	memcpy(copy, params, len);
	regs = real_begin();
	/* !PXE takes its arguments from the stack, PXENV+ from BX and ES:DI. */
	regs->ebx = opcode;
	regs->edi = REAL_PXE;
	regs->stack[0] = opcode;
	regs->stack[1] = REAL_PXE;
	regs->stack[2] = real_seg();
	real_call(regs, api_entry);
	memcpy(params, copy, len);
	if ((uint16_t)regs->eax || ((struct pxe_status *)params)->status)
		return -EIO;
	return 0;
}

/* Make the LEN bytes at DATA, CHECKSUM among them, add up to 0 again. */
static void fix_sum(const void *data, size_t len, uint8_t *checksum)
{
	*checksum -= sum_bytes(data, len);
}

void pxe_pretend_undi_at(uint16_t seg)
{
	static uint16_t old_seg, old_env_seg;
	static uint32_t old_address;

	if (bangpxe && bangpxe->len >= sizeof(*bangpxe)) {
		__typeof__(&bangpxe->segment[0]) data =
			&bangpxe->segment[PXE_UNDI_DATA];

		if (seg) {
			old_seg = data->segment;
			old_address = data->address;
		}
		data->segment = seg ? seg : old_seg;
		data->address = seg ? seg * 16u : old_address;
		fix_sum(bangpxe, bangpxe->len, &bangpxe->checksum);
	}
	if (env && env->len >= sizeof(*env)) {
		if (seg)
			old_env_seg = env->undi_data_seg;
		env->undi_data_seg = seg ? seg : old_env_seg;
		fix_sum(env, env->len, &env->checksum);
	}
}

/* BOTTOM, or START where a thing of LEN bytes there reaches below TOP. */
static uint32_t keep_below(uint32_t bottom, uint32_t start, uint32_t len,
			   uint32_t top)
{
	if (!len || start >= top || start + len <= top - REAL_LEN)
		return bottom;
	return MIN(bottom, start);
}

uint32_t pxe_memory_bottom(uint32_t top)
{
	const struct real_entry *entry = real_ptr(real_entry);
	uint32_t stack = entry->ss * 16u + entry->sp;
	uint32_t bottom = top;
	unsigned int i;

	stack -= MIN(ROM_STACK, (uint32_t)entry->sp);
	bottom = keep_below(bottom, stack, ROM_STACK, top);
	if (!bangpxe)
		return bottom;
	for (i = 0; i < ARRAY_SIZE(bangpxe->segment); i++) {
		if (i >= bangpxe->segment_count ||
		    offsetof(struct pxe_bangpxe, segment) +
				    (i + 1) * sizeof(bangpxe->segment[0]) >
			    bangpxe->len)
			break;
		bottom = keep_below(bottom, bangpxe->segment[i].address,
				    bangpxe->segment[i].len, top);
	}
	return bottom;
}

void pxe_memory(uint32_t *ret_start, uint32_t *ret_end)
{
	uint32_t start = UINT32_MAX;
	uint32_t end = 0;
	unsigned int i;

	for (i = 0; bangpxe && i < ARRAY_SIZE(bangpxe->segment); i++) {
		const __typeof__(bangpxe->segment[0]) *segment =
			&bangpxe->segment[i];

		if (i >= bangpxe->segment_count ||
		    offsetof(struct pxe_bangpxe, segment) +
				    (i + 1) * sizeof(*segment) >
			    bangpxe->len)
			break;
		/* The stack is whoever's who calls. */
		if (!i || !segment->len || segment->address >= BASE_MEMORY_END)
			continue;
		start = MIN(start, segment->address);
		end = MAX(end, segment->address + segment->len);
	}
	*ret_start = end ? start : 0;
	*ret_end = (end + 1023) & ~1023u;
}

/* Give `origin` the ROM's packet of TYPE as WHICH. */
static void cached_packet(uint16_t type, enum origin_packet which)
{
	struct pxe_cached_info info = {
		.type = type,
		.buf_len = ORIGIN_PACKET_MAX,
		.buf = real_far(REAL_RX),
		.limit = ORIGIN_PACKET_MAX,
	};

	if (pxe_call(PXENV_GET_CACHED_INFO, &info, sizeof(info)) < 0) {
		/* Some only tell where they have it. */
		memset(&info, 0, sizeof(info));
		info.type = type;
		if (pxe_call(PXENV_GET_CACHED_INFO, &info, sizeof(info)) < 0 ||
		    !info.buf)
			return;
	}
	origin_set_packet(which, real_linear(info.buf),
			  MIN(info.buf_len, (uint16_t)ORIGIN_PACKET_MAX));
}

void pxe_cached_packets(void)
{
	cached_packet(PXENV_PACKET_DHCPACK, ORIGIN_DHCPACK);
	cached_packet(PXENV_PACKET_REPLY, ORIGIN_PROXYOFFER);
}

void pxe_unload(void)
{
	static const uint16_t opcodes[] = {PXENV_UNDI_SHUTDOWN,
					   PXENV_UNLOAD_STACK, PXENV_STOP_UNDI};
	uint8_t params[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		memset(params, 0, sizeof(params));
		pxe_call(opcodes[i], params, sizeof(params));
	}
	is_unloaded = true;
}
