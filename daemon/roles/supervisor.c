/* SPDX-License-Identifier: EUPL-1.2 */
/* Starts core and net, and web where there are screens; restarts what dies, holds no data.  net and web are restarted for ever with a
 * growing pause, each alone, so that neither a crash in a library nor an address that went away costs the unlocked keys; if core dies
 * net is started again with it, and web gets another line.  A start that cannot succeed ends with 78, which systemd does not repeat. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/disk/infile.h"
#include "base/log/log.h"
#include "base/text.h"
#include "io/fdpass.h"
#include "io/notify.h"
#include "roles/causes.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "roles/program.h"
#include "roles/roles.h"
#include "roles/sandbox.h"
#include "roles/socketfile.h"
#include "roles/weblisten.h"

enum {
	DEATHS_MAX = 20,
	WINDOW_MS = 600000,
	BACKOFF_MS = 100,
	BACKOFF_MAX_MS = 60000,
	STEADY_MS = 60000, /* whoever lived that long is no longer failing */
	END_MS = 5000,
	END_LOOK_MS = 10,
	ARGS_MAX = 20
};

static_assert(BACKOFF_MS << 10 >= BACKOFF_MAX_MS, "the pause grows up to its limit");
static_assert(ARGS_MAX >= 17, "every option of a child, and its values");
static_assert(ROLES_FD_PEER < 10 && ROLES_FD_SUPERVISOR < 10, "below where descriptors are parked");
static_assert((int)ROLES_LOCKED != (int)ROLES_CONFIG && (int)ROLES_LOCKED != (int)ROLES_TRY_AGAIN,
	      "told apart by code");

/* What others do at these (end, dump) would take the keys away: nothing is done but a line in the log, and SIGHUP
 * has the settings read again. */
static const int passed_over[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE};

/* One that is started again, alone. */
struct child {
	const char *role;
	int program;		     /* program_open */
	pid_t pid;		     /* 0: it does not run */
	uint64_t began_ms, again_ms; /* monotonic; again: when to start it, while there is none */
	unsigned tries;
};

struct supervisor {
	const struct role_options *opt;
	struct config config; /* as last taken */
	const char *self;
	int program; /* of core: our own */
	pid_t core;
	struct child net, web;
	int web_socket;	      /* listens for browsers; -1: not yet */
	int web_line;	      /* our end of web's ROLES_FD_SUPERVISOR; -1 */
	char staff_group[24]; /* "" this machine has none */
	bool locked;	      /* core gave its keys away: the next one waits for a person */
	int core_line;	      /* our end of core's ROLES_FD_SUPERVISOR */
	int systemd;	      /* where it hears us; -1 */
	uint64_t deaths[DEATHS_MAX];
	size_t death_count;
	sigset_t waited;
};

