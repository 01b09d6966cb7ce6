/* SPDX-License-Identifier: EUPL-1.2 */
/* Every command: one table for parsing, help and the manual's list. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "client/cli/cli.h"
#include "client/commands/person.h"
#include "client/cli/seen.h"

/* What the option's type made of it, when it was given. */
static void number_into(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	if (cli_option(c, option) != NULL)
		msg_set_u64(m, field, cli_option_number(c, option));
}

static void flag_into(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	if (cli_option(c, option) != NULL)
		msg_set_u64(m, field, 1);
}

/* What the worker saw goes along, so that nothing is overwritten or answered unseen.  The field holds it plus one. */
static void expect_into(struct cli *c, struct msg *m, unsigned field)
{
	uint64_t seen = cli_option_number(c, "expect");

	if (cli_option(c, "expect") != NULL || seen_recall(c, c->words[0], &seen))
		msg_set_u64(m, field, seen + 1);
}

static int cmd_case_new(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NEW, &sub);
	int bad = person_fill(c, msg_sub(&c->arena, sub, CASE_NEW_PERSON));

	return bad != 0 ? bad : cli_finish(c, req);
}

static int cmd_case_edit(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_EDIT, &sub);
	int bad = person_fill(c, msg_sub(&c->arena, sub, CASE_EDIT_PERSON));

	msg_set_text(&c->arena, sub, CASE_EDIT_ID, c->words[0]);
	expect_into(c, sub, CASE_EDIT_EXPECT);
	return bad != 0 ? bad : cli_finish(c, req);
}

static int cmd_case_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_LIST, &sub);

	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, CASE_SEARCH_TEXT, c->words[0]);
	number_into(c, sub, "limit", CASE_SEARCH_LIMIT);
	msg_set_text(&c->arena, sub, CASE_SEARCH_AFTER, cli_option(c, "after"));
	return cli_finish(c, req);
}

static int cmd_case_note(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NOTE, &sub);

	msg_set_text(&c->arena, sub, CASE_NOTE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, CASE_NOTE_TEXT, cli_option(c, "text"));
	return cli_finish(c, req);
}

static int cmd_case_take(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_TAKE, &sub);

	if (c->word_count < 2)
		return cli_fail(c, CLI_USAGE, "something is missing", c->cmd->words,
				c->cmd->example);
	msg_set_text(&c->arena, sub, CASE_TAKE_ID, c->words[0]);
	for (size_t i = 1; i < c->word_count; i++)
		msg_add_text(&c->arena, sub, CASE_TAKE_FIELDS, c->words[i]);
	return cli_finish(c, req);
}

static int cmd_consent_withdraw(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONSENT_WITHDRAW, &sub);

	msg_set_text(&c->arena, sub, CONSENT_WITHDRAW_ID, c->words[0]);
	if (cli_option(c, "all") != NULL)
		msg_set_u64(sub, CONSENT_WITHDRAW_ALL, 1);
	return cli_finish(c, req);
}

/* Commands that take one id and nothing else. */
static int cmd_by_id(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	return cli_finish(c, req);
}

static int cmd_case_close(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_CLOSE, &sub);

	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	expect_into(c, sub, BY_ID_EXPECT);
	return cli_finish(c, req);
}

static int cmd_plain(struct cli *c)
{
	struct msg *sub;

	return cli_finish(c, cli_request(c, c->cmd->field, &sub));
}

static int cmd_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	flag_into(c, sub, "all", LIST_ASK_ALL);
	number_into(c, sub, "limit", LIST_ASK_LIMIT);
	msg_set_text(&c->arena, sub, LIST_ASK_AFTER, cli_option(c, "after"));
	return cli_finish(c, req);
}

static int cmd_outbox_drop(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_OUTBOX_DROP, &sub);

	msg_set_text(&c->arena, sub, OUTBOX_DROP_ID, c->words[0]);
	return cli_finish(c, req);
}

static int cmd_audit_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_AUDIT_LIST, &sub);

	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, AUDIT_ASK_CASE_ID, c->words[0]);
	number_into(c, sub, "limit", AUDIT_ASK_LIMIT);
	number_into(c, sub, "after", AUDIT_ASK_AFTER);
	return cli_finish(c, req);
}

