/* SPDX-License-Identifier: EUPL-1.2 */
/* The bed with an engine around it: for modules of daemon/core by themselves.  What goes out is counted and forgotten. */
#ifndef KRING_TESTS_BEDENGINE_H
#define KRING_TESTS_BEDENGINE_H

#include "bed.h"
#include "core/engine.h"

struct bedengine {
	struct bed *bed;
	struct keybox *keybox;
	struct engine *engine;
	unsigned said;		    /* to net, about whomever */
	unsigned answered, refused; /* requests; of those, with an error */
	void (*meanwhile)(void);    /* called inside a turn; NULL */
};

void bedengine_open(struct bedengine *b);
/** Returns what bed_teardown does. */
int bedengine_close(struct bedengine *b);

#endif /* KRING_TESTS_BEDENGINE_H */
