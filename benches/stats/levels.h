/* levels.h: finds the levels of a quantity that jumps between a few values, such as the distance of two CPUs.
 *
 * No constant says where the levels are: they come from the values. On a logarithmic scale, levels are parts with many
 * values, between which lie valleys: stretches that are wide enough and hold hardly any. A part with very few values is
 * no level: they were seen in passing, and belong to none.
 */
#ifndef PVQ_LEVELS_H
#define PVQ_LEVELS_H

#include <stddef.h>

enum {
	PVQ_LEVELS_MAX = 4,
	PVQ_LEVELS_NONE = -1,    /* a value that is unknown */
	PVQ_LEVELS_PASSING = -2, /* a value at no level */
};

/* A valley reaches from one value to one this many times as large, at least. */
#define PVQ_LEVELS_VALLEY 1.25
/* The medians of two levels differ by this factor at least: less does not change what is measured. */
#define PVQ_LEVELS_APART 1.4
/* Levels of two runs are the same if their centres differ by this factor at most. */
#define PVQ_LEVELS_SAME 1.25
/* A valley holds at most this share of all values. A level holds more, and at least PVQ_LEVELS_LEAST values. */
#define PVQ_LEVELS_SHARE 0.02
enum { PVQ_LEVELS_LEAST = 5 };

struct pvq_level {
	double centre;   /* median of its values */
	double from, to; /* values within belong to it; disjoint from the other levels */
	size_t values;
};

/* Ascending. No values: no level. */
struct pvq_levels {
	struct pvq_level level[PVQ_LEVELS_MAX];
	size_t count;
};

/* Finds the levels of n values, all > 0, which it sorts in place. If there are more than PVQ_LEVELS_MAX, the nearest
 * are joined. */
void pvq_levels_find(struct pvq_levels *, double *value, size_t n);

/* The index of the level that the value belongs to; PVQ_LEVELS_NONE for NAN and values <= 0; PVQ_LEVELS_PASSING. */
int pvq_levels_of(const struct pvq_levels *, double value);

/* The level of two things together: that of both. PVQ_LEVELS_PASSING if they differ, or if one is at no level. If one is
 * unknown, the other counts. */
int pvq_levels_both(int a, int b);

/* The level of something that lasted from one look to another: that of both. */
int pvq_levels_between(const struct pvq_levels *, double before, double after);

/* Where nothing was seen at level[i], as at PVQ_LEVELS_NONE, fills in the level of what came before and after it in time, if
 * that is the same. Of n things in a row. */
void pvq_levels_fill(int *level, size_t n);

/* The level of most of n things; the lowest of several. If none is at a level: PVQ_LEVELS_PASSING, or PVQ_LEVELS_NONE where all
 * are unknown. */
int pvq_levels_most(const int *level, size_t n);

/* Finds which of n things in a row are off the level of most of them, or saw a change; level is filled as above. Writes their
 * indices, at most n; returns how many. */
unsigned pvq_levels_off(int *level, size_t n, unsigned *off);

#endif
