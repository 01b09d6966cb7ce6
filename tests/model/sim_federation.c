/* SPDX-License-Identifier: EUPL-1.2 */
/* sim_federation [--seeds A-B] [--events N] [--profile NAME] [--fault NAME]
 * NAME: speak-first, or one of base/plant.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/plant.h"
#include "sim.h"

#ifdef KRING_PLANTS
static enum plant left_out = PLANT_COUNT;

bool planted(enum plant which)
{
	return which == left_out;
}

/* The rule to leave out.  false: no such rule. */
static bool leave_out(const char *name)
{
	static const char *const names[] = {
#define PLANT_NAME(id, text) text,
		PLANTS(PLANT_NAME)
#undef PLANT_NAME
	};

	for (size_t i = 0; i < PLANT_COUNT; i++)
		if (strcmp(name, names[i]) == 0)
			left_out = (enum plant)i;
	return left_out != PLANT_COUNT;
}
#else
/* Built of what the programs are built of, which leaves nothing out. */
static bool leave_out(const char *name)
{
	(void)name;
	return false;
}
#endif

static const struct sim_profile profiles[] = {
	{.name = "calm", .life = .15},
	{.name = "lossy",
	 .loss = .15,
	 .dup = .05,
	 .reset = .006,
	 .part = .002,
	 .any_order = true,
	 .life = .15},
	{.name = "crashy",
	 .loss = .05,
	 .dup = .02,
	 .reset = .003,
	 .part = .001,
	 .crash = .012,
	 .any_order = true,
	 .life = .15},
	{.name = "restore",
	 .loss = .05,
	 .dup = .02,
	 .reset = .003,
	 .part = .001,
	 .crash = .002,
	 .any_order = true,
	 .backup = .004,
	 .restore = .0016},
	{.name = "rollback",
	 .loss = .05,
	 .dup = .02,
	 .reset = .003,
	 .part = .001,
	 .crash = .002,
	 .any_order = true,
	 .backup = .004,
	 .rollback = .0016},
	{.name = "clone",
	 .loss = .05,
	 .dup = .02,
	 .reset = .008,
	 .part = .001,
	 .crash = .002,
	 .any_order = true,
	 .backup = .004,
	 .clone = .001},
	{.name = "erase",
	 .loss = .03,
	 .dup = .01,
	 .reset = .002,
	 .part = .0005,
	 .crash = .002,
	 .any_order = true,
	 .life = .35,
	 .night = .018},
	{.name = "life",
	 .loss = .03,
	 .dup = .01,
	 .reset = .002,
	 .part = .0005,
	 .crash = .002,
	 .any_order = true,
	 .life = .15,
	 .night = .01,
	 .move = .45,
	 .leaves = true,
	 .two = true},
	{.name = "life-restore",
	 .loss = .03,
	 .dup = .01,
	 .reset = .002,
	 .part = .0005,
	 .crash = .002,
	 .any_order = true,
	 .backup = .006,
	 .restore = .003,
	 .rollback = .001,
	 .life = .15,
	 .move = .45,
	 .leaves = true},
	{.name = "stories", .any_order = true, .backup = 1, .move = .45, .story = true},
	{.name = "life-clone",
	 .loss = .03,
	 .dup = .01,
	 .reset = .006,
	 .part = .0005,
	 .crash = .002,
	 .any_order = true,
	 .backup = .006,
	 .clone = .0015,
	 .life = .15,
	 .move = .45,
	 .leaves = true},
};

static void add_life(struct sim_life *tot, const struct sim *s)
{
	tot->erased_own += s->life.erased_own;
	tot->erased_theirs += s->life.erased_theirs;
	tot->revoked += s->life.revoked;
	tot->withdrawn += s->life.withdrawn;
	tot->withdrawn_there += s->life.withdrawn_there;
	tot->renewed += s->life.renewed;
	tot->again += s->life.again;
	tot->expired += s->life.expired;
	tot->escalated += s->life.escalated;
	tot->forgotten += s->life.forgotten;
	tot->late += s->life.late;
	tot->idle += s->life.idle;
	tot->days += s->life.days;
	tot->present += s->life.present;
	tot->said += s->life.said;
	tot->told += s->life.told;
	tot->recalled += s->life.recalled;
	tot->too_late += s->life.too_late;
	tot->corrected += s->life.corrected;
	tot->reopened += s->life.reopened;
}

