/* data.c: reads the three files. */
#include "base/grow.h"
#include "drive/empty.h"
#include "drive/memory.h"
#include "experiments/costs/costs.h"
#include "results/cellname.h"
#include "trial/spec.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One value of one strategy, as it stands in a file; status other than ok: why there is none. */
struct value {
	const char *impl, *reason;
	enum pvq_status status;
	double value;              /* NAN: unknown */
	int in, level;             /* whether it enters the figure; its level (results/state.h) */
	const struct pvq_row *row; /* NULL: it is no row of a trial */
};

static struct pvq_cost_of *costs_of(struct pvq_costs *c, const char *impl)
{
	struct pvq_cost_of *more;

	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->of[i].impl, impl) == 0)
			return &c->of[i];
	more = pvq_grow(c->of, c->count, sizeof(*more));
	if (!more)
		return NULL;
	c->of = more;
	more += c->count++;
	*more = (struct pvq_cost_of){0};
	snprintf(more->impl, sizeof(more->impl), "%s", impl);
	return more;
}

void pvq_costs_command(char command[PVQ_COMMAND_MAX], const struct pvq_row *row)
{
	FILE *f = row ? fmemopen(command, PVQ_COMMAND_MAX, "w") : NULL;
	int cut = 0;

	if (f) {
		pvq_row_command(f, row);
		cut = fflush(f) || ftell(f) >= PVQ_COMMAND_MAX;
		fclose(f);
	}
	if (!f || cut)
		command[0] = '\0';
}

/* Describes every strategy that has values. */
static int costs_fill(struct pvq_costs *c, enum pvq_cost cost, const struct value *value, size_t count)
{
	double *x = malloc((count + 1) * sizeof(*x));

	if (!x)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct pvq_cost_of *of = costs_of(c, value[i].impl);
		size_t n = 0;

		if (!of) {
			free(x);
			return -ENOMEM;
		}
		if (value[i].status != PVQ_OK && !of->reason[0])
			snprintf(of->reason, sizeof(of->reason), "%s", value[i].reason);
		if (of->cost[cost].n)
			continue;
		pvq_costs_command(of->command[cost], value[i].row);
		for (size_t j = i; j < count; j++)
			if (value[j].status == PVQ_OK && value[j].in && !isnan(value[j].value) &&
				strcmp(value[j].impl, of->impl) == 0)
				x[n++] = value[j].value;
		if (n)
			of->cost[cost] = pvq_estimate(x, n, PVQ_ALPHA);
		for (int level = 0; cost == PVQ_COST_DISPATCH && level < PVQ_LEVELS_MAX; level++) {
			n = 0;
			for (size_t j = i; j < count; j++)
				if (value[j].status == PVQ_OK && value[j].level == level &&
					strcmp(value[j].impl, of->impl) == 0)
					x[n++] = value[j].value;
			of->level[level] = pvq_estimate(x, n, PVQ_ALPHA);
		}
	}
	free(x);
	return 0;
}

static double costs_value(const struct pvq_row *row, enum pvq_cost cost)
{
	if (cost == PVQ_COST_DISPATCH)
		return pvq_empty_ns((double)row->map_ns, row->n);
	return row->wall_ns ? (double)row->wall_ns : NAN;
}

static int costs_read_rows(struct pvq_costs *c, const char *dir, const char *file, enum pvq_cost cost)
{
	struct pvq_states states;
	struct pvq_rows rows;
	struct value *value;
	int ret;

	(void)pvq_rows_read_file(dir, file, &rows); /* keeps the rows that can be read */
	value = calloc(rows.count + 1, sizeof(*value));
	ret = value ? pvq_states_make(&states, &rows, PVQ_LEVELS_NONE) : -ENOMEM;
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		const struct pvq_row *row = &rows.row[i];
		const struct pvq_standing *st = pvq_states_standing(&states, row);

		value[i] = (struct value){row->impl, row->reason, row->status, costs_value(row, cost),
			st->in, st->superseded ? PVQ_LEVELS_PASSING : st->level, row};
		c->workers = row->workers > c->workers ? row->workers : c->workers;
	}
	if (ret == 0) {
		if (cost == PVQ_COST_DISPATCH && states.count)
			c->state = states.state[states.count - 1];
		ret = costs_fill(c, cost, value, rows.count);
		pvq_states_free(&states);
	}
	free(value);
	pvq_rows_free(&rows);
	return ret;
}

static int costs_read_memory(struct pvq_costs *c, const char *dir)
{
	struct pvq_table_rows rows;
	const struct pvq_memory *memory;
	struct value *value;
	int ret;

	(void)pvq_memory_read(&rows, dir); /* keeps the rows that can be read */
	memory = rows.row;
	value = calloc(rows.count + 1, sizeof(*value));
	for (size_t i = 0; value && i < rows.count; i++)
		value[i] = (struct value){memory[i].impl, memory[i].reason, memory[i].status,
			memory[i].pss_kb ? (double)memory[i].pss_kb : NAN, 1, PVQ_LEVELS_NONE, NULL};
	ret = value ? costs_fill(c, PVQ_COST_MEMORY, value, rows.count) : -ENOMEM;
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		struct pvq_cost_of *of = costs_of(c, memory[i].impl);

		if (of && memory[i].processes > of->processes)
			of->processes = memory[i].processes;
	}
	free(value);
	free(rows.row);
	return ret;
}

static int costs_order(const void *x, const void *y)
{
	const struct pvq_cost_of *a = x, *b = y;
	double i = a->cost[PVQ_COST_DISPATCH].n ? a->cost[PVQ_COST_DISPATCH].median : INFINITY;
	double j = b->cost[PVQ_COST_DISPATCH].n ? b->cost[PVQ_COST_DISPATCH].median : INFINITY;

	return i != j ? (i > j) - (i < j) : strcmp(a->impl, b->impl);
}

int pvq_costs_read(struct pvq_costs *c, const char *dir)
{
	int ret;

	*c = (struct pvq_costs){0};
	ret = costs_read_rows(c, dir, "dispatch.csv", PVQ_COST_DISPATCH);
	if (ret == 0)
		ret = costs_read_rows(c, dir, "cold.csv", PVQ_COST_COLD);
	if (ret == 0)
		ret = costs_read_memory(c, dir);
	if (ret == 0 && c->count == 0)
		ret = -ENOENT;
	if (ret == -ENOMEM)
		fprintf(stderr, "pvq: cannot read %s: no memory\n", dir);
	if (c->count)
		qsort(c->of, c->count, sizeof(*c->of), costs_order);
	return ret;
}

const struct pvq_cost_of *pvq_costs_find(const struct pvq_costs *c, const char *impl)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->of[i].impl, impl) == 0)
			return &c->of[i];
	return NULL;
}

int pvq_costs_tell(const void *data, struct pvq_traits *traits)
{
	const struct pvq_costs *c = data;

	traits->many = 1;
	traits->workers = c->workers;
	for (size_t i = 0; i < c->count; i++) {
		const struct pvq_cost_of *of = &c->of[i];
		struct pvq_trait *trait = pvq_traits_of(traits, of->impl);

		if (!trait)
			return -ENOMEM;
		trait->empty_ns = of->cost[PVQ_COST_DISPATCH];
		trait->whole_ns = of->cost[PVQ_COST_COLD];
		trait->memory_kb = of->cost[PVQ_COST_MEMORY];
		trait->processes = of->processes;
		snprintf(trait->reason, sizeof(trait->reason), "%s", of->reason);
	}
	return 0;
}
