/* SPDX-License-Identifier: EUPL-1.2 */
/* kring flow: figures of a quarter, fetched page by page; their sentences; as JSON, CSV or (print_flow.c) tables.  All
 * three show the same figures: pages are put together before anything is printed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "client/cli/out.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/disk/digest.h"
#include "client/flow/figures.h"
#include "client/flow/print_flow.h"
#include "client/print/print.h"

/* ---- sentences ---- */

/* A figure as a sentence; its trend is a second one. */
static void sentence(const struct cli *c, const struct msg *f, char *out, size_t cap)
{
	char trend[32];
	const struct fill words[] = {
		{"v", NULL, msg_u64(f, FLOW_FIGURE_VALUE)},
		{"low", NULL, msg_u64(f, FLOW_FIGURE_LOW)},
		{"high", NULL, msg_u64(f, FLOW_FIGURE_HIGH)},
		{"of", NULL, msg_u64(f, FLOW_FIGURE_OF)},
		{"before", NULL, msg_u64(f, FLOW_FIGURE_BEFORE)},
		{"need", list_text(LIST_NEEDS, c->lang, msg_text(f, FLOW_FIGURE_NEED)), 0},
		{.name = NULL}};
	size_t n;

	figures_fill(c, msg_text(f, FLOW_FIGURE_CODE), words, out, cap);
	if (!msg_has(f, FLOW_FIGURE_TREND))
		return;
	n = strlen(out);
	(void)snprintf(trend, sizeof trend, "trend-%s", msg_text(f, FLOW_FIGURE_TREND));
	if (n + 2 < cap) {
		out[n++] = ' ';
		figures_fill(c, trend, words, out + n, cap - n);
	}
}

/* JSON has the sentences too, so that a web page need not know the words. */
static void add_sentences(struct cli *c, struct msg *flow)
{
	char text[1024];

	for (size_t i = 0; i < msg_count(flow, FLOW_FIGURES); i++) {
		const struct msg *f = msg_at(flow, FLOW_FIGURES, i);
		struct msg *whole = msg_new(&c->arena, MSG_FLOW_FIGURE);

		sentence(c, f, text, sizeof text);
		msg_copy_fields(whole, f);
		msg_set_text(&c->arena, whole, FLOW_FIGURE_SENTENCE, text);
		msg_replace(flow, FLOW_FIGURES, i, whole);
	}
}

/* ---- fetching ---- */

/* A page into what was collected; numbers and texts are of the first one.  (The lists of a message that came in do
 * not grow: so everything goes into one of our own.) */
static void collect(struct cli *c, struct msg *to, const struct msg *page, bool first)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(page, i, &f); i++) {
		for (size_t j = 0; f.repeated && j < msg_count(page, f.number); j++)
			msg_copy_fields(msg_add(&c->arena, to, f.number),
					msg_at(page, f.number, j));
		if (f.repeated || !first || !msg_has(page, f.number))
			continue;
		if (f.type == MSG_TYPE_TEXT)
			msg_set_text(&c->arena, to, f.number, msg_text(page, f.number));
		else
			msg_set_u64(to, f.number, msg_u64(page, f.number));
	}
}

/* The same options for looking and for publishing. */
static struct msg *ask(struct cli *c, struct msg **sub, unsigned field)
{
	struct msg *req = cli_request(c, field, sub);

	if (cli_option(c, "quarter") != NULL)
		msg_set_text(&c->arena, *sub, FLOW_ASK_QUARTER, cli_option(c, "quarter"));
	if (cli_option(c, "own") != NULL)
		msg_set_u64(*sub, FLOW_ASK_OWN, 1);
	if (cli_option(c, "dry-run") != NULL)
		msg_set_u64(*sub, FLOW_ASK_DRY_RUN, 1);
	return req;
}

/* Later pages name the quarter of the first: midnight may fall between two of them. */
static int fetch(struct cli *c, struct msg **whole)
{
	struct msg *flow;
	uint64_t after = 0;
	int code;

	*whole = msg_new(&c->arena, MSG_REPLY);
	flow = msg_sub(&c->arena, *whole, REPLY_FLOW);
	do {
		struct msg *sub, *page, *req = ask(c, &sub, REQUEST_FLOW);

		if (after != 0) {
			msg_set_text(&c->arena, sub, FLOW_ASK_QUARTER,
				     msg_text(flow, FLOW_QUARTER));
			msg_set_u64(sub, FLOW_ASK_AFTER, after);
		}
		code = cli_call(c, req, &page);
		if (code != CLI_DONE)
			return code;
		collect(c, flow, msg_get(page, REPLY_FLOW), after == 0);
		after = msg_u64(msg_get(page, REPLY_FLOW), FLOW_NEXT_AFTER);
	} while (after != 0);
	msg_clear(flow, FLOW_NEXT_AFTER);
	add_sentences(c, flow);
	return c->arena.failed ? cli_refuse(c, CLI_NOT_NOW, "too-many-figures", FILL_NONE)
			       : CLI_DONE;
}

