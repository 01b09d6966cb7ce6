/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages without their generated structs: fields are reached by their constants through protobuf-c's descriptors.  One such
 * door is why the category filter, the JSON output and the check of typed texts are one loop each, and why no code outside
 * proto/ knows how protobuf-c lays a struct out.
 *
 * Its memory is the caller's arena: nothing is freed, all of it is wiped with the turn.  An arena that ran full is noticed once,
 * by msg_pack(): setters on NULL do nothing, so that callers build a message without asking after every field. */
#include "proto/msg.h"

#include "base/check.h"
#include "base/limits.h"
#include "proto/schema.h"
#include "proto/walk.h"

typedef ProtobufCFieldDescriptor field_t;

enum { SUB_LEN = sizeof(void *) }; /* a field of another message holds where that message is */

static ProtobufCMessage *pb(struct msg *m)
{
	return (ProtobufCMessage *)(void *)m;
}

static const ProtobufCMessage *cpb(const struct msg *m)
{
	return (const ProtobufCMessage *)(const void *)m;
}

static void *alloc_cb(void *ctx, size_t n)
{
	return arena_alloc(ctx, n);
}

static void free_cb(void *ctx, void *p)
{
	(void)ctx;
	(void)p; /* the arena is wiped as a whole */
}

static struct msg *new_of(struct arena *a, const ProtobufCMessageDescriptor *d)
{
	ProtobufCMessage *m = arena_alloc(a, d->sizeof_message);

	if (m != NULL)
		d->message_init(m);
	return (struct msg *)(void *)m;
}

struct msg *msg_new(struct arena *a, enum msg_kind kind)
{
	require(kind < MSG_KIND_COUNT_);
	return new_of(a, schema_table[kind].desc);
}

enum msg_kind msg_kind_of(const struct msg *m)
{
	for (unsigned k = 0; k < MSG_KIND_COUNT_; k++)
		if (schema_table[k].desc == cpb(m)->descriptor)
			return (enum msg_kind)k;
	require(false);
	return MSG_KIND_COUNT_;
}

/* Only what walk_check() let through is unpacked, and what that takes is bounded again: the walk counts input, this counts
 * memory. */
enum err msg_parse(struct arena *a, enum msg_kind kind, struct span bytes, struct msg **out,
		   struct err_text *why)
{
	ProtobufCAllocator alloc = {alloc_cb, free_cb, a};
	enum err rc = walk_check(kind, bytes, why);
	size_t before = a->used;
	ProtobufCMessage *m;

	if (rc != ERR_OK)
		return rc;
	m = protobuf_c_message_unpack(schema_table[kind].desc, &alloc, bytes.len, bytes.p);
	/* Asked before m: a message that was too large may also have filled the arena, and the
	 * first cause is told. */
	if (a->used - before > LIMIT_UNPACK_ARENA)
		return ERR_LIMIT;
	if (m == NULL)
		return a->failed ? ERR_NOMEM : ERR_MALFORMED;
	*out = (struct msg *)(void *)m;
	return ERR_OK;
}

/* The one place where a message that lost a field to a full arena is noticed: such a message must not leave. */
enum err msg_pack(struct arena *a, const struct msg *m, struct span *out)
{
	size_t n;
	uint8_t *p;

	if (a->failed || m == NULL)
		return ERR_NOMEM;
	n = protobuf_c_message_get_packed_size(cpb(m));
	p = arena_alloc(a, n == 0 ? 1 : n);
	if (p == NULL)
		return ERR_NOMEM;
	require(protobuf_c_message_pack(cpb(m), p) == n);
	*out = span_of(p, n);
	return ERR_OK;
}

/* The one door to a field.  A constant of another message, or a bare number, ends the process here, in
 * the product too: it can only be a mistake of ours (what kind a message is never comes from outside),
 * and going on would read or write whatever field has the same number in this message, which may be a
 * field that the consent does not cover. */
static const field_t *field_of(const struct msg *m, unsigned field)
{
	const unsigned kind = field >>
			      MSG_FIELD_BITS; /* counted from 1, so that a bare number has none */
	const field_t *f;

	require(kind >= 1 && kind <= MSG_KIND_COUNT_);
	require(schema_table[kind - 1].desc == cpb(m)->descriptor); /* a field of this message */
	f = protobuf_c_message_descriptor_get_field(cpb(m)->descriptor,
						    field & ((1u << MSG_FIELD_BITS) - 1));
	require(f != NULL);
	return f;
}

static bool is_repeated(const field_t *f)
{
	return f->label == PROTOBUF_C_LABEL_REPEATED;
}

