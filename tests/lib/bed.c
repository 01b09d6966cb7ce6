/* SPDX-License-Identifier: EUPL-1.2 */
#include "bed.h"

#include <stdlib.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/pair.h"
#include "domain/referral/referral.h"

struct bed_calls bed_calls;

/* ---- hooks that only count ---- */

/* NOLINTBEGIN(readability-non-const-parameter): the type of the hook */
static enum err judge(struct turn *t, const struct peer *p, const struct wire_doc *d,
		      struct thread *th, uint16_t *verdict, enum quota *over)
/* NOLINTEND(readability-non-const-parameter) */
{
	(void)t;
	(void)p;
	(void)verdict;
	(void)over;
	th->kind = THREAD_REFERRAL;
	th->role = THREAD_RECEIVER;
	th->case_id = d->head.thread_id;
	bed_calls.judge++;
	return ERR_OK;
}

static enum err stored(struct turn *t, const struct peer *p, struct thread *th,
		       const struct doc_key *key, uint16_t verdict)
{
	(void)p;
	(void)key;
	(void)verdict;
	bed_calls.stored++;
	return thread_save(t, th);
}

static enum err settled(struct turn *t, struct thread *th)
{
	(void)t;
	(void)th;
	bed_calls.settled++;
	return ERR_OK;
}

static enum err recovered(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th)
{
	(void)t;
	(void)p;
	th->kind = THREAD_REFERRAL;
	th->role = THREAD_SENDER;
	th->case_id = d->head.thread_id;
	bed_calls.recovered++;
	return ERR_OK;
}

static enum err returned(struct turn *t, const struct peer *p, struct thread *th,
			 const struct doc_key *key)
{
	(void)p;
	(void)key;
	bed_calls.returned++;
	return thread_save(t, th);
}

static enum err shelved(struct turn *t, struct thread *th, const struct doc_key *key, uint16_t type)
{
	(void)t;
	(void)th;
	(void)key;
	(void)type;
	bed_calls.shelved++;
	return ERR_OK;
}

static enum err flagged(struct turn *t, struct thread *th, uint8_t flags)
{
	(void)t;
	(void)th;
	(void)flags;
	bed_calls.flagged++;
	return ERR_OK;
}

static const struct kind_rules rules = {.judge = judge,
					.stored = stored,
					.settled = settled,
					.recovered = recovered,
					.returned = returned,
					.shelved = shelved,
					.flagged = flagged};
static const struct kind_rules *const kinds[] = {
	[THREAD_REFERRAL] = &rules, [THREAD_CONSENT] = &rules, [THREAD_REPORT] = &rules};

/* ---- the node ---- */

struct id16 bed_id(uint8_t first)
{
	struct id16 id = {{first, 1, 2, 3}};

	return id;
}

static struct id32 key_of(uint8_t no)
{
	struct id32 k = {{no, 9, 9, 9}};

	return k;
}

struct turn *bed_turn(struct bed *b)
{
	const struct node_time now = {b->now_ms, b->now_ms};

	if (b->t.txn != NULL) {
		const uint8_t sig[WIRE_SIG] = {1};

		require(b->t.doc_count == 0 || document_signed(&b->t, sig) == ERR_OK);
		require(pair_flush(&b->t) == ERR_OK);
		require(audit_settle(&b->t) == ERR_OK);
		require(store_commit(b->t.txn) == ERR_OK);
		node_turn_done(b->node);
	}
	arena_reset(&b->arena);
	b->t = (struct turn){.arena = &b->arena, .fx = &b->fx};
	effects_init(&b->fx);
	node_turn_begin(b->node, &b->t, &now);
	be64_put(b->t.seed.b, ++b->turns);
	require(store_begin(b->store, true, &b->t.txn) == ERR_OK);
	return &b->t;
}

