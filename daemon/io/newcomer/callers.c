/* SPDX-License-Identifier: EUPL-1.2 */
/* Places for connections of strangers.  No stranger keeps a newcomer out: an address has its share of the places, of the
 * questions under way and of those in a second, and beyond it what it holds longest makes way.  When every place is taken, the
 * address that has most gives one up.  A connection that proved nothing ends soon; one whose handshake is known here is
 * never ended for another address.
 * There are few places, so every question walks all of them: the walk costs less than the message that it is about. */
#include "io/newcomer/callers.h"

#include <string.h>

#include "base/check.h"

enum { END_MS = 1000 /* its own end comes first */ };

static_assert(LIMIT_ONBOARD_CALLERS == 256,
	      "a place is one byte of a line's number, every byte a place");

void callers_init(struct callers *c)
{
	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		c->all[i].fd = -1;
		c->all[i].life = 1;
	}
}

static bool proved(const struct caller *who)
{
	static const struct id16 none = {{0}};

	return !id16_equal(&who->session, &none);
}

static bool same(const struct caller_from *a, const struct caller_from *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static size_t count_from(const struct callers *c, const struct caller_from *from)
{
	size_t n = 0;

	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++)
		n += c->all[i].fd >= 0 && same(&c->all[i].from, from);
	return n;
}

/* The place is free, and another life begins. */
static int leave(struct caller *who)
{
	const int fd = who->fd;
	const uint8_t life = who->life;

	require(fd >= 0);
	*who = (struct caller){.fd = -1, .life = life == UINT8_MAX ? 1 : (uint8_t)(life + 1)};
	return fd;
}

/* The oldest that proved nothing, from this address or (NULL) from anywhere. */
static struct caller *oldest(struct callers *c, const struct caller_from *from)
{
	struct caller *found = NULL;

	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		struct caller *who = &c->all[i];

		if (who->fd >= 0 && !proved(who) && (from == NULL || same(&who->from, from)) &&
		    (found == NULL || who->since_ms < found->since_ms))
			found = who;
	}
	return found;
}

/* The address with the most connections that proved nothing gives up its oldest. */
static struct caller *of_the_greediest(struct callers *c)
{
	struct caller *found = NULL;
	size_t most = 0;

	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		const struct caller *who = &c->all[i];
		const size_t n = who->fd < 0 || proved(who) ? 0 : count_from(c, &who->from);

		if (n <= most)
			continue;
		most = n;
		found = oldest(c, &who->from);
	}
	return found;
}

static struct caller *free_place(struct callers *c)
{
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++)
		if (c->all[i].fd < 0)
			return &c->all[i];
	return NULL;
}

/* The newest gets in, because a newcomer that lost its line comes again; who is refused is one whose address has nothing
 * but handshakes under way. */
int callers_came(struct callers *c, int fd, uint8_t door, const struct caller_from *from,
		 uint64_t now_ms)
{
	struct caller *place, *victim = NULL;
	int ends = -1;

	require(fd >= 0);
	callers_went(c, fd); /* a number that the system gave away again */
	if (count_from(c, from) >= LIMIT_ONBOARD_ADDRESS) {
		victim = oldest(c, from);
		if (victim == NULL)
			return fd;
	} else if (free_place(c) == NULL) {
		victim = of_the_greediest(c);
		if (victim == NULL)
			return fd;
	}
	if (victim != NULL)
		ends = leave(victim);
	place = free_place(c);
	require(place != NULL);
	place->fd = fd;
	place->door = door;
	place->from = *from;
	place->since_ms = place->last_ms = now_ms;
	return ends;
}

void callers_went(struct callers *c, int fd)
{
	struct caller *who = callers_of(c, fd);

	if (who != NULL)
		(void)leave(who);
}

struct caller *callers_of(struct callers *c, int fd)
{
	for (size_t i = 0; fd >= 0 && i < LIMIT_ONBOARD_CALLERS; i++)
		if (c->all[i].fd == fd)
			return &c->all[i];
	return NULL;
}

