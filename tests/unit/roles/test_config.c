/* SPDX-License-Identifier: EUPL-1.2 */
/* config: every row of the table holds its own limits; every file that is not what it should be is refused with its
 * line and a remedy. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "roles/causes.h"
#include "roles/config.h"
#include "roles/configfile.h"

static char dir[] = "/tmp/kring-config-XXXXXX";
static char path[64];

static int setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof path, "%s/kring.conf", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static void write_bytes(const char *text, size_t n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

struct seen {
	unsigned count;
	struct config_fault first;
};

/* As a person reads it. */
static void words(struct err_text *w)
{
	char text[CAUSES_LEN];

	text_format(w->text, sizeof w->text, "%s", causes_text(LIST_EN, w, text));
}

static void keep(void *ctx, const struct config_fault *f)
{
	struct seen *s = ctx;

	if (s->count++ == 0) {
		s->first = *f;
		words(&s->first.what);
		words(&s->first.remedy);
	}
}

/* Refused for exactly this line and setting, with a remedy; config_read says the same in one sentence. */
static void refused(const char *text, size_t n, unsigned line, const char *setting,
		    const char *what)
{
	struct seen s = {0};
	struct err_text why = {""};
	struct config c;
	char where[128];

	write_bytes(text, n);
	assert_int_not_equal(config_check(&c, dir, path, keep, &s), ERR_OK);
	if (s.count != 1 || s.first.line != line || strcmp(s.first.setting, setting) != 0 ||
	    strstr(s.first.what.text, what) == NULL || s.first.remedy.text[0] == '\0')
		fail_msg("%.60s: %u faults, line %u, %s: %s: %s (want line %u, %s, %s)", text,
			 s.count, s.first.line, s.first.setting, s.first.what.text,
			 s.first.remedy.text, line, setting, what);
	assert_int_not_equal(config_read(&c, dir, path, &why), ERR_OK);
	words(&why);
	(void)snprintf(where, sizeof where, "%s, line %u: ", path, line);
	if (strncmp(why.text, where, strlen(where)) != 0 ||
	    strstr(why.text, s.first.remedy.text) == NULL)
		fail_msg("%s", why.text);
}

static void refused_text(const char *text, unsigned line, const char *setting, const char *what)
{
	refused(text, strlen(text), line, setting, what);
}

static void taken(const char *text, struct config *c)
{
	struct err_text why = {""};

	write_bytes(text, strlen(text));
	if (config_read(c, dir, path, &why) != ERR_OK) {
		words(&why);
		fail_msg("%s: %s", text, why.text);
	}
}

/* One setting with one value, below a remark and a blank line: it stands in line 4. */
static void set(const struct config_setting *s, const char *value, char text[1200])
{
	(void)snprintf(text, 1200, "# kring.conf\n\n[%s]\n%s=%s\n", s->section, s->name, value);
}

static void refuses(const struct config_setting *s, const char *value, const char *what)
{
	char text[1200], name[64];

	(void)snprintf(name, sizeof name, "[%s] %s", s->section, s->name);
	set(s, value, text);
	refused_text(text, 4, name, what);
}

static void takes(const struct config_setting *s, const char *value)
{
	char text[1200], got[CONFIG_PATH_MAX];
	struct config c;

	set(s, value, text);
	taken(text, &c);
	config_value(&c, s, got, sizeof got);
	assert_string_equal(got, value);
	assert_int_equal(c.line[s - config_settings], 4);
}

static void numbers(const struct config_setting *s)
{
	static const char *const junk[] = {"abc", "12x",  "0x10", "+5",	  "-5",
					   "1e3", "5 5",  "5.0",  "5MiB", "99999999999999999999",
					   "yes", "\"5\""};
	char value[32];

	assert_true(s->least > 0 && s->least < s->most && s->unit[0] != '\0');
	for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++)
		refuses(s, junk[i], "is no number from");
	(void)snprintf(value, sizeof value, "%llu", (unsigned long long)s->least - 1);
	refuses(s, value, "is no number from");
	(void)snprintf(value, sizeof value, "%llu", (unsigned long long)s->most + 1);
	refuses(s, value, "is no number from");
	(void)snprintf(value, sizeof value, "%llu", (unsigned long long)s->least);
	takes(s, value);
	(void)snprintf(value, sizeof value, "%llu", (unsigned long long)s->most);
	takes(s, value);
}

