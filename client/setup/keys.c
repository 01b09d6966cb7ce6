/* SPDX-License-Identifier: EUPL-1.2 */
/* A node is made with a key file beside its store, because a way that needs no person must exist before another one can be added.
 * Here the chosen way is added and tried, and then that file and its way go.  In this order a setup that is stopped leaves a
 * node that opens. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "client/setup/steps.h"
#include "client/standing/child.h"
#include "client/standing/state.h"
#include "client/words/words.h"

/* The file that every node is made with. */
static bool beside(const struct setup *s)
{
	return state_file(s->c->dir, "unlock.key");
}

/* What is left of it until its way has gone, too. */
static bool going(const struct setup *s)
{
	return state_file(s->c->dir, "unlock.gone");
}

/* Two ways by a key file are told apart by the settings, so that this one has rules of its own. */
static bool by_file(const struct setup *s)
{
	return setup_is(s, ASK_KEY, "file");
}

/* As the file of the ways calls it. */
static enum slots_kind kind_of(const struct setup *s)
{
	return by_file(s)			    ? SLOTS_KEY
	       : setup_is(s, ASK_KEY, "passphrase") ? SLOTS_PASSPHRASE
						    : SLOTS_CREDENTIAL;
}

/* The way was added, and can be used. */
static bool added(struct setup *s)
{
	char now[SETUP_ANSWER];
	unsigned first;

	if (kind_of(s) == SLOTS_CREDENTIAL && access(SETUP_CREDENTIAL, F_OK) != 0)
		return false;
	if (!by_file(s))
		return state_slots(s, kind_of(s), &first) > 0;
	/* its way and that of the file beside the store are of one kind: the settings tell which one is used */
	state_setting(s, "KeyFile", now);
	return strcmp(now, s->answer[ASK_KEY_FILE]) == 0 &&
	       access(s->answer[ASK_KEY_FILE], F_OK) == 0 &&
	       (!beside(s) || state_slots(s, SLOTS_KEY, &first) > 1);
}

/* The way of the file beside the store, also when the file went already.  One that somebody added by hand is no spare one. */
static bool spare(const struct setup *s, unsigned *first)
{
	return (beside(s) || going(s)) && state_slots(s, SLOTS_KEY, first) > (by_file(s) ? 1U : 0U);
}

bool keys_there(struct setup *s)
{
	return state_settings(s) && added(s) && !beside(s) && !going(s);
}

/* kring slot add opens the node with the way that it has by then. */
static int slot_add(struct setup *s, const char *kind, const char *file, const char *input)
{
	const struct child ch = {
		.word = {"slot", "add", "--kind", kind, "--file", file},
		.count = 6,
	};

	require(kind != NULL && file != NULL);
	return child_kring(s, &ch, CHILD_QUIET, input);
}

/* The node's user reads it, and nobody else. */
static int own(const struct setup *s, const char *path)
{
	struct stat sb;

	if (geteuid() == 0 && stat(s->c->dir, &sb) == 0 && chown(path, sb.st_uid, sb.st_gid) != 0)
		return cli_refuse(
			s->c, CLI_REFUSED, "cannot-create",
			FILL({"path", path, 0}, {"cause", words_errno(s->c->lang, errno), 0}));
	return CLI_DONE;
}

/* By its number, as kring slot list counts them. */
static int slot_remove(struct setup *s, unsigned number)
{
	struct child ch = {.word = {"slot", "remove", "--number"}, .count = 3};
	char text[16];

	require(number > 0 && number <= SLOTS_MAX);
	(void)snprintf(text, sizeof text, "%u", number);
	child_add(&ch, text);
	return child_kring(s, &ch, CHILD_QUIET, NULL);
}

/* Two key files: the first one is that of the beginning, and the second is ours, added before and not yet in the settings. */
static int add_file(struct setup *s)
{
	const char *path = s->answer[ASK_KEY_FILE];
	unsigned first;
	int code = CLI_DONE;

	if (state_slots(s, SLOTS_KEY, &first) < 2 || access(path, F_OK) != 0)
		code = slot_add(s, "key-file", path, NULL);
	if (code == CLI_DONE)
		code = own(s, path);
	return code == CLI_DONE ? settings_key_file(s, path) : code;
}

/* Over a pipe, as its first line. */
static int add_passphrase(struct setup *s)
{
	char line[SETUP_ANSWER + 1];
	int code;

	(void)snprintf(line, sizeof line, "%.*s\n", SETUP_ANSWER - 1, s->secret);
	code = slot_add(s, "passphrase", "-", line);
	explicit_bzero(line, sizeof line);
	return code;
}

/* The bytes of the key are nobody's any more. */
static void overwrite(const char *path)
{
	static const char zeros[64];
	const int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	require(path[0] != '\0');
	if (fd >= 0) {
		(void)!write(fd, zeros, sizeof zeros);
		(void)fsync(fd);
		(void)close(fd);
	}
}

