/* metg.h: the minimum effective task granularity (Slaughter et al., Task Bench, SC'20).
 */
#ifndef PVQ_METG_H
#define PVQ_METG_H

#include <stddef.h>

/* The smallest granularity at which the efficiency reaches `share`, from n points in ascending granularity. Interpolates
 * between the first point that reaches it and the point before, linearly over the logarithm of the granularity. If the
 * first point of all reaches it, returns that granularity, an upper bound of METG. INFINITY if no point reaches it. */
double pvq_metg(const double *granularity, const double *efficiency, size_t n, double share);

#endif
