/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a person typed, found, or refused with what helps.  A beginning of an id is enough when it fits one only; ids begin
 * with the time, so people are shown and type the random part.
 */
#include "domain/views/find.h"

#include "base/check.h"
#include "base/text.h"

#include <string.h>

#include "domain/consent/grant.h"
#include "domain/documents/thread.h"
#include "domain/membership/names.h"
#include "domain/people/fits.h"
#include "domain/people/known.h"

/* Lists show both ids beside each other and each has its command, so that one is typed for the other; whoever may look at cases may
 * look at referrals, and learns nothing by being told which of them it is.  Of several that fit nothing is said: a part of an id that is
 * too short for one is no better known as the other. */
static enum err no_case(struct turn *t, const char *text)
{
	struct thread_fits fits;
	struct thread th;

	require(text != NULL);
	if (thread_find(t, text, &th, &fits) != ERR_OK || !kind_has(th.kind, KIND_LISTED))
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_CASE_UNKNOWN);
	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_CASE_IS_REFERRAL, say_text("typed", text));
}

/* Of a handover or a consent that was typed here another list tells, and no case is looked for where the caller has a word of its own. */
enum err find_no_referral(struct turn *t, const char *text, enum refusal unknown)
{
	struct id16 id;

	require(text != NULL && unknown != REFUSAL_NONE);
	if (unknown != REFUSAL_REFERRAL_UNKNOWN || find_case(t, text, &id) != ERR_OK)
		return turn_refuse(t, ERR_NOTFOUND, unknown);
	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_REFERRAL_IS_CASE, say_text("typed", text));
}

/* A full id, or a beginning of the random part; two that fit are refused, never guessed. */
enum err find_case(struct turn *t, const char *text, struct id16 *id)
{
	struct store_walk w = {.rc = ERR_OK};
	const bool whole = known_whole(t->node);
	struct fits f = {0};
	uint8_t first[2];
	uint32_t at = 0;

	require(text != NULL && id != NULL);
	/* a whole id was copied, not typed: it is looked up */
	if (bytes_unhex(id->b, 16, text)) {
		const struct store_key k = turn_key_id(id);

		if (record_exists(t->txn, STORE_CASES, key_span(&k)))
			return ERR_OK;
		return no_case(t, text);
	}
	while (whole && fits_first(text, first) &&
	       index_begins(t->node->index, first, &at,
			    id)) /* whoever begins otherwise does not fit */
		fits_try(&f, id, text);
	while (!whole && store_each(t->txn, STORE_CASES, span_of(NULL, 0), &w))
		if (w.row.key.len == 16) {
			memcpy(id->b, w.row.key.p, 16);
			fits_try(&f, id, text);
		}
	if (w.rc != ERR_OK)
		return w.rc;
	*id = f.first;
	/* The names of both would tell who else is helped here: a refusal may be read aloud. */
	if (f.count > 1)
		return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_CASE_SEVERAL,
					say_text("ids", f.ids));
	return f.count == 1 ? ERR_OK : no_case(t, text);
}

/* Here so that handlers ask one file for all that a person typed; names.c says what a name fits. */
enum err find_partner(struct turn *t, const char *name, struct peer **p)
{
	require(name != NULL && p != NULL);
	if (name[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_PARTNER_MISSING);
	return names_partner(t, name, p);
}

/* Without a partner named each has its share of a page, so that one with very many rows does not hide the others; whoever names
 * one, or turns the page, sees all. */
enum err find_page_of(struct turn *t, const struct msg *req, struct page *p, uint16_t *only)
{
	const char *from = msg_text(req, LIST_ASK_FROM);
	struct peer *peer;
	enum err rc;

	*only = 0;
	if (from[0] == '\0')
		return p->behind || p->begun ? ERR_OK : page_share(t, p);
	rc = find_partner(t, from, &peer);
	if (rc == ERR_OK)
		*only = peer->no;
	return rc;
}

/* A partner chooses the id of what it brings: of several that fit each is shown whole, and which is ours. */
static void name_grant(struct turn *t, const struct id16 *id, struct err_text *list)
{
	const size_t had = strlen(list->text);
	const struct peer *p = NULL;
	struct err_text one;
	char hex[33];
	struct msg *m;
	size_t len;

	require(had < sizeof list->text);
	bytes_hex(hex, id->b, 16);
	if (consent_record(t, id, &m) != ERR_OK)
		m = NULL;
	if (m != NULL)
		p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
	text_format(one.text, sizeof one.text, "%s%s %.40s: %s", had == 0 ? "" : "; ",
		    m != NULL && msg_u64(m, GRANT_RECORD_RECEIVED) != 0 ? "\xe2\x86\x90" /* ← */
									: "\xe2\x86\x92" /* → */,
		    p == NULL ? "" : p->org, hex);
	len = strlen(one.text);
	if (had + len < sizeof list->text)
		memcpy(list->text + had, one.text, len + 1);
}

/* By full id, or a beginning of it or of its last part, as lists show it. */
enum err find_grant(struct turn *t, const char *text, struct id16 *id)
{
	struct store_walk w = {.key_len = 16};
	const size_t len = strlen(text);
	struct err_text list = {""};
	struct id16 fits[FITS_SHOWN];
	size_t hits = 0;

	require(id != NULL);
	while (store_each(t->txn, STORE_GRANT, span_of(NULL, 0), &w)) {
		char hex[33];

		bytes_hex(hex, w.row.key.p, 16);
		if (len >= 4 && len <= 32 &&
		    (strncmp(hex, text, len) == 0 || strncmp(hex + 12, text, len) == 0)) {
			memcpy(id->b, w.row.key.p, 16);
			if (++hits <= FITS_SHOWN)
				fits[hits - 1] = *id;
		}
	}
	if (w.rc != ERR_OK)
		return w.rc;
	if (hits == 1)
		return ERR_OK;
	for (size_t i = 0; i < hits && i < FITS_SHOWN; i++)
		name_grant(t, &fits[i], &list);
	if (hits == 0)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_CONSENT_UNKNOWN);
	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_CONSENT_SEVERAL,
				say_text("ids", list.text));
}
