/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/backup.h"
#include "crypto/erasures.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "proto/wire.h"

#define HKDF_VECTOR                                                                                \
	"b21575dfe7a93048eef8712c14e72cb1b88850d5877632199733fa8fcd217e08cd1d6cca6f60e165200f49f7" \
	"2cc9987a840e39b7db33b61f361dde04efc9cb6266af065d31d4e824bd0c19a70d74d3f91b1e90da659dd1b0"

static int setup(void **state)
{
	(void)state;
	return secret_init() == ERR_OK ? 0 : -1;
}

/* HKDF-Expand-SHA512 with the PRK of an all-zero IKM: checked against python3's hmac (see vectors). */
static void hkdf_agrees_with_the_vector(void **state)
{
	uint8_t prk[64], out[88], want[88];

	(void)state;
	for (size_t i = 0; i < sizeof prk; i++)
		prk[i] = (uint8_t)i;
	seal_hkdf_expand(prk, span_of("KRG1.env.expand", 15), out, sizeof out);
	assert_true(bytes_unhex(want, sizeof want, HKDF_VECTOR));
	assert_memory_equal(out, want, sizeof want);
}

static void merkle_paths_fold_to_the_root(void **state)
{
	struct id32 docs[64], path[HASH_MERKLE_DEPTH_MAX], root, got;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		memset(docs[i].b, (int)i + 1, 32);
	for (size_t count = 1; count <= 64; count++) {
		root = hash_merkle_root(docs, count);
		for (size_t i = 0; i < count; i++) {
			size_t depth = hash_merkle_path(docs, count, i, path);

			assert_true(hash_merkle_fold(&docs[i], i, count, path[0].b, depth, &got));
			assert_memory_equal(got.b, root.b, 32);
			/* another index, another count or another depth is another statement */
			if (depth > 0)
				assert_false(hash_merkle_fold(&docs[i], i, count, path[0].b,
							      depth - 1, &got));
			assert_false(
				hash_merkle_fold(&docs[i], count, count, path[0].b, depth, &got));
		}
	}
}

struct node {
	char dir[64];
	struct keyfile file;
	struct keybox *kb; /* of file */
	uint8_t key[32];
};

static void make_node(struct node *n)
{
	struct keyfile_new spec = {.key = {n->key, 32},
				   .passphrase = {NULL, 0},
				   .recovery = {n->key, KEYFILE_RECOVERY_LEN}};
	struct keyfile_unlock how = {KEYFILE_KEY, {n->key, 32}};
	uint8_t next[32];

	(void)snprintf(n->dir, sizeof n->dir, "/tmp/kring-test-XXXXXX");
	assert_non_null(mkdtemp(n->dir));
	memset(n->key, 7, sizeof n->key);
	assert_int_equal(keyfile_create(n->dir, &spec, next), ERR_OK);
	assert_int_equal(keyfile_open(n->dir, &how, &n->file), ERR_OK);
	assert_int_equal(n->file.state.incarnation_no, 1);
	n->kb = n->file.keybox;
}

static void drop_node(struct node *n)
{
	static const char *const files[] = {"slots", "keyroot", "identity"};
	char path[128];

	keyfile_close(&n->file);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", n->dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(n->dir);
}

static void keyfile_opens_with_its_secret_only(void **state)
{
	struct node n;
	struct keyfile got;
	uint8_t wrong[32] = {1}, next[32];
	struct keyfile_unlock how = {KEYFILE_KEY, {wrong, 32}};
	struct keyfile_new spec = {.key = {wrong, 32},
				   .passphrase = {NULL, 0},
				   .recovery = {wrong, KEYFILE_RECOVERY_LEN}};

	(void)state;
	make_node(&n);
	assert_int_equal(keyfile_open(n.dir, &how, &got), ERR_CRYPTO);
	assert_int_equal(keyfile_create(n.dir, &spec, next), ERR_EXISTS);
	n.file.state = (struct keyfile_state){9, 77};
	assert_int_equal(keyroot_write(n.file.root, keybox_roots(n.kb), &n.file.state), ERR_OK);
	how.secret.p = n.key;
	assert_int_equal(keyfile_open(n.dir, &how, &got), ERR_OK);
	assert_int_equal(got.state.incarnation_no, 9);
	assert_int_equal(got.state.roster_seq_max, 77);
	keyfile_close(&got);
	drop_node(&n);
}

