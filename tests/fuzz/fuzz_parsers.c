/* SPDX-License-Identifier: EUPL-1.2 */
/* Every parser that reads foreign bytes.  The first byte chooses the parser, so one corpus serves all.
 * Beside crashes it checks one promise: what the walker lets through, protobuf-c unpacks in the arena. */
#include <stdlib.h>
#include <strings.h>

#include "base/check.h"
#include "crypto/foreign.h"
#include "domain/flow/report.h"
#include "domain/signin/webauthn.h"
#include "io/ipc.h"
#include "proto/msg.h"
#include "proto/walk.h"
#include "proto/wire_roster.h"
#include "web/cookie.h"
#include "web/form.h"
#include "web/out.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_roster(struct span s)
{
	struct wire_roster e;
	struct wire_genesis g;
	struct wire_add a;
	struct wire_node n;

	if (wire_roster_get(s, &e) == ERR_OK) {
		(void)!wire_genesis_get(e.payload, &g);
		if (wire_add_get(e.payload, &a) == ERR_OK)
			(void)!wire_node_get(a.node, &n);
	}
	(void)!wire_genesis_get(s, &g);
	(void)!wire_add_get(s, &a);
	(void)!wire_node_get(s, &n);
}

/* Small layouts of membership and audit, one after the other over the same bytes. */
static void parse_words(struct span s)
{
	struct wire_witness w;
	struct wire_remove r;
	struct wire_genesis g = {.m = 1};
	struct wire_checkpoint c;
	struct wire_node_carried n;

	(void)!wire_witness_get(s, &w);
	(void)!wire_remove_get(s, &r);
	(void)!wire_roots_get(s, &g);
	(void)!wire_checkpoint_get(s, &c);
	(void)!wire_node_carried_get(s, &n);
}

/* An invite as somebody pasted it; what is read back must be what a writer would write. */
static void parse_token(struct span s)
{
	char text[WIRE_TOKEN_MAX + 64] = "", again[WIRE_TOKEN_MAX + 1];
	struct wire_invite v;

	memcpy(text, s.p, s.len < sizeof text - 1 ? s.len : sizeof text - 1);
	if (wire_token_get(text, &v) == ERR_OK)
		require(wire_token_put(&v, again) == ERR_OK && strcasecmp(again, text) == 0);
}

/* What the other process says, as it lies in the read buffer: records one after the other. */
static void parse_ipc(struct span s)
{
	struct ipc_record rec;
	size_t used = 1, sum = 0;

	while (used != 0 && ipc_next(s, &rec, &used) == ERR_OK) {
		for (size_t i = 0; used != 0 && i < rec.bytes.len; i++)
			sum += rec.bytes.p[i]; /* every byte that is handed out may be read */
		s = span_of(s.p + used, s.len - used);
	}
	__asm__ volatile("" ::"r"(sum));
}

/* A partner's quarterly figures: whatever is let through could have been made by our own rules. */
/* One for all inputs, wiped after each: to make one costs more than most of them. */
static struct arena *memory(void)
{
	static struct arena a;

	if (a.base == NULL)
		require(arena_create(&a, 8u << 20) == ERR_OK);
	return &a;
}

static void parse_report(struct span s)
{
	static struct peer peers[3] = {
		{.no = 1, .added_seq = 1}, {.no = 2, .added_seq = 2}, {.no = 3, .added_seq = 9}};
	struct node n = {.peers = peers, .peer_count = 3};
	struct report r;
	struct turn t = {.node = &n, .arena = memory()};

	if (report_parse(&t, s, &r) == ERR_OK)
		for (size_t i = 0; i < 3 * (size_t)COUNT_CELLS; i++) {
			const uint32_t v = r.figures.flow[i / COUNT_CELLS][i % COUNT_CELLS];

			require(v == 0 || (v >= LIMIT_FLOW_K && v % LIMIT_FLOW_STEP == 0));
		}
	arena_reset(t.arena);
}

/* What a browser says of a passkey: the pieces with their lengths in front.  Nothing that is let through has another challenge, or
 * another host, than it is said to have. */