static void child_exec(const struct supervisor *s, const char *role, int program, int fd3, int fd4)
{
#ifdef KRING_DEV
	char offset[32];
#endif
	const char *args[ARGS_MAX] = {s->self, "--role", role, "--dir", s->opt->dir};
	char *argv[ARGS_MAX + 1] = {NULL};
	size_t n = 5;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody limps on without a supervisor */
	/* 3 and 4 may be the program, and each other's source: park them high first */
	program = fcntl(program, F_DUPFD_CLOEXEC, 10);
	fd3 = fcntl(fd3, F_DUPFD_CLOEXEC, 10);
	if (fd4 >= 0)
		fd4 = fcntl(fd4, F_DUPFD_CLOEXEC, 10);
	/* dup2 clears the flag that closes a descriptor at exec; all others, but for the lock's,
	 * close by themselves. */
	if (dup2(fd3, ROLES_FD_PEER) < 0 || (fd4 >= 0 && dup2(fd4, ROLES_FD_SUPERVISOR) < 0))
		_exit(ROLES_FAILED);
	if (s->opt->config != NULL) {
		args[n++] = "--config";
		args[n++] = s->opt->config;
	}
	if (s->opt->passphrase_file != NULL && strcmp(role, "core") == 0) {
		args[n++] = "--passphrase-file";
		args[n++] = s->opt->passphrase_file;
	}
	if (s->locked && strcmp(role, "core") == 0)
		args[n++] = "--locked";
	if (s->staff_group[0] != '\0' && strcmp(role, "core") == 0) {
		args[n++] = "--staff-group";
		args[n++] = s->staff_group;
	}
#ifdef KRING_DEV
	if (s->opt->no_zap)
		args[n++] = "--dev-no-zap";
	if (s->opt->clock_offset_s != 0) {
		(void)snprintf(offset, sizeof offset, "%lld", (long long)s->opt->clock_offset_s);
		args[n++] = "--dev-clock-offset";
		args[n++] = offset;
	}
	if (s->opt->clock_file != NULL) {
		args[n++] = "--dev-clock-file";
		args[n++] = s->opt->clock_file;
	}
#endif
	require(n <= ARGS_MAX);
	for (size_t i = 0; i < n; i++)
		/* exec takes pointers to char: copies are made where a cast would only hide the const. */
		argv[i] = strdup(args[i]);
	for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
		(void)signal(passed_over[i], SIG_IGN); /* a closed terminal signals them all */
	(void)sigprocmask(SIG_UNBLOCK, &s->waited, NULL);
	/* The files of when we began, also after a new version was installed in their place: processes
	 * of two versions never meet. */
	program_become(program, argv);
	_exit(ROLES_FAILED);
}

static pid_t spawn(const struct supervisor *s, const char *role, int program, int fd3, int fd4)
{
	const pid_t pid =
		fork(); /* no thread runs in this process, so the child may do all that its parent could */

	if (pid == 0)
		child_exec(s, role, program, fd3, fd4);
	if (pid > 0)
		log_write(LOG_NOTICE, LOG_CHILD_STARTED, "child=%s pid=%d", role, (int)pid);
	return pid;
}

static bool pair_of(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0;
}

/* net gets one end of a line, and core the other over the line that it has with us. */
static bool start_net(struct supervisor *s)
{
	int fds[2];

	if (!pair_of(fds))
		return false;
	require(s->core_line >= 0);
	s->net.pid = spawn(s, "net", s->net.program, fds[1], -1);
	s->net.began_ms = clock_mono_ms();
	/* core learns which process it is, and answers that one nowhere but on this line */
	if (s->net.pid > 0 && fdpass_send(s->core_line, fds[0], (uint32_t)s->net.pid) != ERR_OK)
		(void)kill(s->net.pid, SIGKILL); /* its end is seen as any other */
	(void)close(fds[0]);
	(void)close(fds[1]);
	return s->net.pid > 0;
}

