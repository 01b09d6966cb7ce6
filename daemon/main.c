/* SPDX-License-Identifier: EUPL-1.2 */
/* The options of kringd, kringd-net, kringd-web and kringd-join, of which each is linked with one file of programs/: three processes, four with
 * screens.  Read in this order: supervisor.c, net.c, core.c, engine.c, then domain/node.h; daemon/ARCHITECTURE.md is the tour. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/stdfd.h"
#include "programs/programs.h"

static const char usage_text[] =
	"usage: kringd [--dir DIR] [--config FILE] [--passphrase-file FILE | --locked]\n"
	"Runs one node from its directory (made by: kring node init).\n"
	"  --dir DIR               the node's directory (/var/lib/kring)\n"
	"  --config FILE           its settings (DIR/kring.conf)\n"
	"  --passphrase-file FILE  unlock with the passphrase in FILE, - for standard input;\n"
	"                          else with the key file named in the settings\n"
	"  --locked                wait for kring unlock, whatever key file there is\n"
	"  --version, -V           its version\n"
	"  --help, -h              its options\n"
	"example: kringd --dir /var/lib/kring\n";

enum {
	OPT_DIR = 1,
	OPT_CONFIG,
	OPT_PASS,
	OPT_ROLE,
	OPT_VERSION,
	OPT_HELP,
	OPT_NO_ZAP,
	OPT_CLOCK,
	OPT_CLOCK_FILE,
	OPT_LOCKED,
	OPT_STAFF_GROUP
};

static const struct option options[] = {
	{"dir", required_argument, NULL, OPT_DIR},
	{"config", required_argument, NULL, OPT_CONFIG},
	{"passphrase-file", required_argument, NULL, OPT_PASS},
	{"role", required_argument, NULL, OPT_ROLE},
	{"locked", no_argument, NULL, OPT_LOCKED},
	{"staff-group", required_argument, NULL, OPT_STAFF_GROUP},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
#ifdef KRING_DEV
	{"dev-no-zap", no_argument, NULL, OPT_NO_ZAP},
	{"dev-clock-offset", required_argument, NULL, OPT_CLOCK},
	{"dev-clock-file", required_argument, NULL, OPT_CLOCK_FILE},
#endif
	{NULL, 0, NULL, 0},
};

/* Eight bytes of this machine's order, mapped before the sandbox closes. */
static const int64_t *clock_shared(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		(void)close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static int ended(int code)
{
	if (code != PROGRAM_OTHER)
		return code;
	(void)fputs(usage_text, stderr);
	return ROLES_CONFIG;
}

int main(int argc, char **argv)
{
	struct role_options opt = {.role = "", .dir = "/var/lib/kring", .staff_group = -1};
	int c;

	if (!stdfd_open())
		return ROLES_FAILED;
	if (argc > 1 && strcmp(argv[1], "tool") == 0)
		return ended(program_tool(argc, argv));
	while ((c = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		switch (c) {
		case OPT_DIR:
			opt.dir = optarg;
			break;
		case OPT_CONFIG:
			opt.config = optarg;
			break;
		case OPT_PASS:
			opt.passphrase_file = optarg;
			break;
		case OPT_ROLE:
			opt.role = optarg;
			break;
		case OPT_LOCKED:
			opt.locked = true;
			break;
		case OPT_STAFF_GROUP: /* of the supervisor, for core */
			opt.staff_group = strtol(optarg, NULL, 10);
			break;
		case OPT_NO_ZAP:
			opt.no_zap = true;
			break;
		case OPT_CLOCK:
			opt.clock_offset_s = strtoll(optarg, NULL, 10);
			break;
		case OPT_CLOCK_FILE:
			opt.clock_file = optarg;
			opt.clock_shared = clock_shared(optarg);
			break;
		case 'V':
		case OPT_VERSION:
			(void)puts("kringd " KRING_VERSION);
			return ROLES_OK;
		case 'h':
		case OPT_HELP:
			(void)fputs(usage_text, stdout);
			return ROLES_OK;
		default:
			(void)fputs(usage_text, stderr);
			return ROLES_CONFIG;
		}
	}
	return ended(program_run(&opt, argv[0]));
}