static void shred(const char *path)
{
	overwrite(path);
	(void)unlink(path);
}

/* Drawn into memory, sealed to this machine, and gone there. */
static int seal(struct setup *s, const char *room)
{
	char clear[SETUP_PATH], sealed[SETUP_PATH];
	struct child ch = {.word = {"/usr/bin/systemd-creds", "encrypt", "--name=kring.key"},
			   .count = 3};
	int code;

	(void)snprintf(clear, sizeof clear, "%s/kring.key", room);
	(void)snprintf(sealed, sizeof sealed, "%s.part", SETUP_CREDENTIAL);
	(void)unlink(sealed);
	child_add(&ch, clear);
	child_add(&ch, sealed);
	code = slot_add(s, "credential", clear, NULL);
	if (code == CLI_DONE)
		code = child_program(s, &ch, CHILD_QUIET);
	shred(clear);
	if (code == CLI_DONE && (chmod(sealed, 0600) != 0 || rename(sealed, SETUP_CREDENTIAL) != 0))
		code = cli_refuse(s->c, CLI_REFUSED, "cannot-create",
				  FILL({"path", SETUP_CREDENTIAL, 0},
				       {"cause", words_errno(s->c->lang, errno), 0}));
	if (code != CLI_DONE)
		(void)unlink(sealed);
	return code;
}

static int add_credential(struct setup *s)
{
	char room[] = "/dev/shm/kring-setup-XXXXXX", before[SETUP_PATH];
	unsigned first;
	int code = CLI_DONE;

	/* one whose key went before it was sealed opens nothing */
	(void)snprintf(before, sizeof before, "%s.before-%llu", SETUP_CREDENTIAL,
		       (unsigned long long)clock_wall_ms());
	if (access(SETUP_CREDENTIAL, F_OK) == 0 && rename(SETUP_CREDENTIAL, before) == 0)
		setup_note(s, "aside", FILL({"path", before, 0}));
	while (code == CLI_DONE && state_slots(s, SLOTS_CREDENTIAL, &first) > 0)
		code = slot_remove(s, first);
	if (code != CLI_DONE)
		return code;
	if (mkdtemp(room) == NULL)
		return cli_refuse(
			s->c, CLI_REFUSED, "cannot-create",
			FILL({"path", room, 0}, {"cause", words_errno(s->c->lang, errno), 0}));
	code = seal(s, room);
	(void)rmdir(room);
	return code;
}

/* Only when what was chosen opens the node.  The key goes first, and its name last: by that name its way is known. */
static int take_away(struct setup *s)
{
	char path[SETUP_PATH], gone[SETUP_PATH];
	unsigned first = 0;
	int code = CLI_DONE;

	(void)state_path(s->c->dir, "unlock.gone", gone);
	if (beside(s) && rename(state_path(s->c->dir, "unlock.key", path), gone) != 0)
		return cli_refuse(
			s->c, CLI_REFUSED, "cannot-create",
			FILL({"path", gone, 0}, {"cause", words_errno(s->c->lang, errno), 0}));
	overwrite(gone);
	if (spare(s, &first))
		code = slot_remove(s, first);
	if (code == CLI_DONE)
		(void)unlink(gone);
	return code;
}

/* The settings that came back with a backup name a key that opens this node no more: the new one lies beside the store. */
static int first_way(struct setup *s)
{
	char now[SETUP_ANSWER];

	require(s->settings[0] != '\0');
	state_setting(s, "KeyFile", now);
	return !beside(s) || strcmp(now, "unlock.key") == 0 ? CLI_DONE
							    : settings_key_file(s, "unlock.key");
}

static int add_way(struct setup *s)
{
	const int code = first_way(s);

	if (code != CLI_DONE)
		return code;
	return by_file(s)			    ? add_file(s)
	       : setup_is(s, ASK_KEY, "passphrase") ? add_passphrase(s)
						    : add_credential(s);
}

/* Nothing goes before the chosen way was added and seen to be there. */
int keys_run(struct setup *s)
{
	int code = state_settings(s) ? CLI_DONE : CLI_NOT_FOUND;

	require(s->answer[ASK_KEY][0] != '\0');
	if (code == CLI_DONE && !added(s))
		code = add_way(s);
	if (code == CLI_DONE && !added(s)) {
		setup_note(s, "key-not-added", FILL_NONE);
		code = CLI_REFUSED;
	}
	return code == CLI_DONE ? take_away(s) : code;
}

/* Where to look for it on the day that it is needed. */
void keys_say(const struct setup *s)
{
	if (by_file(s))
		setup_note(s, "end-key-file", FILL({"path", s->answer[ASK_KEY_FILE], 0}));
	else if (setup_is(s, ASK_KEY, "passphrase"))
		setup_note(s, "end-passphrase", FILL_NONE);
	else
		setup_note(s, "end-credential", FILL({"path", SETUP_CREDENTIAL, 0}));
}
