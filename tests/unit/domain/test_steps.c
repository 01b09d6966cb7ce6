/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/handover/steps.c: until when, how often it is looked, and what does not come back. */
#include "test.h"

#include <string.h>

#include "base/date.h"
#include "base/limits/files.h"
#include "bedcase.h"
#include "crypto/keep.h"
#include "domain/blob/blob.h"
#include "domain/bundle/bundle.h"
#include "domain/closing/closing.h"
#include "domain/consent/bodies.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/pair.h"
#include "domain/exchange/quota.h"
#include "domain/handover/down.h"
#include "domain/handover/rules.h"
#include "domain/handover/steps.h"
#include "domain/referral/calendar.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static void came(struct bed *b, struct thread *th, uint16_t type, struct msg *body,
		 enum handover_state state)
{
	bedcase_came(b, th, type, &th->grant_id, body);
	assert_int_equal(steps_changed(&b->t, th, ""), ERR_OK);
	assert_int_equal(th->state, state);
}

static void sign(struct bed *b, struct thread *th, uint16_t type, enum handover_state state)
{
	assert_int_equal(steps_sign(&b->t, th, type, msg_new(b->t.arena, MSG_ACT)), ERR_OK);
	assert_int_equal(th->state, state);
}

static struct thread taken_without_content(struct bed *b)
{
	return bedcase_taken(b, 1);
}

static uint64_t pause_after(struct bed *b, struct thread *th, uint64_t ms)
{
	b->now_ms += ms;
	(void)bed_turn(b);
	*th = bedcase_thread(b, &th->id);
	assert_int_equal(steps_rang(&b->t, th), ERR_OK);
	return th->timer_ms - b->t.wall_ms;
}

/* Chunks come within minutes, or never. */
static void what_does_not_come_is_looked_for_ever_more_seldom(void **state)
{
	struct bed *b = *state;
	struct thread th = bedcase_bundled(b);

	assert_int_equal(th.timer_ms - b->t.wall_ms, 2000);
	assert_int_equal(pause_after(b, &th, 2000), 2000);
	assert_int_equal(pause_after(b, &th, 78000), 10000);
	/* the consent is looked at as often as elsewhere */
	assert_int_equal(pause_after(b, &th, DAY_MS), 30000);
}

/* Nobody is left waiting for a file that nobody can fetch: where it came without its words, or names one that is too large. */
static void a_bundle_that_names_no_file_is_refused(void **state)
{
	struct bed *b = *state;
	struct thread th = bedcase_proposed(b, 0);
	const char *reason;

	sign(b, &th, DOC_AGREE, HANDOVER_AGREED);
	came(b, &th, DOC_BUNDLE, NULL, HANDOVER_REFUSED);
	(void)bed_turn(b);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_REFUSE);
	assert_string_equal(reason, "unreadable");
}

static void nor_is_one_waited_for_that_is_too_large(void **state)
{
	static const uint8_t file[32] = {7};
	struct bed *b = *state;
	struct thread th = bedcase_proposed(b, 0);
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_BUNDLE);

	sign(b, &th, DOC_AGREE, HANDOVER_AGREED);
	msg_set_bytes(b->t.arena, body, HANDOVER_BUNDLE_BLOB, span_of(file, sizeof file));
	msg_set_u64(body, HANDOVER_BUNDLE_LENGTH, LIMIT_FILE + 1u);
	came(b, &th, DOC_BUNDLE, body, HANDOVER_REFUSED);
}

/* It was whole, and no disk has it any more: the case goes back to whoever gave it. */
static void a_case_whose_file_is_lost_does_not_stay_on_its_way(void **state)
{
	static const uint8_t key[32] = {9};
	struct bed *b = *state;
	struct thread th = bedcase_bundled(b);
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_CEDE);
	const char *reason;

	sign(b, &th, DOC_STAGED, HANDOVER_STAGED);
	msg_set_bytes(b->t.arena, body, HANDOVER_CEDE_BKEY, span_of(key, sizeof key));
	msg_set_u64(body, HANDOVER_CEDE_TURNS, 1);
	came(b, &th, DOC_CEDE, body, HANDOVER_CEDED);
	(void)pause_after(b, &th, 3 * (uint64_t)DAY_MS);
	assert_int_equal(th.state, HANDOVER_CEDED);
	b->now_ms = calendar_add(b->node->country, b->now_ms, 5);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(steps_rang(&b->t, &th), ERR_OK);
	assert_int_equal(th.state, HANDOVER_REFUSED);
	(void)bed_turn(b);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_REFUSE);
	assert_string_equal(reason, "content-missing");
}

