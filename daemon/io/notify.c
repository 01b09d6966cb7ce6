/* SPDX-License-Identifier: EUPL-1.2 */
/* The word comes from the loop of core and not from the supervisor: a process that only waits for others would go on saying
 * that all is well when core hangs.  It goes by way of the supervisor, because whoever may speak to systemd may also say to it
 * which process to watch and which descriptors to keep: of this service that is one process, which parses nothing.
 * Nothing is lost with a word that does not arrive: systemd takes the next one. */
#include "io/notify.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"

enum { READY = 'R', GOES_ON = 'G' }; /* over the line */

struct notify {
	int line;
	uint64_t every_ms; /* 0: no watchdog */
	struct loop_timer *timer;
};

static void say(const struct notify *n, char word)
{
	ssize_t sent;

	require(n->line >= 0);
	/* a line that is full has words enough waiting */
	sent = send(n->line, &word, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)sent;
}

static void on_time(void *ctx)
{
	struct notify *n = ctx;

	require(n->every_ms > 0);
	say(n, GOES_ON);
	loop_timer_start(n->timer, n->every_ms);
}

enum err notify_create(struct loop *loop, int line, struct notify **out)
{
	const char *usec = getenv("WATCHDOG_USEC");
	struct notify *n;
	enum err rc;

	require(loop != NULL && line >= 0 && out != NULL);
	*out = NULL;
	/* core never opens it: that one is asked here only whether somebody listens at the other end */
	if (getenv("NOTIFY_SOCKET") == NULL)
		return ERR_OK;
	n = calloc(1, sizeof *n);
	if (n == NULL)
		return ERR_NOMEM;
	rc = loop_timer_create(loop, &n->timer, on_time, n);
	if (rc != ERR_OK) {
		free(n);
		return rc;
	}
	n->line = line;
	/* half of it, in milliseconds */
	n->every_ms = usec == NULL ? 0 : strtoull(usec, NULL, 10) / 2000;
	*out = n;
	return ERR_OK;
}

void notify_ready(struct notify *n)
{
	if (n == NULL)
		return;
	/* also of a core that was started again: systemd passes over a second one */
	say(n, READY);
	if (n->every_ms > 0)
		on_time(n);
}

/* A name that begins with @ is one of the kernel's, without a file. */
static bool address_of(const char *name, struct sockaddr_un *out, socklen_t *len)
{
	const size_t n = strlen(name);

	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if ((name[0] != '/' && name[0] != '@') || n >= sizeof out->sun_path)
		return false;
	memcpy(out->sun_path, name, n);
	if (name[0] == '@')
		out->sun_path[0] = '\0';
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	return true;
}

int notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at;
	socklen_t len;
	int fd;

	if (name == NULL || !address_of(name, &at, &len))
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, len) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

bool notify_wake(int line)
{
	const int flags = fcntl(line, F_GETFL);

	require(line >= 0);
	return flags >= 0 && fcntl(line, F_SETOWN, getpid()) == 0 &&
	       fcntl(line, F_SETFL, flags | O_ASYNC) == 0;
}

void notify_pass(int line, int to)
{
	char words[64];
	bool ready = false, goes_on = false;
	ssize_t n, sent = 0;

	/* many of one kind are one */
	while ((n = recv(line, words, sizeof words, MSG_DONTWAIT)) > 0) {
		ready = ready || memchr(words, READY, (size_t)n) != NULL;
		goes_on = goes_on || memchr(words, GOES_ON, (size_t)n) != NULL;
	}
	if (to < 0)
		return;
	if (ready)
		sent = write(to, "READY=1", 7);
	if (goes_on)
		sent = write(to, "WATCHDOG=1", 10);
	(void)sent; /* a full socket of systemd's is no trouble of ours */
}
