/* SPDX-License-Identifier: EUPL-1.2 */
/* A roster as a file: entries with their signatures, in order, as they travel.  Reading one checks the whole chain, so what
 * was read is a roster or nothing; how a node came by the file does not matter. */
#include "core/disk/rosterfile.h"

#include <stdlib.h>

#include "base/cause.h"
#include "base/check.h"
#include "crypto/files/keyfile.h"

static_assert(ROSTERFILE_MAX > LIMIT_ROSTER_CARRIED + 4, "one entry at least");
void rosterfile_free(struct rosterfile *f)
{
	free(f->bytes);
	f->bytes = NULL;
	f->len = 0;
}

bool rosterfile_next(const struct rosterfile *f, size_t *at, struct span *carried)
{
	struct rd r;
	size_t n;

	require(*at <= f->len);
	r = rd_of(span_of(f->bytes + *at, f->len - *at));
	n = rd_u32(&r);
	*carried = span_of(rd_take(&r, n), n);
	if (r.bad)
		return false;
	*at += 4 + n;
	return true;
}

enum err rosterfile_read(const char *path, struct rosterfile *f, struct err_text *why)
{
	size_t at = 0;
	enum err rc;

	require(path != NULL);
	*f = (struct rosterfile){.bytes = malloc(ROSTERFILE_MAX)};
	if (f->bytes == NULL)
		return ERR_NOMEM;
	rc = keyfile_read_file(path, f->bytes, ROSTERFILE_MAX, &f->len);
	if (rc != ERR_OK)
		return cause_set(why, rc, "unreadable",
				 FILL({"path", path, 0}, {"error", err_text(rc), 0}));
	while (at < f->len) {
		struct chain_change change;
		struct wire_roster e;
		struct span carried;

		if (!rosterfile_next(f, &at, &carried) || wire_roster_get(carried, &e) != ERR_OK)
			return cause_set(why, ERR_MALFORMED, "roster-not", FILL({"path", path, 0}));
		/* Signatures, numbers and hashes of each entry: a file that was changed in one byte
		 * is no roster. */
		rc = chain_check(&f->chain, &e, &change, why);
		if (rc != ERR_OK)
			return rc;
		if (e.op == WIRE_ROSTER_ADD)
			f->members++;
		if (e.op == WIRE_ROSTER_REMOVE && f->members > 0)
			f->members--;
	}
	return f->chain.begun
		       ? ERR_OK
		       : cause_set(why, ERR_MALFORMED, "roster-empty", FILL({"path", path, 0}));
}

/* The file before with one entry more; or, with no file before, a proposal: one entry alone. */
enum err rosterfile_write(const char *path, const struct rosterfile *before,
			  const struct wire_roster *e)
{
	uint8_t *buf = malloc(ROSTERFILE_MAX);
	struct wr w = wr_of(buf, ROSTERFILE_MAX);
	size_t at;
	enum err rc = ERR_NOMEM;

	require(e->signed_bytes.len > 0);
	if (buf != NULL) {
		if (before != NULL)
			wr_put(&w, before->bytes, before->len);
		at = w.len;
		wr_u32(&w, 0);
		wire_roster_carry(&w, e);
		/* the length in front, once it is known */
		if (!w.over)
			be32_put(buf + at, (uint32_t)(w.len - at - 4));
		rc = w.over ? ERR_LIMIT : keyfile_write_file(path, wr_span(&w));
	}
	free(buf);
	return rc;
}
