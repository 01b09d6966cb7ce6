/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * onward - maxima of a consent that is taken back: whose answers its collector takes.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_BASE_LIMITS_ONWARD_H
#define KRING_BASE_LIMITS_ONWARD_H

#define LIMIT_ONWARD_DEPTH   4u	  /* holders one behind the other */
#define LIMIT_HOLDERS	     64u  /* ... and in whole */
#define LIMIT_HOLDER_ANSWERS 256u /* answers of all of them, handed on: each may correct itself */
#define LIMIT_ONWARD_PROOF   640u
#define LIMIT_ONWARD_SAID    512u

#endif /* KRING_BASE_LIMITS_ONWARD_H */
