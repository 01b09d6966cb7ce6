/* SPDX-License-Identifier: EUPL-1.2 */
#include "roles/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>

enum { FILES_NET = 4096, FILES_OTHER = 256 };

enum err sandbox_enter(enum sandbox_role role)
{
	const struct rlimit none = {0, 0};
	struct rlimit files;
	const rlim_t want = role == SANDBOX_NET ? FILES_NET : FILES_OTHER;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return ERR_IO;
#ifndef KRING_DEV
	/* The dev build stays traceable, so that tests can search its memory for planted markers. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return ERR_IO;
#endif
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return ERR_IO;
	files.rlim_cur = files.rlim_max < want ? files.rlim_max : want;
	return setrlimit(RLIMIT_NOFILE, &files) == 0 ? ERR_OK : ERR_IO;
}
