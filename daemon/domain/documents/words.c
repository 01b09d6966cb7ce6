/* SPDX-License-Identifier: EUPL-1.2 */
/* A field of a body that has no category of personal data passes no consent and stands in no ledger.  So it must not be
 * able to say anything about a person: it holds a code of a list, a name of a partner, or a short name of a place.  The
 * list of each field stands in proto/partner.proto; this file asks it before a body is packed, and after one arrived,
 * because the sender's daemon may be another one. */
#include "domain/documents/words.h"

#include "base/check.h"
#include <string.h>

#include "base/text.h"
#include "domain/documents/message.h"
#include "domain/documents/passing.h"
enum { PLACE_CHARACTERS = 60, PLACE_WORDS = 6 };

/* The list of reasons depends on the act; an act without free words takes any of its own fields. */
struct words words_of_act(uint16_t type)
{
	const struct act *a = act_of(type);

	if (a == NULL)
		return (struct words){LIST_REASONS, "unknown"}; /* no row is meant for it */
	/* the other lists are each of one act, and so whole */
	return (struct words){a->reasons, a->reasons == LIST_REASONS ? a->code : ""};
}

/* A use of "+code" is the whole list and one code more. */
bool words_take(const struct words *w, const char *code)
{
	const bool more = w->use[0] == '+'; /* every row of the list, and this one code */

	return w->holds >= 0 && ((more && strcmp(code, w->use + 1) == 0) ||
				 list_takes((enum list_id)w->holds, more ? "" : w->use, code));
}

/* For the error of whoever typed something else: all of it, or as much as there is room for. */
void words_list(const struct words *w, char *out, size_t cap)
{
	size_t len = 0;

	require(cap > 0);
	out[0] = '\0';
	for (size_t i = 0; w->holds >= 0; i++) {
		const char *code = list_code((enum list_id)w->holds, w->use, i);
		size_t n;

		if (code == NULL)
			break;
		n = strlen(code);
		if (n == 0 || len + n + 3 > cap)
			break;
		if (len > 0) {
			memcpy(out + len, ", ", 2);
			len += 2;
		}
		memcpy(out + len, code, n + 1);
		len += n;
	}
}

/* A place is named in a few words: what is longer, or has a comma, is a sentence. */
bool words_place(const char *name)
{
	size_t characters = 0, spaces = 0, letters = 0;

	for (const char *s = name; *s != '\0'; s++) {
		characters += ((uint8_t)*s & 0xc0) != 0x80;
		spaces += *s == ' ';
		letters += (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
			   (*s >= 'A' && *s <= 'Z') || (uint8_t)*s >= 0x80;
		if (strchr("\n\t,;:!?", *s) != NULL)
			return false;
	}
	return letters > 0 && !text_blank(name) && characters <= PLACE_CHARACTERS &&
	       spaces < PLACE_WORDS;
}

/* Members that left count: a word of before must stay readable. */
static bool is_partner(const struct node *n, const char *name)
{
	if (strcmp(name, "none") == 0 || strcmp(name, "outside") == 0)
		return true;
	for (size_t i = 0; i < n->peer_count; i++)
		if (strcmp(n->peers[i].org, name) == 0)
			return true;
	return false;
}

static bool text_holds(const struct turn *t, const struct words *w, const char *text)
{
	if (text[0] == '\0' || w->holds == MSG_HOLDS_ANY)
		return true;
	return w->holds == MSG_HOLDS_PARTNER ? is_partner(t->node, text) : words_take(w, text);
}

/* Text against its list, bytes against their length: both are of the partner, whose daemon may have checked neither. */
static bool field_holds(struct turn *t, const struct msg *m, const struct msg_field *f,
			const struct words *w)
{
	const size_t n = f->repeated ? msg_count(m, f->number) : 1;

	for (size_t i = 0; i < n; i++) {
		if (f->type == MSG_TYPE_TEXT &&
		    !text_holds(t, w,
				f->repeated ? msg_text_at(m, f->number, i)
					    : msg_text(m, f->number)))
			return false;
		if (f->type == MSG_TYPE_BYTES && f->size != 0 &&
		    (f->repeated ? msg_bytes_at(m, f->number, i) : msg_bytes(m, f->number)).len !=
			    f->size)
			return false;
	}
	return true;
}

/* Names that have a category all the same are names: no sentence rides on them. */
static bool names_hold(const struct msg *m, struct words_fault *fault)
{
	const struct words name = {WORDS_NAME, ""};

	*fault = (struct words_fault){"outside", name};
	if (msg_kind_of(m) == MSG_ACT)
		for (size_t i = 0; i < msg_count(m, ACT_OUTSIDE); i++)
			if (!words_place(msg_text_at(m, ACT_OUTSIDE, i)))
				return false;
	if (msg_kind_of(m) == MSG_MESSAGE && message_flaw(m, &fault->field) != MESSAGE_SOUND) {
		fault->field = fault->field == NULL ? "text" : fault->field;
		return false;
	}
	if (!passing_sound(m, &fault->field))
		return false;
	fault->field = "service";
	return msg_kind_of(m) != MSG_OFFER || !msg_has(m, OFFER_SERVICE) ||
	       words_place(msg_text(m, OFFER_SERVICE));
}

/* Schemas are not recursive, so this ends. */
bool words_check(struct turn *t, uint16_t type, const struct msg *body,
		 struct words_fault *fault) /* NOLINT(misc-no-recursion) */
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(body, i, &f); i++) {
		const bool act = f.holds == MSG_HOLDS_ACT;
		const struct words w = act ? words_of_act(type) : (struct words){f.holds, f.use};

		if (!msg_has(body, f.number))
			continue;
		*fault = (struct words_fault){f.name, w};
		if (!field_holds(t, body, &f, &w))
			return false;
		for (size_t k = 0;
		     f.type == MSG_TYPE_SUB && k < (f.repeated ? msg_count(body, f.number) : 1);
		     k++)
			if (!words_check(t, type,
					 f.repeated ? msg_at(body, f.number, k)
						    : msg_get(body, f.number),
					 fault))
				return false;
	}
	return names_hold(body, fault);
}