/* Our own case, given to a partner as far as CEDE; blob: the file that lies here for it. */
static struct thread ceded(struct bed *b, struct id32 *blob)
{
	struct thread th = {.id = bed_id(0x72),
			    .case_id = bedcase_open(b),
			    .peer = BED_PARTNER,
			    .kind = THREAD_HANDOVER,
			    .role = THREAD_SENDER,
			    .table_version = HANDOVER_TABLE_VERSION,
			    .created_ms = b->now_ms};
	struct msg *content, *record, *body;

	th.grant_id = bedcase_consent(b, &th.case_id, BED_PARTNER, 60);
	assert_int_equal(
		steps_sign(&b->t, &th, DOC_PROPOSE, msg_new(b->t.arena, MSG_HANDOVER_PROPOSE)),
		ERR_OK);
	came(b, &th, DOC_AGREE, NULL, HANDOVER_AGREED);
	assert_int_equal(bundle_content(&b->t, &th.case_id, 0, false, &content), ERR_OK);
	assert_int_equal(rows_load(&b->t, &th, &record), ERR_OK);
	assert_int_equal(bundle_write(&b->t, &th, content, record, &body), ERR_OK);
	assert_int_equal(rows_save(&b->t, &th, record), ERR_OK);
	memcpy(blob->b, msg_bytes(body, HANDOVER_BUNDLE_BLOB).p, sizeof blob->b);
	assert_int_equal(steps_sign(&b->t, &th, DOC_BUNDLE, body), ERR_OK);
	came(b, &th, DOC_STAGED, NULL, HANDOVER_STAGED);
	assert_int_equal(steps_sign(&b->t, &th, DOC_CEDE, msg_new(b->t.arena, MSG_HANDOVER_CEDE)),
			 ERR_OK);
	assert_int_equal(th.state, HANDOVER_CEDED);
	(void)bed_turn(b); /* an own body is read from the next turn on */
	return th;
}

static void narrow_consent(struct bed *b, const struct thread *th, uint64_t cats)
{
	struct msg *record;

	assert_int_equal(consent_record(&b->t, &th->grant_id, &record), ERR_OK);
	msg_set_u64(msg_sub(b->t.arena, record, GRANT_RECORD_GRANT), CONSENT_GRANT_CATS, cats);
	assert_int_equal(consent_save(&b->t, &th->grant_id, &th->case_id, record), ERR_OK);
}

/* What a former owner keeps whole is bounded by no document of its own: of what happened it holds no more than the consent or one of the
 * others. */
static void what_is_kept_holds_no_more_than_was_said(void **state)
{
	struct bed *b = *state;
	struct thread th = taken_without_content(b);
	struct msg *content = msg_new(b->t.arena, MSG_HANDOVER_CONTENT), *opened;
	struct msg *record = msg_new(b->t.arena, MSG_HANDOVER_RECORD);
	struct msg *said = msg_new(b->t.arena, MSG_HANDOVER_ADDENDUM);
	const uint8_t none[CHUNKS_KEY] = {0};
	uint8_t key[CHUNKS_KEY];
	struct blob file;

	msg_set_text(b->t.arena, msg_add(b->t.arena, content, HANDOVER_CONTENT_NOTES),
		     HANDOVER_NOTE_TEXT, "Verzonnen voorval");
	assert_int_equal(bundle_file(&b->t, &th, content, key, &file), ERR_OK);
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_BKEY, span_of(none, sizeof none));
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_ADDED_KEY, span_of(key, sizeof key));
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_ADDED, span_of(file.id.b, 32));
	assert_int_equal(bundle_open(&b->t, &th, record, &opened), ERR_OK);
	assert_int_equal(msg_count(opened, HANDOVER_CONTENT_NOTES), 1);
	narrow_consent(b, &th, 1);
	assert_int_equal(bundle_open(&b->t, &th, record, &opened), ERR_OK);
	assert_int_equal(msg_count(opened, HANDOVER_CONTENT_NOTES), 0);
	msg_set_text(b->t.arena, said, HANDOVER_ADDENDUM_TEXT, "Verzonnen aanvulling");
	came(b, &th, DOC_ADDENDUM, said, HANDOVER_TAKEN);
	assert_int_equal(bundle_open(&b->t, &th, record, &opened), ERR_OK);
	assert_int_equal(msg_count(opened, HANDOVER_CONTENT_NOTES), 1);
}

