/* SPDX-License-Identifier: EUPL-1.2 */
/* An answer must be given to what was seen.  Whoever looks at a referral and accepts it a minute later must not accept
 * what a colleague changed in between; so the length of its log that this user was shown last goes along with the
 * answer, and the node refuses the answer when the log has grown. The file has a line for each case or referral, the
 * oldest first: id, reference or "-", length.  It is written beside its place and renamed, so it is never half; when
 * two commands end at once the later one wins, and the other's rows are shown again another time.  Without the file
 * everything works, only without this protection. */
#include "client/cli/seen.h"

#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "client/cli/value.h"

enum { ROWS_MAX = 2000, PATH_LEN = 4096, LINE_LEN = 128, SHORT_AT = 12 };

static_assert(LINE_LEN > 32 + 32 + 20 + 3, "a line holds an id, a reference and a number");

struct seen {
	char id[33], ref[32]; /* ref: of a referral, else "-" */
	uint64_t version;
};

struct book {
	struct seen *rows; /* the newest last */
	size_t count;
	bool changed;
};

/* One file for each node: the name is a hash (FNV-1a) of the real path of its socket. */
static bool path_of(const struct cli *c, char out[PATH_LEN], bool make)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char socket[PATH_LEN], dir[PATH_LEN - 32];
	uint64_t h = 0xcbf29ce484222325u;
	int n;

	if (realpath(c->socket, socket) == NULL)
		return false;
	for (const char *p = socket; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3u;
	if (state != NULL && state[0] == '/')
		n = snprintf(dir, sizeof dir, "%s/kring", state);
	else if (home != NULL && home[0] == '/')
		n = snprintf(dir, sizeof dir, "%s/.local/state/kring", home);
	else
		return false;
	if (n < 0 || n >= (int)sizeof dir)
		return false;
	for (char *p = dir + 1; make && p != NULL;) { /* like mkdir -p */
		p = strchr(p, '/');
		if (p != NULL)
			*p = '\0';
		(void)mkdir(dir, 0700);
		if (p != NULL)
			*p++ = '/';
	}
	return snprintf(out, PATH_LEN, "%s/%016" PRIx64, dir, h) > 0;
}

/* 32 hexadecimal digits, as the node prints an id. */
static bool is_id(const char *s)
{
	size_t n = 0;

	while (isxdigit((unsigned char)s[n]) != 0)
		n++;
	return n == 32 && s[n] == '\0';
}

/* Lines that cannot be read are left out: the file may come from another version. */
static void load(struct cli *c, struct book *b)
{
	char path[PATH_LEN], line[LINE_LEN];
	FILE *f;

	*b = (struct book){.rows = calloc(ROWS_MAX, sizeof *b->rows)};
	if (b->rows == NULL || !path_of(c, path, false))
		return;
	f = infile_stream(path);
	while (f != NULL && b->count < ROWS_MAX && fgets(line, sizeof line, f) != NULL) {
		struct seen *s = &b->rows[b->count];
		char *save = NULL;
		const char *id = strtok_r(line, " \n", &save), *ref = strtok_r(NULL, " \n", &save),
			   *no = strtok_r(NULL, " \n", &save);

		if (no == NULL || !is_id(id) || strlen(ref) >= sizeof s->ref ||
		    !value_whole(no, &s->version))
			continue;
		memcpy(s->id, id, sizeof s->id);
		memcpy(s->ref, ref, strlen(ref) + 1);
		b->count++;
	}
	if (f != NULL)
		(void)fclose(f);
}

/* The newest knowledge of an id goes to the end; what is there already keeps its place. */
static void put(struct book *b, const char *id, const char *ref, uint64_t version)
{
	struct seen one = {.ref = "-", .version = version};
	size_t i = 0;

	require(b->count <= ROWS_MAX);
	if (b->rows == NULL || !is_id(id))
		return;
	memcpy(one.id, id, sizeof one.id);
	if (ref[0] != '\0' && strlen(ref) < sizeof one.ref)
		memcpy(one.ref, ref, strlen(ref) + 1);
	while (i < b->count && strcmp(b->rows[i].id, id) != 0)
		i++;
	if (i < b->count && b->rows[i].version == version)
		return;
	if (i < b->count && strlen(one.ref) < strlen(b->rows[i].ref)) /* typed in part, or not */
		memcpy(one.ref, b->rows[i].ref, sizeof one.ref);
	if (i == b->count && b->count == ROWS_MAX)
		i = 0; /* the oldest makes room */
	if (i < b->count)
		memmove(&b->rows[i], &b->rows[i + 1], (--b->count - i) * sizeof one);
	b->rows[b->count++] = one;
	b->changed = true;
}

