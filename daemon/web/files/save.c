/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file goes from core to the browser some chunks at a time: the next ones are asked for when the browser took those before, so that
 * nothing is heaped up here.  Core is asked each time, and who is signed out, or may not any more, gets no further; the browser then
 * knows the file as broken off, because it was told how long it is.
 *
 *	a place is	free		nobody saves
 *			taken		stream is there
 *			asked		core is asked: it stays taken until the answer, even when the stream is gone
 *
 * Whatever a file is called or says it is, a browser gets it as bytes to be saved, never as a page, and under a name that names nobody.
 */
#include "web/files/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits/files.h"
#include "web/cases/parts.h"
#include "web/page.h"

enum {
	PIECE = 12 * LIMIT_CHUNK, /* as much as core says at a time */
	ARENA = 4 * 1024 * 1024,
	ID = 32, /* of a case, and of a file, as text */
	OK = 200,
	BUSY = 429,
	NOT_FOUND = 404,
	HEADER = 96,
	BACK = 64,
	SHOWN = 8 /* of either */
};

/* What is needed to ask for the next piece; nothing of the pieces before is kept. */
struct save {
	struct saves *all;
	struct http_stream *stream; /* NULL: nobody reads */
	uint8_t token[COOKIE_TOKEN];
	char case_id[ID + 1], file[ID + 1];
	uint64_t seq;  /* of the log of core: that it was taken out */
	uint32_t next; /* chunk */
	bool asked, more;
};

struct saves {
	struct webline *line;
	struct save at[LIMIT_SAVES];
};

/* Free once nobody looks at it any more: neither the browser, nor an answer that is still to come. */
static void let_go(struct save *s)
{
	if (s->stream == NULL && !s->asked)
		explicit_bzero(s, sizeof *s);
}

/* The browser has all of it, or went away. */
static void on_gone(void *ctx)
{
	struct save *s = ctx;

	s->stream = NULL;
	let_go(s);
}

/* False: no room, which would be a fault of ours. */
static bool put_all(struct save *s, const struct msg *reply)
{
	const size_t n = msg_count(reply, REPLY_CONTENTS);

	for (size_t i = 0; i < n; i++) {
		const struct span chunk = msg_bytes_at(reply, REPLY_CONTENTS, i);

		if (chunk.len != 0 && !http_stream_put(s->stream, chunk))
			return false;
	}
	s->next += (uint32_t)n;
	s->more = n != 0 && msg_u64(reply, REPLY_MORE) != 0;
	return true;
}

/* ---- the pieces behind the first ---- */

/* Core may be gone, or say no: then the file ends here.  False: it does. */
static bool take(struct save *s, enum err rc, struct span bytes)
{
	struct err_text why;
	struct msg *reply;
	struct arena a;
	bool taken;

	if (rc != ERR_OK || arena_create(&a, ARENA) != ERR_OK)
		return false;
	taken = msg_parse(&a, MSG_REPLY, bytes, &reply, &why) == ERR_OK &&
		msg_text(reply, REPLY_ERROR)[0] == '\0' && put_all(s, reply);
	arena_free(&a);
	return taken;
}

/* While core was asked the browser may have gone away: the answer is then for nobody. */
static void on_piece(void *ctx, enum err rc, struct span bytes)
{
	struct save *s = ctx;

	require(s->asked);
	s->asked = false;
	if (s->stream != NULL && !take(s, rc, bytes))
		http_stream_fail(s->stream);
	let_go(s);
}

/* The same question for each piece; behind the first it brings along the entry of the log that core made then. */
static void fill(struct arena *a, struct msg *m, const struct save *s)
{
	struct msg *sub = msg_sub(a, m, REQUEST_FILE_READ);

	msg_set_text(a, sub, FILE_READ_CASE_ID, s->case_id);
	msg_set_text(a, sub, FILE_READ_FILE, s->file);
	if (s->next == 0)
		return;
	msg_set_u64(sub, FILE_READ_FROM, s->next);
	msg_set_u64(sub, FILE_READ_SEQ, s->seq);
}

/* The browser took all that there was. */
static bool on_want(void *ctx)
{
	struct span packed = span_of(NULL, 0);
	struct save *s = ctx;
	struct msg *m;
	struct arena a;
	enum err rc;

	require(!s->asked && s->stream != NULL);
	if (!s->more || arena_create(&a, ARENA) != ERR_OK)
		return false;
	m = msg_new(&a, MSG_REQUEST);
	msg_set_u64(m, REQUEST_VERSION, 1);
	msg_set_bytes(&a, m, REQUEST_SESSION, span_of(s->token, sizeof s->token));
	fill(&a, m, s);
	rc = msg_pack(&a, m, &packed);
	if (rc == ERR_OK)
		rc = webline_ask(s->all->line, packed, on_piece, s);
	s->asked = rc == ERR_OK;
	arena_free(&a);
	return s->asked;
}

/* ---- the first ---- */

