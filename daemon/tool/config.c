/* SPDX-License-Identifier: EUPL-1.2 */
/* kring config: the settings of a file as kringd would take them, its faults, and the manual's page.  All three come from the
 * table that kringd itself reads (roles/config_table.c): what is checked, shown and written down cannot differ from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "roles/causes.h"
#include "roles/config.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/tool.h"

enum { VALUE_MAX = CONFIG_PATH_MAX };
static_assert((int)VALUE_MAX > (int)LIMIT_ENDPOINT, "the longest value of any type");

/* kring --json sets it, and shows what is printed here. */
static bool json(void)
{
	return getenv("KRING_JSON") != NULL;
}

/* ---- check ---- */

struct listing {
	const struct config *c;
	unsigned count;
};

static void print_fault(void *ctx, const struct config_fault *f)
{
	struct listing *l = ctx;
	char text[CAUSES_LEN];

	/* On standard output as JSON, on standard error for people: a script that reads one never
	 * meets the other. */
	l->count++;
	if (json()) {
		(void)printf("%s\n    {\"line\": %u, \"setting\": ", l->count == 1 ? "" : ",",
			     f->line);
		tool_json_text(f->setting);
		(void)printf(", \"what\": ");
		tool_json_text(causes_text(say_lang(), &f->what, text));
		(void)printf(", \"remedy\": ");
		tool_json_text(causes_text(say_lang(), &f->remedy, text));
		(void)printf("}");
		return;
	}
	(void)fputs("! ", stderr);
	if (f->line != 0) {
		say_to(stderr, "config-line",
		       FILL({"path", l->c->path, 0}, {"line", NULL, f->line}));
	}
	text_print(stderr, causes_text(say_lang(), &f->what, text)); /* with words of the file */
	(void)fputs(f->remedy.text[0] == '\0' ? "" : say_word("colon"), stderr);
	text_print(stderr, causes_text(say_lang(), &f->remedy, text));
	(void)fputs("\n", stderr);
}

/* check and show say the same of the same file. */
static int code_of(enum err rc)
{
	return rc == ERR_NOTFOUND || rc == ERR_IO ? TOOL_NOT_FOUND : TOOL_RULE;
}

/* Every fault at once, with its line: nobody has to start kringd ten times to find ten of them. */
int tool_config_check(struct tool_args *a)
{
	struct config c;
	struct listing l = {.c = &c};
	enum err rc;

	if (a->dir == NULL)
		return tool_fail(TOOL_USAGE, "needs-dir", "");
	if (json())
		(void)printf("{\n  \"faults\": [");
	rc = config_check(&c, a->dir, a->file, print_fault, &l);
	if (json()) {
		(void)printf("%s],\n  \"file\": ", l.count == 0 ? "" : "\n  ");
		tool_json_text(c.path);
		(void)printf("\n}\n");
	} else if (rc == ERR_OK) {
		say_line("config-ok", FILL({"path", c.path, 0}));
	} else {
		say_to(stderr, "config-wrong", FILL({"n", NULL, l.count}));
		(void)fputc('\n', stderr);
	}
	if (rc == ERR_OK)
		return 0;
	return code_of(rc);
}

/* ---- show ---- */

/* Each value with where it comes from: one that somebody forgot in the file is found by its line. */
static void show_text(const struct config *c)
{
	require(c != NULL);
	const char *section = "";
	char value[VALUE_MAX];

	(void)printf("%s\n", c->path);
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];
		const char *standard = s->standard[0] == '\0' ? say_word("config-empty")
							      : s->standard;
		char from[SAY_LEN];

		if (strcmp(section, s->section) != 0)
			(void)printf("[%s]\n", s->section);
		section = s->section;
		config_value(c, s, value, sizeof value);
		(void)printf("%s=%s   (%s%s", s->name, value,
			     list_text(LIST_CAUSES, say_lang(), s->unit),
			     s->unit[0] == '\0' ? "" : "; ");
		if (c->line[i] == 0)
			(void)printf("%s)\n", say_word("config-default"));
		else
			(void)printf("%s)\n", say_into(from, "config-from-line",
						       FILL({"line", NULL, c->line[i]},
							    {"standard", standard, 0})));
	}
}

static void put_member(const char *name, const char *text)
{
	(void)printf(", \"%s\": ", name);
	tool_json_text(text);
}