static void word_values(const struct config_setting *s)
{
	char words[80], *at = words;

	(void)snprintf(words, sizeof words, "%s", s->words);
	refuses(s, "perhaps", "is none of");
	refuses(s, "1", "is none of");
	refuses(s, s->words, "is none of");
	for (const char *w = strsep(&at, "|"); w != NULL; w = strsep(&at, "|")) {
		char other[32];

		takes(s, w);
		(void)snprintf(other, sizeof other, "%c%s", w[0] - 'a' + 'A', w + 1);
		refuses(s, other, "is none of"); /* yes is not Yes */
		(void)snprintf(other, sizeof other, "%s", w);
		other[strlen(w) - 1] = '\0';
		refuses(s, other, "is none of");
	}
}

static void texts(const struct config_setting *s)
{
	char value[CONFIG_PATH_MAX + 8];

	memset(value, 'k', sizeof value);
	value[s->cap] = '\0';
	refuses(s, value, s->type == CONFIG_FILE ? "is longer than" : "");
	if (s->type == CONFIG_FILE) {
		value[s->cap - 1] = '\0';
		takes(s, value);
		takes(s, "/etc/kring/a key.bin");
		return;
	}
	if (s->type == CONFIG_ORIGIN) {
		refuses(s, "http://kring.example", "does not begin with https://");
		refuses(s, "https://Kring.example", "in small letters");
		takes(s, "https://kring.example");
		takes(s, "");
		return;
	}
	refuses(s, "tcp://kring.example:7001", "no name");
	refuses(s, "tcp://127.0.0.1", "port");
	refuses(s, "127.0.0.1:7001", "tcp://");
	if (s->type == CONFIG_OWN_ADDRESS) { /* of this machine, and beside an Origin */
		refuses(s, "tcp://[::]:7001", "reached from outside");
		refuses(s, "tcp://192.0.2.1:7001", "reached from outside");
		refuses(s, "tcp://0.0.0.0:7001", "reached from outside");
		refuses(s, "tcp://127.0.0.1:7001", "without Origin=");
		refuses(s, "tcp://[::1]:7001", "without Origin=");
		refuses(s, "unix:/run/kring-web/sock", "without Origin=");
		refuses(s, "unix:web.sock", "whole path");
		refuses(s, "unix:", "whole path");
		refuses(s,
			"unix:/"
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"01234567890123456789012345678901234567",
			"too long");
		takes(s, "");
		return;
	}
	takes(s, "tcp://[::]:7001");
	takes(s, "");
}

static void every_setting_holds_its_row(void **state)
{
	char text[1200], name[64], wrong[64];

	(void)state;
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];

		assert_true(strlen(s->help) > 10 && strchr(s->help, '\n') == NULL &&
			    strchr(s->help, '|') == NULL);
		(void)snprintf(name, sizeof name, "[%s] %s", s->section, s->name);
		if (s->type != CONFIG_ADDRESS && s->type != CONFIG_OWN_ADDRESS &&
		    s->type != CONFIG_ORIGIN)
			refuses(s, "", "has no value");
		takes(s, s->standard);
		(void)snprintf(text, sizeof text, "[%s]\n%s=%s\n#\n%s=%s\n", s->section, s->name,
			       s->standard, s->name, s->standard);
		refused_text(text, 4, name, "twice, first in line 2");
		(void)snprintf(text, sizeof text, "[%s]\n%s=%s # a remark\n", s->section, s->name,
			       s->standard);
		refused_text(text, 2, name, "remark behind its value");
		(void)snprintf(text, sizeof text, "%s=%s\n", s->name, s->standard);
		refused_text(text, 1, s->name, "no [Section]");
		/* nearly its name, and its name in another section: the remedy names the right one */
		(void)snprintf(wrong, sizeof wrong, "[%s] %sx", s->section, s->name);
		(void)snprintf(text, sizeof text, "[%s]\n%sx=%s\n", s->section, s->name,
			       s->standard);
		refused_text(text, 2, wrong, "unknown setting");
		(void)snprintf(wrong, sizeof wrong, "[Elsewhere] %s", s->name);
		(void)snprintf(text, sizeof text, "[Elsewhere]\n%s=%s\n", s->name, s->standard);
		refused_text(text, 2, wrong, "unknown setting");
		switch (s->type) {
		case CONFIG_NUMBER:
			numbers(s);
			break;
		case CONFIG_WORD:
			word_values(s);
			break;
		case CONFIG_ADDRESS:
		case CONFIG_OWN_ADDRESS:
		case CONFIG_ORIGIN:
		case CONFIG_FILE:
			texts(s);
			break;
		}
	}
}

