/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * print - replies as people read them: cells, days and moments, and one printer for each kind of row.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  prints personal data on the user's terminal.
 */
#ifndef KRING_CLIENT_PRINT_PRINT_H
#define KRING_CLIENT_PRINT_PRINT_H

#include "client/cli/cli.h"
#include "client/words/words.h"

/* print.c: what rows are made of */
/** At most width characters of s, filled up with blanks. */
void print_cell(const char *s, int width);
/** A text of many lines: those behind the first are marked, so that none looks like a row of ours. */
void print_lines(const char *s);
void print_time(const struct cli *c, uint64_t ms);
/** A cell with as much of an id as people type: eight digits. */
void print_id(const char *id);
/** The part of an id that people may type the beginning of: borrowed from id. */
const char *print_short(const char *id);
/** "2026-11-27" as people write it. */
void print_day(const struct cli *c, const char *text);
/** The day of a moment. */
void print_day_of(const struct cli *c, uint64_t ms);
/** day, overdue: fields of r. */
void print_due(const struct cli *c, const struct msg *r, unsigned day, unsigned overdue);
void print_cats(const struct cli *c, uint64_t cats);
/** Marks what is urgent; nothing for anything else. */
void print_urgent(const struct cli *c, const char *urgency);

/** A line of text with its {p}, {d} and {w} filled in. */
void print_sentence(const struct cli *c, const char *text, const char *p, const char *d,
		    const char *w);
/** A row of say.psv with its values; the second one ends the line. */
void print_say(const struct cli *c, const char *key, const struct fill *values);
void print_say_line(const struct cli *c, const char *key, const struct fill *values);
/** Who works on that alarm (ALARM_ROW), behind its line; nothing when nobody does. */
void print_alarm_seen(const struct cli *c, const struct msg *alarm);
/** Who acknowledged it: a name, or "user 1000" in out. */
const char *print_alarm_who(const struct cli *c, const struct msg *alarm, char out[WORDS_SHORT]);
/** A line that names kring doctor, where it may find why this document does not arrive (code: a row of outbox.psv); else nothing. */
void print_seek(const struct cli *c, const char *code, const char *partner);
/** The name of a row of kring status, and what follows begins at the same column in each. */
void print_label(const struct cli *c, const char *key);
void print_row(const struct cli *c, const char *key, const char *text);
/** "digits, telephone" with the words that the list has for them; what it does not have stays. */
void print_codes(const struct cli *c, enum list_id list, const char *codes, char *out, size_t cap);

/* One printer for each part of a reply; what is not in it is not printed. */
void print_referrals(const struct cli *c, const struct msg *reply);
/** Why a row shows no person, by its code. */
const char *print_hollow(const struct cli *c, const char *code);
/** One referral as a heading: reference, partner, person, need and state; whose move it is, move_print() says. */
void print_referral_head(const struct cli *c, const struct msg *row);
void print_history(const struct cli *c, const struct msg *reply);
void print_work(const struct cli *c, const struct msg *reply);
/** Entries of the roster that wait for signatures of roots. */
void print_proposals(const struct cli *c, const struct msg *reply);
/** p: MSG_PERSON, or NULL. */
void print_person(const struct cli *c, const struct msg *p);
/** The value of one field that p has. */
void print_field(const struct cli *c, const struct msg *p, const struct msg_field *f);
void print_told(const struct cli *c, const struct msg *reply);
void print_handovers(const struct cli *c, const struct msg *reply);
/** Who holds the pen of a case that was ever handed over. */
void print_owner(const struct cli *c, const struct msg *reply);
void print_cases(const struct cli *c, const struct msg *reply);
/** The other cases of the same person. */
void print_same(const struct cli *c, const struct msg *reply);
void print_grants(const struct cli *c, const struct msg *reply);
void print_files(const struct cli *c, const struct msg *reply);
void print_timeline(const struct cli *c, const struct msg *reply);
void print_partners(const struct cli *c, const struct msg *reply);
void print_outbox(const struct cli *c, const struct msg *reply);
/** Of which list the code of an entry of the timeline is (EntryRow), and of one that is an act, what the code behind it says. */
enum list_id print_entry_list(const struct msg *row);
const char *print_entry_code(enum list_lang lang, const char *code);
void print_evidence(const struct cli *c, const struct msg *reply);
void print_status(const struct cli *c, const struct msg *reply);
/** Of kring status: secrets that lie in the node's own directory without need, as a person reads it ... */
void print_beside(const struct cli *c);
/** ... and as fields of MSG_STATUS. */
void print_beside_note(const struct cli *c, struct msg *status);
/** What `kring status` says of the line: alarms of listening, clocks that differ. */
void print_line_status(const struct cli *c, const struct msg *status);
void print_doors(const struct cli *c, const struct msg *status);
void print_invites(const struct cli *c, const struct msg *reply);
/** One ClockRow as a sentence. */
void print_line_clock(const struct cli *c, const struct msg *row, const char *partners);
/** "silent since 14:02; ", or nothing for 0. */
void print_line_silent(const struct cli *c, uint64_t since_ms);

/** Today, in groups; and what stands there instead when no node answers. */
void print_today(const struct cli *c, const struct msg *reply);
void print_today_alone(const struct cli *c);
/** What a list says of rows that it did not show, and how to see them. */
void print_pages(const struct cli *c, const struct msg *reply);
/** The whole of a reply. */
void print_reply(struct cli *c, const struct msg *reply);
/** Names on standard error what a list could not show; CLI_DAMAGED. */
int print_damage(const struct cli *c, const struct msg *reply);

#endif /* KRING_CLIENT_PRINT_PRINT_H */
