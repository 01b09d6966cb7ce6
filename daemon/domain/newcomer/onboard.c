/* SPDX-License-Identifier: EUPL-1.2 */
/* A newcomer, from the inviting side: invite, handshake, digits, proposal.
 *
 * What must not happen is that somebody between the two gets let in instead of the newcomer.  The token proves that whoever knocks
 * was given it, but tokens travel by mail.  So the two people compare eight digits by voice, which depend on the join request and on
 * a random number of each side.  The newcomer commits to its number before it learns ours: whoever sits between has one guess
 * in a hundred million for each handshake, three handshakes for each token, and a wrong guess is heard.
 *
 *   invite:     open -> confirmed (digits typed here) -> approved (roots signed), or dead
 *   handshake:  met (committed) -> revealed (digits shown) -> confirmed, or over: digits were wrong, or others were right
 *
 * Handshakes of one invite stand beside each other, each with its own session, numbers and digits: a thief of the token can
 * begin some, and cannot touch the one of the newcomer.  What is asked again with the same numbers is the same handshake, so
 * nothing that a newcomer repeats gives anybody a further guess.
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

static enum err changed(struct turn *t)
{
	return turn_do(t, EFFECT_MEMBERS);
}

/* What both ends computed the digits from, out of one handshake. */
static enum err words_of(struct turn *t, const struct msg *try, const struct id32 *r_c,
			 struct onboard_words *w)
{
	const struct span r_i = msg_bytes(try, INVITE_TRY_R_I);
	enum err rc = invite_genesis(t, &w->genesis_hash);

	if (r_i.len != 32)
		return ERR_CORRUPT;
	w->r_c = *r_c;
	memcpy(w->r_i.b, r_i.p, 32);
	w->introducer = t->node->node_id;
	w->join = msg_bytes(try, INVITE_TRY_JOIN);
	return rc;
}

enum err onboard_approved(struct turn *t, const struct id16 *invite)
{
	struct msg *m;
	enum err rc = invite_load(t, invite, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_APPROVED);
	msg_set_u64(m, INVITE_RECORD_APPROVED_MS, t->wall_ms);
	rc = invite_save(t, invite, m);
	return rc == ERR_OK ? changed(t) : rc;
}

/* session: NULL, and whoever asked proved nothing. */
static enum err answer(struct turn *t, uint16_t line, const struct id16 *session,
		       const struct wr *said)
{
	static const struct id16 none = {{0}};
	struct wr w = arena_wr(t->arena, 16 + LIMIT_ONBOARD_MESSAGE);
	struct effect *e = turn_effect(t, EFFECT_ONBOARD);

	wr_put(&w, session == NULL ? none.b : session->b, 16);
	wr_put(&w, wr_span(said).p, wr_span(said).len);
	if (e == NULL || w.over || said->over)
		return ERR_NOMEM;
	e->peer = line;
	e->bytes = wr_span(&w);
	return ERR_OK;
}

static enum err answer_state(struct turn *t, uint16_t line, const struct id16 *session,
			     enum wire_onboard_state state)
{
	uint8_t b[2];
	struct wr w = wr_of(b, sizeof b);

	wr_u8(&w, WIRE_ONB_STATE);
	wr_u8(&w, (uint8_t)state);
	return answer(t, line, session, &w);
}

static enum err nobody(struct turn *t, uint16_t line)
{
	return answer_state(t, line, NULL, WIRE_ONB_DEAD);
}

/* The invite whose secret made this mac; ERR_NOTFOUND. */
static enum err invite_of(struct turn *t, struct span mac, struct span join, struct id16 *id,
			  struct msg **m)
{
	struct store_walk w = {.rc = ERR_OK};

	while (invite_each(t, &w, id, m)) {
		const struct span secret = msg_bytes(*m, INVITE_RECORD_SECRET);
		struct id16 key;
		struct id32 want;

		if (secret.len != 16 || !invite_alive(t, *m, NULL))
			continue;
		memcpy(key.b, secret.p, 16);
		want = onboard_mac(&key, join);
		if (bytes_equal_ct(want.b, mac.p, 32))
			return ERR_OK;
	}
	return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
}

static bool same(const struct msg *try, unsigned field, struct span s)
{
	const struct span own = msg_bytes(try, field);

	return own.len == s.len && bytes_equal_ct(own.p, s.p, s.len);
}

/* The handshake that these very words began, or NULL.  One that its newcomer gave up for another ends: of one newcomer the
 * newest digits count. */
static struct msg *begun(struct turn *t, struct msg *m, struct span commit, struct span join)
{
	struct msg *found = NULL;

	for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++) {
		struct msg *try = invite_try(t, m, i);

		if (try == NULL || !same(try, INVITE_TRY_JOIN, join))
			continue;
		if (same(try, INVITE_TRY_COMMIT, commit))
			found = try;
		else if (invite_usable(t, m))
			msg_set_u64(try, INVITE_TRY_OVER, 1);
	}
	return found;
}

static void begin(struct turn *t, struct msg *try, struct span commit, struct span join)
{
	struct id32 r_i;
	const struct id16 session = turn_id(t);

	turn_random(t, r_i.b, sizeof r_i.b);
	msg_set_bytes(t->arena, try, INVITE_TRY_SESSION, span_of(session.b, 16));
	msg_set_bytes(t->arena, try, INVITE_TRY_JOIN, join);
	msg_set_bytes(t->arena, try, INVITE_TRY_COMMIT, commit);
	msg_set_bytes(t->arena, try, INVITE_TRY_R_I, span_of(r_i.b, 32));
}

