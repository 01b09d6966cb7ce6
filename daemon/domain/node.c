/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One event in, changes in the transaction, effects out.  What a turn changed in memory is put back when it fails
 * (node_turn_abort); what fails alone is noted, paused and left out when the event runs again, so that one damaged row never
 * stops the others.
 */
#include "domain/node.h"

#include "base/check.h"
#include "base/limits/cases.h"

#include <stdlib.h>
#include <string.h>

#include "domain/asker/replies.h"
#include "domain/attach/attach.h"
#include "domain/blob/blob.h"
#include "domain/care/erase.h"
#include "domain/care/intake.h"
#include "domain/care/timers.h"
#include "domain/consent/drafts.h"
#include "domain/consent/lends.h"
#include "domain/count/tally.h"
#include "domain/count/underway.h"
#include "domain/desk/table.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/chores.h"
#include "domain/exchange/unstored.h"
#include "domain/flow/publish.h"
#include "domain/flow/report.h"
#include "domain/grant/erasure.h"
#include "domain/loss/incarnation.h"
#include "domain/loss/quarantine.h"
#include "domain/membership/members.h"
#include "domain/newcomer/door.h"
#include "domain/newcomer/onboard.h"
#include "domain/news/afar.h"
#include "domain/news/checkpoint.h"
#include "domain/news/spread.h"
#include "domain/people/known.h"
#include "domain/retain/retain.h"
#include "domain/room.h"
#include "domain/signin/session.h"
#include "domain/slices/slices.h"
#include "domain/staff/pending.h"
#include "domain/standing/follow.h"
#include "domain/stream/connect.h"
#include "domain/stream/receive.h"
#include "domain/stream/speak.h"

enum { TIMERS_PER_TURN = 16 };

static uint64_t within(uint64_t asked, uint64_t most)
{
	return asked != 0 && asked < most ? asked : most;
}

/* A setting only makes stricter: what would loosen a limit is the limit. */
void node_settings_judged(struct node *n, uint64_t now_ms, bool taken, bool later)
{
	require(n != NULL);
	n->settings_refused_ms = taken ? 0 : now_ms;
	if (taken)
		n->settings_wait_ms = later ? now_ms : 0;
}

void node_set_settings(struct node *n, const struct node_settings *s)
{
	n->day_documents = within(s->day_documents, LIMIT_DAY_DOCUMENTS);
	n->day_bytes = within(s->day_bytes, LIMIT_DAY_BYTES);
	n->quota.open_referrals = within(s->quota.open_referrals, LIMIT_OPEN_REFERRALS);
	n->quota.cases = within(s->quota.cases, LIMIT_PARTNER_CASES);
	n->quota.threads = within(s->quota.threads, LIMIT_PARTNER_THREADS);
	n->flow = s->flow;
	if (n->flow.k < LIMIT_FLOW_K)
		n->flow.k = LIMIT_FLOW_K;
	if (n->flow.percent == 0 || n->flow.percent > 100)
		n->flow.percent = 100;
	n->pair_check = s->pair_check;
	n->cosign_manual = s->cosign_manual;
	n->retain_months = (uint32_t)within(s->retain_months, LIMIT_RETAIN_MONTHS);
	/* a session is of an address: at another one, or at none, it is nobody's */
	if (strcmp(n->web.origin, s->web.origin) != 0)
		sessions_clear(n->sessions);
	n->web = s->web;
	n->web.idle_ms = (uint32_t)within(s->web.idle_ms, LIMIT_SESSION_MIN * UINT64_C(60000));
}

/* clang-format off */
static const struct kind_rules *const kinds[] = {
#define KIND_ROW(name, no, rules, first, flags) [no] = &kind_##rules,
	KINDS(KIND_ROW)
#undef KIND_ROW
};
/* clang-format on */

/* Its events are tallied; a report that is still counted read the tally when it began, and would miss them: it begins anew. */
static enum err erasing(struct turn *t, const struct id16 *case_id)
{
	enum err rc = tally_case(t, case_id);

	return rc == ERR_OK ? underway_anew(t) : rc;
}

/* What lower rooms call upwards.  The functions are named here, in the one file that knows all rooms, so that no room includes one
 * above it. */
