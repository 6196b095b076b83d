/* test_report.c: A report from rows that are made up here: do the words say what the rows carry, and no more? */
#include "drive/memory.h"
#include "experiments/faults/faults.h"
#include "report/report.h"
#include "trial/observed.h"
#include "trial/registry.h"
#include "trial/row.h"
#include "trial/text.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

/* A folder with a raw.csv being written; the report's text once it is made. */
struct run {
	char dir[64], path[128];
	FILE *raw;
	char *text;
};

static int make_run(void **state)
{
	struct run *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	strcpy(run->dir, "/tmp/pvq-report.XXXXXX");
	assert_non_null(mkdtemp(run->dir));
	snprintf(run->path, sizeof(run->path), "%s/raw.csv", run->dir);
	run->raw = fopen(run->path, "w");
	assert_non_null(run->raw);
	assert_int_equal(pvq_row_header(run->raw), 0);
	*state = run;
	return 0;
}

static int drop_run(void **state)
{
	struct run *run = *state;
	char command[128];
	int ret;

	snprintf(command, sizeof(command), "rm -rf %s", run->dir);
	ret = system(command);
	free(run->text);
	free(run);
	return ret;
}

static struct pvq_row row_of(
	const char *impl, const char *task, unsigned cores, unsigned block, double map_ms)
{
	struct pvq_row row = {.n = 100,
		.workers = cores,
		.cores = cores,
		.chunk = 1,
		.window = 8,
		.order = "unordered",
		.in_via = "pipe",
		.out_via = "pipe",
		.block = block,
		.verified = PVQ_VERIFIED_ORACLE,
		.start_ns = 200000,
		.first_ns = 50000,
		.map_ns = (uint64_t)(map_ms * 1e6),
		.stop_ns = 100000};

	snprintf(row.impl, sizeof(row.impl), "%s", impl);
	snprintf(row.task, sizeof(row.task), "%s", task);
	row.total_ns = row.start_ns + row.map_ns + row.stop_ns;
	return row;
}

/* Rows in `blocks` blocks with a drift that all strategies share, and a wobble of about 1 %. */
static void add_workers(struct run *run, const char *impl, const char *task, unsigned cores,
	unsigned workers, unsigned blocks, double map_ms)
{
	for (unsigned b = 0; b < blocks; b++) {
		double drift = 1 + 0.02 * b, wobble = 1 + 0.002 * (double)((b * 7UL + strlen(impl)) % 5);
		struct pvq_row row = row_of(impl, task, cores, b, map_ms * drift * wobble);

		row.workers = workers;
		row.nvcsw = 600 / workers;
		row.nivcsw = 200 / workers;
		row.oversubscribed = workers > cores;
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
}

static void add_cell(
	struct run *run, const char *impl, const char *task, unsigned cores, unsigned blocks, double map_ms)
{
	add_workers(run, impl, task, cores, cores, blocks, map_ms);
}

static void read_text(struct run *run, const char *name)
{
	FILE *f;
	size_t room = 0;

	snprintf(run->path, sizeof(run->path), "%s/%s", run->dir, name);
	f = fopen(run->path, "r");
	assert_non_null(f);
	free(run->text);
	run->text = NULL;
	assert_true(getdelim(&run->text, &room, '\0', f) > 0);
	fclose(f);
}

static int make_report(struct run *run)
{
	int ret;

	assert_int_equal(fclose(run->raw), 0);
	ret = pvq_report_make(&registry, run->dir);
	if (ret == 0)
		read_text(run, "report.md");
	return ret;
}

static void assert_says(const struct run *run, const char *words)
{
	if (!strstr(run->text, words))
		fail_msg("'%s' is not in:\n%.3000s", words, run->text);
}

static void assert_silent(const struct run *run, const char *words)
{
	if (strstr(run->text, words))
		fail_msg("'%s' is in the text", words);
}

static void a_clear_winner_is_named(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 10, 40);
	add_cell(run, "pool_ordered", "noop", 2, 10, 30);
	add_cell(run, "pthread_queue", "noop", 2, 10, 20);
	assert_int_equal(make_report(run), 0);
	assert_says(run,
		"On **2 cores**, one worker per core:\n\n- **Run in parallel**; serial is slower: noop.\n");
	assert_says(run, "| noop | **pthread_queue** | next is pool_ordered, 1.5");
	assert_says(run, " No trial failed.\n");
	assert_says(run, "30 trials of 3 cells in 10 blocks");
	assert_says(run, "not recorded"); /* no manifest */
	assert_silent(run, " tie: ");
	/* Serial stands in the row as the base, with its absolute time. */
	assert_says(run, "| 43.8 ms |");
}

/* Where there is gnuplot, every picture that the report shows is there, whole, and in the page. */
static void pictures_are_drawn_and_embedded(void **state)
{
	static const char *const names[] = {"overview", "first", "time", "bounds", "over"};
	struct run *run = *state;
	struct pvq_row row;

	if (system("gnuplot --version >/dev/null 2>&1"))
		skip();
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_cell(run, "pool_ordered", "noop", 2, 6, 20);
	for (unsigned b = 0; b < 6; b++) {
		row = row_of("pool_ordered", "noop", 2, b, 22);
		row.workers = 8;
		row.oversubscribed = 1;
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	assert_int_equal(make_report(run), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "](plots/%s.svg)", names[i]);
		read_text(run, "report.md");
		assert_says(run, name);
		snprintf(name, sizeof(name), "plots/%s.svg", names[i]);
		read_text(run, name);
		assert_says(run, "</svg>");
	}
	snprintf(run->path, sizeof(run->path), "%s/plots/gnuplot-1.log", run->dir);
	assert_int_not_equal(access(run->path, F_OK), 0);
	read_text(run, "report.html");
	assert_says(run, "<svg role=\"img\" aria-label=\"");
	assert_silent(run, "<img");
	/* Names within the pictures do not clash. */
	assert_says(run, "<g id=\"p1-gnuplot_canvas\">");
	assert_says(run, "<g id=\"p2-gnuplot_canvas\">");
	assert_says(run, "xlink:href='#p2-gpPt");
	assert_silent(run, "id=\"gnuplot");
	assert_silent(run, "id='gpPt");
	/* A bar says what its mark says, which is too small to point at. */
	read_text(run, "plots/bounds.svg");
	assert_says(run, " '><title>pool_ordered: empty items, 2 workers on 2 cores\n");
}

static void write_file(struct run *run, const char *name, const char *text)
{
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/%s", run->dir, name);
	f = fopen(run->path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void put_plot(struct run *run, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "plots/%s", name);
	write_file(run, path, text);
}

/* Pictures of an earlier version go, with all their files; a user's files stay, and so does the picture of a comparison. */
static void old_pictures_go_and_other_files_stay(void **state)
{
	static const char *const old[] = {"speedup-noop.svg", "speedup-noop.png", "speedup-noop.json",
		"speedup-noop.dat", "speedup-noop.gp"};
	static const char *const others[] = {"overview.gp", "mine.gp", "mine.svg", "mine.dat", "compare.gp",
		"compare.svg", "speedup-noop.txt", "speedup.svg"};
	struct run *run = *state;

	snprintf(run->path, sizeof(run->path), "%s/plots", run->dir);
	assert_int_equal(mkdir(run->path, 0777), 0);
	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++)
		put_plot(run, old[i], "# Drawn by: gnuplot speedup-noop.gp\n");
	for (size_t i = 1; i < sizeof(others) / sizeof(*others); i++)
		put_plot(run, others[i], "# Drawn by: gnuplot speedup-noop.gp\n"); /* mine.gp: a copy */
	put_plot(run, "compare.gp", "# Drawn by: gnuplot compare.gp\n");
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_cell(run, "pool_ordered", "noop", 2, 6, 20);
	assert_int_equal(make_report(run), 0);
	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
		snprintf(run->path, sizeof(run->path), "%s/plots/%s", run->dir, old[i]);
		assert_int_not_equal(access(run->path, F_OK), 0);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		snprintf(run->path, sizeof(run->path), "%s/plots/%s", run->dir, others[i]);
		assert_int_equal(access(run->path, F_OK), 0);
	}
}

