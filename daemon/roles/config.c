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

struct setting {
	const char *section, *name;
	size_t offset, cap;
};

#define TEXT(field) offsetof(struct config, field), sizeof((struct config *)0)->field

static const struct setting settings[] = {
	{"Node", "Listen", TEXT(listen)},
	{"Node", "KeyFile", TEXT(key_file)},
	{"Node", "LogLevel", TEXT(log_level)},
	{"Limits", "PartnerDailyDocuments", TEXT(day_documents)},
	{"Limits", "PartnerDailyMiB", TEXT(day_mib)},
	{"Limits", "StoreMiB", TEXT(store_mib)},
	{"Flow", "Threshold", TEXT(flow_k)},
	{"Flow", "SharePercent", TEXT(flow_percent)},
	{"Flow", "Publish", TEXT(flow_publish)},
	{"Partners", "PairCheck", TEXT(pair_check)},
	{"Partners", "Cosign", TEXT(cosign)},
};

struct reading {
	struct config *c;
	struct err_text *why;
	enum err rc;
	unsigned taken;
};

static int on_setting(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		const struct setting *s = &settings[i];

		if (strcmp(s->section, section) != 0 || strcmp(s->name, name) != 0)
			continue;
		if (strlen(value) >= s->cap) {
			r->rc = err_explain(r->why, ERR_LIMIT, "%s= is too long", name);
			return 0;
		}
		memcpy((char *)r->c + s->offset, value, strlen(value) + 1);
		r->taken++;
		return 1;
	}
	r->rc = err_explain(r->why, ERR_INVAL, "unknown setting %s in section [%s]", name, section);
	return 0;
}

static bool number(const char *text, uint64_t *v)
{
	char *end;

	*v = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static bool one_of(const char *text, const char *a, const char *b)
{
	return text[0] == '\0' || strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

static enum err check_partners(const struct config *c, struct err_text *why)
{
	if (!one_of(c->pair_check, "yes", "no"))
		return err_explain(why, ERR_INVAL, "[Partners] PairCheck= is yes or no");
	if (!one_of(c->cosign, "auto", "manual"))
		return err_explain(why, ERR_INVAL, "[Partners] Cosign= is auto or manual");
	return ERR_OK;
}

/* What is misread here would tell more than was meant: so it refuses to start. */
static enum err check_flow(const struct config *c, struct err_text *why)
{
	uint64_t v;

	if (c->flow_k[0] != '\0' && (!number(c->flow_k, &v) || v < LIMIT_FLOW_K || v > UINT8_MAX))
		return err_explain(why, ERR_INVAL, "[Flow] Threshold= is a number from %u to %u",
				   LIMIT_FLOW_K, (unsigned)UINT8_MAX);
	if (c->flow_percent[0] != '\0' && (!number(c->flow_percent, &v) || v < 1 || v > 100))
		return err_explain(why, ERR_INVAL,
				   "[Flow] SharePercent= is a number from 1 to 100");
	if (!one_of(c->flow_publish, "auto", "manual"))
		return err_explain(why, ERR_INVAL, "[Flow] Publish= is auto or manual");
	return ERR_OK;
}

enum err config_read(struct config *c, const char *dir, const char *file, struct err_text *why)
{
	struct reading r = {c, why, ERR_OK, 0};
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
	if (r.rc != ERR_OK)
		return r.rc;
	if (rc > 0)
		return err_explain(why, ERR_MALFORMED, "%s line %d is not understood", path, rc);
	if (r.taken == 0 && file == NULL) /* what a full disk leaves: a node that listens nowhere */
		return nodefiles_explain(why, ERR_CORRUPT, dir, "kring.conf", 0);
	flaw = endpoint_flaw(c->listen, ENDPOINT_LISTEN, NULL);
	if (flaw != NULL)
		return err_explain(why, ERR_INVAL, "%s: Listen=%s: %s", path, c->listen, flaw);
	return check_partners(c, why) != ERR_OK ? ERR_INVAL : check_flow(c, why);
}

enum log_level config_log_level(const struct config *c)
{
	static const char *const names[] = {"error", "warn", "notice", "info", "debug"};

	for (int i = 0; i < 5; i++)
		if (strcmp(c->log_level, names[i]) == 0)
			return (enum log_level)i;
	return LOG_NOTICE;
}
