/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/roots/rootfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"

int rootfile_refuse(const struct cli *c, const char *path, const char *what)
{
	require(path != NULL && what != NULL);
	return cli_refuse(c, CLI_NOT_NOW, what,
			  FILL({"path", path, 0}, {"cause", words_errno(c->lang, errno), 0}));
}

bool rootfile_read(const char *path, uint8_t *to, size_t cap, size_t *len)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 0;

	require(to != NULL && cap > 0);
	for (*len = 0; fd >= 0 && *len < cap && (n = read(fd, to + *len, cap - *len)) > 0;)
		*len += (size_t)n;
	if (fd >= 0)
		(void)close(fd);
	if (n >= 0 && *len == cap) {
		errno = EFBIG;
		return false;
	}
	return n >= 0;
}

int rootfile_new(const struct cli *c, const char *path, int *code)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		*code = cli_refuse(c, CLI_REFUSED, "file-exists", FILL({"path", path, 0}));
	else if (fd < 0)
		*code = rootfile_refuse(c, path, "cannot-create");
	return fd;
}

static bool write_all(int fd, struct span s)
{
	while (s.len > 0) {
		const ssize_t n = write(fd, s.p, s.len);

		if (n <= 0)
			return false;
		s.p += n;
		s.len -= (size_t)n;
	}
	return true;
}

bool rootfile_add(int fd, struct span entry)
{
	uint8_t len[4];

	require(fd >= 0 && entry.len <= LIMIT_ROSTER_CARRIED);
	be32_put(len, (uint32_t)entry.len);
	return write_all(fd, span_of(len, sizeof len)) && write_all(fd, entry);
}

int rootfile_end(const struct cli *c, const char *path, int fd, int code)
{
	require(fd >= 0);
	if (code == CLI_DONE && fsync(fd) != 0)
		code = rootfile_refuse(c, path, "cannot-write");
	(void)close(fd);
	if (code != CLI_DONE)
		(void)unlink(path);
	return code;
}
