/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages from outside, before protobuf-c sees them.  protobuf-c 1.4 takes what must not pass: it recurses as deep as the
 * input says (a few kilobytes end the process), makes sixty bytes of memory out of one of input, keeps unknown fields, lets the
 * last of two scalars win, takes any number for an enumerator and any bytes for a text, and cuts a text at a zero byte.  So
 * every message is walked first, by its schema and with limits on depth, fields, lists and lengths; what is unpacked afterwards
 * can only be what it says.
 *
 * The walk is strict where two readers could differ: a field that is not known, comes twice or has another wire type is an
 * error, not something to pass over.  It explains with the field's name and the byte, never with what stands there. */
#include "proto/walk.h"

#include "base/limits.h"
#include "proto/schema.h"

/* The two wire types our schemas use; fixed 32 and 64 bits and groups are refused.  Field numbers stay below FIELD_MAX, so that
 * what was seen fits an array on the stack. */
enum { WIRE_VARINT = 0, WIRE_BYTES = 2, FIELD_MAX = 128 };

static_assert(LIMIT_PB_REPEATED < UINT16_MAX && LIMIT_REPLY_REPEATED < UINT16_MAX,
	      "counted in seen");

struct walk {
	size_t fields, fields_max, repeated_max, bytes_max;
	enum err text; /* what a text of the wrong class is */
	struct err_text *why;
};

static enum err bad(const struct walk *w, enum err e, const char *field)
{
	text_format(w->why->text, sizeof w->why->text, "%s", field);
	return e;
}

/* Shortest form is not demanded (protobuf allows padding), but ten bytes are the end; for field numbers
 * and lengths five, as protobuf-c has it. */
enum { VARINT_MAX = 70, PREFIX_MAX = 35 };

static bool varint_within(struct rd *r, uint64_t *out, unsigned max)
{
	*out = 0;
	for (unsigned shift = 0; shift < max; shift += 7) {
		/* The tenth byte has room for one bit: more of them would fall off the end in silence. */
		uint8_t b = rd_u8(r);

		if (r->bad || (shift == 63 && b > 1))
			return false;
		*out |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return true;
	}
	return false;
}

static bool varint(struct rd *r, uint64_t *out)
{
	return varint_within(r, out, VARINT_MAX);
}

/* protobuf cuts a number to its field's width in silence; here it has to fit. */
static enum err check_scalar(const struct walk *w, struct rd *r, const ProtobufCFieldDescriptor *f)
{
	uint64_t v;

	if (!varint(r, &v))
		return bad(w, ERR_MALFORMED, f->name);
	if (f->type == PROTOBUF_C_TYPE_UINT32 && v > UINT32_MAX)
		return bad(w, ERR_MALFORMED, f->name);
	if (f->type == PROTOBUF_C_TYPE_BOOL && v > 1)
		return bad(w, ERR_MALFORMED, f->name);
	if (f->type == PROTOBUF_C_TYPE_ENUM &&
	    (v > INT32_MAX || protobuf_c_enum_descriptor_get_value(f->descriptor, (int)v) == NULL))
		return bad(w, ERR_MALFORMED, f->name);
	return ERR_OK;
}

static enum err walk_message(struct walk *w, const struct schema *s, struct rd r, unsigned depth);

/* C sees all of it, a terminal shows it as it is, and what is one row stays one. */
static enum err check_text(const struct walk *w, enum text_class class,
			   const ProtobufCFieldDescriptor *f, struct span s)
{
	size_t at = 0;
	const char *fault = text_fault(class, s, &at);

	return fault == NULL ? ERR_OK : bad(w, w->text, f->name);
}

