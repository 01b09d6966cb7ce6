/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * propose - the next entry of a roster, for the roots to sign.
 *
 * Layer:    tool/roster.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     the wall clock, for the time of the entry.
 * Durable:  proposals are written whole and synced.
 * Privacy:  organisations only.
 */
#ifndef KRING_TOOL_ROSTER_PROPOSE_H
#define KRING_TOOL_ROSTER_PROPOSE_H

#include "core/disk/rosterfile.h"
#include "proto/wire_roster.h"
#include "tool/cli/say.h"

/** A policy in words, into out, which is returned. */
char *propose_policy_text(const struct wire_policy *p, char out[SAY_LEN]);
/** What the member of that id is called, into org; false: none in this roster is. */
bool propose_member_name(const struct rosterfile *f, const struct id32 *node,
			 char org[LIMIT_ORG_NAME + 1]);
/** A row of what is proposed or signed: its name and what it is. */
void propose_say_row(const char *code, const char *text);

#endif /* KRING_TOOL_ROSTER_PROPOSE_H */
