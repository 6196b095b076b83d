/* report.c: reads a run, has it summarised and drawn, and writes the report chapter by chapter. */
#include "report/report.h"
#include "base/grow.h"
#include "report/verdict.h"

#include "base/outfile.h"
#include "base/table.h"
#include "draw/figure_compare.h"
#include "report/experiment.h"
#include "report/export.h"
#include "report/html.h"
#include "trial/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The frame's own chapters; the experiments' stand behind those of the same place. */
static const struct {
	enum pvq_place place;
	unsigned in;
	int of_sweep, fold; /* as in pvq_chapter */
	int (*write)(const struct pvq_report *);
	const char *anchor;
} report_chapter[] = {
	{PVQ_PLACE_TITLE, PVQ_REPORT_ALL, 0, 0, pvq_chapter_title, "top"},
	{PVQ_PLACE_ANSWER, PVQ_REPORT_ALL, 1, 0, pvq_chapter_verdict, "answer"},
	{PVQ_PLACE_TASKS, PVQ_REPORT_ALL, 1, 0, pvq_chapter_answer, "tasks"},
	{PVQ_PLACE_WORKERS, PVQ_REPORT_ALL, 1, 0, pvq_chapter_workers, "workers"},
	{PVQ_PLACE_SCALING, PVQ_REPORT_SWEEP, 1, 0, pvq_chapter_scaling, "scaling"},
	{PVQ_PLACE_TRUST, PVQ_REPORT_ALL, 1, 0, pvq_chapter_trust, "trust"},
	{PVQ_PLACE_METHOD, PVQ_REPORT_ALL, 1, 0, pvq_chapter_failed, "failed"},
	{PVQ_PLACE_METHOD, PVQ_REPORT_ALL, 1, 0, pvq_chapter_method, "method"},
	{PVQ_PLACE_METHOD, PVQ_REPORT_ALL, 0, 1, pvq_chapter_machine, "machine"},
};

enum { CHAPTERS = sizeof(report_chapter) / sizeof(report_chapter[0]) };

/* A folder of an experiment alone: no sweep, but something to report. */
static int report_has_no_sweep(const char *dir)
{
	int alone = 0;

	for (size_t i = 0; pvq_experiments[i]; i++)
		alone |= pvq_experiments[i]->file && pvq_rundir_has(dir, pvq_experiments[i]->file);
	return alone && !pvq_rundir_has(dir, "raw.csv");
}

/* Reads DIR/raw.csv. 0; -EBADMSG with rows if others are damaged; any error has been reported. */
static int report_read(struct pvq_rows *rows, struct pvq_registry *registry, const char *dir)
{
	int ret = pvq_rows_need_file(dir, "raw.csv", rows);

	if (rows->count)
		(void)pvq_peers_read(registry, dir); /* errors were reported; they are unknown names then */
	if (ret == 0 && rows->count == 0) {
		fprintf(stderr, "pvq: %s/raw.csv holds no rows yet\n", dir);
		ret = -ENODATA;
	}
	return ret;
}

/* Passes the error on, with one line on stderr if it is one. */
static int report_tell(int ret)
{
	if (ret)
		fprintf(stderr, "pvq: cannot make the report: %s\n", strerror(-ret));
	return ret;
}

static int report_write_table(const char *dir, const char *name, const struct pvq_summary *s,
	void (*write)(FILE *, const struct pvq_summary *))
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret)
		return report_tell(ret);
	write(out.f, s);
	ret = pvq_outfile_write(&out, dir, name);
	pvq_outfile_free(&out);
	return ret;
}

static int report_write_summary(const char *dir, const struct pvq_summary *s)
{
	int ret = report_write_table(dir, "summary.csv", s, pvq_summary_write);

	return ret ? ret : report_write_table(dir, "levels.csv", s, pvq_summary_write_levels);
}

static int report_draw(
	struct pvq_plots *plots, const struct pvq_report *report, const struct pvq_readings *readings)
{
	int ret = pvq_plots_begin(plots, report->dir);

