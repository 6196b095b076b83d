/* test_conformance.c: every strategy x every task x n in {0, 1, fewer than workers, many}, through the
 * whole trial path: results against the oracle, order where it is promised, and nothing left behind, no
 * descriptor, child or thread. A new strategy or task is tested without a line in here.
 */
#include "child.h"
#include "trial/registry.h"
#include "trial/trial.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

enum { WORKERS = 3, CASES_MAX = 1024 };

/* What to ask of a task beside its defaults, so that a test stays short; most need nothing. */
static const char *task_words(const struct pvq_task *task)
{
	static const char *const words[] = {"sleep:us=200", "spin:ns=300,rate=1000",
		"skew:ns=500,rate=1000", "echo:in=3000,out=5000", "stream:kb=16",
		"mandelbrot:width=64,maxiter=100", "deflate:max_kb=16", "fault:kind=error,at=0"};
	size_t len = strlen(task->name);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(words[i], task->name, len) == 0 && words[i][len] == ':')
			return words[i];
	return task->name;
}

static int count_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

/* Entries of /proc/self/task in a process of one thread: ".", "..", itself; TSan adds two. */
#ifdef __SANITIZE_THREAD__
enum { ALONE = 5 };
#else
enum { ALONE = 3 };
#endif

/* A joined thread may stand in /proc for a moment yet, until the kernel has let go of it. */
static int threads_left(void)
{
	int count;

	for (int tries = 0; (count = count_entries("/proc/self/task")) > ALONE && tries < 10000; tries++)
		sched_yield();
	return count > ALONE ? count - ALONE : 0;
}

/* A trial, and what the process looks like after it. */
struct outcome {
	struct pvq_row row;
	int descriptors, threads, children; /* left over */
};

static struct outcome run_here(const struct pvq_impl *impl, const char *words, uint64_t n, unsigned workers,
	unsigned chunk, unsigned window)
{
	struct outcome o = {0};
	struct pvq_spec spec;
	struct pvq_trial t = {.impl = impl,
		.spec = &spec,
		.n = n,
		.seed = 7,
		.chunk = chunk,
		.window = window,
		.oracle = ""};
	int fds = count_entries("/proc/self/fd");

	if (pvq_spec_parse(&spec, words))
		_exit(2);
	t.workers = impl->flags & PVQ_ONE_WORKER ? 1 : workers;
	pvq_trial_run(&t, &o.row, NULL, NULL);
	if (!(impl->flags & PVQ_LINGERS)) {
		o.descriptors = count_entries("/proc/self/fd") - fds;
		o.threads = threads_left();
	}
	o.children = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
	return o;
}

/* Runs the trial in a process of its own, as the driver does, and brings the outcome back. */
static struct outcome run(const struct pvq_impl *impl, const char *words, uint64_t n, unsigned workers,
	unsigned chunk, unsigned window)
{
	struct outcome o;
	int channel[2];
	pid_t pid;

	assert_int_equal(pipe(channel), 0);
	pid = pvq_child_fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(channel[0]);
		o = run_here(impl, words, n, workers, chunk, window);
#ifdef __SANITIZE_ADDRESS__
		if (__lsan_do_recoverable_leak_check())
			_exit(99); /* _exit() skips the check that a normal end would make */
#endif
		_exit(write(channel[1], &o, sizeof(o)) == sizeof(o) ? 0 : 1);
	}
	close(channel[1]);
	if (read(channel[0], &o, sizeof(o)) != sizeof(o))
		fail_msg("%s, %s, n %llu: the trial's process died", impl->name, words,
			(unsigned long long)n);
	close(channel[0]);
	assert_int_equal(pvq_child_reap(pid), 0);
	return o;
}

static void check_clean(const struct outcome *o)
{
	assert_int_equal(o->descriptors, 0);
	assert_int_equal(o->threads, 0);
	assert_int_equal(o->children, 0);
}

/* Returns 0 where the strategy does not take such a load. */
static int check(const struct pvq_impl *impl, const char *words, uint64_t n, unsigned workers,
	unsigned chunk, unsigned window)
{
	struct outcome o = run(impl, words, n, workers, chunk, window);
	int fails = strncmp(words, "fault:", 6) == 0 && n > 0;

	if (o.row.status == PVQ_UNAVAILABLE)
		return 0;
	if (o.row.status != (fails ? PVQ_ERROR : PVQ_OK) || o.row.verified == PVQ_VERIFIED_NO)
		fail_msg("%s, %s, n %llu: %s: %s", impl->name, words, (unsigned long long)n,
			pvq_status_name(o.row.status), o.row.reason);
	assert_int_equal(o.row.item_errors, fails ? 1 : 0);
	assert_true(o.row.first_ns <= o.row.map_ns);
	assert_int_equal(o.row.total_ns, o.row.start_ns + o.row.map_ns + o.row.stop_ns);
	check_clean(&o);
	return 1;
}

struct pair {
	const struct pvq_impl *impl;
	const struct pvq_task *task;
};

static void test_pair(void **state)
{
	const struct pair *p = *state;
	const uint64_t sizes[] = {0, 1, WORKERS - 1, 200};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!check(p->impl, task_words(p->task), sizes[i], WORKERS, 0, 0))
			skip();
}

