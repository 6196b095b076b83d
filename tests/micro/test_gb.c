/* test_gb.c: the C shim over Google Benchmark, through its public C surface only. Every test registers
 * benchmarks, runs them in this process, and looks at the JSON that came out.
 */
#include "micro/gb.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* gb_throw.cc */
void gb_throw_known(struct gb_state *state, void *user);
void gb_throw_unknown(struct gb_state *state, void *user);

/* What a run left, and the calls that were counted meanwhile. */
struct fixture {
	char path[64];
	json_t *root;
	int runs, setups, teardowns;
	_Atomic int indices; /* bits of the thread indices seen */
	int64_t seen[4];     /* arguments that the hooks saw */
	int hook_fails;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd = -1;

	if (f) {
		strcpy(f->path, "/tmp/pvq-gb-XXXXXX");
		fd = mkstemp(f->path);
	}
	if (fd < 0) {
		free(f);
		return -1;
	}
	close(fd);
	gb_clear();
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	json_decref(f->root);
	unlink(f->path);
	free(f);
	gb_clear();
	return 0;
}

/* Runs what is registered; returns how many benchmarks that were. */
static long run(struct fixture *f)
{
	struct gb_run_config config = {.json_path = f->path, .quiet = 1};
	json_error_t error;
	long count = gb_run(&config);

	json_decref(f->root);
	f->root = json_load_file(f->path, 0, &error);
	assert_non_null(f->root);
	return count;
}

static const json_t *rows(const struct fixture *f)
{
	return json_object_get(f->root, "benchmarks");
}

/* The first row of that name, or NULL. */
static const json_t *row(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < json_array_size(rows(f)); i++) {
		const json_t *one = json_array_get(rows(f), i);

		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return one;
	}
	return NULL;
}

static double number(const struct fixture *f, const char *name, const char *key)
{
	const json_t *one = row(f, name);

	if (!one)
		fail_msg("no row %s", name);
	return json_number_value(json_object_get(one, key));
}

static const char *text(const struct fixture *f, const char *name, const char *key)
{
	const json_t *one = row(f, name);
	const char *value = one ? json_string_value(json_object_get(one, key)) : NULL;

	return value ? value : "";
}

/* ---- bodies ---- */

static void plain(struct gb_state *s, void *user)
{
	struct fixture *f = user;

	while (gb_keep_running(s))
		GB_CLOBBER();
	if (f)
		f->runs++;
}

static void batched(struct gb_state *s, void *user)
{
	int64_t count = 0;

	while (gb_keep_running_batch(s, 7))
		count += 7;
	*(int64_t *)user = count;
	gb_set_counter(s, "agrees", count == gb_iterations_done(s), GB_PLAIN);
}

static void nap(double seconds)
{
	struct timespec t = {.tv_nsec = (long)(seconds * 1e9)};

	nanosleep(&t, NULL);
}

/* ---- tests ---- */

static void test_runs_and_calibrates(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("plain", plain, f);

	assert_non_null(b);
	assert_int_equal(gb_min_time(b, 0.005), 0);
	assert_int_equal(run(f), 1);
	assert_true(f->runs > 1); /* called with few iterations first */
	assert_true(number(f, "plain/min_time:0.005", "iterations") > 100);
	assert_string_equal(text(f, "plain/min_time:0.005", "time_unit"), "ns");
}

static void test_batches_count_what_was_run(void **state)
{
	struct fixture *f = *state;
	int64_t count = 0;
	struct gb_bench *b = gb_register("batched", batched, &count);

	assert_int_equal(gb_iterations(b, 10), 0);
	assert_int_equal(run(f), 1);
	assert_int_equal(count, 14); /* two batches: more than planned, and counted */
	assert_int_equal((int)number(f, "batched/iterations:10", "iterations"), 14);
	assert_int_equal((int)number(f, "batched/iterations:10", "agrees"), 1);
}

static void arguments(struct gb_state *s, void *user)
{
	(void)user;
	while (gb_keep_running(s))
		;
	gb_set_counter(s, "sum", (double)(gb_arg(s, 0) + gb_arg(s, 1)), GB_PLAIN);
}

