/* SPDX-License-Identifier: EUPL-1.2 */
/* core reads one thing after another.  What waits for it has a limit, and no partner may use that up alone: each has as
 * much as is free for all others.  One that floods gets half, two get a third each; who has nothing waiting always gets
 * one message in.  What is refused is sent again by the protocol, later.
 * Invariant: unread is the sum over of. */
#include "roles/shares.h"

#include "base/check.h"

static_assert(LIMIT_IPC_CREDIT > 8 * LIMIT_IPC_RECORD, "a share is more than one message");

bool shares_take(struct shares *s, uint16_t peer, size_t len)
{
	const uint64_t charge = ipc_charge(len);
	const uint64_t left = s->unread < LIMIT_IPC_CREDIT ? LIMIT_IPC_CREDIT - s->unread : 0;

	require(peer <= LIMIT_PEERS);
	if (s->of[peer] != 0 && s->of[peer] + charge > left)
		return false;
	s->of[peer] += charge;
	s->unread += charge;
	return true;
}

/* After a power cut every partner comes back with what it has to say, and each one's share is small: nobody is to be phoned.
 * As much as an honest one ever has under way is no flood. */
enum ipc_cause shares_cause(const struct shares *s, uint16_t peer)
{
	static_assert(LIMIT_IPC_CREDIT / 8 >= LIMIT_WINDOW * LIMIT_BODY, "a window is under way");

	require(peer <= LIMIT_PEERS);
	return s->of[peer] >= LIMIT_IPC_CREDIT / 8 ? IPC_CAUSE_SHARE : IPC_CAUSE_CROWD;
}

/* core counts what it read; it never gives back more than it got, but an overflow here would open the gate for good. */
void shares_back(struct shares *s, uint16_t peer, uint32_t charge)
{
	const uint64_t had = peer <= LIMIT_PEERS ? s->of[peer] : 0;
	const uint64_t back = charge < had ? charge : had;

	if (back == 0)
		return;
	s->of[peer] -= back;
	s->unread -= back;
}

void shares_refused(struct shares *s, uint16_t peer, enum ipc_cause cause)
{
	require(peer <= LIMIT_PEERS && cause < IPC_CAUSES);
	s->refused[peer][cause]++;
	s->any = true;
}

enum err shares_tell(struct shares *s, struct ipc *core)
{
	enum err rc = ERR_OK;

	for (uint16_t p = 0; s->any && p <= LIMIT_PEERS; p++)
		for (uint8_t c = 0; rc == ERR_OK && c < IPC_CAUSES; c++) {
			uint8_t b[5] = {c};

			if (s->refused[p][c] == 0)
				continue;
			be32_put(b + 1, s->refused[p][c]);
			s->refused[p][c] = 0;
			rc = ipc_put(core, IPC_REFUSED, p, span_of(b, sizeof b));
		}
	s->any = false;
	return rc;
}
