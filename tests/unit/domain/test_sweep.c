/* SPDX-License-Identifier: EUPL-1.2 */
/* A turn in which something fails.  Before turns of the simulated federation, of every kind that occurs, the same turn is
 * tried with its first allocation failing, with its second, and so on until one goes through; then so with every write to
 * the store, with every read of it (of a turn that reads much, with some hundreds of them), and with a commit that fails.
 * Each time
 *
 *  - the turn ends with the error that was planted, not with another and not well;
 *  - once it is undone the store holds what it held, and the node's memory too: nothing is half done;
 *  - what failed by itself is left out when the event runs again, as core/engine.c does, and then it goes through;
 *
 * and at the end the turn without a fault leaves the very store that it left before all those that failed. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/plant.h"
#include "sim.h"
#include "store/backend.h"

/* The build with sanitizers is slow and looks for other mistakes: it tries a part of the places, the plain one all of them. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
enum { ALLOCATION_STRIDE = 4, READS = 60 };
#else
enum { ALLOCATION_STRIDE = 1, READS = 300 };
#endif
enum { TIMES = 1, KINDS_MAX = 512, SHOWN = 20 };

/* Countdown to the one failure; 0: nothing fails. */
struct fault_plan {
	unsigned allocation, write, read;
	enum err err; /* of the write or read */
	bool happened;
};

/* How many did: a sweep in which nothing fails would find nothing. */
static unsigned failed_allocations, failed_writes, failed_reads;

static struct fault_plan plan;

bool planted(enum plant which)
{
	(void)which;
	return false;
}

bool planted_full(void)
{
	if (plan.allocation == 0 || --plan.allocation > 0)
		return false;
	plan.happened = true;
	failed_allocations++;
	return true;
}

static enum err write_fails(void)
{
	if (plan.write == 0 || --plan.write > 0)
		return ERR_OK;
	plan.happened = true;
	failed_writes++;
	return plan.err;
}

static unsigned reads; /* of the attempt at hand */

static enum err read_fails(void)
{
	reads++;
	if (plan.read == 0 || --plan.read > 0)
		return ERR_OK;
	plan.happened = true;
	failed_reads++;
	return plan.err;
}

static const struct store_ops *real;

static enum err put(struct store_txn *txn, enum store_table t, struct span key, struct span val)
{
	const enum err rc = write_fails();

	return rc == ERR_OK ? real->put(txn, t, key, val) : rc;
}

static enum err del(struct store_txn *txn, enum store_table t, struct span key)
{
	const enum err rc = write_fails();

	return rc == ERR_OK ? real->del(txn, t, key) : rc;
}

static enum err get(struct store_txn *txn, enum store_table t, struct span key, struct span *val)
{
	const enum err rc = read_fails();

	return rc == ERR_OK ? real->get(txn, t, key, val) : rc;
}

static enum err seek(struct store_txn *txn, enum store_table t, struct span from,
		     struct store_row *row)
{
	const enum err rc = read_fails();

	return rc == ERR_OK ? real->seek(txn, t, from, row) : rc;
}

static enum err seek_back(struct store_txn *txn, enum store_table t, struct span below,
			  struct store_row *row)
{
	const enum err rc = read_fails();

	return rc == ERR_OK ? real->seek_back(txn, t, below, row) : rc;
}

/* ---- what a node holds ---- */

struct picture {
	uint64_t table[STORE_TABLE_COUNT];
	struct node node;
	struct peer peers[SIM_NODES_MAX];
};

static void picture_store(struct store_txn *txn, struct picture *out)
{
	for (int t = 0; t < STORE_TABLE_COUNT; t++) {
		struct store_walk w = {.rc = ERR_OK};

		out->table[t] = 0xcbf29ce484222325u;
		while (store_each(txn, (enum store_table)t, span_of(NULL, 0), &w))
			out->table[t] = sim_mixed(sim_mixed(out->table[t], w.row.key), w.row.val);
	}
}

