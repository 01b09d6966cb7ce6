/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * differ - answers that are others than what stands there already.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  reads only.
 * Privacy:  says addresses, and names of people who work here.
 *
 * A setup makes what is missing and changes nothing that stands: each answer that wants it otherwise is said by its name, with the
 * command that changes it.  Only what was answered is compared; what an answers file leaves out stays as it is.
 */
#ifndef KRING_CLIENT_STANDING_DIFFER_H
#define KRING_CLIENT_STANDING_DIFFER_H

#include "client/standing/setup.h"

/** All of them are said; the exit code: CLI_DONE when there is none. */
int differ_found(struct setup *s);
/** Only those about people, said as well, when the node that knows them came up later; how many. */
unsigned differ_people(struct setup *s);

#endif /* KRING_CLIENT_STANDING_DIFFER_H */
