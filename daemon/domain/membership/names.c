/* SPDX-License-Identifier: EUPL-1.2 */
/* Which partner is meant by what a person typed.  A name is not an identity: two members may have names that look the same, so a
 * name that fits several is refused with the fingerprints, never resolved by guess.  Members that left are found only when no
 * present one fits.  What fits nothing is answered with what was perhaps meant; nothing is done with a guess. */
#include "domain/membership/names.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum { PRINT_HEX = 32, ID_HEX = 64, OFFERED = 3, LEAST_PART = 3, LIST_MAX = 280 };
static_assert(NAMES_TYPED_LEN > (int)PRINT_HEX, "a fingerprint fits");

/* "a1b2 c3d4 ..." or the same without blanks -> hex digits; false: it is neither fingerprint nor id. */
static bool as_hex(const char *name, char out[ID_HEX + 1])
{
	size_t n = 0;

	for (; *name != '\0'; name++) {
		const char c = (char)(*name >= 'A' && *name <= 'F' ? *name - 'A' + 'a' : *name);

		if (c == ' ')
			continue;
		if (n == ID_HEX || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == PRINT_HEX || n == ID_HEX;
}

/* A fingerprint, or the whole id: what two people read to each other to be sure. */
static struct peer *by_key(struct node *n, const char *name)
{
	char typed[ID_HEX + 1], hex[ID_HEX + 1];

	if (!as_hex(name, typed))
		return NULL;
	for (size_t i = 0; i < n->peer_count; i++) {
		bytes_hex(hex, n->peers[i].node_id.b, 32);
		if (strncmp(hex, typed, strlen(typed)) == 0)
			return &n->peers[i];
	}
	return NULL;
}

/* By what a reader sees: two names that differ in capitals, accents or the script of a letter would be taken for each other. */
bool names_same(const char *one, const char *other)
{
	char a[NAMES_TYPED_LEN], b[NAMES_TYPED_LEN];

	return strcmp(one, other) == 0 ||
	       (text_name_looks(a, sizeof a, one) && text_name_looks(b, sizeof b, other) &&
		a[0] != '\0' && strcmp(a, b) == 0);
}

/* A name in another script has no slug: it is compared as it stands. */
static bool fits(const struct peer *p, const char *name, const char *slug)
{
	return slug[0] == '\0' ? strcmp(p->org, name) == 0 : strcmp(p->slug, slug) == 0;
}

/* How many of those that are in, or of those that left, have this name. */
static size_t count_fits(struct node *n, const char *name, const char *slug, bool removed,
			 struct peer **first)
{
	size_t count = 0;

	for (size_t i = 0; name[0] != '\0' && i < n->peer_count; i++) {
		struct peer *p = &n->peers[i];

		if (p->removed == removed && fits(p, name, slug) && count++ == 0)
			*first = p;
	}
	return count;
}

/* The short name where only one has it, else digits: what is shown can always be typed. */
void names_typed(const struct node *n, const struct peer *p, char out[NAMES_TYPED_LEN])
{
	size_t same = 0;

	require(p->no != 0);
	for (size_t i = 0; i < n->peer_count; i++)
		same += !n->peers[i].removed && strcmp(n->peers[i].slug, p->slug) == 0;
	if (p->slug[0] != '\0' && same == (p->removed ? 0 : 1))
		memcpy(out, p->slug, strlen(p->slug) + 1);
	else
		bytes_hex(out, p->node_id.b, PRINT_HEX / 2);
}

/* One more of those that were perhaps meant, while there is room. */
static void name_one(const struct node *n, const struct peer *p, struct err_text *list)
{
	const size_t had = strlen(list->text);
	struct err_text one;
	char typed[NAMES_TYPED_LEN];
	size_t len;

	require(p->no != 0);
	names_typed(n, p, typed);
	text_format(one.text, sizeof one.text, "%s%s (%s)", had == 0 ? "" : "; ", p->org, typed);
	len = strlen(one.text);
	if (had + len < LIST_MAX)
		memcpy(list->text + had, one.text, len + 1);
}

/* All that fit are named, so that one of them can be typed whole. */
static enum err refuse_many(struct turn *t, const char *name, const char *slug, bool removed)
{
	struct err_text list = {""};
	unsigned said = 0;

	for (size_t i = 0; i < t->node->peer_count && said < OFFERED; i++) {
		const struct peer *p = &t->node->peers[i];

		if (p->removed == removed && fits(p, name, slug)) {
			name_one(t->node, p, &list);
			said++;
		}
	}
	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_PARTNER_SEVERAL,
				say_text("list", list.text));
}

/* One letter in five, two at most: of longer names, two that were exchanged. */
static bool mistyped(const char *slug, const char *name)
{
	const unsigned d = text_distance(slug, name);

	return d <= 2 && (size_t)d * 5 <= strlen(slug);
}

/* Members that are in, never ourselves and none that left: what is offered has to be of use. */
static enum err refuse_none(struct turn *t, const char *slug, bool place)
{
	struct err_text list = {""};
	unsigned said = 0;

	for (size_t i = 0; strlen(slug) >= LEAST_PART && i < t->node->peer_count && said < OFFERED;
	     i++) {
		const struct peer *p = &t->node->peers[i];

		if (p->removed || p->self || p->slug[0] == '\0' ||
		    (strstr(p->slug, slug) == NULL && strstr(slug, p->slug) == NULL &&
		     !mistyped(slug, p->slug)))
			continue;
		name_one(t->node, p, &list);
		said++;
	}
	if (said > 0)
		return turn_refuse_with(t, ERR_NOTFOUND,
					place ? REFUSAL_PLACE_MISTYPED : REFUSAL_PARTNER_MISTYPED,
					say_text("list", list.text));
	return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PARTNER_UNKNOWN);
}

