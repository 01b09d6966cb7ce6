/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A draft is lines of "name value", as the command line writes them: what one begins here another terminal goes on with, and whoever
 * reads one takes the lines that it knows.  A text of several lines is a row for each.
 *
 *	step	how far it is; always the last here, since it is asked of the answers themselves
 *	case	whom it is about: read from the row of the draft, which core checked
 *	need, service, urgent	what is asked for
 *	to	the partner, as one writes it; several: the command line's way, and one of them is asked for here
 *	share	categories, and one more: nothing at all is an answer, too
 *	again, knowing	what was refused once, and is meant all the same
 *	how, witness, given-by, until	the consent, which is written down when the referral is sent
 *	said, text	whether there is a message, and which
 */
#include "web/refer/refer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/limits.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"

enum { ADDRESS = 128, NUMBER = 24, NOON_MS = 43200000, NOT_FOUND = 404, STEPS = 5 };
/* of the command line, which looks by itself how far a draft is */
enum { STEP_LAST = 6 };

struct refer *refer_of(const struct visit *v)
{
	require(v->own != NULL);
	return v->own;
}

/* ---- lines ---- */

/* What comes from a form of one line has none inside, so a value never begins a row of its own. */
static void put_line(struct wr *w, const char *name, const char *value, size_t len)
{
	require(memchr(value, '\n', len) == NULL);
	wr_put(w, name, strlen(name));
	wr_u8(w, ' ');
	wr_put(w, value, len);
	wr_u8(w, '\n');
}

static void put(struct wr *w, const char *name, const char *value)
{
	if (value[0] != '\0')
		put_line(w, name, value, strlen(value));
}

/* Nothing is the same as nought, and not written. */
static void put_number(struct wr *w, const char *name, uint64_t value)
{
	char text[NUMBER];

	(void)snprintf(text, sizeof text, "%" PRIu64, value);
	if (value != 0)
		put(w, name, text);
}

/* An empty row of a text is a row, too. */
static void put_lines(struct wr *w, const char *name, const char *text)
{
	for (const char *p = text; *p != '\0';) {
		const size_t n = strcspn(p, "\n");

		put_line(w, name, p, n);
		p += n + (p[n] == '\n' ? 1 : 0);
	}
}

/* What does not fit is told by core: a body that is cut would say another thing. */
static const char *write_lines(struct visit *v, const struct refer *r)
{
	struct wr w = arena_wr(&v->a, LIMIT_DRAFT + 1);

	put_number(&w, "step", STEP_LAST);
	put(&w, "case", r->case_id);
	put(&w, "need", r->need);
	put(&w, "service", r->service);
	put_number(&w, "urgent", r->urgent);
	put_number(&w, "until", (uint64_t)r->until);
	put(&w, "witness", r->witness);
	put(&w, "how", r->how);
	put(&w, "given-by", r->given_by);
	put(&w, "knowing", r->knowing);
	put_number(&w, "said", r->said);
	put_lines(&w, "text", r->text);
	put(&w, "to", r->to);
	put_number(&w, "share", r->chosen ? r->share + 1 : 0);
	put_number(&w, "again", r->again);
	wr_u8(&w, '\0');
	return w.over ? NULL : (const char *)w.p;
}

/* One more line of a text of several. */
static const char *join(struct visit *v, const char *before, const char *line)
{
	const size_t a = strlen(before), b = strlen(line);
	char *out = arena_alloc(&v->a, a + b + 2);

	if (out == NULL)
		return before;
	memcpy(out, before, a);
	if (a > 0)
		out[a] = '\n';
	memcpy(out + a + (a > 0 ? 1 : 0), line, b + 1);
	return out;
}

/* Several partners are the command line's way: here one is chosen, and asked for. */
static void take_partner(struct refer *r, const char *value, unsigned *partners)
{
	r->to = ++*partners == 1 ? value : "";
}