	/* Dozens of strategies would be dozens of lines in a picture; the overview shows the best of them. */
	if (ret == 0 && !report->traits->many)
		ret = pvq_figures_write(plots, report->summary);
	else if (ret == 0 && report->summary->max_cores)
		ret = pvq_figure_overview(plots, report->summary);
	for (size_t i = 0; ret == 0 && pvq_experiments[i]; i++)
		if (pvq_experiments[i]->draw && pvq_experiment_has(readings, i))
			ret = pvq_experiments[i]->draw(plots, report, readings->data[i]);
	if (ret)
		return ret == plots->error ? ret
					   : report_tell(ret); /* the pictures' own error was reported */
	/* Pictures that could not be drawn were reported; the report goes out without them. */
	pvq_plots_draw(plots);
	pvq_plots_clear_old(plots, PVQ_COMPARE_FIGURE); /* `pvq compare --out` may have written it there */
	return 0;
}

/* Begins a part of the page: what is written from here on. part: all but where it begins. 0 or -ENOMEM. */
static int report_begin_part(
	const struct pvq_report *report, struct pvq_html_parts *parts, struct pvq_html_part part)
{
	struct pvq_html_part *grown = pvq_grow(parts->part, parts->count, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	parts->part = grown;
	part.at = (size_t)ftell(report->md);
	grown[parts->count++] = part;
	return 0;
}

static int report_experiment(const struct pvq_report *report, struct pvq_html_parts *parts,
	const struct pvq_experiment *e, const void *data, enum pvq_place place)
{
	unsigned kind = report->traits->many ? PVQ_REPORT_MANY : PVQ_REPORT_SWEEP;
	int ret = 0;

	for (size_t c = 0; ret == 0 && c < PVQ_CHAPTERS_MAX && e->chapter[c].write; c++)
		if (e->chapter[c].place == place && e->chapter[c].in & kind &&
			(report->rows->count || !e->chapter[c].of_sweep)) {
			ret = report_begin_part(report, parts,
				(struct pvq_html_part){.anchor = e->chapter[c].anchor,
					.fold = e->chapter[c].fold,
					.script = e->chapter[c].script});
			if (ret == 0)
				ret = e->chapter[c].write(report, data);
		}
	return ret;
}

static int report_place(const struct pvq_report *report, struct pvq_html_parts *parts,
	const struct pvq_readings *readings, enum pvq_place place)
{
	unsigned kind = report->traits->many ? PVQ_REPORT_MANY : PVQ_REPORT_SWEEP;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < CHAPTERS; i++)
		if (report_chapter[i].place == place && report_chapter[i].in & kind &&
			(report->rows->count || !report_chapter[i].of_sweep)) {
			ret = report_begin_part(report, parts,
				(struct pvq_html_part){.anchor = report_chapter[i].anchor,
					.fold = report_chapter[i].fold});
			if (ret == 0)
				ret = report_chapter[i].write(report);
		}
	for (size_t i = 0; ret == 0 && pvq_experiments[i]; i++)
		if (pvq_experiment_has(readings, i))
			ret = report_experiment(
				report, parts, pvq_experiments[i], readings->data[i], place);
	return ret;
}

static int report_compose(const struct pvq_report *input, const struct pvq_readings *readings,
	struct pvq_outfile *out, struct pvq_html_parts *parts)
{
	struct pvq_report report = *input;
	int ret = 0;

	report.md = out->f;
	for (int place = 0; ret == 0 && place < PVQ_PLACES; place++)
		ret = report_place(&report, parts, readings, (enum pvq_place)place);
	return ret ? ret : pvq_outfile_compose(out);
}

static int report_write(const struct pvq_report *report, const struct pvq_readings *readings)
{
	struct pvq_outfile md = {0}, html = {0};
	struct pvq_html_parts parts = {0};
	char *facts = pvq_page_facts(report->summary);
	int ret = facts ? pvq_outfile_begin(&md) : -ENOMEM;

	if (ret == 0)
		ret = pvq_outfile_begin(&html);
	if (ret == 0)
		ret = report_compose(report, readings, &md, &parts);
	if (ret == 0)
		ret = pvq_html_write(html.f, md.text, md.len, &parts, report->dir, facts);
	report_tell(ret);
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
	free(parts.part);
	free(facts);
	return ret;
}

static void report_free_summaries(struct pvq_summary *summary, struct pvq_summary *at, size_t levels)
{
	for (size_t i = 0; i < levels; i++)
		pvq_summary_free(&at[i]);
	pvq_summary_free(summary);
}