/* A restore brought the case and its log back, and not the file: what the partner says of it counts all the same. */
static void taken_over_after_the_file_went_with_the_disk(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	const struct blob_ref kept = {.need = BLOB_FOR_THREAD, .id = th.id};
	const struct blob_ref lent = {BLOB_LENT, th.grant_id, th.peer};
	uint64_t until_ms;
	struct blob one;

	assert_int_equal(blob_release(&b->t, &blob, &kept), ERR_OK);
	assert_int_equal(blob_release(&b->t, &blob, &lent), ERR_OK);
	assert_int_equal(blob_load(&b->t, &blob, &one), ERR_NOTFOUND);
	came(b, &th, DOC_TAKE, NULL, HANDOVER_TAKEN);
	assert_int_equal(rows_closed(&b->t, &th.case_id, &until_ms, NULL), ERR_OK);
	assert_true(until_ms > b->t.wall_ms);
}

/* ... and whoever took it may be restored to before that, and has nothing but what is sealed for it. */
static void the_case_is_kept_where_its_file_is_not(void **state)
{
	struct bed *b = *state;
	const struct id32 secret = {{0x33}};
	uint8_t keys[64];
	struct id32 blob, pub;
	struct thread th = ceded(b, &blob);
	const struct blob_ref kept = {.need = BLOB_FOR_THREAD, .id = th.id};
	const struct blob_ref lent = {BLOB_LENT, th.grant_id, th.peer};
	struct msg *take = msg_new(b->t.arena, MSG_HANDOVER_TAKE);
	struct msg *record, *content, *body;
	struct document d;

	keep_public(&secret, &pub);
	assert_int_equal(blob_release(&b->t, &blob, &kept), ERR_OK);
	assert_int_equal(blob_release(&b->t, &blob, &lent), ERR_OK);
	msg_set_bytes(b->t.arena, take, HANDOVER_TAKE_KEEP_PUB, span_of(pub.b, sizeof pub.b));
	came(b, &th, DOC_TAKE, take, HANDOVER_TAKEN);
	(void)bed_turn(b);
	d = bedcase_document(b, &th, true, th.my_no);
	assert_int_equal(d.head.type, DOC_KEPT);
	assert_int_equal(document_body(&b->t, &d, &body), ERR_OK);
	assert_int_equal(keep_open(&secret, msg_bytes(body, HANDOVER_KEPT_KEYS), keys), ERR_OK);
	record = msg_new(b->t.arena, MSG_HANDOVER_RECORD);
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_BKEY, span_of(keys, 32));
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_ADDED_KEY, span_of(keys + 32, 32));
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_ADDED,
		      msg_bytes(body, HANDOVER_KEPT_BLOB));
	assert_true(bundle_is_kept(record));
	assert_int_equal(bundle_open(&b->t, &th, record, &content),
			 ERR_MALFORMED); /* more than named */
	msg_set_u64(record, HANDOVER_RECORD_CATS, UINT64_MAX);
	assert_int_equal(bundle_open(&b->t, &th, record, &content), ERR_OK);
	assert_string_equal(msg_text(msg_get(content, HANDOVER_CONTENT_PERSON), PERSON_NAME),
			    "Testpersoon Verzonnen");
}

/* A handover that was begun in a life which forgot the one before: of two that go on at once the case is given away in one alone. */
static void what_was_given_once_is_not_given_again(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	struct thread other = {.id = bed_id(0x73),
			       .case_id = th.case_id,
			       .peer = BED_OTHER,
			       .kind = THREAD_HANDOVER,
			       .role = THREAD_SENDER,
			       .table_version = HANDOVER_TABLE_VERSION,
			       .created_ms = b->now_ms};
	struct msg *propose = msg_new(b->t.arena, MSG_HANDOVER_PROPOSE);
	const char *reason;

	other.grant_id = th.grant_id;
	assert_int_equal(steps_sign(&b->t, &other, DOC_PROPOSE, propose), ERR_OK);
	came(b, &other, DOC_AGREE, NULL, HANDOVER_AGREED);
	assert_int_equal(rows_gives(&b->t, &other), ERR_STATE);
	assert_int_equal(b->t.refusal.code, REFUSAL_CASE_ON_ITS_WAY);
	assert_int_equal(rows_gives(&b->t, &th), ERR_OK);
	came(b, &th, DOC_TAKE, NULL, HANDOVER_TAKEN);
	assert_int_equal(rows_gives(&b->t, &other), ERR_STATE);
	assert_int_equal(b->t.refusal.code, REFUSAL_NOT_OWNER);
	assert_int_equal(steps_changed(&b->t, &other, ""), ERR_OK);
	assert_int_equal(other.state, HANDOVER_ABORTED);
	(void)bed_turn(b);
	assert_int_equal(bedcase_said(b, &other.id, &reason), DOC_ABORT);
	assert_string_equal(reason, "no-longer-needed");
}

