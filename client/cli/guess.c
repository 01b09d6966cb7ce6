/* SPDX-License-Identifier: EUPL-1.2 */
/* A guess is shown and never run: a misspelt "case erase" must not become one. */
#include "client/cli/guess.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

/* Two neighbours that changed places are one slip of the fingers, not two. */
static unsigned slips(const char *typed, const char *word)
{
	const size_t n = strlen(typed);
	size_t i = 0;

	while (i < n && typed[i] == word[i])
		i++;
	if (n == strlen(word) && i + 1 < n && typed[i] == word[i + 1] && typed[i + 1] == word[i] &&
	    strcmp(typed + i + 2, word + i + 2) == 0)
		return 1;
	return text_distance(typed, word);
}

/* Far guesses do not help: one letter in four may be wrong, and one more. */
void guess_try(struct guess *g, const char *typed, const char *word, const char *before)
{
	require(g != NULL && typed != NULL && word != NULL && before != NULL);
	const unsigned d = slips(typed, word);

	if (d >= g->far || d > 1 + strlen(typed) / 4 || d >= strlen(word))
		return;
	g->far = d;
	(void)snprintf(g->name, sizeof g->name, "%s%s%s", before, before[0] == '\0' ? "" : " ",
		       word);
}

/* Without a near word nothing is proposed: a wild guess looks like an answer. */
bool guess_found(const struct guess *g)
{
	require(g != NULL);
	return g->name[0] != '\0';
}
