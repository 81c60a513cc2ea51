/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Trusted root certificates of the customisation region: kept as what
 * ${trust} is, their SHA-256 fingerprints one behind the other. */
#include <errno.h>
#include <string.h>

#include "core/console.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/settings.h"
#include "usr/customise.h"

SELECT_IF(CUSTOM_TRUST);

#define FINGERPRINT_LEN 32 /* SHA-256 */
#define TRUST_MAX	16 /* certificates */

const struct setting setting_trust = {
	.name = "trust",
	.description = "SHA-256 fingerprints of trusted root certificates: "
		       "unused, HTTPS is not built in",
	.tag = DHCP_ENCAP(175, 90),
	.type = &setting_type_hex,
};
TABLE_REGISTER(settings, setting_trust);

static uint8_t fingerprints[TRUST_MAX * FINGERPRINT_LEN];
static size_t fingerprints_len;

static const struct digest *sha256_find(void)
{
	const struct digest *digest;

	for_each_table_entry(digest, digests) {
		if (!strcmp(digest->name, "sha256"))
			return digest;
	}
	return NULL;
}

void customise_trust(const struct region_entry *entry)
{
	const struct digest *digest = sha256_find();

	if (!digest || fingerprints_len == sizeof(fingerprints)) {
		console_printf("A trusted certificate is ignored: no room\n");
		return;
	}
	if (digest_compute(digest, entry->value, entry->value_len,
			   fingerprints + fingerprints_len))
		return;
	fingerprints_len += FINGERPRINT_LEN;
	settings_store(NULL, &setting_trust, fingerprints, fingerprints_len);
}
