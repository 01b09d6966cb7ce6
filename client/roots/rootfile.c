/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/roots/rootfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/limits.h"

int rootfile_unread(const struct cli *c, const char *path)
{
	require(path != NULL && errno != 0);
	return cli_refuse(c, errno == ENOENT ? CLI_NOT_FOUND : CLI_REFUSED, "cannot-read",
			  FILL({"path", path, 0}, {"cause", words_errno(c->lang, errno), 0}));
}

bool rootfile_read(const char *path, uint8_t *to, size_t cap, size_t *len)
{
	const int fd = infile_open(path);
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

bool rootfile_add(const struct newfile *f, struct span entry)
{
	uint8_t len[4];

	require(f != NULL && entry.len <= LIMIT_ROSTER_CARRIED);
	be32_put(len, (uint32_t)entry.len);
	return newfile_add(f, span_of(len, sizeof len)) && newfile_add(f, entry);
}