static void parse_passkey(struct span s)
{
	static const char origin[] = "https://kring.goes.example", host[] = "kring.goes.example";
	struct rd r = rd_of(s);
	struct span parts[5];
	uint8_t challenge[32];
	char coded[WEBAUTHN_BASE64 + 1];
	uint32_t counter = 0;

	for (size_t i = 0; i < 5; i++) {
		const size_t want = rd_u16(&r), len = want < r.left ? want : r.left;

		parts[i] = span_of(rd_take(&r, len), len);
		if (parts[i].p == NULL)
			return;
	}
	if (webauthn_client(parts[1], "webauthn.get", origin, challenge)) {
		webauthn_base64(challenge, coded);
		require(parts[1].len > 40 + WEBAUTHN_BASE64 &&
			memcmp(parts[1].p + 36, coded, WEBAUTHN_BASE64) == 0);
	}
	(void)webauthn_proof_holds(&(struct webauthn_proof){parts[0], parts[1], parts[2]}, parts[3],
				   host, &counter);
	if (webauthn_made_flaw(&(struct webauthn_made){parts[4], parts[0], parts[1], parts[3]},
			       host, &counter) == NULL)
		require(foreign_key(parts[3]) && parts[4].len <= LIMIT_CRED_ID &&
			parts[0].len > parts[4].len);
}

/* What a browser sends: an address, a form, a cookie; the first byte chooses.  Nothing that is let through holds what cannot be shown or
 * stored, and whatever it is, it stays text on a page. */
static void parse_browser(struct span s)
{
	static const struct form_field fields[] = {{"a", FORM_LINE, 500, false},
						   {"b", FORM_LINES, 60000, false},
						   {"c", FORM_CODE, 40, false},
						   {"n", FORM_NUMBER, 8, false}};
	struct out o = {.p = NULL};
	struct form_path p;
	struct form f;
	uint8_t token[COOKIE_TOKEN];
	char *text = s.len == 0 ? NULL : strndup((const char *)s.p + 1, s.len - 1);

	if (text == NULL)
		return;
	if (s.p[0] % 3 == 0 && form_path(&p, text))
		for (size_t i = 0; i < p.count; i++)
			require(p.segment[i][0] != '\0' && strchr(p.segment[i], '/') == NULL);
	if (s.p[0] % 3 == 1 &&
	    form_read(&f, fields, 4, span_of(s.p + 1, s.len - 1), memory()) == ERR_OK) {
		require(strlen(form_value(&f, "a")) <= 500 && strlen(form_value(&f, "c")) <= 40);
		require(strpbrk(form_value(&f, "a"), "\r\n\t") == NULL);
		out_text(&o, form_value(&f, "b"));
		out_segment(&o, form_value(&f, "a"));
	}
	if (s.p[0] % 3 == 2 && cookie_token(text, COOKIE_SESSION, token))
		require(strlen(text) >= COOKIE_CODED);
	out_text(&o, text);
	out_segment(&o, text);
	for (size_t i = 0; i < o.len; i++)
		require(strchr("<>\"'", o.p[i]) == NULL || o.p[i] == '\0');
	out_free(&o);
	free(text);
	arena_reset(memory());
}

static void parse_frame(struct span s)
{
	struct wire_frame_view v;
	struct wire_part p;
	struct wire_doc d;
	struct rd r;

	if (wire_frame_get(s, &v) != ERR_OK)
		return;
	r = rd_of(v.parts);
	while (wire_part_next(&r, &p))
		if (p.type == WIRE_PART_DOCUMENT)
			(void)!wire_doc_get(p.bytes, &d);
}

static void parse_message(enum msg_kind kind, struct span s)
{
	struct err_text why;
	struct arena *a = memory();
	struct msg *m;

	if (walk_check(kind, s, &why) != ERR_OK)
		return;
	require(msg_parse(a, kind, s, &m, &why) == ERR_OK);
	(void)msg_cats(m);
	arena_reset(a);
}

/* KRING_FUZZ_ONLY=N: this parser alone, for a long run of its own. */
static int only(void)
{
	const char *v = getenv("KRING_FUZZ_ONLY");

	return v == NULL ? -1 : (int)strtol(v, NULL, 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s;
	struct wire_envelope e;
	struct wire_prekey k;
	struct wire_doc d;

	if (size < 1 || size > 70000)
		return 0;
	s = span_of(data + 1, size - 1);
	switch (only() < 0 ? data[0] : only()) {
	case 0:
		(void)!wire_envelope_get(s, &e);
		break;
	case 1:
		(void)!wire_prekey_get(s, &k);
		break;
	case 2:
		parse_frame(s);
		break;
	case 3:
		(void)!wire_doc_get(s, &d);
		break;
	case 4:
		parse_roster(s);
		break;
	case 250:
		parse_browser(s);
		break;
	case 251:
		parse_passkey(s);
		break;
	case 252:
		parse_report(s);
		break;
	case 253:
		parse_ipc(s);
		break;
	case 254:
		parse_words(s);
		break;
	case 255:
		parse_token(s);
		break;
	default: /* 5 to 249: a kind of message; alone, the first byte still chooses which */
		parse_message(
			(enum msg_kind)((data[0] + 5 * MSG_KIND_COUNT_ - 5) % MSG_KIND_COUNT_), s);
		break;
	}
	return 0;
}
