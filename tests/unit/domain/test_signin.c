/* SPDX-License-Identifier: EUPL-1.2 */
/* Sessions without a node: who gives way, what a turn that is undone leaves, what a browser's words may look like. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "domain/signin/session.h"
#include "domain/signin/webauthn.h"
#include "domain/signin/words.h"
#include "domain/staff/role.h"

enum { PEOPLE = 300, NOW = 1700000000 };

struct house {
	struct node node;
	struct turn turn;
};

static struct id16 person(unsigned i)
{
	struct id16 id = {{1}};

	be32_put(id.b + 12, i);
	return id;
}

static void open_house(struct house *h)
{
	const struct index_memory none = {NULL, NULL, NULL};

	memset(h, 0, sizeof *h);
	assert_int_equal(sessions_create(&h->node.sessions, &none), ERR_OK);
	h->node.web.idle_ms = LIMIT_SESSION_MIN * 60000u;
	h->node.rights.current = h->node.rights.named = true;
	for (unsigned i = 0; i < PEOPLE; i++)
		h->node.rights.rows[i] = (struct rights_row){.id = person(i), .roles = ROLE_READER};
	h->node.rights.count = PEOPLE;
	h->turn = (struct turn){.node = &h->node, .wall_ms = NOW * 1000ull, .mono_ms = 1000};
	h->turn.seed.b[0] = 7;
}

static void pass(struct house *h, uint64_t ms)
{
	h->turn.wall_ms += ms;
	h->turn.mono_ms += ms;
}

static struct id32 begin(struct house *h, unsigned who)
{
	const struct session as = {
		.staff = person(who), .roles = ROLE_READER, .how = SESSION_PASSKEY};
	uint8_t token[SESSION_TOKEN];
	struct id32 key;

	session_begin(&h->turn, &as, token);
	assert_true(session_key(span_of(token, sizeof token), &key));
	pass(h, 1);
	return key;
}

static const struct session *find(struct house *h, const struct id32 *key)
{
	return session_find(&h->node, key, h->turn.wall_ms, h->turn.mono_ms);
}

static size_t count(struct house *h)
{
	size_t n = 0, place = 0;

	while (session_each(&h->turn, &place) != NULL)
		n++;
	return n;
}

static void what_began_in_a_session_goes_on_in_it(void **state)
{
	struct house *h = malloc(sizeof *h);
	uint8_t token[SESSION_TOKEN];
	struct id32 key, other;

	(void)state;
	assert_non_null(h);
	open_house(h);
	key = begin(h, 1);
	other = begin(h, 1);
	assert_false(session_saving(find(h, &key), 0));
	for (uint64_t seq = 7; seq < 7 + LIMIT_SAVES_BEGUN; seq++)
		session_saves(&h->turn, find(h, &key), seq);
	assert_true(session_saving(find(h, &key), 7));
	assert_false(session_saving(find(h, &other), 7));
	assert_false(session_saving(find(h, &key), 0));
	sessions_settle(h->node.sessions);
	session_saves(&h->turn, find(h, &key), 1000);
	assert_false(session_saving(find(h, &key), 7));
	sessions_put_back(h->node.sessions); /* the turn that would have shown it was undone */
	assert_true(session_saving(find(h, &key), 7));
	assert_false(session_saving(find(h, &key), 1000));
	session_renew(&h->turn, find(h, &key), token);
	assert_true(session_key(span_of(token, sizeof token), &key));
	assert_true(session_saving(find(h, &key), 8));
	sessions_free(h->node.sessions);
	free(h);
}

