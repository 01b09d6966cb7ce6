/* SPDX-License-Identifier: EUPL-1.2 */
/* Proposals as partners hand them on (daemon/domain/news/afar.c): who lets one in, what is refused, what one partner costs. */
#include "test.h"

#include "bed.h"
#include "domain/membership/proposal.h"
#include "domain/news/afar.h"

enum { ROOTS = 3, NEEDED = 2, META_CHAIN = 4, NOW_S = 1800000000 };

static struct id32 root_key(unsigned no)
{
	return (struct id32){{(uint8_t)no, 5, 5, 5}};
}

static void keep(struct bed *b, const struct chain *c)
{
	struct store_key k = {.len = 0};
	struct wr w = arena_wr(&b->arena, CHAIN_STATE_MAX);

	key_u8(&k, META_CHAIN);
	chain_put(&w, c);
	assert_int_equal(turn_put(&b->t, STORE_META, &k, wr_span(&w)), ERR_OK);
}

static void begin(struct bed *b, struct chain *c)
{
	*c = (struct chain){
		.begun = true,
		.fed_id = b->node->fed_id,
		.seq = 7,
		.time_s = NOW_S,
		.valid_until_s = NOW_S + 1000,
		.policy = wire_policy_default,
		.genesis = {.m = NEEDED, .n = ROOTS, .min_suite = WIRE_SUITE_1, .name = "f"}};
	for (unsigned i = 0; i < ROOTS; i++)
		c->genesis.roots[i] = root_key(i);
	keep(b, c);
}

/* The next entry: the roster is valid for longer.  later tells one from the other. */
static struct wire_roster entry(struct bed *b, unsigned later)
{
	struct wire_roster e = {.op = WIRE_ROSTER_RENEW};
	struct wr w = arena_wr(&b->arena, 256);
	struct chain c;

	assert_int_equal(roster_chain(&b->t, &c), ERR_OK);
	e.fed_id = c.fed_id;
	e.seq = c.seq + 1;
	e.prev_hash = c.head;
	e.time_s = c.time_s + later;
	e.valid_until_s = e.time_s + 10;
	wire_roster_put(&w, &e);
	e.signed_bytes = wr_span(&w);
	return e;
}

static void sign_by(struct bed *b, struct wire_roster *e, uint8_t root)
{
	struct wr w = arena_wr(&b->arena, SIGN_LEN);
	const struct id32 key = root_key(root);
	uint8_t sig[SIGN_LEN];

	fake_sign(SIGN_ROSTER, &e->signed_bytes, 1, &key, sig);
	wr_put(&w, sig, sizeof sig);
	e->sigs[e->sig_count].root = root;
	e->sigs[e->sig_count++].sig = wr_span(&w).p;
}

static struct span carry(struct bed *b, const struct wire_roster *e)
{
	struct wr w = arena_wr(&b->arena, 4096);

	wire_roster_carry(&w, e);
	assert_false(w.over);
	return wr_span(&w);
}

static enum err take(struct bed *b, const struct wire_roster *e, struct afar_taken *out)
{
	return afar_take(&b->t, carry(b, e), out);
}

static unsigned waiting(struct bed *b)
{
	unsigned n;

	assert_int_equal(afar_waiting(&b->t, &n), ERR_OK);
	return n;
}

/* One root lets it wait, the next one that is needed makes it an entry, and whatever else stood in that place falls away. */
static void signatures_add_up_to_an_entry(void **state)
{
	struct bed *b = *state;
	struct afar_taken got;
	struct wire_roster one, two, other;
	struct chain c;

	begin(b, &c);
	one = entry(b, 1);
	two = one;
	other = entry(b, 2);
	sign_by(b, &one, 0);
	sign_by(b, &two, 2);
	sign_by(b, &other, 1);
	assert_int_equal(take(b, &one, &got), ERR_OK);
	assert_true(got.news && !got.complete);
	assert_int_equal(take(b, &one, &got), ERR_OK);
	assert_false(got.news); /* said again, it is nothing new */
	assert_int_equal(take(b, &other, &got), ERR_OK);
	assert_int_equal(waiting(b), 2);

	assert_int_equal(take(b, &two, &got), ERR_OK); /* brings the second signature alone */
	assert_true(got.news && got.complete);
	assert_int_equal(roster_chain(&b->t, &c), ERR_OK);
	assert_int_equal(c.seq, 8);
	assert_true(b->t.unsettled);
	assert_int_equal(afar_settle(&b->t), ERR_OK);
	assert_int_equal(waiting(b), 0);
	assert_int_equal(take(b, &other, &got), ERR_STALE);
}

