/* SPDX-License-Identifier: EUPL-1.2 */
/* A newcomer, from the inviting side: invite, handshake, digits, proposal.
 *
 * What must not happen is that somebody between the two gets let in instead of the newcomer.  The token proves that whoever knocks
 * was given it, but tokens travel by mail.  So the two people compare eight digits by voice, which depend on the join request and on
 * a random number of each side.  The newcomer commits to its number before it learns ours: whoever sits between has one guess
 * in a hundred million for each try, three tries for each token, and a wrong guess is heard.
 *
 *   open -> met (committed) -> revealed (digits shown) -> confirmed (typed here) -> approved (roots signed)
 *     ^________________________________|  wrong digits: back, while tries are left, else dead
 *
 * The roster records how the digits were compared, for ever, and only what the administrator stated. */
#include "domain/newcomer/onboard.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "domain/newcomer/invite.h"

enum { SAS_MOD = 100000000 };
static_assert(ONBOARD_DIGITS == 8,
	      "as many digits as SAS_MOD has zeros: the last is guessed once in 10^8");

/* The newcomer's random number and its papers, before it sees ours: it cannot look for digits that fit. */
struct id32 onboard_commit(const struct id32 *r_c, struct span join)
{
	const struct span parts[] = {{r_c->b, 32}, join};
	struct id32 out;

	hash_parts(HASH_SASCOMMIT, span_of(NULL, 0), parts, 2, out.b, sizeof out.b);
	return out;
}

/* Proves the token's secret without sending it, over the request: another request needs the secret again. */
struct id32 onboard_mac(const struct id16 *secret, struct span join)
{
	struct id32 key = hash_one(HASH_JOINMAC, span_of(secret->b, sizeof secret->b)), out;

	hash_mac(&key, join, &out);
	return out;
}

/* Everything the two must agree on: both random numbers, who joins, which federation, who invites.  hash: the same in full, which
 * the roots sign, so that it can be shown later what was compared. */
void onboard_digits(const struct onboard_words *w, char digits[ONBOARD_DIGITS + 1],
		    struct id32 *hash)
{
	const struct span parts[] = {{w->r_c.b, 32},
				     {w->r_i.b, 32},
				     w->join,
				     {w->genesis_hash.b, 32},
				     {w->introducer.b, 32}};
	uint8_t sas[8];
	uint64_t v;

	hash_parts(HASH_SAS, span_of(NULL, 0), parts, 5, sas, sizeof sas);
	hash_parts(HASH_SAS, span_of(NULL, 0), parts, 5, hash->b, sizeof hash->b);
	v = be64_get(sas) % SAS_MOD;
	for (int i = ONBOARD_DIGITS - 1; i >= 0; i--, v /= 10)
		digits[i] = (char)('0' + v % 10);
	require(v == 0);
	digits[ONBOARD_DIGITS] = '\0';
}

