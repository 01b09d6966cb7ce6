/* SPDX-License-Identifier: EUPL-1.2 */
/* Each step is one or two commands that an administrator could type.  One that is done says so and is passed over; one that fails
 * ends the setup, which names what stands by then, and goes on from there when it is typed again. */
#include "client/setup/steps.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "client/setup/ask.h"
#include "client/standing/child.h"
#include "client/standing/differ.h"
#include "client/standing/state.h"
#include "client/words/words.h"

enum { PARTNER_TRIES = 100, PARTNER_NS = 200000000 };

/* The system said why; which file it was only we know. */
static int refuse_path(const struct setup *s, const char *path)
{
	return cli_refuse(s->c, CLI_REFUSED, "cannot-create",
			  FILL({"path", path, 0}, {"cause", words_errno(s->c->lang, errno), 0}));
}

/* Steps of whoever begins. */
static bool creates(const struct setup *s)
{
	return setup_is(s, ASK_HOW, "create");
}

/* Steps of whoever comes to others. */
static bool joins(const struct setup *s)
{
	return setup_is(s, ASK_HOW, "join");
}

static bool always(const struct setup *s)
{
	return s != NULL;
}

/* ---- the federation ---- */

/* A roster that begins with a federation: the keys without one are none.  A node that has its own copy is not given another federation
 * when the keys have gone to their roots, as they should. */
static bool federation_there(struct setup *s)
{
	struct wire_genesis g;

	return state_federation(s->answer[ASK_ROOT_KEYS], &g) ||
	       (state_node(s) && state_federation(s->c->dir, &g));
}

/* Made under another name and then given its own: keys without a roster are never taken for a federation. */
static int federation_run(struct setup *s)
{
	const char *dir = s->answer[ASK_ROOT_KEYS];
	char part[SETUP_PATH], aside[SETUP_PATH + 32];
	struct child ch = {.word = {"federation", "create"}, .count = 2};
	int code;

	require(dir[0] != '\0');
	if (access(dir, F_OK) == 0 && rmdir(dir) != 0) {
		errno = EEXIST;
		return refuse_path(s, dir);
	}
	(void)snprintf(part, sizeof part, "%s.part", dir);
	(void)snprintf(aside, sizeof aside, "%s-%llu", part, (unsigned long long)clock_wall_ms());
	if (access(part, F_OK) == 0) {
		if (rename(part, aside) != 0)
			return refuse_path(s, aside);
		setup_note(s, "aside", FILL({"path", aside, 0}));
	}
	child_option(&ch, "--name", s->answer[ASK_FEDERATION]);
	child_option(&ch, "--roots", s->answer[ASK_ROOTS]);
	child_option(&ch, "--out", part);
	code = child_kring(s, &ch, CHILD_QUIET, NULL);
	return code != CLI_DONE || rename(part, dir) == 0 ? code : refuse_path(s, dir);
}

/* ---- the node ---- */

/* A newcomer whose digits nobody compared is not in yet, although its files are all there. */
static bool node_there(struct setup *s)
{
	return state_node(s) && (!joins(s) || state_confirmed(s));
}

/* Its files are kept: nobody knows who needs them. */
static int move_aside(struct setup *s)
{
	char aside[SETUP_PATH];
	struct stat sb;
	const unsigned long long now = clock_wall_ms();

	require(!state_node(s));
	(void)snprintf(aside, sizeof aside, "%s.unfinished-%llu", s->c->dir, now);
	if (stat(s->c->dir, &sb) != 0 || rename(s->c->dir, aside) != 0 ||
	    mkdir(s->c->dir, 0700) != 0 || chown(s->c->dir, sb.st_uid, sb.st_gid) != 0)
		return refuse_path(s, aside);
	setup_note(s, "aside", FILL({"path", aside, 0}));
	if (!state_settings(s) || access(s->settings, F_OK) != 0)
		return CLI_DONE;
	(void)snprintf(aside, sizeof aside, "%.4000s.unfinished-%llu", s->settings, now);
	if (rename(s->settings, aside) != 0)
		return refuse_path(s, aside);
	setup_note(s, "aside", FILL({"path", aside, 0}));
	return CLI_DONE;
}

