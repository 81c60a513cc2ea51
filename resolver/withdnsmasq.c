/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A dnsmasq of our own as proxyDHCP and TFTP server. */
#include "withdnsmasq.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "snippet.h"

/* How long a dnsmasq must live to count as started. */
#define STARTED_MS 500
/* Waits before it is started again: doubled each time, up to the last. */
#define AGAIN_FIRST_MS 1000
#define AGAIN_LAST_MS  30000
/* How long it may take to end before it is killed. */
#define END_WAIT_MS 2000
/* Descriptors that unloopd may have open when it calls us. */
#define INHERITED_MAX 1024

/* Where the administrator's programs lie when PATH has no sbin. */
#define SEARCH_PATH                                                            \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Write the configuration to a file without a name; its descriptor or -errno.
 */
static int config_open(const struct snippet *snippet)
{
	int fd = memfd_create("dnsmasq.conf", MFD_CLOEXEC), copy, rc;
	FILE *out;

	if (fd < 0)
		return -errno;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	out = copy < 0 ? NULL : fdopen(copy, "w");
	if (!out) {
		rc = -errno;
		if (copy >= 0)
			close(copy);
		goto err_write;
	}
	rc = snippet_write(out, "proxy", snippet);
	if (fclose(out))
		rc = -EIO;
	if (rc)
		goto err_write;
	return fd;

err_write:
	close(fd);
	return rc;
}

/* In a new child: become dnsmasq, its configuration at standard input. */
static void __attribute__((noreturn))
child_exec(int config_fd, int error_fd, const char *first, const char *facility)
{
	sigset_t none;

	/* Works until it gives up root; from then on the supervisor ends it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(config_fd, STDIN_FILENO) < 0 ||
	    lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		_exit(126);
	if (error_fd >= 0)
		dup2(error_fd, STDERR_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	setenv("PATH", SEARCH_PATH, 1);
	execlp("dnsmasq", "dnsmasq", first, "--conf-file=-",
	       "--keep-in-foreground", facility, "--pid-file", NULL);
	dprintf(STDERR_FILENO, "it cannot be started: %s\n", strerror(errno));
	_exit(127);
}

static pid_t child_start(int config_fd, int error_fd, const char *first,
			 const char *facility)
{
	pid_t pid = fork();

	if (pid == 0)
		child_exec(config_fd, error_fd, first, facility);
	return pid < 0 ? -errno : pid;
}

/* Let dnsmasq itself check the configuration. */
static int config_test(int config_fd, struct reason *why)
{
	int fds[2], status = 0;
	char said[256];
	ssize_t len;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return reason_set(why, -errno, "No pipe: %s.", strerror(errno));
	pid = child_start(config_fd, fds[1], "--test", "--log-facility=-");
	close(fds[1]);
	len = pid < 0 ? 0 : read(fds[0], said, sizeof(said) - 1);
	close(fds[0]);
	said[len < 0 ? 0 : len] = '\0';
	said[strcspn(said, "\n")] = '\0';
	if (pid < 0)
		return reason_set(why, (int)pid, "No child process: %s.",
				  strerror(-(int)pid));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return reason_set(why, -EINVAL,
			  "dnsmasq refuses its configuration: %s. Is the "
			  "package dnsmasq-base installed?",
			  said);
}

/* Wait at most ms (-1: for ever) for the child's or our parent's end. */
static void wait_either(int pid_fd, int life_fd, int ms, bool *ret_is_child,
			bool *ret_is_parent)
{
	struct pollfd fds[2] = {
		{.fd = pid_fd, .events = POLLIN},
		{.fd = life_fd, .events = POLLIN},
	};

	if (poll(fds, 2, ms) < 0)
		fds[0].revents = fds[1].revents = 0;
	*ret_is_child = fds[0].revents != 0;
	*ret_is_parent = fds[1].revents != 0;
}

/* End the child, by force when it does not end by itself. */
static void child_stop(pid_t pid, int pid_fd)
{
	bool is_child, is_parent;

	kill(pid, SIGTERM);
	wait_either(pid_fd, -1, END_WAIT_MS, &is_child, &is_parent);
	if (!is_child)
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* What the supervisor works on. */
struct supervisor {
	/* The configuration. */
	int config_fd;
	/* Ends when unloopd ends. */
	int life_fd;
	/* Takes one byte once dnsmasq runs; -1 after that. */
	int ready_fd;
	/* dnsmasq's option that says where it logs. */
	const char *facility;
	/* What it serves, which goes with it. */
	const struct tftp_folder *folder;
};

/*
 * Run dnsmasq once.  Returns false when there is nothing left to do: unloopd
 * has ended, or waits for the first start and that failed.
 */
static bool supervise_once(struct supervisor *s, int *ret_status)
{
	bool is_child = false, is_parent = false;
	pid_t pid = child_start(s->config_fd, -1, "--no-hosts", s->facility);
	int pid_fd = pid < 0 ? -1 : pidfd_open(pid, 0);

	if (pid < 0 || pid_fd < 0) {
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		*ret_status = -1;
		return s->ready_fd < 0;
	}
	wait_either(pid_fd, s->life_fd, STARTED_MS, &is_child, &is_parent);
	if (!is_child && s->ready_fd >= 0) {
		if (write(s->ready_fd, "", 1) < 0)
			is_parent = true;
		close(s->ready_fd);
		s->ready_fd = -1;
	}
	while (!is_child && !is_parent)
		wait_either(pid_fd, s->life_fd, -1, &is_child, &is_parent);
	if (is_child)
		waitpid(pid, ret_status, 0);
	else
		child_stop(pid, pid_fd);
	close(pid_fd);
	return !is_parent && s->ready_fd < 0;
}

static void __attribute__((noreturn)) supervise(struct supervisor *s)
{
	int wait_ms = AGAIN_FIRST_MS, status = 0;
	bool is_child, is_parent = false;
	sigset_t all;
	int fd;

	for (fd = STDERR_FILENO + 1; fd < INHERITED_MAX; fd++) {
		if (fd != s->config_fd && fd != s->life_fd && fd != s->ready_fd)
			close(fd);
	}
	/* Only unloopd's end ends us; a Ctrl-C reaches both. */
	sigemptyset(&all);
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGHUP);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NAME, "unloopd-dnsmasq");
	while (!is_parent && supervise_once(s, &status)) {
		log_line(LOG_ERR,
			 "dnsmasq ended (%s %d); it is started again in %d s.",
			 WIFSIGNALED(status) ? "signal" : "status",
			 WIFSIGNALED(status) ? WTERMSIG(status)
					     : WEXITSTATUS(status),
			 wait_ms / 1000);
		wait_either(-1, s->life_fd, wait_ms, &is_child, &is_parent);
		wait_ms *= 2;
		if (wait_ms > AGAIN_LAST_MS)
			wait_ms = AGAIN_LAST_MS;
	}
	tftp_folder_remove(s->folder);
	_exit(0);
}

