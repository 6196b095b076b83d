/* finding.h: the table: a row is our figure, the peer's, and whether the target is met. */
#ifndef POOL_FINDING_H
#define POOL_FINDING_H

#include "pool/sheet.h"
#include "stats/stats.h"

#include <stddef.h>

/* The values of a row by block. */
struct pool_values {
	size_t n; /* blocks */
	double ours[POOL_SHEET_BLOCKS], peer[POOL_SHEET_BLOCKS];
	double margin
		[POOL_SHEET_BLOCKS]; /* what is judged: the ratio, or difference, of the two in a block */
};

struct pool_finding {
	char what[48];
	struct pvq_estimate ours, peer, margin;
	double ours_least,
		peer_least;      /* an ours or peer that is not above it shows as "at most"; 0: none */
	const char *unit;        /* of ours and peer */
	const char *peer_name;   /* NULL: there is no peer */
	const char *margin_unit; /* "" for a ratio; NULL: ours itself is judged */
	double target;
	const char *target_text;
	int at_least; /* 1: the target is a lower bound; 0: an upper one */
	int every;    /* 1: the target holds for every single value, not for the median */
};

/* Fills in the three estimates: medians over the blocks. */
void pool_finding_settle(struct pool_finding *, const struct pool_values *);

enum pool_answer { POOL_MET, POOL_NOT_MET, POOL_NOT_CERTAIN };

/* Met if the whole 95 % interval of the median lies on the right side of the target, not met if it lies on the wrong
 * side, else not certain; not certain also if there are too few values for an interval. */
enum pool_answer pool_finding_answer(const struct pool_finding *);

enum pool_format {
	POOL_TEXT,     /* columns for a terminal */
	POOL_MARKDOWN, /* a table of POOL.md */
	POOL_NAMES,    /* the rows' names alone; the findings need no values */
};

struct pool_table {
	FILE *f;
	enum pool_format format;
};

/* Print the head, a row, and the row of a figure that failed. */
void pool_table_head(const struct pool_table *);
void pool_table_row(const struct pool_table *, const struct pool_finding *);
void pool_table_failed(const struct pool_table *, const char *figure);

#endif