/* All settings, also those that the file does not name: a program need not know the defaults. */
static void show_json(const struct config *c)
{
	char value[VALUE_MAX], from[24];

	(void)printf("{\n  \"file\": ");
	tool_json_text(c->path);
	(void)printf(",\n  \"settings\": [");
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];

		config_value(c, s, value, sizeof value);
		(void)snprintf(from, sizeof from, c->line[i] == 0 ? "default" : "line %u",
			       c->line[i]);
		(void)printf("%s\n    {\"section\": \"%s\", \"name\": \"%s\"", i == 0 ? "" : ",",
			     s->section, s->name);
		put_member("value", value);
		put_member("default", s->standard);
		put_member("unit", s->unit);
		put_member("from", from);
		(void)printf(", \"reload\": %s", s->reload ? "true" : "false");
		put_member("help", s->help);
		(void)printf("}");
	}
	(void)printf("\n  ]\n}\n");
}

int tool_config_show(struct tool_args *a)
{
	struct err_text why = {""};
	struct config c;
	enum err rc;

	if (a->dir == NULL)
		return tool_fail(TOOL_USAGE, "needs-dir", "");
	rc = config_read(&c, a->dir, a->file, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(code_of(rc), "settings-do-not-hold", rc, &why);
	if (json())
		show_json(&c);
	else
		show_text(&c);
	return 0;
}

/* ---- the manual ---- */

static void print_takes(const struct config_setting *s)
{
	switch (s->type) {
	case CONFIG_ADDRESS:
		(void)printf("`tcp://ADDRESS:PORT`, or nothing");
		break;
	case CONFIG_OWN_ADDRESS:
		(void)printf("`tcp://127.0.0.1:PORT`, `unix:/PATH`, or nothing");
		break;
	case CONFIG_ORIGIN:
		(void)printf("`https://HOST`, or nothing");
		break;
	case CONFIG_FILE:
		(void)printf("the name of a file");
		break;
	case CONFIG_NUMBER:
		(void)printf("%llu to %llu %s", (unsigned long long)s->least,
			     (unsigned long long)s->most, s->unit);
		break;
	case CONFIG_WORD:
		(void)putchar('`');
		for (const char *p = s->words; *p != '\0'; p++)
			(void)printf(*p == '|' ? "`, `" : "%c", *p);
		(void)putchar('`');
		break;
	}
}

/* The lint test compares it with deploy/settings.md: nobody can add a setting and not describe it. */
int tool_config_manual(struct tool_args *a)
{
	const char *section = "";

	(void)a;
	(void)printf(
		"# Settings of kringd\n\n"
		"Made from the table in `daemon/roles/config_table.c` by `kringd tool "
		"config-manual`; "
		"do not edit.\n\n"
		"They stand in `kring.conf` in the node's directory (of the node that the package "
		"runs: "
		"`/etc/kring/kring.conf`), or in the file that\n`kringd --config FILE` names; "
		"never in "
		"two of them. A line is `Name=value` below its `[Section]`; a remark "
		"begins with `#` on a line of its own. What is\nunknown, given twice, out of range "
		"or unreadable ends the start with its line and what to do.\n"
		"`kring config check` finds all of it beforehand; `kring config show` prints "
		"what holds and why.\n`systemctl reload kringd` (SIGHUP) has the file read again: "
		"the keys stay in memory, and one fault leaves everything as it was.\n");
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];

		if (strcmp(section, s->section) != 0)
			(void)printf(
				"\n## [%s]\n| setting | takes | default | SIGHUP | what it does "
				"|\n|---|---|---|---|---|\n",
				s->section);
		section = s->section;
		(void)printf("| `%s` | ", s->name);
		print_takes(s);
		(void)printf(" | %s%s%s | %s | %s |\n", s->standard[0] == '\0' ? "" : "`",
			     s->standard[0] == '\0' ? "empty" : s->standard,
			     s->standard[0] == '\0' ? "" : "`",
			     s->reload ? "reloads it" : "no: restart", s->help);
	}
	(void)printf(
		"\n## Environment\nNo setting is read from the environment: `KRING_LISTEN` and its "
		"like end the start.\n\n| variable | read by | what it does |\n|---|---|---|\n");
	for (const struct config_variable *v = config_variables; v->name != NULL; v++)
		(void)printf("| `%s` | %s | %s |\n", v->name, v->reader, v->help);
	return 0;
}
