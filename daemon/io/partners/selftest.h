/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * selftest - the door is tried with a wrong key before it opens.
 *
 * Layer:    io/partners, internal.
 * Owns:     nothing: its sockets are closed when it returns.
 * Threads:  the loop's, before the loop runs.
 * Time:     at most a few seconds of the monotonic clock.
 * Durable:  nothing.
 * Privacy:  the transport key.
 */
#ifndef KRING_IO_PARTNERS_SELFTEST_H
#define KRING_IO_PARTNERS_SELFTEST_H

#include "base/err.h"
#include "io/partners/curve.h"
#include "io/partners/zap.h"

/** ERR_DENIED: a stranger got in, or we ourselves did not.  ERR_BUSY: loopback is off.  zap lets our own key in
 *  meanwhile; NULL: nobody is asked (kringd_dev only). */
MUST_CHECK enum err selftest_run(const struct curve *c, struct zap *zap);

#endif /* KRING_IO_PARTNERS_SELFTEST_H */
