/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * person - what is typed of a person, as options, from a file or at the prompt.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  reads a person's own words; they live in the caller's arena.  Errors name fields and lines, never content.
 *
 * A file has "field: value" at the beginning of a line.  A text of several lines (story, address, ...) goes on with the
 * lines below it.  Lines that begin with a blank always belong to the field above.  Behind a text whose further lines do
 * not begin with a blank no other field may come: nobody could tell whether "phone:" is a field or a word of the story.
 */
#ifndef KRING_CLIENT_COMMANDS_PERSON_H
#define KRING_CLIENT_COMMANDS_PERSON_H

#include "client/cli/cli.h"

/* clang-format off */
/** Every field of a person: option and name in a file, type of its value, field of MSG_PERSON.  e is "?" where an empty
 *  value removes the field, "" elsewhere; a person always keeps a name. */
#define PERSON_FIELDS(X, e) \
	X("name", "WORDS", PERSON_NAME, "") X("born", "BIRTH", PERSON_BIRTH_DATE, e) X("language", "LINE", PERSON_LANGUAGE, e) \
	X("phone", "WORDS", PERSON_PHONE, e) X("email", "WORDS", PERSON_EMAIL, e) X("address", "TEXT", PERSON_ADDRESS, e) \
	X("best-time", "WORDS", PERSON_BEST_TIME, e) X("do-not-contact", "YESNO", PERSON_DO_NOT_CONTACT, e) \
	X("household", "TEXT", PERSON_HOUSEHOLD, e) X("children", "TEXT", PERSON_CHILDREN, e) \
	X("income-debt", "TEXT", PERSON_INCOME_DEBT, e) X("housing", "TEXT", PERSON_HOUSING, e) \
	X("work", "TEXT", PERSON_WORK_EDUCATION, e) X("health", "TEXT", PERSON_HEALTH, e) \
	X("mental-health", "TEXT", PERSON_MENTAL_HEALTH, e) X("addiction", "TEXT", PERSON_ADDICTION, e) \
	X("safety", "TEXT", PERSON_SAFETY, e) X("justice", "TEXT", PERSON_JUSTICE, e) X("origin", "TEXT", PERSON_ORIGIN, e) \
	X("conviction", "TEXT", PERSON_CONVICTION, e) X("goals", "TEXT", PERSON_GOALS, e) X("story", "TEXT", PERSON_STORY, e) \
	X("tried", "TEXT", PERSON_TRIED, e) X("rights", "TEXT", PERSON_RIGHTS, e) X("national-number", "WORDS", PERSON_NATIONAL_NUMBER, e)
#define PERSON_OPTION(name, type, number, e) " " name "=" type e
/** The same as options of a command. */
#define PERSON_OPTIONS(e) "from=FILE" PERSON_FIELDS(PERSON_OPTION, e)
/* clang-format on */

/** Into p (MSG_PERSON); CLI_DONE, or the code after an error was printed. */
int person_fill(struct cli *c, struct msg *p);

#endif /* KRING_CLIENT_COMMANDS_PERSON_H */
