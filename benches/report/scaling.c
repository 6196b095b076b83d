/* scaling.c: how time and speed-up change with the cores: pictures, efficiency, serial fractions, scaling laws. */
#include "report/part.h"
#include "results/blocks.h"
#include "stats/fit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* One strategy's cells of a work, one worker per core, by core count; ascending, since a work's cells are. */
struct ladder {
	const struct pvq_cell *cell[PVQ_FIT_POINTS_MAX];
	double cores[PVQ_FIT_POINTS_MAX];
	size_t count;
	int usl; /* fit that, not Amdahl's law */
	int kappa;
};

static void ladder_make(
	struct ladder *l, const struct pvq_summary *s, const struct pvq_work *work, size_t series)
{
	*l = (struct ladder){0};
	for (size_t c = work->first; c < work->first + work->cells && l->count < PVQ_FIT_POINTS_MAX; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && cell->series == series && pvq_cell_even(cell, cell->key->cores)) {
			l->cores[l->count] = cell->key->cores;
			l->cell[l->count++] = cell;
		}
	}
}

/* sigma, or kappa, of the law fitted to these medians. */
static double ladder_fit(const double *median, void *ctx)
{
	const struct ladder *l = ctx;
	struct pvq_fit fit;
	int ret = l->usl ? pvq_fit_usl(l->cores, median, l->count, &fit)
			 : pvq_fit_amdahl(l->cores, median, l->count, &fit);

	return ret ? NAN : l->kappa ? fit.kappa : fit.sigma;
}

static int ladder_estimate(struct ladder *l, int usl, int kappa, struct pvq_estimate *e)
{
	struct pvq_blocks blocks;
	int ret = pvq_blocks_make(&blocks, l->cell, l->count);

	l->usl = usl;
	l->kappa = kappa;
	if (ret == 0)
		ret = pvq_resample(&blocks, ladder_fit, l, PVQ_ALPHA, l->cell[0]->key->seed, e);
	pvq_blocks_free(&blocks);
	return ret;
}

/* Three decimals, and no -0.000. */
static double scaling_round(double x)
{
	return round(x * 1000) / 1000 + 0.0;
}

/* "0.031 (0.012 to 0.054)": a dash would look like the sign that an end may have. */
static void scaling_fraction(FILE *f, double x, double lo, double hi)
{
	int digits = fabs(x) < 10 ? 3 : 1;

	if (isnan(x))
		fputs("–", f);
	else if (isnan(lo))
		fprintf(f, "%.*f", digits, scaling_round(x));
	else
		fprintf(f, "%.*f (%.*f to %.*f)", digits, scaling_round(x), digits, scaling_round(lo),
			digits, scaling_round(hi));
}

static int scaling_laws(const struct pvq_report *r, struct ladder *l, int with_usl)
{
	struct pvq_estimate e = {.median = NAN, .lo = NAN, .hi = NAN};
	int ret = l->count >= PVQ_AMDAHL_NEEDS ? ladder_estimate(l, 0, 0, &e) : 0;

	fputs(" | ", r->md);
	scaling_fraction(r->md, e.median, e.lo, e.hi);
	for (int kappa = 0; ret == 0 && with_usl && kappa < 2; kappa++) {
		e.median = NAN;
		if (l->count >= PVQ_USL_NEEDS)
			ret = ladder_estimate(l, 1, kappa, &e);
		fputs(" | ", r->md);
		scaling_fraction(r->md, e.median, e.lo, e.hi);
	}
	fputs(" |\n", r->md);
	return ret;
}

static int scaling_row(const struct pvq_report *r, const struct pvq_work *work, size_t series, int with_usl)
{
	struct ladder l;
	struct pvq_comparison up;
	double p;

	ladder_make(&l, r->summary, work, series);
	if (l.count == 0 || l.cores[l.count - 1] < 2)
		return 0;
	p = l.cores[l.count - 1];
	up = pvq_cells_compare(work->base, l.cell[l.count - 1], PVQ_MAP_NS, PVQ_ALPHA);
	fputs("| ", r->md);
	pvq_text_md(r->md, work->label);
	fprintf(r->md, " | %s | ", pvq_text_ns(work->base->metric[PVQ_MAP_NS].median).s);
	pvq_text_md(r->md, r->summary->series[series].name);
	fprintf(r->md, " | %.0f | %s | %s | ", p, pvq_text_ratio_interval(up.ratio, up.lo, up.hi).s,
		pvq_text_percent(up.ratio / p).s);
	/* It falls where the speed-up rises, so the interval's ends change places. */
	scaling_fraction(
		r->md, pvq_karp_flatt(up.ratio, p), pvq_karp_flatt(up.hi, p), pvq_karp_flatt(up.lo, p));
	return scaling_laws(r, &l, with_usl);
}

static size_t scaling_most_counts(const struct pvq_summary *s)
{
	size_t most = 0;

	for (size_t w = 0; w < s->works; w++)
		most = s->work[w].core_counts > most ? s->work[w].core_counts : most;
	return most;
}

static void scaling_pictures(const struct pvq_report *r)
{
	fputs("## Time versus cores\n\nMap alone, with the workers waiting, and one worker per core.\n\n",
		r->md);
	if (pvq_report_figure(r, "time", NULL, 0, "Wall time versus cores, one panel per task"))
		fputs("\n", r->md);
	if (pvq_report_figure(r, "efficiency", NULL, 0, "Efficiency versus cores, one panel per task"))
		fputs("\n", r->md);
}

static void scaling_words(const struct pvq_report *r, size_t counts, int with_usl)
{
	fputs("#### Speed-up and efficiency in figures\n\nOn the largest core count measured; nothing is "
	      "extrapolated. *Efficiency* is the speed-up divided by the cores. *Karp-Flatt* is the share of the "
	      "work that seems serial, judged by the speed-up; overhead counts as serial. If it grows with the "
	      "cores, it is overhead. *Amdahl* is the serial fraction that fits the strategy's own times on all "
	      "core counts; below 0, the speed-up exceeds the cores.",
		r->md);
	if (with_usl)
		fputs(" *USL*: sigma is contention; kappa is what each pair of cores costs the other.",
			r->md);
	else
		fprintf(r->md,
			" The USL, which separates contention from coherency, cannot be fitted: %zu "
			"core count%s %s measured, and it needs %d.",
			counts, counts == 1 ? "" : "s", counts == 1 ? "was" : "were", PVQ_USL_NEEDS);
	fprintf(r->md,
		"\n\n| Task | Serial | Strategy | Cores | Speed-up | Efficiency | Karp-Flatt | Amdahl |%s\n"
		"|:--|--:|:--|--:|--:|--:|--:|--:|%s\n",
		with_usl ? " USL sigma | USL kappa |" : "", with_usl ? "--:|--:|" : "");
}

int pvq_chapter_scaling(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	size_t counts = scaling_most_counts(s);
	int with_usl = counts >= PVQ_USL_NEEDS, ret = 0;

	if (s->max_cores == 0)
		return 0;
	scaling_pictures(r);
	if (s->max_cores < 2)
		return 0;
	scaling_words(r, counts, with_usl);
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		for (size_t i = 0; ret == 0 && s->work[w].base && i < s->series_count; i++)
			ret = scaling_row(r, &s->work[w], i, with_usl);
	fputs("\n", r->md);
	return ret;
}