/* Is there an invite that somebody may still ask about?  Only then is the onboarding socket open. */
enum err onboard_load(struct turn *t, struct node *n)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	enum err rc;

	n->onboard[0] = '\0';
	while ((rc = invite_next(t, &at, &session, &m)) == ERR_OK) {
		const char *listen = msg_text(m, INVITE_RECORD_LISTEN);

		if (invite_alive(t, m) && strlen(listen) < sizeof n->onboard)
			memcpy(n->onboard, listen, strlen(listen) + 1);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err changed(struct turn *t)
{
	return turn_effect(t, EFFECT_MEMBERS) == NULL ? ERR_NOMEM : ERR_OK;
}

/* What both ends computed the digits from, out of one stored row. */
static enum err words_of(struct turn *t, const struct msg *m, const struct id32 *r_c,
			 struct onboard_words *w)
{
	const struct span r_i = msg_bytes(m, INVITE_RECORD_R_I);
	enum err rc = invite_genesis(t, &w->genesis_hash);

	if (r_i.len != 32)
		return ERR_CORRUPT;
	w->r_c = *r_c;
	memcpy(w->r_i.b, r_i.p, 32);
	w->introducer = t->node->node_id;
	w->join = msg_bytes(m, INVITE_RECORD_JOIN);
	return rc;
}

enum err onboard_approved(struct turn *t, const struct id16 *session)
{
	struct msg *m;
	enum err rc = invite_load(t, session, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_APPROVED);
	msg_clear(m, INVITE_RECORD_SECRET); /* used */
	rc = invite_save(t, session, m);
	return rc == ERR_OK ? changed(t) : rc;
}

static enum err answer(struct turn *t, uint16_t line, const struct wr *w)
{
	struct effect *e = turn_effect(t, EFFECT_ONBOARD);

	if (e == NULL || w->over)
		return ERR_NOMEM;
	e->peer = line;
	e->bytes = wr_span(w);
	return ERR_OK;
}

static enum err answer_state(struct turn *t, uint16_t line, enum wire_onboard_state state)
{
	struct wr w = arena_wr(t->arena, 2);

	wr_u8(&w, WIRE_ONB_STATE);
	wr_u8(&w, (uint8_t)state);
	return answer(t, line, &w);
}

/* The invite whose secret made this mac; ERR_NOTFOUND. */
static enum err invite_of(struct turn *t, struct span mac, struct span join, struct id16 *session,
			  struct msg **m)
{
	struct store_key at = {.len = 0};
	enum err rc;

	while ((rc = invite_next(t, &at, session, m)) == ERR_OK) {
		const struct span secret = msg_bytes(*m, INVITE_RECORD_SECRET);
		struct id16 key;
		struct id32 want;

		if (!invite_usable(t, *m) || secret.len != 16)
			continue;
		memcpy(key.b, secret.p, 16);
		want = onboard_mac(&key, join);
		if (bytes_equal_ct(want.b, mac.p, 32))
			return ERR_OK;
	}
	return rc;
}

/* The join request itself is checked before its mac: what is no first record of a node is worth no search. */
static enum err on_hello(struct turn *t, uint16_t line, struct rd *r)
{
	const struct span commit = span_of(rd_take(r, 32), 32), mac = span_of(rd_take(r, 32), 32);
	const struct span join = span_of(r->p, r->left);
	struct wr w = arena_wr(t->arena, 64);
	struct id32 r_i;
	struct id16 session;
	struct wire_add add;
	struct wire_node node;
	struct err_text why;
	struct msg *m;
	enum err rc;

	if (r->bad || wire_add_get(join, &add) != ERR_OK ||
	    chain_check_node(&add, &t->node->fed_id, &node, &why) != ERR_OK)
		return answer_state(t, line, WIRE_ONB_DEAD);
	rc = invite_of(t, mac, join, &session, &m);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? answer_state(t, line, WIRE_ONB_DEAD) : rc;
	turn_random(t, r_i.b, sizeof r_i.b);
	msg_set_u64(m, INVITE_RECORD_ATTEMPTS, msg_u64(m, INVITE_RECORD_ATTEMPTS) + 1);
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_MET);
	msg_set_bytes(t->arena, m, INVITE_RECORD_JOIN, join);
	msg_set_bytes(t->arena, m, INVITE_RECORD_COMMIT, commit);
	msg_set_bytes(t->arena, m, INVITE_RECORD_R_I, span_of(r_i.b, 32));
	rc = invite_save(t, &session, m);
	wr_u8(&w, WIRE_ONB_CHALLENGE);
	wr_put(&w, session.b, 16);
	wr_put(&w, r_i.b, 32);
	wr_u32(&w, (uint32_t)t->node->roster_seq + 1);
	return rc == ERR_OK ? answer(t, line, &w) : rc;
}

static enum err session_of(struct turn *t, struct rd *r, struct id16 *session, struct msg **m)
{
	enum err rc;

	*session = rd_id16(r);
	rc = r->bad ? ERR_NOTFOUND : invite_load(t, session, m);
	return rc == ERR_OK && !invite_alive(t, *m) && !invite_is(*m, INVITE_APPROVED)
		       ? ERR_NOTFOUND
		       : rc;
}

