/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * plant - rules that the simulator can leave out, to see that it notices.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 *
 * In kringd planted() is the constant false, so no such switch is there (tests/lint/lint.py looks).
 * sim_federation --fault NAME leaves out the rule of that name; each must turn it red (tests/run).
 */
#ifndef KRING_BASE_PLANT_H
#define KRING_BASE_PLANT_H

#include <stdbool.h>
/* clang-format off */
#define PLANTS(X)                                                                                 \
	X(NO_DEDUPE, "no-dedupe")       /* a document that was had is taken again */              \
	X(NO_CONSENT, "no-consent")     /* consent is not checked where a document arrives */     \
	X(NO_ECHO, "no-echo")           /* a thread is written before its echo */                 \
	X(NO_PROOF, "no-proof")         /* no proof of a loss of state is listened to */          \
	X(NAME_KEPT, "name-kept")       /* a partner's name leads to an erased case */            \
	X(TIMER_KEPT, "timer-kept")     /* the timer of an erased case's referral stays */       \
	X(GRANT_LIVES, "grant-lives")   /* a revoke leaves the consent as it was */               \
	X(FORGET_CASE, "forget-case")   /* what ends takes the person of the whole case along */  \
	X(MESSAGE_CLOSED, "message-closed") /* an agreement without messages lets them pass */    \
	X(MESSAGE_MOVES, "message-moves") /* a message counts as a note: it begins a term anew */ \
	X(RECALL_LATE, "recall-late")   /* a referral is recalled although its partner said something */ \
	X(RECALL_KEPT, "recall-kept")   /* what was sent by mistake stays when its end crosses another */ \
	X(NO_STANDING, "no-standing")   /* what turns up under a consent that is over stays */   \
	X(NO_FIRM, "no-firm")           /* done is said before all is back that a loss took */    \
	X(EPOCH_PLUS_TWO, "epoch-plus-two") /* taking back counts as two moves, and no more */    \
	X(KEY_IN_BUNDLE, "key-in-bundle") /* what is sent can be opened before it is ceded */    \
	X(SEAL_UNSETTLED, "seal-unsettled") /* a case is sealed before the new owner's log is compared */ \
	X(NOTE_TWICE, "note-twice") X(KEPT_ONCE, "kept-once") /* a note that comes in two ways stands twice; what is added late is not kept */ \
	X(WORDS_SEALED, "words-sealed") X(PLACE_KEPT, "place-kept") /* words in what was kept are not looked for; a handover that is over keeps its place */ \
	X(ERASED_THROWS, "erased-throws") /* a document for an erased case fails its turn */     \
	X(REOPEN_BARE, "reopen-bare") X(LEAVES_KEPT, "leaves-kept") /* a case that is opened again has no work; a member that leaves keeps its consents */ \
	X(BREAK_PAIR, "break-pair") X(BREAK_THREAD, "break-thread") /* a receipt of a number that was never given; their log saw more of ours than there is */ \
	X(BREAK_LINE, "break-line") X(BREAK_MEMBER, "break-member") /* more counts as sent on a line than has a number; who was removed is let in */
/* clang-format on */

enum plant {
#define PLANT_ENUM(name, text) PLANT_##name,
	PLANTS(PLANT_ENUM)
#undef PLANT_ENUM
		PLANT_COUNT
};

/** planted_full(): does this allocation of a turn fail?  tests/unit/domain/test_sweep.c lets each fail in its turn. */
#ifdef KRING_PLANTS
bool planted(enum plant which);
bool planted_full(void);
#else
static inline bool planted_full(void)
{
	return false;
}
static inline bool planted(enum plant which)
{
	(void)which;
	return false;
}
#endif

#endif /* KRING_BASE_PLANT_H */
