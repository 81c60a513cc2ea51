/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop machine, unloop token: what machines are to do, and who may say so. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "commands.h"
#include "state.h"
#include "unloop.h"
#include "url.h"

static const char machine_help[] =
	"  ls                        every machine that was seen or set\n"
	"  show NAME                 one machine: state, timeline, verdict\n"
	"  set NAME local            boot its disk\n"
	"  set NAME install PROFILE  run the profile until it confirms, once\n"
	"  set NAME run PROFILE      run the profile at every boot (diskless)\n"
	"  set NAME rescue [PROFILE] run a rescue system at every boot\n"
	"  clear NAME                forget it: the site's files decide again\n"
	"\n"
	"NAME is a machine's name in the site; one that is not there is named\n"
	"by its MAC as aa-bb-cc-dd-ee-ff, or its UUID.\n"
	"\n"
	"  -a, --attempts N     give an install up after N boots\n"
	"  -d, --deadline TIME  give it up after TIME: 90s, 30m, 2h, 7d\n"
	"  -l, --label TEXT     what to call a machine that is not in the "
	"site\n"
	"  -j, --json           print JSON\n"
	"  -S, --socket PATH    the resolver's socket ($UNLOOP_SOCKET)\n";

static const char token_help[] =
	"  new NAME  make a token and print it; it cannot be shown again\n"
	"  rm NAME   make it invalid\n"
	"\n"
	"Tokens are for the page and the API by TCP; NAME says whose it is.\n"
	"\n"
	"  -S, --socket PATH  the resolver's socket ($UNLOOP_SOCKET)\n";

struct options {
	/* Socket, or NULL for the default. */
	const char *socket;
	/* Limits of an install; 0 and NULL where not given. */
	int64_t attempts;
	int64_t deadline_s;
	const char *label;
	/* Print JSON? */
	bool is_json;
};

static int fail(const struct reason *why)
{
	fprintf(stderr, "unloop: %s\n", why->text);
	return 1;
}

/* "/v1/machines/NAME", allocated; NULL without memory. */
static char *path_format(const char *folder, const char *name)
{
	size_t len = strlen(folder) + url_encode(NULL, name, strlen(name));
	char *path = malloc(len + 1);

	if (!path)
		return NULL;
	strcpy(path, folder);
	url_encode(path + strlen(folder), name, strlen(name));
	path[len] = '\0';
	return path;
}

/* Call the API about one thing; on failure the message is written. */
static int call(const struct options *options, const char *method,
		const char *folder, const char *name, json_t *body,
		json_t **ret_json)
{
	char *path = path_format(folder, name);
	struct reason why = {"Out of memory."};
	int rc = -ENOMEM;

	if (path)
		rc = client_call(options->socket, method, path, body, ret_json,
				 &why);
	free(path);
	return rc ? fail(&why) : 0;
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int64_t int_of(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_json(json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	putchar('\n');
}

/* "install debian12 (1/3)". */
static void intent_format(json_t *machine, char *buf, size_t size)
{
	const char *profile = text_of(machine, "profile");
	int len;

	len = snprintf(buf, size, "%s%s%s", text_of(machine, "intent"),
		       *profile ? " " : "", profile);
	if (strcmp(text_of(machine, "intent"), "install") == 0 && len > 0 &&
	    (size_t)len < size)
		snprintf(buf + len, size - (size_t)len,
			 " (%" PRId64 "/%" PRId64 ")",
			 int_of(machine, "attempts"),
			 int_of(machine, "attempts_max"));
}

static int machine_ls(const struct options *options)
{
	json_t *json, *machine;
	char intent[300];
	size_t i;

	if (call(options, "GET", "/v1/machines", "", NULL, &json))
		return 1;
	if (options->is_json) {
		print_json(json_object_get(json, "machines"));
		json_decref(json);
		return 0;
	}
	if (!json_is_true(json_object_get(json, "state_is_well")))
		fputs("unloop: The resolver cannot reach its database: what "
		      "machines do is not known.\n",
		      stderr);
	printf("%-24s %-28s %s\n", "MACHINE", "INTENT", "VERDICT");
	json_array_foreach(json_object_get(json, "machines"), i, machine)
	{
		intent_format(machine, intent, sizeof(intent));
		printf("%-24s %-28s %s%s\n", text_of(machine, "name"), intent,
		       json_is_true(json_object_get(machine, "known"))
			       ? ""
			       : "(unknown) ",
		       text_of(machine, "verdict"));
	}
	json_decref(json);
	return 0;
}

static void print_field(json_t *machine, const char *key, const char *title)
{
	if (*text_of(machine, key))
		printf("%-12s%s\n", title, text_of(machine, key));
}

static void print_events(json_t *events)
{
	json_t *event;
	char when[32];
	size_t i;

	json_array_foreach(events, i, event)
	{
		time_t at = (time_t)(int_of(event, "at_ms") / 1000);
		int64_t count = int_of(event, "count");
		struct tm tm;

		localtime_r(&at, &tm);
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
		printf("  %s  %-8s %-10s %s", when, text_of(event, "source"),
		       text_of(event, "kind"), text_of(event, "text"));
		if (count > 1)
			printf("  (%" PRId64 " times)", count);
		putchar('\n');
	}
}

static int machine_print(const struct options *options, json_t *machine)
{
	static const char *const fields[][2] = {
		{"label", "called"},	{"effective", "does"},
		{"outcome", "outcome"}, {"installed", "installed"},
		{"by", "set by"},	{"mac", "mac"},
		{"uuid", "uuid"},	{"serial", "serial"},
		{"product", "product"}, {"client", "address"},
		{"verdict", "verdict"},
	};
	char intent[300];
	size_t i;

	if (options->is_json) {
		print_json(machine);
		return 0;
	}
	intent_format(machine, intent, sizeof(intent));
	printf("%-12s%s\n%-12s%s\n", "machine", text_of(machine, "name"),
	       "intent", intent);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		print_field(machine, fields[i][0], fields[i][1]);
	print_events(json_object_get(machine, "events"));
	return 0;
}

static int machine_simple(const struct options *options, const char *method,
			  const char *name)
{
	json_t *machine;

	if (call(options, method, "/v1/machines/", name, NULL, &machine))
		return 1;
	machine_print(options, machine);
	json_decref(machine);
	return 0;
}

static int machine_set(const struct options *options, const char *name,
		       const char *intent, const char *profile)
{
	json_t *body = json_object();
	json_t *machine;
	int rc;

	json_object_set_new(body, "intent", json_string(intent));
	if (profile)
		json_object_set_new(body, "profile", json_string(profile));
	if (options->label)
		json_object_set_new(body, "label", json_string(options->label));
	if (options->attempts)
		json_object_set_new(body, "attempts",
				    json_integer(options->attempts));
	if (options->deadline_s)
		json_object_set_new(body, "deadline_s",
				    json_integer(options->deadline_s));
	rc = call(options, "PUT", "/v1/machines/", name, body, &machine);
	json_decref(body);
	if (rc)
		return 1;
	machine_print(options, machine);
	json_decref(machine);
	return 0;
}

/* A number with a unit of time, in seconds; 0 for anything else. */
static int64_t seconds_parse(const char *text)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	char *end;
	int64_t number;
	size_t i;

	number = strtoll(text, &end, 10);
	if (end == text || number <= 0 || number > 1000000 || !*end || end[1])
		return 0;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit == *end)
			return number * units[i].seconds;
	}
	return 0;
}

