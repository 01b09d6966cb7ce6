/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sheet - the recovery sheet: written, and read again however a person typed it.
 *
 * Layer:    crypto (base only).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     the day it was made, supplied as unix seconds.
 * Durable:  nothing; the text becomes a file of the node's directory, to be printed and deleted.
 * Privacy:  whoever has the text has the node: callers wipe it and what was read from it.
 *
 * Both secrets end in four check letters and stand after a label.  They are found by these two, never by
 * their looks: the heading carries an organisation's name, and a name can look like a code.
 */
#ifndef KRING_CRYPTO_FILES_SHEET_H
#define KRING_CRYPTO_FILES_SHEET_H

#include "crypto/files/keyfile.h"

enum {
	SHEET_TEXT_MAX = 2048,	/* as written */
	SHEET_READ_MAX = 16384, /* as somebody may hand it back */
	SHEET_CODE_TEXT = 36 + 8,
	SHEET_NUMBER = 9 /* "k3f9-22qx" */
};

struct sheet {
	const char *org;
	uint64_t made_s;
	uint8_t code[KEYFILE_RECOVERY_LEN]; /* opens the node and the backups made under it */
	uint8_t seed[32];		    /* of the signing key that takes over at a rotation */
};

/** What was found of one secret.  MISTYPED: its label, or a line that is nothing else, but the check letters
 *  do not fit.  ABSENT: neither. */
enum sheet_found { SHEET_FOUND, SHEET_MISTYPED, SHEET_ABSENT };

/** The whole sheet into out[SHEET_TEXT_MAX]; returns its length. */
size_t sheet_write(const struct sheet *s, char *out);
/** Case, blanks, dashes, line ends, a byte order mark and O for 0, I or L for 1 do not matter; nor does
 *  what else stands on the sheet, or in which order.  ERR_OK fills the secret, else it is zero. */
enum sheet_found sheet_code(struct span text, uint8_t code[KEYFILE_RECOVERY_LEN]);
enum sheet_found sheet_seed(struct span text, uint8_t seed[32]);
/** The code as it is printed, with its check letters. */
void sheet_code_text(const uint8_t code[KEYFILE_RECOVERY_LEN], char out[SHEET_CODE_TEXT + 1]);
/** 32 letters without check letters: for where a wrong code is noticed anyway. */
bool sheet_code_bare(const char *text, uint8_t code[KEYFILE_RECOVERY_LEN]);
/** What a sheet is called: it stands on the sheet, in `kring status`, and follows from a backup's head. */
void sheet_number(const uint8_t recovery_pub[32], char out[SHEET_NUMBER + 1]);

#endif /* KRING_CRYPTO_FILES_SHEET_H */