static void serial_may_be_the_answer(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 10, 10);
	add_cell(run, "pool_ordered", "noop", 2, 10, 30);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "| noop | **serial** | next is pool_ordered");
	assert_says(run, "- **Keep serial**, the fastest: noop.");
	assert_silent(run, "Run in parallel");
}

/* The advice on workers: faster, slower and neither, each by its verdict. */
static void more_workers_are_judged(void **state)
{
	static const char *const task[] = {"noop", "sleep", "spin"};
	static const double more_ms[] = {30, 5, 20.01};
	struct run *run = *state;

	for (int t = 0; t < 3; t++) {
		add_cell(run, "pool_ordered", task[t], 2, 10, 20);
		add_workers(run, "pool_ordered", task[t], 2, 8, 10, more_ms[t]);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "- **noop**, 8 workers instead of 2: slower with pool_ordered (1.");
	assert_says(run, "- **sleep**, 8 workers instead of 2: faster with pool_ordered (");
	assert_says(run, "- **spin**, 8 workers instead of 2: equivalent with pool_ordered.");
	assert_says(run, "- **Nothing to compare**: noop, sleep, spin.");
}

static void equal_strategies_have_no_winner(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 10, 40);
	add_cell(run, "pool_ordered", "noop", 2, 10, 20);
	add_cell(run, "pthread_queue", "noop", 2, 10, 20.02);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "- **Run in parallel**; serial is slower: noop.\n");
	assert_says(run, "| 2 equivalent: p");
	assert_says(run, "next is serial, ");
	assert_silent(run, "Keep serial");
}

static void noise_has_no_winner(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 10, 40);
	for (unsigned b = 0; b < 10; b++) {
		struct pvq_row a = row_of("pool_ordered", "noop", 2, b, b % 2 ? 20 : 26);
		struct pvq_row c = row_of("pthread_queue", "noop", 2, b, b % 3 ? 22 : 19);

		assert_int_equal(pvq_row_write(run->raw, &a), 0);
		assert_int_equal(pvq_row_write(run->raw, &c), 0);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "| 2 tie: p");
	assert_silent(run, "Keep serial");
}

/* A leader by its median that had bad blocks does not keep in the contest those that others beat. */
static void who_is_beaten_by_any_is_out(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 16, 22);
	add_cell(run, "pthread_queue", "noop", 2, 16, 20.2);
	for (unsigned b = 0; b < 16; b++) {
		struct pvq_row row =
			row_of("pool_ordered", "noop", 2, b, (b % 4 ? 18 : 30) * (1 + 0.02 * b));

		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "- **Run in parallel**; serial is slower: noop.\n");
	assert_says(run, "| 2 tie: pool_ordered, pthread_queue |");
	assert_says(run, "none is slower than the first");
}

static void few_blocks_are_not_enough(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 3, 40);
	add_cell(run, "pool_ordered", "noop", 2, 3, 10);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "too few blocks; lowest median: pool_ordered | n = 3; 6 blocks are needed");
	assert_silent(run, "Keep serial");
	/* Pictures say what their bars are. */
	read_text(run, "plots/time.gp");
	assert_says(run, "bars = 'bars: the whole range, as blocks are too few for an interval'");
	read_text(run, "plots/overview.gp");
	assert_says(run, "bars = 'no bars: blocks are too few for an interval'");
}

static void failed_rows_are_shown_and_enter_nothing(void **state)
{
	struct run *run = *state;
	struct pvq_row row;

	add_cell(run, "serial", "noop", 1, 8, 40);
	add_cell(run, "pool_ordered", "noop", 2, 7, 20);
	row = row_of("pool_ordered", "noop", 2, 7, 0.001);
	row.status = PVQ_CRASHED;
	row.chunk = row.window = 0; /* it died before they were fixed: still the same cell */
	snprintf(row.reason, sizeof(row.reason), "killed | by *signal*\n<script>alert(1)</script>, \"9\"");
	assert_int_equal(pvq_row_write(run->raw, &row), 0);
	row = row_of("gone", "noop", 2, 0, 0);
	row.status = PVQ_UNAVAILABLE;
	snprintf(row.reason, sizeof(row.reason), "no library");
	assert_int_equal(pvq_row_write(run->raw, &row), 0);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "**1 trial failed**");
	assert_says(run, " 1 trial could not run here");
	assert_says(run,
		"| pool_ordered | noop | 2 | 2 | crashed | 1 of 8 | killed \\| by \\*signal\\* \\<script");
	assert_says(run, "| gone | noop | 2 | 2 | unavailable | 1 of 1 | no library |");
	assert_silent(run, "<script>");
	read_text(run, "report.html");
	assert_says(run, "killed | by *signal* &lt;script&gt;alert(1)&lt;/script&gt;");
	assert_silent(run, "<script>alert");
	read_text(run, "summary.csv");
	assert_says(run, "\"pool_ordered\",\"noop\",\"\",100,2,2,1,8,0,7,0,1,0,0,");
}

static void names_cannot_break_out(void **state)
{
	struct run *run = *state;
	struct pvq_row row = row_of("serial", "it's `odd`", 1, 0, 5);

	snprintf(row.args, sizeof(row.args), "dir=/a,b \"c\" 100%%|'`touch %s/owned`'", run->dir);
	assert_int_equal(pvq_row_write(run->raw, &row), 0);
	snprintf(row.impl, sizeof(row.impl), "q'`touch %.30s/owned`", run->dir);
	row.cores = row.workers = 2;
	assert_int_equal(pvq_row_write(run->raw, &row), 0);
	assert_int_equal(make_report(run), 0);
	snprintf(run->path, sizeof(run->path), "%s/plots/owned", run->dir);
	assert_int_not_equal(access(run->path, F_OK), 0);
	snprintf(run->path, sizeof(run->path), "%s/owned", run->dir);
	assert_int_not_equal(access(run->path, F_OK), 0);
}

static void a_single_row_makes_a_report(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 1, 5);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "only serial measured");
	assert_silent(run, "## Workers beyond");
}

static void nothing_that_ended_well_makes_a_report(void **state)
{
	struct run *run = *state;
	struct pvq_row row = row_of("serial", "noop", 1, 0, 0);

	row.status = PVQ_TIMEOUT;
	assert_int_equal(pvq_row_write(run->raw, &row), 0);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "No trial succeeded");
	assert_says(run, "| serial | noop | 1 | 1 | timeout | 1 of 1 |");
}

static void a_cut_off_file_gives_its_good_rows(void **state)
{
	struct run *run = *state;
	struct stat st;

	add_cell(run, "serial", "noop", 1, 10, 40);
	assert_int_equal(fflush(run->raw), 0);
	assert_int_equal(stat(run->path, &st), 0);
	assert_int_equal(truncate(run->path, st.st_size - 5), 0);
	assert_int_equal(make_report(run), -EBADMSG);
	read_text(run, "report.md");
	assert_says(run, "9 trials of 1 cell ");
}

static void rows_that_cannot_be_read_are_counted(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 3, 40);
	fputs("serial,noop,,many\n\"no end of quotes,\n", run->raw);
	add_cell(run, "pool_ordered", "noop", 2, 4, 20);
	assert_int_equal(make_report(run), -EBADMSG);
	read_text(run, "report.md");
	assert_says(run, "7 trials of 2 cells ");
	assert_says(run, "\n\n**2 rows of raw.csv could not be read.** No figure includes them.\n\n");
	assert_says(run, "## How far to trust it\n\n**2 rows of raw.csv could not be read.**");
	read_text(run, "summary.md");
	assert_says(run, "**2 rows of raw.csv could not be read.**");
}

