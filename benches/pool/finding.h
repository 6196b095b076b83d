/* finding.h: a line of the table: ours, the peer's, and what a target says of the two.
 */
#ifndef POOL_FINDING_H
#define POOL_FINDING_H

#include "pool/sheet.h"

#include <stddef.h>

struct pool_finding {
	char what[48];
	size_t n; /* blocks */
	double ours[POOL_SHEET_BLOCKS], peer[POOL_SHEET_BLOCKS];
	double margin[POOL_SHEET_BLOCKS]; /* the ratio, or difference, of a block's two: what is judged */
	const char *unit;                 /* of ours and peer */
	const char *peer_name;            /* NULL: there is none */
	const char *margin_unit;          /* "" for a ratio; NULL: ours itself is judged */
	double target;
	const char *target_text;
	int at_least; /* the target is a lower bound, else an upper one */
	int every;    /* the target is one for every single value, not for the median */
};

enum pool_answer { POOL_MET, POOL_NOT_MET, POOL_NOT_CERTAIN };

/* Met where the 95 % interval of the median lies on the right side as a whole, not met where it lies on the
 * wrong one; not certain also where there are too few values for an interval. */
enum pool_answer pool_finding_answer(const struct pool_finding *);

/* The table: its head, a line, and a line of a figure that failed. */
void pool_finding_head(FILE *);
void pool_finding_print(FILE *, const struct pool_finding *);
void pool_finding_failed(FILE *, const char *figure);

#endif
