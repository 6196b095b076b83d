/* grade.c: `pvq grade`: builds a student's strategy, checks it, and measures it beside a reference. */
#include "base/clock.h"
#include "base/colour.h"
#include "base/outfile.h"
#include "base/parse.h"
#include "base/progress.h"
#include "base/quote.h"
#include "base/whole.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "drive/launch.h"
#include "grade/board.h"
#include "grade/check.h"
#include "grade/race.h"
#include "report/html.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct grade {
	const char *against, *csv, *scoreboard, *out, *task;
	uint64_t n;
	unsigned blocks, cpu_s;
	double budget_s;
	int json;
	struct pvq_progress progress;
	uint64_t began_ns;
} grade;

static void init(void)
{
	grade.against = "pool_unordered";
	grade.task = "spin:ns=20us";
	grade.n = 2000;
	grade.blocks = 20;
	grade.cpu_s = 10;
	grade.budget_s = 60;
}

static int take_budget(void *into, const char *text)
{
	return pvq_parse_seconds("--budget", text, 0, &((struct grade *)into)->budget_s);
}

#define AT(field) .at = offsetof(struct grade, field)

static const struct pvq_option options[] = {
	{"against", .word = "NAME",
		.help = "the reference: a strategy that pvq list names (pool_unordered)",
		.kind = PVQ_OPTION_TEXT, AT(against)},
	{"csv", .word = "FILE", .help = "add the result to FILE, one line a grading",
		.kind = PVQ_OPTION_TEXT, AT(csv)},
	{"scoreboard", .word = "FILE",
		.help = "grade nothing: print the scoreboard of a class's FILE (--csv) in Markdown",
		.kind = PVQ_OPTION_TEXT, AT(scoreboard)},
	{"out", .word = "PAGE", .help = "with --scoreboard: write it as an HTML page instead",
		.kind = PVQ_OPTION_TEXT, AT(out)},
	{"budget", .word = "TIME", .help = "time for one grading (60 s)", .kind = PVQ_OPTION_OWN,
		.take = take_budget},
	{"task", .word = "TASK", .help = "the task to measure on (spin:ns=20us)", .kind = PVQ_OPTION_TEXT,
		AT(task)},
	{"n", .word = "N", .help = "number of its items (2000)", .kind = PVQ_OPTION_COUNT, .min = 1,
		.max = UINT32_MAX, AT(n)},
	{"blocks", .word = "N", .help = "most blocks to measure (20)", .kind = PVQ_OPTION_UNSIGNED,
		.min = 6, .max = 40, AT(blocks)},
	{"cpu", .word = "SECONDS", .help = "CPU time that a check may use (10)",
		.kind = PVQ_OPTION_UNSIGNED, .min = 1, .max = 600, AT(cpu_s)},
	{"json", .help = "print the result as JSON", .kind = PVQ_OPTION_FLAG, AT(json)},
	{0},
};

static double now_s(void)
{
	return (double)(pvq_clock_ns() - grade.began_ns) / 1e9;
}

/* ---- progress ---- */

static void show(const char *line)
{
	pvq_progress_line(&grade.progress, now_s(), line);
}

static void show_check(const char *check)
{
	char line[PVQ_NAME_MAX + 32];

	snprintf(line, sizeof(line), "check %s", check);
	show(line);
}

static void show_block(unsigned block, unsigned blocks)
{
	char line[64];

	snprintf(line, sizeof(line), "block %u of %u", block + 1, blocks);
	show(line);
}

/* ---- output ---- */

static json_t *ratio_json(const struct pvq_grade_ratio *r)
{
	return json_pack("{s:o,s:o,s:o,s:o}", "ratio", pvq_json_real(r->ratio[0] ? atof(r->ratio) : NAN),
		"lo", pvq_json_real(r->lo[0] ? atof(r->lo) : NAN), "hi",
		pvq_json_real(r->hi[0] ? atof(r->hi) : NAN), "verdict", pvq_json_text(r->words));
}