/* A field that holds one value of this type. */
static const field_t *single(const struct msg *m, unsigned field, ProtobufCType type)
{
	const field_t *f = field_of(m, field);

	require(!is_repeated(f) && f->type == type);
	return f;
}

/* A list of this type. */
static const field_t *list(const struct msg *m, unsigned field, ProtobufCType type)
{
	const field_t *f = field_of(m, field);

	require(is_repeated(f) && f->type == type);
	return f;
}

/* A number, a flag or an enumerator; all but 64 bits are four bytes wide. */
static const field_t *number(const struct msg *m, unsigned field)
{
	const field_t *f = field_of(m, field);

	require(!is_repeated(f) &&
		(f->type == PROTOBUF_C_TYPE_UINT64 || f->type == PROTOBUF_C_TYPE_UINT32 ||
		 f->type == PROTOBUF_C_TYPE_BOOL || f->type == PROTOBUF_C_TYPE_ENUM));
	return f;
}

static void *at(struct msg *m, unsigned offset)
{
	return (uint8_t *)pb(m) + offset;
}

static const void *cat(const struct msg *m, unsigned offset)
{
	return (const uint8_t *)cpb(m) + offset;
}

/* Scalars have a flag beside their value; texts and sub-messages are there when their pointer is. */
static void set_has(struct msg *m, const field_t *f, bool on)
{
	if (f->quantifier_offset != 0) {
		protobuf_c_boolean has = on;

		memcpy(at(m, f->quantifier_offset), &has, sizeof has);
	}
}

void msg_set_u64(struct msg *m, unsigned field, uint64_t v)
{
	const field_t *f;
	uint32_t v32 = (uint32_t)v;

	if (m == NULL)
		return;
	f = number(m, field);
	if (f->type == PROTOBUF_C_TYPE_UINT64) {
		memcpy(at(m, f->offset), &v, sizeof v);
	} else {
		require(v <= UINT32_MAX);
		memcpy(at(m, f->offset), &v32, sizeof v32);
	}
	set_has(m, f, true);
}

static_assert(sizeof(protobuf_c_boolean) == 4, "a bool field is four bytes wide");

void msg_set_text(struct arena *a, struct msg *m, unsigned field, const char *s)
{
	const field_t *f;
	char *copy;

	if (m == NULL || s == NULL)
		return;
	f = single(m, field, PROTOBUF_C_TYPE_STRING);
	copy = arena_text(a, s);
	if (copy != NULL)
		memcpy(at(m, f->offset), &copy, sizeof copy);
}

static ProtobufCBinaryData binary(struct arena *a, struct span s)
{
	struct span copy = arena_copy(a, s);
	ProtobufCBinaryData b = {copy.len, NULL};

	memcpy(&b.data, &copy.p,
	       sizeof b.data); /* the arena's memory is writable; span adds const */
	return b;
}

void msg_set_bytes(struct arena *a, struct msg *m, unsigned field, struct span s)
{
	const field_t *f;
	ProtobufCBinaryData b;

	if (m == NULL)
		return;
	f = single(m, field, PROTOBUF_C_TYPE_BYTES);
	b = binary(a, s);
	if (b.data == NULL)
		return;
	memcpy(at(m, f->offset), &b, sizeof b);
	set_has(m, f, true);
}

/* Room for one more element; arrays double at powers of two.  NULL when the arena is full. */
static void *grow(struct arena *a, struct msg *m, const field_t *f, size_t width)
{
	size_t n;
	uint8_t *old, *new;

	memcpy(&n, at(m, f->quantifier_offset), sizeof n);
	memcpy(&old, at(m, f->offset), sizeof old);
	new = old;
	/* The old array is left where it is: the arena gives nothing back before the turn ends, and
	 * doubling keeps that below twice. */
	if ((n & (n - 1)) == 0) {
		new = arena_alloc(a, (n == 0 ? 1 : 2 * n) * width);
		if (new == NULL)
			return NULL;
		if (n != 0)
			memcpy(new, old, n * width);
		memcpy(at(m, f->offset), &new, sizeof new);
	}
	n++;
	memcpy(at(m, f->quantifier_offset), &n, sizeof n);
	return new + (n - 1) * width;
}

/* grow() knows the room of a list by its length alone, the next power of two; protobuf-c gives a list that it read
 * exactly its length.  A list that is such a power, or empty, gets new room from grow() itself.
 * Lists inside the elements are left: whoever takes a reply up again adds rows, and changes none. */
enum err msg_reopen(struct arena *a, struct msg *m)
{
	const ProtobufCMessageDescriptor *d = cpb(m)->descriptor;

