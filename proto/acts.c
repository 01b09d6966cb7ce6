/* SPDX-License-Identifier: EUPL-1.2 */
#include "proto/acts.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
const struct act act_table[] = {
#define ACT_ROW(name, no, code_, body_, who_, reasons_, option, needs_, takes_, command_, example) \
	{.number = DOC_##name, .code = (code_), .body = (body_), .who = (who_), .reasons = (reasons_), \
	 .reason_option = (option), .needs = (needs_), .takes = (takes_), .command = (command_)},
#define RULE_ROW(name, no, code_, body_, who_, reasons_) \
	{.number = DOC_##name, .code = (code_), .body = (body_), .who = (who_), .reasons = (reasons_), .reason_option = "reason"},
	ACTS(ACT_ROW, RULE_ROW)
#undef ACT_ROW
#undef RULE_ROW
};
/* clang-format on */
static_assert(sizeof act_table / sizeof act_table[0] < UINT8_MAX, "short enough to be searched");
const size_t act_count = sizeof act_table / sizeof act_table[0];

/* A number that a partner sent and nobody here knows is no error: the caller decides what a newer
 * act means to it. */
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

enum thread_kind kind_opened_by(uint16_t type)
{
	switch (type) {
#define KIND_OPENS(name, no, rules, first, flags)                                                  \
	case DOC_##first:                                                                          \
		return THREAD_##name;
		KINDS(KIND_OPENS)
#undef KIND_OPENS
	default:
		return THREAD_REFERRAL;
	}
}

bool kind_known(unsigned kind)
{
	switch (kind) {
#define KIND_NUMBER(name, no, rules, first, flags) case no:
		KINDS(KIND_NUMBER)
#undef KIND_NUMBER
		return true;
	default:
		return false;
	}
}

bool kind_has(unsigned kind, enum kind_flag flag)
{
	switch (kind) {
#define KIND_FLAGS(name, no, rules, first, flags)                                                  \
	case no:                                                                                   \
		return ((unsigned)(flags) & (unsigned)flag) != 0;
		KINDS(KIND_FLAGS)
#undef KIND_FLAGS
	default:
		return false;
	}
}
