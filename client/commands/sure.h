/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sure - what cannot be undone is shown first, and asked.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing; the node is asked for a dry run.
 * Privacy:  shows partners, references and counts.
 */
#ifndef KRING_CLIENT_COMMANDS_SURE_H
#define KRING_CLIENT_COMMANDS_SURE_H

#include "client/cli/cli.h"

/** May this request be sent?  false: *code is how the command ends.  A command without the option --yes is never asked about;
 *  with --yes the answer is given; with --dry-run what would follow is printed, and that is all.  Else a person at a terminal
 *  answers, and without one it is a mistake of usage: an answer that comes out of a pipe was not given by who reads. */
bool sure(struct cli *c, struct msg *request, int *code);

#endif /* KRING_CLIENT_COMMANDS_SURE_H */