	for (unsigned i = 0; i < d->n_fields; i++) {
		const field_t *f = &d->fields[i];
		const size_t width = f->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData)
								      : sizeof(void *);
		size_t n, room = 1;
		uint8_t *new;

		if (!is_repeated(f))
			continue;
		memcpy(&n, at(m, f->quantifier_offset), sizeof n);
		while (room < n)
			room *= 2;
		if (room == n || n == 0)
			continue;
		new = arena_alloc(a, room * width);
		if (new == NULL)
			return ERR_NOMEM;
		memcpy(new, *(uint8_t **)at(m, f->offset), n * width);
		memcpy(at(m, f->offset), &new, sizeof new);
	}
	return ERR_OK;
}

void msg_add_text(struct arena *a, struct msg *m, unsigned field, const char *s)
{
	const field_t *f;
	char *copy;
	void *slot;

	if (m == NULL || s == NULL)
		return;
	f = list(m, field, PROTOBUF_C_TYPE_STRING);
	copy = arena_text(a, s);
	slot = copy == NULL ? NULL : grow(a, m, f, sizeof copy);
	if (slot != NULL)
		memcpy(slot, &copy, sizeof copy);
}

void msg_add_bytes(struct arena *a, struct msg *m, unsigned field, struct span s)
{
	const field_t *f;
	ProtobufCBinaryData b;
	void *slot;

	if (m == NULL)
		return;
	f = list(m, field, PROTOBUF_C_TYPE_BYTES);
	b = binary(a, s);
	slot = b.data == NULL ? NULL : grow(a, m, f, sizeof b);
	if (slot != NULL)
		memcpy(slot, &b, sizeof b);
}

struct msg *msg_sub(struct arena *a, struct msg *m, unsigned field)
{
	const field_t *f;
	struct msg *sub;

	if (m == NULL)
		return NULL;
	f = single(m, field, PROTOBUF_C_TYPE_MESSAGE);
	memcpy(&sub, at(m, f->offset), SUB_LEN);
	/* Asked for twice it is the same message: callers set its fields from several places. */
	if (sub == NULL) {
		sub = new_of(a, f->descriptor);
		memcpy(at(m, f->offset), &sub, SUB_LEN);
	}
	return sub;
}

struct msg *msg_add(struct arena *a, struct msg *m, unsigned field)
{
	const field_t *f;
	struct msg *sub;
	void *slot;

	if (m == NULL)
		return NULL;
	f = list(m, field, PROTOBUF_C_TYPE_MESSAGE);
	sub = new_of(a, f->descriptor);
	slot = sub == NULL ? NULL : grow(a, m, f, SUB_LEN);
	if (slot != NULL)
		memcpy(slot, &sub, SUB_LEN);
	return slot == NULL ? NULL : sub;
}

void msg_put_sub(struct msg *m, unsigned field, const struct msg *sub)
{
	const field_t *f;

	if (m == NULL || sub == NULL)
		return;
	f = single(m, field, PROTOBUF_C_TYPE_MESSAGE);
	require(f->descriptor == cpb(sub)->descriptor);
	memcpy(at(m, f->offset), &sub, SUB_LEN);
}

static size_t count_of(const struct msg *m, const field_t *f)
{
	size_t n;

	memcpy(&n, cat(m, f->quantifier_offset), sizeof n);
	return n;
}

static const void *pointer_of(const struct msg *m, const field_t *f)
{
	const void *p;

	memcpy(&p, cat(m, f->offset), sizeof p);
	return p;
}

static bool is_there(const struct msg *m, const field_t *f)
{
	protobuf_c_boolean has;

	if (is_repeated(f))
		return count_of(m, f) > 0;
	if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE)
		return pointer_of(m, f) != NULL && pointer_of(m, f) != f->default_value;
	memcpy(&has, cat(m, f->quantifier_offset), sizeof has);
	return has != 0;
}

static size_t width_of(const field_t *f)
{
	if (is_repeated(f) || f->type == PROTOBUF_C_TYPE_STRING ||
	    f->type == PROTOBUF_C_TYPE_MESSAGE)
		return sizeof(void *);
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return sizeof(ProtobufCBinaryData);
	return f->type == PROTOBUF_C_TYPE_UINT64 ? 8 : 4;
}

void msg_clear(struct msg *m, unsigned field)
{
	const field_t *f = field_of(m, field);

	memset(at(m, f->offset), 0, width_of(f));
	if (is_repeated(f))
		memset(at(m, f->quantifier_offset), 0, sizeof(size_t));
	else
		set_has(m, f, false);
}