struct say words_codes(const struct words *w, char *buf, size_t cap)
{
	require(w->holds >= 0);
	words_list(w, buf, cap);
	return say_code("codes", (enum list_id)w->holds, buf);
}

enum err words_refuse(struct turn *t, const struct words_fault *fault)
{
	char codes[240], field[SAY_FIELD];

	require(fault->field != NULL);
	if (fault->words.holds < 0)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_WORDS_NOT_HERE,
					say_field("field", fault->field, field));
	return turn_refuse_with(t, ERR_INVAL, REFUSAL_WORDS_OF_A_LIST,
				say_field("field", fault->field, field),
				words_codes(&fault->words, codes, sizeof codes));
}

/* A bundle is ciphertext that its body only names, and says what is in it. */
uint64_t words_cats(uint16_t type, const struct msg *body)
{
	return msg_cats(body) | (type == DOC_BUNDLE ? msg_u64(body, HANDOVER_BUNDLE_CATS) : 0);
}

enum err words_parse_content(struct turn *t, struct span bytes, struct msg **content)
{
	struct words_fault fault;
	struct err_text why;
	enum err rc = msg_parse(t->arena, MSG_HANDOVER_CONTENT, bytes, content, &why);

	if (rc == ERR_OK && !words_check(t, DOC_BUNDLE, *content, &fault))
		rc = ERR_MALFORMED;
	if (rc == ERR_LIMIT)
		rc = ERR_MALFORMED;
	if (rc != ERR_OK)
		*content = NULL;
	return rc;
}

/* The outcome of an answer to a withdrawal is a code that travels as a number: one that nobody knows says nothing, and would count as an
 * answer all the same. */
static bool answer_says(const struct msg *body)
{
	enum { OUTCOMES = 3 }; /* PROTOCOL.md, Consent */
	const uint64_t outcome = msg_kind_of(body) == MSG_ERASED ? msg_u64(body, ERASED_OUTCOME)
								 : OUTCOMES;

	return outcome > 0 && outcome <= OUTCOMES;
}

/* The one reader of bodies that came from outside: schema first, then the lists. */
enum err words_parse(struct turn *t, uint16_t type, struct span bytes, struct msg **body)
{
	struct words_fault fault;
	struct err_text why;
	enum err rc = document_type_known(type)
			      ? msg_parse(t->arena, document_body_kind(type), bytes, body, &why)
			      : ERR_MALFORMED;

	if (rc == ERR_OK && (!words_check(t, type, *body, &fault) || !answer_says(*body)))
		rc = ERR_MALFORMED;
	if (rc != ERR_OK)
		*body = NULL;
	return rc;
}
