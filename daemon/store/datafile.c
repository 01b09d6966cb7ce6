/* SPDX-License-Identifier: EUPL-1.2 */
/* Is LMDB's file as long as what it refers to?  LMDB maps it and trusts it: a file that was cut short ends the process with
 * SIGBUS at some later row.  So both of its trees are walked before the first mapping, by the rules of LMDB's own layout,
 * and only when the newest page that it names is missing; a whole file costs two reads. */
#include "store/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

/* LMDB 0.9's own layout on 64-bit machines, in this machine's byte order. */
enum {
	PAGE_MAX = 65536,
	PAGE_HEAD = 16,
	AT_FLAGS = 10, /* of a page */
	AT_LOWER = 12,
	IS_BRANCH = 1,
	IS_LEAF = 2,
	NODE_HEAD = 8,
	NODE_BIG = 1, /* its value lies on pages of its own */
	NODE_TREE = 2,
	DB_ROOT = 40, /* of a tree's description */
	META_LEN = 152,
	META_PAGE_SIZE = PAGE_HEAD + 24,
	META_FREE = PAGE_HEAD + 24,
	META_MAIN = META_FREE + 48,
	META_LAST = META_MAIN + 48,
	META_TXN = META_LAST + 8,
	DEPTH_MAX = 32
};
static const uint32_t meta_magic = 0xbeefc0de;
static const uint64_t no_page = UINT64_MAX;

struct datafile {
	int fd;
	uint64_t size;
	uint32_t page;
};

/* Through memcpy: a node in a page begins at any even offset, and a load of a wider type from there
 * is not allowed on every machine. */
static uint16_t u16_at(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint64_t u64_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* The subtraction comes after page < pages is known, so that a count from a damaged page cannot
 * wrap around. */
static bool inside(const struct datafile *f, uint64_t page, uint64_t count)
{
	const uint64_t pages = f->size / f->page;

	return page < pages && count <= pages - page;
}

static bool walk(const struct datafile *f, uint64_t no, unsigned depth);

/* What one node of a leaf points to. */
static bool leaf_node(const struct datafile *f, const uint8_t *page, size_t at, unsigned depth)
{
	const uint8_t *n = page + at;
	const uint32_t len = u16_at(n) | (uint32_t)u16_at(n + 2) << 16;
	const uint16_t flags = u16_at(n + 4);
	/* The key lies between the head and the data, so its length says where the data begins. */
	const size_t data = at + NODE_HEAD + u16_at(n + 6);

	if ((flags & NODE_BIG) != 0)
		/* Only the page's number lies here; LMDB puts one page head in front of the first
		 * of them, and it counts with the length. */
		return data + 8 <= f->page && inside(f, u64_at(page + data),
						     (PAGE_HEAD - 1 + (uint64_t)len) / f->page + 1);
	if ((flags & NODE_TREE) != 0)
		return data + 48 <= f->page && walk(f, u64_at(page + data + DB_ROOT), depth + 1);
	return data + len <= f->page;
}

static bool walk(const struct datafile *f, uint64_t no, unsigned depth)
{
	/* On the stack at every depth: DEPTH_MAX times the largest page stays below the usual limit
	 * of 8 MiB. */
	uint8_t page[PAGE_MAX];
	bool ok = true;
	size_t count;

	require(f->page >= 512 && f->page <= PAGE_MAX);
	if (no == no_page)
		return true;
	/* A page names its own number: a file in which pages were swapped or zeroed does not pass,
	 * and a ring of pages ends at DEPTH_MAX. */
	if (depth > DEPTH_MAX || !inside(f, no, 1) ||
	    pread(f->fd, page, f->page, (off_t)(no * f->page)) != (ssize_t)f->page ||
	    u64_at(page) != no || (u16_at(page + AT_FLAGS) & (IS_BRANCH | IS_LEAF)) == 0 ||
	    u16_at(page + AT_LOWER) < PAGE_HEAD || u16_at(page + AT_LOWER) > f->page)
		return false;
	count = (u16_at(page + AT_LOWER) - (size_t)PAGE_HEAD) / 2;
	for (size_t i = 0; ok && i < count; i++) {
		const size_t at = u16_at(page + PAGE_HEAD + 2 * i);

		if (at + NODE_HEAD > f->page)
			return false;
		if ((u16_at(page + AT_FLAGS) & IS_LEAF) != 0)
			ok = leaf_node(f, page, at, depth);
		else
			ok = walk(f,
				  u16_at(page + at) | (uint64_t)u16_at(page + at + 2) << 16 |
					  (uint64_t)u16_at(page + at + 4) << 32,
				  depth + 1);
	}
	return ok;
}

static bool meta_at(struct datafile *f, off_t at, uint8_t meta[META_LEN])
{
	return pread(f->fd, meta, META_LEN, at) == META_LEN &&
	       u32_at(meta + PAGE_HEAD) == meta_magic;
}

/* Of the two descriptions of the trees the younger one counts: the other is of the transaction before. */
static enum err judge(struct datafile *f)
{
	uint8_t first[META_LEN], second[META_LEN];
	const uint8_t *meta = first;

	if (!meta_at(f, 0, first))
		return ERR_CORRUPT;
	f->page = u32_at(first + META_PAGE_SIZE);
	if (f->page < 512 || f->page > PAGE_MAX || (f->page & (f->page - 1)) != 0 ||
	    !meta_at(f, (off_t)f->page, second))
		return ERR_CORRUPT;
	if (u64_at(second + META_TXN) > u64_at(first + META_TXN))
		meta = second;
	if (inside(f, u64_at(meta + META_LAST), 1))
		return ERR_OK;
	return walk(f, u64_at(meta + META_FREE + DB_ROOT), 0) &&
			       walk(f, u64_at(meta + META_MAIN + DB_ROOT), 0)
		       ? ERR_OK
		       : ERR_CORRUPT;
}

enum err datafile_check(const char *path)
{
	/* Opened for writing although nothing is written: a file that we may only read would fail
	 * later, in LMDB, with a worse error. */
	struct datafile f = {.fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
	struct stat sb;
	enum err rc = ERR_IO;

	if (f.fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	if (fstat(f.fd, &sb) == 0) {
		f.size = (uint64_t)sb.st_size;
		rc = !S_ISREG(sb.st_mode) ? ERR_CORRUPT : f.size == 0 ? ERR_NOTFOUND : judge(&f);
	}
	(void)close(f.fd);
	return rc;
}