/* What an undone turn leaves for itself alone is no part of the picture: the copies to undo by, and the list of faults. */
static void picture_memory(const struct node *n, struct picture *out)
{
	out->node = *n;
	out->node.faults = (struct faults){.count = 0};
	out->node.before = (struct node_before){.audit_seq = 0};
	assert_true(n->peer_count <= SIM_NODES_MAX);
	for (size_t i = 0; i < n->peer_count; i++) {
		out->peers[i] = n->peers[i];
		memset(&out->peers[i].before, 0, sizeof out->peers[i].before);
		out->peers[i].heard_before = out->peers[i].key_before = 0;
		out->peers[i].owes_before = false;
	}
}

static void take(struct sim_node *n, struct picture *out)
{
	struct store_txn *txn;

	memset(out, 0, sizeof *out);
	picture_memory(n->node, out);
	assert_int_equal(store_begin(n->store, false, &txn), ERR_OK);
	picture_store(txn, out);
	store_abort(txn);
}

/* ---- findings ---- */

static char said[SHOWN][300];
static unsigned findings;

/* Each once, however often it happens. */
static void find(const char *what)
{
	for (unsigned i = 0; i < findings && i < SHOWN; i++)
		if (strcmp(said[i], what) == 0)
			return;
	if (findings < SHOWN)
		(void)snprintf(said[findings], sizeof said[0], "%s", what);
	findings++;
	(void)fprintf(stderr, "sweep: %s\n", what);
}

static size_t first_other(const void *a, const void *b, size_t len)
{
	size_t i = 0;

	if (memcmp(a, b, len) == 0) /* nearly always, and a sanitizer is slow byte by byte */
		return len;
	while (i < len && ((const uint8_t *)a)[i] == ((const uint8_t *)b)[i])
		i++;
	return i;
}

/* ---- which turns ---- */

struct kind {
	uint64_t key;
	unsigned seen;
};

static struct kind kinds[KINDS_MAX];
static size_t kind_count;
static unsigned swept[256]; /* by number of the command */

static unsigned command_no(struct span bytes, uint64_t *act)
{
	struct err_text why;
	struct msg_field f;
	struct msg *req;
	struct arena a;
	unsigned no = 0;

	assert_int_equal(arena_create(&a, 1 << 20), ERR_OK);
	assert_int_equal(msg_parse(&a, MSG_REQUEST, bytes, &req, &why), ERR_OK);
	for (size_t i = 0; msg_field_at(req, i, &f); i++)
		if (msg_has(req, f.number) && f.number >= REQUEST_STATUS)
			no = f.number;
	if (no == REQUEST_ACT)
		*act = msg_u64(msg_get(req, no), ACT_NEW_TYPE);
	arena_free(&a);
	return no % 256;
}

static uint64_t parts_of(struct span frame)
{
	struct wire_frame_view v;
	struct wire_part p;
	struct wire_doc d;
	uint64_t set = 0;
	struct rd r;

	if (wire_frame_get(frame, &v) != ERR_OK)
		return 0;
	r = rd_of(v.parts);
	while (wire_part_next(&r, &p)) {
		set |= UINT64_C(1) << p.type % 24;
		if (p.type == WIRE_PART_DOCUMENT && wire_doc_get(p.bytes, &d) == ERR_OK)
			set |= UINT64_C(1) << (24 + d.head.type % 32);
	}
	return set;
}

static uint64_t kind_of(const struct sim *s, const struct sim_node *n, const struct event *ev)
{
	uint64_t key = (uint64_t)ev->type << 60, act = 0;

	if (ev->type == EVENT_REQUEST) {
		const unsigned no = command_no(ev->bytes, &act);

		return key | no << 8 | act;
	}
	if (ev->type == EVENT_FRAME)
		return key | parts_of(ev->bytes);
	return ev->type == EVENT_TICK && n->node->flow_due_ms <= s->now_ms ? key | 1 : key;
}

/* A turn that is refused says little about its kind: the next one is tried, too. */
static struct kind *kind_at(uint64_t key)
{
	for (size_t i = 0; i < kind_count; i++)
		if (kinds[i].key == key)
			return &kinds[i];
	assert_true(kind_count < KINDS_MAX);
	kinds[kind_count] = (struct kind){key, 0};
	return &kinds[kind_count++];
}