/* Each of them, as sim.h has them; of what the judge saw, and what people did. */
static void add_moves(struct sim_moves *tot, const struct sim_moves *m)
{
	const uint64_t *from = (const uint64_t *)(const void *)m;
	uint64_t *to = (uint64_t *)(void *)tot;

	static_assert(sizeof *m % sizeof *from == 0, "numbers alone");
	for (size_t i = 0; i < sizeof *m / sizeof *from; i++)
		to[i] += from[i];
}

static bool moved(const struct sim_moves *m)
{
	const uint64_t *each = (const uint64_t *)(const void *)m;
	bool all = true;

	for (size_t i = 0; i < sizeof *m / sizeof *each; i++)
		all = all && each[i] > 0;
	return all;
}

static void print_moves(const struct sim_moves *m)
{
	(void)printf("       handovers: proposed %llu agreed %llu refused %llu sent %llu aborted "
		     "%llu ceded %llu taken %llu | notes %llu, at another owner %llu | files %llu "
		     "lent %llu | passed on: by the first word %llu, asked %llu, redirected %llu, "
		     "followed %llu | narrowed %llu | owners %llu answers %llu children %llu%s\n",
		     (unsigned long long)m->proposed, (unsigned long long)m->agreed,
		     (unsigned long long)m->refused, (unsigned long long)m->sent,
		     (unsigned long long)m->aborted, (unsigned long long)m->ceded,
		     (unsigned long long)m->taken, (unsigned long long)m->notes,
		     (unsigned long long)m->added, (unsigned long long)m->files,
		     (unsigned long long)m->lent, (unsigned long long)m->onward,
		     (unsigned long long)m->asked, (unsigned long long)m->redirected,
		     (unsigned long long)m->followed, (unsigned long long)m->narrowed,
		     (unsigned long long)m->owners, (unsigned long long)m->answered,
		     (unsigned long long)m->children,
		     moved(m) ? "" : " | a part of moving is missing");
}

enum { LIFE_SEEDS = 10 };

/* A run in which nobody did this proves nothing about it.  One seed need not have all of it: it is demanded of so many together. */
static bool lived(const struct sim_life *l)
{
	return l->erased_own > 0 && l->erased_theirs > 0 && l->revoked > 0 && l->withdrawn > 0 &&
	       l->withdrawn_there > 0 && l->renewed > 0 && l->again > 0 && l->expired > 0 &&
	       l->escalated > 0 && l->forgotten > 0 && l->late > 0 && l->idle > 0 &&
	       l->present > 0 && l->said > 0 && l->told > 0 && l->recalled > 0 && l->too_late > 0 &&
	       l->corrected > 0 && l->reopened > 0;
}

static void print_life(const struct sim_life *l, uint64_t seeds)
{
	const char
		*part = lived(l) ? ""
			: seeds < LIFE_SEEDS
				? " | a part of life is missing, as may be in fewer than ten seeds"
				: " | FAILED: a part of life is missing";

	(void)printf("       days %llu a seed | erased: own %llu, partner's %llu | revoked %llu "
		     "withdrawn %llu, at a partner %llu, renewed %llu referred again %llu | terms: "
		     "expired %llu "
		     "escalated %llu let go of %llu | late for an erased case %llu | with their "
		     "person %llu | messages %llu, telephone %llu | recalled %llu, too late %llu | "
		     "corrected %llu, cases opened again %llu | "
		     "idle nodes %llu%s\n",
		     (unsigned long long)(l->days / seeds), (unsigned long long)l->erased_own,
		     (unsigned long long)l->erased_theirs, (unsigned long long)l->revoked,
		     (unsigned long long)l->withdrawn, (unsigned long long)l->withdrawn_there,
		     (unsigned long long)l->renewed, (unsigned long long)l->again,
		     (unsigned long long)l->expired, (unsigned long long)l->escalated,
		     (unsigned long long)l->forgotten, (unsigned long long)l->late,
		     (unsigned long long)l->present, (unsigned long long)l->said,
		     (unsigned long long)l->told, (unsigned long long)l->recalled,
		     (unsigned long long)l->too_late, (unsigned long long)l->corrected,
		     (unsigned long long)l->reopened, (unsigned long long)l->idle, part);
}

enum { FINISH_ROUNDS = 5 }; /* a step, the answer to it, the next step */

static bool one(uint64_t seed, uint64_t steps, const struct sim_profile *p, bool speak_first,
		struct sim *tot)
{
	static struct sim s;