static int cmd_partner_agree(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PARTNER_AGREE, &sub);

	msg_set_text(&c->arena, sub, PARTNER_AGREE_PARTNER, c->words[0]);
	msg_set_text(&c->arena, sub, PARTNER_AGREE_PURPOSE, "refer");
	number_into(c, sub, "share", PARTNER_AGREE_CATS);
	number_into(c, sub, "without", PARTNER_AGREE_WITHOUT);
	flag_into(c, sub, "receive", PARTNER_AGREE_RECEIVE);
	number_into(c, sub, "until", PARTNER_AGREE_UNTIL_MS);
	return cli_finish(c, req);
}

static int cmd_consent_give(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONSENT_GIVE, &sub);
	const char *purpose = cli_option(c, "purpose");

	msg_set_text(&c->arena, sub, CONSENT_GIVE_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PARTNER, cli_option(c, "to"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PURPOSE, purpose == NULL ? "refer" : purpose);
	number_into(c, sub, "share", CONSENT_GIVE_CATS);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_HOW, cli_option(c, "how"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_WITNESS, cli_option(c, "witness"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_ONWARD, cli_option(c, "onward"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_GIVEN_BY, cli_option(c, "given-by"));
	number_into(c, sub, "until", CONSENT_GIVE_UNTIL_MS);
	return cli_finish(c, req);
}

static int cmd_refer(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_REFER, &sub);

	msg_set_text(&c->arena, sub, REFER_NEW_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, REFER_NEW_PARTNER, cli_option(c, "to"));
	msg_set_text(&c->arena, sub, REFER_NEW_NEED, cli_option(c, "need"));
	msg_set_text(&c->arena, sub, REFER_NEW_SERVICE, cli_option(c, "service"));
	msg_set_u64(sub, REFER_NEW_URGENCY, 1);
	number_into(c, sub, "urgency", REFER_NEW_URGENCY); /* routine, urgent: as Urgency counts */
	number_into(c, sub, "share", REFER_NEW_SHARE);
	number_into(c, sub, "without", REFER_NEW_WITHOUT);
	flag_into(c, sub, "again", REFER_NEW_AGAIN);
	flag_into(c, sub, "dry-run", REFER_NEW_DRY_RUN);
	return cli_finish(c, req);
}

static int cmd_act(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ACT, &sub);
	static const char *const names[] = {"reason", "question", "code"}; /* of one thing */
	const char *reason = NULL;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = cli_option(c, names[i]);

		if (v != NULL && reason != NULL)
			return cli_fail(c, CLI_USAGE, "given twice", "--reason and its other name",
					"once is enough");
		reason = v != NULL ? v : reason;
	}
	msg_set_text(&c->arena, sub, ACT_NEW_REF, c->words[0]);
	msg_set_u64(sub, ACT_NEW_TYPE, c->cmd->type);
	msg_set_text(&c->arena, sub, ACT_NEW_REASON, reason);
	msg_set_text(&c->arena, sub, ACT_NEW_TEXT, cli_option(c, "text"));
	msg_set_text(&c->arena, sub, ACT_NEW_ALTERNATIVE, cli_option(c, "alternative"));
	for (size_t i = 0; cli_option_at(c, "target", i) != NULL; i++)
		msg_add_text(&c->arena, sub, ACT_NEW_TARGETS, cli_option_at(c, "target", i));
	number_into(c, sub, "share", ACT_NEW_SHARE);
	flag_into(c, sub, "late", ACT_NEW_LATE);
	flag_into(c, sub, "dry-run", ACT_NEW_DRY_RUN);
	expect_into(c, sub, ACT_NEW_EXPECT);
	number_into(c, sub, "until", ACT_NEW_DATE_MS);
	return cli_finish(c, req);
}

static int cmd_tool(struct cli *c)
{
	static const struct {
		const char *noun, *verb, *tool;
	} tools[] = {{"node", "init", "node-init"},
		     {"federation", "create", "fed-create"},
		     {"roster", "add", "roster-add"},
		     {"roster", "sign", "roster-sign"},
		     {"roster", "verify", "roster-verify"},
		     {"roster", "propose", "roster-propose"},
		     {"slot", "list", "slot-list"},
		     {"slot", "add", "slot-add"},
		     {"slot", "remove", "slot-remove"},
		     {"rotate", NULL, "rotate"},
		     {"sheet", NULL, "sheet"}};

	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		if (strcmp(tools[i].noun, c->cmd->noun) == 0 &&
		    (tools[i].verb == NULL || strcmp(tools[i].verb, c->cmd->verb) == 0))
			return cli_tool(c, tools[i].tool);
	return CLI_USAGE;
}

