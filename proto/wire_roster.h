/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * wire_roster - fixed layouts of membership: node record, roster entry and payloads, witness, invite.
 *
 * Layer:    proto (base only).  Hashes and signatures are domain's and crypto's.
 * Owns:     nothing; parsed structs borrow from the bytes they were read from.
 * Threads:  any.
 * Time:     *_s unix seconds.
 * Durable:  nothing.
 * Privacy:  organisations and keys; an invite holds a secret that is good for one joining.
 */
#ifndef KRING_PROTO_WIRE_ROSTER_H
#define KRING_PROTO_WIRE_ROSTER_H

#include "proto/wire.h"

enum {
	WIRE_NODE_MAX = 8 + 16 + 32 + 8 + 32 + 4 + 32 + 32 + 32 + 32 + 2 + 8 + 1 + LIMIT_ENDPOINT,
	WIRE_NODE_CARRIED_MAX = 2 + WIRE_NODE_MAX + 1 + 2 * WIRE_SIG,
	WIRE_WITNESS_LEN = 32 + 8 + 32 + 8 + WIRE_SIG,
	WIRE_ADD_MAX = 96 + 2 + WIRE_NODE_MAX + WIRE_SIG + 2 + 1 + 3 * 130 + 32 + 3,
};

/* ---- node record: what a member signs about itself ---- */
/* Flags: the member stops itself (compromise drill); its next key was promised again without a rotation. */
enum { WIRE_NODE_SUSPENDED = 1, WIRE_NODE_PROMISED = 2 };
struct wire_node {
	struct id16 fed_id;
	struct id32 node, prev_hash, nk_pub, next_digest, tk_pub, relay;
	uint64_t version, time_s;
	uint32_t key_seq;
	uint16_t flags;
	char endpoint[LIMIT_ENDPOINT + 1];
};
void wire_node_put(struct wr *w, const struct wire_node *n);
MUST_CHECK enum err wire_node_get(struct span s, struct wire_node *n);

/** A carried record: len u16 | bytes | sigs u8 (1 or 2) | sig by its own key | [sig by the key before]. */
struct wire_node_carried {
	struct span whole, bytes;
	struct wire_node rec;
	const uint8_t *sig, *old_sig; /* old_sig NULL: a recovery, or no rotation */
};
void wire_node_carry(struct wr *w, struct span bytes, const uint8_t *sig, const uint8_t *old_sig);
MUST_CHECK enum err wire_node_carried_get(struct span s, struct wire_node_carried *c);
/** The first of several that stand one behind the other; *rest goes on behind it. */
MUST_CHECK enum err wire_node_carried_next(struct span *rest, struct wire_node_carried *c);

/* ---- roster entry ---- */
enum wire_roster_op {
	WIRE_ROSTER_GENESIS = 0,
	WIRE_ROSTER_ADD = 1,
	WIRE_ROSTER_REMOVE = 2,
	WIRE_ROSTER_SUSPEND = 3,
	WIRE_ROSTER_POLICY = 4,
	WIRE_ROSTER_ROOTS = 5,
	WIRE_ROSTER_RENEW = 6,
};
enum wire_class {
	WIRE_MEMBER = 1,
	WIRE_COORDINATOR = 2,
	WIRE_RELAY = 4,
	WIRE_EVALUATOR = 8,
	WIRE_OBSERVER = 16
};
enum { WIRE_ROOT_NEW = 0x80 }; /* sigs[].root of ROTATE_ROOTS: an index in the new set */
struct wire_roster {
	struct id16 fed_id;
	uint64_t seq, time_s, valid_until_s;
	struct id32 prev_hash;
	uint8_t op;
	struct span payload;
	struct span signed_bytes;
	unsigned sig_count;
	struct {
		uint8_t root;
		const uint8_t *sig;
	} sigs[2 * LIMIT_ROOTS];
};
void wire_roster_put(struct wr *w, const struct wire_roster *e); /* without signatures */
/** A carried entry: bytes_len u32 | bytes | count u8 | {root u8 | sig 64}. */
void wire_roster_carry(struct wr *w, const struct wire_roster *e);
MUST_CHECK enum err wire_roster_get(struct span s, struct wire_roster *e);

struct wire_genesis {
	uint8_t m, n;
	struct id32 roots[LIMIT_ROOTS];
	char name[LIMIT_ORG_NAME + 1];
	uint8_t min_suite;
};
void wire_genesis_put(struct wr *w, const struct wire_genesis *g);
MUST_CHECK enum err wire_genesis_get(struct span s, struct wire_genesis *g);
/** ROTATE_ROOTS: m, n and keys; name and suite stay as they are in g. */
void wire_roots_put(struct wr *w, const struct wire_genesis *g);
MUST_CHECK enum err wire_roots_get(struct span s, struct wire_genesis *g);

/** ADD_NODE: what the roots vouch for, and the node's own signed record.  A joining node sends the
 *  same bytes with class member and empty verified_by as its request. */
