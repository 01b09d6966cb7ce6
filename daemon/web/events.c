/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Nothing is told that core did not allow: a change makes a stream due, then core is asked in its session, then it is told.  Core is asked
 * of few at a time, so that pages that are asked for come first; what changes again meanwhile is told together.
 *
 * A page says how new it is (events_now), and its stream tells it what changed since then and nothing that it shows already: core says what
 * changed before it answers with what that became.
 *
 *	a place is	free		nobody looks
 *			taken		stream is there; due: core is to be asked
 *			asked		core is asked: it stays taken until the answer, even when the stream is gone
 */
#include "web/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits_screens.h"

enum {
	/* who has to give way is there still until the library has ended it */
	PLACES = LIMIT_STREAMS + LIMIT_STREAMS,
	BEAT_MS = 1000,
	ARENA = 65536,
	OK = 200,
	NOTHING = 204,
	KINDS = 7, /* as put_kinds has them */
	LINE = 320
};

struct place {
	struct events *e;
	struct http_stream *stream; /* NULL: nobody looks */
	uint8_t token[COOKIE_TOKEN];
	uint64_t since;	   /* the oldest has the least */
	uint64_t heard_ms; /* when core was asked last */
	uint32_t kinds;	   /* not told yet */
	bool due, asked, ends;
};

struct events {
	struct webline *line;
	struct loop_timer *beat;
	struct place all[PLACES];
	uint64_t n;	      /* of changes, from a moment on that is later in each process */
	uint64_t last[KINDS]; /* change of each kind; 0: none yet */
	uint64_t since;	      /* counted up */
	size_t asked;
};

static void ask_due(struct events *e);

static bool put(struct place *p, const char *text)
{
	return http_stream_put(p->stream, span_of(text, strlen(text)));
}

static void end(struct place *p, const char *last)
{
	if (p->ends)
		return;
	p->ends = true;
	p->due = false;
	(void)put(p, last); /* else the line just ends */
	http_stream_end(p->stream);
}

static void on_gone(void *ctx)
{
	struct place *p = ctx;

	p->stream = NULL;
	if (!p->asked)
		explicit_bzero(p, sizeof *p);
}

/* ---- what is told ---- */

static void put_kinds(char *out, size_t cap, uint32_t kinds)
{
	static const char *const names[] = {"work",    "inbox",	 "sent", "case",
					    "partner", "outbox", "node"};
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((kinds >> i & 1) != 0)
			len += (size_t)snprintf(out + len, cap - len, "%s\"%s\"",
						len == 0 ? "" : ",", names[i]);
	static_assert(sizeof names / sizeof names[0] == KINDS, "each has a name");
	require(len < cap);
}

static void changed_line(const struct place *p, const struct msg *reply, char out[LINE])
{
	char kinds[96], waits[VISIT_MANY], answer[VISIT_MANY];

	put_kinds(kinds, sizeof kinds, p->kinds);
	(void)snprintf(out, LINE,
		       "event: changed\ndata: {\"n\":%llu,\"kinds\":[%s],\"waits\":\"%s\","
		       "\"answer\":\"%s\"}\n\n",
		       (unsigned long long)p->e->n, kinds,
		       visit_many(msg_u64(reply, REPLY_WAITS), waits),
		       visit_many(msg_u64(reply, REPLY_WAITS_ANSWER), answer));
}

/* A refusal is the end of it, but for one that says that core is busy: then it is asked again. */
static void told(struct place *p, const struct msg *reply)
{
	const char *code = msg_text(reply, REPLY_CODE);
	char line[LINE];

	require(p->stream != NULL && !p->ends);
	if (strcmp(code, "too-much-waiting") == 0)
		return;
	changed_line(p, reply, line);
	if (code[0] != '\0')
		end(p, "event: over\ndata: over\n\n");
	else if (p->kinds == 0)
		(void)put(p, ":\n\n"); /* so that whoever stands between takes it for alive */
	else if (put(p, line))	       /* else the browser has not taken what it was told before */
		p->kinds = 0;
}

/* ---- core ---- */

static void on_answer(void *ctx, enum err rc, struct span bytes)
{
	struct place *p = ctx;
	struct events *e = p->e;
	struct err_text why;
	struct msg *reply;
	struct arena a;

	require(p->asked && e->asked > 0);
	p->asked = false;
	e->asked--;
	if (p->stream == NULL) {
		explicit_bzero(p, sizeof *p);
	} else if (rc == ERR_OK && !p->ends && arena_create(&a, ARENA) == ERR_OK) {
		if (msg_parse(&a, MSG_REPLY, bytes, &reply, &why) == ERR_OK)
			told(p, reply);
		arena_free(&a);
	}
	ask_due(e);
}

/* Core that is not there, or busy, is asked again with the next beat. */
static void ask(struct place *p)
{
	struct span packed = span_of(NULL, 0);
	struct msg *m;
	struct arena a;
	enum err rc = arena_create(&a, ARENA);

	p->due = false;
	p->heard_ms = clock_mono_ms();
	if (rc != ERR_OK)
		return;
	m = msg_new(&a, MSG_REQUEST);
	msg_set_u64(m, REQUEST_VERSION, 1);
	msg_set_bytes(&a, m, REQUEST_SESSION, span_of(p->token, sizeof p->token));
	(void)msg_sub(&a, m, REQUEST_WATCH);
	rc = msg_pack(&a, m, &packed);
	if (rc == ERR_OK)
		rc = webline_ask(p->e->line, packed, on_answer, p);
	p->asked = rc == ERR_OK;
	p->e->asked += p->asked;
	arena_free(&a);
}

