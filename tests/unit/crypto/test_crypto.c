/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rng.h"
#include "crypto/files/backup.h"
#include "crypto/files/erasures.h"
#include "crypto/files/keyfile.h"
#include "crypto/files/sheet.h"
#include "crypto/hash.h"
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

/* The digits that people compare by voice are made of eight bytes. */
static void a_hash_may_be_as_short_as_its_use_is(void **state)
{
	const struct span part = span_of("ab", 2);
	uint8_t eight[8], again[8], wide[64];

	(void)state;
	hash_parts(HASH_SAS, span_of(NULL, 0), &part, 1, eight, sizeof eight);
	hash_parts(HASH_SAS, span_of(NULL, 0), &part, 1, again, sizeof again);
	assert_memory_equal(eight, again, sizeof eight);
	hash_parts(HASH_SAS, span_of(NULL, 0), &part, 1, wide, sizeof wide);
	assert_memory_not_equal(eight, wide, sizeof eight); /* the length is hashed, too */
}

static void merkle_paths_fold_to_the_root(void **state)
{
	struct id32 docs[64], path[HASH_MERKLE_DEPTH_MAX], root, got;
	struct hash_tree tree;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		memset(docs[i].b, (int)i + 1, 32);
	for (size_t count = 1; count <= 64; count++) {
		root = hash_merkle_root(docs, count);
		hash_merkle_tree(docs, count, &tree);
		for (size_t i = 0; i < count; i++) {
			size_t depth = hash_merkle_path(&tree, i, path);

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

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 24);
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
	int was;

	(void)state;
	make_node(&n);
	n.file.state = (struct keyfile_state){
		5, 5}; /* both halves were written at birth: half 0 now */
	assert_int_equal(keyroot_write(n.file.root, keybox_roots(n.kb), &n.file.state), ERR_OK);
	(void)snprintf(path, sizeof path, "%s/keyroot", n.dir);
	f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 40, SEEK_SET), 0);
	was = fgetc(f);
	assert_int_equal(fseek(f, 40, SEEK_SET), 0);
	assert_int_equal(fputc(was ^ 1, f),
			 was ^ 1); /* a byte that is set may have that value already */
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

