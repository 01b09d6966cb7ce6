/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * draft - what somebody began to type and has not finished, named with the command that goes on.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  drafts lie at the node.
 * Privacy:  a draft is listed for whoever wrote it; its label may name a person.
 */
#ifndef KRING_CLIENT_DRAFT_DRAFT_H
#define KRING_CLIENT_DRAFT_DRAFT_H

#include "client/cli/cli.h"

/** Below today: the newest draft of each kind, with its command, and how many others there are.  Nothing when there is none, or when
 *  the node keeps none for this reader. */
void draft_mention(struct cli *c);

#endif /* KRING_CLIENT_DRAFT_DRAFT_H */
