/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * value - what an option or a word may be, by the type that a command's table gives it.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  values hold personal data; they are the caller's.
 */
#ifndef KRING_CLIENT_CLI_VALUE_H
#define KRING_CLIENT_CLI_VALUE_H

#include "client/cli/run.h"
#include "proto/acts.h"

enum { VALUE_OPTIONS_LEN = 256 };
/** The options of a command as one text: its own, or those of its act, put together in buf. */
const char *value_options(const struct command *cmd, char buf[VALUE_OPTIONS_LEN]);
/** The next option of that text at *at, and its type ("": a flag); false at the end. */
bool value_spec_next(const char **at, char name[32], char type[32], bool *many, bool *empty);
/** The word by which the rows of a list say that this command takes them; "": it takes all. */
const char *value_use(const struct command *cmd);
/** The i-th code that an option of that type takes, and the list that has its words; false: there is none. */
struct value_code {
	const char *code;
	enum list_id words;
};
bool value_code_at(const struct command *cmd, const char *type, size_t i, struct value_code *out);
/** Several codes, parted by commas? */
bool value_takes_many(const char *type);
/** What an option of that type takes, for a person, in that language; false: there is no such type. */
bool value_accepts(enum list_lang lang, const struct command *cmd, const char *type, char *out,
		   size_t cap);
/** Is it of that type?  number: what the type made of it (see struct cli), untouched when it makes nothing. */
bool value_fits(enum list_lang lang, const struct command *cmd, const char *type, const char *value,
		uint64_t *number);
/** A type whose value may come from standard input, as "-". */
bool value_is_text(const char *type);
/** A whole number and nothing behind it. */
bool value_whole(const char *text, uint64_t *number);
/** "identity,contact" -> bits; false: one of them is unknown. */
bool value_categories(const char *text, uint64_t *cats);
/** A day as people of that language write it (day.h) -> a moment of it; the daemon takes it as the whole day. */
bool value_date(enum list_lang lang, const char *text, uint64_t *ms);
/** Of a type that is a day: what is wrong with that value, in that language; NULL: it is no such type. */
const char *value_day_fault(enum list_lang lang, const char *type, const char *value);
/** NULL, or into out why this is no text that the node takes, to be read behind its name. */
const char *value_fault(enum list_lang lang, struct span s, char out[128]);

#endif /* KRING_CLIENT_CLI_VALUE_H */