/* The same ones for a node that begins a federation and for one that joins. */
static void node_options(const struct setup *s, struct child *ch)
{
	const char *listen = s->answer[ASK_LISTEN], *reachable = s->answer[ASK_REACHABLE];

	child_option(ch, "--org", s->answer[ASK_ORG]);
	child_option(ch, "--country", s->answer[ASK_COUNTRY]);
	child_option(ch, "--phone", s->answer[ASK_PHONE]);
	if (strcmp(listen, "none") == 0)
		return;
	child_option(ch, "--listen", listen);
	if (strcmp(reachable, listen) != 0)
		child_option(ch, "--address", reachable);
}

/* The invite goes over a pipe: whoever has it could come instead. */
static int join(struct setup *s)
{
	struct child ch = {.word = {"join"}, .count = 1};
	char line[SETUP_ANSWER + 2];
	int code;

	require(joins(s));
	node_options(s, &ch);
	child_add(&ch, "--");
	child_add(&ch, "-");
	(void)snprintf(line, sizeof line, "%s\n", s->invite);
	code = child_kring(s, &ch, CHILD_SHOWN, line);
	explicit_bzero(line, sizeof line);
	if (code == CLI_DONE && !state_confirmed(s))
		setup_note(s, "digits-open", FILL_NONE);
	return code;
}

/* What is left in the directory is moved aside by it, and not before the whole backup was found good. */
static int restore(struct setup *s)
{
	struct child ch = {.word = {"restore", s->answer[ASK_BACKUP]}, .count = 2};

	child_option(&ch, "--sheet", s->answer[ASK_RECOVERY]);
	return child_kring(s, &ch, CHILD_SHOWN, NULL);
}

static int node_run(struct setup *s)
{
	struct child ch = {.word = {"node", "init"}, .count = 2};
	char roster[SETUP_PATH];
	int code;

	if (setup_is(s, ASK_HOW, "restore"))
		return restore(s);
	code = state_half(s) ? move_aside(s) : CLI_DONE;
	if (code != CLI_DONE)
		return code;
	if (joins(s))
		return join(s);
	node_options(s, &ch);
	child_option(&ch, "--federation", state_path(s->answer[ASK_ROOT_KEYS], "roster", roster));
	return child_kring(s, &ch, CHILD_QUIET, NULL);
}

/* ---- its place in the roster ---- */

/* Its own record stands in the roster that lies beside the keys of the roots; where none lies any more, the node counts itself. */
static bool member_there(struct setup *s)
{
	struct wire_genesis g;
	char roster[SETUP_PATH];
	unsigned members = 0;

	if (!state_federation(s->answer[ASK_ROOT_KEYS], &g))
		return state_running(s, &members, NULL) == NODE_RUNS && members > 0;
	return state_member(s, state_path(s->answer[ASK_ROOT_KEYS], "roster", roster));
}

/* Each root by its own key, as it would on its own machine. */
static int sign(struct setup *s, const char *proposal, const char *roster, unsigned number)
{
	char name[32], key[SETUP_PATH];
	struct child ch = {.word = {"roster", "sign", "--yes", "--proposal", proposal, "--roster",
				    roster, "--key", key},
			   .count = 9};

	require(number > 0);
	(void)snprintf(name, sizeof name, "root%u.key", number);
	(void)state_path(s->answer[ASK_ROOT_KEYS], name, key);
	return child_kring(s, &ch, CHILD_QUIET, NULL);
}

/* A proposal of a setup that was stopped is made anew: signatures that it had were for this place alone. */
static int member_run(struct setup *s)
{
	char roster[SETUP_PATH], proposal[SETUP_PATH], request[SETUP_PATH];
	const struct child ch = {.word = {"roster", "add", "--roster", roster, "--join", request,
					  "--class", "member", "--verified", "in-person", "--out",
					  proposal},
				 .count = 12};
	struct wire_genesis g = {.m = 0};
	int code;

	require(creates(s));
	(void)state_path(s->answer[ASK_ROOT_KEYS], "roster", roster);
	(void)state_path(s->answer[ASK_ROOT_KEYS], "proposal", proposal);
	(void)state_path(s->c->dir, "join", request);
	(void)state_federation(s->answer[ASK_ROOT_KEYS], &g);
	code = child_kring(s, &ch, CHILD_QUIET, NULL);
	for (unsigned i = 1; i <= g.m && code == CLI_DONE; i++)
		code = sign(s, proposal, roster, i);
	if (code == CLI_DONE)
		(void)unlink(proposal);
	return code;
}

/* ---- it runs ---- */

/* The unit has one directory, and only root may enable it. */
static bool by_systemd(const struct setup *s)
{
	return setup_is(s, ASK_SERVICE, "yes") && geteuid() == 0 &&
	       strcmp(s->c->dir, SETUP_UNIT_DIR) == 0 && access("/run/systemd/system", F_OK) == 0;
}

