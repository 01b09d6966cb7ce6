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
#include "domain/membership/onboard.h"

#include "base/endpoint.h"
#include "crypto/hash.h"
#include "domain/evidence/audit.h"
#include "domain/membership/names.h"
#include "domain/membership/proposal.h"
#include "domain/page.h"
#include "proto/lists.h"

/* How far an invite came; these codes are stored. */
static const char opened[] = "open", met[] = "met", revealed[] = "revealed",
		  confirmed[] = "confirmed", approved[] = "approved", dead[] = "dead";
enum { SAS_MOD = 100000000 };

/* ---- the messages of the handshake ---- */

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
	digits[ONBOARD_DIGITS] = '\0';
}

/* ---- rows ---- */

static enum err row_save(struct turn *t, const struct id16 *session, const struct msg *m)
{
	const struct store_key k = turn_key_id(session);
	struct span v;
	enum err rc = msg_pack(t->arena, m, &v);

	return rc == ERR_OK ? turn_put(t, STORE_INVITE, &k, v) : rc;
}

static enum err row_load(struct turn *t, const struct id16 *session, struct msg **m)
{
	const struct store_key k = turn_key_id(session);

	return turn_get_msg(t, STORE_INVITE, &k, MSG_INVITE_RECORD, m);
}

static enum err row_any(struct turn *t, struct store_key *at, struct id16 *session, struct msg **m)
{
	struct store_row row;
	enum err rc = store_next_prefix(t->txn, STORE_INVITE, span_of(NULL, 0), at, &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 16)
		return ERR_CORRUPT;
	memcpy(session->b, row.key.p, 16);
	return row_load(t, session, m);
}

/* One that is damaged opens no door; the list of invites names it. */
static enum err row_next(struct turn *t, struct store_key *at, struct id16 *session, struct msg **m)
{
	enum err rc;

	do
		rc = row_any(t, at, session, m);
	while (rc == ERR_CORRUPT);
	return rc;
}

static bool is(const struct msg *m, const char *state)
{
	return strcmp(msg_text(m, INVITE_RECORD_STATE), state) == 0;
}

static bool in_time(const struct turn *t, const struct msg *m)
{
	return msg_u64(m, INVITE_RECORD_EXPIRES_MS) > t->wall_ms;
}

/* May its token still begin a handshake?  Each one begun is a try. */
static bool usable(const struct turn *t, const struct msg *m)
{
	return (is(m, opened) || is(m, met) || is(m, revealed)) && in_time(t, m) &&
	       msg_u64(m, INVITE_RECORD_ATTEMPTS) < LIMIT_ONBOARD_ATTEMPTS;
}

/* May somebody still ask about it? */
static bool alive(const struct turn *t, const struct msg *m)
{
	return usable(t, m) || (in_time(t, m) && (is(m, met) || is(m, revealed) ||
						  is(m, confirmed) || is(m, approved)));
}

