/* SPDX-License-Identifier: EUPL-1.2 */
/* Partners' words wait in the intake until it is their turn.  A slice takes some of them, of whoever took least time until
 * now, runs the turn, and looks at the clock; then the loop goes round, and what people ask is answered first.  So one
 * partner's dear words cost others one slice.  What it takes is measured here, outside the domain, which reads no clock.
 * Credit goes back to net when something was served, to the partner it is of: whoever floods fills its own share. */
#include "core/serving.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log/log.h"
#include "core/intake.h"

enum { TOGETHER = 32, LATE_MS = 1000, OWN_US = 250000 };

static_assert(LIMIT_SLICE_US <= 100000, "nobody waits for more than one slice and one event");

struct serving {
	struct serving_parts parts;
	struct intake *intake;
	uint32_t credit[LIMIT_PEERS + 1];
	uint16_t owed[LIMIT_PEERS + 1]; /* rows of credit that are not 0 */
	size_t owed_count;
};

enum err serving_create(struct serving **out, const struct serving_parts *parts)
{
	struct serving *s = calloc(1, sizeof *s);

	require(parts->engine != NULL && parts->now != NULL);
	if (s == NULL)
		return ERR_NOMEM;
	s->parts = *parts;
	if (intake_create(&s->intake) != ERR_OK) {
		free(s);
		return ERR_NOMEM;
	}
	*out = s;
	return ERR_OK;
}

void serving_free(struct serving *s)
{
	if (s == NULL)
		return;
	intake_free(s->intake);
	free(s);
}

static struct node_time now_of(const struct serving *s)
{
	return s->parts.now(s->parts.ctx);
}

/* ---- what comes ---- */

static void read_back(struct serving *s, const struct intake_item *item)
{
	const uint16_t of = item->type == IPC_ONBOARD ? 0 : item->peer;

	if ((item->type != IPC_MESSAGE && item->type != IPC_ONBOARD) || of > LIMIT_PEERS)
		return;
	if (s->credit[of] == 0) {
		require(s->owed_count <= LIMIT_PEERS);
		s->owed[s->owed_count++] = of;
	}
	s->credit[of] += ipc_charge(item->bytes.len);
}

/* Why net refused something, for kring status. */
static void refused(struct serving *s, uint16_t peer, struct span bytes)
{
	static const enum held_cause causes[IPC_CAUSES] = {
		[IPC_CAUSE_LINES] = HELD_CONNECTIONS, [IPC_CAUSE_STRANGERS] = HELD_STRANGERS,
		[IPC_CAUSE_SHARE] = HELD_FLOOD,	      [IPC_CAUSE_CROWD] = HELD_CROWD,
		[IPC_CAUSE_FORM] = HELD_UNREADABLE,   [IPC_CAUSE_SHUT] = HELD_SHUT_OUT,
	};

	if (bytes.len == 5 && bytes.p[0] < IPC_CAUSES)
		node_held(engine_node(s->parts.engine), peer, causes[bytes.p[0]],
			  be32_get(bytes.p + 1), now_of(s).wall_ms);
}

void serving_record(struct serving *s, uint8_t type, uint16_t peer, struct span bytes)
{
	const struct intake_item item = {
		.type = type, .peer = peer, .bytes = bytes, .since_ms = now_of(s).mono_ms};

	switch (type) {
	case IPC_PEER_UP:
	case IPC_PEER_DOWN:
	case IPC_MESSAGE:
	case IPC_ONBOARD:
		if (intake_put(s->intake, &item) == ERR_OK)
			break;
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u type=%u", peer, type);
		read_back(s, &item);
		break;
	case IPC_REFUSED:
		refused(s, peer, bytes);
		break;
	default:
		break;
	}
}

/* ---- what is served ---- */

static enum err hand_over(struct serving *s, const struct intake_item *item,
			  const struct node_time *now)
{
	struct engine *e = s->parts.engine;
	enum err rc;

	switch (item->type) {
	case IPC_PEER_UP:
		return engine_peer_up(e, item->peer, now);
	case IPC_PEER_DOWN:
		rc = engine_peer_down(e, item->peer);
		return rc == ERR_OK && item->then_up ? engine_peer_up(e, item->peer, now) : rc;
	case IPC_ONBOARD:
		return engine_push(e, &(struct event){.type = EVENT_ONBOARD,
						      .peer = item->peer,
						      .bytes = item->bytes});
	default:
		return engine_push_message(e, item->peer, item->bytes, now);
	}
}

/* Opening it is work too, also when it cannot be opened: that is for kring status, like a frame that nobody signed. */
static void serve(struct serving *s, struct intake_item *item, const struct node_time *now)
{
	struct node *n = engine_node(s->parts.engine);
	const uint64_t since_ns = clock_mono_ns();
	const enum err rc = hand_over(s, item, now);

	if (err_foreign(rc))
		node_held(n, item->peer, HELD_UNREADABLE, 1, now->wall_ms);
	if (rc != ERR_OK)
		log_write(LOG_WARN, LOG_FRAME_REFUSED, "peer=%u err=\"%s\"", item->peer,
			  err_text(rc));
	/* named is who waits for its own words; when all come at once, after a power cut, nobody is to blame */
	if (item->type == IPC_MESSAGE && now->mono_ms > item->since_ms + LATE_MS &&
	    item->own_us >= OWN_US)
		node_held(n, item->peer, HELD_SLOWED, 1, now->wall_ms);
	read_back(s, item);
	intake_spent(s->intake, item->type, item->peer, 1 + (clock_mono_ns() - since_ns) / 1000,
		     false);
	intake_done(item);
}

enum err serving_slice(struct serving *s, bool *more)
{
	const uint64_t end_ns = clock_mono_ns() + (uint64_t)LIMIT_SLICE_US * 1000;
	enum err rc = ERR_OK;

	require(more != NULL);
	while (rc == ERR_OK && intake_waits(s->intake) && clock_mono_ns() < end_ns) {
		const struct node_time now = now_of(s);
		struct intake_item *item;
		uint64_t expect_us = 0;

		for (size_t i = 0; i < TOGETHER && expect_us < LIMIT_SLICE_US; i++) {
			item = intake_next(s->intake);
			if (item == NULL)
				break;
			expect_us += intake_expect_us(s->intake, item);
			serve(s, item, &now);
		}
		rc = engine_turn(s->parts.engine, &now);
		intake_settle(s->intake);
	}
	*more = intake_waits(s->intake);
	return rc;
}

void serving_spent(struct serving *s, const struct event *ev, uint64_t us)
{
	if (ev->type == EVENT_ONBOARD)
		intake_spent(s->intake, IPC_ONBOARD, ev->peer, us, true);
	else if (ev->peer != 0)
		intake_spent(s->intake, IPC_MESSAGE, ev->peer, us, true);
}

enum err serving_credit(struct serving *s, struct ipc *net)
{
	uint8_t b[4];
	enum err rc = ERR_OK;

	require(net != NULL && s->owed_count <= LIMIT_PEERS + 1);
	for (size_t i = 0; rc == ERR_OK && i < s->owed_count; i++) {
		be32_put(b, s->credit[s->owed[i]]);
		rc = ipc_put(net, IPC_CREDIT, s->owed[i], span_of(b, sizeof b));
		s->credit[s->owed[i]] = 0;
	}
	s->owed_count = 0;
	return rc;
}

/* The next net begins with all its credit. */
void serving_net_gone(struct serving *s)
{
	intake_clear(s->intake);
	for (size_t i = 0; i < s->owed_count; i++)
		s->credit[s->owed[i]] = 0;
	s->owed_count = 0;
}