static void a_foreign_file_is_refused(void **state)
{
	struct run *run = *state;

	assert_int_equal(ftruncate(fileno(run->raw), 0), 0);
	rewind(run->raw);
	fputs("name,price\npear,3\n", run->raw);
	assert_int_equal(make_report(run), -EBADMSG);
	snprintf(run->path, sizeof(run->path), "%s/report.md", run->dir);
	assert_int_not_equal(access(run->path, F_OK), 0);
	snprintf(run->path, sizeof(run->path), "%s/summary.csv", run->dir);
	assert_int_not_equal(access(run->path, F_OK), 0);
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
	struct run *run = *state;
	char path[128];

	add_cell(run, "serial", "noop", 1, 2, 40);
	snprintf(path, sizeof(path), "%s/report.md", run->dir);
	assert_int_equal(symlink("/dev/full", path), 0);
	assert_int_equal(make_report(run), -ENOSPC);
}

static void the_short_table_fits_a_terminal(void **state)
{
	struct run *run = *state;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	add_cell(run, "serial", "a_task_with_a_very_long_name", 1, 8, 40);
	add_cell(run, "pool_unordered", "a_task_with_a_very_long_name", 2, 8, 20);
	assert_int_equal(fclose(run->raw), 0);
	assert_int_equal(pvq_report_print_short(&registry, f, run->dir), 0);
	assert_int_equal(fclose(f), 0);
	assert_non_null(strstr(text, "fastest"));
	assert_non_null(strstr(text, "2.0"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_in_range(strlen(line), 1, 80);
	free(text);
}

/* The median of pool_ordered is lower than serial's, but pair by pair serial takes 0.91 of its time. */
static void a_contradiction_is_told_instead_of_a_rank(void **state)
{
	static const double serial[] = {139, 139, 139, 91, 91, 100, 155, 155, 139, 100, 200},
			    pool[] = {134, 134, 134, 100, 100, 110, 170, 170, 120, 110, 220};
	struct run *run = *state;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (unsigned b = 0; b < sizeof(pool) / sizeof(pool[0]); b++) {
		struct pvq_row one = row_of("serial", "noop", 1, b, serial[b]),
			       two = row_of("pool_ordered", "noop", 2, b, pool[b]);

		assert_int_equal(pvq_row_write(run->raw, &one), 0);
		assert_int_equal(pvq_row_write(run->raw, &two), 0);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "- **Inconclusive against serial**: noop.");
	assert_says(run,
		"| noop | too noisy to rank; lowest median: pool_ordered | slower in pairs with serial | 134 ms");
	read_text(run, "summary.md");
	assert_says(run, "| noop | too noisy to rank; lowest median: pool_ordered |");
	assert_int_equal(pvq_report_print_short(&registry, f, run->dir), 0);
	assert_int_equal(fclose(f), 0);
	assert_non_null(strstr(text, " too noisy to rank\n"));
	free(text);
}

/* A strategy without a window that fails with one chunk does not fail with the others. */
static void a_chunk_that_fails_is_a_cell(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 8, 40);
	for (unsigned b = 0; b < 8; b++) {
		struct pvq_row row = row_of("pool_ordered", "noop", 2, b, 20);

		row.window = 0;
		row.cell = 2;
		row.chunk = 10;
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
		row.cell = 1;
		row.chunk = 1;
		row.status = PVQ_CRASHED;
		if (b < 3)
			assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "| crashed | 3 of 3 |");
}

/* ---- peers ---- */

/* A trial of an empty item on two cores, near or far. */
static void add_state(struct run *run, const char *impl, unsigned block, double map_ms, uint64_t handover)
{
	struct pvq_row row = row_of(impl, "noop", 2, block, map_ms * (1 + 0.001 * (block % 5)));

	row.handover_ns = row.handover_after_ns = handover + block % 3;
	row.at_ms = 1700000000000 + 1000 * (uint64_t)block;
	row.wall_ns = 40000000;
	assert_int_equal(pvq_row_write(run->raw, &row), 0);
}

/* Near, one strategy is the faster, far, the other; each verdict names the state that it holds for. */
static void a_verdict_names_the_state_of_the_machine(void **state)
{
	struct run *run = *state;

	for (unsigned b = 0; b < 30; b++) {
		uint64_t handover = b % 3 ? 105 : 520;

		add_state(run, "pool_ordered", b, handover == 105 ? 1 : 4, handover);
		add_state(run, "pthread_queue", b, handover == 105 ? 2 : 3, handover);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "took 106 ns (*near*, 67 % of the groups) or 520 ns (*far*, 33 % of the groups)");
	assert_says(run, "| noop | **pool_ordered** |");
	assert_says(run, "| noop | **pool_ordered**, n = 20 | 10.0 µs");
	assert_says(run, "| **pthread_queue**, n = 10 | 30.1 µs");
	assert_says(run, "| **no** |");
	assert_says(run,
		"In 0 of 30 groups some trials were off the group's level, and were measured again at once. **0** trials stayed off it");
	assert_says(run, "| noop | pool_ordered | 10.0 µs");
	read_text(run, "levels.csv");
	assert_says(run, "\"pool_ordered\",\"noop\",\"\",100,2,2,1,8,2,520,10,");
}

static void one_state_is_not_made_much_of(void **state)
{
	struct run *run = *state;

	for (unsigned b = 0; b < 10; b++) {
		add_state(run, "pool_ordered", b, 1, 105);
		add_state(run, "pthread_queue", b, 2, 105);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "| noop | **pool_ordered** |");
	assert_says(run, "| 2 | the only one | 106 ns | 10 (100 %) |");
	assert_silent(run, "Near and far");
	assert_silent(run, "plots/state.svg");
}

static void a_trial_off_the_level_is_told(void **state)
{
	struct run *run = *state;

	for (unsigned b = 0; b < 20; b++) {
		add_state(run, "pool_ordered", b, 1, b % 2 ? 105 : 520);
		add_state(run, "pthread_queue", b, 2, b % 2 || b == 6 ? 105 : 520);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "**1** trial stayed off it, and enters no figure");
}

/* What makes it a run with peers: the time per empty item was measured. */
/* A task on one core with serial, and on two with three strategies; pool_ordered is always a little behind. */
static void add_task(struct run *run, const char *task, double serial_ms, double pool_ms, double queue_ms)
{
	add_cell(run, "serial", task, 1, 12, serial_ms);
	add_cell(run, "pool_unordered", task, 2, 12, pool_ms);
	add_cell(run, "pool_ordered", task, 2, 12, 1.01 * pool_ms);
	add_cell(run, "pthread_queue", task, 2, 12, queue_ms);
}

/* Where all are about as fast, the one to take survives a crash; a row names another only where that is worth it. */
static void the_verdict_decides_in_spite_of_ties(void **state)
{
	struct run *run = *state;

	add_task(run, "noop", 1, 3, 5);
	add_task(run, "spin", 4, 2.02, 2);
	add_task(run, "sleep", 4, 2, 2.01);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "> Take **pool_unordered** with 2 workers: at most ");
	assert_says(run, "over the 2 tasks where parallel work pays");
	assert_says(run, "it survives the death of a worker.");
	assert_says(run, "Keep a plain loop for empty items.");
	assert_says(run, "| … are tiny *(empty items)* | **a plain loop** | 1 | 1 | no |");
	assert_says(run, "| … compute evenly *(1 µs of computing)* | **pool_unordered** | 2 | 1.9");
	assert_says(run, "| … wait *(waiting 10 ms)* | **pool_unordered** | 2 | ");
	assert_silent(run, "is faster."); /* nothing is an exception */
	read_text(run, "summary.md");
	assert_says(run, "> Take **pool_unordered** with 2 workers");
}

