/* data.c: reads harness.csv, and fills in the harness's time for each of the run's works. */
#include "experiments/harness/harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rows of harness.csv, as cells. */
struct harness {
	struct pvq_rows rows;
	struct pvq_summary summary;
};

int pvq_harness_read(void **data, const struct pvq_folder *folder)
{
	struct harness *h = calloc(1, sizeof(*h));
	int ret = h ? pvq_rows_read_file(folder->dir, PVQ_HARNESS_FILE, &h->rows) : -ENOMEM;

	if (ret != -ENOMEM && h->rows.count) {
		ret = pvq_summarise(&h->summary, folder->registry, &h->rows);
		if (ret == 0) {
			*data = h;
			return 0;
		}
	}
	if (h)
		pvq_harness_release(h);
	return ret == -ENOMEM ? ret : 0;
}

void pvq_harness_release(void *data)
{
	struct harness *h = data;

	pvq_summary_free(&h->summary);
	pvq_rows_free(&h->rows);
	free(h);
}

static double harness_item_ns(const struct pvq_summary *harness, const struct pvq_work *work)
{
	for (size_t c = 0; c < harness->cells; c++) {
		const struct pvq_cell *cell = &harness->cell[c];

		if (cell->ok && strcmp(cell->key->task, work->key->task) == 0 &&
			strcmp(cell->key->args, work->key->args) == 0)
			return cell->metric[PVQ_MAP_NS].median / (double)cell->key->n;
	}
	return NAN;
}

int pvq_harness_annotate(const void *data, struct pvq_summary *s)
{
	const struct harness *h = data;

	for (size_t w = 0; w < s->works; w++)
		s->work[w].harness_ns = harness_item_ns(&h->summary, &s->work[w]);
	return 0;
}