/* Whoever has one backup can seal another to its sheet: what is in it is somebody else's choice. */
static void a_backup_that_only_ends_is_damage(void **state)
{
	enum { HEAD_BOUND = 8 + 8 + 32, ITEM = 5 + 8 };
	char path[] = "/tmp/kring-backup-XXXXXX";
	uint8_t code[KEYFILE_RECOVERY_LEN] = {7}, pub[32], sec[32], bk[32];
	uint8_t file[BACKUP_HEAD + 4 + ITEM + 17] = "KRG1bak", item[ITEM] = {BACKUP_END};
	crypto_secretstream_xchacha20poly1305_state stream;
	struct backup_about about;
	struct backup_item got;
	struct backup_in *in;
	const int fd = mkstemp(path);

	(void)state;
	keyfile_recovery_pair(code, pub, sec);
	memcpy(file + HEAD_BOUND, pub, 32);
	crypto_secretstream_xchacha20poly1305_keygen(bk);
	assert_int_equal(crypto_box_seal(file + HEAD_BOUND + 32, bk, 32, pub), 0);
	(void)crypto_secretstream_xchacha20poly1305_init_push(&stream, file + BACKUP_HEAD - 24, bk);
	be32_put(item + 1, 8);
	be32_put(file + BACKUP_HEAD, ITEM + 17);
	(void)crypto_secretstream_xchacha20poly1305_push(
		&stream, file + BACKUP_HEAD + 4, NULL, item, ITEM, file, HEAD_BOUND,
		crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	assert_int_equal(write(fd, file, sizeof file), sizeof file);
	(void)close(fd);
	assert_int_equal(backup_in_open(&in, path, code, &about), ERR_OK);
	assert_int_equal(backup_in_next(in, &got), ERR_CORRUPT);
	backup_in_close(in);
	(void)unlink(path);
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

/* Rows of the node's own, of this transaction and of two before it, opened in any order; a changed one opens in none. */
static void rows_of_several_transactions_open_beside_one_another(void **state)
{
	enum { ROWS = 6, TEXT = 7 };
	const struct id16 none = {{0}};
	const struct span ad = {(const uint8_t *)"place", 5},
			  text = {(const uint8_t *)"a story", TEXT}, in[] = {ad, text};
	uint8_t sealed[ROWS][TEXT + KEYBOX_RECORD_EXTRA], plain[TEXT];
	struct node n;

	(void)state;
	make_node(&n);
	for (size_t i = 0; i < ROWS; i++) {
		if (i % 2 == 0)
			keybox_let_go(n.kb);
		assert_int_equal(keybox_record_seal(n.kb, KEYBOX_META, &none, NULL, in, sealed[i]),
				 ERR_OK);
	}
	for (size_t i = 0; i < 4 * ROWS; i++) {
		uint8_t *row = sealed[i * 5 % ROWS];
		const struct span io[] = {ad, {row, sizeof sealed[0]}};

		memset(plain, 0, sizeof plain);
		assert_int_equal(keybox_record_open(n.kb, KEYBOX_META, &none, NULL, io, plain),
				 ERR_OK);
		assert_memory_equal(plain, text.p, TEXT);
		row[i] ^=
			1; /* in the half of the nonce that chooses the key, or in the other one */
		assert_int_equal(keybox_record_open(n.kb, KEYBOX_META, &none, NULL, io, plain),
				 ERR_CORRUPT);
		row[i] ^= 1;
		if (i == 2 * ROWS)
			keybox_let_go(n.kb);
	}
	for (size_t len = 0; len < KEYBOX_RECORD_EXTRA; len++) {
		const struct span io[] = {ad, {sealed[0], len}};

		assert_int_equal(keybox_record_open(n.kb, KEYBOX_META, &none, NULL, io, plain),
				 ERR_CORRUPT);
	}
	drop_node(&n);
}

/* What is held serves its own case and class, and goes as a whole: then only the wrapped key opens anything. */
static void a_key_that_is_held_has_an_end(void **state)
{
	enum { MANY = 3000 };
	const struct id16 a = {{1}}, b = {{2}};
	const struct span ad = {(const uint8_t *)"place", 5},
			  text = {(const uint8_t *)"a story", 7};
	uint8_t wa[KEYBOX_WRAPPED_LEN], sealed[7 + KEYBOX_RECORD_EXTRA], plain[7];
	uint8_t nonces[MANY][24];
	const struct span in[] = {ad, text}, io[] = {ad, {sealed, sizeof sealed}};
	struct id16 first, again;
	struct node n;

	(void)state;
	make_node(&n);
	assert_int_equal(keybox_new_wrapped(n.kb, KEYBOX_CASE, &a, wa), ERR_OK);
	assert_int_equal(keybox_record_seal(n.kb, KEYBOX_CASE, &a, NULL, in, sealed), ERR_CORRUPT);
	assert_int_equal(keybox_case_derive(n.kb, &a, NULL, text, &first), ERR_CORRUPT);
	assert_int_equal(keybox_hold(n.kb, KEYBOX_CASE, &a, wa), ERR_OK);
	assert_true(keybox_holds(n.kb, KEYBOX_CASE, &a));
	assert_false(keybox_holds(n.kb, KEYBOX_AUDIT, &a));
	assert_false(keybox_holds(n.kb, KEYBOX_CASE, &b));
	assert_int_equal(keybox_record_seal(n.kb, KEYBOX_CASE, &a, NULL, in, sealed), ERR_OK);
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &a, wa, io, plain), ERR_OK);
	assert_memory_equal(plain, text.p, 7);
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &b, NULL, io, plain), ERR_CORRUPT);
	assert_int_equal(keybox_case_derive(n.kb, &a, NULL, text, &first), ERR_OK);
	assert_int_equal(keybox_case_derive(n.kb, &a, wa, text, &again), ERR_OK);
	assert_true(id16_equal(&first, &again));
	keybox_let_go(n.kb);
	assert_false(keybox_holds(n.kb, KEYBOX_CASE, &a));
	assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &a, NULL, io, plain), ERR_CORRUPT);
	/* one that does not open is not held, however often it is tried */
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(keybox_hold(n.kb, KEYBOX_CASE, &b, wa), ERR_CORRUPT);
	assert_false(keybox_holds(n.kb, KEYBOX_CASE, &b));
	/* nor does an erasure leave one behind */
	assert_int_equal(keybox_hold(n.kb, KEYBOX_CASE, &a, wa), ERR_OK);
	keybox_shred_begin(n.kb);
	assert_false(keybox_holds(n.kb, KEYBOX_CASE, &a));
	/* and no nonce comes twice, whether the transaction goes on or ends, and whosever the row is */
	for (size_t i = 0; i < MANY; i++) {
		const enum keybox_class cls = i % 2 == 0 ? KEYBOX_CASE : KEYBOX_META;
		const uint8_t *w = cls == KEYBOX_CASE ? wa : NULL;

		assert_int_equal(keybox_record_seal(n.kb, cls, &a, w, in, sealed), ERR_OK);
		memcpy(nonces[i], sealed, sizeof nonces[i]);
		memset(plain, 0, sizeof plain);
		assert_int_equal(keybox_record_open(n.kb, cls, &a, w, io, plain), ERR_OK);
		assert_memory_equal(plain, text.p, 7);
		sealed[24] ^= 1;
		assert_int_equal(keybox_record_open(n.kb, cls, &a, w, io, plain), ERR_CORRUPT);
		if (i % 7 == 0)
			keybox_let_go(n.kb);
	}
	qsort(nonces, MANY, sizeof nonces[0], by_bytes);
	for (size_t i = 1; i < MANY; i++)
		assert_memory_not_equal(nonces[i - 1], nonces[i], sizeof nonces[0]);
	drop_node(&n);
}

