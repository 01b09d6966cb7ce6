/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * arrived - a referral that was just made is watched for a moment, because the day on which an answer is due is known once it
 * lies at the partner.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     waits a second at most.
 * Durable:  nothing.
 * Privacy:  looks at the newest rows of referrals from here.
 */
#ifndef KRING_CLIENT_DIALOGUE_ARRIVED_H
#define KRING_CLIENT_DIALOGUE_ARRIVED_H

#include "client/cli/cli.h"

/** The row of the referral in this reply as it is once it arrived; NULL: it did not, or the partner is away. */
const struct msg *arrived(struct cli *c, const struct msg *reply);

#endif /* KRING_CLIENT_DIALOGUE_ARRIVED_H */