/* A loss of state: what the partner says may be the older half of what was said.  Taken back since, and forgotten, the case is ours. */
static void nothing_is_sealed_before_the_logs_were_compared(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	struct msg *person, *m, *take = msg_new(b->t.arena, MSG_HANDOVER_TAKE);
	const struct id32 pub = {{9}};
	struct pair *pr;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->uncompared = true;
	pr->era++;
	msg_set_bytes(b->t.arena, take, HANDOVER_TAKE_KEEP_PUB, span_of(pub.b, sizeof pub.b));
	came(b, &th, DOC_TAKE, take, HANDOVER_TAKEN);
	(void)bed_turn(b);
	assert_int_equal(bedcase_document(b, &th, true, th.my_no).head.type, DOC_CEDE);
	assert_int_equal(rows_readable(&b->t, &th.case_id), ERR_OK);
	assert_int_equal(casefile_load(&b->t, &th.case_id, &m), ERR_OK);
	assert_int_equal(casefile_person(&b->t, &th.case_id, m, &person), ERR_OK);
	assert_string_not_equal(msg_text(person, PERSON_NAME), "");
	/* and then it is */
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->uncompared = false;
	th.era = pr->era;
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(bedcase_document(b, &th, true, th.my_no).head.type, DOC_KEPT);
	assert_int_equal(rows_readable(&b->t, &th.case_id), ERR_STATE);
}

static struct span kept_keys(struct bed *b, const struct thread *th)
{
	const struct document d = bedcase_document(b, th, true, th->my_no);
	struct msg *body;

	assert_int_equal(d.head.type, DOC_KEPT);
	assert_int_equal(document_body(&b->t, &d, &body), ERR_OK);
	return msg_bytes(body, HANDOVER_KEPT_KEYS);
}

/* What came back took its place in our log: the new owner needs it all the same, and what is sealed is sealed. */
static void what_is_kept_is_said_until_it_stands(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	struct msg *m, *take = msg_new(b->t.arena, MSG_HANDOVER_TAKE);
	const struct id32 pub = {{9}};
	struct document d;
	uint8_t keys[112];

	msg_set_bytes(b->t.arena, take, HANDOVER_TAKE_KEEP_PUB, span_of(pub.b, sizeof pub.b));
	came(b, &th, DOC_TAKE, take, HANDOVER_TAKEN);
	(void)bed_turn(b);
	assert_int_equal(kept_keys(b, &th).len, sizeof keys);
	memcpy(keys, kept_keys(b, &th).p, sizeof keys);
	d = bedcase_document(b, &th, true, th.my_no);
	assert_int_equal(outbox_mark(&b->t, &d.key.msg, OUTBOX_STORED), ERR_OK);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(rows_load(&b->t, &th, &m), ERR_OK);
	assert_int_equal(msg_u64(m, HANDOVER_RECORD_SEALED), 1);
	assert_false(msg_has(m, HANDOVER_RECORD_BKEY));
	assert_int_equal(thread_truncate(&b->t, &th, true, th.my_no), ERR_OK);
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	(void)bed_turn(b);
	assert_memory_equal(kept_keys(b, &th).p, keys, sizeof keys);
}

/* What comes back of a case that is gone leaves nothing behind, and holds nobody up. */
static void an_addition_comes_back_for_an_erased_case(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_ADDENDUM);
	struct doc_key key;

	msg_set_text(b->t.arena, body, HANDOVER_ADDENDUM_TEXT, "Belt liever 's avonds.");
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, b->now_ms);
	assert_int_equal(steps_sign(&b->t, &th, DOC_ADDENDUM, body), ERR_OK);
	(void)bed_turn(b);
	key = bedcase_document(b, &th, true, th.my_no).key;
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(th.case_id.b, 16)), ERR_OK);
	assert_int_equal(kind_handover.returned(&b->t, &b->node->peers[BED_PARTNER - 1], &th, &key),
			 ERR_OK);
}

/* Taken over here and given on since: which file it was goes with the consent under which it was said. */
static void a_bundle_goes_with_its_consent_also_when_the_case_was_given_on(void **state)
{
	struct bed *b = *state;
	struct thread th = taken_without_content(b);
	const struct consent_scope s = {&b->node->peers[BED_PARTNER - 1], th.case_id, true};

	(void)bed_turn(b);
	assert_int_equal(closing_drop(&b->t, &th.case_id), ERR_OK);
	assert_int_equal(bedcase_document(b, &th, false, 2).head.type, DOC_BUNDLE);
	assert_false(bedcase_document(b, &th, false, 2).hollow);
	assert_int_equal(bodies_let_grant_go(&b->t, &s, &th.grant_id), ERR_OK);
	assert_true(bedcase_document(b, &th, false, 2).hollow);
}

