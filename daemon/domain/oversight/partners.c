/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Partners as people look at them.  The standing says the first reason for which no person goes there, in the order in which
 * an administrator would look: what the roster says, what its records say, what this node saw.
 */
#include "domain/oversight/partners.h"

#include "base/check.h"
#include "base/endpoint.h"
#include "crypto/identity.h"
#include "domain/consent/agreement.h"
#include "domain/exchange/pair.h"
#include "domain/membership/members.h"
#include "domain/membership/names.h"
#include "domain/page.h"
#include "domain/referral/deadline.h"
#include "domain/stream/connect.h"
#include "domain/views/find.h"
#include "domain/views/silence.h"
#include "proto/lists.h"

static_assert(LIMIT_PEERS <= LIMIT_REPLY_REPEATED,
	      "all partners fit one reply, so their list has no pages");

/* A node may have several classes: the one with the widest rights names it. */
static const char *class_name(uint8_t classes)
{
	if ((classes & WIRE_MEMBER) != 0)
		return "member";
	if ((classes & WIRE_COORDINATOR) != 0)
		return "coordinator";
	if ((classes & WIRE_OBSERVER) != 0)
		return "observer";
	return (classes & WIRE_EVALUATOR) != 0 ? "evaluator" : "relay";
}

/* Documents, not bytes: a person asks how many still have to arrive. */
static enum err owed_to(struct turn *t, uint16_t peer, uint64_t *owed)
{
	struct pair *p;
	enum err rc = pair_get(t, peer, &p);

	if (rc == ERR_OK)
		*owed = pair_owed(p);
	return rc;
}

/* A pair that cannot be read counts as nothing owed and is named: the list must not end there. */
enum err view_owed(struct turn *t, const struct peer *p, uint64_t *owed, struct msg *reply)
{
	const struct store_key k = turn_key_u16(p->no);
	enum err rc;

	require(p->no != 0);
	*owed = 0;
	rc = owed_to(t, p->no, owed);
	return page_damaged(t, rc, STORE_PAIR, key_span(&k), reply) ? ERR_OK : rc;
}

/* Why no personal data goes to a partner (yet), the worst first; "": it may. */
static const char *standing_of(const struct turn *t, const struct peer *p, const struct pair *pr,
			       bool frozen)
{
	const struct {
		bool holds;
		const char *code;
	} all[] = {
		{p->removed, "removed"},
		{p->leaves_s != 0, "leaving"},
		{p->suspended, "suspended"},
		{p->conflict, "conflict"},
		{frozen, "frozen"},
		{!p->activated, "waiting"},
		{pr->stopped, "runs-twice"},
		{pr->unconfirmed, "came-back"},
		{p->recovered, "recovered"},
		{t->node->pair_check && !p->checked, "unchecked"},
		{(pr->unheard && pr->yours.no != 0) || pair_long_apart(pr, t->wall_ms),
		 "not-compared"},
	};

	require(!p->self);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i].holds)
			return all[i].code;
	return "";
}

/* One word for the first thing that keeps people's data from going there; how many witnesses are missing beside
 * it. */
static enum err standing(struct turn *t, const struct peer *p, struct msg *row)
{
	const bool frozen = t->node->fork_seq != 0 && p->added_seq >= t->node->fork_seq;
	struct members_wait wait;
	const struct peer *absent;
	struct pair *pr;
	enum err rc;

	require(p->no != 0);
	if (p->self)
		return ERR_OK;
	rc = pair_get(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, row, PARTNER_ROW_STANDING, standing_of(t, p, pr, frozen));
	if (p->leaves_s != 0) {
		char day[DATE_TEXT];

		deadline_day(t->node->country, p->leaves_s * 1000, day);
		msg_set_text(t->arena, row, PARTNER_ROW_LEAVES_DAY, day);
	}
	if (p->activated || !p->active || frozen)
		return ERR_OK;
	rc = members_waiting(t, p, &wait);
	if (rc != ERR_OK)
		return rc;
	absent = state_peer(t->node, wait.absent);
	msg_set_u64(row, PARTNER_ROW_WITNESSES, wait.have);
	msg_set_u64(row, PARTNER_ROW_WITNESSES_WANTED, wait.wanted);
	msg_set_text(t->arena, row, PARTNER_ROW_TELEPHONE, absent == NULL ? "" : absent->org);
	return ERR_OK;
}

/* What the roots signed about how it was made sure that it is them. */
static enum err verified_row(struct turn *t, const struct peer *p, struct msg *row)
{
	const struct store_key k = turn_key_u64(p->added_seq);
	struct wire_roster e;
	struct wire_add add;
	struct span v;
	enum err rc = turn_get(t, STORE_ROSTER, &k, &v);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc; /* it is a member by that entry */
	if (wire_roster_get(v, &e) != ERR_OK || wire_add_get(e.payload, &add) != ERR_OK)
		return ERR_CORRUPT;
	msg_set_text(t->arena, row, PARTNER_ROW_VERIFIED, add.verified_by);
	return ERR_OK;
}

