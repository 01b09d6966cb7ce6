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
#ifndef KRING_CLIENT_PERSON_H
#define KRING_CLIENT_PERSON_H

#include "client/cli/cli.h"

/* clang-format off */
/** The fields as options; e is "?" where an empty value takes a field away, "" elsewhere. */
#define PERSON_OPTIONS(e) \
	"from=FILE name=LINE born=BIRTH" e " language=LINE" e " phone=LINE" e " email=LINE" e " address=TEXT" e \
	" best-time=LINE" e " do-not-contact=YESNO" e " household=TEXT" e " children=TEXT" e " income-debt=TEXT" e " housing=TEXT" e " work=TEXT" e \
	" health=TEXT" e " mental-health=TEXT" e " addiction=TEXT" e " safety=TEXT" e " justice=TEXT" e " origin=TEXT" e \
	" conviction=TEXT" e " goals=TEXT" e " story=TEXT" e " tried=TEXT" e " rights=TEXT" e " national-number=LINE" e
/* clang-format on */

/** Into p (MSG_PERSON); CLI_DONE, or the code after an error was said. */
int person_fill(struct cli *c, struct msg *p);

#endif /* KRING_CLIENT_PERSON_H */
