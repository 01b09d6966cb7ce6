/* SPDX-License-Identifier: EUPL-1.2 */
/* A wrong answer is found where it is given and not after half of the steps.  The rules are those that the commands themselves go by
 * (base and proto); what only they can know, they say when they run. */
#include "client/standing/question.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/text.h"
#include "client/cli/value.h"
#include "client/standing/state.h"
#include "client/words/words.h"

#define USUAL_PORT "7001"

/* ---- when ---- */

/* A question of every setup. */
static bool always(const struct setup *s)
{
	return s != NULL;
}

/* Whoever begins has the roots to think of, and nobody to be invited by. */
static bool creates(const struct setup *s)
{
	return setup_is(s, ASK_HOW, "create");
}

/* The federation is that of the invite. */
static bool joins(const struct setup *s)
{
	return setup_is(s, ASK_HOW, "join");
}

/* Name and addresses come back with the backup: they are not asked. */
static bool restores(const struct setup *s)
{
	return setup_is(s, ASK_HOW, "restore");
}

/* A node that is new has a name and an address to get. */
static bool makes(const struct setup *s)
{
	return creates(s) || joins(s);
}

/* Whoever is dialled by nobody needs no address to be told. */
static bool listens(const struct setup *s)
{
	return makes(s) && !setup_is(s, ASK_LISTEN, "none");
}

/* Only where a file was chosen is there a path to ask for. */
static bool has_key_file(const struct setup *s)
{
	return setup_is(s, ASK_KEY, "file");
}

/* Typed once more at each start, so it is asked even when the node has it already. */
static bool has_passphrase(const struct setup *s)
{
	return setup_is(s, ASK_KEY, "passphrase");
}

/* A user without a person is nobody. */
static bool has_admin(const struct setup *s)
{
	return s->answer[ASK_ADMIN][0] != '\0';
}

/* The same for whoever sees cases. */
static bool has_worker(const struct setup *s)
{
	return s->answer[ASK_WORKER][0] != '\0';
}

/* ---- what Enter means ---- */

/* A handshake that was begun is what somebody comes back to. */
static void usual_how(const struct setup *s, char out[SETUP_ANSWER])
{
	(void)snprintf(out, SETUP_ANSWER, "%s",
		       state_file(s->c->dir, "joining") ? "join" : "create");
}

/* One stick may be lost, and one organisation away, and the federation goes on. */
static void usual_roots(const struct setup *s, char out[SETUP_ANSWER])
{
	require(s != NULL);
	(void)snprintf(out, SETUP_ANSWER, "2/3");
}

/* Beside the node's directory, and not in it. */
static void usual_root_keys(const struct setup *s, char out[SETUP_ANSWER])
{
	const char *home = getenv("HOME");

	require(s != NULL);
	(void)snprintf(out, SETUP_ANSWER, "%s%skring-roots", home == NULL ? "" : home,
		       home == NULL ? "" : "/");
}

/* Where that language is most often spoken by those who run a node; a guess, shown in brackets. */
static void usual_country(const struct setup *s, char out[SETUP_ANSWER])
{
	static const char *const likely[LIST_LANGS] = {"NL", "BE", "UK", "DE"};

	(void)snprintf(out, SETUP_ANSWER, "%s", likely[s->c->lang]);
}

/* Every address of the machine: which one a partner will come by, the next question asks. */
static void usual_listen(const struct setup *s, char out[SETUP_ANSWER])
{
	require(s != NULL);
	(void)snprintf(out, SETUP_ANSWER, "tcp://%s:" USUAL_PORT,
		       access("/proc/net/if_inet6", F_OK) == 0 ? "[::]" : "0.0.0.0");
}

/* An address of this machine that leads here from elsewhere. */
static bool own_address(uint16_t port, char out[SETUP_ANSWER])
{
	struct ifaddrs *all = NULL;
	bool found = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *i = all; i != NULL && !found; i = i->ifa_next) {
		char text[INET_ADDRSTRLEN];

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
		    (i->ifa_flags & IFF_LOOPBACK) != 0 || (i->ifa_flags & IFF_UP) == 0)
			continue;
		if (inet_ntop(AF_INET,
			      &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr,
			      text, sizeof text) == NULL)
			continue;
		(void)snprintf(out, SETUP_ANSWER, "tcp://%s:%u", text, port);
		found = true;
	}
	freeifaddrs(all);
	return found;
}