static int report_make_parts(
	const struct pvq_registry *registry, const char *dir, const struct pvq_rows *rows)
{
	struct pvq_manifest manifest = {0};
	struct pvq_summary summary, at[PVQ_LEVELS_MAX];
	struct pvq_plots plots = {0};
	struct pvq_observations observed;
	struct pvq_traits traits;
	struct pvq_readings readings;
	struct pvq_verdict_of_run verdict = {0};
	struct pvq_report report = {.dir = dir,
		.rows = rows,
		.manifest = &manifest,
		.summary = &summary,
		.levels = at,
		.plots = &plots,
		.observed = &observed,
		.traits = &traits};
	const struct pvq_folder folder = {.dir = dir, .registry = registry};
	size_t unread = pvq_table_unread();
	int ret = pvq_summarise(&summary, registry, rows);

	if (ret == 0)
		ret = pvq_summarise_levels(at, &report.level_count, &summary, rows);
	if (report_tell(ret)) {
		report_free_summaries(&summary, at, report.level_count);
		return ret;
	}
	ret = pvq_manifest_read(&manifest, dir);
	if (ret && ret != -ENOENT)
		fprintf(stderr, "pvq: cannot read %s/manifest.tsv: %s\n", dir, strerror(-ret));
	/* Likewise: the observed trials that can be read, or none. */
	(void)pvq_observations_read(&observed, dir);
	/* Errors in these were reported; the rest of the report does not need them. */
	ret = pvq_experiments_read(&readings, &traits, &folder);
	report.unread = pvq_table_unread() - unread;
	for (size_t i = 0; ret == 0 && pvq_experiments[i]; i++)
		if (pvq_experiments[i]->annotate && pvq_experiment_has(&readings, i))
			ret = pvq_experiments[i]->annotate(readings.data[i], &summary);
	if (ret == 0 && summary.max_cores) {
		ret = pvq_verdict_make(&verdict, &report);
		report.verdict = &verdict;
	}
	for (size_t i = 0; ret == 0 && pvq_experiments[i]; i++)
		if (pvq_experiments[i]->study && pvq_experiment_has(&readings, i))
			ret = pvq_experiments[i]->study(readings.data[i], &report);
	report_tell(ret);
	if (ret == 0 && rows->count)
		ret = report_write_summary(dir, &summary);
	if (ret == 0)
		ret = report_draw(&plots, &report, &readings);
	if (ret == 0)
		ret = report_write(&report, &readings);
	pvq_experiments_release(&readings);
	pvq_traits_free(&traits);
	pvq_observations_free(&observed);
	pvq_plots_free(&plots);
	pvq_manifest_free(&manifest);
	pvq_verdict_free(&verdict);
	report_free_summaries(&summary, at, report.level_count);
	return ret;
}

int pvq_report_make(struct pvq_registry *registry, const char *dir)
{
	struct pvq_rows rows = {0};
	int damage, ret;

	if (report_has_no_sweep(dir))
		return report_make_parts(registry, dir, &rows);
	damage = ret = report_read(&rows, registry, dir);
	if (rows.count && (ret == 0 || ret == -EBADMSG)) {
		ret = report_make_parts(registry, dir, &rows);
		ret = ret ? ret : damage;
	}
	pvq_rows_free(&rows);
	return ret;
}

enum { SHORT_COUNTS = 4 }; /* core counts that the short table shows; of more only the largest */

static void short_line(FILE *f, const struct pvq_summary *s, const struct pvq_contest *contest,
	const struct pvq_work *work)
{
	const char *level = pvq_levels_of_work(s, work, contest->cores);
	const struct pvq_rival *first = contest->rival;
	char map[32] = "-", up[32] = "-", task[23];

	if (contest->rivals)
		snprintf(map, sizeof(map), "%.8s", pvq_text_number(first->median / 1e6).s);
	if (contest->speedup.n)
		snprintf(up, sizeof(up), "%.8s", pvq_text_number(contest->speedup.ratio).s);
	snprintf(task, sizeof(task), strlen(work->label) < sizeof(task) ? "%.22s" : "%.20s..", work->label);
	fprintf(f, "%-22s %5u %-15.15s %8s %8s %s%s%s\n", task, contest->cores,
		contest->rivals ? first->cell->key->impl : "-", map, up, pvq_contest_words(contest).s,
		level[0] ? ", " : "", level);
}

