/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Names: lwIP's DNS client, the search domain, and patience with servers. */
#include <stdio.h>
#include <string.h>

#include "lwip/dns.h"

#include "config/general.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/settings.h"
#include "net/ipv6.h"
#include "net/resolve.h"

SELECT_IF(DNS_RESOLVER);

/* A question that every server left unanswered is asked again until: */
#define DNS_TOTAL_US 12000000
/* lwIP gives up on a server after 2 s; a refusal comes sooner than this. */
#define DNS_SILENCE_US 1500000

static LIST_HEAD(questions);
static unsigned int serial_counter;

/* lwIP has an answer (ADDR NULL: none) to the attempt with serial ARG. The
 * question may be gone meanwhile: lwIP cannot be told to forget one. */
static void dns_found(const char *name __unused_arg, const ip_addr_t *addr,
		      void *arg)
{
	struct resolve *resolve;

	list_for_each_entry(resolve, &questions, list) {
		if (resolve->serial != (unsigned int)(uintptr_t)arg)
			continue;
		resolve->is_answered = true;
		if (addr)
			resolve->addr = *addr;
		return;
	}
}

/* Tell lwIP the servers of the settings. Returns how many there are. */
static unsigned int dns_use_servers(void)
{
	ip_addr_t servers[DNS_MAX_SERVERS];
	unsigned int i, count = ipv6_dns_servers(servers);

	for (i = 0; i < DNS_MAX_SERVERS; i++)
		dns_setserver((u8_t)i, i < count ? &servers[i] : NULL);
	return count;
}

static void dns_fail(struct resolve *resolve, const char *why)
{
	resolve->rc = error_set(-EDNS, "%.80s could not be resolved: %s",
				resolve->name, why);
}

/* Domain number INDEX to look for names in. Returns 0 or -ENOENT. */
static int dns_domain(unsigned int index, char *buf, size_t len)
{
	const struct dns_search *search;

	for_each_table_entry(search, dns_searches) {
		if (search->find(index, buf, len) == 0)
			return 0;
		if (index && search->find(0, buf, len) == 0)
			return -ENOENT; /* that was the list's end */
	}
	if (index ||
	    settings_fetch_string(NULL, &setting_domain, buf, len) <= 0)
		return -ENOENT;
	return 0;
}

/* Ask for the name: with the search domain first if it has no dot. */
static void dns_attempt(struct resolve *resolve)
{
	char name[DNS_MAX_NAME_LENGTH];
	char domain[128];
	err_t err;

	if (!dns_use_servers()) {
		dns_fail(resolve, "no DNS server is known");
		return;
	}
	if (strchr(resolve->name, '.') ||
	    dns_domain(resolve->search, domain, sizeof(domain)))
		resolve->is_plain = true;
	if (snprintf(name, sizeof(name), resolve->is_plain ? "%s" : "%s.%s",
		     resolve->name, domain) >= (int)sizeof(name)) {
		dns_fail(resolve, "it is too long");
		return;
	}
	resolve->serial = ++serial_counter;
	resolve->attempt_us = platform_time_us();
	resolve->is_answered = false;
	err = dns_gethostbyname_addrtype(name, &resolve->addr, dns_found,
					 (void *)(uintptr_t)resolve->serial,
					 LWIP_IPV6 ? resolve->type
						   : LWIP_DNS_ADDRTYPE_IPV4);
	if (err == ERR_OK) {
		resolve->is_answered = true;
	} else if (err != ERR_INPROGRESS) {
		dns_fail(resolve, "it is not a host name");
	}
}

static void dns_start(struct resolve *resolve)
{
	resolve->begin_us = platform_time_us();
	ipv6_dns_first(resolve);
	list_add_tail(&resolve->list, &questions);
	dns_attempt(resolve);
}

static void dns_poll(struct resolve *resolve)
{
	uint64_t now = platform_time_us();

	if (!resolve->is_answered)
		return;
	if (!ip_addr_isany_val(resolve->addr)) {
		resolve->rc = 0;
		return;
	}
	if (now - resolve->attempt_us < DNS_SILENCE_US) {
		if (ipv6_dns_next(resolve)) {
			dns_attempt(resolve);
			return;
		}
		ipv6_dns_first(resolve);
		if (resolve->is_plain) {
			dns_fail(resolve, "the DNS server does not know it");
			return;
		}
		/* The next domain, or none. */
		resolve->search++;
	} else if (now - resolve->begin_us >= DNS_TOTAL_US) {
		dns_fail(resolve, "no DNS server answers");
		return;
	}
	dns_attempt(resolve);
}

static void dns_stop(struct resolve *resolve)
{
	list_del(&resolve->list);
}

static const struct resolver dns_resolver = {
	.start = dns_start,
	.poll = dns_poll,
	.stop = dns_stop,
};
TABLE_REGISTER(resolvers, dns_resolver);
