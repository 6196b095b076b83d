/* finding.h: a line of the table: our figure, the peer's, and whether the target is met. */
#ifndef POOL_FINDING_H
#define POOL_FINDING_H

#include "pool/sheet.h"

#include <stddef.h>

struct pool_finding {
	char what[48];
	size_t n; /* blocks */
	double ours[POOL_SHEET_BLOCKS], peer[POOL_SHEET_BLOCKS];
	double margin
		[POOL_SHEET_BLOCKS]; /* what is judged: the ratio, or difference, of the two in a block */
	const char *unit;            /* of ours and peer */
	const char *peer_name;       /* NULL: there is no peer */
	const char *margin_unit;     /* "" for a ratio; NULL: ours itself is judged */
	double target;
	const char *target_text;
	int at_least; /* 1: the target is a lower bound; 0: an upper one */
	int every;    /* 1: the target holds for every single value, not for the median */
};

enum pool_answer { POOL_MET, POOL_NOT_MET, POOL_NOT_CERTAIN };

/* Met if the whole 95 % interval of the median lies on the right side of the target, not met if it lies on the wrong
 * side, else not certain; not certain also if there are too few values for an interval. */
enum pool_answer pool_finding_answer(const struct pool_finding *);

/* Print the table: its head, a line, and the line of a figure that failed. */
void pool_finding_head(FILE *);
void pool_finding_print(FILE *, const struct pool_finding *);
void pool_finding_failed(FILE *, const char *figure);

#endif
