/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies and errors as JSON, by the schema: a field that is set appears under its name in proto/control.proto, so
 * that a new field needs no code here.  One invocation prints one document.  A list that a command answers with is
 * there although it is empty, because a script that loops over it must not need to ask whether it exists. */
#include "client/cli/out.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/text.h"
#include "client/cli/run.h"

static json_t *json_of(const struct msg *m);

/* A field that holds one value. */
static json_t *json_value(const struct msg *m, const struct msg_field *f)
{
	switch (f->type) {
	case MSG_TYPE_NUMBER:
		return json_integer((json_int_t)msg_u64(m, f->number));
	case MSG_TYPE_BOOL:
		return json_boolean(msg_u64(m, f->number) != 0);
	case MSG_TYPE_ENUM:
		return json_string(msg_enum_name(m, f->number));
	case MSG_TYPE_TEXT:
		return json_string(msg_text(m, f->number));
	case MSG_TYPE_SUB:
		return json_of(msg_get(m, f->number));
	case MSG_TYPE_BYTES:
		break;
	}
	return json_null(); /* replies hold no raw bytes */
}

/* Schemas are not recursive. */
static json_t *json_of(const struct msg *m) /* NOLINT(misc-no-recursion) */
{
	json_t *o = json_object();
	struct msg_field f;

	for (size_t i = 0; msg_field_at(m, i, &f); i++) {
		json_t *v;

		if (f.repeated) {
			v = json_array();
			for (size_t j = 0; j < msg_count(m, f.number); j++)
				(void)json_array_append_new(
					v, f.type == MSG_TYPE_SUB
						   ? json_of(msg_at(m, f.number, j))
						   : json_string(msg_text_at(m, f.number, j)));
			/* an empty list says so; but a reply has lists of every command */
			if (json_array_size(v) == 0 && msg_kind_of(m) == MSG_REPLY) {
				json_decref(v);
				continue;
			}
		} else if (msg_has(m, f.number)) {
			v = json_value(m, &f);
		} else {
			continue;
		}
		(void)json_object_set_new(o, f.name, v);
	}
	return o;
}

/* The lists that a command answers with: there also when they are empty. */
static const struct {
	unsigned request, list;
} lists[] = {
	{REQUEST_PARTNER_LIST, REPLY_PARTNERS},
	{REQUEST_PARTNER_SHOW, REPLY_PARTNERS},
	{REQUEST_CASE_LIST, REPLY_CASES},
	{REQUEST_CASE_SHOW, REPLY_CASES},
	{REQUEST_CASE_SHOW, REPLY_ENTRIES},
	{REQUEST_CASE_SHOW, REPLY_REFERRALS},
	{REQUEST_CASE_SHOW, REPLY_GRANTS},
	{REQUEST_CASE_SHOW, REPLY_DISCLOSURES},
	{REQUEST_CONSENT_LIST, REPLY_GRANTS},
	{REQUEST_INBOX, REPLY_REFERRALS},
	{REQUEST_SENT, REPLY_REFERRALS},
	{REQUEST_SHOW, REPLY_REFERRALS},
	{REQUEST_SHOW, REPLY_LOG},
	{REQUEST_WORKLIST, REPLY_WORK},
	{REQUEST_TODAY, REPLY_WORK},
	{REQUEST_TODAY, REPLY_REFERRALS},
	{REQUEST_OUTBOX_LIST, REPLY_OUTBOX},
	{REQUEST_OUTBOX_WHY, REPLY_OUTBOX},
	{REQUEST_AUDIT_LIST, REPLY_AUDIT},
	{REQUEST_ROSTER_SHOW, REPLY_ROSTER},
	{REQUEST_INVITE_LIST, REPLY_INVITES},
	{REQUEST_APPROVE_LIST, REPLY_PROPOSALS},
	{REQUEST_AUDIT_EXPORT, REPLY_CHECKPOINTS},
};

/* Only where the request asked for that list: a reply has the lists of all commands. */
static void empty_lists(json_t *o, const struct msg *request, const struct msg *reply)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(reply, i, &f); i++)
		for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
			if (lists[k].list == f.number && msg_has(request, lists[k].request) &&
			    json_object_get(o, f.name) == NULL)
				(void)json_object_set_new(o, f.name, json_array());
}

void out_json(const struct msg *request, const struct msg *reply)
{
	require(reply != NULL);
	json_t *o = json_of(reply);

	if (request != NULL && !msg_has(reply, REPLY_ERROR))
		empty_lists(o, request, reply);
	(void)json_dumpf(o, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}

/* Parts of an error were typed, or are names of files: what is no character is a question mark, as on a screen. */
static json_t *json_line(const char *text)
{
	char *safe = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&safe, &len);
	json_t *o = NULL;

	if (f == NULL)
		return json_null();
	text_print(f, text);
	if (fclose(f) == 0)
		o = json_string(safe);
	free(safe);
	return o == NULL ? json_null() : o;
}

/* The same shape as a refusal by the node, so that a script has one kind of error to read. */
void out_error(int code, const char *what, const char *why, const char *remedy)
{
	require(what != NULL && why != NULL && remedy != NULL);
	require(code >= CLI_DONE && code <= CLI_DAMAGED);
	static const char *const names[] = {"",		 "refused", "usage",
					    "not-found", "not-now", "damaged"};
	json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "error",
			      names[code > 0 && code <= CLI_DAMAGED ? code : CLI_REFUSED], "what",
			      json_line(what), "why", json_line(why), "remedy", json_line(remedy));

	(void)json_dumpf(o, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}