/* What survives is not taken at any price; the row for those who need it names it. */
static void the_verdict_names_what_the_choice_costs(void **state)
{
	struct run *run = *state;

	add_task(run, "spin", 4, 2, 2);
	add_task(run, "echo", 4, 3, 2);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "> Take **pthread_queue** with 2 workers");
	assert_says(run, "it does not survive the death of a worker.");
	assert_says(run, "| … carry large payloads *(64 bytes in, 64 bytes out)* | **pthread_queue** |");
	assert_says(run, "| … must survive crashes | **pool_unordered** |");
	assert_says(run, "| pool_unordered | 5"); /* 50 %, give or take the wobble */
}

/* With too few blocks for any interval the medians decide, and the sentence says so; nothing is proven. */
static void medians_decide_where_there_are_no_intervals(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "spin", 1, 3, 4);
	add_cell(run, "pool_unordered", "spin", 2, 3, 2);
	add_cell(run, "pthread_queue", "spin", 2, 3, 3);
	assert_int_equal(make_report(run), 0);
	assert_says(run,
		"> Take **pool_unordered** with 2 workers (provisional: by medians alone, too few blocks");
	assert_says(run, "over the one task where parallel work seems to pay");
	assert_says(run, "| … compute evenly *(1 µs of computing)* | **pool_unordered** | 2 | ");
	assert_says(run, "- **Inconclusive against serial**: spin");
}

/* One interval, and only what is proven counts. */
static void medians_decide_nothing_beside_an_interval(void **state)
{
	struct run *run = *state;

	add_task(run, "sleep", 4, 2, 2.01);
	add_cell(run, "serial", "spin", 1, 3, 4);
	add_cell(run, "pool_unordered", "spin", 2, 3, 2);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "over the one task where parallel work pays");
	assert_says(run, "Inconclusive: 1 µs of computing.");
	assert_silent(run, "provisional");
}

static void nothing_is_decided_where_all_are_as_fast(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "spin", 1, 3, 2);
	add_cell(run, "pool_unordered", "spin", 2, 3, 2);
	assert_int_equal(make_report(run), 0);
	assert_says(run,
		"> Nothing to decide: no task was shown to be faster in parallel, or in a plain loop.");
}

static void add_dispatch(struct run *run, const char *impl, unsigned blocks)
{
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/dispatch.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_row_header(f), 0);
	for (unsigned b = 0; b < blocks; b++) {
		struct pvq_row row = row_of(impl, "noop", 2, b, 1);

		assert_int_equal(pvq_row_write(f, &row), 0);
	}
	assert_int_equal(fclose(f), 0);
}

/* With peers the answer comes first, too; its picture shows only those that cost least to always take. */
static void the_overview_shows_the_best_of_many(void **state)
{
	static const char *const peers[] = {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"};
	struct run *run = *state;

	add_cell(run, "serial", "spin", 1, 12, 20);
	for (size_t i = 0; i < sizeof(peers) / sizeof(*peers); i++)
		add_cell(run, peers[i], "spin", 2, 12, 10 + (double)((i + 3) % 9));
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "](plots/overview.svg)");
	read_text(run, "plots/overview.gp");
	assert_says(run, "label[8] = 'p9'");
	assert_silent(run, "= 'p6'"); /* the slowest */
}

