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

#include "client/cli/run.h"
#include "proto/msg.h"

/** request (or NULL) says which lists are there though empty. */
void out_json(const struct cli *c, const struct msg *request, const struct msg *reply);
struct json_t;
/** Takes o, what kring itself answers: one document, with --jsonl on one line. */
void out_tree(const struct cli *c, struct json_t *o);
/** code: how kring ends; cause: a row of mistakes.psv, or "". */
void out_error(const struct cli *c, int code, const char *cause, const char *what, const char *why,
	       const char *remedy);
/** The exit code for the error of a reply. */
int out_exit(const char *error);
/** The error that ends with that exit code: "refused"; "" for CLI_DONE. */
const char *out_name(int exit);

#endif /* KRING_CLIENT_CLI_OUT_H */
