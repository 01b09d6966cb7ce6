/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * said - what was done, in one plain sentence; and, before it is done, what would follow.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days as the node says them.
 * Durable:  nothing.
 * Privacy:  names partners, references and ids; the person never.
 *
 * The sentences are rows of config/lists/said.psv: did-ACT or did-NOUN-VERB for what was done, sure-... for what would be,
 * none-NOUN-VERB for a list without a row.
 */
#ifndef KRING_CLIENT_PRINT_SAID_H
#define KRING_CLIENT_PRINT_SAID_H

#include "client/cli/cli.h"

/** The sentence of this command, from its reply; false: it has none, and nothing was printed.  newest: the referral's row as it is
 *  by now, or NULL. */
bool said_done(const struct cli *c, const struct msg *reply, const struct msg *newest);
/** On standard error: what the answer to a dry run says would follow. */
void said_would(const struct cli *c, const struct msg *reply);
/** On a terminal: that a list has no row, and what helps; nothing for anything else. */
void said_none(const struct cli *c, const struct msg *reply);
/** What became of a consent that this node collected and that was taken back; nothing of any other. */
void said_withdrawn(const struct cli *c, const struct msg *row);
/** `kring show`: what to heed, the sentence, the row, what the partner has, the history. */
void said_show(const struct cli *c, const struct msg *reply);

#endif /* KRING_CLIENT_PRINT_SAID_H */
