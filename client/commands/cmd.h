/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cmd - what each command does, and what several of them share.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  requests hold personal data; they live in the invocation's arena.
 */
#ifndef KRING_CLIENT_COMMANDS_CMD_H
#define KRING_CLIENT_COMMANDS_CMD_H

#include "client/cli/cli.h"

/* cmd.c: for the others */
/** What the option's type made of it, when it was given. */
void cmd_put_number(struct cli *c, struct msg *m, const char *option, unsigned field);
void cmd_put_flag(struct cli *c, struct msg *m, const char *option, unsigned field);
/** Which state of the case or referral in the first word the user saw. */
void cmd_put_expect(struct cli *c, struct msg *m, unsigned field);
/** Send, after asking where it cannot be undone; print the sentence or the reply, return the exit code. */
int cmd_finish(struct cli *c, struct msg *request);

/** cmd_message.c: what a message says (req: ACT_NEW), asked for on a terminal when no option says it.  CLI_DONE, or the code
 *  after an error was printed. */
int cmd_ask_message(struct cli *c, struct msg *req);

/* cmd.c: commands whose row says all */
int cmd_plain(struct cli *c);
int cmd_status(struct cli *c);
int cmd_doctor(struct cli *c);
int cmd_metrics(struct cli *c);
int cmd_alarm_list(struct cli *c);
int cmd_alarm_ack(struct cli *c);
int cmd_by_id(struct cli *c);
int cmd_by_id_seen(struct cli *c);
int cmd_list(struct cli *c);
int cmd_tool(struct cli *c);

int cmd_today(struct cli *c);
/** Today, asked and with its commands; printed only as JSON. */
int cmd_today_ask(struct cli *c, struct msg **reply);
int cmd_watch(struct cli *c);
int cmd_done(struct cli *c);
int cmd_case_new(struct cli *c);
int cmd_case_edit(struct cli *c);
int cmd_case_list(struct cli *c);
int cmd_case_note(struct cli *c);
int cmd_case_take(struct cli *c);
int cmd_case_same(struct cli *c);
int cmd_case_erase(struct cli *c);
int cmd_case_attach(struct cli *c);
int cmd_case_attachments(struct cli *c);
int cmd_case_detach(struct cli *c);
int cmd_case_send(struct cli *c);
int cmd_consent_give(struct cli *c);
int cmd_consent_show(struct cli *c);
int cmd_consent_open(struct cli *c);
int cmd_consent_withdraw(struct cli *c);
int cmd_consent_receipt(struct cli *c);
int cmd_letter(struct cli *c);
int cmd_who(struct cli *c);
int cmd_partner_agreement(struct cli *c);
int cmd_case_export(struct cli *c);
int cmd_partner_agree(struct cli *c);
int cmd_refer(struct cli *c);
int cmd_act(struct cli *c);
int cmd_contact(struct cli *c);
int cmd_recall(struct cli *c);
int cmd_outbox_drop(struct cli *c);
int cmd_draft_list(struct cli *c);
int cmd_draft_drop(struct cli *c);
int cmd_flow(struct cli *c);
int cmd_flow_publish(struct cli *c);
int cmd_invite(struct cli *c);
int cmd_confirm(struct cli *c);
int cmd_partner_check(struct cli *c);
int cmd_address(struct cli *c);
int cmd_setup(struct cli *c);
int cmd_join(struct cli *c);
int cmd_approve(struct cli *c);
int cmd_roster_import(struct cli *c);
int cmd_roster_export(struct cli *c);
int cmd_roster_cosign(struct cli *c);
int cmd_propose(struct cli *c);
int cmd_staff_add(struct cli *c);
int cmd_staff_list(struct cli *c);
int cmd_staff_role(struct cli *c);
int cmd_staff_confirm(struct cli *c);
int cmd_staff_by_id(struct cli *c);
int cmd_staff_sessions(struct cli *c);
int cmd_staff_signout(struct cli *c);
int cmd_case_worker(struct cli *c);
int cmd_hand(struct cli *c);
int cmd_pending_list(struct cli *c);
int cmd_pending_confirm(struct cli *c);
int cmd_handover_propose(struct cli *c);
int cmd_handover_step(struct cli *c);
int cmd_lock(struct cli *c);
int cmd_unlock(struct cli *c);
int cmd_panic(struct cli *c);
int cmd_audit_list(struct cli *c);
int cmd_audit_export(struct cli *c);
int cmd_audit_verify(struct cli *c);
int cmd_verify(struct cli *c);
int cmd_backup(struct cli *c);
int cmd_restore(struct cli *c);

#endif /* KRING_CLIENT_COMMANDS_CMD_H */
