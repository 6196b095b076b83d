/* ask.c: `pvq ask`: which strategy for a job of the user's own, how long it will take, and how sure that is. */
#include "base/clock.h"
#include "base/parse.h"
#include "cmd/ask_pilot.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "drive/launch.h"
#include "model/check.h"
#include "results/run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CORES_MOST = 4096, BEST = 3 };

/* All pilots together; those on the task's items at most; those for the prices at least. */
static const double pilot_s = 10, items_s = 6, prices_s = 4;

static const double verify_ns = 3e8;

struct ask {
	/* The options. */
	const char *task, *run, *check, *grade;
	double item_s, skew, wait; /* wait: as a share */
	uint64_t payload, reads, n;
	unsigned cores;
	int has_payload, cpu, ordered, survives, json, explain, verify, repeat_ok;
	/* What follows from them. */
	struct pvq_host host;
	struct pvq_spec spec; /* with a task */
	char label[PVQ_LABEL_MAX];
	int no_bytes; /* 1: nobody says how many bytes an item has */
	struct pvq_model_question question;
	uint64_t began_ns;
	double items_lost; /* the share that interference took of the pilot on the task's items; NAN: unknown */
	struct pvq_rows pilot;         /* without a run */
	struct pvq_run measured;       /* with one */
	struct pvq_prices prices;      /* the machine's list, where there is one */
	struct pvq_model_items *items; /* of the task, one by one */
	struct pvq_model_cells cells;
	struct pvq_model model;
	struct pvq_model_offers offers;
};

static struct ask args;

static void say_interrupted(void)
{
	fprintf(stderr, "pvq: interrupted; nothing was left running\n");
}

/* ---- options ---- */

static int take_item(void *into, const char *text)
{
	return pvq_parse_seconds("--item", text, 0, &((struct ask *)into)->item_s);
}

static int take_payload(void *into, const char *text)
{
	((struct ask *)into)->has_payload = 1;
	return pvq_parse_whole(
		"--payload", text, PVQ_UNIT_BYTES, 1, PVQ_BYTES_MAX, &((struct ask *)into)->payload);
}

static int take_reads(void *into, const char *text)
{
	return pvq_parse_whole(
		"--reads", text, PVQ_UNIT_BYTES, 1, (uint64_t)1 << 40, &((struct ask *)into)->reads);
}

static int take_skew(void *into, const char *text)
{
	struct ask *a = into;

	if (pvq_parse_real("--skew", text, PVQ_UNIT_NONE, 0, 10, &a->skew))
		return -EINVAL;
	if (a->skew > 1)
		return 0;
	fprintf(stderr, "pvq: --skew is the tail's index, above 1 (1.5: very uneven), not '%s'\n", text);
	return -EINVAL;
}

/* Takes "80%" or "80". */
static int take_wait(void *into, const char *text)
{
	char number[32];
	size_t len = strlen(text);
	double percent;

	snprintf(number, sizeof(number), "%.*s", (int)(len - (len > 0 && text[len - 1] == '%')), text);
	if (pvq_parse_real("--wait (per cent)", number, PVQ_UNIT_NONE, 0, 100, &percent))
		return -EINVAL;
	((struct ask *)into)->wait = percent / 100;
	return 0;
}

static int take_survive(void *into, const char *text)
{
	((struct ask *)into)->survives = strcmp(text, "crash") == 0;
	if (((struct ask *)into)->survives)
		return 0;
	fprintf(stderr, "pvq: --survive takes crash, not '%s'\n", text);
	return -EINVAL;
}

static int take_grade(void *into, const char *text)
{
	((struct ask *)into)->grade = text;
	if (strcmp(text, "calibrated") == 0 || strcmp(text, "prices") == 0)
		return 0;
	fprintf(stderr, "pvq: --grade takes calibrated or prices, not '%s'\n", text);
	return -EINVAL;
}

#define AT(field) .at = offsetof(struct ask, field)

