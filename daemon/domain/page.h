/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * page - one page of a list that may be longer: the first rows of an order behind a place, and how many there are in all.
 *
 * Layer:    domain (base, proto, store), beside turn.
 * Owns:     nothing; everything lies in the turn's arena.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  keys and times only.
 *
 * A list of what partners sent is shared out (page_share): when there are more rows than fit, the partner with the most rows on
 * the page gives way, its urgent ones last.  So a partner that sends without end hides its own rows and nobody else's.
 *
 * A walk offers every row of the list, in any order; what is kept is at most a page, so that only rows which are shown
 * have to be opened whole.  Equal ranks are ordered by key: the same list twice is the same list.  A long walk rests
 * (page_rest) and goes on in the next turn, while others are served; rows that come or go meanwhile may be missed.
 */
#ifndef KRING_DOMAIN_PAGE_H
#define KRING_DOMAIN_PAGE_H

#include "domain/turn.h"

struct page_item {
	uint64_t rank; /* the smallest stands first */
	struct store_key key;
	uint16_t peer; /* whose row it is; 0: nobody's */
	bool urgent;
};

/* Of one partner: rows that were offered, and those of them on the page. */
struct page_part {
	uint32_t offered, kept;
};

struct page {
	struct page_item *items, after; /* items: room for limit, and one */
	struct page_part *parts;	/* by partner; NULL: first come by rank alone */
	size_t part_count;
	struct page_item left_out; /* the first that gave way ... */
	bool some_left_out;	   /* ... if one did */
	size_t count;		   /* that are kept, at most limit */
	size_t limit;
	uint64_t total; /* of the whole list */
	bool behind;	/* only rows behind `after` are kept */
	bool more;	/* there were more of them */
	bool mine;	/* only what is on the list of whoever asks */
	/* Where a walk goes on, if a turn before began it: with this partner, at this key. */
	bool begun;
	size_t peer;
	struct store_key at;
	uint64_t
		left; /* how many rows of this partner it still has to find, where that is known ... */
	uint64_t found; /* ... and how many there were that are not in front of the page */
};

/** The newest stands first. */
#define PAGE_NEWEST(ms) (UINT64_MAX - (ms))

/** 0: as many as a list holds.  ERR_LIMIT, said in t->refusal: more than that. */
MUST_CHECK enum err page_limit(struct turn *t, uint64_t asked, size_t *limit);
/** As the turn before left it, if this request goes on: then p->begun, and nothing is said of it again before the walk. */
MUST_CHECK enum err page_begin(struct turn *t, struct page *p, uint64_t asked);
/** The walk goes on in another turn, at p->peer and p->at (turn_again); the view returns at once. */
MUST_CHECK enum err page_rest(struct turn *t, struct page *p);
/** Rows up to this place were shown before. */
void page_after(struct page *p, uint64_t rank, struct span key);
void page_offer(struct page *p, uint64_t rank, struct span key);
/** The first page of all partners is shared out among them; before any row is offered. */
MUST_CHECK enum err page_share(struct turn *t, struct page *p);
/** As page_offer, of a row of this partner. */
void page_offer_of(struct page *p, const struct page_item *one);
/** Would it stand on this page or behind it?  Rows in front of it are only counted. */
bool page_wants(const struct page *p, const struct page_item *one);
/** So many rows of a partner are in the list, too, each behind one of its rows that was left out.  n != 0. */
void page_count_of(struct page *p, uint16_t peer, uint64_t n);
/** Under which partner a row of this number is counted; one that nobody has is nobody's. */
static inline uint16_t page_part_of(const struct page *p, uint64_t no)
{
	return no < p->part_count ? (uint16_t)no : 0;
}
/** How many rows stand on the page without one left out before them: the next page begins behind those. */
size_t page_whole(const struct page *p);
/** rc of a row that a list opened, or of what hangs on it.  True: it is damaged; the reply names it, once, and the list
 *  goes on with the others. */
bool page_damaged(struct turn *t, enum err rc, enum store_table table, struct span key,
		  struct msg *reply);
/** A walk over rows of this table ended behind `from`, where it stood before.  True: at a row that is damaged; the reply names it, and the
 *  walk goes on behind it.  False: at its end, or with an error of its own. */
bool page_past(struct turn *t, struct store_walk *w, const struct store_key *from,
	       enum store_table table, struct msg *reply);
/** Says in the reply how many there are and, with last (what the last row is called), how to go on. */
void page_end(struct turn *t, const struct page *p, struct msg *reply, const char *last);

#endif /* KRING_DOMAIN_PAGE_H */
