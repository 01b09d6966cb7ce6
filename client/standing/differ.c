/* SPDX-License-Identifier: EUPL-1.2 */
/* Everything is looked at before anything is said to be wrong, so that nobody types it ten times to find ten of them.  What comes true
 * once and leaves no trace is not compared: where the sheet went, which backup was restored, what a passphrase was. */
#include "client/standing/differ.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/endpoint.h"
#include "client/standing/question.h"
#include "client/standing/state.h"
#include "client/words/words.h"

struct differ {
	struct setup *s;
	unsigned count;
	const char *name, *role; /* {name} and {role} of a row that has them */
};

/* One difference and what changes it: a row whose values are those of all rows. */
static void tell(struct differ *d, enum ask_no no, const char *stands, const char *row)
{
	const struct setup *s = d->s;
	const char *said = s->answer[no];
	const struct fill *values = FILL(
		{"key", questions[no].key, 0},
		{"stands", stands[0] == '\0' ? setup_of(s, "nothing") : stands, 0},
		{"said", said[0] == '\0' ? setup_of(s, "nothing") : said, 0},
		{"value", strcmp(said, "none") == 0 ? "" : said, 0}, {"dir", s->c->dir, 0},
		{"path", s->settings, 0}, {"name", d->name, 0}, {"role", d->role, 0});
	char text[2 * SETUP_SAY + SETUP_PATH];

	require(questions[no].key != NULL && list_has(LIST_SETUP, row));
	d->count++;
	cli_error_line(s->c, "! ",
		       fill_text(text, sizeof text, setup_of(s, "differs"), values,
				 words_plural(s->c->lang)),
		       "");
	cli_error_line(
		s->c, "  ",
		fill_text(text, sizeof text, setup_of(s, row), values, words_plural(s->c->lang)),
		"");
}

/* What only Enter or a missing line means is nobody's wish to change something. */
static bool answered(const struct setup *s, enum ask_no no)
{
	require(no < ASK_COUNT);
	return s->given[no] && questions[no].asked(s) &&
	       (s->answer[no][0] != '\0' || (s->scripted && questions[no].may_be_empty));
}

static bool is_other(const struct setup *s, enum ask_no no, const char *stands)
{
	return answered(s, no) && strcmp(s->answer[no], stands) != 0;
}

/* A node that joined has its federation from the others: it begins none. */
static void look_how(struct differ *d)
{
	if (state_node(d->s) && state_file(d->s->c->dir, "joining") &&
	    setup_is(d->s, ASK_HOW, "create"))
		tell(d, ASK_HOW, "join", "differs-fixed");
}

/* Its own copy tells also when the keys lie elsewhere by now, as they should. */
static void look_federation(struct differ *d)
{
	const struct setup *s = d->s;
	const bool own = state_node(s);
	struct wire_genesis g;
	char roots[32];
	char *end;

	if (!setup_is(s, ASK_HOW, "create") || state_file(s->c->dir, "joining") ||
	    (!(own && state_federation(s->c->dir, &g)) &&
	     !state_federation(s->answer[ASK_ROOT_KEYS], &g)))
		return;
	require(g.m <= g.n);
	if (is_other(s, ASK_FEDERATION, g.name))
		tell(d, ASK_FEDERATION, g.name, "differs-fixed");
	if (!answered(s, ASK_ROOTS))
		return;
	(void)snprintf(roots, sizeof roots, "%u/%u", g.m, g.n);
	if (strtoul(s->answer[ASK_ROOTS], &end, 10) != g.m || strtoul(end + 1, NULL, 10) != g.n)
		tell(d, ASK_ROOTS, roots, "differs-roots");
}

/* An invite of another federation: it was let in by this one. */
static void look_invite(struct differ *d)
{
	struct setup *s = d->s;
	char token[SETUP_ANSWER];
	struct wire_genesis g = {.name = ""};
	struct wire_invite v;
	struct wire_node own;

	require(s != NULL);
	if (!answered(s, ASK_INVITE) || !s->scripted || !state_record(s, &own) ||
	    state_read(s->answer[ASK_INVITE], token, sizeof token) < 0)
		return;
	token[strcspn(token, "\r\n")] = '\0';
	(void)state_federation(s->c->dir, &g);
	if (wire_token_get(token, &v) == ERR_OK &&
	    memcmp(&v.fed_id, &own.fed_id, sizeof v.fed_id) != 0)
		tell(d, ASK_INVITE, g.name, "differs-fixed");
	explicit_bzero(token, sizeof token);
}

/* What the roots were asked to sign, and signed or will sign. */
static void look_request(struct differ *d)
{
	struct wire_add add;
	char bytes[2048];

	require(d->s != NULL);
	if (!state_request(d->s, bytes, &add))
		return;
	if (is_other(d->s, ASK_COUNTRY, add.country))
		tell(d, ASK_COUNTRY, add.country, "differs-signed");
	if (is_other(d->s, ASK_PHONE, add.phone))
		tell(d, ASK_PHONE, add.phone, "differs-signed");
}

