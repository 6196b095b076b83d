/* chapter.c: seen from outside: does the driver's clock show what a user waits for? Every sentence follows from the
 * verdicts of e2e.h.
 */
#include "experiments/e2e/e2e.h"

#include <math.h>

static const char *s_if(size_t count)
{
	return count == 1 ? "" : "s";
}

static void e2e_name(const struct pvq_report *r, const struct pvq_e2e_cell *cell)
{
	unsigned workers = cell->in->key->workers;

	pvq_text_md(r->md, cell->in->key->impl);
	fprintf(r->md, " (%u worker%s)", workers, s_if(workers));
}

static struct pvq_text e2e_time(const struct pvq_estimate *e)
{
	return pvq_text_ns_interval(e->median, e->lo, e->hi);
}

/* A difference that may lie on either side of zero: "-0.31 ms (-0.52 to 0.11)". */
static void e2e_signed_ms(FILE *f, const struct pvq_estimate *e)
{
	const double ms = 1e6;

	if (isnan(e->median))
		fputs("–", f);
	else if (isnan(e->lo))
		fprintf(f, "%+.2f ms", e->median / ms);
	else
		fprintf(f, "%+.2f ms (%+.2f to %+.2f)", e->median / ms, e->lo / ms, e->hi / ms);
}

static void e2e_intro(const struct pvq_report *r)
{
	const char *runs = pvq_manifest_get(r->manifest, "e2e_runs");
	const char *warmup = pvq_manifest_get(r->manifest, "e2e_warmup");
	const char *left_out = pvq_manifest_get(r->manifest, "e2e_left_out");

	fputs("## Seen from outside\n\nWhole runs of `pvq run`, as a user waits for them, timed by "
	      "hyperfine without a shell",
		r->md);
	if (runs && warmup) {
		fputs(": ", r->md);
		pvq_text_md(r->md, runs);
		fputs(" runs of each command, after ", r->md);
		pvq_text_md(r->md, warmup);
		fputs(" to warm up", r->md);
	}
	fputs(". Each run also left the driver's own row, so outside and inside are compared run by "
	      "run. hyperfine takes the commands one after the other, not interleaved, so a machine "
	      "that slows down halfway looks like a slow strategy. This chapter therefore checks the "
	      "driver's clock only; it does not ask which strategy is faster.",
		r->md);
	if (left_out) {
		fputs(" Left out, for lack of time: ", r->md);
		pvq_text_md(r->md, left_out);
		fputs(".", r->md);
	}
	fputs("\n\n", r->md);
}

/* ---- do the two agree? ---- */

static void e2e_below(const struct pvq_report *r, const struct pvq_e2e *e)
{
	size_t runs = 0, below = 0;

	for (size_t c = 0; c < e->summary.cells; c++) {
		runs += e->cell[c].n;
		below += e->cell[c].below;
	}
	if (below)
		fprintf(r->md,
			"- **%zu of %zu runs took less from outside than the driver says**: one of the "
			"clocks must be wrong.\n",
			below, runs);
	else
		fprintf(r->md,
			"- **Never less outside than inside**: each of the %zu runs took longer by "
			"hyperfine than by the driver, as it must.\n",
			runs);
}

/* The smallest load: what a process costs around start, map and stop. */
static void e2e_yard(const struct pvq_report *r, const struct pvq_e2e *e)
{
	const struct pvq_e2e_cell *cell = pvq_e2e_next(e, e->yard, NULL), *least = cell, *most = cell;

	if (!cell)
		return;
	while ((cell = pvq_e2e_next(e, e->yard, cell))) {
		least = cell->diff.median < least->diff.median ? cell : least;
		most = cell->diff.median > most->diff.median ? cell : most;
	}
	fputs("- **The yardstick** is a run of the smallest load (", r->md);
	pvq_text_md(r->md, e->yard->label);
	fprintf(r->md, ", n %llu): around start, map and stop it costs %s with ",
		(unsigned long long)e->yard->key->n, e2e_time(&least->diff).s);
	e2e_name(r, least);
	fprintf(r->md, " and %s with ", e2e_time(&most->diff).s);
	e2e_name(r, most);
	fputs(", the others in between. That covers the start of two processes (the driver and the "
	      "trial), linking them, finding the CPUs, writing the row, and exit.\n",
		r->md);
}

