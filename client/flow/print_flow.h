/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * print_flow - figures of a quarter as tables, and what was published of them.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  figures with noise; one's own exact ones when they were asked for.
 */
#ifndef KRING_CLIENT_FLOW_PRINT_FLOW_H
#define KRING_CLIENT_FLOW_PRINT_FLOW_H

#include "client/cli/cli.h"

/** flow is MSG_FLOW. */
void print_flow(const struct cli *c, const struct msg *flow);
void print_flow_published(const struct cli *c, const struct msg *flow);

#endif /* KRING_CLIENT_FLOW_PRINT_FLOW_H */