/* A name that is not here belongs to another release, or to the command line alone. */
static void take_line(struct visit *v, struct refer *r, const char *name, const char *value,
		      unsigned *partners)
{
	const struct {
		const char *name, **text;
	} texts[] = {
		{"case", &r->case_id},	  {"need", &r->need},	    {"service", &r->service},
		{"how", &r->how},	  {"witness", &r->witness}, {"given-by", &r->given_by},
		{"knowing", &r->knowing},
	};
	const uint64_t number = strtoull(value, NULL, 10);

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(texts[i].name, name) == 0)
			*texts[i].text = value;
	if (strcmp(name, "text") == 0)
		r->text = join(v, r->text, value);
	else if (strcmp(name, "to") == 0)
		take_partner(r, value, partners);
	else if (strcmp(name, "urgent") == 0)
		r->urgent = true;
	else if (strcmp(name, "again") == 0)
		r->again = true;
	else if (strcmp(name, "said") == 0)
		r->said = true;
	else if (strcmp(name, "until") == 0)
		r->until = number < (uint64_t)DATE_YEAR_MAX * 366 ? (int64_t)number : 0;
	else if (strcmp(name, "share") == 0) {
		r->chosen = number != 0;
		r->share = r->chosen ? number - 1 : 0;
	}
}

/* Values stay where they are, in a copy of the body that lives as long as the visit. */
static void read_lines(struct visit *v, struct refer *r, const char *body)
{
	char *text = arena_text(&v->a, body);
	unsigned partners = 0;

	require(r->need[0] == '\0' && !r->chosen);
	while (text != NULL && *text != '\0') {
		char *end = text + strcspn(text, "\n"), *blank;
		const bool last = *end == '\0';

		*end = '\0';
		blank = strchr(text, ' ');
		if (blank != NULL) {
			*blank = '\0';
			take_line(v, r, text, blank + 1, &partners);
		}
		text = last ? NULL : end + 1;
	}
	/* another partner, other questions */
	if (partners > 1) {
		r->share = 0;
		r->chosen = r->again = false;
	}
}

/* ---- what the steps have in common ---- */

const char *refer_need_text(struct visit *v, enum list_lang lang, const char *code)
{
	char *text = arena_text(&v->a, list_text(LIST_NEEDS, lang, code));
	char *bracket = text == NULL ? NULL : strstr(text, " (");

	if (bracket != NULL)
		*bracket = '\0';
	return text == NULL ? code : text;
}

