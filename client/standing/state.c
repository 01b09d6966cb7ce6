/* SPDX-License-Identifier: EUPL-1.2 */
/* Nothing is noted down about a setup: what there is is the note.  So it cannot say that something was done that somebody took away
 * since, and a step that was done by hand counts as well. */
#include "client/standing/state.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/limits.h"
#include "client/standing/child.h"
#include "proto/joinfile.h"

enum { ROSTER_MAX = 8 * 1024 * 1024 };

char *state_path(const char *dir, const char *name, char out[SETUP_PATH])
{
	require(dir != NULL && name != NULL && name[0] != '/');
	if (snprintf(out, SETUP_PATH, "%s/%s", dir, name) >= SETUP_PATH)
		out[0] = '\0';
	return out;
}

/* Only whether it is there: whoever may not read it learns that from the command that has to. */
bool state_file(const char *dir, const char *name)
{
	char path[SETUP_PATH];

	return access(state_path(dir, name, path), F_OK) == 0;
}

/* A file that is longer than expected is none of ours, and is taken for unreadable rather than read in part. */
long state_read(const char *path, char *out, size_t cap)
{
	FILE *f = infile_stream(path);
	size_t n;
	bool bad;
	int why;

	require(cap > 1);
	out[0] = '\0';
	if (f == NULL)
		return -1;
	n = fread(out, 1, cap, f);
	bad = ferror(f) != 0 || n == cap;
	why = ferror(f) != 0 ? errno : EFBIG;
	(void)fclose(f);
	errno = why;
	out[bad ? 0 : n] = '\0';
	return bad ? -1 : (long)n;
}

bool state_node(const struct setup *s)
{
	const char *dir = s->c->dir;

	require(dir != NULL);
	/* what is left of a node without its store is what a restore takes its erased cases from */
	if (state_file(dir, "main/data.mdb") || setup_is(s, ASK_HOW, "restore"))
		return state_file(dir, "main/data.mdb");
	/* the request of who joins is written last but for the roster, which an invite brings later */
	return state_file(dir, "join") &&
	       (state_file(dir, "roster") || !setup_is(s, ASK_HOW, "create"));
}

/* The files that a node has from its beginning, in no order: an end can come between any two of them. */
bool state_half(const struct setup *s)
{
	static const char *const names[] = {"identity", "keyroot", "slots", "unlock.key",
					    "record",	"join",	   "roster"};

	require(s != NULL);
	if (state_node(s))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (state_file(s->c->dir, names[i]))
			return true;
	return false;
}

/* The bytes of the request, and what they say. */
bool state_request(const struct setup *s, char bytes[2048], struct wire_add *add)
{
	char path[SETUP_PATH];
	const long n = state_read(state_path(s->c->dir, "join", path), bytes, 2048);

	require(n <= 2048);
	return n > 0 && wire_add_get(span_of(bytes, (size_t)n), add) == ERR_OK;
}

/* As the roots were asked to let it in. */
void state_org(const struct setup *s, char out[LIMIT_ORG_NAME + 1])
{
	struct wire_add add;
	char bytes[2048];

	out[0] = '\0';
	if (state_request(s, bytes, &add))
		(void)snprintf(out, LIMIT_ORG_NAME + 1, "%s", add.org);
}

/* A roster file is one entry after another, each behind its length.  fn says whether to go on.  Whether it holds is not asked here:
 * the commands that use it do. */
static void each_entry(const char *path, bool (*fn)(void *ctx, const struct wire_roster *e),
		       void *ctx)
{
	char *bytes = malloc(ROSTER_MAX);
	const long len = bytes == NULL ? -1 : state_read(path, bytes, ROSTER_MAX);
	struct rd r = rd_of(span_of(bytes, len < 0 ? 0 : (size_t)len));
	bool more = len > 0;

	require(fn != NULL);
	while (more && !r.bad) {
		struct wire_roster e = {.sig_count = 0};
		const uint32_t n = rd_u32(&r);
		const struct span one = span_of(rd_take(&r, n), n);

		more = !r.bad && wire_roster_get(one, &e) == ERR_OK && fn(ctx, &e);
	}
	free(bytes);
}

struct genesis_ctx {
	struct wire_genesis *g;
	bool found;
};

static bool genesis_of(void *ctx, const struct wire_roster *e)
{
	struct genesis_ctx *x = ctx;

	x->found = e->op == WIRE_ROSTER_GENESIS && wire_genesis_get(e->payload, x->g) == ERR_OK;
	return false; /* the first entry is the one */
}