static void the_oldest_of_whoever_holds_most_gives_way(void **state)
{
	struct house *h = malloc(sizeof *h);
	struct id32 alone, first[40], again;

	(void)state;
	assert_non_null(h);
	open_house(h);
	alone = begin(h, 200); /* the oldest of all */
	for (unsigned i = 0; i < 8 * 31; i++) {
		const struct id32 key = begin(h, i / 8);

		if (i % 8 == 0)
			first[i / 8] = key;
	}
	for (unsigned i = 0; i < 7; i++)
		first[31] = begin(h, 31);
	assert_int_equal(count(h), LIMIT_SESSIONS);
	again = begin(h, 201); /* the 257th */
	assert_int_equal(count(h), LIMIT_SESSIONS);
	assert_non_null(find(h, &again));
	assert_non_null(
		find(h, &alone)); /* who holds one drives nobody out, and is not driven out */
	assert_null(find(h, &first[0]));
	assert_non_null(find(h, &first[1]));
	(void)begin(h, 1); /* a ninth: of that person alone */
	assert_null(find(h, &first[1]));
	assert_non_null(find(h, &first[2]));
	pass(h, LIMIT_SESSION_MIN * 60000u + 1000);
	assert_int_equal(count(h), 0);
	(void)begin(h, 5);
	assert_int_equal(count(h), 1);
	sessions_free(h->node.sessions);
	free(h);
}

static void a_turn_that_is_undone_leaves_nothing(void **state)
{
	struct house *h = malloc(sizeof *h);
	struct id32 kept, lost;
	uint8_t challenge[32];
	const struct id16 who = person(3);

	(void)state;
	assert_non_null(h);
	open_house(h);
	kept = begin(h, 3);
	sessions_settle(h->node.sessions);
	lost = begin(h, 3);
	session_end(&h->turn, find(h, &kept));
	challenge_make(&h->turn, CHALLENGE_SIGN_IN, &who, challenge);
	assert_true(challenge_use_up(&h->turn, &who, challenge));
	for (unsigned i = 0; i < LIMIT_FAILURES; i++)
		assert_int_equal(failing_note(&h->turn, &who), i == LIMIT_FAILURES - 1);
	assert_true(failing_shut(&h->turn, &who));
	sessions_put_back(h->node.sessions);
	assert_non_null(find(h, &kept));
	assert_null(find(h, &lost));
	assert_false(failing_shut(&h->turn, &who));
	assert_true(challenge_use_up(&h->turn, &who, challenge));
	assert_false(challenge_use_up(&h->turn, &who, challenge));
	sessions_free(h->node.sessions);
	free(h);
}

/* A clock that somebody sets back, or that stands still, makes none longer. */
static void whichever_clock_says_so_first(void **state)
{
	struct house *h = malloc(sizeof *h);
	struct id32 key;

	(void)state;
	assert_non_null(h);
	open_house(h);
	key = begin(h, 0);
	h->turn.wall_ms -= 3600000;
	assert_non_null(find(h, &key));
	h->turn.mono_ms += LIMIT_SESSION_MIN * 60000u + 1;
	assert_null(find(h, &key));
	key = begin(h, 0);
	h->turn.wall_ms += LIMIT_SESSION_MIN * 60000u + 1;
	assert_null(find(h, &key));
	h->node.rights.rows[1].roles = ROLE_READER |
				       ROLE_PRIVACY; /* with other roles than it began with */
	key = begin(h, 1);
	assert_null(find(h, &key));
	sessions_free(h->node.sessions);
	free(h);
}