enum err onboard_load(struct turn *t, struct node *n)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	enum err rc;

	n->onboard[0] = '\0';
	while ((rc = row_next(t, &at, &session, &m)) == ERR_OK) {
		const char *listen = msg_text(m, INVITE_RECORD_LISTEN);

		if (alive(t, m) && strlen(listen) < sizeof n->onboard)
			memcpy(n->onboard, listen, strlen(listen) + 1);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err changed(struct turn *t)
{
	return turn_effect(t, EFFECT_MEMBERS) == NULL ? ERR_NOMEM : ERR_OK;
}

/* ---- what the administrator does ---- */

static enum err genesis_hash(struct turn *t, struct id32 *out)
{
	struct wire_roster e;
	struct span v;
	enum err rc = roster_entry(t, 0, &v);

	if (rc != ERR_OK)
		return rc;
	if (wire_roster_get(v, &e) != ERR_OK)
		return ERR_CORRUPT;
	*out = chain_hash(&e);
	return ERR_OK;
}

static enum err check_invite(struct turn *t, const struct msg *req, const struct peer *self)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	size_t open = 0;
	const char *flaw;
	enum err rc;

	if (self == NULL || !self->active)
		return turn_refuse(t, ERR_STATE, "this node is not a member itself", "",
				   "only members invite");
	if (msg_text(req, INVITE_NEW_ORG)[0] == '\0' ||
	    strlen(msg_text(req, INVITE_NEW_ORG)) > LIMIT_ORG_NAME)
		return turn_refuse(t, ERR_INVAL, "name the organisation", "",
				   "kring invite --org NAME");
	for (size_t i = 0; i < t->node->peer_count; i++)
		if (!t->node->peers[i].removed &&
		    names_same(t->node->peers[i].org, msg_text(req, INVITE_NEW_ORG)))
			return turn_refuse(t, ERR_EXISTS,
					   "a partner of this name is a member already",
					   "two of one name would be mistaken for each other",
					   "see: kring partner list");
	if (msg_text(req, INVITE_NEW_ADDRESS)[0] == '\0' ||
	    strlen(msg_text(req, INVITE_NEW_ADDRESS)) > LIMIT_ENDPOINT ||
	    strlen(msg_text(req, INVITE_NEW_LISTEN)) > LIMIT_ENDPOINT)
		return turn_refuse(
			t, ERR_INVAL, "name the address where the new partner reaches this node",
			"the onboarding socket has a port of its own and is off until now",
			"kring invite --org NAME --at tcp://192.0.2.1:7800");
	flaw = endpoint_flaw(msg_text(req, INVITE_NEW_ADDRESS), ENDPOINT_PUBLISH, NULL);
	if (flaw != NULL)
		return turn_refuse(t, ERR_INVAL, "--at is no address", flaw,
				   "kring invite --org NAME --at tcp://192.0.2.1:7800");
	flaw = endpoint_flaw(msg_text(req, INVITE_NEW_LISTEN), ENDPOINT_LISTEN, NULL);
	if (flaw != NULL)
		return turn_refuse(t, ERR_INVAL, "--listen is no address", flaw,
				   "kring invite --org NAME --at tcp://192.0.2.1:7800");
	while ((rc = row_next(t, &at, &session, &m)) == ERR_OK)
		open += usable(t, m);
	if (rc != ERR_NOTFOUND)
		return rc;
	return open < LIMIT_INVITES ? ERR_OK
				    : turn_refuse(t, ERR_FULL, "too many open invites", "",
						  "see: kring invites list");
}

enum err onboard_invite(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const char *at = msg_text(req, INVITE_NEW_ADDRESS),
		   *listen = msg_text(req, INVITE_NEW_LISTEN);
	struct msg *m = msg_new(t->arena, MSG_INVITE_RECORD);
	struct id16 session = turn_id(t);
	struct wire_invite v = {.fed_id = t->node->fed_id};
	char token[WIRE_TOKEN_MAX + 1];
	uint64_t expires_ms = t->wall_ms + (uint64_t)LIMIT_INVITE_DAYS * 86400000u;
	enum err rc = check_invite(t, req, self);

	if (rc == ERR_OK)
		rc = genesis_hash(t, &v.genesis_hash);
	if (rc != ERR_OK)
		return rc;
	v.tk_pub = self->tk_pub;
	v.expiry_s = (uint32_t)(expires_ms / 1000);
	turn_random(t, v.secret.b, sizeof v.secret.b);
	memcpy(v.address, at, strlen(at) + 1);
	rc = wire_token_put(&v, token);
	if (rc != ERR_OK)
		return turn_refuse(t, ERR_INVAL, "this address is too long for an invite", at, "");
	msg_set_bytes(t->arena, m, INVITE_RECORD_SECRET, span_of(v.secret.b, 16));
	msg_set_text(t->arena, m, INVITE_RECORD_ORG, msg_text(req, INVITE_NEW_ORG));
	msg_set_text(t->arena, m, INVITE_RECORD_LISTEN, listen[0] == '\0' ? at : listen);
	msg_set_u64(m, INVITE_RECORD_EXPIRES_MS, expires_ms);
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, opened);
	msg_set_text(t->arena, reply, REPLY_TOKEN, token);
	msg_set_u64(reply, REPLY_EXPIRES_MS, expires_ms);
	rc = row_save(t, &session, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "invite"});
	return rc == ERR_OK ? changed(t) : rc;
}