static void test_arguments_and_names(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("two", arguments, NULL);
	const char *const names[] = {"rows", "columns"};
	const int64_t pair[] = {3, 4}, lo[] = {1, 10}, hi[] = {4, 10};

	assert_int_equal(gb_iterations(b, 1), 0);
	assert_int_equal(gb_arg_names(b, names, 2), 0);
	assert_int_equal(gb_add_args(b, pair, 2), 0);
	assert_int_equal(gb_range_multiplier(b, 2), 0);
	assert_int_equal(gb_add_ranges(b, lo, hi, 2), 0);
	assert_int_equal(run(f), 4); /* the pair, and 1, 2, 4 each with 10 */
	assert_int_equal((int)number(f, "two/rows:3/columns:4/iterations:1", "sum"), 7);
	assert_int_equal((int)number(f, "two/rows:2/columns:10/iterations:1", "sum"), 12);
}

static void one_argument(struct gb_state *s, void *user)
{
	(void)user;
	while (gb_keep_running(s))
		;
	gb_arg(s, 0);
}

static void test_ranges(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("dense", one_argument, NULL);
	struct gb_bench *c = gb_register("sparse", one_argument, NULL);

	gb_iterations(b, 1);
	gb_iterations(c, 1);
	assert_int_equal(gb_add_dense_range(b, 1, 7, 3), 0);
	assert_int_equal(gb_range_multiplier(c, 4), 0);
	assert_int_equal(gb_add_range(c, 1, 20), 0);
	assert_int_equal(gb_add_arg(c, 99), 0);
	assert_int_equal(run(f), 3 + 4 + 1);
	assert_non_null(row(f, "dense/4/iterations:1"));
	assert_non_null(row(f, "sparse/16/iterations:1"));
	assert_non_null(row(f, "sparse/20/iterations:1"));
	assert_non_null(row(f, "sparse/99/iterations:1"));
}

static void test_argument_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("none", one_argument, NULL);
	struct gb_bench *named = gb_register("named", one_argument, NULL);
	const char *const name = "size";

	gb_iterations(b, 1);
	gb_iterations(named, 1);
	assert_int_equal(gb_arg_names(named, &name, 1), 0); /* a name makes no argument */
	run(f);
	assert_string_equal(text(f, "named/iterations:1", "error_message"),
		"it asked for an argument that it does not have");
	assert_string_equal(text(f, "none/iterations:1", "error_message"),
		"it asked for an argument that it does not have");
}

static void counters(struct gb_state *s, void *user)
{
	(void)user;
	while (gb_keep_running(s))
		gb_set_iteration_time(s, 0.5);
	gb_set_bytes_processed(s, 1000);
	gb_set_items_processed(s, 10);
	gb_set_label(s, "a \"label\"");
	gb_set_counter(s, "plain", 6, GB_PLAIN);
	gb_set_counter(s, "rate", 6, GB_RATE);
	gb_set_counter(s, "inverse", 6, GB_RATE | GB_INVERT);
	gb_set_counter(s, "each", 6, GB_ITERATION_INVARIANT);
	gb_set_counter(s, "average", 6, GB_AVG_ITERATIONS | GB_KIBI);
}

static void test_counters_label_manual_time(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("counted", counters, NULL);
	const char *name = "counted/iterations:4/manual_time";

	gb_use_time(b, GB_MANUAL_TIME);
	gb_unit(b, GB_MILLISECOND);
	gb_iterations(b, 4); /* so 2 s by its own word */
	assert_int_equal(run(f), 1);
	assert_string_equal(text(f, name, "time_unit"), "ms");
	assert_string_equal(text(f, name, "label"), "a \"label\"");
	assert_float_equal(number(f, name, "real_time"), 500, 1e-9);
	assert_float_equal(number(f, name, "bytes_per_second"), 500, 1e-9);
	assert_float_equal(number(f, name, "items_per_second"), 5, 1e-9);
	assert_float_equal(number(f, name, "plain"), 6, 1e-9);
	assert_float_equal(number(f, name, "rate"), 3, 1e-9);
	assert_float_equal(number(f, name, "inverse"), 1.0 / 3, 1e-9);
	assert_float_equal(number(f, name, "each"), 24, 1e-9);
	assert_float_equal(number(f, name, "average"), 1.5, 1e-9);
}

static void sleeper(struct gb_state *s, void *user)
{
	const int *pauses = user;

	while (gb_keep_running(s)) {
		if (*pauses)
			assert_int_equal(gb_pause_timing(s), 0);
		nap(0.004);
		if (*pauses == 1)
			assert_int_equal(gb_resume_timing(s), 0);
	}
}

