/* SPDX-License-Identifier: EUPL-1.2 */
/* What lies beside the store and opens it: whoever takes the disk takes it too.  Only names and kinds are read, never
 * a secret; a file that cannot be read says nothing, because kring may run as another user than kringd. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/slots.h"
#include "client/print/print.h"

/* Is there a file of that name in the node's directory? */
static bool beside(const struct cli *c, const char *name, char path[PATH_MAX])
{
	const int n = snprintf(path, PATH_MAX, "%s/%s", c->dir, name);

	return n > 0 && n < PATH_MAX && access(path, F_OK) == 0;
}

/* The number of the key file's slot, when another one opens this node as well; else 0. */
static unsigned needless(const struct cli *c)
{
	unsigned char b[SLOTS_MAGIC_LEN + 1 + SLOTS_MAX * SLOTS_SLOT_LEN];
	char path[PATH_MAX];
	unsigned key = 0;
	bool other = false;
	size_t n;
	FILE *f;

	if (!beside(c, "slots", path) || (f = infile_stream(path)) == NULL)
		return 0;
	/* The file may be any file that lies there: count and length are compared before a slot is
	 * looked at. */
	n = fread(b, 1, sizeof b, f);
	(void)fclose(f);
	if (n <= SLOTS_MAGIC_LEN || memcmp(b, SLOTS_MAGIC, SLOTS_MAGIC_LEN) != 0 ||
	    n < SLOTS_MAGIC_LEN + 1 + (size_t)b[SLOTS_MAGIC_LEN] * SLOTS_SLOT_LEN)
		return 0;
	/* a key file alone is needed; beside a passphrase or a credential it is only a risk */
	for (unsigned i = 0; i < b[SLOTS_MAGIC_LEN]; i++) {
		const unsigned char kind = b[SLOTS_MAGIC_LEN + 1 + i * SLOTS_SLOT_LEN];

		key = kind == SLOTS_KEY && key == 0 ? i + 1 : key;
		other = other || kind == SLOTS_PASSPHRASE || kind == SLOTS_CREDENTIAL;
	}
	return other ? key : 0;
}

void print_beside(const struct cli *c)
{
	char path[PATH_MAX];
	unsigned slot;

	require(c != NULL && c->dir != NULL);
	if (beside(c, "recovery-sheet.txt", path)) {
		print_label(c, "label-sheet");
		print_say_line(c, "beside-sheet", FILL({"path", path, 0}));
	}
	if (!beside(c, "unlock.key", path))
		return;
	slot = needless(c);
	if (slot != 0) {
		print_label(c, "label-key");
		print_say_line(c, "beside-key", FILL({"path", path, 0}, {"slot", NULL, slot}));
	}
}

void print_beside_note(const struct cli *c, struct msg *status)
{
	char path[PATH_MAX];

	require(c != NULL && c->dir != NULL && status != NULL);
	msg_set_u64(status, STATUS_SHEET_BESIDE, beside(c, "recovery-sheet.txt", path));
	msg_set_u64(status, STATUS_KEY_BESIDE, beside(c, "unlock.key", path) && needless(c) != 0);
}
