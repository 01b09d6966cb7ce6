/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/migrate.h"

#include "store/store.h"

enum { MAGIC_LEN = 8, ROW_LEN = MAGIC_LEN + 4 };

static const uint8_t magic[MAGIC_LEN] = {'K', 'R', 'G', '1', 's', 't', 'o', 0};
static const uint8_t format_key[1] = {0};

/* steps[n] brings format n to n + 1.  Step 0 makes an empty store ours: its tables exist already. */
static enum err step_create(struct store_txn *txn)
{
	struct store_row row;
	const struct span none = span_of(NULL, 0);

	/* An environment that holds rows but no format row was not written by us. */
	return store_seek(txn, STORE_META, none, &row) == ERR_NOTFOUND ? ERR_OK : ERR_CORRUPT;
}

static enum err (*const steps[MIGRATE_FORMAT])(struct store_txn *txn) = {
	[0] = step_create,
};

static enum err read_format(struct store_txn *txn, uint32_t *format)
{
	struct span v;
	enum err rc = store_get(txn, STORE_META, span_of(format_key, sizeof format_key), &v);

	*format = 0;
	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	if (v.len != ROW_LEN || memcmp(v.p, magic, MAGIC_LEN) != 0)
		return ERR_CORRUPT;
	*format = be32_get(v.p + MAGIC_LEN);
	return *format > MIGRATE_FORMAT ? ERR_STALE : ERR_OK;
}

static enum err one_step(struct store_txn *txn, uint32_t *format)
{
	uint8_t row[ROW_LEN];
	enum err rc = read_format(txn, format);

	if (rc != ERR_OK || *format == MIGRATE_FORMAT)
		return rc;
	rc = steps[*format](txn);
	if (rc != ERR_OK)
		return rc;
	memcpy(row, magic, MAGIC_LEN);
	be32_put(row + MAGIC_LEN, *format + 1);
	return store_put(txn, STORE_META, span_of(format_key, sizeof format_key),
			 span_of(row, sizeof row));
}

enum err migrate_run(struct store *s)
{
	uint32_t format = 0;

	do {
		struct store_txn *txn;
		enum err rc = store_begin(s, true, &txn);

		if (rc != ERR_OK)
			return rc;
		rc = one_step(txn, &format);
		if (rc != ERR_OK) {
			store_abort(txn);
			return rc;
		}
		rc = store_commit(txn);
		if (rc != ERR_OK)
			return rc;
	} while (format < MIGRATE_FORMAT);
	return ERR_OK;
}