static void what_is_wrong_in_one_place_is_refused_as_a_whole(void **state)
{
	struct bed *b = *state;
	struct afar_taken got;
	struct wire_roster e;
	struct chain c;

	begin(b, &c);
	e = entry(b, 1);
	assert_int_equal(take(b, &e, &got), ERR_DENIED); /* nobody signed */
	sign_by(b, &e, 9);
	assert_int_equal(take(b, &e, &got), ERR_DENIED); /* no such root */
	e.sigs[0].root = 0;
	assert_int_equal(take(b, &e, &got), ERR_CRYPTO); /* the signature of another key */
	e.sig_count = 0;
	sign_by(b, &e, 0);
	sign_by(b, &e, 0);
	assert_int_equal(take(b, &e, &got), ERR_EXISTS);
	e.sig_count = 1;
	sign_by(b, &e, 1);
	e.sigs[1].sig = e.sigs[0].sig;
	assert_int_equal(take(b, &e, &got), ERR_CRYPTO); /* one good, one wrong */
	e.sigs[1].root = 0 | WIRE_ROOT_NEW;
	assert_int_equal(take(b, &e, &got), ERR_DENIED); /* no new roots come in */
	assert_int_equal(afar_take(&b->t, span_of("entry", 5), &got), ERR_MALFORMED);
	assert_int_equal(waiting(b), 0);
}

static void an_entry_of_another_place_is_not_taken(void **state)
{
	struct bed *b = *state;
	struct afar_taken got;
	struct wire_roster e;
	struct chain c;

	begin(b, &c);
	e = entry(b, 1);
	sign_by(b, &e, 0);
	c.seq = 6; /* this node is behind */
	keep(b, &c);
	assert_int_equal(take(b, &e, &got), ERR_STALE);
	assert_int_equal(waiting(b), 0);
}

/* Whoever stole one key has two places, and the other roots have theirs; nobody has a ninth. */
static void one_root_has_two_places_and_all_have_eight(void **state)
{
	struct bed *b = *state;
	struct afar_taken got;
	struct wire_roster e;
	struct chain c;

	begin(b, &c);
	c.genesis.n = 6;
	c.genesis.m = 3;
	for (unsigned i = ROOTS; i < 6; i++)
		c.genesis.roots[i] = root_key(i);
	keep(b, &c);
	for (unsigned i = 0; i < 12; i++) { /* three of each of the first four roots */
		e = entry(b, 1 + i);
		sign_by(b, &e, (uint8_t)(i / 3));
		assert_int_equal(take(b, &e, &got), i % 3 < 2 ? ERR_OK : ERR_LIMIT);
	}
	assert_int_equal(waiting(b), LIMIT_PROPOSALS);
	e = entry(b, 40);
	sign_by(b, &e, 5); /* a root without any: all places are taken */
	assert_int_equal(take(b, &e, &got), ERR_LIMIT);
	e = entry(b, 1); /* what is open is signed all the same */
	sign_by(b, &e, 1);
	assert_int_equal(take(b, &e, &got), ERR_OK);
	assert_true(got.news && !got.complete);
}