	sim_open(&s, seed, p, speak_first);
	if (p->story)
		sim_story(&s, seed);
	while (!p->story && s.events < steps && s.failed[0] == '\0')
		sim_step(&s);
	s.life.days = sim_days(&s);
	if (p->leaves && s.failed[0] == '\0')
		sim_leave(&s);
	if (s.failed[0] == '\0')
		sim_settle(&s);
	for (unsigned i = 0; i < FINISH_ROUNDS && p->move > 0 && s.failed[0] == '\0'; i++) {
		sim_finish(&s, i + 1 == FINISH_ROUNDS);
		sim_settle(&s);
	}
	if (p->move > 0 && s.failed[0] == '\0')
		sim_wait_for_files(&s);
	if (s.failed[0] == '\0')
		sim_judge(&s);
	if (s.failed[0] == '\0')
		sim_rest(&s);
	if (p->leaves && s.failed[0] == '\0')
		sim_check_left(&s);
	tot->events += s.events;
	tot->frames += s.frames;
	tot->crashes += s.crashes;
	tot->docs += s.docs;
	tot->hollow += s.hollow;
	tot->thread_count += s.thread_count;
	tot->restores += s.restores;
	tot->rollbacks += s.rollbacks;
	tot->clones += s.clones;
	tot->clones_found += s.clones_found;
	tot->shelved += s.shelved;
	tot->lost += s.lost;
	tot->alarms += s.alarms;
	add_life(&tot->life, &s);
	add_moves(&tot->moves, &s.moves);
	tot->reclaimed += s.reclaimed;
	if (s.failed[0] != '\0')
		(void)printf("  seed %llu %s: %s\n", (unsigned long long)seed, p->name, s.failed);
	sim_close(&s);
	return s.failed[0] == '\0';
}

static bool run(const struct sim_profile *p, uint64_t lo, uint64_t hi, uint64_t steps, bool fault)
{
	static struct sim tot;
	const clock_t t0 = clock();
	unsigned bad = 0;

	tot = (struct sim){.n = 0};
	for (uint64_t seed = lo; seed <= hi; seed++)
		bad += !one(seed, steps, p, fault, &tot);
	(void)printf("%-6s seeds %llu-%llu failed %u | events %llu frames %llu crashes %llu "
		     "referrals %zu "
		     "documents %llu hollow %llu | %.1f s\n",
		     p->name, (unsigned long long)lo, (unsigned long long)hi, bad,
		     (unsigned long long)tot.events, (unsigned long long)tot.frames,
		     (unsigned long long)tot.crashes, tot.thread_count,
		     (unsigned long long)tot.docs, (unsigned long long)tot.hollow,
		     (double)(clock() - t0) / CLOCKS_PER_SEC);
	if (p->backup > 0)
		(void)printf("       restores %llu rollbacks %llu clones %llu (found %llu) alarms "
			     "%llu | "
			     "shelved %llu lost with every disk %llu\n",
			     (unsigned long long)tot.restores, (unsigned long long)tot.rollbacks,
			     (unsigned long long)tot.clones, (unsigned long long)tot.clones_found,
			     (unsigned long long)tot.alarms, (unsigned long long)tot.shelved,
			     (unsigned long long)tot.lost);
	if (p->move > 0 && !p->story) {
		print_moves(&tot.moves);
		if (p->two)
			(void)printf("       taken back by two people %llu\n",
				     (unsigned long long)tot.reclaimed);
		bad += hi - lo + 1 >= LIFE_SEEDS &&
		       (!moved(&tot.moves) || (p->two && tot.reclaimed == 0));
	}
	if (p->life > 0 && p->move == 0) {
		print_life(&tot.life, hi - lo + 1);
		bad += hi - lo + 1 >= LIFE_SEEDS && !lived(&tot.life);
	}
	(void)fflush(stdout);
	return bad == 0;
}

int main(int argc, char **argv)
{
	unsigned long long lo = 1, hi = 3, steps = 20000;
	const char *profile = "";
	bool fault = false, ok = true;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--seeds") == 0 &&
		    /* NOLINTNEXTLINE(cert-err34-c): typed by us */
		    sscanf(argv[i + 1], "%llu-%llu", &lo, &hi) < 2)
			hi = lo;
		else if (strcmp(argv[i], "--events") == 0)
			steps = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--profile") == 0)
			profile = argv[i + 1];
		else if (strcmp(argv[i], "--fault") == 0)
			fault = strcmp(argv[i + 1], "speak-first") == 0;
		if (strcmp(argv[i], "--fault") == 0 && !fault && !leave_out(argv[i + 1])) {
			(void)fprintf(stderr, "no such fault: %s\n", argv[i + 1]);
			return 2;
		}
	}
	for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
		if (profile[0] == '\0' || strcmp(profile, profiles[i].name) == 0)
			ok = run(&profiles[i], lo, hi, steps, fault) && ok;
	return ok ? 0 : 1;
}
