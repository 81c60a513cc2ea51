/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Parameter lists. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/general.h"
#include "core/error.h"
#include "core/params.h"

SELECT_IF(PARAM_CMD);

static LIST_HEAD(all_params);

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT"};

struct params *params_find(const char *name)
{
	struct params *params;

	list_for_each_entry(params, &all_params, list) {
		if (!strcmp(params->name, name ? name : ""))
			return params;
	}
	return NULL;
}

void params_free(struct params *params)
{
	struct param *param, *next;

	list_for_each_entry_safe(param, next, &params->entries, list) {
		list_del(&param->list);
		free(param);
	}
	list_del(&params->list);
	free(params);
}

int params_create(const char *name, const char *method)
{
	struct params *params, *old = params_find(name);
	size_t i = 0;

	if (!name)
		name = "";
	if (method) {
		while (i < ARRAY_SIZE(methods) &&
		       strcasecmp(methods[i], method))
			i++;
		if (i == ARRAY_SIZE(methods))
			return error_set(-EINVAL,
					 "\"%.20s\" is not a method; GET, "
					 "HEAD, POST and PUT are",
					 method);
	}
	params = malloc(sizeof(*params) + strlen(name) + 1);
	if (!params)
		return -ENOMEM;
	strcpy(params->name, name);
	params->method = method ? methods[i] : NULL;
	list_init(&params->entries);
	if (old)
		params_free(old);
	list_add_tail(&params->list, &all_params);
	return 0;
}

/* May TEXT be the name of a header field? RFC 9110 5.6.2. */
static bool is_token(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) &&
		    !strchr("!#$%&'*+-.^_`|~", *text))
			return false;
	}
	return true;
}

int params_add(struct params *params, bool is_header, const char *key,
	       const char *value)
{
	size_t key_len = strlen(key) + 1;
	struct param *param;

	if (is_header && !is_token(key))
		return error_set(-EINVAL,
				 "\"%.40s\" cannot be the name of a header",
				 key);
	if (is_header && strpbrk(value, "\r\n"))
		return error_set(-EINVAL,
				 "the value of a header is one line only");
	param = malloc(sizeof(*param) + key_len + strlen(value) + 1);
	if (!param)
		return -ENOMEM;
	param->is_header = is_header;
	param->value = param->key + key_len;
	memcpy(param->key, key, key_len);
	strcpy(param->key + key_len, value);
	list_add_tail(&param->list, &params->entries);
	return 0;
}