/* NULL: as many are being saved as may be, by this session or by all. */
static struct save *place_for(struct saves *all, const uint8_t token[COOKIE_TOKEN])
{
	struct save *found = NULL;
	size_t own = 0;

	for (size_t i = 0; i < LIMIT_SAVES; i++) {
		struct save *s = &all->at[i];

		if (s->stream == NULL && !s->asked)
			found = s;
		else
			own += bytes_equal_ct(s->token, token, COOKIE_TOKEN);
	}
	return own >= LIMIT_SAVES_OWN ? NULL : found;
}

/* The end of its name, so that a program opens it; of kinds that do nothing by themselves. */
static const char *end_of(const char *mime)
{
	static const char *const ends[][2] = {
		{"application/pdf", "pdf"},
		{"image/jpeg", "jpg"},
		{"image/png", "png"},
		{"text/plain", "txt"},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
		{"application/vnd.oasis.opendocument.text", "odt"}};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(ends[i][0], mime) == 0)
			return ends[i][1];
	return "bin";
}

/* Out of ids alone: the end of the case's, by which people know it, and the beginning of the file's. */
static void header_of(const struct save *s, const struct msg *row, char out[HEADER])
{
	(void)snprintf(out, HEADER, "attachment; filename=\"kring-%.8s-%.8s.%s\"",
		       s->case_id + ID - SHOWN, s->file, end_of(msg_text(row, FILE_ROW_MIME)));
}

/* Who has to show the passkey first comes back to the page where the file stands: behind an address that saves there is no page. */
static bool refused(struct visit *v, struct msg *reply)
{
	char back[BACK];

	if (msg_text(reply, REPLY_ERROR)[0] == '\0')
		return false;
	if (strcmp(msg_text(reply, REPLY_CODE), "step-up-needed") == 0) {
		(void)snprintf(back, sizeof back, "/step-up?to=%%2Fc%%2F%.32s",
			       route_word(v->route, &v->path, "ID"));
		visit_go(v, back);
		return true;
	}
	return page_refused(v, reply);
}

/* Core has written down that it is taken out by now; one that finds no place is asked for again, and written down again. */
static void told_first(struct visit *v, struct msg *reply)
{
	struct save *s, *first = v->own;
	char header[HEADER];
	const struct msg *row;

	if (refused(v, reply))
		return;
	s = place_for(v->site->saves, v->token);
	if (s == NULL || msg_count(reply, REPLY_FILES) != 1) {
		visit_notice(v, BUSY, "crowded");
		return;
	}
	row = msg_at(reply, REPLY_FILES, 0);
	*s = *first;
	s->all = v->site->saves;
	memcpy(s->token, v->token, sizeof s->token);
	(void)snprintf(s->file, sizeof s->file, "%.32s", msg_text(row, FILE_ROW_ID));
	s->seq = msg_u64(reply, REPLY_CURRENT);
	header_of(s, row, header);
	s->stream = visit_stream(v,
				 &(struct http_reply){.status = OK,
						      .type = "application/octet-stream",
						      .save_as = header,
						      .size = msg_u64(row, FILE_ROW_SIZE)},
				 &(struct http_flow){on_gone, on_want, s, PIECE});
	if (s->stream == NULL)
		let_go(s);
	else if (!put_all(s, reply))
		http_stream_fail(s->stream);
	visit_left(v);
}

/* The address holds two ids, and nothing of what the file is called. */
void files_save_open(struct visit *v)
{
	const char *file = route_word(v->route, &v->path, "FILE");
	const char *id = parts_id(v);
	struct save *s;
	struct msg *m;

	if (id == NULL)
		return;
	s = arena_alloc(&v->a, sizeof *s);
	/* core would take a name or a number, too: neither is an address of ours */
	if (s == NULL || strlen(file) != ID || strspn(file, "0123456789abcdef") != ID) {
		visit_notice(v, NOT_FOUND, "missing");
		return;
	}
	*s = (struct save){.next = 0};
	memcpy(s->case_id, id, sizeof s->case_id);
	memcpy(s->file, file, sizeof s->file);
	v->own = s;
	m = visit_request(v);
	fill(&v->a, m, s);
	visit_ask(v, m, told_first);
}

/* A piece that was asked for between the proof and its answer is asked for by the token of before: that save breaks off. */
void saves_renew(struct saves *all, const uint8_t *was, const uint8_t *is)
{
	require(was != NULL && is != NULL);
	for (size_t i = 0; i < LIMIT_SAVES; i++) {
		struct save *s = &all->at[i];

		if ((s->stream != NULL || s->asked) && bytes_equal_ct(s->token, was, COOKIE_TOKEN))
			memcpy(s->token, is, COOKIE_TOKEN);
	}
}

enum err saves_create(struct webline *line, struct saves **out)
{
	struct saves *s = calloc(1, sizeof *s);

	if (s == NULL)
		return ERR_NOMEM;
	s->line = line;
	*out = s;
	return ERR_OK;
}