/* More cases than there are places: some are unwrapped again, none gets the key of another one. */
static void more_keys_than_are_held_stay_apart(void **state)
{
	enum { CASES = 600 };
	static uint8_t wrapped[CASES][KEYBOX_WRAPPED_LEN];
	const struct span ad = {(const uint8_t *)"place", 5},
			  text = {(const uint8_t *)"a story", 7};
	uint8_t sealed[7 + KEYBOX_RECORD_EXTRA], plain[7];
	const struct span in[] = {ad, text}, io[] = {ad, {sealed, sizeof sealed}};
	size_t held = 0;
	struct node n;

	(void)state;
	make_node(&n);
	for (size_t i = 0; i < CASES; i++) {
		struct id16 id = {{0}};

		be16_put(id.b + 14, (uint16_t)i);
		assert_int_equal(keybox_new_wrapped(n.kb, KEYBOX_CASE, &id, wrapped[i]), ERR_OK);
		assert_int_equal(keybox_hold(n.kb, KEYBOX_CASE, &id, wrapped[i]), ERR_OK);
	}
	for (size_t i = 0; i < CASES; i++) {
		struct id16 id = {{0}};

		be16_put(id.b + 14, (uint16_t)i);
		if (!keybox_holds(n.kb, KEYBOX_CASE, &id))
			continue;
		held++;
		assert_int_equal(keybox_record_seal(n.kb, KEYBOX_CASE, &id, wrapped[i], in, sealed),
				 ERR_OK);
		assert_int_equal(keybox_record_open(n.kb, KEYBOX_CASE, &id, NULL, io, plain),
				 ERR_OK);
	}
	assert_true(held > 0 && held < CASES);
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

/* ---- recovery sheets ---- */

static void draw_sheet(struct sheet *s, const char *org)
{
	*s = (struct sheet){.org = org, .made_s = 1764000000};
	rng_fill(s->code, sizeof s->code);
	rng_fill(s->seed, sizeof s->seed);
}

static void reads_as(struct span text, const struct sheet *s)
{
	uint8_t code[KEYFILE_RECOVERY_LEN], seed[32];

	assert_int_equal(sheet_code(text, code), SHEET_FOUND);
	assert_memory_equal(code, s->code, sizeof code);
	assert_int_equal(sheet_seed(text, seed), SHEET_FOUND);
	assert_memory_equal(seed, s->seed, sizeof seed);
}

static void written_reads_back(const char *org)
{
	char text[SHEET_TEXT_MAX];
	struct sheet s;

	draw_sheet(&s, org);
	reads_as(span_of(text, sheet_write(&s, text)), &s);
}

/* First column of a list of organisations or municipalities, as partners call them. */
static size_t names_of(const char *file, size_t column)
{
	static const char *const before[] = {"", "Gemeente ", "OCMW ", "GGD ", "CAW "};
	char path[512], line[512], org[640];
	size_t count = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", KRING_DATA, file);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	while (fgets(line, sizeof line, f) != NULL) {
		char *name = line;

		for (size_t i = 0; i < column; i++)
			name = strchr(name, ',') + 1;
		name[strcspn(name, column == 0 ? "\n" : ",\n")] = '\0';
		for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
			(void)snprintf(org, sizeof org, "%s%s", before[i], name);
			written_reads_back(org);
			count++;
		}
	}
	(void)fclose(f);
	return count;
}

