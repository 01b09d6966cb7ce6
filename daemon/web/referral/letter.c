/* SPDX-License-Identifier: EUPL-1.2 */
/* The letter to the person, to be printed from the browser: the same one that the command line writes, in the person's language where that
 * is one of ours.  No address and no name of a file names anybody. */
#include <string.h>

#include "base/check.h"
#include "client/words/letter.h"
#include "web/page.h"
#include "web/referral/referral.h"

enum { OK = 200, NOT_FOUND = 404, PARTS = 512 };

/* Parts in their order; what has no room ends the page, because half a letter says less than is so. */
struct writing {
	struct visit *v;
	struct page_letter_parts *rows;
	size_t count;
	bool full;
};

static void add(struct writing *w, struct page_letter_parts part)
{
	require(w->rows != NULL && w->count <= PARTS);
	w->full = w->full || w->count == PARTS;
	if (!w->full)
		w->rows[w->count++] = part;
}

static void on_head(void *ctx, const char *text)
{
	struct writing *w = ctx;

	add(w, (struct page_letter_parts){.head = visit_keep(w->v, text)});
}

static void on_text(void *ctx, const char *text)
{
	struct writing *w = ctx;

	add(w, (struct page_letter_parts){.text = visit_keep(w->v, text)});
}

/* A point of a list of one: a reader of screens says that it is one, and paper shows the same dot. */
static void on_point(void *ctx, const char *text)
{
	struct writing *w = ctx;

	add(w, (struct page_letter_parts){.point = visit_keep(w->v, text)});
}

static void told_letter(struct visit *v, struct msg *reply)
{
	struct writing w = {.v = v};
	struct page_letter p = {.f = &v->f, .ref = route_word(v->route, &v->path, "REF")};
	const struct msg *person = msg_get(reply, REPLY_PERSON);
	const enum list_lang lang = visit_speaks(v, msg_text(person, PERSON_LANGUAGE));
	const struct letter_to to = {&w,      lang,    msg_text(reply, REPLY_COUNTRY),
				     on_head, on_text, on_point};

	if (strcmp(msg_text(reply, REPLY_ERROR), "not-found") == 0) {
		visit_notice(v, NOT_FOUND, "missing");
		return;
	}
	if (page_refused(v, reply))
		return;
	w.rows = arena_alloc(&v->a, PARTS * sizeof *w.rows);
	if (w.rows != NULL)
		letter_write(&to, reply);
	require(w.rows == NULL || w.count <= PARTS);
	v->page.failed = v->page.failed || w.rows == NULL || w.full;
	v->f.title = list_text(LIST_WEB, v->lang, "letter");
	if (msg_count(reply, REPLY_REFERRALS) == 1)
		referral_in_menu(v, msg_at(reply, REPLY_REFERRALS, 0));
	p.lang = list_langs[lang];
	p.title = list_text(LIST_PAPER, lang, "letter-title");
	p.parts = w.rows;
	p.parts_count = w.count;
	page_letter(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void page_letter_open(struct visit *v)
{
	visit_ask_id(v, REQUEST_REF_LETTER, route_word(v->route, &v->path, "REF"), told_letter);
}
