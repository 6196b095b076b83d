/* chaos.h: a random worker is killed every few milliseconds, while a map of many short items runs: what does each way to
 * use processes make of it? Each way runs the same items twice, undisturbed and with its workers killed. Results count as
 * they are delivered; nothing is assumed. The task (tasks/chaos.c) tells which processes are workers.
 */
#ifndef PVQ_CHAOS_H
#define PVQ_CHAOS_H

#include "base/table.h"
#include "report/experiment.h"

#define PVQ_CHAOS_FILE "chaos.csv"

/* The pool keeps trying an item whose worker is killed: chance may kill the workers of one item several times. */
enum { PVQ_CHAOS_ATTEMPTS = 201 };

/* What a way made of it. */
struct pvq_chaos {
	char impl[PVQ_NAME_MAX];
	char version[PVQ_NAME_MAX]; /* of the packages behind it; empty: none, or unknown */
	uint64_t item_ns, items;
	unsigned workers, every_ms;
	uint64_t limit_ms;  /* the time-out of each trial */
	uint64_t calm_ns;   /* map time without kills; 0: unknown */
	uint64_t killed_ns; /* with them; 0: unknown, as the map did not end */
	unsigned kills;
	uint64_t delivered; /* right results */
	uint64_t lost;      /* items reported as lost or failed */
	uint64_t twice,
		disorder; /* results of items that had one already; that came before an earlier item's */
	uint64_t
		silent_ms; /* from the last result to the end of the trial; 0: unknown, results were not recorded */
	enum pvq_status status; /* of the trial with kills; if the undisturbed one failed, of that */
	enum pvq_cause cause;
	char reason[PVQ_REASON_MAX];
};

struct pvq_chaos_wish {
	const struct pvq_registry *registry; /* peers are found already */
	const char *command;                 /* as typed */
	const char *impls;                   /* "a,b,…", in the order of the rows; NULL: pvq_chaos_ways */
	uint64_t item_ns, items;             /* items: at most; a way has fewer if it is slow */
	unsigned every_ms,
		seconds; /* the time-out of a trial; undisturbed, it takes at most a quarter of that */
};

/* The pools of processes that are compared: pvq's own, then its rivals. */
extern const char pvq_chaos_ways[];

/* Measures, and writes chaos.csv; 1: the folder has one already. Otherwise as in report/experiment.h. */
int pvq_chaos_run(const struct pvq_chaos_wish *, const struct pvq_host *, const char *dir);

/* Reads DIR/chaos.csv; rows->row is an array of struct pvq_chaos. As pvq_table_read_file(). */
int pvq_chaos_read(struct pvq_table_rows *, const char *dir);

/* chaos.csv. As in table.h. */
int pvq_chaos_header(FILE *);
int pvq_chaos_write(FILE *, const struct pvq_chaos *);

/* Writes the table, and a line on how it was measured. */
void pvq_chaos_table(FILE *md, const struct pvq_table_rows *);

/* The hook; its data is a struct pvq_table_rows. */
int pvq_chaos_chapter(const struct pvq_report *, const void *data);

#endif
