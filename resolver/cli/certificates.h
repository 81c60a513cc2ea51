/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* X.509 certificates, as customisations hold them. */
#ifndef RESOLVER_CLI_CERTIFICATES_H
#define RESOLVER_CLI_CERTIFICATES_H

#include "reason.h"
#include "region.h"

/* How many certificates a firmware takes. */
#define CERTIFICATES_MAX 16

/* What a certificate is, in words. */
struct certificate_text {
	/* Its subject, cut if it is long. */
	char subject[256];
	/* SHA-256 of its DER, in hexadecimal. */
	char fingerprint[65];
	/* Last day that it is valid, as "2031-12-31". */
	char until[16];
};

/*
 * Add the certificates in the len bytes at data, PEM (all that there are) or
 * DER (one), to the region, but for those that it has.  Returns 0, -EINVAL (no
 * certificate, or nothing that may sign others), -EFBIG (too many) or -ENOMEM,
 * with a sentence that goes behind "NAME: ".
 */
int certificates_add(struct region *region, const uint8_t *data, size_t len,
		     struct reason *why);

/* Describe the certificate in the len bytes of DER.  0 or -EINVAL. */
int certificate_describe(const uint8_t *der, size_t len,
			 struct certificate_text *ret_text);

#endif