/* A line over two points is no curve: efficiency has a picture from three core counts on. */
static void efficiency_needs_three_core_counts(void **state)
{
	static const double ms[] = {20, 10, 8};
	struct run *run = *state;
	double x, efficiency;
	int points = 0;
	char *line, *rest;

	add_cell(run, "serial", "spin", 1, 12, 20);
	add_cell(run, "serial", "echo", 1, 12, 20);
	for (unsigned i = 0; i < 3; i++) {
		add_cell(run, "pool_unordered", "spin", 1u << i, 12, ms[i]);
		if (i < 2)
			add_cell(run, "pool_unordered", "echo", 1u << i, 12, ms[i]);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "](plots/efficiency.svg)");
	read_text(run, "plots/efficiency.dat");
	assert_silent(run, "echo");
	for (line = strtok_r(run->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (sscanf(line, "%lf %lf", &x, &efficiency) == 2 && !isnan(x)) {
			points++;
			assert_true(fabs(efficiency - (x < 3 ? 1 : 20.0 / 8 / 4)) < 0.02);
		}
	assert_int_equal(points, 3);
}

static void end_rows(struct run *run)
{
	assert_int_equal(fclose(run->raw), 0);
	run->raw = NULL;
}

static FILE *begin_text(struct run *run, const char *name)
{
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/%s", run->dir, name);
	f = fopen(run->path, "w");
	assert_non_null(f);
	return f;
}

static void begin_rows(struct run *run, const char *name)
{
	run->raw = begin_text(run, name);
	assert_int_equal(pvq_row_header(run->raw), 0);
}

/* Items of `ns` in blocks in which the pool's overhead is 100 and 500 ns in turn; serial has none. */
static void add_grain(struct run *run, unsigned ns)
{
	for (unsigned b = 0; b < 12; b++) {
		struct pvq_row serial = row_of("serial", "spin", 1, b, 100.0 * ns / 1e6);
		struct pvq_row pool = row_of(
			"pool_unordered", "spin", 2, b, 100.0 * (ns + (b % 2 ? 100 : 500)) / 2 / 1e6);

		snprintf(serial.args, sizeof(serial.args), "ns=%u", ns);
		memcpy(pool.args, serial.args, sizeof(pool.args));
		assert_int_equal(pvq_row_write(run->raw, &serial), 0);
		assert_int_equal(pvq_row_write(run->raw, &pool), 0);
	}
}

/* The sentence on the break-even length, without markup and line breaks. */
static void break_even_of(char words[200], const char *text)
{
	const char *at = strstr(text, "Items shorter");
	size_t len = 0;

	if (!at)
		fail_msg("no break-even length in:\n%.3000s", text);
	for (; at && *at && *at != '.' && len < 199; at++)
		if (*at == '<')
			at += strcspn(at, ">");
		else if (*at != '*')
			words[len++] = *at == '\n' ? ' ' : *at;
	words[len] = '\0';
}

/* Removes what keeps a figure and its unit on one line of the page. */
static void let_break(char *html)
{
	for (char *at; (at = strstr(html, "&nbsp;"));) {
		*at = ' ';
		memmove(at + 1, at + 6, strlen(at + 6) + 1);
	}
}

/* The break-even length is seldom known well: it comes with its interval, wherever it stands. */
static void the_break_even_length_has_an_interval(void **state)
{
	static const char *const file[] = {"summary.md", "report.html"};
	struct run *run = *state;
	double even, lo, hi;
	char words[200], other[200], *terminal = NULL;
	size_t len;
	FILE *f;

	add_task(run, "noop", 1, 3, 5);
	add_task(run, "spin", 4, 2, 3);
	end_rows(run);
	begin_rows(run, "grain.csv");
	for (unsigned ns = 30; ns < 10000; ns *= 3)
		add_grain(run, ns);
	assert_int_equal(make_report(run), 0);
	break_even_of(words, run->text);
	assert_int_equal(
		sscanf(words,
			"Items shorter than about %lf ns (95 %%: %lf ns to %lf ns) are faster in a plain",
			&even, &lo, &hi),
		3);
	assert_true(80 < lo && lo <= even && even <= hi && hi < 600 && hi > 2 * lo);
	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++) {
		read_text(run, file[i]);
		if (i == 1)
			assert_says(run, " (95&nbsp;%: ");
		let_break(run->text);
		break_even_of(other, run->text);
		assert_string_equal(other, words);
	}
	f = open_memstream(&terminal, &len);
	assert_non_null(f);
	assert_int_equal(pvq_report_print_short(&registry, f, run->dir), 0);
	assert_int_equal(fclose(f), 0);
	break_even_of(other, terminal);
	assert_string_equal(other, words);
	free(terminal);
}

/* The tutorial's claims: each pair is faster, slower, equivalent or inconclusive on the tasks where it is, by what was
 * measured for that alone: the sweep says the opposite here. */
static void claims_are_answered_by_verdicts(void **state)
{
	static const char *const task[] = {"echo", "skew", "sleep", "spin"};
	static const double pool_ms[] = {10, 30, 20.01, 20};
	struct run *run = *state;
	FILE *sweep = run->raw;

	for (size_t t = 0; t < 4; t++) {
		add_cell(run, "fork_pipe_queue", task[t], 2, 10, 20);
		add_cell(run, "pool_unordered", task[t], 2, 10, 400 / pool_ms[t]);
	}
	add_dispatch(run, "pool_unordered", 10);
	begin_rows(run, "claims.csv");
	for (size_t t = 0; t < 4; t++)
		add_cell(run, "fork_pipe_queue", task[t], 2, 12, 20);
	for (size_t t = 0; t < 3; t++)
		add_cell(run, "pool_unordered", task[t], 2, 12, pool_ms[t]);
	for (unsigned b = 0; b < 12; b++) {
		struct pvq_row row = row_of("pool_unordered", "spin", 2, b, b % 2 ? 15 : 26);

		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	add_workers(run, "fork_pipe_queue", "spin", 2, 8, 12, 40);
	assert_int_equal(fclose(run->raw), 0);
	run->raw = sweep;
	assert_int_equal(make_report(run), 0);
	assert_says(run, "come from 12 separate blocks");
	assert_says(run, "### Is Pool faster than Process + Queue?");
	assert_says(run, "- **`pool_unordered` against `fork_pipe_queue`, map**: faster on `echo` (×0.");
	assert_says(run, "); slower on `skew` (×1.");
	assert_says(run, "); equivalent on `sleep`; inconclusive on `spin`.\n");
	assert_says(run, "- **`fork_pipe_queue` against `pool_unordered`**: slower on `echo` (×");
	assert_says(run, "- **spin, 8 workers**: slower with `fork_pipe_queue` (×");
	assert_says(run, "| Context switches per item: 2 → 8 workers |\n");
	assert_says(run, " | 4.00 → 1.00 |\n");
	/* What was not measured is not answered. */
	assert_silent(run, "python_pool_imap_unordered");
	assert_silent(run, "imap_unordered faster than imap");
	assert_silent(run, "Blocked by the head of the line");
}

/* With so many items in a chunk. */
static void add_chunk(struct run *run, const char *impl, unsigned chunk, unsigned blocks, double map_ms)
{
	for (unsigned b = 0; b < blocks; b++) {
		struct pvq_row row = row_of(impl, "spin", 2, b, map_ms * (1 + 0.02 * b));

		row.chunk = chunk;
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
}

/* What is claimed of a pool of CPython is claimed for its default chunk and for its best. */
static void claims_hold_for_a_chunk(void **state)
{
	struct run *run = *state;
	FILE *sweep = run->raw;

	add_cell(run, "python_pool_imap", "spin", 2, 10, 20);
	add_dispatch(run, "python_pool_imap", 10);
	begin_rows(run, "claims.csv");
	add_chunk(run, "python_process_queue", 1, 16, 20);
	add_chunk(run, "python_pool_imap", 1, 16, 40);
	add_chunk(run, "python_pool_imap", 10, 16, 5);
	add_chunk(run, "python_pool_map", 0, 16, 10);
	add_cell(run, "python_process_queue", "sleep", 2, 16, 20);
	add_cell(run, "python_pool_imap", "sleep", 2, 16, 40);
	end_rows(run);
	begin_rows(run, "claims-chunks.csv");
	add_chunk(run, "python_process_queue", 1, 3, 20);
	add_chunk(run, "python_pool_imap", 1, 3, 40);
	add_chunk(run, "python_pool_imap", 10, 3, 5);
	add_chunk(run, "python_pool_map", 0, 3, 10);
	add_chunk(run, "python_pool_map", 1, 3, 60);
	end_rows(run);
	run->raw = sweep;
	assert_int_equal(make_report(run), 0);
	assert_says(run, "holds for the default chunk size");
	assert_says(
		run, "- **`python_pool_imap` against `python_process_queue`, map**: slower on `sleep` (×");
	assert_says(run, ") and `spin` (×2.00).\n");
	assert_says(run,
		"- **`python_pool_imap` against `python_process_queue`, map, at the best chunk size**: "
		"faster on `spin` (×0.250).\n");
	assert_says(run, "faster, at 10 |");
	assert_says(run, "map, at the best chunk size | – | ×0.250 "); /* nothing was sought on sleep */
	assert_says(run, "faster, at the default |");                  /* Pool.map's own choice */
}

/* So many blocks in which the strategy takes a and b by turns; 0: it crashes. */
static void add_turns(
	struct run *run, const char *impl, const char *task, unsigned cores, double a, double b)
{
	for (unsigned block = 0; block < 12; block++) {
		struct pvq_row row = row_of(impl, task, cores, block, block % 2 ? b : a);

		row.wall_ns = 3 * row.map_ns;
		if (a == 0) {
			row.status = PVQ_CRASHED;
			row.verified = PVQ_UNVERIFIED;
			strcpy(row.reason, "it | broke");
		}
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
}

/* Of dozens of strategies: what each costs, which were fast in some blocks and slow in others, and why some have no
 * figure. */
static void rivals_are_told_with_what_they_lack(void **state)
{
	const struct pvq_memory memory = {
		.impl = "their_pool", .workers = 2, .processes = 3, .pss_kb = 3 << 10};
	struct run *run = *state;
	FILE *f;

	add_cell(run, "serial", "spin", 1, 12, 20);
	for (unsigned cores = 1; cores <= 2; cores++) {
		add_cell(run, "pool_unordered", "spin", cores, 12, 22.0 / cores);
		add_turns(run, "their_pool", "spin", cores, 12.0 / cores, 30.0 / cores);
	}
	add_turns(run, "broken_pool", "spin", 1, 12, 12.1);
	add_turns(run, "broken_pool", "spin", 2, 0, 0);
	end_rows(run);
	begin_rows(run, "dispatch.csv");
	add_turns(run, "pool_unordered", "noop", 2, 1, 1.01);
	add_turns(run, "their_pool", "noop", 2, 2, 9);
	add_turns(run, "broken_pool", "noop", 2, 4, 4.01);
	for (unsigned block = 0; block < 6; block++) {
		struct pvq_row row = row_of("their_lib", "noop", 2, block, 0);

		row.status = PVQ_UNAVAILABLE;
		strcpy(row.reason, "needs libtheirs-dev");
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	end_rows(run);
	begin_rows(run, "cold.csv");
	add_turns(run, "their_pool", "noop", 2, 10, 40);
	end_rows(run);
	f = begin_text(run, "memory.csv");
	assert_int_equal(pvq_memory_header(f), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pvq_memory_write(f, &memory), 0);
	assert_int_equal(fclose(f), 0);
	f = begin_text(run, "lines.tsv");
	fputs("their_pool\t70\t150\nbroken_pool\t80\t80\nthe rest is torn", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(pvq_report_make(&registry, run->dir), 0);
	read_text(run, "report.md");
	/* The empty item, the ratio to the pool, the memory of three processes, the lines with those they build on. */
	assert_says(run, "| **pool_unordered** | 10.1 µs (10.0–10.1) | 1.00 |");
	assert_says(run, "| their_pool | 55.0 µs (20.0–90.0) | 5.47 |");
	assert_says(run, " | 3.00 MiB (3) | 70 (150) |\n");
	assert_says(run, " | – | 80 |\n");
	assert_says(run, "Not measured: their_lib: needs libtheirs-dev.\n");
	assert_says(run,
		"Unsteady, by the interval of the median: time per empty item of their_pool, 55.0 µs ");
	assert_says(run, "; whole run of their_pool, ");
	/* Wall time versus cores. */
	assert_says(run, "| Strategy | 1 core | 2 cores |\n");
	assert_says(run, "| broken_pool | 12.1 ms, ×");
	assert_says(run, " | crashed |\n");
	assert_says(run, "\nbroken_pool: it \\| broke.\n");
	assert_says(run,
		"Unsteady between blocks, by the interval of the median: their_pool on 1 core, 21.0 ms ");
	assert_says(run, "; their_pool on 2 cores, 10.5 ms ");
	assert_silent(run, "; pool_unordered on ");
}

/* The consumer of imap waits for the next in line; of imap_unordered never. Turns in which others took CPU time are
 * counted. */
static void claims_tell_what_is_held_back(void **state)
{
	static const char *const impl[] = {"pool_ordered", "pool_unordered"};
	struct run *run = *state;
	FILE *sweep = run->raw;

	for (int i = 0; i < 2; i++)
		add_cell(run, impl[i], "spin", 2, 10, 20);
	add_dispatch(run, "pool_unordered", 10);
	begin_rows(run, "claims.csv");
	for (int t = 0; t < 2; t++)
		for (int i = 0; i < 2; i++)
			for (unsigned b = 0; b < 12; b++) {
				struct pvq_row row = row_of(impl[i], t ? "echo" : "spin", 2, b, 20 + i + t);

				row.wall_ns = 400000000;
				row.stolen_ns = t ? 0 : row.wall_ns / 2;
				assert_int_equal(pvq_row_write(run->raw, &row), 0);
			}
	add_cell(run, "fork_pipe_queue", "echo", 2, 12, 11);
	end_rows(run);
	for (int t = 0; t < 2; t++)
		for (unsigned round = 0; round < 3; round++)
			for (int i = 0; i < 2; i++) {
				struct pvq_row row = row_of(impl[i], t ? "echo" : "spin", 2, round, 20);
				struct pvq_observed o;

				pvq_observed_identify(&o, &row);
				o.lanes = 2;
				o.blocked_ns = i ? 0 : o.map_ns / 4;
				snprintf(run->path, sizeof(run->path), "%s/observed.csv", run->dir);
				assert_int_equal(pvq_observed_append(run->path, &o), 0);
			}
	run->raw = sweep;
	assert_int_equal(make_report(run), 0);
	assert_says(run, " 12 of 24 turns of a task were disturbed: ");
	assert_says(run,
		"- **Blocked by the head of the line** (share of the map in which a later result was complete, but not "
		"the next), with `pool_ordered` and with `pool_unordered`: `echo` 25 % and 0.0 %, `spin` 25 % and 0.0 %.\n");
	assert_says(run,
		"- **Extra time per item with `fork_pipe_queue`, against `pool_unordered`**: `echo` −");
}

static void add_fault(FILE *f, const char *impl, enum pvq_fault_kind kind, unsigned delivered,
	unsigned told, unsigned hung, enum pvq_status status, const char *reason)
{
	struct pvq_fault fault = {.kind = kind,
		.items = 40,
		.workers = strcmp(impl, "serial") == 0 ? 1 : 3,
		.delivered = delivered,
		.told = told,
		.begun = 1,
		.hung = hung,
		.noticed_ns = hung ? 0 : 700000,
		.status = status};

	snprintf(fault.impl, sizeof(fault.impl), "%s", impl);
	snprintf(fault.reason, sizeof(fault.reason), "%s", reason);
	assert_int_equal(pvq_faults_write(f, &fault), 0);
}

/* The summary rates a strategy by the worst of the three deaths. */
static void deaths_of_workers_in_short(void **state)
{
	static const char died[] = "the trial's process died of SIGKILL";
	struct run *run = *state;
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/faults.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_faults_header(f), 0);
	for (int kind = PVQ_FAULT_SEGV; kind <= PVQ_FAULT_EXIT; kind++) {
		int last = kind == PVQ_FAULT_EXIT;

		add_fault(f, "pool_ordered", kind, 39, 1, 0, PVQ_OK, "");
		add_fault(f, "pool_unordered", kind, last ? 38 : 39, 1, 0, PVQ_OK, "");
		add_fault(f, "fork_pipe_queue", kind, last ? 20 : 39, !last, 0, last ? PVQ_ERROR : PVQ_OK,
			"a worker died");
		add_fault(f, "pthread_queue", kind, 39, !last, 0, last ? PVQ_CRASHED : PVQ_OK, died);
		add_fault(f, "some_pool", kind, 39, last, !last, last ? PVQ_OK : PVQ_TIMEOUT, "killed");
	}
	add_fault(f, "by_hand", PVQ_FAULT_SEGV, 20, 0, 0, PVQ_CRASHED, "worker 1 died with item 20");
	add_fault(f, "by_hand", PVQ_FAULT_KILL, 20, 0, 0, PVQ_CRASHED, "worker 20 died with item 201");
	add_fault(f, "by_hand", PVQ_FAULT_EXIT, 20, 0, 0, PVQ_CRASHED, "a rank died");
	/* Nothing is reported of a strategy that was not tried with all three. */
	add_fault(f, "two_of_three", PVQ_FAULT_SEGV, 39, 1, 0, PVQ_OK, "");
	add_fault(f, "two_of_three", PVQ_FAULT_KILL, 39, 1, 0, PVQ_OK, "");
	add_fault(f, "not_here", PVQ_FAULT_SEGV, 39, 1, 0, PVQ_OK, "");
	add_fault(f, "not_here", PVQ_FAULT_KILL, 0, 0, 0, PVQ_UNAVAILABLE, "install it");
	add_fault(f, "not_here", PVQ_FAULT_EXIT, 0, 0, 1, PVQ_TIMEOUT, "killed");
	add_fault(f, "pool_ordered", PVQ_FAULT_HANG, 39, 1, 0, PVQ_OK, "");
	add_fault(f, "pthread_queue", PVQ_FAULT_HANG, 39, 0, 1, PVQ_TIMEOUT, "killed");
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "on 3 workers; serial strategies have one.\n");
	assert_says(run, "after SIGSEGV, SIGKILL and `_exit()`: pool_ordered.\n");
	assert_says(run, "others are missing** after at least one of the three: pool_unordered.\n");
	assert_says(run,
		"**Gives up with an error** after at least one of the three: fork_pipe_queue, by_hand.\n");
	assert_says(run, "**Dies with its worker**, as a whole: pthread_queue.\n");
	assert_says(run, "until it is killed: some_pool.\n");
	assert_says(run, "with a time limit for single items: pool_ordered.\n");
	assert_says(run, "*Exit*: its worker calls `_exit()`");
	assert_says(run, "\n| Strategy | error | SIGSEGV | SIGKILL | exit | hang |\n");
	/* An error is worth more when it says which item it was. */
	assert_says(run, "| by_hand | – | gave up, item named; 20 of 39 others; after 700 µs | "
			 "gave up, item not named; 20 of 39 others; after 700 µs | "
			 "gave up, item not named; 20 of 39 others; after 700 µs | – |\n");
	/* In the full table, a fault that was not tried has no result. */
	assert_says(run,
		"| pthread_queue | – | item named as lost; all 39 others; after 700 µs | item named as lost; "
		"all 39 others; after 700 µs | **all died**; all 39 others; after 700 µs | **hung**; all 39 others |\n");
}

/* Five tries of a kind, alike or not. The summary reports the worst one. */
static void tries_that_differ_are_counted(void **state)
{
	static const unsigned delivered[] = {31, 12, 25, 12, 38};
	struct run *run = *state;
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/faults.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_faults_header(f), 0);
	for (unsigned i = 0; i < 5; i++) {
		int hangs = i == 1 || i == 3;

		add_fault(f, "mixed", PVQ_FAULT_ERROR, 39, 1, 0, PVQ_ERROR, "");
		add_fault(f, "mixed", PVQ_FAULT_SEGV, delivered[i], 0, 0, PVQ_CRASHED,
			"the trial's process died: killed by SIGSEGV");
		add_fault(f, "mixed", PVQ_FAULT_KILL, hangs ? delivered[i] + i : 39, !hangs, hangs,
			hangs ? PVQ_TIMEOUT : PVQ_CRASHED, hangs ? "killed after 4 s" : "");
		add_fault(f, "mixed", PVQ_FAULT_EXIT, 39, i != 4, 0, PVQ_CRASHED,
			"worker 1 died with item 20");
		add_fault(f, "lucky", PVQ_FAULT_SEGV, i == 2 ? 38 : 39, 1, 0, PVQ_OK, "");
		add_fault(f, "lucky", PVQ_FAULT_KILL, 39, 1, 0, PVQ_OK, "");
		add_fault(f, "lucky", PVQ_FAULT_EXIT, 39, 1, 0, PVQ_OK, "");
	}
	add_fault(f, "mixed", PVQ_FAULT_HANG, 7, 0, 1, PVQ_TIMEOUT, "killed after 4 s");
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "Tried 5 times with every strategy");
	assert_says(run, "others are missing** after at least one of the three: lucky.\n");
	assert_says(run, "until it is killed: mixed.\n");
	assert_says(run,
		"| mixed | item named; all 39 others; after 700 µs | **all died**; 12–38 of 39 others; after 700 µs | "
		"**hung** 2 of 5 times (13–15 of 39 others); item named as lost 3 of 5 times (all 39 others, after 700 µs) | "
		"gave up, item named 1 of 5 times (all 39 others, after 700 µs); "
		"item named as lost 4 of 5 times (all 39 others, after 700 µs) | **hung**; 7 of 39 others |\n");
}

/* One that never began, one that delivered some results before it died, and three that delivered none. */
static void who_delivers_at_the_end_loses_all(void **state)
{
	static const char died[] = "the trial's process died: exit status 3";
	struct run *run = *state;
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/peers.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	fputs("impl,summary,order,in_via,out_via,flags,unavailable,version\n", f);
	for (int name = 'a'; name <= 'e'; name++)
		fprintf(f, "batch_%c,a batch,unordered,call,call,reusable,,\n", name);
	assert_int_equal(fclose(f), 0);
	snprintf(run->path, sizeof(run->path), "%s/faults.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_faults_header(f), 0);
	add_fault(f, "batch_a", PVQ_FAULT_ERROR, 39, 1, 0, PVQ_ERROR, "");
	add_fault(f, "batch_a", PVQ_FAULT_EXIT, 0, 0, 0, PVQ_CRASHED, died);
	add_fault(f, "batch_b", PVQ_FAULT_HANG, 0, 0, 1, PVQ_TIMEOUT, "killed after 4 s");
	add_fault(f, "batch_c", PVQ_FAULT_ERROR, 39, 1, 0, PVQ_ERROR, "");
	add_fault(f, "batch_d", PVQ_FAULT_EXIT, 1, 0, 0, PVQ_CRASHED, died);
	add_fault(f, "batch_e", PVQ_FAULT_EXIT, 0, 0, 0, PVQ_CRASHED, died);
	add_fault(f, "pthread_queue", PVQ_FAULT_EXIT, 0, 0, 0, PVQ_CRASHED, died); /* just bad luck */
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run,
		"Strategies that deliver nothing before the map ends, batch_a, batch_b and batch_e, lose "
		"every result. ");
}

/* The columns say what happened, whatever the words of the reason. A file of an earlier version has the words alone. */
static void a_cause_is_a_column(void **state)
{
	static const struct pvq_fault faults[] = {
		{.impl = "a", .kind = PVQ_FAULT_SEGV, .cause = PVQ_CAUSE_TRIAL_DIED, .reason = "gone"},
		{.impl = "b", .kind = PVQ_FAULT_SEGV, .cause = PVQ_CAUSE_GAVE_UP, .reason = "item 20"},
		{.impl = "c", .kind = PVQ_FAULT_SEGV, .cause = PVQ_CAUSE_WORKER_DIED, .named = 1},
	};
	struct run *run = *state;
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/faults.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_faults_header(f), 0);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct pvq_fault fault = faults[i];

		fault.items = 40;
		fault.workers = fault.begun = 1;
		fault.status = PVQ_CRASHED;
		assert_int_equal(pvq_faults_write(f, &fault), 0);
	}
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "| a | – | **all died**;");
	assert_says(run, "| b | – | gave up, item not named;");
	assert_says(run, "| c | – | gave up, item named;");
}