int bed_setup(void **state)
{
	struct bed *b = calloc(1, sizeof *b);
	const struct node_identity who = {.fed_id = {{7}},
					  .node_id = key_of(BED_SELF),
					  .nk_pub = key_of(BED_SELF),
					  .key_seq = 1,
					  .incarnation_no = 1};
	struct store_options o;

	require(b != NULL);
	bed_calls = (struct bed_calls){.judge = 0};
	b->now_ms = UINT64_C(1700000000000);
	b->hooks = (struct exchange_hooks){.kinds = kinds,
					   .kind_count = sizeof kinds / sizeof kinds[0]};
	fake_cipher(&b->cipher);
	o = (struct store_options){.cipher = &b->cipher};
	require(node_create(&b->node, &who, b->now_ms) == ERR_OK);
	require(arena_create(&b->arena, LIMIT_TURN_ARENA) == ERR_OK);
	require(store_open(&b->store, &o) == ERR_OK);
	b->product = b->node->hooks;
	b->node->hooks = &b->hooks;
	b->node->inc.id = bed_id(0xee);
	b->node->peers = calloc(BED_OTHER, sizeof *b->node->peers);
	require(b->node->peers != NULL);
	b->node->peer_count = BED_OTHER;
	for (int no = BED_SELF; no <= BED_OTHER; no++)
		b->node->peers[no - 1] = (struct peer){.no = (uint16_t)no,
						       .classes = WIRE_MEMBER,
						       .admitted = true,
						       .active = true,
						       .activated = true,
						       .self = no == BED_SELF,
						       .node_id = key_of((uint8_t)no),
						       .nk_pub = key_of((uint8_t)no),
						       .key_seq = 1};
	(void)bed_turn(b);
	*state = b;
	return 0;
}

int bed_teardown(void **state)
{
	struct bed *b = *state;

	store_abort(b->t.txn);
	store_close(b->store);
	node_free(b->node);
	arena_free(&b->arena);
	free(b);
	return 0;
}

struct wire_head bed_head(const struct bed *b, uint16_t from, uint16_t to, struct id16 thread,
			  uint32_t no)
{
	const struct wire_head h = {.fed_id = b->node->fed_id,
				    .msg_id = bed_id((uint8_t)(0x80u + from * 16u + no)),
				    .thread_id = thread,
				    .sender = b->node->peers[from - 1].node_id,
				    .recipient = b->node->peers[to - 1].node_id,
				    .key_seq = 1,
				    .thread_no = no,
				    .origin_inc = 1,
				    .table_version = REFERRAL_TABLE_VERSION,
				    .type = DOC_NOTE,
				    .created_ms = b->now_ms};

	return h;
}

struct span bed_document(struct bed *b, const struct wire_head *h, struct id32 *hash)
{
	uint8_t *head = arena_keep(b->t.arena, WIRE_DOC_HEAD);
	uint8_t *sig = arena_keep(b->t.arena, WIRE_SIG);
	uint8_t count[2] = {0, 1};
	const struct peer *from = state_peer_by_id(b->node, &h->sender);
	struct wire_doc d = {.form = WIRE_HOLLOW, .reason = WIRE_VERDICT_HOLLOW};
	struct span parts[2] = {{count, 2}, {NULL, 32}};
	struct wr w = arena_wr(b->t.arena, 2048);
	struct id32 root;

	require(head != NULL && sig != NULL && from != NULL);
	wire_head_put(h, head);
	d.head_bytes = span_of(head, WIRE_DOC_HEAD);
	d.body_commit.b[0] = 5;
	*hash = document_hash(d.head_bytes, &d.body_commit);
	require(hash_merkle_fold(hash, 0, 1, NULL, 0, &root));
	parts[1].p = root.b;
	fake_sign(SIGN_DOC, parts, 2, &from->nk_pub, sig);
	d.sig = (struct wire_sigblock){.count = 1, .sig = sig};
	wire_doc_put(&w, &d);
	require(!w.over);
	return wr_span(&w);
}
