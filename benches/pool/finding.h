/* finding.h: a line of the table: ours, the peer's, and what a target says of the two.
 */
#ifndef PVQ_FINDING_H
#define PVQ_FINDING_H

#include "sheet.h"

#include <stddef.h>

struct pvq_finding {
	char what[48];
	size_t n; /* blocks */
	double ours[PVQ_SHEET_BLOCKS], peer[PVQ_SHEET_BLOCKS];
	double margin[PVQ_SHEET_BLOCKS]; /* the ratio, or difference, of a block's two: what is judged */
	const char *unit;                /* of ours and peer */
	const char *peer_name;           /* NULL: there is none */
	const char *margin_unit;         /* "" for a ratio; NULL: ours itself is judged */
	double target;
	const char *target_text;
	int at_least; /* the target is a lower bound, else an upper one */
	int every;    /* the target is one for every single value, not for the median */
};

enum pvq_answer { PVQ_MET, PVQ_NOT_MET, PVQ_NOT_CERTAIN };

/* Met where the 95 % interval of the median lies on the right side as a whole, not met where it lies on the
 * wrong one; not certain also where there are too few values for an interval. */
enum pvq_answer pvq_finding_answer(const struct pvq_finding *);

/* The table: its head, a line, and a line of a figure that failed. */
void pvq_finding_head(FILE *);
void pvq_finding_print(FILE *, const struct pvq_finding *);
void pvq_finding_failed(FILE *, const char *figure);

#endif
