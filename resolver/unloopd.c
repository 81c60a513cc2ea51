/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloopd: answers "what should this machine boot?" over HTTP. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "admission.h"
#include "become.h"
#include "check.h"
#include "control.h"
#include "listen.h"
#include "image_cache.h"
#include "live.h"
#include "log.h"
#include "naming.h"
#include "pace.h"
#include "routes.h"
#include "script_cache.h"
#include "server.h"
#include "service.h"
#include "site.h"
#include "watch.h"
#include "withdnsmasq.h"

/* The port that http://SERVER/boot.ipxe means. */
#define PORT_DEFAULT 80

/* How long replies may take to end after SIGTERM. */
#define STOP_WAIT_MS 5000
#define STOP_POLL_MS 50

/* How long nothing must change before a changed site is loaded, at most. */
#define SETTLE_MS     100
#define SETTLE_MAX_MS 3000

/* How often it is looked whether the site's directory is another one now. */
#define MOVED_MS 1000

/* Memory for rendered scripts. */
#define CACHE_BYTES (16 * 1024 * 1024)

struct options {
	/* -n: check the site and exit. */
	bool is_check;
	/* -d: stay in front, log to standard error. */
	bool is_front;
	/* -p: TCP port, 0 for a free one. */
	uint16_t port;
	/* -b: address, or NULL for all. */
	const char *address;
	/* -u: user to become, or NULL for the default. */
	const char *user;
	/* --with-dnsmasq: run one as proxyDHCP and TFTP server. */
	bool with_dnsmasq;
	/* -i: its interface, or NULL for that of the default route. */
	const char *interface;
	/* --api, --cert, --key: page and API by TCP, or NULL. */
	const char *api;
	const char *cert;
	const char *key;
	/* --socket: the API's Unix socket, or NULL for the default. */
	const char *socket;
	/* --no-io-uring: receive and send with epoll alone. */
	bool no_ring;
	/* The site's directory. */
	const char *site;
	/* What follows from them; see control.h. */
	struct control_options control;
};

static void usage(FILE *out)
{
	fputs("Usage: unloopd [-n] [-d] [-p PORT] [-b ADDRESS] [-u USER] SITE\n"
	      "\n"
	      "Serves boot scripts and files of the directory SITE by HTTP.\n"
	      "\n"
	      "  -n          check the site, name every problem, and exit\n"
	      "  -d          stay in front and log to standard error\n"
	      "  -p PORT     listen on this TCP port; 0 takes a free one (80)\n"
	      "  -b ADDRESS  listen on this address only (all)\n"
	      "  -u USER     become this user when started as root (unloop,\n"
	      "              or nobody where there is no such user)\n"
	      "  --with-dnsmasq [-i IF]  run dnsmasq too, on interface IF: a\n"
	      "              proxyDHCP server beside the network's own DHCP\n"
	      "              server, and TFTP for SITE/firmware/,\n"
	      "              whose images then ask this resolver\n"
	      "  --api ADDRESS:PORT  show the page and the API there; every\n"
	      "              request needs a token (unloop token new NAME)\n"
	      "  --cert FILE --key FILE  for --api, which needs them\n"
	      "  --socket PATH  Unix socket of the API; \"\" for none\n"
	      "  --no-io-uring  receive and send with epoll, as is done "
	      "anyway\n"
	      "              where the kernel does not allow io_uring\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "SITE/hosts/52-54-00-12-34-56.ipxe  script of a machine by MAC\n"
	      "SITE/hosts/UUID.ipxe               script of a machine by UUID\n"
	      "SITE/default.ipxe                  script of any other machine\n"
	      "SITE/hosts.d/*.conf                machines and their profiles\n"
	      "SITE/profiles.d/*.ipxe             scripts with {{variables}}\n"
	      "SITE/rules.d/*.conf                profiles for many machines\n"
	      "SITE/site.conf                     what unknown machines get\n"
	      "SITE/assets/, SITE/firmware/       files served as they are\n"
	      "\n"
	      "Changes are noticed, and SIGHUP loads the site again.  See\n"
	      "unloopd(8) and unloop-site(5).\n",
	      out);
}

