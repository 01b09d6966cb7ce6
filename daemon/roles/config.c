/* SPDX-License-Identifier: EUPL-1.2 */
/* Each value is judged once, here, by its row; what is in struct config is in range everywhere else.  The defaults
 * are written in the table as a person would write them and go through the same judge: a row that contradicts
 * itself cannot start. */
#include "roles/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "base/endpoint.h"
#include "base/origin.h"
#include "base/text.h"
#include "roles/configfile.h"
#include "roles/nodefiles.h"
#include "roles/weblisten.h"

enum { NEAR = 4, SHOWN = 48, WORD = 16, HEADS = 96 };

/* ---- values ---- */

static_assert((int)NEAR < (int)TEXT_FAR, "a word that is too long to compare is near to nothing");
static_assert(sizeof((struct config *)0)->line / sizeof(unsigned) == CONFIG_COUNT,
	      "a line for each setting");

static void put_number(struct config *c, const struct config_setting *s, uint64_t v)
{
	require(s->cap == sizeof v && v >= s->least);
	memcpy((char *)c + s->offset, &v, sizeof v);
}

static uint64_t number_of(const struct config *c, const struct config_setting *s)
{
	uint64_t v;

	require(s->cap == sizeof v && s->offset + s->cap <= sizeof *c);
	memcpy(&v, (const char *)c + s->offset, sizeof v);
	return v;
}

/* The word at this place; false: there are fewer. */
static bool word_at(const char *words, uint64_t place, char *out, size_t cap)
{
	size_t n;

	for (; words != NULL && place > 0; place--) {
		words = strchr(words, '|');
		words = words == NULL ? NULL : words + 1;
	}
	n = words == NULL ? 0 : strcspn(words, "|");
	require(n < cap);
	if (n > 0)
		memcpy(out, words, n);
	out[n] = '\0';
	return n > 0;
}

/* The place of text among the words; -1: it is none of them. */
static int place_of(const char *words, const char *text)
{
	char word[WORD];

	for (int place = 0; word_at(words, (uint64_t)place, word, sizeof word); place++)
		if (strcmp(word, text) == 0)
			return place;
	return -1;
}

/* Digits alone: no sign, no blank, no unit, nothing behind them. */
static bool digits(const char *text, uint64_t *v)
{
	/* strtoull would take a sign, and turn -1 into the largest number there is. */
	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return false;
	errno = 0;
	*v = strtoull(text, NULL, 10);
	if (errno != 0)
		*v = UINT64_MAX; /* more than any setting takes */
	return true;
}

void config_value(const struct config *c, const struct config_setting *s, char *out, size_t cap)
{
	switch (s->type) {
	case CONFIG_ADDRESS:
	case CONFIG_OWN_ADDRESS:
	case CONFIG_ORIGIN:
	case CONFIG_FILE:
		(void)snprintf(out, cap, "%s", (const char *)c + s->offset);
		break;
	case CONFIG_NUMBER:
		(void)snprintf(out, cap, "%llu", (unsigned long long)number_of(c, s));
		break;
	case CONFIG_WORD:
		(void)word_at(s->words, number_of(c, s), out, cap);
		break;
	}
}

/* ---- faults ---- */

struct reading {
	struct config *c;
	unsigned line, taken;
	enum err rc; /* of the first fault */
	config_fault_fn fn;
	void *ctx;
};

static void say(struct reading *r, enum err rc, struct config_fault *f)
{
	require(r->fn != NULL);
	/* Every fault is told, and the first one decides the exit code: a file is corrected in one go. */
	require(rc != ERR_OK);
	f->line = r->line;
	if (r->rc == ERR_OK)
		r->rc = rc;
	r->fn(r->ctx, f);
}

/* What is wrong and what to do, out of the same values. */
static void tell(struct config_fault *f, const char *what, const char *todo,
		 const struct fill *values)
{
	(void)cause_set(&f->what, ERR_INVAL, what, values);
	(void)cause_set(&f->remedy, ERR_INVAL, todo, values);
}