static const struct pvq_option options[] = {
	{"item", .word = "TIME", .help = "how long an item takes in a serial run, in seconds or as 50us",
		.kind = PVQ_OPTION_OWN, .take = take_item},
	{"payload", .word = "SIZE", .help = "bytes into an item, and as many out of it (8)",
		.kind = PVQ_OPTION_OWN, .take = take_payload},
	{"reads", .word = "SIZE", .help = "bytes that an item reads from memory, beyond the caches (none)",
		.kind = PVQ_OPTION_OWN, .take = take_reads},
	{"task", .letters = "t", .word = "TASK", .help = "measure items of that task in a pilot instead",
		.kind = PVQ_OPTION_TEXT, AT(task)},
	{"n", .letters = "n", .word = "N", .help = "number of items", .kind = PVQ_OPTION_COUNT, .min = 1,
		.max = 1000000000000u, AT(n)},
	{"cores", .word = "K", .help = "number of CPUs to plan for; may exceed this machine's (all)",
		.kind = PVQ_OPTION_UNSIGNED, .min = 1, .max = CORES_MOST, AT(cores)},
	{"ordered", .help = "results must come in the order of the items", .kind = PVQ_OPTION_FLAG,
		AT(ordered)},
	{"survive", .word = "crash", .choices = "crash",
		.help = "the other items must arrive if a worker crashes", .kind = PVQ_OPTION_OWN,
		.take = take_survive},
	{"skew", .word = "INDEX", .help = "items are uneven, with a Pareto tail of that index, as 1.5",
		.kind = PVQ_OPTION_OWN, .take = take_skew},
	{"cpu", .help = "items only compute (the default)", .kind = PVQ_OPTION_FLAG, AT(cpu)},
	{"wait", .word = "PERCENT", .help = "share of an item's time in which it waits, as 80%",
		.kind = PVQ_OPTION_OWN, .take = take_wait},
	{"run", .word = "FOLDER", .help = "take prices from that run instead of a pilot of ten seconds",
		.kind = PVQ_OPTION_TEXT, AT(run)},
	{"grade", .word = "GRADE", .choices = "calibrated prices",
		.help = "what prices rest on: calibrated: on measured cells (the default); prices: on the machine's price list alone",
		.kind = PVQ_OPTION_OWN, .take = take_grade},
	{"repeat-ok", .help = "let the task's commands run more than once", .kind = PVQ_OPTION_FLAG,
		AT(repeat_ok)},
	{"verify", .help = "then measure the best three here, and show how far off the prediction was",
		.kind = PVQ_OPTION_FLAG, AT(verify)},
	{"explain", .help = "show the terms of the prediction, and the prices", .kind = PVQ_OPTION_FLAG,
		AT(explain)},
	{"json", .help = "print the answer as JSON", .kind = PVQ_OPTION_FLAG, AT(json)},
	{"check", .word = "FOLDER",
		.help = "show how far off predictions are on cells of that run that do not calibrate; with --cores, cells on more cores do not",
		.kind = PVQ_OPTION_TEXT, AT(check)},
	{0},
};

/* ---- the job ---- */

static int check_options(const struct ask *a)
{
	const char *wrong = NULL;

	if (a->check)
		wrong = a->task || a->run || a->grade || a->item_s > 0 || a->n || a->reads || a->json ||
					a->verify
				? "--check takes --cores and --explain, and no job"
				: NULL;
	else if (!a->task && a->item_s <= 0)
		wrong = "say how long an item takes (--item 50us), or name a task (--task)";
	else if (a->task && (a->item_s > 0 || a->skew > 0 || a->wait > 0 || a->cpu))
		wrong = "a pilot on the task's items measures what --item, --skew, --wait and --cpu say; leave them out";
	else if (a->cpu && a->wait > 0)
		wrong = "items that only compute (--cpu) have no --wait";
	else if (!a->task && !a->n)
		wrong = "--n is missing: how many items?";
	else if (a->json && (a->explain || a->verify))
		wrong = "--json has all terms, and shows no --verify; leave --explain and --verify out";
	if (wrong)
		fprintf(stderr, "pvq: %s\n", wrong);
	return wrong ? -EINVAL : 0;
}

