/* SPDX-License-Identifier: EUPL-1.2 */
/* One case: whose move it is in the referral that presses most, then the referrals, the consents, what is known, what happened. */
#include "web/cases/cases.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/whose.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/files/files.h"
#include "web/page.h"
#include "web/papers/standing.h"
#include "web/referral/referral.h"

enum { OK = 200, COURSE = 30, ADDRESS = 64 };

/* ---- referrals ---- */

/* Whose move it is, as core says. */
static bool next_is(const struct msg *row, const char *who)
{
	return strcmp(msg_text(row, REFERRAL_ROW_NEXT), who) == 0;
}

/* The smaller the more it presses:
 *	whose move	late	in time
 *	ours		0	1
 *	partner's	2	3
 *	nobody's	4, something is left to us; 5, nothing is */
static unsigned press_of(const struct msg *row)
{
	const bool late = msg_u64(row, REFERRAL_ROW_OVERDUE) != 0;

	require(msg_kind_of(row) == MSG_REFERRAL_ROW);
	if (next_is(row, "us"))
		return late ? 0 : 1;
	if (next_is(row, "partner"))
		return late ? 2 : 3;
	return msg_text(row, REFERRAL_ROW_TODO)[0] != '\0' ? 4 : 5;
}

/* Of two that press alike the one whose term ends first. */
static const struct msg *pressing(const struct msg *reply)
{
	const struct msg *first = NULL;

	for (size_t i = 0; i < msg_count(reply, REPLY_REFERRALS); i++) {
		const struct msg *row = msg_at(reply, REPLY_REFERRALS, i);
		const uint64_t due = msg_u64(row, REFERRAL_ROW_DUE_MS);
		const uint64_t best = msg_u64(first, REFERRAL_ROW_DUE_MS);

		if (first == NULL || press_of(row) < press_of(first) ||
		    (press_of(row) == press_of(first) && due != 0 && (best == 0 || due < best)))
			first = row;
	}
	return first;
}

/* In core's order, each with the sentence that every other screen has for it. */
static void referrals(struct visit *v, const struct msg *reply, struct page_case *p)
{
	const size_t count = msg_count(reply, REPLY_REFERRALS);
	struct page_case_referrals *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	const struct msg *first = pressing(reply);
	char move[WHOSE_LEN];

	p->referrals = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);

		rows[p->referrals_count++] = (struct page_case_referrals){
			.need = visit_capital(
				v, list_text(LIST_NEEDS, v->lang, msg_text(r, REFERRAL_ROW_NEED))),
			.partner = msg_text(r, REFERRAL_ROW_PARTNER),
			.ref = msg_text(r, REFERRAL_ROW_REF),
			.urgent = page_urgent(v, msg_text(r, REFERRAL_ROW_URGENCY)),
			.mark = referral_mark(r),
			.late = msg_u64(r, REFERRAL_ROW_OVERDUE) != 0,
			.state = visit_keep(v, whose_move(v->lang, r, move)),
		};
	}
	/* of one referral alone the list says it already */
	if (first == NULL || count < 2)
		return;
	p->mark = referral_mark(first);
	p->move = visit_keep(v, whose_move(v->lang, first, move));
	p->move_ref = msg_text(first, REFERRAL_ROW_REF);
}

/* ---- consents ---- */

/* Both ways: what partners may see of ours, what we may see of theirs.  One that is over stays, with the day of its end. */
static void consents(struct visit *v, const struct msg *reply, struct page_case *p)
{
	const size_t count = msg_count(reply, REPLY_GRANTS);
	struct page_case_grants *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	const char *country = msg_text(reply, REPLY_COUNTRY);

	p->grants = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const char *state = msg_text(g, GRANT_ROW_STATE);
		const bool living = strcmp(state, "living") == 0 || strcmp(state, "not-yet") == 0;

		p->holds = p->holds || living;
		rows[p->grants_count++] = (struct page_case_grants){
			.id = msg_text(g, GRANT_ROW_ID),
			.living = living,
			.way = visit_say(v, LIST_WEB,
					 msg_u64(g, GRANT_ROW_RECEIVED) != 0 ? "grant-in"
									     : "grant-out",
					 FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0})),
			.cats = parts_cats(v, country, msg_u64(g, GRANT_ROW_CATS)),
			.until = standing_short(v, g),
		};
	}
}

