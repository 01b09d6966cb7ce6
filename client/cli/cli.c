/* SPDX-License-Identifier: EUPL-1.2 */
/* One invocation asks one node.  This is the only place that sends a request, turns the answer into an exit code and
 * reports an error.  What others rely on:
 * - a failure is reported once: on standard error, or with --json as one document on standard output;
 * - the exit code follows from Reply.error alone (out_exit), so that scripts need not read the words;
 * - every request has an id, and the node answers a repeated id with what it answered the first time.  A command that
 *   is repeated with the same --request-id therefore never acts twice. */
#include "client/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/rng.h"
#include "base/text.h"
#include "client/cli/ctlclient.h"
#include "client/cli/out.h"
#include "client/cli/seen.h"
#include "client/cli/terminal.h"
#include "client/words/refusal.h"
#include "client/words/seek.h"

enum { VALUES_MAX = 6 };

/* Options stand in the order in which they were typed. */
const char *cli_option_at(const struct cli *c, const char *name, size_t i)
{
	require(c != NULL && name != NULL);
	for (size_t k = 0; k < c->option_count; k++)
		if (strcmp(c->options[k].name, name) == 0 && i-- == 0)
			return c->options[k].value;
	return NULL;
}

const char *cli_option(const struct cli *c, const char *name)
{
	require(c != NULL && name != NULL);
	return cli_option_at(c, name, 0);
}

uint64_t cli_option_number(const struct cli *c, const char *name)
{
	require(c != NULL && name != NULL);
	for (size_t k = 0; k < c->option_count; k++)
		if (strcmp(c->options[k].name, name) == 0)
			return c->options[k].number;
	return 0;
}

void cli_add_option(struct cli *c, const char *name, const char *value, uint64_t number)
{
	require(c->option_count < CLI_OPTIONS_MAX && strlen(name) < sizeof c->options[0].name);
	memcpy(c->options[c->option_count].name, name, strlen(name) + 1);
	c->options[c->option_count].number = number;
	c->options[c->option_count++].value = value;
}

/* Parts of it were typed, or are names of files: they look like no line of ours. */
void cli_error_line(const struct cli *c, const char *mark, const char *text, const char *why)
{
	char *line = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&line, &len);

	if (f == NULL)
		return;
	(void)fputs(mark, f);
	text_print(f, text);
	(void)fputs(why[0] == '\0' ? "" : words_colon(c->lang), f);
	text_print(f, why);
	if (fclose(f) == 0)
		terminal_sentence(c, stderr, line, len);
	free(line);
}

static void say_error(const struct cli *c, const char *what, const char *why, const char *remedy,
		      const char *seek)
{
	require(what != NULL && why != NULL && remedy != NULL);
	cli_error_line(c, c->colour_errors ? "\033[1;31m!\033[0m " : "! ", what, why);
	if (remedy[0] != '\0')
		cli_error_line(c, "  ", remedy, "");
	if (seek[0] != '\0')
		cli_error_line(c, "  ", seek, "");
}

/* A row of the list with its values; nothing where the list has none. */
static const char *part(const struct cli *c, const char *code, const char *name,
			const struct fill *values, char out[WORDS_LONG])
{
	char row[64];

	(void)snprintf(row, sizeof row, "%s%s", code, name);
	out[0] = '\0';
	if (!list_has(LIST_MISTAKES, row))
		return out;
	return fill_text(out, WORDS_LONG, list_text(LIST_MISTAKES, c->lang, row), values,
			 words_plural(c->lang));
}

const char *cli_called(const struct cli *c, enum list_lang lang, enum list_id list,
		       const char *code)
{
	return words_called(lang, c->country, list, code);
}

int cli_refuse(const struct cli *c, int exit, const char *code, const struct fill *values)
{
	struct fill all[VALUES_MAX + 2] = {{.name = NULL}};
	char what[WORDS_LONG], why[WORDS_LONG], remedy[WORDS_LONG], seek[WORDS_LONG];
	size_t n = 0;

	require(c != NULL && code != NULL && values != NULL);
	for (; values->name != NULL; values++) {
		require(n < VALUES_MAX);
		all[n++] = *values;
	}
	/* behind the others: whoever gives an example of its own is heard first */
	all[n] = (struct fill){"example", c->cmd == NULL ? "kring help" : c->cmd->example, 0};
	(void)part(c, code, "", all, what);
	(void)part(c, code, ".why", all, why);
	(void)part(c, code, ".do", all, remedy);
	/* with --json it takes the place of the reply: a script always finds one document */
	if (c->json)
		out_error(c, exit, code, what, why, remedy);
	else
		say_error(c, what, why, remedy, seek_line(c->lang, code, "", seek));
	return exit;
}

/* The id is random unless the user gave one, for example to repeat a command that got no answer. */
struct msg *cli_request(struct cli *c, unsigned field, struct msg **sub)
{
	struct msg *req = msg_new(&c->arena, MSG_REQUEST);
	const char *given = cli_option(c, "request-id");
	uint8_t id[16];

