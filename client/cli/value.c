/* SPDX-License-Identifier: EUPL-1.2 */
/* What an option may hold.  A command's row says "until=DATE"; here is what DATE means: one table of types, one
 * function that judges a value by it.  A value that passes is of its type and nothing more is promised: whether the
 * node takes it, the node decides.  Codes are those of config/lists, so that no code is refused here that a node
 * of the same version takes. */
#include "client/cli/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/words/day.h"

enum { NAME_MAX_LEN = 32, ACCEPTS_MIN = 128 };
enum kind {
	KIND_LINE,
	KIND_WORDS, /* of one line, about a person */
	KIND_TEXT,
	KIND_NUMBER,
	KIND_HEX, /* the 16 bytes of a request's id */
	KIND_ROWS,
	KIND_DATE,
	KIND_DAY,
	KIND_CATS,
	KIND_CODE,
	KIND_LIST,
	KIND_CODES, /* several: of a list, or of those that stand here */
	KIND_QUARTER
};

/* Types as help shows them.  KIND_LIST: the codes of a list that the command's act may use. */
static const struct type {
	const char *name, *accepts; /* KIND_CODE: the codes */
	enum kind kind;
	enum list_id list; /* of words and codes */
} types[] = {
	{"NAME", "", KIND_LINE, 0},
	{"LINE", "", KIND_LINE, 0},
	{"WORDS", "", KIND_WORDS, 0},
	{"FILE", "", KIND_LINE, 0},
	{"DIR", "", KIND_LINE, 0},
	{"ID", "", KIND_LINE, 0},
	{"REQUEST", "", KIND_HEX, 0},
	{"ADDRESS", "", KIND_LINE, 0},
	{"TEXT", "", KIND_TEXT, 0},
	{"NUMBER", "", KIND_NUMBER, 0},
	{"ROWS", "", KIND_ROWS, 0},
	{"DATE", "", KIND_DATE, 0},
	{"BIRTH", "", KIND_DAY, 0},
	{"QUARTER", "", KIND_QUARTER, 0},
	{"CATEGORIES", "", KIND_CATS, LIST_CATEGORIES},
	{"NEED", "", KIND_LIST, LIST_NEEDS},
	{"OUTCOME", "", KIND_LIST, LIST_OUTCOMES},
	{"REASON", "", KIND_LIST, LIST_REASONS},
	{"DECLINE", "", KIND_LIST, LIST_DECLINE},
	{"DONE", "referred-on, told, closed", KIND_CODE, LIST_CODES},
	{"URGENCY", "routine, urgent", KIND_CODE, LIST_CODES},
	{"YESNO", "yes, no", KIND_CODE, LIST_UI},
	{"WAY", "in-person, video, telephone", KIND_CODE, LIST_CODES},
	{"HOW", "oral, written, electronic", KIND_CODE, LIST_CODES},
	{"GIVER", "self, parent, guardian, representative", KIND_CODE, LIST_CODES},
	{"ONWARD", "none, member", KIND_CODE, LIST_CODES},
	{"PLACE", "office, home, outreach, telephone, online", KIND_CODE, LIST_CODES},
	{"AGE", "under-12, 12-15, 16-17, adult", KIND_CODE, LIST_CODES},
	{"LANGUAGE", "nl, fr, en, de, ar, tr, uk, pl, ro, es, other", KIND_CODE, LIST_CODES},
	{"PURPOSE", "refer, coordinate, follow-up, evaluate, handover", KIND_CODE, LIST_CODES},
	{"STATUTE", "nl-wgbo, nl-jw, nl-wmo, be-kw, fr-csp, de-bgb, archive", KIND_CODE,
	 LIST_CODES},
	{"ROLES", "", KIND_CODES, LIST_ROLES},
	{"LANGUAGES", "nl, fr, en, de", KIND_CODES, LIST_CODES},
	{"SLOT", "passphrase, key-file, credential", KIND_CODE, LIST_CODES},
};

