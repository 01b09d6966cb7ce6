/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * config - kring.conf: one table of settings, from which the parser, kring config and the manual come.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  before the loop starts; at SIGHUP the supervisor, and core from a descriptor.
 * Time:     none.
 * Durable:  the file is read only.
 * Privacy:  holds no secret; KeyFile= names a file that does.
 *
 * A setting can only make a node stricter or smaller than the product and its federation are without it.  So
 * what is misread would admit, keep or tell more than was meant: an unknown, doubled or unreadable setting ends
 * the start, with file, line and remedy.
 */
#ifndef KRING_ROLES_CONFIG_H
#define KRING_ROLES_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits_screens.h"
#include "base/log/log.h"

enum { CONFIG_PATH_MAX = 512, CONFIG_COUNT = 19 };

enum config_type {
	CONFIG_ADDRESS,	    /* numeric, or empty: nowhere */
	CONFIG_OWN_ADDRESS, /* the same, of this machine alone */
	CONFIG_ORIGIN,	    /* of screens (base/origin.h), or empty: there are none */
	CONFIG_FILE,	    /* its name, never empty */
	CONFIG_NUMBER,	    /* digits alone, from least to most, in unit */
	CONFIG_WORD	    /* one of words; kept as its place among them */
};

struct config_setting {
	const char *section, *name;
	enum config_type type;
	const char *unit;     /* of a number */
	const char *words;    /* of a word, with | between */
	uint64_t least, most; /* of a number, both included */
	const char *standard; /* what holds when it is not set, as it would be written */
	bool reload;	      /* SIGHUP takes it over; else it counts from the next start */
	const char *help;     /* one line */
	size_t offset, cap;   /* in struct config: a text of cap bytes, or a uint64_t */
};
/** In the order in which people meet them. */
extern const struct config_setting config_settings[CONFIG_COUNT];

/** The variables of the environment that this product looks at; a lint holds every getenv against them. */
struct config_variable {
	const char *name, *reader, *help;
};
extern const struct config_variable config_variables[]; /* ends with a NULL name */

struct config {
	char dir[CONFIG_PATH_MAX];	 /* the node's directory */
	char path[CONFIG_PATH_MAX + 16]; /* the file that was read */
	char listen[LIMIT_ENDPOINT + 1];
	char key_file[CONFIG_PATH_MAX]; /* unlocks without a person; relative to dir */
	uint64_t log_level;		/* enum log_level */
	uint64_t day_documents, day_mib, store_mib;
	uint64_t open_referrals, cases, threads; /* of one partner */
	uint64_t flow_k, flow_percent;
	uint64_t flow_manual, pair_check, cosign_manual; /* 0 or 1 */
	char origin[LIMIT_ORIGIN + 1];			 /* of screens; "": there are none */
	char web_listen[LIMIT_ENDPOINT + 1];
	uint64_t web_passphrase; /* 1: people sign in by a passphrase, else by a passkey */
	uint64_t web_idle_min;
	uint64_t retain_months;
	unsigned line[CONFIG_COUNT]; /* where each was set; 0: it was not */
};

struct config_fault {
	unsigned line;		      /* 0: of the file as a whole, which what then names */
	char setting[96];	      /* "[Section] Name"; "": no setting */
	struct err_text what, remedy; /* a cause each; remedy may be empty */
};
typedef void (*config_fault_fn)(void *ctx, const struct config_fault *fault);

/** Where the node in dir has its settings: DIR/kring.conf; of the node that packages run, in CONFIG_OF_PACKAGES where that directory
 *  is there.  False: too long for cap. */
#define CONFIG_OF_PACKAGES "/etc/kring"
bool config_path(char *out, size_t cap, const char *dir);
/** file is followed, and DIR/kring.conf is another one: ERR_INVAL, why names both.  An administrator would edit the wrong one. */
MUST_CHECK enum err config_once(const char *dir, const char *file, struct err_text *why);
/** Fills defaults, then reads the file of config_path(), or file.  Stops the start at the first fault: why says file, line,
 *  setting and remedy. */
MUST_CHECK enum err config_read(struct config *c, const char *dir, const char *file,
				struct err_text *why);
/** The same from a descriptor (borrowed); file names it in sentences. */
MUST_CHECK enum err config_read_fd(struct config *c, const char *dir, const char *file, int fd,
				   struct err_text *why);
/** As config_read, but every fault goes to fn.  The error is that of the first one. */
MUST_CHECK enum err config_check(struct config *c, const char *dir, const char *file,
				 config_fault_fn fn, void *ctx);
/** The value of a setting as it would be written in the file. */
void config_value(const struct config *c, const struct config_setting *s, char *out, size_t cap);

#endif /* KRING_ROLES_CONFIG_H */