/* ---- the sweep ---- */

static uint64_t jump_ms; /* the wall clock was put forward by so much */

struct trial {
	struct sim *s;
	struct sim_node *n;
	const struct event *ev;
	struct effects fx;
	struct turn t;
	char name[160];
	struct picture before;
};

/* One turn with the plan at hand, not committed. */
static enum err attempt(struct trial *x)
{
	const struct node_time now = {x->s->now_ms + jump_ms, x->s->now_ms};
	enum err rc;

	effects_init(&x->fx);
	x->t = (struct turn){.arena = &x->n->arena, .fx = &x->fx};
	node_turn_begin(x->n->node, &x->t, &now);
	assert_int_equal(store_begin(x->n->store, true, &x->t.txn), ERR_OK);
	reads = 0;
	rc = sim_try(x->s, x->n, &x->t, x->ev);
	plan.allocation = plan.write = plan.read = 0;
	return rc;
}

static void undo(struct trial *x)
{
	store_abort(x->t.txn);
	node_turn_abort(x->n->node);
}

static void name_turn(struct trial *x)
{
	const struct event *ev = x->ev;
	uint64_t act = 0;
	const unsigned no = ev->type == EVENT_REQUEST ? command_no(ev->bytes, &act) : 0;

	(void)snprintf(x->name, sizeof x->name, "event %d, request %u act %llu, parts %llx",
		       (int)ev->type, no, (unsigned long long)act,
		       ev->type == EVENT_FRAME ? (unsigned long long)parts_of(ev->bytes) : 0);
}

static void note(const struct trial *x, const char *fault, const char *what)
{
	char line[300];

	(void)snprintf(line, sizeof line, "%s: %s: %s", x->name, fault, what);
	find(line);
}

static void compare(const struct trial *x, const struct picture *after, const char *fault)
{
	const struct picture *before = &x->before;
	size_t at = first_other(&before->node, &after->node, sizeof after->node);
	char what[80];

	for (int t = 0; t < STORE_TABLE_COUNT; t++)
		if (before->table[t] != after->table[t])
			note(x, fault, key_table_name((enum store_table)t));
	if (at != sizeof after->node) {
		(void)snprintf(what, sizeof what, "struct node is another at byte %zu", at);
		note(x, fault, what);
	}
	for (size_t i = 0; i < SIM_NODES_MAX; i++) {
		at = first_other(&before->peers[i], &after->peers[i], sizeof after->peers[i]);
		if (at != sizeof after->peers[i]) {
			(void)snprintf(what, sizeof what, "struct peer is another at byte %zu", at);
			note(x, fault, what);
		}
	}
}

/* The turn failed and is undone: the engine notes it, and runs the event again when that is worth it. */
static void again(struct trial *x, enum err rc, const char *fault)
{
	struct span reply;

	if (x->ev->type == EVENT_REQUEST && node_error_reply(&x->t, rc, &reply) != ERR_OK)
		note(x, fault, "no answer can be made");
	arena_reset(&x->n->arena);
	if (node_turn_failed(&x->t, rc)) {
		if (attempt(x) != ERR_OK)
			note(x, fault, "it fails again without what failed");
		undo(x);
		arena_reset(&x->n->arena);
	}
	node_event_over(x->n->node);
	x->n->node->faults = (struct faults){.count = 0};
}

/* The k-th place of it.  true: it happened, so there may be one more. */
static bool one(struct trial *x, unsigned k, enum err expected, const char *fault)
{
	const uint64_t report_ms = x->n->node->flow_due_ms;
	struct picture after;
	char what[80];
	enum err rc;

	plan.happened = false;
	rc = attempt(x);
	undo(x);
	arena_reset(&x->n->arena);
	if (!plan.happened)
		return false;
	if (rc != expected) {
		(void)snprintf(what, sizeof what, "the turn ended in \"%s\"", err_text(rc));
		note(x, fault, what);
	}
	if (x->t.doing.part == FAULT_REPORT) /* on purpose: not at once again, whatever failed */
		x->n->node->flow_due_ms = report_ms;
	memcpy(&after, &x->before, sizeof after);
	picture_memory(x->n->node, &after);
	if (k < 3 || k % 16 == 0) /* the store undoes a turn in one way, wherever it broke */
		take(x->n, &after);
	compare(x, &after, fault);
	again(x, rc == ERR_OK ? expected : rc, fault);
	return true;
}

