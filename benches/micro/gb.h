/* gb.h: Google Benchmark for C. One header and one C++ file (gb.cc), made to be copied into other projects. GB.md has an
 * example, a table of what maps to what, and the traps.
 *
 * Errors     Functions return 0 (or a count) or -errno: -EINVAL for an invalid argument, -ENOMEM. A refused setting
 *            also keeps the benchmark from running, and the report says why. So a caller who ignores return values
 *            never gets figures for something else. No C++ exception leaves this interface, and nothing is passed to
 *            the library that would make it abort.
 * Ownership  The shim owns benchmarks until gb_clear(). It copies strings, and borrows user pointers, which must outlive
 *            the runs.
 * Threads    Call everything from one thread, the one that calls gb_run(). Exception: a function that takes a gb_state
 *            belongs to the thread that was given the state.
 * Units      Settings take times in seconds; reports use gb_unit(). Sizes are bytes.
 */
#ifndef GB_H
#define GB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gb_bench; /* a registered benchmark */
struct gb_state; /* one run of it, in one thread; valid during the call that gets it */

/* ---- registering and setting up ---- */

/* Registers a benchmark. run() is called several times: first with few iterations, to find out how many are needed, then
 * once per repetition. It must loop on gb_keep_running() until that returns 0. Returns NULL with errno on failure. */
struct gb_bench *gb_register(const char *name, void (*run)(struct gb_state *, void *user), void *user);

/* Add arguments. Each value, or tuple of values, makes an instance of the benchmark; all calls for one benchmark must
 * agree on the number of values. Ranges take the powers of the multiplier between lo and hi, and both ends. */
int gb_add_arg(struct gb_bench *, int64_t value);
int gb_add_args(struct gb_bench *, const int64_t *value, size_t count);
int gb_add_range(struct gb_bench *, int64_t lo, int64_t hi);
int gb_add_ranges(struct gb_bench *, const int64_t *lo, const int64_t *hi, size_t count); /* product */
int gb_add_dense_range(struct gb_bench *, int64_t lo, int64_t hi, int step);
int gb_range_multiplier(struct gb_bench *, int multiplier); /* default 8; set it before the range */
int gb_arg_names(struct gb_bench *, const char *const *name, size_t count);

/* Set functions to call before and after every call of run(), also those that only calibrate: once for all threads. The
 * state answers queries for arguments and threads. If setup() returns an error, the benchmark does not run, the error is
 * reported, and teardown() is not called. NULL: none. At most GB_HOOKED_MAX benchmarks can have hooks at a time
 * (-ENOSPC). */
enum { GB_HOOKED_MAX = 128 };
int gb_hooks(struct gb_bench *, int (*setup)(const struct gb_state *, void *user),
	void (*teardown)(const struct gb_state *, void *user));

/* Choose the clock that decides how long to run and that rates are divided by; once per benchmark. CPU time is that of
 * the calling thread: it misses other threads. No choice of CPU time counts child processes. */
enum gb_time {
	GB_CPU_TIME,         /* the default */
	GB_PROCESS_CPU_TIME, /* of all threads of this process */
	GB_REAL_TIME,
	GB_MANUAL_TIME, /* from gb_set_iteration_time() */
};
int gb_use_time(struct gb_bench *, enum gb_time);

enum gb_unit { GB_NANOSECOND, GB_MICROSECOND, GB_MILLISECOND, GB_SECOND };
int gb_unit(struct gb_bench *, enum gb_unit);

int gb_min_time(struct gb_bench *, double seconds);        /* > 0; not with gb_iterations() */
int gb_min_warmup_time(struct gb_bench *, double seconds); /* >= 0; not with gb_iterations() */
int gb_iterations(struct gb_bench *, int64_t iterations);  /* exactly this number, no calibration */
int gb_repetitions(struct gb_bench *, int repetitions);    /* >= 1; from 2 on with aggregates */

enum gb_report { GB_REPORT_ALL, GB_REPORT_AGGREGATES, GB_DISPLAY_AGGREGATES };
int gb_report(struct gb_bench *, enum gb_report); /* the last one keeps single runs in the file only */

/* Call run() in this number of threads at once. Each call adds instances. The meaning of real time with several threads
 * depends on the library's version: see GB.md. */
int gb_threads(struct gb_bench *, int threads);
int gb_thread_range(struct gb_bench *, int lo, int hi); /* powers of two, and both ends */
int gb_dense_thread_range(struct gb_bench *, int lo, int hi, int step);
int gb_threads_per_cpu(struct gb_bench *);