/* What was written, shortened: the line is known, a screenful of it helps nobody. */
static const char *shown(char out[SHOWN + 4], const char *value)
{
	size_t n = strlen(value);

	if (n <= SHOWN) {
		memcpy(out, value, n + 1);
		return out;
	}
	for (n = SHOWN; n > 0 && ((unsigned char)value[n] & 0xc0) == 0x80;)
		n--; /* not inside a character */
	memcpy(out, value, n);
	memcpy(out + n, "...", 4);
	return out;
}

static void wrong_number(const struct config_setting *s, const char *value, struct config_fault *f)
{
	uint64_t v = 0;

	tell(f, "setting-number",
	     !digits(value, &v) ? "setting-digits"
	     : v < s->least	? "setting-least"
				: "setting-most",
	     FILL({"name", s->name, 0}, {"value", value, 0}, {"least", NULL, s->least},
		  {"most", NULL, s->most}, {"unit", s->unit, 0}, {"standard", s->standard, 0}));
}

static unsigned far_from(const char *word, const char *typed)
{
	return strcasecmp(word, typed) == 0 ? 0 : text_distance(word, typed);
}

static void wrong_word(const struct config_setting *s, const char *value, struct config_fault *f)
{
	char word[WORD], near[WORD] = "";
	/* Four letters apart and more is another word: a guess would then only mislead. */
	unsigned best = NEAR;

	for (uint64_t i = 0; word_at(s->words, i, word, sizeof word); i++) {
		const unsigned d = far_from(word, value);

		if (d < best)
			memcpy(near, word, sizeof near);
		best = d < best ? d : best;
	}
	tell(f, "setting-word", near[0] != '\0' ? "setting-near" : "setting-standard",
	     FILL({"name", s->name, 0}, {"value", value, 0}, {"words", s->words, 0},
		  {"near", near, 0}, {"standard", s->standard, 0}));
}

static void wrong_text(const struct config_setting *s, const char *value, const char *flaw,
		       struct config_fault *f)
{
	if (flaw == NULL)
		tell(f, "setting-long", "setting-shorter",
		     FILL({"name", s->name, 0}, {"value", value, 0}, {"max", NULL, s->cap - 1}));
	else
		tell(f, "setting-address",
		     s->type == CONFIG_ORIGIN	     ? "setting-origin-do"
		     : s->type == CONFIG_OWN_ADDRESS ? "setting-own-do"
						     : "setting-address-do",
		     FILL({"name", s->name, 0}, {"value", value, 0}, {"error", flaw, 0}));
}

/* Into c, or what is wrong with it into f. */
static enum err judge(struct config *c, const struct config_setting *s, const char *value,
		      struct config_fault *f)
{
	const char *flaw = s->type == CONFIG_ADDRESS ? endpoint_flaw(value, ENDPOINT_LISTEN, NULL)
			   : s->type == CONFIG_OWN_ADDRESS ? weblisten_flaw(value)
			   : s->type == CONFIG_ORIGIN	   ? origin_flaw(value)
							   : NULL;
	char text[SHOWN + 4];
	uint64_t v = 0;

	(void)shown(text, value);
	if (value[0] == '\0' && s->type != CONFIG_ADDRESS && s->type != CONFIG_OWN_ADDRESS &&
	    s->type != CONFIG_ORIGIN) {
		tell(f, "setting-empty", "setting-empty-do",
		     FILL({"name", s->name, 0}, {"standard", s->standard, 0}));
		return ERR_INVAL;
	}
	switch (s->type) {
	case CONFIG_ADDRESS:
	case CONFIG_OWN_ADDRESS:
	case CONFIG_ORIGIN:
	case CONFIG_FILE:
		if (flaw == NULL && strlen(value) < s->cap) {
			/* The whole field: settings of two files are compared byte by byte when
			 * they are taken over (core/disk/settings.c). */
			memset((char *)c + s->offset, 0, s->cap);
			memcpy((char *)c + s->offset, value, strlen(value) + 1);
			return ERR_OK;
		}
		wrong_text(s, text, flaw, f);
		return ERR_INVAL;
	case CONFIG_NUMBER:
		if (digits(value, &v) && v >= s->least && v <= s->most) {
			put_number(c, s, v);
			return ERR_OK;
		}
		wrong_number(s, text, f);
		return ERR_INVAL;
	case CONFIG_WORD:
		if (place_of(s->words, value) >= 0) {
			put_number(c, s, (uint64_t)place_of(s->words, value));
			return ERR_OK;
		}
		wrong_word(s, text, f);
		return ERR_INVAL;
	}
	return ERR_INVAL;
}

