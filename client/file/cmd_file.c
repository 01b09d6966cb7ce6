/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of a case.  One goes in a chunk a request and comes out some chunks an answer; what is taken out lies where the person says,
 * readable for nobody else, and takes the place of no other file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits/files.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/disk/newfile.h"
#include "client/print/print.h"
#include "client/print/said.h"

enum { SHOW_EVERY = 64 };

/* By the end of a name: what most people have.  It says nothing about what is in it. */
static const struct {
	const char *end, *mime;
} kinds[] = {{".pdf", "application/pdf"},
	     {".jpg", "image/jpeg"},
	     {".jpeg", "image/jpeg"},
	     {".png", "image/png"},
	     {".txt", "text/plain"},
	     {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	     {".odt", "application/vnd.oasis.opendocument.text"}};

/* What nobody can tell by the name is bytes: a wrong kind would open another program at the partner. */
static const char *mime_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcasecmp(dot, kinds[i].end) == 0)
			return kinds[i].mime;
	return "application/octet-stream";
}

/* On a terminal alone: a script reads standard error for what went wrong. */
static void progress(uint64_t done, uint64_t all)
{
	if (isatty(STDERR_FILENO) && all > 0)
		(void)fprintf(stderr, "\r%llu %%", (unsigned long long)(done * 100 / all));
}

static void progress_over(void)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r      \r");
}

/* In words of the system: what is wrong with the file is the person's own to mend. */
static int unread(const struct cli *c, const char *path)
{
	return cli_refuse(c, CLI_REFUSED, "cannot-read",
			  FILL({"path", path, 0}, {"cause", words_errno(c->lang, errno), 0}));
}

/* So many bytes, or as many as there are. */
static ssize_t read_chunk(int fd, uint8_t *to, size_t len)
{
	size_t have = 0;

	while (have < len) {
		const ssize_t n = read(fd, to + have, len - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

/* The size was promised when it began: a file that grows or shrinks meanwhile is another one.  partner: who gets it, where the case is
 * no longer ours; as long as the arena. */
static int send_chunks(struct cli *c, int fd, uint64_t size, const char *id, const char **partner)
{
	static uint8_t chunk[LIMIT_CHUNK];
	const uint64_t chunks = size == 0 ? 1 : (size + LIMIT_CHUNK - 1) / LIMIT_CHUNK;
	char file[33];

	(void)snprintf(file, sizeof file, "%s", id);
	for (uint64_t no = 0; no < chunks; no++) {
		struct msg *sub, *req, *reply;
		const ssize_t n = read_chunk(fd, chunk, sizeof chunk);
		int code;

		if (n < 0)
			return unread(c, c->words[1]);
		arena_reset(&c->arena);
		req = cli_request(c, REQUEST_FILE_MORE, &sub);
		msg_clear(req, REQUEST_REQUEST_ID); /* a chunk twice is once by its number */
		msg_set_text(&c->arena, sub, FILE_MORE_CASE_ID, c->words[0]);
		msg_set_text(&c->arena, sub, FILE_MORE_FILE, file);
		msg_set_u64(sub, FILE_MORE_NO, no);
		msg_set_bytes(&c->arena, sub, FILE_MORE_BYTES, span_of(chunk, (size_t)n));
		code = cli_call(c, req, &reply);
		if (code != CLI_DONE)
			return code;
		if (msg_count(reply, REPLY_HANDOVERS) > 0)
			*partner = msg_text(msg_at(reply, REPLY_HANDOVERS, 0),
					    HANDOVER_ROW_PARTNER);
		if (no % SHOW_EVERY == 0)
			progress(no, chunks);
	}
	progress_over();
	return CLI_DONE;
}

/* The way to the file is nobody's business: the node gets the last part of its name.  The id is kept beside the arena, which every
 * chunk empties. */
static int add(struct cli *c, int fd, uint64_t size)
{
	const char *given = cli_option(c, "name"), *name = given == NULL ? c->words[1] : given;
	const char *slash = strrchr(name, '/'), *partner = NULL;
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_FILE_NEW, &sub);
	char id[33];
	int code;

	name = slash == NULL ? name : slash + 1;
	msg_set_text(&c->arena, sub, FILE_NEW_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, FILE_NEW_NAME, name);
	msg_set_text(&c->arena, sub, FILE_NEW_MIME, mime_of(name));
	msg_set_u64(sub, FILE_NEW_SIZE, size);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	(void)snprintf(id, sizeof id, "%s", msg_text(reply, REPLY_ID));
	code = send_chunks(c, fd, size, id, &partner);
	if (code != CLI_DONE)
		return code;
	if (c->json)
		(void)printf("{\"id\": \"%s\", \"bytes\": %llu}\n", id, (unsigned long long)size);
	else
		print_say_line(c, partner == NULL ? "file-added" : "file-passed",
			       FILL({"name", name, 0}, {"partner", partner, 0}));
	return CLI_DONE;
}

/* A name that is no file (a directory, a device, a pipe) has no size that could be promised. */
int cmd_case_attach(struct cli *c)
{
	struct stat st;
	int fd, code;

	if (c->word_count < 2)
		return cli_refuse(c, CLI_USAGE, "missing-argument",
				  FILL({"words", list_text(LIST_ARGUMENTS, c->lang, "FILE"), 0},
				       {"lists", "kring case list", 0}));
	fd = open(c->words[1], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0) {
		code = unread(c, c->words[1]);
		if (fd >= 0)
			(void)close(fd);
		return code;
	}
	if (S_ISREG(st.st_mode) && st.st_size >= 0) {
		code = add(c, fd, (uint64_t)st.st_size);
	} else {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		code = unread(c, c->words[1]);
	}
	(void)close(fd);
	return code;
}

/* ---- listed ---- */

/* With the numbers by which they are called; those that were added here first. */
int cmd_case_attachments(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_FILE_LIST, &sub);
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_files(c, reply);
	said_none(c, reply);
	page_end(c);
	return code;
}

/* ---- taken out ---- */

/* What lies on its way out. */
struct taking {
	struct newfile to;
	char file[128];
	uint64_t seq, bytes;
	uint32_t next, chunks;
	bool more;
};

/* Only this user reads it; a link that lies there leads nowhere, and nothing is overwritten. */
static int create(const struct cli *c, struct taking *k, const struct msg *row)
{
	const char *out = cli_option(c, "out"),
		   *name = out == NULL ? msg_text(row, FILE_ROW_NAME) : out;

	/* the node's word for it has no way in it, but here is where that counts */
	if (out == NULL && (strchr(name, '/') != NULL || name[0] == '.' || name[0] == '\0'))
		name = "file";
	return newfile_begin(c, &k->to, name);
}

/* Some chunks more.  The first answer says under which entry of the log the file leaves; who does not show that one again writes
 * another. */
static int take_some(struct cli *c, struct taking *k)
{
	struct msg *sub, *reply, *req;
	int code;

	arena_reset(&c->arena);
	req = cli_request(c, REQUEST_FILE_READ, &sub);
	msg_set_text(&c->arena, sub, FILE_READ_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, FILE_READ_FILE, k->file);
	msg_set_u64(sub, FILE_READ_FROM, k->next);
	msg_set_u64(sub, FILE_READ_SEQ, k->seq);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE || msg_count(reply, REPLY_FILES) != 1)
		return code == CLI_DONE ? CLI_DAMAGED : code;
	/* from here on by its id: a list may change meanwhile */
	(void)snprintf(k->file, sizeof k->file, "%s",
		       msg_text(msg_at(reply, REPLY_FILES, 0), FILE_ROW_ID));
	k->seq = msg_u64(reply, REPLY_CURRENT);
	k->chunks = (uint32_t)msg_u64(msg_at(reply, REPLY_FILES, 0), FILE_ROW_CHUNKS);
	k->more = msg_u64(reply, REPLY_MORE) != 0;
	if (k->to.fd < 0)
		code = create(c, k, msg_at(reply, REPLY_FILES, 0));
	for (size_t i = 0; code == CLI_DONE && i < msg_count(reply, REPLY_CONTENTS); i++) {
		const struct span piece = msg_bytes_at(reply, REPLY_CONTENTS, i);

		if (!newfile_add(&k->to, piece))
			return newfile_unwritten(c, &k->to);
		k->bytes += piece.len;
		k->next++;
	}
	progress(k->next, k->chunks);
	return code;
}

