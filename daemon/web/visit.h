/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * visit - one request of a browser from its first byte to its answer, with one question to core at a time.
 *
 * Layer:    web.
 * Owns:     its arena and its page, which go with the answer.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  shows what core says to whoever is signed in, and keeps none of it; everything is wiped.
 *
 * Who is signed in, and what that person may, is for core to say: here a token is a text that is handed on.  A page calls visit_ask
 * and answers in the function that it named, or asks the next thing there; visit_show, visit_go and visit_notice end the visit.
 */
#ifndef KRING_WEB_VISIT_H
#define KRING_WEB_VISIT_H

#include "base/arena.h"
#include "base/fill.h"
#include "io/http/http.h"
#include "io/http/webline.h"
#include "proto/lists.h"
#include "proto/msg.h"
#include "web/cookie.h"
#include "web/csrf.h"
#include "web/kept/aside.h"
#include "web/kept/formkept.h"
#include "web/pages.h"
#include "web/route.h"
#include "web/signin/tries.h"

/** Why a form was not taken: its session is over; it is of an earlier one than the browser has, or the browser has none; core did not
 *  answer; a field of it cannot be what it is. */
enum visit_lost { VISIT_OVER, VISIT_EARLIER, VISIT_UNHEARD, VISIT_ODD };

struct visit;
struct events;
struct saves;

/** What all visits share. */
struct visit_site {
	struct webline *line;
	struct formkept *kept;
	struct tries *tries;
	const char *origin; /* as browsers show it */
	struct aside *aside;
	struct events *events;
	const uint64_t *now; /* events_now() */
	struct saves *saves;
	const struct route *routes;
	size_t count;
	bool (*lost)(struct visit *v, enum visit_lost why); /* lost.h */
	void (*typed)(struct visit *v);			    /* typed.h */
};

typedef void (*visit_told)(struct visit *v, struct msg *reply);

struct visit {
	const struct visit_site *site;
	struct http_ask *ask;
	const struct http_seen *seen;
	const struct route *route;
	struct arena a;
	enum list_lang lang;
	struct form_path path;
	struct form form;
	uint8_t token[COOKIE_TOKEN], before[COOKIE_TOKEN];
	bool signed_in; /* the browser brought a token; core says whether it holds */
	bool has_before;
	struct page_frame f;
	const char *
		staff; /* whose session it is (StaffRow.id), as f.who is the name; NULL: core said nothing yet */
	struct out page;
	visit_told told;
	const char *odd;  /* the field of the form that cannot be taken; NULL: there is none */
	const char *once; /* of the form that came back; NULL: a page draws its own */
	void *own; /* of the page, in the arena: what it keeps from one question to the next */
	void (*then)(struct visit *v); /* what visit_framed was asked for ... */
	unsigned status;	       /* ... and of a page of one sentence, its status ... */
	const char *key;	       /* ... and its words, or what its page leads to */
	char cookie[COOKIE_LINE], cookie_too[COOKIE_LINE]; /* "": none is set */
};

/** As http_at has it; ctx: a struct visit_site. */
void visit_begin(void *ctx, struct http_ask *ask, const struct http_seen *seen);

/** A request to be filled in; NULL: there is no memory, which visit_ask then says. */
struct msg *visit_request(struct visit *v);
/** told gets a reply without an error of those that visit.c answers itself: not signed in, no right, locked, no answer. */
void visit_ask(struct visit *v, struct msg *request, visit_told told);
/** The same for a command (REQUEST_...) that takes an id and nothing else. */
void visit_ask_id(struct visit *v, unsigned command, const char *id, visit_told told);

/** A row of config/lists with its values, in the arena. */
const char *visit_say(struct visit *v, enum list_id list, const char *code,
		      const struct fill *values);
/** ... that begins a line of its own: with a capital. */
const char *visit_capital(struct visit *v, const char *text);
/** The one of our languages that a person speaks by this tag ("fr", "nl-BE"); the reader's, if it is none of them. */
enum list_lang visit_speaks(const struct visit *v, const char *tag);
/** A text in the arena. */
const char *visit_keep(struct visit *v, const char *text);
/** A form of these fields, and of k and i, which each one has, to be shown again (form_typed).  False: it is none. */
bool visit_typed(struct visit *v, struct form *out, const struct form_field *fields, size_t count,
		 struct span body);
/** k of the form of that path, of whoever is signed in. */
const char *visit_k(struct visit *v, const char *path);
/** A number in the menu: "" for nothing, "99+" for more than anybody counts. */
enum { VISIT_MANY = 8 };
const char *visit_many(uint64_t n, char out[VISIT_MANY]);
/** i of a form: with it core does once what was sent twice.  visit_request() takes it along. */
const char *visit_once(struct visit *v);
/** What the form of that path carries before anybody is signed in; the browser gets the cookie that it belongs to. */
const char *visit_before(struct visit *v, const char *path);
/** Whoever sees cases and changes none has come to a page that is a form: it is as if it were not there.  True: the visit is over. */
bool visit_only_reads(struct visit *v);
/** What a refusal says, at the top of the page. */
void visit_wrong(struct visit *v, struct msg *reply);

/** v->page, as it was written. */
void visit_show(struct visit *v, unsigned status);
/** What is refused is no dead end: then() writes and shows a page that has the menu, if core says that somebody is signed in. */
void visit_framed(struct visit *v, void (*then)(struct visit *v));
/** A page of one sentence: KEY-title and KEY of web.psv. */
void visit_notice(struct visit *v, unsigned status, const char *key);
/** To another address of ours. */
void visit_go(struct visit *v, const char *to);
/** v->page, as it was written, for a program. */
void visit_text(struct visit *v, unsigned status);
/** An answer that goes on after this visit (http.h); visit_left() ends the visit, once what is to be put of it was put. */
struct http_stream *visit_stream(struct visit *v, const struct http_reply *r,
				 const struct http_flow *flow);
void visit_left(struct visit *v);
/** A word for programs. */
void visit_word(struct visit *v, unsigned status, const char *word);

#endif /* KRING_WEB_VISIT_H */