#define BOM "\xef\xbb\xbf" /* for spreadsheets that want it */

/* ---- CSV: one figure a line; the columns are in deploy/figures.md ---- */

/* Names come from partners: quotes are doubled, as RFC 4180 has it, and what a spreadsheet would take for a formula begins
 * with an apostrophe, which makes it a text there. */
static void csv_text(FILE *f, const char *s)
{
	(void)fputc('"', f);
	if (s[0] != '\0' && strchr("=+-@\t\r\n", s[0]) != NULL)
		(void)fputc('\'', f);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			(void)fputc('"', f);
		(void)fputc(*s, f);
	}
	(void)fputc('"', f);
}

struct csv {
	FILE *f;
	char sep; /* a semicolon where the comma is in numbers */
	const char *quarter, *table;
	const char *reporter, *sender, *receiver, *need;
	uint64_t k, error;
	unsigned first, last; /* fields of the row that belong to this table */
};

/* Every number of the row, by the name it has in the schema. */
static void csv_row(const struct csv *v, const struct msg *row)
{
	const char *const texts[] = {v->reporter, v->sender, v->receiver, v->need};
	struct msg_field f;

	for (size_t i = 0; msg_field_at(row, i, &f); i++) {
		if (f.type != MSG_TYPE_NUMBER || strcmp(f.name, "k") == 0 ||
		    !msg_has(row, f.number) || f.number < v->first || f.number > v->last)
			continue;
		(void)fprintf(v->f, "%s%c%s%c", v->quarter, v->sep, v->table, v->sep);
		for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
			csv_text(v->f, texts[k]);
			(void)fputc(v->sep, v->f);
		}
		(void)fprintf(v->f, "%s%c%llu%c%llu%c%llu\n", f.name, v->sep,
			      (unsigned long long)msg_u64(row, f.number), v->sep,
			      (unsigned long long)v->k, v->sep, (unsigned long long)v->error);
	}
}

/* One table after the other; a row has the noise of its own table. */
static void write_csv(const struct cli *c, FILE *f, const struct msg *flow)
{
	static const char *const columns[] = {"quarter", "table",  "reporter", "sender", "receiver",
					      "need",	 "figure", "value",    "k",	 "error95"};
	const uint64_t k = msg_u64(flow, FLOW_K);
	const char sep = cli_option(c, "csv-semicolon") != NULL ? ';' : ',';
	struct csv v = {f,  sep, msg_text(flow, FLOW_QUARTER), "flow", "",	"", "",
			"", k,	 figures_error(flow, "flow"),  1,      UINT_MAX};

	if (cli_option(c, "csv-bom") != NULL)
		(void)fputs(BOM, f);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		(void)fprintf(f, "%s%c", columns[i],
			      i + 1 < sizeof columns / sizeof columns[0] ? sep : '\n');
	for (size_t i = 0; i < msg_count(flow, FLOW_PAIRS); i++) {
		const struct msg *r = msg_at(flow, FLOW_PAIRS, i);

		v.reporter = msg_text(r, FLOW_PAIR_REPORTER);
		v.sender = msg_text(r, FLOW_PAIR_SENDER);
		v.receiver = msg_text(r, FLOW_PAIR_RECEIVER);
		v.k = msg_u64(r, FLOW_PAIR_K);
		csv_row(&v, r);
	}
	v.sender = v.receiver = "";
	v.k = k;
	v.table = "needs";
	v.error = figures_error(flow, "needs");
	for (size_t i = 0; i < msg_count(flow, FLOW_NEEDS); i++) {
		const struct msg *r = msg_at(flow, FLOW_NEEDS, i);

		v.reporter = msg_text(r, FLOW_NEED_REPORTER);
		v.need = msg_text(r, FLOW_NEED_NEED);
		csv_row(&v, r);
	}
	v.need = "";
	for (size_t i = 0; i < msg_count(flow, FLOW_NODES); i++) {
		const struct msg *r = msg_at(flow, FLOW_NODES, i);

		v.reporter = msg_text(r, FLOW_NODE_REPORTER);
		v.table = "answers";
		v.error = figures_error(flow, "answers");
		v.first = FLOW_NODE_ACCEPTED_1;
		v.last = FLOW_NODE_LATE;
		csv_row(&v, r);
		v.table = "ends";
		v.error = figures_error(flow, "ends");
		v.first = FLOW_NODE_HELPED;
		v.last = FLOW_NODE_REVOKED;
		csv_row(&v, r);
	}
}