/* A partner that sends what is wrong without end costs so many looks in a minute, is named, and keeps nobody else out. */
static void one_partner_costs_so_much(void **state)
{
	struct bed *b = *state;
	struct peer *bad = state_peer(b->node, BED_PARTNER), *good = state_peer(b->node, BED_OTHER);
	struct afar_taken got;
	struct wire_roster e;
	struct chain c;

	begin(b, &c);
	for (unsigned i = 0; i < 2 * LIMIT_PROPOSALS_TRIED; i++) {
		e = entry(b, 1 + i);
		sign_by(b, &e, 0);
		e.sigs[0].root = 1;
		assert_int_equal(afar_part(&b->t, bad, carry(b, &e), &got), ERR_OK);
		assert_false(got.news);
	}
	assert_int_equal(bad->conn.proposals, LIMIT_PROPOSALS_TRIED);
	assert_int_equal(b->node->frames_refused, LIMIT_PROPOSALS_TRIED);
	assert_int_equal(b->node->held.count, 1);
	assert_int_equal(b->node->held.row[0].peer, BED_PARTNER);
	assert_int_equal(b->node->held.row[0].cause, HELD_PROPOSALS);
	e = entry(b, 1);
	sign_by(b, &e, 0);
	assert_int_equal(afar_part(&b->t, bad, carry(b, &e), &got), ERR_OK);
	assert_false(got.news); /* not looked at before the minute is over */
	assert_int_equal(afar_part(&b->t, good, carry(b, &e), &got), ERR_OK);
	assert_true(got.news);
	b->t.mono_ms += LIMIT_PROPOSALS_MS;
	e = entry(b, 2);
	sign_by(b, &e, 0);
	assert_int_equal(afar_part(&b->t, bad, carry(b, &e), &got), ERR_OK);
	assert_true(got.news);
}

/* A question has one of them, each in its turn; nothing that no partner would take. */
static void questions_repeat_what_waits(void **state)
{
	struct bed *b = *state;
	struct wr parts = arena_wr(&b->arena, 8192);
	struct afar_taken got;
	struct wire_roster e;
	struct wire_part p;
	struct rd r;
	struct chain c;
	struct id16 made;
	uint16_t count = 0;
	bool yes;

	begin(b, &c);
	assert_int_equal(proposal_make(&b->t, WIRE_ROSTER_RENEW, span_of(NULL, 0), NULL, &made),
			 ERR_OK);
	assert_int_equal(afar_say(&b->t, 0, &parts, &count), ERR_OK);
	assert_int_equal(count, 0); /* no root signed it */
	assert_int_equal(afar_says(&b->t, &made, &yes), ERR_OK);
	assert_false(yes);
	e = entry(b, 1);
	sign_by(b, &e, 0);
	assert_int_equal(take(b, &e, &got), ERR_OK);
	assert_int_equal(afar_say(&b->t, 0, &parts, &count), ERR_OK);
	assert_int_equal(count, 1);
	r = rd_of(wr_span(&parts));
	assert_true(wire_part_next(&r, &p));
	assert_int_equal(p.type, WIRE_PART_PROPOSAL);
	assert_int_equal(p.bytes.len, got.whole.len);
	assert_memory_equal(p.bytes.p, got.whole.p, got.whole.len);
}

/* Lines at rest are asked about once a minute, to the second: whose turn it is does not hang on the clock. */
static void each_of_them_gets_its_turn(void **state)
{
	struct bed *b = *state;
	struct wr parts = arena_wr(&b->arena, 64 * 1024);
	struct span first = span_of(NULL, 0);
	struct afar_taken got;
	struct wire_part p;
	struct rd r;
	struct chain c;
	uint16_t count = 0;
	bool other = false;

	begin(b, &c);
	for (unsigned i = 0; i < 2; i++) {
		struct wire_roster e = entry(b, 1 + i);

		sign_by(b, &e, (uint8_t)i);
		assert_int_equal(take(b, &e, &got), ERR_OK);
	}
	for (uint32_t said = 0; said < 2; said++, b->t.mono_ms += LIMIT_PING_MS)
		assert_int_equal(afar_say(&b->t, said, &parts, &count), ERR_OK);
	assert_int_equal(count, 2);
	for (r = rd_of(wr_span(&parts)); wire_part_next(&r, &p); first = p.bytes)
		other = first.len != 0 &&
			(first.len != p.bytes.len || memcmp(first.p, p.bytes.p, first.len) != 0);
	assert_true(other);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		EACH(signatures_add_up_to_an_entry),
		EACH(what_is_wrong_in_one_place_is_refused_as_a_whole),
		EACH(an_entry_of_another_place_is_not_taken),
		EACH(one_root_has_two_places_and_all_have_eight),
		EACH(one_partner_costs_so_much),
		EACH(questions_repeat_what_waits),
		EACH(each_of_them_gets_its_turn),
	};

	return cmocka_run_group_tests_name("afar", tests, NULL, NULL);
}
