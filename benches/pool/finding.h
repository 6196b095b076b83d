/* finding.h: the table: a row is our figure, the peer's, and whether the target is met. */
#ifndef POOL_FINDING_H
#define POOL_FINDING_H

#include "pool/sheet.h"
#include "stats/stats.h"

#include <stddef.h>

/* The values of a row by block, and the blocks by level. */
struct pool_values {
	struct pool_split split;
	double ours[POOL_SHEET_BLOCKS], peer[POOL_SHEET_BLOCKS];
	double margin
		[POOL_SHEET_BLOCKS]; /* what is judged: the ratio, or difference, of the two in a block */
};

/* Sorts the blocks by the level that the trials of some cells have in common. */
void pool_split_cells(struct pool_split *, const struct pool_sheet *, const struct pool_lab *,
	const unsigned *cell, size_t cells);
void pool_split_two(
	struct pool_split *, const struct pool_sheet *, const struct pool_lab *, unsigned a, unsigned b);

/* The figures at one level. */
struct pool_estimates {
	const char *level; /* "": there is one level only */
	size_t blocks;
	struct pvq_estimate ours, peer, margin;
	double ours_least,
		peer_least; /* an ours or peer that is not above it shows as "at most"; 0: none */
};

struct pool_finding {
	char what[48];
	struct pool_estimates at[PVQ_LEVELS_MAX];
	size_t levels;
	const char *unit;        /* of ours and peer */
	const char *peer_name;   /* NULL: there is no peer */
	const char *margin_unit; /* "" for a ratio; NULL: ours itself is judged */
	double target;
	const char *target_text;
	int at_least; /* 1: the target is a lower bound; 0: an upper one */
	int every;    /* 1: the target holds for every single value, not for the median */
};

/* Fills in the estimates: medians over the blocks of each level. */
void pool_finding_settle(struct pool_finding *, const struct pool_values *);

enum pool_answer { POOL_MET, POOL_NOT_MET, POOL_NOT_CERTAIN };

/* Met if the whole 95 % interval of the median lies on the right side of the target, not met if it lies on the wrong
 * side, else not certain; not certain also if there are too few values for an interval. */
enum pool_answer pool_finding_answer(const struct pool_finding *, const struct pool_estimates *);

enum pool_format {
	POOL_TEXT,     /* columns for a terminal */
	POOL_MARKDOWN, /* a table of POOL.md */
	POOL_NAMES,    /* the rows' names alone; the findings need no values */
};

struct pool_table {
	FILE *f;
	enum pool_format format;
};

/* Print the head, a finding with a row for each level, and the row of a figure that failed. */
void pool_table_head(const struct pool_table *);
void pool_table_rows(const struct pool_table *, const struct pool_finding *);
void pool_table_failed(const struct pool_table *, const char *figure);

#endif
