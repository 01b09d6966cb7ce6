/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Names of groups are looked up by the supervisor: core may open no file of the system, and is handed the number.
 */
#include "roles/socketfile.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log/log.h"

/* systemd may hand over several directories, with colons between; the first is the unit's own. */
void socketfile_path(char *out, size_t cap, const char *dir)
{
	const char *run = getenv("RUNTIME_DIRECTORY");
	const bool elsewhere = run != NULL && run[0] == '/';
	int n;

	require(out != NULL && dir != NULL);
	n = snprintf(out, cap, "%.*s/core.sock",
		     elsewhere ? (int)strcspn(run, ":") : (int)strlen(dir), elsewhere ? run : dir);
	if (n < 0 || (size_t)n >= cap)
		out[0] = '\0';
}

void socketfile_link(const char *dir)
{
	char at[PATH_MAX], here[PATH_MAX];
	const int n = snprintf(here, sizeof here, "%s/core.sock", dir);

	require(dir != NULL);
	socketfile_path(at, sizeof at, dir);
	if (n < 0 || (size_t)n >= sizeof here || at[0] == '\0' || strcmp(at, here) == 0)
		return;
	/* a socket of a run without systemd, or the link of the run before */
	(void)unlink(here);
	if (symlink(at, here) != 0) /* who names the socket itself finds it all the same */
		log_write(LOG_WARN, LOG_FAILED, "step=socket-link errno=%d", errno);
}

long socketfile_group(void)
{
	const struct group *g = getgrnam("kring-staff");

	return g == NULL ? -1 : (long)g->gr_gid;
}
