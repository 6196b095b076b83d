/* chapter.c: how far every strategy is from the ideal, and what is lost in which part. Loss follows from the interval
 * of the ratio alone: where that includes the ideal, nothing counts as lost.
 */
#include "experiments/bounds/bounds.h"

#include <math.h>
#include <string.h>

static void bounds_legend(const struct pvq_report *r)
{
	fputs("#### In figures\n\nRatios are taken block by block and have 95 % intervals. *Lost* "
	      "is start + map + stop beyond the ideal, from the medians; it is given only where the "
	      "whole interval of the total lies above 1. *Where* says which share of it is lost in "
	      "which part, for a core on average.",
		r->md);
	if (r->observed->count)
		fprintf(r->md,
			" Parts of the map: *ramp*, until a worker has its first item; *items*, which "
			"take longer than with serial (shared caches, shared cores); *dispatch*, from "
			"one item to the next; *imbalance*, at the end, while others still work, "
			"beyond what the longest item makes unavoidable; *delivery*, from the last "
			"item's end to the end of the map. A share below 0 is a gain. The map is "
			"divided as in the observed trial with the nearest map time, provided that "
			"this time and serial's are within a factor of %s of the sweep's median.",
			pvq_text_number(PVQ_OBSERVED_RATIO_MAX).s);
	fputs("\n\n", r->md);
}

static void bounds_intro(const struct pvq_report *r)
{
	fputs("## Where the time goes\n\nThe map cannot end before its longest item, nor before all the work is done. "
	      "The **ideal** is the larger of two times: the longest item, or serial's map time divided by the "
	      "cores. What a strategy takes beyond it is lost to handing out, waiting and collecting.",
		r->md);
	if (r->observed->count)
		fputs(" Observed trials, which are separate from the sweep, stamp every item as it begins, ends and "
		      "is delivered, and so show where in the map it is lost.",
			r->md);
	else
		fputs(" No trial of this run was observed, so the longest item is unknown and the "
		      "map is not divided.",
			r->md);
	fputs("\n\n", r->md);
	pvq_report_figure(r, "bounds", NULL, 0,
		"What a core does on average from start to stop, against the ideal: one panel per task");
	fputs("\n\n", r->md);
	bounds_legend(r);
}

/* "**spin**: serial takes 122 ms, … The ideal is 61 ms: the work is the limit." */
static void bounds_ideal(const struct pvq_report *r, const struct pvq_bounds *b)
{
	const struct pvq_estimate *serial = &b->work->base->metric[PVQ_MAP_NS];
	const struct pvq_ideal *ideal = &b->ideal;

	fputs("**", r->md);
	pvq_text_md(r->md, b->work->label);
	fprintf(r->md, "**: serial takes %s for %llu items, ",
		pvq_text_ns_interval(serial->median, serial->lo, serial->hi).s,
		(unsigned long long)b->work->key->n);
	fprintf(r->md, "%s per core on %u core%s; the longest item ",
		pvq_text_ns(ideal->work_ns / ideal->cores).s, ideal->cores, ideal->cores == 1 ? "" : "s");
	if (isnan(ideal->longest_ns))
		fputs("was not measured", r->md);
	else
		fprintf(r->md, "takes %s", pvq_text_ns(ideal->longest_ns).s);
	fprintf(r->md, ". The ideal is **%s**: %s.\n\n", pvq_text_ns(ideal->ns).s,
		ideal->longest_binds ? "the longest item is the limit" : "the work is the limit");
}

/* Where it is lost, the largest part first; less than 1 % is left out. Where the map is not divided, all of it
 * stands in the place of the items. */
