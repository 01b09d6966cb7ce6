/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/people: what is typed finds the person however it is written, and the index has what was put into it. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "domain/people/index.h"
#include "domain/people/query.h"

/* ---- what is typed ---- */

static struct index_entry person(const char *name, const char *born, const char *phone)
{
	struct index_entry e = {.id = {{1, 2, 3, 4, 5, 6, 0x7f, 0x3a, 0x91, 0xb2, 1}}};

	(void)fold_name(e.name, name);
	e.hash = fold_hash(e.name);
	e.born = fold_birth(born);
	fold_phones(e.phones, phone);
	return e;
}

static enum query_fit typed(const char *text, const struct index_entry *e)
{
	struct query q;

	query_of(&q, text);
	return query_fits(&q, e);
}

static void a_name_is_found_however_it_is_typed(void **state)
{
	static const struct {
		const char *name, *typed;
		enum query_fit fit;
	} rows[] = {
		{"Andr\u00e9e V\u00e9rzonnen", "andree", QUERY_BEGINS},
		{"Andr\u00e9e V\u00e9rzonnen", "ANDR\u00c9E", QUERY_BEGINS},
		{"Andr\u00e9e V\u00e9rzonnen", "verzonnen ANDREE", QUERY_EXACT},
		{"Ange\u0301lique Decomposed", "Ang\u00e9lique", QUERY_BEGINS},
		{"Ang\u00e9lique", "ange\u0301lique", QUERY_EXACT},
		{"Jan van den Berg", "Berg, Jan", QUERY_EXACT},
		{"Jan van den Berg", "vandenberg", QUERY_PART},
		{"Jan Vandenberg", "van den berg", QUERY_PART},
		{"Fatima El Amrani", "elamrani", QUERY_PART},
		{"Fatima El Amrani", "amrani fatima", QUERY_EXACT},
		{"Fatima Elamrani", "el amrani", QUERY_PART},
		{"Piet 't Hart", "\u2019t hart", QUERY_BEGINS},
		{"Piet 't Hart", "hart", QUERY_BEGINS},
		{"Sinead O'Brien", "obrien", QUERY_BEGINS},
		{"Sinead O\u2019Brien", "O'BRIEN", QUERY_BEGINS},
		{"Anne-Marie Dupont", "anne marie", QUERY_BEGINS},
		{"Anne-Marie Dupont", "annemarie", QUERY_PART},
		{"Hans Stra\u00dfe", "strasse", QUERY_BEGINS},
		{"Hans Strasse", "STRA\u00dfE", QUERY_BEGINS},
		{"Kees van Dijk", "di", QUERY_BEGINS},
		{"Kees van Dijk", "dyk", QUERY_BEGINS},
		{"Kees van D\u0133k", "dijk", QUERY_BEGINS},
		{"Kees van Dyck", "dijck", QUERY_BEGINS},
		{"I\u015f\u0131k Y\u0131ld\u0131z", "isik yildiz", QUERY_EXACT},
		{"I\u015f\u0131k", "\u0130SIK", QUERY_EXACT},
		{"Lech Wa\u0142\u0119sa", "walesa", QUERY_BEGINS},
		{"S\u00f8ren \u00c6r\u00f8", "soren aero", QUERY_EXACT},
		{"\u0418\u0432\u0430\u043d \u0419\u043e\u0433\u0430\u043d",
		 "\u0438\u0432\u0430\u043d", QUERY_BEGINS},
		{"\u0641\u0627\u0637\u0645\u0629 \u0623\u062d\u0645\u062f",
		 "\u0627\u062d\u0645\u062f", QUERY_BEGINS},
		{"\u0641\u0627\u0637\u0645\u0629 \u0623\u062d\u0645\u062f",
		 "\u0641\u0627\u0637\u0645\u0647", QUERY_BEGINS},
		{"\u674e\u5c0f\u9f99", "\u5c0f\u9f99", QUERY_PART},
		{"Anna Bedacht", "nna", QUERY_PART},
		{"Anna Bedacht", "anna jansen", QUERY_NOT},
		{"Anna Bedacht", "", QUERY_NOT},
		{"Van", "van", QUERY_EXACT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct index_entry e = person(rows[i].name, "", "");

		if (typed(rows[i].typed, &e) != rows[i].fit)
			fail_msg("\"%s\" in \"%s\": %d, not %d", rows[i].typed, rows[i].name,
				 (int)typed(rows[i].typed, &e), (int)rows[i].fit);
	}
}

static void numbers_and_dates_are_found_in_any_form(void **state)
{
	const struct index_entry e = person("Anna Bedacht", "1980-01-31", "0113-00 00 88"),
				 two = person("Bert", "1979", "014/12.34.56 / +32 475 12 34 56"),
				 none = person("Cor", "", "");
	static const struct {
		const char *typed;
		enum query_fit fit;
	} rows[] = {
		{"0113000088", QUERY_EXACT},
		{"+31 113 000088", QUERY_EXACT},
		{"0031113000088", QUERY_EXACT},
		{"+31 (0)113-000088", QUERY_EXACT},
		{"31113000088", QUERY_PART},
		{"0113", QUERY_PART},
		{"000088", QUERY_PART},
		{"1980-01-31", QUERY_EXACT},
		{"31-01-1980", QUERY_EXACT},
		{"31/1/1980", QUERY_EXACT},
		{"1980", QUERY_PART},
		{"1980-01", QUERY_PART},
		{"1981", QUERY_NOT},
		{"bedacht 1980", QUERY_BEGINS},
		{"anna bedacht 31-1-1980", QUERY_EXACT},
		{"bedacht 1981", QUERY_NOT},
		{"jansen 1980", QUERY_NOT},
		{"7f3a", QUERY_EXACT},
		{"7F3A91B2", QUERY_EXACT},
		{"7f3", QUERY_NOT},
		{"0114", QUERY_NOT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (typed(rows[i].typed, &e) != rows[i].fit)
			fail_msg("\"%s\": %d, not %d", rows[i].typed, (int)typed(rows[i].typed, &e),
				 (int)rows[i].fit);
	assert_int_equal(typed("0475 12 34 56", &two), QUERY_EXACT);
	assert_int_equal(typed("+32 14 12 34 56", &two), QUERY_EXACT);
	assert_int_equal(typed("1979", &two), QUERY_EXACT);
	assert_int_equal(typed("1979-02", &two), QUERY_NOT);
	assert_int_equal(typed("1980", &none), QUERY_NOT);
}

static void two_spellings_of_one_name_have_one_hash(void **state)
{
	static const char *const same[][2] = {
		{"Jansen, An", "an janssen"},
		{"El Amrani Fatima", "F\u00e1tima Elamrani"},
		{"Jan van den Berg", "Jan Vandenberg"},
		{"Jan Berg", "BERG van den, Jan"},
		{"Kees Dijk", "kees dyk"},
		{"\u0418\u0432\u0430\u043d", "\u0438\u0432\u0430\u043d"}};
	static const char *const other[][2] = {
		{"An Jansen", "Jan Jansen"}, {"Jan Berg", "Jan Bergman"}, {"An", "An An"}};
	char a[FOLD_MAX + 1], b[FOLD_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		(void)fold_name(a, same[i][0]);
		(void)fold_name(b, same[i][1]);
		if (fold_hash(a) != fold_hash(b))
			fail_msg("%s and %s", a, b);
	}
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		(void)fold_name(a, other[i][0]);
		(void)fold_name(b, other[i][1]);
		assert_true(fold_hash(a) != fold_hash(b));
	}
	assert_true(fold_birth_fits(fold_birth("1980"), fold_birth("1980-03-02")));
	assert_true(fold_birth_fits(fold_birth("1980-03"), fold_birth("1980-03-02")));
	assert_true(fold_birth_fits(0, fold_birth("1980")));
	assert_false(fold_birth_fits(fold_birth("1980-03-01"), fold_birth("1980-03-02")));
	assert_false(fold_birth_fits(fold_birth("1980-04"), fold_birth("1980-03-02")));
	assert_false(fold_birth_fits(fold_birth("1981"), fold_birth("1980")));
}

/* Longer than any name, of letters that grow, and what is no text. */
static void no_name_is_too_much(void **state)
{
	char name[8000], out[FOLD_MAX + 1];
	struct query q;

	(void)state;
	for (size_t i = 0; i + 4 < sizeof name; i += 3)
		memcpy(name + i, "\ufdfa", 4); /* eighteen letters each */
	assert_true(fold_name(out, name) <= FOLD_MAX);
	memset(name, 'y', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(fold_name(out, name), FOLD_MAX);
	query_of(&q, name);
	for (size_t i = 0; i < sizeof name - 1; i++)
		name[i] = i % 2 == 0 ? 'a' : ' ';
	query_of(&q, name);
	assert_int_equal(q.word_count, QUERY_WORDS);
	memset(name, '9', sizeof name - 1);
	query_of(&q, name);
	assert_int_equal(fold_name(out, "\xff\xfe"), 0);
	query_of(&q, "\xff\xfe \xc3");
	assert_int_equal(fold_hash(""), 0);
}

/* ---- the index ---- */

static size_t left; /* bytes that may still be taken */

static void *take(void *ctx, size_t len)
{
	(void)ctx;
	if (len > left)
		return NULL;
	left -= len;
	return calloc(1, len);
}

static void give(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

static struct index *fresh(size_t bytes)
{
	struct index *x;

	left = bytes;
	assert_int_equal(index_create(&x, &(struct index_memory){take, give, NULL}), ERR_OK);
	return x;
}

static uint64_t drawn = 7;

static uint64_t draw(uint64_t below)
{
	drawn = drawn * 6364136223846793005u + 1442695040888963407u;
	return (drawn >> 33) % below;
}

static struct id16 id_of(uint64_t i)
{
	struct id16 id = {{0}};

	id.b[0] = (uint8_t)(i % 251);
	be64_put(id.b + 8, i);
	be16_put(id.b + 6, (uint16_t)(i % 97)); /* many fall into one slot */
	return id;
}

enum { IDS = 5000, STEPS = INDEX_STEPS };

static void the_index_has_what_was_put_last(void **state)
{
	static struct index_entry want[IDS];
	static bool there[IDS];
	struct index *x = fresh(SIZE_MAX);
	struct index_entry e;
	size_t count = 0, seen = 0;
	uint32_t place = 0;

	(void)state;
	for (unsigned n = 0; n < STEPS; n++) {
		const size_t i = (size_t)draw(IDS);
		const struct id16 id = id_of(i);

		if (draw(3) == 0) {
			index_drop(x, &id);
			count -= there[i];
			there[i] = false;
			continue;
		}
		memset(&want[i], 0, sizeof want[i]);
		want[i].id = id;
		want[i].born = (uint32_t)draw(3000);
		memset(want[i].name, 'a' + (int)draw(26), draw(FOLD_MAX + 1));
		index_put(x, &want[i]);
		count += !there[i];
		there[i] = true;
	}
	assert_int_equal(index_count(x), count);
	for (size_t i = 0; i < IDS; i++) {
		const struct id16 id = id_of(i);

		assert_int_equal(index_get(x, &id, &e), there[i]);
		if (there[i]) {
			assert_string_equal(e.name, want[i].name);
			assert_int_equal(e.born, want[i].born);
		}
	}
	while (index_each(x, &place, NULL, &e))
		seen++;
	assert_int_equal(seen, count);
	index_free(x);
}

/* As find_case() looks for them: with two bytes of the random part, which ids of any number share. */
static void who_begins_so_is_found_without_a_walk(void **state)
{
	static struct id16 ids[IDS];
	struct index *x = fresh(SIZE_MAX);
	struct index_entry e = {.name = "somebody"};

	(void)state;
	for (size_t i = 0; i < IDS; i++) {
		be64_put(e.id.b + 8, draw(UINT32_MAX));
		be16_put(e.id.b + 6, (uint16_t)(draw(8) == 0 ? 0xffff : draw(2048)));
		ids[i] = e.id;
		index_put(x, &e);
		if (i % 3 == 0) {
			index_drop(x, &ids[i / 2]);
			ids[i / 2] = (struct id16){{0}};
		}
	}
	for (unsigned first = 0; first <= 0xffff; first++) {
		uint8_t b[2];
		uint32_t at = 0;
		size_t want = 0, have = 0;
		struct id16 id;

		if (first == 2100)
			first = 0xfff0;
		be16_put(b, (uint16_t)first);
		for (size_t i = 0; i < IDS; i++)
			want += memcmp(ids[i].b + 6, b, 2) == 0 && !bytes_zero(ids[i].b, 16);
		while (index_begins(x, b, &at, &id)) {
			assert_memory_equal(id.b + 6, b, 2);
			have++;
		}
		assert_int_equal(have, want);
		assert_true(at < IDS);
	}
	index_free(x);
}

/* Whatever fits is offered: a row that is passed over by its letters never fits, whether a name, a part of one, a telephone, a birth date
 * or a number of a case is typed. */
static void nobody_who_fits_is_passed_over(void **state)
{
	static const char *const said[] = {"Jan",
					   "van den Berg",
					   "vandenberg",
					   "den",
					   "Be",
					   "e",
					   "berg 1980",
					   "0113-000088",
					   "+31113000088",
					   "113000",
					   "00 88",
					   "1980",
					   "1980-01-31",
					   "31-1-1980",
					   "0a1b",
					   "deca",
					   "bede",
					   "\u00e9lise de la",
					   "Niemandszoon",
					   "van",
					   "31113000088",
					   "0032475112233",
					   "",
					   "o'brien",
					   "12",
					   "el amrani",
					   "113 1980",
					   "2233",
					   "jansen janssen"};
	static const char *const names[] = {"Jan van den Berg",
					    "Elise de la Bede",
					    "O'Brien",
					    "Fatima El Amrani",
					    "Deca Vandenberghe",
					    "\u0641\u0627\u0637\u0645\u0629",
					    "van",
					    "",
					    "Xu",
					    "Jansen"};
	static const char *const phones[] = {"0113-000088", "+32 475 11 22 33", "",
					     "112 / 0113 000088"};
	struct index *x = fresh(SIZE_MAX);
	size_t fitted = 0;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		struct index_entry e = person(names[draw(10)], draw(2) == 0 ? "1980-01-31" : "1980",
					      phones[draw(4)]);

		be64_put(e.id.b + 8, draw(UINT32_MAX));
		be16_put(e.id.b + 6, (uint16_t)(draw(4) == 0 ? 0x0a1b : draw(UINT16_MAX)));
		index_put(x, &e);
	}
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		struct query q;
		struct index_entry e;
		uint32_t place = 0;
		size_t want = 0, have = 0;

		query_of(&q, said[i]);
		while (index_each(x, &place, NULL, &e)) {
			index_name(x, place, &e);
			want += query_fits(&q, &e) != QUERY_NOT;
		}
		for (place = 0; index_each(x, &place, &q.want, &e);) {
			if (!query_may(&q, &e))
				continue;
			index_name(x, place, &e);
			have += query_fits(&q, &e) != QUERY_NOT;
		}
		assert_int_equal(have, want);
		fitted += want > 0;
	}
	assert_true(fitted > 20);
	index_free(x);
}

/* As near doubles ask for them: each once, whatever was written again or dropped meanwhile, and nobody else is met. */
static void who_is_alike_is_met_once(void **state)
{
	enum { PEOPLE = 6000, ASKED = 200 };
	static struct index_entry all[PEOPLE];
	struct index *x = fresh(SIZE_MAX);

	(void)state;
	for (uint64_t n = 0; n < 3 * PEOPLE; n++) {
		const size_t i = (size_t)draw(PEOPLE);
		char name[24], phone[48];

		if (draw(4) == 0) {
			index_drop(x, &all[i].id);
			memset(&all[i], 0, sizeof all[i]);
			continue;
		}
		(void)snprintf(name, sizeof name, "Bedacht %c%c", (char)('a' + draw(26)),
			       (char)('a' + draw(26)));
		(void)snprintf(phone, sizeof phone, "0113-%06u / 0113-%06u", (unsigned)draw(900),
			       (unsigned)draw(900));
		all[i] = person(name, "", draw(3) == 0 ? "112" : phone);
		all[i].national = (uint32_t)draw(2000);
		be64_put(all[i].id.b + 6, (i + 1) * 0x9e3779b97f4a7c15u);
		index_put(x, &all[i]);
	}
	for (unsigned n = 0; n < ASKED; n++) {
		const struct index_entry *who = &all[draw(PEOPLE)];
		const struct index_work before = index_work(x);
		struct index_like at = {.kind = 0};
		struct index_entry e;
		size_t want = 0, have = 0;

		for (size_t i = 0; i < PEOPLE; i++) {
			bool phone = false;

			for (size_t a = 0; a < FOLD_PHONES; a++)
				for (size_t b = 0; b < FOLD_PHONES; b++)
					phone = phone || (who->phones[a] >= INDEX_NUMBER_LEAST &&
							  who->phones[a] == all[i].phones[b]);
			want += phone || (who->hash != 0 && who->hash == all[i].hash) ||
				(who->national != 0 && who->national == all[i].national);
		}
		while (index_alike(x, who, &at, &e))
			have++;
		assert_int_equal(have, want);
		assert_true(index_work(x).rows - before.rows < 2 * have + PEOPLE / 50);
	}
	index_free(x);
}

/* Of a hundred thousand the names of few are read, whether somebody, nobody, or a telephone is looked for. */
static void few_names_are_read(void **state)
{
	enum { PEOPLE = 100000 };
	static const char *const parts[] = {"ka", "ro", "mi", "tu", "le", "sa", "no",
					    "pe", "di", "vu", "ba", "zo", "fe", "gi"};
	static const char *const said[] = {"Niemandszoon", "Karotu Verzonnen", "060123",
					   "0113000099", "janssens"};
	struct index *x = fresh(SIZE_MAX);

	(void)state;
	for (uint64_t i = 0; i < PEOPLE; i++) {
		struct index_entry e;
		char name[64], phone[24];

		(void)snprintf(name, sizeof name, "Fatima van den %s%s%sverzonnen", parts[draw(14)],
			       parts[draw(14)], parts[draw(14)]);
		(void)snprintf(phone, sizeof phone, "0%03u-%06u", (unsigned)draw(900) + 100,
			       (unsigned)i);
		e = person(name, "1980-01-31", phone);
		be64_put(e.id.b + 6, (i + 1) * 0x9e3779b97f4a7c15u);
		index_put(x, &e);
	}
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		const struct index_work before = index_work(x);
		struct query q;
		struct index_entry e;

		query_of(&q, said[i]);
		for (uint32_t place = 0; index_each(x, &place, &q.want, &e);)
			if (query_may(&q, &e))
				index_name(x, place, &e);
		assert_true(index_work(x).names - before.names < PEOPLE / 100);
	}
	index_free(x);
}

static void half_an_index_is_none(void **state)
{
	struct index *x = fresh(1 << 20);
	struct index_entry e = {.name = "somebody"};
	uint32_t place = 0;

	(void)state;
	index_whole(x);
	for (uint64_t i = 0; i < 20000 && index_state(x) == INDEX_WHOLE; i++) {
		e.id = id_of(i);
		index_put(x, &e);
	}
	assert_int_equal(index_state(x), INDEX_UNLOCKED);
	assert_false(index_each(x, &place, NULL, &e));
	index_put(x, &e);
	index_drop(x, &e.id);
	index_whole(x);
	assert_int_equal(index_state(x), INDEX_UNLOCKED);
	assert_int_equal(index_bytes(x), 0);
	index_free(x);
}

static void a_hundred_thousand_people_fit(void **state)
{
	struct index *x = fresh(SIZE_MAX);
	struct index_entry e;

	(void)state;
	for (uint64_t i = 0; index_state(x) == INDEX_FILLS && i < 1000000; i++) {
		e = person("Anna Maria van den Bedacht-Verzonnen", "1980-01-31", "0113-000088");
		be64_put(e.id.b + 6, i * 0x9e3779b97f4a7c15u);
		index_put(x, &e);
		if (i == 100000)
			assert_true(index_bytes(x) <= LIMIT_INDEX / 2);
		assert_true(index_bytes(x) <= LIMIT_INDEX);
	}
	assert_int_equal(index_state(x), INDEX_FULL);
	index_free(x);
}

static struct index_entry brought(uint16_t by, uint64_t i, size_t length)
{
	struct index_entry e = {.origin = by};

	be16_put(e.id.b, by);
	be64_put(e.id.b + 6, (i + 1) * 0x9e3779b97f4a7c15u);
	memset(e.name, 'x', length);
	return e;
}

/* One partner brings as many people as it may, with the longest names there are: its own are looked up slowly, and nobody
 * else's, neither those who were there before nor those who come after. */
static void one_partner_with_long_names_slows_its_own_only(void **state)
{
	enum { OWN = 20000, OTHERS = 5000, THEIRS = 200000 };
	struct index *x = fresh(SIZE_MAX);
	struct index_entry e;
	uint32_t place = 0;
	size_t named = 0, nameless = 0;

	(void)state;
	for (uint64_t i = 0; i < THEIRS; i++) {
		e = brought(2, i, FOLD_MAX);
		index_put(x, &e);
		if (i < OTHERS) {
			e = brought(1, i, 20);
			index_put(x, &e);
		}
		if (i >= THEIRS - OWN) {
			e = brought(0, i, 20);
			index_put(x, &e);
		}
		assert_int_equal(index_state(x), INDEX_FILLS);
	}
	index_whole(x);
	assert_int_equal(index_state(x), INDEX_WHOLE);
	assert_true(index_bytes(x) <= LIMIT_INDEX);
	assert_int_equal(index_count(x), OWN + OTHERS + THEIRS);
	assert_true(index_names_out(x, 2));
	assert_false(index_names_out(x, 0) || index_names_out(x, 1) || index_names_out(x, 3));
	while (index_each(x, &place, NULL, &e)) {
		assert_int_equal(e.nameless, e.origin == 2);
		index_name(x, place, &e);
		assert_int_equal(strlen(e.name), e.origin == 2 ? 0 : 20);
		named += !e.nameless;
		nameless += e.nameless;
	}
	assert_int_equal(named, OWN + OTHERS);
	assert_int_equal(nameless, THEIRS);
	/* its rows go like all others, and so does all that the index counts of them */
	for (uint64_t i = 0; i < THEIRS; i++) {
		e = brought(2, i, 0);
		index_drop(x, &e.id);
	}
	assert_int_equal(index_count(x), OWN + OTHERS);
	index_free(x);
}

/* A number that stands in a damaged record is no partner's. */
static void a_partner_that_cannot_be_takes_no_room_of_others(void **state)
{
	struct index *x = fresh(SIZE_MAX);
	struct index_entry e = brought(UINT16_MAX, 1, FOLD_MAX);

	(void)state;
	index_put(x, &e);
	assert_true(index_get(x, &e.id, &e));
	assert_int_equal(strlen(e.name), FOLD_MAX);
	assert_false(index_names_out(x, UINT16_MAX));
	index_drop(x, &e.id);
	assert_int_equal(index_count(x), 0);
	index_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_however_it_is_typed),
		cmocka_unit_test(numbers_and_dates_are_found_in_any_form),
		cmocka_unit_test(two_spellings_of_one_name_have_one_hash),
		cmocka_unit_test(no_name_is_too_much),
		cmocka_unit_test(the_index_has_what_was_put_last),
		cmocka_unit_test(who_begins_so_is_found_without_a_walk),
		cmocka_unit_test(nobody_who_fits_is_passed_over),
		cmocka_unit_test(who_is_alike_is_met_once),
		cmocka_unit_test(few_names_are_read),
		cmocka_unit_test(half_an_index_is_none),
		cmocka_unit_test(a_hundred_thousand_people_fit),
		cmocka_unit_test(one_partner_with_long_names_slows_its_own_only),
		cmocka_unit_test(a_partner_that_cannot_be_takes_no_room_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
