/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * role - what people of an organisation do at their node.
 *
 * Layer:    domain/staff.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  the bits are in rows of STAFF.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_STAFF_ROLE_H
#define KRING_DOMAIN_STAFF_ROLE_H

/** Bit n is row n of config/lists/roles.psv. */
enum role {
	ROLE_CASEWORKER = 1,	/* works with people */
	ROLE_READER = 2,	/* reads what caseworkers write */
	ROLE_COORDINATOR = 4,	/* sees figures and never a person */
	ROLE_ADMINISTRATOR = 8, /* looks after the node, sees no person */
	ROLE_PRIVACY = 16,	/* looks after who saw what */
	ROLE_ALL = 31
};

#endif /* KRING_DOMAIN_STAFF_ROLE_H */
