/* SPDX-License-Identifier: EUPL-1.2 */
/* Discrete Laplace noise with P(y) proportional to exp(-|y| s / t), drawn exactly.
 *
 * In whole numbers only: a double's gaps show in its low bits which truths are possible, and a logarithm rounds the rare values,
 * which are the ones the guarantee is about.  Each step is a fair choice among n (no remainder of a division prefers the small
 * ones) or a coin of probability exp(-a/b) made from fair choices.  After Canonne, Kamath and Steinke, "The discrete Gaussian
 * for differential privacy", whose proof covers it.
 *
 * The second half is for readers of reports: how far a published cell may lie from the truth.  Nothing secret goes into it, so
 * plain arithmetic does. */
#include "domain/flow/noise.h"

#include "base/check.h"

static uint64_t next_word(struct noise_seed *s)
{
	if (s->left < 8) {
		hash_seed(&s->seed, s->drawn++, s->block, sizeof s->block);
		s->left = sizeof s->block;
	}
	s->left -= 8;
	return be64_get(s->block + s->left);
}

/* Draws again from the uneven rest: a plain remainder would prefer the small numbers. */
static uint64_t seed_below(void *ctx, uint64_t n)
{
	uint64_t uneven, v;

	require(n > 0);
	uneven = (UINT64_MAX % n + 1) % n; /* what does not divide into n equal parts */
	do
		v = next_word(ctx);
	while (v > UINT64_MAX - uneven);
	return v % n;
}

struct noise noise_of_seed(struct noise_seed *s, const struct id32 *seed)
{
	*s = (struct noise_seed){.seed = *seed};
	return (struct noise){seed_below, s};
}

/* exp(-g) is the alternating sum over g^k / k!: stop at the first of ever rarer events, odd or even. */
bool noise_exp(const struct noise *n, uint32_t num, uint32_t den)
{
	uint64_t k = 1;

	require(den > 0 && num <= den);
	while (n->below(n->ctx, k * den) < num)
		k++;
	return k % 2 == 1;
}

/* u + t v is geometric with parameter 1 / t; divided by s it is geometric with s / t; a coin gives the sign. */
int64_t noise_laplace(const struct noise *n, uint32_t s, uint32_t t)
{
	require(s > 0 && t > 0);
	for (;;) {
		const uint64_t u = n->below(n->ctx, t);
		uint64_t v = 0, y;

		if (!noise_exp(n, (uint32_t)u, t))
			continue;
		while (noise_exp(n, 1, 1))
			v++;
		y = (u + t * v) / s;
		if (n->below(n->ctx, 2) == 0)
			return (int64_t)y;
		if (y != 0) /* minus nothing is nothing, and would count twice */
			return -(int64_t)y;
	}
}

/* ---- what a reader must know of it; not secret, so plain arithmetic does ---- */

/* exp(-s / t) by the series of its inverse, all terms positive. */
static double decay(uint32_t s, uint32_t t)
{
	double x, sum = 1, term = 1;

	require(s > 0 && t > 0);
	x = (double)s / t;
	for (int i = 1; i < 200; i++) {
		term *= x / i;
		sum += term;
	}
	return 1 / sum;
}

/* The width within which 95 of 100 draws lie. */
uint32_t noise_width95(uint32_t s, uint32_t t)
{
	const double q = decay(s, t);
	double beyond = 2 * q / (1 + q); /* P(|y| > 0) */
	uint32_t m = 0;

	while (beyond > 0.05 && m < 100000) {
		beyond *= q;
		m++;
	}
	return m;
}

uint64_t noise_variance_milli(uint32_t s, uint32_t t)
{
	const double q = decay(s, t);

	return (uint64_t)(2000 * q / ((1 - q) * (1 - q)) + 0.5);
}

/* The value that of so many empty cells on average one exceeds by noise alone: a lonely figure below it means nothing. */
uint32_t noise_floor(uint32_t s, uint32_t t, uint64_t cells)
{
	const double q = decay(s, t);
	double beyond = q / (1 + q); /* P(y >= 1) */
	uint32_t y = 1;

	for (; beyond * (double)cells > 1 && y < 100000; y++)
		beyond *= q;
	return y;
}

/* Mean and variance of what is shown for one truth; beyond where the noise has no weight, nothing changes. */
static void moments(double q, uint32_t x, uint32_t k,
		    uint32_t (*publish)(uint32_t, int64_t, uint32_t), double *mean,
		    double *variance)
{
	double p = (1 - q) / (1 + q), sum = 0, squares = 0;

	/* NOLINTNEXTLINE(cert-flp30-c,clang-analyzer-security.FloatLoopCounter): p is the weight, y counts */
	for (int64_t y = 0; p > 1e-9; y++, p *= q)
		for (int sign = y == 0 ? 1 : -1; sign <= 1; sign += 2) {
			const double v = publish(x, sign * y, k);

			sum += p * v;
			squares += p * v * v;
		}
	*mean = sum;
	*variance = squares - sum * sum;
}

void noise_published(uint32_t s, uint32_t t, uint32_t k,
		     uint32_t (*publish)(uint32_t exact, int64_t noise, uint32_t k),
		     struct sum_terms *out)
{
	const double q = decay(s, t);
	const uint32_t far = k + 3 * noise_width95(s, t) + 10;
	double low = 0, high = 0, most = 0;

	require(publish != NULL && far > k);
	for (uint32_t x = 0; x <= far; x++) {
		double mean, variance;

		moments(q, x, k, publish, &mean, &variance);
		low = mean - x > low ? mean - x : low;
		high = x - mean > high ? x - mean : high;
		most = variance > most ? variance : most;
	}
	*out = (struct sum_terms){(uint64_t)(low * 1000 + 1), (uint64_t)(high * 1000 + 1),
				  (uint64_t)(most * 1000 + 1)};
}