/* Fit the times of the instances against gb_set_complexity_n(). Adds two rows, BigO and RMS. */
enum gb_complexity { GB_O1, GB_ON, GB_ON_SQUARED, GB_ON_CUBED, GB_OLOGN, GB_ONLOGN, GB_OAUTO };
int gb_complexity(struct gb_bench *, enum gb_complexity);
int gb_complexity_function(struct gb_bench *, double (*cost)(int64_t n));

/* ---- within run() ---- */

/* Whether to run the loop once more. The first call starts the clock; the call that returns 0 stops it. Each call from C
 * into C++ costs one or two nanoseconds, which the measured time includes. */
int gb_keep_running(struct gb_state *);
/* The same for n >= 1 iterations, which the caller's own loop then does: all n share the cost of the call. More
 * iterations may run than planned; the library counts the actual number. */
int gb_keep_running_batch(struct gb_state *, int64_t n);

/* Stop and restart the clock within an iteration. -EINVAL if it is not running (not stopped). Each takes some hundred
 * nanoseconds: do not use them in short iterations. The next gb_keep_running() restarts the clock in any case. */
int gb_pause_timing(struct gb_state *);
int gb_resume_timing(struct gb_state *);

/* With GB_MANUAL_TIME: sets how long this iteration took. Call it once in each. */
int gb_set_iteration_time(struct gb_state *, double seconds);

/* Reports the benchmark as failed. The loop ends at the next gb_keep_running(); run() may also return at once. Only the
 * first error is reported. */
int gb_skip_with_error(struct gb_state *, const char *message);

/* Set totals over all iterations of this run in this thread. Call them after the loop. */
int gb_set_bytes_processed(struct gb_state *, int64_t bytes);
int gb_set_items_processed(struct gb_state *, int64_t items);
int gb_set_label(struct gb_state *, const char *label);
int gb_set_complexity_n(struct gb_state *, int64_t n);

/* How to convert a counter's value, summed over the threads, for the report. Flags can be combined. */
enum gb_counter {
	GB_PLAIN = 0,
	GB_RATE = 1 << 0,                /* divided by the time in seconds */
	GB_AVG_THREADS = 1 << 1,         /* divided by the threads */
	GB_ITERATION_INVARIANT = 1 << 2, /* multiplied by the iterations */
	GB_AVG_ITERATIONS = 1 << 3,      /* divided by the iterations */
	GB_INVERT = 1 << 4,              /* finally, replaced by its reciprocal */
	GB_KIBI = 1 << 5,                /* "k" means 1024 when printed, not 1000 */
};
/* Sets a counter. The value must be finite: JSON has no other numbers. */
int gb_set_counter(struct gb_state *, const char *name, double value, unsigned flags);

/* Queries. They also work in hooks. */
int64_t gb_arg(const struct gb_state *, size_t index); /* no such argument: 0, and the run is skipped */
int gb_thread_count(const struct gb_state *);
int gb_thread_index(const struct gb_state *); /* from 0 */
int64_t gb_iterations_done(const struct gb_state *);
int64_t gb_iterations_planned(const struct gb_state *);
int gb_error_occurred(const struct gb_state *);

/* ---- running ---- */

/* Removes the library's flags (--benchmark_…) from argv and obeys them. --help prints them and exits. */
int gb_initialize(int *argc, char **argv);
/* Prints an error for every argument left. Returns their number. */
int gb_report_unknown(int argc, char **argv);

/* Adds a fact to the "context" of reports. */
int gb_add_context(const char *key, const char *value);

struct gb_run_config {
	const char *
		filter; /* extended regular expression; "-…": all that do not match. NULL: the flag's, or all */
	const char *json_path; /* write a JSON report there too. NULL: --benchmark_out, or none */
	int quiet;             /* print no table */
};
/* Runs the benchmarks whose names match; NULL: as the flags say. Returns their number, even if some reported errors, or
 * -errno. */
long gb_run(const struct gb_run_config *);

void gb_clear(void);    /* removes all benchmarks, also those registered from C++ */
void gb_shutdown(void); /* frees the memory of the library's flags and context */

/* A whole main(): initializes, reports unknown arguments, runs all, shuts down. Returns the exit code, 0 or 1. */
int gb_main(int argc, char **argv);

/* ---- keeping the compiler honest ---- */

/* Makes the compiler compute the value, even if nothing uses it. value: a C expression of integer or pointer type. */
#define GB_KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")
/* Makes the compiler assume that all memory is read and written here. */
#define GB_CLOBBER() __asm__ volatile("" : : : "memory")

#ifdef __cplusplus
}
#endif
#endif
