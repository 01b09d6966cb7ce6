/* SPDX-License-Identifier: EUPL-1.2 */
/* Offline work: kring becomes this program for everything that needs keys or a roster file and no running node. */
#include "tool/tool.h"

#include "tool/doctor/tools.h"
#include "tool/node/tools.h"
#include "tool/roster/tools.h"
#include "tool/run.h"

/* kring join is missing here on purpose: it is a program of its own (daemon/programs/join.c). */
int tool_main(int argc, char **argv)
{
	static const struct tool tools[] = {
		{"node-init", tool_node_init},
		{"fed-create", tool_fed_create},
		{"roster-add", tool_roster_add},
		{"roster-propose", tool_roster_propose},
		{"roster-sign", tool_roster_sign},
		{"root-sign", tool_root_sign},
		{"digest", tool_digest},
		{"roster-verify", tool_roster_verify},
		{"rotate", tool_rotate},
		{"sheet", tool_sheet},
		{"restore", tool_restore},
		{"backup-check", tool_backup_check},
		{"slot-list", tool_slot_list},
		{"slot-add", tool_slot_add},
		{"slot-remove", tool_slot_remove},
		{"config-show", tool_config_show},
		{"config-check", tool_config_check},
		{"config-manual", tool_config_manual},
		{"doctor", tool_doctor},
	};

	return tool_run(argc, argv, tools, sizeof tools / sizeof tools[0], false);
}