/* Commands run only as often as the user knows. */
static int check_commands(const struct ask *a)
{
	uint64_t pilot = a->n < PVQ_ASK_COMMANDS ? a->n : PVQ_ASK_COMMANDS;

	if (!a->spec.task->commands || a->repeat_ok)
		return 0;
	fprintf(stderr,
		"pvq: the first %" PRIu64
		" commands would run once in the pilot%s, and again in your job; if that "
		"does no harm, add --repeat-ok\n",
		pilot, a->verify ? ", up to 9 times to verify" : "");
	return -EINVAL;
}

static void describe_job(struct ask *a)
{
	struct pvq_model_job *job = &a->question.job;

	*job = (struct pvq_model_job){.n = (double)a->n,
		.compute_ns = a->item_s * 1e9 * (1 - a->wait),
		.wait_ns = a->item_s * 1e9 * a->wait,
		.in = a->has_payload ? (double)a->payload : 8,
		.out = a->has_payload ? (double)a->payload : 8,
		.memory = (double)a->reads};
	pvq_model_tail(job, a->skew);
}

static int read_task(struct ask *a)
{
	if (pvq_spec_parse(&a->spec, a->task))
		return -EINVAL;
	if (pvq_spec_stdin(&a->spec)) {
		fprintf(stderr, "pvq: a pilot would use up standard input; give a file\n");
		return -EINVAL;
	}
	if (pvq_spec_count(&a->spec, &a->n))
		return -EINVAL;
	if (!a->n) {
		fprintf(stderr, "pvq: --n is missing: task %s has as many items as you ask for\n",
			a->spec.task->name);
		return -EINVAL;
	}
	return check_commands(a);
}

/* The pilot on the task's items. */
static int measure_job(struct ask *a, const struct pvq_registry *registry)
{
	struct pvq_model_job *job = &a->question.job;
	char text[PVQ_ARGS_TEXT];
	int ret;

	pvq_spec_settle(&a->spec);
	pvq_spec_args(&a->spec, text, sizeof(text));
	pvq_text_task(a->label, a->spec.task->name, text);
	a->question.label = a->label;
	*job = (struct pvq_model_job){.n = (double)a->n};
	a->no_bytes = !pvq_model_job_args(job, &a->spec) && !a->has_payload;
	if (a->has_payload)
		job->in = job->out = (double)a->payload;
	if (a->reads)
		job->memory = (double)a->reads;
	ret = pvq_ask_items(job, &a->items, &a->items_lost, &a->spec, registry, &a->host, items_s);
	if (ret == -EINTR)
		say_interrupted();
	return ret;
}

/* ---- prices ---- */

/* The rows that the prices come from, and the list. A folder need not have one, and what is wrong with it has been told. 0, or
 * -errno with one line on stderr. */
static int read_run(struct ask *a, struct pvq_registry *registry, const char *dir)
{
	int ret = pvq_run_read(&a->measured, registry, dir);

	if (ret == 0)
		(void)pvq_prices_read(&a->prices, dir);
	return ret;
}

static int wants_prices_alone(const struct ask *a)
{
	return a->grade && strcmp(a->grade, "prices") == 0;
}

/* 0, or -errno with one line on stderr. */
static int measure_prices(struct ask *a, const struct pvq_registry *registry)
{
	double left_s = pilot_s - (double)(pvq_clock_ns() - a->began_ns) / 1e9;
	int ret = 0;

	if (wants_prices_alone(a))
		ret = pvq_ask_prices(&a->prices, NULL);
	else if (a->question.job.memory > 0)
		ret = pvq_ask_prices(&a->prices, "memory/read");
	if (ret == 0 && !wants_prices_alone(a))
		ret = pvq_ask_calibrate(&a->pilot, registry, &a->host, fmax(left_s, prices_s));
	if (ret == -EINTR)
		say_interrupted();
	return ret;
}

