/* chapter.c: what the parts cost on this machine, where the run's folder has a price list. */
#include "experiments/prices/picture.h"

#include <errno.h>
#include <string.h>

static void prices_row(const struct pvq_report *r, const struct pvq_price *p)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, p->name);
	if (p->arg_name[0])
		fprintf(r->md, " %s:%lld", p->arg_name, (long long)p->arg);
	fputs(" | ", r->md);
	pvq_text_md(r->md, p->op);
	if (p->repetitions) {
		fprintf(r->md, " | %s | %s", pvq_text_ns(p->median_ns).s, pvq_text_ns(p->min_ns).s);
		fprintf(r->md, " – %s |\n", pvq_text_ns(p->max_ns).s);
		return;
	}
	fputs(" | – | ", r->md);
	pvq_text_md(r->md, p->error);
	fputs(" |\n", r->md);
}

static void prices_table(const struct pvq_report *r, const struct pvq_prices *prices)
{
	fputs("| Name | One operation | Median | Least – most |\n|:--|:--|--:|--:|\n", r->md);
	for (size_t i = 0; i < prices->count; i++)
		if (pvq_price_is_listed(&prices->price[i]))
			prices_row(r, &prices->price[i]);
	fputs("\n", r->md);
}

/* The measured price of that name with the largest argument, or NULL. */
static const struct pvq_price *prices_largest(const struct pvq_prices *prices, const char *name)
{
	const struct pvq_price *largest = NULL;

	for (size_t i = 0; i < prices->count; i++) {
		const struct pvq_price *p = &prices->price[i];

		if (p->repetitions && strcmp(p->name, name) == 0 && (!largest || p->arg > largest->arg))
			largest = p;
	}
	return largest;
}

/* The figures that explain most of the others, where they are there: what sharing costs without the
 * kernel, what a wake-up adds, and what a new process costs. */
static void prices_reading(const struct pvq_report *r, const struct pvq_prices *prices)
{
	const struct pvq_price *line = pvq_prices_find(prices, "cacheline/round_trip", 2);
	const struct pvq_price *wake = pvq_prices_find(prices, "futex/round_trip", 2);
	const struct pvq_price *ring = pvq_prices_find(prices, "ring/item", 0);
	const struct pvq_price *small = pvq_prices_find(prices, "fork/untouched", 1);
	const struct pvq_price *thread = pvq_prices_find(prices, "thread/create_join", 0);
	const struct pvq_price *large = prices_largest(prices, "fork/untouched");

	if (line && wake) {
		fprintf(r->md, "Two cores that spin pass a word back and forth in %s, ",
			pvq_text_ns(line->median_ns).s);
		fprintf(r->md, "two processes that sleep in between take %s, ",
			pvq_text_ns(wake->median_ns).s);
		fprintf(r->md,
			"%s times as long: a strategy that wakes a process for every item pays that.",
			pvq_text_number(wake->median_ns / line->median_ns).s);
		if (ring)
			fprintf(r->md, " A ring in shared memory, without wake-ups, moves an item in %s.",
				pvq_text_ns(ring->median_ns).s);
		fputs("\n\n", r->md);
	}
	if (small && thread) {
		fprintf(r->md, "A worker process takes %s to start and end, ",
			pvq_text_ns(small->median_ns).s);
		fprintf(r->md, "a thread %s.", pvq_text_ns(thread->median_ns).s);
		if (large && large != small)
			fprintf(r->md,
				" A fork of a parent with %lld MiB takes %s, before anyone writes to "
				"this memory.",
				(long long)large->arg, pvq_text_ns(large->median_ns).s);
		fputs("\n\n", r->md);
	}
}

static void prices_figures(const struct pvq_report *r)
{
	static const char *const alt[PVQ_PRICES_FIGURES] = {
		"Time to move a block by its size: Unix socket, pipe, memcpy",
		"Time of a fork by the parent's memory: untouched, touched by the child, touched by the parent"};

	for (int i = 0; i < PVQ_PRICES_FIGURES; i++)
		if (pvq_plots_has(r->plots, pvq_prices_figure_name(i)))
			fprintf(r->md, "![%s](plots/%s.svg)\n", alt[i], pvq_prices_figure_name(i));
	fputs("\n", r->md);
}

/* The library prints a warning about its own build, which readers will ask about. */
static void prices_library(const struct pvq_report *r, const struct pvq_prices *prices)
{
	fputs("Measured with Google Benchmark through a C interface (benches/micro/GB.md), by the "
	      "wall clock, because the CPU time of an operation that forks or sleeps says nothing. "
	      "Both sides are pinned where the name gives the number of cores. The repetitions of "
	      "all cases run in random order.",
		r->md);
	if (strcmp(prices->build_type, "debug") == 0)
		fputs(" The library reports itself as a *debug* build. That only means that the "
		      "distribution compiled it without NDEBUG: its internal checks are on, but it "
		      "is optimised. The checks run where the timer is started, stopped and read, "
		      "not in the timed loop, whose counting is compiled into the caller with our "
		      "own flags. `make micro-overhead` shows what the C interface and the library "
		      "add to an iteration: below 1 ns in batches.",
			r->md);
	fputs("\n\n", r->md);
}

int pvq_prices_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_prices *prices = data;

	fputs("## What the parts cost on this machine\n\nThe parts that strategies are made of, each "
	      "measured alone and without any task: the wall time of one operation, as the median "
	      "over the repetitions and their whole range.\n\n",
		r->md);
	prices_reading(r, prices);
	prices_table(r, prices);
	prices_figures(r);
	prices_library(r, prices);
	return 0;
}
