/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Parameter lists: what a script sends along with a request.
 *
 * `params` makes a list, `param` adds to it, and a URI that ends in ##params
 * or ##params=NAME takes it: after that the list is gone.
 */
#ifndef CORE_PARAMS_H
#define CORE_PARAMS_H

#include "core/compiler.h"
#include "core/list.h"

/* One parameter. */
struct param {
	struct list_head list; /* in params->entries */
	bool is_header;	       /* a header field, not part of the form */
	const char *value;     /* behind the key */
	char key[];
};

/* A list of them. */
struct params {
	struct list_head list;	  /* among the lists that nobody took yet */
	struct list_head entries; /* struct param, in the order of adding */
	const char *method;	  /* "GET", "HEAD", "POST", "PUT"; NULL: POST
				   * if there is a form, else GET */
	char name[];		  /* "" is the default one */
};

/* Make the list NAME (NULL: ""), instead of a former one of that name. METHOD
 * (any case) may be NULL. Returns 0, -ENOMEM, or -EINVAL for a method that is
 * none. */
int params_create(const char *name, const char *method);

/* The list NAME (NULL: ""), or NULL. */
struct params *params_find(const char *name);

/* Add KEY with VALUE. Header fields must have a name of RFC 9110 5.6.2 and no
 * line breaks. Returns 0, -ENOMEM or -EINVAL with a sentence. */
int params_add(struct params *params, bool is_header, const char *key,
	       const char *value);

/* Take PARAMS off the lists that are found by name, and free it. */
void params_free(struct params *params);

#endif