/* The list, the names and the states are
 * the node's; here is only what this computer does with the bytes. */
int cmd_case_detach(struct cli *c)
{
	struct taking k = {.to.fd = -1, .more = true};
	int code = CLI_DONE;

	if (c->word_count < 2)
		return cli_refuse(
			c, CLI_USAGE, "missing-argument",
			FILL({"words", list_text(LIST_ARGUMENTS, c->lang, "ATTACHMENT"), 0},
			     {"lists", "kring case attachments", 0}));
	(void)snprintf(k.file, sizeof k.file, "%s", c->words[1]);
	while (code == CLI_DONE && k.more) {
		const uint32_t before = k.next;

		code = take_some(c, &k);
		if (code == CLI_DONE && k.more && k.next == before)
			code = CLI_DAMAGED; /* an answer without a chunk would be asked for ever */
	}
	progress_over();
	code = newfile_end(c, &k.to, code);
	if (code != CLI_DONE)
		return code;
	if (c->json)
		(void)printf("{\"bytes\": %llu}\n", (unsigned long long)k.bytes);
	else
		print_say_line(c, "file-taken", FILL({"path", k.to.path, 0}));
	return CLI_DONE;
}

/* Held against the consent by the node; the ciphertext follows by itself, when the partner asks for it.  --dry-run says what would go,
 * and to whom. */
int cmd_case_send(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_FILE_SEND, &sub);

	if (c->word_count < 2)
		return cli_refuse(
			c, CLI_USAGE, "missing-argument",
			FILL({"words", list_text(LIST_ARGUMENTS, c->lang, "ATTACHMENT"), 0},
			     {"lists", "kring case attachments", 0}));
	msg_set_text(&c->arena, sub, FILE_SEND_REF, c->words[0]);
	msg_set_text(&c->arena, sub, FILE_SEND_FILE, c->words[1]);
	cmd_put_flag(c, req, "dry-run", REQUEST_DRY_RUN);
	return cmd_finish(c, req);
}
