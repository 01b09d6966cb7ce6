/* SPDX-License-Identifier: EUPL-1.2 */
/* Whoever collects files reads them at any moment, so a file gets its name when all of it is there.  What stood there before is
 * replaced: numbers of a minute ago are of no use. */
#include "client/doctor/exposition.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/print/print.h"

enum { PATH_LEN = 4096 };

bool exposition_begin(struct exposition *e, const struct cli *c)
{
	require(e != NULL && c != NULL);
	*e = (struct exposition){.c = c};
	e->out = open_memstream(&e->text, &e->len);
	if (e->out != NULL && c->json)
		e->rows = json_array();
	return e->out != NULL;
}

/* Its head waits for the first sample.  The name is held to the list, so that no number goes out of which nobody says what it is. */
void exposition_family(struct exposition *e, const char *name, const char *type)
{
	require(strncmp(name, "kring_", 6) == 0);
	require(list_has(LIST_METRICS, name));
	e->name = name;
	e->type = type;
	e->said = false;
}

/* As the format has it within quotes, and in a line of help. */
static void escaped(FILE *out, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '\n')
			(void)fputs("\\n", out);
		else if (*s == '\\' || *s == '"')
			(void)fprintf(out, "\\%c", *s);
		else
			(void)fputc(*s, out);
}

/* One object for each sample, flat: whoever reads JSON need not know the text format. */
static void as_json(struct exposition *e, const struct exposition_label *label, size_t count,
		    int64_t value)
{
	json_t *labels = json_object();

	for (size_t i = 0; i < count; i++)
		(void)json_object_set_new(labels, label[i].name, json_string(label[i].of));
	(void)json_array_append_new(e->rows, json_pack("{s:s, s:s, s:o, s:I}", "name", e->name,
						       "type", e->type, "labels", labels, "value",
						       (json_int_t)value));
}

/* In both forms when JSON is asked for: with --into the file has the text all the same. */
void exposition_put(struct exposition *e, const struct exposition_label *labels, size_t count,
		    int64_t value)
{
	require(e->name != NULL);
	require((labels == NULL) == (count == 0) && count <= EXPOSITION_LABELS);
	if (e->rows != NULL)
		as_json(e, labels, count, value);
	if (!e->said) /* no text of ours has a backslash or a second line */
		(void)fprintf(e->out, "# HELP %s %s\n# TYPE %s %s\n", e->name,
			      list_text(LIST_METRICS, e->c->lang, e->name), e->name, e->type);
	e->said = true;
	(void)fputs(e->name, e->out);
	for (size_t i = 0; i < count; i++) {
		(void)fprintf(e->out, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
		escaped(e->out, labels[i].of);
		(void)fputs(i + 1 == count ? "\"}" : "\"", e->out);
	}
	(void)fprintf(e->out, " %" PRId64 "\n", value);
}

/* False: errno says why, and nothing is left of it.  Whoever collects runs as another user, so anybody may read it, whatever umask
 * the timer has.  The name that it has on the way is no .prom: half of it is never collected.  It is not forced to the disk, because
 * after a power cut the next one comes a minute later. */
static bool write_file(const struct exposition *e, const char *path, char *part)
{
	const int fd = mkostemp(part, O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	bool good = f != NULL && fwrite(e->text, 1, e->len, f) == e->len && fchmod(fd, 0644) == 0;
	int why = errno;

	require(e->text != NULL);
	if (f != NULL && fclose(f) != 0) {
		why = good ? errno : why;
		good = false;
	} else if (f == NULL && fd >= 0)
		(void)close(fd);
	if (good && rename(part, path) != 0) {
		why = errno;
		good = false;
	}
	if (!good && fd >= 0)
		(void)unlink(part);
	errno = why;
	return good;
}

static int into_file(const struct exposition *e, const char *into)
{
	char path[PATH_LEN], part[PATH_LEN];

	if (snprintf(path, sizeof path, "%s/kring.prom", into) >= PATH_LEN ||
	    snprintf(part, sizeof part, "%s/.kring.prom.XXXXXX", into) >= PATH_LEN)
		return cli_refuse(e->c, CLI_USAGE, "name-too-long", FILL_NONE);
	if (!write_file(e, path, part))
		return cli_refuse(
			e->c, CLI_REFUSED, "cannot-create",
			FILL({"path", path, 0}, {"cause", words_errno(e->c->lang, errno), 0}));
	if (!e->c->json)
		print_say_line(e->c, "metrics-written", FILL({"path", path, 0}));
	return CLI_DONE;
}

/* The text is made in memory, whole: what fails half way prints nothing that a collector would take for the answer. */
int exposition_end(struct exposition *e, const char *into)
{
	int code = CLI_DONE;

	require(e->out != NULL);
	if (fclose(e->out) != 0)
		code = cli_refuse(e->c, CLI_NOT_NOW, "not-written",
				  FILL({"cause", words_errno(e->c->lang, ENOMEM), 0}));
	if (code == CLI_DONE && into != NULL)
		code = into_file(e, into);
	if (code == CLI_DONE && e->rows != NULL)
		out_tree(e->c, json_pack("{s:O}", "metrics", e->rows));
	else if (code == CLI_DONE && into == NULL)
		(void)fwrite(e->text, 1, e->len, stdout);
	json_decref(e->rows);
	free(e->text);
	return code;
}
