/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * screens - how people sign in at a screen, as the settings have it.
 *
 * Layer:    domain.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_SCREENS_H
#define KRING_DOMAIN_SCREENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits_screens.h"

struct node_web {
	char origin[LIMIT_ORIGIN + 1]; /* "": they do not */
	uint32_t idle_ms;
	bool passphrase; /* and not by a passkey */
};

#endif /* KRING_DOMAIN_SCREENS_H */
