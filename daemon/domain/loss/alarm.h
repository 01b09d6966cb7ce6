/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * alarm - what happened to identities and disks, until an administrator has seen it.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     table ALARM (kind u8 | peer u16: when u64), META rows 21 | peer u16 | code (who saw an alarm: when u64, uid u32, staff 16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_LOSS_ALARM_H
#define KRING_DOMAIN_LOSS_ALARM_H

#include "domain/state.h"

/* clang-format off */
#define ALARMS(X)                                                                           \
	X(RESTORED, 1, "restored")	  /* we came back from a backup, or the database is older */ \
	X(ROLLED_BACK, 2, "rolled-back")  /* a partner proved that we forgot what we had signed */   \
	X(SECOND, 3, "ran-elsewhere")	  /* a partner showed a later incarnation of ours */         \
	X(PAST, 4, "older-incarnation")	  /* a partner's past connected: rolled back, or a copy */   \
	X(CLONE, 5, "runs-twice")	  /* again within a day: nothing is exchanged with it */     \
	X(TOLD, 6, "told-runs-twice")	  /* a partner says so of us */                              \
	X(NEW, 7, "came-back")		  /* a partner lost state: phone it */                       \
	X(OFTEN, 8, "comes-back-often")	  /* ... so often on one day that it is not listened to */   \
	X(OLD_KEY, 9, "old-key")	  /* a partner signs with a key that it had replaced */
enum alarm {
#define ALARM_ENUM(name, no, text) ALARM_##name = (no),
	ALARMS(ALARM_ENUM)
#undef ALARM_ENUM
};
/* clang-format on */
const char *alarm_text(uint8_t kind);

/** The same one within LIMIT_ALARM_MIN is written down once: partners choose how often they give cause. */
MUST_CHECK enum err alarm_set(struct turn *t, enum alarm kind, uint16_t peer);
bool alarm_is(struct turn *t, enum alarm kind, uint16_t peer);
/** An administrator dealt with it.  One that was not set is none. */
MUST_CHECK enum err alarm_clear(struct turn *t, uint8_t kind, uint16_t peer);

/** Somebody saw an alarm, whoever raises it, and works on it. */
struct alarm_ack {
	uint64_t at_ms;	   /* wall clock; 0: nobody */
	uint32_t uid;	   /* of the user, where staff is zeros */
	struct id16 staff; /* in the table STAFF */
};
/** By whoever asks in this turn.  code: what the alarm is called in alarms.psv; peer 0: this node. */
MUST_CHECK enum err alarm_ack(struct turn *t, const char *code, uint16_t peer);
/** An alarm of a later moment has come back, and counts as seen by nobody. */
MUST_CHECK enum err alarm_acked(struct turn *t, const char *code, uint16_t peer,
				struct alarm_ack *out);

#endif /* KRING_DOMAIN_LOSS_ALARM_H */
