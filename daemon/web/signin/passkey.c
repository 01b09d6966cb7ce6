/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Between a script and core: challenges one way, what a passkey made of them the other way.  All of it is bytes that core checks;
 * here they are only written in another way.
 *
 *	challenge	32 bytes, base64url		rp	the host of Origin=
 *	id		a passkey, once for each	user	the 16 bytes that the passkey keeps of its owner
 *	name		what the browser shows		e	the code of a refusal, and then nothing else
 *
 * A script that is not ours reads none of it: the question takes the k of a page, and no other site reads a page of ours.
 */
#include "web/signin/signin.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"

enum { OK = 200, WORDS_LEAST = 4, MINUTE_MS = 60000, ADDRESS = 800, CODED = 2732 };

static_assert(CODED >= (LIMIT_CLIENT_DATA * 8 + 5) / 6, "the longest of what a passkey says");

/* What is written in no way that base64url has is no bytes: the field stays empty, which core
 * refuses as it refuses all that nobody signed. */
static void put_bytes(struct visit *v, struct msg *m, unsigned field, const char *name)
{
	const char *text = form_value(&v->form, name);
	const size_t n = strlen(text) * 6 / 8;
	uint8_t *p = arena_alloc(&v->a, n + 1);

	if (p != NULL && n != 0 && cookie_decode(p, n, text))
		msg_set_bytes(&v->a, m, field, span_of(p, n));
}

/* Of a passkey that there is.  Who it belongs to stands nowhere in the form: the passkey's own name says that to core. */
void signin_put_proof(struct visit *v, struct msg *proof)
{
	require(proof == NULL || msg_kind_of(proof) == MSG_PASSKEY_PROOF);
	put_bytes(v, proof, PASSKEY_PROOF_CRED_ID, "cred");
	put_bytes(v, proof, PASSKEY_PROOF_AUTHENTICATOR_DATA, "auth");
	put_bytes(v, proof, PASSKEY_PROOF_CLIENT_DATA, "client");
	put_bytes(v, proof, PASSKEY_PROOF_SIGNATURE, "sig");
}

/* Of one that was just made, with what its owner calls the device; the key comes as the browser took it out, so that nothing reads
 * CBOR. */
void signin_put_new(struct visit *v, struct msg *made)
{
	require(made == NULL || msg_kind_of(made) == MSG_PASSKEY_NEW);
	put_bytes(v, made, PASSKEY_NEW_CRED_ID, "cred");
	put_bytes(v, made, PASSKEY_NEW_AUTHENTICATOR_DATA, "auth");
	put_bytes(v, made, PASSKEY_NEW_CLIENT_DATA, "client");
	put_bytes(v, made, PASSKEY_NEW_SPKI, "spki");
	msg_set_text(&v->a, made, PASSKEY_NEW_NAME, form_value(&v->form, "device"));
}

/* name=value, as a form is written, so that the script needs no parser of its own. */
static void say(struct out *o, const char *name, const char *value)
{
	if (o->len != 0)
		out_raw(o, "&", 1);
	out_raw(o, name, strlen(name));
	out_raw(o, "=", 1);
	out_segment(o, value);
}

/* What is not there is left out: to sign in nobody is named, and so there is no passkey to choose from. */
static void say_bytes(struct out *o, const char *name, struct span bytes)
{
	char text[CODED + 1];

	require(bytes.len <= LIMIT_CLIENT_DATA);
	if (bytes.len == 0)
		return;
	cookie_encode(text, bytes.p, bytes.len);
	say(o, name, text);
}

