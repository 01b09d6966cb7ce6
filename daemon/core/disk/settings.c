/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings taken over while the node runs.  All of the file holds or nothing of it: a line that is wrong leaves everything
 * as it was.  What a process only reads at its start is named in the log and waits for the next one. */
#include "core/disk/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log/log.h"
#include "roles/causes.h"
#include "roles/configfile.h"

enum { MIB = 1024 * 1024 };

struct node_settings settings_of(const struct config *c)
{
	struct node_settings s = {
		.day_documents = c->day_documents,
		.day_bytes = c->day_mib * MIB,
		.quota = {c->open_referrals, c->cases, c->threads},
		.flow = {(uint8_t)c->flow_k, (uint8_t)c->flow_percent, c->flow_manual != 0},
		.pair_check = c->pair_check != 0,
		.cosign_manual = c->cosign_manual != 0,
		.retain_months = (uint32_t)c->retain_months,
		.web = {.idle_ms = (uint32_t)c->web_idle_min * 60000,
			.passphrase = c->web_passphrase != 0}};

	static_assert(sizeof s.web.origin == sizeof c->origin, "copied whole");
	memcpy(s.web.origin, c->origin, sizeof s.web.origin);
	return s;
}

/* A backup brings back the settings that are followed, not those of the last start. */
static void keep_text(int fd, struct backup_files *files)
{
	uint8_t *room = malloc(CONFIGFILE_MAX);
	size_t len = 0;
	ssize_t n = lseek(fd, 0, SEEK_SET) == 0 ? 1 : 0;

	require(files != NULL);
	while (files->name != NULL && strcmp(files->name, "kring.conf") != 0)
		files++;
	/* From its beginning again: config_read_fd has read this descriptor to the end. */
	while (room != NULL && n > 0 && len < CONFIGFILE_MAX) {
		n = read(fd, room + len, CONFIGFILE_MAX - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (files->name == NULL || room == NULL || n < 0 || len == 0) {
		free(room);
		return;
	}
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): ours, lent as const */
	free((void *)(uintptr_t)files->bytes.p);
	files->bytes = span_of(room, len);
}

bool settings_take(struct config *c, int fd, struct backup_files *files, unsigned *later)
{
	struct err_text why = {""};
	char text[CAUSES_LEN];
	unsigned changed = 0, waits = 0;
	struct config next;

	require(c != NULL && later != NULL);

	if (config_read_fd(&next, c->dir, c->path, fd, &why) != ERR_OK) {
		log_write(LOG_ERROR, LOG_SETTINGS, "kept=1 why=\"%s\"", causes_log(&why, text));
		return false;
	}
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];
		const char *new = (const char *)&next + s->offset;
		char *old = (char *)c + s->offset;

		if (memcmp(old, new, s->cap) == 0)
			continue;
		changed += s->reload ? 1 : 0;
		waits += s->reload ? 0 : 1;
		if (s->reload)
			memcpy(old, new, s->cap);
	}
	/* Lines of the new file, also of settings that wait: a fault of the next start names the
	 * right one. */
	memcpy(c->line, next.line, sizeof c->line);
	keep_text(fd, files);
	log_write(LOG_NOTICE, LOG_SETTINGS, "changed=%u next_start=%u", changed, waits);
	*later = waits;
	return changed > 0;
}