/* The first words of the first line of what was written here before: that alone is written over, in the next quarter, and no file of
 * anything else whose name was typed instead. */
static bool ours(const char *path)
{
	static const char *const heads[] = {"quarter,table,", "quarter;table;"};
	char head[24] = "", *at = head;
	FILE *f = infile_stream(path);
	const size_t n = f == NULL ? 0 : fread(head, 1, sizeof head - 1, f);

	if (f != NULL)
		(void)fclose(f);
	head[n] = '\0';
	if (strncmp(at, BOM, sizeof BOM - 1) == 0)
		at += sizeof BOM - 1;
	return strncmp(at, heads[0], strlen(heads[0])) == 0 ||
	       strncmp(at, heads[1], strlen(heads[1])) == 0;
}

/* A new file, for its owner alone; it gets its name when it is whole.  NULL: errno says why. */
static FILE *begin_file(const char *path, char part[PATH_MAX])
{
	struct stat sb;
	FILE *f;
	int fd;

	if (lstat(path, &sb) == 0 && !S_ISREG(sb.st_mode)) {
		errno = S_ISLNK(sb.st_mode) ? ELOOP : S_ISDIR(sb.st_mode) ? EISDIR : EEXIST;
		return NULL;
	}
	if (lstat(path, &sb) == 0 && !ours(path)) {
		errno = EEXIST;
		return NULL;
	}
	if (snprintf(part, PATH_MAX, "%s.%ld.part", path, (long)getpid()) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL && fd >= 0)
		(void)close(fd);
	return f;
}

/* The digest is written only beside a whole file. */
static int save_csv(const struct cli *c, const struct msg *flow, const char *path)
{
	char part[PATH_MAX];
	FILE *f = begin_file(path, part);
	int bad;

	if (f == NULL && errno == EEXIST)
		return cli_refuse(c, CLI_REFUSED, "file-exists", FILL({"path", path, 0}));
	if (f == NULL)
		return cli_refuse(
			c, CLI_NOT_NOW, "cannot-write",
			FILL({"path", path, 0}, {"cause", words_errno(c->lang, errno), 0}));
	errno = 0;
	write_csv(c, f, flow);
	bad = ferror(f) != 0 ? errno : 0;
	if (bad == 0 && (fflush(f) != 0 || fsync(fileno(f)) != 0))
		bad = errno;
	if (fclose(f) != 0 && bad == 0)
		bad = errno;
	if (bad == 0 && rename(part, path) != 0)
		bad = errno;
	if (bad != 0) {
		(void)unlink(part);
		return cli_refuse(c, CLI_NOT_NOW, "cannot-write",
				  FILL({"path", path, 0}, {"cause", words_errno(c->lang, bad), 0}));
	}
	bad = digest_beside(c, path);
	if (bad == CLI_DONE)
		print_say_line(c, "csv-made", FILL({"path", path, 0}));
	return bad;
}

/* ---- commands ---- */

int cmd_flow(struct cli *c)
{
	struct msg *reply;
	int code;

	require(c->cmd->run == cmd_flow);
	if (cli_option(c, "csv") != NULL && c->json)
		return cli_refuse(c, CLI_USAGE, "csv-or-json", FILL_NONE);
	if (cli_option(c, "csv") == NULL &&
	    (cli_option(c, "csv-bom") != NULL || cli_option(c, "csv-semicolon") != NULL))
		return cli_refuse(c, CLI_USAGE, "csv-needed", FILL_NONE);
	code = fetch(c, &reply);
	if (code != CLI_DONE)
		return code;
	if (cli_option(c, "csv") != NULL)
		return save_csv(c, msg_get(reply, REPLY_FLOW), cli_option(c, "csv"));
	if (c->json) {
		out_json(c, NULL, reply);
		return CLI_DONE;
	}
	page_begin(c);
	print_flow(c, msg_get(reply, REPLY_FLOW));
	page_end(c);
	return CLI_DONE;
}

int cmd_flow_publish(struct cli *c)
{
	struct msg *sub, *req = ask(c, &sub, REQUEST_FLOW_PUBLISH), *reply;
	int code = cli_ask(c, req, &reply);

	require(c->cmd->run == cmd_flow_publish);
	if (code == CLI_DONE && !c->json)
		print_flow_published(c, msg_get(reply, REPLY_FLOW));
	return code;
}
