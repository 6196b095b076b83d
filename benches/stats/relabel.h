/* relabel.h: which of many figures differ between two sides of several runs each. Pure functions.
 *
 * Runs of the same thing differ by more than the trials within a run suggest: another hour, other neighbours. So the run
 * is the unit here, with one value for each figure. If both sides were the same, it would not matter which runs are called
 * "before": all C(na + nb, na) ways to label them would be equally likely. A figure's statistic is
 *
 *	T = (mean of b - mean of a) / sqrt(var a + var b + floor^2)
 *
 * For each labelling, take the largest T of *any* figure. A figure counts as larger in b if its own T is among the largest
 * 5 % of these. If nothing differs, the chance of any claim at all is then at most 5 %, over all figures together. That
 * holds for any distribution of the noise, and even if the figures of a run rise and fall together. The other direction
 * has the same guarantee by itself. Three runs a side are the fewest that can show a difference (20 labellings).
 *
 * Sources: R. A. Fisher, The Design of Experiments (1935), chapter II; the largest T over all figures: P. H. Westfall,
 * S. S. Young, Resampling-Based Multiple Testing (1993), section 2.3. The interval inverts Mann and Whitney's test
 * for a shift: E. L. Lehmann, Nonparametrics (1975), section 2.7.
 */
#ifndef PVQ_RELABEL_H
#define PVQ_RELABEL_H

#include <stddef.h>

enum { PVQ_RELABEL_LEAST = 3, PVQ_RELABEL_MOST = 8 }; /* runs a side */

/* The floor in T, for logarithms of times. With so few runs a spread below 1 % is chance. */
#define PVQ_RELABEL_FLOOR 0.01

struct pvq_relabelled {
	double p_larger,
		p_smaller; /* that b is larger, smaller than a; adjusted for the number of figures */
	double lo, hi; /* interval of this figure's shift b - a, by itself: each end errs in at most 5 % */
};

/* value[figure * (na + nb) + run], the runs of a first. na and nb are within the limits above. 0 or -ENOMEM. */
int pvq_relabel(const double *value, size_t figures, size_t na, size_t nb, struct pvq_relabelled *);

#endif
