/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * steps - what a setup does, one step after another; each first looks whether it is there.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     waits for partners some seconds.
 * Durable:  through kring's commands; the settings are put in place whole.
 * Privacy:  the recovery sheet is shown to whoever sits there, and taken away from the store.
 */
#ifndef KRING_CLIENT_SETUP_STEPS_H
#define KRING_CLIENT_SETUP_STEPS_H

#include "client/standing/setup.h"

/** All of them; the exit code.  It says what was done, and when it stops, what helps. */
int steps_run(struct setup *s);

/* keys.c: how the node is opened at its start */
/** Nothing that opens the node lies in its directory, and what was chosen does open it. */
bool keys_there(struct setup *s);
int keys_run(struct setup *s);
/** What was chosen, for the last page. */
void keys_say(const struct setup *s);

/* settings.c: the node's settings, and its recovery sheet */
bool settings_there(struct setup *s);
int settings_run(struct setup *s);
/** KeyFile= of the settings becomes path; the exit code. */
int settings_key_file(struct setup *s, const char *path);
bool sheet_there(struct setup *s);
int sheet_run(struct setup *s);

#endif /* KRING_CLIENT_SETUP_STEPS_H */
