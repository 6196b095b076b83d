/* gb.h: Google Benchmark for C. One header and one C++ file (gb.cc), made to be taken along to other
 * projects; GB.md has an example, the list of what maps to what, and the traps.
 *
 * Errors     Functions return 0 (or a count) or -errno: -EINVAL for what makes no sense, -ENOMEM. A
 *            setting that is refused is also kept: the benchmark then does not run and reports why, so
 *            that a caller who looks at no return value is not given figures for something else. No C++
 *            exception leaves this interface, and the library is not given what would make it abort.
 * Ownership  Benchmarks belong to the shim until gb_clear(). Strings are copied; user pointers are
 *            borrowed and must outlive the runs.
 * Threads    Everything is for one thread, the one that calls gb_run(), except the functions that take
 *            a gb_state: those belong to the thread whose state it is.
 * Units      Times are seconds in settings; reports use gb_unit(). Sizes are bytes.
 */
#ifndef GB_H
#define GB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gb_bench; /* a registered benchmark */
struct gb_state; /* one run of it, in one thread; lives as long as the call that was given it */

/* ---- registering and setting up ---- */

/* run() is called several times: first with few iterations, to find out how many are needed, then once
 * per repetition. It must loop on gb_keep_running() until that returns 0. NULL with errno on failure. */
struct gb_bench *gb_register(const char *name, void (*run)(struct gb_state *, void *user), void *user);

/* Arguments: one instance of the benchmark for each; all calls for one benchmark must agree on how many
 * there are. Ranges take powers of the multiplier between lo and hi, and both ends. */
int gb_add_arg(struct gb_bench *, int64_t value);
int gb_add_args(struct gb_bench *, const int64_t *value, size_t count);
int gb_add_range(struct gb_bench *, int64_t lo, int64_t hi);
int gb_add_ranges(struct gb_bench *, const int64_t *lo, const int64_t *hi, size_t count); /* product */
int gb_add_dense_range(struct gb_bench *, int64_t lo, int64_t hi, int step);
int gb_range_multiplier(struct gb_bench *, int multiplier); /* 8 where not set; before the range */
int gb_arg_names(struct gb_bench *, const char *const *name, size_t count);

/* Called once around every call of run(), also around those that only calibrate, and once for all
 * threads. The state is there to be asked for arguments and threads. A setup() that returns an error
 * keeps the benchmark from running and is reported; teardown() is not called then. At most GB_HOOKED_MAX
 * benchmarks can have hooks at a time (-ENOSPC). NULL: none. */
enum { GB_HOOKED_MAX = 128 };
int gb_hooks(struct gb_bench *, int (*setup)(const struct gb_state *, void *user),
	void (*teardown)(const struct gb_state *, void *user));

/* Which clock decides how long to run, and what rates are divided by. One choice per benchmark.
 * CPU time is that of the calling thread: it misses other threads, and children in any case. */
enum gb_time {
	GB_CPU_TIME,         /* the default */
	GB_PROCESS_CPU_TIME, /* of all threads of this process */
	GB_REAL_TIME,
	GB_MANUAL_TIME, /* what gb_set_iteration_time() says */
};
int gb_use_time(struct gb_bench *, enum gb_time);

enum gb_unit { GB_NANOSECOND, GB_MICROSECOND, GB_MILLISECOND, GB_SECOND };
int gb_unit(struct gb_bench *, enum gb_unit);

int gb_min_time(struct gb_bench *, double seconds);        /* > 0; not beside gb_iterations() */
int gb_min_warmup_time(struct gb_bench *, double seconds); /* >= 0; not beside gb_iterations() */
int gb_iterations(struct gb_bench *, int64_t iterations);  /* exactly so many, no calibration */
int gb_repetitions(struct gb_bench *, int repetitions);    /* >= 1; from 2 on with aggregates */

enum gb_report { GB_REPORT_ALL, GB_REPORT_AGGREGATES, GB_DISPLAY_AGGREGATES };
int gb_report(struct gb_bench *, enum gb_report); /* the last leaves single runs in the file only */

/* Runs run() in that many threads at once; each call adds instances. What real time means for more than
 * one thread depends on the library's version: see GB.md. */
int gb_threads(struct gb_bench *, int threads);
int gb_thread_range(struct gb_bench *, int lo, int hi); /* powers of two, and both ends */
int gb_dense_thread_range(struct gb_bench *, int lo, int hi, int step);
int gb_threads_per_cpu(struct gb_bench *);

