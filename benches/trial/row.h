/* row.h: one measured row, and the only place that knows the columns of raw.csv.
 *
 * trial -> row -> raw.csv -> statistics: a trial fills a row, the sweep appends it, the report reads it back. Names and
 * order of the first 24 columns are fixed, because users' scripts rely on them.
 */
#ifndef PVQ_ROW_H
#define PVQ_ROW_H

#include "base/table.h"
#include "trial/words.h"

#include <stdint.h>
#include <stdio.h>

enum {
	PVQ_NAME_MAX = 64,
	PVQ_ARGS_TEXT = 512,
	PVQ_REASON_MAX = 192,
};

/* Times are nanoseconds of CLOCK_MONOTONIC. In a failed row start_ns, map_ns, stop_ns and total_ns may be 0 for unknown.
 * Others say so themselves, and are empty fields then: where 0 cannot be a value it is unknown, elsewhere
 * PVQ_UNKNOWN_U64 and PVQ_UNKNOWN_I64 are (table.h). */
struct pvq_row {
	char impl[PVQ_NAME_MAX], task[PVQ_NAME_MAX];
	char args[PVQ_ARGS_TEXT]; /* as on the command line, every argument named: "in=64,out=64" */
	uint64_t n;
	unsigned workers, cores, chunk, window; /* the values in force, not the requested ones */
	char order[16], in_via[16], out_via[16];
	unsigned block; /* counted from 0 */
	enum pvq_status status;
	enum pvq_verified verified;
	unsigned retries;
	uint64_t start_ns, first_ns, map_ns, stop_ns, total_ns; /* first_ns: from map's start; 0: unknown */
	uint64_t user_ns, sys_ns; /* the trial and all its children, from start to stop; may be unknown */
	uint64_t max_rss_kb;      /* the larger of the trial's and its largest child's peak; 0: unknown */
	uint64_t nvcsw, nivcsw;   /* context switches, like user_ns */
	/* Columns after the fixed ones. */
	unsigned cell;           /* its number in the run's plan.csv */
	unsigned oversubscribed; /* 1: more workers than cores */
	uint64_t seed;
	uint64_t item_errors;              /* items that the task failed, or that were lost */
	uint64_t recycle, item_timeout_ms; /* with retries: the fields of impl.h's pvq_care, as in force */
	char oracle
		[33]; /* digest of the right results, 32 hex digits, or empty; if unverified, of its own */
	char reason[PVQ_REASON_MAX]; /* one line, empty when ok */
	/* What the driver saw around the trial (others.h), on the trial's CPUs. All three begin before its process
	 * exists. wall_ns ends with the process; the other two end when all that it left behind has been reaped.
	 * wall_ns 0: the driver did not see it. */
	uint64_t wall_ns, stolen_ns; /* stolen_ns and foreign_ns are both known or both unknown */
	int64_t foreign_ns;          /* may be slightly below 0 */
	enum pvq_cause cause;
	/* 0; 1 or 2: the group was measured again in this block, since its trials had met different states (results/state.h). */
	unsigned attempt;
	/* The state of the trial's CPUs as the driver's probe saw it (probe.h): just before the trial, and the hand-over
	 * just after it as well. 0: unknown. */
	uint64_t handover_ns, handover_after_ns, compute_ns, beside_ns;
	/* How many physical cores, last-level caches and sockets the trial's CPUs are spread over; 0: unknown. */
	uint64_t on_cores, on_caches, on_sockets;
	uint64_t at_ms; /* when the trial began, in ms since 1970 UTC; 0: unknown */
};

/* The words in the CSV ("ok", "oracle", …), from words.h. */
const char *pvq_status_name(enum pvq_status);
const char *pvq_verified_name(enum pvq_verified);

/* The columns of raw.csv. */
extern const struct pvq_table pvq_row_table;

/* Write the header line, or one row with RFC 4180 quoting. 0 or -errno; the stream is flushed, so that a full disk
 * shows here. */
int pvq_row_header(FILE *);
int pvq_row_write(FILE *, const struct pvq_row *);

/* Adds the row to a file, which another process may have begun. A new file gets the header first. 0 or -errno. */
int pvq_row_append(const char *path, const struct pvq_row *row);

/* Rows read from a file or from a peer's output; the caller frees with pvq_rows_free(). */
struct pvq_rows {
	struct pvq_row *row;
	size_t count;
	size_t bad; /* rows that could not be read; they are not among `row` */
	char problem
		[PVQ_REASON_MAX]; /* what is wrong with the file, with the first such line; empty: nothing */
};

/* Reads CSV whose header names at least the fixed columns, in any order. Unknown columns are skipped. 0, or -errno with
 * `problem` filled. -EBADMSG: the file is not a raw.csv of pvq (no rows), or some rows are damaged: these are counted,
 * and the others kept. */
int pvq_rows_read(struct pvq_rows *, FILE *);

/* Reads DIR/NAME likewise. 0; -ENOENT without a message if it does not exist; other -errno with one line on stderr and
 * the rows that could be read. pvq_rows_need_file() also reports a missing file. */
int pvq_rows_read_file(const char *dir, const char *name, struct pvq_rows *);
int pvq_rows_need_file(const char *dir, const char *name, struct pvq_rows *);
void pvq_rows_free(struct pvq_rows *);

#endif