static void test_clocks_and_pauses(void **state)
{
	struct fixture *f = *state;
	static const int never = 0, resumed = 1, left_paused = 2;
	struct gb_bench *real = gb_register("real", sleeper, (void *)(uintptr_t)&never);
	struct gb_bench *cpu = gb_register("cpu", sleeper, (void *)(uintptr_t)&never);
	struct gb_bench *paused = gb_register("paused", sleeper, (void *)(uintptr_t)&resumed);
	struct gb_bench *left = gb_register("left", sleeper, (void *)(uintptr_t)&left_paused);

	gb_iterations(real, 3);
	gb_iterations(cpu, 3);
	gb_iterations(paused, 3);
	gb_iterations(left, 3);
	assert_int_equal(gb_use_time(real, GB_REAL_TIME), 0);
	assert_int_equal(gb_use_time(cpu, GB_PROCESS_CPU_TIME), 0);
	gb_use_time(paused, GB_REAL_TIME);
	gb_use_time(left, GB_REAL_TIME);
	assert_int_equal(run(f), 4);
	assert_true(number(f, "real/iterations:3/real_time", "real_time") >= 4e6);
	assert_true(number(f, "cpu/iterations:3/process_time", "cpu_time") < 3e6);
	assert_true(number(f, "paused/iterations:3/real_time", "real_time") < 3e6);
	assert_true(number(f, "left/iterations:3/real_time", "real_time") < 3e6);
}

static void skipper(struct gb_state *s, void *user)
{
	const char *how = user;
	int loops = 0;

	if (strcmp(how, "before") == 0)
		gb_skip_with_error(s, "before");
	while (gb_keep_running(s)) {
		loops++;
		if (strcmp(how, "within") == 0) {
			gb_skip_with_error(s, "within");
			gb_skip_with_error(s, "only the first counts");
			assert_true(gb_error_occurred(s));
		}
		if (strcmp(how, "leaves") == 0)
			return;
		if (strcmp(how, "paused") == 0) {
			gb_pause_timing(s);
			gb_skip_with_error(s, "paused");
		}
	}
	assert_int_equal(gb_keep_running(s), 0); /* stays over, and aborts nothing */
	assert_int_equal(gb_keep_running_batch(s, 5), 0);
	assert_true(loops <= 1 || strcmp(how, "behind") == 0);
	if (strcmp(how, "behind") == 0)
		gb_skip_with_error(s, "behind");
}

static void never_loops(struct gb_state *s, void *user)
{
	(void)s;
	(void)user;
}

static void test_skips_and_early_returns(void **state)
{
	struct fixture *f = *state;
	static const char *const how[] = {"before", "within", "behind", "paused", "leaves"};

	for (size_t i = 0; i < 5; i++)
		assert_non_null(gb_register(how[i], skipper, (void *)(uintptr_t)how[i]));
	gb_register("idle", never_loops, NULL);
	assert_int_equal(run(f), 6);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(text(f, how[i], "error_message"), how[i]);
	assert_string_equal(text(f, "leaves", "error_message"), "it returned before its loop had ended");
	assert_string_equal(text(f, "idle", "error_message"), "it returned without running its loop");
}

static void test_exceptions_stay_inside(void **state)
{
	struct fixture *f = *state;

	gb_register("known", gb_throw_known, NULL);
	gb_register("unknown", gb_throw_unknown, NULL);
	assert_int_equal(run(f), 2);
	assert_string_equal(text(f, "known", "error_message"), "exception: thrown in the loop");
	assert_string_equal(text(f, "unknown", "error_message"), "exception of an unknown kind");
}

static int count_setup(const struct gb_state *s, void *user)
{
	struct fixture *f = user;

	f->seen[f->setups % 4] = gb_arg(s, 0);
	f->setups++;
	assert_int_equal(gb_thread_count(s), 2);
	return f->hook_fails ? -ENODEV : 0;
}

static void count_teardown(const struct gb_state *s, void *user)
{
	struct fixture *f = user;

	assert_int_equal(gb_arg(s, 0), f->seen[(f->setups - 1) % 4]);
	f->teardowns++;
}

static void threaded(struct gb_state *s, void *user)
{
	struct fixture *f = user;

	while (gb_keep_running(s))
		GB_CLOBBER();
	atomic_fetch_or(&f->indices, 1 << gb_thread_index(s));
	gb_set_counter(s, "total", 10, GB_PLAIN);
	gb_set_counter(s, "mean", 10, GB_AVG_THREADS);
}