static const struct exchange_hooks hooks = {
	.kinds = kinds,
	.kind_count = sizeof kinds / sizeof kinds[0],
	.leaving = intake_leaving,
	.erasing = erasing,
	.erased = erase_again,
	.confirmed = slices_believe,
	.lends = consent_lends,
};

/* Without partners: they are read by node_load, which has a transaction. */
enum err node_create(struct node **out, const struct node_identity *who, uint64_t mono_ms)
{
	struct node *n = calloc(1, sizeof *n);

	require(out != NULL && who != NULL);
	if (n == NULL)
		return ERR_NOMEM;
	n->fed_id = who->fed_id;
	n->node_id = who->node_id;
	n->nk_pub = who->nk_pub;
	n->key_seq = who->key_seq;
	n->inc.no = who->incarnation_no;
	n->roster_floor = who->roster_floor;
	n->start_mono_ms = mono_ms;
	n->hooks = &hooks;
	n->sheet = who->sheet;
	n->swappable = who->swappable;
	known_forget(n);
	if (who->memory.take != NULL && index_create(&n->index, &who->memory) != ERR_OK) {
		free(n);
		return ERR_NOMEM;
	}
	if (who->memory.take != NULL && running_create(&n->running, &who->memory) != ERR_OK) {
		index_free(n->index);
		free(n);
		return ERR_NOMEM;
	}
	if (sessions_create(&n->sessions, &who->memory) != ERR_OK) {
		index_free(n->index);
		running_free(n->running);
		free(n);
		return ERR_NOMEM;
	}
	n->rights.own_uid = who->own_uid;
	node_set_settings(n, &who->settings);
	memcpy(n->country, "NL", 3); /* until the roster that we are in was taken in */
	*out = n;
	return ERR_OK;
}

void node_free(struct node *n)
{
	if (n == NULL)
		return;
	sessions_free(n->sessions);
	index_free(n->index);
	running_free(n->running);
	free(n->peers);
	free(n);
}

/* Between turns only: it moves the partners in memory, to which handlers of a turn hold pointers. */
enum err node_reload(struct node *n, struct turn *t)
{
	enum err rc = roster_load(t, n);

	n->flow_due_ms = 0; /* perhaps there is somebody new to report to */
	if (rc == ERR_OK)
		rc = door_load(t, n);

	for (size_t i = 0; rc == ERR_OK && i < n->peer_count; i++)
		if (n->peers[i].self)
			memcpy(n->country, n->peers[i].country, sizeof n->country);
	return rc;
}

/* Verified before it is used: a roster that does not verify starts no node. */
enum err node_load(struct node *n, struct turn *t)
{
	enum err rc = roster_verify(t);

	n->clock_gap_ms = (int64_t)t->wall_ms - (int64_t)t->mono_ms;
	if (rc == ERR_OK)
		rc = node_reload(n, t);
	if (rc == ERR_OK)
		rc = incarnation_load(t, n);
	if (rc == ERR_OK)
		rc = rights_load(t, &t->node->rights);
	if (rc == ERR_OK)
		rc = connect_load(t);
	if (rc == ERR_OK)
		rc = audit_settle(t);
	node_turn_done(n);
	return rc;
}

void node_set_prekey(struct node *n, const uint8_t record[WIRE_PREKEY_LEN])
{
	memcpy(n->prekey, record, WIRE_PREKEY_LEN);
	n->have_prekey = true;
}

/* Who makes the keys may be a moment behind the roster: a key for one that left is dropped. */
void node_set_pair_prekey(struct node *n, uint16_t peer, const uint8_t record[WIRE_PREKEY_LEN])
{
	struct peer *p = state_peer(n, peer);

	if (p == NULL)
		return;
	memcpy(p->prekey, record, WIRE_PREKEY_LEN);
	p->have_prekey = true;
	p->prekey_used = false;
}

void node_pair_prekey_used(struct node *n, uint16_t peer)
{
	struct peer *p = state_peer(n, peer);

	if (p != NULL)
		p->prekey_used = true;
}

void node_set_epoch(struct node *n, uint32_t epoch)
{
	n->shred_epoch = epoch;
}

bool node_shredded(const struct node *n)
{
	return n->shred_seen != n->shred_epoch;
}

static_assert(NODE_REST_MS / 2 > (int)LIMIT_PING_MS, "rest is longer than a pause");

