/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * config - kring.conf: one table of settings; an unknown one refuses to start.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  before the loop starts.
 * Time:     none.
 * Durable:  the file is read only.
 * Privacy:  holds no secret; KeyFile= names a file that does.
 */
#ifndef KRING_ROLES_CONFIG_H
#define KRING_ROLES_CONFIG_H

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"

enum { CONFIG_PATH_MAX = 512 };

struct config {
	char dir[CONFIG_PATH_MAX];	 /* the node's directory */
	char listen[LIMIT_ENDPOINT + 1]; /* numeric, or empty: dial only */
	char key_file[CONFIG_PATH_MAX];	 /* unlocks without a person; relative to dir */
	char log_level[16];
	char store_mib[16]; /* how large the store may grow; lower only */
	char flow_k[16], flow_percent[16],
		flow_publish[16];	     /* less than the roster's policy only */
	char pair_check[8], cosign[8];	     /* stricter than the federation only */
	char day_documents[16], day_mib[16]; /* what one partner may send in a day; lower only */
};

/** Fills defaults, then reads DIR/kring.conf (or file).  why says line and remedy. */
MUST_CHECK enum err config_read(struct config *c, const char *dir, const char *file,
				struct err_text *why);
enum log_level config_log_level(const struct config *c);

#endif /* KRING_ROLES_CONFIG_H */