static size_t e2e_count(const struct pvq_e2e *e, const struct pvq_work *work, enum pvq_e2e_verdict verdict)
{
	size_t count = 0;

	for (size_t c = work->first; c < work->first + work->cells; c++)
		count += e->cell[c].n && e->cell[c].verdict == verdict;
	return count;
}

/* "; apart: pool_ordered (2 workers) by +3.10 ms (…)", or nothing. */
static void e2e_list(const struct pvq_report *r, const struct pvq_e2e *e, const struct pvq_work *work,
	enum pvq_e2e_verdict verdict, const char *head)
{
	const char *separator = head;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_e2e_cell *cell = &e->cell[c];

		if (!cell->n || cell->verdict != verdict)
			continue;
		fputs(separator, r->md);
		e2e_name(r, cell);
		if (!isnan(cell->rest.median)) {
			fputs(" by ", r->md);
			e2e_signed_ms(r->md, &cell->rest);
		}
		separator = ", ";
	}
}

static void e2e_work_verdict(
	const struct pvq_report *r, const struct pvq_e2e *e, const struct pvq_work *work)
{
	const struct pvq_e2e_cell *base = pvq_e2e_base(e, work), *base_yard = pvq_e2e_base(e, e->yard);
	size_t agree = e2e_count(e, work, PVQ_E2E_AGREES), unsure = e2e_count(e, work, PVQ_E2E_UNSURE);
	size_t judged = agree + unsure + e2e_count(e, work, PVQ_E2E_APART);

	fputs("- **", r->md);
	pvq_text_md(r->md, work->label);
	fputs("**: ", r->md);
	if (base && base_yard)
		fprintf(r->md,
			"with serial the difference is %s, of which building and verifying this load "
			"take %s. ",
			e2e_time(&base->diff).s,
			pvq_text_ns(fmax(0, base->diff.median - base_yard->diff.median)).s);
	fprintf(r->md,
		"Outside is inside plus the process around it, to within %.0f %% of the wall time, in %zu of %zu "
		"case%s",
		PVQ_E2E_TOLERANCE * 100, agree, judged, s_if(judged));
	if (unsure)
		fprintf(r->md, "; inconclusive in %zu", unsure);
	e2e_list(r, e, work, PVQ_E2E_APART, "; **apart** in: ");
	e2e_list(r, e, work, PVQ_E2E_UNMEASURED, "; without a yardstick: ");
	fputs(".\n", r->md);
}

/* hyperfine knows the CPU time of processes that were waited for, and of no others. */
static void e2e_cpu(const struct pvq_report *r, const struct pvq_e2e *e)
{
	size_t hidden = 0;

	for (size_t c = 0; c < e->summary.cells; c++) {
		if (!pvq_e2e_hides_cpu(&e->cell[c]))
			continue;
		fputs(hidden++ ? ", "
			       : "- **CPU time that hyperfine does not see**, because some "
				 "worker was not waited for: ",
			r->md);
		e2e_name(r, &e->cell[c]);
	}
	fputs(hidden ? ".\n"
		     : "- **CPU time**: hyperfine sees at least as much as the rows hold, with every strategy: "
		       "all workers were waited for. (A program that does not wait for its workers shows "
		       "almost none.)\n",
		r->md);
}

static void e2e_agreement(const struct pvq_report *r, const struct pvq_e2e *e)
{

	fputs("### Do inside and outside agree?\n\n", r->md);
	e2e_below(r, e);
	e2e_yard(r, e);
	for (size_t w = 0; w < e->summary.works; w++)
		if (&e->summary.work[w] != e->yard)
			e2e_work_verdict(r, e, &e->summary.work[w]);
	e2e_cpu(r, e);
	fprintf(r->md,
		"\nThe *rest* is what the difference holds beyond the yardstick of the same strategy "
		"and workers, and beyond what the load adds with serial, because building and "
		"verifying cost the same with every strategy. It is taken run by run (the n-th of "
		"each), with the 95 %% interval of its median. Outside and inside agree where this "
		"whole interval lies within %.0f %% of the wall time. Other work on the machine also "
		"lengthens the start and end of a process, and widens the intervals.\n\n",
		PVQ_E2E_TOLERANCE * 100);
}