static bool waits(struct bed *b, const struct id16 *case_id)
{
	struct owner o;
	bool given_back;

	assert_int_equal(rows_owner(&b->t, case_id, &o, &given_back), ERR_OK);
	assert_int_equal(o.who, OWNER_US);
	return given_back;
}

static unsigned entries(struct bed *b, const struct id16 *case_id, const char *what)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};
	unsigned n = 0;

	while (store_each(b->t.txn, STORE_CASELOG, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};
		struct msg *m;

		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = turn_get_msg(&b->t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m);
		n += w.rc == ERR_OK && strcmp(msg_text(m, CASE_ENTRY_WHAT), what) == 0;
	}
	assert_int_equal(w.rc, ERR_OK);
	return n;
}

static void add_words(struct bed *b, struct thread *th, const char *text)
{
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_ADDENDUM);

	msg_set_text(b->t.arena, body, HANDOVER_ADDENDUM_TEXT, text);
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, b->now_ms);
	assert_int_equal(steps_sign(&b->t, th, DOC_ADDENDUM, body), ERR_OK);
}

/* What was added on its way was in the log of the handover alone: nobody who works in the case would have read it. */
static void what_was_added_to_a_case_that_stays_is_in_it(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	struct store_walk w = {.rc = ERR_OK};
	const uint64_t typed_ms = b->now_ms;
	struct bundle_note note;

	add_words(b, &th, "Belt liever 's avonds.");
	b->now_ms += 3ull * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(entries(b, &th.case_id, "note"), 0);
	came(b, &th, DOC_REFUSE, NULL, HANDOVER_REFUSED);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(entries(b, &th.case_id, "note"), 1); /* once */
	assert_true(bundle_note_each(&b->t, &th.case_id, &w, &note));
	assert_string_equal(note.text, "Belt liever 's avonds.");
	assert_int_equal(note.at_ms, typed_ms);
	assert_false(note.came);
}

/* The case came to us as often as somebody liked, each time with a log of additions, and is somebody else's now.  The ids of those that went on
 * stand in one row: when it has no more room the others end here, which is counted once, and the row can be written. */
static void what_goes_on_after_a_case_has_an_end(void **state)
{
	static uint8_t ids[16 * 1024];
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);
	const struct thread consent = bedcase_consent_came(b, BED_OTHER, 0x75, 30);
	struct thread from = {.id = bed_id(0x74),
			      .case_id = th.case_id,
			      .grant_id = consent.id,
			      .peer = BED_OTHER,
			      .kind = THREAD_HANDOVER,
			      .role = THREAD_RECEIVER,
			      .state = HANDOVER_TAKEN,
			      .table_version = HANDOVER_TABLE_VERSION};
	struct msg *record = msg_new(b->t.arena, MSG_HANDOVER_RECORD), *said, *grant;
	size_t len = sizeof ids;
	bool more = false;
	struct pair *pr;

	came(b, &th, DOC_TAKE, NULL, HANDOVER_TAKEN);
	msg_set_u64(record, HANDOVER_RECORD_TAKEN, 1);
	rows_date(record, 0, 0);
	assert_int_equal(consent_record(&b->t, &consent.id, &grant), ERR_OK);
	msg_set_bytes(b->t.arena, grant, GRANT_RECORD_CASE_ID, span_of(th.case_id.b, 16));
	assert_int_equal(consent_save(&b->t, &consent.id, &th.case_id, grant), ERR_OK);
	assert_int_equal(rows_save(&b->t, &from, record), ERR_OK);
	said = msg_new(b->t.arena, MSG_HANDOVER_ADDENDUM);
	msg_set_text(b->t.arena, said, HANDOVER_ADDENDUM_TEXT, "Verzonnen");
	bedcase_came(b, &from, DOC_ADDENDUM, &from.grant_id, said);
	from.state = HANDOVER_TAKEN; /* its log has that word alone */
	assert_int_equal(thread_save(&b->t, &from), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(rows_load(&b->t, &th, &record), ERR_OK);
	memset(ids, 0x77, sizeof ids);
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_PASSED, span_of(ids, len));
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(down_pass(&b->t, &th, record, &more), ERR_OK);
	len = msg_bytes(record, HANDOVER_RECORD_PASSED).len;
	assert_int_equal(pair_get(&b->t, BED_OTHER, &pr), ERR_OK);
	assert_int_equal(len, sizeof ids + 16);
	assert_int_equal(pr->over_what, QUOTA_CASE);
	assert_int_equal(pr->over, 1);
}