/* Below which headings a setting of that name stands; all of them where there is none.  Out of the table, so that none is forgotten. */
static void sections_of(const char *name, char out[HEADS])
{
	bool any = false;

	out[0] = '\0';
	for (size_t i = 0; i < CONFIG_COUNT; i++)
		any = any || strcasecmp(config_settings[i].name, name) == 0;
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];
		const size_t n = strlen(out);

		if ((!any || strcasecmp(s->name, name) == 0) && strstr(out, s->section) == NULL)
			text_format(out + n, HEADS - n, "%s[%s]", n == 0 ? "" : ", ", s->section);
	}
}

/* Somebody meant something by it: a name that is nearly this one; of two as near (Listen) the one whose section is nearer. */
static void unknown(const char *section, const char *name, struct config_fault *f)
{
	const struct config_setting *best = NULL;
	unsigned distance = NEAR, best_apart = 0;

	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];
		const unsigned d = far_from(s->name, name), apart = far_from(s->section, section);

		if (d > distance || d >= NEAR || (d == distance && apart >= best_apart))
			continue;
		distance = d;
		best_apart = apart;
		best = s;
	}
	tell(f, "setting-unknown", best != NULL ? "setting-unknown-near" : "setting-unknown-do",
	     FILL({"name", name, 0}, {"section", section, 0},
		  {"near", best == NULL ? "" : best->name, 0},
		  {"other", best == NULL ? "" : best->section, 0}));
}

static void take(struct reading *r, const struct configfile *file, const struct configfile_line *l)
{
	struct config_fault f = {.line = 0};
	char name[SHOWN + 4];
	size_t i = 0;
	enum err rc;

	(void)shown(name, l->name);
	if (name[0] != '\0')
		(void)snprintf(f.setting, sizeof f.setting, "%s%s%s%s",
			       file->section[0] == '\0' ? "" : "[", file->section,
			       file->section[0] == '\0' ? "" : "] ", name);
	if (l->flaw != NULL) {
		char todo[32], sections[HEADS];

		(void)snprintf(todo, sizeof todo, "%s-do", l->flaw);
		sections_of(l->name, sections);
		tell(&f, l->flaw, todo, FILL({"name", name, 0}, {"sections", sections, 0}));
		say(r, ERR_MALFORMED, &f);
		return;
	}
	while (i < CONFIG_COUNT && (strcmp(config_settings[i].section, file->section) != 0 ||
				    strcmp(config_settings[i].name, l->name) != 0))
		i++;
	if (i == CONFIG_COUNT) {
		unknown(file->section, name, &f);
		say(r, ERR_INVAL, &f);
		return;
	}
	/* Counted although its value may be wrong: a file of faults is not an empty one. */
	r->taken++;
	if (r->c->line[i] != 0) {
		tell(&f, "setting-twice", "setting-twice-do",
		     FILL({"name", name, 0}, {"first", NULL, r->c->line[i]}));
		say(r, ERR_INVAL, &f);
		return;
	}
	r->c->line[i] = r->line;
	rc = judge(r->c, &config_settings[i], l->value, &f);
	if (rc != ERR_OK)
		say(r, rc, &f);
}

/* ---- reading ---- */