/* ---- what does not fit ---- */

static void e2e_failed_cell(const struct pvq_report *r, const struct pvq_cell *cell)
{
	const struct pvq_row *row = cell->row[cell->ok + cell->aside];

	fputs("- ", r->md);
	pvq_text_md(r->md, row->impl);
	fputs(", ", r->md);
	pvq_text_md(r->md, row->task);
	fprintf(r->md, ", %u worker%s: %zu run%s %s; in no figure", row->workers, s_if(row->workers),
		pvq_cell_failed(cell), s_if(pvq_cell_failed(cell)), pvq_status_name(row->status));
	if (row->reason[0])
		fputs(": ", r->md);
	pvq_text_md(r->md, row->reason);
	fputs("\n", r->md);
}

static void e2e_problems(const struct pvq_report *r, const struct pvq_e2e *e)
{
	size_t lines = e->problems;

	for (size_t i = 0; i < e->problems; i++) {
		fputs("- ", r->md);
		pvq_text_md(r->md, e->problem[i]);
		fputs("\n", r->md);
	}
	for (size_t c = 0; c < e->summary.cells; c++) {
		if (pvq_cell_failed(&e->summary.cell[c]) == 0)
			continue;
		e2e_failed_cell(r, &e->summary.cell[c]);
		lines++;
	}
	fputs(lines ? "\n" : "", r->md);
}

/* ---- a load ---- */

static void e2e_row(const struct pvq_report *r, const struct pvq_e2e_cell *cell)
{
	static const char *const words[PVQ_E2E_VERDICTS] = {
		[PVQ_E2E_REFERENCE] = "reference",
		[PVQ_E2E_AGREES] = "agree",
		[PVQ_E2E_APART] = "**apart**",
		[PVQ_E2E_UNSURE] = "inconclusive",
		[PVQ_E2E_BELOW] = "**less outside**",
		[PVQ_E2E_UNMEASURED] = "no yardstick",
	};

	fputs("| ", r->md);
	pvq_text_md(r->md, cell->in->key->impl);
	fprintf(r->md, " | %u | %s", cell->in->key->workers, e2e_time(&cell->wall).s);
	fprintf(r->md, " | %s", pvq_text_ns(cell->inside.median).s);
	fprintf(r->md, " | %s | ", e2e_time(&cell->diff).s);
	e2e_signed_ms(r->md, &cell->rest);
	fprintf(r->md, " | %s | %s", words[cell->verdict], pvq_text_ns(cell->cpu_out_ns).s);
	fprintf(r->md, " | %s |\n", pvq_text_ns(cell->cpu_in_ns).s);
}

static void e2e_work(const struct pvq_report *r, const struct pvq_e2e *e, const struct pvq_work *work)
{
	const struct pvq_e2e_cell *cell = NULL;

	fputs("### ", r->md);
	pvq_text_md(r->md, work->label);
	fprintf(r->md, ", n %llu%s\n\n", (unsigned long long)work->key->n,
		work == e->yard ? ": the yardstick" : "");
	pvq_report_figure(r, "e2e", work, 0, "Wall time from outside, and the part that the driver timed");
	fputs("\n| Strategy | Workers | Outside | Inside | Difference | Rest | Verdict | CPU outside | CPU inside "
	      "|\n|:--|--:|--:|--:|--:|--:|:--|--:|--:|\n",
		r->md);
	while ((cell = pvq_e2e_next(e, work, cell)))
		e2e_row(r, cell);
	fputs("\n", r->md);
}

int pvq_e2e_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_e2e *e = data;

	e2e_intro(r);
	if (e->yard)
		e2e_agreement(r, e);
	else
		fputs("No run has both a row and a wall time.\n\n", r->md);
	e2e_problems(r, e);
	for (size_t w = 0; e->yard && w < e->summary.works; w++)
		e2e_work(r, e, &e->summary.work[w]);
	return 0;
}
