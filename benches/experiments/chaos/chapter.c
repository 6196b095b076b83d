/* chapter.c: what each way made of the kills, as a table: what was seen of its trial, never what is expected. */
#include "experiments/chaos/chaos.h"
#include "trial/text.h"

#include <inttypes.h>

/* "10,000,000" */
static struct pvq_text grouped(uint64_t n)
{
	struct pvq_text t;
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			t.s[at++] = ',';
		t.s[at++] = digits[i];
	}
	t.s[at] = '\0';
	return t;
}

/* A way that has said nothing for so much of its time hangs; another may only be slow. */
static int is_silent(const struct pvq_chaos *way)
{
	return way->silent_ms >= way->limit_ms / 4 || way->delivered + way->lost == 0;
}

static void write_outcome(FILE *md, const struct pvq_chaos *way)
{
	if (way->status == PVQ_OK)
		fputs("delivers all", md);
	else if (way->cause == PVQ_CAUSE_DRIVER_TIMEOUT)
		fputs(is_silent(way) ? "**hangs**" : "is not done at the time-out", md);
	else if (way->cause == PVQ_CAUSE_TRIAL_DIED)
		fputs("**all of it dies**", md);
	else if (way->cause == PVQ_CAUSE_WRONG_RESULT)
		fputs("**delivers a wrong result**", md);
	else if (way->killed_ns)
		fprintf(md, "loses %s, and reports them", grouped(way->lost).s);
	else if (way->delivered == 0)
		fputs("throws all away, with an error", md);
	else
		fputs("throws the rest away, with an error", md);
}

static void write_once(FILE *md, const struct pvq_chaos *way)
{
	uint64_t missing = way->items - way->delivered;

	if (missing == 0 && way->twice == 0)
		fputs("yes", md);
	else if (missing)
		fprintf(md, "no: %s missing", grouped(missing).s);
	else
		fputs("no", md);
	if (way->twice)
		fprintf(md, ", %s twice", grouped(way->twice).s);
}

static void write_order(FILE *md, const struct pvq_chaos *way)
{
	fputs(way->delivered == 0 ? "–" : way->disorder ? "no" : "yes", md);
}

static struct pvq_text rate(uint64_t n, uint64_t ns)
{
	return pvq_text_number((double)n / (double)ns * 1e6);
}

static void write_row(FILE *md, const struct pvq_chaos *way)
{
	fputs("| ", md);
	pvq_text_md(md, way->impl);
	if (way->calm_ns == 0) {
		fputs(" | not measured: ", md);
		pvq_text_md(md, way->reason);
		fputs(" | – | – | – | – | – | – | – |\n", md);
		return;
	}
	fputs(" | ", md);
	write_outcome(md, way);
	fprintf(md, " | %s | %s", grouped(way->kills).s, grouped(way->delivered).s);
	fprintf(md, " of %s | ", grouped(way->items).s);
	write_once(md, way);
	fputs(" | ", md);
	write_order(md, way);
	fprintf(md, " | %s | ", rate(way->items, way->calm_ns).s);
	if (way->killed_ns)
		fprintf(md, "%s | %.2f |\n", rate(way->delivered, way->killed_ns).s,
			(double)way->delivered / (double)way->killed_ns * (double)way->calm_ns /
				(double)way->items);
	else
		fputs("– | – |\n", md);
}

static void write_versions(FILE *md, const struct pvq_table_rows *rows)
{
	const struct pvq_chaos *way = rows->row;
	const char *before = "";

	for (size_t i = 0; i < rows->count; i++) {
		if (!way[i].version[0])
			continue;
		fputs(before, md);
		pvq_text_md(md, way[i].impl);
		fputs(": ", md);
		pvq_text_md(md, way[i].version);
		before = "; ";
	}
	fputs(before[0] ? ".\n" : "", md);
}

void pvq_chaos_table(FILE *md, const struct pvq_table_rows *rows)
{
	const struct pvq_chaos *way = rows->row;

	if (rows->count == 0)
		return;
	fputs("| Way | What it does | Kills | Right results | Each exactly once | In order | Items/ms undisturbed | Items/ms "
	      "with kills | Ratio |\n|:--|:--|--:|--:|:--|:--|--:|--:|--:|\n",
		md);
	for (size_t i = 0; i < rows->count; i++)
		write_row(md, &way[i]);
	fprintf(md, "\nItems of %s on %u workers; a random worker is killed every %u ms. Time-out: %s.\n",
		pvq_text_tic((double)way->item_ns).s, way->workers, way->every_ms,
		pvq_text_tic((double)way->limit_ms * 1e6).s);
	write_versions(md, rows);
}

int pvq_chaos_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_table_rows *rows = data;
	const struct pvq_chaos *way = rows->row;

	if (rows->count == 0)
		return 0;
	fprintf(r->md,
		"## What if a worker is killed every %u ms?\n\nEach way to use processes runs a map of short items twice: "
		"undisturbed, and while a random worker is killed by SIGKILL every %u ms, up to the last fiftieth of the "
		"items. A way that is slow has fewer items, so that it, too, is done in a quarter of the time-out if undisturbed.\n\n",
		way->every_ms, way->every_ms);
	pvq_chaos_table(r->md, rows);
	fprintf(r->md,
		"\nEach row is one trial; which worker dies where may decide between an error and a hang. "
		"*Hangs*: the map had to be ended at the time-out, and nothing had arrived for a quarter of that time. "
		"*Throws away*: an error ended the map, and the results that had not been delivered were gone. *Loses*: an "
		"error was delivered in place of a result. *Ratio*: right results in a second, with kills against "
		"undisturbed. pvq's pool begins an item again whose worker is killed, up to %d times here, since chance may "
		"kill the workers of one item more than once.\n\n",
		PVQ_CHAOS_ATTEMPTS);
	return 0;
}