/* A municipality that refers three thousand people a month meets the standard after some years: then somebody must be able
 * to allow it more, or the door is closed on people who did nothing wrong. */
static void what_years_of_work_fill_can_be_raised(void **state)
{
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		const struct config_setting *s = &config_settings[i];

		if (strcmp(s->name, "PartnerOpenReferrals") != 0 &&
		    strcmp(s->name, "PartnerCases") != 0 && strcmp(s->name, "PartnerThreads") != 0)
			continue;
		n++;
		assert_true(s->reload && s->most >= 4 * strtoull(s->standard, NULL, 10));
	}
	assert_int_equal(n, 3);
}

static void a_slip_of_the_pen_is_named(void **state)
{
	static const char *const slips[][2] = {
		{"[Node]\nlisten=\n", "did you mean Listen= in section [Node]?"},
		{"[Node]\nPaircheck=yes\n", "did you mean PairCheck= in section [Partners]?"},
		{"[Limits]\nPartnerDailyMib=7\n", "did you mean PartnerDailyMiB="},
		{"[node]\nListen=\n", "in section [Node]?"},
		{"[Node]\nLogLevel=warning\n", "did you mean LogLevel=warn?"},
		{"[Node]\nLogLevel=NOTICE\n", "did you mean LogLevel=notice?"},
		{"[Flow]\nPublish=manuel\n", "did you mean Publish=manual?"},
		{"[Node]\nColour=red\n", "kring config show"},
		{"[Flow]\nThreshold=4\n", "the least is 5"},
		{"[Limits]\nStoreMiB=65537\n", "the most is 65536; without this line it is 65536"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		struct err_text why = {""};
		struct config c;

		write_bytes(slips[i][0], strlen(slips[i][0]));
		assert_int_not_equal(config_read(&c, dir, path, &why), ERR_OK);
		words(&why);
		if (strstr(why.text, slips[i][1]) == NULL)
			fail_msg("%s: %s", slips[i][0], why.text);
	}
}

static void a_line_that_is_none_is_refused(void **state)
{
	(void)state;
#define BYTES(s) (s), sizeof(s) - 1
	refused(BYTES("[Node]\nListen=\0\n"), 2, "", "no plain text");
	refused(BYTES("[Node]\nListen=\nKeyFile=a\0b\n"), 3, "", "no plain text");
	refused(BYTES("[Node]\nKeyFile=caf\xe9\n"), 2, "", "no plain text");
	refused(BYTES("[Node]\nKeyFile=a\x1b[1mb\n"), 2, "", "no plain text");
	refused(BYTES("[Node]\rListen=\n"), 1, "",
		"no plain text"); /* an old Macintosh's line ends */
	refused(BYTES("[Node\nListen=\n"), 1, "", "is no [Section]");
	refused(BYTES("[]\nListen=\n"), 1, "", "is no [Section]");
	refused(BYTES("[Node] # ours\nListen=\n"), 1, "", "is no [Section]");
	refused(BYTES("[Node]\nListen\n"), 2, "", "neither Name=value");
	refused(BYTES("[Node]\nListen: \n"), 2, "", "neither Name=value");
	refused(BYTES("[Node]\n=7\n"), 2, "", "no name");
	/* the second line is no more of the first: nothing continues */
	refused(BYTES("[Node]\nKeyFile=a\n  b\n"), 3, "", "neither Name=value");
#undef BYTES
}

static void what_editors_leave_is_no_fault(void **state)
{
	struct config c;

	(void)state;
	taken("\xef\xbb\xbf# from Windows\r\n[Node]\r\n\tListen = tcp://127.0.0.1:7001 \r\n; "
	      "old\r\n"
	      "LogLevel=debug",
	      &c);
	assert_string_equal(c.listen, "tcp://127.0.0.1:7001");
	assert_int_equal(c.log_level, LOG_DEBUG);
	assert_string_equal(c.key_file, "unlock.key");
	assert_int_equal(c.store_mib, LIMIT_MAP_MAX / 1024 / 1024);
	assert_int_equal(c.flow_percent, 100);
	assert_int_equal(c.line[0], 3);
	assert_int_equal(c.line[1], 0);
}

/* by: who reads it; the test is root again, if it was, before anything can end it. */
static void fault_for(uid_t by, const char *what)
{
	const uid_t self = geteuid();
	struct seen s = {0};
	struct err_text why = {""};
	enum err checked, got;
	struct config c;

	assert_int_equal(seteuid(by), 0);
	checked = config_check(&c, dir, path, keep, &s);
	got = config_read(&c, dir, path, &why);
	words(&why);
	assert_int_equal(seteuid(self), 0);
	assert_int_not_equal(checked, ERR_OK);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.first.line, 0);
	assert_int_not_equal(got, ERR_OK);
	if (strstr(why.text, what) == NULL || strstr(why.text, path) == NULL)
		fail_msg("%s: %s", what, why.text);
}

