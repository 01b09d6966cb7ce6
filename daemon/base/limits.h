/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * limits - every maximum in the product, related to each other where they must be.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     *_MS milliseconds, *_S seconds, *_DAYS days.
 * Durable:  nothing; but LIMIT_RECORD_* shape the store (FORMAT.md).
 * Privacy:  none.
 */
#ifndef KRING_BASE_LIMITS_H
#define KRING_BASE_LIMITS_H

#include <assert.h>

/* wire */
#define LIMIT_CLASS_0		4096u
#define LIMIT_CLASS_1		16384u
#define LIMIT_CLASS_2		65536u
#define LIMIT_ZMTP_MESSAGE	66848u /* class 2, suite 2, plus 33 bytes of CURVE */
#define LIMIT_FRAME_DOCS	64u    /* documents verified per turn and frame */
#define LIMIT_FRAME_PARTS	128u
#define LIMIT_BURST		64u	/* leaves under one document signature */
#define LIMIT_ENVELOPE_TTL_S	691200u /* 8 days */
#define LIMIT_CLOCK_SKEW_S	600u
#define LIMIT_ROSTER_ENTRY	61440u
#define LIMIT_ROSTER_CARRIED	(LIMIT_ROSTER_ENTRY + 4096u) /* with its signatures */
#define LIMIT_ROSTER_NODES	1024u
#define LIMIT_ROSTER_ENTRIES	100000u
#define LIMIT_ROOTS		16u
#define LIMIT_ROSTER_STALE_DAYS 30u /* without a new entry: yellow */
#define LIMIT_PROPOSALS		8u  /* of partners, that wait for signatures of roots ... */
#define LIMIT_PROPOSALS_ROOT	2u  /* ... and that the same root signed */
#define LIMIT_PROPOSALS_TRIED	32u /* parts of one partner that are looked into within ... */
#define LIMIT_PROPOSALS_MS	60000u
#define LIMIT_ENDPOINT		128u
#define LIMIT_ORG_NAME		120u

/* messages behind the walker */
#define LIMIT_PB_DEPTH	     8u
#define LIMIT_PB_FIELDS	     4096u
#define LIMIT_PB_REPEATED    256u
#define LIMIT_REPLY_FIELDS   65536u /* of our own daemon to its clients */
#define LIMIT_REPLY_REPEATED 1024u
#define LIMIT_PB_STRING	     16384u
#define LIMIT_PB_BYTES	     49152u
#define LIMIT_BODY	     8192u /* one document body; larger things are attachments */
#define LIMIT_CONTROL	     (1u << 20)
#define LIMIT_UNPACK_ARENA   (4u << 20)

/* store */
#define LIMIT_KEY	  511u /* LMDB's own */
#define LIMIT_RECORD	  (48u << 10)
#define LIMIT_RECORD_PAGE 1984u /* above this a value spills into an overflow page */
#define LIMIT_MAP_START	  (64ULL * 1024 * 1024)
#define LIMIT_MAP_MAX	  (64ULL * 1024 * 1024 * 1024)
/* Room behind what the setting allows, for what gives room back or must always work; and a share of the map. */
#define LIMIT_MAP_KEPT	     (32ULL * 1024 * 1024)
#define LIMIT_MAP_KEPT_SHARE 64u
#define LIMIT_KEPT_PARTNER   16u /* one partner may use this part of it, the 16th */
#define LIMIT_LOG	     (16ULL * 1024 * 1024) /* before LMDB gets it; memory has it twice */
/* Blocks of the disk that the file has behind its last page: a quota meets what takes in first. */
#define LIMIT_DISK_KEPT	   (8ULL * 1024 * 1024)
#define LIMIT_SHRED_SLICE  1024u	   /* case keys that one transaction wraps again */
#define LIMIT_STEP_ROOM	   (512ULL * 1024) /* a document or a command at most, with its rows */
#define LIMIT_NEAR_PERCENT 90u /* of a partner's limit, or of the store: kring status says so */

