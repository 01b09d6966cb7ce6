/* SPDX-License-Identifier: EUPL-1.2 */
/* Each watcher has the kinds that it was not told yet: what happens twice before it is told is told once.  Nothing is kept for one
 * that is gone, and nothing is sent to one that has not read what it was sent. */
#include "core/control/watchers.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits_screens.h"
#include "domain/signin/session.h"
#include "io/http/webline.h"
#include "proto/msg.h"
#include "store/keyspace.h"

enum { ARENA = 4096, REQUEST_MOST = 96 /* others are longer: not parsed twice */ };

struct watcher {
	uint64_t client; /* 0: a free place */
	struct watchers_who who;
	unsigned kinds; /* not told yet */
	uint64_t told_ms;
};

/* The process of the screens is told once for all that asked for a page there, as long as one of them may be told: whoever took it over
 * learns no more than somebody who is signed in, and nothing when nobody is. */
struct viewers {
	struct watchers_who who
		[LIMIT_STREAMS]; /* each session once; of too many the one that came first gives way */
	size_t count, next;
	unsigned kinds; /* not told yet */
	bool later;	/* told, but nobody who looks at a page was asked about */
	uint64_t told_ms;
};

struct watchers {
	struct ctlsrv *ctl;
	struct watchers_right right;
	struct loop_timer *timer;
	struct watcher all[LIMIT_WATCHERS];
	struct screens *screens;
	struct viewers viewers;
	uint64_t change; /* of this process, counted up */
};

/* No id and no name: who reads it asks for what it may see.  The first one answers its request. */
static void tell(const struct watchers *w, struct watcher *one, bool first)
{
	struct arena a;
	struct msg *reply, *change;
	struct span bytes;

	require(one->client != 0);
	if (arena_create(&a, ARENA) != ERR_OK)
		return;
	reply = msg_new(&a, MSG_REPLY);
	msg_set_u64(reply, REPLY_MORE, 1);
	change = msg_sub(&a, reply, REPLY_CHANGED);
	msg_set_u64(change, CHANGE_CHANGE, w->change);
	msg_set_u64(change, CHANGE_KINDS, one->kinds);
	if (msg_pack(&a, reply, &bytes) == ERR_OK) {
		one->kinds = 0;
		one->told_ms = clock_mono_ms();
		(first ? ctlsrv_reply : ctlsrv_tell)(w->ctl, one->client, bytes);
	}
	arena_free(&a);
}

static bool somebody_views(const struct watchers *w)
{
	for (size_t i = 0; i < w->viewers.count; i++)
		if (w->right.may(w->right.ctx, &w->viewers.who[i]))
			return true;
	return false;
}

/* True: they have to wait still. */
static bool tell_viewers(struct watchers *w, uint64_t now)
{
	struct viewers *v = &w->viewers;

	if ((v->kinds == 0 && !v->later) || v->count == 0)
		return false;
	if (!somebody_views(w)) {
		*v = (struct viewers){.count = 0};
		screens_tell(w->screens, 0); /* so that it asks, and hears that they are over */
		return false;
	}
	if (now < v->told_ms + LIMIT_WATCH_MS)
		return true;
	screens_tell(w->screens, v->kinds);
	v->kinds = 0;
	v->later = false;
	v->told_ms = now;
	return false;
}

/* Whoever is due is told; the timer rings again while somebody is not. */
static void on_due(void *ctx)
{
	struct watchers *w = ctx;
	const uint64_t now = clock_mono_ms();
	bool waits = tell_viewers(w, now);

	for (size_t i = 0; i < LIMIT_WATCHERS; i++) {
		struct watcher *one = &w->all[i];
		const int unread = one->client == 0 ? -1 : ctlsrv_unread(w->ctl, one->client);

		if (unread >= 0 && one->kinds != 0 && !w->right.may(w->right.ctx, &one->who)) {
			ctlsrv_drop(w->ctl, one->client); /* the right ended meanwhile */
			*one = (struct watcher){.client = 0};
		} else if (unread < 0) /* gone, or never there */
			*one = (struct watcher){.client = 0};
		else if (one->kinds != 0 && unread == 0 && now >= one->told_ms + LIMIT_WATCH_MS)
			tell(w, one, false);
		waits = waits || one->kinds != 0;
	}
	if (waits)
		loop_timer_start(w->timer, LIMIT_WATCH_MS);
}

enum err watchers_create(struct watchers **out, struct loop *l, struct ctlsrv *ctl,
			 struct screens *screens, const struct watchers_right *right)
{
	struct watchers *w = calloc(1, sizeof *w);
	enum err rc;

	require(l != NULL && ctl != NULL && screens != NULL && right->may != NULL);
	if (w == NULL)
		return ERR_NOMEM;
	w->ctl = ctl;
	w->screens = screens;
	w->right = *right;
	rc = loop_timer_create(l, &w->timer, on_due, w);
	if (rc != ERR_OK)
		free(w);
	else
		*out = w;
	return rc;
}