/* Two ways to write one address are one. */
static bool same_address(const char *a, const char *b, enum endpoint_use use)
{
	struct endpoint x = {.port = 0}, y = {.port = 0};

	require(a != NULL && b != NULL);
	if (a[0] == '\0' || b[0] == '\0' || endpoint_flaw(a, use, &x) != NULL ||
	    endpoint_flaw(b, use, &y) != NULL)
		return strcmp(a, b) == 0;
	return x.v6 == y.v6 && x.port == y.port && memcmp(x.addr, y.addr, x.v6 ? 16 : 4) == 0;
}

/* The word for nowhere stands as nothing. */
static void look_address(struct differ *d, enum ask_no no, const char *stands,
			 enum endpoint_use use, const char *row)
{
	const char *said = setup_is(d->s, no, "none") ? "" : d->s->answer[no];

	require(stands != NULL);
	if (answered(d->s, no) && !same_address(said, stands, use))
		tell(d, no, stands, row);
}

/* Where it listens the settings say; what partners are told, its own record. */
static void look_addresses(struct differ *d)
{
	char listen[SETUP_ANSWER];
	struct wire_node own;

	require(d->s->settings[0] != '\0');
	state_setting(d->s, "Listen", listen);
	look_address(d, ASK_LISTEN, listen, ENDPOINT_LISTEN, "differs-listen");
	if (state_record(d->s, &own))
		look_address(d, ASK_REACHABLE, own.endpoint, ENDPOINT_PUBLISH, "differs-reachable");
}

/* The key file that the settings name: one of somebody's choice, and not the one that every node is made with. */
static bool chosen_file(struct setup *s, char path[SETUP_ANSWER])
{
	unsigned first;

	require(path != NULL);
	state_setting(s, "KeyFile", path);
	return path[0] != '\0' && strcmp(path, "unlock.key") != 0 &&
	       state_slots(s, SLOTS_KEY, &first) > (state_file(s->c->dir, "unlock.key") ? 1U : 0U);
}

/* A node on which no way was chosen yet takes any. */
static void look_key(struct differ *d)
{
	struct setup *s = d->s;
	char path[SETUP_ANSWER];
	unsigned first;
	const bool file = chosen_file(s, path), word = state_slots(s, SLOTS_PASSPHRASE, &first) > 0,
		   sealed = state_slots(s, SLOTS_CREDENTIAL, &first) > 0;
	const char *stands = file ? "file" : word ? "passphrase" : "credential";

	require(s->answer[ASK_KEY][0] != '\0');
	if (!file && !word && !sealed)
		return;
	if (setup_is(s, ASK_KEY, "file") && file) {
		if (strcmp(path, s->answer[ASK_KEY_FILE]) != 0)
			tell(d, ASK_KEY_FILE, path, "differs-key-file");
	} else if (setup_is(s, ASK_KEY, "file")) {
		d->name = s->answer[ASK_KEY_FILE];
		tell(d, ASK_KEY, stands, "differs-to-file");
	} else if (setup_is(s, ASK_KEY, "passphrase") && !word) {
		tell(d, ASK_KEY, stands, "differs-passphrase");
	} else if (setup_is(s, ASK_KEY, "credential") && !sealed) {
		tell(d, ASK_KEY, stands, "differs-credential");
	}
}

/* Who is new is named by the step for it. */
static void look_person(struct differ *d, enum ask_no who, enum ask_no user, const char *role)
{
	struct setup *s = d->s;
	char other[SETUP_ANSWER];

	require(role != NULL);
	if (s->answer[who][0] == '\0')
		return;
	d->role = role;
	switch (state_person(s, s->answer[who], s->answer[user], other)) {
	case PERSON_OTHER_USER:
		d->name = s->answer[who];
		if (answered(s, user))
			tell(d, user, other, "differs-user");
		break;
	case PERSON_OTHER_NAME:
		d->name = other;
		tell(d, who, other, "differs-name");
		break;
	case PERSON_NEW:
	case PERSON_NAMED:
		break;
	}
}

unsigned differ_people(struct setup *s)
{
	struct differ d = {.s = s, .name = "", .role = ""};

	require(s != NULL);
	look_person(&d, ASK_ADMIN, ASK_ADMIN_USER, "administrator");
	look_person(&d, ASK_WORKER, ASK_WORKER_USER, "caseworker");
	return d.count;
}

int differ_found(struct setup *s)
{
	struct differ d = {.s = s, .name = "", .role = ""};

	require(s->answer[ASK_HOW][0] != '\0');
	if (state_node(s) && !state_settings(s))
		return CLI_NOT_FOUND;
	look_how(&d);
	look_federation(&d);
	if (state_node(s)) {
		look_invite(&d);
		look_request(&d);
		look_addresses(&d);
		look_key(&d);
		d.count += differ_people(s);
	}
	return d.count == 0
		       ? CLI_DONE
		       : cli_refuse(s->c, CLI_REFUSED, "setup-differs", FILL({"n", NULL, d.count}));
}
