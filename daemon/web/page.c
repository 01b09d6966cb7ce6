/* SPDX-License-Identifier: EUPL-1.2 */
/* What rows of several pages have in common.  The same words as on the command line, out of the same lists: who reads a page and who
 * types beside them talk about the same thing. */
#include "web/page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/text.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/kept/typed.h"

enum { CASE_SHOWN = 8, CASE_TIME = 12, CASE_WHOLE = 32, YEAR_MIN = 1800, CONFLICT = 409 };
enum { YEAR_DIGITS = 4, MONTH_DIGITS = 2, MONTH_TEXT = YEAR_DIGITS + 1 + MONTH_DIGITS };

static_assert((int)CASE_SHOWN < (int)WORDS_SHORT, "the beginning of a case's id");

/* "1990-02" as people write it, the month first; a year, and all that is no date, stays as it is. */
static const char *birth_month(struct visit *v, const char *text)
{
	char month[MONTH_DIGITS + 1];

	if (strlen(text) != MONTH_TEXT || text[YEAR_DIGITS] != '-')
		return visit_keep(v, text);
	text_format(month, sizeof month, "%s", text + YEAR_DIGITS + 1);
	return visit_say(v, LIST_TODAY, "birth-month",
			 FILL({"month", month, 0}, {"year", NULL, strtoull(text, NULL, 10)}));
}

/* A birth date may be a day, a month or a year. */
const char *page_birth(struct visit *v, const char *text)
{
	struct date d;
	char day[4], month[4];
	int64_t no;

	if (!date_read(text, YEAR_MIN, &no))
		return birth_month(v, text);
	d = date_of(no);
	text_format(day, sizeof day, "%02u", (unsigned)d.day % 100);
	text_format(month, sizeof month, "%02u", (unsigned)d.month % 100);
	return visit_say(
		v, LIST_TODAY, "birth-day",
		FILL({"day", day, 0}, {"month", month, 0}, {"year", NULL, (uint64_t)d.year}));
}

/* Two who are called alike are told apart by what there is: a birth date, or the case. */
const char *page_who_text(struct visit *v, const struct page_who *w)
{
	/* an id begins with the time at which it was made: what tells those of one day apart comes behind */
	const size_t skip = strlen(w->case_id) == CASE_WHOLE ? CASE_TIME : 0;
	char id[CASE_SHOWN + 1];

	text_format(id, sizeof id, "%s", w->case_id + skip);
	if (w->name[0] == '\0')
		return visit_capital(v, visit_say(v, LIST_TODAY, "case", FILL({"case", id, 0})));
	if (w->alike && w->birth[0] != '\0')
		return visit_say(v, LIST_TODAY, strlen(w->birth) <= MONTH_TEXT ? "born-in" : "born",
				 FILL({"name", w->name, 0}, {"birth", page_birth(v, w->birth), 0}));
	if (w->alike)
		return visit_say(v, LIST_TODAY, "of-case",
				 FILL({"name", w->name, 0}, {"case", id, 0}));
	return visit_keep(v, w->name);
}

/* Whom one must not phone is told beside the name, in words. */
const char *page_quiet(struct visit *v, bool quiet)
{
	return quiet ? list_text(LIST_TODAY, v->lang, "quiet") : NULL;
}

const char *page_urgent(struct visit *v, const char *urgency)
{
	return strcmp(urgency, "urgent") == 0 ? list_text(LIST_TODAY, v->lang, "urgent") : NULL;
}

const char *page_day(struct visit *v, const char *day)
{
	char out[WORDS_SHORT];

	return visit_keep(v, words_day(v->lang, day, out));
}

const char *page_day_of(struct visit *v, uint64_t ms)
{
	char out[WORDS_SHORT];

	return visit_keep(v, words_day_of(v->lang, ms, out));
}

const char *page_day_after(struct visit *v, const char *day)
{
	char next[DATE_TEXT];
	int64_t no;

	if (!date_parse(day, &no))
		return page_day(v, day);
	date_text(no + 1, next);
	return page_day(v, next);
}

/* Without a script a page does not change by itself, and says of when it is. */
const char *page_updated(struct visit *v)
{
	char out[WORDS_SHORT];

	return visit_say(v, LIST_WEB, "updated",
			 FILL({"time", words_clock(v->lang, clock_wall_ms(), out), 0}));
}

static void show_refused(struct visit *v)
{
	v->f.title = list_text(LIST_WEB, v->lang, "nothing-to-read");
	typed_words(v);
	page_notice(&v->page, v->lang,
		    &(struct page_notice){&v->f, "", list_text(LIST_WEB, v->lang, "to-start")});
	visit_show(v, CONFLICT);
}

static const char *value(const struct msg *reply, const char *name)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_VALUES); i++)
		if (strcmp(msg_text(msg_at(reply, REPLY_VALUES, i), VALUE_NAME), name) == 0)
			return msg_text(msg_at(reply, REPLY_VALUES, i), VALUE_TEXT);
	return "";
}

/* A case that moved away is no failure of the page: it says where it is, since when, and leads to how it went. */
static void show_moved(struct visit *v)
{
	struct page_moved p = {.f = &v->f, .ref = v->key};

	v->f.title = list_text(LIST_WEB, v->lang, "moved");
	typed_words(v);
	v->f.at_cases = true;
	p.where = v->f.wrong;
	p.why = v->f.why;
	p.remedy = v->f.remedy;
	v->f.wrong = v->f.why = v->f.remedy = NULL;
	page_moved(&v->page, v->lang, &p);
	visit_show(v, CONFLICT);
}

/* Never a code alone: what, why and what to do, in the language of the page. */
bool page_refused(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	if (msg_text(reply, REPLY_ERROR)[0] == '\0')
		return false;
	/* what was typed goes to the page of its form, which says the same */
	if (v->route->post && typed_has_page(v))
		return again_refused(v, reply);
	visit_wrong(v, reply);
	v->key = value(reply, "ref");
	visit_framed(v, strcmp(msg_text(reply, REPLY_CODE), "sealed") == 0 ? show_moved
									   : show_refused);
	return true;
}
