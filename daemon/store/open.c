/* SPDX-License-Identifier: EUPL-1.2 */
/* A store is opened, or it is refused; nothing is converted.  The number of the format is written with the first
 * transaction, so a store without it that holds rows was not made by us, and one with another number is of another kringd:
 * its rows might open and mean something else. */
#include "base/check.h"
#include "store/backend.h"
#include "store/log/overlay.h"

enum { MAGIC_LEN = 8, ROW_LEN = MAGIC_LEN + 4 };

static const uint8_t magic[MAGIC_LEN] = {'K', 'R', 'G', '1', 's', 't', 'o', 0};
static const uint8_t format_key[1] = {0};

static enum err read_format(struct store_txn *txn, uint32_t *format)
{
	struct span v;
	enum err rc = store_get(txn, STORE_META, span_of(format_key, sizeof format_key), &v);

	*format = 0;
	if (rc != ERR_OK)
		return rc;
	if (v.len != ROW_LEN || memcmp(v.p, magic, MAGIC_LEN) != 0)
		return ERR_CORRUPT;
	*format = be32_get(v.p + MAGIC_LEN);
	return ERR_OK;
}

/* An empty store becomes ours; one that holds rows but no format row was not written by us. */
static enum err begin(struct store_txn *txn)
{
	const struct span none = span_of(NULL, 0);
	struct store_row row;
	uint8_t v[ROW_LEN];

	if (store_seek(txn, STORE_META, none, &row) != ERR_NOTFOUND)
		return ERR_CORRUPT;
	static_assert(sizeof v == MAGIC_LEN + 4, "magic and number fill the row");
	memcpy(v, magic, MAGIC_LEN);
	be32_put(v + MAGIC_LEN, STORE_FORMAT);
	return store_put(txn, STORE_META, span_of(format_key, sizeof format_key),
			 span_of(v, sizeof v));
}

/* A write transaction also for a store that exists: what is found missing is then written in the
 * same one, and nobody comes between. */
static enum err check_format(struct store *s)
{
	struct store_txn *txn;
	uint32_t format;
	enum err rc = store_begin(s, true, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = read_format(txn, &format);
	if (rc == ERR_OK) {
		store_abort(txn);
		return format == STORE_FORMAT ? ERR_OK : ERR_STALE;
	}
	if (rc == ERR_NOTFOUND)
		rc = begin(txn);
	if (rc == ERR_OK)
		return store_commit(txn);
	store_abort(txn);
	return rc;
}

/* Asked before a log is made beside it or read: a store of another kringd is not touched. */
static enum err refuse_other(struct store *s)
{
	struct store_txn *txn;
	uint32_t format;
	enum err rc = store_begin(s, false, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = read_format(txn, &format);
	store_abort(txn);
	if (rc == ERR_NOTFOUND) /* the row may still lie in the log */
		return ERR_OK;
	return rc == ERR_OK && format != STORE_FORMAT ? ERR_STALE : rc;
}

static enum err open_log(struct store **out, const struct store_options *opt)
{
	struct store *below;
	enum err rc = lmdb_open_below(&below, opt);

	if (rc != ERR_OK)
		return rc;
	rc = refuse_other(below);
	if (rc == ERR_OK)
		return overlay_open(out, opt, below);
	store_close(below);
	return rc;
}

enum err store_open(struct store **out, const struct store_options *opt)
{
	enum err rc = opt->path == NULL	    ? mem_open(out, opt)
		      : opt->log_bytes == 0 ? lmdb_open(out, opt)
					    : open_log(out, opt);

	if (rc != ERR_OK)
		return rc;
	rc = check_format(*out);
	if (rc != ERR_OK) {
		/* A store that was refused is closed at once: no row of it is read by anybody,
		 * whatever the caller does with the error. */
		store_close(*out);
		*out = NULL;
	}
	return rc;
}