static void sweep_allocations(struct trial *x)
{
	for (unsigned k = 1;; k += ALLOCATION_STRIDE) {
		plan = (struct fault_plan){.allocation = k};
		if (!one(x, k, ERR_NOMEM, "an allocation fails"))
			break;
	}
}

static void sweep_writes(struct trial *x)
{
	for (unsigned k = 1;; k++) {
		plan = (struct fault_plan){.write = k, .err = k % 2 != 0 ? ERR_FULL : ERR_IO};
		if (!one(x, k, plan.err, "a write fails"))
			break;
	}
}

/* A disk that does not answer, and a page of the map that is damaged.  Neither is ever taken for "not there". */
static void sweep_reads(struct trial *x, unsigned all)
{
	static const enum err errs[] = {ERR_IO, ERR_CORRUPT};
	const unsigned stride = 1 + all / READS;

	for (size_t i = 0; i < sizeof errs / sizeof errs[0]; i++)
		for (unsigned k = 1;; k += stride) {
			plan = (struct fault_plan){.read = k, .err = errs[i]};
			if (!one(x, k, errs[i], i == 0 ? "a read fails" : "a read finds damage"))
				break;
		}
}

static void sweep_faults(struct trial *x, unsigned all_reads)
{
	static struct store_ops faulty;

	real = x->n->store->ops;
	faulty = *real;
	faulty.put = put;
	faulty.del = del;
	faulty.get = get;
	faulty.seek = seek;
	faulty.seek_back = seek_back;
	x->n->store->ops = &faulty;
	sweep_allocations(x);
	sweep_writes(x);
	sweep_reads(x, all_reads);
	x->n->store->ops = real;
}

/* How often the turn reads; nothing is left of it. */
static unsigned count_reads(struct trial *x)
{
	static struct store_ops counting;

	real = x->n->store->ops;
	counting = *real;
	counting.get = get;
	counting.seek = seek;
	counting.seek_back = seek_back;
	x->n->store->ops = &counting;
	assert_int_equal(attempt(x), ERR_OK);
	undo(x);
	arena_reset(&x->n->arena);
	x->n->store->ops = real;
	return reads;
}

static void sweep(struct sim *s, struct sim_node *n, const struct event *ev)
{
	static struct picture clean, after;
	static struct trial x;
	const struct faults faults = n->node->faults;
	const uint64_t docs = s->docs;
	struct kind *kind = kind_at(kind_of(s, n, ev) ^ jump_ms);
	enum err rc;

	if (kind->seen >= TIMES)
		return;
	x = (struct trial){.s = s, .n = n, .ev = ev};
	name_turn(&x);
	take(n, &x.before);
	rc = attempt(&x);
	if (rc == ERR_OK)
		picture_store(x.t.txn, &clean);
	undo(&x);
	arena_reset(&n->arena);
	take(n, &after);
	compare(&x, &after, rc == ERR_OK ? "the commit fails" : "refused");
	if (rc == ERR_OK) {
		kind->seen++;
		if (ev->type == EVENT_REQUEST)
			swept[command_no(ev->bytes, &(uint64_t){0})]++;
		sweep_faults(&x, count_reads(&x));
		assert_int_equal(attempt(&x), ERR_OK);
		picture_store(x.t.txn, &after);
		undo(&x);
		arena_reset(&n->arena);
		if (memcmp(clean.table, after.table, sizeof clean.table) != 0)
			note(&x, "after all faults", "the same turn does something else");
	}
	n->node->faults = faults;
	s->docs = docs;
}

static void begin(struct sim *s, uint64_t seed, const struct sim_profile *p)
{
	kind_count = findings = failed_allocations = failed_writes = failed_reads = 0;
	sim_open(s, seed, p, false);
	s->each = sweep;
}

