/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * figures - sentences about published figures, and how far a figure can be from the truth.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  figures of many people, none of one.
 */
#ifndef KRING_CLIENT_FLOW_FIGURES_H
#define KRING_CLIENT_FLOW_FIGURES_H

#include "client/cli/cli.h"
#include "client/words/words.h"

void figures_fill(const struct cli *c, const char *code, const struct fill *words, char *out,
		  size_t cap);
/** How close 95 % of a table's figures are to the truth; 0: it was not published. */
uint64_t figures_error(const struct msg *flow, const char *table);
/** A figure of that table below this may be nothing but chance. */
uint64_t figures_floor(const struct msg *flow, const char *table);

#endif /* KRING_CLIENT_FLOW_FIGURES_H */
