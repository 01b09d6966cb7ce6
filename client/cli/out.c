/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies and errors as JSON, by the schema: a field appears under its name in proto/control.proto, so that a new one
 * needs no code here.  One invocation prints one document (with --jsonl: a list row by row, each on a line).
 * A script must not need to ask whether a key exists: a row has all of its keys, and a reply the lists of its command.
 * Only where nothing is not the same as nought a key is left out: what is not known of a person, figures that are too
 * small to be shown. */
#include "client/cli/out.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/cli/run.h"
#include "client/words/seek.h"

static json_t *json_of(enum msg_kind kind, const struct msg *m);

/* In the order of the exit codes. */
static const char *const names[] = {"", "refused", "usage", "not-found", "not-now", "damaged"};
static_assert(sizeof names / sizeof names[0] == CLI_DAMAGED + 1, "a name for each code");

/* An error that this client does not know comes from a newer node; it is a refusal in any case. */
int out_exit(const char *error)
{
	require(error != NULL);
	for (int i = CLI_REFUSED; i <= CLI_DAMAGED; i++)
		if (strcmp(names[i], error) == 0)
			return i;
	return CLI_REFUSED;
}

const char *out_name(int exit)
{
	require(exit >= CLI_DONE && exit <= CLI_DAMAGED);
	return names[exit];
}

/* Every error has every key. */
static void error_whole(json_t *o, const struct msg *reply)
{
	const char *error = msg_text(reply, REPLY_ERROR);
	char seek[WORDS_LONG];
	static const char *const keys[] = {"code", "what", "why", "remedy"};

	require(o != NULL && error != NULL);
	(void)seek_command(msg_text(reply, REPLY_CODE), seek_partner(reply), seek);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_object_get(o, keys[i]) == NULL)
			(void)json_object_set_new(o, keys[i], json_string(""));
	(void)json_object_set_new(o, "doctor", json_string(seek));
	(void)json_object_set_new(o, "exit", json_integer(out_exit(error)));
}

/* JSON's numbers end below ours: what a partner sent beyond that is the largest one, and never below zero. */
static json_t *json_number(uint64_t n)
{
	return json_integer(n <= INT64_MAX ? (json_int_t)n : INT64_MAX);
}

/* A field that holds one value.  Times are milliseconds since 1970, as in the schema; codes stay codes in every language. */
static json_t *json_value(const struct msg *m, const struct msg_field *f)
{
	switch (f->type) {
	case MSG_TYPE_NUMBER:
		return json_number(msg_u64(m, f->number));
	case MSG_TYPE_BOOL:
		return json_boolean(msg_u64(m, f->number) != 0);
	case MSG_TYPE_ENUM:
		return json_string(msg_enum_name(m, f->number));
	case MSG_TYPE_TEXT:
		return json_string(msg_text(m, f->number));
	case MSG_TYPE_SUB:
		return json_of(f->sub, msg_get(m, f->number));
	case MSG_TYPE_BYTES:
		break;
	}
	return json_null(); /* replies hold no raw bytes */
}

