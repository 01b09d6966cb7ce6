/* SPDX-License-Identifier: EUPL-1.2 */
#include "roles/config.h"

#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "roles/nodefiles.h"

enum { MIB = 1024 * 1024 };

struct setting {
	const char *section, *name;
	size_t offset, cap;
	const char *words;    /* those it takes, with | between; NULL: a number or any text */
	uint64_t least, most; /* of a number; 0, 0: it is none */
};

#define TEXT(field) offsetof(struct config, field), sizeof((struct config *)0)->field

static const struct setting settings[] = {
	{"Node", "Listen", TEXT(listen), NULL, 0, 0},
	{"Node", "KeyFile", TEXT(key_file), NULL, 0, 0},
	{"Node", "LogLevel", TEXT(log_level), "error|warn|notice|info|debug", 0, 0},
	{"Limits", "PartnerDailyDocuments", TEXT(day_documents), NULL, 1, LIMIT_DAY_DOCUMENTS},
	{"Limits", "PartnerDailyMiB", TEXT(day_mib), NULL, 1, LIMIT_DAY_BYTES / MIB},
	{"Limits", "StoreMiB", TEXT(store_mib), NULL, 1, LIMIT_MAP_MAX / MIB},
	{"Flow", "Threshold", TEXT(flow_k), NULL, LIMIT_FLOW_K, UINT8_MAX},
	{"Flow", "SharePercent", TEXT(flow_percent), NULL, 1, 100},
	{"Flow", "Publish", TEXT(flow_publish), "auto|manual", 0, 0},
	{"Partners", "PairCheck", TEXT(pair_check), "yes|no", 0, 0},
	{"Partners", "Cosign", TEXT(cosign), "auto|manual", 0, 0},
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

struct reading {
	struct config *c;
	struct err_text *why;
	enum err rc;
	unsigned taken;
	bool given[SETTINGS];
};

static bool number(const char *text, uint64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

static bool one_of(const char *words, const char *text)
{
	const size_t n = strlen(text);

	for (const char *w = words; w != NULL; w = strchr(w, '|')) {
		w += *w == '|';
		if (strncmp(w, text, n) == 0 && (w[n] == '|' || w[n] == '\0') && n > 0)
			return true;
	}
	return false;
}

/* What is misread would let in, keep or tell more than was meant: so it refuses to start. */
static enum err value_fits(const struct setting *s, const char *value, struct err_text *why)
{
	uint64_t v;

	if (s->words != NULL && !one_of(s->words, value))
		return err_explain(why, ERR_INVAL, "[%s] %s= is one of %s", s->section, s->name,
				   s->words);
	if (s->most != 0 && (!number(value, &v) || v < s->least || v > s->most))
		return err_explain(why, ERR_INVAL, "[%s] %s= is a number from %llu to %llu",
				   s->section, s->name, (unsigned long long)s->least,
				   (unsigned long long)s->most);
	if (strlen(value) >= s->cap)
		return err_explain(why, ERR_LIMIT, "[%s] %s= is too long", s->section, s->name);
	return ERR_OK;
}

static int on_setting(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];

		if (strcmp(s->section, section) != 0 || strcmp(s->name, name) != 0)
			continue;
		r->rc = r->given[i] ? err_explain(r->why, ERR_INVAL,
						  "[%s] %s= is given twice: once is enough",
						  section, name)
				    : value_fits(s, value, r->why);
		if (r->rc != ERR_OK)
			return 0;
		r->given[i] = true;
		memcpy((char *)r->c + s->offset, value, strlen(value) + 1);
		r->taken++;
		return 1;
	}
	r->rc = err_explain(r->why, ERR_INVAL, "unknown setting %s in section [%s]", name, section);
	return 0;
}

enum err config_read(struct config *c, const char *dir, const char *file, struct err_text *why)
{
	struct reading r = {.c = c, .why = why, .rc = ERR_OK};
	char path[CONFIG_PATH_MAX + 16];
	const char *flaw;
	int rc;

	*c = (struct config){.log_level = "notice", .key_file = "unlock.key"};
	if (strlen(dir) >= sizeof c->dir)
		return err_explain(why, ERR_LIMIT, "the directory's name is too long");
	memcpy(c->dir, dir, strlen(dir) + 1);
	if (file == NULL)
		(void)snprintf(path, sizeof path, "%s/kring.conf", dir);
	else
		(void)snprintf(path, sizeof path, "%s", file);
	rc = ini_parse(path, on_setting, &r);
	if (rc < 0 && file == NULL)
		return nodefiles_explain(why, ERR_IO, dir, "kring.conf", errno);
	if (rc < 0)
		return err_explain(why, ERR_IO, "%s: %s", path, strerror(errno));
	if (r.rc != ERR_OK) { /* which of two files is wrong is half of the answer */
		const struct err_text said = *why;

		return err_explain(why, r.rc, "%s, line %d: %s", path, rc, said.text);
	}
	if (rc > 0)
		return err_explain(why, ERR_MALFORMED, "%s line %d is not understood", path, rc);
	if (r.taken == 0 && file == NULL) /* what a full disk leaves: a node that listens nowhere */
		return nodefiles_explain(why, ERR_CORRUPT, dir, "kring.conf", 0);
	flaw = endpoint_flaw(c->listen, ENDPOINT_LISTEN, NULL);
	if (flaw != NULL)
		return err_explain(why, ERR_INVAL, "%s: Listen=%s: %s", path, c->listen, flaw);
	return ERR_OK;
}

enum log_level config_log_level(const struct config *c)
{
	static const char *const names[] = {"error", "warn", "notice", "info", "debug"};

	for (int i = 0; i < 5; i++)
		if (strcmp(c->log_level, names[i]) == 0)
			return (enum log_level)i;
	return LOG_NOTICE;
}
