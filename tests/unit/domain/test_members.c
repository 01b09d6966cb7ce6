/* SPDX-License-Identifier: EUPL-1.2 */
/* Modules of daemon/domain/membership by themselves: standing, witnesses, and what a node's own record may change. */
#include "test.h"

#include "bed.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "domain/membership/members.h"
#include "domain/membership/noderecord.h"
#include "domain/membership/proposal.h"
#include "domain/news/spread.h"

enum { THIRD = 3 };

static struct id32 key(uint8_t kind, uint16_t no)
{
	return (struct id32){{(uint8_t)no, 9, 9, kind}};
}

/* The first record of a member: keys of kind 9 sign it, and it promises the key of kind 8. */
static struct wire_node first_record(const struct bed *b, uint16_t no)
{
	const struct id32 promised = key(8, no);

	return (struct wire_node){.fed_id = b->node->fed_id,
				  .node = key(9, no),
				  .version = 1,
				  .key_seq = 1,
				  .nk_pub = key(9, no),
				  .tk_pub = key(7, no),
				  .next_digest = identity_next_digest(&promised)};
}

static struct span bytes_of(struct bed *b, const struct wire_node *rec)
{
	struct wr w = arena_wr(&b->arena, 512);

	wire_node_put(&w, rec);
	assert_false(w.over);
	return wr_span(&w);
}

/* Signed by this key; before: by the key before, too (NULL: not). */
static struct span carried(struct bed *b, const struct wire_node *rec, const struct id32 *by,
			   const struct id32 *before)
{
	const struct span bytes = bytes_of(b, rec);
	struct wr w = arena_wr(&b->arena, 1024);
	uint8_t sig[SIGN_LEN], old[SIGN_LEN];

	fake_sign(SIGN_NODE, &bytes, 1, by, sig);
	if (before != NULL)
		fake_sign(SIGN_NODE, &bytes, 1, before, old);
	wire_node_carry(&w, bytes, sig, before == NULL ? NULL : old);
	assert_false(w.over);
	return wr_span(&w);
}

static void let_in(struct bed *b, uint16_t no)
{
	struct chain_change change = {.add = {.classes = WIRE_MEMBER}};
	uint8_t sig[SIGN_LEN];

	change.node = first_record(b, no);
	change.add.node = bytes_of(b, &change.node);
	memcpy(change.add.country, "NL", 3);
	memcpy(change.add.org, "Partner", 8);
	fake_sign(SIGN_NODE, &change.add.node, 1, &change.node.nk_pub, sig);
	change.add.node_sig = sig;
	assert_int_equal(members_add(&b->t, &change, no), ERR_OK);
}

static struct peer *member(struct bed *b, uint16_t no)
{
	assert_int_equal(members_load(&b->t, b->node), ERR_OK);
	return state_peer(b->node, no);
}

static int three(void **state)
{
	bed_setup(state);
	for (unsigned no = 1; no <= THIRD; no++)
		let_in(*state, (uint16_t)no);
	return 0;
}

static enum err told(struct bed *b, const struct wire_node *rec, const struct id32 *by,
		     const struct id32 *before, bool *news)
{
	return noderecord_take(&b->t, carried(b, rec, by, before), news);
}

/* The next record of the same key changes what it says, once; an older one never does. */
static void a_newer_record_of_the_same_key_is_taken(void **state)
{
	struct bed *b = *state;
	struct wire_node rec = first_record(b, 2), older = rec;
	const struct span before = bytes_of(b, &rec);
	bool news;

	rec.version = 2;
	rec.prev_hash = hash_one(HASH_NODEREC, before);
	memcpy(rec.endpoint, "tcp://192.0.2.2:7800", 21);
	assert_int_equal(told(b, &rec, &rec.nk_pub, NULL, &news), ERR_OK);
	assert_true(news);
	assert_string_equal(member(b, 2)->endpoint, "tcp://192.0.2.2:7800");
	assert_int_equal(told(b, &rec, &rec.nk_pub, NULL, &news), ERR_OK);
	assert_false(news);
	memcpy(older.endpoint, "tcp://192.0.2.9:7800", 21);
	assert_int_equal(told(b, &older, &older.nk_pub, NULL, &news), ERR_OK);
	assert_false(news);
	assert_string_equal(member(b, 2)->endpoint, "tcp://192.0.2.2:7800");
}

static void a_record_that_another_key_signed_is_refused(void **state)
{
	struct bed *b = *state;
	struct wire_node rec = first_record(b, 2);
	const struct id32 thief = key(1, 2);
	bool news;

	rec.version = 2;
	assert_int_equal(told(b, &rec, &thief, NULL, &news), ERR_CRYPTO);
	rec.nk_pub = thief; /* nor does it name its own key */
	assert_int_equal(told(b, &rec, &thief, NULL, &news), ERR_CRYPTO);
	rec = first_record(b, 2);
	rec.version = 2;
	rec.tk_pub = key(7, 3); /* the transport key of another member */
	assert_int_equal(told(b, &rec, &rec.nk_pub, NULL, &news), ERR_CRYPTO);
	rec = first_record(b, 9);
	assert_int_equal(told(b, &rec, &rec.nk_pub, NULL, &news), ERR_NOTFOUND);
}