/* Best effort: nobody is told when it fails, because the command itself succeeded. */
static void save(struct cli *c, const struct book *b)
{
	char path[PATH_LEN], part[PATH_LEN + 32];
	FILE *f;
	int fd;
	bool whole = true;

	if (!b->changed || !path_of(c, path, true))
		return;
	(void)snprintf(part, sizeof part, "%s.%ld", path, (long)getpid());
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	for (size_t i = 0; i < b->count; i++)
		whole = whole && fprintf(f, "%s %s %" PRIu64 "\n", b->rows[i].id, b->rows[i].ref,
					 b->rows[i].version) > 0;
	whole = fclose(f) == 0 && whole;
	if (!whole || rename(part, path) != 0)
		(void)unlink(part);
}

/* Lists come with the newest first and are walked from their end, so that the newest row is remembered last. */
void seen_remember(struct cli *c, const struct msg *reply)
{
	struct book b;

	require(c != NULL && reply != NULL);
	if (msg_count(reply, REPLY_REFERRALS) + msg_count(reply, REPLY_WORK) == 0 &&
	    !msg_has(reply, REPLY_CURRENT))
		return;
	load(c, &b);
	for (size_t i = msg_count(reply, REPLY_REFERRALS); i-- > 0;) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);

		put(&b, msg_text(r, REFERRAL_ROW_ID), msg_text(r, REFERRAL_ROW_REF),
		    msg_u64(r, REFERRAL_ROW_LOG_LEN));
	}
	for (size_t i = msg_count(reply, REPLY_WORK); i-- > 0;) {
		const struct msg *r = msg_at(reply, REPLY_WORK, i);

		if (msg_has(r, WORK_ROW_ID))
			put(&b, msg_text(r, WORK_ROW_ID), msg_text(r, WORK_ROW_REF),
			    msg_u64(r, WORK_ROW_LOG_LEN));
	}
	if (msg_has(reply, REPLY_CURRENT))
		put(&b, msg_text(reply, REPLY_ID),
		    msg_has(reply, REPLY_ERROR) && c->word_count > 0 ? c->words[0] : "",
		    msg_u64(reply, REPLY_CURRENT));
	save(c, &b);
	free(b.rows);
}

/* The same ways of naming one as the node takes: whole id, beginning of the reference, beginning of the short id.  One that was
 * shown before another with the same reference came is now called by more than stands here. */
static bool fits(const struct seen *s, const char *typed)
{
	const size_t n = strlen(typed), had = strlen(s->ref);

	return strcasecmp(s->id, typed) == 0 ||
	       (n >= 4 && (strncasecmp(s->ref, typed, n) == 0 ||
			   (had > 1 && n > had && typed[had] == '-' &&
			    strncasecmp(s->ref, typed, had) == 0) ||
			   strncasecmp(s->id + SHORT_AT, typed, n) == 0));
}

/* Two that fit are as good as none: a wrong length would refuse a right answer. */
bool seen_recall(struct cli *c, const char *typed, uint64_t *version)
{
	struct book b;
	size_t hits = 0, whole = 0;

	require(c != NULL && typed != NULL && version != NULL);
	load(c, &b);
	/* all are looked at: whether it is clear which one is meant shows only at the end */
	for (size_t i = 0; i < b.count; i++)
		if (strcasecmp(b.rows[i].ref, typed) ==
		    0) { /* before one whose longer form begins so */
			*version = b.rows[i].version;
			whole++;
		} else if (whole == 0 && fits(&b.rows[i], typed)) {
			*version = b.rows[i].version;
			hits++;
		}
	free(b.rows);
	return whole == 1 || (whole == 0 && hits == 1);
}