static int fail_memory(int ret)
{
	if (ret)
		fprintf(stderr, "pvq: out of memory\n");
	return ret;
}

/* 0, or -errno with one line on stderr. */
static int from_prices(struct ask *a, const struct pvq_registry *registry, const char *dir)
{
	if (a->prices.count)
		return fail_memory(pvq_model_from_prices(&a->model, registry, &a->prices));
	fprintf(stderr, "pvq: %s holds no price list (micro.json)\n", dir);
	return -ENOENT;
}

/* 0, or -errno with one line on stderr. */
static int calibrate(struct ask *a, struct pvq_registry *registry)
{
	const char *dir = a->check ? a->check : a->run;
	int ret = dir ? read_run(a, registry, dir) : measure_prices(a, registry);

	if (ret)
		return ret;
	if (dir || !wants_prices_alone(a))
		ret = pvq_model_cells_add(&a->cells, registry, dir ? &a->measured.rows : &a->pilot,
			a->check && a->cores ? a->cores : CORES_MOST);
	if (ret)
		return fail_memory(ret);
	if (wants_prices_alone(a))
		return from_prices(a, registry, dir);
	ret = pvq_model_calibrate(&a->model, registry, &a->cells, a->prices.count ? &a->prices : NULL);
	if (ret == -ENODATA)
		fprintf(stderr,
			"pvq: %s holds no cell to calibrate on: noop, spin, echo or job, with serial beside it%s\n",
			dir ? dir : "the pilot",
			a->prices.count ? "; its price list serves --grade prices" : "");
	else
		(void)fail_memory(ret);
	return ret;
}

/* ---- the answer ---- */

static void print_job(const struct ask *a)
{
	const struct pvq_model_job *job = &a->question.job;

	printf("%.0f items", job->n);
	if (a->task)
		printf(" of %s, each", a->task);
	else
		printf(" of");
	printf(" %s", pvq_text_ns(job->compute_ns + job->wait_ns).s);
	if (job->wait_ns > 0)
		printf(" (%.0f %% waiting)", 100 * job->wait_ns / (job->compute_ns + job->wait_ns));
	if (a->no_bytes)
		printf(", payload unknown (--payload), taken as none");
	else
		printf(", %.0f B in and %.0f B out", job->in, job->out);
	if (job->longest_ns > 0)
		printf(", the longest about %s", pvq_text_ns(job->longest_ns).s);
	else if (a->items_lost >= PVQ_ASK_BUSY)
		printf(", taken as equal: interference hides how they differ");
	printf("; %u core%s%s%s\n\n", a->question.cores, a->question.cores == 1 ? "" : "s",
		a->ordered ? "; in order" : "", a->survives ? "; survives a crash" : "");
}

static void print_setting(const struct pvq_model_offer *o)
{
	printf("%s", o->strategy->impl->name);
	if (!o->strategy->kind.serial)
		printf(" with %u worker%s", o->at.workers, o->at.workers == 1 ? "" : "s");
}

static void print_time(const struct pvq_model_offer *o)
{
	printf("%s", pvq_text_ns(o->total_ns).s);
	if (isnan(o->lo))
		printf(", too few trials for an interval");
	else
		printf(", %s %% interval %s to %s", o->certainty == PVQ_MEASURED ? "95" : "90",
			pvq_text_ns(o->lo).s, pvq_text_ns(o->hi).s);
}

static const char *crash_words(const struct pvq_impl *impl)
{
	if (impl->flags & PVQ_SURVIVES_CRASH)
		return "survived: its worker is replaced, all other items arrive";
	return impl->flags & PVQ_BASELINE ? "ends the program" : "ends the map with an error";
}

/* The pilot's trials together; NAN: unknown. */
static double pilot_lost(const struct pvq_rows *rows)
{
	double lost = 0;

	for (size_t i = 0; i < rows->count; i++)
		lost += pvq_model_row_lost(&rows->row[i]) / (double)rows->count;
	return lost;
}