static void keyfile_survives_one_damaged_half_of_keyroot(void **state)
{
	struct node n;
	struct keyfile got;
	struct keyfile_unlock how = {KEYFILE_KEY, {n.key, 32}};
	char path[128];
	FILE *f;

	(void)state;
	make_node(&n);
	n.file.state = (struct keyfile_state){
		5, 5}; /* both halves were written at birth: half 0 now */
	assert_int_equal(keyroot_write(n.file.root, keybox_roots(n.kb), &n.file.state), ERR_OK);
	(void)snprintf(path, sizeof path, "%s/keyroot", n.dir);
	f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 40, SEEK_SET), 0);
	assert_int_equal(fputc(0xff, f), 0xff);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(keyfile_open(n.dir, &how, &got), ERR_OK);
	assert_int_equal(got.state.incarnation_no, 1); /* the older half still stands */
	keyfile_close(&got);
	drop_node(&n);
}

/* A crash may leave half an entry: it is written over, and what stood before it stays. */
static void erasures_survive_a_torn_entry(void **state)
{
	const struct id16 ids[3] = {{{3}}, {{1}}, {{2}}};
	struct erasures *l;
	struct node n;
	char path[128];

	(void)state;
	make_node(&n);
	(void)snprintf(path, sizeof path, "%s/ledger", n.dir);
	assert_int_equal(erasures_open(&l, n.dir, n.key), ERR_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(erasures_add(l, &ids[i]), ERR_OK);
	assert_int_equal(erasures_add(l, &ids[1]), ERR_OK); /* twice is once */
	erasures_close(l);
	assert_int_equal(truncate(path, 2 * ERASURES_ENTRY + 20), 0);
	assert_int_equal(erasures_open(&l, n.dir, n.key), ERR_OK);
	assert_true(erasures_has(l, &ids[0]) && erasures_has(l, &ids[1]) &&
		    !erasures_has(l, &ids[2]));
	assert_int_equal(erasures_add(l, &ids[2]), ERR_OK);
	erasures_close(l);
	assert_int_equal(erasures_open(&l, n.dir, n.key), ERR_OK);
	assert_true(erasures_has(l, &ids[2]) && erasures_at(l, 2) != NULL &&
		    erasures_at(l, 3) == NULL);
	erasures_close(l);
	(void)unlink(path);
	drop_node(&n);
}

static void backup_items_keep_to_their_layout(void **state)
{
	uint8_t b[1 + 16 + 32 + 1] = {KEYBOX_CASE};
	struct backup_item item;

	(void)state;
	assert_int_equal(backup_item_get(BACKUP_KEY, span_of(b, 49), &item), ERR_OK);
	assert_int_equal(backup_item_get(BACKUP_KEY, span_of(b, 48), &item), ERR_MALFORMED);
	assert_int_equal(backup_item_get(BACKUP_KEY, span_of(b, 50), &item), ERR_MALFORMED);
	b[0] = KEYBOX_META; /* no record of the store is wrapped so */
	assert_int_equal(backup_item_get(BACKUP_KEY, span_of(b, 49), &item), ERR_MALFORMED);
	b[0] = 1;
	be16_put(b + 1, 0);
	assert_int_equal(backup_item_get(BACKUP_ROW, span_of(b, 20), &item), ERR_MALFORMED);
	be16_put(b + 1, 60);
	assert_int_equal(backup_item_get(BACKUP_ROW, span_of(b, 20), &item), ERR_MALFORMED);
	be16_put(b + 1, 16);
	assert_int_equal(backup_item_get(BACKUP_ROW, span_of(b, 20), &item), ERR_OK);
	assert_int_equal(item.val.len, 1);
	assert_int_equal(backup_item_get(0, span_of(b, 20), &item), ERR_MALFORMED);
	assert_int_equal(backup_item_get(BACKUP_END, span_of(b, 9), &item), ERR_MALFORMED);
}

static void records_open_in_their_place_only(void **state)
{
	struct node n;
	const struct id16 a = {{1}}, b = {{2}};
	uint8_t wa[KEYBOX_WRAPPED_LEN], sealed[64], plain[64];
	struct span io[2] = {{(const uint8_t *)"place", 5}, {(const uint8_t *)"story", 5}};

	(void)state;
	make_node(&n);
	assert_int_equal(keybox_new_wrapped(n.kb, KEYBOX_CASE, &a, wa), ERR_OK);
	assert_int_equal(keybox_record_seal(n.kb, KEYBOX_CASE, &a, wa, io, sealed), ERR_OK);
	io[1] = span_of(sealed, 5 + KEYBOX_RECORD_EXTRA);
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &a, wa, io, plain), ERR_OK);
	assert_memory_equal(plain, "story", 5);
	io[0] = span_of("other", 5);
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &a, wa, io, plain), ERR_CORRUPT);
	io[0] = span_of("place", 5);
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &b, wa, io, plain), ERR_CORRUPT);
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_AUDIT, &a, wa, io, plain), ERR_CORRUPT);
	drop_node(&n);
}