/* streams */
#define LIMIT_WINDOW	    128u /* documents sent and not yet receipted, per peer */
#define LIMIT_OFFER_PAGE    64u
#define LIMIT_DAY_DOCUMENTS 2000000u /* from one partner; settings may lower both */
#define LIMIT_DAY_BYTES	    (4ULL * 1024 * 1024 * 1024)
#define LIMIT_RETAIN_DAYS   35u
#define LIMIT_TTL_DAYS	    30u
#define LIMIT_ASK_MS	    3000u /* a question to a silent peer is repeated after this, doubling */
#define LIMIT_ASK_MAX_MS    60000u
#define LIMIT_AGAIN_MS	    500u /* sent once more because it could not be opened: at most this often */
#define LIMIT_RECORDS	    8u /* new node records of one member within ... */
#define LIMIT_RECORDS_MS    60000u
#define LIMIT_KEYS	    64u /* signing keys of one member: each is kept for what it signed */
#define LIMIT_PING_MS	    60000u
#define LIMIT_SILENT_MS	    15000u /* unanswered so long: the line is hung up and dialled again */
#define LIMIT_HANGUPS	    2u /* ... then after twice and four times that, if nobody answers at all */
#define LIMIT_CLOCK_NOTE_MS 120000 /* clocks that differ by more are named */

/* what one partner may make this node keep; of the first three, which years of honest work fill, the most of a setting */
#define LIMIT_OPEN_REFERRALS  200000u	/* of its referrals, those that are not over */
#define LIMIT_PARTNER_CASES   2000000u	/* cases that it brought, and that were not erased */
#define LIMIT_PARTNER_THREADS 10000000u /* all that it ever began */
#define LIMIT_PARTNER_REPORTS 256u	/* of figures: of sixty-four years */
#define LIMIT_CASE_ENTRIES    100000u	/* of a timeline; then no partner begins more in the case */
#define LIMIT_CASE_GRANTS     512u	/* in a case, also those that are over */
#define LIMIT_OPEN_GRANTS     32u /* ... of one partner that are not: each document asks all of them */
#define LIMIT_THREAD_LOST     64u   /* lost acts of one thread */
#define LIMIT_UNSTORED	      1024u /* threads of one partner of which a document was passed over */
#define LIMIT_ALONE	      4096u /* consents of one partner that wait for their referral */
#define LIMIT_ALONE_DAYS      35u   /* a consent whose referral does not come is let go */

/* after a loss of state: what one partner can make of it */
#define LIMIT_BLOCKED_MIN     10u /* a document without its predecessor holds up the others so long */
#define LIMIT_GAP_HOURS	      24u /* ... and makes us compare the pair at most once in this time */
#define LIMIT_LIVES_DAY	      16u /* incarnations that one partner may begin on one day */
#define LIMIT_GONE	      16384u /* threads that we lack, of which a partner's word is kept */
#define LIMIT_DEPOSIT_PAGES   100u   /* of a thousand erasures, kept for one partner */
#define LIMIT_HEADS_ROWS      (1u << 17) /* of threads that we lack, in one pass, without a pause */
#define LIMIT_QUARANTINE_DAYS 3u /* older cases wait no longer for a partner that stays silent */
#define LIMIT_APART_MIN	      60u /* a partner that has not compared its copy after so long is named */
#define LIMIT_ALARM_MIN	      60u /* the same alarm again is written down at most so often */

