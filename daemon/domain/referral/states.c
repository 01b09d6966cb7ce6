/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows.  A state without one cannot be compiled past its test, and is never run: state_row stops at once. */
#include "domain/referral/states.h"

#include "base/check.h"
#include "proto/acts.h"

enum { NOBODY = 0, SENDER = REFERRAL_BY_SENDER, RECEIVER = REFERRAL_BY_RECEIVER };

#define NOTHING WORK_KIND_COUNT
#define NEVER	.fires = 0, .reason = ""

/* clang-format off */
static const struct state_row rows[REFERRAL_STATE_COUNT] = {
	[REFERRAL_DRAFT] = {
		.set = true, .next = NOBODY, .sender_work = NOTHING, .receiver_work = NOTHING,
		.term = STATE_FOREVER, NEVER, .answer = STATE_OPEN},

	/* Whoever was asked answers; a question stops the clock once, and its answer is the sender's to give. */
	[REFERRAL_OFFERED] = {
		.set = true, .next = RECEIVER, .sender_work = NOTHING, .receiver_work = WORK_ANSWER,
		.term = STATE_ANSWER_TERM, .fires = DOC_EXPIRE, .reason = "no-answer", .answer = STATE_OPEN},
	[REFERRAL_NEEDS_INFO] = {
		.set = true, .next = SENDER, .sender_work = WORK_QUESTION, .receiver_work = NOTHING,
		.term = STATE_ANSWER_TERM, .fires = DOC_EXPIRE, .reason = "no-answer", .does = STATE_PAUSES,
		.answer = STATE_OPEN},

	/* The receiver works; a day that passes without a word is first said, and only then ends it. */
	[REFERRAL_ACCEPTED] = {
		.set = true, .next = RECEIVER, .sender_work = NOTHING, .receiver_work = WORK_START,
		.term = STATE_WORKING, .days = 10, .fires = DOC_ESCALATE, .reason = "no-start",
		.answer = STATE_ACCEPTED},
	[REFERRAL_ON_HOLD] = {
		.set = true, .next = RECEIVER, .sender_work = NOTHING, .receiver_work = WORK_REVIEW,
		.term = STATE_REVIEW, .fires = DOC_ESCALATE, .reason = "review-passed", .answer = STATE_ACCEPTED},
	[REFERRAL_ACTIVE] = {
		.set = true, .next = RECEIVER, .sender_work = NOTHING, .receiver_work = WORK_PROGRESS,
		.term = STATE_ALL_DAYS, .days = 30, .fires = DOC_ESCALATE, .reason = "no-progress",
		.answer = STATE_ACCEPTED},

	/* The sender waits for one word and goes on without it. */
	[REFERRAL_WITHDRAW_PENDING] = {
		.set = true, .next = RECEIVER, .sender_work = NOTHING, .receiver_work = WORK_WITHDRAW,
		.term = STATE_WORKING, .days = 10, .asked = DOC_WITHDRAW, .fires = DOC_WD_TIMEOUT,
		.reason = "no-answer", .answer = STATE_ACCEPTED},
	[REFERRAL_OUTCOME] = {
		.set = true, .next = SENDER, .sender_work = WORK_OUTCOME, .receiver_work = NOTHING,
		.term = STATE_ALL_DAYS, .days = 30, .asked = DOC_OUTCOME, .fires = DOC_ACK, .reason = "unacknowledged",
		.answer = STATE_ACCEPTED, .end = STATE_END_OUTCOME},
	[REFERRAL_REOPEN_PENDING] = {
		.set = true, .next = RECEIVER, .sender_work = NOTHING, .receiver_work = WORK_REOPEN,
		.term = STATE_ALL_DAYS, .days = 30, .asked = DOC_REOPEN, .fires = DOC_ACK,
		.reason = "unacknowledged", .answer = STATE_ACCEPTED},

	/* It is over.  What never came to work is removed after a week; the sender looks for another way. */
	[REFERRAL_CLOSED] = {
		.set = true, .next = NOBODY, .sender_work = NOTHING, .receiver_work = NOTHING,
		.term = STATE_FOREVER, NEVER, .answer = STATE_ACCEPTED},
	[REFERRAL_DECLINED] = {
		.set = true, .next = NOBODY, .sender_work = WORK_FOLLOW_UP, .receiver_work = NOTHING,
		.term = STATE_KEEPING, .days = 7, NEVER, .answer = STATE_DECLINED, .end = STATE_END_CUT},
	[REFERRAL_REDIRECTED] = {
		.set = true, .next = NOBODY, .sender_work = WORK_REFER_ON, .receiver_work = NOTHING,
		.term = STATE_KEEPING, .days = 7, NEVER, .answer = STATE_REDIRECTED},
	[REFERRAL_WITHDRAWN] = {
		.set = true, .next = NOBODY, .sender_work = NOTHING, .receiver_work = NOTHING,
		.term = STATE_KEEPING, .days = 7, NEVER, .does = STATE_CONFIRMED, .answer = STATE_TAKEN_BACK,
		.end = STATE_END_BACK},
	[REFERRAL_EXPIRED] = {
		.set = true, .next = NOBODY, .sender_work = WORK_FOLLOW_UP, .receiver_work = NOTHING,
		.term = STATE_KEEPING, .days = 7, NEVER, .does = STATE_CONFIRMED, .answer = STATE_UNANSWERED},
	/* Perhaps heard by the partner: whether it holds for others too, only the person knows. */
	[REFERRAL_REVOKED] = {
		.set = true, .next = NOBODY, .sender_work = WORK_TAKEN_BACK, .receiver_work = WORK_ERASE,
		.term = STATE_FOREVER, NEVER, .does = STATE_HIDES, .answer = STATE_TAKEN_BACK,
		.end = STATE_END_REVOKED},
	[REFERRAL_ERROR] = {
		.set = true, .next = NOBODY, .sender_work = WORK_FOLLOW_UP, .receiver_work = WORK_ERASE,
		.term = STATE_FOREVER, NEVER, .does = STATE_HIDES, .answer = STATE_TAKEN_BACK},
	/* The new owner of the case refers anew, and this is what it refers to; until then the receiver works on. */
	[REFERRAL_MOVED] = {
		.set = true, .next = NOBODY, .sender_work = NOTHING, .receiver_work = WORK_MOVED,
		.term = STATE_FOLLOWED, .days = 10, NEVER, .answer = STATE_ELSEWHERE},
};
/* clang-format on */

const struct state_row *state_row(enum referral_state s)
{
	require(s < REFERRAL_STATE_COUNT);
	require(rows[s].set);
	return &rows[s];
}

enum work_kind state_work(enum referral_state s, enum referral_actor side)
{
	const struct state_row *row = state_row(s);

	require(side == REFERRAL_BY_SENDER || side == REFERRAL_BY_RECEIVER);
	return (enum work_kind)(side == REFERRAL_BY_SENDER ? row->sender_work : row->receiver_work);
}