/* Everything with a length: it must end within its parent. */
static enum err check_bytes(struct walk *w, struct rd *r, const struct schema *s,
			    const ProtobufCFieldDescriptor *f, unsigned depth)
{
	const struct schema_field *of = &s->fields[f - s->desc->fields];
	uint64_t n;
	const uint8_t *p;
	struct rd sub;

	/* Against what is left of this message and not of the whole: a part cannot reach into what
	 * follows its parent. */
	if (!varint_within(r, &n, PREFIX_MAX) || n > r->left)
		return bad(w, ERR_MALFORMED, f->name);
	if ((f->type == PROTOBUF_C_TYPE_STRING && n > LIMIT_PB_STRING) ||
	    (f->type == PROTOBUF_C_TYPE_BYTES && n > w->bytes_max))
		return bad(w, ERR_LIMIT, f->name);
	p = rd_take(r, (size_t)n);
	if (f->type == PROTOBUF_C_TYPE_STRING)
		return check_text(w, of->text, f, span_of(p, (size_t)n));
	if (f->type != PROTOBUF_C_TYPE_MESSAGE)
		return ERR_OK;
	sub = rd_of(span_of(p, (size_t)n));
	return walk_message(w, &schema_table[of->sub], sub, depth + 1);
}

static enum err check_field(struct walk *w, struct rd *r, const struct schema *s,
			    const ProtobufCFieldDescriptor *f, unsigned wire, unsigned depth)
{
	/* Packed lists of numbers would come as bytes as well; no schema of ours has one, so none
	 * is taken. */
	bool lengthy = f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_BYTES ||
		       f->type == PROTOBUF_C_TYPE_MESSAGE;

	if (wire != (lengthy ? WIRE_BYTES : WIRE_VARINT))
		return bad(w, ERR_MALFORMED, f->name);
	return lengthy ? check_bytes(w, r, s, f, depth) : check_scalar(w, r, f);
}

/* Recursion is bounded by LIMIT_PB_DEPTH and by schemas without recursion (gen_schema.py). */
static enum err walk_message(struct walk *w, const struct schema *s, struct rd r,
			     unsigned depth) /* NOLINT(misc-no-recursion) */
{
	const ProtobufCMessageDescriptor *d = s->desc;
	/* how often each field came, in this message alone */
	uint16_t seen[FIELD_MAX] = {0};

	if (depth > LIMIT_PB_DEPTH)
		return bad(w, ERR_LIMIT, d->short_name);
	while (r.left > 0) {
		const ProtobufCFieldDescriptor *f = NULL;
		uint64_t key;
		enum err rc;

		if (!varint_within(&r, &key, PREFIX_MAX) || key >> 3 == 0 || key >> 3 >= FIELD_MAX)
			return bad(w, ERR_MALFORMED, d->short_name);
		f = protobuf_c_message_descriptor_get_field(d, (unsigned)(key >> 3));
		/* protobuf-c keeps unknown fields in memory: refused here, they cannot carry
		 * anything past our checks. */
		if (f == NULL)
			return bad(w, ERR_MALFORMED, d->short_name);
		if (++w->fields > w->fields_max)
			return bad(w, ERR_LIMIT, f->name);
		if (++seen[key >> 3] >
		    (f->label == PROTOBUF_C_LABEL_REPEATED ? w->repeated_max : 1))
			return bad(w,
				   f->label == PROTOBUF_C_LABEL_REPEATED ? ERR_LIMIT
									 : ERR_MALFORMED,
				   f->name);
		rc = check_field(w, &r, s, f, (unsigned)(key & 7), depth);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* Between the roots and their own node a whole roster entry passes; nothing a partner sends is as long. */
static bool carries_entries(enum msg_kind kind)
{
	return kind == MSG_REQUEST || kind == MSG_REPLY || kind == MSG_PROPOSAL_RECORD;
}

enum err walk_check(enum msg_kind kind, struct span bytes, struct err_text *why)
{
	/* our own daemon's lists for a person are longer than anything that comes from outside */
	const bool reply = kind == MSG_REPLY;
	struct walk w = {.text = kind == MSG_REQUEST ? ERR_INVAL : ERR_MALFORMED,
			 .why = why,
			 .fields_max = reply ? LIMIT_REPLY_FIELDS : LIMIT_PB_FIELDS,
			 .bytes_max = carries_entries(kind) ? LIMIT_ROSTER_CARRIED : LIMIT_PB_BYTES,
			 .repeated_max = reply ? LIMIT_REPLY_REPEATED : LIMIT_PB_REPEATED};

	if (kind >= MSG_KIND_COUNT_)
		return ERR_MALFORMED;
	return walk_message(&w, &schema_table[kind], rd_of(bytes), 1);
}