enum err onboard_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 session = {{0}};
	struct msg *m;
	enum err rc;

	(void)req;
	while ((rc = row_any(t, &at, &session, &m)) != ERR_NOTFOUND) {
		struct msg *r;
		char hex[33];

		if (page_damaged(t, rc, STORE_INVITE, span_of(session.b, 16), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		r = msg_add(t->arena, reply, REPLY_INVITES);
		bytes_hex(hex, session.b, 16);
		msg_set_text(t->arena, r, INVITE_ROW_ID, hex);
		msg_set_text(t->arena, r, INVITE_ROW_ORG, msg_text(m, INVITE_RECORD_ORG));
		msg_set_text(t->arena, r, INVITE_ROW_STATE,
			     alive(t, m) || is(m, approved) ? msg_text(m, INVITE_RECORD_STATE)
							    : dead);
		msg_set_u64(r, INVITE_ROW_EXPIRES_MS, msg_u64(m, INVITE_RECORD_EXPIRES_MS));
		msg_set_u64(r, INVITE_ROW_ATTEMPTS, msg_u64(m, INVITE_RECORD_ATTEMPTS));
	}
	return ERR_OK;
}

enum err onboard_cancel(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	enum err rc;

	(void)reply;
	while ((rc = row_next(t, &at, &session, &m)) == ERR_OK) {
		char hex[33];

		bytes_hex(hex, session.b, 16);
		if (strlen(msg_text(req, BY_ID_ID)) < 4 ||
		    strncmp(hex + 12, msg_text(req, BY_ID_ID), strlen(msg_text(req, BY_ID_ID))) !=
			    0)
			continue;
		msg_set_text(t->arena, m, INVITE_RECORD_STATE, dead);
		rc = row_save(t, &session, m);
		return rc == ERR_OK ? changed(t) : rc;
	}
	return rc == ERR_NOTFOUND
		       ? turn_refuse(t, rc, "no such invite", "", "see: kring invites list")
		       : rc;
}

/* What both ends computed the digits from, out of one stored row. */
static enum err words_of(struct turn *t, const struct msg *m, const struct id32 *r_c,
			 struct onboard_words *w)
{
	const struct span r_i = msg_bytes(m, INVITE_RECORD_R_I);
	enum err rc = genesis_hash(t, &w->genesis_hash);

	if (r_i.len != 32)
		return ERR_CORRUPT;
	w->r_c = *r_c;
	memcpy(w->r_i.b, r_i.p, 32);
	w->introducer = t->node->node_id;
	w->join = msg_bytes(m, INVITE_RECORD_JOIN);
	return rc;
}

static enum err propose(struct turn *t, const struct id16 *session, struct msg *m, const char *how,
			struct id16 *id)
{
	const struct span hash = msg_bytes(m, INVITE_RECORD_SAS_HASH);
	const char *org = msg_text(m, INVITE_RECORD_ORG);
	struct wr w = arena_wr(t->arena, WIRE_ADD_MAX);
	struct wire_add add;
	struct err_text by = {""};

	if (wire_add_get(msg_bytes(m, INVITE_RECORD_JOIN), &add) != ERR_OK || hash.len != 32 ||
	    strlen(org) > LIMIT_ORG_NAME)
		return ERR_CORRUPT;
	memcpy(add.sas_hash.b, hash.p, 32);
	/* Name and class are those the inviting administrator typed, never the newcomer's. */
	memcpy(add.org, org, strlen(org) + 1);
	add.classes = WIRE_MEMBER;
	(void)err_explain(&by, ERR_OK, "digits, %s", how[0] == '\0' ? "not stated" : how);
	memcpy(add.verified_by, by.text, sizeof add.verified_by - 1);
	add.verified_by[sizeof add.verified_by - 1] = '\0';
	wire_add_put(&w, &add);
	if (w.over)
		return ERR_NOMEM;
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, confirmed);
	return proposal_make(t, WIRE_ROSTER_ADD, wr_span(&w), session, id);
}

bool onboard_same_digits(const char *typed, const char *ours)
{
	for (;; typed++, ours++) {
		typed += strspn(typed, " -");
		ours += strspn(ours, " -");
		if (*typed != *ours)
			return false;
		if (*typed == '\0')
			return true;
	}
}

/* Wrong digits end every handshake that waits for them: it may be somebody in between. */
static enum err wrong_digits(struct turn *t, struct msg *reply, bool any)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	enum err rc;

	while ((rc = row_next(t, &at, &session, &m)) == ERR_OK) {
		if (!is(m, revealed))
			continue;
		msg_set_text(t->arena, m, INVITE_RECORD_STATE, usable(t, m) ? opened : dead);
		rc = row_save(t, &session, m);
		if (rc != ERR_OK)
			return rc;
	}
	msg_set_text(t->arena, reply, REPLY_ERROR, turn_error_code(ERR_DENIED));
	msg_set_text(t->arena, reply, REPLY_WHAT,
		     any ? "these are not the digits" : "nobody waits for digits");
	msg_set_text(t->arena, reply, REPLY_WHY,
		     any ? "a slip of the tongue, or somebody stands in between"
			 : "the new partner has not run kring join yet, or its invite is used up");
	msg_set_text(t->arena, reply, REPLY_REMEDY,
		     any ? "call the number you know; let them run kring join again and read the "
			   "new digits aloud"
			 : "see: kring invites list");
	return rc == ERR_NOTFOUND ? changed(t) : rc;
}

