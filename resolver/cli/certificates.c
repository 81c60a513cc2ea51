/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* X.509 certificates, as customisations hold them. */
#include "certificates.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* The certificate whose DER is all of the len bytes, or NULL. */
static X509 *parse_der(const uint8_t *data, size_t len)
{
	const unsigned char *at = data;
	X509 *certificate = d2i_X509(NULL, &at, (long)len);

	if (certificate && at == data + len)
		return certificate;
	X509_free(certificate);
	return NULL;
}

static size_t count_certificates(const struct region *region)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < region->count; i++)
		count += region->entries[i].kind == REGION_TRUST;
	return count;
}

static int has_certificate(const struct region *region, const uint8_t *der,
			   size_t len)
{
	size_t i;

	for (i = 0; i < region->count; i++) {
		const struct region_entry *entry = &region->entries[i];

		if (entry->kind == REGION_TRUST && entry->value_len == len &&
		    memcmp(entry->value, der, len) == 0)
			return 1;
	}
	return 0;
}

static int add_one(struct region *region, X509 *certificate, struct reason *why)
{
	unsigned char *der = NULL;
	int len, rc = 0;

	if (!X509_check_ca(certificate))
		return reason_set(why, -EINVAL,
				  "the certificate in it is of a server or a "
				  "person, and not one of an authority that "
				  "others are checked with");
	len = i2d_X509(certificate, &der);
	if (len <= 0)
		return reason_set(why, -ENOMEM, "out of memory");
	if (!has_certificate(region, der, (size_t)len)) {
		if (count_certificates(region) == CERTIFICATES_MAX)
			rc = reason_set(why, -EFBIG,
					"there would be more than %d trusted "
					"certificates",
					CERTIFICATES_MAX);
		else if (region_add(region, REGION_TRUST, "", der, (size_t)len))
			rc = reason_set(why, -ENOMEM, "out of memory");
	}
	OPENSSL_free(der);
	return rc;
}

/* Add all certificates of a PEM file; ret_count tells how many. */
static int add_pem(struct region *region, const uint8_t *data, size_t len,
		   unsigned int *ret_count, struct reason *why)
{
	BIO *bio = BIO_new_mem_buf(data, (int)len);
	unsigned int count = 0;
	X509 *certificate;
	int rc = 0;

	if (!bio)
		return reason_set(why, -ENOMEM, "out of memory");
	while (rc == 0 &&
	       (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		rc = add_one(region, certificate, why);
		X509_free(certificate);
		count++;
	}
	/* Something in it that begins like one, and is none? */
	if (rc == 0 &&
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		rc = reason_set(why, -EINVAL,
				"certificate number %u in it is damaged",
				count + 1);
	ERR_clear_error();
	BIO_free(bio);
	*ret_count = count;
	return rc;
}

int certificates_add(struct region *region, const uint8_t *data, size_t len,
		     struct reason *why)
{
	unsigned int count = 0;
	X509 *certificate;
	int rc;

	if (len > REGION_LEN_MAX)
		return reason_set(why, -EFBIG,
				  "it is too large for certificates");
	certificate = parse_der(data, len);
	ERR_clear_error();
	if (certificate) {
		rc = add_one(region, certificate, why);
		X509_free(certificate);
		return rc;
	}
	rc = add_pem(region, data, len, &count, why);
	if (rc == 0 && count == 0)
		rc = reason_set(why, -EINVAL,
				"it holds no certificate, neither PEM nor DER");
	return rc;
}

int certificate_describe(const uint8_t *der, size_t len,
			 struct certificate_text *ret_text)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	X509 *certificate = parse_der(der, len);
	struct tm until;
	BIO *bio;
	int i, count;

	ERR_clear_error();
	if (!certificate)
		return -EINVAL;
	memset(ret_text, 0, sizeof(*ret_text));
	bio = BIO_new(BIO_s_mem());
	/* Escapes whatever would not be text. */
	if (bio && X509_NAME_print_ex(
			   bio, X509_get_subject_name(certificate), 0,
			   XN_FLAG_RFC2253 & ~ASN1_STRFLGS_UTF8_CONVERT) >= 0) {
		count = BIO_read(bio, ret_text->subject,
				 sizeof(ret_text->subject) - 1);
		ret_text->subject[count > 0 ? count : 0] = '\0';
	}
	BIO_free(bio);
	SHA256(der, len, hash);
	for (i = 0; i < SHA256_DIGEST_LENGTH; i++)
		snprintf(ret_text->fingerprint + 2 * i, 3, "%02x", hash[i]);
	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &until))
		strftime(ret_text->until, sizeof(ret_text->until), "%Y-%m-%d",
			 &until);
	X509_free(certificate);
	return 0;
}