/* Always 200: a script reads the code, and takes it to a page that has the words. */
void signin_told_ask(struct visit *v, struct msg *reply)
{
	const struct msg *ask = msg_get(reply, REPLY_ASK);
	const char *code = msg_text(reply, REPLY_CODE);

	if (code[0] != '\0') {
		say(&v->page, "e", code);
		visit_text(v, OK);
		return;
	}
	say_bytes(&v->page, "challenge", msg_bytes(ask, LOGIN_ASK_CHALLENGE));
	say(&v->page, "rp", msg_text(ask, LOGIN_ASK_RP_ID));
	for (size_t i = 0; i < msg_count(ask, LOGIN_ASK_CRED_IDS); i++)
		say_bytes(&v->page, "id", msg_bytes_at(ask, LOGIN_ASK_CRED_IDS, i));
	say_bytes(&v->page, "user", msg_bytes(ask, LOGIN_ASK_USER_ID));
	say(&v->page, "name", msg_text(ask, LOGIN_ASK_USER_NAME));
	visit_text(v, OK);
}

/* What may stand behind ?e=; its values, as core fills them in. */
static const struct {
	const char *code, *first, *second;
	uint64_t values[2];
} told_codes[] = {
	{"sign-in-failed", "most", "minutes", {LIMIT_FAILURES, LIMIT_FAILURES_MS / MINUTE_MS}},
	{"passphrase-short", "count", "most", {WORDS_LEAST, LIMIT_PASSPHRASE}},
	{"passphrase-role", NULL, NULL, {0}},
	{"passphrases-off", NULL, NULL, {0}},
	{"passkeys-many", "most", NULL, {LIMIT_PASSKEYS}},
	{"passkey-unfit", NULL, NULL, {0}},
	{"passkey-known", NULL, NULL, {0}},
	{"passkey-unknown", NULL, NULL, {0}},
	{"challenge-over", NULL, NULL, {0}},
	{"step-up-needed", NULL, NULL, {0}},
	{"step-up-passkey", NULL, NULL, {0}},
	{"screens-off", NULL, NULL, {0}},
	{"link-over", NULL, NULL, {0}},
	{"session-over", NULL, NULL, {0}},
	{"too-much-waiting", NULL, NULL, {0}},
};

static void add_value(struct visit *v, struct msg *reply, const char *name, uint64_t number)
{
	struct msg *value = name == NULL ? NULL : msg_add(&v->a, reply, REPLY_VALUES);

	if (value == NULL)
		return;
	msg_set_text(&v->a, value, VALUE_NAME, name);
	msg_set_u64(value, VALUE_NUMBER, number);
}

/* The words come out of the same rows as those of the command line; an address that somebody made up says nothing. */
void signin_show_refusal(struct visit *v)
{
	const char *code = form_value(&v->form, "e");
	struct msg *reply = msg_new(&v->a, MSG_REPLY);

	if (strcmp(code, "typed-lost") == 0) {
		v->f.why = list_text(LIST_WEB, v->lang, "typed-lost-why");
		v->f.remedy = list_text(LIST_WEB, v->lang, "typed-lost-do");
	}
	if (strcmp(code, "typed-lost") == 0 || strcmp(code, "tries-many") == 0 ||
	    (strncmp(code, "odd-", strlen("odd-")) == 0 && list_has(LIST_WEB, code)))
		v->f.wrong = list_text(LIST_WEB, v->lang, code);
	for (size_t i = 0; i < sizeof told_codes / sizeof told_codes[0]; i++)
		if (strcmp(told_codes[i].code, code) == 0 && reply != NULL) {
			msg_set_text(&v->a, reply, REPLY_CODE, code);
			add_value(v, reply, told_codes[i].first, told_codes[i].values[0]);
			add_value(v, reply, told_codes[i].second, told_codes[i].values[1]);
			visit_wrong(v, reply);
		}
}

/* The code alone: what was typed is gone. */
void signin_back(struct visit *v, const char *path, const char *code)
{
	char to[ADDRESS];

	require(path[0] == '/');
	(void)snprintf(to, sizeof to, "%s%ce=%.40s", path, strchr(path, '?') == NULL ? '?' : '&',
		       code);
	visit_go(v, to);
}