static int print_json(const struct pvq_entry *e, const struct pvq_grading *g)
{
	json_t *points = g->points == PVQ_UNKNOWN_U64 ? json_null() : json_integer((json_int_t)g->points);

	return pvq_json_print(json_pack(
		"{s:s,s:s,s:s,s:o,s:i,s:i,s:o,s:i,s:o,s:o,s:s,s:I,s:i,s:s,s:s,s:{s:b,s:b,s:b,s:b}}", "name",
		g->name, "reference", g->reference, "grade", pvq_grade_words[g->grade], "points", points,
		"checks", (int)g->checks, "passed", (int)g->passed, "failed", pvq_json_text(g->failed),
		"blocks", (int)g->blocks, "against_reference", ratio_json(&g->reference_ratio),
		"against_serial", ratio_json(&g->serial_ratio), "task", g->task, "n", (json_int_t)g->n,
		"workers", (int)g->workers, "sentence", g->sentence, "compile", e->line, "held", "own_user",
		e->offer.own_user, "own_network", e->offer.own_network, "pids_cgroup", e->offer.pids_cgroup,
		"memory_cgroup", e->offer.memory_cgroup));
}

static void print_ratio(const char *other, const struct pvq_grade_ratio *r)
{
	if (r->lo[0])
		printf("against %-16s ×%s [%s, %s]: %s\n", other, r->ratio, r->lo, r->hi, r->words);
	else if (r->ratio[0])
		printf("against %-16s ×%s: %s\n", other, r->ratio, r->words);
}

enum { ERROR_LINES = 8 };

/* The beginning of what the compiler said. It quotes the file, which may hold what a terminal would obey. */
static void print_errors(const char *text)
{
	int lines = 0;

	for (; *text && lines < ERROR_LINES; text++) {
		lines += *text == '\n';
		putchar(*text == '\n' || *text == '\t' || (*text >= ' ' && *text < 0x7f) ? *text : '?');
	}
	if (*text)
		printf("...\n");
}

static void print_start(const struct pvq_entry *e)
{
	printf("build    %s\n", e->line);
	print_errors(e->errors);
	printf("limits   CPU time, memory, processes, files; %s; %s; %s\n",
		e->offer.pids_cgroup && e->offer.memory_cgroup
			? "the kernel limits processes and memory in a cgroup"
		: e->offer.pids_cgroup ? "the kernel limits processes in a cgroup, and a supervisor memory"
		: e->offer.memory_cgroup
			? "the kernel limits memory in a cgroup, and a supervisor processes"
			: "a supervisor limits processes and memory: no cgroup can be made here",
		e->offer.own_user ? "a separate user"
				  : "it runs as you: it can read your files and signal your processes",
		e->offer.own_network ? "no network"
				     : "the network is open to it: this kernel lends no name space");
}

static int print_end(const struct pvq_grading *g)
{
	static const enum pvq_colour of[] = {[PVQ_GRADE_FULL] = PVQ_COLOUR_GOOD,
		[PVQ_GRADE_SLOWER] = PVQ_COLOUR_CAUTION,
		[PVQ_GRADE_WRONG] = PVQ_COLOUR_BAD,
		[PVQ_GRADE_NOT_BUILT] = PVQ_COLOUR_BAD,
		[PVQ_GRADE_OPEN] = PVQ_COLOUR_NONE};

	if (g->checks)
		printf("checks   %u of %u passed%s%s\n", g->passed, g->checks,
			g->failed[0] ? "; the first to fail: " : "", g->failed);
	if (g->blocks)
		printf("measured %u blocks of %s, %" PRIu64 " items, %u workers: start, map and stop\n",
			g->blocks, g->task, g->n, g->workers);
	print_ratio(g->reference, &g->reference_ratio);
	print_ratio("serial", &g->serial_ratio);
	printf("\n%s%s%s", pvq_colour_begin(stdout, of[g->grade]), pvq_grade_words[g->grade],
		pvq_colour_end(stdout, of[g->grade]));
	if (g->points != PVQ_UNKNOWN_U64)
		printf(", %" PRIu64 " of %d points", g->points, PVQ_POINTS_FULL);
	printf(": %s\n", g->sentence);
	return pvq_cmd_flush();
}

