/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which of them went on stands in the row; where a loss of state took that back it is read in the log of the handover, in which an
 * addition that was passed on has the words and the moment of the one that came.  What came before the bundle is in the bundle.
 */
#include "domain/handover/down.h"

#include <string.h>

#include "base/check.h"
#include "domain/attach/added.h"
#include "domain/bundle/bundle.h"
#include "domain/exchange/quota.h"
#include "domain/handover/sign.h"

/* A case may have come to us any number of times, each time with a log of additions; their ids stand in one row. */
enum { PASSED_MOST = 2 * THREAD_LOG_MAX };
static_assert(PASSED_MOST * sizeof(struct id16) < LIMIT_RECORD / 2, "a row with what else it says");

/* An entry of one side.  words NULL: it is no addition, or its words are not here; fresh: it is one of this turn, which is read from the
 * next one on. */
struct added {
	struct log_entry e;
	struct msg *words;
	bool fresh;
};

static enum err look(struct turn *t, const struct thread *th, bool mine, uint32_t no,
		     struct added *out)
{
	struct document d;
	enum err rc = thread_entry(t, th, mine, no, &out->e);

	out->words = NULL;
	out->fresh = false;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	if (out->e.type != DOC_ADDENDUM)
		return ERR_OK;
	rc = document_load(t, &out->e.doc, &d);
	out->fresh = rc == ERR_NOTFOUND && mine;
	if (rc == ERR_NOTFOUND)
		return mine ? ERR_OK : ERR_CORRUPT;
	if (rc == ERR_OK)
		rc = document_body(t, &d, &out->words);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static bool same_words(const struct msg *a, const struct msg *b)
{
	const struct span x = msg_bytes(a, HANDOVER_ADDENDUM_BLOB);
	const struct span y = msg_bytes(b, HANDOVER_ADDENDUM_BLOB);

	return msg_u64(a, HANDOVER_ADDENDUM_AT_MS) == msg_u64(b, HANDOVER_ADDENDUM_AT_MS) &&
	       strcmp(msg_text(a, HANDOVER_ADDENDUM_TEXT), msg_text(b, HANDOVER_ADDENDUM_TEXT)) ==
		       0 &&
	       x.len == y.len && (x.len == 0 || memcmp(x.p, y.p, x.len) == 0);
}

/* One that came: where it lies, and what it says. */
struct came {
	struct id16 doc;
	const struct msg *body;
	uint64_t since_ms;
	uint16_t peer;
};

static bool stands(const struct msg *record, const struct id16 *doc)
{
	const struct span all = msg_bytes(record, HANDOVER_RECORD_PASSED);

	for (size_t i = 0; i + sizeof doc->b <= all.len; i += sizeof doc->b)
		if (memcmp(all.p + i, doc->b, sizeof doc->b) == 0)
			return true;
	return false;
}

static enum err write_down(struct turn *t, struct msg *record, const struct id16 *doc)
{
	const struct span all = msg_bytes(record, HANDOVER_RECORD_PASSED);
	struct wr w = arena_wr(t->arena, all.len + sizeof doc->b);

	wr_put(&w, all.p, all.len);
	wr_put(&w, doc->b, sizeof doc->b);
	if (w.over)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_PASSED, wr_span(&w));
	return ERR_OK;
}

/* What is beyond it does not go on.  Counted the first time, which a nought in the row says. */
static enum err pass_over(struct turn *t, struct msg *record, uint16_t peer)
{
	static const struct id16 more = {{0}};
	const enum err rc = stands(record, &more) ? ERR_OK : quota_passed_over(t, peer, QUOTA_CASE);

	return rc == ERR_OK && !stands(record, &more) ? write_down(t, record, &more) : rc;
}

/* Is it in our log of this handover?  wait: that cannot be told in this turn. */
static enum err went_on(struct turn *t, const struct thread *th, const struct msg *one, bool *yes,
			bool *wait)
{
	*yes = *wait = false;
	for (uint32_t no = 1; no <= th->my_no && !*yes; no++) {
		const size_t mark = t->arena->used;
		struct added a;
		enum err rc = look(t, th, true, no, &a);

		if (rc != ERR_OK)
			return rc;
		*yes = a.words != NULL && same_words(one, a.words);
		*wait = *wait || a.fresh;
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

/* When what the case held then was put into the bundle. */
static enum err bundled_ms(struct turn *t, const struct thread *th, uint64_t *ms)
{
	*ms = UINT64_MAX;
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		const enum err rc = thread_entry(t, th, true, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type == DOC_BUNDLE)
			*ms = e.created_ms;
	}
	return ERR_OK;
}

/* Words, or a file that is here: one that never came whole has nothing to be passed on for. */
static bool says(const struct msg *body, const struct msg *came)
{
	return msg_text(came, HANDOVER_ADDENDUM_TEXT)[0] != '\0' ||
	       attach_names(DOC_ADDENDUM, body);
}

/* What the consent of this handover does not cover ends here, where it stands in the log. */
static enum err sign_on(struct turn *t, struct thread *th, struct msg *record,
			const struct msg *came, bool *waits)
{
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_ADDENDUM);
	enum err rc = body == NULL ? ERR_NOMEM : added_pass(t, th, record, came, body, waits);

	require(th->role == THREAD_SENDER);
	if (rc != ERR_OK || *waits || !says(body, came))
		return rc;
	if (msg_text(came, HANDOVER_ADDENDUM_TEXT)[0] != '\0')
		msg_set_text(t->arena, body, HANDOVER_ADDENDUM_TEXT,
			     msg_text(came, HANDOVER_ADDENDUM_TEXT));
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, msg_u64(came, HANDOVER_ADDENDUM_AT_MS));
	rc = sign_act(t, th, DOC_ADDENDUM, body);
	return rc == ERR_DENIED ? ERR_OK : rc;
}

