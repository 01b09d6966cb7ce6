/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of a settings file, one after the other, each with its number: whatever is wrong is told with the line it stands
 * on.  The file is plain text of a bounded size, read whole before its first line counts. */
#include "roles/configfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "base/text.h"

#define BLANKS " \t\r"

static_assert(CONFIGFILE_SECTION > sizeof "Partners", "the longest section has room");

enum err configfile_read_fd(struct configfile *f, int fd, int *error, struct err_text *why)
{
	struct stat sb;
	ssize_t n = 1;

	f->len = f->at = 0;
	f->line = 0;
	f->section[0] = '\0';
	f->lost = false;
	require(fd >= 0);
	*error = 0;
	if (fstat(fd, &sb) != 0) {
		*error = errno;
		return ERR_IO;
	}
	/* A directory, a device or a fifo: reading one would fail late, or never end. */
	if (!S_ISREG(sb.st_mode))
		return cause_set(why, ERR_INVAL, "file-special", FILL_NONE);
	/* One byte more than may be there: a file that grows while it is read is seen as well. */
	while (n > 0 && f->len < sizeof f->text) {
		n = read(fd, f->text + f->len, sizeof f->text - f->len);
		f->len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		*error = errno;
		return ERR_IO;
	}
	if (f->len > CONFIGFILE_MAX)
		return cause_set(why, ERR_LIMIT, "settings-large",
				 FILL({"max", NULL, CONFIGFILE_MAX}));
	if (f->len >= 3 && memcmp(f->text, "\xef\xbb\xbf", 3) == 0)
		f->at = 3; /* an editor's mark, not a character */
	f->text[f->len] = '\0';
	return ERR_OK;
}

enum err configfile_read(struct configfile *f, const char *path, int *error, struct err_text *why)
{
	/* without O_NONBLOCK a fifo of this name would hold the start up for ever */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum err rc;

	if (fd < 0) {
		*error = errno;
		return ERR_IO;
	}
	rc = configfile_read_fd(f, fd, error, why);
	(void)close(fd);
	return rc;
}

static char *trimmed(char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	n = strlen(s);
	while (n > 0 && strchr(BLANKS, s[n - 1]) != NULL)
		s[--n] = '\0';
	return s;
}

static bool bad(struct configfile_line *out, const char *flaw)
{
	*out = (struct configfile_line){.name = "", .value = "", .flaw = flaw};
	return true;
}

/* True: a fault is in out. */
static bool take_section(struct configfile *f, char *s, struct configfile_line *out)
{
	const size_t n = strlen(s);

	/* what stands below a broken heading must not count for the section above it */
	f->lost = n < 3 || s[n - 1] != ']' || n - 2 >= sizeof f->section;
	if (f->lost)
		return bad(out, "line-section");
	memcpy(f->section, s + 1, n - 2);
	f->section[n - 2] = '\0';
	return false;
}

static bool take_setting(const struct configfile *f, char *s, struct configfile_line *out)
{
	char *equals = strchr(s, '=');

	/* The first one: a value may hold others, a name may not. */
	if (equals == NULL)
		return bad(out, "line-neither");
	*equals = '\0';
	*out = (struct configfile_line){.name = trimmed(s), .value = trimmed(equals + 1)};
	if (out->name[0] == '\0')
		return bad(out, "line-no-name");
	if (f->section[0] == '\0') {
		out->flaw = "line-no-section";
	} else if (out->value[0] == '#' || out->value[0] == ';' ||
		   strstr(out->value, " #") != NULL || strstr(out->value, " ;") != NULL) {
		out->flaw = "line-remark";
	}
	return true;
}

bool configfile_next(struct configfile *f, struct configfile_line *out)
{
	require(f->len < sizeof f->text); /* room for the end of its last line */
	while (f->at < f->len) {
		char *s = f->text + f->at;
		/* Not strchr: a NUL within the file would hide the lines behind it; as it is, the
		 * line is refused below. */
		char *end = memchr(s, '\n', f->len - f->at);
		const size_t n = end == NULL ? f->len - f->at : (size_t)(end - s);

		/* Behind the last line it is one past len, which ends the walk. */
		f->at += n + 1;
		f->line++;
		s[n] = '\0';
		/* a carriage return ends a line of Windows; inside one it is a control character like any other */
		if (!text_valid(span_of(s, n > 0 && s[n - 1] == '\r' ? n - 1 : n)))
			return bad(out, "line-not-text");
		s = trimmed(s);
		if (s[0] == '\0' || s[0] == '#' || s[0] == ';' || (f->lost && s[0] != '['))
			continue;
		if (s[0] == '[' ? take_section(f, s, out) : take_setting(f, s, out))
			return true;
	}
	return false;
}
