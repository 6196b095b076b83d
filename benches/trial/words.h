/* words.h: the words for the enums of contracts and rows, in CSV files, in the protocol with peers and in reports. Each
 * list is in the order of its enum, and ends with NULL.
 */
#ifndef PVQ_WORDS_H
#define PVQ_WORDS_H

enum pvq_status {
	PVQ_OK,          /* every item arrived and is right */
	PVQ_ERROR,       /* a wrong or failed item, or the strategy gave up */
	PVQ_CRASHED,     /* a worker or the whole trial died */
	PVQ_TIMEOUT,     /* killed by the driver */
	PVQ_UNAVAILABLE, /* cannot run here; the reason says why */
	PVQ_PLANNED,     /* has not run yet: only in plan.csv, never in raw.csv */
};

/* Why a trial, or an item, has no result. The row's reason says the same in words. */
enum pvq_cause {
	PVQ_CAUSE_NONE,           /* there is a result; or a file or a peer without this column */
	PVQ_CAUSE_TASK_ERROR,     /* the task failed for an item */
	PVQ_CAUSE_WORKER_DIED,    /* as reported by the strategy */
	PVQ_CAUSE_ITEM_TIMEOUT,   /* an item exceeded its time-out */
	PVQ_CAUSE_GAVE_UP,        /* the strategy ended with another error */
	PVQ_CAUSE_WRONG_RESULT,   /* a result is wrong, missing, out of order, or arrived twice */
	PVQ_CAUSE_NOT_BEGUN,      /* no memory, CPUs, process, load, or reference for the check */
	PVQ_CAUSE_NOT_RECORDED,   /* measured, but its row or another file of it is missing */
	PVQ_CAUSE_UNAVAILABLE,    /* cannot run here */
	PVQ_CAUSE_TRIAL_DIED,     /* the trial's own process died */
	PVQ_CAUSE_DRIVER_TIMEOUT, /* the driver killed it at the time limit */
	PVQ_CAUSE_BAD_REPORT,     /* its report cannot be read, or cannot be true */
};

enum pvq_verified {
	PVQ_VERIFIED_NO,
	PVQ_VERIFIED_ORACLE, /* equal to the task's oracle */
	PVQ_VERIFIED_SERIAL, /* equal to a serial run of the same function (no oracle exists) */
	PVQ_UNVERIFIED, /* every item arrived once, but nothing says whether its result is right (commands) */
};

extern const char *const pvq_order_words[];    /* enum pvq_order */
extern const char *const pvq_via_words[];      /* enum pvq_via */
extern const char *const pvq_flag_words[];     /* PVQ_CALLER_WORKS …, bit by bit */
extern const char *const pvq_status_words[];   /* enum pvq_status */
extern const char *const pvq_cause_words[];    /* enum pvq_cause */
extern const char *const pvq_verified_words[]; /* enum pvq_verified */

#endif