/* Those that were signed in this turn, by a rule or a person, are read from the next one on. */
static enum err pass_one(struct turn *t, struct thread *th, struct msg *record,
			 const struct came *c, bool *more)
{
	bool went, wait, coming = false;
	enum err rc;

	if (stands(record, &c->doc))
		return ERR_OK;
	if (th->my_no + 1 >= THREAD_LOG_MAX || /* full, it takes nothing more, ever */
	    msg_bytes(record, HANDOVER_RECORD_PASSED).len >= PASSED_MOST * sizeof c->doc)
		return pass_over(t, record, c->peer);
	rc = went_on(t, th, c->body, &went, &wait);
	if (rc != ERR_OK)
		return rc;
	*more = !went && (wait || t->doc_count + 1 >= LIMIT_BURST);
	if (*more)
		return ERR_OK;
	if (!went)
		rc = sign_on(t, th, record, c->body, &coming);
	if (coming) /* it goes on when all of it is here; the others do not wait for it */
		msg_set_u64(record, HANDOVER_RECORD_COMING_MS, c->since_ms);
	return rc == ERR_OK && !coming ? write_down(t, record, &c->doc) : rc;
}

/* Those that came in one handover by which the case is here. */
static enum err pass_those(struct turn *t, struct thread *th, struct msg *record,
			   const struct thread *from, uint64_t since_ms, bool *more)
{
	for (uint32_t no = 1; no <= from->their_no && !*more; no++) {
		struct added a;
		enum err rc = look(t, from, false, no, &a);

		if (rc == ERR_OK && a.words != NULL && a.e.kept_ms >= since_ms &&
		    (msg_text(a.words, HANDOVER_ADDENDUM_TEXT)[0] != '\0' ||
		     attach_names(DOC_ADDENDUM, a.words)))
			rc = pass_one(t, th, record,
				      &(struct came){a.e.doc.msg, a.words, a.e.kept_ms, from->peer},
				      more);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* Those whose words came in what the former owner kept, because a loss took them here: they stand in the timeline alone. */
static enum err pass_put(struct turn *t, struct thread *th, struct msg *record,
			 const struct msg *from, bool *more)
{
	const struct span all = msg_bytes(from, HANDOVER_RECORD_WORDS_PUT);
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct bundle_note note;

	while (all.len > 0 && !*more && th->my_no + 1 < THREAD_LOG_MAX &&
	       bundle_note_each(t, &th->case_id, &w, &note)) {
		struct msg *body;
		bool went = false, wait = false;

		if (!note.came || !bundle_names_time(all, note.at_ms)) {
			arena_rewind(t->arena, mark);
			continue;
		}
		body = msg_new(t->arena, MSG_HANDOVER_ADDENDUM);
		if (body == NULL)
			return ERR_NOMEM;
		msg_set_text(t->arena, body, HANDOVER_ADDENDUM_TEXT, note.text);
		msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, note.at_ms);
		w.rc = went_on(t, th, body, &went, &wait);
		*more = !went && (wait || t->doc_count + 1 >= LIMIT_BURST);
		if (w.rc == ERR_OK && !went && !*more)
			w.rc = sign_on(t, th, record, body, &wait);
	}
	return w.rc;
}

/* Is it somebody else's now, by this handover? */
static enum err gave_it(struct turn *t, const struct thread *th, bool *yes)
{
	struct owner o;
	struct thread way;
	bool given_back;
	enum err rc = rows_owner(t, &th->case_id, &o, &given_back);

	*yes = false;
	if (rc != ERR_OK || o.who == OWNER_US)
		return rc;
	rc = rows_way(t, &th->case_id, &way);
	*yes = rc == ERR_OK && id16_equal(&way.id, &th->id);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err down_pass(struct turn *t, struct thread *th, struct msg *record, bool *more)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	uint64_t since_ms;
	struct msg *m;
	bool gave;
	enum err rc = gave_it(t, th, &gave);

	require(th->role == THREAD_SENDER);
	msg_clear(record, HANDOVER_RECORD_COMING_MS);
	*more = false;
	if (rc == ERR_OK && gave)
		rc = bundled_ms(t, th, &since_ms);
	if (rc != ERR_OK || !gave)
		return rc;
	while (!*more && rows_each(t, &th->case_id, &w, &one, &m))
		if (one.role == THREAD_RECEIVER && one.state == HANDOVER_TAKEN) {
			w.rc = pass_those(t, th, record, &one, since_ms, more);
			if (w.rc == ERR_OK && !*more)
				w.rc = pass_put(t, th, record, m, more);
		}
	return w.rc;
}
