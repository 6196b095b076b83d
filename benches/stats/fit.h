/* fit.h: scaling laws, fitted to times on several core counts.
 *
 * USL, the universal scalability law (N. J. Gunther, Guerrilla Capacity Planning, 2007, chapter 4), as a time:
 *
 *	T(p) = T1 (1 + sigma (p - 1) + kappa p (p - 1)) / p
 *
 * sigma is the share that cannot run in parallel (contention); kappa is the cost of each pair of cores (coherency). With
 * kappa = 0 it is Amdahl's law with the serial fraction sigma (G. M. Amdahl, AFIPS 1967). The fit is by least squares of
 * relative errors, with Levenberg and Marquardt's method (cminpack).
 *
 * Karp and Flatt's serial fraction (A. H. Karp, H. P. Flatt, Measuring parallel processor performance, CACM 33 (1990)) is
 * not a fit: it is the serial fraction that explains a measured speed-up S on p cores, with overhead counted as serial.
 */
#ifndef PVQ_FIT_H
#define PVQ_FIT_H

#include <stddef.h>

/* Distinct core counts that each law needs: fewer leave its parameters undetermined. */
enum { PVQ_AMDAHL_NEEDS = 2, PVQ_USL_NEEDS = 6, PVQ_FIT_POINTS_MAX = 64 };

struct pvq_fit {
	double t1;    /* in the unit of the times */
	double sigma; /* Amdahl's may be below 0 (a speed-up above the number of cores); the USL's may not */
	double kappa; /* >= 0; 0 for Amdahl's law */
};

/* Fit a law to distinct core counts and their times, all > 0. 0; -ERANGE with fewer points than the law needs or more
 * than PVQ_FIT_POINTS_MAX; -EDOM if no fit was found. */
int pvq_fit_amdahl(const double *cores, const double *time, size_t points, struct pvq_fit *);
int pvq_fit_usl(const double *cores, const double *time, size_t points, struct pvq_fit *);

/* T(cores), the time that the law predicts. */
double pvq_fit_time(const struct pvq_fit *, double cores);

/* The number of cores beyond which more cores are slower; INFINITY if kappa is 0. An extrapolation if it is above the
 * measured counts. */
double pvq_fit_peak(const struct pvq_fit *);

/* The serial fraction (1/S - 1/p) / (1 - 1/p), for p > 1 cores. */
double pvq_karp_flatt(double speedup, double cores);

#endif
