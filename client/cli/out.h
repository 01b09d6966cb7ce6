/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * out - replies and errors as JSON, by the schema.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  prints personal data on the user's terminal.
 */
#ifndef KRING_CLIENT_CLI_OUT_H
#define KRING_CLIENT_CLI_OUT_H

#include "proto/msg.h"

/** request (or NULL) says which lists are there though empty. */
void out_json(const struct msg *request, const struct msg *reply);
void out_error(int code, const char *what, const char *why, const char *remedy);

#endif /* KRING_CLIENT_CLI_OUT_H */