static void print_source(const struct ask *a)
{
	double lost = pilot_lost(&a->pilot);

	printf("Grade        %s\n", a->model.grade == PVQ_GRADE_PRICES
					    ? "prices: from the price list alone, without calibration"
					    : "calibrated: on measured cells of each strategy");
	printf("Prices from  %s", a->run           ? a->run
				  : a->pilot.count ? "a pilot on this machine, now"
						   : "a price list of this machine, now");
	if (lost >= PVQ_ASK_BUSY)
		printf("; interference took %.0f %% of its time: see pvq doctor", 100 * lost);
	putchar('\n');
}

static void print_answer(const struct ask *a)
{
	const struct pvq_model_offer *best = &a->offers.of[0], *next = best + 1;
	const struct pvq_model_job *job = &a->question.job;
	double serial_ns = job->n * (job->compute_ns + job->wait_ns);

	print_job(a);
	printf("Take         ");
	print_setting(best);
	printf("%s\n", best->strategy->kind.serial ? "" : ", chunk automatic");
	printf("Wall time    ");
	print_time(best);
	printf("\nSpeed-up     %sx over serial (%s)\n", pvq_text_number(serial_ns / best->total_ns).s,
		pvq_text_ns(serial_ns).s);
	printf("Limit        %s\n", pvq_limit_words(best->predicted.time.limit));
	if (a->offers.count > 1) {
		printf("Runner-up    ");
		print_setting(next);
		printf(": %sx as long; %s%s\n", pvq_text_number(next->total_ns / best->total_ns).s,
			pvq_certainty_name(next->certainty),
			next->lo < best->hi ? "; inconclusive, the intervals overlap" : "");
	}
	printf("A crash      %s\n", crash_words(best->strategy->impl));
	printf("How sure     %s: %s\n", pvq_certainty_name(best->certainty), best->why);
	print_source(a);
}

static void explain(const struct ask *a)
{
	const struct pvq_model_offer *best = &a->offers.of[0];
	const struct pvq_model_time *t = &best->predicted.time;

	printf("\nPredicted for the first of them (reports/MODEL.md):\n"
	       "  an item: caller %s, worker %s, together %s; wake-ups for %.0f %% of the items\n",
		pvq_text_ns(t->caller_ns).s, pvq_text_ns(t->worker_ns).s, pvq_text_ns(t->item_ns).s,
		100 * t->wakes);
	if (!best->strategy->kind.serial)
		printf("  from %.0f workers on %s busy all the time, and more gain nothing\n",
			ceil(t->worker_ns / fmax(t->caller_ns, t->claim_ns)),
			t->claim_ns > t->caller_ns ? "the line by which they claim items is"
						   : "the caller is");
	printf("  map %s, of it: last items %s, pages %s,", pvq_text_ns(t->map_ns).s,
		pvq_text_ns(t->longest_ns).s, pvq_text_ns(t->pages_ns).s);
	printf(" ramp %s; start + stop %s\n", pvq_text_ns(t->ramp_ns).s, pvq_text_ns(t->edge_ns).s);
	if (t->memory_ns > 0)
		printf("  memory: what an item reads takes all cores together %s at least\n",
			pvq_text_ns(t->memory_ns).s);
	printf("\n%-26s", "price");
	for (size_t i = 0; i < a->model.count; i++)
		if (!a->model.of[i].kind.serial)
			printf(" %16s", a->model.of[i].impl->name);
	for (unsigned p = 0; p < PVQ_PRICES; p++) {
		printf("\n%-20s %5s", pvq_model_price_name(p), pvq_model_price_unit(p));
		for (size_t i = 0; i < a->model.count; i++)
			if (!a->model.of[i].kind.serial)
				printf(" %16s", pvq_text_number(a->model.of[i].price[p]).s);
	}
	putchar('\n');
}

