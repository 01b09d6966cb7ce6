/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * act - what an act on a referral needs and nobody typed, asked for on a terminal.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days of the machine's own clock.
 * Durable:  nothing.
 * Privacy:  asks for codes, days and places; never for the person's story.
 */
#ifndef KRING_CLIENT_DIALOGUE_ACT_H
#define KRING_CLIENT_DIALOGUE_ACT_H

#include "client/dialogue/talk.h"
#include "proto/acts.h"

/** Each part that the act needs and that body (an ActNew) lacks, one question each; without a terminal nothing is asked, and the node
 *  says what is missing.  False: somebody stopped, and was told that nothing was done. */
bool dialogue_act(struct cli *c, const struct act *act, struct msg *body);
/** One code of a list, for that use; NULL: somebody stopped, and was told. */
const char *dialogue_code(const struct cli *c, const char *head, enum list_id list,
			  const char *use);

#endif /* KRING_CLIENT_DIALOGUE_ACT_H */