struct msg *msg_edit(struct msg *m, unsigned field, size_t i)
{
	const field_t *f = field_of(m, field);

	require(is_repeated(f) && f->type == PROTOBUF_C_TYPE_MESSAGE && i < count_of(m, f));
	return (*(struct msg ***)at(m, f->offset))[i];
}

void msg_replace(struct msg *m, unsigned field, size_t i, const struct msg *sub)
{
	const field_t *f = list(m, field, PROTOBUF_C_TYPE_MESSAGE);

	require(i < count_of(m, f) && cpb(sub)->descriptor == f->descriptor);
	(*(const void ***)at(m, f->offset))[i] = sub;
}

/* Pointers are copied, not what they point to: both messages live in one arena. */
void msg_copy_fields(struct msg *to, const struct msg *from)
{
	const ProtobufCMessageDescriptor *d = from == NULL ? NULL : cpb(from)->descriptor;

	if (to == NULL || from == NULL)
		return;
	require(cpb(to)->descriptor == d);
	for (unsigned i = 0; i < d->n_fields; i++) {
		const field_t *f = &d->fields[i];

		/* A list would be shared by both messages, and to add to one would change the other. */
		require(!is_repeated(f));
		if (!is_there(from, f))
			continue;
		memcpy(at(to, f->offset), cat(from, f->offset), width_of(f));
		set_has(to, f, true);
	}
}

bool msg_has(const struct msg *m, unsigned field)
{
	return m != NULL && is_there(m, field_of(m, field));
}

/* Each getter asks for field and type before it asks whether the field is there: a mistake shows at the
 * first call, not on the day when somebody fills the field. */
uint64_t msg_u64(const struct msg *m, unsigned field)
{
	const field_t *f;
	uint64_t v;
	uint32_t v32;

	if (m == NULL)
		return 0;
	f = number(m, field);
	if (!is_there(m, f))
		return 0;
	if (f->type == PROTOBUF_C_TYPE_UINT64) {
		memcpy(&v, cat(m, f->offset), sizeof v);
		return v;
	}
	memcpy(&v32, cat(m, f->offset), sizeof v32);
	return v32;
}

const char *msg_text(const struct msg *m, unsigned field)
{
	const field_t *f = m == NULL ? NULL : single(m, field, PROTOBUF_C_TYPE_STRING);

	return f == NULL || !is_there(m, f) ? "" : pointer_of(m, f);
}

struct span msg_bytes(const struct msg *m, unsigned field)
{
	const field_t *f = m == NULL ? NULL : single(m, field, PROTOBUF_C_TYPE_BYTES);
	ProtobufCBinaryData b;

	if (f == NULL || !is_there(m, f))
		return span_of(NULL, 0);
	memcpy(&b, cat(m, f->offset), sizeof b);
	return span_of(b.data, b.len);
}

const struct msg *msg_get(const struct msg *m, unsigned field)
{
	const field_t *f = m == NULL ? NULL : single(m, field, PROTOBUF_C_TYPE_MESSAGE);

	return f == NULL ? NULL : pointer_of(m, f);
}

size_t msg_count(const struct msg *m, unsigned field)
{
	const field_t *f = m == NULL ? NULL : field_of(m, field);

	require(f == NULL || is_repeated(f));
	return f == NULL ? 0 : count_of(m, f);
}

static const void *element(const struct msg *m, const field_t *f, size_t i, size_t width)
{
	require(i < count_of(m, f));
	return (const uint8_t *)pointer_of(m, f) + i * width;
}

const struct msg *msg_at(const struct msg *m, unsigned field, size_t i)
{
	const struct msg *sub;

	memcpy(&sub, element(m, list(m, field, PROTOBUF_C_TYPE_MESSAGE), i, SUB_LEN), SUB_LEN);
	return sub;
}

const char *msg_text_at(const struct msg *m, unsigned field, size_t i)
{
	const char *s;

	memcpy(&s, element(m, list(m, field, PROTOBUF_C_TYPE_STRING), i, sizeof s), sizeof s);
	return s;
}

struct span msg_bytes_at(const struct msg *m, unsigned field, size_t i)
{
	ProtobufCBinaryData b;

	memcpy(&b, element(m, list(m, field, PROTOBUF_C_TYPE_BYTES), i, sizeof b), sizeof b);
	return span_of(b.data, b.len);
}

