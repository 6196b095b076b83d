/* method.c: what failed, how it was measured, and on what. */
#include "base/quote.h"
#include "report/part.h"
#include "trial/twin.h"

#include "impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void failed_row(
	const struct pvq_report *r, const char *task, const struct pvq_cell *cell, int status)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, cell->key->impl);
	fputs(" | ", r->md);
	pvq_text_md(r->md, task);
	fprintf(r->md, " | %u | %u | %s | %zu of %zu | ", cell->key->workers, cell->key->cores,
		pvq_status_name((enum pvq_status)status), cell->status[status], cell->rows);
	pvq_text_md(r->md, pvq_cell_reason(cell, (enum pvq_status)status));
	fputs(" |\n", r->md);
}

int pvq_chapter_failed(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	int any = 0;

	for (size_t w = 0; w < s->works; w++)
		for (size_t c = 0; c < s->work[w].cells; c++)
			for (int status = 0; status < PVQ_STATUSES; status++) {
				const struct pvq_cell *cell = &s->cell[s->work[w].first + c];

				if (status == PVQ_OK || !cell->status[status])
					continue;
				if (!any)
					fputs("## Failed and unavailable\n\nThese trials are in no figure.\n\n"
					      "| Strategy | Task | Workers | Cores | Status | How often | Reason "
					      "|\n|:--|:--|--:|--:|:--|:--|:--|\n",
						r->md);
				any = 1;
				failed_row(r, s->work[w].label, cell, status);
			}
	fputs(any ? "\n" : "", r->md);
	return 0;
}

static void method_trials(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	const char *seed = pvq_manifest_get(r->manifest, "seed");
	size_t least = SIZE_MAX, most = 0;

	for (size_t c = 0; c < s->cells; c++) {
		least = s->cell[c].rows < least ? s->cell[c].rows : least;
		most = s->cell[c].rows > most ? s->cell[c].rows : most;
	}
	fprintf(r->md, "- **Trials**: %u block%s; a cell has ", s->blocks, s->blocks == 1 ? "" : "s");
	if (least == most)
		fprintf(r->md, "%zu trial%s", most, most == 1 ? "" : "s");
	else
		fprintf(r->md, "%zu to %zu trials", least, most);
	fputs(". A block runs every cell once: groups of one task on one number of cores in random order, the "
	      "strategies of a group by a Latin square, so that slow drift affects all alike",
		r->md);
	if (seed) {
		fputs("; seed ", r->md);
		pvq_text_md(r->md, seed);
	}
	fputs(".\n- **A trial** is a fresh process, confined to its cores. It builds the load, reads "
	      "the clock (CLOCK\\_MONOTONIC) around start, map and stop, and then verifies the "
	      "results. The process that collects the results reads the clock, never the workers.\n",
		r->md);
}

static void method_verified(const struct pvq_report *r)
{
	size_t oracle = 0, serial = 0, no = 0, once = 0;

	for (size_t i = 0; i < r->rows->count; i++) {
		const struct pvq_row *row = &r->rows->row[i];

		oracle += row->status == PVQ_OK && row->verified == PVQ_VERIFIED_ORACLE;
		serial += row->status == PVQ_OK && row->verified == PVQ_VERIFIED_SERIAL;
		no += row->status == PVQ_OK && row->verified == PVQ_VERIFIED_NO;
		once += row->status == PVQ_OK && row->verified == PVQ_UNVERIFIED;
	}
	fprintf(r->md, "- **Verification**: %zu trials checked against the task's oracle", oracle);
	if (serial)
		fprintf(r->md, ", %zu compared with serial, because the task has no oracle", serial);
	if (once)
		fprintf(r->md, ", %zu unverified, because commands are not run again", once);
	if (no)
		fprintf(r->md, ", **%zu not verified**", no);
	fputs(oracle + serial + no == r->rows->count ? ". No trial failed.\n" : ".\n", r->md);
}

/* A fact that may have been given several times, each as an item of the list. */
static void method_facts(const struct pvq_report *r, const char *key, const char *heading)
{
	for (size_t i = 0; i < r->manifest->count; i++) {
		if (strcmp(r->manifest->fact[i].key, key) != 0)
			continue;
		fprintf(r->md, "- **%s**: ", heading);
		pvq_text_md(r->md, r->manifest->fact[i].value);
		fputs("\n", r->md);
	}
}

static const struct pvq_row *method_row_of(const struct pvq_report *r, const char *impl)
{
	for (size_t i = 0; i < r->rows->count; i++)
		if (strcmp(r->rows->row[i].impl, impl) == 0)
			return &r->rows->row[i];
	return NULL;
}

/* Whether there are strategies that are built on other projects; then it matters on which version of these. */
static int method_has_versions(const struct pvq_registry *registry)
{
	const struct pvq_impl *impl;

	for (size_t i = 0; (impl = pvq_registry_at(registry, i)); i++)
		if (impl->version)
			return 1;
	return 0;
}

