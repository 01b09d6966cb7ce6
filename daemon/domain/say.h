/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * say - the named values of a sentence that a client puts into words.
 *
 * The daemon says no sentence and knows no command: it gives a code and at most SAY_VALUES values, and the client has the
 * words in its reader's language.  What stands behind the code:
 *
 *	return turn_refuse(t, ERR_STATE, REFUSAL_CASE_HAS_REFERRALS);
 *	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_CASE_SEVERAL, say_number("count", hits), say_text("given", id));
 *
 * and in config/lists/refusals.psv, each with nl, fr, en and de:
 *
 *	case-several         |  {count} cases fit "{given}"           what is wrong
 *	case-several.why     |  ...                                   why (may be missing, as the next two)
 *	case-several.do      |  type more of it: kring case list      what to do, for who types commands
 *	case-several.screen  |  ...                                   what to do, for who sees a screen
 *
 * {count:case/cases} is the word that fits the number.  An unknown code does not compile; a {name} that not all four languages
 * have does not build; lint holds the values of each call against the sentences of its code.
 *
 * Layer:    domain (base, proto).
 * Owns:     nothing; texts and names are borrowed until turn_refuse has returned, which copies the texts.
 * Threads:  any.
 * Time:     moments are milliseconds since 1970, lengths of time seconds, days "2026-11-27".
 * Durable:  nothing.
 * Privacy:  values may be what a person or a partner wrote; they go into replies, never into a log.
 */
#ifndef KRING_DOMAIN_SAY_H
#define KRING_DOMAIN_SAY_H

#include "proto/lists.h"
#include "proto/msg.h"

enum { SAY_VALUES = 4, SAY_TEXT_MAX = 300, SAY_FIELD = 64 };

enum say_type { SAY_NOTHING, SAY_TEXT, SAY_NUMBER, SAY_CODE, SAY_DAY, SAY_MOMENT, SAY_SECONDS };

struct say {
	const char *name; /* a literal: "partner" */
	enum say_type type;
	const char *text; /* SAY_TEXT, SAY_CODE, SAY_DAY */
	uint64_t number;  /* SAY_NUMBER, SAY_MOMENT, SAY_SECONDS */
	enum list_id list;
};

/** As somebody wrote it: a name, a reference, what was typed.  Longer than SAY_TEXT_MAX: cut between characters. */
struct say say_text(const char *name, const char *text);
struct say say_number(const char *name, uint64_t number);
/** A code of a list, which the reader sees in words; several with blanks between them become a, b, c. */
struct say say_code(const char *name, enum list_id list, const char *code);
/** A field of a message, which the reader sees by its label: of a person as person.psv calls it, else as what is typed; buf holds what
 *  is typed. */
struct say say_field(const char *name, const char *field, char buf[SAY_FIELD]);
/** "2026-11-27". */
struct say say_day(const char *name, const char *day);
struct say say_moment(const char *name, uint64_t ms);
/** Shown in whole minutes, hours or days. */
struct say say_seconds(const char *name, uint64_t seconds);

/** One more element of a repeated Value of m. */
void say_add(struct arena *a, struct msg *m, unsigned field, const struct say *v);

#endif /* KRING_DOMAIN_SAY_H */
