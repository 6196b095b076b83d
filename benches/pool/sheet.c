/* sheet.c: measures block by block: groups in random order, and the cells of a group in random order. */
#include "pool/sheet.h"
#include "base/clock.h"
#include "base/probe.h"
#include "base/progress.h"
#include "base/shuffle.h"
#include "drive/sweep.h"
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
	fputs("figure,measure,who,work,workers,cores,n,arg,block,position,value,unit,handover_ns,"
	      "handover_after_ns,attempt\n",
		f);
}

static void csv_row(const struct pool_sheet *s, const struct pool_lab *lab, unsigned index, unsigned block,
	unsigned position, unsigned attempt)
{
	const struct pool_cell *c = &s->cell[index];
	const struct pool_look *look = &s->look[index][block];

	if (!lab->csv)
		return;
	fprintf(lab->csv, "%s,%s,%s,\"%s\",%u,%u,%" PRIu64 ",%" PRIu64 ",%u,%u,%.0f,%s,%.0f,%.0f,%u\n",
		s->figure, pool_measure_name(c->measure), c->who, c->work, c->workers, lab->cores, c->n,
		c->arg, block, position, s->value[index][block], pool_measure_unit(c->measure),
		look->before, look->after, attempt);
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

/* Measures a cell as a trial of pvq, and keeps the row, which has the looks that the driver takes around it. */
static int measure_trial(
	struct pool_sheet *s, const struct pool_lab *lab, unsigned cell, unsigned block, unsigned attempt)
{
	struct pvq_row row;
	int ret = pool_trial_measure(&s->cell[cell], lab, timeout_s, &row);

	if (ret)
		return ret;
	s->value[cell][block] = (double)row.map_ns;
	s->look[cell][block] = (struct pool_look){(double)row.handover_ns, (double)row.handover_after_ns};
	row.cell = cell;
	row.block = block;
	row.attempt = attempt;
	return s->rows ? pvq_row_write(s->rows, &row) : 0;
}

static int measure_other(const struct pool_sheet *s, const struct pool_cell *cell,
	const struct pool_lab *lab, double *value, struct pool_look *look)
{
	struct pvq_probe before, after;
	int ret;

	if (!s->by_level)
		return pool_remote_measure(cell, &lab->host, lab->cores, timeout_s, value);
	pvq_probe_look(&before, lab->host.cpu, lab->cores);
	ret = pool_remote_measure(cell, &lab->host, lab->cores, timeout_s, value);
	pvq_probe_look(&after, lab->host.cpu, lab->cores);
	*look = (struct pool_look){(double)before.handover_ns, (double)after.handover_ns};
	return ret;
}

/* A group in a block. */
struct turn {
	const unsigned *cell;
	unsigned cells, block, position; /* position: of the first, in the block */
};

static int measure_turn(
	struct pool_sheet *s, const struct pool_lab *lab, const struct turn *turn, unsigned attempt)
{
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < turn->cells; i++) {
		unsigned cell = turn->cell[i];
		struct pool_look *look = &s->look[cell][turn->block];

		if (s->cell[cell].measure == POOL_MEASURE_TRIAL)
			ret = measure_trial(s, lab, cell, turn->block, attempt);
		else
			ret = measure_other(s, &s->cell[cell], lab, &s->value[cell][turn->block], look);
		if (ret == 0)
			ret = pool_looks_add(lab->looks, *look);
		if (ret == 0)
			csv_row(s, lab, cell, turn->block, turn->position + i, attempt);
	}
	return ret;
}

static double seconds_since(uint64_t ns)
{
	return (double)(pvq_clock_ns() - ns) / 1e9;
}

/* Whether the trials of a turn met different levels, and there is time to measure it again. */
static int is_again(
	const struct pool_sheet *s, const struct pool_looks *looks, const struct turn *turn, double took_s)
{
	const struct pool_look *look[POOL_SHEET_CELLS];

	for (unsigned i = 0; i < turn->cells; i++)
		look[i] = &s->look[turn->cell[i]][turn->block];
	return looks->levels.count > 1 &&
	       pool_looks_level(&looks->levels, look, turn->cells) == PVQ_LEVELS_PASSING &&
	       looks->again_s + took_s <= PVQ_SWEEP_AGAIN_SHARE * seconds_since(looks->began_ns);
}

static int measure_group(struct pool_sheet *s, const struct pool_lab *lab, const struct turn *turn)
{
	uint64_t began_ns = pvq_clock_ns();
	double took_s;
	int ret = measure_turn(s, lab, turn, 0);

	took_s = seconds_since(began_ns);
	for (unsigned attempt = 1; ret == 0 && s->by_level && attempt <= PVQ_SWEEP_AGAIN_MOST; attempt++) {
		ret = pool_looks_find(lab->looks);
		if (ret || !is_again(s, lab->looks, turn, took_s))
			break;
		began_ns = pvq_clock_ns();
		ret = measure_turn(s, lab, turn, attempt);
		lab->looks->again_s += seconds_since(began_ns);
	}
	return ret;
}

static int size_cells(struct pool_sheet *s, const struct pool_lab *lab)
{
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < s->cells; i++)
		if (s->cell[i].measure == POOL_MEASURE_TRIAL)
			ret = pool_trial_size(&s->cell[i], lab, timeout_s);
	return ret;
}

/* The number of cells in the order's group from `at` on. */
static unsigned group_size(const struct pool_sheet *s, const unsigned *order, unsigned at)
{
	unsigned n = 1;

	while (at + n < s->cells && s->cell[order[at + n]].group == s->cell[order[at]].group)
		n++;
	return n;
}

int pool_sheet_run(struct pool_sheet *s, const struct pool_lab *lab)
{
	unsigned order[POOL_SHEET_CELLS] = {0};
	struct pvq_progress progress;
	int ret = size_cells(s, lab);
	uint64_t began_ns = pvq_clock_ns();

	pvq_progress_init(&progress);
	for (unsigned block = 0; ret == 0 && block < s->blocks; block++) {
		struct turn turn;

		order_block(s, lab->seed, block, order);
		for (unsigned i = 0; ret == 0 && i < s->cells; i += turn.cells) {
			turn = (struct turn){order + i, group_size(s, order, i), block, i};
			show_progress(&progress, s, (unsigned long)block * s->cells + i, began_ns);
			ret = measure_group(s, lab, &turn);
		}
	}
	pvq_progress_end(&progress);
	return ret;
}
