/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One row for each kind of thread that is about a person: which function answers what happens to it.  The row of
 * reports stands with flow (flow/collect.c), that of referrals with what follows a case (moving/came.c).  A new kind has its row
 * beside its rules, in a file of its own, and one row in KINDS of proto/acts.h; nothing else has to know of it.
 */
#include "domain/care/grants.h"
#include "domain/care/intake.h"
#include "domain/care/recover.h"

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
