/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The loop guard: what may be executed, so that no machine chains for ever. */
#include <string.h>
#include <strings.h>

#include "config/general.h"
#include "core/console.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/loopguard.h"
#include "core/origin.h"
#include "core/platform.h"

/* The marker that travels from stage to stage: 16 bytes at 40:F0, or a
 * volatile UEFI variable. */
struct marker {
	uint8_t magic[2];	/* "Un" */
	uint8_t generation;	/* how deep builds of ours started each other */
	uint8_t executed;	/* boot programs started so far, saturating */
	uint8_t uri_hash[5][2]; /* of the last ones, newest first */
	uint8_t checksum[2];	/* makes the big-endian 16-bit sum 0xffff */
} __packed;

_Static_assert(sizeof(struct marker) == PLATFORM_MARKER_LEN, "marker size");

/* A script URI and how often it ran without progress. */
struct ring_entry {
	uint32_t hash;
	unsigned int count;
};

static struct marker marker;
static struct ring_entry ring[16];
static unsigned int ring_next;
static unsigned int ring_keys;

/* Sum of all the 16-bit words of the marker, end-around carry (RFC 1071). */
static uint16_t marker_sum(void)
{
	const uint8_t *bytes = (const uint8_t *)&marker;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < sizeof(marker); i += 2)
		sum += get_be16(bytes + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void marker_save(void)
{
	put_be16(marker.checksum, 0);
	put_be16(marker.checksum, (uint16_t)~marker_sum());
	platform_marker_store((const uint8_t *)&marker);
}

/* FNV-1a, Fowler/Noll/Vo, of the text of URI; 0 for none. */
static uint32_t uri_hash(const struct uri *uri)
{
	char text[512];
	uint32_t hash = 2166136261u;
	size_t i, len;

	if (!uri)
		return 0;
	len = uri_format(uri, text, sizeof(text));
	len = MIN(len, sizeof(text) - 1);
	for (i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619u;
	return hash;
}

void loopguard_init(void)
{
	if (platform_marker_load((uint8_t *)&marker) ||
	    memcmp(marker.magic, "Un", 2) || marker_sum() != 0xffff) {
		memset(&marker, 0, sizeof(marker));
		memcpy(marker.magic, "Un", 2);
	}
	if (marker.generation < 255)
		marker.generation++;
	marker_save();
}

void loopguard_fini(void)
{
	if (marker.generation)
		marker.generation--;
	if (!marker.generation)
		marker.executed = 0;
	marker_save();
}

unsigned int loopguard_generation(void)
{
	return marker.generation;
}

/* Does PATH end like a boot program, which no server answers with a script? */
static bool is_boot_program_name(const char *path)
{
	static const char suffixes[][6] = {".efi", ".kpxe", ".pxe", ".0",
					   ".bin", ".com",  ".lkrn"};
	size_t len = strlen(path);
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		n = strlen(suffixes[i]);
		if (len > n && !strcasecmp(path + len - n, suffixes[i]))
			return true;
	}
	return false;
}

int loopguard_check_uri(const struct uri *uri)
{
	if (!origin.uri || !uri || !uri_is_equal(uri, origin.uri))
		return 0;
	if (uri->scheme && !strncmp(uri->scheme, "http", 4) &&
	    !(uri->path && is_boot_program_name(uri->path)))
		return 0;
	return error_set(-EISSELF, "that file is this firmware: not loading "
				   "it again");
}

/* Count one more execution of the script at URI. */
static int check_ring(const struct uri *uri)
{
	uint32_t hash = uri_hash(uri);
	struct ring_entry *entry;
	unsigned int i;

	if (!hash)
		return 0;
	if (ring_keys != console_key_count())
		loopguard_progress();
	for (i = 0; i < ARRAY_SIZE(ring); i++) {
		if (ring[i].hash == hash)
			break;
	}
	if (i == ARRAY_SIZE(ring)) {
		i = ring_next;
		ring_next = (ring_next + 1) % ARRAY_SIZE(ring);
		ring[i].count = 0;
	}
	entry = &ring[i];
	entry->hash = hash;
	if (++entry->count <= SCRIPT_RING_LIMIT)
		return 0;
	return error_set(-ERING,
			 "this script was executed %u times without a key or a "
			 "wait between: scripts chain each other in a ring",
			 SCRIPT_RING_LIMIT);
}

/* The sentence for what may not be started because of the limit. */
static int generation_error(const char *name, bool is_ours)
{
	return error_set(-EGENERATION,
			 "%s is %s, and this product was entered %u times "
			 "since reset, which is the limit: not started",
			 name,
			 is_ours ? "another build of this firmware"
				 : "a boot program",
			 marker.generation);
}

int loopguard_check_program(const void *data, size_t len, const char *name)
{
	enum identity identity = identity_scan(data, len, NULL);

	if (identity == IDENTITY_SELF)
		return error_set(-EISSELF,
				 "%s is this firmware: not started "
				 "again",
				 name);
	if (identity == IDENTITY_OTHER && marker.generation >= GENERATION_LIMIT)
		return generation_error(name, true);
	return 0;
}

int loopguard_check_image(struct image *image)
{
	enum image_role role = image->type->role(image);
	int rc;

	if (image->flags & IMAGE_ORIGIN)
		return 0;
	if (role == IMAGE_ROLE_SCRIPT)
		return check_ring(image->uri);
	if (role == IMAGE_ROLE_KERNEL)
		return 0;
	rc = loopguard_check_program(image->data, image->len, image->name);
	if (rc || marker.generation < GENERATION_LIMIT)
		return rc;
	return generation_error(image->name, false);
}

void loopguard_note_exec(const struct image *image)
{
	uint32_t hash;

	if (image->type->role((struct image *)image) != IMAGE_ROLE_LOADER)
		return;
	hash = uri_hash(image->uri);
	memmove(marker.uri_hash[1], marker.uri_hash[0],
		sizeof(marker.uri_hash) - sizeof(marker.uri_hash[0]));
	put_be16(marker.uri_hash[0], (uint16_t)(hash ^ hash >> 16));
	if (marker.executed < 255)
		marker.executed++;
	marker_save();
}

void loopguard_progress(void)
{
	memset(ring, 0, sizeof(ring));
	ring_keys = console_key_count();
}
