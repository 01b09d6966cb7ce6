/* SPDX-License-Identifier: EUPL-1.2 */
/* Every file that somebody else may have written: settings, key slots, keyroot, identity, backups and their items, the
 * ledger of erasures, a roster, a recovery code.  The first byte chooses; the rest is the file. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "core/disk/rosterfile.h"
#include "crypto/files/backup.h"
#include "crypto/files/erasures.h"
#include "crypto/files/sheet.h"
#include "crypto/secret.h"
#include "roles/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SETTINGS, SLOTS, KEYROOT, IDENTITY, BACKUP, ITEMS, ERASURES, ROSTER, CODE, CHOICES };

static char dir[] = "/dev/shm/kring-fuzz-XXXXXX";
static const uint8_t key[32], code[KEYFILE_RECOVERY_LEN];

static const char *path_of(const char *name)
{
	static char path[64];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void put(const char *name, struct span s)
{
	const int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	require(fd >= 0 && write(fd, s.p, s.len) == (ssize_t)s.len);
	(void)close(fd);
}

/* A sound node, so that one bad file among good ones is what is tried. */
static void make_node(void)
{
	const struct keyfile_new spec = {.key = {key, sizeof key}, .recovery = {code, sizeof code}};
	uint8_t seed[32];

	require(secret_init() == ERR_OK && mkdtemp(dir) != NULL);
	require(keyfile_create(dir, &spec, seed) == ERR_OK);
}

static void open_node(const char *name, struct span s)
{
	const struct keyfile_unlock how = {KEYFILE_KEY, {key, sizeof key}};
	static uint8_t good[3][16384];
	static size_t len[3];
	static const char *const names[] = {"slots", "keyroot", "identity"};
	struct keyfile k;

	for (size_t i = 0; i < 3; i++) {
		if (len[i] == 0)
			require(keyfile_read_file(path_of(names[i]), good[i], sizeof good[i],
						  &len[i]) == ERR_OK);
		put(names[i], span_of(good[i], len[i]));
	}
	put(name, s);
	(void)!keyfile_open(dir, &how, &k);
	keyfile_close(&k);
}

static void read_backup(struct span s)
{
	struct backup_about about;
	struct backup_item item;
	struct backup_in *in;

	put("backup", s);
	if (backup_in_open(&in, path_of("backup"), code, &about) != ERR_OK)
		return;
	while (backup_in_next(in, &item) == ERR_OK)
		continue;
	backup_in_close(in);
}

static void read_items(struct span s)
{
	struct rd r = rd_of(s);
	struct backup_item item;

	while (r.left > 3 && !r.bad) {
		const uint8_t type = rd_u8(&r);
		const size_t n = rd_u16(&r);
		const uint8_t *p = rd_take(&r, n);

		if (p != NULL)
			(void)!backup_item_get(type, span_of(p, n), &item);
	}
}

static void read_roster(struct span s)
{
	struct rosterfile f = {.bytes = NULL};
	struct err_text why;
	struct span entry;
	size_t at = 0;

	put("roster", s);
	if (rosterfile_read(path_of("roster"), &f, &why) == ERR_OK)
		while (rosterfile_next(&f, &at, &entry))
			continue;
	rosterfile_free(&f);
}

static void read_code(struct span s)
{
	uint8_t got[KEYFILE_RECOVERY_LEN], again[KEYFILE_RECOVERY_LEN], seed[32];
	char back[SHEET_CODE_TEXT + 1];

	(void)sheet_seed(s, seed);
	if (sheet_code(s, got) != SHEET_FOUND)
		return;
	sheet_code_text(got, back);
	require(sheet_code(span_of(back, strlen(back)), again) == SHEET_FOUND &&
		memcmp(got, again, sizeof got) == 0);
}

/* KRING_FUZZ_ONLY=N: this kind of file alone, for a long run of its own. */
static int only(void)
{
	const char *v = getenv("KRING_FUZZ_ONLY");

	return v == NULL ? -1 : (int)strtol(v, NULL, 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	struct err_text why;
	struct config conf;
	struct erasures *l;
	struct span s;

	if (!made)
		make_node();
	made = true;
	if (size < 1 || size > 70000)
		return 0;
	s = span_of(data + 1, size - 1);
	switch (only() < 0 ? data[0] % CHOICES : only()) {
	case SETTINGS:
		put("kring.conf", s);
		(void)!config_read(&conf, dir, NULL, &why);
		break;
	case SLOTS:
		open_node("slots", s);
		break;
	case KEYROOT:
		open_node("keyroot", s);
		break;
	case IDENTITY:
		open_node("identity", s);
		break;
	case BACKUP:
		read_backup(s);
		break;
	case ITEMS:
		read_items(s);
		break;
	case ERASURES:
		put("ledger", s);
		if (erasures_open(&l, dir, key) == ERR_OK)
			erasures_close(l);
		break;
	case ROSTER:
		read_roster(s);
		break;
	default:
		read_code(s);
		break;
	}
	return 0;
}
