/* e2e.h: reads the outside view: hyperfine's wall times beside the driver's rows of the same runs.
 *
 * Run i of a command, as hyperfine timed it, and row i of its cell (without warm-up rows) are the same process. The
 * difference is the wall time beyond the driver's total: two exec()s (pvq run, and the trial that it starts), linking,
 * finding the CPUs, building the load, verifying the results, reporting, exit.
 *
 * The check. A difference cannot be below zero. The yardstick is the difference of the smallest load, with the same
 * strategy and workers. Beyond its yardstick, a difference should depend only on the load, and as much as with serial,
 * since building and verifying cost the same with every strategy. What is left is the rest:
 *
 *	rest = (difference - its yardstick) - (serial's difference - serial's yardstick)
 *
 * It is taken run by run (run i of each). These four ran at different times, so the rest carries the noise of all.
 * Inside and outside agree if the 95 % interval of the rest's median lies within PVQ_E2E_TOLERANCE of the wall time.
 */
#ifndef PVQ_E2E_H
#define PVQ_E2E_H

#include "report/experiment.h"

#define PVQ_E2E_TOLERANCE 0.05

enum pvq_e2e_verdict {
	PVQ_E2E_REFERENCE, /* the yardstick itself, or serial, with which the others are compared */
	PVQ_E2E_AGREES,
	PVQ_E2E_APART,      /* the whole interval lies beyond the tolerance */
	PVQ_E2E_UNSURE,     /* the interval crosses the tolerance's limit, or there is none */
	PVQ_E2E_BELOW,      /* a run took less outside than inside: one of the clocks is wrong */
	PVQ_E2E_UNMEASURED, /* its yardstick was not measured */
	PVQ_E2E_VERDICTS,
};

/* A cell's runs. Estimates are nanoseconds of wall time; rest is NAN where it does not apply. */
struct pvq_e2e_cell {
	const struct pvq_cell *in; /* as the driver saw it */
	double *diff_ns;           /* by run, n of them; owned */
	size_t n, below;           /* below: runs whose difference is negative */
	struct pvq_estimate wall, inside, diff, rest;
	double cpu_out_ns, cpu_in_ns; /* user + system of a run: hyperfine's mean, and the rows' */
	enum pvq_e2e_verdict verdict;
};

enum { PVQ_E2E_PROBLEM_MAX = 192 };

/* Owned; freed with pvq_e2e_free(). */
struct pvq_e2e {
	struct pvq_rows rows;                 /* the runs that were timed, and failed ones */
	struct pvq_e2e_outside *outside;      /* one per row */
	struct pvq_summary summary;           /* of these rows */
	struct pvq_e2e_cell *cell;            /* one per cell of the summary, in its order */
	const struct pvq_work *yard;          /* the smallest load; NULL: nothing was measured */
	char (*problem)[PVQ_E2E_PROBLEM_MAX]; /* mismatches between files, a line each */
	size_t problems;
};

/* Reads DIR/e2e.json, DIR/e2e.csv and, from the manifest, the commands' cells and the number of warm-up runs. 0;
 * -ENOENT: DIR has no outside view; -EBADMSG: a damaged file; other -errno. All but -ENOENT print one line on stderr. */
int pvq_e2e_read(struct pvq_e2e *, const struct pvq_registry *, const char *dir);
void pvq_e2e_free(struct pvq_e2e *);

/* The work's measured cell after `cell` (NULL: the first), by strategy and then by workers; NULL: none. */
const struct pvq_e2e_cell *pvq_e2e_next(
	const struct pvq_e2e *, const struct pvq_work *, const struct pvq_e2e_cell *);
/* The cell of the same strategy and workers in another work, with at least one good run, or NULL. */
const struct pvq_e2e_cell *pvq_e2e_sibling(
	const struct pvq_e2e *, const struct pvq_e2e_cell *, const struct pvq_work *);
/* Serial's cell of a work, or NULL. */
const struct pvq_e2e_cell *pvq_e2e_base(const struct pvq_e2e *, const struct pvq_work *);

/* Whether hyperfine saw less CPU time than the rows hold, since nobody waited for some workers. */
int pvq_e2e_hides_cpu(const struct pvq_e2e_cell *);

/* The hooks; their data is a struct pvq_e2e. */
int pvq_e2e_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_e2e_chapter(const struct pvq_report *, const void *data);

#endif