/* With the life of the place in it: an answer that comes late must not go to whoever sits there by then. */
uint16_t callers_line(const struct callers *c, const struct caller *who)
{
	return (uint16_t)(who->life << 8 | (who - c->all));
}

struct caller *callers_at(struct callers *c, uint16_t line)
{
	struct caller *who = &c->all[line & 0xff];

	return who->fd >= 0 && who->life == line >> 8 ? who : NULL;
}

/* Within what one address may ask in a second, and all of them together? */
static bool in_rate(struct callers *c, const struct caller_from *from, uint64_t now_ms)
{
	const uint64_t second = now_ms / 1000 + 1; /* 0 is no second */
	struct caller_rate *row = NULL;

	if (c->second != second)
		c->count = 0;
	c->second = second;
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		struct caller_rate *r = &c->rates[i];

		if (r->second == second && same(&r->from, from)) {
			row = r;
			break;
		}
		if (row == NULL && r->second != second)
			row = r;
	}
	if (row == NULL || c->count >= LIMIT_ONBOARD_SECOND)
		return false;
	if (row->second != second)
		*row = (struct caller_rate){.from = *from, .second = second};
	if (row->count >= LIMIT_ONBOARD_ADDRESS_SECOND)
		return false;
	row->count++;
	c->count++;
	return true;
}

/* What is asked costs core work for somebody who proved nothing, so few questions are under way; a second one on the same
 * connection is of no newcomer of ours. */
enum callers_may callers_ask(struct callers *c, struct caller *who, uint64_t now_ms)
{
	size_t all = 0, own = 0;

	require(who != NULL && who->fd >= 0);
	if (who->asked || who->end_ms != 0)
		return CALLERS_IGNORE;
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		const struct caller *other = &c->all[i];

		if (other->fd < 0 || !other->asked)
			continue;
		all++;
		own += same(&other->from, &who->from);
	}
	who->last_ms = now_ms;
	if (all >= LIMIT_ONBOARD_ASKED || own >= LIMIT_ONBOARD_ADDRESS_ASKED ||
	    !in_rate(c, &who->from, now_ms))
		return CALLERS_WAIT;
	who->asked = true;
	return CALLERS_ASK;
}

/* With a session it proved something.  A handshake may go on over a new line before the end of the old one is seen; so of
 * too many lines the oldest ends, never the one that was answered just now. */
int callers_answered(struct callers *c, struct caller *who, const struct id16 *session,
		     uint64_t now_ms)
{
	struct caller *first = NULL;
	size_t n = 0;

	who->asked = false;
	who->last_ms = now_ms;
	if (session == NULL) {
		who->session = (struct id16){{0}};
		return -1;
	}
	who->session = *session;
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		struct caller *other = &c->all[i];

		if (other->fd < 0 || !id16_equal(&other->session, session))
			continue;
		n++;
		if (other != who && (first == NULL || other->since_ms < first->since_ms))
			first = other;
	}
	return n > LIMIT_ONBOARD_SESSION && first != NULL ? leave(first) : -1;
}

/* It said goodbye and closes by itself; only if it does not, it is ended. */
void callers_bye(struct caller *who, uint64_t now_ms)
{
	who->session = (struct id16){{0}};
	who->end_ms = now_ms + END_MS;
}

/* Three ends: of whoever said goodbye, of whoever is silent, and of whoever has been here too long whatever it says. */
int callers_late(struct callers *c, uint64_t now_ms)
{
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++) {
		struct caller *who = &c->all[i];

		if (who->fd < 0)
			continue;
		if ((who->end_ms != 0 && now_ms >= who->end_ms) ||
		    now_ms >= who->last_ms + LIMIT_ONBOARD_IDLE_MS ||
		    now_ms >= who->since_ms +
				      (proved(who) ? LIMIT_ONBOARD_MS : LIMIT_ONBOARD_UNPROVED_MS))
			return leave(who);
	}
	return -1;
}

bool callers_any(const struct callers *c)
{
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++)
		if (c->all[i].fd >= 0)
			return true;
	return false;
}