/* Nobody uses up what others need: of one person so many, of all so many. */
static void challenges_are_counted_by_person(void **state)
{
	struct house *h = malloc(sizeof *h);
	const struct id16 one = person(1), two = person(2);
	uint8_t challenge[32];

	(void)state;
	assert_non_null(h);
	open_house(h);
	for (unsigned i = 0; i < LIMIT_CHALLENGES_OWN; i++) {
		challenge_make(&h->turn, CHALLENGE_STEP_UP, &one, challenge);
		assert_true(challenge_holds(&h->turn, CHALLENGE_STEP_UP, &one, challenge));
		assert_false(challenge_holds(&h->turn, CHALLENGE_SIGN_IN, &one, challenge));
		assert_false(challenge_holds(&h->turn, CHALLENGE_STEP_UP, &two, challenge));
		assert_true(challenge_use_up(&h->turn, &one, challenge));
	}
	challenge_make(&h->turn, CHALLENGE_STEP_UP, &one, challenge);
	assert_false(challenge_use_up(&h->turn, &one, challenge));
	assert_true(challenge_use_up(&h->turn, &two, challenge));
	pass(h, LIMIT_CHALLENGE_MS + 1);
	assert_false(challenge_holds(&h->turn, CHALLENGE_STEP_UP, &one, challenge));
	challenge_make(&h->turn, CHALLENGE_STEP_UP, &one, challenge);
	assert_true(challenge_use_up(&h->turn, &one, challenge));
	for (unsigned i = 0; i < 256; i++) { /* every bit of it is ours */
		challenge_make(&h->turn, CHALLENGE_ADD, &one, challenge);
		challenge[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(challenge_holds(&h->turn, CHALLENGE_ADD, &one, challenge));
	}
	sessions_free(h->node.sessions);
	free(h);
}

static bool client(const char *text)
{
	uint8_t challenge[32];

	return webauthn_client(span_of(text, strlen(text)), "webauthn.get", "https://a.example",
			       challenge);
}

#define C	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HEAD	"{\"type\":\"webauthn.get\",\"challenge\":\""
#define AT_HOME "\",\"origin\":\"https://a.example\""

static void a_browser_writes_it_in_one_way(void **state)
{
	(void)state;
	assert_true(client(HEAD C AT_HOME "}"));
	assert_true(client(HEAD C AT_HOME ",\"crossOrigin\":false}"));
	assert_true(client(HEAD C AT_HOME ",\"other_keys\":\"may follow\"}"));
	assert_false(client(HEAD C AT_HOME));
	assert_false(client(HEAD C AT_HOME "}}x"));
	assert_false(client(HEAD C AT_HOME ",\"crossOrigin\":true}"));
	assert_false(client(HEAD C AT_HOME ",\"origin\":\"https://b.example\"}"));
	assert_false(client(HEAD C AT_HOME ",\n}"));
	assert_false(client(HEAD C "\",\"origin\":\"https://a.example.b\"}"));
	assert_false(client(HEAD "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB" AT_HOME
				 "}")); /* bits that are nobody's */
	assert_false(client(HEAD C "=" AT_HOME "}"));
	assert_false(client("{\"type\": \"webauthn.get\"}"));
	assert_false(client(""));
}

static void words_are_four_and_differ(void **state)
{
	static const char *const good[] = {"een twee drie vier", "  een  twee drie vier ",
					   "aa aa aa ab"};
	static const char *const bad[] = {"",	     " ",	    "een twee drie",
					  "a b c d", "aa aa aa aa", "eentweedrievier"};
	struct signin_job j;
	struct arena a;
	struct span s;

	(void)state;
	assert_int_equal(arena_create(&a, 1 << 16), ERR_OK);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(signin_words_enough(signin_words(&a, good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(signin_words_enough(signin_words(&a, bad[i])));
	s = signin_words(&a, "  een  twee ");
	assert_int_equal(s.len, 8);
	assert_memory_equal(s.p, "een twee", 8);
	s = signin_job_put(&a, &(struct signin_job){true, "kept", s});
	assert_true(signin_job_read(s, &j) && j.make && j.words.len == 8);
	assert_string_equal(j.kept, "kept");
	for (size_t n = 0; n < 1 + SIGNIN_KEPT; n++)
		assert_false(signin_job_read(span_of(s.p, n), &j));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_began_in_a_session_goes_on_in_it),
		cmocka_unit_test(the_oldest_of_whoever_holds_most_gives_way),
		cmocka_unit_test(a_turn_that_is_undone_leaves_nothing),
		cmocka_unit_test(whichever_clock_says_so_first),
		cmocka_unit_test(challenges_are_counted_by_person),
		cmocka_unit_test(words_are_four_and_differ),
		cmocka_unit_test(a_browser_writes_it_in_one_way),
	};

	return cmocka_run_group_tests_name("signin", tests, NULL, NULL);
}