/* processes */
#define LIMIT_LOG_LINES	    32u	   /* of one event, by one process, within ... */
#define LIMIT_LOG_MS	    10000u /* ... and how many more there were */
#define LIMIT_TURN_EVENTS   256u
#define LIMIT_SLICE_US	    20000u /* of partners' words, before people are heard again */
#define LIMIT_TURN_ARENA    (32u << 20)
#define LIMIT_TURN_ROWS	    4096u /* that one turn looks at; what has more to do goes on in the next */
#define LIMIT_INDEX	    (42u << 20) /* bytes of locked memory for finding people: more than 200 000 */
#define LIMIT_IPC_RECORD    (LIMIT_ZMTP_MESSAGE + 64u)
#define LIMIT_IPC_CREDIT    (8u << 20)
#define LIMIT_PEERS	    1024u
#define LIMIT_CLIENTS	    64u
#define LIMIT_CLIENT_AHEAD  4u	 /* requests of one client, ahead of the replies that it read */
#define LIMIT_WATCHERS	    64u	 /* clients that are told of changes, beside those who ask */
#define LIMIT_WATCH_MS	    250u /* each at most once in this time */
#define LIMIT_CONTROL_BYTES (16u << 20) /* of requests that are not whole yet, of all clients */
#define LIMIT_UNREAD_BYTES  (16u << 20) /* of replies that are not read yet, of all clients */
#define LIMIT_HANDSHAKE_MS  5000
/* connections that others opened */
#define LIMIT_PEER_LINES	3u  /* of one partner; the newest */
#define LIMIT_PEER_DIALS	20u /* of one partner in a minute; more are named in kring status */
#define LIMIT_STRANGERS		2048u  /* on which nobody said a word yet, in whole ... */
#define LIMIT_NETWORK_STRANGERS 1280u  /* ... and from one /24, or /64 of IPv6 */
#define LIMIT_MUTE_MS		20000u /* so long they may be silent */
#define LIMIT_FILES_NET		16384u
#define LIMIT_FILES_DIALLED	4u /* of one partner that we dial: the line, and ZeroMQ's own */
/* what the disk must keep free before intake stops; deletion, receipts and withdrawal go on */
#define LIMIT_DISK_WARN_PERCENT 10u
#define LIMIT_DISK_STOP_PERCENT 5u
#define LIMIT_DISK_PLENTY	(8ULL * 1024 * 1024 * 1024) /* at most: it is no scarcity */
#define LIMIT_DISK_RESERVE	(256ULL * 1024 * 1024)

/* onboarding: strangers may connect, so everything is counted */
#define LIMIT_ONBOARD_MESSAGE	     65536
#define LIMIT_ONBOARD_QUESTION	     4096u /* ... of those that core is asked */
#define LIMIT_ONBOARD_CALLERS	     256u /* connections, at all addresses where newcomers may speak */
#define LIMIT_ONBOARD_ADDRESS	     64u /* ... from one address (IPv6: one /64) */
#define LIMIT_ONBOARD_SESSION	     2u	 /* ... in one handshake: the newest ones */
#define LIMIT_ONBOARD_ASKED	     16u /* questions that wait for their answer; more are told to wait */
#define LIMIT_ONBOARD_ADDRESS_ASKED  8u
#define LIMIT_ONBOARD_SECOND	     1000u /* questions in a second */
#define LIMIT_ONBOARD_ADDRESS_SECOND 400u
#define LIMIT_ONBOARD_MS	     600000u /* one connection may speak this long */
#define LIMIT_ONBOARD_UNPROVED_MS    60000u  /* ... one that proved no invite */
#define LIMIT_ONBOARD_IDLE_MS	     10000u
#define LIMIT_ONBOARD_ATTEMPTS	     3u /* handshakes of one invite, each with digits of its own */
#define LIMIT_ONBOARD_TOLD_MS	     10000u /* a newcomer that heard the end may ask once more */
#define LIMIT_ONBOARD_UNTOLD_MS	     600000u /* one that was let in without hearing it may still ask */
#define LIMIT_ONBOARD_DOORS	     64u     /* addresses where newcomers may speak at a time */
#define LIMIT_INVITES_KEPT_DAYS	     30u     /* the list says so long how an invite ended */
#define LIMIT_INVITE_DAYS	     7u
#define LIMIT_INVITES		     64u

