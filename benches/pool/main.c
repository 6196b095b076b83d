/* main.c: build/pool-bench: measures the claims about the pool, beside its peers, and prints a table. A target that is
 * not met does not change the exit code: it is 1 only if something could not run or gave a wrong result.
 */
#include "base/clock.h"
#include "base/options.h"
#include "base/outfile.h"
#include "base/process.h"
#include "base/rundir.h"
#include "drive/launch.h"
#include "pool/figures.h"
#include "pool/remote.h"
#include "pool/trial.h"
#include "results/state.h"
#include "tasks/kernel.h"
#include "trial/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };
enum { CORES = 2, BLOCKS = 15 };

static const struct pool_figure *const figures[] = {&pool_figure_item, &pool_figure_bare, &pool_figure_pair,
	&pool_figure_metg, &pool_figure_throughput, &pool_figure_skew, &pool_figure_payload,
	&pool_figure_echo, &pool_figure_sleep, &pool_figure_idle, &pool_figure_memory, &pool_figure_death,
	&pool_figure_orphans};

enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

struct bench {
	struct pool_lab lab;
	struct pvq_registry registry;
	struct pool_looks looks;
	struct pool_table table;
	int wanted[FIGURES], any; /* any: the user named some; else all are wanted */
	const char *csv, *rows;
	char folder[PATH_MAX]; /* of the rows */
	/* For the line below the table: */
	struct pvq_outfile facts; /* about the machine, before anything ran */
	struct pvq_outfile sizes; /* of the figures that ran */
};

/* ---- the command line ---- */

static int take_figure(void *into, const char *name)
{
	struct bench *b = into;

	for (unsigned i = 0; i < FIGURES; i++)
		if (strcmp(figures[i]->name, name) == 0) {
			b->any = b->wanted[i] = 1;
			return 0;
		}
	fprintf(stderr, "pool-bench: no figure '%s'; see pool-bench --help\n", name);
	return -EINVAL;
}

static void list_figures(FILE *f)
{
	size_t width = 0;

	for (unsigned i = 0; i < FIGURES; i++)
		width = strlen(figures[i]->name) > width ? strlen(figures[i]->name) : width;
	fputs("\nFigures:\n", f);
	for (unsigned i = 0; i < FIGURES; i++)
		pvq_help_line(f, figures[i]->name, figures[i]->summary, width + 1);
}

static int take_format(void *into, const char *name)
{
	static const char *const names[] = {
		[POOL_TEXT] = "text", [POOL_MARKDOWN] = "markdown", [POOL_NAMES] = "names"};
	struct bench *b = into;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0) {
			b->table.format = (enum pool_format)i;
			return 0;
		}
	fprintf(stderr, "pool-bench: no format '%s'; see pool-bench --help\n", name);
	return -EINVAL;
}

static const struct pvq_option options[] = {
	{"only", .word = "FIGURE", .help = "measure this figure; may be given several times (all)",
		.kind = PVQ_OPTION_OWN, .take = take_figure},
	{"blocks", .word = "B", .help = "how often each cell is measured (15); METG's three times as often",
		.kind = PVQ_OPTION_UNSIGNED, .min = 1, .max = POOL_SHEET_BLOCKS,
		.at = offsetof(struct bench, lab.blocks)},
	{"seed", .word = "S", .help = "seed of the random order (the time)", .kind = PVQ_OPTION_COUNT,
		.max = UINT64_MAX, .at = offsetof(struct bench, lab.seed)},
	{"format", .word = "FORMAT",
		.help = "text, markdown, or names: the rows' names, without measuring (text)",
		.kind = PVQ_OPTION_OWN, .take = take_format},
	{"csv", .word = "FILE", .help = "write every trial to FILE", .kind = PVQ_OPTION_TEXT,
		.at = offsetof(struct bench, csv)},
	{"rows", .word = "DIR",
		.help = "write the trials of METG and of empty items to the folder, for pvq agree",
		.kind = PVQ_OPTION_TEXT, .at = offsetof(struct bench, rows)},
	{0},
};

static const struct pvq_syntax syntax = {.name = "pool-bench",
	.summary = "Measure the claims about the pool, beside its peers, and print a table.",
	.own = options,
	.foot = list_figures};

/* ---- the figures ---- */

static void note_sizes(FILE *f, const struct pool_sheet *s)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (unsigned i = 0; i < s->cells; i++) {
		least = s->cell[i].n < least ? s->cell[i].n : least;
		most = s->cell[i].n > most ? s->cell[i].n : most;
	}
	fprintf(f, "; %s %u x n %" PRIu64, s->figure, s->blocks, least);
	if (most > least)
		fprintf(f, "-%" PRIu64, most);
}