/* "name=TYPE", "name=TYPE*" (may be repeated), "name=TYPE?" (may be empty), "name" (a flag). */
bool value_spec_next(const char **at, char name[32], char type[32], bool *many, bool *empty)
{
	require(at != NULL && *at != NULL);
	const char *p = *at + strspn(*at, " "), *end = p + strcspn(p, " "), *eq;
	size_t n = (size_t)(end - p), m;

	eq = memchr(p, '=', n);
	m = eq == NULL ? n : (size_t)(eq - p);
	*at = end;
	if (n == 0 || m == 0 || m >= NAME_MAX_LEN)
		return false;
	memcpy(name, p, m);
	name[m] = '\0';
	type[0] = '\0';
	*many = *empty = false;
	if (eq == NULL)
		return true;
	/* n counts what stands behind "="; the marks are taken off its end */
	for (n -= m + 1; n > 0 && (eq[n] == '*' || eq[n] == '?'); n--) {
		*many = *many || eq[n] == '*';
		*empty = *empty || eq[n] == '?';
	}
	n = n < NAME_MAX_LEN ? n : NAME_MAX_LEN - 1;
	memcpy(type, eq + 1, n);
	type[n] = '\0';
	if (n == 0)
		memcpy(type, "LINE", 5);
	return true;
}

/* NULL: a flag, or a type that the table does not have. */
static const struct type *type_of(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

const char *value_use(const struct command *cmd)
{
	require(cmd != NULL);
	const struct act *a = act_of(cmd->act);

	return a == NULL ? "" : a->code;
}

/* One option more; the longest act has half of what there is room for. */
static void add_option(char buf[VALUE_OPTIONS_LEN], const char *name, const char *type)
{
	const size_t n = strlen(buf);
	const int more = snprintf(buf + n, VALUE_OPTIONS_LEN - n, "%s%s%s%s", n == 0 ? "" : " ",
				  name, type[0] == '\0' ? "" : "=", type);

	require(more > 0 && n + (size_t)more < VALUE_OPTIONS_LEN);
}

/* A reason goes by --reason for every act, and by the name that its act has for it. */
static void add_reason(char buf[VALUE_OPTIONS_LEN], const struct act *a)
{
	const char *type = "";

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (types[i].kind == KIND_LIST && (int)types[i].list == a->reasons)
			type = types[i].name;
	require(type[0] != '\0');
	add_option(buf, "reason", type);
	if (strcmp(a->reason_option, "reason") != 0)
		add_option(buf, a->reason_option, type);
}

const char *value_options(const struct command *cmd, char buf[VALUE_OPTIONS_LEN])
{
	require(cmd != NULL && buf != NULL);
	static const struct {
		unsigned with;
		const char *name, *type;
	} parts[] = {
		{ACT_WITH_REVIEW | ACT_WITH_DATE, "until", "DATE"},
		{ACT_WITH_ALTERNATIVE, "alternative", "LINE"},
		{ACT_WITH_TARGET, "target", "LINE*"},
		{ACT_WITH_SHARE, "share", "CATEGORIES"},
		{ACT_WITH_LATE, "late", ""},
		/* of a message: an appointment is on a day and somewhere, and an answer is one to
		      * something that the other side said; nobody has to look at it again then, so it
		      * is not called until */
		{ACT_WITH_DAY, "date", "DATE"},
		{ACT_WITH_PLACE, "place", "LINE"},
		{ACT_WITH_ENTRY, "answers", "NUMBER"},
		{ACT_WITH_CORRECTS, "corrects", "NUMBER"},
		{ACT_WITH_SAME, "same-as", "ID"}};
	const struct act *a = act_of(cmd->act);

	/* every act takes a text, can be tried out, and is an answer to what was seen */
	if (a == NULL)
		return cmd->options == NULL ? "" : cmd->options;
	buf[0] = '\0';
	if (act_has(a, ACT_WITH_REASON))
		add_reason(buf, a);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (act_has(a, parts[i].with))
			add_option(buf, parts[i].name, parts[i].type);
	if (act_has(a, ACT_ASKS))
		add_option(buf, "yes", "");
	add_option(buf, "text", "TEXT");
	add_option(buf, "dry-run", "");
	add_option(buf, "expect", "NUMBER");
	return buf;
}

/* Both forms of a list: codes that the table itself has, and rows of config/lists. */
bool value_code_at(const struct command *cmd, const char *type, size_t i, struct value_code *out)
{
	require(cmd != NULL && type != NULL && out != NULL);
	const struct type *t = type_of(type);

	if (t == NULL || (t->kind != KIND_CODE && t->kind != KIND_LIST && t->kind != KIND_CATS &&
			  t->kind != KIND_CODES))
		return false;
	out->words = t->list;
	out->code = t->accepts[0] != '\0' ? NULL : list_code(t->list, value_use(cmd), i);
	/* its own codes are rows of the list too, so that each is one text with an end */
	for (const char *p = t->accepts; *p != '\0' && out->code == NULL;) {
		const size_t n = strcspn(p, ",");
		const char *row;

		for (size_t k = 0; i == 0 && (row = list_code(t->list, "", k)) != NULL; k++)
			if (strlen(row) == n && strncmp(row, p, n) == 0)
				out->code = row;
		i -= i == 0 ? 0 : 1;
		p += n;
		p += strspn(p, ", ");
	}
	return out->code != NULL;
}

bool value_takes_many(const char *type)
{
	const struct type *t = type_of(type);

	return t != NULL && (t->kind == KIND_CATS || t->kind == KIND_CODES);
}

/* In English as codes, for scripts; else as words.  As long as they fit; none is cut in two. */
bool value_accepts(enum list_lang lang, const struct command *cmd, const char *type, char *out,
		   size_t cap)
{
	require(cmd != NULL && type != NULL);
	require(cap >= ACCEPTS_MIN);
	const struct type *t = type_of(type);
	char code_of_type[NAME_MAX_LEN + 8];
	struct value_code v;
	size_t n = 0;

	out[0] = '\0';
	if (t == NULL)
		return false;
	if (!value_code_at(cmd, type, 0, &v)) {
		(void)snprintf(code_of_type, sizeof code_of_type, "takes-%s", t->name);
		(void)snprintf(out, cap, "%s", list_text(LIST_ARGUMENTS, lang, code_of_type));
		return true;
	}
	for (size_t i = 0; value_code_at(cmd, type, i, &v); i++) {
		const char *code = lang == LIST_EN ? v.code : list_text(v.words, lang, v.code);
		const size_t len = strlen(code);

		if (n + len + 3 > cap)
			break;
		memcpy(out + n, ", ", 2);
		n += n == 0 ? 0 : 2;
		memcpy(out + n, code, len + 1);
		n += len;
	}
	return true;
}

/* The place of a code counts from 1: that is its number on the wire for an enum of the schema. */
static bool code_in(const char *codes, const char *value, uint64_t *no)
{
	const size_t n = strlen(value);

	*no = 1;
	for (const char *p = codes; *p != '\0'; (*no)++) {
		const size_t len = strcspn(p, ",");

		if (len == n && strncmp(p, value, n) == 0)
			return true;
		p += len;
		p += strspn(p, ", ");
	}
	return false;
}

/* At most 18 digits, so that it cannot overflow. */
bool value_whole(const char *text, uint64_t *number)
{
	require(text != NULL && number != NULL);
	*number = 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || p - text > 17)
			return false;
		*number = *number * 10 + (uint64_t)(*p - '0');
	}
	return text[0] != '\0';
}