#define ACT_REST "text=TEXT dry-run expect=NUMBER"
#define ACT_OPTS "reason=REASON " ACT_REST

#define PAGE "limit=ROWS after=ID"

const struct command cli_commands[] = {
	{"status", NULL, cmd_plain, "", "", "is this node well?", "kring status", REQUEST_STATUS,
	 0},
	{"case", "new", cmd_case_new, "", PERSON_OPTIONS(""),
	 "open a case; fields from options, a file (--from FILE) or the prompt",
	 "kring case new --from person.txt", 0, 0},
	{"case", "list", cmd_case_list, "", PAGE, "all cases, the newest first", "kring case list",
	 0, 0},
	{"case", "search", cmd_case_list, "TEXT", PAGE, "cases by name or telephone",
	 "kring case search jansen", 0, 0},
	{"case", "show", cmd_by_id, "CASE", "",
	 "one case with its referrals, consents and disclosures", "kring case show 7f3a",
	 REQUEST_CASE_SHOW, 0},
	{"case", "edit", cmd_case_edit, "CASE", PERSON_OPTIONS("?") " expect=NUMBER",
	 "change what is known of the person; --phone \"\" takes the telephone away",
	 "kring case edit 7f3a --phone 0113-000000", 0, 0},
	{"case", "note", cmd_case_note, "CASE", "text=TEXT", "add a note, which never leaves",
	 "kring case note 7f3a --text \"called back\"", 0, 0},
	{"case", "take", cmd_case_take, "CASE FIELD...", "",
	 "what a partner says in this field replaces our own word", "kring case take 7f3a phone", 0,
	 0},
	{"case", "close", cmd_case_close, "CASE", "expect=NUMBER",
	 "close a case without open referrals", "kring case close 7f3a", 0, 0},
	{"case", "erase", admin_erase, "CASE", "now",
	 "destroy a case for good; what partners hold is theirs to erase", "kring case erase 7f3a",
	 0, 0},
	{"case", "release", cmd_by_id, "CASE", "",
	 "after a restore: let a case go on before every partner was heard (it is logged)",
	 "kring case release 7f3a", REQUEST_CASE_RELEASE, 0},
	{"backup", NULL, backup_take, "FILE", "",
	 "an encrypted copy of this node, while it runs; the recovery sheet opens it",
	 "kring backup /mnt/usb/kring-2026-11-24", 0, 0},
	{"restore", NULL, backup_restore, "FILE", "sheet=FILE check",
	 "bring a node back from its backup (offline); --check only reads it through",
	 "kring restore /mnt/usb/kring-2026-11-24 --sheet recovery-sheet.txt", 0, CLI_IN_DIR},
	{"consent", "give", cmd_consent_give, "CASE",
	 "to=NAME purpose=PURPOSE share=CATEGORIES how=HOW witness=NAME until=DATE onward=LINE "
	 "given-by=LINE",
	 "record what the person agrees to share, with whom",
	 "kring consent give 7f3a --to smwo --share identity,contact,needs --how oral --witness "
	 "\"A. Colleague\"",
	 0, 0},
	{"consent", "list", cmd_by_id, "CASE", "", "consents of a case", "kring consent list 7f3a",
	 REQUEST_CONSENT_LIST, 0},
	{"consent", "show", cmd_by_id, "ID", "", "one consent, and the open referrals under it",
	 "kring consent show 7f3a91b2", REQUEST_CONSENT_SHOW, 0},
	{"consent", "withdraw", cmd_consent_withdraw, "ID", "all",
	 "the person takes a consent back: it ends at both ends, with every referral that rests on "
	 "it; "
	 "with a case and --all: every consent of the case",
	 "kring consent withdraw 7f3a91b2", 0, 0},
	{"refer", NULL, cmd_refer, "CASE",
	 "to=NAME need=NEED service=LINE urgency=URGENCY share=CATEGORIES without=CATEGORIES again "
	 "dry-run",
	 "refer a person to a partner",
	 "kring refer 7f3a --to smwo --need income-debt --without story", 0, 0},
	{"flow", "publish", flow_publish, "", "quarter=QUARTER dry-run",
	 "the quarterly figures of this node, for coordinators; --dry-run shows what would leave",
	 "kring flow publish --dry-run", 0, 0},
	{"flow", NULL, flow_show, "", "quarter=QUARTER own csv=FILE",
	 "how people flow between partners, with no person in it; --own: exact, of this node alone",
	 "kring flow --quarter 2026Q3 --csv flow.csv", 0, 0},
	{"inbox", NULL, cmd_list, "", "all " PAGE, "referrals to us, the newest first",
	 "kring inbox", REQUEST_INBOX, 0},
	{"sent", NULL, cmd_list, "", "all " PAGE, "referrals from us, the newest first",
	 "kring sent", REQUEST_SENT, 0},
	{"show", NULL, cmd_by_id, "REF", "", "one referral with both logs", "kring show 91C4",
	 REQUEST_SHOW, 0},
	{"worklist", NULL, cmd_list, "", PAGE, "what a person must do next", "kring worklist",
	 REQUEST_WORKLIST, 0},
	{"accept", NULL, cmd_act, "REF", ACT_OPTS " late", "take it on", "kring accept 91C4", 0, 4},
	{"ask", NULL, cmd_act, "REF", ACT_OPTS " question=REASON",
	 "ask the sender something; the answer term pauses once",
	 "kring ask 91C4 --question best-contact", 0, 2},
	{"info", NULL, cmd_act, "REF", "share=CATEGORIES " ACT_REST,
	 "answer a question, from the case or in words", "kring info 91C4 --share contact", 0, 3},
	{"decline", NULL, cmd_act, "REF", "reason=DECLINE alternative=LINE " ACT_REST,
	 "decline, with a reason and a better place",
	 "kring decline 91C4 --reason no-capacity --alternative none", 0, 5},
	{"redirect", NULL, cmd_act, "REF", ACT_OPTS " target=LINE*", "name a better place to go",
	 "kring redirect 91C4 --target \"GGD Zeeland\"", 0, 6},
	{"hold", NULL, cmd_act, "REF", ACT_OPTS " until=DATE", "put on hold until a date",
	 "kring hold 91C4 --reason waiting-list --until 2027-01-15", 0, 8},
	{"start", NULL, cmd_act, "REF", ACT_OPTS, "first contact with the person happened",
	 "kring start 91C4", 0, 9},
	{"note", NULL, cmd_act, "REF", ACT_OPTS " until=DATE", "tell the sender how it goes",
	 "kring note 91C4 --reason appointment", 0, 13},
	{"outcome", NULL, cmd_act, "REF", "code=OUTCOME reason=OUTCOME " ACT_REST,
	 "report how it ended", "kring outcome 91C4 --code helped", 0, 14},
	{"ack", NULL, cmd_act, "REF", ACT_OPTS, "acknowledge the outcome: the loop is closed",
	 "kring ack 91C4", 0, 15},
	{"reopen", NULL, cmd_act, "REF", ACT_OPTS, "not solved after all; once",
	 "kring reopen 91C4 --reason not-better", 0, 16},
	{"withdraw", NULL, cmd_act, "REF", ACT_OPTS, "take a referral back",
	 "kring withdraw 91C4 --reason no-longer-needed", 0, 17},
	{"confirm-withdraw", NULL, cmd_act, "REF", ACT_OPTS, "agree to a withdrawal",
	 "kring confirm-withdraw 91C4", 0, 18},
	{"revoke", NULL, cmd_act, "REF", ACT_OPTS,
	 "the person takes consent back: with this referral end all that rest on the same consent",
	 "kring revoke 91C4", 0, 20},
	{"error", NULL, cmd_act, "REF", ACT_OPTS, "wrong person or partner: hide it at once",
	 "kring error 91C4 --reason wrong-person", 0, 21},
	{"outbox", "list", cmd_list, "", PAGE, "what is owed to partners", "kring outbox list",
	 REQUEST_OUTBOX_LIST, 0},
	{"outbox", "why", cmd_by_id, "ID", "", "why one document is not there yet",
	 "kring outbox why 3fa9", REQUEST_OUTBOX_WHY, 0},
	{"outbox", "retry", cmd_by_id, "ID", "", "try again now", "kring outbox retry 3fa9",
	 REQUEST_OUTBOX_RETRY, 0},
	{"outbox", "drop", cmd_outbox_drop, "ID", "", "give up the content of a document",
	 "kring outbox drop 3fa9", 0, 0},
	{"partner", "list", cmd_plain, "", "", "all partners", "kring partner list",
	 REQUEST_PARTNER_LIST, 0},
	{"partner", "show", cmd_by_id, "PARTNER", "", "one partner", "kring partner show smwo",
	 REQUEST_PARTNER_SHOW, 0},
	{"partner", "restored", cmd_by_id, "PARTNER", "",
	 "say that you telephoned: this partner lost state, and it is really them",
	 "kring partner restored smwo", REQUEST_PARTNER_RESTORED, 0},
	{"partner", "check", admin_partner_check, "PARTNER [DIGITS...]", "",
	 "compare digits by voice; with the digits that they read: confirm that it is them",
	 "kring partner check smwo 1234 5678 9012 3456", 0, 0},
	{"partner", "agree", cmd_partner_agree, "PARTNER",
	 "share=CATEGORIES without=CATEGORIES until=DATE receive",
	 "what may go there (or, --receive, come from there) at all",
	 "kring partner agree smwo --share identity,contact,needs,story", 0, 0},
	{"partner", "suspend", admin_propose, "PARTNER", "",
	 "propose to stop all exchange with a partner for a while", "kring partner suspend smwo", 0,
	 0},
	{"partner", "lift", admin_propose, "PARTNER", "", "propose to end a suspension",
	 "kring partner lift smwo", 0, 0},
	{"partner", "remove", admin_propose, "PARTNER", "", "propose to remove a partner for good",
	 "kring partner remove smwo", 0, 0},
	{"roster", "renew", admin_propose, "", "",
	 "propose to keep the roster valid for 90 days more", "kring roster renew", 0, 0},
	{"roster", "cosign", admin_roster_cosign, "NUMBER", "",
	 "with Cosign=manual: vouch for the newest entry, after looking at it",
	 "kring roster cosign 12", 0, 0},
	{"roster", "import", admin_roster_import, "FILE", "", "take in signed roster entries",
	 "kring roster import roster", 0, 0},
	{"roster", "show", cmd_plain, "", "", "who is in, and who signed", "kring roster show",
	 REQUEST_ROSTER_SHOW, 0},
	{"roster", "add", cmd_tool, "",
	 "roster=FILE join=FILE class=LINE out=FILE verified=LINE verified-by=LINE",
	 "propose a member (offline); --verified in-person|video|telephone|letter says how you "
	 "checked that the fingerprint is theirs",
	 "kring roster add --roster roster --join join --class member --out proposal", 0, 0},
	{"roster", "propose", cmd_tool, "",
	 "roster=FILE op=LINE node=NAME roots=LINE keys=LINE policy=LINE out=FILE",
	 "propose anything else to the roots (offline): remove, suspend, lift, renew, policy, "
	 "rotate-roots",
	 "kring roster propose --roster roster --op remove --node SMWO --out proposal", 0, 0},
	{"roster", "sign", cmd_tool, "", "proposal=FILE key=FILE roster=FILE",
	 "sign a proposal (offline)",
	 "kring roster sign --proposal proposal --key root1.key --roster roster", 0, 0},
	{"roster", "verify", cmd_tool, "", "roster=FILE", "check a roster file (offline)",
	 "kring roster verify --roster roster", 0, 0},
	{"federation", "create", cmd_tool, "", "name=NAME roots=LINE out=FILE",
	 "make a federation and its root keys",
	 "kring federation create --name \"Zeeland\" --roots 2/3 --out fed", 0, 0},
	{"node", "init", cmd_tool, "",
	 "org=NAME country=LINE listen=ADDRESS address=ADDRESS phone=LINE federation=FILE "
	 "passphrase-file=FILE",
	 "make a node in --dir",
	 "kring --dir DIR node init --org SMWO --country NL --listen tcp://192.0.2.1:7001 "
	 "--federation fed/roster",
	 0, CLI_IN_DIR},
	{"invite", NULL, admin_invite, "", "org=NAME at=ADDRESS listen=ADDRESS",
	 "invite a new partner: a token for them, and a port that opens for it",
	 "kring invite --org \"CAW De Kempen\" --at tcp://192.0.2.1:7800", 0, 0},
	{"invites", "list", cmd_plain, "", "", "invites, and how far each came",
	 "kring invites list", REQUEST_INVITE_LIST, 0},
	{"invites", "cancel", cmd_by_id, "ID", "", "take an invite back",
	 "kring invites cancel 3fa9", REQUEST_INVITE_CANCEL, 0},
	{"join", NULL, admin_join, "TOKEN",
	 "org=NAME country=LINE listen=ADDRESS address=ADDRESS phone=LINE passphrase-file=FILE "
	 "wait=NUMBER",
	 "make a node in --dir from an invite, and show the digits to read aloud",
	 "kring --dir DIR join TOKEN --org SMWO --country NL --listen tcp://192.0.2.2:7001", 0,
	 CLI_IN_DIR},
	{"confirm", NULL, admin_confirm, "DIGITS...", "how=WAY",
	 "type the digits that the new partner read to you, and how: the roster keeps it",
	 "kring confirm 1234 5678 --how telephone", 0, 0},
	{"approve", NULL, admin_approve, "[ID]", "key=FILE",
	 "what waits for the roots' signatures; with ID and --key: sign it",
	 "kring approve 3fa91b22 --key root1.key", 0, 0},
	{"slot", "list", cmd_tool, "", "", "the ways to this node's keys", "kring slot list", 0,
	 CLI_IN_DIR},
	{"slot", "add", cmd_tool, "", "kind=SLOT file=FILE passphrase-file=FILE",
	 "one more way: passphrase, key-file, or credential (systemd-creds)",
	 "kring slot add --kind key-file --file /media/stick/kring.key", 0, CLI_IN_DIR},
	{"slot", "remove", cmd_tool, "", "number=NUMBER", "take a way to the keys away",
	 "kring slot remove --number 2", 0, CLI_IN_DIR},
	{"verify", NULL, admin_verify, "", "",
	 "open every record of this node's store, and recompute its chains", "kring verify", 0, 0},
	{"lock", NULL, admin_lock, "", "", "the keys leave memory; partners see this node offline",
	 "kring lock", 0, 0},
	{"unlock", NULL, admin_unlock, "", "",
	 "with the passphrase, or the code of the recovery sheet", "kring unlock", 0, 0},
	{"panic", NULL, admin_panic, "", "yes",
	 "after a theft: suspend this node at every partner, destroy prekeys, lock",
	 "kring panic --yes", 0, 0},
	{"address", NULL, admin_address, "ADDRESS", "",
	 "tell partners where this node is from now on; none: it only dials",
	 "kring address tcp://192.0.2.1:7001", 0, 0},
	{"rotate", NULL, cmd_tool, "", "sheet=FILE recovery=LINE passphrase-file=FILE",
	 "the promised next signing key takes over (kringd must be stopped)",
	 "kring --dir DIR rotate --sheet recovery-sheet.txt", 0, CLI_IN_DIR},
	{"sheet", NULL, cmd_tool, "", "sheet=FILE confirm=FILE passphrase-file=FILE",
	 "a new recovery sheet (kringd must be stopped); --sheet OLD keeps its next signing key, "
	 "and --confirm -, with the new code typed from paper, ends the old one",
	 "kring --dir DIR sheet --sheet recovery-sheet.txt", 0, CLI_IN_DIR},
	{"audit", "list", cmd_audit_list, "[CASE]", "limit=ROWS after=NUMBER",
	 "who did what; with a case: who looked at it", "kring audit list", 0, 0},
	{"audit", "verify", admin_audit_verify, "", "with=FILE",
	 "recompute the whole chain; --with: against what a partner kept of us",
	 "kring audit verify --with goes.checkpoints", 0, 0},
	{"audit", "checkpoint", cmd_plain, "", "",
	 "sign how far the log goes, for two partners to keep", "kring audit checkpoint",
	 REQUEST_AUDIT_CHECKPOINT, 0},
	{"audit", "export", admin_audit_export, "PARTNER", "",
	 "the checkpoints that we keep of a partner", "kring audit export smwo", 0, 0},
	{"clock", "confirm", cmd_plain, "", "", "this computer's clock was checked by a person",
	 "kring clock confirm", REQUEST_CLOCK_CONFIRM, 0},
};
const size_t cli_command_count = sizeof cli_commands / sizeof cli_commands[0];
