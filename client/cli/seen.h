/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * seen - which state of a case or referral this user was shown last, so that an answer is given to what was seen.
 *
 * Layer:    client (base, proto).
 * Owns:     one file a node in $XDG_STATE_HOME/kring or ~/.local/state/kring, mode 0600.
 * Threads:  one; of two commands at once the later one is remembered.
 * Time:     none.
 * Durable:  best effort: without the file nothing is sent along, and the node judges by its own rules.
 * Privacy:  ids, references and counts; nothing of a person.
 */
#ifndef KRING_CLIENT_CLI_SEEN_H
#define KRING_CLIENT_CLI_SEEN_H

#include "client/cli/run.h"
#include "proto/msg.h"

/** Everything in a reply that says of a case or referral how far it is. */
void seen_remember(struct cli *c, const struct msg *reply);
/** By id, its beginning, or reference as typed; false: never shown, or not clear which is meant. */
bool seen_recall(struct cli *c, const char *typed, uint64_t *version);

#endif /* KRING_CLIENT_CLI_SEEN_H */