void node_set_rest(struct node *n, uint64_t rest_ms)
{
	require(rest_ms % 2 == 0);
	n->rest_ms = rest_ms;
}

void node_set_shred(struct node *n, uint64_t since_ms, uint64_t damaged)
{
	n->shred_ms = since_ms;
	n->keys_damaged = damaged;
}

void node_set_disk(struct node *n, enum node_disk disk)
{
	require(disk <= NODE_DISK_STOP);
	n->disk = disk;
}

/* The time of the last change, not of the last word: people see since when nobody could come in.  The first word counts as a change,
 * also a good one: without a time it is not yet known whether anybody can. */
void node_set_listening(struct node *n, const char *at, int error, uint64_t wall_ms)
{
	const size_t len = strlen(at);

	if (len < sizeof n->listen)
		memcpy(n->listen, at, len + 1);
	if (n->listen_error != error || n->listen_since_ms == 0)
		n->listen_since_ms = wall_ms;
	n->listen_error = error;
}

void node_held(struct node *n, uint16_t peer, enum held_cause cause, uint64_t count,
	       uint64_t wall_ms)
{
	held_note(&n->held, peer, cause, count, wall_ms);
}

/* Everything anew: what points into the arena of an earlier turn must not reach this one. */
void node_turn_begin(struct node *n, struct turn *t, const struct node_time *now)
{
	require(n != NULL && now != NULL);
	n->before = (struct node_before){.audit_seq = n->audit_seq,
					 .cosign_seq = n->cosign_seq,
					 .clock_gap_ms = n->clock_gap_ms,
					 .clock_confirmed = n->clock_confirmed,
					 .look = n->look,
					 .inc = n->inc,
					 .restored_ms = n->restored_ms,
					 .older_no = n->rights.older_no,
					 .flow_due_ms = n->flow_due_ms,
					 .quarantine = n->quarantine};
	known_forget(n);
	running_turn(n->running);
	n->rights.changed = false;
	sessions_settle(n->sessions);
	/* all of it: what was found in the memory of the turn before is no more there */
	*t = (struct turn){.arena = t->arena,
			   .fx = t->fx,
			   .txn = t->txn,
			   .node = n,
			   .faults = &n->faults,
			   .wall_ms = now->wall_ms,
			   .mono_ms = now->mono_ms,
			   .doing = {.part = FAULT_EVENT}};
	t->docs_last = &t->docs;
}

/* ---- the step ---- */

/* Asks a partner; one whose question failed is asked again after a pause. */
static enum err ask_peer(struct turn *t, struct peer *p)
{
	const struct fault_place at = {.part = FAULT_QUESTION, .peer = p->no};
	enum err rc;

	if (fault_paused(t, &at)) {
		if (p->conn.ask_mono_ms < fault_again_ms(t, &at))
			state_conn(t->node, p)->ask_mono_ms = fault_again_ms(t, &at);
		return ERR_OK;
	}
	fault_doing(t, &at);
	rc = connect_tick(t, p);
	return fault_over(t, rc);
}

/* Work that no event asked for fails by itself and is paused by itself. */
static enum err by_itself(struct turn *t, enum fault_part part, enum err (*run)(struct turn *t))
{
	const struct fault_place at = {.part = part};
	enum err rc;

	require(part != FAULT_EVENT && run != NULL);
	if (fault_paused(t, &at))
		return ERR_OK;
	fault_doing(t, &at);
	rc = run(t);
	return fault_over(t, rc);
}

/* What ends by the passing of time alone. */
static enum err let_go(struct turn *t)
{
	enum err rc = quarantine_tick(t);

	if (rc == ERR_OK)
		rc = unstored_tick(t);
	if (rc == ERR_OK)
		rc = replies_forget(t);
	if (rc == ERR_OK)
		rc = drafts_let_go(t);
	if (rc == ERR_OK)
		rc = pending_let_go(t);
	if (rc == ERR_OK)
		rc = blob_tick(t);
	if (rc == ERR_OK)
		rc = retain_tick(t);
	return rc == ERR_OK ? erase_alone(t) : rc;
}

/* Timers before questions: what is signed now goes out with the frames of this turn. */
static enum err on_tick(struct turn *t)
{
	const bool shredded = node_shredded(t->node);
	enum err rc = shredded ? erasure_shredded(t) : ERR_OK;

