/* grading.h: the result of grading one strategy, and the only place that knows the columns of a class's file. */
#ifndef PVQ_GRADING_H
#define PVQ_GRADING_H

#include "base/table.h"
#include "trial/row.h"

enum pvq_grade {
	PVQ_GRADE_FULL,      /* right, and not shown to be more than 20 % slower than the reference */
	PVQ_GRADE_SLOWER,    /* right, and more than 20 % slower */
	PVQ_GRADE_WRONG,     /* fails a check */
	PVQ_GRADE_NOT_BUILT, /* does not compile */
	PVQ_GRADE_OPEN,      /* right as far as was checked, and not measured: grade it again */
};
extern const char *const pvq_grade_words[];

enum { PVQ_SENTENCE_MAX = 400, PVQ_POINTS_FULL = 100 };

/* A ratio of times and its interval; empty: not measured. */
struct pvq_grade_ratio {
	char ratio[16], lo[16], hi[16];
	char words[24]; /* "faster", … */
};

struct pvq_grading {
	char name[PVQ_NAME_MAX], reference[PVQ_NAME_MAX];
	enum pvq_grade grade;
	uint64_t points; /* PVQ_UNKNOWN_U64: open */
	unsigned checks, passed;
	char failed[PVQ_NAME_MAX]; /* the first check that failed */
	unsigned blocks;
	struct pvq_grade_ratio reference_ratio, serial_ratio; /* the strategy's time / theirs */
	char task[PVQ_ARGS_TEXT];
	uint64_t n;
	unsigned workers;
	char sentence[PVQ_SENTENCE_MAX]; /* what to look at; for a right one, what was found */
	uint64_t at_ms;                  /* when, in ms since 1970 UTC */
};

extern const struct pvq_table pvq_grading_table;

/* Fills in the sentence, on one line and without bytes that a terminal or a page would obey. */
void pvq_grading_say(struct pvq_grading *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