	require(field != 0);
	if (given == NULL || !bytes_unhex(id, sizeof id, given))
		rng_fill(id, sizeof id);
	/* a command that asks several times has an id for each question, the same ones when it is repeated */
	id[sizeof id - 1] ^= (uint8_t)c->requests;
	id[sizeof id - 2] ^= (uint8_t)(c->requests++ >> 8);
	msg_set_u64(req, REQUEST_VERSION, 1);
	msg_set_bytes(&c->arena, req, REQUEST_REQUEST_ID, span_of(id, sizeof id));
	*sub = msg_sub(&c->arena, req, field);
	return req;
}

/* For commands that ask several times: with --json each answer would be a document of its own. */
int cli_call(struct cli *c, const struct msg *request, struct msg **out)
{
	int code;

	require(request != NULL && out != NULL);
	c->quiet = true;
	code = cli_ask(c, request, out);
	c->quiet = false;
	return code;
}

/* "see: kring show REF" names what was typed instead, so that a remedy can be copied as it stands. */
static void name_typed(struct cli *c, struct msg *reply)
{
	static const char *const names[] = {"REF", "CASE"};
	const char *takes = c->cmd == NULL || c->word_count == 0 ? "" : cli_or_none(c->cmd->words);
	const char *name = NULL, *text = msg_text(reply, REPLY_REMEDY), *at;
	char out[WORDS_LONG] = "";
	size_t len = 0;

	takes += takes[0] == '[' ? 1 : 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(takes, names[i], strlen(names[i])) == 0)
			name = list_text(LIST_ARGUMENTS, c->lang, names[i]);
	for (; name != NULL && (at = strstr(text, name)) != NULL; text = at + strlen(name)) {
		const bool whole = at > text && at[-1] == ' ';
		const size_t before = (size_t)(at - text);
		const char *put = whole ? c->words[0] : name;

		if (len + before + strlen(put) >= sizeof out)
			return;
		memcpy(out + len, text, before);
		memcpy(out + len + before, put, strlen(put) + 1);
		len += before + strlen(put);
	}
	if (len == 0 || len + strlen(text) >= sizeof out)
		return;
	memcpy(out + len, text, strlen(text) + 1);
	msg_set_text(&c->arena, reply, REPLY_REMEDY, out);
}

/* Each way in which a connection fails has its own remedy, so each is told apart here. */
int cli_look(struct cli *c, const struct msg *request, struct msg **out)
{
	require(c->socket != NULL && request != NULL && out != NULL);
	enum err rc = ctlclient_call(&c->arena, c->socket, request, out);

	if (rc != ERR_OK)
		*out = NULL;
	if (rc == ERR_BUSY)
		return cli_refuse(c, CLI_NOT_NOW, "no-kringd", FILL({"socket", c->socket, 0}));
	if (rc == ERR_INVAL && strlen(c->socket) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return cli_refuse(c, CLI_NOT_NOW, "socket-path-long",
				  FILL({"socket", c->socket, 0}));
	if (rc == ERR_DENIED)
		return cli_refuse(c, CLI_REFUSED, "no-access", FILL({"socket", c->socket, 0}));
	if (rc == ERR_LIMIT)
		return cli_refuse(c, CLI_USAGE, "request-too-large", FILL_NONE);
	if (rc != ERR_OK)
		return cli_refuse(
			c, CLI_NOT_NOW, "no-answer",
			FILL({"cause", list_text(LIST_ERRORS, c->lang, err_text(rc)), 0}));
	/* a word for the client, and none of the answer */
	if (msg_has(*out, REPLY_COUNTRY))
		(void)snprintf(c->country, sizeof c->country, "%.2s",
			       msg_text(*out, REPLY_COUNTRY));
	msg_clear(*out, REPLY_COUNTRY);
	refusal_words(c->lang, c->country, &c->arena, *out);
	name_typed(c, *out);
	return msg_has(*out, REPLY_ERROR) ? out_exit(msg_text(*out, REPLY_ERROR)) : CLI_DONE;
}

int cli_try(struct cli *c, const struct msg *request, struct msg **out)
{
	const int code = cli_look(c, request, out);

	/* also of a refusal: its reply may say how far the referral is now; what would be is not what is */
	if (*out != NULL && msg_u64(*out, REPLY_DRY_RUN) == 0)
		seen_remember(c, *out);
	return code;
}

void cli_refused(const struct cli *c, const struct msg *reply)
{
	char seek[WORDS_LONG];

	require(reply != NULL && !c->json);
	(void)fflush(stdout); /* what was said before stands above it */
	say_error(c, msg_text(reply, REPLY_WHAT), msg_text(reply, REPLY_WHY),
		  msg_text(reply, REPLY_REMEDY),
		  seek_line(c->lang, msg_text(reply, REPLY_CODE), seek_partner(reply), seek));
}

int cli_ask(struct cli *c, const struct msg *request, struct msg **out)
{
	const int code = cli_try(c, request, out);
	const struct msg *reply = *out;

	if (reply == NULL)
		return code;
	if (c->json && (!c->quiet || msg_has(reply, REPLY_ERROR)))
		out_json(c, request, reply);
	if (msg_has(reply, REPLY_ERROR) && !c->json)
		cli_refused(c, reply);
	return code;
}