static void finish(struct sim *s)
{
	if (s->failed[0] != '\0')
		(void)fprintf(stderr, "sweep: %s\n", s->failed);
	assert_string_equal(s->failed, "");
	sim_close(s);
	(void)printf("sweep: %zu kinds of turns, %u allocations, %u writes and %u reads failed\n",
		     kind_count, failed_allocations, failed_writes, failed_reads);
	assert_true(failed_allocations > kind_count && failed_writes > kind_count &&
		    failed_reads > kind_count);
	assert_int_equal(findings, 0);
}

static void ask(struct sim *s, void (*fill)(struct sim *s, struct arena *a, struct msg *req))
{
	struct arena a;
	struct msg *req;

	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	req = msg_new(&a, MSG_REQUEST);
	fill(s, &a, req);
	sim_ask(s, &s->nodes[0], &a, req);
	assert_false(s->reply_error);
	arena_free(&a);
}

static void back_up(struct sim *s, struct arena *a, struct msg *req)
{
	(void)s;
	(void)msg_sub(a, req, REQUEST_BACKUP);
}

static void import_removal(struct sim *s, struct arena *a, struct msg *req)
{
	struct msg *m = msg_sub(a, req, REQUEST_ROSTER_IMPORT);

	msg_add_bytes(a, m, ROSTER_IMPORT_ENTRIES, sim_removal(s, s->n - 1, s->now_ms));
}

/* What people look at, and the little they do beside the work that the simulator lets them do. */
enum whose { ALL, CASE, PARTNER, REFERRAL };
static const struct {
	unsigned command;
	enum whose of;
} looks[] = {{REQUEST_STATUS, ALL},	   {REQUEST_ROSTER_SHOW, ALL},
	     {REQUEST_PARTNER_LIST, ALL},  {REQUEST_PARTNER_SHOW, PARTNER},
	     {REQUEST_CASE_LIST, ALL},	   {REQUEST_CASE_SHOW, CASE},
	     {REQUEST_CASE_CLOSE, CASE},   {REQUEST_CONSENT_LIST, CASE},
	     {REQUEST_INBOX, ALL},	   {REQUEST_SENT, ALL},
	     {REQUEST_SHOW, REFERRAL},	   {REQUEST_WORKLIST, ALL},
	     {REQUEST_TODAY, ALL},	   {REQUEST_REF_ERASE, REFERRAL},
	     {REQUEST_OUTBOX_LIST, ALL},   {REQUEST_AUDIT_LIST, ALL},
	     {REQUEST_AUDIT_VERIFY, ALL},  {REQUEST_AUDIT_CHECKPOINT, ALL},
	     {REQUEST_VERIFY, ALL},	   {REQUEST_AUDIT_EXPORT, PARTNER},
	     {REQUEST_CLOCK_CONFIRM, ALL}, {REQUEST_INVITE, PARTNER},
	     {REQUEST_INVITE_LIST, ALL},   {REQUEST_APPROVE_LIST, ALL},
	     {REQUEST_FLOW, ALL}};

static bool ask_of(struct sim *s, unsigned command, const char *id)
{
	struct arena a;
	struct msg *req, *m;

	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	req = msg_new(&a, MSG_REQUEST);
	m = msg_sub(&a, req, command);
	if (command == REQUEST_INVITE) {
		msg_set_text(&a, m, INVITE_NEW_ORG, "newcomer");
		msg_set_text(&a, m, INVITE_NEW_ADDRESS, "tcp://127.0.0.1:7001");
	} else if (id != NULL)
		msg_set_text(&a, m, BY_ID_ID, id);
	sim_ask(s, &s->nodes[0], &a, req);
	arena_free(&a);
	return !s->reply_error;
}

static bool look_at_one(struct sim *s, unsigned command, enum whose of)
{
	const struct sim_node *n = &s->nodes[0];
	bool seen = false;
	char hex[33];

	for (size_t i = 0; of == CASE && !seen && i < n->case_count; i++) {
		bytes_hex(hex, n->cases[i].b, 16);
		seen = ask_of(s, command, hex);
	}
	for (size_t i = 0; of == REFERRAL && !seen && i < s->thread_count; i++)
		seen = ask_of(s, command, s->threads[i].ref);
	return seen || (of == PARTNER && ask_of(s, command, "partner-b")) ||
	       (of == ALL && ask_of(s, command, NULL));
}

