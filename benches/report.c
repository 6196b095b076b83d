/* report.h: reads a run, has it summarised and drawn, and writes the report chapter by chapter. */
#include "report.h"

#include "export.h"
#include "harness.h"
#include "html.h"
#include "outfile.h"
#include "peers.h"
#include "prices.h"
#include "report_part.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kinds of reports: of an ordinary run, and of one with peers, which has dozens of strategies. */
enum { SWEEP = 1 << 0, PEERS = 1 << 1 };

static const struct {
	int (*write)(const struct pvq_report *);
	int of_sweep; /* tells of raw.csv's rows: not in the report of a folder that has none */
	unsigned in;  /* which kinds of reports it is in */
} report_chapter[] = {
	{pvq_chapter_title, 0, SWEEP | PEERS},
	{pvq_chapter_peers, 0, PEERS},
	{pvq_chapter_peers_time, 1, PEERS},
	{pvq_chapter_faults, 0, PEERS},
	{pvq_chapter_claims, 1, PEERS},
	{pvq_chapter_answer, 1, SWEEP | PEERS},
	{pvq_chapter_time, 1, SWEEP},
	{pvq_chapter_speedup, 1, SWEEP},
	{pvq_chapter_scaling, 1, SWEEP},
	{pvq_chapter_bounds, 1, SWEEP},
	{pvq_chapter_grain, 0, SWEEP},
	{pvq_chapter_over, 1, SWEEP | PEERS},
	{pvq_chapter_ordering, 1, SWEEP | PEERS},
	{pvq_chapter_prices, 0, SWEEP},
	{pvq_chapter_e2e, 0, SWEEP},
	{pvq_chapter_trust, 1, SWEEP | PEERS},
	{pvq_chapter_selftest, 1, SWEEP},
	{pvq_chapter_failed, 1, SWEEP | PEERS},
	{pvq_chapter_method, 1, SWEEP | PEERS},
	{pvq_chapter_machine, 0, SWEEP | PEERS},
};

/* A folder of `pvq e2e` alone: no sweep, but something to report. */
static int report_has_no_sweep(const char *dir)
{
	char raw[PATH_MAX], e2e[PATH_MAX];

	return snprintf(raw, sizeof(raw), "%s/raw.csv", dir) < (int)sizeof(raw) &&
	       snprintf(e2e, sizeof(e2e), "%s/e2e.json", dir) < (int)sizeof(e2e) && access(raw, F_OK) &&
	       access(e2e, F_OK) == 0;
}

/* Reads DIR/raw.csv. 0; -EBADMSG with rows where the end is damaged; any error has been said. */
static int report_read(struct pvq_rows *rows, const char *dir)
{
	FILE *f = pvq_rundir_open(dir, "raw.csv", "re");
	int ret;

	memset(rows, 0, sizeof(*rows));
	if (!f)
		return errno ? -errno : -EIO;
	(void)pvq_peers_read(dir); /* what went wrong was said; they are unknown names then */
	ret = pvq_rows_read(rows, f);
	fclose(f);
	if (ret)
		fprintf(stderr, "pvq: %s/raw.csv: %s%s\n", dir, rows->problem,
			rows->count ? "; the report covers the rows before it" : "");
	else if (rows->count == 0) {
		fprintf(stderr, "pvq: %s/raw.csv holds no rows yet\n", dir);
		ret = -ENODATA;
	}
	return ret;
}

static int report_write_summary(const char *dir, const struct pvq_summary *s)
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret)
		return ret;
	pvq_summary_write(out.f, s);
	ret = pvq_outfile_write(&out, dir, "summary.csv");
	pvq_outfile_free(&out);
	return ret;
}

/* Dozens of strategies: a row each instead of a line each. */
static int report_draw_peers(struct pvq_plots *plots, const struct pvq_report *r)
{
	int ret = pvq_figure_costs(plots, r->costs, r->grain);

	if (ret == 0)
		ret = pvq_figure_peers(plots, r->summary, r->costs);
	for (size_t w = 0; ret == 0 && w < r->summary->works; w++)
		ret = pvq_figure_order(plots, r->summary, &r->summary->work[w]);
	return ret;
}