/* people */
#define LIMIT_LIST_ROWS	    500u
#define LIMIT_REQUEST_DAYS  1u /* a request id is remembered this long */
#define LIMIT_GRANT_DAYS    366u
#define LIMIT_REFUSED_DAY   20u	  /* refusals of a right that the log names, of a user and a day */
#define LIMIT_STAFF	    1000u /* people who were ever named here; each is a row for ever */
#define LIMIT_PENDING	    64u	  /* acts that wait for a second person, of all people ... */
#define LIMIT_PENDING_OWN   8u	  /* ... and of one */
#define LIMIT_PENDING_MS    86400000u /* so long another person may confirm one */
#define LIMIT_DRAFT	    16384u    /* what somebody types and has not sent yet */
#define LIMIT_DRAFTS	    20u	      /* of one writer ... */
#define LIMIT_DRAFTS_ALL    2000u     /* ... and of all of them */
#define LIMIT_DRAFT_DAYS    14u	      /* since it was saved last */
#define LIMIT_MESSAGE	    500u      /* characters of a message between two workers */
#define LIMIT_MESSAGE_PLACE 120u      /* ... and of the place of an appointment */
#define LIMIT_MESSAGES	    256u      /* messages that one side signs in a referral */
#define LIMIT_RECALL_MS	    600000u /* so long a referral that was sent by mistake can be recalled */
/* dates: none that a person or a partner names lies further ahead */
#define LIMIT_DATE_DAYS	     366u  /* on hold until, appointments */
#define LIMIT_AGREEMENT_DAYS 3653u /* an agreement between two nodes: ten years */
#define LIMIT_TERM_DAYS	     60u   /* working days that an offer may give for the answer */

/* flow figures: what the roster's policy can only lower, or raise where that says k */
#define LIMIT_FLOW_YEAR	       8000u /* thousandths of epsilon, of one person, in a calendar year */
#define LIMIT_FLOW_CAP	       4u    /* events of one person in a quarter */
#define LIMIT_FLOW_K	       5u
#define LIMIT_FLOW_K_SENSITIVE 10u
#define LIMIT_FLOW_STEP	       5u  /* figures are rounded to multiples */
#define LIMIT_FLOW_WAIT_DAYS   14u /* after the quarter ended, before its report is made */

#define LIMIT_FIELD 7168u /* of a person, as it is typed: alone it fits a document */
static_assert(LIMIT_FIELD + 512 < LIMIT_BODY, "what is taken in can be sent");
static_assert(4 * (LIMIT_MESSAGE + LIMIT_MESSAGE_PLACE) + 256 < LIMIT_BODY, "a message fits");
static_assert(LIMIT_BODY < LIMIT_CLASS_2 / 2, "a document fits a frame with room for the rest");
static_assert(LIMIT_BODY < LIMIT_RECORD, "a body fits a record");
static_assert(LIMIT_DRAFT <= LIMIT_PB_STRING && LIMIT_DRAFT + 1024 < LIMIT_RECORD,
	      "a draft fits a request, and with its name a record");
static_assert(LIMIT_DRAFTS < LIMIT_LIST_ROWS && LIMIT_DRAFTS < LIMIT_DRAFTS_ALL &&
		      LIMIT_DRAFTS_ALL * (LIMIT_DRAFT + 4096ULL) < LIMIT_MAP_START,
	      "nobody's drafts keep out another's, and all of them fill no store");
static_assert(LIMIT_MAP_KEPT / 4 > 4ULL * LIMIT_CONTROL &&
		      LIMIT_MAP_KEPT / 4 > 64ULL * LIMIT_CLASS_2,
	      "one event never takes what is kept back for another step");
static_assert(LIMIT_SHRED_SLICE * 4096ULL <= LIMIT_MAP_KEPT / 8,
	      "a slice has room, were each of its keys on a page of its own");