/* The number that it committed to.  From here on both sides show the same digits, or different ones. */
static enum err on_reveal(struct turn *t, uint16_t line, struct rd *r)
{
	struct onboard_words words;
	struct id16 session;
	struct msg *m;
	struct id32 r_c, commit, hash;
	char digits[ONBOARD_DIGITS + 1];
	enum err rc = session_of(t, r, &session, &m);

	r_c = rd_id32(r);
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && (!rd_done(r) || !invite_is(m, INVITE_MET))))
		return answer_state(t, line, WIRE_ONB_DEAD);
	if (rc == ERR_OK)
		rc = words_of(t, m, &r_c, &words);
	if (rc != ERR_OK)
		return rc;
	commit = onboard_commit(&r_c, words.join);
	if (msg_bytes(m, INVITE_RECORD_COMMIT).len != 32 ||
	    !bytes_equal_ct(commit.b, msg_bytes(m, INVITE_RECORD_COMMIT).p, 32))
		return answer_state(t, line, WIRE_ONB_DEAD);
	onboard_digits(&words, digits, &hash);
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_REVEALED);
	msg_set_text(t->arena, m, INVITE_RECORD_DIGITS, digits);
	msg_set_bytes(t->arena, m, INVITE_RECORD_SAS_HASH, span_of(hash.b, 32));
	rc = invite_save(t, &session, m);
	return rc == ERR_OK ? answer_state(t, line, WIRE_ONB_WAITING) : rc;
}

/* How far is it?  The newcomer asks until it is a member. */
static enum err on_ask(struct turn *t, uint16_t line, struct rd *r)
{
	struct id16 session;
	struct msg *m;
	enum err rc = session_of(t, r, &session, &m);

	if (rc == ERR_NOTFOUND ||
	    (rc == ERR_OK && (invite_is(m, INVITE_OPEN) || invite_is(m, INVITE_MET))))
		return answer_state(t, line, WIRE_ONB_DEAD); /* also: the digits were refused */
	if (rc != ERR_OK)
		return rc;
	return answer_state(t, line,
			    invite_is(m, INVITE_APPROVED)    ? WIRE_ONB_APPROVED
			    : invite_is(m, INVITE_CONFIRMED) ? WIRE_ONB_CONFIRMED
							     : WIRE_ONB_WAITING);
}

/* The roster is for those who proved an invite. */
static enum err on_want_entry(struct turn *t, uint16_t line, struct rd *r)
{
	struct wr w = arena_wr(t->arena, LIMIT_ONBOARD_MESSAGE);
	struct id16 session;
	struct span carried;
	struct msg *m;
	enum err rc = session_of(t, r, &session, &m);

	if (rc == ERR_OK)
		rc = roster_entry(t, rd_u64(r), &carried);
	if (rc == ERR_NOTFOUND)
		return answer_state(t, line, WIRE_ONB_DEAD);
	if (rc != ERR_OK)
		return rc;
	wr_u8(&w, WIRE_ONB_ENTRY);
	wr_put(&w, carried.p, carried.len);
	return answer(t, line, &w);
}

/* Anything that is out of place ends the handshake: there is nobody to be patient with. */
enum err onboard_message(struct turn *t, uint16_t line, struct span bytes)
{
	struct rd r = rd_of(bytes);

	switch ((enum wire_onboard)rd_u8(&r)) {
	case WIRE_ONB_HELLO:
		return on_hello(t, line, &r);
	case WIRE_ONB_REVEAL:
		return on_reveal(t, line, &r);
	case WIRE_ONB_ASK:
		return on_ask(t, line, &r);
	case WIRE_ONB_WANT_ENTRY:
		return on_want_entry(t, line, &r);
	case WIRE_ONB_CHALLENGE:
	case WIRE_ONB_ENTRY:
	case WIRE_ONB_STATE:
		break;
	}
	return answer_state(t, line, WIRE_ONB_DEAD);
}