/* ---- the person ---- */

/* What holds a value, but the name, which stands above. */
static size_t fields(struct visit *v, const struct msg *reply, const struct msg *person,
		     bool folded, struct page_case_known *out)
{
	const char *country = msg_text(reply, REPLY_COUNTRY);
	size_t n = 0;

	require(country != NULL && out != NULL);
	for (size_t i = 0; person != NULL && i < PARTS_FIELDS; i++) {
		const struct parts_field *f = &parts_fields[i];
		const char *value = parts_value(v, person, f->number);

		if (f->folded == folded && value[0] != '\0' && f->number != PERSON_NAME)
			out[n++] = (struct page_case_known){parts_label(v, country, f), value};
	}
	return n;
}

/* Two structs of the same shape, because a template has a name for each list. */
static void person(struct visit *v, const struct msg *reply, struct page_case *p)
{
	struct page_case_known *known = arena_alloc(&v->a, PARTS_FIELDS * sizeof *known);
	struct page_case_known *other = arena_alloc(&v->a, PARTS_FIELDS * sizeof *other);
	struct page_case_folded *folded = arena_alloc(&v->a, PARTS_FIELDS * sizeof *folded);
	struct page_case_told *told = arena_alloc(&v->a, (size_t)2 * PARTS_FIELDS * sizeof *told);
	size_t n;

	if (known == NULL || other == NULL || folded == NULL || told == NULL)
		return;
	p->known = known;
	p->folded = folded;
	p->told = told;
	p->known_count = fields(v, reply, msg_get(reply, REPLY_PERSON), false, known);
	n = fields(v, reply, msg_get(reply, REPLY_PERSON), true, other);
	for (size_t i = 0; i < n; i++)
		folded[p->folded_count++] = (struct page_case_folded){other[i].label,
								      other[i].value};
	for (int side = 0; side < 2; side++) {
		n = fields(v, reply, msg_get(reply, REPLY_TOLD), side != 0, other);
		for (size_t i = 0; i < n; i++)
			told[p->told_count++] = (struct page_case_told){other[i].label,
									other[i].value};
	}
}

/* Other cases here of the same person, as people said. */
static void others(struct visit *v, const struct msg *reply, struct page_case *p)
{
	const size_t count = msg_count(reply, REPLY_SAME);
	struct page_case_same *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	p->same = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *r = msg_at(reply, REPLY_SAME, i);

		rows[p->same_count++] = (struct page_case_same){
			.id = msg_text(r, CASE_ROW_ID),
			.words = visit_say(
				v, LIST_TODAY, "case",
				FILL({"case", parts_number(v, msg_text(r, CASE_ROW_ID)), 0})),
			.partner = msg_text(r, CASE_ROW_PARTNER),
		};
	}
}

/* ---- papers ---- */

/* All that lie in the case, from wherever they came; each one that is here can be saved. */
static void files(struct visit *v, const struct msg *reply, struct page_case *p)
{
	const size_t count = msg_count(reply, REPLY_FILES);
	struct page_case_files *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	p->files = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *f = msg_at(reply, REPLY_FILES, i);

		rows[p->files_count++] = (struct page_case_files){
			.id = p->id,
			.file = msg_text(f, FILE_ROW_ID),
			.name = files_name(v, f),
			.what = files_what(v, f),
			.stand = files_whole(f) ? NULL : files_stand(v, f),
		};
		p->saves = p->saves || files_whole(f);
	}
}

/* ---- what happened ---- */

/* Kinds of entries are codes; those of acts stand in another list. */
static bool what_is(const struct msg *e, const char *what)
{
	return strcmp(msg_text(e, ENTRY_ROW_WHAT), what) == 0;
}

