/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * move - one referral in one sentence: whose move it is, what with, until when, and what helps.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days as the node says them; moments in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names a partner, and the person's safety where it is asked for.
 *
 * Everything that shows a referral says it by these functions, so that the answer to an act, `kring show` and the list of today
 * speak the same words.  They decide nothing: state, side, day and acts are in the row.
 */
#ifndef KRING_CLIENT_PRINT_MOVE_H
#define KRING_CLIENT_PRINT_MOVE_H

#include "client/cli/cli.h"

/** The sentence of a ReferralRow, or two; no line feed. */
void move_print(const struct cli *c, const struct msg *row);
/** Adds a command to a list that is read: "take it on (accept)"; with a reference as it is typed: "take it on (kring accept 91C4A7K3M)". */
void move_command(const struct cli *c, const char *command, const char *ref, char *list,
		  size_t cap);
/** "You can now take it on (kring accept 91C4A7K3M), ask something (ask), ...": what the row offers; nothing when it offers nothing. */
void move_can(const struct cli *c, const struct msg *row);
/** Lines of what comes first: that it is urgent, that nobody phones, and what is said about safety ("": nothing). */
void move_heed(const struct cli *c, const struct msg *row, const char *safety);

#endif /* KRING_CLIENT_PRINT_MOVE_H */