/* Of these a field that is not there says something by it; and a reply has the fields of every command. */
static bool sparse(enum msg_kind kind)
{
	static const enum msg_kind kinds[] = {
		MSG_REPLY,	 MSG_PERSON,	MSG_VALUE,     MSG_FLOW,      MSG_FLOW_DIFFERS,
		MSG_FLOW_FIGURE, MSG_FLOW_NEED, MSG_FLOW_NODE, MSG_FLOW_PAIR, MSG_FLOW_SHARE};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

/* What stands for a field that is not there.  null: nobody knows yet; a locked node knows nothing of itself. */
static json_t *json_absent(enum msg_kind kind, const struct msg *m, const struct msg_field *f)
{
	require(!f->repeated);
	if ((kind == MSG_INVITE_ROW && f->number == INVITE_ROW_LISTENING) ||
	    (kind == MSG_STATUS && msg_u64(m, STATUS_LOCKED) != 0))
		return json_null();
	switch (f->type) {
	case MSG_TYPE_NUMBER:
		return json_integer(0);
	case MSG_TYPE_BOOL:
		return json_false();
	case MSG_TYPE_ENUM:
	case MSG_TYPE_TEXT:
		return json_string("");
	case MSG_TYPE_SUB:
	case MSG_TYPE_BYTES:
		break;
	}
	return json_null();
}

/* Schemas are not recursive. */
static json_t *json_list(const struct msg *m,
			 const struct msg_field *f) /* NOLINT(misc-no-recursion) */
{
	json_t *v = json_array();

	require(f->repeated);
	for (size_t j = 0; j < msg_count(m, f->number); j++)
		(void)json_array_append_new(v, f->type == MSG_TYPE_SUB
						       ? json_of(f->sub, msg_at(m, f->number, j))
						       : json_string(msg_text_at(m, f->number, j)));
	return v;
}

static json_t *json_of(enum msg_kind kind, const struct msg *m) /* NOLINT(misc-no-recursion) */
{
	const bool whole = !sparse(kind);
	json_t *o = json_object();
	struct msg_field f;

	for (size_t i = 0; msg_kind_field(kind, i, &f); i++) {
		const bool there = f.repeated ? msg_count(m, f.number) > 0 : msg_has(m, f.number);

		/* a list within a row or a part is there when it is empty, too */
		if (!there && !whole && (!f.repeated || kind == MSG_REPLY))
			continue;
		(void)json_object_set_new(o, f.name,
					  f.repeated ? json_list(m, &f)
					  : there    ? json_value(m, &f)
						     : json_absent(kind, m, &f));
	}
	return o;
}

/* The lists that a command answers with: there also when they are empty. */
static const struct {
	unsigned request, list;
} lists[] = {
	{REQUEST_PARTNER_LIST, REPLY_PARTNERS},
	{REQUEST_PARTNER_SHOW, REPLY_PARTNERS},
	{REQUEST_PARTNER_AGREEMENT, REPLY_AGREEMENTS},
	{REQUEST_PARTNER_AGREEMENT, REPLY_LACKS},
	{REQUEST_CASE_LIST, REPLY_CASES},
	{REQUEST_CASE_SHOW, REPLY_CASES},
	{REQUEST_CASE_SHOW, REPLY_ENTRIES},
	{REQUEST_CASE_SHOW, REPLY_REFERRALS},
	{REQUEST_CASE_SHOW, REPLY_GRANTS},
	{REQUEST_CASE_SHOW, REPLY_DISCLOSURES},
	{REQUEST_CASE_EXPORT, REPLY_HISTORIES},
	{REQUEST_CONSENT_LIST, REPLY_GRANTS},
	{REQUEST_INBOX, REPLY_REFERRALS},
	{REQUEST_SENT, REPLY_REFERRALS},
	{REQUEST_SHOW, REPLY_REFERRALS},
	{REQUEST_SHOW, REPLY_LOG},
	{REQUEST_WORKLIST, REPLY_WORK},
	{REQUEST_TODAY, REPLY_WORK},
	{REQUEST_TODAY, REPLY_REFERRALS},
	{REQUEST_TODAY, REPLY_HANDOVERS},
	{REQUEST_HANDOVER_LIST, REPLY_HANDOVERS},
	{REQUEST_CASE_SHOW, REPLY_SAME},
	{REQUEST_OUTBOX_LIST, REPLY_OUTBOX},
	{REQUEST_OUTBOX_WHY, REPLY_OUTBOX},
	{REQUEST_DRAFT_LIST, REPLY_DRAFTS},
	{REQUEST_AUDIT_LIST, REPLY_AUDIT},
	{REQUEST_ROSTER_SHOW, REPLY_ROSTER},
	{REQUEST_INVITE_LIST, REPLY_INVITES},
	{REQUEST_APPROVE_LIST, REPLY_PROPOSALS},
	{REQUEST_AUDIT_EXPORT, REPLY_CHECKPOINTS},
};

/* Only where the request asked for that list: a reply has the lists of all commands.  Beside a list stands whether it is
 * cut; next is there when there is something to ask for. */
static void empty_lists(json_t *o, const struct msg *request, const struct msg *reply)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(reply, i, &f); i++)
		for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
			if (lists[k].list != f.number || !msg_has(request, lists[k].request))
				continue;
			if (json_object_get(o, f.name) == NULL)
				(void)json_object_set_new(o, f.name, json_array());
			if (json_object_get(o, "truncated") == NULL)
				(void)json_object_set_new(o, "truncated", json_false());
		}
	/* beside its answer, and never cut */
	if ((msg_has(request, REQUEST_CASE_NEW) || msg_has(request, REQUEST_CASE_NEAR)) &&
	    json_object_get(o, "near") == NULL)
		(void)json_object_set_new(o, "near", json_array());
}

/* Takes o.  In the order of the schema, which puts what names a row first.  On one line all that is not ASCII is escaped:
 * some programs take other separators of Unicode for the end of a line. */
static void dump(json_t *o, bool line)
{
	(void)json_dumpf(o, stdout,
			 JSON_PRESERVE_ORDER |
				 (line ? JSON_COMPACT | JSON_ENSURE_ASCII : JSON_INDENT(2)));
	(void)putchar('\n');
	json_decref(o);
}

/* The list for which the command is asked: the first of its row above.  "": its answer is none. */
static const char *list_of(const struct msg *request, const struct msg *reply)
{
	struct msg_field f;

	for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
		for (size_t i = 0; msg_has(request, lists[k].request) && msg_field_at(reply, i, &f);
		     i++)
			if (lists[k].list == f.number)
				return f.name;
	return "";
}

/* A row a line; when there is more, a last line says so with what is asked for next.  What else the reply says is left out:
 * a line that is no row would need to be told apart from the others. */
static void dump_rows(json_t *o, const char *list)
{
	json_t *rows = json_object_get(o, list);
	const char *next = json_string_value(json_object_get(o, "next"));

	for (size_t i = 0; i < json_array_size(rows); i++)
		dump(json_incref(json_array_get(rows, i)), true);
	if (next != NULL)
		dump(json_pack("{s:b, s:s}", "truncated", 1, "next", next), true);
	json_decref(o);
}

/* An answer that is no list is one document in any case; with --jsonl it stands on one line. */
void out_json(const struct cli *c, const struct msg *request, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	json_t *o = json_of(MSG_REPLY, reply);
	const char *list = "";

	if (msg_has(reply, REPLY_ERROR))
		error_whole(o, reply);
	else if (request != NULL) {
		empty_lists(o, request, reply);
		list = list_of(request, reply);
	}
	if (c->json_lines && list[0] != '\0')
		dump_rows(o, list);
	else
		dump(o, c->json_lines);
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
void out_error(const struct cli *c, int code, const char *cause, const char *what, const char *why,
	       const char *remedy)
{
	require(c != NULL && cause != NULL && what != NULL && why != NULL && remedy != NULL);
	char seek[WORDS_LONG];

	require(code >= CLI_DONE && code <= CLI_DAMAGED);

	dump(json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:i}", "error",
		       names[code > 0 && code <= CLI_DAMAGED ? code : CLI_REFUSED], "code", cause,
		       "what", json_line(what), "why", json_line(why), "remedy", json_line(remedy),
		       "doctor", seek_command(cause, "", seek), "exit", code),
	     c->json_lines);
}
