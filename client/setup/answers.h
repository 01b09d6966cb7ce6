/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * answers - a setup's answers in a file: read and judged whole before anything is changed, or written for the next machine.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  a new file of mode 0600; none is written over.
 * Privacy:  no secret stands in it: it names the file that holds one.
 */
#ifndef KRING_CLIENT_SETUP_ANSWERS_H
#define KRING_CLIENT_SETUP_ANSWERS_H

#include "client/standing/setup.h"

/** CLI_DONE, or the exit code after each fault was said with its line and what to do. */
int answers_read(struct setup *s, const char *path);
/** What was answered; a question that nobody was asked stands there with its default, as a remark.  The exit code. */
int answers_write(struct setup *s, const char *path);

#endif /* KRING_CLIENT_SETUP_ANSWERS_H */