/* Locked is not yet there. */
static bool service_there(struct setup *s)
{
	return state_running(s, NULL, NULL) == NODE_RUNS;
}

static int unlock(struct setup *s)
{
	const struct child ch = {.word = {"unlock"}, .count = 1};
	char line[SETUP_ANSWER + 1];
	int code;

	if (state_running(s, NULL, NULL) != NODE_LOCKED || s->secret[0] == '\0')
		return CLI_DONE;
	(void)snprintf(line, sizeof line, "%.*s\n", SETUP_ANSWER - 1, s->secret);
	code = child_kring(s, &ch, CHILD_QUIET, line);
	explicit_bzero(line, sizeof line);
	return code;
}

/* It says the one command, and whoever sits there types it in another window. */
static int by_hand(struct setup *s)
{
	setup_note(s, "start-it", FILL_NONE);
	/* copied as it stands: it is not folded */
	(void)printf("    kringd --dir %s --config %s\n", s->c->dir, s->settings);
	while (state_running(s, NULL, NULL) == NODE_SILENT) {
		if (s->scripted)
			return CLI_NOT_NOW;
		setup_note(s, "start-enter", FILL_NONE);
		if (ask_enter(s) == TALK_STOP)
			return CHILD_STOPPED;
	}
	return CLI_DONE;
}

/* A node behind a passphrase comes up locked, and is opened with what was typed at the beginning. */
static int service_run(struct setup *s)
{
	const struct child ch = {
		.word = {"/usr/bin/systemctl", "enable", "--now", "kringd.service"}, .count = 4};
	int code = CLI_DONE;

	if (by_systemd(s))
		code = child_program(s, &ch, CHILD_SHOWN);
	else if (state_running(s, NULL, NULL) == NODE_SILENT)
		code = by_hand(s);
	if (code == CLI_DONE)
		code = unlock(s);
	if (code == CLI_DONE && !service_there(s))
		code = by_hand(s);
	/* only now it can be asked */
	return code == CLI_DONE && differ_people(s) > 0 ? CLI_REFUSED : code;
}

/* It counts itself among the members. */
static bool roster_there(struct setup *s)
{
	unsigned members = 0;

	return state_running(s, &members, NULL) == NODE_RUNS && members > 0;
}

/* The node read the roster when it was made, before it stood in it. */
static int roster_run(struct setup *s)
{
	char roster[SETUP_PATH];
	struct child ch = {.word = {"roster", "import"}, .count = 2};

	child_add(&ch, state_path(s->answer[ASK_ROOT_KEYS], "roster", roster));
	return child_kring(s, &ch, CHILD_QUIET, NULL);
}

/* ---- who works here, and a look at all of it ---- */

/* Nobody need be named now. */
static bool has_staff(const struct setup *s)
{
	return s->answer[ASK_ADMIN][0] != '\0';
}

/* Who is not to be named counts as named. */
static bool named(struct setup *s, enum ask_no who)
{
	return s->answer[who][0] == '\0' || state_named(s, s->answer[who]);
}

/* Whoever is named already keeps the roles that somebody gave since. */
static bool staff_there(struct setup *s)
{
	return named(s, ASK_ADMIN) && named(s, ASK_WORKER);
}

/* Into the group that may reach the node of the package; a number is nobody whom the system could put there.  Whoever is named and
 * not let in is told at the first command that the door is shut, by a node that has just been set up for them.  In a directory of its
 * own the node has its socket beside it, and whoever made it there says who may come in. */
static int let_in(struct setup *s, const char *user)
{
	const struct child ch = {
		.word = {"/usr/sbin/usermod", "--append", "--groups", "kring-staff", user},
		.count = 5};

	require(user != NULL);
	if (geteuid() != 0 || strcmp(s->c->dir, SETUP_UNIT_DIR) != 0 || getpwnam(user) == NULL ||
	    getgrnam("kring-staff") == NULL)
		return CLI_DONE;
	return child_program(s, &ch, CHILD_QUIET);
}

/* One by one: a setup that stops between the two names only the other one the next time. */
static int name_one(struct setup *s, enum ask_no who, enum ask_no user, const char *role)
{
	const struct child ch = {
		.word = {"staff", "add", s->answer[who], "--user", s->answer[user], "--role", role},
		.count = 7};

	int code;

	require(role != NULL);
	if (named(s, who))
		return CLI_DONE;
	code = let_in(s, s->answer[user]);
	return code == CLI_DONE ? child_kring(s, &ch, CHILD_QUIET, NULL) : code;
}

