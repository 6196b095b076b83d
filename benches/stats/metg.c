/* metg.c: finds where the efficiency first reaches a share. */
#include "stats/metg.h"

#include <math.h>

double pvq_metg(const double *granularity, const double *efficiency, size_t n, double share)
{
	double below, above;
	size_t i = 0;

	while (i < n && efficiency[i] < share)
		i++;
	if (i == n)
		return INFINITY;
	if (i == 0)
		return granularity[0];
	below = log(granularity[i - 1]);
	above = log(granularity[i]);
	share = (share - efficiency[i - 1]) / (efficiency[i] - efficiency[i - 1]);
	return exp(below + share * (above - below));
}