static json_t *offer_json(const struct pvq_model_offer *o)
{
	const struct pvq_model_time *t = &o->predicted.time;

	return json_pack(
		"{s:s,s:i,s:i,s:n,s:o,s:o,s:o,s:s,s:o,s:b,s:s,s:{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}}",
		"strategy", o->strategy->impl->name, "workers", (int)o->at.workers, "cores",
		(int)o->at.cores, "chunk", "total_ns", pvq_json_real(o->total_ns), "total_ns_lo",
		pvq_json_real(o->lo), "total_ns_hi", pvq_json_real(o->hi), "certainty",
		pvq_certainty_name(o->certainty), "why", pvq_json_text(o->why), "survives_crash",
		(o->strategy->impl->flags & PVQ_SURVIVES_CRASH) != 0, "limit", pvq_limit_words(t->limit),
		"predicted", "caller_ns", pvq_json_real(t->caller_ns), "worker_ns",
		pvq_json_real(t->worker_ns), "item_ns", pvq_json_real(t->item_ns), "last_items_ns",
		pvq_json_real(t->longest_ns), "pages_ns", pvq_json_real(t->pages_ns), "ramp_ns",
		pvq_json_real(t->ramp_ns), "map_ns", pvq_json_real(t->map_ns), "start_stop_ns",
		pvq_json_real(t->edge_ns));
}

static int print_json(const struct ask *a)
{
	const struct pvq_model_job *job = &a->question.job;
	json_t *list = json_array();

	for (size_t i = 0; i < a->offers.count; i++)
		list = pvq_json_append(list, offer_json(&a->offers.of[i]));
	return pvq_json_print(json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:i,s:o,s:o,s:s,s:o,s:o}", "task",
		pvq_json_text(a->task), "n", pvq_json_real(job->n), "compute_ns",
		pvq_json_real(job->compute_ns), "wait_ns", pvq_json_real(job->wait_ns), "in",
		pvq_json_real(a->no_bytes ? NAN : job->in), "out",
		pvq_json_real(a->no_bytes ? NAN : job->out), "longest_ns",
		pvq_json_real(job->longest_ns > 0 ? job->longest_ns : NAN), "cores", (int)a->question.cores,
		"serial_ns", pvq_json_real(job->n * (job->compute_ns + job->wait_ns)), "run",
		pvq_json_text(a->run), "grade",
		a->model.grade == PVQ_GRADE_PRICES ? "prices" : "calibrated", "pilot_interference",
		pvq_json_real(a->pilot.count ? pilot_lost(&a->pilot) : NAN), "offers", list));
}

/* ---- --verify ---- */

/* Makes a job:… with the same items. */
static int spec_of_job(struct ask *a)
{
	const struct pvq_model_job *job = &a->question.job;
	char words[PVQ_SPEC_MAX];

	snprintf(words, sizeof(words), "job:work=%.0f,sleep=%.0f,in=%.0f,out=%.0f,skew=%g", job->compute_ns,
		job->wait_ns, fmax(job->in, 8), job->out, a->skew);
	if (pvq_spec_parse(&a->spec, words))
		return -EINVAL;
	pvq_spec_settle(&a->spec);
	return 0;
}

