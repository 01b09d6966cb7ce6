/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases, the newest first, and those that somebody looks for.  What is looked for is a name more often than not: it is sent with a
 * form, lies in memory here, and the address of what was found holds a number that says nothing. */
#include "web/cases/cases.h"

#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "base/text.h"
#include "client/words/words.h"
#include "web/cases/parts.h"

enum { ROWS = 50, OK = 200, NOT_FOUND = 404, NO_ANSWER = 503, ADDRESS = 32 };

static const char find_path[] = "/cases/find";

/* Enough to find the person again, nothing of why they came. */
static struct page_cases_rows row_of(struct visit *v, const struct msg *row)
{
	const char *same = msg_text(row, CASE_ROW_SAME), *id = msg_text(row, CASE_ROW_ID),
		   *owner = msg_text(row, CASE_ROW_OWNER);
	char day[WORDS_SHORT];

	return (struct page_cases_rows){
		.id = id,
		.name = parts_name(v, row),
		.number = parts_number(v, id),
		.since = visit_keep(v,
				    words_day_of(v->lang, msg_u64(row, CASE_ROW_CREATED_MS), day)),
		.theirs = msg_u64(row, CASE_ROW_THEIRS) != 0,
		.closed = msg_u64(row, CASE_ROW_CLOSED) != 0,
		.away = owner[0] == '\0'
				? NULL
				: visit_say(v, LIST_WEB,
					    strcmp(owner, "partner") == 0 ? "case-moved"
									  : "case-moves",
					    FILL({"partner", msg_text(row, CASE_ROW_OWNER_PARTNER),
						  0})),
		.same = same[0] == '\0' ? NULL
					: visit_say(v, LIST_TODAY, "same",
						    FILL({"case", parts_number(v, same), 0})),
	};
}

/* The field in which one looks stands on both pages: whoever found nobody looks again. */
static void show(struct visit *v, struct msg *reply, struct page_cases *p)
{
	const size_t count = msg_count(reply, REPLY_CASES);
	struct page_cases_rows *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	require(v->route->who == ROUTE_SIGNED_IN);
	v->f.at_cases = true;
	v->f.live = "case";
	p->f = &v->f;
	p->k = visit_k(v, find_path);
	p->rows = rows;
	for (size_t i = 0; rows != NULL && i < count; i++)
		rows[p->rows_count++] = row_of(v, msg_at(reply, REPLY_CASES, i));
	page_cases(&v->page, v->lang, p);
	visit_show(v, OK);
}

/* Leafing through all goes on where the page before ended. */
static void told_all(struct visit *v, struct msg *reply)
{
	struct page_cases p = {.next = msg_text(reply, REPLY_NEXT)};

	if (parts_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, "cases");
	show(v, reply, &p);
}

/* No text: all of them, the newest first. */
static struct msg *search(struct visit *v, const char *text)
{
	struct msg *m = visit_request(v), *ask = msg_sub(&v->a, m, REQUEST_CASE_LIST);

	msg_set_u64(ask, CASE_SEARCH_LIMIT, ROWS);
	if (text[0] != '\0')
		msg_set_text(&v->a, ask, CASE_SEARCH_TEXT, text);
	return m;
}

void page_cases_open(struct visit *v)
{
	struct msg *m = search(v, "");

	if (form_value(&v->form, "after")[0] != '\0')
		msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_CASE_LIST), CASE_SEARCH_AFTER,
			     form_value(&v->form, "after"));
	visit_ask(v, m, told_all);
}

/* Core says whether this is somebody who may look for people before something is put aside: so nobody else's typing pushes out that of
 * who may. */
static void told_may(struct visit *v, struct msg *reply)
{
	const char *text = form_value(&v->form, "q");
	char no[ASIDE_NO + 1], to[ADDRESS];

	if (parts_refused(v, reply))
		return;
	if (aside_put(v->site->aside, v->token, find_path, span_of(text, strlen(text)), no) !=
	    ERR_OK) {
		visit_notice(v, NO_ANSWER, "silent");
		return;
	}
	text_format(to, sizeof to, "/found/%s", no);
	visit_go(v, to);
}

/* A blank field is no question: then there is the list. */
void page_find_try(struct visit *v)
{
	struct msg *m = visit_request(v);

	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_DRAFT_LIST), DRAFT_ASK_FORM, "find");
	if (text_blank(form_value(&v->form, "q")))
		visit_go(v, "/cases");
	else
		visit_ask(v, m, told_may);
}

/* More than a page is no answer: then one says more of the person. */
static void told_found(struct visit *v, struct msg *reply)
{
	struct page_cases p = {
		.found = true, .q = v->own, .no = route_word(v->route, &v->path, "N")};
	const uint64_t all = msg_u64(reply, REPLY_TOTAL);

	if (parts_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, "found-title");
	if (msg_text(reply, REPLY_NEXT)[0] != '\0' || msg_u64(reply, REPLY_TRUNCATED) != 0)
		p.narrow = visit_say(v, LIST_WEB, "narrow", FILL({"n", NULL, all}));
	show(v, reply, &p);
}

/* Whoever signed out meanwhile, or signed in anew, looks again. */
char *cases_sought(struct visit *v)
{
	const struct span kept = aside_get(v->site->aside, v->token, find_path,
					   route_word(v->route, &v->path, "N"));
	char text[LIMIT_SOUGHT + 1] = "";
	char *sought;

	require(kept.len <= LIMIT_SOUGHT);
	if (kept.p == NULL) {
		visit_notice(v, NOT_FOUND, "missing");
		return NULL;
	}
	memcpy(text, kept.p, kept.len);
	sought = arena_text(&v->a, text);
	explicit_bzero(text, sizeof text);
	if (sought == NULL)
		visit_notice(v, NO_ANSWER, "silent");
	return sought;
}

/* Core is asked anew each time, so that a page opened again shows what is so now, and to whoever may see it now. */
void page_found_open(struct visit *v)
{
	char *sought = cases_sought(v);

	if (sought == NULL)
		return;
	v->own = sought;
	visit_ask(v, search(v, sought), told_found);
}
