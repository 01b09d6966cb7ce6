/* SPDX-License-Identifier: EUPL-1.2 */
/* What lies beside the keys is checked before it is opened: a file that is missing, cut short or not ours is named with a
 * remedy, while LMDB would make a new empty store in its place, in which a node begins again as if it had never lived. */
#include "core/disk/nodestore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "roles/nodefiles.h"
#include "store/datafile.h"

enum { PATH_LEN = CONFIG_PATH_MAX + 32, ROOM_MIB = 64 };

/* What a first start takes: both files of the log with a quarter more, and blocks behind each of the two databases. */
static_assert(2 * (LIMIT_LOG + LIMIT_LOG / 4) + 2 * LIMIT_DISK_KEPT < (uint64_t)ROOM_MIB << 20,
	      "who frees what is named has freed enough");

static int there(const char *dir, const char *file)
{
	char path[PATH_LEN];

	return nodefiles_path(path, sizeof path, dir, file) && access(path, F_OK) == 0;
}

/* What is there must be ours to read and to write, before the first byte is changed. */
static enum err usable(const char *dir, const char *file, struct err_text *why)
{
	char path[PATH_LEN];

	if (!there(dir, file) || !nodefiles_path(path, sizeof path, dir, file) ||
	    access(path, R_OK | W_OK) == 0)
		return ERR_OK;
	return nodefiles_explain(why, ERR_IO, dir, file, errno);
}

/* LMDB's own error is less exact, and it makes an empty store where one is gone. */
static enum err check(const char *dir, const char *data, const char *lock, bool needed,
		      struct err_text *why)
{
	char path[PATH_LEN];
	enum err rc;

	if (!nodefiles_path(path, sizeof path, dir, data))
		return cause_set(why, ERR_LIMIT, "dir-name-long", FILL_NONE);
	require(data != NULL && lock != NULL);
	rc = datafile_check(path);
	if (rc == ERR_NOTFOUND && !needed)
		return ERR_OK;
	if (rc != ERR_OK)
		return nodefiles_explain(why, ERR_CORRUPT, dir, data,
					 rc == ERR_NOTFOUND ? ENOENT
					 : rc == ERR_IO	    ? errno
							    : 0);
	return usable(dir, lock, why);
}

static enum err open_one(struct store **out, struct store_options *o, const struct config *c,
			 const char *name, struct err_text *why)
{
	char path[PATH_LEN];
	enum err rc;

	if (!nodefiles_path(path, sizeof path, c->dir, name))
		return cause_set(why, ERR_LIMIT, "dir-name-long", FILL_NONE);
	require(o->cipher != NULL && o->path == NULL);
	o->path = path;
	rc = store_open(out, o);
	/* The path lies on this stack; the options go on to the next store. */
	o->path = NULL;
	if (rc == ERR_CORRUPT)
		return nodefiles_explain(why, rc, c->dir, name, 0);
	if (rc == ERR_IO)
		return nodefiles_explain(why, rc, c->dir, name, errno);
	if (rc == ERR_FULL)
		return cause_set(why, rc, "file-no-room",
				 FILL({"path", path, 0}, {"mib", NULL, ROOM_MIB}));
	return rc == ERR_OK ? rc
			    : cause_set(why, rc, "file",
					FILL({"path", path, 0}, {"error", err_text(rc), 0}));
}

/* 0: the product's.  Tests of what happens when that is gone too make it smaller. */
static uint64_t kept_back(void)
{
#ifdef KRING_DEV
	const char *kib = getenv("KRING_DEV_KEPT_KIB");

	if (kib != NULL)
		return strtoull(kib, NULL, 10) * 1024;
#endif
	return 0;
}

/* Tests see the database filled from the log again and again when that is small. */
static uint64_t log_bytes(void)
{
#ifdef KRING_DEV
	const char *kib = getenv("KRING_DEV_LOG_KIB");

	return (kib != NULL ? strtoull(kib, NULL, 10) : 128) * 1024;
#else
	return LIMIT_LOG;
#endif
}

/* All of it is looked at before the first store is opened: what opens may write, and a node that is not whole must stay as
 * it was found. */
enum err nodestore_open(struct nodestore *out, const struct config *c, const struct keyfile *k,
			const struct record_cipher *cipher, struct err_text *why)
{
	struct store_options o = {.cipher = cipher};
	/* A node that ran has a store: an empty directory then means that one is lost, and not that
	 * one is new. */
	const bool ran = k->state.roster_seq_max > 0 || there(c->dir, "ledger");
	enum err rc = usable(c->dir, "ledger", why);

	require(k->keybox != NULL);
	*out = (struct nodestore){.main = NULL};
	o.map_max = c->store_mib * 1024 * 1024;
	o.map_kept = kept_back();
	o.map_start = o.map_max < LIMIT_MAP_START ? o.map_max : LIMIT_MAP_START;
	if (rc == ERR_OK)
		rc = usable(c->dir, "record", why);
	if (rc == ERR_OK)
		rc = check(c->dir, "main/data.mdb", "main/lock.mdb", ran, why);
	if (rc == ERR_OK)
		rc = usable(c->dir, "main/log0", why);
	if (rc == ERR_OK)
		rc = usable(c->dir, "main/log1", why);
	if (rc == ERR_OK) /* prekeys that are gone are drawn again */
		rc = check(c->dir, "prekeys/data.mdb", "prekeys/lock.mdb", false, why);
	/* Keys that must vanish are few, and lie in pages alone. */
	o.log_bytes = log_bytes();
	if (rc == ERR_OK)
		rc = open_one(&out->main, &o, c, "main", why);
	o.log_bytes = 0;
	if (rc == ERR_OK)
		rc = open_one(&out->prekeys, &o, c, "prekeys", why);
	if (rc != ERR_OK)
		return rc;
	rc = erasures_open(&out->ledger, c->dir, keybox_roots(k->keybox)->ledger);
	return rc == ERR_IO ? nodefiles_explain(why, rc, c->dir, "ledger", errno) : rc;
}