static void a_cause_is_read_from_the_words_of_an_old_file(void **state)
{
	struct run *run = *state;
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/faults.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	fputs("impl,kind,items,workers,delivered,told,lost,begun,hung,noticed_ns,item_timeout_ms,status,"
	      "reason,try\n"
	      "a,segv,40,2,20,0,0,1,0,9,0,crashed,\"the trial's process died: killed by SIGSEGV\",1\n"
	      "b,segv,40,2,20,0,0,1,0,9,0,crashed,\"a worker died\",1\n"
	      "c,segv,40,2,20,0,0,1,0,9,0,crashed,\"a worker died with item 20\",1\n",
		f);
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "| a | – | **all died**;");
	assert_says(run, "| b | – | gave up, item not named;");
	assert_says(run, "| c | – | gave up, item named;");
}

static void one_worker_is_said_to_be_one(void **state)
{
	struct run *run = *state;
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/faults.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_faults_header(f), 0);
	add_fault(f, "serial", PVQ_FAULT_ERROR, 39, 1, 0, PVQ_ERROR, "");
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 6, 40);
	add_dispatch(run, "serial", 6);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "on 1 worker.\n");
}

/* ---- how far to trust it ---- */

static void a_twin_is_in_no_contest_but_tells_the_noise(void **state)
{
	struct run *run = *state;

	add_cell(run, "serial", "noop", 1, 12, 40);
	add_cell(run, "pool_ordered", "noop", 2, 12, 30);
	add_cell(run, "pool_ordered~0", "noop", 2, 12, 30);
	add_cell(run, "pthread_queue", "spin", 2, 12, 30);
	add_cell(run, "pthread_queue~0", "spin", 2, 12, 20); /* as if the place in the order mattered */
	assert_int_equal(make_report(run), 0);
	assert_says(run, "**1 of 2** were called different");
	assert_says(run, "| noop | pool_ordered | 12 | ");
	assert_says(run, "**called different**");
	assert_says(run, "| noop | **pool_ordered** | next is serial");
	assert_silent(run, "~0");
}