/* Where it listens, if that is one place. */
static void usual_reachable(const struct setup *s, char out[SETUP_ANSWER])
{
	struct endpoint e = {.everywhere = false};

	require(out != NULL);
	out[0] = '\0';
	if (endpoint_flaw(s->answer[ASK_LISTEN], ENDPOINT_LISTEN, &e) != NULL)
		return;
	if (!e.everywhere)
		(void)snprintf(out, SETUP_ANSWER, "%s", s->answer[ASK_LISTEN]);
	else if (!own_address(e.port, out))
		(void)snprintf(out, SETUP_ANSWER, "none");
}

/* The strongest way that this machine has. */
static void usual_key(const struct setup *s, char out[SETUP_ANSWER])
{
	unsigned first;

	(void)snprintf(out, SETUP_ANSWER, "%s",
		       question_off(s, ASK_KEY, "credential") == NULL ? "credential"
								      : "passphrase");
	/* what opens it already */
	if (state_slots(s, SLOTS_PASSPHRASE, &first) > 0)
		(void)snprintf(out, SETUP_ANSWER, "passphrase");
}

/* Nobody sits before a file of answers, so that nothing is usual there. */
static void usual_sheet(const struct setup *s, char out[SETUP_ANSWER])
{
	(void)snprintf(out, SETUP_ANSWER, "%s", s->scripted ? "" : "show");
}

/* A node that does not come up after a power cut is missed by its partners first. */
static void usual_service(const struct setup *s, char out[SETUP_ANSWER])
{
	require(s != NULL);
	(void)snprintf(out, SETUP_ANSWER, "yes");
}

/* Whoever types this, also through sudo. */
static void usual_admin_user(const struct setup *s, char out[SETUP_ANSWER])
{
	const char *login = getlogin();
	const struct passwd *who = getpwuid(getuid());

	require(s != NULL);
	if (getuid() != 0 && who != NULL)
		login = who->pw_name;
	(void)snprintf(out, SETUP_ANSWER, "%s",
		       login == NULL || strcmp(login, "root") == 0 ? "" : login);
}

/* ---- what is wrong ---- */

/* A row of the list with its values. */
static const char *fill(const struct setup *s, const char *key, const struct fill *values,
			char out[SETUP_SAY])
{
	return fill_text(out, SETUP_SAY, setup_of(s, key), values, words_plural(s->c->lang));
}

/* What base found wrong, in the words that the commands use for it. */
static const char *error_of(const struct setup *s, const char *flaw, char out[SETUP_SAY])
{
	if (flaw == NULL)
		return NULL;
	return fill_text(out, SETUP_SAY, list_text(LIST_ERRORS, s->c->lang, flaw), FILL_NONE,
			 words_plural(s->c->lang));
}

/* No two names may look alike by accident: the roster is for ever. */
static const char *flaw_name(struct setup *s, const char *text, char out[SETUP_SAY])
{
	uint32_t at = 0;

	require(out != NULL);
	return error_of(s, text_name_fault(text, &at), out);
}

/* A person may be called as no organisation may: only what nobody could read is refused. */
static const char *flaw_person(struct setup *s, const char *text, char out[SETUP_SAY])
{
	char why[128];

	return value_fault(s->c->lang, span_of(text, strlen(text)), why) == NULL
		       ? NULL
		       : fill(s, "flaw-text", FILL({"why", why, 0}), out);
}

/* As the request to the roots takes it. */
static const char *flaw_phone(struct setup *s, const char *text, char out[SETUP_SAY])
{
	uint32_t at = 0;

	require(out != NULL);
	return error_of(s, text_phone_fault(text, &at), out);
}

/* Terms are counted in working days, so a country without a calendar has no terms. */
static const char *flaw_country(struct setup *s, const char *text, char out[SETUP_SAY])
{
	if (list_has_place(text))
		return NULL;
	return fill(s, "flaw-country", FILL({"known", list_country_names, 0}), out);
}