static int short_work(FILE *f, const struct pvq_summary *s, const struct pvq_work *work)
{
	size_t from = work->core_counts > SHORT_COUNTS ? work->core_counts - 1 : 0;
	int ret = 0;

	for (size_t i = from; ret == 0 && i < work->core_counts; i++) {
		struct pvq_contest contest;

		ret = pvq_contest_hold(&contest, s, work, work->cores[i], PVQ_MAP_NS);
		if (ret == 0 && pvq_contest_is_shown(&contest, work))
			short_line(f, s, &contest, work);
		pvq_contest_free(&contest);
	}
	if (work->core_counts == 0)
		fprintf(f, "%-22.22s %5s %-15s %8s %8s nothing finished\n", work->label, "-", "-", "-",
			"-");
	return ret;
}

enum { TERMINAL = 79 }; /* columns of a terminal */

/* Writes a line of words, broken where it would not fit a terminal. */
static void short_wrap(FILE *f, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > TERMINAL) {
			fputc('\n', f);
			column = 0;
		}
		column += (size_t)fprintf(f, "%s%.*s", column ? " " : "", (int)len, text);
		text += len + (text[len] == ' ');
	}
	fputc('\n', f);
}

/* The verdict again, as the last lines that the user reads. */
static int short_verdict(FILE *f, const struct pvq_report *report)
{
	void (*const line[])(FILE *, const struct pvq_report *, const struct pvq_verdict_of_run *, int) = {
		pvq_verdict_sentence, pvq_verdict_trust};
	struct pvq_verdict_of_run v;
	int ret = pvq_verdict_make(&v, report);

	if (ret)
		return ret;
	fputc('\n', f);
	for (size_t i = 0; ret == 0 && i < sizeof(line) / sizeof(*line); i++) {
		struct pvq_outfile text = {0};

		ret = pvq_outfile_begin(&text);
		if (ret)
			break;
		line[i](text.f, report, &v, 0);
		ret = pvq_outfile_compose(&text);
		if (ret == 0)
			short_wrap(f, text.text);
		pvq_outfile_free(&text);
	}
	pvq_verdict_free(&v);
	return ret;
}

static int short_report(
	FILE *f, const struct pvq_registry *registry, const struct pvq_rows *rows, const char *dir)
{
	const struct pvq_folder folder = {.dir = dir, .registry = registry};
	struct pvq_manifest manifest = {0};
	struct pvq_readings readings = {0};
	struct pvq_traits traits = {0};
	struct pvq_summary s;
	struct pvq_report report = {
		.dir = dir, .rows = rows, .manifest = &manifest, .summary = &s, .traits = &traits};
	size_t unread = pvq_table_unread();
	int ret = pvq_summarise(&s, registry, rows);

	(void)pvq_manifest_read(&manifest, dir); /* the report has told what is wrong with the files */
	if (ret == 0)
		ret = pvq_experiments_read(&readings, &traits, &folder);
	report.unread = pvq_table_unread() - unread;
	if (ret == 0)
		fprintf(f, "%-22s %5s %-15s %8s %8s %s\n", "task", "cores", "lowest median", "map ms",
			"speed-up", "outcome");
	for (size_t w = 0; ret == 0 && w < s.works; w++)
		ret = short_work(f, &s, &s.work[w]);
	if (ret == 0 && s.max_cores)
		ret = short_verdict(f, &report);
	pvq_experiments_release(&readings);
	pvq_traits_free(&traits);
	pvq_manifest_free(&manifest);
	pvq_summary_free(&s);
	return ret;
}

int pvq_report_print_short(struct pvq_registry *registry, FILE *f, const char *dir)
{
	struct pvq_rows rows;
	int damage = report_read(&rows, registry, dir), ret = damage;

	if (rows.count && (ret == 0 || ret == -EBADMSG)) {
		ret = short_report(f, registry, &rows, dir);
		if (ret)
			fprintf(stderr, "pvq: cannot summarise %s: %s\n", dir, strerror(-ret));
		ret = ret ? ret : damage;
	}
	pvq_rows_free(&rows);
	return ret;
}
