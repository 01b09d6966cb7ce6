/* SPDX-License-Identifier: EUPL-1.2 */
/* The kernel says which socket listens and whose user's it is; which process holds it is found among the descriptors that this
 * user may look at. */
#include "tool/doctor/port.h"

#include <assert.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "roles/nodefiles.h"

enum { LISTENS = 0x0a, LINE_LEN = 512, PATH_LEN = 4096, V4_DIGITS = 8, V6_DIGITS = 32 };
static_assert(V6_DIGITS == 2 * 16, "an address in hexadecimal");

/* The kernel prints words of its own byte order. */
static void bytes_of(const char *hex, size_t digits, uint8_t out[16])
{
	require(digits % 8 == 0 && digits <= V6_DIGITS);
	for (size_t i = 0; i < digits / 8; i++) {
		char part[9];
		uint32_t v;

		memcpy(part, hex + 8 * i, 8);
		part[8] = '\0';
		v = (uint32_t)strtoul(part, NULL, 16);
		memcpy(out + 4 * i, &v, 4);
	}
}

/* Would a socket there keep ours from listening?  One on every address does, in each family where the kernel lets it take both. */
static bool in_the_way(const struct endpoint *at, bool v6, const uint8_t addr[16], unsigned port)
{
	static const uint8_t none[16];
	const size_t len = v6 ? 16 : 4;
	const bool everywhere = memcmp(addr, none, len) == 0;

	if (port != at->port)
		return false;
	if (v6 != at->v6) /* [::] takes connections of both */
		return v6 ? everywhere : at->everywhere;
	return everywhere || at->everywhere || memcmp(addr, at->addr, len) == 0;
}

/* One line of the kernel's table, as proc(5) has it: number, local address:port, remote one, state, two pairs, a count, uid,
 * a count, inode.  False: it listens nowhere, or is the heading. */
static bool listener(char *line, bool v6, uint8_t addr[16], unsigned *port, uid_t *uid,
		     unsigned long long *inode)
{
	enum { LOCAL = 1, STATE = 3, USER = 7, INODE = 9, FIELDS };
	char *field[FIELDS], *rest = NULL, *colon;
	size_t n = 0;

	for (char *f = strtok_r(line, " \n", &rest); f != NULL && n < FIELDS;
	     f = strtok_r(NULL, " \n", &rest))
		field[n++] = f;
	if (n < FIELDS || strtoul(field[STATE], NULL, 16) != LISTENS)
		return false;
	colon = strchr(field[LOCAL], ':');
	if (colon == NULL || colon - field[LOCAL] != (v6 ? V6_DIGITS : V4_DIGITS))
		return false;
	bytes_of(field[LOCAL], v6 ? V6_DIGITS : V4_DIGITS, addr);
	*port = (unsigned)strtoul(colon + 1, NULL, 16);
	*uid = (uid_t)strtoul(field[USER], NULL, 10);
	*inode = strtoull(field[INODE], NULL, 10);
	return true;
}

/* The first such socket of this table; 0: none. */
static unsigned long long find_socket(const char *table, bool v6, const struct endpoint *at,
				      uid_t *uid)
{
	FILE *f = infile_stream(table);
	unsigned long long inode, found = 0;
	char line[LINE_LEN];

	require(at != NULL && uid != NULL);
	while (f != NULL && found == 0 && fgets(line, sizeof line, f) != NULL) {
		uint8_t addr[16] = {0};
		unsigned port;
		uid_t user;

		if (listener(line, v6, addr, &port, &user, &inode) &&
		    in_the_way(at, v6, addr, port)) {
			found = inode;
			*uid = user;
		}
	}
	if (f != NULL)
		(void)fclose(f);
	return found;
}

struct wanted {
	char socket[64];  /* what its descriptor is called; "": none */
	struct stat lock; /* of a node; st_ino 0: none */
};