static int attempts_parse(const char *text, int64_t *ret_attempts)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end || number < 1 || number > 1000) {
		fprintf(stderr,
			"unloop: Attempts are a number from 1 to 1000, not "
			"\"%s\".\n",
			text);
		return 2;
	}
	*ret_attempts = number;
	return 0;
}

static int deadline_parse(const char *text, int64_t *ret_seconds)
{
	*ret_seconds = seconds_parse(text);
	if (*ret_seconds)
		return 0;
	fprintf(stderr,
		"unloop: A deadline is a time such as 90s, 30m, 2h or 7d, not "
		"\"%s\".\n",
		text);
	return 2;
}

/* Returns -1 to go on, else an exit status. */
static int options_parse(int argc, char **argv, const char *name,
			 const char *help, struct options *ret_options)
{
	static const struct option longs[] = {
		{"attempts", required_argument, NULL, 'a'},
		{"deadline", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, 'j'},
		{"label", required_argument, NULL, 'l'},
		{"socket", required_argument, NULL, 'S'},
		{0},
	};
	int c, rc = 0;

	while ((c = getopt_long(argc, argv, "a:d:hjl:S:", longs, NULL)) != -1) {
		if (c == 'a')
			rc = attempts_parse(optarg, &ret_options->attempts);
		else if (c == 'd')
			rc = deadline_parse(optarg, &ret_options->deadline_s);
		else if (c == 'j')
			ret_options->is_json = true;
		else if (c == 'l')
			ret_options->label = optarg;
		else if (c == 'S')
			ret_options->socket = optarg;
		else
			return subcommand_usage(name, help, c == 'h' ? 0 : 2);
		if (rc)
			return rc;
	}
	return -1;
}

int machine_main(int argc, char **argv)
{
	struct options options = {0};
	int rc = options_parse(argc, argv, "machine", machine_help, &options);
	char **words = argv + optind;
	int count = argc - optind;

	if (rc >= 0)
		return rc;
	if (count == 1 && strcmp(words[0], "ls") == 0)
		return machine_ls(&options);
	if (count == 2 && strcmp(words[0], "show") == 0)
		return machine_simple(&options, "GET", words[1]);
	if (count == 2 && strcmp(words[0], "clear") == 0)
		return machine_simple(&options, "DELETE", words[1]);
	if ((count == 3 || count == 4) && strcmp(words[0], "set") == 0)
		return machine_set(&options, words[1], words[2],
				   count == 4 ? words[3] : NULL);
	return subcommand_usage("machine", machine_help, 2);
}

int token_main(int argc, char **argv)
{
	struct options options = {0};
	int rc = options_parse(argc, argv, "token", token_help, &options);
	char **words = argv + optind;
	json_t *json;
	bool is_new;

	if (rc >= 0)
		return rc;
	is_new = argc - optind == 2 && strcmp(words[0], "new") == 0;
	if (!is_new && (argc - optind != 2 || strcmp(words[0], "rm") != 0))
		return subcommand_usage("token", token_help, 2);
	if (call(&options, is_new ? "PUT" : "DELETE", "/v1/tokens/", words[1],
		 NULL, &json))
		return 1;
	if (is_new)
		printf("%s\n", text_of(json, "token"));
	json_decref(json);
	return 0;
}