/* Each kind of contradiction: the pair stops, and only the promised key starts it again. */
static void two_records_for_one_place_stop_the_pair(void **state)
{
	for (int kind = 0; kind < 3; kind++) {
		struct wire_node rec, next;
		struct bed *b;
		bool news;

		if (kind > 0)
			assert_int_equal(three(state), 0);
		b = *state;
		rec = first_record(b, 2);
		rec.version = kind == 0 ? 1 : 2; /* the same version, with other words */
		if (kind != 1)			 /* the next version, after another one */
			rec.prev_hash = hash_one(HASH_NODEREC, bytes_of(b, &rec));
		if (kind == 2) /* another promise, without saying so */
			rec.next_digest = key(5, 2);
		rec.time_s = 5;
		assert_true(member(b, 2)->active);
		assert_int_equal(told(b, &rec, &rec.nk_pub, NULL, &news), ERR_OK);
		assert_true(news);
		assert_false(member(b, 2)->active);
		assert_true(member(b, 2)->conflict);

		next = first_record(b, 2);
		next.key_seq = 2;
		next.version = 3;
		next.nk_pub = key(8, 2);
		assert_int_equal(told(b, &next, &next.nk_pub, NULL, &news), ERR_OK);
		assert_true(member(b, 2)->active);
		if (kind < 2)
			assert_int_equal(bed_teardown(state), 0);
	}
}

/* A rotation is signed by the promised key.  With the old key's signature too nothing is in doubt; without it somebody
 * came back with the recovery sheet, and digits are compared again. */
static void only_the_promised_key_rotates(void **state)
{
	struct bed *b = *state;
	struct wire_node rec = first_record(b, 2);
	const struct id32 old = rec.nk_pub, stranger = key(1, 2);
	struct id32 was;
	bool news;

	assert_int_equal(members_check(&b->t, member(b, 2)), ERR_OK);
	assert_true(member(b, 2)->checked);
	rec.key_seq = 2;
	rec.nk_pub = stranger;
	assert_int_equal(told(b, &rec, &stranger, &old, &news), ERR_CRYPTO);
	rec.key_seq = 3;
	rec.nk_pub = key(8, 2);
	assert_int_equal(told(b, &rec, &rec.nk_pub, &old, &news), ERR_STALE);
	rec.key_seq = 2;
	rec.next_digest = identity_next_digest(&stranger);
	assert_int_equal(told(b, &rec, &rec.nk_pub, &old, &news), ERR_OK);
	assert_true(news && member(b, 2)->checked && !member(b, 2)->recovered);
	/* what it signed before stays readable */
	assert_int_equal(noderecord_key(&b->t, member(b, 2), 1, &was), ERR_OK);
	assert_memory_equal(&was, &old, sizeof was);

	rec = first_record(b, 3);
	assert_int_equal(members_check(&b->t, member(b, 3)), ERR_OK);
	rec.key_seq = 2;
	rec.nk_pub = key(8, 3);
	assert_int_equal(told(b, &rec, &rec.nk_pub, NULL, &news), ERR_OK);
	assert_true(member(b, 3)->recovered && !member(b, 3)->checked);
}

/* Each key is kept for what it signed, so there are so many and no more; the member is named, and goes on with the one it has. */
static void a_member_has_so_many_keys(void **state)
{
	struct bed *b = *state;
	struct wire_node rec = first_record(b, 2);
	struct id32 old = rec.nk_pub, promised = key(8, 2);
	enum err rc = ERR_OK;
	unsigned keys = 1;
	bool news;

	while (rc == ERR_OK && keys < 1000) {
		const struct id32 next = key((uint8_t)(100 + keys), 2);

		rec.key_seq++;
		rec.version++;
		rec.nk_pub = promised;
		rec.next_digest = identity_next_digest(&next);
		rc = told(b, &rec, &promised, &old, &news);
		keys += rc == ERR_OK;
		old = promised;
		promised = next;
	}
	assert_int_equal(rc, ERR_LIMIT);
	assert_int_equal(keys, LIMIT_KEYS);
	assert_int_equal(member(b, 2)->key_seq, LIMIT_KEYS);
	assert_int_equal(b->node->held.count, 0);
	b->node->peers[1].conn.records = 0;
	assert_int_equal(spread_record(&b->t, carried(b, &rec, &old, NULL)), ERR_OK);
	assert_int_equal(b->node->held.count, 1); /* kring status says who */
	assert_int_equal(b->node->held.row[0].peer, 2);
}

/* ---- standing ---- */

static void saw(struct bed *b, uint16_t no, uint64_t seq)
{
	const struct store_key k = turn_key_u16(no);
	uint8_t sig[SIGN_LEN] = {0};
	const struct wire_witness v = {.node = key(9, no), .seq = seq, .sig = sig};
	struct wr w = arena_wr(&b->arena, WIRE_WITNESS_LEN);

	wire_witness_put(&w, &v);
	assert_int_equal(turn_put(&b->t, STORE_WITNESS, &k, wr_span(&w)), ERR_OK);
}

