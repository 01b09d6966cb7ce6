/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * near - people on file who may be the person at hand: shown, and asked about where somebody can answer.
 *
 * Layer:    client/dialogue (base, proto; lower rooms).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names and birth dates, on the screen of whoever may see them.
 */
#ifndef KRING_CLIENT_DIALOGUE_NEAR_H
#define KRING_CLIENT_DIALOGUE_NEAR_H

#include "client/dialogue/dialogue.h"

/** REPLY_NEAR and REPLY_KEPT on standard error, with what can be done: a script reads the number of the case and nothing else. */
void near_print(const struct cli *c, const struct msg *reply);
/** The same behind an acceptance, where somebody can answer as a question: the two cases then are of one person.  The exit code. */
int near_tell(struct cli *c, const struct msg *reply);
/** Before a case is made of this person: is it one of these?  Its id into same, or "".  known: whoever has this name was
 *  looked at already; those alone are not asked about again. */
enum talk near_ask(struct cli *c, struct msg *person, bool known, char same[64]);

#endif /* KRING_CLIENT_DIALOGUE_NEAR_H */
