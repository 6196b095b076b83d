/* relabel.h: which of many figures differ between two sides of several runs each. Pure functions.
 *
 * Runs of the same thing differ by more than the trials within a run let expect: another hour, other neighbours. So
 * the run is the unit here, with one value a figure. Were both sides the same, it would not matter which runs are
 * called "before": each of the C(na + nb, na) ways to label them would be as likely. A figure's statistic is
 *
 *	T = (mean of b - mean of a) / sqrt(var a + var b + floor^2)
 *
 * and it counts as larger in b where its T is among the largest 5 % of what the largest T of *any* figure comes to
 * under every labelling. The chance that anything is claimed where nothing differs is then at most 5 %, over all
 * figures together, whatever the noise looks like, and though figures of one run go up and down together. The same
 * holds for the other direction, by itself. Three runs a side are the fewest that can tell (20 labellings).
 *
 * Sources: R. A. Fisher, The Design of Experiments (1935), chapter II; the largest T over all figures: P. H. Westfall,
 * S. S. Young, Resampling-Based Multiple Testing (1993), section 2.3. The interval inverts Mann and Whitney's test
 * for a shift: E. L. Lehmann, Nonparametrics (1975), section 2.7.
 */
#ifndef PVQ_RELABEL_H
#define PVQ_RELABEL_H

#include <stddef.h>

enum { PVQ_RELABEL_LEAST = 3, PVQ_RELABEL_MOST = 8 }; /* runs a side */

/* The floor in T: of logarithms of times. With so few runs a spread below 1 % is luck. */
#define PVQ_RELABEL_FLOOR 0.01

struct pvq_relabelled {
	double p_larger, p_smaller; /* of b against a, adjusted for the number of figures */
	double lo, hi; /* interval of the shift b - a of this figure alone: each end errs in at most 5 % */
};

/* value[figure * (na + nb) + run], the runs of a first; na and nb within the limits above. 0 or -ENOMEM. */
int pvq_relabel(const double *value, size_t figures, size_t na, size_t nb, struct pvq_relabelled *);

#endif
