/* doctor.c: `pvq doctor`: checks whether this machine is fit to measure on right now; --watch: whether it stays so. */
#include "results/doctor.h"
#include "base/clock.h"
#include "base/colour.h"
#include "base/outfile.h"
#include "base/probe.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "drive/host.h"
#include "stats/levels.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { WATCH_S = 10, LOOKS_A_SECOND = 20 };

static struct doctor {
	int watch, json;
} doctor;

static const struct pvq_option options[] = {
	{"watch", .help = "watch the distance of the CPUs for ten seconds instead", .kind = PVQ_OPTION_FLAG,
		.at = offsetof(struct doctor, watch)},
	{"json", .help = "print the facts and verdicts as JSON", .kind = PVQ_OPTION_FLAG,
		.at = offsetof(struct doctor, json)},
	{0},
};

static int read_facts(struct pvq_manifest *facts)
{
	struct pvq_host host;
	struct pvq_outfile text = {0};
	FILE *f = NULL;
	int ret = pvq_host_read(&host);

	if (ret)
		return ret;
	ret = pvq_outfile_begin(&text);
	if (ret == 0) {
		pvq_host_facts(&host, text.f);
		ret = pvq_outfile_compose(&text);
	}
	if (ret == 0)
		f = fmemopen(text.text, text.len, "r");
	ret = f ? pvq_manifest_parse(facts, f) : -ENOMEM;
	if (ret)
		fprintf(stderr, "pvq: cannot read the machine's facts: %s\n", strerror(-ret));
	if (f)
		fclose(f);
	pvq_outfile_free(&text);
	return ret;
}

/* ---- --watch ---- */

/* The looks of a watch. 0 in handover: unknown. */
struct watched {
	double handover_ns[WATCH_S * LOOKS_A_SECOND];
	unsigned looks;
};

/* Prints one second: the range of what was seen in it. */
static void watch_second(const struct watched *w, unsigned second, unsigned from)
{
	double least = 0, most = 0;

	for (unsigned i = from; i < w->looks; i++) {
		double ns = w->handover_ns[i];

		least = ns > 0 && (least <= 0 || ns < least) ? ns : least;
		most = ns > most ? ns : most;
	}
	if (most <= 0)
		printf("second %2u   unknown: no CPU answered in time\n", second + 1);
	else
		printf("second %2u   %4.0f to %4.0f ns\n", second + 1, least, most);
	fflush(stdout);
}

/* The longest time that it stayed at a level, in looks; unknown looks do not end it. */
static unsigned longest_stay(const struct watched *w, const struct pvq_levels *levels, int level)
{
	unsigned longest = 0, now = 0;

	for (unsigned i = 0; i < w->looks; i++) {
		int at = pvq_levels_of(levels, w->handover_ns[i]);

		if (at == PVQ_LEVELS_NONE)
			continue;
		now = at == level ? now + 1 : 0;
		longest = now > longest ? now : longest;
	}
	return longest;
}

static void watch_conclude(const struct watched *w)
{
	double sorted[WATCH_S * LOOKS_A_SECOND];
	struct pvq_levels levels;
	unsigned n = 0;

	for (unsigned i = 0; i < w->looks; i++)
		if (w->handover_ns[i] > 0)
			sorted[n++] = w->handover_ns[i];
	pvq_levels_find(&levels, sorted, n);
	printf("\n%u looks, %u unknown; %zu level%s:\n", w->looks, w->looks - n, levels.count,
		levels.count == 1 ? "" : "s");
	for (size_t i = 0; i < levels.count; i++)
		printf("  %4.0f ns in %2.0f %% of the looks, for up to %.1f s at a stretch\n",
			levels.level[i].centre, 100.0 * (double)levels.level[i].values / n,
			(double)longest_stay(w, &levels, (int)i) / LOOKS_A_SECOND);
	if (levels.count > 1)
		printf("The distance of the CPUs changes. pvq bench compares within a level.\n");
}

