/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Everything lies in one block, twice: as it is, and as it was before the first change of the turn at hand.  Looking for a token
 * compares all keys, each in the same time, so that how long it takes says nothing of what is there.
 */
#include "domain/signin/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"

/* When the last sign-ins of one person failed, the newest last. */
struct failing {
	struct id16 staff; /* zeros: a free place */
	uint64_t at_ms[LIMIT_FAILURES];
	uint64_t shut_ms; /* since when the door is; 0: it is not */
};

struct used {
	struct id16 staff;
	uint8_t challenge[16];
	uint64_t until_ms; /* after that it holds for nobody */
};

struct signed_in {
	struct session rows[LIMIT_SESSIONS];
	struct failing failing[LIMIT_STAFF];
	struct used used[LIMIT_CHALLENGES];
};

struct sessions {
	struct signed_in now, before;
	bool changed;	 /* in this turn: before is what was there */
	bool keyed;	 /* key was drawn */
	struct id32 key; /* of challenges, of this process */
	struct index_memory memory;
	bool locked;
};

static_assert(LIMIT_SESSION_MIN * 60000u < LIMIT_SESSION_MS, "idle is shorter than all");

enum err sessions_create(struct sessions **out, const struct index_memory *memory)
{
	struct sessions *s = memory->take == NULL ? NULL : memory->take(memory->ctx, sizeof *s);
	const bool locked = s != NULL;

	if (s == NULL)
		s = calloc(1, sizeof *s);
	if (s == NULL)
		return ERR_NOMEM;
	s->memory = *memory;
	s->locked = locked;
	*out = s;
	return ERR_OK;
}

void sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	if (s->locked) {
		s->memory.give(s->memory.ctx, s);
		return;
	}
	explicit_bzero(s, sizeof *s);
	free(s);
}

void sessions_settle(struct sessions *s)
{
	if (s == NULL)
		return;
	if (s->changed)
		explicit_bzero(&s->before, sizeof s->before);
	s->changed = false;
}

void sessions_put_back(struct sessions *s)
{
	if (s != NULL && s->changed)
		s->now = s->before;
	sessions_settle(s);
}

void sessions_clear(struct sessions *s)
{
	if (s != NULL)
		explicit_bzero(s->now.rows, sizeof s->now.rows);
	sessions_settle(s);
}

/* For whoever changes something. */
static struct signed_in *writable(struct turn *t)
{
	struct sessions *s = t->node->sessions;

	require(s != NULL);
	if (!s->changed)
		s->before = s->now;
	s->changed = true;
	return &s->now;
}

/* ---- sessions ---- */

bool session_key(struct span token, struct id32 *key)
{
	if (token.len != SESSION_TOKEN)
		return false;
	*key = hash_one(HASH_SESSION, token);
	return true;
}

static bool free_place(const struct session *s)
{
	return bytes_zero(s->key.b, sizeof s->key.b);
}

/* Longer ago than most, by either clock?  One that was set back makes no session longer. */
static bool past(uint64_t at_ms, uint64_t at_mono_ms, uint64_t most, uint64_t wall_ms,
		 uint64_t mono_ms)
{
	return wall_ms > at_ms + most || mono_ms > at_mono_ms + most;
}

static bool over(const struct node *n, const struct session *s, uint64_t wall_ms, uint64_t mono_ms)
{
	return past(s->seen_ms, s->seen_mono_ms, n->web.idle_ms, wall_ms, mono_ms) ||
	       past(s->created_ms, s->created_mono_ms, LIMIT_SESSION_MS, wall_ms, mono_ms);
}

/* Which of a person's roles change, or that the person left, ends it at the next thing that is asked. */
static bool as_it_was(const struct node *n, const struct session *s, uint64_t wall_ms)
{
	struct rights_asker who;

	rights_of_staff(&n->rights, &s->staff, wall_ms, &who);
	return who.roles != 0 && who.roles == s->roles;
}

const struct session *session_find(const struct node *n, const struct id32 *key, uint64_t wall_ms,
				   uint64_t mono_ms)
{
	const struct session *found = NULL;

	require(n->sessions != NULL);
	if (!n->rights.current)
		return NULL;
	for (size_t i = 0; i < LIMIT_SESSIONS; i++) {
		const struct session *s = &n->sessions->now.rows[i];

		if (bytes_equal_ct(s->key.b, key->b, sizeof key->b) && !free_place(s))
			found = s;
	}
	return found != NULL && !over(n, found, wall_ms, mono_ms) && as_it_was(n, found, wall_ms)
		       ? found
		       : NULL;
}

void session_seen(struct turn *t, const struct session *s)
{
	struct session *rows = t->node->sessions->now.rows;
	const ptrdiff_t place = s - rows;

	require(place >= 0 && place < LIMIT_SESSIONS);
	rows[place].seen_ms = t->wall_ms;
	rows[place].seen_mono_ms = t->mono_ms;
}

bool session_fresh(const struct turn *t, const struct session *s)
{
	return s->proof_ms != 0 &&
	       !past(s->proof_ms, s->proof_mono_ms, LIMIT_STEP_UP_MS, t->wall_ms, t->mono_ms);
}