/* Let go of the terminal, or of a pipe whose reader waits for its end. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

/* Fork the supervisor and wait until dnsmasq runs. */
static int supervisor_start(int config_fd, const struct tftp_folder *folder,
			    bool is_front, struct reason *why)
{
	int life[2], ready[2], rc;
	char byte;
	pid_t pid;

	if (pipe2(life, O_CLOEXEC))
		return reason_set(why, -errno, "No pipe: %s.", strerror(errno));
	if (pipe2(ready, O_CLOEXEC)) {
		rc = reason_set(why, -errno, "No pipe: %s.", strerror(errno));
		goto err_ready;
	}
	pid = fork();
	if (pid < 0) {
		rc = reason_set(why, -errno, "No child process: %s.",
				strerror(errno));
		goto err_fork;
	}
	if (pid == 0) {
		struct supervisor s = {
			config_fd,
			life[0],
			ready[1],
			is_front ? "--log-facility=-" : "--log-facility=daemon",
			folder,
		};

		if (!is_front) {
			log_use_syslog();
			leave_terminal();
		}
		close(life[1]);
		close(ready[0]);
		supervise(&s);
	}
	close(ready[1]);
	close(life[0]);
	rc = read(ready[0], &byte, 1) == 1
		     ? 0
		     : reason_set(why, -EIO,
				  "dnsmasq ended at once; its own message "
				  "%s. Is there another DHCP or TFTP server on "
				  "this machine?",
				  is_front ? "stands above"
					   : "is in the system's log");
	close(ready[0]);
	/* life[1] stays open as long as this process lives. */
	if (rc)
		close(life[1]);
	return rc;

err_fork:
	close(ready[0]);
	close(ready[1]);
err_ready:
	close(life[0]);
	close(life[1]);
	return rc;
}

int withdnsmasq_start(const char *interface, const struct site *site,
		      uint16_t port, const char *user, bool is_front,
		      struct tftp_folder **ret_folder, struct reason *why)
{
	char server[INET_ADDRSTRLEN + sizeof(":65535")];
	struct tftp_folder *folder;
	struct snippet snippet;
	int fd, rc;

	if (geteuid() != 0)
		return reason_set(why, -EPERM,
				  "--with-dnsmasq needs root: DHCP and TFTP "
				  "have ports below 1024.");
	rc = snippet_init(&snippet, interface, port, why);
	if (rc)
		return rc;
	if (strpbrk(site->path, "\n\r"))
		return reason_set(why, -EINVAL,
				  "The site's path has a line break.");
	snprintf(server, sizeof(server), port == 80 ? "%s" : "%s:%u",
		 snippet.server, port);
	rc = tftp_folder_open(site, server, user, &folder, why);
	if (rc)
		return rc;
	snippet.tftp_root = tftp_folder_path(folder);
	fd = config_open(&snippet);
	if (fd < 0) {
		rc = reason_set(why, fd,
				"The configuration of dnsmasq could not be "
				"written: %s.",
				strerror(-fd));
		goto err_config;
	}
	rc = config_test(fd, why);
	if (rc == 0)
		rc = supervisor_start(fd, folder, is_front, why);
	close(fd);
	if (rc)
		goto err_config;
	*ret_folder = folder;
	return 0;

err_config:
	tftp_folder_remove(folder);
	tftp_folder_close(folder);
	return rc;
}