static void also_when_it_is_taken_back_in_this_very_turn(void **state)
{
	struct bed *b = *state;
	struct id32 blob;
	struct thread th = ceded(b, &blob);

	add_words(b, &th, "Belt liever 's avonds.");
	assert_int_equal(
		steps_sign(&b->t, &th, DOC_RECLAIM, msg_new(b->t.arena, MSG_HANDOVER_RECLAIM)),
		ERR_OK);
	assert_int_equal(th.state, HANDOVER_RECLAIMED);
	assert_int_equal(entries(b, &th.case_id, "note"), 0);
	assert_int_equal(th.timer_ms, b->now_ms + 1);
	(void)pause_after(b, &th, 1);
	assert_int_equal(entries(b, &th.case_id, "note"), 1);
}

/* Whoever had it keeps the file for 35 days; behind them the case goes on with what there is, and says so. */
static void content_that_does_not_come_back_is_not_waited_for_for_ever(void **state)
{
	struct bed *b = *state;
	struct thread th = taken_without_content(b);

	assert_int_equal(th.timer_ms - b->t.wall_ms, 2000);
	assert_int_equal(pause_after(b, &th, DAY_MS), 3600000);
	assert_true(waits(b, &th.case_id));
	assert_int_equal(rows_writable(&b->t, &th.case_id), ERR_BUSY);
	(void)pause_after(b, &th, 34ull * DAY_MS);
	assert_false(waits(b, &th.case_id));
	assert_int_equal(rows_writable(&b->t, &th.case_id), ERR_OK);
	assert_int_equal(entries(b, &th.case_id, "content-lost"), 1);
	assert_int_equal(th.timer_ms, 0);
}

static void nor_of_a_partner_that_was_removed(void **state)
{
	struct bed *b = *state;
	struct thread th = taken_without_content(b);

	b->node->peers[BED_PARTNER - 1].removed = true;
	(void)pause_after(b, &th, 3000);
	assert_false(waits(b, &th.case_id));
}

static struct msg *row_of(struct bed *b, const struct thread *th)
{
	struct msg *record;

	assert_int_equal(rows_load(&b->t, th, &record), ERR_OK);
	return record;
}

static void name_added(struct bed *b, const struct thread *th, struct msg *record,
		       const struct id32 *file, uint64_t size, const uint8_t key[CHUNKS_KEY])
{
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_ADDED, span_of(file->b, sizeof file->b));
	msg_set_u64(record, HANDOVER_RECORD_ADDED_SIZE, size);
	msg_set_bytes(b->t.arena, record, HANDOVER_RECORD_ADDED_KEY, span_of(key, CHUNKS_KEY));
	assert_int_equal(rows_save(&b->t, th, record), ERR_OK);
}

/* Ceded to us with a content that needs no consent of its own, which lies here; behind it something was added that does not. */
static struct thread ceded_to_us(struct bed *b)
{
	static const uint8_t none[CHUNKS_KEY] = {1};
	struct thread th = bedcase_proposed(b, 0), giver;
	struct msg *content = msg_new(b->t.arena, MSG_HANDOVER_CONTENT), *record, *body,
		   *cede = msg_new(b->t.arena, MSG_HANDOVER_CEDE);

	sign(b, &th, DOC_AGREE, HANDOVER_AGREED);
	record = row_of(b, &th);
	giver = th;
	giver.role = THREAD_SENDER;
	assert_int_equal(bundle_write(&b->t, &giver, content, record, &body), ERR_OK);
	msg_set_bytes(b->t.arena, cede, HANDOVER_CEDE_BKEY,
		      msg_bytes(record, HANDOVER_RECORD_BKEY));
	msg_set_u64(cede, HANDOVER_CEDE_TURNS, 1);
	came(b, &th, DOC_BUNDLE, body, HANDOVER_STAGED);
	came(b, &th, DOC_CEDE, cede, HANDOVER_CEDED);
	name_added(b, &th, row_of(b, &th), &(struct id32){{0x33}}, 40, none);
	return th;
}

/* It was given in a life that both sides forgot, and a disk of that life came back here alone: the word loses its place, and what it
 * brought goes with it.  It opens again when it is given again. */
