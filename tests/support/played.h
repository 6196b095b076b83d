/* played.h: trials that take no time and come out as the test asks, so that nothing depends on the clock. The linker
 * replaces the real functions by __wrap_pvq_launch_trial() and __wrap_pvq_launch_command() (Makefile).
 */
#ifndef PVQ_PLAYED_H
#define PVQ_PLAYED_H

#include "drive/sweep.h"

enum { LOG_MAX = 10000 };

/* What was launched, in order, and how the made-up trials are to come out. */
struct played {
	unsigned cell[LOG_MAX], block[LOG_MAX], count;
	double noise[64]; /* of a cell's map time, by its number */
	enum pvq_status status[64];
	unsigned interrupt_at;            /* 0: never */
	void (*change)(struct pvq_row *); /* changes a trial's row at its end; NULL: nothing does */
	/* The hand-over around the trial of that number, counted from 0; NULL: unknown. */
	uint64_t (*handover_ns)(unsigned trial);
	unsigned foreign; /* trials of straggler that were given another task's digest */
};
extern struct played played;

/* The folder that the tests of a program write to, and a host of two cores. */
extern char dir[];
extern struct pvq_host host;

int make_dir(void **state);
int remove_dir(void **state);

/* Forgets what was played. Makes a plan of two works, noop and sleep, each of a group of so many strategies or twins of
 * one. */
void plan_two(struct pvq_plan *, unsigned each, double goal, unsigned blocks);

void unlink_in_dir(const char *file);
/* Removes the file, and frees the plan. */
void forget(struct pvq_plan *, const char *file);
/* Leaves a file as a driver killed in mid-write does. */
void write_left(const char *file);

#endif
