/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * lists - the code lists of config/, compiled in: codes travel, words stay local.
 *
 * Layer:    proto (base only).
 * Owns:     nothing; tables are constant (gen_lists.py writes lists.c).
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  vocabulary only.
 */
#ifndef KRING_PROTO_LISTS_H
#define KRING_PROTO_LISTS_H

#include <stdbool.h>
#include <stddef.h>

enum list_lang { LIST_NL, LIST_FR, LIST_EN, LIST_DE, LIST_LANGS };

/* clang-format off */
#define LISTS(X) X(NEEDS, needs) X(DECLINE, decline_reasons) X(OUTCOMES, outcomes) X(REASONS, reasons) \
	X(STATES, states) X(CATEGORIES, categories) X(WORK, work) X(ACTS, acts) X(UI, ui) X(FIGURES, figures) \
	X(CODES, codes) X(VERDICTS, verdicts) X(DAYS, days) X(DIALOGUE, dialogue) X(OUTBOX, outbox) X(ALARMS, alarms) X(STANDINGS, standings) X(LINE, line) X(LIMITS, limits) \
	X(DATES, dates) X(PERSON, person) X(HELP, help) \
	X(COMMANDS, commands) X(ARGUMENTS, arguments) X(SAY, say) X(AUDIT, audit) X(ERRORS, errors) X(CAUSES, causes) \
	X(REFUSALS, refusals) X(SEEK, seek) \
	X(MISTAKES, mistakes) X(SAID, said) \
	X(TOOL, tool) X(TODAY, today) X(PAPER, paper) X(OPTIONS, options) X(ROLES, roles) X(WEB, web) X(DOCTOR, doctor) X(METRICS, metrics) X(SETUP, setup)
enum list_id {
#define LIST_ENUM(name, var) LIST_##name,
	LISTS(LIST_ENUM)
#undef LIST_ENUM
	LIST_COUNT
};
/* clang-format on */

/** One rule of a country's holidays; what the kinds mean stands in gen_lists.py. */
enum holiday_kind {
	HOLIDAY_DATE,
	HOLIDAY_FIFTH_YEAR,
	HOLIDAY_EASTER,
	HOLIDAY_MOVED,
	HOLIDAY_MOVED_PAIR,
	HOLIDAY_WEEKDAY
};
struct holiday_rule {
	char country[3];
	const char *regions; /* "": everywhere; "A B": there alone; "!A B": everywhere but there */
	enum holiday_kind kind;
	int month, day; /* day: of the month, or days after Easter Sunday */
	int weekday;	/* 0 Sunday */
};
struct holiday_country {
	char country[3];
	int utc_hours;	     /* of its winter time */
	const char *regions; /* that may be named, parted by blanks */
};

extern const char *const list_names[LIST_COUNT];
extern const struct holiday_rule list_holidays[];
extern const size_t list_holiday_count;
extern const struct holiday_country list_countries[];
extern const size_t list_country_count;
extern const char list_country_names[];		 /* "BE, DE, ..." */
extern const char *const list_langs[LIST_LANGS]; /* "nl", "fr", ... */

bool list_has(enum list_id list, const char *code);
/** Where in its list a code stands, counted from 0; as many as the list has: nowhere. */
size_t list_place(enum list_id list, const char *code);
/** "decline-reasons": how a list is called in a reply ... */
const char *list_name(enum list_id list);
/** ... and back; false: there is none of that name. */
bool list_named(const char *name, enum list_id *list);
/** The i-th code of a list for that use ("": of all), NULL past the last. */
const char *list_code(enum list_id list, const char *use, size_t i);
bool list_takes(enum list_id list, const char *use, const char *code);
/** "NL", "BE-VLG": is there a calendar of this country, and has it this region? */
bool list_has_place(const char *place);
const struct holiday_country *list_country(const char *place); /* NULL: none */
/** "VLG" of "BE-VLG"; "" without a region. */
const char *list_region(const char *place);
/** Is code one of words, which are parted by blanks? */
bool list_word(const char *words, const char *code);
/** The text in that language; an unknown code is shown as it came. */
const char *list_text(enum list_id list, enum list_lang lang, const char *code);

#endif /* KRING_PROTO_LISTS_H */