static void test_threads_and_hooks(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("crew", threaded, f);

	gb_iterations(b, 100);
	assert_int_equal(gb_add_arg(b, 5), 0);
	assert_int_equal(gb_add_arg(b, 6), 0);
	assert_int_equal(gb_hooks(b, count_setup, count_teardown), 0);
	assert_int_equal(gb_threads(b, 2), 0);
	assert_int_equal(run(f), 2);
	assert_int_equal(f->setups, 2); /* once for both threads, once for each argument */
	assert_int_equal(f->teardowns, 2);
	assert_int_equal(f->seen[0], 5);
	assert_int_equal(f->seen[1], 6);
	assert_int_equal(f->indices, 3);
	assert_int_equal((int)number(f, "crew/5/iterations:100/threads:2", "threads"), 2);
	assert_float_equal(number(f, "crew/5/iterations:100/threads:2", "total"), 20, 1e-9);
	assert_float_equal(number(f, "crew/5/iterations:100/threads:2", "mean"), 10, 1e-9);
}

static void test_setup_that_fails(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("crew", threaded, f);

	f->hook_fails = 1;
	gb_add_arg(b, 5);
	gb_threads(b, 2);
	gb_hooks(b, count_setup, count_teardown);
	run(f);
	assert_string_equal(text(f, "crew/5/threads:2", "error_message"), "set-up failed: No such device");
	assert_int_equal(f->indices, 0);
	assert_int_equal(f->teardowns, 0);
}

static void test_thread_ranges(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("power", threaded, f);
	struct gb_bench *c = gb_register("dense", threaded, f);

	gb_iterations(b, 1);
	gb_iterations(c, 1);
	assert_int_equal(gb_thread_range(b, 1, 4), 0);
	assert_int_equal(gb_dense_thread_range(c, 1, 5, 3), 0);
	assert_int_equal(run(f), 3 + 3); /* 1, 2, 4; 1, 4, 5 */
	assert_non_null(row(f, "power/iterations:1/threads:4"));
	assert_non_null(row(f, "dense/iterations:1/threads:5"));
}

static void test_repetitions_and_aggregates(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *all = gb_register("all", plain, NULL);
	struct gb_bench *few = gb_register("few", plain, NULL);
	struct gb_bench *file = gb_register("file", plain, NULL);

	gb_iterations(all, 2);
	gb_iterations(few, 2);
	gb_iterations(file, 2);
	assert_int_equal(gb_repetitions(all, 3), 0);
	assert_int_equal(gb_repetitions(few, 3), 0);
	assert_int_equal(gb_repetitions(file, 3), 0);
	assert_int_equal(gb_report(few, GB_REPORT_AGGREGATES), 0);
	assert_int_equal(gb_report(file, GB_DISPLAY_AGGREGATES), 0);
	assert_int_equal(run(f), 3);
	assert_int_equal((int)number(f, "all/iterations:2/repeats:3", "repetitions"), 3);
	assert_string_equal(text(f, "all/iterations:2/repeats:3_median", "aggregate_name"), "median");
	assert_null(row(f, "few/iterations:2/repeats:3"));
	assert_non_null(row(f, "few/iterations:2/repeats:3_stddev"));
	assert_non_null(row(f, "file/iterations:2/repeats:3"));
}

static double my_cost(int64_t n)
{
	return (double)n * 3;
}

/* Takes n microseconds, by its own word. */
static void linear(struct gb_state *s, void *user)
{
	(void)user;
	while (gb_keep_running(s))
		gb_set_iteration_time(s, (double)gb_arg(s, 0) * 1e-6);
	gb_set_complexity_n(s, gb_arg(s, 0));
}

static void test_complexity(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *given = gb_register("given", linear, NULL);
	struct gb_bench *found = gb_register("found", linear, NULL);
	struct gb_bench *mine = gb_register("mine", linear, NULL);
	struct gb_bench *all[] = {given, found, mine};

	for (size_t i = 0; i < 3; i++) {
		gb_iterations(all[i], 4);
		gb_use_time(all[i], GB_MANUAL_TIME);
		gb_range_multiplier(all[i], 2);
		gb_add_range(all[i], 8, 1024);
	}
	assert_int_equal(gb_complexity(given, GB_ON), 0);
	assert_int_equal(gb_complexity(found, GB_OAUTO), 0);
	assert_int_equal(gb_complexity_function(mine, my_cost), 0);
	run(f);
	assert_string_equal(text(f, "given/iterations:4/manual_time_BigO", "big_o"), "N");
	assert_float_equal(
		number(f, "given/iterations:4/manual_time_BigO", "real_coefficient"), 1000, 1e-3);
	assert_non_null(row(f, "found/iterations:4/manual_time_BigO"));
	assert_non_null(row(f, "given/iterations:4/manual_time_RMS"));
	assert_float_equal(
		number(f, "mine/iterations:4/manual_time_BigO", "real_coefficient"), 1000.0 / 3, 1e-3);
}

