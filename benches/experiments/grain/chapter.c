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

static void grain_row(
	const struct pvq_report *r, const struct pvq_grain *grain, const struct pvq_grain_line *line)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, grain->summary.series[line->series].name);
	fputs(" | ", r->md);
	pvq_report_metg(r, pvq_traits_find(r->traits, grain->summary.series[line->series].impl));
	fputs(" | ", r->md);
	grain_levels(r, grain, line);
	/* A grain at which the strategy failed leaves no point, so points are found by their grain. */
	for (size_t w = 0, i = 0; w < grain->summary.works; w++) {
		int has = 0;

		for (size_t c = grain->summary.work[w].first;
			c < grain->summary.work[w].first + grain->summary.work[w].cells; c++)
			has |= grain->summary.cell[c].ok && grain->summary.cell[c].series == line->series;
		if (has && grain->summary.work[w].base && i < line->points)
			fprintf(r->md, " %s |",
				pvq_text_percent(line->point[i++].versus.ratio / grain->cores).s);
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
		grain_head(r, grain->summary.work[w].key);
	fputs("\n|:--|--:|", r->md);
	for (size_t i = 0; state && i < state->levels.count; i++)
		if ((int)i != state->most)
			fputs("--:|", r->md);
	for (size_t w = 0; w < grain->summary.works; w++)
		fputs("--:|", r->md);
	fputs("\n", r->md);
	for (size_t l = 0; l < grain->lines; l++)
		grain_row(r, grain, &grain->line[l]);
	fprintf(r->md,
		"\nEfficiency by the length of an item: medians of up to %u block%s. In brackets: 95 %% intervals over resampled blocks.",
		grain->summary.blocks, grain->summary.blocks == 1 ? "" : "s");
	if (state)
		fprintf(r->md,
			" METG is for %s CPUs (*How far to trust it*); then for each other state that all grains met in "
			"enough blocks.",
			state->most < 0 ? "all" : pvq_state_name(state, state->most));
	fputs("\n\n", r->md);
	return 0;
}
