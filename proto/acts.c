/* SPDX-License-Identifier: EUPL-1.2 */
#include "proto/acts.h"

#include <string.h>

/* clang-format off */
const struct act act_table[] = {
#define ACT_ROW(name, no, code_, body_, who_, reasons_, option, needs_, takes_, command_, help, example) \
	{.number = DOC_##name, .code = (code_), .body = (body_), .who = (who_), .reasons = (reasons_), \
	 .reason_option = (option), .needs = (needs_), .takes = (takes_), .command = (command_)},
#define RULE_ROW(name, no, code_, body_, who_, reasons_) \
	{.number = DOC_##name, .code = (code_), .body = (body_), .who = (who_), .reasons = (reasons_), .reason_option = "reason"},
	ACTS(ACT_ROW, RULE_ROW)
#undef ACT_ROW
#undef RULE_ROW
};
/* clang-format on */
const size_t act_count = sizeof act_table / sizeof act_table[0];

const struct act *act_of(uint16_t number)
{
	for (size_t i = 0; i < act_count; i++)
		if (act_table[i].number == number)
			return &act_table[i];
	return NULL;
}

const struct act *act_named(const char *code)
{
	for (size_t i = 0; i < act_count; i++)
		if (strcmp(act_table[i].code, code) == 0)
			return &act_table[i];
	return NULL;
}
