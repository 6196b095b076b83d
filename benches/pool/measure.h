/* measure.h: one trial of the pool's benchmark, within the process that it has to itself (remote.h).
 */
#ifndef PVQ_MEASURE_H
#define PVQ_MEASURE_H

#include "error.h"

#include <stdint.h>

/* What is measured. All but payload, death and orphans run a runner (runner.h). */
enum pvq_measure {
	PVQ_MEASURE_MAP,     /* time of the second of two maps, when all is warm */
	PVQ_MEASURE_PAYLOAD, /* the same of a strategy of the registry, items of `arg` bytes each way */
	PVQ_MEASURE_IDLE,    /* CPU time of process and workers in `arg` ns between two maps */
	PVQ_MEASURE_WAIT,    /* the same within the map of an item that sleeps `arg` ns */
	PVQ_MEASURE_MEMORY,  /* peak resident size of this process after a map of n items */
	PVQ_MEASURE_DEATH,   /* time from a worker's SIGKILL until its item is put as lost, where the caller
	                      * sleeps: `arg` ns after that item was begun, the n - 1 others done */
	PVQ_MEASURE_BUSY,    /* the same where the caller is busy: when it is asked for item `arg` of n */
	PVQ_MEASURE_ORPHANS, /* time from the parent's SIGKILL until its workers are gone, `arg` ns after all
	                      * of n endless items were begun */
	PVQ_MEASURES,
};

struct pvq_cell {
	enum pvq_measure measure;
	const char *who;  /* the runner, or the strategy */
	const char *work; /* what items do (work.h) */
	unsigned workers;
	uint64_t n, arg; /* arg: see there, and enum pvq_measure */
	unsigned group;  /* cells of a group are measured one right after the other */
};

/* "map" and so on. */
const char *pvq_measure_name(enum pvq_measure);

/* The unit of the value: "ns" or "KiB". */
const char *pvq_measure_unit(enum pvq_measure);

/* Measures in this process, which is confined to these CPUs. 0 with the value, or -errno with *err filled;
 * a wrong result is -EBADMSG. */
int pvq_measure(const struct pvq_cell *, const int *cpu, unsigned ncpu, double *value, struct pvq_error *);

/* payload.c */
int pvq_measure_payload(
	const struct pvq_cell *, const int *cpu, unsigned ncpu, double *value, struct pvq_error *);

/* figures_death.c */
int pvq_measure_death(const struct pvq_cell *, double *value, struct pvq_error *);
int pvq_measure_orphans(const struct pvq_cell *, double *value, struct pvq_error *);

#endif