bool watchers_wanted(struct span request, struct watchers_who *who)
{
	struct arena a;
	struct err_text why;
	struct msg *m;
	bool whole, wanted;

	require(request.p != NULL);
	if (request.len > REQUEST_MOST || arena_create(&a, LIMIT_CONTROL) != ERR_OK)
		return false;
	whole = msg_parse(&a, MSG_REQUEST, request, &m, &why) == ERR_OK;
	wanted = whole && msg_has(m, REQUEST_WATCH);
	who->brought = whole && msg_has(m, REQUEST_SESSION);
	if (!who->brought || !session_key(msg_bytes(m, REQUEST_SESSION), &who->key))
		who->key = (struct id32){{0}};
	arena_free(&a);
	return wanted;
}

static size_t places_of(const struct watchers *w, uint32_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < LIMIT_WATCHERS; i++)
		n += w->all[i].client != 0 && w->all[i].who.uid == uid;
	return n;
}

/* A free place, or one of the user who holds most of them: nobody keeps out others by watching many times, and nobody who holds
 * as many as the others drives them out. */
static struct watcher *place_for(struct watchers *w, uint32_t uid)
{
	struct watcher *of_most = NULL;
	size_t most = places_of(w, uid) + 1;

	require(w->ctl != NULL);
	for (size_t i = 0; i < LIMIT_WATCHERS; i++) {
		struct watcher *one = &w->all[i];
		const size_t held = places_of(w, one->who.uid);

		if (one->client == 0 || ctlsrv_unread(w->ctl, one->client) < 0)
			return one;
		if (held > most) {
			most = held;
			of_most = one;
		}
	}
	if (of_most != NULL)
		ctlsrv_drop(w->ctl, of_most->client);
	return of_most;
}

enum err watchers_add(struct watchers *w, uint64_t client, const struct watchers_who *who)
{
	struct watcher *place;

	require(client != 0);
	for (size_t i = 0; i < LIMIT_WATCHERS; i++)
		if (w->all[i].client == client)
			return ERR_FULL; /* one for each */
	place = place_for(w, who->uid);
	if (place == NULL)
		return ERR_FULL;
	*place = (struct watcher){.client = client, .who = *who};
	ctlsrv_watching(w->ctl, client);
	tell(w, place, true);
	return ERR_OK;
}

void watchers_heard(struct watchers *w, uint32_t uid, struct span request)
{
	struct watchers_who who = {.uid = uid};
	struct viewers *v = &w->viewers;

	(void)watchers_wanted(request, &who); /* whatever it asks for, a page is made of it */
	if (!who.brought || !w->right.may(w->right.ctx, &who))
		return;
	for (size_t i = 0; i < v->count; i++)
		if (memcmp(&v->who[i].key, &who.key, sizeof who.key) == 0)
			return;
	v->who[v->next] = who;
	v->next = (v->next + 1) % LIMIT_STREAMS;
	v->count += v->count < LIMIT_STREAMS;
}

void watchers_catch_up(struct watchers *w)
{
	struct viewers *v = &w->viewers;

	if (v->kinds == 0 || !somebody_views(w))
		return;
	screens_tell(w->screens, v->kinds | WEBLINE_LATER);
	v->kinds = 0;
	v->later = true;
}

void watchers_note(struct watchers *w, unsigned kinds)
{
	if (kinds == 0)
		return;
	w->change++;
	for (size_t i = 0; i < LIMIT_WATCHERS; i++)
		if (w->all[i].client != 0)
			w->all[i].kinds |= kinds;
	if (w->viewers.count != 0)
		w->viewers.kinds |= kinds;
	on_due(w);
}

unsigned watchers_kinds(uint64_t tables, unsigned sides)
{
	static const struct {
		enum store_table table;
		enum watch_kind kind;
	} rows[] = {{STORE_WORK, WATCH_WORK},	    {STORE_CASES, WATCH_CASE},
		    {STORE_CASELOG, WATCH_CASE},    {STORE_GRANT, WATCH_CASE},
		    {STORE_NODE, WATCH_PARTNER},    {STORE_AGREEMENT, WATCH_PARTNER},
		    {STORE_OUTPLACE, WATCH_OUTBOX}, {STORE_ALARM, WATCH_NODE},
		    {STORE_INVITE, WATCH_NODE},	    {STORE_PROPOSAL, WATCH_NODE}};
	unsigned kinds = (sides & 1) != 0 ? WATCH_SENT : 0;

	kinds |= (sides & 2) != 0 ? (unsigned)WATCH_INBOX : 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((tables >> rows[i].table & 1) != 0)
			kinds |= (unsigned)rows[i].kind;
	return kinds;
}
