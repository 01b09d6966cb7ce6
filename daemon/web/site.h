/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * site - every address of the screens, in one table.
 *
 * Layer:    web.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_WEB_SITE_H
#define KRING_WEB_SITE_H

#include "web/route.h"

const struct route *site_routes(size_t *count);

#endif /* KRING_WEB_SITE_H */