	/* only in memory: what this misses looks again by itself */
	t->node->shred_seen = t->node->shred_epoch;
	if (rc == ERR_OK)
		rc = timers_run(t, TIMERS_PER_TURN);

	if (rc == ERR_OK)
		rc = members_tick(t);
	if (rc == ERR_OK)
		rc = door_tick(t);
	for (size_t i = 0; rc == ERR_OK && i < t->node->peer_count; i++)
		if (t->node->peers[i].active && !t->node->peers[i].self &&
		    !t->node->peers[i].broken)
			rc = ask_peer(t, &t->node->peers[i]);
	if (rc == ERR_OK)
		rc = slices_tick(t);
	if (rc == ERR_OK)
		rc = by_itself(t, FAULT_REPORT, publish_tick);
	return rc == ERR_OK ? by_itself(t, FAULT_CLEANING, let_go) : rc;
}

/* Guards before the switch: one that is no partner any more only hangs up, one that suspended itself may only come
 * back. */
static enum err on_peer_event(struct turn *t, const struct event *ev)
{
	struct peer *p = state_peer(t->node, ev->peer);
	enum err rc = ERR_OK;

	if (p != NULL && !p->self &&
	    ev->type == EVENT_PEER_DOWN) /* also of one removed or suspended just now */
		rc = connect_down(t, p);
	if (rc != ERR_OK)
		return rc;
	if (p == NULL || !p->admitted || p->self)
		return ERR_OK; /* removed meanwhile */
	/* Of one that suspended or contradicted itself only a newer record counts: the way back. */
	if (!p->active && ev->type != EVENT_PEER_UP && ev->type != EVENT_FRAME)
		return ERR_OK;
	if (p->broken)
		return ERR_OK; /* what it counts cannot be read here: status says so */
	switch (ev->type) {
	case EVENT_PEER_UP:
		return connect_up(t, p);
	case EVENT_PEER_DOWN:
		return ERR_OK;
	case EVENT_PREKEY:
		return connect_prekey(t, p, ev->bytes);
	case EVENT_FRAME:
		return receive_frame(t, p, ev->bytes);
	case EVENT_UNOPENED:
		return connect_unopened(t, p, ev->bytes);
	case EVENT_COSIGNED:
		return checkpoint_cosigned(t, p, ev->bytes);
	case EVENT_REQUEST:
	case EVENT_TICK:
	case EVENT_WITNESS:
	case EVENT_RECORD:
	case EVENT_ROSTER:
	case EVENT_CHECKPOINT:
	case EVENT_ONBOARD:
		break;
	}
	return ERR_OK;
}

/* The roster file beside the store: what is new in it; a bad file stops nothing. */
static enum err on_own_roster(struct turn *t, struct span entry)
{
	bool fork;
	enum err rc = roster_apply(t, entry, &fork);

	return err_fatal(rc) ? rc : ERR_OK;
}

/* What is of no single partner is done here; all else goes past the guards of on_peer_event. */
static enum err step(struct turn *t, const struct event *ev)
{
	switch (ev->type) {
	case EVENT_REQUEST:
		return table_request(t, ev);
	case EVENT_TICK:
		return on_tick(t);
	case EVENT_WITNESS:
		return spread_witness(t, ev->bytes);
	case EVENT_RECORD:
		return spread_record(t, ev->bytes);
	case EVENT_ROSTER:
		return on_own_roster(t, ev->bytes);
	case EVENT_CHECKPOINT:
		return checkpoint_own(t, ev->bytes);
	case EVENT_ONBOARD:
		return onboard_message(t, ev->peer, ev->bytes);
	case EVENT_PEER_UP:
	case EVENT_PEER_DOWN:
	case EVENT_PREKEY:
	case EVENT_FRAME:
	case EVENT_UNOPENED:
	case EVENT_COSIGNED:
		break;
	}
	return on_peer_event(t, ev);
}

/* The wall clock was put forward or back under us, or the machine slept: keys may have grown too old for a frame, and
 * what partners said of the time is of another time.  They are asked at once, not at the next question; of one that
 * cannot be asked nothing is known: that it is away says nothing of its clock. */
