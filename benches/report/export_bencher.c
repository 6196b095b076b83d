/* export_bencher.c: Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}.
 *
 * The measure "latency" is Bencher's own, in nanoseconds: the map time per item. "total" is the same with start and
 * stop. Values are medians, lower and upper ones the ends of their 95 % intervals, absent where there are too few
 * trials for one. Source: https://bencher.dev/docs/reference/bencher-metric-format
 */
#include "report/export.h"

#include "results/cellname.h"

#include <math.h>

static json_t *bencher_measure(const struct pvq_estimate *e, double n)
{
	if (isnan(e->lo))
		return json_pack("{s:f}", "value", e->median / n);
	return json_pack("{s:f,s:f,s:f}", "value", e->median / n, "lower_value", e->lo / n, "upper_value",
		e->hi / n);
}

json_t *pvq_export_bencher(const struct pvq_summary *s)
{
	json_t *root = json_object();

	for (size_t w = 0; root && w < s->works; w++)
		for (size_t c = 0; c < s->work[w].cells; c++) {
			const struct pvq_cell *cell = &s->cell[s->work[w].first + c];
			double n = (double)cell->key->n;
			char name[PVQ_CELLNAME_MAX];

			if (!cell->ok || cell->harness || n <= 0)
				continue;
			pvq_cellname(name, s, &s->work[w], cell);
			if (json_object_set_new(root, name,
				    json_pack("{s:o,s:o}", "latency",
					    bencher_measure(&cell->metric[PVQ_MAP_NS], n), "total",
					    bencher_measure(&cell->metric[PVQ_TOTAL_NS], n)))) {
				json_decref(root);
				return NULL;
			}
		}
	return root;
}
