/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * alone - an answer that core gives without the domain: why not now, or that the node is locked.
 *
 * Layer:    core/control (base, proto, domain/say).
 * Owns:     nothing; the answer lies in the arena.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  codes and values of ours.
 */
#ifndef KRING_CORE_CONTROL_ALONE_H
#define KRING_CORE_CONTROL_ALONE_H

#include "base/arena.h"
#include "proto/refusals.h"

struct alone {
	const char *error; /* class; NULL: no error, it says whether the node is locked */
	enum refusal code;
	const struct err_text *why; /* may be NULL */
	bool locked;
};

/** A packed Reply. */
MUST_CHECK enum err alone_pack(struct arena *a, const struct alone *x, struct span *out);

#endif /* KRING_CORE_CONTROL_ALONE_H */