static enum err clock_stepped(struct turn *t)
{
	const int64_t gap = (int64_t)t->wall_ms - (int64_t)t->mono_ms;
	const int64_t step = gap - t->node->clock_gap_ms,
		      skew_ms = INT64_C(1000) * LIMIT_CLOCK_SKEW_S;

	if (step < skew_ms && step > -skew_ms)
		return ERR_OK;
	t->node->clock_gap_ms = gap;
	for (size_t i = 0; i < t->node->peer_count; i++) {
		struct conn *c = state_conn(t->node, &t->node->peers[i]);

		if (c->up)
			c->ask_mono_ms = t->mono_ms;
		else
			c->clock_theirs_ms = 0;
	}
	return audit_add(
		t, &(struct audit_entry){.event = AUDIT_CLOCK,
					 .detail = step > 0 ? "stepped-forward" : "stepped-back"});
}

/* Seed and place of the event first: whatever fails is named by them. */
enum err node_step(struct turn *t, const struct event *ev)
{
	enum err rc;

	require(t->node != NULL && ev != NULL);
	t->ev = ev;
	t->seed = ev->seed;
	t->draws = 0;
	fault_doing(t, &(struct fault_place){.peer = ev->peer, .type = (uint16_t)ev->type});
	store_use(t->txn, STORE_FREES);
	rc = clock_stepped(t);
	store_use(t->txn, room_of_event(ev->type));
	if (rc == ERR_OK)
		rc = step(t, ev);
	/* what follows from it, and at last what is said of it to partners, must work always */
	store_use(t->txn, STORE_FREES);
	/* standing first: whose referrals end below depends on who is still a partner */
	if (rc == ERR_OK)
		rc = afar_settle(t);
	if (rc == ERR_OK)
		rc = roster_settle(t);
	for (; rc == ERR_OK && t->gone != NULL; t->gone = t->gone->next) {
		rc = slices_gone(t, t->gone->peer);
		if (rc == ERR_OK)
			rc = spread_farewell(t, t->gone->peer);
	}
	for (; rc == ERR_OK && t->leaving != NULL; t->leaving = t->leaving->next)
		rc = slices_leaves(t, t->leaving->peer);
	if (rc == ERR_OK)
		rc = attach_emptied(t);
	return turn_whole(t, rc);
}

void node_turn_sign(const struct turn *t, struct id32 *root, uint16_t *count)
{
	document_sign_request(t, root, count);
}

/* Documents get their signature before frames are made: a frame carries them as they are kept. */
enum err node_turn_end(struct turn *t, const uint8_t *sig)
{
	enum err rc = ERR_OK;

	if (t->doc_count > 0)
		rc = document_signed(t, sig);
	if (rc == ERR_OK)
		rc = speak_all(t);
	if (rc == ERR_OK) /* core asks it without a turn (table_allows) */
		rc = rights_load(t, &t->node->rights);
	if (rc == ERR_OK)
		rc = replies_settle(t);
	if (rc == ERR_OK)
		rc = audit_settle(t);
	return turn_whole(t, rc);
}

/* After the commit: what was kept to be put back is no longer what was there before. */
void node_turn_done(struct node *n)
{
	for (size_t i = 0; i < n->peer_count; i++)
		n->peers[i].saved = false;
	known_settle(n);
	sessions_settle(n->sessions);
}

bool node_fills(const struct node *n)
{
	return known_fills(n) || follow_fills(n);
}

enum err node_fill(struct turn *t, bool busy)
{
	enum err rc = known_fills(t->node) ? known_fill(t) : ERR_OK;

	return rc == ERR_OK && follow_fills(t->node) ? follow_fill(t, busy) : rc;
}

/* Exactly what this turn had touched: what others changed since is not ours to undo. */
void node_turn_abort(struct node *n)
{
	for (size_t i = 0; i < n->peer_count; i++)
		state_put_back(&n->peers[i]);
	known_forget(n);
	sessions_put_back(n->sessions);
	n->audit_seq = n->before.audit_seq;
	n->cosign_seq = n->before.cosign_seq;
	n->clock_gap_ms = n->before.clock_gap_ms;
	n->clock_confirmed = n->before.clock_confirmed;
	n->look = n->before.look;
	n->inc = n->before.inc;
	n->restored_ms = n->before.restored_ms;
	n->rights.older_no = n->before.older_no;
	n->flow_due_ms = n->before.flow_due_ms;
	n->quarantine = n->before.quarantine;
	/* what this turn wrote of it is gone again */
	n->rights.current = n->rights.current && !n->rights.changed;
}

