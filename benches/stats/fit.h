/* fit.h: scaling laws, fitted to times on several core counts.
 *
 * USL, the universal scalability law (N. J. Gunther, Guerrilla Capacity Planning, 2007, chapter 4), as a time:
 *
 *	T(p) = T1 (1 + sigma (p - 1) + kappa p (p - 1)) / p
 *
 * sigma is the share that cannot run in parallel (contention), kappa what each pair of cores costs (coherency). With
 * kappa = 0 that is Amdahl's law with the serial fraction sigma (G. M. Amdahl, AFIPS 1967). Least squares of
 * relative errors, by Levenberg and Marquardt's method (cminpack).
 *
 * Karp and Flatt's serial fraction (A. H. Karp, H. P. Flatt, Measuring parallel processor performance, CACM 33 (1990)) is
 * no fit: what of a measured speed-up S on p cores looks like serial work, overhead included.
 */
#ifndef PVQ_FIT_H
#define PVQ_FIT_H

#include <stddef.h>

/* Distinct core counts from which each law can be told: fewer leave its parameters undetermined. */
enum { PVQ_AMDAHL_NEEDS = 2, PVQ_USL_NEEDS = 6, PVQ_FIT_POINTS_MAX = 64 };

struct pvq_fit {
	double t1;    /* in the unit of the times */
	double sigma; /* Amdahl's may come out below 0: faster than one core's share; USL's does not */
	double kappa; /* >= 0; 0 for Amdahl's law */
};

/* Distinct core counts and their times, all > 0. 0; -ERANGE where there are fewer points than the law needs or more
 * than PVQ_FIT_POINTS_MAX; -EDOM where no fit was found. */
int pvq_fit_amdahl(const double *cores, const double *time, size_t points, struct pvq_fit *);
int pvq_fit_usl(const double *cores, const double *time, size_t points, struct pvq_fit *);

double pvq_fit_time(const struct pvq_fit *, double cores);

/* Cores beyond which more make it slower: an extrapolation where they are more than were measured; INFINITY
 * where kappa is 0. */
double pvq_fit_peak(const struct pvq_fit *);

/* For p > 1 cores. */
double pvq_karp_flatt(double speedup, double cores);

#endif