/* Its name and how many roots sign, out of the entry with which it began. */
bool state_federation(const char *dir, struct wire_genesis *g)
{
	struct genesis_ctx x = {.g = g};
	char path[SETUP_PATH];

	require(dir != NULL && g != NULL);
	each_entry(state_path(dir, "roster", path), genesis_of, &x);
	return x.found;
}

struct member_ctx {
	struct span node;
	bool found;
};

static bool member_is(void *ctx, const struct wire_roster *e)
{
	struct member_ctx *x = ctx;
	struct wire_add add;

	if (e->op == WIRE_ROSTER_ADD && wire_add_get(e->payload, &add) == ERR_OK &&
	    add.node.len == x->node.len && memcmp(add.node.p, x->node.p, add.node.len) == 0)
		x->found = true;
	return !x->found;
}

/* The record within the request is what the roots signed: two nodes never have the same. */
bool state_member(const struct setup *s, const char *roster)
{
	struct member_ctx x = {.found = false};
	struct wire_add add;
	char bytes[2048];

	require(roster != NULL);
	if (!state_request(s, bytes, &add))
		return false;
	x.node = add.node;
	each_entry(roster, member_is, &x);
	return x.found;
}

/* Records are appended, so the last one is the newest. */
bool state_record(const struct setup *s, struct wire_node *own)
{
	char path[SETUP_PATH], bytes[8 * WIRE_NODE_CARRIED_MAX + 1];
	const long n = state_read(state_path(s->c->dir, "record", path), bytes, sizeof bytes);
	struct span rest = span_of(bytes, n < 0 ? 0 : (size_t)n);
	struct wire_node_carried one;
	bool good = n > 0;

	require(own != NULL);
	while (good && rest.len > 0) {
		good = wire_node_carried_next(&rest, &one) == ERR_OK;
		if (good)
			*own = one.rec;
	}
	return good;
}

/* The handshake leaves one byte for that. */
bool state_confirmed(const struct setup *s)
{
	char path[SETUP_PATH], b[JOINFILE_LEN + 1];

	return state_read(state_path(s->c->dir, "joining", path), b, sizeof b) == JOINFILE_LEN &&
	       b[JOINFILE_CONFIRMED] != 0;
}

/* Kinds alone are looked at, and only when length and count agree. */
unsigned state_slots(const struct setup *s, enum slots_kind kind, unsigned *first)
{
	char path[SETUP_PATH], b[SLOTS_MAGIC_LEN + 2 + SLOTS_MAX * SLOTS_SLOT_LEN];
	const long n = state_read(state_path(s->c->dir, "slots", path), b, sizeof b);
	unsigned count = 0;

	require(first != NULL);
	*first = 0;
	if (n <= SLOTS_MAGIC_LEN || memcmp(b, SLOTS_MAGIC, SLOTS_MAGIC_LEN) != 0 ||
	    n != SLOTS_MAGIC_LEN + 1 + (long)(unsigned char)b[SLOTS_MAGIC_LEN] * SLOTS_SLOT_LEN)
		return 0;
	for (unsigned i = 0; i < (unsigned char)b[SLOTS_MAGIC_LEN]; i++)
		if (b[SLOTS_MAGIC_LEN + 1 + i * SLOTS_SLOT_LEN] == (char)kind) {
			*first = count == 0 ? i + 1 : *first;
			count++;
		}
	return count;
}

/* Up to the end of the line. */
static void copy_line(char out[SETUP_ANSWER], const char *from)
{
	size_t n = strcspn(from, "\r\n");

	require(from != NULL);
	n = n < SETUP_ANSWER ? n : SETUP_ANSWER - 1;
	memcpy(out, from, n);
	out[n] = '\0';
}

/* "NAME = value" without its blanks. */
static bool sets(const char *line, const char *name, char out[SETUP_ANSWER])
{
	const size_t n = strlen(name);
	size_t end;

	require(n > 0);
	if (strncmp(line, name, n) != 0)
		return false;
	line += n;
	line += strspn(line, " \t");
	if (*line != '=')
		return false;
	copy_line(out, line + 1 + strspn(line + 1, " \t"));
	for (end = strlen(out); end > 0 && strchr(" \t", out[end - 1]) != NULL; end--)
		out[end - 1] = '\0';
	return true;
}

/* The last one counts: kring config check refuses two of them, and is asked before anything is put in place.  [Web] has a Listen= of
 * its own. */