/* A variable of a setting's name does nothing; whoever exports it believes that it does. */
static void refuse_environment(struct reading *r)
{
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];
		struct config_fault f = {.line = 0};
		char name[64];

		(void)snprintf(name, sizeof name, "KRING_%s", s->name);
		/* By hand: toupper follows the locale, and the name of a variable does not. */
		for (char *p = name; *p != '\0'; p++)
			*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
		if (getenv(name) == NULL)
			continue;
		(void)snprintf(f.setting, sizeof f.setting, "[%s] %s", s->section, s->name);
		tell(&f, "environment", "environment-do",
		     FILL({"variable", name, 0}, {"name", s->name, 0}, {"section", s->section, 0},
			  {"path", r->c->path, 0}));
		say(r, ERR_INVAL, &f);
	}
}

/* Of a file that is none, with its path in front of what configfile found. */
static void whole_file(struct err_text *what, enum err rc, const char *path, int error,
		       const struct err_text *why)
{
	struct fill values[CAUSE_VALUES + 1] = {{.name = NULL}},
					  more[CAUSE_VALUES + 1] = {{"path", path, 0}};

	if (error != 0) {
		(void)cause_set(what, rc, "file",
				FILL({"path", path, 0}, {"error", cause_errno(error), 0}));
		return;
	}
	cause_values(why, values);
	memcpy(more + 1, values, (CAUSE_VALUES - 1) * sizeof *more);
	(void)cause_set(what, rc, why->text, more);
}

/* The file as a whole: in a node's own directory with the way back to what lay there. */
static enum err say_unread(struct reading *r, enum err rc, const char *dir, int error,
			   const struct err_text *why)
{
	struct config_fault f = {.line = 0};

	r->line = 0;
	if (dir != NULL && (rc == ERR_IO || rc == ERR_CORRUPT))
		rc = nodefiles_explain(&f.what, rc, dir, "kring.conf", error);
	else
		whole_file(&f.what, rc, r->c->path, error, why);
	say(r, rc, &f);
	return rc;
}

/* A browser takes what it gets for the address that it asked: without one nobody could sign in there. */
static void check_screens(struct reading *r)
{
	struct config_fault f = {.line = 0};

	require(r->c != NULL);
	if (r->rc != ERR_OK || r->c->web_listen[0] == '\0' || r->c->origin[0] != '\0')
		return;
	r->line = 0;
	for (size_t i = 0; i < CONFIG_COUNT; i++)
		if (config_settings[i].offset == offsetof(struct config, web_listen))
			r->line = r->c->line[i];
	(void)snprintf(f.setting, sizeof f.setting, "[Web] Listen");
	tell(&f, "setting-needs", "setting-needs-do",
	     FILL({"name", "Listen", 0}, {"other", "Origin", 0}));
	say(r, ERR_INVAL, &f);
}

/* Every tool asks here, so that what is shown, changed and backed up are the settings that kringd follows. */
bool config_path(char *out, size_t cap, const char *dir)
{
	static const char packaged[] = "/var/lib/kring";
	size_t len = strlen(dir);

	require(out != NULL && cap > 0);
	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (len == sizeof packaged - 1 && memcmp(dir, packaged, len) == 0 &&
	    access(CONFIG_OF_PACKAGES, F_OK) == 0)
		dir = CONFIG_OF_PACKAGES;
	return nodefiles_path(out, cap, dir, "kring.conf");
}

enum err config_once(const char *dir, const char *file, struct err_text *why)
{
	char own[CONFIG_PATH_MAX + 16];
	struct stat a, b;

	require(dir != NULL && file != NULL);
	/* a link to the other one is the same settings under two names */
	if (!nodefiles_path(own, sizeof own, dir, "kring.conf") || stat(own, &a) != 0 ||
	    (stat(file, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino))
		return ERR_OK;
	return cause_set(why, ERR_INVAL, "settings-twice",
			 FILL({"path", file, 0}, {"other", own, 0}));
}

/* fd: of the file, or -1: it is opened here. */
static enum err check(struct reading *r, const char *dir, const char *file, int fd)
{
	struct config *c = r->c;
	struct configfile text;
	struct configfile_line l;
	struct config_fault none = {.line = 0};
	struct err_text why = {""};
	int error = 0;
	enum err rc;

