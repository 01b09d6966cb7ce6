/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/date.h"
#include "base/limits.h"
#include "base/rng.h"
#include "base/stdfd.h"
#include "client/cli/cli.h"
#include "client/cli/ctlclient.h"
#include "client/cli/seen.h"

enum { ARENA = 12 * 1024 * 1024, PATH_LEN = 4096, ARGS_MAX = 128 };

const char *cli_option_at(const struct cli *c, const char *name, size_t i)
{
	for (size_t k = 0; k < c->option_count; k++)
		if (strcmp(c->options[k].name, name) == 0 && i-- == 0)
			return c->options[k].value;
	return NULL;
}

const char *cli_option(const struct cli *c, const char *name)
{
	return cli_option_at(c, name, 0);
}

uint64_t cli_option_number(const struct cli *c, const char *name)
{
	for (size_t k = 0; k < c->option_count; k++)
		if (strcmp(c->options[k].name, name) == 0)
			return c->options[k].number;
	return 0;
}

int cli_fail(const struct cli *c, int code, const char *what, const char *why, const char *remedy)
{
	if (c->json) {
		out_error(code, what, why, remedy);
		return code;
	}
	(void)fprintf(stderr, "! %s%s%s\n", what, why[0] == '\0' ? "" : ": ", why);
	if (remedy[0] != '\0')
		(void)fprintf(stderr, "  %s\n", remedy);
	return code;
}

bool cli_categories(const char *text, uint64_t *cats)
{
	char copy[512], *save = NULL;
	size_t words = 0;
	bool none = false; /* stands alone */

	*cats = 0;
	if (strlen(text) >= sizeof copy)
		return false;
	memcpy(copy, text, strlen(text) + 1);
	for (char *w = strtok_r(copy, ", ", &save); w != NULL; w = strtok_r(NULL, ", ", &save)) {
		unsigned bit = 0;

		if (strcmp(w, "none") == 0 && words++ == 0) {
			none = true;
			continue;
		}
		words++;
		while (msg_cat_name(bit) != NULL && strcmp(msg_cat_name(bit), w) != 0)
			bit++;
		if (msg_cat_name(bit) == NULL)
			return false;
		*cats |= UINT64_C(1) << bit;
	}
	return words == 1 || (words > 1 && !none);
}

bool cli_date(const char *text, uint64_t *ms)
{
	int64_t day;

	if (!date_parse(text, &day))
		return false;
	*ms = (uint64_t)day * 86400000 + 43200000; /* noon UTC: the same day in every country */
	return true;
}

struct msg *cli_request(struct cli *c, unsigned field, struct msg **sub)
{
	struct msg *req = msg_new(&c->arena, MSG_REQUEST);
	const char *given = cli_option(c, "request-id");
	uint8_t id[16];

	if (given == NULL || !bytes_unhex(id, sizeof id, given))
		rng_fill(id, sizeof id);
	msg_set_u64(req, REQUEST_VERSION, 1);
	msg_set_bytes(&c->arena, req, REQUEST_REQUEST_ID, span_of(id, sizeof id));
	*sub = msg_sub(&c->arena, req, field);
	return req;
}

static int code_of(const char *error)
{
	if (strcmp(error, "not-found") == 0)
		return CLI_NOT_FOUND;
	if (strcmp(error, "usage") == 0)
		return CLI_USAGE;
	if (strcmp(error, "not-now") == 0)
		return CLI_NOT_NOW;
	return strcmp(error, "damaged") == 0 ? CLI_DAMAGED : CLI_REFUSED;
}

int cli_call(struct cli *c, const struct msg *request, struct msg **out)
{
	int code;

	c->quiet = true;
	code = cli_ask(c, request, out);
	c->quiet = false;
	return code;
}