static void test_bad_settings_are_refused(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = gb_register("bad", plain, f);
	const int64_t up = 2, down = 1;

	assert_null(gb_register(NULL, plain, NULL));
	assert_int_equal(errno, EINVAL);
	assert_null(gb_register("", plain, NULL));
	assert_null(gb_register("x", NULL, NULL));
	assert_int_equal(gb_add_arg(NULL, 1), -EINVAL);
	assert_int_equal(gb_add_args(b, NULL, 1), -EINVAL);
	assert_int_equal(gb_add_args(b, &up, 0), -EINVAL);
	assert_int_equal(gb_add_ranges(b, &up, &down, 1), -EINVAL);
	assert_int_equal(gb_add_dense_range(b, 0, INT64_MAX, 1), -EINVAL);
	assert_int_equal(gb_add_dense_range(b, INT64_MIN, INT64_MAX - 1, 1), -EINVAL);
	assert_int_equal(gb_add_dense_range(b, 0, 5, 0), -EINVAL);
	assert_int_equal(gb_range_multiplier(b, 1), -EINVAL);
	assert_int_equal(gb_add_arg(b, 1), 0);
	assert_int_equal(gb_add_args(b, (const int64_t[]){1, 2}, 2), -EINVAL); /* one, then two */
	assert_int_equal(gb_min_time(b, 0), -EINVAL);
	assert_int_equal(gb_min_time(b, 0.0 / 0.0), -EINVAL);
	assert_int_equal(gb_min_warmup_time(b, -1), -EINVAL);
	assert_int_equal(gb_repetitions(b, 0), -EINVAL);
	assert_int_equal(gb_threads(b, 0), -EINVAL);
	assert_int_equal(gb_thread_range(b, 4, 2), -EINVAL);
	assert_int_equal(gb_dense_thread_range(b, 1, 4, 0), -EINVAL);
	assert_int_equal(gb_complexity_function(b, NULL), -EINVAL);
	assert_int_equal(gb_use_time(b, GB_REAL_TIME), 0);
	assert_int_equal(gb_use_time(b, GB_MANUAL_TIME), -EINVAL); /* one clock only */
	assert_int_equal(gb_iterations(b, 5), 0);
	assert_int_equal(gb_min_time(b, 1), -EINVAL); /* not beside fixed iterations */
	/* Nobody looked? Then it must not run as if nothing were wrong. */
	run(f);
	assert_int_equal(f->runs, 0);
	assert_string_equal(text(f, "bad/1/iterations:5/real_time", "error_message"),
		"gb_add_args: refused: Invalid argument");
}

static void misuser(struct gb_state *s, void *user)
{
	(void)user;
	assert_int_equal(gb_pause_timing(s), -EINVAL); /* not in the loop yet */
	assert_int_equal(gb_resume_timing(s), -EINVAL);
	while (gb_keep_running(s)) {
		assert_int_equal(gb_resume_timing(s), -EINVAL);
		assert_int_equal(gb_set_iteration_time(s, 1), -EINVAL); /* that clock was not chosen */
	}
	assert_int_equal(gb_pause_timing(s), -EINVAL);
	assert_int_equal(gb_set_counter(s, "nan", 0.0 / 0.0, GB_PLAIN), -EINVAL);
	assert_int_equal(gb_set_counter(s, NULL, 0, GB_PLAIN), -EINVAL);
	assert_int_equal(gb_set_counter(s, "flags", 0, 1 << 20), -EINVAL);
	assert_int_equal(gb_set_label(s, NULL), -EINVAL);
	assert_int_equal(gb_skip_with_error(s, NULL), -EINVAL);
	assert_int_equal(gb_set_bytes_processed(s, -1), -EINVAL);
}

