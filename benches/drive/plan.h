/* plan.h: the plan of a run: cells, their sizes, and what was left out to fit the time.
 *
 * A cell is strategy x task x cores x workers x chunk x window. All strategies of a group (one task on
 * one number of cores) get the same n and seed, hence identical work.
 */
#ifndef PVQ_PLAN_H
#define PVQ_PLAN_H

#include "drive/host.h"
#include "drive/profile.h"
#include "trial/registry.h"
#include "trial/trial.h"

struct pvq_plan_cell {
	const struct pvq_impl *impl;
	unsigned twin; /* twin.h */
	const struct pvq_spec *spec;
	uint64_t n;
	unsigned workers, cores, chunk, window;
	unsigned group;    /* cells of a group run one after the other in a block */
	unsigned work;     /* cells of a work get the same number of blocks */
	double estimate_s; /* of one trial, before any has run; 0: unknown */
	char oracle[33];   /* the digest found by the group's first verified trial */
	int skip;          /* 1: unavailable, timed out once, or a repetition (sweep.h); not tried again */
	int known;         /* 1: a trial has shown the chunk and the window in force: */
	unsigned chunk_used, window_used;
};

struct pvq_plan {
	const struct pvq_registry *registry; /* borrowed */
	const struct pvq_profile *profile;
	unsigned blocks; /* most blocks to measure, but for works that lack some (admit.h) */
	double goal;     /* the profile's; 0 if the user gave the number of blocks */
	uint64_t seed;
	int repeat_ok;               /* 1: commands may run many times */
	double timeout_s, reserve_s; /* reserve: part of the profile's budget for what follows the sweep */
	struct pvq_spec **spec;      /* owned; each keeps its address */
	unsigned nspec;
	struct pvq_plan_cell *cell;
	unsigned ncell, ngroup, nwork;
	char *left_out; /* one line for the report; owned; NULL: nothing */
};

/* The seed of a run if the user gives none. */
enum { PVQ_SEED = 1 };

/* What the user asked for; NULL or 0: the profile's choice. Lists as on the command line. */
struct pvq_wish {
	const char *profile, *impls, *tasks, *cores, *workers, *chunks;
	uint64_t seed,
		n; /* n: items of every load; 0: sized so that the baseline takes the profile's time */
	unsigned blocks; /* instead of the profile's most; 0: the profile's */
	int dry;       /* 1: run no pilots; loads take the baseline the profile's time, but their n is 1 */
	int repeat_ok; /* 1: commands may run many times */
	double timeout_s, reserve_s; /* reserve: part of the profile's budget for experiments and report */
};

/* Makes a plan of the strategies in the registry, with peers only if they were found (peers.h). Measures short serial
 * pilots to size the loads. 0; -EINVAL with one line on stderr; -EINTR. */
int pvq_plan_make(
	struct pvq_plan *, const struct pvq_registry *, const struct pvq_wish *, const struct pvq_host *);

/* Whether the plan may be measured: 0, or -EINVAL with one line on stderr, where commands would run many times and nobody
 * allowed that. pvq_plan_make() asks it before its pilots. */
int pvq_plan_allowed(const struct pvq_plan *, const struct pvq_wish *);

/* Write plan.csv, and read it back, for --resume. cells: how many cells it must hold; 0: unknown. 0 or -errno with one line
 * on stderr. */
int pvq_plan_write(const struct pvq_plan *, const struct pvq_host *, const char *dir);
int pvq_plan_read(struct pvq_plan *, const struct pvq_registry *, const struct pvq_host *, const char *dir,
	unsigned cells);

/* Helpers of making and reading a plan. The first adds a task; -EINVAL with one line on stderr. The second numbers the
 * works, sequences of cells that share the task, and the groups in them, which share cores and workers too. */
int pvq_plan_add_spec(struct pvq_plan *, const char *words);
void pvq_plan_number_groups(struct pvq_plan *);

/* An empty plan of what is measured beside that one: of its profile, with its seed and time-out. */
struct pvq_plan pvq_plan_beside(const struct pvq_plan *, unsigned blocks);

/* The most cores of a cell; at least 1. */
unsigned pvq_plan_cores(const struct pvq_plan *);

/* Adds a copy of the cell. 0 or -ENOMEM. */
int pvq_plan_add_cell(struct pvq_plan *, const struct pvq_plan_cell *);

/* The trial that measures a cell in a block; borrowed from plan and host. */
struct pvq_trial pvq_plan_trial(
	const struct pvq_plan *, unsigned cell, unsigned block, const struct pvq_host *);

/* The estimated seconds of one block. */
double pvq_plan_block_s(const struct pvq_plan *);

/* Most blocks of a work that lacks some (admit.h). If the user gave the number, it holds for all. */
unsigned pvq_plan_blocks_most(const struct pvq_plan *);

void pvq_plan_free(struct pvq_plan *);

#endif