/* Behind some entries stands a code, behind others what somebody wrote. */
static const char *entry_text(struct visit *v, const struct msg *reply, const struct msg *e,
			      bool act)
{
	const char *text = msg_text(e, ENTRY_ROW_TEXT);

	require(msg_kind_of(e) == MSG_ENTRY_ROW);
	if (what_is(e, "case-edited"))
		return parts_codes(v, msg_text(reply, REPLY_COUNTRY), LIST_PERSON, text);
	if (!act && !what_is(e, "lost-act"))
		return text;
	return list_text(list_has(LIST_VERDICTS, text) ? LIST_VERDICTS
			 : list_has(LIST_ACTS, text)   ? LIST_ACTS
						       : LIST_AUDIT,
			 v->lang, text);
}

/* The newest first; the rest on demand. */
static void course(struct visit *v, const struct msg *reply, struct page_case *p)
{
	const size_t count = msg_count(reply, REPLY_ENTRIES);
	const bool all = strcmp(form_value(&v->form, "all"), "1") == 0;
	const size_t most = all || count <= COURSE ? count : COURSE;
	struct page_case_course *rows = arena_alloc(&v->a, (most + 1) * sizeof *rows);
	char when[WORDS_SHORT];

	require(most <= count);
	p->course = rows;
	p->more = most < count;
	p->cut = msg_u64(reply, REPLY_TRUNCATED) != 0 && most == count;
	for (size_t i = 0; rows != NULL && i < most; i++) {
		const struct msg *e = msg_at(reply, REPLY_ENTRIES, count - 1 - i);
		const char *what = msg_text(e, ENTRY_ROW_WHAT), *ref = msg_text(e, ENTRY_ROW_REF);
		const bool act = list_has(LIST_ACTS, what) && ref[0] != '\0';
		const enum list_id list = act			    ? LIST_ACTS
					  : list_has(LIST_UI, what) ? LIST_UI
								    : LIST_OUTBOX;

		rows[p->course_count++] = (struct page_case_course){
			.when = visit_keep(
				v, words_moment(v->lang, msg_u64(e, ENTRY_ROW_AT_MS), when)),
			.what = visit_capital(v, list_text(list, v->lang, what)),
			.ref = ref,
			.text = visit_keep(v, entry_text(v, reply, e, act)),
		};
	}
}

/* ---- the page ---- */

/* All of it comes in one answer of core, which writes down that it was looked at. */
static void told(struct visit *v, struct msg *reply)
{
	struct page_case p = {.f = &v->f};
	const struct msg *row;
	struct form typed;
	char refer[ADDRESS];

	if (parts_refused(v, reply))
		return;
	require(msg_count(reply, REPLY_CASES) > 0);
	row = msg_at(reply, REPLY_CASES, 0);
	again_did(v, again_open(v, NULL, 0, &typed), "", "");
	v->f.title = list_text(LIST_WEB, v->lang, "case");
	v->f.heading = parts_name(v, row);
	v->f.at_cases = true;
	p.id = msg_text(row, CASE_ROW_ID);
	p.number = parts_number(v, p.id);
	p.closed = msg_u64(row, CASE_ROW_CLOSED) != 0;
	p.theirs = msg_u64(row, CASE_ROW_THEIRS) != 0;
	p.worker = msg_text(row, CASE_ROW_WORKER);
	if (!parts_ours(reply))
		p.away = parts_owner(v, reply);
	p.quiet = page_quiet(v, msg_u64(msg_get(reply, REPLY_PERSON), PERSON_DO_NOT_CONTACT) != 0);
	text_format(refer, sizeof refer, "/refer/%s", p.id);
	p.refer_k = visit_k(v, refer);
	p.refer_i = visit_once(v);
	referrals(v, reply, &p);
	consents(v, reply, &p);
	person(v, reply, &p);
	others(v, reply, &p);
	files(v, reply, &p);
	course(v, reply, &p);
	page_case(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* The address holds the id and nothing of the person. */
void page_case_open(struct visit *v)
{
	parts_ask(v, REQUEST_CASE_SHOW, told);
}