/* Of the third member two were let in before: both must have seen it, and this node is one of them. */
static void a_newcomer_waits_for_those_before_it(void **state)
{
	struct bed *b = *state;
	struct chain c = {.begun = true, .seq = 3, .valid_until_s = UINT64_MAX};
	struct members_wait wait;
	bool changed;

	b->node->roster_seq = 3;
	assert_int_equal(members_activate(&b->t, &c, &changed), ERR_OK);
	assert_true(changed);
	assert_true(member(b, 1)->activated && member(b, 2)->activated);
	assert_false(member(b, 3)->activated);
	assert_int_equal(members_waiting(&b->t, member(b, 3), &wait), ERR_OK);
	assert_int_equal(wait.wanted, 2);
	assert_int_equal(wait.have, 1);
	assert_int_equal(wait.absent, 2);

	saw(b, 2, 2); /* it saw itself let in, not the third */
	assert_int_equal(members_activate(&b->t, &c, &changed), ERR_OK);
	assert_false(changed);
	saw(b, 2, 3);
	c.valid_until_s = 1; /* the roster ran out: nobody new */
	assert_int_equal(members_activate(&b->t, &c, &changed), ERR_OK);
	assert_false(changed);
	c.valid_until_s = UINT64_MAX;
	assert_int_equal(members_activate(&b->t, &c, &changed), ERR_OK);
	assert_true(changed && member(b, 3)->activated);
	b->node->fork_seq = 3; /* a fork shows: who was let in there gets nothing */
	assert_false(member(b, 3)->activated);
	assert_true(member(b, 2)->activated);
}

static void who_is_suspended_or_removed_gets_nothing(void **state)
{
	struct bed *b = *state;
	const struct chain c = {.begun = true, .seq = 3, .valid_until_s = UINT64_MAX};
	const struct id32 node = key(9, 2);
	const uint64_t now_s = b->now_ms / 1000;
	uint16_t no;
	bool changed;

	b->node->roster_seq = 3;
	assert_int_equal(members_activate(&b->t, &c, &changed), ERR_OK);
	assert_int_equal(members_suspend(&b->t, &node, now_s + 1), ERR_OK);
	assert_false(member(b, 2)->admitted || member(b, 2)->active || member(b, 2)->activated);
	assert_int_equal(members_suspend(&b->t, &node, now_s), ERR_OK); /* it ended by itself */
	assert_true(member(b, 2)->admitted && member(b, 2)->active && member(b, 2)->activated);
	assert_int_equal(members_remove(&b->t, &node, &no), ERR_OK);
	assert_int_equal(no, 2);
	assert_true(member(b, 2)->removed);
	assert_false(member(b, 2)->admitted || member(b, 2)->active || member(b, 2)->activated);
}

static void a_row_that_is_gone_is_damage(void **state)
{
	struct bed *b = *state;
	const struct store_key k = turn_key_u16(2);
	struct members_wait wait;

	assert_int_equal(store_del(b->t.txn, STORE_NODE, key_span(&k)), ERR_OK);
	assert_int_equal(members_waiting(&b->t, &b->node->peers[0], &wait), ERR_CORRUPT);
}

/* Roots date their entries as they like.  Behind one at the end of all time nothing can follow, and that is said. */
static void nothing_follows_the_end_of_all_time(void **state)
{
	struct bed *b = *state;
	const struct chain c = {
		.begun = true,
		.fed_id = b->node->fed_id,
		.time_s = UINT64_MAX - 1,
		.valid_until_s = UINT64_MAX,
		.policy = wire_policy_default,
		.genesis = {.m = 1, .n = 1, .min_suite = WIRE_SUITE_1, .name = "f"}};
	const uint8_t meta_chain = 4;
	struct store_key k = {.len = 0};
	struct wr w = arena_wr(&b->arena, CHAIN_STATE_MAX);
	struct id16 id;

	key_u8(&k, meta_chain);
	chain_put(&w, &c);
	assert_int_equal(turn_put(&b->t, STORE_META, &k, wr_span(&w)), ERR_OK);
	assert_int_equal(proposal_make(&b->t, WIRE_ROSTER_RENEW, span_of(NULL, 0), NULL, &id),
			 ERR_LIMIT);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, three, bed_teardown)
	const struct CMUnitTest tests[] = {
		EACH(a_newer_record_of_the_same_key_is_taken),
		EACH(a_record_that_another_key_signed_is_refused),
		EACH(two_records_for_one_place_stop_the_pair),
		EACH(only_the_promised_key_rotates),
		EACH(a_member_has_so_many_keys),
		EACH(a_newcomer_waits_for_those_before_it),
		EACH(a_row_that_is_gone_is_damage),
		EACH(nothing_follows_the_end_of_all_time),
		EACH(who_is_suspended_or_removed_gets_nothing),
	};

	return cmocka_run_group_tests_name("members", tests, NULL, NULL);
}