/* Pipes full in both directions, the largest items, the smallest windows, odd chunks. */
static void test_transport(void **state)
{
	const struct pvq_impl *impl = *state;

	check(impl, "echo:in=200000,out=300000", 40, 2, 0, 0);
	check(impl, "echo:in=16777216,out=16777216", 5, 2, 0, 0);
	check(impl, "echo:in=1,out=16777216", 3, 2, 0, 0);
	check(impl, "echo:in=16777216,out=1", 3, 2, 0, 0);
	check(impl, "noop", 1000, 2, 0, 1);
	check(impl, "noop", 1000, 2, 7, 3);
	check(impl, "noop", 5000, 2, 1000, 0);
	check(impl, "echo:in=17,out=33", 3000, 5, 3, 64);
	check(impl, "noop", 100, 40, 0, 0);
	check(impl, "noop", 50000, 4, 0, 0);
}

/* A worker that dies: the strategy says so with the item, and leaves nothing behind; the other results arrive
 * where it promises that. */
static void test_death(void **state)
{
	const struct pvq_impl *impl = *state;
	const char *const kinds[] = {"segv", "kill", "exit"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const uint64_t at[] = {0, 57, 99};

		for (size_t j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
			char words[64], item[64];
			struct outcome o;

			snprintf(words, sizeof(words), "fault:kind=%s,at=%d", kinds[i], (int)at[j]);
			snprintf(item, sizeof(item), "%s %d",
				impl->flags & PVQ_SURVIVES_CRASH ? "1 of 100 items lost, the first"
								 : "item",
				(int)at[j]);
			o = run(impl, words, 100, WORKERS, 0, 0);
			assert_int_equal(o.row.status, PVQ_CRASHED);
			assert_non_null(strstr(o.row.reason, item));
			if (impl->flags & PVQ_SURVIVES_CRASH)
				assert_non_null(strstr(o.row.reason, "the other results are right"));
			check_clean(&o);
		}
	}
}

/* ---- ready at the start ---- */

/* Of this thread; one number each in the file. */
static int count_children(void)
{
	FILE *f = fopen("/proc/thread-self/children", "re");
	int count = 0, pid;

	assert_non_null(f);
	while (fscanf(f, "%d", &pid) == 1)
		count++;
	fclose(f);
	return count;
}

/* Starts the strategy for a load of noop; returns how many threads and children it made for that, or -1. */
static int count_started(const struct pvq_impl *impl, unsigned workers)
{
	struct pvq_opts opts = {.workers = workers};
	struct pvq_error err = {.worker = -1, .item = UINT64_MAX};
	struct pvq_spec spec;
	struct pvq_load load;
	void *self;
	int count, before = count_entries("/proc/self/task") + count_children();

	if (pvq_spec_parse(&spec, "noop") || pvq_load_build(&load, &spec, 100, 7, &err))
		return -1;
	if (impl->tune)
		impl->tune(&load, &opts);
	if (impl->start(&self, &load, &opts, &err))
		return -1;
	count = count_entries("/proc/self/task") + count_children() - before;
	impl->stop(self, &err);
	pvq_load_free(&load);
	return count;
}

/* What start() leaves to be done is paid for in the map, which would then be no longer the same for all. */
static void test_ready(void **state)
{
	const struct pvq_impl *impl = *state;
	int least = impl->flags & PVQ_CALLER_WORKS ? WORKERS - 1 : WORKERS, wstatus;
	pid_t pid;

	if (impl->flags & (PVQ_ONE_WORKER | PVQ_HARNESS) || impl->in_via == PVQ_VIA_INHERIT)
		skip(); /* has no workers, or makes one for each item */
	pid = pvq_child_fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(count_started(impl, WORKERS) >= least ? 0 : 1);
	wstatus = pvq_child_reap(pid);
	assert_int_equal(wstatus, 0);
}

/* Does a worker's death leave the trial alive? Not where the workers are threads, or the caller. */
static int has_processes(const struct pvq_impl *impl)
{
	return impl->in_via != PVQ_VIA_CALL && impl->in_via != PVQ_VIA_POINTER;
}

int main(void)
{
	static struct CMUnitTest test[CASES_MAX];
	static struct pair pair[CASES_MAX];
	static char name[CASES_MAX][96];
	size_t n = 0;

	for (int i = 0; pvq_linked_in[i]; i++) {
		for (int j = 0; pvq_tasks[j] && n < CASES_MAX - 3; j++, n++) {
			pair[n] = (struct pair){pvq_linked_in[i], pvq_tasks[j]};
			snprintf(name[n], sizeof(name[n]), "%s_x_%s", pvq_linked_in[i]->name,
				pvq_tasks[j]->name);
			test[n] = (struct CMUnitTest){
				.name = name[n], .test_func = test_pair, .initial_state = &pair[n]};
		}
		snprintf(name[n], sizeof(name[n]), "%s_transport", pvq_linked_in[i]->name);
		test[n] = (struct CMUnitTest){.name = name[n],
			.test_func = test_transport,
			.initial_state = (void *)(uintptr_t)pvq_linked_in[i]};
		n++;
		snprintf(name[n], sizeof(name[n]), "%s_ready", pvq_linked_in[i]->name);
		test[n] = (struct CMUnitTest){.name = name[n],
			.test_func = test_ready,
			.initial_state = (void *)(uintptr_t)pvq_linked_in[i]};
		n++;
		if (!has_processes(pvq_linked_in[i]))
			continue;
		snprintf(name[n], sizeof(name[n]), "%s_death", pvq_linked_in[i]->name);
		test[n] = (struct CMUnitTest){.name = name[n],
			.test_func = test_death,
			.initial_state = (void *)(uintptr_t)pvq_linked_in[i]};
		n++;
	}
	return _cmocka_run_group_tests("conformance", test, n, NULL, NULL);
}