static void fault_of_the_file(const char *what)
{
	fault_for(geteuid(), what);
}

static void a_file_that_is_none_is_refused(void **state)
{
	static char large[CONFIGFILE_MAX + 1];
	struct config c;

	(void)state;
	(void)unlink(path);
	fault_of_the_file("no such file");
	assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes: must not wait */
	fault_of_the_file("not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	fault_of_the_file("not a regular file");
	assert_int_equal(rmdir(path), 0);
	write_bytes("", 0);
	fault_of_the_file("holds no setting");
	write_bytes("# nothing\n[Node]\n", 17);
	fault_of_the_file("holds no setting");
	memset(large, '#', sizeof large);
	memcpy(large, "[Node]\nListen=\n", 15);
	write_bytes(large, sizeof large);
	fault_of_the_file("larger than 16384 bytes");
	large[CONFIGFILE_MAX - 1] = '\n';
	write_bytes(large, CONFIGFILE_MAX);
	assert_int_equal(config_read(&c, dir, path, NULL), ERR_OK);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	fault_for(geteuid() == 0 ? 65534 : geteuid(),
		  "you have no permission"); /* root may read everything */
}

/* In the node's own place the sentence knows the way back; a partner's copy of it is no settings file. */
static void a_node_without_its_file_is_told_the_way_back(void **state)
{
	struct err_text why = {""};
	struct config c;

	(void)state;
	(void)unlink(path);
	assert_int_equal(config_read(&c, dir, NULL, &why), ERR_NOTFOUND);
	words(&why);
	assert_non_null(strstr(why.text, "node init"));
	write_bytes("", 0);
	assert_int_equal(config_read(&c, dir, NULL, &why), ERR_CORRUPT);
	words(&why);
	assert_non_null(strstr(why.text, "restore BACKUP"));
}

static void every_fault_is_told(void **state)
{
	struct seen s = {0};
	struct config c;

	(void)state;
	write_bytes("x\n[Node]\nLogLevel=loud\nListen=\nListen=\n[Limits]\nStoreMiB=0\nA=1\n", 62);
	assert_int_equal(config_check(&c, dir, path, keep, &s), ERR_MALFORMED);
	assert_int_equal(s.count, 5);
	assert_int_equal(s.first.line, 1);
}

static void no_setting_comes_from_the_environment(void **state)
{
	struct err_text why = {""};
	struct config c;

	(void)state;
	write_bytes("[Node]\nListen=\n", 15);
	for (size_t i = 0; i < CONFIG_COUNT; i++) {
		char name[64] = "KRING_";

		for (size_t k = 0; config_settings[i].name[k] != '\0'; k++)
			name[6 + k] = (char)(config_settings[i].name[k] & ~0x20);
		assert_int_equal(setenv(name, "1", 1), 0);
		assert_int_equal(config_read(&c, dir, path, &why), ERR_INVAL);
		words(&why);
		assert_non_null(strstr(why.text, name));
		assert_int_equal(unsetenv(name), 0);
	}
	assert_int_equal(config_read(&c, dir, path, &why), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_holds_its_row),
		cmocka_unit_test(what_years_of_work_fill_can_be_raised),
		cmocka_unit_test(a_slip_of_the_pen_is_named),
		cmocka_unit_test(a_line_that_is_none_is_refused),
		cmocka_unit_test(what_editors_leave_is_no_fault),
		cmocka_unit_test(a_file_that_is_none_is_refused),
		cmocka_unit_test(a_node_without_its_file_is_told_the_way_back),
		cmocka_unit_test(every_fault_is_told),
		cmocka_unit_test(no_setting_comes_from_the_environment),
	};

	return cmocka_run_group_tests_name("config", tests, setup, teardown);
}
