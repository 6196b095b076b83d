/* fit.c: Amdahl's law and the USL, and their fits by cminpack. */
#include "stats/fit.h"

#include <cminpack-1/cminpack.h>
#include <errno.h>
#include <math.h>

struct points {
	const double *cores, *time;
	size_t count;
	int usl;
};

/* The law for the solver's variables: log T1; for Amdahl sigma itself; for the USL the square roots of sigma and kappa,
 * which keeps both from becoming negative. */
static struct pvq_fit fit_of(const double *x, int usl)
{
	struct pvq_fit fit = {.t1 = exp(x[0]), .sigma = x[1]};

	if (usl) {
		fit.sigma = x[1] * x[1];
		fit.kappa = x[2] * x[2];
	}
	return fit;
}

static int residuals(void *p, int m, int n, const double *x, double *error, int flag)
{
	const struct points *points = p;
	struct pvq_fit fit = fit_of(x, points->usl);

	(void)n;
	(void)flag;
	for (int i = 0; i < m; i++)
		error[i] = pvq_fit_time(&fit, points->cores[i]) / points->time[i] - 1;
	return 0;
}

enum { PARAMETERS = 3, WORK = PVQ_FIT_POINTS_MAX * PARAMETERS + 5 * PARAMETERS + PVQ_FIT_POINTS_MAX };

static int solve(struct points *points, double *x, struct pvq_fit *fit)
{
	double error[PVQ_FIT_POINTS_MAX], work[WORK];
	int parameters = points->usl ? 3 : 2, pivot[PARAMETERS];
	int info = lmdif1(
		residuals, points, (int)points->count, parameters, x, error, 1e-12, pivot, work, WORK);

	*fit = fit_of(x, points->usl);
	/* 1 to 3: converged; 4: exact; 6, 7: as close as the precision allows. */
	return (info >= 1 && info <= 4) || info == 6 || info == 7 ? 0 : -EDOM;
}

int pvq_fit_amdahl(const double *cores, const double *time, size_t points, struct pvq_fit *fit)
{
	struct points p = {.cores = cores, .time = time, .count = points};
	double x[PARAMETERS];

	if (points < PVQ_AMDAHL_NEEDS || points > PVQ_FIT_POINTS_MAX)
		return -ERANGE;
	x[0] = log(time[0] * cores[0]);
	x[1] = 0.05;
	return solve(&p, x, fit);
}

int pvq_fit_usl(const double *cores, const double *time, size_t points, struct pvq_fit *fit)
{
	struct points p = {.cores = cores, .time = time, .count = points, .usl = 1};
	double x[PARAMETERS];

	if (points < PVQ_USL_NEEDS || points > PVQ_FIT_POINTS_MAX)
		return -ERANGE;
	x[0] = log(time[0] * cores[0]);
	x[1] = 0.2;
	x[2] = 0.03;
	return solve(&p, x, fit);
}

double pvq_fit_time(const struct pvq_fit *fit, double cores)
{
	return fit->t1 * (1 + fit->sigma * (cores - 1) + fit->kappa * cores * (cores - 1)) / cores;
}

double pvq_fit_peak(const struct pvq_fit *fit)
{
	return fit->kappa > 0 ? sqrt((1 - fmin(fit->sigma, 1)) / fit->kappa) : INFINITY;
}

double pvq_karp_flatt(double speedup, double cores)
{
	return (1 / speedup - 1 / cores) / (1 - 1 / cores);
}