/* Fits the times of the instances against gb_set_complexity_n(); two more rows, BigO and RMS. */
enum gb_complexity { GB_O1, GB_ON, GB_ON_SQUARED, GB_ON_CUBED, GB_OLOGN, GB_ONLOGN, GB_OAUTO };
int gb_complexity(struct gb_bench *, enum gb_complexity);
int gb_complexity_function(struct gb_bench *, double (*cost)(int64_t n));

/* ---- within run() ---- */

/* Whether to go through the loop once more. The first call starts the clock, the one that returns 0
 * stops it. A call across the border costs one or two nanoseconds, and that is inside the time. */
int gb_keep_running(struct gb_state *);
/* The same for n >= 1 iterations, which the caller's own loop then does: the cost of the call is shared
 * by all n. More iterations may be run than were planned; the library counts the real number. */
int gb_keep_running_batch(struct gb_state *, int64_t n);

/* Stops the clock within an iteration. -EINVAL when it is not running (not paused). Takes some hundred
 * nanoseconds: not for short iterations. The next gb_keep_running() starts the clock in any case. */
int gb_pause_timing(struct gb_state *);
int gb_resume_timing(struct gb_state *);

/* With GB_MANUAL_TIME: how long this iteration took; once in each. */
int gb_set_iteration_time(struct gb_state *, double seconds);

/* Reports the benchmark as failed; the loop ends at the next gb_keep_running(), and run() may return at
 * once instead. The first error is reported. */
int gb_skip_with_error(struct gb_state *, const char *message);

/* Totals over all iterations of this run, this thread; set behind the loop. */
int gb_set_bytes_processed(struct gb_state *, int64_t bytes);
int gb_set_items_processed(struct gb_state *, int64_t items);
int gb_set_label(struct gb_state *, const char *label);
int gb_set_complexity_n(struct gb_state *, int64_t n);

/* What is done to a counter's value, summed over the threads, before it is reported; may be added up. */
enum gb_counter {
	GB_PLAIN = 0,
	GB_RATE = 1 << 0,                /* divided by the time in seconds */
	GB_AVG_THREADS = 1 << 1,         /* divided by the threads */
	GB_ITERATION_INVARIANT = 1 << 2, /* times the iterations */
	GB_AVG_ITERATIONS = 1 << 3,      /* divided by the iterations */
	GB_INVERT = 1 << 4,              /* at last, one divided by it */
	GB_KIBI = 1 << 5,                /* "k" means 1024 when printed, not 1000 */
};
/* The value must be finite, since JSON knows no other. */
int gb_set_counter(struct gb_state *, const char *name, double value, unsigned flags);

/* Asking. These also work in hooks. */
int64_t gb_arg(const struct gb_state *, size_t index); /* no such argument: 0, and the run is skipped */
int gb_thread_count(const struct gb_state *);
int gb_thread_index(const struct gb_state *); /* from 0 */
int64_t gb_iterations_done(const struct gb_state *);
int64_t gb_iterations_planned(const struct gb_state *);
int gb_error_occurred(const struct gb_state *);

/* ---- running ---- */

/* Takes the library's own flags (--benchmark_…) out of argv. --help prints them and exits. */
int gb_initialize(int *argc, char **argv);
/* Complains about every argument that is left. Returns how many there are. */
int gb_report_unknown(int argc, char **argv);

/* Adds a fact to the "context" of the reports. */
int gb_add_context(const char *key, const char *value);

struct gb_run_config {
	const char *filter; /* extended regular expression; "-…": all others. NULL: the flag's, or all */
	const char *json_path; /* also writes a report there. NULL: --benchmark_out, or none */
	int quiet;             /* prints no table */
};
/* Runs the benchmarks whose names match; NULL: as the flags say. Returns how many that were, also when
 * some of them reported errors, or -errno. */
long gb_run(const struct gb_run_config *);

void gb_clear(void);    /* forgets all benchmarks, those registered from C++ too */
void gb_shutdown(void); /* frees what the library's flags and context took */

/* initialize, complain, run all, shut down: what a main() returns, 0 or 1. */
int gb_main(int argc, char **argv);

/* ---- keeping the compiler honest ---- */

/* The value is computed, although nobody uses it. A C expression of integer or pointer type. */
#define GB_KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")
/* All memory is as if read and written here. */
#define GB_CLOBBER() __asm__ volatile("" : : : "memory")

#ifdef __cplusplus
}
#endif
#endif