static void precision_and_what_ended_it_are_told(void **state)
{
	struct run *run = *state;

	write_file(run, "manifest.tsv", "goal\t0.03\nblocks\t40\nended\tthe time was used up\n");
	add_cell(run, "serial", "noop", 1, 10, 40);
	for (unsigned b = 0; b < 10; b++) {
		struct pvq_row row = row_of("serial", "spin", 1, b, 20.0 * (1 + b % 2));

		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "**0 of 2 cells** reached it");
	assert_says(run, "| spin | 10 | ±");
	assert_says(run, "| time used up |");
}

/* Blocks 3 and 7 of one task: another process had half of a CPU, and the strategy took twice as long. */
static void disturbed_blocks_are_marked_and_left_out_once(void **state)
{
	struct run *run = *state;

	for (unsigned b = 0; b < 12; b++)
		for (int i = 0; i < 2; i++) {
			int disturbed = b == 3 || b == 7;
			double map_ms = (i ? 42 : 40) * (1 + 0.001 * b) * (i && disturbed ? 2 : 1);
			struct pvq_row row =
				row_of(i ? "pool_ordered" : "pthread_queue", "spin", 2, b, map_ms);

			row.wall_ns = row.total_ns + 5000000;
			row.foreign_ns = disturbed ? (int64_t)row.wall_ns : -1000000;
			assert_int_equal(pvq_row_write(run->raw, &row), 0);
		}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "**2 of 12 turns** were");
	assert_says(run, "| spin | 2 of 12 | pthread");
	assert_says(run, "**2 of 24 trials** are outliers");
	assert_says(run, "2 of these are in disturbed blocks");
	assert_says(run, "| spin | pool_ordered | 2 | 2 | 7 |");
}