static int staff_run(struct setup *s)
{
	const int code = name_one(s, ASK_ADMIN, ASK_ADMIN_USER, "administrator");

	return code == CLI_DONE ? name_one(s, ASK_WORKER, ASK_WORKER_USER, "caseworker") : code;
}

/* A look is always taken anew. */
static bool never(struct setup *s)
{
	return s == NULL;
}

/* A line comes up by itself within seconds, when both sides let it; what is in its way the doctor names. */
static int look_run(struct setup *s)
{
	const struct child ch = {.word = {"doctor"}, .count = 1};
	const struct timespec pause = {.tv_nsec = PARTNER_NS};
	unsigned members = 0, connected = 0;
	int code;

	for (unsigned i = 0; i < PARTNER_TRIES; i++) {
		/* a newcomer learns of the others by the line that it waits for */
		if (state_running(s, &members, &connected) != NODE_RUNS || connected > 0 ||
		    (members < 2 && !joins(s)))
			break;
		(void)nanosleep(&pause, NULL);
	}
	code = child_kring(s, &ch, CHILD_SHOWN, NULL);
	if (code == CHILD_STOPPED)
		return code;
	/* what it found is on the page; this setup is done all the same */
	setup_note(s,
		   connected > 0 ? "partner-there"
		   : joins(s)	 ? "partner-later"
				 : "partner-none",
		   FILL({"n", NULL, connected}));
	return CLI_DONE;
}

/* ---- all of them ---- */

static const struct step {
	const char *name; /* row step-NAME */
	bool (*wanted)(const struct setup *s);
	bool (*there)(struct setup *s);
	int (*run)(struct setup *s);
} steps[] = {
	{"federation", creates, federation_there, federation_run},
	{"node", always, node_there, node_run},
	{"member", creates, member_there, member_run},
	{"key", always, keys_there, keys_run},
	{"settings", always, settings_there, settings_run},
	{"paper", always, sheet_there, sheet_run},
	{"service", always, service_there, service_run},
	{"roster", creates, roster_there, roster_run},
	{"staff", has_staff, staff_there, staff_run},
	{"look", always, never, look_run},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void head(const struct setup *s, const struct step *step, size_t number, size_t all)
{
	char key[32];

	require(number > 0 && number <= all);
	(void)snprintf(key, sizeof key, "step-%s", step->name);
	(void)printf("\n[%zu/%zu] %s\n", number, all, setup_of(s, key));
	(void)fflush(stdout);
}

/* Where everything stands, and what comes next. */
static void last_page(struct setup *s)
{
	char path[SETUP_PATH];

	require(s->settings[0] != '\0');
	(void)putchar('\n');
	setup_say(s, "end-head", FILL_NONE);
	setup_note(s, "end-node", FILL({"dir", s->c->dir, 0}));
	setup_note(s, "end-settings", FILL({"path", s->settings, 0}));
	keys_say(s);
	if (access(state_path(s->c->dir, "recovery-sheet.txt", path), F_OK) == 0)
		setup_note(s, "end-sheet", FILL({"path", path, 0}));
	if (creates(s))
		setup_note(s, "end-roots", FILL({"dir", s->answer[ASK_ROOT_KEYS], 0}));
	setup_note(s, creates(s) ? "next-invite" : "next-agree", FILL({"dir", s->c->dir, 0}));
}

int steps_run(struct setup *s)
{
	size_t all = 0, number = 0;
	int code = CLI_DONE;

	for (size_t i = 0; i < STEPS; i++)
		all += steps[i].wanted(s);
	for (size_t i = 0; i < STEPS && code == CLI_DONE; i++) {
		if (!steps[i].wanted(s))
			continue;
		head(s, &steps[i], ++number, all);
		if (steps[i].there(s)) {
			setup_note(s, "already", FILL_NONE);
			continue;
		}
		code = steps[i].run(s);
		if (code == CLI_DONE)
			setup_note(s, "done", FILL_NONE);
	}
	if (code == CLI_DONE) {
		last_page(s);
		return code;
	}
	(void)fflush(stdout);
	return cli_refuse(s->c, code == CHILD_STOPPED ? CLI_NOT_NOW : code,
			  number > 1 ? "setup-stopped" : "setup-stopped-first",
			  FILL({"n", NULL, number - 1}, {"all", NULL, all}));
}
