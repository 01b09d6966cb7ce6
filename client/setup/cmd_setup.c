/* SPDX-License-Identifier: EUPL-1.2 */
/* kring setup: asked or read from a file, looked at once more, then done. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "client/commands/cmd.h"
#include "client/setup/answers.h"
#include "client/setup/ask.h"
#include "client/setup/steps.h"
#include "client/standing/differ.h"
#include "client/standing/state.h"
#include "client/words/words.h"

/* A node of somebody else, or another federation, is not touched: whoever means this one names its directory. */
static int other_there(struct setup *s)
{
	char org[LIMIT_ORG_NAME + 1];
	struct wire_genesis g, own;

	if (state_node(s)) {
		state_org(s, org);
		if (s->answer[ASK_ORG][0] != '\0' && org[0] != '\0' &&
		    strcmp(org, s->answer[ASK_ORG]) != 0)
			return cli_refuse(s->c, CLI_REFUSED, "setup-other-node",
					  FILL({"dir", s->c->dir, 0}, {"org", org, 0}));
	}
	if (setup_is(s, ASK_HOW, "create") && state_federation(s->answer[ASK_ROOT_KEYS], &g) &&
	    (strcmp(g.name, s->answer[ASK_FEDERATION]) != 0 ||
	     (state_node(s) && state_federation(s->c->dir, &own) &&
	      (own.n != g.n || memcmp(own.roots, g.roots, own.n * sizeof own.roots[0]) != 0))))
		return cli_refuse(s->c, CLI_REFUSED, "setup-other-federation",
				  FILL({"dir", s->answer[ASK_ROOT_KEYS], 0}, {"name", g.name, 0}));
	return CLI_DONE;
}

/* Up to the last yes nothing is made, so that this is always true. */
static int nothing_done(const struct setup *s)
{
	(void)putchar('\n');
	setup_say(s, "nothing-done", FILL_NONE);
	return CLI_REFUSED;
}

/* The answers go into a file instead, when somebody wants to do the same elsewhere. */
static int asked(struct setup *s, const char *write_to)
{
	char org[LIMIT_ORG_NAME + 1];
	bool yes = false;

	setup_say(s, "welcome", FILL({"dir", s->c->dir, 0}));
	setup_say(s, "how-to-answer", FILL_NONE);
	if (state_node(s)) {
		state_org(s, org);
		setup_say(s, "node-stands", FILL({"dir", s->c->dir, 0}, {"org", org, 0}));
	}
	if (ask_all(s) != TALK_OK)
		return nothing_done(s);
	if (write_to != NULL)
		return answers_write(s, write_to);
	if (ask_sure(s, &yes) != TALK_OK || !yes)
		return nothing_done(s);
	return CLI_DONE;
}

static int setup(struct setup *s, const char *from, const char *write_to)
{
	int code;

	if (from == NULL && write_to != NULL && !talk_possible(s->c))
		return answers_write(s, write_to);
	if (from == NULL && !talk_possible(s->c))
		return cli_refuse(s->c, CLI_USAGE, "setup-terminal", FILL_NONE);
	/* told before a dozen questions, and before keys of a federation are made that no node joins */
	if (write_to == NULL && access(s->c->dir, F_OK) == 0 && access(s->c->dir, W_OK | X_OK) != 0)
		return cli_refuse(s->c, CLI_REFUSED, "setup-shut", FILL({"dir", s->c->dir, 0}));
	code = from != NULL ? answers_read(s, from) : asked(s, write_to);
	if (code != CLI_DONE || write_to != NULL)
		return code;
	code = other_there(s);
	if (code == CLI_DONE)
		code = differ_found(s);
	return code == CLI_DONE ? steps_run(s) : code;
}

/* Another window stands elsewhere: what is typed there names the directory whole. */
static bool whole_dir(struct cli *c)
{
	char here[SETUP_PATH], *whole;
	const size_t cap = sizeof here + strlen(c->dir) + 2;

	if (c->dir[0] == '/')
		return true;
	whole = arena_alloc(&c->arena, cap);
	if (whole == NULL || getcwd(here, sizeof here) == NULL)
		return false;
	(void)snprintf(whole, cap, "%s/%s", here, c->dir);
	c->dir = whole;
	return true;
}

int cmd_setup(struct cli *c)
{
	const char *from = cli_option(c, "answers"), *write_to = cli_option(c, "write-answers");
	struct setup *s = arena_alloc(&c->arena, sizeof *s);
	int code;

	require(c->cmd->run == cmd_setup);
	if (c->json)
		return cli_refuse(c, CLI_USAGE, "setup-json", FILL_NONE);
	if (from != NULL && write_to != NULL)
		return cli_refuse(c, CLI_USAGE, "setup-one-file", FILL_NONE);
	if (!whole_dir(c) || s == NULL)
		return CLI_NOT_NOW;
	memset(s, 0, sizeof *s);
	s->c = c;
	s->scripted = from != NULL;
	s->out = arena_alloc(&c->arena, SETUP_OUT);
	if (s->out == NULL)
		return CLI_NOT_NOW;
	code = setup(s, from, write_to);
	explicit_bzero(s, sizeof *s);
	return code;
}