static_assert(LIMIT_DISK_KEPT < LIMIT_DISK_RESERVE &&
		      LIMIT_DISK_KEPT > 2ULL * LIMIT_SHRED_SLICE * 100,
	      "blocks for a slice of keys, twice");
static_assert(LIMIT_STEP_ROOM > 16ULL * LIMIT_BODY && LIMIT_STEP_ROOM < LIMIT_MAP_KEPT / 8,
	      "a step has room for a body and its rows, and does not empty what is kept back");
static_assert(LIMIT_KEPT_PARTNER > 4 && LIMIT_MAP_KEPT / LIMIT_KEPT_PARTNER > LIMIT_STEP_ROOM,
	      "several partners have room for endings when one took all it may");
static_assert(LIMIT_MAP_START > LIMIT_MAP_KEPT, "an empty store takes something in");
static_assert(LIMIT_WINDOW * LIMIT_BODY <= 1024 * 1024, "at most 1 MiB un-receipted per peer");
static_assert(LIMIT_LIST_ROWS <= LIMIT_REPLY_REPEATED && LIMIT_ROSTER_NODES <= LIMIT_REPLY_REPEATED,
	      "every list and every roster fits a reply");
static_assert(LIMIT_OPEN_REFERRALS <= LIMIT_PARTNER_CASES &&
		      LIMIT_PARTNER_CASES <= LIMIT_PARTNER_THREADS,
	      "a referral has a case, and a case a thread");
static_assert(LIMIT_ALONE >= 4 * LIMIT_WINDOW && LIMIT_ALONE < LIMIT_PARTNER_CASES,
	      "the consents of what is under way find room, and fill no store");
static_assert(LIMIT_ALONE_DAYS >= LIMIT_TTL_DAYS,
	      "a referral that is still under way finds its consent");
static_assert(LIMIT_PB_BYTES < LIMIT_CLASS_2, "a bytes field fits a frame");
static_assert(LIMIT_OFFER_PAGE * 16 + 64 < LIMIT_CLASS_0, "a page of ids fits class 0");
static_assert(LIMIT_FRAME_DOCS <= LIMIT_WINDOW, "the window holds a frame");
static_assert(LIMIT_AGAIN_MS < LIMIT_ASK_MS,
	      "what was lost is not asked for before it may be sent again");
static_assert(LIMIT_TTL_DAYS <= LIMIT_RETAIN_DAYS, "what may be offered again is retained");
static_assert(LIMIT_NETWORK_STRANGERS > LIMIT_PEERS,
	      "all partners come back at once, also from behind one address");
static_assert(LIMIT_PEERS * (LIMIT_PEER_LINES + LIMIT_FILES_DIALLED) + LIMIT_STRANGERS +
			      LIMIT_ONBOARD_CALLERS + 8 * LIMIT_ONBOARD_DOORS + 128 <
		      LIMIT_FILES_NET,
	      "every partner has its lines, whatever all others do");
static_assert(LIMIT_ONBOARD_DOORS >= LIMIT_INVITES,
	      "every open invite may have an address of its own");
static_assert(2 * LIMIT_ONBOARD_ADDRESS_ASKED <= LIMIT_ONBOARD_ASKED &&
		      2 * LIMIT_ONBOARD_ADDRESS_SECOND <= LIMIT_ONBOARD_SECOND &&
		      4 * LIMIT_ONBOARD_ADDRESS <= LIMIT_ONBOARD_CALLERS,
	      "whoever has one address leaves room for others");
static_assert(LIMIT_ONBOARD_ASKED * LIMIT_ONBOARD_QUESTION < LIMIT_IPC_CREDIT / 64,
	      "strangers take no credit of partners");
static_assert(LIMIT_QUARANTINE_DAYS < LIMIT_TTL_DAYS, "what waited can still be delivered");
static_assert(LIMIT_TURN_ARENA > 4 * LIMIT_UNPACK_ARENA, "a turn unpacks several messages");

#endif /* KRING_BASE_LIMITS_H */
