/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One row for each kind of thread that is about a person: which function answers what happens to it.  The row of
 * reports stands with flow (flow/collect.c).  A new kind has its row beside its rules, in a file of its own, and one
 * row in KINDS of proto/acts.h; nothing else has to know of it.
 */
#include "domain/care/grants.h"
#include "domain/care/intake.h"
#include "domain/care/recover.h"
#include "domain/care/timers.h"

const struct kind_rules kind_referral = {
	.judge = intake_referral,
	.not_taken = intake_not_taken,
	.stored = intake_stored_referral,
	.receipted = intake_receipted,
	.recovered = recover_referral,
	.returned = recover_returned,
	.shelved = recover_lost_act,
	.settled = recover_catch_up,
	.flagged = grants_referral_flagged,
	.rang = timers_referral,
	.retimes = true,
};

/* A consent has no receipt of its own: what rests on it has. */
const struct kind_rules kind_consent = {
	.judge = intake_consent,
	.not_taken = intake_not_taken,
	.stored = intake_stored_consent,
	.recovered = recover_consent,
	.returned = recover_returned_consent,
	.shelved = recover_shelved,
	.settled = grants_catch_up,
	.flagged = grants_flagged,
	.rang = grants_timer,
	.both_end = true,
};
