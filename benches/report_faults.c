/* report_part.h: what happens when a worker dies: a cell is what was seen of one trial, never what is expected. */
#include "report_part.h"

#include <string.h>

/* What became of the other items. */
static void faults_others(const struct pvq_report *r, const struct pvq_fault *f)
{
	unsigned others = f->items - 1;

	if (f->delivered == others)
		fprintf(r->md, "all %u others", others);
	else
		fprintf(r->md, "%u of %u others", f->delivered, others);
	if (f->lost)
		fprintf(r->md, ", %u of them said to be lost", f->lost);
}

static void faults_cell(const struct pvq_report *r, const struct pvq_fault *f)
{
	if (!f) {
		fputs(" – |", r->md);
		return;
	}
	if (f->status == PVQ_UNAVAILABLE) {
		fputs(" unavailable |", r->md);
		return;
	}
	if (f->begun == 0)
		fputs(" the item was never begun; ", r->md);
	else if (f->hung)
		fputs(f->told ? " said so, then **hung**; " : " **hung**; ", r->md);
	else if (f->told)
		fputs(f->kind == PVQ_FAULT_ERROR ? " item named; " : " item named as lost; ", r->md);
	else if (strncmp(f->reason, "the trial's process died", 24) == 0)
		fputs(" **all died**; ", r->md);
	else
		fputs(" gave up; ", r->md);
	faults_others(r, f);
	if (f->noticed_ns)
		fprintf(r->md, "; after %s", pvq_text_ns((double)f->noticed_ns).s);
	if (f->begun > 1)
		fprintf(r->md, "; begun %u times", f->begun);
	fputs(" |", r->md);
}

static int faults_is_first(const struct pvq_faults *faults, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(faults->fault[j].impl, faults->fault[i].impl) == 0)
			return 0;
	return 1;
}

/* Kinds as a reader knows them. */
static const char *const faults_heading[PVQ_FAULTS] = {"the task fails (-EIO, an exception)",
	"its worker gets SIGSEGV", "its worker gets SIGKILL", "its worker calls exit()",
	"the task never ends"};

int pvq_chapter_faults(const struct pvq_report *r)
{
	const struct pvq_faults *faults = r->faults;

	if (!faults || faults->count == 0)
		return 0;
	fprintf(r->md,
		"## What happens when a worker dies?\n\nTried once with every strategy and every kind: %u items, of which item 20 "
		"is the one at fault, on %u workers (serial has one). A cell tells what was seen: what the strategy made of that item, how many results of the "
		"others were delivered and right, and how long after the fault the strategy told, or ended. *Hung* is what had "
		"to be killed after %d s; *all died*: the whole program, results not delivered yet with it; *gave up*: an error "
		"was returned for everything.\n\n| Strategy |",
		faults->fault[0].items, r->costs ? r->costs->workers : 2, PVQ_FAULTS_TIMEOUT_S);
	for (int k = 0; k < PVQ_FAULTS; k++)
		fprintf(r->md, " %s |", faults_heading[k]);
	fputs("\n|:--|:--|:--|:--|:--|:--|\n", r->md);
	for (size_t i = 0; i < faults->count; i++) {
		const char *impl = faults->fault[i].impl;

		if (!faults_is_first(faults, i))
			continue;
		fputs("| ", r->md);
		pvq_text_md(r->md, impl);
		fputs(" |", r->md);
		for (int k = 0; k < PVQ_FAULTS; k++)
			faults_cell(r, pvq_faults_find(faults, impl, (enum pvq_fault_kind)k));
		fputs("\n", r->md);
	}
	fputs("\nA strategy that takes a limit for single items was given one of 1 s in the last column. Where it says *begun 2 times*, the item "
	      "was tried again on another worker, which died of it as well.\n\n",
		r->md);
	return 0;
}
