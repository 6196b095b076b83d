/* measure.h: runs one trial of the pool's benchmark, in a fresh process (remote.h). */
#ifndef POOL_MEASURE_H
#define POOL_MEASURE_H

#include "error.h"

#include <stdint.h>

/* What is measured. All but payload, trial, death and orphans run a runner (runner.h). */
enum pool_measure {
	POOL_MEASURE_TRIAL, /* map time of a trial of pvq itself (trial.h): not measured in this process */
	POOL_MEASURE_MAP,   /* time of the second of two maps, when all is warm */
	POOL_MEASURE_PAYLOAD, /* the same for a strategy of the registry, with items of `arg` bytes each way */
	POOL_MEASURE_IDLE,    /* CPU time of process and workers in `arg` ns between two maps */
	POOL_MEASURE_WAIT,    /* the same within the map of an item that sleeps `arg` ns */
	POOL_MEASURE_MEMORY, /* peak resident size of this process after a map of n items */
	POOL_MEASURE_DEATH,  /* time from a worker's SIGKILL until its item is put as lost, where the caller
	                      * sleeps: `arg` ns after that item was begun, the n - 1 others done */
	POOL_MEASURE_BUSY,   /* the same where the caller is busy: when it is asked for item `arg` of n */
	POOL_MEASURE_ORPHANS, /* time from the caller's SIGKILL until all processes of its pool are gone, `arg` ns
	                       * after all of n endless items were begun: the longest of many tries */
	POOL_MEASURES,
};

enum { POOL_WORK_TEXT = 64 };

struct pool_cell {
	enum pool_measure measure;
	const char *who;           /* the runner, or the strategy */
	char work[POOL_WORK_TEXT]; /* what items do (work.h); of a trial, the task */
	unsigned workers;
	uint64_t n, arg; /* arg: see there, and enum pool_measure. n 0, of a trial: as many empty items as
	                  * drive/empty.h finds */
	unsigned group;  /* cells of a group are measured one after the other */
};

/* The word for a measure: "map" and so on. */
const char *pool_measure_name(enum pool_measure);

/* The unit of the value: "ns" or "KiB". */
const char *pool_measure_unit(enum pool_measure);

/* Measures in this process, which is confined to these CPUs. 0 with the value, or -errno with *err filled; a wrong
 * result is -EBADMSG. */
int pool_measure(
	const struct pool_cell *, const int *cpu, unsigned ncpu, double *value, struct pvq_error *);

/* payload.c */
int pool_measure_payload(
	const struct pool_cell *, const int *cpu, unsigned ncpu, double *value, struct pvq_error *);

/* measure_death.c */
int pool_measure_death(const struct pool_cell *, double *value, struct pvq_error *);
int pool_measure_orphans(const struct pool_cell *, double *value, struct pvq_error *);

#endif