static void method_transport_row(const struct pvq_report *r, const struct pvq_row *row)
{
	const struct pvq_impl *impl = pvq_registry_get(r->summary->registry, row->impl);
	const char *const field[] = {row->impl, row->order, row->in_via, row->out_via,
		impl && impl->summary ? impl->summary : "–", impl && impl->version ? impl->version : "–"};

	for (size_t i = 0;
		i < sizeof(field) / sizeof(field[0]) - !method_has_versions(r->summary->registry); i++) {
		fputs(i ? " | " : "| ", r->md);
		pvq_text_md(r->md, field[i]);
	}
	fputs(" |\n", r->md);
}

/* Every strategy that has a row, unavailable ones too: the registry's first, then the others. */
static void method_transport(const struct pvq_report *r)
{
	const struct pvq_impl *impl;

	fputs("\n### The strategies and how bytes travel\n\n| Strategy | Order of results | Inputs by "
	      "| Results by | What it is |",
		r->md);
	fputs(method_has_versions(r->summary->registry) ? " Built on |\n|:--|:--|:--|:--|:--|:--|\n"
							: "\n|:--|:--|:--|:--|:--|\n",
		r->md);
	for (size_t i = 0; (impl = pvq_registry_at(r->summary->registry, i)); i++) {
		const struct pvq_row *row = method_row_of(r, impl->name);

		if (row)
			method_transport_row(r, row);
	}
	for (size_t i = 0; i < r->rows->count; i++) {
		const struct pvq_row *row = &r->rows->row[i];

		if (!pvq_registry_get(r->summary->registry, row->impl) &&
			!row->impl[pvq_twin_stem(row->impl)] && method_row_of(r, row->impl) == row)
			method_transport_row(r, row);
	}
	fputs("\n", r->md);
}

int pvq_chapter_method(const struct pvq_report *r)
{
	fputs("## How it was measured\n\n", r->md);
	method_trials(r);
	fprintf(r->md,
		"- **Statistics**: medians with 95 %% intervals from order statistics, which exist from %zu trials "
		"on. Two strategies are compared by the median of their ratios within blocks, with its exact "
		"sign-test interval, widened where a row compares several (Bonferroni). Faster or slower: the whole "
		"interval lies on one side of 1; equivalent: within ±%.0f %%; otherwise inconclusive. "
		"reports/METHOD.md in pvq's source has the formulas and their sources.\n",
		pvq_median_needs(PVQ_ALPHA), (PVQ_EQUIVALENT_RATIO - 1) * 100);
	method_verified(r);
	fputs("- **summary.csv** has CPU time, memory, context switches, chunk and window of every cell. Chunk and "
	      "window, unless set, are each strategy's own choice and part of the comparison; 0 means that the "
	      "strategy decides as it goes.\n",
		r->md);
	method_facts(r, "observed_rounds",
		"Rounds of observed trials, each with every strategy at one worker per core");
	method_facts(r, "left_out", "Left out");
	method_facts(r, "ended", "The run ended because");
	method_transport(r);
	return 0;
}

/* 0: the run, 1: the machine, 2: the versions. */
static int machine_group(const char *key)
{
	if (strncmp(key, "host_", 5) == 0)
		return 1;
	return strncmp(key, "version_", 8) == 0 ? 2 : 0;
}

static void machine_facts(const struct pvq_report *r, int group, const char *heading)
{
	int any = 0;

	for (size_t i = 0; i < r->manifest->count; i++) {
		const struct pvq_fact *fact = &r->manifest->fact[i];
		size_t skip = group == 1 ? 5 : group == 2 ? 8 : 0;

		if (machine_group(fact->key) != group)
			continue;
		if (!any)
			fprintf(r->md, "### %s\n\n| Fact | Value |\n|:--|:--|\n", heading);
		any = 1;
		fputs("| ", r->md);
		for (const char *c = fact->key + skip; *c; c++) {
			const char one[2] = {(char)(*c == '_' ? ' ' : *c), '\0'};

			pvq_text_md(r->md, one);
		}
		fputs(" | ", r->md);
		pvq_text_md(r->md, fact->value);
		fputs(" |\n", r->md);
	}
	fputs(any ? "\n" : "", r->md);
}

/* An indented code block: nothing in it is markup, and it can be copied. */
static void machine_command(const struct pvq_report *r, const char *command, const char *argument)
{
	fputs("    ", r->md);
	for (const char *c = command; *c; c++)
		fputc(*c == '\n' || *c == '\r' ? ' ' : *c, r->md);
	if (argument) {
		fputc(' ', r->md);
		pvq_quote_word(r->md, argument);
	}
	fputc('\n', r->md);
}

int pvq_chapter_machine(const struct pvq_report *r)
{
	const char *command = pvq_manifest_get(r->manifest, "command");

	fputs("## Machine, versions, commands\n\n", r->md);
	if (r->manifest->count == 0)
		fputs("This folder has no manifest.tsv, so machine, versions and commands were not "
		      "recorded.\n\n",
			r->md);
	pvq_machine_verdicts(r);
	machine_facts(r, 1, "The machine");
	machine_facts(r, 2, "The versions");
	machine_facts(r, 0, "The run");
	fputs("### The commands\n\n", r->md);
	if (command)
		machine_command(r, command, NULL);
	machine_command(r, "pvq report", r->dir);
	fputs("\nEvery picture is in plots/ as SVG and as PNG, with its figures (.dat) and the "
	      "script that redraws it (.gp): `cd plots && gnuplot NAME.gp`.\n",
		r->md);
	return 0;
}
