/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * speak - at the end of the turn: frames out.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  frames leave after the commit.
 * Privacy:  bodies go as the hooks let them go.
 */
#ifndef KRING_DOMAIN_STREAM_SPEAK_H
#define KRING_DOMAIN_STREAM_SPEAK_H

#include "domain/state.h"

/** At the end of the turn, after signing: number what may go and emit EFFECT_FRAMEs. */
MUST_CHECK enum err speak_all(struct turn *t);

#endif /* KRING_DOMAIN_STREAM_SPEAK_H */