static void figure_plan(struct pool_sheet *sheet, const struct bench *b, const struct pool_figure *figure)
{
	sheet->figure = figure->name;
	sheet->by_level = figure->by_level;
	if (b->table.format != POOL_NAMES)
		sheet->blocks = b->lab.blocks * (figure->blocks_times ? figure->blocks_times : 1);
	if (sheet->blocks > POOL_SHEET_BLOCKS)
		sheet->blocks = POOL_SHEET_BLOCKS;
	if (figure->blocks_most && figure->blocks_most < sheet->blocks)
		sheet->blocks = figure->blocks_most;
	figure->plan(sheet, &b->lab);
}

/* Opens the file of rows of a figure that has one, if they are wanted. 0 or -errno with a line on stderr. */
static int rows_open(struct pool_sheet *sheet, const struct bench *b, const struct pool_figure *figure)
{
	if (!b->rows || !figure->rows || b->table.format == POOL_NAMES)
		return 0;
	sheet->rows = pvq_rundir_open(b->rows, figure->rows, "we");
	return sheet->rows ? pvq_row_header(sheet->rows) : -EIO;
}

static int rows_close(struct pool_sheet *sheet, const struct bench *b)
{
	FILE *f = sheet->rows;

	sheet->rows = NULL;
	if (!f || fclose(f) == 0)
		return 0;
	fprintf(stderr, "pool-bench: the rows in %s are incomplete\n", b->rows);
	return -EIO;
}

/* Measures a planned figure. */
static int figure_run(struct pool_sheet *sheet, const struct bench *b, const struct pool_figure *figure)
{
	int ret = rows_open(sheet, b, figure), closed;

	if (ret == 0 && b->table.format != POOL_NAMES)
		ret = pool_sheet_run(sheet, &b->lab);
	closed = rows_close(sheet, b);
	return ret ? ret : closed;
}

/* Plans and measures the wanted figures, up to the first that is interrupted. ret: of each, 1 for those not measured.
 * -EINTR, or whether any failed. */
static int figures_run(struct bench *b, struct pool_sheet sheet[FIGURES], int ret[FIGURES])
{
	int failed = 0;

	for (unsigned i = 0; i < FIGURES; i++)
		ret[i] = 1;
	for (unsigned i = 0; i < FIGURES; i++) {
		if (b->any && !b->wanted[i])
			continue;
		figure_plan(&sheet[i], b, figures[i]);
		ret[i] = figure_run(&sheet[i], b, figures[i]);
		if (ret[i] == -EINTR) {
			fputs("pool-bench: interrupted\n", stderr);
			return -EINTR;
		}
		failed |= ret[i] != 0;
		note_sizes(b->sizes.f, &sheet[i]);
	}
	return failed ? -EIO : 0;
}

/* Levels come from the looks of the whole run, so nothing is printed before its end. */
static void figures_print(
	const struct bench *b, const struct pool_sheet sheet[FIGURES], const int ret[FIGURES])
{
	pool_table_head(&b->table);
	for (unsigned i = 0; i < FIGURES; i++)
		if (ret[i] == 0)
			figures[i]->print(&b->table, &sheet[i], &b->lab);
		else if (ret[i] < 0 && ret[i] != -EINTR)
			pool_table_failed(&b->table, figures[i]->name);
}

/* ---- the lines below the table ---- */

/* The value of a "key<TAB>value" line up to one of `ends`, or "unknown". */
static void print_fact(const char *before, const char *facts, const char *key, const char *ends)
{
	const char *at = strstr(facts, key), *value = at ? at + strlen(key) : "unknown";

	printf("%s%.*s", before, (int)strcspn(value, ends), value);
}

static void print_sizes(const struct bench *b)
{
	printf("%" PRIu64 " steps/µs; seed %" PRIu64 "; blocks and items: %s", b->lab.rate, b->lab.seed,
		b->sizes.text + strspn(b->sizes.text, "; "));
}

/* "hand-over near 104 ns, far 518 ns": the levels that the run met. */
static void print_levels(const struct pool_looks *looks)
{
	const struct pvq_state state = {.levels = looks->levels};

	for (size_t l = 0; l < looks->levels.count; l++) {
		const char *name = pvq_state_name(&state, (int)l);

		fputs(l ? ", " : "; hand-over ", stdout);
		printf("%s%s%s", name, name[0] ? " " : "", pvq_text_ns(looks->levels.level[l].centre).s);
	}
}

/* A paragraph for POOL.md, which explains the rows itself. */
static void markdown_foot(const struct bench *b)
{
	const char *facts = b->facts.text;

	print_fact("\nRevision ", facts, "version_pvq\t", "\n");
	printf(", %u core%s", b->lab.cores, b->lab.cores == 1 ? "" : "s");
	print_fact(", load at start ", facts, "host_load_at_start\t", " \n");
	print_fact("; ", facts, "version_compiler\t", "\n");
	print_levels(&b->looks);
	fputs("; ", stdout);
	print_sizes(b);
	puts(".");
}