void session_saves(struct turn *t, const struct session *s, uint64_t seq)
{
	const ptrdiff_t place = s - t->node->sessions->now.rows;
	uint64_t *saves;

	require(place >= 0 && place < LIMIT_SESSIONS && seq != 0);
	saves = writable(t)->rows[place].saves;
	memmove(saves + 1, saves, (LIMIT_SAVES_BEGUN - 1) * sizeof *saves);
	saves[0] = seq;
}

bool session_saving(const struct session *s, uint64_t seq)
{
	bool found = false;

	for (size_t i = 0; i < LIMIT_SAVES_BEGUN; i++)
		found = found || (seq != 0 && s->saves[i] == seq);
	return found;
}

static size_t count_of(const struct signed_in *h, const struct id16 *staff)
{
	size_t n = 0;

	for (size_t i = 0; i < LIMIT_SESSIONS; i++)
		n += !free_place(&h->rows[i]) && id16_equal(&h->rows[i].staff, staff);
	return n;
}

/* The oldest one of those that may give way; of: of this person alone. */
static struct session *oldest(struct signed_in *h, const struct id16 *of, size_t most)
{
	struct session *found = NULL;

	for (size_t i = 0; i < LIMIT_SESSIONS; i++) {
		struct session *s = &h->rows[i];

		if (free_place(s) || (of != NULL && !id16_equal(&s->staff, of)) ||
		    (of == NULL && count_of(h, &s->staff) < most))
			continue;
		if (found == NULL || s->created_mono_ms < found->created_mono_ms)
			found = s;
	}
	return found;
}

/* Those that are over make room first. */
static struct session *place_for(struct turn *t, struct signed_in *h, const struct id16 *staff)
{
	struct session *room = NULL;
	size_t most = 0;

	for (size_t i = 0; i < LIMIT_SESSIONS; i++) {
		struct session *s = &h->rows[i];

		if (!free_place(s) && over(t->node, s, t->wall_ms, t->mono_ms))
			*s = (struct session){.how = 0};
		if (free_place(s))
			room = s;
	}
	if (count_of(h, staff) >= LIMIT_SESSIONS_OWN)
		return oldest(h, staff, 0);
	if (room != NULL)
		return room;
	for (size_t i = 0; i < LIMIT_SESSIONS; i++) {
		const size_t held = count_of(h, &h->rows[i].staff);

		most = held > most ? held : most;
	}
	return oldest(h, NULL, most);
}

static void put_token(struct turn *t, struct session *s, uint8_t token[SESSION_TOKEN])
{
	turn_random(t, token, SESSION_TOKEN);
	s->key = hash_one(HASH_SESSION, span_of(token, SESSION_TOKEN));
	if (s->proof_ms != 0) {
		s->proof_ms = t->wall_ms;
		s->proof_mono_ms = t->mono_ms;
	}
	s->seen_ms = t->wall_ms;
	s->seen_mono_ms = t->mono_ms;
}

void session_begin(struct turn *t, const struct session *as, uint8_t token[SESSION_TOKEN])
{
	struct session *s = place_for(t, writable(t), &as->staff);

	require(s != NULL && as->roles != 0 && as->how != 0);
	*s = *as;
	s->created_ms = t->wall_ms;
	s->created_mono_ms = t->mono_ms;
	put_token(t, s, token);
}

void session_renew(struct turn *t, const struct session *s, uint8_t token[SESSION_TOKEN])
{
	const ptrdiff_t place = s - t->node->sessions->now.rows;
	struct signed_in *h = writable(t);

	require(place >= 0 && place < LIMIT_SESSIONS);
	h->rows[place].proof_ms = t->wall_ms;
	put_token(t, &h->rows[place], token);
}

void session_end(struct turn *t, const struct session *s)
{
	const ptrdiff_t place = s - t->node->sessions->now.rows;

	require(place >= 0 && place < LIMIT_SESSIONS);
	explicit_bzero(&writable(t)->rows[place], sizeof *s);
}

size_t session_end_of(struct turn *t, const struct id16 *staff, const struct id16 *passkey)
{
	const struct session *rows = t->node->sessions->now.rows;
	size_t n = 0;

	for (size_t i = 0; i < LIMIT_SESSIONS; i++)
		if (!free_place(&rows[i]) && id16_equal(&rows[i].staff, staff) &&
		    (passkey == NULL || id16_equal(&rows[i].passkey, passkey))) {
			session_end(t, &rows[i]);
			n++;
		}
	return n;
}

void session_end_all(struct turn *t)
{
	struct signed_in *h = writable(t);

	explicit_bzero(h->rows, sizeof h->rows);
}

const struct session *session_each(const struct turn *t, size_t *place)
{
	const struct session *rows = t->node->sessions->now.rows;

	while (*place < LIMIT_SESSIONS) {
		const struct session *s = &rows[(*place)++];

		if (!free_place(s) && !over(t->node, s, t->wall_ms, t->mono_ms) &&
		    as_it_was(t->node, s, t->wall_ms))
			return s;
	}
	return NULL;
}