/* The mac before the join request: what nobody was invited to write is worth no signature check. */
static enum err on_hello(struct turn *t, uint16_t line, struct rd *r)
{
	const struct span commit = span_of(rd_take(r, 32), 32), mac = span_of(rd_take(r, 32), 32);
	const struct span join = span_of(r->p, r->left);
	uint8_t b[1 + 16 + 32 + 4];
	struct wr w = wr_of(b, sizeof b);
	struct id16 id, session;
	struct wire_add add;
	struct wire_node node;
	struct err_text why;
	struct msg *m, *try;
	enum err rc = r->bad ? ERR_NOTFOUND : invite_of(t, mac, join, &id, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? nobody(t, line) : rc;
	if (wire_add_get(join, &add) != ERR_OK ||
	    chain_check_node(&add, &t->node->fed_id, &node, &why) != ERR_OK)
		return nobody(t, line);
	try = begun(t, m, commit, join);
	if (try == NULL && invite_usable(t, m)) {
		try = invite_try_new(t, m);
		begin(t, try, commit, join);
		rc = invite_save(t, &id, m);
		if (rc == ERR_OK)
			rc = changed(
				t); /* it may have been the last: then its own end is the invite's */
	} else if (try == NULL || msg_u64(try, INVITE_TRY_OVER) != 0) {
		return nobody(t, line);
	}
	if (rc != ERR_OK)
		return rc;
	if (msg_bytes(try, INVITE_TRY_SESSION).len != 16 ||
	    msg_bytes(try, INVITE_TRY_R_I).len != 32)
		return ERR_CORRUPT;
	memcpy(session.b, msg_bytes(try, INVITE_TRY_SESSION).p, 16);
	wr_u8(&w, WIRE_ONB_CHALLENGE);
	wr_put(&w, session.b, 16);
	wr_put(&w, msg_bytes(try, INVITE_TRY_R_I).p, 32);
	wr_u32(&w, (uint32_t)t->node->roster_seq + 1);
	return answer(t, line, &session, &w);
}

static enum wire_onboard_state state_of(const struct msg *m)
{
	return invite_is(m, INVITE_APPROVED)	? WIRE_ONB_APPROVED
	       : invite_is(m, INVITE_CONFIRMED) ? WIRE_ONB_CONFIRMED
						: WIRE_ONB_WAITING;
}

/* The number that it committed to.  From here on both sides show the same digits, or different ones. */
static enum err on_reveal(struct turn *t, uint16_t line, struct rd *r)
{
	const struct id16 session = rd_id16(r);
	const struct id32 r_c = rd_id32(r);
	struct onboard_words words;
	struct id16 id;
	struct msg *m, *try;
	struct id32 commit, hash;
	char digits[ONBOARD_DIGITS + 1];
	enum err rc = rd_done(r) ? invite_session(t, &session, &id, &m, &try) : ERR_NOTFOUND;

	if (rc == ERR_OK)
		rc = words_of(t, try, &r_c, &words);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? nobody(t, line) : rc;
	commit = onboard_commit(&r_c, words.join);
	if (!same(try, INVITE_TRY_COMMIT, span_of(commit.b, 32)))
		return nobody(t, line);
	if (msg_text(try, INVITE_TRY_DIGITS)[0] == '\0') {
		onboard_digits(&words, digits, &hash);
		msg_set_text(t->arena, try, INVITE_TRY_DIGITS, digits);
		msg_set_bytes(t->arena, try, INVITE_TRY_SAS_HASH, span_of(hash.b, 32));
		rc = invite_save(t, &id, m);
	}
	return rc == ERR_OK ? answer_state(t, line, &session, state_of(m)) : rc;
}

/* How far is it?  The newcomer asks until it hears that its digits were confirmed, or refused. */
static enum err on_ask(struct turn *t, uint16_t line, struct rd *r)
{
	const struct id16 session = rd_id16(r);
	struct id16 id;
	struct msg *m, *try;
	enum err rc = rd_done(r) ? invite_session(t, &session, &id, &m, &try) : ERR_NOTFOUND;

	if (rc == ERR_NOTFOUND || (rc == ERR_OK && msg_text(try, INVITE_TRY_DIGITS)[0] == '\0'))
		return nobody(t, line);
	if (rc == ERR_OK && !invite_is(m, INVITE_OPEN) && msg_u64(m, INVITE_RECORD_TOLD_MS) == 0) {
		msg_set_u64(m, INVITE_RECORD_TOLD_MS, t->wall_ms);
		rc = invite_save(t, &id, m);
		if (rc == ERR_OK)
			rc = changed(t);
	}
	return rc == ERR_OK ? answer_state(t, line, &session, state_of(m)) : rc;
}

/* The roster is for those who proved an invite. */
static enum err on_want_entry(struct turn *t, uint16_t line, struct rd *r)
{
	struct wr w = arena_wr(t->arena, LIMIT_ONBOARD_MESSAGE);
	const struct id16 session = rd_id16(r);
	const uint64_t seq = rd_u64(r);
	struct id16 id;
	struct span carried;
	struct msg *m, *try;
	enum err rc = rd_done(r) ? invite_session(t, &session, &id, &m, &try) : ERR_NOTFOUND;

	if (rc == ERR_OK)
		rc = roster_entry(t, seq, &carried);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? nobody(t, line) : rc;
	wr_u8(&w, WIRE_ONB_ENTRY);
	wr_put(&w, carried.p, carried.len);
	return answer(t, line, &session, &w);
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
	return nobody(t, line);
}