/* A request that is refused is answered, and that is all, also when the disk is full; one that meets damage or lacks
 * memory is a fault too. */
static bool refusal_only(const struct turn *t, enum err e)
{
	return t->ev != NULL && t->ev->type == EVENT_REQUEST && t->doing.part == FAULT_EVENT &&
	       (!err_fatal(e) || e == ERR_FULL);
}

/* A partner spoke, or its line came up: it hears of us whatever can be written here. */
static bool of_a_line(const struct event *ev)
{
	return ev != NULL && (ev->type == EVENT_FRAME || ev->type == EVENT_PEER_UP ||
			      ev->type == EVENT_PREKEY || ev->type == EVENT_UNOPENED);
}

bool node_turn_failed(struct turn *t, enum err e)
{
	const bool bare_left = e == ERR_FULL && !t->node->bare;

	/* once more, and then without a word of it: a backup, a lock, a panic; and a partner's line, where it is not one
	 * part or document alone that finds no room */
	if (bare_left && (t->bare_too || (of_a_line(t->ev) && t->doing.part == FAULT_EVENT))) {
		t->node->bare = true;
		return true;
	}
	if (!refusal_only(t, e) && fault_note(t, e))
		return true;
	if (!bare_left || !of_a_line(t->ev))
		return false;
	t->node->bare = true; /* too many of them */
	return true;
}

void node_event_over(struct node *n)
{
	n->faults.event++;
	n->bare = false;
}

/* What a client acts by is here; the words are its own. */
enum err node_error_reply(struct turn *t, enum err e, struct span *out)
{
	const struct refused *r = &t->refusal;
	struct msg *reply = msg_new(t->arena, MSG_REPLY);

	require(e != ERR_OK);
	turn_refused_into(t, e, reply);
	msg_set_text(t->arena, reply, REPLY_COUNTRY, t->node->country);
	msg_set_u64(reply, REPLY_UNCOVERED, r->uncovered);
	msg_set_u64(reply, REPLY_COVERED, r->covered);
	if (r->id[0] != '\0') {
		msg_set_text(t->arena, reply, REPLY_ID, r->id);
		msg_set_u64(reply, REPLY_CURRENT, r->current);
	}
	return msg_pack(t->arena, reply, out);
}

/* The earliest of what is due: timers, questions, what failed, the next report. */
enum err node_next_tick(struct turn *t, uint64_t *wall_ms, uint64_t *mono_ms)
{
	const struct fault_place report = {.part = FAULT_REPORT},
				 cleaning = {.part = FAULT_CLEANING};
	uint64_t remove_ms = UINT64_MAX;
	bool any = false;
	enum err rc = timers_next_due(t, wall_ms);

	if (rc == ERR_OK)
		rc = chores_any(t, &any);
	if (any)
		*wall_ms = t->wall_ms; /* the next slice, once others had their turn */
	if (rc == ERR_OK)
		rc = blob_due(t, &remove_ms);
	if (remove_ms < *wall_ms && !fault_paused(t, &cleaning))
		*wall_ms = remove_ms < t->wall_ms ? t->wall_ms : remove_ms;
	*mono_ms = connect_next_mono_ms(t->node);
	for (size_t i = 0; i < t->node->faults.count; i++) { /* what failed is tried again */
		const struct fault *f = &t->node->faults.row[i];

		if (f->again_mono_ms > t->mono_ms && f->again_mono_ms < *mono_ms)
			*mono_ms = f->again_mono_ms;
	}
	if (members_next_ms(t->node) < *wall_ms)
		*wall_ms = members_next_ms(t->node);
	if (t->node->flow_due_ms < *wall_ms && !fault_paused(t, &report))
		*wall_ms = t->node->flow_due_ms;
	if (t->node->doors_due_ms != 0 && t->node->doors_due_ms < *wall_ms)
		*wall_ms = t->node->doors_due_ms;
	if (quarantine_until_ms(t->node) < *wall_ms && !fault_paused(t, &cleaning))
		*wall_ms = quarantine_until_ms(t->node);
	return rc;
}