static void a_sheet_reads_back_whatever_the_organisation_is_called(void **state)
{
	static const char letters[] =
		"0123456789abcdefghjkmnpqrstvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZilou  -:.'()";
	char org[LIMIT_ORG_NAME + 1];

	(void)state;
	assert_true(names_of("kempen.csv", 1) > 5 * 25);
	assert_true(names_of("partners.csv", 0) > 5 * 30);
	for (int i = 0; i < NAMES_DRAWN; i++) {
		uint8_t draw[LIMIT_ORG_NAME];
		size_t len;

		rng_fill(draw, sizeof draw);
		/* every tenth is as long as what could be taken for a secret behind the heading's words */
		len = i % 10 == 0 ? 12 + draw[0] % 40u : draw[0] % (LIMIT_ORG_NAME + 1u);
		for (size_t k = 0; k < len; k++)
			org[k] = letters[draw[k % sizeof draw] %
					 (i % 2 == 0 ? 32 : sizeof letters - 1)];
		org[len] = '\0';
		written_reads_back(org);
	}
	written_reads_back("Recovery code vzw");
	written_reads_back("next signing key: 0000-0000");
	written_reads_back("Een\nTwee\nrecovery code:\n");
}

static char *typed(char *out, const char *from, char (*each)(char))
{
	size_t n = 0;

	for (; *from != '\0'; from++)
		if (each(*from) != '\0')
			out[n++] = each(*from);
	out[n] = '\0';
	return out;
}

static char upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static char no_dash(char c)
{
	return (char)(c == '-' ? '\0' : c);
}

static char blank(char c)
{
	return (char)(c == '-' ? ' ' : c);
}

static char look_alike(char c)
{
	return (char)(c == '0' ? 'O' : c == '1' ? 'l' : c);
}

static void a_sheet_is_read_however_it_was_typed(void **state)
{
	char text[SHEET_TEXT_MAX], out[3 * SHEET_TEXT_MAX], code[SHEET_CODE_TEXT + 1], *key;
	struct sheet s;
	size_t n = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		draw_sheet(&s, "OCMW Mechelen");
		text[sheet_write(&s, text)] = '\0';
		reads_as(span_of(typed(out, text, upper), strlen(text)), &s);
		reads_as(span_of(typed(out, text, no_dash), strlen(out)), &s);
		reads_as(span_of(typed(out, text, blank), strlen(out)), &s);
		reads_as(span_of(typed(out, text, look_alike), strlen(out)), &s);
		/* Windows: a byte order mark, line ends, blanks at the end */
		n = (size_t)snprintf(out, sizeof out, "\xef\xbb\xbf");
		for (const char *c = text; *c != '\0'; c++)
			n += (size_t)snprintf(out + n, sizeof out - n,
					      *c == '\n' ? "  \t\r\n" : "%c", *c);
		reads_as(span_of(out, n), &s);
		/* in the other order, on one line each, with a word processor's dashes, the heading last */
		sheet_code_text(s.code, code);
		key = strstr(text, "rotate");
		key = strstr(key, "\n  ") + 3;
		n = (size_t)snprintf(out, sizeof out,
				     "Next Signing-Key %.69s\nRECOVERY  CODE: ", key);
		for (const char *c = code; *c != '\0'; c++)
			n += (size_t)snprintf(out + n, sizeof out - n,
					      *c == '-' ? " \xe2\x80\x93 " : "%c", *c);
		n += (size_t)snprintf(out + n, sizeof out - n, "\n\nGemeente Goes\n");
		reads_as(span_of(out, n), &s);
		/* broken over lines, the headings in another language */
		n = (size_t)snprintf(out, sizeof out,
				     "herstelcode:\n%.20s\n%s\nsleutel:\n%.35s\n%.34s\n", code,
				     code + 20, key, key + 35);
		reads_as(span_of(out, n), &s);
	}
}

