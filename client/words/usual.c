/* SPDX-License-Identifier: EUPL-1.2 */
/* Health and the like are marked by hand only. */
#include "client/words/usual.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "proto/msg.h"

/* What a need is about, beside who the person is.  A need that is not here has no category of its own, or a sensitive one. */
static const struct {
	const char *need, *category;
} about[] = {
	{"income-debt", "income-debt"}, {"housing", "housing"}, {"work-learning", "work-education"},
	{"children", "children"},	{"rights", "rights"},	{"home-relations", "household"},
	{"energy-food", "income-debt"},
};

uint64_t usual_bit(const char *category)
{
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if (strcmp(msg_cat_name(bit), category) == 0)
			return UINT64_C(1) << bit;
	require(false);
	return 0;
}

uint64_t usual_cats(const char *need)
{
	uint64_t cats = usual_bit("identity") | usual_bit("contact") | usual_bit("needs");

	require(need != NULL);
	for (size_t i = 0; i < sizeof about / sizeof about[0]; i++)
		if (strcmp(about[i].need, need) == 0)
			cats |= usual_bit(about[i].category);
	return cats;
}
