/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * watchers - clients of the control socket that are told when something changed, for as long as they stay.
 *
 * Layer:    core (base, proto, domain, store's tables, io).
 * Owns:     who watches, and what each was not told yet.
 * Threads:  core process, event-loop thread only.
 * Time:     monotonic milliseconds; each is told at most once in LIMIT_WATCH_MS.
 * Durable:  nothing: whoever comes again looks anew.
 * Privacy:  kinds of things, no id and no name.
 *
 * A watcher that does not read costs its place and one word: it gets the next one only after it read the last.
 */
#ifndef KRING_CORE_CONTROL_WATCHERS_H
#define KRING_CORE_CONTROL_WATCHERS_H

#include "core/control/screens.h"
#include "io/ctlsrv.h"

/** Bits of Change.kinds. */
enum watch_kind {
	WATCH_WORK = 1,
	WATCH_INBOX = 2,
	WATCH_SENT = 4,
	WATCH_CASE = 8,
	WATCH_PARTNER = 16,
	WATCH_OUTBOX = 32,
	WATCH_NODE = 64
};

struct watchers;

/** Who watches: a user, or the person of a session, whoever brings it. */
struct watchers_who {
	uint32_t uid;
	bool brought;	 /* a session, even one that there is not */
	struct id32 key; /* session_key(); zeros: no such session */
};

/** May this one still watch?  Asked each time before one is told. */
struct watchers_right {
	bool (*may)(void *ctx, const struct watchers_who *who);
	void *ctx;
};
MUST_CHECK enum err watchers_create(struct watchers **out, struct loop *l, struct ctlsrv *ctl,
				    struct screens *screens, const struct watchers_right *right);
/** The process of the screens asked this; when it is in a session that may watch, that process is told from now on, and no longer than
 * such a session lasts. */
void watchers_heard(struct watchers *w, uint32_t uid, struct span request);
/** Is this packed request the one for watching?  And, of any, who has the session that it brings. */
bool watchers_wanted(struct span request, struct watchers_who *who);
/** This client, of this user, watches from now on and was told so; where all places are taken, one of whoever holds most of them
 * is cut off.  ERR_FULL: nobody holds more than this user would, or this client watches already. */
MUST_CHECK enum err watchers_add(struct watchers *w, uint64_t client,
				 const struct watchers_who *who);
/** The process of the screens is told all that changed so far, before an answer that may show it: what it hears of afterwards
 * came later.  As long as somebody may be told. */
void watchers_catch_up(struct watchers *w);
/** enum watch_kind bits; 0: nothing happened. */
void watchers_note(struct watchers *w, unsigned kinds);
/** What changed with rows of these tables (store_touched), and with threads of these sides (engine.h). */
unsigned watchers_kinds(uint64_t tables, unsigned sides);

#endif /* KRING_CORE_CONTROL_WATCHERS_H */