/* Measures the best three on this machine, with so many items that serial takes a third of a second. Returns the exit code. */
static int verify(struct ask *a)
{
	struct pvq_model_question q = a->question;
	struct pvq_model_offer offer[BEST];
	double total_ns[BEST], lost, item_ns = q.job.compute_ns + q.job.wait_ns;
	size_t count = a->offers.count < BEST ? a->offers.count : BEST;
	int ret;

	if (!a->task && spec_of_job(a))
		return PVQ_EXIT_USAGE;
	q.job.n = fmin(q.job.n, fmax(ceil(verify_ns / item_ns), a->spec.task->commands ? 1 : q.cores));
	q.cores = q.cores < q.here ? q.cores : q.here;
	if (!a->task)
		pvq_model_tail(&q.job, a->skew);
	for (size_t i = 0; i < count; i++) {
		const struct pvq_model_offer *o = &a->offers.of[i];
		unsigned workers = o->at.workers > q.cores && q.job.wait_ns <= 0 ? q.cores : o->at.workers;

		offer[i] = pvq_model_offer_at(&a->model, o->strategy, &q, workers);
		if (fail_memory(offer[i].predicted.error))
			return PVQ_EXIT_FAILED;
	}
	ret = pvq_ask_measure(total_ns, &lost, offer, count, &a->spec, (uint64_t)q.job.n, &a->host);
	if (ret == -EINTR)
		say_interrupted();
	if (ret)
		return PVQ_EXIT_FAILED;
	printf("\nVerified with %.0f items on %u core%s, the median of 3 trials each", q.job.n, q.cores,
		q.cores == 1 ? "" : "s");
	if (lost >= PVQ_ASK_BUSY)
		printf("; interference took up to %.0f %% of one", 100 * lost);
	printf(":\n");
	for (size_t i = 0; i < count; i++) {
		printf("  ");
		print_setting(&offer[i]);
		printf(": predicted %s (%s to %s), ", pvq_text_ns(offer[i].total_ns).s,
			pvq_text_ns(offer[i].lo).s, pvq_text_ns(offer[i].hi).s);
		if (isnan(total_ns[i]))
			printf("and a trial failed\n");
		else
			printf("measured %s: off by %+.0f %%\n", pvq_text_ns(total_ns[i]).s,
				100 * (offer[i].total_ns / total_ns[i] - 1));
	}
	return PVQ_EXIT_DONE;
}

/* ---- --check ---- */

static void print_accuracy(const char *what, const struct pvq_model_accuracy *x)
{
	if (x->cells == 0) {
		printf("%-36s no cells\n", what);
		return;
	}
	printf("%-36s %5zu cells, |error| median %4.1f %%, 90th percentile %5.1f %%; %.0f %% inside the interval\n",
		what, x->cells, 100 * x->median, 100 * x->most,
		100.0 * (double)x->inside / (double)x->cells);
}

static void print_check(const struct pvq_model_check *check)
{
	print_accuracy("map time", &check->map);
	print_accuracy("map time, overhead above a tenth", &check->heavy);
	print_accuracy("start + stop", &check->edge);
	if (check->metg.cells)
		printf("%-36s %5zu ramps, |error| median %4.1f %%, 90th percentile %5.1f %%; %zu inside the measured interval\n",
			"METG(50%)", check->metg.cells, 100 * check->metg.median, 100 * check->metg.most,
			check->metg.inside);
	printf("%-36s %5zu groups, within 5 %% of the fastest in %zu, at most %.0f %% behind\n",
		"the strategy put first", check->groups, check->good, 100 * check->behind);
}

static void print_misses(const struct ask *a, const struct pvq_model_check *check)
{
	if (a->explain)
		printf("\nMap times, every held-out cell:\n");
	else
		printf("\nMap times missed by more than %.0f %%:\n", 100 * PVQ_MODEL_MISSED);
	for (size_t i = 0; i < check->count; i++) {
		const struct pvq_model_cell *c = check->miss[i].cell;

		if (!a->explain && fabs(check->miss[i].error) <= PVQ_MODEL_MISSED)
			break;
		printf("  %+4.0f %%  %s, %s, %u workers on %u cores", 100 * check->miss[i].error,
			c->cell->key->impl, c->work->label, c->at.workers, c->at.cores);
		if (c->at.handover_ns > 0)
			printf(", hand-over %.0f ns", c->at.handover_ns);
		putchar('\n');
	}
}

