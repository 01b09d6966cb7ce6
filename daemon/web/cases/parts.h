/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * parts - what pages about one person have in common.
 *
 * Layer:    web.
 * Owns:     nothing; texts lie in the arena of the visit.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  people, as core shows them to whoever is signed in.
 */
#ifndef KRING_WEB_CASES_PARTS_H
#define KRING_WEB_CASES_PARTS_H

#include "web/visit.h"

enum { PARTS_ID = 32 };

/** A row of web.psv, with its values. */
#define PARTS_SAY(v, code, ...) visit_say(v, LIST_WEB, code, FILL(__VA_ARGS__))

/** The segment of the address that names a case or a consent, whole; NULL: it is none, and the visit is over (404). */
const char *parts_id(struct visit *v);
/** Core is asked for what that segment names, by a command that takes an id; told gets the reply. */
void parts_ask(struct visit *v, unsigned command, visit_told told);
/** A reply that was refused: there is no such thing (404), or why.  True: it was one, and the visit is over. */
bool parts_refused(struct visit *v, struct msg *reply);
/** What people call a case by: the part of its id in which those of one day differ. */
const char *parts_number(struct visit *v, const char *id);
/** "wie het is, contactgegevens": categories by their names. */
const char *parts_cats(struct visit *v, const char *country, uint64_t cats);
const char *parts_cats_in(struct visit *v, enum list_lang lang, const char *country, uint64_t cats);
/** Codes of a list with blanks or commas between them, in words. */
const char *parts_codes(struct visit *v, const char *country, enum list_id list, const char *codes);
/** A name, or in brackets why there is none. */
const char *parts_name(struct visit *v, const struct msg *case_row);
/** The same of whom a page is about that shows something else; NULL: core says nobody. */
const char *parts_whose(struct visit *v, const struct msg *reply);
/** May what is typed in the case of a reply to case_show be its file; and in whose hands it is, as a sentence. */
bool parts_ours(const struct msg *reply);
const char *parts_owner(struct visit *v, const struct msg *reply);
/** A refusal with one value, or none, at the top of the page. */
void parts_say(struct visit *v, const char *code, const char *name, const char *text);
/** True: nothing can be written in the case of that reply, and why stands at the top of the page: nobody fills in a form for that.  Of a form
 *  that came back this is not asked, because somebody's words are in it. */
bool parts_shut(struct visit *v, const struct msg *shown);
/** That page instead of the form; its title is set. */
void parts_show_shut(struct visit *v, const struct msg *shown);

/** X(PERSON_..., its name in a form, FORM_LINE or FORM_LINES, folded): fields of a person in the order in which somebody at a desk
 *  asks.  What is folded is asked for only where it is needed. */
/* clang-format off */
#define PARTS_PERSON(X) \
	X(NAME, name, LINE, false) X(BIRTH_DATE, birth_date, LINE, false) X(LANGUAGE, language, LINE, false) \
	X(PHONE, phone, LINE, false) X(BEST_TIME, best_time, LINE, false) X(DO_NOT_CONTACT, do_not_contact, LINE, false) \
	X(EMAIL, email, LINE, false) X(ADDRESS, address, LINES, false) X(GOALS, goals, LINES, false) \
	X(STORY, story, LINES, false) X(TRIED, tried, LINES, false) \
	X(HOUSEHOLD, household, LINES, true) X(CHILDREN, children, LINES, true) X(INCOME_DEBT, income_debt, LINES, true) \
	X(HOUSING, housing, LINES, true) X(WORK_EDUCATION, work_education, LINES, true) X(HEALTH, health, LINES, true) \
	X(MENTAL_HEALTH, mental_health, LINES, true) X(ADDICTION, addiction, LINES, true) X(SAFETY, safety, LINES, true) \
	X(JUSTICE, justice, LINES, true) X(ORIGIN, origin, LINES, true) X(CONVICTION, conviction, LINES, true) \
	X(RIGHTS, rights, LINES, true) X(NATIONAL_NUMBER, national_number, LINE, true)
/* clang-format on */

struct parts_field {
	unsigned number;
	const char *name;
	bool folded, lines;
};
enum { PARTS_FIELDS = 25 };
extern const struct parts_field parts_fields[PARTS_FIELDS];
/** What a field is called, with a capital, and what stands in one of a person (PERSON_...), in words; "" where nothing does. */
const char *parts_label(struct visit *v, const char *country, const struct parts_field *f);
const char *parts_value(struct visit *v, const struct msg *person, unsigned field);

#endif /* KRING_WEB_CASES_PARTS_H */
