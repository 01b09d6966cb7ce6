/* SPDX-License-Identifier: EUPL-1.2 */
/* Our own node record: the domain has it, and the file `record` beside the store has it too, so that what we said of
 * ourselves outlives a store that is lost.  A record is never taken back; each is newer than all before it, also than one
 * that a restore forgot: two records of one place in the row would end all exchange with us. */
#include "core/ownrecord.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "crypto/files/keyfile.h"
#include "crypto/hash.h"
#include "proto/wire_roster.h"
#include "roles/config.h"
#include "roles/nodefiles.h"

static_assert(OWNRECORD_FILE_MAX >= 2 * WIRE_NODE_CARRIED_MAX, "one more beside the newest");
enum err ownrecord_open(const char *dir, int *fd)
{
	char path[CONFIG_PATH_MAX + 32];

	require(dir != NULL);
	*fd = -1;
	if (!nodefiles_path(path, sizeof path, dir, "record"))
		return ERR_LIMIT;
	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return *fd >= 0 || errno == ENOENT ? ERR_OK : ERR_IO;
}

/* A restore may have taken away records that partners know. The milliseconds of now lie past any of them, and
 * past a gap nobody compares with the record before: two records of one place would end all exchange. */
static uint64_t next_version(uint64_t last, uint64_t now_ms)
{
	return last + 1 > now_ms ? last + 1 : now_ms;
}

enum err ownrecord_say(struct engine *e, const struct keybox *kb,
		       const struct ownrecord_change *change, const struct node_time *now)
{
	uint8_t bytes[WIRE_NODE_MAX], carried[WIRE_NODE_CARRIED_MAX], sig[WIRE_SIG];
	struct wr w = wr_of(bytes, sizeof bytes), cw = wr_of(carried, sizeof carried);
	struct wire_node_carried last;
	const struct span old = engine_own_record(e, carried, sizeof carried);
	struct span part;
	enum err rc;

	if (old.len == 0) /* not a member yet: there is none to follow */
		return ERR_OK;
	rc = wire_node_carried_get(old, &last);
	if (rc != ERR_OK)
		return rc;
	last.rec.prev_hash = hash_one(HASH_NODEREC, last.bytes);
	last.rec.time_s = now->wall_ms / 1000;
	last.rec.version = next_version(last.rec.version, now->wall_ms);
	if (change->suspend)
		last.rec.flags |= WIRE_NODE_SUSPENDED;
	require(change->endpoint == NULL || strlen(change->endpoint) < sizeof last.rec.endpoint);
	if (change->endpoint != NULL)
		memcpy(last.rec.endpoint, change->endpoint, strlen(change->endpoint) + 1);
	wire_node_put(&w, &last.rec);
	part = wr_span(&w);
	keybox_sign(kb, SIGN_NODE, &part, 1, sig);
	wire_node_carry(&cw, part, sig, NULL); /* what was there was read: cw may lie over it */
	if (w.over || cw.over)
		return ERR_LIMIT;
	rc = engine_push(e, &(struct event){.type = EVENT_RECORD, .bytes = wr_span(&cw)});
	return rc == ERR_OK ? engine_turn(e, now) : rc;
}

static bool newer(const struct wire_node *a, const struct wire_node *b)
{
	return a->key_seq != b->key_seq ? a->key_seq > b->key_seq : a->version > b->version;
}

enum err ownrecord_newest(const char *dir, uint8_t buf[OWNRECORD_FILE_MAX], size_t *len,
			  struct wire_node_carried *newest)
{
	char path[CONFIG_PATH_MAX + 32];
	struct span rest;
	enum err rc = nodefiles_path(path, sizeof path, dir, "record")
			      ? keyfile_read_file(path, buf, OWNRECORD_FILE_MAX, len)
			      : ERR_LIMIT;

	if (rc != ERR_OK)
		return rc;
	/* Records are appended, so the last one of the file is the newest. */
	rest = span_of(buf, *len);
	do
		rc = wire_node_carried_next(&rest, newest);
	while (rc == ERR_OK && rest.len > 0);
	if (rc == ERR_OK && OWNRECORD_FILE_MAX - *len < WIRE_NODE_CARRIED_MAX)
		rc = ERR_BUSY; /* partners must have the older ones first */
	return rc;
}

enum err ownrecord_add(const char *dir, struct span carried)
{
	uint8_t all[OWNRECORD_FILE_MAX];
	struct wire_node_carried newest;
	char path[CONFIG_PATH_MAX + 32];
	size_t len = 0;
	enum err rc = ownrecord_newest(dir, all, &len, &newest);

	if (rc == ERR_OK && !nodefiles_path(path, sizeof path, dir, "record"))
		rc = ERR_LIMIT;
	if (rc != ERR_OK)
		return rc;
	require(carried.len > 0);
	require(carried.len <= sizeof all - len); /* ownrecord_newest left room for one */
	memcpy(all + len, carried.p, carried.len);
	return keyfile_write_file(path, span_of(all, len + carried.len));
}

/* In place: a name cannot be made inside the sandbox.  It is less than a sector, and if it is torn all the
 * same the store writes it again at the next start. */
enum err ownrecord_keep(struct engine *e, int fd)
{
	uint8_t ours[WIRE_NODE_CARRIED_MAX], there[OWNRECORD_FILE_MAX];
	const struct span own = engine_own_record(e, ours, sizeof ours);
	struct wire_node_carried a, b;
	struct span rest;
	enum err rc;
	ssize_t n;

	if (fd < 0 || own.len == 0 || wire_node_carried_get(own, &a) != ERR_OK)
		return ERR_OK;
	n = pread(fd, there, sizeof there, 0);
	if (n < 0)
		return ERR_IO;
	rest = span_of(there, (size_t)n);
	do
		rc = wire_node_carried_next(&rest, &b);
	while (rc == ERR_OK && rest.len > 0);
	/* nothing of it is new, or it says what the store has not taken in yet */
	if (rc == ERR_OK && !newer(&a.rec, &b.rec) &&
	    ((size_t)n == own.len || newer(&b.rec, &a.rec)))
		return ERR_OK;
	if (pwrite(fd, own.p, own.len, 0) != (ssize_t)own.len ||
	    ftruncate(fd, (off_t)own.len) != 0 || fsync(fd) != 0)
		return ERR_IO;
	return ERR_OK;
}