/* The one present partner whose name begins so, when there is only one; a few letters fit somebody by chance. */
static struct peer *by_beginning(struct node *n, const char *slug)
{
	struct peer *found = NULL;
	const size_t len = strlen(slug);

	for (size_t i = 0; len >= LEAST_PART && i < n->peer_count; i++) {
		struct peer *p = &n->peers[i];

		if (p->removed || strncmp(p->slug, slug, len) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = p;
	}
	return found;
}

/* Members first, then those that left; among each, one that fits or none; then, where that is enough, the beginning of a name. */
static enum err find(struct turn *t, const char *name, bool beginnings, struct peer **p)
{
	char slug[NAMES_TYPED_LEN];
	size_t living, gone;

	*p = by_key(t->node, name);
	if (*p != NULL)
		return ERR_OK;
	if (!text_slug(slug, sizeof slug, name))
		return refuse_none(t, "", false);
	living = count_fits(t->node, name, slug, false, p);
	if (living > 1)
		return refuse_many(t, name, slug, false);
	if (living == 1)
		return ERR_OK;
	gone = count_fits(t->node, name, slug, true, p);
	if (gone > 1)
		return refuse_many(t, name, slug, true);
	if (gone == 0 && beginnings)
		*p = by_beginning(t->node, slug);
	/* as people type several needs or categories; which of them was meant is not guessed */
	if (*p == NULL && strchr(name, ',') != NULL)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PARTNER_ONE_NAME);
	return *p != NULL ? ERR_OK : refuse_none(t, slug, false);
}

/* Who is suspended or removed, or believed after a loss of state, is named whole. */
enum err names_find(struct turn *t, const char *name, struct peer **p)
{
	return find(t, name, false, p);
}

/* No command with a partner is ever about this node: all of them ask here. */
enum err names_partner(struct turn *t, const char *name, struct peer **p)
{
	enum err rc = find(t, name, true, p);

	if (rc != ERR_OK)
		return rc;
	require(*p != NULL); /* found is found */
	if ((*p)->self)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PARTNER_IS_THIS_NODE);
	return ERR_OK;
}

/* What fits nobody is no error here, since it may be a place outside the federation; but a slip of a letter in a member's name
 * would send a person to a place that is not there. */
enum err names_member(struct turn *t, const char *name, const struct peer **p)
{
	char slug[NAMES_TYPED_LEN];
	struct peer *found = by_key(t->node, name);
	size_t living;

	*p = found != NULL && !found->removed ? found : NULL;
	if (*p != NULL || !text_slug(slug, sizeof slug, name))
		return ERR_OK;
	living = count_fits(t->node, name, slug, false, &found);
	if (living > 1)
		return refuse_many(t, name, slug, false);
	*p = living == 1 ? found : NULL;
	for (size_t i = 0; living == 0 && slug[0] != '\0' && i < t->node->peer_count; i++)
		if (!t->node->peers[i].removed && (strstr(t->node->peers[i].slug, slug) != NULL ||
						   mistyped(slug, t->node->peers[i].slug)))
			return refuse_none(t, slug, true);
	return ERR_OK;
}