static void text_foot(const struct bench *b)
{
	const char *facts = b->facts.text;

	print_fact("\nmachine: ", facts, "host_cpu_model\t", "\n");
	printf(", %u of its %u CPUs", b->lab.cores, b->lab.host.ncpu);
	print_fact("; load at start ", facts, "host_load_at_start\t", " \n");
	print_fact("; ", facts, "host_kernel\t", "\n");
	print_fact("; ", facts, "version_compiler\t", "\n");
	print_fact("; pvq ", facts, "version_pvq\t", "\n");
	print_levels(&b->looks);
	fputs("; ", stdout);
	print_sizes(b);
	puts("\nmedian (95 % interval), or [range]; ratios within a block, then their median; where the run met "
	     "several levels of the hand-over, a row for each. Each trial is a "
	     "fresh process.\nEmpty item, METG and 64 KiB are trials of pvq, as in its reports: one map, with the "
	     "harness's consumer; METG and its ratio come from the\nmedians of the times. All others map "
	     "twice, and the second map is timed (peak RSS, the item of 5 s, death and orphans: the only "
	     "one):\npools, teams and pages are warm. There the pool's time holds a put() that adds up the "
	     "results, that of threads the bare loop; all sums\nare verified. Death and orphans: from just "
	     "before SIGKILL to put() of the item as lost, or to the end of the last process.");
}

/* ---- all ---- */

static int csv_open(struct bench *b)
{
	if (!b->csv)
		return 0;
	b->lab.csv = fopen(b->csv, "we");
	if (!b->lab.csv) {
		int ret = -errno;

		fprintf(stderr, "pool-bench: cannot write %s: %s\n", b->csv, strerror(-ret));
		return ret;
	}
	pool_sheet_csv_head(b->lab.csv);
	return 0;
}

static int set_up(struct bench *b)
{
	int ret = pvq_host_read(&b->lab.host);

	if (ret == 0)
		ret = pvq_outfile_begin(&b->facts);
	if (ret == 0)
		ret = pvq_outfile_begin(&b->sizes);
	if (ret == -ENOMEM)
		fputs("pool-bench: out of memory\n", stderr);
	if (ret)
		return ret;
	pvq_host_facts(&b->lab.host, b->facts.f);
	b->lab.cores = b->lab.host.usable < CORES ? b->lab.host.usable : CORES;
	if (b->lab.cores < CORES)
		fprintf(stderr, "pool-bench: one core only; the targets are for %d\n", CORES);
	b->lab.rate = pvq_kernel_rate();
	return csv_open(b);
}

static int csv_close(const struct bench *b)
{
	int bad;

	if (!b->lab.csv)
		return 0;
	bad = ferror(b->lab.csv);
	bad |= fclose(b->lab.csv);
	if (bad)
		fprintf(stderr, "pool-bench: %s is incomplete\n", b->csv);
	return bad ? -EIO : 0;
}

int main(int argc, char **argv)
{
	static struct bench b; /* large: all CPUs' numbers */
	static struct pool_sheet sheet[FIGURES];
	int done[FIGURES], ret;

	pvq_process_begin();
	if (argc > 1 && strcmp(argv[1], "--trial") == 0)
		return pool_remote_child(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "trial") == 0)
		return pool_trial_child(argc - 1, argv + 1);
	b.registry.linked_in = pvq_linked_in;
	b.lab.registry = &b.registry;
	b.lab.looks = &b.looks;
	b.looks.began_ns = pvq_clock_ns();
	b.table.f = stdout;
	b.lab.blocks = BLOCKS;
	b.lab.seed = (uint64_t)time(NULL);
	ret = pvq_options_parse(&syntax, argc, argv, &b, NULL);
	if (ret)
		return ret == PVQ_OPTIONS_ANSWERED && fflush(stdout) == 0 ? EXIT_DONE : EXIT_USAGE;
	pvq_launch_signals();
	if (b.rows && pvq_rundir_make(b.rows, "pool-", b.folder, sizeof(b.folder)))
		return EXIT_USAGE;
	if (set_up(&b))
		return EXIT_FAILED;
	ret = figures_run(&b, sheet, done);
	if (pool_looks_find(&b.looks))
		ret = -ENOMEM;
	else
		figures_print(&b, sheet, done);
	if (pvq_outfile_compose(&b.facts) || pvq_outfile_compose(&b.sizes))
		ret = -ENOMEM;
	else if (ret != -EINTR && b.table.format == POOL_TEXT)
		text_foot(&b);
	else if (ret != -EINTR && b.table.format == POOL_MARKDOWN)
		markdown_foot(&b);
	pvq_outfile_free(&b.facts);
	pvq_outfile_free(&b.sizes);
	pvq_registry_free(&b.registry);
	pool_looks_free(&b.looks);
	if (csv_close(&b) || ret || fflush(stdout))
		return EXIT_FAILED;
	return EXIT_DONE;
}