static void a_wrong_letter_is_not_another_sheet(void **state)
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	char text[SHEET_TEXT_MAX], code[SHEET_CODE_TEXT + 1], *at;
	uint8_t got[KEYFILE_RECOVERY_LEN], seed[32], zero[32] = {0};
	struct sheet s;

	(void)state;
	draw_sheet(&s, "Gemeente Lier");
	text[sheet_write(&s, text)] = '\0';
	sheet_code_text(s.code, code);
	at = strstr(text, code);
	assert_non_null(at);
	for (size_t i = 0; i < SHEET_CODE_TEXT; i++) {
		const char was = at[i];

		if (was == '-')
			continue;
		for (size_t k = 0; k < 32; k++) {
			at[i] = letters[k];
			assert_int_equal(sheet_code(span_of(text, strlen(text)), got),
					 letters[k] == was ? SHEET_FOUND : SHEET_MISTYPED);
			if (letters[k] != was)
				assert_memory_equal(got, zero, sizeof got);
		}
		at[i] = 'u'; /* no letter of a code */
		assert_int_equal(sheet_code(span_of(text, strlen(text)), got), SHEET_MISTYPED);
		at[i] = was;
	}
	at[SHEET_CODE_TEXT - 4] = '\0'; /* a group is missing */
	assert_int_equal(sheet_code(span_of(text, strlen(text)), got), SHEET_MISTYPED);
	/* alone, and what is no sheet at all */
	assert_int_equal(sheet_code(span_of(code, strlen(code)), got), SHEET_FOUND);
	assert_int_equal(sheet_seed(span_of(code, strlen(code)), seed), SHEET_ABSENT);
	assert_int_equal(sheet_code(span_of(code, strlen(code) - 1), got), SHEET_MISTYPED);
	assert_int_equal(sheet_code(span_of("one\ntwo\n", 8), got), SHEET_ABSENT);
	assert_int_equal(sheet_code(span_of("", 0), got), SHEET_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hkdf_agrees_with_the_vector),
		cmocka_unit_test(a_hash_may_be_as_short_as_its_use_is),
		cmocka_unit_test(merkle_paths_fold_to_the_root),
		cmocka_unit_test(keyfile_opens_with_its_secret_only),
		cmocka_unit_test(keyfile_survives_one_damaged_half_of_keyroot),
		cmocka_unit_test(erasures_survive_a_torn_entry),
		cmocka_unit_test(backup_items_keep_to_their_layout),
		cmocka_unit_test(a_backup_that_only_ends_is_damage),
		cmocka_unit_test(records_open_in_their_place_only),
		cmocka_unit_test(a_key_that_is_held_has_an_end),
		cmocka_unit_test(rows_of_several_transactions_open_beside_one_another),
		cmocka_unit_test(more_keys_than_are_held_stay_apart),
		cmocka_unit_test(envelope_opens_unchanged_for_its_prekey_only),
		cmocka_unit_test(a_sheet_reads_back_whatever_the_organisation_is_called),
		cmocka_unit_test(a_sheet_is_read_however_it_was_typed),
		cmocka_unit_test(a_wrong_letter_is_not_another_sheet),
	};

	return cmocka_run_group_tests_name("crypto", tests, setup, NULL);
}
