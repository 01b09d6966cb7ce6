/* SPDX-License-Identifier: EUPL-1.2 */
/* A new node, in a directory that holds none.  Nothing is ever written over: keys that lie there may be somebody's only
 * ones. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/disk/rosterfile.h"
#include "crypto/files/keyfile.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/nodedir.h"
#include "tool/node/tools.h"

enum { PATH_LEN = CONFIG_PATH_MAX + 32 };

static void say_made(const struct tool_args *a, const uint8_t *join, size_t len)
{
	char print[IDENTITY_FINGERPRINT_LEN];
	struct wire_add add;
	struct wire_node node;

	if (wire_add_get(span_of(join, len), &add) != ERR_OK ||
	    wire_node_get(add.node, &node) != ERR_OK)
		return;
	/* Read back from the bytes that a root will be sent: what is shown is what will be signed. */
	identity_fingerprint(print, &node.node);
	say_line("node-made", FILL({"org", a->org, 0}, {"dir", a->dir, 0}));
	say_line("node-fingerprint", FILL({"fingerprint", print, 0}));
	say_line("sheet-print", FILL({"dir", a->dir, 0}));
}

/* The roster is read first: a node of a federation whose roster does not hold could never be let in. */
int tool_node_init(struct tool_args *a)
{
	uint8_t join[NODEDIR_JOIN_MAX];
	struct rosterfile f;
	struct err_text why = {""};
	enum err rc;
	char path[PATH_LEN];
	size_t len = 0;
	bool made;
	int bad = nodedir_check(a);

	if (bad == 0 && a->federation == NULL)
		bad = tool_fail(TOOL_USAGE, "needs-federation", "needs-federation-why");
	if (bad != 0)
		return bad;
	rc = rosterfile_read(a->federation, &f, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(TOOL_NOT_FOUND, "federation-roster", rc, &why);
	made = access(a->dir, F_OK) != 0;
	bad = nodedir_make(a, &f.chain.fed_id, join, &len);
	if (bad == 0 && (!nodefiles_path(path, sizeof path, a->dir, "roster") ||
			 keyfile_write_file(path, span_of(f.bytes, f.len)) != ERR_OK)) {
		bad = tool_fail(TOOL_RULE, "roster-not-copied", say_errno(errno));
		nodedir_unmake(a->dir, made);
	}
	rosterfile_free(&f);
	if (bad != 0)
		return bad;
	nodefiles_own(a->dir); /* root may have made it for the daemon's user */
	say_made(a, join, len);
	say_line("node-next", FILL({"dir", a->dir, 0}));
	return 0;
}