static int report_draw(struct pvq_plots *plots, const struct pvq_report *report)
{
	const struct pvq_e2e *e2e = report->e2e;
	int ret = pvq_plots_begin(plots, report->dir);

	if (ret == 0 && report->costs)
		ret = report_draw_peers(plots, report);
	else if (ret == 0)
		ret = pvq_figures_write(plots, report->summary);
	if (ret == 0 && !report->costs)
		ret = pvq_figure_bounds(plots, report->summary, report->observed);
	if (ret == 0 && report->grain && !report->costs)
		ret = pvq_figure_grain(plots, report->grain);
	if (ret == 0)
		ret = pvq_prices_figures(plots, report->dir);
	for (size_t w = 0; ret == 0 && e2e && w < e2e->summary.works; w++)
		ret = pvq_figure_e2e(plots, e2e, &e2e->summary.work[w]);
	if (ret)
		return ret;
	/* Pictures that could not be drawn have been complained about; words and tables stand without. */
	pvq_plots_draw(plots);
	return 0;
}

static int report_compose(const struct pvq_report *parts, struct pvq_outfile *out)
{
	struct pvq_report report = *parts;
	unsigned kind = report.costs ? PEERS : SWEEP;
	int ret = 0;

	report.md = out->f;
	for (size_t i = 0; ret == 0 && i < sizeof(report_chapter) / sizeof(report_chapter[0]); i++)
		if ((report.rows->count || !report_chapter[i].of_sweep) && report_chapter[i].in & kind)
			ret = report_chapter[i].write(&report);
	return ret ? ret : pvq_outfile_compose(out);
}

static int report_write(const struct pvq_report *report)
{
	struct pvq_outfile md = {0}, html = {0};
	int ret = pvq_outfile_begin(&md);

	if (ret == 0)
		ret = pvq_outfile_begin(&html);
	if (ret == 0)
		ret = report_compose(report, &md);
	if (ret == 0)
		ret = pvq_html_write(html.f, md.text, md.len, report->dir);
	if (ret)
		fprintf(stderr, "pvq: cannot make the report: %s\n", strerror(-ret));
	if (ret == 0)
		ret = pvq_outfile_write(&md, report->dir, "report.md");
	if (ret == 0)
		ret = pvq_outfile_write(&html, report->dir, "report.html");
	if (ret == 0 && report->rows->count)
		ret = pvq_brief_write(report);
	if (ret == 0 && report->rows->count)
		ret = pvq_export_write(report->dir, report->summary, report->manifest);
	pvq_outfile_free(&md);
	pvq_outfile_free(&html);
	return ret;
}

static int report_make_parts(const char *dir, const struct pvq_rows *rows)
{
	struct pvq_manifest manifest = {0};
	struct pvq_summary summary;
	struct pvq_plots plots = {0};
	struct pvq_observations observed;
	struct pvq_grain grain;
	struct pvq_e2e e2e;
	struct pvq_peer_costs costs;
	struct pvq_faults faults;
	struct pvq_claims_seen claims;
	struct pvq_report report = {.dir = dir,
		.rows = rows,
		.manifest = &manifest,
		.summary = &summary,
		.plots = &plots,
		.observed = &observed};
	int ret = pvq_summarise(&summary, rows);

	if (ret) {
		fprintf(stderr, "pvq: cannot make the report: %s\n", strerror(-ret));
		return ret;
	}
	ret = pvq_manifest_read(&manifest, dir);
	if (ret && ret != -ENOENT)
		fprintf(stderr, "pvq: cannot read %s/manifest.tsv: %s\n", dir, strerror(-ret));
	/* Likewise: what there is of the observed trials, or none. */
	(void)pvq_observations_read(&observed, dir);
	/* What is wrong with these views has been said; the rest of the report stands without. */
	report.grain = pvq_grain_read(&grain, dir) == 0 ? &grain : NULL;
	report.e2e = pvq_e2e_read(&e2e, dir) == 0 ? &e2e : NULL;
	report.costs = pvq_peer_costs_read(&costs, dir) == 0 ? &costs : NULL;
	report.faults = pvq_faults_read(&faults, dir) == 0 ? &faults : NULL;
	report.claims = pvq_claims_read(&claims, dir) == 0 ? &claims : NULL;
	(void)pvq_harness_apply(&summary, dir); /* likewise */
	ret = rows->count ? report_write_summary(dir, &summary) : 0;
	if (ret == 0)
		ret = report_draw(&plots, &report);
	if (ret == 0)
		ret = report_write(&report);
	free(costs.of);
	free(faults.fault);
	pvq_claims_free(&claims);
	if (report.grain)
		pvq_grain_free(&grain);
	if (report.e2e)
		pvq_e2e_free(&e2e);
	pvq_observations_free(&observed);
	pvq_plots_free(&plots);
	pvq_manifest_free(&manifest);
	pvq_summary_free(&summary);
	return ret;
}