/* Two ends of a new line between the two.  A core that is not there gets its end when it is started; a web that cannot be told ends. */
static void join_web(struct supervisor *s)
{
	int fds[2];

	if (s->web.pid <= 0 || s->core <= 0 || !pair_of(fds))
		return;
	require(s->web_line >= 0 && s->core_line >= 0);
	if (fdpass_send(s->core_line, fds[0], FDPASS_SCREENS) != ERR_OK ||
	    fdpass_send(s->web_line, fds[1], FDPASS_SCREENS) != ERR_OK)
		(void)kill(s->web.pid, SIGKILL);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* The socket is opened once and stays: who comes while web begins again waits, and is not refused. */
static bool start_web(struct supervisor *s)
{
	int line[2];

	if (s->web_socket < 0)
		s->web_socket = weblisten_open(s->config.web_listen);
	if (s->web_socket < 0 || !pair_of(line))
		return false;
	if (s->web_line >= 0)
		(void)close(s->web_line);
	s->web_line = line[0];
	s->web.pid = spawn(s, "web", s->web.program, s->web_socket, line[1]);
	s->web.began_ms = clock_mono_ms();
	(void)close(line[1]);
	join_web(s);
	return s->web.pid > 0;
}

/* Without an address nobody is answered, and there is no such process. */
static bool has_web(const struct supervisor *s)
{
	return s->config.web_listen[0] != '\0';
}

static bool start_all(struct supervisor *s)
{
	int line[2], idle[2];

	/* A child begins with both lines; core closes the first one at once, because net's comes
	 * later over the second. */
	if (!pair_of(line) || !pair_of(idle))
		return false;
	require(s->core == 0 && s->net.pid == 0);
	s->core_line = line[0];
	if (s->systemd >= 0 && !notify_wake(s->core_line))
		return false;
	s->core = spawn(s, "core", s->program, idle[0], line[1]);
	(void)close(line[1]);
	(void)close(idle[0]);
	(void)close(idle[1]);
	if (s->core <= 0 || !start_net(s))
		return false;
	join_web(s);
	return true;
}

/* True when it is dying over and over without work between. */
static bool crash_loop(struct supervisor *s)
{
	const uint64_t now = clock_mono_ms();

	static_assert(DEATHS_MAX > 1, "a time between two deaths");
	s->deaths[s->death_count++ % DEATHS_MAX] = now;
	return s->death_count >= DEATHS_MAX &&
	       now - s->deaths[s->death_count % DEATHS_MAX] < WINDOW_MS / 10;
}

static void pause_ms(uint64_t ms)
{
	const struct timespec ts = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	(void)nanosleep(&ts, NULL);
}

/* Asked to end, and after a while ended: a process that hangs must not keep the node from stopping.  What core was
 * writing is whole or not there, whenever it dies. */
static void end_child(pid_t *pid, int signo)
{
	const uint64_t until_ms = clock_mono_ms() + END_MS;
	pid_t ended = 0;

	if (*pid <= 0)
		return;
	require(signo > 0);
	(void)kill(*pid, signo);
	while (ended == 0 && clock_mono_ms() < until_ms) {
		ended = waitpid(*pid, NULL, WNOHANG);
		if (ended == 0)
			pause_ms(END_LOOK_MS);
	}
	if (ended == 0) {
		log_write(LOG_WARN, LOG_CHILD_DIED, "pid=%d hangs=1 signal=%d", (int)*pid, SIGKILL);
		(void)kill(*pid, SIGKILL);
		(void)waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

static uint64_t growing_ms(unsigned tries)
{
	const uint64_t ms = (uint64_t)BACKOFF_MS << (tries < 10 ? tries : 10);

	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* Whatever ended it, core keeps the keys and it is tried again: what is in the way may go away. */
static void try_later(struct child *c)
{
	const uint64_t now = clock_mono_ms();

	require(now >= c->began_ms);
	c->pid = 0;
	if (now - c->began_ms >= STEADY_MS)
		c->tries = 0;
	c->again_ms = now + growing_ms(c->tries++);
}

/* Core ended.  Returns an exit code, or -1 to go on. */
static int core_ended(struct supervisor *s, int code)
{
	s->core = 0;
	/* 78 and 0 are final; anything else is tried again, with net, whose line has no other end any more */
	if (code == ROLES_LOCKED)
		s->locked = true;
	if (code == ROLES_CONFIG || code == ROLES_OK || crash_loop(s)) {
		end_child(&s->web.pid, SIGTERM);
		end_child(&s->net.pid, SIGTERM);
		return code == ROLES_OK || code == ROLES_CONFIG ? code : ROLES_FAILED;
	}
	/* So that a core that ends at once does not take the whole machine; the counted deaths
	 * decide when that is hopeless. */
	pause_ms(BACKOFF_MS);
	end_child(&s->net.pid, SIGKILL);
	(void)close(s->core_line);
	return start_all(s) ? -1 : ROLES_FAILED;
}

/* Core is followed by net, whose line leads to it; any other is tried again alone. */
static int child_ended(struct supervisor *s, pid_t pid, int status)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	struct child *c = pid == s->web.pid ? &s->web : &s->net;

	log_write(LOG_WARN, LOG_CHILD_DIED, "child=%s code=%d", pid == s->core ? "core" : c->role,
		  code);
	if (pid == s->core)
		return core_ended(s, code);
	try_later(c);
	return -1;
}

/* The next signal; none when one of them waits to be started and its pause is over. */
static int next_signal(const struct supervisor *s)
{
	const uint64_t now = clock_mono_ms();
	uint64_t at = UINT64_MAX, left;
	struct timespec pause;

	if (s->net.pid == 0)
		at = s->net.again_ms;
	if (has_web(s) && s->web.pid == 0 && s->web.again_ms < at)
		at = s->web.again_ms;
	if (at == UINT64_MAX)
		return sigwaitinfo(&s->waited, NULL);
	left = at > now ? at - now : 0;
	pause = (struct timespec){(time_t)(left / 1000), (long)(left % 1000) * 1000000};
	return sigtimedwait(&s->waited, NULL, &pause);
}

/* No descriptor, no process or no address was to be had: core lives on, and it is tried again. */
static void start_waiting(struct supervisor *s)
{
	const uint64_t now = clock_mono_ms();

	if (s->net.pid == 0 && now >= s->net.again_ms && !start_net(s))
		try_later(&s->net);
	if (has_web(s) && s->web.pid == 0 && now >= s->web.again_ms && !start_web(s))
		try_later(&s->web);
}

/* Core shows it to people until a file is taken: a log is read by nobody who does not look for it. */
static void refuse_settings(const struct supervisor *s, const struct err_text *why)
{
	const int fd = infile_open("/dev/null");
	char text[CAUSES_LEN];

	log_write(LOG_ERROR, LOG_SETTINGS, "kept=1 why=\"%s\"", causes_log(why, text));
	if (fd < 0 || fdpass_send(s->core_line, fd, FDPASS_REFUSED) != ERR_OK)
		log_write(LOG_WARN, LOG_SETTINGS, "told=0 errno=%d", errno);
	if (fd >= 0)
		(void)close(fd);
}

/* SIGHUP.  Judged here first, so that a slip of the pen changes nothing at all; core then gets the file, and net and web,
 * which read it at their start, are started again when something of it is theirs.  No key leaves memory for that. */
static void reload(struct supervisor *s)
{
	struct err_text why = {""};
	struct config next;
	enum err rc = config_read(&next, s->opt->dir, s->opt->config, &why);
	const int fd = rc == ERR_OK ? open(next.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	bool of_net, of_web;

	if (rc == ERR_OK && (fd < 0 || fdpass_send(s->core_line, fd, FDPASS_SETTINGS) != ERR_OK))
		rc = cause_set(&why, ERR_IO, "file",
			       FILL({"path", next.path, 0}, {"error", cause_errno(errno), 0}));
	if (fd >= 0)
		(void)close(fd);
	if (rc != ERR_OK) {
		refuse_settings(s, &why);
		return;
	}
	of_net = strcmp(next.listen, s->config.listen) != 0 ||
		 next.log_level != s->config.log_level;
	of_web = strcmp(next.origin, s->config.origin) != 0 ||
		 next.log_level != s->config.log_level;
	/* where browsers are heard counts from the next start */
	memcpy(next.web_listen, s->config.web_listen, sizeof next.web_listen);
	s->config = next;
	if (of_net && s->net.pid > 0)
		(void)kill(s->net.pid, SIGTERM);
	if (of_web && s->web.pid > 0)
		(void)kill(s->web.pid, SIGTERM);
}

static int watch(struct supervisor *s)
{
	for (;;) {
		const int signo = next_signal(s);
		int status;
		pid_t pid;

		if (signo < 0) {
			start_waiting(s);
			continue;
		}
		if (signo == SIGIO) {
			notify_pass(s->core_line, s->systemd);
			continue;
		}
		if (signo != SIGCHLD && signo != SIGTERM && signo != SIGINT) {
			log_write(LOG_NOTICE, LOG_SIGNAL, "signal=%d ignored=%d", signo,
				  signo != SIGHUP);
			if (signo == SIGHUP)
				reload(s);
			continue;
		}
		if (signo != SIGCHLD) {
			end_child(&s->web.pid, SIGTERM);
			end_child(&s->net.pid, SIGTERM);
			end_child(&s->core, SIGTERM);
			return ROLES_OK;
		}
		/* Signals of one kind that wait are one: several children may have ended behind a
		 * single SIGCHLD. */
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			const bool ours = pid == s->core || pid == s->net.pid || pid == s->web.pid;
			const int rc = ours ? child_ended(s, pid, status) : -1;

			if (rc >= 0)
				return rc;
		}
	}
}

/* With names of files and words of the settings: they look like no line of ours. */
/* What keeps it from starting is for whoever starts it, and the doctor looks at all of it at once. */
static int tell(const char *what, int code)
{
	(void)fputs("kringd: ", stderr);
	text_print(stderr, what);
	(void)fprintf(stderr, "\nkringd: %s\n", list_text(LIST_SEEK, LIST_EN, "node"));
	return code;
}

int supervisor_main(const struct role_options *opt, const char *self)
{
	struct supervisor s = {.opt = opt,
			       .self = self,
			       .net.role = "net",
			       .web.role = "web",
			       .web_socket = -1,
			       .web_line = -1,
			       .systemd = notify_open(),
			       .locked = opt->locked};
	struct err_text why = {""};
	char text[CAUSES_LEN];

	log_init("supervisor", LOG_NOTICE);
	if (config_read(&s.config, opt->dir, opt->config, &why) != ERR_OK)
		return tell(causes_log(&why, text), ROLES_CONFIG);
	if (opt->config != NULL && config_once(opt->dir, opt->config, &why) != ERR_OK)
		return tell(causes_log(&why, text), ROLES_CONFIG);
	(void)umask(0077);
	/* Held by the children too: a new supervisor waits until the old ones are gone. */
	if (nodefiles_lock(opt->dir) < 0) {
		(void)fprintf(stderr, "kringd: %s is in use by another kringd\nkringd: %s\n",
			      opt->dir, list_text(LIST_SEEK, LIST_EN, "node"));
		return ROLES_TRY_AGAIN;
	}
	socketfile_link(opt->dir);
	if (socketfile_group() >= 0)
		(void)snprintf(s.staff_group, sizeof s.staff_group, "%ld", socketfile_group());
	(void)sigemptyset(&s.waited);
	(void)sigaddset(&s.waited, SIGCHLD);
	(void)sigaddset(&s.waited, SIGTERM);
	(void)sigaddset(&s.waited, SIGINT);
	(void)sigaddset(&s.waited, SIGIO);
	for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
		(void)sigaddset(&s.waited, passed_over[i]);
	/* Blocked before the first child exists, so none can end unseen; they are taken one by one
	 * by next_signal. */
	(void)sigprocmask(SIG_BLOCK, &s.waited, NULL);
	if (program_open(&s.program, "", &why) != ERR_OK ||
	    program_open(&s.net.program, s.net.role, &why) != ERR_OK ||
	    program_open(&s.web.program, s.web.role, &why) != ERR_OK)
		return tell(causes_log(&why, text), ROLES_CONFIG);
	if (sandbox_enter(SANDBOX_SUPERVISOR, NULL, &why) != ERR_OK)
		return tell(causes_log(&why, text), ROLES_CONFIG);
	if (!start_all(&s))
		return ROLES_FAILED;
	return watch(&s);
}