static void look_at_all(struct sim *s)
{
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
		if (!look_at_one(s, looks[i].command, looks[i].of) ||
		    swept[looks[i].command % 256] == 0)
			fail_msg("no turn of command %u was tried", looks[i].command % 256);
}

static bool left_out(const struct node *n)
{
	bool any = false;

	for (size_t i = 0; i < n->peer_count; i++)
		any = any || n->peers[i].broken;
	return any;
}

/* A node that cannot read what it was does not start as another. */
static void look_at_a_start(struct sim *s)
{
	struct trial x = {.s = s, .n = &s->nodes[0]};
	static struct store_ops faulty;
	const struct node_time now = {s->now_ms, s->now_ms};
	bool more = true;

	real = x.n->store->ops;
	faulty = *real;
	faulty.get = get;
	faulty.seek = seek;
	faulty.seek_back = seek_back;
	x.n->store->ops = &faulty;
	for (unsigned k = 1; more; k++) {
		struct node *n;
		enum err rc;

		plan = (struct fault_plan){.read = k, .err = k % 2 != 0 ? ERR_CORRUPT : ERR_IO};
		assert_int_equal(node_create(&n, &x.n->who, s->now_ms), ERR_OK);
		effects_init(&x.fx);
		x.t = (struct turn){.arena = &x.n->arena, .fx = &x.fx};
		node_turn_begin(n, &x.t, &now);
		assert_int_equal(store_begin(x.n->store, true, &x.t.txn), ERR_OK);
		rc = node_load(n, &x.t);
		more = plan.happened;
		/* but for the row of one partner, which is left out then and shown */
		if (rc != (more && !left_out(n) ? plan.err : ERR_OK))
			fail_msg("read %u: a start ended in \"%s\"", k, err_text(rc));
		store_abort(x.t.txn);
		node_free(n);
		arena_reset(&x.n->arena);
	}
	plan.read = 0;
	x.n->store->ops = real;
}

/* People work, terms end, cases are erased; then a backup, and a partner leaves. */
static void whatever_fails_a_turn_is_whole(void **state)
{
	static const struct sim_profile busy = {.name = "calm", .life = .35, .night = .018};
	static const unsigned needed[] = {REQUEST_CASE_NEW,
					  REQUEST_CONSENT_GIVE,
					  REQUEST_REFER,
					  REQUEST_ACT,
					  REQUEST_CASE_ERASE,
					  REQUEST_BACKUP,
					  REQUEST_CONSENT_WITHDRAW,
					  REQUEST_ROSTER_IMPORT};
	static struct sim s;

	(void)state;
	begin(&s, 9, &busy);
	while (s.events < 1500 && s.failed[0] == '\0')
		sim_step(&s);
	ask(&s, back_up);
	look_at_all(&s);
	look_at_a_start(&s);
	jump_ms = DAY_MS;
	sweep(&s, &s.nodes[0], &(struct event){.type = EVENT_TICK});
	jump_ms = 0;
	ask(&s, import_removal);
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (swept[needed[i] % 256] == 0)
			fail_msg("no turn of command %u was tried", needed[i] % 256);
	finish(&s);
}

/* Disks go back in time, and an identity runs twice. */
static void so_is_one_after_a_loss(void **state)
{
	static const struct sim_profile lossy = {.name = "restore",
						 .loss = .05,
						 .any_order = true,
						 .backup = .01,
						 .restore = .03,
						 .rollback = .03,
						 .clone = .03,
						 .night = .018};
	static struct sim s;

	(void)state;
	begin(&s, 4, &lossy);
	while (s.events < 1500 && s.failed[0] == '\0')
		sim_step(&s);
	assert_true(s.restores > 0 && s.rollbacks > 0 && s.clones > 0);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_fails_a_turn_is_whole),
		cmocka_unit_test(so_is_one_after_a_loss),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