uint64_t session_until(const struct node *n, const struct session *s)
{
	const uint64_t idle = s->seen_ms + n->web.idle_ms, all = s->created_ms + LIMIT_SESSION_MS;

	return idle < all ? idle : all;
}

/* ---- what failed ---- */

static struct failing *failing_of(struct signed_in *h, const struct id16 *staff, bool make)
{
	struct failing *place = NULL;

	for (size_t i = 0; i < LIMIT_STAFF; i++) {
		struct failing *f = &h->failing[i];

		if (id16_equal(&f->staff, staff))
			return f;
		if (place == NULL && bytes_zero(f->staff.b, sizeof f->staff.b))
			place = f;
	}
	if (place == NULL)
		place = &h->failing[0]; /* there is one for each row of STAFF */
	if (make)
		*place = (struct failing){.staff = *staff};
	return make ? place : NULL;
}

/* A clock that was set back shuts nobody out for longer. */
static bool lately(uint64_t now_ms, uint64_t at_ms)
{
	return at_ms != 0 && now_ms >= at_ms && now_ms - at_ms < LIMIT_FAILURES_MS;
}

bool failing_shut(const struct turn *t, const struct id16 *staff)
{
	const struct failing *f = failing_of(&t->node->sessions->now, staff, false);

	return f != NULL && lately(t->wall_ms, f->shut_ms);
}

bool failing_note(struct turn *t, const struct id16 *staff)
{
	struct failing *f = failing_of(writable(t), staff, true);

	if (lately(t->wall_ms, f->shut_ms))
		return false;
	memmove(f->at_ms, f->at_ms + 1, sizeof f->at_ms - sizeof f->at_ms[0]);
	f->at_ms[LIMIT_FAILURES - 1] = t->wall_ms;
	if (!lately(t->wall_ms, f->at_ms[0]))
		return false;
	f->shut_ms = t->wall_ms;
	return true;
}

void failing_forget(struct turn *t, const struct id16 *staff)
{
	struct signed_in *h = &t->node->sessions->now;

	if (failing_of(h, staff, false) != NULL)
		*failing_of(writable(t), staff, false) = (struct failing){.shut_ms = 0};
}

/* ---- challenges ---- */

/* challenge := made at u64 | drawn 8 | mac 16.  So those that nobody answers cost no memory, however many are asked for. */
enum { CHALLENGE_MACED = 16, CHALLENGE_MAC = 16 };

static void challenge_mac(const struct turn *t, enum challenge_use use, const struct id16 *whom,
			  const uint8_t *maced, uint8_t mac[CHALLENGE_MAC])
{
	const uint8_t kind = (uint8_t)use;
	const struct sessions *s = t->node->sessions;
	const struct span parts[] = {
		{&kind, 1}, {whom->b, sizeof whom->b}, {maced, CHALLENGE_MACED}};

	require(s->keyed);
	hash_parts(HASH_CHALLENGE, span_of(s->key.b, sizeof s->key.b), parts, 3, mac,
		   CHALLENGE_MAC);
}

void challenge_make(struct turn *t, enum challenge_use use, const struct id16 *whom,
		    uint8_t out[32])
{
	struct sessions *s = t->node->sessions;

	if (!s->keyed) /* stays, also when this turn is undone: it says nothing of it */
		turn_random(t, s->key.b, sizeof s->key.b);
	s->keyed = true;
	be64_put(out, t->wall_ms);
	turn_random(t, out + 8, 8);
	challenge_mac(t, use, whom, out, out + CHALLENGE_MACED);
}

bool challenge_holds(const struct turn *t, enum challenge_use use, const struct id16 *whom,
		     const uint8_t challenge[32])
{
	const uint64_t made = be64_get(challenge);
	uint8_t mac[CHALLENGE_MAC];

	if (!t->node->sessions->keyed)
		return false;
	challenge_mac(t, use, whom, challenge, mac);
	return bytes_equal_ct(mac, challenge + CHALLENGE_MACED, sizeof mac) && made <= t->wall_ms &&
	       t->wall_ms - made <= LIMIT_CHALLENGE_MS;
}

bool challenge_use_up(struct turn *t, const struct id16 *staff, const uint8_t challenge[32])
{
	struct signed_in *h = writable(t);
	struct used *place = NULL;
	size_t own = 0;

	for (size_t i = 0; i < LIMIT_CHALLENGES; i++) {
		struct used *u = &h->used[i];

		if (u->until_ms < t->wall_ms) {
			place = u;
			continue;
		}
		own += id16_equal(&u->staff, staff);
		if (memcmp(u->challenge, challenge, sizeof u->challenge) == 0)
			return false;
	}
	if (place == NULL || own >= LIMIT_CHALLENGES_OWN)
		return false;
	*place = (struct used){.staff = *staff,
			       .until_ms = be64_get(challenge) + LIMIT_CHALLENGE_MS};
	memcpy(place->challenge, challenge, sizeof place->challenge);
	return true;
}
