/* compare.c: `pvq compare A B`: compares runs before and after a change, for people and for CI jobs. */
#include "base/quote.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "draw/figure_compare.h"
#include "report/compare_write.h"
#include "stats/relabel.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RUNS_MOST = 2 * PVQ_RELABEL_MOST, LIST_TEXT = 8192 };

struct compare_args {
	const char *list[2], *out;
	enum pvq_metric metric;
	int json;
	int gate;     /* --fail-above was given */
	double above; /* its share, such as 0.05 */
	char text[2][LIST_TEXT];
	struct pvq_run run[RUNS_MOST]; /* the before side first */
	size_t runs, before;
};

static struct compare_args args;

/* Takes "5%" or "5" as 0.05. */
static int take_share(void *into, const char *text)
{
	struct compare_args *a = into;
	char *end;

	a->above = strtod(text, &end) / 100;
	end += *end == '%';
	a->gate = end != text && *end == '\0' && text[0] >= '0' && text[0] <= '9' && a->above <= 100;
	if (a->gate)
		return 0;
	fprintf(stderr, "pvq: --fail-above takes per cent, such as 5%%, not '%s'\n", text);
	return -EINVAL;
}

static int take_metric(void *into, const char *text)
{
	struct compare_args *a = into;

	if (strcmp(text, "map") != 0 && strcmp(text, "total") != 0) {
		fprintf(stderr, "pvq: --metric takes map or total, not '%s'\n", text);
		return -EINVAL;
	}
	a->metric = text[0] == 'm' ? PVQ_MAP_NS : PVQ_TOTAL_NS;
	return 0;
}

static const struct pvq_option options[] = {
	{"fail-above", .word = "PERCENT",
		.help = "exit 1 if a cell is broken, or slower by more than that; 3 if less than half could be judged",
		.kind = PVQ_OPTION_OWN, .take = take_share},
	{"json", .help = "print the table as JSON", .kind = PVQ_OPTION_FLAG,
		.at = offsetof(struct compare_args, json)},
	{"metric", .word = "map|total", .choices = "map total", .help = "the time to compare (map)",
		.kind = PVQ_OPTION_OWN, .take = take_metric},
	{"out", .word = "DIR", .help = "write compare.md, compare.csv and a figure there",
		.kind = PVQ_OPTION_TEXT, .at = offsetof(struct compare_args, out)},
	{0},
};

/* ---- the runs ---- */

static int read_run(struct compare_args *a, struct pvq_registry *registry, const char *dir)
{
	if (a->runs == RUNS_MOST) {
		fprintf(stderr, "pvq: at most %d runs per side can be compared\n", PVQ_RELABEL_MOST);
		return -EINVAL;
	}
	/* The run counts before it is read, so that what a failure leaves is freed too. */
	return pvq_run_read(&a->run[a->runs++], registry, dir);
}

/* Reads the runs of a side. A folder whose name holds a comma counts as one folder. */
static int read_side(struct compare_args *a, struct pvq_registry *registry, int side)
{
	char *text = a->text[side], *save = NULL;
	int ret = 0;

	if (access(a->list[side], F_OK) == 0)
		return read_run(a, registry, a->list[side]);
	if (snprintf(text, LIST_TEXT, "%s", a->list[side]) >= LIST_TEXT) {
		fprintf(stderr, "pvq: the list of folders is too long\n");
		return -EINVAL;
	}
	for (char *dir = strtok_r(text, ",", &save); ret == 0 && dir; dir = strtok_r(NULL, ",", &save))
		ret = read_run(a, registry, dir);
	return ret;
}

