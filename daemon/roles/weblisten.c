/* SPDX-License-Identifier: EUPL-1.2 */
/* Of this machine alone: what comes from elsewhere comes through a proxy, which has the certificate. */
#include "roles/weblisten.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/endpoint.h"
#include "base/limits_screens.h"
#include "base/log/log.h"

static_assert(sizeof((struct endpoint *)0)->addr == sizeof(struct in6_addr), "an address, whole");

/* 127.0.0.0/8 and ::1: nothing from elsewhere is delivered there. */
static bool own_machine(const struct endpoint *e)
{
	struct in6_addr six;

	if (!e->v6)
		return e->addr[0] == 127;
	memcpy(&six, e->addr, sizeof six);
	return IN6_IS_ADDR_LOOPBACK(&six);
}

/* "unix:/run/kring/web.sock", for a proxy on this machine.  NULL: it is none. */
static const char *file_of(const char *at)
{
	static const char unix_file[] = "unix:";

	return strncmp(at, unix_file, sizeof unix_file - 1) == 0 ? at + sizeof unix_file - 1 : NULL;
}

static const char *file_flaw(const char *file)
{
	if (file[0] != '/' || file[1] == '\0')
		return "socket-whole";
	return strlen(file) < sizeof((struct sockaddr_un *)0)->sun_path ? NULL : "socket-long";
}

const char *weblisten_flaw(const char *at)
{
	struct endpoint e;
	const char *flaw;

	if (file_of(at) != NULL)
		return file_flaw(file_of(at));
	flaw = endpoint_flaw(at, ENDPOINT_LISTEN, &e);
	if (flaw != NULL || at[0] == '\0')
		return flaw;
	return own_machine(&e) ? NULL : "not-this-machine";
}

/* Held by the supervisor, so that web needs no right to make a socket.  A port that somebody else has may be free later. */
static int bound(const struct endpoint *e)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(e->port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(e->port)};
	const struct sockaddr *to = e->v6 ? (const struct sockaddr *)&six
					  : (const struct sockaddr *)&four;
	const int on = 1;
	int fd;

	memcpy(&four.sin_addr, e->addr, sizeof four.sin_addr);
	memcpy(&six.sin6_addr, e->addr, sizeof six.sin6_addr);
	fd = socket(e->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    bind(fd, to, e->v6 ? sizeof six : sizeof four) == 0 &&
	    listen(fd, LIMIT_HTTP_LINES) == 0)
		return fd;
	log_write(LOG_ERROR, LOG_FAILED, "step=web-listen port=%u errno=%d", e->port, errno);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Of a run that ended without a word its socket is still there, and nobody is behind it.  What is no socket is somebody's file, and
 * stays.  Anybody may connect, as to a port of this machine: who reaches it at all is for the directory that it stands in. */
static int bound_file(const char *file)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	require(file_flaw(file) == NULL);
	memcpy(to.sun_path, file, strlen(file) + 1);
	if (lstat(file, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(file);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
	    chmod(file, 0666) == 0 && listen(fd, LIMIT_HTTP_LINES) == 0)
		return fd;
	log_write(LOG_ERROR, LOG_FAILED, "step=web-listen errno=%d", errno);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

int weblisten_open(const char *at)
{
	struct endpoint e;

	require(at[0] != '\0' && weblisten_flaw(at) == NULL);
	if (file_of(at) != NULL)
		return bound_file(file_of(at));
	return endpoint_flaw(at, ENDPOINT_LISTEN, &e) == NULL ? bound(&e) : -1;
}