/* Does this process hold one of the two? */
static bool holds(const char *process, const struct wanted *w)
{
	char path[PATH_LEN], is[64];
	bool found = false;
	struct dirent *e;
	struct stat sb;
	DIR *d;

	require(process != NULL && w != NULL);
	(void)snprintf(path, sizeof path, "/proc/%.20s/fd", process);
	d = opendir(path);
	while (d != NULL && !found && (e = readdir(d)) != NULL) {
		const ssize_t n = readlinkat(dirfd(d), e->d_name, is, sizeof is - 1);

		if (n <= 0)
			continue;
		is[n] = '\0';
		found = strcmp(is, w->socket) == 0 ||
			(w->lock.st_ino != 0 && fstatat(dirfd(d), e->d_name, &sb, 0) == 0 &&
			 sb.st_dev == w->lock.st_dev && sb.st_ino == w->lock.st_ino);
	}
	if (d != NULL)
		(void)closedir(d);
	return found;
}

/* The process that listens has no lock any more, once its walls stand; the one that started it keeps it. */
static bool of_this_node(const char *process, const char *dir)
{
	struct wanted lock = {.socket = ""};
	char path[PATH_LEN], parent[24] = "";
	FILE *f;

	if (!nodefiles_path(path, sizeof path, dir, "lock") || stat(path, &lock.lock) != 0)
		return false;
	(void)snprintf(path, sizeof path, "/proc/%.20s/status", process);
	f = infile_stream(path);
	while (f != NULL && parent[0] == '\0' && fgets(path, sizeof path, f) != NULL)
		if (strncmp(path, "PPid:\t", 6) == 0)
			(void)snprintf(parent, sizeof parent, "%ld", strtol(path + 6, NULL, 10));
	if (f != NULL)
		(void)fclose(f);
	return holds(process, &lock) || (parent[0] != '\0' && holds(parent, &lock));
}

/* As ps shows it. */
static void name_of(const char *process, char *out, size_t cap)
{
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%.20s/comm", process);
	f = infile_stream(path);
	if (f == NULL || fgets(out, (int)cap, f) == NULL)
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (f != NULL)
		(void)fclose(f);
}

/* All processes are asked: it is done once, by a person who waits for nothing else. */
void port_owner(const struct endpoint *at, const char *dir, struct port_owner *out)
{
	struct wanted w = {.socket = ""};
	unsigned long long inode;
	struct dirent *e;
	DIR *d;

	require(at != NULL && dir != NULL && out != NULL);
	*out = (struct port_owner){.taken = false};
	inode = find_socket("/proc/net/tcp", false, at, &out->uid);
	if (inode == 0)
		inode = find_socket("/proc/net/tcp6", true, at, &out->uid);
	if (inode == 0)
		return;
	out->taken = true;
	(void)snprintf(w.socket, sizeof w.socket, "socket:[%llu]", inode);
	d = opendir("/proc");
	while (d != NULL && out->pid == 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9' || !holds(e->d_name, &w))
			continue;
		out->pid = (pid_t)strtol(e->d_name, NULL, 10);
		out->ours = of_this_node(e->d_name, dir);
		name_of(e->d_name, out->name, sizeof out->name);
	}
	if (d != NULL)
		(void)closedir(d);
}

/* Loopback is one network: any address of it is here. */
bool port_address_here(const struct endpoint *at)
{
	struct ifaddrs *all = NULL;
	bool here = at->everywhere;

	require(at != NULL);
	if (getifaddrs(&all) != 0)
		return true; /* nothing is known that is wrong */
	for (const struct ifaddrs *i = all; i != NULL && !here; i = i->ifa_next) {
		struct sockaddr_in6 six;
		struct sockaddr_in four;

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != (at->v6 ? AF_INET6 : AF_INET))
			continue;
		memcpy(&six, i->ifa_addr, at->v6 ? sizeof six : 0);
		memcpy(&four, i->ifa_addr, at->v6 ? 0 : sizeof four);
		here = at->v6 ? memcmp(&six.sin6_addr, at->addr, 16) == 0
			      : memcmp(&four.sin_addr, at->addr, 4) == 0 || at->addr[0] == 127;
	}
	freeifaddrs(all);
	return here;
}