static void envelope_opens_unchanged_for_its_prekey_only(void **state)
{
	struct node n;
	struct keybox_prekey pk;
	struct keybox_used used;
	static uint8_t env[SEAL_OVERHEAD + 4096], inner[4096], out[4096];
	const uint8_t sig[64] = {3};
	struct wire_envelope e = {.suite = 1, .not_after_s = 1};
	struct keybox_seal job = {
		.envelope = env, .inner = inner, .inner_len = 4096, .frame_sig = sig};

	(void)state;
	make_node(&n);
	assert_int_equal(keybox_prekey_new(n.kb, &pk), ERR_OK);
	e.prekey = pk.id;
	e.recipient = job.recipient = keybox_node_id(n.kb);
	job.prekey_pub = pk.pub;
	memset(inner, 0x5a, sizeof inner);
	wire_envelope_put(&e, env);
	assert_int_equal(keybox_seal(n.kb, &job), ERR_OK);
	assert_int_equal(keybox_open(n.kb, env, &pk.id, 4096, out, &used), ERR_OK);
	assert_memory_equal(out, inner, sizeof out);
	for (size_t at = 0; at < sizeof env; at += at < 200 ? 1 : 97) {
		env[at] ^= 1;
		assert_int_equal(keybox_open(n.kb, env, &pk.id, 4096, out, &used), ERR_CRYPTO);
		env[at] ^= 1;
	}
	memset(job.prekey_pub.b, 0, 32); /* a low-order point: nothing may be sealed to it */
	assert_int_equal(keybox_seal(n.kb, &job), ERR_CRYPTO);
	keybox_prekey_destroy(n.kb, &pk.id);
	assert_int_equal(keybox_open(n.kb, env, &pk.id, 4096, out, &used), ERR_NOTFOUND);
	drop_node(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hkdf_agrees_with_the_vector),
		cmocka_unit_test(merkle_paths_fold_to_the_root),
		cmocka_unit_test(keyfile_opens_with_its_secret_only),
		cmocka_unit_test(keyfile_survives_one_damaged_half_of_keyroot),
		cmocka_unit_test(erasures_survive_a_torn_entry),
		cmocka_unit_test(backup_items_keep_to_their_layout),
		cmocka_unit_test(records_open_in_their_place_only),
		cmocka_unit_test(envelope_opens_unchanged_for_its_prekey_only),
	};

	return cmocka_run_group_tests_name("crypto", tests, setup, NULL);
}
