/* SPDX-License-Identifier: EUPL-1.2 */
/* proto/vectors/wire.json, made by the second implementation, read by this one. */
#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "crypto/verify.h"
#include "domain/documents/document.h"
#include "proto/wire_roster.h"

enum { MAX = 70000 };

static uint8_t bytes[MAX], out[MAX], sig[64], inner[MAX];

static size_t field(const json_t *row, const char *name, uint8_t *to)
{
	const char *hex = json_string_value(json_object_get(row, name));
	size_t n = hex == NULL ? 0 : strlen(hex) / 2;

	assert_true(n <= MAX);
	if (n > 0)
		assert_true(bytes_unhex(to, n, hex));
	return n;
}

static struct id32 id_field(const json_t *row, const char *name)
{
	struct id32 id = {{0}};

	if (field(row, name, out) == sizeof id.b) /* other lengths are no id */
		memcpy(id.b, out, sizeof id.b);
	return id;
}

static bool is(const char *kind, const char *want)
{
	return strcmp(kind, want) == 0;
}

static bool prekey_ok(struct span s, const struct id32 *pub)
{
	struct wire_prekey p;
	struct span part = span_of(s.p, WIRE_PREKEY_SIGNED);

	return wire_prekey_get(s, &p) == ERR_OK && verify_sig(SIGN_PREKEY, &part, 1, pub, p.sig);
}

static bool node_ok(struct span s, const json_t *row, const struct id32 *pub)
{
	struct wire_node n;

	(void)field(row, "sig", sig);
	return wire_node_get(s, &n) == ERR_OK && verify_sig(SIGN_NODE, &s, 1, pub, sig);
}

static bool document_ok(struct span s, const struct id32 *pub, const json_t *row)
{
	struct wire_doc d;
	struct id32 commit, hash, last = {{0}}, want = id_field(row, "out");

	if (wire_doc_get(s, &d) != ERR_OK)
		return false;
	commit = d.form == WIRE_HOLLOW ? d.body_commit : document_commit(d.salt, d.body);
	hash = document_hash(d.head_bytes, &commit);
	if (json_object_get(row, "out") != NULL)
		assert_memory_equal(hash.b, want.b, 32);
	return document_verify(&d.sig, &hash, pub, &last);
}

static bool frame_ok(struct span s, const struct id32 *pub)
{
	struct wire_frame_view v;
	struct id32 h;
	struct span parts[2];

	if (wire_frame_get(s, &v) != ERR_OK)
		return false;
	h = hash_one(HASH_FRAMEPART, v.parts);
	parts[0] = v.head_bytes;
	parts[1] = span_of(h.b, 32);
	return verify_sig(SIGN_FRAME, parts, 2, pub, v.sig);
}

static bool envelope_ok(struct span s, const json_t *row)
{
	struct wire_envelope e;
	struct id32 sec = id_field(row, "secret"), to = id_field(row, "recipient"), pub;
	size_t n;

	if (wire_envelope_get(s, &e) != ERR_OK)
		return false;
	assert_true(seal_public(sec.b, &pub));
	if (seal_open(s.p, e.inner_len, sec.b, &pub, &to, inner) != ERR_OK)
		return false;
	n = field(row, "out", out);
	if (n > 0)
		assert_memory_equal(inner, out, n);
	return true;
}

static bool others_ok(const char *kind, struct span s, const json_t *row)
{
	struct id32 docs[8], got, want = id_field(row, "out");
	struct rd r = rd_of(s);
	struct inception in;
	char version[WIRE_VERSION_MAX + 1];

	if (is(kind, "version"))
		return wire_version_get(s, version) && strlen(version) == s.len;
	if (is(kind, "merkle")) {
		memcpy(docs, s.p, s.len);
		got = hash_merkle_root(docs, s.len / 32);
		return id32_equal(&got, &want);
	}
	if (is(kind, "hkdf")) {
		const size_t n = field(row, "out", out);

		seal_hkdf_expand(s.p, span_of("KRG1.env.expand", 15), inner, n);
		return memcmp(inner, out, n) == 0;
	}
	assert_true(is(kind, "nodeid"));
	in.fed_id = rd_id16(&r);
	in.nk_pub = rd_id32(&r);
	in.next_digest = rd_id32(&r);
	in.org_uuid = rd_id16(&r);
	got = identity_node_id(&in);
	return id32_equal(&got, &want);
}

static bool row_ok(const json_t *row)
{
	const char *kind = json_string_value(json_object_get(row, "kind"));
	const size_t n = field(row, "hex", bytes);
	const struct span s = span_of(bytes, n);
	const struct id32 pub = id_field(row, "pub");

	if (strncmp(kind, "prekey", 6) == 0)
		return prekey_ok(s, &pub);
	if (strncmp(kind, "document", 8) == 0)
		return document_ok(s, &pub, row);
	if (strncmp(kind, "frame", 5) == 0)
		return frame_ok(s, &pub);
	if (strncmp(kind, "envelope", 8) == 0)
		return envelope_ok(s, row);
	return is(kind, "node") ? node_ok(s, row, &pub) : others_ok(kind, s, row);
}

static void every_vector_is_read_as_it_says(void **state)
{
	json_error_t error;
	json_t *rows = json_load_file(KRING_VECTORS, 0, &error), *row;
	size_t i;

	(void)state;
	assert_non_null(rows);
	assert_true(json_array_size(rows) > 30);
	json_array_foreach(rows, i, row)
	{
		const bool want = json_is_true(json_object_get(row, "valid"));

		if (row_ok(row) != want)
			fail_msg("%s: %s", json_string_value(json_object_get(row, "kind")),
				 json_string_value(json_object_get(row, "name")));
	}
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector_is_read_as_it_says)};

	return secret_init() != ERR_OK || cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