int64_t refer_today(void)
{
	const time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return (int64_t)(now / 86400);
	return date_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

uint64_t refer_day_ms(int64_t day)
{
	return day <= 0 ? 0 : (uint64_t)day * DAY_MS + NOON_MS;
}

bool refer_consents(const struct refer *r)
{
	require(r->how != NULL && r->witness != NULL);
	return r->how[0] != '\0' && (strcmp(r->how, "oral") != 0 || r->witness[0] != '\0');
}

/* In the order of the steps: what was answered later does not stand without what was asked before it. */
const char *refer_next(const struct refer *r)
{
	require(r->need != NULL && r->to != NULL);
	if (r->need[0] == '\0')
		return "need";
	if (r->to[0] == '\0')
		return "partner";
	if (!r->chosen)
		return "share";
	return r->said ? "check" : "message";
}

/* Its place among the steps. */
static unsigned number_of(const char *step)
{
	static const char *const steps[] = {"need", "partner", "share", "message", "check"};

	for (unsigned i = 0; i < STEPS; i++)
		if (strcmp(steps[i], step) == 0)
			return i;
	require(false); /* a step of ours */
	return 0;
}

/* Whoever opens the last step first is led to the one that is open. */
bool refer_ready(struct visit *v, const char *step)
{
	const char *next = refer_next(refer_of(v));

	if (number_of(next) >= number_of(step))
		return true;
	refer_go(v, next, NULL);
	return false;
}

void refer_go(struct visit *v, const char *step, const char *wrong)
{
	char to[ADDRESS];

	require(strlen(refer_of(v)->id) == REFER_ID);
	(void)snprintf(to, sizeof to, "/refer/%.32s/%.20s%s%.40s%s", refer_of(v)->id, step,
		       wrong == NULL ? "" : "?e=", wrong == NULL ? "" : wrong,
		       wrong == NULL ? "" : "#wrong");
	visit_go(v, to);
}

/* One without values, which is known before core is asked. */
void refer_refusal(struct visit *v, const char *code)
{
	struct msg *reply = msg_new(&v->a, MSG_REPLY);

	if (reply == NULL)
		return;
	msg_set_text(&v->a, reply, REPLY_CODE, code);
	visit_wrong(v, reply);
}

/* A case that was closed or goes to a partner, and a partner that is out, are not for the last step to tell: nothing is asked for that
 * leads nowhere. */
static void say_stuck(struct visit *v)
{
	require(v->f.wrong == NULL);
	if (parts_shut(v, refer_of(v)->shown))
		return;
	if (strcmp(msg_text(refer_of(v)->row, PARTNER_ROW_STANDING), "removed") == 0)
		parts_say(v, "not-covered-removed", "partner",
			  msg_text(refer_of(v)->row, PARTNER_ROW_NAME));
}

/* A code that has words of its own for these pages, or is a refusal without values; any other one says nothing. */
void refer_wrong(struct visit *v)
{
	static const char *const own[] = {"wrong-partner-missing", "wrong-until-odd",
					  "wrong-consent-narrow",  "wrong-message-long",
					  "wrong-message-left",	   "wrong-knowing-missing"};
	static const char *const refusals[] = {"consent-how-missing", "consent-witness-missing",
					       "consent-until-past", "consent-until-far",
					       "need-missing"};
	const char *code = form_value(&v->form, "e");
	struct form typed;

	if (again_open(v, NULL, 0, &typed) != NULL)
		return;

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (strcmp(own[i] + strlen("wrong-"), code) == 0)
			v->f.wrong = list_text(LIST_WEB, v->lang, own[i]);
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (strcmp(refusals[i], code) == 0)
			refer_refusal(v, code);
	if (v->f.wrong == NULL && v->own != NULL && refer_of(v)->shown != NULL)
		say_stuck(v);
}

const char *refer_step_text(struct visit *v, uint64_t step)
{
	return visit_say(v, LIST_WEB, "step-of",
			 FILL({"step", NULL, step}, {"steps", NULL, STEPS}));
}

const char *refer_form_key(struct visit *v, const char *step)
{
	char path[ADDRESS];

	(void)snprintf(path, sizeof path, "/refer/%.32s/%.20s", refer_of(v)->id, step);
	return visit_k(v, path);
}

struct msg *refer_anew(struct visit *v)
{
	struct msg *m = visit_request(v);

	msg_clear(m, REQUEST_REQUEST_ID);
	return m;
}

void refer_request(struct visit *v, struct msg *request, uint8_t no)
{
	uint8_t id[REFER_REQUEST];

	if (!bytes_unhex(id, sizeof id, refer_of(v)->id))
		return;
	id[REFER_REQUEST - 1] ^= no;
	msg_set_bytes(&v->a, request, REQUEST_REQUEST_ID, span_of(id, sizeof id));
}

/* ---- from and to core ---- */

/* Where the page of this form is; the answers to a refusal stand on the last one. */
static const char *page_step(const struct visit *v)
{
	static const char *const steps[] = {"need", "partner", "share", "message", "knowing"};

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strcmp(steps[i], v->path.segment[2]) == 0)
			return steps[i];
	return "check";
}

static void show_gone(struct visit *v)
{
	v->f.title = list_text(LIST_WEB, v->lang, "nothing-to-read");
	page_notice(&v->page, v->lang,
		    &(struct page_notice){&v->f, "", list_text(LIST_WEB, v->lang, "to-start")});
	visit_show(v, NOT_FOUND);
}

/* It was sent, thrown away, or is another person's, which is answered the same.  A form is answered with the page that says so. */
static void say_gone(struct visit *v, struct msg *reply)
{
	if (v->route->post) {
		refer_no(v, reply, page_step(v));
		return;
	}
	visit_wrong(v, reply);
	visit_framed(v, show_gone);
}

/* A page may say no; a form never: the page that it came from says the same, with what was typed. */
static bool refused(struct visit *v, struct msg *reply)
{
	if (!v->route->post || msg_text(reply, REPLY_ERROR)[0] == '\0')
		return page_refused(v, reply);
	refer_no(v, reply, page_step(v));
	return true;
}

/* By the word that stands in the draft: a partner that is called otherwise since then is asked for again. */
static void find_partner(struct refer *r)
{
	require(r->partners != NULL);
	for (size_t i = 0; i < msg_count(r->partners, REPLY_PARTNERS); i++) {
		const struct msg *row = msg_at(r->partners, REPLY_PARTNERS, i);

		if (strcmp(msg_text(row, PARTNER_ROW_TYPED), r->to) == 0)
			r->row = row;
	}
}

/* The last of the three questions. */
static void told_partners(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);

	if (refused(v, reply))
		return;
	r->partners = reply;
	find_partner(r);
	if (r->row == NULL) /* gone since, or called otherwise */
		refer_go(v, "partner", NULL);
	else
		r->then(v, reply);
}