int cli_ask(struct cli *c, const struct msg *request, struct msg **out)
{
	enum err rc = ctlclient_call(&c->arena, c->socket, request, out);
	const struct msg *reply = rc == ERR_OK ? *out : NULL;

	if (rc == ERR_BUSY)
		return cli_fail(
			c, CLI_NOT_NOW, "no kringd answers", c->socket,
			"start it: kringd --dir DIR, or name another with --dir or --socket");
	if (rc == ERR_INVAL && strlen(c->socket) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return cli_fail(c, CLI_NOT_NOW, "the path of the control socket is too long",
				c->socket,
				"107 characters at most: take a directory with a shorter name");
	if (rc == ERR_DENIED)
		return cli_fail(c, CLI_REFUSED, "you may not talk to this kringd", c->socket,
				"ask the administrator to add you to the group kring-admin");
	if (rc == ERR_LIMIT)
		return cli_fail(c, CLI_USAGE, "this request is too large",
				"a request has at most 1 MiB", "leave something out");
	if (rc != ERR_OK)
		return cli_fail(c, CLI_NOT_NOW, "kringd did not answer", err_text(rc), "try again");
	seen_remember(c, reply);
	if (c->json && (!c->quiet || msg_has(reply, REPLY_ERROR)))
		out_json(request, reply);
	if (msg_has(reply, REPLY_ERROR)) {
		if (!c->json)
			(void)cli_fail(c, 0, msg_text(reply, REPLY_WHAT),
				       msg_text(reply, REPLY_WHY), msg_text(reply, REPLY_REMEDY));
		return code_of(msg_text(reply, REPLY_ERROR));
	}
	return CLI_DONE;
}

int cli_finish(struct cli *c, const struct msg *request)
{
	struct msg *reply;
	const int code = cli_ask(c, request, &reply);

	if (code == CLI_DONE && !c->json)
		out_reply(c, reply);
	if (code == CLI_DONE && msg_count(reply, REPLY_DAMAGE) > 0)
		return out_damage(c, reply);
	return code;
}

bool cli_daemon_path(char *out)
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_LEN - 16);
	char *slash;

	if (n <= 0)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	memcpy(slash + 1, "kringd", 7);
	if (access(out, X_OK) != 0)
		memcpy(out, "/usr/sbin/kringd", 17);
	return true;
}

int cli_tool(const struct cli *c, const char *verb)
{
	char path[PATH_LEN], *argv[2 * CLI_OPTIONS_MAX + 8], name[CLI_OPTIONS_MAX][48];
	size_t k = 0;

	if (!cli_daemon_path(path))
		return CLI_NOT_NOW;
	argv[k++] = path;
	argv[k++] = strdup("tool");
	argv[k++] = strdup(verb);
	if (c->cmd->type == CLI_IN_DIR) {
		argv[k++] = strdup("--dir");
		argv[k++] = strdup(c->dir);
	}
	for (size_t i = 0; i < c->option_count; i++) {
		(void)snprintf(name[i], sizeof name[i], "--%s", c->options[i].name);
		argv[k++] = name[i];
		argv[k++] = strdup(c->options[i].value);
	}
	argv[k] = NULL;
	if (c->json)
		(void)setenv("KRING_JSON", "1", 1);
	(void)execv(path, argv);
	return cli_fail(c, CLI_NOT_NOW, "kringd cannot be run", path, "is the package complete?");
}

/* ---- help ---- */

static void help_one(const struct command *cmd)
{
	const char *at = cmd->options;
	char name[32], type[32], left[72], accepts[1024];
	bool many, empty;

	(void)printf("kring %s%s%s%s%s\n  %s\n", cmd->noun, cmd->verb == NULL ? "" : " ",
		     cmd->verb == NULL ? "" : cmd->verb, cmd->words[0] == '\0' ? "" : " ",
		     cmd->words, cmd->help);
	while (cli_spec_next(&at, name, type, &many, &empty)) {
		(void)snprintf(left, sizeof left, "--%s %s%s", name, type, many ? " ..." : "");
		(void)cli_accepts(cmd, type, accepts, sizeof accepts);
		(void)printf("    %-26s %s\n", left, accepts);
	}
	(void)printf("  example: %s\n", cmd->example);
}