static void bounds_where(const struct pvq_report *r, const struct pvq_bounds *b, const struct pvq_gap *gap)
{
	static const char *const name[PVQ_PARTS] = {
		"start", "ramp", "items", "dispatch", "imbalance", "delivery", "stop"};
	double gap_ns = pvq_gap_spent_ns(gap) - b->ideal.ns, lost_ns[PVQ_PARTS];
	const char *separator = "";

	memcpy(lost_ns, gap->divided ? gap->lost_ns : gap->spent_ns, sizeof(lost_ns));
	if (!gap->divided)
		lost_ns[PVQ_PART_WORK] -= b->ideal.ns;
	for (int i = 0; i < PVQ_PARTS; i++) {
		int most = 0;

		for (int p = 1; p < PVQ_PARTS; p++)
			most = lost_ns[p] > lost_ns[most] ? p : most;
		if (fabs(lost_ns[most] / gap_ns) >= 0.01) {
			fprintf(r->md, "%s%s %s", separator,
				most == PVQ_PART_WORK && !gap->divided ? "map" : name[most],
				pvq_text_percent(lost_ns[most] / gap_ns).s);
			separator = ", ";
		}
		lost_ns[most] = -INFINITY; /* has had its turn */
	}
}

static void bounds_row(const struct pvq_report *r, const struct pvq_bounds *b, const struct pvq_gap *gap)
{
	const struct pvq_comparison *total = &gap->total;
	const char *none = "inconclusive";

	fputs("| ", r->md);
	pvq_text_md(r->md, r->summary->series[gap->cell->series].name);
	fprintf(r->md, " | %s", pvq_text_ratio_interval(gap->map.ratio, gap->map.lo, gap->map.hi).s);
	fprintf(r->md, " | %s | ", pvq_text_ratio_interval(total->ratio, total->lo, total->hi).s);
	/* Both must agree: the interval, which goes by blocks, and the medians that are divided. */
	if (total->lo > 1 && pvq_gap_spent_ns(gap) > b->ideal.ns) {
		fprintf(r->md, "%s | ", pvq_text_ns(pvq_gap_spent_ns(gap) - b->ideal.ns).s);
		bounds_where(r, b, gap);
		fputs(" |\n", r->md);
		return;
	}
	if (isnan(total->lo))
		none = "too few blocks";
	else if (total->hi < 1)
		none = "none: below the ideal";
	fprintf(r->md, "– | %s |\n", none);
}

/* Strategies whose map is not divided although they were observed. */
static void bounds_undivided(const struct pvq_report *r, const struct pvq_bounds *b)
{
	const char *separator =
		"Not divided, because the observed trials' map time is too far from the sweep's: ";
	int any = 0;

	for (size_t i = 0; i < b->gaps; i++) {
		const struct pvq_gap *gap = &b->gap[i];

		if (gap->divided || isnan(gap->observed_ratio))
			continue;
		fputs(separator, r->md);
		pvq_text_md(r->md, r->summary->series[gap->cell->series].name);
		fprintf(r->md, " (%sx)", pvq_text_number(gap->observed_ratio).s);
		separator = ", ";
		any = 1;
	}
	if (any && !isnan(b->observed_ratio))
		fprintf(r->md, "; serial itself %sx", pvq_text_number(b->observed_ratio).s);
	fputs(any ? ".\n\n" : "", r->md);
}

static void bounds_work(const struct pvq_report *r, const struct pvq_bounds *b)
{
	bounds_ideal(r, b);
	fputs("| Strategy | Map / ideal | Total / ideal | Lost | Where |\n|:--|--:|--:|--:|:--|\n", r->md);
	for (size_t i = 0; i < b->gaps; i++)
		bounds_row(r, b, &b->gap[i]);
	fputs("\n", r->md);
	bounds_undivided(r, b);
}

int pvq_bounds_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_summary *s = r->summary;
	int any = 0, ret = 0;

	(void)data;
	for (size_t w = 0; ret == 0 && w < s->works; w++) {
		struct pvq_bounds b;

		ret = pvq_bounds_make(&b, s, &s->work[w], r->observed);
		if (ret == 0 && b.gaps) {
			if (!any)
				bounds_intro(r);
			any = 1;
			bounds_work(r, &b);
		}
		pvq_bounds_free(&b);
	}
	return ret;
}