static void told_case(struct visit *v, struct msg *reply)
{
	struct msg *m;

	if (refused(v, reply))
		return;
	refer_of(v)->shown = reply;
	m = visit_request(v);
	(void)msg_sub(&v->a, m, REQUEST_PARTNER_LIST);
	visit_ask(v, m, told_partners);
}

/* Also where only the agreement is wanted: a case that moved away or was closed since then is told here. */
static void ask_case(struct visit *v)
{
	visit_ask_id(v, REQUEST_CASE_SHOW, refer_of(v)->case_id, told_case);
}

/* Mine, and as it was saved last; the other window of it may have been later than this page. */
static void told_draft(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);
	const struct msg *row;

	if (msg_count(reply, REPLY_DRAFTS) == 0) {
		if (r->lost != NULL)
			r->lost(v, reply);
		else
			say_gone(v, reply);
		return;
	}
	row = msg_at(reply, REPLY_DRAFTS, 0);
	v->f.at_cases = true;
	read_lines(v, r, msg_text(row, DRAFT_ROW_BODY));
	r->label = msg_text(row, DRAFT_ROW_LABEL);
	/* of the row and not of its lines: that one was checked by core */
	r->case_id = msg_text(row, DRAFT_ROW_CASE_ID);
	r->back = !v->route->post && again_form(v, &r->typed);
	if (r->step != NULL && !refer_ready(v, r->step))
		return;
	if (r->step == NULL)
		r->then(v, reply);
	else
		ask_case(v);
}

/* An id is 32 hex digits; anything else was never on a page. */
static struct refer *begin(struct visit *v, visit_told then)
{
	const char *id = route_word(v->route, &v->path, "DRAFT");
	struct refer *r = arena_alloc(&v->a, sizeof *r);
	uint8_t raw[REFER_REQUEST];

	if (r == NULL || strlen(id) != REFER_ID || !bytes_unhex(raw, sizeof raw, id)) {
		visit_notice(v, NOT_FOUND, "missing");
		return NULL;
	}
	*r = (struct refer){.case_id = "", .label = "", .need = "", .service = "", .to = ""};
	r->how = r->witness = r->given_by = r->text = r->knowing = "";
	r->then = then;
	bytes_hex(r->id, raw, sizeof raw);
	v->own = r;
	return r;
}

static void ask_draft(struct visit *v)
{
	visit_ask_id(v, REQUEST_DRAFT_GET, refer_of(v)->id, told_draft);
}

void refer_load(struct visit *v, visit_told then)
{
	if (begin(v, then) != NULL)
		ask_draft(v);
}

void refer_load_all(struct visit *v, const char *step, visit_told then, visit_told when_lost)
{
	struct refer *r = begin(v, then);

	require(step != NULL && then != NULL);
	if (r == NULL)
		return;
	r->step = step;
	r->lost = when_lost;
	ask_draft(v);
}

/* ---- keeping ---- */

void refer_no(struct visit *v, struct msg *reply, const char *step)
{
	char to[ADDRESS];

	require(v->route->post);
	(void)snprintf(to, sizeof to, "/refer/%.32s/%.20s", refer_of(v)->id, step);
	again_go(v, reply, to);
}

/* A disk that is full, a case that moved away: said on the page that was sent, because nothing of it was kept. */
static void told_kept(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);

	if (msg_text(reply, REPLY_ERROR)[0] != '\0')
		refer_no(v, reply, page_step(v));
	else if (r->stops)
		again_done(v, "did-draft-keep", "/");
	else
		refer_go(v, r->step, r->wrong);
}

void refer_save(struct visit *v, const char *step, const char *wrong)
{
	struct refer *r = refer_of(v);
	struct msg *m = refer_anew(v), *sub = msg_sub(&v->a, m, REQUEST_DRAFT_PUT);
	const char *body = write_lines(v, r);

	require(v->route->post && step != NULL);
	r->step = step;
	r->wrong = wrong;
	if (body == NULL) { /* an empty one in its place would lose all of it */
		refer_go(v, "message", "message-long");
		return;
	}
	msg_set_text(&v->a, sub, DRAFT_PUT_ID, r->id);
	msg_set_text(&v->a, sub, DRAFT_PUT_FORM, "refer");
	msg_set_text(&v->a, sub, DRAFT_PUT_LABEL, r->label);
	msg_set_text(&v->a, sub, DRAFT_PUT_BODY, body);
	msg_set_text(&v->a, sub, DRAFT_PUT_CASE_ID, r->case_id);
	visit_ask(v, m, told_kept);
}