static int help_list(const struct cli *c, enum list_id list, const char *use)
{
	const char *code;

	for (size_t i = 0; (code = list_code(list, use, i)) != NULL; i++)
		(void)printf("%-22s %s\n", code, list_text(list, c->lang, code));
	return CLI_DONE;
}

int cli_help(struct cli *c, const char *topic)
{
	static const struct {
		const char *name;
		enum list_id list;
	} lists[] = {{"needs", LIST_NEEDS},
		     {"decline-reasons", LIST_DECLINE},
		     {"reasons", LIST_REASONS},
		     {"outcomes", LIST_OUTCOMES},
		     {"categories", LIST_CATEGORIES}};
	bool hit = false;

	c->answered = true;
	if (c->json) {
		out_commands();
		return CLI_DONE;
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (strcmp(lists[i].name, topic) == 0)
			return help_list(c, lists[i].list, "");
	if (topic[0] == '\0')
		(void)puts("usage: kring [--dir DIR | --socket PATH] [--json] [--lang nl|fr|en|de] "
			   "COMMAND\n");
	for (size_t i = 0; i < cli_command_count; i++) {
		const struct command *cmd = &cli_commands[i];

		if (topic[0] != '\0' && strcmp(topic, cmd->noun) == 0) {
			help_one(cmd);
			hit = true;
		} else if (topic[0] == '\0') {
			char left[64];

			(void)snprintf(left, sizeof left, "%s %s %s", cmd->noun,
				       cmd->verb == NULL ? "" : cmd->verb, cmd->words);
			(void)printf("  %-28s %s\n", left, cmd->help);
		}
	}
	if (topic[0] == '\0')
		(void)puts("\nmore: kring help COMMAND, kring help "
			   "needs|categories|reasons|decline-reasons|outcomes");
	else if (strcmp(topic, "decline") == 0)
		return help_list(c, LIST_DECLINE, "");
	else if (strcmp(topic, "outcome") == 0)
		return help_list(c, LIST_OUTCOMES, "");
	else if (hit) /* an act has a list of its own; no other command has a row in it */
		return help_list(c, LIST_REASONS,
				 strcmp(topic, "confirm-withdraw") == 0 ? "wd-ok" : topic);
	else if (!hit)
		return cli_fail(c, CLI_USAGE, "no such command", topic, "see: kring help");
	return CLI_DONE;
}

/* Whoever reads the answer from a file or a pipe must not take half of it for all. */
static int ended(int code)
{
	if (stdfd_written())
		return code;
	(void)fprintf(stderr,
		      "! the answer could not be written: %s\n"
		      "  what was asked may be done all the same: look before you ask again\n",
		      strerror(errno));
	return code == CLI_DONE ? CLI_NOT_NOW : code;
}

int main(int argc, char **argv)
{
	struct cli c = {.lang = cli_lang(getenv("LANG"))};
	const char *args[ARGS_MAX];
	char path[PATH_LEN];
	size_t count = 0;
	int code;

	if (!stdfd_open())
		return CLI_NOT_NOW;
	for (int i = 1; i < argc; i++) {
		c.json = c.json || strcmp(argv[i], "--json") == 0;
		if (count == ARGS_MAX)
			return cli_fail(&c, CLI_USAGE, "too many arguments", "", "see: kring help");
		args[count++] = argv[i];
	}
	if (arena_create(&c.arena, ARENA) != ERR_OK)
		return CLI_NOT_NOW;
	code = cli_parse(&c, args, count);
	if (c.dir == NULL)
		c.dir = "/var/lib/kring";
	if (c.socket == NULL) {
		(void)snprintf(path, sizeof path, "%s/core.sock", c.dir);
		c.socket = path;
	}
	if (code == CLI_DONE && !c.answered)
		code = c.cmd->run(&c);
	arena_free(&c.arena);
	return ended(code);
}
