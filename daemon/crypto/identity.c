/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's id is the hash of what it began with: its first signing key and the digest of the next one.  Keys may change as
 * the beginning promised, the id stays, and nobody can begin with somebody else's id. */
#include "crypto/identity.h"

#include "crypto/hash.h"

/* Every part has a fixed length, so that no two beginnings of a node give the same bytes. */
void identity_inception_bytes(const struct inception *in, uint8_t out[IDENTITY_INCEPTION_LEN])
{
	struct wr w = wr_of(out, IDENTITY_INCEPTION_LEN);

	wr_put(&w, in->fed_id.b, sizeof in->fed_id.b);
	wr_put(&w, in->nk_pub.b, sizeof in->nk_pub.b);
	wr_put(&w, in->next_digest.b, sizeof in->next_digest.b);
	wr_put(&w, in->org_uuid.b, sizeof in->org_uuid.b);
	/* Drawn at random where a node is made: it says nothing of the organisation to anybody. */
}

struct id32 identity_node_id(const struct inception *in)
{
	uint8_t bytes[IDENTITY_INCEPTION_LEN];

	identity_inception_bytes(in, bytes);
	return hash_one(HASH_NODEID, span_of(bytes, sizeof bytes));
}

struct id32 identity_next_digest(const struct id32 *next_pub)
{
	return hash_one(HASH_NEXTKEY, span_of(next_pub->b, sizeof next_pub->b));
}

void identity_fingerprint(char out[IDENTITY_FINGERPRINT_LEN], const struct id32 *node_id)
{
	for (size_t g = 0; g < 8; g++) {
		/* The first half of the id: 128 bits are more than anybody can search for, and
		 * short enough to be read aloud. */
		bytes_hex(out + 5 * g, node_id->b + 2 * g, 2);
		out[5 * g + 4] = g == 7 ? '\0' : ' ';
	}
}