/* An address, or the word for nowhere. */
static const char *flaw_listen(struct setup *s, const char *text, char out[SETUP_SAY])
{
	require(out != NULL);
	if (strcmp(text, "none") == 0)
		return NULL;
	return error_of(s, endpoint_flaw(text, ENDPOINT_LISTEN, NULL), out);
}

/* It must lead here from elsewhere: not every address of the machine, and not the machine itself. */
static const char *flaw_reachable(struct setup *s, const char *text, char out[SETUP_SAY])
{
	require(out != NULL);
	if (strcmp(text, "none") == 0)
		return NULL;
	return error_of(s, endpoint_flaw(text, ENDPOINT_PUBLISH, NULL), out);
}

/* As kring federation create takes it. */
static const char *flaw_roots(struct setup *s, const char *text, char out[SETUP_SAY])
{
	unsigned long m, n = 0;
	char *end;

	require(text != NULL);
	m = strtoul(text, &end, 10);
	if (*end == '/')
		n = strtoul(end + 1, &end, 10);
	if (*end == '\0' && m >= 2 && m <= n && n <= LIMIT_ROOTS)
		return NULL;
	return fill(s, "flaw-roots", FILL({"most", NULL, LIMIT_ROOTS}), out);
}

/* The path without links, as far as it is there; what is not there yet stands behind it as it was written. */
static void canonical(const char *text, char out[SETUP_PATH])
{
	char part[SETUP_PATH], *real = NULL, *slash;

	require(text != NULL && text[0] != '\0');
	(void)snprintf(part, sizeof part, "%s", text);
	while ((real = realpath(part, NULL)) == NULL && (slash = strrchr(part, '/')) != NULL &&
	       slash != part)
		*slash = '\0';
	if (snprintf(out, SETUP_PATH, "%s%s", real == NULL ? "" : real,
		     real == NULL ? text : text + strlen(part)) >= SETUP_PATH)
		out[0] = '\0';
	free(real);
}

/* Is that path the node's directory, or below it? */
static bool in_node(const struct setup *s, const char *text)
{
	char whole[SETUP_PATH], dir[SETUP_PATH];
	size_t n;

	canonical(text, whole);
	canonical(s->c->dir, dir);
	n = strlen(dir);
	require(n > 0);
	return strncmp(whole, dir, n) == 0 && (whole[n] == '\0' || whole[n] == '/');
}

/* Nothing lies beside what it protects. */
static const char *flaw_beside(struct setup *s, const char *text, char out[SETUP_SAY])
{
	if (!in_node(s, text))
		return NULL;
	return fill(s, "flaw-beside", FILL({"dir", s->c->dir, 0}), out);
}

/* A whole path: whoever starts the node later stands elsewhere. */
static const char *flaw_key_file(struct setup *s, const char *text, char out[SETUP_SAY])
{
	if (text[0] != '/')
		return setup_of(s, "flaw-whole-path");
	return flaw_beside(s, text, out);
}

/* A node that stands there needs it no more. */
static const char *flaw_file(struct setup *s, const char *text, char out[SETUP_SAY])
{
	if (state_node(s) || access(text, R_OK) == 0)
		return NULL;
	return fill(s, "flaw-file",
		    FILL({"path", text, 0}, {"cause", words_errno(s->c->lang, errno), 0}), out);
}

/* Two words, or where to. */
static const char *flaw_sheet(struct setup *s, const char *text, char out[SETUP_SAY])
{
	require(text[0] != '\0');
	if (strcmp(text, "later") == 0)
		return NULL;
	if (strcmp(text, "show") == 0)
		return isatty(STDOUT_FILENO) != 0 && !s->scripted ? NULL : setup_of(s, "flaw-show");
	if (text[0] != '/')
		return setup_of(s, "flaw-whole-path");
	return flaw_beside(s, text, out);
}

