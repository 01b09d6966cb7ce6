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

enum { INDENT = 2 };

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

/* The lists of a reply are no part of its tree, where null stands for them: print_reply() makes a row when its turn comes,
 * since thousands of them as one tree are memory by the megabyte. */
static bool is_rows(enum msg_kind kind, const struct msg_field *f)
{
	return kind == MSG_REPLY && f->repeated && f->type == MSG_TYPE_SUB;
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
					  is_rows(kind, &f) ? json_null()
					  : f.repeated	    ? json_list(m, &f)
					  : there	    ? json_value(m, &f)
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
static void empty_lists(json_t *o, const struct msg *request)
{
	struct msg_field f;

	for (size_t i = 0; msg_kind_field(MSG_REPLY, i, &f); i++)
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

/* In the order of the schema, which puts what names a row first.  On one line all that is not ASCII is escaped: some programs
 * take other separators of Unicode for the end of a line. */
static size_t flags(bool line)
{
	return JSON_PRESERVE_ORDER | JSON_ENCODE_ANY |
	       (line ? JSON_COMPACT | JSON_ENSURE_ASCII : JSON_INDENT(INDENT));
}

static void dump(json_t *o, bool line)
{
	(void)json_dumpf(o, stdout, flags(line));
	(void)putchar('\n');
	json_decref(o);
}

void out_tree(const struct cli *c, struct json_t *o)
{
	require(c != NULL && o != NULL);
	dump(o, c->json_lines);
}

/* What jansson hands over token by token, on its way out.  No text holds a raw end of a line: each one is of the layout, and
 * what is printed as a part of something begins that much further in. */
struct sink {
	char held[BUFSIZ];
	size_t len;
	unsigned depth;
	bool line;
};

static void put_char(struct sink *to, char c)
{
	if (to->len == sizeof to->held) {
		(void)fwrite(to->held, 1, to->len, stdout);
		to->len = 0;
	}
	to->held[to->len++] = c;
}

static int put(const char *s, size_t n, void *sink)
{
	struct sink *to = sink;

	for (size_t i = 0; i < n; i++) {
		put_char(to, s[i]);
		for (unsigned k = 0; s[i] == '\n' && k < to->depth * INDENT; k++)
			put_char(to, ' ');
	}
	return 0;
}

static void put_text(struct sink *to, const char *s)
{
	(void)put(s, strlen(s), to);
}

/* The next thing stands so deep in the document.  On one line nothing has a place of its own. */
static void new_line(struct sink *to, unsigned depth)
{
	to->depth = depth;
	if (!to->line)
		put_text(to, "\n");
}

/* Takes o. */
static void put_json(struct sink *to, json_t *o)
{
	(void)json_dump_callback(o, put, to, flags(to->line));
	json_decref(o);
}

/* One row is in memory at a time. */
static void put_rows(struct sink *to, const struct msg *reply, const struct msg_field *f)
{
	put_text(to, "[");
	for (size_t i = 0; i < msg_count(reply, f->number); i++) {
		put_text(to, i == 0 ? "" : ",");
		new_line(to, 2);
		put_json(to, json_of(f->sub, msg_at(reply, f->number, i)));
	}
	new_line(to, 1);
	put_text(to, "]");
}

/* Keys of the tree are names of the schema: a null under the name of a list stands for its rows. */
static bool field_named(const char *name, struct msg_field *f)
{
	for (size_t i = 0; msg_kind_field(MSG_REPLY, i, f); i++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

/* Takes o, what the reply says beside its rows.  The same bytes as if all of it were one tree. */
static void print_reply(json_t *o, const struct msg *reply, bool line)
{
	struct sink to = {.line = line};
	struct msg_field f;
	const char *key;
	json_t *v;

	put_text(&to, "{");
	json_object_foreach(o, key, v)
	{
		put_text(&to, to.depth == 0 ? "" : ",");
		new_line(&to, 1);
		put_text(&to, "\"");
		put_text(&to, key);
		put_text(&to, line ? "\":" : "\": ");
		if (json_is_null(v) && field_named(key, &f) && is_rows(MSG_REPLY, &f))
			put_rows(&to, reply, &f);
		else
			put_json(&to, json_incref(v));
	}
	if (json_object_size(o) > 0)
		new_line(&to, 0);
	put_text(&to, "}\n");
	(void)fwrite(to.held, 1, to.len, stdout);
	json_decref(o);
}

/* The list for which the command is asked: the first of its row above.  False: its answer is none. */
static bool list_of(const struct msg *request, struct msg_field *f)
{
	for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
		for (size_t i = 0;
		     msg_has(request, lists[k].request) && msg_kind_field(MSG_REPLY, i, f); i++)
			if (lists[k].list == f->number)
				return true;
	return false;
}

/* A row a line; when there is more, a last line says so with what is asked for next.  What else the reply says is left out:
 * a line that is no row would need to be told apart from the others. */
static void dump_rows(const struct msg *reply, const struct msg_field *list)
{
	for (size_t i = 0; i < msg_count(reply, list->number); i++)
		dump(json_of(list->sub, msg_at(reply, list->number, i)), true);
	if (msg_has(reply, REPLY_NEXT))
		dump(json_pack("{s:b, s:s}", "truncated", 1, "next", msg_text(reply, REPLY_NEXT)),
		     true);
}

/* An answer that is no list is one document in any case; with --jsonl it stands on one line. */
void out_json(const struct cli *c, const struct msg *request, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	const bool refused = msg_has(reply, REPLY_ERROR);
	struct msg_field list;
	json_t *o;

	if (!refused && request != NULL && c->json_lines && list_of(request, &list)) {
		dump_rows(reply, &list);
		return;
	}
	o = json_of(MSG_REPLY, reply);
	if (refused)
		error_whole(o, reply);
	else if (request != NULL)
		empty_lists(o, request);
	print_reply(o, reply, c->json_lines);
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
