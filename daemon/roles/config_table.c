/* SPDX-License-Identifier: EUPL-1.2 */
/* A new setting is a row here, a field in struct config, and whoever acts on it; parser, kring config, manual and
 * their tests follow.  deploy/settings.md is made from this table (kringd tool config-manual). */
#include "roles/config.h"

#include "base/limits/cases.h"

enum { MIB = 1024 * 1024 };

#define PLACE(field)		  offsetof(struct config, field), sizeof((struct config *)0)->field
#define ADDRESS			  CONFIG_ADDRESS, "", "", 0, 0
#define OWN_ADDRESS		  CONFIG_OWN_ADDRESS, "", "", 0, 0
#define ORIGIN			  CONFIG_ORIGIN, "", "", 0, 0
#define FILE_NAME		  CONFIG_FILE, "", "", 0, 0
#define WORDS(words)		  CONFIG_WORD, "", words, 0, 0
#define NUMBER(least, most, unit) CONFIG_NUMBER, unit, "", least, most

static_assert(LIMIT_FLOW_K <= 5 && LIMIT_MAP_MAX / MIB >= 65536, "defaults lie within their range");
static_assert(LIMIT_OPEN_REFERRALS >= 50000 && LIMIT_PARTNER_CASES >= 200000 &&
		      LIMIT_PARTNER_THREADS >= 1000000,
	      "so do those of one partner");
static_assert(LIMIT_DAY_DOCUMENTS >= 2000000 && LIMIT_DAY_BYTES / MIB >= 4096,
	      "so do those of a day");

/* clang-format off */
const struct config_setting config_settings[CONFIG_COUNT] = {
	{"Node", "Listen", ADDRESS, "", true,
	 "address and port where partners reach this machine; empty: this node dials, nobody dials it",
	 PLACE(listen)},
	{"Node", "KeyFile", FILE_NAME, "unlock.key", false,
	 "file that unlocks the node at its start; a name without / lies in the node's directory",
	 PLACE(key_file)},
	{"Node", "LogLevel", WORDS("error|warn|notice|info|debug"), "notice", true,
	 "how much the log says; names and texts of people never stand in it",
	 PLACE(log_level)},
	{"Limits", "PartnerDailyDocuments", NUMBER(1, LIMIT_DAY_DOCUMENTS, "documents"), "2000000", true,
	 "what one partner may send in a day; the rest waits at its sender",
	 PLACE(day_documents)},
	{"Limits", "PartnerDailyMiB", NUMBER(1, LIMIT_DAY_BYTES / MIB, "MiB"), "4096", true,
	 "the same in size",
	 PLACE(day_mib)},
	{"Limits", "PartnerOpenReferrals", NUMBER(1, LIMIT_OPEN_REFERRALS, "referrals"), "50000", true,
	 "how many referrals of one partner may be open here; what it refers beyond that waits there",
	 PLACE(open_referrals)},
	{"Limits", "PartnerCases", NUMBER(1, LIMIT_PARTNER_CASES, "cases"), "200000", true,
	 "how many people one partner may have brought; erased cases do not count",
	 PLACE(cases)},
	{"Limits", "PartnerThreads", NUMBER(1, LIMIT_PARTNER_THREADS, "referrals and consents"), "1000000", true,
	 "how many one partner may ever send, also those that are over",
	 PLACE(threads)},
	{"Limits", "StoreMiB", NUMBER(1, LIMIT_MAP_MAX / MIB, "MiB"), "65536", false,
	 "how much the store may hold before this node takes nothing in; 32 MiB and a 64th are kept behind it",
	 PLACE(store_mib)},
	{"Cases", "RetainMonths", NUMBER(1, LIMIT_RETAIN_MONTHS, "months"), "24", true,
	 "of a case that was closed so long ago somebody is asked whether it may be erased; it is never erased by itself",
	 PLACE(retain_months)},
	{"Flow", "Threshold", NUMBER(LIMIT_FLOW_K, UINT8_MAX, "people"), "5", true,
	 "figures of fewer are left out of this node's reports; the roster's policy may ask for more",
	 PLACE(flow_k)},
	{"Flow", "SharePercent", NUMBER(1, 100, "percent"), "100", true,
	 "how much of the epsilon that the roster allows this node spends: less is more noise",
	 PLACE(flow_percent)},
	{"Flow", "Publish", WORDS("auto|manual"), "auto", true,
	 "manual: a quarter's report leaves only after kring flow publish",
	 PLACE(flow_manual)},
	{"Partners", "PairCheck", WORDS("no|yes"), "no", true,
	 "yes: nobody's data goes to a partner before two people compared digits (kring partner check)",
	 PLACE(pair_check)},
	{"Partners", "Cosign", WORDS("auto|manual"), "auto", true,
	 "manual: this node vouches for a new roster entry only after kring roster cosign",
	 PLACE(cosign_manual)},
	{"Web", "Origin", ORIGIN, "", true,
	 "address of this node's screens, as browsers show it: https://kring.goes.example; empty: nobody signs in at a screen",
	 PLACE(origin)},
	{"Web", "Listen", OWN_ADDRESS, "", false,
	 "where this machine answers browsers, or the proxy with the certificate that stands before it: tcp://127.0.0.1:8780, or unix:/run/kring-web/sock in a directory that the proxy may enter; empty: nowhere",
	 PLACE(web_listen)},
	{"Web", "Login", WORDS("passkey|passphrase"), "passkey", false,
	 "passphrase: for a demonstration; whoever signed in so does nothing that asks for a fresh passkey",
	 PLACE(web_passphrase)},
	{"Web", "IdleMinutes", NUMBER(1, LIMIT_SESSION_MIN, "minutes"), "15", true,
	 "who did nothing for so long has to sign in again",
	 PLACE(web_idle_min)},
};

const struct config_variable config_variables[] = {
	{"CREDENTIALS_DIRECTORY", "kringd", "where systemd hands over kring.key; it is tried before KeyFile"},
	{"NOTIFY_SOCKET", "kringd", "where systemd is told that people can ask now, and that the node goes on"},
	{"WATCHDOG_USEC", "kringd", "how often at least"},
	{"RUNTIME_DIRECTORY", "kringd", "where systemd made a place for the socket that people ask at; else it stands in DIR"},
	{"KRING_JSON", "kringd tool", "set by kring --json: answers as JSON"},
	{"KRING_LANG", "kringd tool", "set by kring --lang: nl, fr, de, else English"},
	{"XDG_STATE_HOME", "kring", "where the client remembers what it showed last"},
	{"HOME", "kring", "the same, when XDG_STATE_HOME is not set: ~/.local/state/kring"},
	{"COLUMNS", "kring", "how many columns lines may have; else what the terminal says; without one texts have 80, and rows stay whole"},
	{"PAGER", "kring", "the program through which a terminal shows what is longer than the screen; else less, when it is there"},
	{"NO_COLOR", "kring", "set to anything: no colours on a terminal"},
	{"TERM", "kring", "dumb: no colours, and no pager"},
	{"LANG", "kring", "language of codes and states: nl, fr, de, else English"},
	{NULL, NULL, NULL},
};
/* clang-format on */