static void ask_due(struct events *e)
{
	for (size_t i = 0; i < PLACES && e->asked < LIMIT_STREAMS_ASKED; i++)
		if (e->all[i].due && !e->all[i].asked)
			ask(&e->all[i]);
}

static void on_changed(void *ctx, uint32_t kinds)
{
	struct events *e = ctx;

	const bool later = (kinds & WEBLINE_LATER) != 0;

	kinds &= ~WEBLINE_LATER;
	e->n++;
	for (size_t i = 0; i < KINDS; i++)
		if ((kinds >> i & 1) != 0)
			e->last[i] = e->n;
	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &e->all[i];

		if (p->stream == NULL || p->ends)
			continue;
		p->kinds |= kinds;
		p->due = p->due || !later;
	}
	ask_due(e);
}

/* What could not be told, or was not heard of for long, is due. */
static void on_beat(void *ctx)
{
	struct events *e = ctx;
	const uint64_t now = clock_mono_ms();

	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &e->all[i];
		const uint64_t after = p->kinds != 0 ? BEAT_MS : LIMIT_STREAM_MS;

		if (p->stream != NULL && !p->ends && now - p->heard_ms >= after)
			p->due = true;
	}
	ask_due(e);
	loop_timer_start(e->beat, BEAT_MS);
}

/* ---- places ---- */

static bool of(const struct place *p, const uint8_t token[COOKIE_TOKEN])
{
	return p->stream != NULL && !p->ends && bytes_equal_ct(p->token, token, COOKIE_TOKEN);
}

static size_t count_of(const struct events *e, const uint8_t token[COOKIE_TOKEN])
{
	size_t n = 0;

	for (size_t i = 0; i < PLACES; i++)
		n += of(&e->all[i], token);
	return n;
}

/* The oldest of this session; token NULL: of whichever has most. */
static struct place *oldest(struct events *e, const uint8_t *token)
{
	struct place *found = NULL;
	size_t most = 0;

	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &e->all[i];
		size_t n;

		if (p->stream == NULL || p->ends || (token != NULL && !of(p, token)))
			continue;
		n = token != NULL ? 1 : count_of(e, p->token);
		if (found == NULL || n > most || (n == most && p->since < found->since)) {
			found = p;
			most = n;
		}
	}
	return found;
}

/* NULL: so many gave way at once that they are all there still. */
static struct place *place_for(struct events *e, const uint8_t token[COOKIE_TOKEN])
{
	static const char full[] = "event: full\ndata: full\n\n";
	struct place *found = NULL;
	size_t live = 0;

	if (count_of(e, token) >= LIMIT_STREAMS_OWN)
		end(oldest(e, token), full);
	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &e->all[i];

		live += p->stream != NULL && !p->ends;
		if (p->stream == NULL && !p->asked && found == NULL)
			found = p;
	}
	if (live >= LIMIT_STREAMS)
		end(oldest(e, NULL), full);
	return found;
}

/* Between the page and its first word there is time in which things change. */
static uint32_t kinds_since(const struct events *e, const char *page)
{
	const uint64_t n = strtoull(page, NULL, 10);
	uint32_t kinds = 0;

	for (size_t i = 0; i < KINDS && page[0] != '\0'; i++)
		kinds |= e->last[i] > n ? UINT32_C(1) << i : 0;
	return kinds;
}

/* What is on the page is told by nobody as new. */
static void told_open(struct visit *v, struct msg *reply)
{
	struct events *e = v->site->events;
	struct place *p = place_for(e, v->token);
	char line[LINE];

	if (p == NULL) {
		visit_word(v, NOTHING, "");
		return;
	}
	*p = (struct place){.e = e,
			    .since = ++e->since,
			    .heard_ms = clock_mono_ms(),
			    .kinds = kinds_since(e, form_value(&v->form, "n"))};
	memcpy(p->token, v->token, sizeof p->token);
	changed_line(p, reply, line);
	p->stream = visit_stream(v, &(struct http_reply){.status = OK, .type = "text/event-stream"},
				 &(struct http_flow){.ended = on_gone, .ctx = p});
	visit_left(v);
	if (p->stream == NULL || !put(p, "retry: 5000\n") || !put(p, line))
		explicit_bzero(p->token, sizeof p->token);
	else
		p->kinds = 0;
}

void events_open(struct visit *v)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_WATCH);
	visit_ask(v, m, told_open);
}

const uint64_t *events_now(const struct events *e)
{
	return &e->n;
}

void events_look(struct events *e, const uint8_t token[COOKIE_TOKEN])
{
	for (size_t i = 0; i < PLACES; i++)
		if (of(&e->all[i], token))
			e->all[i].due = true;
	ask_due(e);
}

enum err events_create(struct loop *l, struct webline *line, struct events **out)
{
	struct events *e = calloc(1, sizeof *e);
	enum err rc;

	if (e == NULL)
		return ERR_NOMEM;
	e->line = line;
	e->n = clock_wall_ms(); /* a page of the process before this one is older than all that happens now */
	webline_listen(line, on_changed, e);
	rc = loop_timer_create(l, &e->beat, on_beat, e);
	if (rc == ERR_OK)
		loop_timer_start(e->beat, BEAT_MS);
	*out = e;
	return rc;
}
