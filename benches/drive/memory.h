/* memory.h: measures the memory that a trial's processes use together. */
#ifndef PVQ_MEMORY_H
#define PVQ_MEMORY_H

#include "base/table.h"
#include "trial/trial.h"

struct pvq_memory {
	char impl[PVQ_NAME_MAX];
	unsigned workers, processes; /* processes: the most at one time */
	uint64_t pss_kb;             /* the largest sum over all of them; 0: unknown */
	enum pvq_status status;      /* of the trial */
	char reason[PVQ_REASON_MAX];
};

/* Runs the trial, and reads the memory of its processes every few milliseconds. 0; -EINTR; -errno with one line on
 * stderr. */
int pvq_memory_measure(const struct pvq_trial *, double timeout_s, struct pvq_memory *);

/* DIR/memory.csv. As in table.h; the caller frees read->row. */
int pvq_memory_header(FILE *);
int pvq_memory_write(FILE *, const struct pvq_memory *);
int pvq_memory_read(struct pvq_table_rows *read, const char *dir);

#endif