int pvq_report_make(const char *dir)
{
	struct pvq_rows rows = {0};
	int damage, ret;

	if (report_has_no_sweep(dir))
		return report_make_parts(dir, &rows);
	damage = ret = report_read(&rows, dir);
	if (rows.count && (ret == 0 || ret == -EBADMSG)) {
		ret = report_make_parts(dir, &rows);
		ret = ret ? ret : damage;
	}
	pvq_rows_free(&rows);
	return ret;
}

enum { SHORT_COUNTS = 4 }; /* core counts that the short table shows; of more only the largest */

static void short_line(FILE *f, const struct pvq_contest *contest, const struct pvq_work *work)
{
	const struct pvq_rival *first = contest->rival;
	char map[32] = "-", up[32] = "-", task[23];

	if (contest->rivals)
		snprintf(map, sizeof(map), "%.8s", pvq_text_number(first->median / 1e6).s);
	if (contest->speedup.n)
		snprintf(up, sizeof(up), "%.8s", pvq_text_number(contest->speedup.ratio).s);
	snprintf(task, sizeof(task), strlen(work->label) < sizeof(task) ? "%.22s" : "%.20s..", work->label);
	fprintf(f, "%-22s %5u %-15.15s %8s %8s %s\n", task, contest->cores,
		contest->rivals ? first->cell->key->impl : "-", map, up,
		pvq_outcome_words(contest->outcome));
}

static int short_work(FILE *f, const struct pvq_summary *s, const struct pvq_work *work)
{
	size_t from = work->core_counts > SHORT_COUNTS ? work->core_counts - 1 : 0;
	int ret = 0;

	for (size_t i = from; ret == 0 && i < work->core_counts; i++) {
		struct pvq_contest contest;

		ret = pvq_contest_hold(&contest, s, work, work->cores[i], PVQ_MAP_NS);
		if (ret == 0 && pvq_contest_is_shown(&contest, work))
			short_line(f, &contest, work);
		pvq_contest_free(&contest);
	}
	if (work->core_counts == 0)
		fprintf(f, "%-22.22s %5s %-15s %8s %8s nothing finished\n", work->label, "-", "-", "-",
			"-");
	return ret;
}

int pvq_report_print_short(FILE *f, const char *dir)
{
	struct pvq_rows rows;
	struct pvq_summary s;
	int ret = report_read(&rows, dir);

	if (ret == 0) {
		ret = pvq_summarise(&s, &rows);
		if (ret == 0)
			fprintf(f, "%-22s %5s %-15s %8s %8s %s\n", "task", "cores", "lowest median",
				"map ms", "speed-up", "how sure");
		for (size_t w = 0; ret == 0 && w < s.works; w++)
			ret = short_work(f, &s, &s.work[w]);
		pvq_summary_free(&s);
		if (ret)
			fprintf(stderr, "pvq: cannot summarise %s: %s\n", dir, strerror(-ret));
	}
	pvq_rows_free(&rows);
	return ret;
}
