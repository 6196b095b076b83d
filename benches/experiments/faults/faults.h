/* faults.h: what happens when a worker dies, or a task fails or never ends. Every strategy is tried several times with
 * each kind of fault; nothing is assumed. Results count as they are delivered. The task stamps the moment of the fault.
 */
#ifndef PVQ_FAULTS_H
#define PVQ_FAULTS_H

#include "base/table.h"
#include "report/experiment.h"

enum pvq_fault_kind {
	PVQ_FAULT_ERROR,
	PVQ_FAULT_SEGV,
	PVQ_FAULT_KILL,
	PVQ_FAULT_EXIT,
	PVQ_FAULT_HANG,
	PVQ_FAULTS
};

/* As on the command line: "error", "segv" … */
extern const char *const pvq_fault_words[];

/* What one trial showed. */
struct pvq_fault {
	char impl[PVQ_NAME_MAX];
	enum pvq_fault_kind kind;
	unsigned items, workers;
	unsigned delivered;  /* right results of other items */
	unsigned told;       /* 1: the faulty item was delivered as failed or lost */
	unsigned lost;       /* other items delivered as lost or failed */
	unsigned begun;      /* how often the fault happened: 2 if the item was retried once */
	unsigned hung;       /* 1: the trial was killed at the time limit */
	uint64_t noticed_ns; /* from the last fault until the strategy reported it, or ended; 0: never */
	uint64_t item_timeout_ms; /* given to the strategy; 0: none */
	enum pvq_status status;   /* of the trial, with its reason */
	char reason[PVQ_REASON_MAX];
	unsigned try;         /* counted from 1; 0: an earlier version's file, with one try per kind */
	enum pvq_cause cause; /* of the trial */
	unsigned named;       /* 1: the reason names the faulty item */
};

/* Tries every strategy of the plan with each kind of fault, several times, or once if a try costs a time-out. Does
 * nothing if faults.csv exists. As in report/experiment.h. */
int pvq_faults_run(const struct pvq_session *);

/* Seconds after which a trial counts as hung; the number of the faulty item. */
enum { PVQ_FAULTS_TIMEOUT_S = 4, PVQ_FAULTS_AT = 20 };

/* Owned; freed with free(faults->fault). */
struct pvq_faults {
	struct pvq_fault *fault;
	size_t count;
};

/* Reads faults.csv. 0; -ENOENT: it does not exist; -errno with one line on stderr. */
int pvq_faults_read(struct pvq_faults *, const char *dir);

/* The try after the given one (NULL: the first); NULL: there are no more. */
const struct pvq_fault *pvq_faults_next(
	const struct pvq_faults *, const char *impl, enum pvq_fault_kind, const struct pvq_fault *after);

/* Whether a reason, which is written for users, names the faulty item. */
int pvq_faults_is_named(const char *reason);

/* faults.csv. As in table.h. */
int pvq_faults_header(FILE *);
int pvq_faults_write(FILE *, const struct pvq_fault *);

/* The hook; its data is a struct pvq_faults. */
int pvq_faults_chapter(const struct pvq_report *, const void *data);

#endif