void state_setting(struct setup *s, const char *name, char out[SETUP_ANSWER])
{
	static const char section[] = "[Node]";
	char text[65536];
	bool ours = false;

	require(name != NULL);
	out[0] = '\0';
	if (state_read(s->settings, text, sizeof text) < 0)
		return;
	for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		at += strspn(at, " \t");
		if (*at == '[')
			ours = strncmp(at, section, sizeof section - 1) == 0;
		else if (ours)
			(void)sets(at, name, out);
	}
}

/* What a quiet command answered, as JSON; NULL: that was no JSON.  The caller lets it go. */
static json_t *answer_of(const struct setup *s)
{
	return json_loadb(s->out, s->out_len, 0, NULL);
}

/* kring config check knows where they stand, whatever is in them. */
bool state_settings(struct setup *s)
{
	const struct child check = {.word = {"config", "check"}, .count = 2};
	json_t *doc;
	const char *path;

	if (s->settings[0] != '\0')
		return true;
	(void)child_json(s, &check);
	doc = answer_of(s);
	path = json_string_value(json_object_get(doc, "file"));
	if (path != NULL)
		(void)snprintf(s->settings, sizeof s->settings, "%s", path);
	json_decref(doc);
	if (s->settings[0] == '\0')
		(void)child_kring(s, &check, CHILD_SHOWN, NULL);
	return s->settings[0] != '\0';
}

/* One that is locked answers too, and says so. */
enum state_of_node state_running(struct setup *s, unsigned *members, unsigned *connected)
{
	const struct child ask = {.word = {"status"}, .count = 1};
	const int code = child_json(s, &ask);
	enum state_of_node state = NODE_SILENT;
	json_t *doc = answer_of(s);
	const json_t *status = json_object_get(doc, "status");

	require(s->out != NULL);
	if (code == CLI_DONE && status != NULL)
		state = json_is_true(json_object_get(status, "locked")) ? NODE_LOCKED : NODE_RUNS;
	if (members != NULL)
		*members = (unsigned)json_integer_value(json_object_get(status, "members"));
	if (connected != NULL)
		*connected = (unsigned)json_integer_value(json_object_get(status, "connected"));
	json_decref(doc);
	return state;
}

/* Who was named stays in the list after leaving, and is not named a second time by a machine. */
bool state_named(struct setup *s, const char *name)
{
	char other[SETUP_ANSWER];
	const enum state_person p = state_person(s, name, "", other);

	require(name[0] != '\0');
	return p == PERSON_NAMED || p == PERSON_OTHER_USER;
}

/* The number counts, as it does for the node: 2^32 - 1 is nobody's. */
static json_int_t number_of(const char *user)
{
	const struct passwd *who = user[0] == '\0' ? NULL : getpwnam(user);

	require(user != NULL);
	if (who != NULL)
		return who->pw_uid;
	return user[0] == '\0' ? UINT32_MAX : (json_int_t)strtoul(user, NULL, 10);
}

/* What the row has of that, as text. */
static const char *text_of(const json_t *row, const char *field)
{
	const char *text = json_string_value(json_object_get(row, field));

	require(field != NULL);
	return text == NULL ? "" : text;
}

/* Whoever left keeps the name, and no user any more. */
enum state_person state_person(struct setup *s, const char *name, const char *user,
			       char other[SETUP_ANSWER])
{
	const struct child ask = {.word = {"staff", "list"}, .count = 2};
	enum state_person found = PERSON_NEW;
	const json_int_t uid = number_of(user);
	const json_t *row;
	json_t *doc;
	size_t i;

	other[0] = '\0';
	(void)child_json(s, &ask);
	doc = answer_of(s);
	json_array_foreach(json_object_get(doc, "staff"), i, row)
	{
		const json_t *number = json_object_get(row, "uid");
		const bool left = json_integer_value(json_object_get(row, "ended_ms")) != 0;
		const bool same = number != NULL && json_integer_value(number) == uid;

		if (strcmp(text_of(row, "name"), name) == 0) {
			if (left && (found == PERSON_NAMED || found == PERSON_OTHER_USER))
				continue; /* came again, and that row counts */
			found = left || same ? PERSON_NAMED : PERSON_OTHER_USER;
			(void)snprintf(other, SETUP_ANSWER, "%s", text_of(row, "user"));
		} else if (found == PERSON_NEW && !left && same && uid != UINT32_MAX) {
			found = PERSON_OTHER_NAME;
			(void)snprintf(other, SETUP_ANSWER, "%s", text_of(row, "name"));
		}
	}
	json_decref(doc);
	return found;
}
