/* lesson.h: THE lesson contract. A lesson is one file benches/lessons/<name>.c with a descriptor
 * `const struct pvq_lesson pvq_lesson_<name>`; the Makefile finds it and adds it to the registry. Its words are in
 * <name>.en.md and <name>.zh.md (words.h).
 *
 * A lesson asks for a prediction, measures a few cells in interleaved blocks, computes figures from them, scores the
 * prediction by the interval of the first figure, and explains by these figures.
 */
#ifndef PVQ_LESSON_H
#define PVQ_LESSON_H

#include "stats/resample.h"
#include "trial/row.h"

enum { PVQ_LESSON_CELLS_MAX = 8, PVQ_LESSON_FIGURES_MAX = 8, PVQ_LESSON_CHOICES = 4 };

/* What a lesson measures in every block. `label` NULL ends the list. */
struct pvq_lesson_cell {
	const char *label; /* in tables and pictures, in English */
	const char *impl;  /* a strategy, perhaps a twin (trial/twin.h) … */
	const char *task;  /* … on a task; cells of the same task stand together */
	uint64_t n;        /* its items, with the whole budget */
	unsigned per_cpu;  /* workers for each CPU; 0: 1 */
	unsigned workers;  /* this many instead, if not 0 */
	unsigned chunk;    /* 0: automatic */
	int per_item;      /* 1: its value is the time for an item; else that of the whole map */
	const char *micro; /* or, in a lesson all of whose cells have one: a case of pvq-micro (MICRO.md) */
};

/* What was measured. blocks.ns holds the cells' values, in ns; NAN: not measured, failed, or in another state of the
 * machine. */
struct pvq_lesson_data {
	const struct pvq_lesson *lesson;
	struct pvq_blocks blocks; /* owned */
	unsigned cpus;            /* on which all trials ran */
	uint64_t seed;
	double share;  /* of the items, where the budget is small: at most 1 */
	size_t trials; /* all of them, … */
	size_t failed; /* … and those without a verified result, in a lesson where all should have one */
	char trouble[PVQ_REASON_MAX + PVQ_NAME_MAX +
		     4]; /* why the first of them failed, or a case cannot run here; "" */
};

void pvq_lesson_data_free(struct pvq_lesson_data *);

enum pvq_lesson_unit {
	PVQ_LESSON_TIME,    /* ns */
	PVQ_LESSON_RATIO,   /* "1.95x" */
	PVQ_LESSON_PERCENT, /* "3.1 %" */
	PVQ_LESSON_COUNT,   /* a bare number */
};

/* A figure that the words name as {name}. `name` NULL ends the list; the first one has a label. */
struct pvq_lesson_figure {
	const char *name;
	const char *label; /* in English; NULL: it is the value of a cell, which tables show anyway */
	enum pvq_lesson_unit unit;
};

enum pvq_lesson_ask {
	PVQ_ASK_NUMBER, /* a guess of the first figure */
	PVQ_ASK_CHOICE, /* one of four ranges of the first figure */
	PVQ_ASK_ORDER,  /* the first `ordered` cells, the fastest first */
};

struct pvq_lesson {
	const char *name;
	unsigned place; /* in the list of lessons */
	enum pvq_lesson_ask ask;
	const char *guess; /* what many answer */
	struct pvq_lesson_cell cell[PVQ_LESSON_CELLS_MAX + 1];
	struct pvq_lesson_figure figure[PVQ_LESSON_FIGURES_MAX + 1];
	double right,
		close; /* of a number: the factors around the interval within which it is right, or close */
	double bound[PVQ_LESSON_CHOICES - 1]; /* of a choice: where one range ends and the next begins */
	unsigned ordered;
	/* What a trial is worth instead of its time, for a lesson in which trials may fail; NULL: the time. */
	double (*value)(const struct pvq_row *);
	/* Computes the figures. 0 or -ENOMEM. */
	int (*conclude)(const struct pvq_lesson_data *, struct pvq_estimate *figure);
	/* The section of the words that explains these figures, all of which have an interval: "usual" where they are
	 * as textbooks have it, "other" where they are not, or one of the lesson's own. */
	const char *(*explain)(const struct pvq_estimate *figure);
};

/* Every lesson, in alphabetical order, NULL at the end (generated from benches/lessons/). */
extern const struct pvq_lesson *const pvq_lessons[];

/* The i-th lesson by place, or NULL. The second finds one by name, or returns NULL with one line on stderr. */
const struct pvq_lesson *pvq_lesson_at(size_t i);
const struct pvq_lesson *pvq_lesson_find(const char *name);

/* How many cells it has. */
size_t pvq_lesson_cells(const struct pvq_lesson *);

/* ---- for conclude() ---- */

/* The cell's value. lo and hi are NAN where there are too few blocks for an interval, here and below. */
int pvq_lesson_value(const struct pvq_lesson_data *, size_t cell, struct pvq_estimate *);

/* The ratio of two cells' values within a block. */
int pvq_lesson_ratio(const struct pvq_lesson_data *, size_t cell, size_t to, struct pvq_estimate *);

/* The same as a comparison, at the given error. */
int pvq_lesson_compare(
	const struct pvq_lesson_data *, size_t cell, size_t to, double alpha, struct pvq_comparison *);

/* How far two cells' values are apart within a block, in percent: the median, and the range over blocks. */
int pvq_lesson_apart(const struct pvq_lesson_data *, size_t cell, size_t to, struct pvq_estimate *);

/* ---- measuring (measure.c) ---- */

struct pvq_registry;

/* Measures in at most so many seconds. The caller frees the data, whatever is returned. 0; -EINTR; other -errno with one
 * line on stderr. */
int pvq_lesson_measure(struct pvq_lesson_data *, const struct pvq_lesson *, const struct pvq_registry *,
	double budget_s, uint64_t seed);

#endif