/* The roots sign this for ever: only what an administrator stated, and "not stated" where nobody did. */
static bool way_known(const char *how)
{
	static const char *const ways[] = {"", "in-person", "video", "telephone"};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i], how) == 0)
			return true;
	return false;
}

enum err onboard_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 session, id;
	struct msg *m;
	bool any = false;
	char hex[33];
	enum err rc;

	if (!way_known(msg_text(req, CONFIRM_DIGITS_HOW)))
		return turn_refuse(t, ERR_INVAL, "--how does not take this value",
				   "the roster keeps for ever how the digits were compared",
				   "in-person, video, telephone");
	while ((rc = row_next(t, &at, &session, &m)) == ERR_OK) {
		if (!is(m, revealed) || !in_time(t, m))
			continue;
		any = true;
		if (!onboard_same_digits(msg_text(req, CONFIRM_DIGITS_DIGITS),
					 msg_text(m, INVITE_RECORD_DIGITS)))
			continue;
		rc = propose(t, &session, m, msg_text(req, CONFIRM_DIGITS_HOW), &id);
		if (rc == ERR_OK)
			rc = row_save(t, &session, m);
		if (rc != ERR_OK)
			return rc;
		bytes_hex(hex, id.b, 16);
		hex[20] = '\0';
		msg_set_text(t->arena, reply, REPLY_PROPOSAL, hex + 12);
		return changed(t);
	}
	return rc == ERR_NOTFOUND ? wrong_digits(t, reply, any) : rc;
}

/* The entry is in the roster: the secret has served, and the newcomer learns it at its next question. */
enum err onboard_approved(struct turn *t, const struct id16 *session)
{
	struct msg *m;
	enum err rc = row_load(t, session, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, approved);
	msg_clear(m, INVITE_RECORD_SECRET); /* used */
	rc = row_save(t, session, m);
	return rc == ERR_OK ? changed(t) : rc;
}

/* ---- what the newcomer sends ---- */

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

	while ((rc = row_next(t, &at, session, m)) == ERR_OK) {
		const struct span secret = msg_bytes(*m, INVITE_RECORD_SECRET);
		struct id16 key;
		struct id32 want;

		if (!usable(t, *m) || secret.len != 16)
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
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, met);
	msg_set_bytes(t->arena, m, INVITE_RECORD_JOIN, join);
	msg_set_bytes(t->arena, m, INVITE_RECORD_COMMIT, commit);
	msg_set_bytes(t->arena, m, INVITE_RECORD_R_I, span_of(r_i.b, 32));
	rc = row_save(t, &session, m);
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
	rc = r->bad ? ERR_NOTFOUND : row_load(t, session, m);
	return rc == ERR_OK && !alive(t, *m) && !is(*m, approved) ? ERR_NOTFOUND : rc;
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
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && (!rd_done(r) || !is(m, met))))
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
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, revealed);
	msg_set_text(t->arena, m, INVITE_RECORD_DIGITS, digits);
	msg_set_bytes(t->arena, m, INVITE_RECORD_SAS_HASH, span_of(hash.b, 32));
	rc = row_save(t, &session, m);
	return rc == ERR_OK ? answer_state(t, line, WIRE_ONB_WAITING) : rc;
}

static enum err on_ask(struct turn *t, uint16_t line, struct rd *r)
{
	struct id16 session;
	struct msg *m;
	enum err rc = session_of(t, r, &session, &m);

	if (rc == ERR_NOTFOUND || (rc == ERR_OK && (is(m, opened) || is(m, met))))
		return answer_state(t, line, WIRE_ONB_DEAD); /* also: the digits were refused */
	if (rc != ERR_OK)
		return rc;
	return answer_state(t, line,
			    is(m, approved)    ? WIRE_ONB_APPROVED
			    : is(m, confirmed) ? WIRE_ONB_CONFIRMED
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