/* Twelve blocks of two strategies, in `unknown` of which nobody says what others took. */
static void add_watched(struct run *run, unsigned unknown)
{
	for (unsigned b = 0; b < 12; b++)
		for (int i = 0; i < 2; i++) {
			struct pvq_row row = row_of(i ? "pool_ordered" : "pthread_queue", "spin", 2, b, 40);

			row.wall_ns = row.total_ns + 5000000;
			if (b < unknown && i) {
				row.stolen_ns = PVQ_UNKNOWN_U64;
				row.foreign_ns = PVQ_UNKNOWN_I64;
			}
			assert_int_equal(pvq_row_write(run->raw, &row), 0);
		}
}

static void interference_that_is_unknown_is_not_none(void **state)
{
	struct run *run = *state;

	add_watched(run, 4);
	assert_int_equal(make_report(run), 0);
	assert_says(run, "**0 of 8 turns** were disturbed: ");
	assert_says(run, " Of 4 more turns it is **unknown**.");
	assert_says(run, ", 0 of 8 turns disturbed by other work, 4 unknown; ");
	read_text(run, "summary.csv");
	assert_says(run, ",0,0,\n"); /* disturbed_blocks, aside, and no handover_ns */
}

static void interference_of_which_nothing_is_known_is_unknown(void **state)
{
	struct run *run = *state;

	for (unsigned b = 0; b < 12; b++) {
		struct pvq_row row = row_of("pool_ordered", "spin", 2, b, 40);

		row.wall_ns = row.total_ns + 5000000;
		row.stolen_ns = row.user_ns = row.nvcsw = PVQ_UNKNOWN_U64;
		row.foreign_ns = PVQ_UNKNOWN_I64;
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
	assert_int_equal(make_report(run), 0);
	assert_says(run, "- **Interference**: **unknown**: ");
	assert_says(run, " \"unknown\")**, interference unknown; ");
	assert_silent(run, " turns** were");
	assert_silent(run, "0.0 % of the CPUs");
	/* No CPU time, no memory, no switches, and no number of disturbed blocks. */
	read_text(run, "summary.csv");
	assert_says(run, ",,,,,,,,,"); /* three figures with their intervals */
	assert_says(run, ",,0,\n");
	read_text(run, "benchmark.json");
	assert_says(run, "\"real_time\"");
	assert_silent(run, "cpu_time");
}

static void what_the_harness_takes_is_marked(void **state)
{
	struct run *run = *state;
	struct pvq_row row = row_of("empty", "noop", 1, 0, 0.1); /* 100 items: 1 us each, of 4 ms in all */
	FILE *f;

	snprintf(run->path, sizeof(run->path), "%s/harness.csv", run->dir);
	f = fopen(run->path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_row_header(f), 0);
	assert_int_equal(pvq_row_write(f, &row), 0);
	assert_int_equal(fclose(f), 0);
	add_cell(run, "serial", "noop", 1, 10, 4);
	add_cell(run, "pool_ordered", "noop", 2, 10, 40);
	assert_int_equal(make_report(run), 0);
	assert_says(run, " † |");
	assert_says(run, "| noop | 1.00 µs | serial 2.");
	assert_silent(run, "pool_ordered 0.2");
	assert_says(run, "### Overhead of the harness");
}

static void what_would_settle_it_is_told(void **state)
{
	struct run *run = *state;

	for (unsigned b = 0; b < 10; b++)
		for (int i = 0; i < 2; i++) {
			double map_ms = 40 * (1 + 0.1 * (double)((b * 7 + 3 * (unsigned)i * b) % 5)) *
					(i ? 1.02 : 1);
			struct pvq_row row =
				row_of(i ? "pool_ordered" : "pthread_queue", "spin", 2, b, map_ms);

			assert_int_equal(pvq_row_write(run->raw, &row), 0);
		}
	assert_int_equal(make_report(run), 0);
	assert_says(run, " tie: ");
	assert_says(run, " blocks would settle it |");
}

static void figures_keep_three_digits(void **state)
{
	(void)state;
	assert_string_equal(pvq_text_ns(999.6).s, "1.00 µs");
	assert_string_equal(pvq_text_ns(12345678).s, "12.3 ms");
	assert_string_equal(pvq_text_ns(0).s, "0 ns");
	assert_string_equal(pvq_text_number(0.9784).s, "0.978");
	assert_string_equal(pvq_text_number(1234.5).s, "1234");
	assert_string_equal(pvq_text_ratio_interval(1.85, 1.8, 1.912).s, "1.85 (1.80–1.91)");
}

int main(void)
{
#define RUN(test) cmocka_unit_test_setup_teardown(test, make_run, drop_run)
	static const struct CMUnitTest tests[] = {
		RUN(a_clear_winner_is_named),
		RUN(pictures_are_drawn_and_embedded),
		RUN(old_pictures_go_and_other_files_stay),
		RUN(serial_may_be_the_answer),
		RUN(more_workers_are_judged),
		RUN(equal_strategies_have_no_winner),
		RUN(noise_has_no_winner),
		RUN(who_is_beaten_by_any_is_out),
		RUN(few_blocks_are_not_enough),
		RUN(failed_rows_are_shown_and_enter_nothing),
		RUN(names_cannot_break_out),
		RUN(a_single_row_makes_a_report),
		RUN(nothing_that_ended_well_makes_a_report),
		RUN(a_cut_off_file_gives_its_good_rows),
		RUN(rows_that_cannot_be_read_are_counted),
		RUN(a_foreign_file_is_refused),
		RUN(a_file_that_cannot_be_written_is_an_error),
		RUN(the_short_table_fits_a_terminal),
		RUN(a_contradiction_is_told_instead_of_a_rank),
		RUN(a_verdict_names_the_state_of_the_machine),
		RUN(one_state_is_not_made_much_of),
		RUN(a_trial_off_the_level_is_told),
		RUN(a_chunk_that_fails_is_a_cell),
		RUN(the_verdict_decides_in_spite_of_ties),
		RUN(the_verdict_names_what_the_choice_costs),
		RUN(the_overview_shows_the_best_of_many),
		RUN(efficiency_needs_three_core_counts),
		RUN(medians_decide_where_there_are_no_intervals),
		RUN(medians_decide_nothing_beside_an_interval),
		RUN(nothing_is_decided_where_all_are_as_fast),
		RUN(the_break_even_length_has_an_interval),
		RUN(claims_are_answered_by_verdicts),
		RUN(claims_hold_for_a_chunk),
		RUN(rivals_are_told_with_what_they_lack),
		RUN(claims_tell_what_is_held_back),
		RUN(deaths_of_workers_in_short),
		RUN(tries_that_differ_are_counted),
		RUN(who_delivers_at_the_end_loses_all),
		RUN(one_worker_is_said_to_be_one),
		RUN(a_cause_is_a_column),
		RUN(a_cause_is_read_from_the_words_of_an_old_file),
		RUN(a_twin_is_in_no_contest_but_tells_the_noise),
		RUN(precision_and_what_ended_it_are_told),
		RUN(disturbed_blocks_are_marked_and_left_out_once),
		RUN(interference_that_is_unknown_is_not_none),
		RUN(interference_of_which_nothing_is_known_is_unknown),
		RUN(what_the_harness_takes_is_marked),
		RUN(what_would_settle_it_is_told),
		cmocka_unit_test(figures_keep_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