static int is_same_folder(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Refuses a run that would count twice, except a single run compared with itself. */
static int check_runs(const struct compare_args *a)
{
	size_t after = a->runs - a->before;
	int several = a->runs > 2;

	if (several && (a->before < PVQ_RELABEL_LEAST || after < PVQ_RELABEL_LEAST ||
			       a->before > PVQ_RELABEL_MOST || after > PVQ_RELABEL_MOST)) {
		fprintf(stderr,
			"pvq: give one run per side, or %d to %d: %zu against %zu can never give a "
			"verdict\n",
			PVQ_RELABEL_LEAST, PVQ_RELABEL_MOST, a->before, after);
		return -EINVAL;
	}
	for (size_t i = 0; i < a->runs; i++)
		for (size_t j = i + 1; j < a->runs; j++) {
			if (!is_same_folder(a->run[i].dir, a->run[j].dir))
				continue;
			fprintf(stderr,
				several ? "pvq: %s and %s are the same folder, which would count twice\n"
					: "pvq: %s and %s are the same folder: nothing can differ\n",
				a->run[i].dir, a->run[j].dir);
			if (several)
				return -EINVAL;
		}
	return 0;
}

static int read_runs(struct compare_args *a, struct pvq_registry *registry)
{
	int ret = read_side(a, registry, 0);

	a->before = a->runs;
	if (ret == 0)
		ret = read_side(a, registry, 1);
	if (ret == 0 && (a->before == 0 || a->runs == a->before)) {
		fprintf(stderr, "pvq: name at least one folder on each side\n");
		ret = -EINVAL;
	}
	return ret ? ret : check_runs(a);
}

/* ---- warnings and the exit code ---- */

static int write_file(const char *dir, const char *name, const struct pvq_comparison_table *t,
	void (*write)(FILE *, const struct pvq_comparison_table *))
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret) {
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, name, strerror(-ret));
		return ret;
	}
	write(out.f, t);
	ret = pvq_outfile_write(&out, dir, name);
	pvq_outfile_free(&out);
	return ret;
}

static int write_folder(const struct pvq_comparison_table *t, const char *dir)
{
	struct pvq_plots plots;
	int ret = 0;

	if (mkdir(dir, 0777) && errno != EEXIST) {
		fprintf(stderr, "pvq: cannot create the folder %s: %s\n", dir, strerror(errno));
		return -EINVAL;
	}
	ret = pvq_plots_begin(&plots, dir);
	if (ret == 0)
		ret = pvq_figure_compare(&plots, t);
	if (ret == 0)
		pvq_plots_draw(&plots); /* failures are reported there; the text needs no picture */
	if (ret == 0)
		ret = write_file(dir, "compare.md", t,
			pvq_plots_has(&plots, PVQ_COMPARE_FIGURE) ? pvq_compare_illustrated
								  : pvq_compare_markdown);
	if (ret == 0)
		ret = write_file(dir, "compare.csv", t, pvq_compare_csv);
	pvq_plots_free(&plots);
	return ret;
}

/* Warns of works whose items differ, a line each. */
static void warn_other_work(const struct pvq_comparison_table *t)
{
	const struct pvq_work *last = NULL;

	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];
		const struct pvq_row *a = c->cell->key, *b = c->cell_after->key;

		if (c->basis != PVQ_OTHER_WORK || c->work == last)
			continue;
		last = c->work;
		fprintf(stderr,
			"pvq: warning: %s is other work; after: %s, n %llu, seed %llu; before: %s, n "
			"%llu, seed %llu\n",
			c->work->label, b->args, (unsigned long long)b->n, (unsigned long long)b->seed,
			a->args, (unsigned long long)a->n, (unsigned long long)a->seed);
	}
}

static size_t count(const struct pvq_comparison_table *t, enum pvq_basis basis)
{
	size_t n = 0;

	for (size_t i = 0; i < t->cells; i++)
		n += t->cell[i].basis == basis;
	return n;
}