/* How the line to it does: for programs that watch this node, which draw it over weeks. */
static enum err line_row(struct turn *t, const struct peer *p, struct msg *row)
{
	uint64_t heard_ms = 0;
	struct pair *pr;
	enum err rc = view_heard(t, p, &heard_ms);

	if (rc == ERR_OK)
		rc = pair_get(t, p->no, &pr);
	if (rc != ERR_OK || p->self)
		return rc;
	require(pr->acked <= pr->num_last);
	if (heard_ms != 0)
		msg_set_u64(row, PARTNER_ROW_HEARD_MS, heard_ms);
	msg_set_u64(row, PARTNER_ROW_UNRECEIPTED, pr->num_last - pr->acked);
	return view_silent_since(t, p, row, PARTNER_ROW_SILENT_SINCE_MS);
}

/* Each source that is damaged is named and left out; an administrator in trouble needs the rest. */
static enum err partner_row(struct turn *t, const struct peer *p, bool whole, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_PARTNERS);
	struct consent_view out = {.agreed = false}, in = {.agreed = false};
	char hex[65], print[IDENTITY_FINGERPRINT_LEN], typed[NAMES_TYPED_LEN];
	uint64_t owed = 0;
	const struct store_key k = turn_key_u16(p->no);
	enum err rc = view_owed(t, p, &owed, reply);

	require(p->no != 0);
	if (rc == ERR_OK)
		rc = consent_agreement(t, p->no, CONSENT_SEND, &out);
	if (rc == ERR_OK)
		rc = consent_agreement(t, p->no, CONSENT_RECEIVE, &in);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_AGREEMENT, key_span(&k), reply))
		return rc;
	rc = standing(t, p, row);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_PAIR, key_span(&k), reply))
		return rc;
	bytes_hex(hex, p->node_id.b, 32);
	identity_fingerprint(print, &p->node_id);
	msg_set_text(t->arena, row, PARTNER_ROW_NAME, p->org);
	msg_set_text(t->arena, row, PARTNER_ROW_NODE_ID, hex);
	msg_set_text(t->arena, row, PARTNER_ROW_CLASS_NAME, class_name(p->classes));
	msg_set_text(t->arena, row, PARTNER_ROW_COUNTRY, p->country);
	msg_set_u64(row, PARTNER_ROW_CONNECTED, connect_alive(t, p));
	if (p->conn.version[0] != '\0')
		msg_set_text(t->arena, row, PARTNER_ROW_VERSION, p->conn.version);
	rc = line_row(t, p, row);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_PAIR, key_span(&k), reply))
		return rc;
	msg_set_u64(row, PARTNER_ROW_OWED, owed);
	/* an agreement with one that was removed stands, and nothing goes by it */
	msg_set_u64(row, PARTNER_ROW_MAY_SEND_CATS, p->removed ? 0 : out.agreement_cats);
	msg_set_u64(row, PARTNER_ROW_MAY_RECEIVE_CATS, p->removed ? 0 : in.agreement_cats);
	msg_set_text(t->arena, row, PARTNER_ROW_PHONE, p->phone);
	msg_set_text(t->arena, row, PARTNER_ROW_ENDPOINT, p->endpoint);
	msg_set_text(t->arena, row, PARTNER_ROW_FINGERPRINT, print);
	names_typed(t->node, p, typed);
	msg_set_text(t->arena, row, PARTNER_ROW_TYPED, typed);
	msg_set_u64(row, PARTNER_ROW_SELF, p->self);
	msg_set_u64(row, PARTNER_ROW_CHECKED, p->checked);
	if (!list_has_place(p->country))
		msg_set_u64(row, PARTNER_ROW_NO_CALENDAR, 1);
	/* the signed entry is opened for one partner at a time: a list does without it */
	return whole ? verified_row(t, p, row) : ERR_OK;
}

enum err view_partner_row(struct turn *t, const struct peer *p, struct msg *reply)
{
	require(p->no != 0);
	return partner_row(t, p, true, reply);
}

/* All members, also those that nobody can go to now: the list is where one looks for the reason. */
enum err view_partner_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	enum err rc = ERR_OK;

	(void)req;
	for (size_t i = 0; i < t->node->peer_count && rc == ERR_OK; i++)
		rc = partner_row(t, &t->node->peers[i], false, reply);
	return rc;
}

enum err view_partner_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct peer *p;
	enum err rc = find_partner(t, msg_text(req, BY_ID_ID), &p);

	return rc == ERR_OK ? partner_row(t, p, true, reply) : rc;
}
