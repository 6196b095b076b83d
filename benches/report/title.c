/* title.c: the head of a report: what was measured, on which machine, and the verdict on each fact about it. */
#include "report/part.h"
#include "results/doctor.h"

#include <string.h>

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* A value in brackets, its end cut off where that is long; all of it is in the machine's chapter. */
static void title_value(const struct pvq_report *r, const char *value)
{
	enum { MOST = 72 };
	size_t len = strcspn(value, ";"); /* behind it the CPUs are listed one by one */
	char brief[MOST + 8];

	snprintf(brief, sizeof(brief), len > MOST ? "%.*s …" : "%.*s", (int)(len > MOST ? MOST : len),
		value);
	fputs(" (", r->md);
	pvq_text_md(r->md, brief);
	fputs(")", r->md);
}

/* All facts with that verdict in one line; where it is no good one a line for each, with what to do about it. */
static void title_verdict(const struct pvq_report *r, const struct pvq_finding *finding, unsigned count,
	enum pvq_fitness fitness)
{
	int advise = fitness == PVQ_FIT_SPOILS || fitness == PVQ_FIT_CAUTION, any = 0;

	for (unsigned i = 0; i < count; i++) {
		if (finding[i].fitness != fitness)
			continue;
		if (!any || advise)
			fprintf(r->md, "%s- **%s**: ", any ? "\n" : "", pvq_fitness_words(fitness));
		else
			fputs(", ", r->md);
		any = 1;
		fputs(finding[i].what, r->md);
		if (fitness != PVQ_FIT_UNKNOWN)
			title_value(r, finding[i].value);
		if (advise) {
			fputs(": ", r->md);
			pvq_text_md(r->md, finding[i].advice);
		}
	}
	fputs(any ? "\n" : "", r->md);
}

/* The doctor's verdicts (pvq doctor), the worst first. */
void pvq_machine_verdicts(const struct pvq_report *r)
{
	static const enum pvq_fitness order[] = {
		PVQ_FIT_SPOILS, PVQ_FIT_CAUTION, PVQ_FIT_FINE, PVQ_FIT_UNKNOWN};
	struct pvq_finding finding[PVQ_FINDINGS_MAX] = {0};
	unsigned count;

	if (r->manifest->count == 0)
		return;
	count = pvq_doctor(r->manifest, finding);
	fputs("### At the start\n\n", r->md);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		title_verdict(r, finding, count, order[i]);
	fputs("\n", r->md);
}

static void title_sweep(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	size_t failed = 0, unavailable = 0;

	for (size_t i = 0; i < r->rows->count; i++)
		if (r->rows->row[i].status == PVQ_UNAVAILABLE)
			unavailable++;
		else
			failed += r->rows->row[i].status != PVQ_OK;
	fprintf(r->md, ", with up to %u core%s: %zu trial%s of %zu cell%s in %u block%s.", s->max_cores,
		plural(s->max_cores), r->rows->count, plural(r->rows->count), s->cells, plural(s->cells),
		s->blocks, plural(s->blocks));
	if (failed)
		fprintf(r->md,
			" **%zu trial%s failed**: see *Failed and unavailable*. No figure includes "
			"failed trials.",
			failed, plural(failed));
	if (unavailable)
		fprintf(r->md, " %zu trial%s could not run here: see *Failed and unavailable*.",
			unavailable, plural(unavailable));
	fputs("\n\n", r->md);
}

void pvq_report_spoiled(const struct pvq_report *r)
{
	struct pvq_finding finding[PVQ_FINDINGS_MAX] = {0};
	unsigned count = r->manifest->count ? pvq_doctor(r->manifest, finding) : 0;

	if (pvq_doctor_worst(finding, count) != PVQ_FIT_SPOILS)
		return;
	fputs("**This run is spoiled.** Its figures show something other than the strategies:\n\n", r->md);
	title_verdict(r, finding, count, PVQ_FIT_SPOILS);
	fputs("\n", r->md);
}

void pvq_report_unread(const struct pvq_report *r)
{
	if (r->rows->bad)
		fprintf(r->md, "**%zu row%s of raw.csv could not be read.** No figure includes %s.\n\n",
			r->rows->bad, plural(r->rows->bad), r->rows->bad == 1 ? "it" : "them");
	if (r->unread)
		fprintf(r->md,
			"**%zu row%s of the experiments could not be read.** No figure includes %s.\n\n",
			r->unread, plural(r->unread), r->unread == 1 ? "it" : "them");
}

int pvq_chapter_title(const struct pvq_report *r)
{
	const char *date = pvq_manifest_get(r->manifest, "date"),
		   *cpu = pvq_manifest_get(r->manifest, "host_cpu_model");

	fputs("# Which way of running N tasks on C cores?\n\n", r->md);
	pvq_report_spoiled(r);
	fputs("Measured by pvq", r->md);
	if (cpu) {
		fputs(" on ", r->md);
		pvq_text_md(r->md, cpu);
	}
	if (date) {
		fputs(", ", r->md);
		pvq_text_md(r->md, date);
	}
	if (r->rows->count)
		title_sweep(r);
	else
		fputs(".\n\nThere is no sweep in this folder (`make bench` runs one), so the "
		      "question stays open. What was measured follows.\n\n",
			r->md);
	pvq_report_unread(r);
	return 0;
}