struct wire_add {
	struct span inception; /* 96 bytes */
	struct span node;      /* node record, unsigned part */
	const uint8_t *node_sig;
	char country[7]; /* "NL", or with a region: "BE-VLG" */
	uint8_t classes;
	char org[LIMIT_ORG_NAME + 1];
	char phone[32];
	char verified_by[64];
	struct id32
		sas_hash; /* of the handshake whose digits were compared; zero: joined by file */
};
void wire_add_put(struct wr *w, const struct wire_add *a);
MUST_CHECK enum err wire_add_get(struct span s, struct wire_add *a);

/** REMOVE_NODE and SUSPEND: node 32 | reason u8 | effective_s u64. */
enum { WIRE_SUSPEND_LIFT = 255 }; /* reason of SUSPEND: the suspension ends (m roots) */
struct wire_remove {
	struct id32 node;
	uint8_t reason;
	uint64_t effective_s;
};
void wire_remove_put(struct wr *w, const struct wire_remove *v);
MUST_CHECK enum err wire_remove_get(struct span s, struct wire_remove *r);

/** SET_POLICY: how much each table of a quarterly report may tell of one person (proto/PROTOCOL.md 9).
 *  version u8 1 | five shares u16 | year u16 | cap u8 | k u8 | k sensitive u8; shares in thousandths of epsilon. */
enum wire_table {
	WIRE_TABLE_FLOW,     /* partner, direction, answer */
	WIRE_TABLE_NEEDS,    /* declined: need, reason */
	WIRE_TABLE_ANSWERS,  /* what a receiver answered, and how soon */
	WIRE_TABLE_ENDS,     /* how it ended */
	WIRE_TABLE_OUTCOMES, /* T0 to T1, where that is measured */
	WIRE_TABLES
};
enum { WIRE_POLICY_LEN = 1 + 2 * WIRE_TABLES + 2 + 3 };
struct wire_policy {
	uint16_t share[WIRE_TABLES]; /* a table without one is not published */
	uint16_t year;		     /* at most this much in a calendar year */
	uint8_t cap;		     /* events of one person that count in a quarter */
	uint8_t k, k_sensitive;	     /* nothing below is shown */
};
extern const struct wire_policy wire_policy_default;
void wire_policy_put(struct wr *w, const struct wire_policy *p);
MUST_CHECK enum err wire_policy_get(struct span s, struct wire_policy *p);

/* ---- witness cosignature: signed over fed_id | seq | hash | time ---- */
struct wire_witness {
	struct id32 node, hash;
	uint64_t seq, time_s;
	const uint8_t *sig;
};
enum { WIRE_WITNESS_SIGNED = 16 + 8 + 32 + 8 };
void wire_witness_signed(const struct wire_witness *v, const struct id16 *fed_id,
			 uint8_t out[WIRE_WITNESS_SIGNED]);
void wire_witness_put(struct wr *w, const struct wire_witness *v);
MUST_CHECK enum err wire_witness_get(struct span s, struct wire_witness *v);

/* ---- invite token: "kring1", base-32 data, six check characters; at most 280 in all ---- */
enum { WIRE_TOKEN_MAX = 280, WIRE_TOKEN_VERSION = 1 };
struct wire_invite {
	struct id16 fed_id, secret;
	struct id32 genesis_hash, tk_pub;
	char address[LIMIT_ENDPOINT + 1]; /* tcp://host:port, numeric */
	uint32_t expiry_s;
};
MUST_CHECK enum err wire_token_put(const struct wire_invite *v, char out[WIRE_TOKEN_MAX + 1]);
/** ERR_MALFORMED: not a token.  ERR_CRYPTO: a character is wrong (checksum).  ERR_STALE: version. */
MUST_CHECK enum err wire_token_get(const char *text, struct wire_invite *v);

/* ---- onboarding messages: type u8 | ... ---- */
enum wire_onboard {
	WIRE_ONB_HELLO = 1,	 /* commit 32 | mac 32 | join request */
	WIRE_ONB_CHALLENGE = 2,	 /* session 16 | r_i 32 | entries u32 */
	WIRE_ONB_ENTRY = 3,	 /* one carried roster entry */
	WIRE_ONB_REVEAL = 4,	 /* session 16 | r_c 32 */
	WIRE_ONB_STATE = 5,	 /* code u8: see wire_onboard_state */
	WIRE_ONB_ASK = 6,	 /* session 16: where do I stand? */
	WIRE_ONB_WANT_ENTRY = 7, /* session 16 | seq u64 */
};
enum wire_onboard_state {
	WIRE_ONB_WAITING = 0,	/* the digits are still to be compared */
	WIRE_ONB_CONFIRMED = 1, /* compared; the roots have yet to sign */
	WIRE_ONB_APPROVED = 2,
	WIRE_ONB_DEAD = 3, /* unknown, expired, used, or three failed tries */
	WIRE_ONB_BUSY = 4, /* this question was not looked at: ask it again in a moment */
};
enum { WIRE_ONB_QUESTION_MAX = 1 + 32 + 32 + WIRE_ADD_MAX };
static_assert(WIRE_ONB_QUESTION_MAX <= LIMIT_ONBOARD_QUESTION, "the longest HELLO goes through");
/** Has it the form of a question?  Nothing else goes further than the process that listens. */
bool wire_onboard_question(struct span s);

#endif /* KRING_PROTO_WIRE_ROSTER_H */