/* ---- grading ---- */

/* The strategy's name: that of its file. */
static void name_it(struct pvq_grading *g, const char *file)
{
	const char *base = strrchr(file, '/');
	char *copy = pvq_utf8_copy(base ? base + 1 : file);
	size_t len = copy ? strlen(copy) : 0;

	if (len > 2 && strcmp(copy + len - 2, ".c") == 0)
		copy[len - 2] = '\0';
	snprintf(g->name, sizeof(g->name), "%s", copy ? copy : "");
	free(copy);
}

static void note_time(struct pvq_grading *g)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	g->at_ms = (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

/* Builds, checks and measures. 0, -EINTR, or other -errno with one line on stderr. */
static int grade_file(struct pvq_entry *e, const char *file, struct pvq_race *race, struct pvq_grading *g)
{
	int ret;

	show("build");
	ret = pvq_entry_build(e, file, grade.budget_s, g);
	pvq_progress_end(&grade.progress);
	if (ret == 0 && !grade.json)
		print_start(e);
	if (ret > 0)
		g->grade = PVQ_GRADE_NOT_BUILT;
	if (ret > 0 && !grade.json && e->line[0])
		print_start(e);
	if (ret)
		return ret < 0 ? ret : 0;
	/* What measuring needs is set apart, so that slow checks leave some. */
	ret = pvq_checks_run(
		e, &(struct pvq_check_limits){grade.cpu_s, grade.budget_s * 0.75 - now_s()}, show_check, g);
	if (ret == 0 && g->grade == PVQ_GRADE_FULL) {
		race->left_s = grade.budget_s * 0.95 - now_s();
		ret = pvq_race_run(e, race, g);
	}
	pvq_progress_end(&grade.progress);
	return ret;
}

static int code_of(const struct pvq_grading *g)
{
	return g->grade == PVQ_GRADE_FULL || g->grade == PVQ_GRADE_SLOWER ? PVQ_EXIT_DONE
	       : g->grade == PVQ_GRADE_OPEN                               ? PVQ_EXIT_OPEN
									  : PVQ_EXIT_FAILED;
}

static int finish(const struct pvq_entry *e, const struct pvq_grading *g)
{
	int code = grade.json ? print_json(e, g) : print_end(g), ret;

	if (grade.csv && (ret = pvq_table_append(&pvq_grading_table, grade.csv, g))) {
		fprintf(stderr, "pvq: cannot write %s: %s\n", grade.csv, strerror(-ret));
		return PVQ_EXIT_FAILED;
	}
	return code ? code : code_of(g);
}

/* Writes the chapters, and notes where each begins. 0 or -ENOMEM. */
static int compose_board(
	struct pvq_outfile *md, struct pvq_html_part *part, const struct pvq_grading *g, size_t count)
{
	int ret = pvq_outfile_begin(md);

	for (size_t i = 0; ret == 0 && i < PVQ_BOARD_CHAPTERS; i++) {
		part[i] = (struct pvq_html_part){
			.at = (size_t)ftell(md->f), .anchor = pvq_board_chapter[i].anchor};
		pvq_board_chapter[i].write(md->f, g, count);
	}
	return ret ? ret : pvq_outfile_compose(md);
}

/* 0 or -errno. */
static int write_board(struct pvq_grading *g, size_t count)
{
	struct pvq_outfile md = {0}, html = {0};
	struct pvq_html_part part[PVQ_BOARD_CHAPTERS];
	struct pvq_html_parts parts = {.part = part, .count = PVQ_BOARD_CHAPTERS};
	int ret = compose_board(&md, part, g, pvq_board_order(g, count));

	if (ret == 0 && !grade.out)
		fwrite(md.text, 1, md.len, stdout);
	if (ret == 0 && grade.out) {
		ret = pvq_outfile_begin(&html);
		if (ret == 0)
			ret = pvq_html_write(html.f, md.text, md.len, &parts, ".", NULL);
		if (ret == 0)
			ret = pvq_outfile_compose(&html);
		if (ret == 0)
			ret = pvq_whole_write(grade.out, html.text, html.len);
	}
	pvq_outfile_free(&md);
	pvq_outfile_free(&html);
	return ret;
}

static int print_scoreboard(void)
{
	struct pvq_table_rows rows = {0};
	FILE *f = fopen(grade.scoreboard, "re");
	int ret = f ? pvq_table_read(&pvq_grading_table, f, &rows) : -errno, bad = 0;

	if (ret)
		fprintf(stderr, "pvq: %s: %s\n", grade.scoreboard, f ? rows.problem : strerror(-ret));
	if (rows.count)
		bad = write_board(rows.row, rows.count);
	if (bad)
		fprintf(stderr, "pvq: cannot write the scoreboard: %s\n", strerror(-bad));
	free(rows.row);
	if (f)
		fclose(f);
	return bad ? PVQ_EXIT_FAILED : ret ? PVQ_EXIT_USAGE : pvq_cmd_flush();
}

static int check_request(const struct pvq_call *call, struct pvq_race *race)
{
	struct pvq_spec spec;

	if (access("impls/impl.h", F_OK)) {
		fprintf(stderr,
			"pvq: grade builds in a checkout of pvq: there is no impls/impl.h in this folder\n");
		return -EINVAL;
	}
	if (access(call->given.word[0], R_OK)) {
		fprintf(stderr, "pvq: cannot read %s: %s\n", call->given.word[0], strerror(errno));
		return -EINVAL;
	}
	race->reference = pvq_registry_find(call->registry, grade.against);
	race->serial = pvq_registry_flagged(call->registry, PVQ_BASELINE);
	return race->reference && pvq_spec_parse(&spec, grade.task) == 0 ? 0 : -EINVAL;
}

static int run(const struct pvq_call *call)
{
	static struct pvq_entry entry; /* large */
	struct pvq_race race = {
		.task = grade.task, .n = grade.n, .blocks = grade.blocks, .told = show_block};
	struct pvq_grading g = {0};
	int ret, code;

	if (grade.scoreboard && call->given.words == 0)
		return print_scoreboard();
	if (grade.scoreboard || grade.out || call->given.words == 0) {
		fprintf(stderr,
			"pvq: grade takes one FILE.c, or --scoreboard FILE and perhaps --out alone\n");
		return PVQ_EXIT_USAGE;
	}
	if (check_request(call, &race))
		return PVQ_EXIT_USAGE;
	grade.began_ns = pvq_clock_ns();
	pvq_launch_signals();
	pvq_progress_init(&grade.progress);
	name_it(&g, call->given.word[0]);
	snprintf(g.reference, sizeof(g.reference), "%s", grade.against);
	note_time(&g);
	ret = grade_file(&entry, call->given.word[0], &race, &g);
	code = ret ? PVQ_EXIT_FAILED : finish(&entry, &g);
	pvq_entry_free(&entry);
	return code;
}

const struct pvq_command pvq_command_grade = {
	.syntax = {.name = "pvq grade",
		.summary =
			"Build a student's strategy, check it, measure it beside a reference, and give points.",
		.words = "[FILE.c]",
		.words_help =
			"grade takes one FILE.c, as pvq new strategy writes it, or --scoreboard FILE: pvq grade mine.c --csv class.csv",
		.most = 1,
		.own = options},
	.into = &grade,
	.init = init,
	.run = run,
};