static void a_key_goes_with_the_word_that_brought_it(void **state)
{
	static const unsigned brought[] = {HANDOVER_RECORD_BKEY, HANDOVER_RECORD_ADDED,
					   HANDOVER_RECORD_ADDED_SIZE, HANDOVER_RECORD_ADDED_KEY};
	struct bed *b = *state;
	struct thread th = ceded_to_us(b);
	struct msg *cede = msg_new(b->t.arena, MSG_HANDOVER_CEDE), *content;
	uint8_t key[CHUNKS_KEY];

	memcpy(key, msg_bytes(row_of(b, &th), HANDOVER_RECORD_BKEY).p, sizeof key);
	assert_int_equal(thread_truncate(&b->t, &th, false, th.their_no), ERR_OK);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(th.state, HANDOVER_STAGED);
	for (size_t i = 0; i < sizeof brought / sizeof brought[0]; i++)
		assert_false(msg_has(row_of(b, &th), brought[i]));
	assert_true(msg_has(row_of(b, &th), HANDOVER_RECORD_BLOB));
	assert_int_not_equal(bundle_open(&b->t, &th, row_of(b, &th), &content), ERR_OK);
	msg_set_bytes(b->t.arena, cede, HANDOVER_CEDE_BKEY, span_of(key, sizeof key));
	msg_set_u64(cede, HANDOVER_CEDE_TURNS, 1);
	came(b, &th, DOC_CEDE, cede, HANDOVER_CEDED);
	assert_int_equal(bundle_open(&b->t, &th, row_of(b, &th), &content), ERR_OK);
}

/* The case itself is here again: it does not wait for what was added behind it, which comes to it when it comes, and once. */
static void what_was_added_comes_later(void **state)
{
	struct bed *b = *state;
	struct thread th = ceded_to_us(b);
	struct msg *content = msg_new(b->t.arena, MSG_HANDOVER_CONTENT), *note;
	uint8_t key[CHUNKS_KEY];
	unsigned before;
	struct blob file;

	assert_int_equal(steps_sign(&b->t, &th, DOC_TAKE, msg_new(b->t.arena, MSG_HANDOVER_TAKE)),
			 ERR_OK);
	assert_false(waits(b, &th.case_id));
	assert_int_equal(rows_writable(&b->t, &th.case_id), ERR_OK);
	assert_int_equal(msg_u64(row_of(b, &th), HANDOVER_RECORD_FILES_COME), 1);
	before = entries(b, &th.case_id, "note");
	/* written at one moment: they are one note, and another day makes it another one */
	for (unsigned i = 0; i < 3; i++) {
		note = msg_add(b->t.arena, content, HANDOVER_CONTENT_NOTES);
		msg_set_text(b->t.arena, note, HANDOVER_NOTE_TEXT, "verzonnen");
		msg_set_u64(note, HANDOVER_NOTE_AT_MS, b->now_ms - (i / 2) * DAY_MS);
	}
	assert_int_equal(bundle_file(&b->t, &th, content, key, &file), ERR_OK);
	name_added(b, &th, row_of(b, &th), &file.id, file.size, key);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(entries(b, &th.case_id, "note"), before + 2);
	assert_int_equal(msg_u64(row_of(b, &th), HANDOVER_RECORD_FILES_COME), 0);
	assert_false(msg_has(row_of(b, &th), HANDOVER_RECORD_ADDED_KEY));
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(entries(b, &th.case_id, "note"), before + 2);
}

/* A key that opens nothing is what a partner sent: nothing comes of it, and nothing twice. */
static void what_does_not_open_is_left_out(void **state)
{
	static const uint8_t wrong[CHUNKS_KEY] = {2};
	struct bed *b = *state;
	struct thread th = ceded_to_us(b);
	uint8_t key[CHUNKS_KEY];
	struct blob file;

	assert_int_equal(
		bundle_file(&b->t, &th, msg_new(b->t.arena, MSG_HANDOVER_CONTENT), key, &file),
		ERR_OK);
	name_added(b, &th, row_of(b, &th), &file.id, file.size, wrong);
	assert_int_equal(steps_sign(&b->t, &th, DOC_TAKE, msg_new(b->t.arena, MSG_HANDOVER_TAKE)),
			 ERR_OK);
	assert_false(waits(b, &th.case_id));
	assert_int_equal(msg_u64(row_of(b, &th), HANDOVER_RECORD_FILES_COME), 0);
	assert_int_equal(rows_writable(&b->t, &th.case_id), ERR_OK);
}

/* kring case release: whoever knows that it does not come back need not wait. */
static void a_person_decides_that_it_does_not_come_back(void **state)
{
	struct bed *b = *state;
	struct thread th = taken_without_content(b);
	bool any;

	assert_int_equal(steps_wait_no_more(&b->t, &th.case_id, &any), ERR_OK);
	assert_true(any);
	assert_false(waits(b, &th.case_id));
	assert_int_equal(steps_wait_no_more(&b->t, &th.case_id, &any), ERR_OK);
	assert_false(any);
}

