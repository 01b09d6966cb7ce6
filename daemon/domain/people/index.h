/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * index - who is looked after here, in memory, as far as people are looked for: name, birth date, telephone, national number.
 *
 * Layer:    domain/people (base).
 * Owns:     what it holds, in memory that its maker hands in (locked, and wiped when it is given back).
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing; filled from the store after each start (known.h), and never written to a disk.
 * Privacy:  names of people; never beyond this process, and gone with the keys.
 *
 * One row a case, made of the words that stand in its record.  Of a person whom a partner brought, who may see what is asked of
 * its consents whenever the row is found: an index says where to look, not what may be shown.
 * A row stays in its place as long as its case is there, so that a walk over many turns comes to an end.
 */
#ifndef KRING_DOMAIN_PEOPLE_INDEX_H
#define KRING_DOMAIN_PEOPLE_INDEX_H

#include "base/bytes.h"
#include "base/err.h"
#include "domain/people/fold.h"

/* Where memory comes from: the domain has none that is locked. */
struct index_memory {
	void *(*take)(void *ctx,
		      size_t len); /* zeroed; NULL: none that stays out of the swap is left */
	void (*give)(void *ctx, void *p); /* wiped */
	void *ctx;
};

/* What is known of one person. */
struct index_entry {
	struct id16 id;
	uint16_t origin; /* the partner that brought it; 0: our own */
	bool damaged;	 /* its record cannot be read: whoever searches is told */
	bool nameless; /* index_names_out(): its name stands in its record only; filled in by the index */
	uint32_t born; /* as fold_birth() */
	uint64_t phones[FOLD_PHONES];
	uint32_t national; /* a hash; 0: not known */
	uint64_t hash;	   /* of the name: fold_hash() */
	uint64_t letters;  /* fold_pairs() of the name; filled in by the index ... */
	uint64_t digits;   /* ... as are those of its telephones */
	char name[FOLD_MAX + 1];
};

enum index_state {
	INDEX_FILLS, /* not everybody is in it yet */
	INDEX_WHOLE,
	INDEX_FULL,	/* more people than LIMIT_INDEX holds; it is empty, as the next */
	INDEX_UNLOCKED, /* there is no memory that stays out of the swap */
	INDEX_DAMAGED	/* the store's table of cases cannot be walked over */
};

struct index;

/* Bytes of an id that say when it was made; behind them it is random. */
enum { INDEX_BEHIND_TIME = 6 };

MUST_CHECK enum err index_create(struct index **out, const struct index_memory *memory);
void index_free(struct index *x);
enum index_state index_state(const struct index *x);
/** Everybody is in it: from now on whoever is not found is not there. */
void index_whole(struct index *x);
/** It is emptied, for this reason, until the next start. */
void index_give_up(struct index *x, enum index_state why);
/** In place of what it had of this case.  Without room for it the partner whose names take most gives up its own; without such a
 *  one the index is emptied: half of one would hide people. */
void index_put(struct index *x, const struct index_entry *e);
void index_drop(struct index *x, const struct id16 *id);
/** Are this partner's names left out, until the next start?  They took most of the room when there was no more. */
bool index_names_out(const struct index *x, uint16_t origin);
/** False: there is no such row. */
bool index_get(const struct index *x, const struct id16 *id, struct index_entry *out);
size_t index_count(const struct index *x);
/** Bytes of memory that it holds. */
size_t index_bytes(const struct index *x);

/** Every row whose id goes on like this behind the time, in any order; *at is 0 at the beginning.  False: that was all.  It costs as
 *  much as there are such rows, however many others there are. */
bool index_begins(const struct index *x, const uint8_t first[2], uint32_t *at, struct id16 *out);
/* A walk over those who are alike; zeroed at the beginning. */
struct index_like {
	unsigned kind;
	uint32_t link;
	bool begun;
};
/** Whoever is called the same as e (index_entry.hash), or has its national number or one of its telephones (INDEX_NUMBER_LEAST and above), each
 *  once, those that were put last first among those of one kind.  The name is left out.  False: that was all.  It costs as much as there
 *  are such rows, however many others there are. */
bool index_alike(struct index *x, const struct index_entry *e, struct index_like *at,
		 struct index_entry *out);
/* Shorter telephone numbers are extensions, or parts of one: two people who have one are not alike for it. */
enum { INDEX_NUMBER_LEAST = 100000 };

/* Who may be meant, as far as a row says so without its name: in one of these ways. */
enum index_way {
	INDEX_BY_NAME = 1,  /* whoever has all of these letters (index_entry.letters) */
	INDEX_BY_PHONE = 2, /* has all of these digits (index_entry.digits) */
	INDEX_BY_BIRTH = 4, /* was born then */
	INDEX_BY_NUMBER = 8 /* has an id that goes on like this behind the time */
};
struct index_want {
	unsigned ways; /* enum index_way bits */
	uint64_t letters, digits;
	uint32_t born_from, born_below;
	uint16_t behind;
};
/** Every row, those that came last first; *place is 0 at the beginning, and where to go on.  False: that was all.
 *  Of those that are wanted (NULL: everybody), and whoever is damaged or nameless; the name is left out: who needs it asks for it
 *  (index_name). */
bool index_each(struct index *x, uint32_t *place, const struct index_want *want,
		struct index_entry *out);
/** The name of the row that index_each gave for this place. */
void index_name(struct index *x, uint32_t place, struct index_entry *out);
/** Rows that were compared since the start, and of them those whose name was read. */
struct index_work {
	uint64_t rows, names;
};
struct index_work index_work(const struct index *x);

#endif /* KRING_DOMAIN_PEOPLE_INDEX_H */
