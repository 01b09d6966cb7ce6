/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ask - the questions on a terminal: Enter, ?, back, and a last look before anything is changed.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     waits for the reader.
 * Durable:  nothing.
 * Privacy:  a passphrase is typed without being seen.
 */
#ifndef KRING_CLIENT_SETUP_ASK_H
#define KRING_CLIENT_SETUP_ASK_H

#include "client/dialogue/talk.h"
#include "client/standing/setup.h"

/** All that belongs to this setup and is not known yet.  TALK_STOP: nothing was changed. */
enum talk ask_all(struct setup *s);
/** What was answered, and whether it may be done. */
enum talk ask_sure(struct setup *s, bool *yes);
/** One line of yes or no, or Enter alone, below a step. */
enum talk ask_enter(struct setup *s);

#endif /* KRING_CLIENT_SETUP_ASK_H */
