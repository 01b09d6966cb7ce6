/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * create - a federation and its roots.
 *
 * Layer:    tool/roster.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     the wall clock, for the first entry.
 * Durable:  root keys and roster are written whole and synced.
 * Privacy:  root keys, each in a file of its own.
 */
#ifndef KRING_TOOL_ROSTER_CREATE_H
#define KRING_TOOL_ROSTER_CREATE_H

#include <stdbool.h>

#include "proto/wire_roster.h"
#include "tool/cli/args.h"

enum { CREATE_PASSPHRASE = 1024 };
/** The passphrase of root keys out of --passphrase-file; without it *len is 0.  The exit code, after saying why; the caller wipes out. */
int create_passphrase(const struct tool_args *a, char out[CREATE_PASSPHRASE], size_t *len);
/** "2/3": so many of so many roots sign, two at least. */
bool create_roots(const char *text, unsigned *m, unsigned *n);
/** Draws g->n keys into DIR/root1.key ... and their public halves into g.  pass: what all of them lie under; empty: in clear.  The exit
 *  code, after saying why: then none of them is there, and what lay in DIR is as it was. */
MUST_CHECK int create_root_keys(const char *dir, struct span pass, struct wire_genesis *g);
/** The first made of them go again, when what needed them was not written: they are no federation's. */
void create_take_back(const char *dir, unsigned made);

#endif /* KRING_TOOL_ROSTER_CREATE_H */