/* Says why the gate is open, in one line. */
static int leave_open(const struct compare_args *a, const struct pvq_comparison_table *t)
{
	fprintf(stderr, "pvq: --fail-above can neither pass nor fail: ");
	if (t->bad)
		fprintf(stderr, "%zu row%s could not be read; measure that run again\n", t->bad,
			t->bad == 1 ? "" : "s");
	else if (2 * count(t, PVQ_MOSTLY_NOISE) > t->cells)
		fprintf(stderr,
			"%zu of %zu cells were judged, the others were too disturbed; compare three runs per side\n",
			t->judged, t->expected);
	else if (2 * count(t, PVQ_OTHER_DISTANCE) > t->cells)
		fprintf(stderr,
			"%zu of %zu cells were judged, the others met no common distance of the CPUs; "
			"measure again\n",
			t->judged, t->expected);
	else if (2 * count(t, PVQ_TOO_FEW_BLOCKS) > t->cells)
		fprintf(stderr, "%zu of %zu cells were judged, the others have too few blocks\n", t->judged,
			t->expected);
	else {
		fprintf(stderr,
			"%zu of %zu cells were judged, the others are missing or did other work; use: pvq bench --like ",
			t->judged, t->expected);
		pvq_quote_word(stderr, a->run[0].dir);
		fputc('\n', stderr);
	}
	return PVQ_EXIT_OPEN;
}

/* The exit code for a CI job. Only a verdict is a failure, and only a table that speaks for the whole can pass. */
static int gate(const struct compare_args *a, const struct pvq_comparison_table *t)
{
	size_t failed = 0, noise = count(t, PVQ_MOSTLY_NOISE);

	for (size_t i = 0; i < t->cells; i++)
		if (pvq_compared_fails(&t->cell[i], a->above)) {
			fprintf(stderr, "pvq: %s: %s\n", pvq_compared_words(&t->cell[i]), t->cell[i].name);
			failed++;
		}
	if (failed) {
		fprintf(stderr, "pvq: %zu cell%s broke or became slower by more than %g %%\n", failed,
			failed == 1 ? "" : "s", a->above * 100);
		return PVQ_EXIT_FAILED;
	}
	if (!pvq_compare_is_sound(t))
		return leave_open(a, t);
	if (noise)
		fprintf(stderr,
			"pvq: warning: %zu of %zu cells were too disturbed to judge; compare three "
			"runs per side\n",
			noise, t->cells);
	return PVQ_EXIT_DONE;
}

static int compare(struct compare_args *a)
{
	struct pvq_side before = {a->run, a->before}, after = {a->run + a->before, a->runs - a->before};
	struct pvq_comparison_table t;
	int ret = pvq_compare_sides(&t, before, after, a->metric), code;

	if (ret) {
		fprintf(stderr, "pvq: cannot compare: %s\n", strerror(-ret));
		return PVQ_EXIT_FAILED;
	}
	if (t.cells == 0) {
		fprintf(stderr, "pvq: the runs have no cell in common: nothing to compare\n");
		pvq_compare_free(&t);
		return a->gate ? PVQ_EXIT_OPEN : PVQ_EXIT_USAGE;
	}
	pvq_runs_differences(stderr, a->run, a->runs);
	warn_other_work(&t);
	if (!a->json)
		pvq_compare_print(stdout, &t);
	code = a->json ? pvq_json_print(pvq_json_comparison(&t)) : pvq_cmd_flush();
	if (code == PVQ_EXIT_DONE && a->out && write_folder(&t, a->out))
		code = PVQ_EXIT_USAGE;
	if (code == PVQ_EXIT_DONE && a->gate)
		code = gate(a, &t);
	pvq_compare_free(&t);
	return code;
}

static void init(void)
{
	args.metric = PVQ_MAP_NS;
}

static int run(const struct pvq_call *call)
{
	struct compare_args *a = &args;
	int code = PVQ_EXIT_USAGE;

	a->list[0] = call->given.word[0];
	a->list[1] = call->given.word[1];
	if (read_runs(a, call->registry) == 0)
		code = compare(a);
	for (size_t r = 0; r < a->runs; r++)
		pvq_run_free(&a->run[r]);
	return code;
}

const struct pvq_command pvq_command_compare = {
	.syntax = {.name = "pvq compare",
		.summary = "Compare runs before a change with runs after it; three a side to be sure.",
		.words = "A[,A2,A3] B[,B2,B3]",
		.words_help =
			"compare takes two folders, before and after, or two lists of folders: pvq compare A1,A2,A3 B1,B2,B3",
		.least = 2,
		.most = 2,
		.own = options},
	.into = &args,
	.init = init,
	.run = run,
};
