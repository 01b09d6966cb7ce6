/* SPDX-License-Identifier: EUPL-1.2 */
#include "bedengine.h"

#include "base/bytes.h"
#include "crypto/secret.h"
#include "test.h"

static void reply(void *ctx, uint64_t client, struct span bytes)
{
	struct bedengine *b = ctx;
	struct err_text why;
	struct msg *m;

	(void)client;
	if (b->meanwhile != NULL)
		b->meanwhile();
	assert_int_equal(msg_parse(&b->bed->arena, MSG_REPLY, bytes, &m, &why), ERR_OK);
	b->answered++;
	b->refused += msg_has(m, REPLY_ERROR) ? 1 : 0;
}

static bool here(void *ctx, uint64_t client)
{
	(void)ctx;
	(void)client;
	return true;
}

static void to_peer(void *ctx, uint16_t peer, struct span bytes)
{
	struct bedengine *b = ctx;

	(void)peer;
	(void)bytes;
	b->said++;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void dial(void *ctx, uint16_t peer, bool silent)
{
	struct bedengine *b = ctx;

	(void)peer;
	(void)silent;
	b->said++;
}

static enum err keys(void *ctx, const struct effect *x)
{
	(void)ctx;
	(void)x;
	return ERR_OK;
}

void bedengine_open(struct bedengine *b)
{
	struct engine_parts parts = {.calls = {.reply = reply,
					       .here = here,
					       .envelope = to_peer,
					       .members = nothing,
					       .onboard = to_peer,
					       .dial = dial,
					       .keys = keys,
					       .ctx = b}};
	struct keybox_roots roots;
	void *bed;

	assert_int_equal(bed_setup(&bed), 0);
	b->bed = bed;
	store_abort(b->bed->t.txn); /* the engine has its own turns */
	b->bed->t.txn = NULL;
	memset(&roots, 0, sizeof roots); /* and the first key pair of RFC 8032, 7.1 */
	assert_true(bytes_unhex(roots.nk_seed, 32,
				"9d61b19deffd5a60ba844af492ec2cc4"
				"4449c5697b326919703bac031cae7f60"));
	assert_true(bytes_unhex(roots.nk_pub.b, 32,
				"d75a980182b10ab7d54bfed3c964073a"
				"0ee172f3daa62325af021a68f707511a"));
	assert_int_equal(secret_init(), ERR_OK);
	assert_int_equal(keybox_create(&b->keybox, &roots), ERR_OK);
	parts.store = b->bed->store;
	parts.keybox = b->keybox;
	parts.node = b->bed->node;
	assert_int_equal(engine_create(&b->engine, &parts), ERR_OK);
	b->said = b->answered = b->refused = 0;
	b->meanwhile = NULL;
}

int bedengine_close(struct bedengine *b)
{
	void *bed = b->bed;

	engine_free(b->engine); /* and the node with it */
	b->bed->node = NULL;
	keybox_free(b->keybox);
	return bed_teardown(&bed);
}