/* Returns the exit code. */
static int run_watch(void)
{
	static struct watched w;
	struct pvq_host host;
	uint64_t began_ns = pvq_clock_ns();

	if (pvq_host_read(&host))
		return PVQ_EXIT_FAILED;
	if (host.usable < 2) {
		fprintf(stderr, "pvq: one CPU has no distance to watch: allow more (taskset, cpuset)\n");
		return PVQ_EXIT_FAILED;
	}
	printf("A cache line from one CPU to another and back, in each second:\n");
	for (unsigned i = 0; i < WATCH_S * LOOKS_A_SECOND; i++) {
		uint64_t until = began_ns + (i + 1) * (UINT64_C(1000000000) / LOOKS_A_SECOND), now;
		struct pvq_probe probe;

		pvq_probe_look(&probe, host.cpu, host.usable);
		w.handover_ns[w.looks++] = (double)probe.handover_ns;
		now = pvq_clock_ns();
		if (until > now)
			nanosleep(&(struct timespec){.tv_nsec = (long)(until - now)}, NULL);
		if (w.looks % LOOKS_A_SECOND == 0)
			watch_second(&w, i / LOOKS_A_SECOND, w.looks - LOOKS_A_SECOND);
	}
	watch_conclude(&w);
	return pvq_cmd_flush() ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

/* ---- the facts ---- */

static void print_word(enum pvq_fitness fitness, int width)
{
	static const enum pvq_colour of[] = {[PVQ_FIT_FINE] = PVQ_COLOUR_GOOD,
		[PVQ_FIT_CAUTION] = PVQ_COLOUR_CAUTION,
		[PVQ_FIT_SPOILS] = PVQ_COLOUR_BAD,
		[PVQ_FIT_UNKNOWN] = PVQ_COLOUR_NONE};

	printf("%s%-*s%s", pvq_colour_begin(stdout, of[fitness]), width, pvq_fitness_words(fitness),
		pvq_colour_end(stdout, of[fitness]));
}

static int print_findings(const struct pvq_finding *finding, unsigned count, enum pvq_fitness worst)
{
	for (unsigned i = 0; i < count; i++) {
		print_word(finding[i].fitness, 15);
		printf(" %s: %s\n", finding[i].what, finding[i].value);
		if (finding[i].fitness != PVQ_FIT_UNKNOWN && finding[i].advice[0])
			printf("%-15s   %s\n", "", finding[i].advice);
	}
	printf("\nOverall: ");
	print_word(worst, 0);
	putchar('\n');
	return pvq_cmd_flush();
}

static int print_json(const struct pvq_finding *finding, unsigned count, enum pvq_fitness worst)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < count; i++) {
		int known = finding[i].fitness != PVQ_FIT_UNKNOWN;

		list = pvq_json_append(
			list, json_pack("{s:s,s:s,s:o,s:o}", "what", finding[i].what, "verdict",
				      pvq_fitness_words(finding[i].fitness), "value",
				      pvq_json_text(known ? finding[i].value : NULL), "advice",
				      pvq_json_text(known ? finding[i].advice : NULL)));
	}
	return pvq_json_print(json_pack("{s:s,s:o}", "overall", pvq_fitness_words(worst), "facts", list));
}

static int run(const struct pvq_call *call)
{
	struct pvq_finding finding[PVQ_FINDINGS_MAX];
	struct pvq_manifest facts = {0};
	enum pvq_fitness worst;
	unsigned count;
	int code;

	(void)call;
	if (doctor.watch && doctor.json) {
		fprintf(stderr, "pvq: --watch has no JSON; leave one of the two out\n");
		return PVQ_EXIT_USAGE;
	}
	if (doctor.watch)
		return run_watch();
	if (read_facts(&facts)) {
		pvq_manifest_free(&facts);
		return PVQ_EXIT_FAILED;
	}
	count = pvq_doctor(&facts, finding);
	worst = pvq_doctor_worst(finding, count);
	code = doctor.json ? print_json(finding, count, worst) : print_findings(finding, count, worst);
	pvq_manifest_free(&facts);
	return code || worst == PVQ_FIT_SPOILS ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

const struct pvq_command pvq_command_doctor = {
	.syntax = {.name = "pvq doctor",
		.summary = "Check whether this machine, right now, is fit to measure on.",
		.own = options},
	.into = &doctor,
	.run = run,
};
