/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * member - one stored member; between members.c and noderecord.c.
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash).
 * Owns:     tables NODE (peer u16) and NODEID (node id 32; transport key 32 | peer u16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_s unix seconds.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations and keys.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_MEMBER_H
#define KRING_DOMAIN_MEMBERSHIP_MEMBER_H

#include "domain/state.h"

/** One stored member.
 *   removed: not activated             nothing of a person goes to who left
 *   removed: no day on which it leaves
 *   recovered: not checked             who came back with its pre-committed key alone is compared by voice again
 *   node and rec_hash are never zero   a member is who its inception says, and has a record from the first entry on */
struct member {
	uint16_t no, flags;
	uint8_t classes;
	bool removed, activated, conflict, recovered, checked;
	uint64_t added_seq, suspended_until_s, version;
	uint64_t leaves_s; /* the roots removed it from then on; 0: they did not, or it left */
	struct id32 node, nk_pub, tk_pub, next_digest, rec_hash;
	uint32_t key_seq;
	char country[7], org[LIMIT_ORG_NAME + 1], phone[32], endpoint[LIMIT_ENDPOINT + 1];
};

/** ERR_CORRUPT: what is stored breaks a rule above. */
MUST_CHECK enum err member_get(struct turn *t, uint16_t no, struct member *m);
MUST_CHECK enum err member_put(struct turn *t, const struct member *m);
/** By node id.  ERR_NOTFOUND. */
MUST_CHECK enum err member_find(struct turn *t, const struct id32 *node, struct member *m);
/** As store_each, in order of number.  What reading one takes of the arena is given back. */
MUST_CHECK bool member_each(struct turn *t, struct store_walk *w, struct member *m);
/** The index by transport key follows a member's newest record; old: what stood there, NULL none. */
MUST_CHECK enum err member_index_transport(struct turn *t, const struct member *m,
					   const struct id32 *old);
/** Another member with this transport key.  ERR_NOTFOUND. */
MUST_CHECK enum err member_transport_taken(struct turn *t, uint16_t no, const struct id32 *tk,
					   struct member *by);
/** What a record says of the node itself, into its row. */
void member_from_record(struct member *m, const struct wire_node *rec, struct span bytes);
/** Keep the record that is in force now, as carried. */
MUST_CHECK enum err member_put_record(struct turn *t, const struct member *m, struct span carried);

#endif /* KRING_DOMAIN_MEMBERSHIP_MEMBER_H */