static int port_parse(const char *text, uint16_t *ret_port)
{
	unsigned long port;
	char *end;

	errno = 0;
	port = strtoul(text, &end, 10);
	if (errno || end == text || *end || port > UINT16_MAX || *text == '-')
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

/* Read the command line; exits for --help and for mistakes. */
static struct options options_parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{"with-dnsmasq", no_argument, NULL, 'D'},
		{"api", required_argument, NULL, 'A'},
		{"cert", required_argument, NULL, 'C'},
		{"key", required_argument, NULL, 'K'},
		{"socket", required_argument, NULL, 'S'},
		{"no-io-uring", no_argument, NULL, 'E'},
		{0},
	};
	struct options options = {.port = PORT_DEFAULT};
	int c;

	while ((c = getopt_long(argc, argv, "ndp:b:u:i:h", longs, NULL)) !=
	       -1) {
		switch (c) {
		case 'n':
			options.is_check = true;
			break;
		case 'd':
			options.is_front = true;
			break;
		case 'p':
			if (port_parse(optarg, &options.port) == 0)
				break;
			fprintf(stderr,
				"unloopd: \"%s\" is not a port from 0 "
				"to 65535.\n",
				optarg);
			exit(2);
		case 'b':
			options.address = optarg;
			break;
		case 'u':
			options.user = optarg;
			break;
		case 'A':
			options.api = optarg;
			break;
		case 'C':
			options.cert = optarg;
			break;
		case 'K':
			options.key = optarg;
			break;
		case 'S':
			options.socket = optarg;
			break;
		case 'E':
			options.no_ring = true;
			break;
		case 'D':
			options.with_dnsmasq = true;
			break;
		case 'i':
			options.interface = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (argc - optind != 1) {
		fprintf(stderr, "unloopd: Name one directory as the site.\n");
		usage(stderr);
		exit(2);
	}
	options.site = argv[optind];
	return options;
}

/* Block the signals that run() waits for, in all threads to come. */
static void signals_block(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	sigaddset(ret_set, SIGTERM);
	sigaddset(ret_set, SIGINT);
	sigaddset(ret_set, SIGHUP);
	sigprocmask(SIG_BLOCK, ret_set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int signal_wait(const sigset_t *set, long ms)
{
	struct timespec timeout = {ms / 1000, ms % 1000 * 1000000};

	return sigtimedwait(set, NULL, &timeout);
}

/* Let replies end, within bounds; a second signal ends the waiting. */
static void drain(struct server *server, const sigset_t *set)
{
	int waited;

	server_quiesce(server);
	for (waited = 0; waited < STOP_WAIT_MS; waited += STOP_POLL_MS) {
		if (!server_count_active(server) ||
		    signal_wait(set, STOP_POLL_MS) > 0)
			return;
	}
}

/* Wait for a signal or a change of the site; returns the signal, or 0. */
static int event_wait(int signal_fd, struct watch *watch, int ms)
{
	struct pollfd polls[] = {
		{.fd = signal_fd, .events = POLLIN},
		{.fd = watch ? watch_fd(watch) : -1, .events = POLLIN},
	};
	struct signalfd_siginfo info;

	if (poll(polls, 2, ms) <= 0 || !(polls[0].revents & POLLIN))
		return 0;
	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

/*
 * A change came: wait until no more come for a while, so that a checkout of
 * many files is loaded once and whole.  Returns a signal that came meanwhile.
 */
static int settle(int signal_fd, struct watch *watch)
{
	int waited, signum;

	for (waited = 0; waited < SETTLE_MAX_MS; waited += SETTLE_MS) {
		signum = event_wait(signal_fd, watch, SETTLE_MS);
		if (signum || !watch_drain(watch))
			return signum;
	}
	return 0;
}

/*
 * Make the buckets as site.conf wants them, whose values load.c has checked;
 * or, where they are there, change them.
 */
static int admission_from_site(struct live *live,
			       struct admission **ret_admission)
{
	const struct snapshot *snapshot = live_get(live);
	struct admission_options options = {0};
	struct reason why;
	size_t i;

	for (i = 0; i < snapshot->setting_count; i++)
		admission_options_set(&options, snapshot->settings[i].key,
				      snapshot->settings[i].value, &why);
	live_put(live, snapshot);
	if (!*ret_admission)
		return admission_open(&options, ret_admission);
	admission_configure(*ret_admission, &options);
	return 0;
}

/* Likewise for how fast files are sent. */
static void pace_from_site(struct live *live, struct pace *pace)
{
	const struct snapshot *snapshot = live_get(live);
	const char *value = snapshot_setting(snapshot, "asset-rate");
	struct reason why;
	uint64_t rate = 0;

	if (value)
		pace_parse(value, &rate, &why);
	pace_set(pace, rate);
	live_put(live, snapshot);
}

/* And for what is served by TFTP. */
static void tftp_from_site(const struct service *service, struct watch *watch)
{
	int rc = tftp_folder_update(service->tftp, watch);

	if (rc)
		log_line(LOG_ERR,
			 "What is served by TFTP stays as it was: the site's "
			 "firmware/ cannot be read: %s.",
			 strerror(-rc));
}

/* Load the site again, and watch where it is now. */
static void reload(const struct service *service, struct watch *watch)
{
	struct admission *admission = service->admission;
	const struct snapshot *snapshot;

	live_reload(service->live);
	admission_from_site(service->live, &admission);
	pace_from_site(service->live, service->pace);
	if (watch) {
		snapshot = live_get(service->live);
		watch_set(watch, service->site, snapshot);
		live_put(service->live, snapshot);
	}
	tftp_from_site(service, watch);
}

/* Serve until a signal says stop. */
static void run(const struct service *service, struct server *server,
		struct watch *watch, int signal_fd, const sigset_t *set)
{
	for (;;) {
		int signum = event_wait(signal_fd, watch, MOVED_MS);
		bool is_changed = watch && watch_drain(watch);

		if (!signum && is_changed)
			signum = settle(signal_fd, watch);
		is_changed |= watch && watch_is_moved(watch, service->site);
		if (signum == SIGTERM || signum == SIGINT) {
			log_line(LOG_NOTICE, "Stopping at %s.",
				 signum == SIGTERM ? "SIGTERM" : "SIGINT");
			drain(server, set);
			return;
		}
		if (signum == SIGHUP || is_changed)
			reload(service, watch);
	}
}

/* Say where we listen, on standard output, for people and for scripts. */
static void announce(const struct options *options, const struct site *site,
		     int listen_fd)
{
	const struct passwd *pw = getpwuid(geteuid());
	char address[LISTEN_ADDRESS_BYTES];

	listen_format(listen_fd, address);
	printf("unloopd: serving %s on http://%s/boot.ipxe as %s, pid %d\n",
	       site->path, address, pw ? pw->pw_name : "?", (int)getpid());
	if (!options->is_front)
		log_line(LOG_NOTICE, "serving %s on http://%s/boot.ipxe",
			 site->path, address);
	fflush(stdout);
}

/*
 * Go on in a child of its own session; the parent waits until the child says
 * by the pipe that it serves, and exits.  Returns the pipe's end in the child.
 */
static int daemonise(void)
{
	int pipe_fds[2];
	char ready;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(pipe_fds[1]);
		_exit(read(pipe_fds[0], &ready, 1) == 1 ? 0 : 1);
	}
	close(pipe_fds[0]);
	if (setsid() < 0 || chdir("/"))
		return -errno;
	return pipe_fds[1];
}

/* Let the parent go, and the terminal. */
static void daemonise_done(int pipe_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	/* The parent may be gone; then nobody waits for this. */
	if (write(pipe_fd, "", 1) < 0)
		log_line(LOG_WARNING, "The starting process is gone.");
	close(pipe_fd);
}

/* Start what answers, wait for the end, and stop it. */
static int serve_run(const struct options *options, struct service *service,
		     int listen_fd, int pipe_fd, const sigset_t *set)
{
	int signal_fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	const struct snapshot *snapshot;
	struct watch *watch = NULL;
	struct server *server;
	int rc;

	if (signal_fd < 0)
		return -errno;
	rc = watch_open(&watch);
	if (rc)
		log_line(LOG_WARNING,
			 "Changes of the site cannot be watched: %s. SIGHUP "
			 "loads it again.",
			 strerror(-rc));
	rc = server_start(service, listen_fd, !options->no_ring, &server);
	if (rc) {
		fprintf(stderr,
			"unloopd: Could not start the HTTP server: "
			"%s.\n",
			strerror(-rc));
		goto err_server;
	}
	if (watch) {
		snapshot = live_get(service->live);
		watch_set(watch, service->site, snapshot);
		live_put(service->live, snapshot);
		tftp_from_site(service, watch);
	}
	announce(options, service->site, listen_fd);
	if (!options->is_front)
		daemonise_done(pipe_fd);
	run(service, server, watch, signal_fd, set);
	server_stop(server);
err_server:
	watch_close(watch);
	close(signal_fd);
	return rc;
}

/* Copy an option; false when it is too long. */
static bool option_copy(char *buf, size_t size, const char *value)
{
	return !value || snprintf(buf, size, "%s", value) < (int)size;
}

/* Where state and API are, by the command line; directories are made. */
static int control_configure(struct options *options, const struct site *site,
			     struct reason *why)
{
	struct control_options *control = &options->control;

	control_options_init(control, site->path);
	if (!option_copy(control->listen, sizeof(control->listen),
			 options->api) ||
	    !option_copy(control->tls_cert, sizeof(control->tls_cert),
			 options->cert) ||
	    !option_copy(control->tls_key, sizeof(control->tls_key),
			 options->key) ||
	    !option_copy(control->socket, sizeof(control->socket),
			 options->socket))
		return reason_set(why, -EINVAL, "An option is too long.");
	control_prepare(control, options->user);
	return 0;
}

/* What site.conf says about the state. */
static int control_read_site(struct control_options *control,
			     const struct snapshot *snapshot,
			     struct reason *why)
{
	uint32_t i;
	int rc;

	for (i = 0; i < snapshot->setting_count; i++) {
		const struct setting *setting = &snapshot->settings[i];

		if (strncmp(setting->key, "state", 5) != 0)
			continue;
		rc = state_options_set(&control->state, setting->key,
				       setting->value, why);
		if (rc)
			return rc;
	}
	return 0;
}

/* What the API passes on. */
static void control_answer(void *ctx, struct http_request *request,
			   struct http_reply *reply)
{
	const struct service *service = ctx;
	struct live_hold hold = {0};

	routes_answer(service, &hold, request, reply);
	live_release(service->live, &hold);
}

/* Start state and API; what fails is written to standard error. */
static int control_begin(const struct options *options, struct service *service)
{
	struct control_options control = options->control;
	const struct snapshot *snapshot = live_get(service->live);
	struct reason why;
	struct control_site site = {control_answer, naming_find,
				    naming_has_profile, service};
	int rc;

	rc = control_read_site(&control, snapshot, &why);
	live_put(service->live, snapshot);
	if (rc == 0)
		rc = control_start(&control, &site, &service->control, &why);
	if (rc)
		fprintf(stderr, "unloopd: %s\n", why.text);
	return rc;
}

/* Everything that follows once the socket is open and root is given up. */
static int serve(const struct options *options, const struct site *site,
		 struct tftp_folder *tftp, int listen_fd)
{
	struct service service = {.site = site, .tftp = tftp};
	struct reason why;
	int pipe_fd = -1;
	sigset_t set;
	int rc;

	rc = live_open(site, &service.live, &why);
	if (rc) {
		fprintf(stderr,
			"unloopd: The site does not load, so nothing is "
			"served: %s\n",
			why.text);
		return rc;
	}
	rc = script_cache_open(CACHE_BYTES, &service.cache);
	if (rc)
		goto err_cache;
	rc = image_cache_open(&service.images);
	if (rc)
		goto err_images;
	rc = admission_from_site(service.live, &service.admission);
	if (rc)
		goto err_daemonise;
	service.pace = pace_new();
	rc = service.pace ? 0 : -ENOMEM;
	if (rc)
		goto err_daemonise;
	pace_from_site(service.live, service.pace);
	signals_block(&set);
	if (!options->is_front) {
		log_use_syslog();
		pipe_fd = daemonise();
		rc = pipe_fd < 0 ? pipe_fd : 0;
		if (rc) {
			fprintf(stderr,
				"unloopd: Could not become a daemon: "
				"%s.\n",
				strerror(-rc));
			goto err_daemonise;
		}
	}
	rc = control_begin(options, &service);
	if (rc == 0)
		rc = serve_run(options, &service, listen_fd, pipe_fd, &set);
	control_stop(service.control);
err_daemonise:
	pace_free(service.pace);
	admission_close(service.admission);
	image_cache_close(service.images);
err_images:
	script_cache_close(service.cache);
err_cache:
	live_close(service.live);
	return rc;
}

/* Check the site as the user that would serve it. */
static int check(const struct options *options, const struct site *site,
		 struct reason *why)
{
	int rc = become_user(options->user, why);

	if (rc)
		return rc;
	/* What is wrong was written line by line. */
	why->text[0] = '\0';
	if (check_site(site, stdout))
		return -EINVAL;
	return fflush(stdout) ? -EIO : 0;
}

/* Open the socket, give up root, see that the site is there, and serve. */
static int start(struct options *options, const struct site *site,
		 struct reason *why)
{
	struct tftp_folder *tftp = NULL;
	int listen_fd, dir, rc;

	rc = listen_open(options->address, options->port, &listen_fd, why);
	if (rc)
		return rc;
	if (options->with_dnsmasq)
		rc = withdnsmasq_start(options->interface, site,
				       listen_port(listen_fd), options->user,
				       options->is_front, &tftp, why);
	if (rc)
		goto err_start;
	rc = control_configure(options, site, why);
	if (rc)
		goto err_start;
	rc = become_user(options->user, why);
	if (rc)
		goto err_start;
	dir = site_open(site, NULL);
	if (dir < 0) {
		rc = reason_set(why, dir, "The site %s cannot be opened: %s.",
				site->path, strerror(-dir));
		goto err_start;
	}
	close(dir);
	/* From here on, what fails has said so itself. */
	why->text[0] = '\0';
	rc = serve(options, site, tftp, listen_fd);
	tftp_folder_close(tftp);
	return rc;

err_start:
	tftp_folder_close(tftp);
	close(listen_fd);
	return rc;
}

int main(int argc, char **argv)
{
	struct options options = options_parse(argc, argv);
	struct reason why = {"Out of memory."};
	struct site site;
	int rc;

	rc = site_init(&site, options.site);
	if (rc == 0) {
		rc = options.is_check ? check(&options, &site, &why)
				      : start(&options, &site, &why);
		site_fini(&site);
	}
	if (rc && why.text[0])
		fprintf(stderr, "unloopd: %s\n", why.text);
	return rc ? 1 : 0;
}
