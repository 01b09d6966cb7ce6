/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sign_label - what a signature is for: its label is part of what is signed.
 *
 * Layer:    crypto (base only); domain may include it through verify.h.
 * Owns:     the labels of signatures.
 * Threads:  any
 * Time:     none
 * Durable:  a label that was ever signed with keeps its text for ever.
 * Privacy:  none.
 *
 * One key signs documents, frames, records and roster entries.  The label in front keeps a signature over one kind
 * from being shown as one over another (proto/PROTOCOL.md).
 */
#ifndef KRING_CRYPTO_SIGN_LABEL_H
#define KRING_CRYPTO_SIGN_LABEL_H

/* clang-format off */
#define SIGN_LABELS(X)                                                      \
	X(DOC, "KRG1.sign.doc") X(FRAME, "KRG1.sign.frame")                 \
	X(NODE, "KRG1.sign.node") X(PREKEY, "KRG1.sign.prekey")             \
	X(ROSTER, "KRG1.sign.roster") X(WITNESS, "KRG1.sign.witness")           \
	X(CHECKPOINT, "KRG1.sign.checkpoint") X(COSIGN, "KRG1.sign.cosign")

enum sign_label {
#define SIGN_ENUM(name, text) SIGN_##name,
	SIGN_LABELS(SIGN_ENUM)
#undef SIGN_ENUM
	SIGN_LABEL_COUNT_
};
/* clang-format on */

#endif /* KRING_CRYPTO_SIGN_LABEL_H */
