/* chapter.c: what keeping the order costs, and the time to the first result. Which of two siblings is faster follows
 * from the verdict of their comparison alone.
 */
#include "experiments/ordering/ordering.h"
#include "results/ordering.h"

#include <errno.h>
#include <string.h>

static const char *ordering_name(const struct pvq_report *r, const struct pvq_cell *cell)
{
	return r->summary->series[cell->series].name;
}

static void ordering_intro(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;

	fputs("## What keeping the order costs\n\nA strategy that keeps the order holds back "
	      "complete results until every item before them is delivered: one long item blocks the "
	      "head of the line. Each such strategy is compared with its sibling that sends bytes the same way and "
	      "delivers items as they complete; one worker per core, on the most cores. All verdicts of a table "
	      "hold together at 95 %.\n\n",
		r->md);
	for (size_t w = 0; w < s->works; w++)
		if (pvq_report_figure(
			    r, "order", &s->work[w], 0, "Results complete and results delivered over time"))
			fputs("\n", r->md);
}

static const char *ordering_words(const struct pvq_ordering *pair)
{
	return pair->map.n < pair->needs ? "too few blocks" : pvq_verdict_name(pair->map.verdict);
}

static struct pvq_text ordering_first_ns(const struct pvq_cell *cell)
{
	const struct pvq_estimate *e = &cell->metric[PVQ_FIRST_NS];

	return pvq_text_ns_interval(e->median, e->lo, e->hi);
}

static void ordering_times_row(const struct pvq_report *r, const struct pvq_ordering *pair)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, pair->work->label);
	fprintf(r->md, " | %s | %s", pvq_text_ratio_interval(pair->map.ratio, pair->map.lo, pair->map.hi).s,
		ordering_words(pair));
	fprintf(r->md, " | %s", ordering_first_ns(pair->ordered).s);
	fprintf(r->md, " | %s |\n", ordering_first_ns(pair->unordered).s);
}

/* Median and range; a single round has no range. */
static struct pvq_text ordering_range_ns(const struct pvq_estimate *e)
{
	return e->n > 1 ? pvq_text_ns_interval(e->median, e->min, e->max) : pvq_text_ns(e->median);
}

static void ordering_seen_row(const struct pvq_report *r, const struct pvq_ordering *pair,
	const struct pvq_cell *cell, const struct pvq_deliveries *d)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, pair->work->label);
	fprintf(r->md, " | %s", cell == pair->ordered ? "ordered" : "unordered");
	fprintf(r->md, " | %s", ordering_range_ns(&d->stall).s);
	fprintf(r->md, " | %s", pvq_text_percent(d->blocked.median).s);
	fprintf(r->md, " | %s", ordering_range_ns(&d->wait_p99).s);
	fprintf(r->md, " | %.0f", d->waiting.median);
	if (d->waiting.max > d->waiting.min)
		fprintf(r->md, " (%.0f–%.0f)", d->waiting.min, d->waiting.max);
	fputs(" |\n", r->md);
}

/* The pairs from `first` on that are of the same two strategies; returns the one behind them. */
static size_t ordering_family(const struct pvq_orderings *all, size_t first)
{
	size_t end = first;

	while (end < all->pairs && all->pair[end].ordered->series == all->pair[first].ordered->series)
		end++;
	return end;
}

static void ordering_versus(
	const struct pvq_report *r, const struct pvq_orderings *all, size_t first, const char *columns)
{
	fputs("**", r->md);
	pvq_text_md(r->md, ordering_name(r, all->pair[first].ordered));
	fputs("** against **", r->md);
	pvq_text_md(r->md, ordering_name(r, all->pair[first].unordered));
	fprintf(r->md, "**\n\n%s\n", columns);
}

static void ordering_times(const struct pvq_report *r, const struct pvq_orderings *all)
{
	for (size_t first = 0, end; first < all->pairs; first = end) {
		end = ordering_family(all, first);
		ordering_versus(r, all, first,
			"| Task | Ordered / unordered | Verdict | First result, ordered | Unordered |\n|:--|--:|:--|--:|--:|");
		for (size_t i = first; i < end; i++)
			ordering_times_row(r, &all->pair[i]);
		fputs("\n", r->md);
	}
}

static void ordering_seen_legend(const struct pvq_report *r)
{
	fputs("#### Stalls and waits\n\nFrom observed trials: medians, with the range over the rounds in "
	      "brackets. *Longest stall*: the longest time that the consumer went without "
	      "a result. *Blocked*, by the head of the line: the share of the map in which a "
	      "later result was complete, but not the next. It need not be 0 without an "
	      "order: a consumer that is woken for several results takes the earlier item's "
	      "first. *p99 wait*: 99 of 100 results are delivered within this time from when "
	      "they are complete. *Most waiting*: the most results that were complete and "
	      "not delivered; they take memory. Observing costs a fraction of a microsecond "
	      "per item, so with the shortest items these are figures of a slower map.\n\n",
		r->md);
}

