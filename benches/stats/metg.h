/* metg.h: the minimum effective task granularity (Slaughter et al., Task Bench, SC'20).
 */
#ifndef PVQ_METG_H
#define PVQ_METG_H

#include <stddef.h>

/* The smallest granularity at which the efficiency reaches `share`, from n points of tasks that grow.
 * Interpolated (straight over the granularity's logarithm) between the first point that reaches it and the
 * one before; the first point's own where there is none before: then METG is at most that. INFINITY where
 * no point reaches it. */
double pvq_metg(const double *granularity, const double *efficiency, size_t n, double share);

#endif