/* As every node names a quarter: 2026Q4. */
static bool quarter(const char *s)
{
	for (int i = 0; i < 4; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return s[4] == 'Q' && s[5] >= '1' && s[5] <= '4' && s[6] == '\0';
}

/* "none" is a choice of its own: to share nothing is not the same as to say nothing about sharing. */
bool value_categories(const char *text, uint64_t *cats)
{
	char copy[512], *save = NULL;
	size_t words = 0;
	bool none = false; /* stands alone */

	require(text != NULL && cats != NULL);
	*cats = 0;
	if (strlen(text) >= sizeof copy)
		return false;
	memcpy(copy, text, strlen(text) + 1);
	for (char *w = strtok_r(copy, ", ", &save); w != NULL; w = strtok_r(NULL, ", ", &save)) {
		unsigned bit = 0;

		if (strcmp(w, "none") == 0 && words++ == 0) {
			none = true;
			continue;
		}
		words++;
		while (msg_cat_name(bit) != NULL && strcmp(msg_cat_name(bit), w) != 0)
			bit++;
		if (msg_cat_name(bit) == NULL)
			return false;
		*cats |= UINT64_C(1) << bit;
	}
	return words == 1 || (words > 1 && !none);
}

/* Commas or blanks between; each is one of those that the type takes. */
static bool codes_fit(const struct command *cmd, const char *type, const char *value)
{
	char copy[512], *save = NULL;
	size_t words = 0;
	struct value_code v;

	if (strlen(value) >= sizeof copy)
		return false;
	memcpy(copy, value, strlen(value) + 1);
	for (char *w = strtok_r(copy, ", ", &save); w != NULL; w = strtok_r(NULL, ", ", &save)) {
		bool known = false;

		for (size_t i = 0; !known && value_code_at(cmd, type, i, &v); i++)
			known = strcmp(v.code, w) == 0;
		if (!known)
			return false;
		words++;
	}
	return words > 0;
}

/* A day of the past is a day: whether one makes sense there, the node decides. */
bool value_date(enum list_lang lang, const char *text, uint64_t *ms)
{
	int64_t day;

	require(text != NULL && ms != NULL);
	if (day_read(text, lang, day_today(), &day) != DAY_OK || day < 0)
		return false;
	*ms = (uint64_t)day * DAY_MS + 43200000; /* noon UTC: the same day in every country */
	return true;
}

/* An unknown type takes everything; test_client_input walks the table, so that there is none. */
bool value_fits(enum list_lang lang, const struct command *cmd, const char *type, const char *value,
		uint64_t *number)
{
	require(cmd != NULL && type != NULL);
	require(value != NULL && number != NULL);
	const struct type *t = type_of(type);
	char born[DATE_TEXT];

	if (t == NULL)
		return true;
	switch (t->kind) {
	case KIND_LINE:
	case KIND_WORDS:
		return strpbrk(value, "\n\t") == NULL;
	case KIND_TEXT:
		return true;
	case KIND_NUMBER:
		return value_whole(value, number);
	case KIND_HEX:
		return strlen(value) == 32 && strspn(value, "0123456789abcdefABCDEF") == 32;
	case KIND_ROWS:
		return value_whole(value, number) && *number >= 1 && *number <= LIMIT_LIST_ROWS;
	case KIND_DATE:
		return value_date(lang, value, number);
	case KIND_DAY:
		return day_birth(value, lang, day_today(), born) == DAY_OK;
	case KIND_CATS:
		return value_categories(value, number);
	case KIND_CODE:
		return code_in(t->accepts, value, number);
	case KIND_CODES:
		return codes_fit(cmd, type, value);
	case KIND_LIST:
		return list_takes(t->list, value_use(cmd), value);
	case KIND_QUARTER:
		return quarter(value);
	}
	return false;
}

/* Asked a second time, now for the reason: a value that is wrong is rare. */
const char *value_day_fault(enum list_lang lang, const char *type, const char *value)
{
	require(type != NULL && value != NULL);
	const struct type *t = type_of(type);
	char born[DATE_TEXT];
	int64_t day;

	if (t == NULL || (t->kind != KIND_DATE && t->kind != KIND_DAY))
		return NULL;
	return day_fault_text(t->kind == KIND_DATE ? day_read(value, lang, day_today(), &day)
						   : day_birth(value, lang, day_today(), born),
			      lang);
}

/* The first character that the node would refuse, named so that a person can find it. */
const char *value_fault(enum list_lang lang, struct span s, char out[128])
{
	require(out != NULL && (s.p != NULL || s.len == 0));
	const char *fault, *said;
	unsigned first, code;
	size_t at = 0, n;

	if (s.len > LIMIT_PB_STRING) {
		(void)snprintf(out, 128, "%s %u %s", list_text(LIST_ERRORS, lang, "is longer than"),
			       LIMIT_PB_STRING, list_text(LIST_ERRORS, lang, "characters"));
		return out;
	}
	fault = text_fault(TEXT_LINES, s, &at);
	if (fault == NULL)
		return NULL;
	said = list_text(LIST_ERRORS, lang, fault);
	first = s.p[at];
	n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (strstr(fault, "UTF-8") != NULL) {
		(void)snprintf(out, 128, "%s", said);
	} else if (n == 1) {
		(void)snprintf(out, 128, "%s (byte %02x)", said, first);
	} else { /* by the number that people look it up by */
		code = first & (0x7fu >> n);
		for (size_t i = 1; i < n; i++)
			code = code << 6 | (s.p[at + i] & 63u);
		(void)snprintf(out, 128, "%s (U+%04X)", said, code);
	}
	return out;
}

bool value_is_text(const char *type)
{
	require(type != NULL);
	const struct type *t = type_of(type);

	return t != NULL && (t->kind == KIND_TEXT || t->kind == KIND_WORDS);
}
