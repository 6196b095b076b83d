/* chapter.c: how small a task may be: METG(50%). */
#include "experiments/grain/grain.h"
#include "report/part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The state of the cores that METG is measured on; NULL: there was one level at most. */
static const struct pvq_state *grain_state(const struct pvq_grain *grain)
{
	const struct pvq_state *state = pvq_states_of(&grain->summary.states, grain->cores);

	return state && state->levels.count > 1 ? state : NULL;
}

static void grain_levels(
	const struct pvq_report *r, const struct pvq_grain *grain, const struct pvq_grain_line *line)
{
	const struct pvq_state *state = grain_state(grain);

	for (size_t i = 0; state && i < state->levels.count; i++) {
		const struct pvq_grain_level *level = &line->level[i];

		if ((int)i == state->most)
			continue; /* the first column */
		if (level->metg_ns.n) {
			const struct pvq_trait at = {.metg_ns = level->metg_ns,
				.first_ns = level->first_ns,
				.last_ns = level->last_ns};

			pvq_report_metg(r, &at);
		} else {
			fputs("–", r->md);
		}
		fputs(" | ", r->md);
	}
}

/* The point of a strategy at a length; NULL: it has none. */
static const struct pvq_grain_point *grain_point(
	const struct pvq_grain *grain, const struct pvq_grain_line *line, const struct pvq_work *work)
{
	for (size_t i = 0; i < line->points; i++) {
		size_t cell = (size_t)(line->point[i].cell - grain->summary.cell);

		if (cell >= work->first && cell < work->first + work->cells)
			return &line->point[i];
	}
	return NULL;
}

/* How many strategies have a point at a length. */
static size_t grain_count(const struct pvq_grain *grain, const struct pvq_work *work)
{
	size_t count = 0;

	for (size_t l = 0; l < grain->lines; l++)
		count += grain_point(grain, &grain->line[l], work) != NULL;
	return count;
}

/* Whether the table shows a length: one for all strategies of its range, which have as many items, not for a few of them
 * (choice.h). */
static int grain_is_shown(const struct pvq_grain *grain, const struct pvq_work *work)
{
	size_t most = 0;

	for (size_t w = 0; w < grain->summary.works; w++)
		if (grain->summary.work[w].key->n == work->key->n) {
			size_t count = grain_count(grain, &grain->summary.work[w]);

			most = count > most ? count : most;
		}
	return 2 * grain_count(grain, work) > most;
}

static void grain_row(
	const struct pvq_report *r, const struct pvq_grain *grain, const struct pvq_grain_line *line)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, grain->summary.series[line->series].name);
	fputs(" | ", r->md);
	pvq_report_metg(r, pvq_traits_find(r->traits, grain->summary.series[line->series].impl));
	fputs(" | ", r->md);
	grain_levels(r, grain, line);
	for (size_t w = 0; w < grain->summary.works; w++) {
		const struct pvq_work *work = &grain->summary.work[w];
		const struct pvq_grain_point *point = grain_point(grain, line, work);

		if (!grain_is_shown(grain, work))
			continue;
		if (point)
			fprintf(r->md, " %s |", pvq_text_percent(point->versus.ratio / grain->cores).s);
		else
			fputs(" – |", r->md);
	}
	fputs("\n", r->md);
}

/* The length of the items, "300 ns"; of a task without one its arguments. */
static void grain_head(const struct pvq_report *r, const struct pvq_row *key)
{
	char *end = NULL;
	double ns = strncmp(key->args, "ns=", 3) == 0 ? strtod(key->args + 3, &end) : NAN;

	fputs(" ", r->md);
	pvq_text_md(r->md, end && (*end == '\0' || *end == ',') ? pvq_text_tic(ns).s : key->args);
	fputs(" |", r->md);
}

int pvq_grain_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_grain *grain = data;
	const struct pvq_state *state = grain_state(grain);

	fprintf(r->md,
		"## How small may a task be?\n\n%llu items of increasing length, on %u core%s with one "
		"worker each. *Granularity* is the core time that an item takes in all; *efficiency* is the share of "
		"it that is the item's own work. **METG(50%%)**, the minimum effective task granularity, is where "
		"that share is half. Hand over smaller tasks several at a time, or keep them serial.\n\n",
		(unsigned long long)grain->n, grain->cores, grain->cores == 1 ? "" : "s");
	pvq_report_figure(r, "grain", NULL, 0, "Efficiency by granularity, one line per strategy");
	fputs("\n| Strategy | METG(50%) |", r->md);
	for (size_t i = 0; state && i < state->levels.count; i++)
		if ((int)i != state->most)
			fprintf(r->md, " %s |", pvq_state_name(state, (int)i));
	for (size_t w = 0; w < grain->summary.works; w++)
		if (grain_is_shown(grain, &grain->summary.work[w]))
			grain_head(r, grain->summary.work[w].key);
	fputs("\n|:--|--:|", r->md);
	for (size_t i = 0; state && i < state->levels.count; i++)
		if ((int)i != state->most)
			fputs("--:|", r->md);
	for (size_t w = 0; w < grain->summary.works; w++)
		if (grain_is_shown(grain, &grain->summary.work[w]))
			fputs("--:|", r->md);
	fputs("\n", r->md);
	for (size_t l = 0; l < grain->lines; l++)
		grain_row(r, grain, &grain->line[l]);
	fprintf(r->md,
		"\nEfficiency by the length of an item. The picture also has lengths beside a strategy's METG, which got most of up to "
		"%u block%s. In brackets: 95 %% intervals over resampled blocks.",
		grain->summary.blocks, grain->summary.blocks == 1 ? "" : "s");
	if (state)
		fprintf(r->md,
			" METG is for %s CPUs (*How far to trust it*); then for each other state in which the lengths "
			"beside it had enough blocks.",
			state->most < 0 ? "all" : pvq_state_name(state, state->most));
	fputs("\n\n", r->md);
	return 0;
}
