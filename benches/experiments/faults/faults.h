/* faults.h: what happens when a worker dies, or a task fails or never ends: really tried with every strategy, several
 * trials a kind, and nothing assumed. Results are watched as they are delivered; the task stamps the moment of the fault.
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

/* What was seen of one trial. */
struct pvq_fault {
	char impl[PVQ_NAME_MAX];
	enum pvq_fault_kind kind;
	unsigned items, workers;
	unsigned delivered; /* right results of the others */
	unsigned told;      /* 1: the item at fault was delivered as failed or lost */
	unsigned lost;      /* others that were delivered as lost or failed */
	unsigned begun;     /* how often the fault happened: 2 where the item was tried again */
	unsigned hung;      /* 1: had to be killed when time was up */
	uint64_t
		noticed_ns; /* from the last time it happened until the strategy told, or ended; 0: never */
	uint64_t item_timeout_ms; /* that the strategy was given; 0: none */
	enum pvq_status status;   /* of the trial, and its reason */
	char reason[PVQ_REASON_MAX];
	unsigned try;         /* counted from 1; 0: of a file that knows one try a kind */
	enum pvq_cause cause; /* of the trial */
	unsigned named;       /* 1: the reason names the item at fault */
};

/* Tries every strategy of the plan, each kind several times; what costs a time-out, once. Nothing where there is a
 * faults.csv. As in report/experiment.h. */
int pvq_faults_run(const struct pvq_session *);

/* Seconds after which a trial counts as hung; the item at fault. */
enum { PVQ_FAULTS_TIMEOUT_S = 4, PVQ_FAULTS_AT = 20 };

/* Owned; freed with free(faults->fault). */
struct pvq_faults {
	struct pvq_fault *fault;
	size_t count;
};

/* 0; -ENOENT where there is no faults.csv; -errno with one line on stderr. */
int pvq_faults_read(struct pvq_faults *, const char *dir);

/* The try after that one, NULL: the first; NULL: there is none, or no more. */
const struct pvq_fault *pvq_faults_next(
	const struct pvq_faults *, const char *impl, enum pvq_fault_kind, const struct pvq_fault *after);

/* Whether the words of a reason, which are for a user, tell him which item it was. */
int pvq_faults_is_named(const char *reason);

/* faults.csv. As in table.h. */
int pvq_faults_header(FILE *);
int pvq_faults_write(FILE *, const struct pvq_fault *);

/* The hook; its data is a struct pvq_faults. */
int pvq_faults_chapter(const struct pvq_report *, const void *data);

#endif
