/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/views/find.h"

#include <string.h>

#include "domain/membership/names.h"

enum { RANDOM_AT = 6 }; /* an id begins with its time */

static bool short_fits(const uint8_t *id, const char *text)
{
	char hex[21];

	bytes_hex(hex, id + RANDOM_AT, 10);
	return strlen(text) >= 4 && strncmp(hex, text, strlen(text)) == 0;
}

enum err find_case(struct turn *t, const char *text, struct id16 *id)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	size_t hits = 0;
	enum err rc;

	if (bytes_unhex(id->b, 16, text)) {
		const struct store_key k = turn_key_id(id);

		if (record_exists(t->txn, STORE_CASES, key_span(&k)))
			return ERR_OK;
		return turn_refuse(t, ERR_NOTFOUND, "no such case", "", "see: kring case list");
	}
	while ((rc = store_next_prefix(t->txn, STORE_CASES, span_of(NULL, 0), &at, &row)) == ERR_OK)
		if (row.key.len == 16 && short_fits(row.key.p, text) && hits++ == 0)
			memcpy(id->b, row.key.p, 16);
	if (rc != ERR_NOTFOUND)
		return rc;
	if (hits == 1)
		return ERR_OK;
	return turn_refuse(t, ERR_NOTFOUND, hits == 0 ? "no such case" : "several cases fit",
			   hits == 0 ? "" : "the beginning of the id is shared",
			   hits == 0 ? "see: kring case list" : "type more of the id");
}

enum err find_partner(struct turn *t, const char *name, struct peer **p)
{
	return names_partner(t, name, p);
}

/* By full id, or a beginning of it or of its last part, as lists show it. */
enum err find_grant(struct turn *t, const char *text, struct id16 *id)
{
	struct store_key at = {.len = 0};
	const size_t len = strlen(text);
	struct store_row row;
	size_t hits = 0;
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_GRANT, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		char hex[33];

		if (row.key.len != 16)
			return ERR_CORRUPT;
		bytes_hex(hex, row.key.p, 16);
		if (len >= 4 && len <= 32 &&
		    (strncmp(hex, text, len) == 0 || strncmp(hex + 12, text, len) == 0) &&
		    hits++ == 0)
			memcpy(id->b, row.key.p, 16);
	}
	if (rc != ERR_NOTFOUND)
		return rc;
	if (hits == 1)
		return ERR_OK;
	return turn_refuse(t, ERR_NOTFOUND, hits == 0 ? "no such consent" : "several consents fit",
			   "", "see: kring consent list CASE");
}