/* The observed trials of a family, under the heading if it is not there yet. */
static int ordering_seen_family(
	const struct pvq_report *r, const struct pvq_orderings *all, size_t first, size_t end, int *headed)
{
	int any = 0;

	for (size_t i = first; i < end; i++)
		for (int side = 0; side < 2; side++) {
			const struct pvq_ordering *pair = &all->pair[i];
			const struct pvq_cell *cell = side ? pair->unordered : pair->ordered;
			struct pvq_deliveries d;

			if (pvq_deliveries_make(&d, r->observed, cell->key))
				return -ENOMEM;
			if (!d.stall.n)
				continue;
			if (!(*headed)++)
				ordering_seen_legend(r);
			if (!any)
				ordering_versus(r, all, first,
					"| Task | Delivery | Longest stall | Blocked | p99 wait | Most waiting |\n|:--|:--|--:|--:|--:|--:|");
			any = 1;
			ordering_seen_row(r, pair, cell, &d);
		}
	fputs(any ? "\n" : "", r->md);
	return 0;
}

static int ordering_seen(const struct pvq_report *r, const struct pvq_orderings *all)
{
	int ret = 0, headed = 0;

	for (size_t first = 0, end; ret == 0 && first < all->pairs; first = end) {
		end = ordering_family(all, first);
		ret = ordering_seen_family(r, all, first, end, &headed);
	}
	return ret;
}

/* All strategies, paired or not. */
static void ordering_first(const struct pvq_report *r, const char *heading)
{
	const struct pvq_summary *s = r->summary;
	const char *last = "";

	fprintf(r->md,
		"%s Time to the first result\n\nHow long the consumer waits until it has something to "
		"work on.\n\n",
		heading);
	pvq_report_figure(r, "first", NULL, 0, "Time to the first result, one row per task");
	fputs("\nStrategies that keep the order: ", r->md);
	for (size_t i = 0; i < s->series_count; i++)
		for (size_t c = 0; c < s->cells; c++)
			if (s->cell[c].series == i && strcmp(s->cell[c].key->order, "ordered") == 0) {
				fputs(last, r->md);
				pvq_text_md(r->md, s->series[i].name);
				last = ", ";
				break;
			}
	fputs(*last ? ". The others deliver as items complete.\n\n" : "none.\n\n", r->md);
}

int pvq_ordering_chapter(const struct pvq_report *r, const void *data)
{
	struct pvq_orderings all;
	int ret;

	(void)data;
	if (r->summary->max_cores == 0)
		return 0;
	ret = pvq_orderings_make(&all, r->summary);
	if (ret == 0 && all.pairs) {
		ordering_intro(r);
		ordering_times(r, &all);
		ret = ordering_seen(r, &all);
	}
	if (ret == 0 && !r->traits->many) /* of dozens of strategies it is no picture to look at */
		ordering_first(r, all.pairs ? "####" : "##");
	pvq_orderings_free(&all);
	return ret;
}

int pvq_timeline_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_summary *s = r->summary;
	int any = 0;

	(void)data;
	for (size_t w = 0; w < s->works; w++) {
		char name[PVQ_PLOT_NAME];

		pvq_figure_name(name, "timeline", &s->work[w], 0);
		if (!pvq_plots_has(r->plots, name))
			continue;
		if (!any)
			fputs("## A timeline per worker\n\nOne observed trial of each strategy, the fastest of its "
			      "rounds, over its whole map.\n\n",
				r->md);
		any = 1;
		pvq_report_figure(r, "timeline", &s->work[w], 0, "What each worker and the caller did");
		fputs("\n", r->md);
	}
	if (any)
		fputs("#### How to read it\n\nSiblings stand beside each other, the ordered one on the left. Time is "
		      "divided into columns, so that none of thousands of items is left out: in each, a worker's "
		      "lane is filled to the share of the time that it spent in *items*, and above that in "
		      "*dispatch*, between two items; the rest is *idle*. An item longer than two columns is a "
		      "separate, darker bar. The caller's lane is filled where a result was delivered; a gap is a "
		      "time without results. Where scripts run, the page zooms in to single items. `--trace FILE` "
		      "of `pvq run` and `pvq bench` writes all items, for Perfetto or speedscope.\n\n",
			r->md);
	return 0;
}
