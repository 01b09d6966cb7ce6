/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * noise - the exact discrete Laplace distribution, in whole numbers (proto/PROTOCOL.md 9).
 *
 * Layer:    domain/flow (base; crypto/hash).  Pure.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing; the same seed gives the same noise for ever.
 * Privacy:  whoever knows the seed can take the noise off again.
 *
 * After Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020), algorithms 1 and 2:
 * only fair choices among n, so that no rounding of logarithms shows what was below it.
 */
#ifndef KRING_DOMAIN_FLOW_NOISE_H
#define KRING_DOMAIN_FLOW_NOISE_H

#include "crypto/hash.h"

struct noise {
	/* A fair choice out of 0 .. n - 1. */
	uint64_t (*below)(void *ctx, uint64_t n);
	void *ctx;
};

/** The source of a report: bytes of one seed, one after the other. */
struct noise_seed {
	struct id32 seed;
	uint64_t drawn;
	uint8_t block[64];
	size_t left;
};
struct noise noise_of_seed(struct noise_seed *s, const struct id32 *seed);

/** True with probability exp(-num / den); num <= den, den > 0. */
bool noise_exp(const struct noise *n, uint32_t num, uint32_t den);
/** y with probability proportional to exp(-|y| * s / t); s, t > 0. */
int64_t noise_laplace(const struct noise *n, uint32_t s, uint32_t t);

/** The smallest half-width that holds 95 % of this noise. */
uint32_t noise_width95(uint32_t s, uint32_t t);
/** Its variance, in thousandths. */
uint64_t noise_variance_milli(uint32_t s, uint32_t t);
/** The smallest figure that noise alone makes at most once on a page of so many cells. */
uint32_t noise_floor(uint32_t s, uint32_t t, uint64_t cells);

/** How far a published cell lies from the true figure, whatever that is, in thousandths: on average it is at most
 *  low too much and at most high too little; its variance is at most that. */
struct sum_terms {
	uint64_t low_milli, high_milli, variance_milli;
};
/** publish: the cell that is shown for a truth and its noise. */
void noise_published(uint32_t s, uint32_t t, uint32_t k,
		     uint32_t (*publish)(uint32_t exact, int64_t noise, uint32_t k),
		     struct sum_terms *out);

#endif /* KRING_DOMAIN_FLOW_NOISE_H */