/* A number counts where this machine does not know the name: its directory may be away just now. */
static const char *flaw_user(struct setup *s, const char *text, char out[SETUP_SAY])
{
	char *end;

	if (getpwnam(text) != NULL)
		return NULL;
	/* of a directory that is not reached now */
	(void)strtoul(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0')
		return NULL;
	return fill(s, "flaw-user", FILL({"user", text, 0}), out);
}

/* A secret that others can read is none. */
static const char *read_secret_file(struct setup *s, const char *path, char secret[SETUP_ANSWER],
				    char out[SETUP_SAY])
{
	struct stat sb;

	require(path != NULL && secret != NULL);
	if (state_read(path, secret, SETUP_ANSWER) < 0)
		return fill(s, "flaw-file",
			    FILL({"path", path, 0}, {"cause", words_errno(s->c->lang, errno), 0}),
			    out);
	secret[strcspn(secret, "\r\n")] = '\0';
	if (stat(path, &sb) == 0 && (sb.st_mode & 077) != 0)
		return fill(s, "flaw-open", FILL({"path", path, 0}), out);
	return secret[0] == '\0' ? fill(s, "flaw-empty-file", FILL({"path", path, 0}), out) : NULL;
}

/* It is read to see that it can be, and by the command itself for what it holds. */
static const char *flaw_recovery(struct setup *s, const char *text, char out[SETUP_SAY])
{
	char sheet[8192];
	struct stat sb;
	const bool read = state_node(s) || state_read(text, sheet, sizeof sheet) >= 0;

	explicit_bzero(sheet, sizeof sheet);
	if (!read)
		return flaw_file(s, text, out);
	if (!state_node(s) && stat(text, &sb) == 0 && (sb.st_mode & 077) != 0)
		return fill(s, "flaw-open", FILL({"path", text, 0}), out);
	return NULL;
}

/* What is typed is the passphrase; what a file has as its answer is the file that holds it. */
static const char *flaw_passphrase(struct setup *s, const char *text, char out[SETUP_SAY])
{
	require(text != NULL);
	return s->scripted ? read_secret_file(s, text, s->secret, out) : NULL;
}

/* On a terminal the line itself is pasted; a file of answers names the file in which it stands. */
static const char *flaw_invite(struct setup *s, const char *text, char out[SETUP_SAY])
{
	struct wire_invite v;

	require(text != NULL);
	if (state_confirmed(s)) /* it is not needed any more */
		return NULL;
	(void)snprintf(s->invite, sizeof s->invite, "%s", text);
	if (strncmp(text, "kring1", 6) != 0 || s->scripted) {
		const char *flaw = read_secret_file(s, text, s->invite, out);

		if (flaw != NULL)
			return s->scripted ? flaw : setup_of(s, "flaw-token");
	}
	if (wire_token_get(s->invite, &v) != ERR_OK)
		return setup_of(s, "flaw-token");
	return v.expiry_s < clock_wall_ms() / 1000 ? setup_of(s, "flaw-expired") : NULL;
}

/* ---- the table ---- */

/* clang-format off */
const struct question questions[ASK_COUNT] = {
	[ASK_HOW] = {.key = "How", .name = "how", .kind = QUESTION_WORD, .words = "create|join|restore", .asked = always, .usual = usual_how},
	[ASK_FEDERATION] = {.key = "Federation", .name = "federation", .asked = creates, .flaw = flaw_name},
	[ASK_ROOTS] = {.key = "Roots", .name = "roots", .asked = creates, .usual = usual_roots, .flaw = flaw_roots},
	[ASK_ROOT_KEYS] = {.key = "RootKeys", .name = "root-keys", .asked = creates, .usual = usual_root_keys, .flaw = flaw_beside},
	[ASK_INVITE] = {.key = "Invite", .name = "invite", .kind = QUESTION_TOKEN, .asked = joins, .flaw = flaw_invite},
	[ASK_BACKUP] = {.key = "Backup", .name = "backup", .of_new_node = true, .asked = restores, .flaw = flaw_file},
	[ASK_RECOVERY] = {.key = "RecoverySheet", .name = "recovery", .of_new_node = true, .asked = restores, .flaw = flaw_recovery},
	[ASK_ORG] = {.key = "Organisation", .name = "org", .of_new_node = true, .asked = makes, .flaw = flaw_name},
	[ASK_COUNTRY] = {.key = "Country", .name = "country", .of_new_node = true, .asked = makes, .usual = usual_country, .flaw = flaw_country},
	[ASK_PHONE] = {.key = "Phone", .name = "phone", .may_be_empty = true, .of_new_node = true, .asked = makes, .flaw = flaw_phone},
	[ASK_LISTEN] = {.key = "Listen", .name = "listen", .of_new_node = true, .asked = makes, .usual = usual_listen, .flaw = flaw_listen},
	[ASK_REACHABLE] = {.key = "Reachable", .name = "reachable", .of_new_node = true, .asked = listens, .usual = usual_reachable, .flaw = flaw_reachable},
	[ASK_KEY] = {.key = "Key", .name = "key", .kind = QUESTION_WORD, .words = "credential|passphrase|file", .asked = always, .usual = usual_key},
	[ASK_KEY_FILE] = {.key = "KeyFile", .name = "key-file", .asked = has_key_file, .flaw = flaw_key_file},
	[ASK_PASSPHRASE] = {.key = "Passphrase", .name = "passphrase", .kind = QUESTION_SECRET, .asked = has_passphrase, .flaw = flaw_passphrase},
	[ASK_SHEET] = {.key = "Sheet", .name = "sheet", .asked = always, .usual = usual_sheet, .flaw = flaw_sheet},
	[ASK_SERVICE] = {.key = "Service", .name = "service", .kind = QUESTION_WORD, .words = "yes|no", .asked = always, .usual = usual_service},
	[ASK_ADMIN] = {.key = "Administrator", .name = "admin", .may_be_empty = true, .asked = always, .flaw = flaw_person},
	[ASK_ADMIN_USER] = {.key = "AdministratorUser", .name = "admin-user", .asked = has_admin, .usual = usual_admin_user, .flaw = flaw_user},
	[ASK_WORKER] = {.key = "Caseworker", .name = "worker", .may_be_empty = true, .asked = has_admin, .flaw = flaw_person},
	[ASK_WORKER_USER] = {.key = "CaseworkerUser", .name = "worker-user", .asked = has_worker, .flaw = flaw_user},
};
/* clang-format on */

/* Nothing, where only a person can know it. */
void question_usual(const struct setup *s, enum ask_no no, char out[SETUP_ANSWER])
{
	require(no < ASK_COUNT);
	out[0] = '\0';
	if (questions[no].usual != NULL)
		questions[no].usual(s, out);
}

bool question_word(enum ask_no no, size_t i, char out[32])
{
	const char *at = questions[no].words;
	size_t n;

	require(at != NULL);
	for (; i > 0 && *at != '\0'; i--) {
		at += strcspn(at, "|");
		at += strspn(at, "|");
	}
	for (n = 0; n < 31 && at[n] != '\0' && at[n] != '|'; n++)
		out[n] = at[n];
	out[n] = '\0';
	return *at != '\0';
}

/* A credential is handed over by systemd alone, to the node of the unit. */
const char *question_off(const struct setup *s, enum ask_no no, const char *word)
{
	require(no < ASK_COUNT && word != NULL);
	if (no != ASK_KEY || strcmp(word, "credential") != 0)
		return NULL;
	if (strcmp(s->c->dir, SETUP_UNIT_DIR) != 0)
		return setup_of(s, "off-own-dir");
	if (geteuid() != 0)
		return setup_of(s, "off-root");
	return access("/usr/bin/systemd-creds", X_OK) == 0 ? NULL : setup_of(s, "off-creds");
}

/* One of the words, and one that can be chosen here. */
static const char *flaw_word(struct setup *s, enum ask_no no, const char *text, char out[SETUP_SAY])
{
	char word[32];

	require(questions[no].kind == QUESTION_WORD);
	for (size_t i = 0; question_word(no, i, word); i++)
		if (strcmp(word, text) == 0)
			return question_off(s, no, word);
	return fill(s, "flaw-word", FILL({"words", questions[no].words, 0}), out);
}

const char *question_flaw(struct setup *s, enum ask_no no, const char *text, char out[SETUP_SAY])
{
	const struct question *q = &questions[no];

	require(s != NULL && text != NULL);
	if (text[0] == '\0')
		return q->may_be_empty ? NULL : setup_of(s, "flaw-needed");
	if (q->kind == QUESTION_WORD)
		return flaw_word(s, no, text, out);
	return q->flaw == NULL ? NULL : q->flaw(s, text, out);
}
