/* brief.c: summary.md, the answer for a step of a CI job (GitHub's GITHUB_STEP_SUMMARY and the like). */
#include "report/verdict.h"

#include "base/outfile.h"

#include <errno.h>
#include <string.h>

/* Together with the words around them these make some 40 lines. */
enum { TASKS = 20, FAILED = 6 };

static void brief_head(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	const char *cpu = pvq_manifest_get(r->manifest, "host_cpu_model"),
		   *date = pvq_manifest_get(r->manifest, "date");

	fputs("### pvq: which way of running N tasks on C cores?\n\n", r->md);
	pvq_report_spoiled(r);
	if (cpu) {
		pvq_text_md(r->md, cpu);
		fputs(", ", r->md);
	}
	fprintf(r->md, "%u core%s, %zu trials in %u block%s", s->max_cores, s->max_cores == 1 ? "" : "s",
		r->rows->count, s->blocks, s->blocks == 1 ? "" : "s");
	if (date) {
		fputs(", ", r->md);
		pvq_text_md(r->md, date);
	}
	fputs(". Medians of the map time, with 95 % intervals. †: more than 1 % of it is the "
	      "harness's own work.\n\n",
		r->md);
	pvq_report_unread(r);
}

static int brief_answer(const struct pvq_report *r)
{
	int ret;

	if (!r->verdict) {
		fputs("No trial succeeded, so there is nothing to compare.\n", r->md);
		return 0;
	}
	pvq_verdict_head(r);
	pvq_levels_headline(r);
	ret = pvq_answer_table(r, PVQ_MAP_NS, TASKS);
	if (r->summary->works > TASKS)
		fprintf(r->md, "%zu more tasks are in the full report.\n\n", r->summary->works - TASKS);
	return ret;
}

static void brief_failed_cell(
	const struct pvq_report *r, const struct pvq_work *work, const struct pvq_cell *cell)
{
	for (int status = PVQ_OK + 1; status < PVQ_STATUSES; status++) {
		if (!cell->status[status])
			continue;
		fputs("- ", r->md);
		pvq_text_md(r->md, cell->key->impl);
		fputs(", ", r->md);
		pvq_text_md(r->md, work->label);
		fprintf(r->md, ", %u worker%s: %s in %zu of %zu: ", cell->key->workers,
			cell->key->workers == 1 ? "" : "s", pvq_status_name((enum pvq_status)status),
			cell->status[status], cell->rows);
		pvq_text_md(r->md, pvq_cell_reason(cell, (enum pvq_status)status));
		fputs("\n", r->md);
	}
}

static void brief_failed(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	size_t listed = 0;

	for (size_t w = 0; w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++) {
			if (pvq_cell_failed(&s->cell[c]) == 0)
				continue;
			if (listed == 0)
				fputs("**Some trials failed, or could not run here:**\n\n", r->md);
			if (listed++ < FAILED)
				brief_failed_cell(r, &s->work[w], &s->cell[c]);
		}
	if (listed > FAILED)
		fprintf(r->md, "- and %zu more, in the full report\n", listed - FAILED);
	fputs(listed ? "\n" : "", r->md);
}

static int brief_compose(const struct pvq_report *r)
{
	int ret;

	brief_head(r);
	ret = brief_answer(r);
	brief_failed(r);
	fputs("Full report: report.html in ", r->md);
	pvq_text_md(r->md, r->dir);
	fputs("\n", r->md);
	return ret;
}

int pvq_brief_write(const struct pvq_report *parts)
{
	struct pvq_report r = *parts;
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	r.md = out.f;
	if (ret == 0)
		ret = brief_compose(&r);
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/summary.md: %s\n", r.dir, strerror(-ret));
	else
		ret = pvq_outfile_write(&out, r.dir, "summary.md");
	pvq_outfile_free(&out);
	return ret;
}
