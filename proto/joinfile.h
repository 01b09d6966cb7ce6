/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * joinfile - the shape of DIR/joining, where a newcomer's handshake stands.
 *
 * Layer:    proto.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  the file outlives a join that was stopped.
 * Privacy:  whether the digits were confirmed says nothing of a key.
 *
 * The joining tool writes the file; kring setup looks whether it is over.
 */
#ifndef KRING_PROTO_JOINFILE_H
#define KRING_PROTO_JOINFILE_H

enum {
	JOINFILE_CONFIRMED = 32 + 32, /* behind a mac and a random number: 1, or 0 */
	JOINFILE_LEN = JOINFILE_CONFIRMED + 1
};

#endif /* KRING_PROTO_JOINFILE_H */