/* The same for prices alone, on the same cells. 0 or -ENOMEM. */
static int check_prices(struct ask *a, const struct pvq_registry *registry)
{
	struct pvq_model_check check;
	int ret;

	if (!a->prices.count) {
		printf("\nFrom prices alone: %s holds no price list (micro.json).\n", a->check);
		return 0;
	}
	pvq_model_free(&a->model);
	ret = pvq_model_from_prices(&a->model, registry, &a->prices);
	if (ret == 0)
		ret = pvq_model_check(&check, &a->model, &a->cells);
	if (ret)
		return ret;
	printf("\nFrom prices alone, on %zu of these cells, whose strategies have parts in the list:\n\n",
		check.count);
	print_check(&check);
	print_misses(a, &check);
	pvq_model_check_free(&check);
	return 0;
}

/* Tells the cells what a run knows besides its rows, and adds those of its other sweeps. 0 or -ENOMEM. */
static int add_other_cells(struct ask *a, const struct pvq_registry *registry)
{
	struct pvq_observations observed = {0};
	int ret = 0;

	if (pvq_observations_read(&observed, a->check) == 0)
		ret = pvq_model_cells_observed(&a->cells, &observed, a->check);
	pvq_observations_free(&observed);
	if (ret == 0)
		ret = pvq_model_cells_swept(&a->cells, registry, a->check, 0);
	return ret;
}

static int check(struct ask *a, struct pvq_registry *registry)
{
	struct pvq_model_check check;
	int ret = calibrate(a, registry);

	if (ret)
		return PVQ_EXIT_USAGE;
	ret = add_other_cells(a, registry);
	if (ret == 0)
		ret = pvq_model_check(&check, &a->model, &a->cells);
	if (ret == 0) {
		printf("Calibrated on %zu cells of %s, held out %zu.\n\n", check.calibrated, a->check,
			check.count);
		print_check(&check);
		print_misses(a, &check);
		pvq_model_check_free(&check);
		ret = check_prices(a, registry);
	}
	return fail_memory(ret) ? PVQ_EXIT_FAILED : pvq_cmd_flush();
}

/* ---- */

static int answer(struct ask *a, struct pvq_registry *registry)
{
	int ret;

	if (a->task ? measure_job(a, registry) : (describe_job(a), 0))
		return PVQ_EXIT_FAILED;
	if (calibrate(a, registry))
		return a->run ? PVQ_EXIT_USAGE : PVQ_EXIT_FAILED;
	ret = pvq_model_advise(&a->offers, &a->model, &a->cells, &a->question);
	if (ret == -ENOENT)
		fprintf(stderr,
			"pvq: no strategy with prices does what you ask for: leave out --ordered or --survive\n");
	else
		(void)fail_memory(ret);
	if (ret)
		return ret == -ENOENT ? PVQ_EXIT_USAGE : PVQ_EXIT_FAILED;
	if (a->json)
		return print_json(a);
	print_answer(a);
	if (a->explain)
		explain(a);
	fflush(stdout);
	ret = a->verify ? verify(a) : PVQ_EXIT_DONE;
	return ret ? ret : pvq_cmd_flush();
}

static int run(const struct pvq_call *call)
{
	struct ask *a = &args;
	int code = PVQ_EXIT_USAGE;

	if (check_options(a)) {
		code = PVQ_EXIT_USAGE;
	} else if (a->check) {
		code = check(a, call->registry);
	} else if (pvq_host_read(&a->host) == 0 && (!a->task || read_task(a) == 0)) {
		a->question.here = a->host.usable;
		a->question.cores = a->cores ? a->cores : a->host.usable;
		a->question.ordered = a->ordered;
		a->question.survives = a->survives;
		pvq_launch_signals();
		a->began_ns = pvq_clock_ns();
		code = answer(a, call->registry);
	}
	pvq_model_offers_free(&a->offers);
	pvq_model_free(&a->model);
	pvq_model_cells_free(&a->cells);
	pvq_run_free(&a->measured);
	pvq_rows_free(&a->pilot);
	pvq_prices_free(&a->prices);
	free(a->items);
	return code;
}

const struct pvq_command pvq_command_ask = {
	.syntax = {.name = "pvq ask",
		.summary =
			"Predict which strategy a job of your own needs, how long it takes, and how sure that is.",
		.own = options},
	.into = &args,
	.run = run,
};