static void empty_batch(struct gb_state *s, void *user)
{
	(void)user;
	while (gb_keep_running_batch(s, 0))
		;
}

static void test_misuse_within_a_run(void **state)
{
	struct fixture *f = *state;

	gb_iterations(gb_register("misuser", misuser, NULL), 2);
	gb_iterations(gb_register("empty", empty_batch, NULL), 2);
	assert_int_equal(run(f), 2);
	assert_string_equal(text(f, "misuser/iterations:2", "error_message"), "");
	assert_string_equal(
		text(f, "empty/iterations:2", "error_message"), "a batch needs at least one iteration");
}

static void test_hooks_run_out(void **state)
{
	struct fixture *f = *state;
	struct gb_bench *b = NULL;

	for (int i = 0; i < GB_HOOKED_MAX; i++)
		assert_int_equal(gb_hooks(gb_register("many", plain, f), NULL, NULL), 0);
	b = gb_register("one too many", plain, f);
	assert_int_equal(gb_hooks(b, NULL, NULL), -ENOSPC);
	gb_clear(); /* and all are free again */
	assert_int_equal(gb_hooks(gb_register("again", plain, f), NULL, NULL), 0);
}

static void test_filters_flags_context(void **state)
{
	struct fixture *f = *state;
	struct gb_run_config config = {.filter = "^a", .json_path = f->path, .quiet = 1};
	char name[] = "test", flag[] = "--benchmark_repetitions=2", other[] = "--mine";
	char *argv[] = {name, flag, other, NULL};
	int argc = 3;

	gb_iterations(gb_register("abc", plain, f), 1);
	gb_iterations(gb_register("xyz", plain, f), 1);
	assert_int_equal(gb_run(&config), 1);
	config.filter = "-^a";
	assert_int_equal(gb_run(&config), 1);
	config.filter = "nothing";
	assert_int_equal(gb_run(&config), 0);
	config.filter = "(";
	assert_int_equal(gb_run(&config), -EINVAL);
	config.filter = NULL;
	config.json_path = "/nowhere/at/all.json";
	assert_int_equal(gb_run(&config), -ENOENT);

	assert_int_equal(gb_initialize(NULL, argv), -EINVAL);
	assert_int_equal(gb_initialize(&argc, argv), 0);
	assert_int_equal(argc, 2); /* the library's flag is taken out, the other left */
	assert_string_equal(argv[1], "--mine");
	assert_int_equal(gb_report_unknown(argc, argv), 1);
	assert_int_equal(gb_add_context("colour", "green"), 0);
	assert_int_equal(gb_add_context(NULL, "x"), -EINVAL);
	assert_int_equal(run(f), 2);
	assert_non_null(row(f, "abc/iterations:1_mean"));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(f->root, "context"), "colour")), "green");
	strcpy(flag, "--benchmark_repetitions=1");
	argc = 2;
	argv[1] = flag;
	gb_initialize(&argc, argv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_runs_and_calibrates, begin, end),
		cmocka_unit_test_setup_teardown(test_batches_count_what_was_run, begin, end),
		cmocka_unit_test_setup_teardown(test_arguments_and_names, begin, end),
		cmocka_unit_test_setup_teardown(test_ranges, begin, end),
		cmocka_unit_test_setup_teardown(test_argument_that_is_not_there, begin, end),
		cmocka_unit_test_setup_teardown(test_counters_label_manual_time, begin, end),
		cmocka_unit_test_setup_teardown(test_clocks_and_pauses, begin, end),
		cmocka_unit_test_setup_teardown(test_skips_and_early_returns, begin, end),
		cmocka_unit_test_setup_teardown(test_exceptions_stay_inside, begin, end),
		cmocka_unit_test_setup_teardown(test_threads_and_hooks, begin, end),
		cmocka_unit_test_setup_teardown(test_setup_that_fails, begin, end),
		cmocka_unit_test_setup_teardown(test_thread_ranges, begin, end),
		cmocka_unit_test_setup_teardown(test_repetitions_and_aggregates, begin, end),
		cmocka_unit_test_setup_teardown(test_complexity, begin, end),
		cmocka_unit_test_setup_teardown(test_bad_settings_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(test_misuse_within_a_run, begin, end),
		cmocka_unit_test_setup_teardown(test_hooks_run_out, begin, end),
		cmocka_unit_test_setup_teardown(test_filters_flags_context, begin, end),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gb_shutdown();
	return failed;
}
