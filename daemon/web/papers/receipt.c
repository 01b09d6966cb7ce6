/* SPDX-License-Identifier: EUPL-1.2 */
/* One consent on paper, for the person to keep, in the language in which it was explained: what was agreed, and how to take it back; once it
 * was taken back, who erased what came under it and when, and who did not answer yet. */
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "client/words/receipt.h"
#include "client/words/words.h"
#include "web/cases/parts.h"
#include "web/page.h"
#include "web/papers/facts.h"
#include "web/papers/papers.h"

enum { OK = 200, PARTS = 160 }; /* 64 holders, each with two lines; a few of the whole */

/* What has no room ends the page: half a receipt could say that more is erased than is. */
struct writing {
	struct visit *v;
	struct page_receipt_parts *rows;
	size_t count;
	bool full;
};

/* In their order. */
static void add(struct writing *w, struct page_receipt_parts part)
{
	require(w->rows != NULL && w->count <= PARTS);
	w->full = w->full || w->count == PARTS;
	if (!w->full)
		w->rows[w->count++] = part;
}

static void on_head(void *ctx, const char *text)
{
	struct writing *w = ctx;

	add(w, (struct page_receipt_parts){.head = visit_keep(w->v, text)});
}

static void on_text(void *ctx, const char *text)
{
	struct writing *w = ctx;

	add(w, (struct page_receipt_parts){.text = visit_keep(w->v, text)});
}

static void on_point(void *ctx, const char *text)
{
	struct writing *w = ctx;

	add(w, (struct page_receipt_parts){.point = visit_keep(w->v, text)});
}

/* What the document says, in the person's language. */
static void lines(struct visit *v, enum list_lang lang, const struct msg *reply,
		  struct page_receipt *p)
{
	struct page_receipt_lines *rows = arena_alloc(&v->a, FACTS * sizeof *rows);
	struct fact facts[FACTS];
	const size_t n = facts_of(v, FACTS_PERSON, lang, msg_text(reply, REPLY_COUNTRY),
				  msg_at(reply, REPLY_GRANTS, 0), facts);

	p->lines = rows;
	for (size_t i = 0; rows != NULL && i < n; i++)
		rows[p->lines_count++] = (struct page_receipt_lines){facts[i].label,
								     facts[i].value};
}

/* A partner's consent has a receipt here, too: of what was done here. */
static void told(struct visit *v, struct msg *reply)
{
	struct writing w = {.v = v};
	struct page_receipt p = {.f = &v->f};
	const struct msg *g;
	enum list_lang lang;
	char day[WORDS_SHORT];

	if (parts_refused(v, reply))
		return;
	require(msg_count(reply, REPLY_GRANTS) > 0);
	g = msg_at(reply, REPLY_GRANTS, 0);
	lang = visit_speaks(v, msg_text(g, GRANT_ROW_NOTICE_LANGUAGE));
	w.rows = arena_alloc(&v->a, PARTS * sizeof *w.rows);
	if (w.rows != NULL)
		receipt_write(&(struct letter_to){&w, lang, msg_text(reply, REPLY_COUNTRY), on_head,
						  on_text, on_point},
			      g);
	v->page.failed = v->page.failed || w.rows == NULL || w.full;
	v->f.title = list_text(LIST_WEB, v->lang, "receipt");
	v->f.at_cases = true;
	p.id = msg_text(g, GRANT_ROW_ID);
	p.lang = list_langs[lang];
	p.title = list_text(LIST_PAPER, lang, receipt_title(g));
	p.whose = parts_whose(v, reply);
	p.org = msg_text(reply, REPLY_OWN_ORG);
	p.day = visit_keep(v, words_day_of(lang, clock_wall_ms(), day));
	lines(v, lang, reply, &p);
	p.parts = w.rows;
	p.parts_count = w.count;
	page_receipt(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Whoever may look at the consent may print it. */
void page_receipt_open(struct visit *v)
{
	parts_ask(v, REQUEST_CONSENT_SHOW, told);
}