static enum msg_type type_of(const field_t *f)
{
	if (f->type == PROTOBUF_C_TYPE_STRING)
		return MSG_TYPE_TEXT;
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return MSG_TYPE_BYTES;
	if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		return MSG_TYPE_SUB;
	if (f->type == PROTOBUF_C_TYPE_ENUM)
		return MSG_TYPE_ENUM;
	return f->type == PROTOBUF_C_TYPE_BOOL ? MSG_TYPE_BOOL : MSG_TYPE_NUMBER;
}

/* Nothing is looked up here: the generated table has the order of protobuf-c's fields, one beside the other (test_msg.c
 * holds both against each other). */
bool msg_kind_field(enum msg_kind kind, size_t i, struct msg_field *out)
{
	const struct schema *s = &schema_table[kind];

	require(kind < MSG_KIND_COUNT_);
	if (i >= s->count)
		return false;
	*out = (struct msg_field){.number = s->fields[i].number,
				  .name = s->desc->fields[i].name,
				  .type = type_of(&s->desc->fields[i]),
				  .cat = s->fields[i].cat,
				  .repeated = is_repeated(&s->desc->fields[i]),
				  .holds = s->fields[i].holds,
				  .use = s->fields[i].use,
				  .size = s->fields[i].size,
				  .text = s->fields[i].text,
				  .sub = (enum msg_kind)s->fields[i].sub};
	return true;
}

bool msg_field_at(const struct msg *m, size_t i, struct msg_field *out)
{
	return m != NULL && msg_kind_field(msg_kind_of(m), i, out);
}

const char *msg_enum_name(const struct msg *m, unsigned field)
{
	const field_t *f = m == NULL ? NULL : single(m, field, PROTOBUF_C_TYPE_ENUM);
	const ProtobufCEnumValue *v;

	if (f == NULL || !is_there(m, f))
		return "";
	v = protobuf_c_enum_descriptor_get_value(f->descriptor, (int)msg_u64(m, field));
	return v == NULL ? "" : v->name;
}

static_assert((int)MSG_HOLDS_ANY == (int)SCHEMA_ANY && (int)MSG_HOLDS_ACT == (int)SCHEMA_ACT &&
		      (int)MSG_HOLDS_PARTNER == (int)SCHEMA_PARTNER,
	      "one meaning inside proto/ and outside");

/* Schemas are not recursive, so this ends. */
static void drop_empty(enum msg_kind kind, struct msg *m) /* NOLINT(misc-no-recursion) */
{
	struct msg_field f;

	for (size_t i = 0; msg_kind_field(kind, i, &f); i++) {
		if (f.repeated || !msg_has(m, f.number))
			continue;
		if (f.type == MSG_TYPE_SUB)
			drop_empty(f.sub, *(struct msg **)at(m, field_of(m, f.number)->offset));
		else if ((f.type == MSG_TYPE_TEXT && msg_text(m, f.number)[0] == '\0') ||
			 (f.type == MSG_TYPE_BOOL && msg_u64(m, f.number) == 0))
			msg_clear(m, f.number);
	}
}

void msg_drop_empty(struct msg *m)
{
	if (m != NULL)
		drop_empty(msg_kind_of(m), m);
}

/* What the gate is asked about: every category of which anything is present, at any depth.  A field without a category adds
 * nothing; that it cannot carry free words is held by words_check(). */
static uint64_t cats_of(enum msg_kind kind, const struct msg *m) /* NOLINT(misc-no-recursion) */
{
	struct msg_field f;
	uint64_t cats = 0;

	for (size_t i = 0; msg_kind_field(kind, i, &f); i++) {
		if (!msg_has(m, f.number))
			continue;
		if (f.cat != MSG_CAT_OPEN)
			cats |= UINT64_C(1) << f.cat;
		if (f.type == MSG_TYPE_SUB && !f.repeated)
			cats |= cats_of(f.sub, msg_get(m, f.number));
		for (size_t j = 0;
		     f.type == MSG_TYPE_SUB && f.repeated && j < msg_count(m, f.number); j++)
			cats |= cats_of(f.sub, msg_at(m, f.number, j));
	}
	return cats;
}

uint64_t msg_cats(const struct msg *m)
{
	return m == NULL ? 0 : cats_of(msg_kind_of(m), m);
}

const char *msg_cat_name(unsigned bit)
{
	static const char *const names[] = {
		"identity", "contact",	      "household",   "children",      "income-debt",
		"housing",  "work-education", "health",	     "mental-health", "addiction",
		"safety",   "justice",	      "origin",	     "conviction",    "scores",
		"needs",    "story",	      "attachments", "rights",	      "national-number",
		"message",
	};

	return bit < sizeof names / sizeof names[0] ? names[bit] : NULL;
}