/* Asked today to take over tomorrow: an answer next week is none. */
static void who_is_to_take_over_tomorrow_answers_by_then(void **state)
{
	struct bed *b = *state;
	const char *here = b->node->country;
	const uint64_t tomorrow = calendar_noon(here, b->now_ms + DAY_MS);

	assert_int_equal(bedcase_proposed(b, tomorrow).due_ms, calendar_add_all(here, tomorrow, 0));
}

static void without_a_day_the_term_is_that_of_every_answer(void **state)
{
	struct bed *b = *state;

	assert_int_equal(bedcase_proposed(b, 0).due_ms,
			 calendar_add(b->node->country, b->now_ms, 5));
}

/* A timeline larger than the memory of a turn: what does not go along takes none of it. */
static void a_long_timeline_can_be_handed_over(void **state)
{
	enum { LEN = 16000, MANY = 2200 };
	static char text[LEN + 1];
	struct bed *b = *state;
	const struct id16 id = bedcase_open(b);
	struct msg *content;

	memset(text, 'x', LEN);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(casefile_entry(&b->t, &id, "case-edited", text, NULL), ERR_OK);
		(void)bed_turn(b);
	}
	assert_int_equal(casefile_entry(&b->t, &id, "note", "Belt liever 's avonds.", NULL),
			 ERR_OK);
	(void)bed_turn(b);
	static_assert((unsigned)LEN * MANY > LIMIT_TURN_ARENA, "else it fits anyway");
	assert_int_equal(bundle_content(&b->t, &id, 0, true, &content), ERR_OK);
	assert_int_equal(msg_count(content, HANDOVER_CONTENT_NOTES), 1);
}

/* Behind the last number there is none: who claims it would keep the case from ever being moved on. */
static void a_number_that_nobody_reaches_dates_nothing(void **state)
{
	struct bed *b = *state;
	const struct thread th = bedcase_taken(b, UINT32_MAX);
	struct thread on = {.id = bed_id(0x71),
			    .case_id = th.case_id,
			    .peer = BED_OTHER,
			    .kind = THREAD_HANDOVER,
			    .role = THREAD_SENDER,
			    .state = HANDOVER_TAKEN,
			    .table_version = HANDOVER_TABLE_VERSION,
			    .created_ms = b->now_ms};
	struct msg *m = msg_new(b->t.arena, MSG_HANDOVER_RECORD);
	struct epoch e;
	struct owner o;
	bool given_back;

	assert_int_equal(rows_epoch(&b->t, &th.case_id, &e), ERR_OK);
	assert_true(e.turns < EPOCH_MOST);
	e = epoch_ceded(e);
	msg_set_u64(m, HANDOVER_RECORD_DATED, 1);
	msg_set_u64(m, HANDOVER_RECORD_RECLAIMS, e.reclaims);
	msg_set_u64(m, HANDOVER_RECORD_TURNS, e.turns);
	assert_int_equal(thread_create(&b->t, &on), ERR_OK);
	assert_int_equal(rows_save(&b->t, &on, m), ERR_OK);
	assert_int_equal(rows_owner(&b->t, &th.case_id, &o, &given_back), ERR_OK);
	assert_int_equal(o.who, OWNER_THEM);
	assert_int_equal(o.peer, BED_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_does_not_come_is_looked_for_ever_more_seldom,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_bundle_that_names_no_file_is_refused, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(nor_is_one_waited_for_that_is_too_large, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(taken_over_after_the_file_went_with_the_disk, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_case_whose_file_is_lost_does_not_stay_on_its_way,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(what_is_kept_holds_no_more_than_was_said, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(the_case_is_kept_where_its_file_is_not, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_was_given_once_is_not_given_again, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_sealed_before_the_logs_were_compared,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(what_is_kept_is_said_until_it_stands, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(an_addition_comes_back_for_an_erased_case, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(
			a_bundle_goes_with_its_consent_also_when_the_case_was_given_on, setup,
			bed_teardown),
		cmocka_unit_test_setup_teardown(what_was_added_to_a_case_that_stays_is_in_it, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_goes_on_after_a_case_has_an_end, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(also_when_it_is_taken_back_in_this_very_turn, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(
			content_that_does_not_come_back_is_not_waited_for_for_ever, setup,
			bed_teardown),
		cmocka_unit_test_setup_teardown(nor_of_a_partner_that_was_removed, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_key_goes_with_the_word_that_brought_it, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_was_added_comes_later, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(what_does_not_open_is_left_out, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_person_decides_that_it_does_not_come_back, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(who_is_to_take_over_tomorrow_answers_by_then, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(without_a_day_the_term_is_that_of_every_answer,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_number_that_nobody_reaches_dates_nothing, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_long_timeline_can_be_handed_over, setup,
						bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