	require(dir != NULL);
	/* The defaults first: whatever is returned below, the caller never holds values that nobody
	 * set. */
	*c = (struct config){.log_level = LOG_NOTICE};
	for (size_t i = 0; i < CONFIG_COUNT; i++)
		require(judge(c, &config_settings[i], config_settings[i].standard, &none) ==
			ERR_OK);
	if (strlen(dir) >= sizeof c->dir || (file != NULL && strlen(file) >= sizeof c->path)) {
		(void)cause_set(&none.what, ERR_LIMIT,
				strlen(dir) >= sizeof c->dir ? "dir-name-long" : "file-name-long",
				FILL_NONE);
		say(r, ERR_LIMIT, &none);
		return ERR_LIMIT;
	}
	memcpy(c->dir, dir, strlen(dir) + 1);
	if (file == NULL)
		(void)config_path(c->path, sizeof c->path, dir);
	else
		memcpy(c->path, file, strlen(file) + 1);
	if (file == NULL && config_once(dir, c->path, &none.what) != ERR_OK) {
		say(r, ERR_INVAL, &none);
		return ERR_INVAL;
	}
	if (file == NULL && strncmp(c->path, dir, strlen(dir)) != 0)
		file = c->path; /* what is missing is not missing in the directory */
	rc = fd < 0 ? configfile_read(&text, c->path, &error, &why)
		    : configfile_read_fd(&text, fd, &error, &why);
	if (rc != ERR_OK)
		return say_unread(r, rc, file == NULL ? dir : NULL, error, &why);
	refuse_environment(r);
	while (configfile_next(&text, &l)) {
		r->line = text.line;
		take(r, &text, &l);
	}
	check_screens(r);
	if (r->taken == 0 &&
	    r->rc == ERR_OK) { /* what a full disk leaves: a node that listens nowhere */
		(void)cause_set(&why, ERR_CORRUPT, "settings-none", FILL_NONE);
		return say_unread(r, ERR_CORRUPT, file == NULL ? dir : NULL, 0, &why);
	}
	return r->rc;
}

enum err config_check(struct config *c, const char *dir, const char *file, config_fault_fn fn,
		      void *ctx)
{
	struct reading r = {.c = c, .fn = fn, .ctx = ctx};

	require(c != NULL && fn != NULL);
	return check(&r, dir, file, -1);
}

struct first {
	const struct config *c;
	struct err_text *why;
	bool said;
};

/* One sentence out of two, and of where it stands: their values are the same ones. */
static void both(struct err_text *out, const char *path, const struct config_fault *f)
{
	struct fill all[CAUSE_VALUES + 1] = {{"path", path, 0},
					     {"line", NULL, f->line},
					     {"what", f->what.text, 0},
					     {"do", f->remedy.text, 0}};
	struct fill values[CAUSE_VALUES + 1];
	size_t n = 4;

	cause_values(&f->what, values);
	for (const struct fill *v = values; v->name != NULL && n < CAUSE_VALUES; v++)
		if (strcmp(v->name, "path") != 0)
			all[n++] = *v;
	(void)cause_set(out, ERR_INVAL, f->line == 0 ? "settings-whole" : "settings-line", all);
}

static void keep_first(void *ctx, const struct config_fault *f)
{
	struct first *first = ctx;
	if (first->said)
		return;
	first->said = true;
	if (f->remedy.text[0] != '\0')
		both(first->why, first->c->path, f);
	else if (first->why != NULL)
		*first->why = f->what;
}

enum err config_read(struct config *c, const char *dir, const char *file, struct err_text *why)
{
	struct first first = {.c = c, .why = why};

	return config_check(c, dir, file, keep_first, &first);
}

enum err config_read_fd(struct config *c, const char *dir, const char *file, int fd,
			struct err_text *why)
{
	struct first first = {.c = c, .why = why};
	struct reading r = {.c = c, .fn = keep_first, .ctx = &first};

	require(c != NULL && file != NULL && fd >= 0);
	return check(&r, dir, file, fd);
}
