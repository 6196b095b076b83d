/* sheet.c: measures block by block: groups in random order, and the cells of a group in random order. */
#include "pool/sheet.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/shuffle.h"
#include "pool/remote.h"
#include "pool/trial.h"

#include <inttypes.h>

static const double timeout_s = 120;

void pool_sheet_add(struct pool_sheet *s, struct pool_cell cell)
{
	s->cell[s->cells++] = cell;
	if (cell.group >= s->groups)
		s->groups = cell.group + 1;
}

void pool_sheet_csv_head(FILE *f)
{
	fputs("figure,measure,who,work,workers,cores,n,arg,block,position,value,unit\n", f);
}

static void csv_row(const struct pool_sheet *s, const struct pool_lab *lab, unsigned index, unsigned block,
	unsigned position)
{
	const struct pool_cell *c = &s->cell[index];

	if (!lab->csv)
		return;
	fprintf(lab->csv, "%s,%s,%s,\"%s\",%u,%u,%" PRIu64 ",%" PRIu64 ",%u,%u,%.0f,%s\n", s->figure,
		pool_measure_name(c->measure), c->who, c->work, c->workers, lab->cores, c->n, c->arg, block,
		position, s->value[index][block], pool_measure_unit(c->measure));
	fflush(lab->csv); /* so that an interrupted run keeps its rows; the caller checks for errors at the end */
}

/* Orders a block; the order depends on seed and block alone. */
static void order_block(const struct pool_sheet *s, uint64_t seed, unsigned block, unsigned *order)
{
	uint64_t state = seed * 1000003u + block;
	unsigned group[POOL_SHEET_CELLS], n = 0;

	for (unsigned g = 0; g < s->groups; g++)
		group[g] = g;
	pvq_shuffle(group, s->groups, &state);
	for (unsigned g = 0; g < s->groups; g++) {
		unsigned from = n;

		for (unsigned i = 0; i < s->cells; i++)
			if (s->cell[i].group == group[g])
				order[n++] = i;
		pvq_shuffle(order + from, n - from, &state);
	}
}

/* Shows the time left for this figure, which is known from the second trial on. */
static void show_progress(
	struct pvq_progress *progress, const struct pool_sheet *s, unsigned long done, uint64_t began_ns)
{
	double spent_s = (double)(pvq_clock_ns() - began_ns) / 1e9;
	unsigned long all = (unsigned long)s->cells * s->blocks;

	if (done > 0)
		pvq_progress_draw(progress, done, all, spent_s,
			spent_s / (double)done * (double)(all - done), s->figure);
}

static int measure(const struct pool_cell *cell, const struct pool_lab *lab, double *value)
{
	if (cell->measure == POOL_MEASURE_TRIAL)
		return pool_trial_measure(cell, lab, timeout_s, value);
	return pool_remote_measure(cell, &lab->host, lab->cores, timeout_s, value);
}

int pool_sheet_run(struct pool_sheet *s, const struct pool_lab *lab)
{
	unsigned order[POOL_SHEET_CELLS] = {0};
	struct pvq_progress progress;
	uint64_t began_ns;
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < s->cells; i++)
		if (s->cell[i].measure == POOL_MEASURE_TRIAL)
			ret = pool_trial_size(&s->cell[i], lab, timeout_s);
	began_ns = pvq_clock_ns();
	pvq_progress_init(&progress);
	for (unsigned block = 0; ret == 0 && block < s->blocks; block++) {
		order_block(s, lab->seed, block, order);
		for (unsigned i = 0; ret == 0 && i < s->cells; i++) {
			unsigned index = order[i];

			show_progress(&progress, s, (unsigned long)block * s->cells + i, began_ns);
			ret = measure(&s->cell[index], lab, &s->value[index][block]);
			if (ret == 0)
				csv_row(s, lab, index, block, i);
		}
	}
	pvq_progress_end(&progress);
	return ret;
}
