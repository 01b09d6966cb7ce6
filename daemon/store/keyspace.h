/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keyspace - the tables and the shape of their keys (FORMAT.md has the values).
 *
 * Layer:    store (base only).
 * Owns:     the list of tables; their order is part of the format, append only.
 * Threads:  any.
 * Time:     *_ms keys are wall-clock milliseconds, big-endian.
 * Durable:  nothing by itself.
 * Privacy:  keys are ids and counters, never personal data; creation times show in ids (accepted).
 */
#ifndef KRING_STORE_KEYSPACE_H
#define KRING_STORE_KEYSPACE_H

#include "base/bytes.h"
#include "base/limits.h"

/* clang-format off */
#define STORE_TABLES(X)                                                                   \
	X(META, "meta")		  /* u8 kind                         counters, own state   */ \
	X(CASEKEY, "casekey")	  /* case 16                         wrapped case key      */ \
	X(AUDITKEY, "auditkey")	  /* case 16                         wrapped audit key     */ \
	X(ROSTER, "roster")	  /* seq u64                         signed entry          */ \
	X(NODE, "node")		  /* peer u16                        member and node record*/ \
	X(NODEID, "nodeid")	  /* node id 32; transport key 32 | peer u16  peer u16     */ \
	X(AGREEMENT, "agreement") /* peer u16 | direction u8         categories, purposes; direction + 2: what was missed */ \
	X(CASES, "cases")	  /* case 16                         the person, own notes */ \
	X(CASELOG, "caselog")	  /* case 16 | seq u64               timeline              */ \
	X(GRANT, "grant")	  /* grant 16                        consent record        */ \
	X(GRANTCASE, "grantcase") /* case 16 | grant 16              index                 */ \
	X(DOCHEAD, "dochead")	  /* msg 16 | sender u16             head, commitment, sig */ \
	X(DOCBODY, "docbody")	  /* msg 16 | sender u16             salt, body            */ \
	X(THREAD, "thread")	  /* thread 16                       state row             */ \
	X(THREADLOG, "threadlog") /* thread 16 | side u8 | no u32    document key          */ \
	X(THREADCASE, "threadcase") /* case 16 | thread 16           index                 */ \
	X(THREADREF, "threadref") /* telephone reference 5           thread 16             */ \
	X(LEDGER, "ledger")	  /* grant 16 | msg 16               disclosure            */ \
	X(PAIR, "pair")		  /* peer u16                        stream state          */ \
	X(OUTPLACE, "outplace")	  /* peer u16 | place u64            what is owed          */ \
	X(OUTNUM, "outnum")	  /* peer u16 | number u64  place u64, first of its turn u64 */ \
	X(INNUM, "innum")	  /* peer u16 | number u64           verdict               */ \
	X(OUTID, "outid")	  /* msg 16                          peer u16 | place u64  */ \
	X(PEERKEY, "peerkey")	  /* peer u16                        newest prekey record  */ \
	X(TIMER, "timer")	  /* due_ms u64 | thread 16 | kind u8 empty                 */ \
	X(AUDIT, "audit")	  /* seq u64                         chain entry           */ \
	X(REQUEST, "request")	  /* request 16 | uid u32            cached reply          */ \
	X(REQUESTAGE, "requestage") /* ms u64 | request 16 | uid u32 those of one turn     */ \
	X(WORK, "work")		  /* case 16 | thread 16 | kind u8   worklist entry        */ \
	X(OWNKEY, "ownkey")	  /* time u64 | prekey 16            own EPOCH prekey      */ \
	X(NODEREC, "noderec")	  /* peer u16 | key_seq u32          newest record of it   */ \
	X(WITNESS, "witness")	  /* peer u16                        highest cosignature   */ \
	X(PROOF, "proof")	  /* kind u8 | seq u64 or peer u16   fork, conflict        */ \
	X(INVITE, "invite")	  /* session 16                      invite, joining       */ \
	X(PROPOSAL, "proposal")	  /* id 16                           entry being signed    */ \
	X(ERASED, "erased")	  /* case 16                         when, and as listed   */ \
	X(CHECKPOINT, "checkpoint") /* peer u16 | incarnation u32 | seq u64  of its audit log */ \
	X(COSIGN, "cosign")	  /* seq u64 | peer u16              partner's word on ours*/ \
	X(WAITING, "waiting")	  /* peer u16 | place u64            owed, may not go yet  */ \
	X(THREADPEER, "threadpeer") /* peer u16 | thread 16          index                 */ \
	X(SHELF, "shelf")	  /* thread 16 | msg 16 | sender u16 lost act              */ \
	X(GONE, "gone")		  /* thread 16                       hidden at the partner */ \
	X(RELEASED, "released")	  /* case 16                         out of quarantine     */ \
	X(ALARM, "alarm")	  /* kind u8 | peer u16              when                  */ \
	X(DEPOSIT, "deposit")	  /* peer u16 | version u32 | pages u8 | page u8  its sealed erasures */ \
	X(DEPOSITED, "deposited") /* peer u16                        how far it has ours   */ \
	X(REPORT, "report")	  /* period u32 | peer u16           quarterly figures    */ \
	X(REPORTED, "reported")	  /* period u32 | peer u16           ours went there      */ \
	X(TALLY, "tally")	  /* period u32 | cap u8             figures of the erased*/ \
	X(OPEN, "open")		  /* peer u16|role u8|case 16|thread 16  not over         */ \
	X(ALONE, "alone")	  /* case 16                         peer u16 | since ms u64 */ \
	X(DRAFT, "draft")	  /* writer 16 | id 16 | saved ms u64  what somebody types  */ \
	X(STAFF, "staff")	  /* id 16                           who may use the node */ \
	X(PENDING, "pending")	  /* id 16                           waits for a second   */ \
	X(WORKER, "worker")	  /* case 16                         staff 16             */ \
	X(BLOB, "blob")		  /* blob 32; blob 32 | kind u8 | id 16 | peer u16  who needs it, who may have it */ \
	X(CHUNK, "chunk")	  /* place 32 | no u32               ciphertext, as it is */ \
	X(GRANTKEY, "grantkey")	  /* grant 16; case 16               wrapped key          */ \
	X(HANDOVER, "handover")	  /* case 16 | thread 16             one handover of it   */ \
	X(HANDING, "handing")	  /* peer u16 | thread 16            it is not over       */ \
	X(ONWARD, "onward")	  /* grant 16 | child grant 16       peer u16, who has the person under it */ \
	X(ATTACHMENT, "attachment") /* case 16 | peer u16 | id 16    a file of the case     */ \
	X(SAME, "same")		  /* case 16 | case 16               of one person        */ \
	X(ABOVE, "above")	  /* child grant 16 | grant 16       onward, the other way round */ \
	X(SHUT, "shut")		  /* grant 16                        kept by law: its key opens nothing */ \
	X(GRANTOPEN, "grantopen") /* case 16 | grant 16              index of those not withdrawn */

enum store_table {
#define STORE_ENUM(name, text) STORE_##name,
	STORE_TABLES(STORE_ENUM)
#undef STORE_ENUM
	STORE_TABLE_COUNT
};
/* clang-format on */

/** Kinds of META rows that two rooms know (FORMAT.md has all). */
enum { STORE_META_SHRED = 5 };

/** Bytes of a row's key; a place between two rows has one more.  A row with a longer key is damage (store_seek). */
enum { STORE_KEY_MAX = 79 };

/** A key under construction: zeroed, then key_u16(&k, 7); key_put(&k, id.b, 16). */
struct store_key {
	uint8_t b[STORE_KEY_MAX + 1];
	size_t len;
};

static inline struct span key_span(const struct store_key *k)
{
	return span_of(k->b, k->len);
}

void key_put(struct store_key *k, const void *p, size_t n);
void key_u8(struct store_key *k, uint8_t v);
void key_u16(struct store_key *k, uint16_t v);
void key_u32(struct store_key *k, uint32_t v);
void key_u64(struct store_key *k, uint64_t v);
const char *key_table_name(enum store_table table);

#endif /* KRING_STORE_KEYSPACE_H */
