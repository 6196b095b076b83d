/* test_conformance.c: every strategy x every task x n in {0, 1, fewer than workers, many}, through the
 * whole trial path: results against the oracle, order where it is promised, and nothing left behind, no
 * descriptor, child or thread. A new strategy or task is tested without a line in here. impls/impl.h and
 * benches/tasks/task.h state all that is asked; a failure says what is wrong, and where to look.
 *   test_conformance [PATTERN]   only the tests whose names match, such as 'pool_ordered_*'
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

/* There where a sanitizer is linked that looks for leaks. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

enum { WORKERS = 3, CASES_MAX = 1024 };

/* A task's arguments beside its defaults, which keep a test short; most need none. NULL: some must be given, and these are
 * files, which tests/trial/own.bats makes. */
static const char *task_words(const struct pvq_task *task)
{
	static const char *const words[] = {"sleep:us=200", "spin:ns=300,rate=1000",
		"skew:ns=500,rate=1000", "echo:in=3000,out=5000", "stream:kb=16",
		"mandelbrot:width=64,maxiter=100", "deflate:max_kb=16", "fault:kind=error,at=0",
		"job:work=300,in=300,out=500,skew=2,rate=1000", "trace:rate=10", "cmd:run='echo {}'"};
	size_t len = strlen(task->name);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(words[i], task->name, len) == 0 && words[i][len] == ':')
			return words[i];
	for (const struct pvq_arg *arg = task->args; arg && arg->name; arg++)
		if (!arg->def)
			return NULL;
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

/* A joined thread may stay in /proc for a moment, until the kernel has released it. */
static int threads_left(void)
{
	int count;

	for (int tries = 0; (count = count_entries("/proc/self/task")) > ALONE && tries < 10000; tries++)
		sched_yield();
	return count > ALONE ? count - ALONE : 0;
}

/* What is asked of a strategy in one trial. 0 workers, chunk or window: automatic. */
struct order {
	const struct pvq_impl *impl;
	const char *words; /* the task */
	uint64_t n;
	unsigned workers, chunk, window;
};

/* A trial, and what the process looks like after it. */
struct outcome {
	struct pvq_row row;
	int descriptors, threads, children; /* left over */
};

/* Fails the test with a sentence, behind what was asked for. */
static void __attribute__((format(printf, 2, 3))) complain(const struct order *o, const char *format, ...)
{
	char what[512];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	fail_msg("%s on %s, n %llu, %u workers, chunk %u, window %u: %s", o->impl->name, o->words,
		(unsigned long long)o->n, o->workers, o->chunk, o->window, what);
}

static struct outcome run_here(const struct order *order)
{
	const struct pvq_impl *impl = order->impl;
	struct outcome o = {0};
	struct pvq_spec spec;
	struct pvq_trial t = {.impl = impl,
		.spec = &spec,
		.n = order->n,
		.seed = 7,
		.chunk = order->chunk,
		.window = order->window,
		.oracle = ""};
	int fds = count_entries("/proc/self/fd");

	if (pvq_spec_parse(&spec, order->words))
		_exit(2);
	t.workers = impl->flags & PVQ_ONE_WORKER ? 1 : order->workers;
	pvq_trial_run(&t, &o.row, NULL, NULL);
	if (!(impl->flags & PVQ_LINGERS)) {
		o.descriptors = count_entries("/proc/self/fd") - fds;
		o.threads = threads_left();
	}
	while (waitpid(-1, NULL, WNOHANG) > 0) /* zombies, each counted */
		o.children++;
	if (errno != ECHILD)
		o.children++;
	return o;
}

enum { LEAKED = 99 };

static void complain_of_end(const struct order *order, int wstatus)
{
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == LEAKED)
		complain(order, "memory is leaked: stop() must free whatever start() and map() allocated");
	if (WIFSIGNALED(wstatus))
		complain(order,
			"signal %d ended the process that called the strategy: start(), map() and stop() must "
			"return; see the hooks in impl.h",
			WTERMSIG(wstatus));
	complain(order,
		"the process that called the strategy exited with %d: start(), map() and stop() must return; see the hooks "
		"in impl.h",
		WEXITSTATUS(wstatus));
}

/* Runs the trial in a child, as the driver does, and returns the outcome. */
static struct outcome run(const struct order *order)
{
	struct outcome o;
	int channel[2], wstatus;
	ssize_t got;
	pid_t pid;

	if (pipe(channel))
		fail_msg("no pipe for the test itself: %s", strerror(errno));
	pid = pvq_child_fork();
	if (pid < 0)
		fail_msg("no process for the test itself: %s", strerror((int)-pid));
	if (pid == 0) {
		close(channel[0]);
		o = run_here(order);
		if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
			_exit(LEAKED); /* _exit() skips the check that a normal end would make */
		_exit(write(channel[1], &o, sizeof(o)) == sizeof(o) ? 0 : 1);
	}
	close(channel[1]);
	got = read(channel[0], &o, sizeof(o));
	close(channel[0]);
	wstatus = pvq_child_reap(pid);
	if (got != sizeof(o) || wstatus)
		complain_of_end(order, wstatus);
	return o;
}

static void check_clean(const struct order *order, const struct outcome *o)
{
	if (o->descriptors > 0)
		complain(order,
			"after stop() more descriptors are open than before start() (%d more): close them in stop(), or set "
			"PVQ_LINGERS where a library keeps them",
			o->descriptors);
	if (o->descriptors < 0)
		complain(order,
			"after stop() fewer descriptors are open than before start() (%d fewer): one was not the strategy's to close",
			-o->descriptors);
	if (o->threads)
		complain(order,
			"after stop() threads are left (%d): join every worker in stop(), or set PVQ_LINGERS where a library keeps "
			"them",
			o->threads);
	if (o->children)
		complain(order,
			"after stop() child processes are left (%d): end and reap every worker in stop()",
			o->children);
}

/* The driver's own arithmetic, which no strategy can change. */
static void check_times(const struct order *order, const struct pvq_row *row)
{
	if (row->first_ns > row->map_ns)
		complain(order,
			"the first result came after the end of map(): look at trial.c, not at the strategy");
	if (row->total_ns != row->start_ns + row->map_ns + row->stop_ns)
		complain(order,
			"start, map and stop do not add up to total: look at trial.c, not at the strategy");
}

/* Returns 0 where the strategy does not take such a load. */
static int check(const struct order *order)
{
	struct outcome o = run(order);
	int fails = strncmp(order->words, "fault:", 6) == 0 && order->n > 0;

	if (o.row.status == PVQ_UNAVAILABLE)
		return 0;
	if (fails && o.row.status == PVQ_OK)
		complain(order,
			"item 0 failed, but its status never reached put(): look at `status` of struct pvq_sink in impl.h");
	if (o.row.status != (fails ? PVQ_ERROR : PVQ_OK) || o.row.verified == PVQ_VERIFIED_NO)
		complain(order,
			"it ended as '%s': %s; each item is to be put once, with the bytes that run() gave: look at map() and at "
			"struct pvq_sink in impl.h",
			pvq_status_name(o.row.status), o.row.reason);
	if (o.row.item_errors != (fails ? 1 : 0))
		complain(order,
			"items put as failed: %llu, items that failed: %d; look at `status` of struct pvq_sink in impl.h",
			(unsigned long long)o.row.item_errors, fails);
	check_times(order, &o.row);
	check_clean(order, &o);
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

	if (!task_words(p->task))
		skip();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!check(&(struct order){p->impl, task_words(p->task), sizes[i], WORKERS, 0, 0}))
			skip();
}

/* Pipes full in both directions, the largest items, the smallest windows, odd chunks. */
static void test_transport(void **state)
{
	const struct pvq_impl *impl = *state;
	const struct order orders[] = {
		{impl, "echo:in=200000,out=300000", 40, 2, 0, 0},
		{impl, "echo:in=16777216,out=16777216", 5, 2, 0, 0},
		{impl, "echo:in=1,out=16777216", 3, 2, 0, 0},
		{impl, "echo:in=16777216,out=1", 3, 2, 0, 0},
		{impl, "noop", 1000, 2, 0, 1},
		{impl, "noop", 1000, 2, 7, 3},
		{impl, "noop", 5000, 2, 1000, 0},
		{impl, "echo:in=17,out=33", 3000, 5, 3, 64},
		{impl, "noop", 100, 40, 0, 0},
		{impl, "noop", 50000, 4, 0, 0},
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		check(&orders[i]);
}

/* Whether the text names the item, and no other that only begins like it. */
static int names_item(const char *text, const char *before, int item)
{
	char words[80];
	const char *at;
	size_t len = (size_t)snprintf(words, sizeof(words), "%s%d", before, item);

	at = strstr(text, words);
	return at && !(at[len] >= '0' && at[len] <= '9');
}

static void check_death(const struct order *order, int item)
{
	struct outcome o = run(order);
	const char *reason = o.row.reason;

	if (o.row.status != PVQ_CRASHED)
		complain(order,
			"the worker of item %d died, and the trial ended as '%s' (%s): map() is to return -EOWNERDEAD with "
			"*err filled, or to put the item with -EOWNERDEAD; see PVQ_SURVIVES_CRASH in impl.h",
			item, pvq_status_name(o.row.status), reason);
	if (!(order->impl->flags & PVQ_SURVIVES_CRASH)) {
		if (!names_item(reason, "item ", item))
			complain(order,
				"the worker of item %d died, and the error does not say \"item %d\": \"%s\"; see `msg` in "
				"error.h",
				item, item, reason);
	} else if (!names_item(reason, "1 of 100 items lost, the first ", item)) {
		complain(order,
			"with PVQ_SURVIVES_CRASH only item %d, whose worker died, may be put with -EOWNERDEAD, but: %s",
			item, reason);
	} else if (!strstr(reason, "the other results are right")) {
		complain(order, "with PVQ_SURVIVES_CRASH the other items are to arrive, but: %s", reason);
	}
	check_clean(order, &o);
}

/* A worker that dies: the strategy says so with the item, and leaves nothing behind; the other results arrive
 * where it promises that. */
static void test_death(void **state)
{
	const char *const kinds[] = {"segv", "kill", "exit"};
	const int at[] = {0, 57, 99};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
			char words[64];

			snprintf(words, sizeof(words), "fault:kind=%s,at=%d", kinds[i], at[j]);
			check_death(&(struct order){*state, words, 100, WORKERS, 0, 0}, at[j]);
		}
}

/* ---- ready at the start ---- */

enum { NOT_STARTED = 255 }; /* the exit code where there is nothing to count */

/* Of that process's first thread, and theirs: a strategy's workers need not be its children. One number each in the file. */
static int count_processes_below(pid_t pid)
{
	char path[64];
	int count = 0, child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	f = fopen(path, "re");
	if (!f)
		_exit(NOT_STARTED);
	while (fscanf(f, "%d", &child) == 1)
		count += 1 + count_processes_below(child);
	fclose(f);
	return count;
}

static int count_helpers(void)
{
	return count_entries("/proc/self/task") + count_processes_below(getpid());
}

/* Starts the strategy for a load of noop; returns how many threads and processes it made for that, or NOT_STARTED. */
static int count_started(const struct pvq_impl *impl, unsigned workers)
{
	struct pvq_opts opts = {.workers = workers};
	struct pvq_error err = {.worker = -1, .item = UINT64_MAX};
	struct pvq_spec spec;
	struct pvq_load load;
	void *self;
	int count, before = count_helpers();

	if (pvq_spec_parse(&spec, "noop") || pvq_load_build(&load, &spec, 100, 7, &err))
		return NOT_STARTED;
	if (impl->tune)
		impl->tune(&load, &opts);
	if (impl->start(&self, &load, &opts, &err))
		return NOT_STARTED;
	count = count_helpers() - before;
	impl->stop(self, &err);
	pvq_load_free(&load);
	return count;
}

/* What start() leaves undone would count as map time, which would then not compare. */
static void test_ready(void **state)
{
	const struct pvq_impl *impl = *state;
	const struct order order = {impl, "noop", 100, WORKERS, 0, 0};
	int least = impl->flags & PVQ_CALLER_WORKS ? WORKERS - 1 : WORKERS, wstatus;
	pid_t pid;

	if (impl->flags & (PVQ_ONE_WORKER | PVQ_HARNESS))
		skip(); /* has no workers */
	pid = pvq_child_fork();
	if (pid < 0)
		fail_msg("no process for the test itself: %s", strerror((int)-pid));
	if (pid == 0)
		_exit(count_started(impl, WORKERS));
	wstatus = pvq_child_reap(pid);
	if (!WIFEXITED(wstatus))
		complain_of_end(&order, wstatus);
	if (WEXITSTATUS(wstatus) == NOT_STARTED)
		complain(&order, "start() failed");
	if (WEXITSTATUS(wstatus) == 0 && impl->in_via == PVQ_VIA_INHERIT)
		skip(); /* makes one for each item */
	if (WEXITSTATUS(wstatus) < least)
		complain(&order,
			"%d threads and processes are there when start() returns, not %d: start all workers in start(), or "
			"their start is timed as map",
			WEXITSTATUS(wstatus), least);
}

/* Does a worker's death leave the trial alive? Not where the workers are threads, or the caller. */
static int has_processes(const struct pvq_impl *impl)
{
	return impl->in_via != PVQ_VIA_CALL && impl->in_via != PVQ_VIA_POINTER;
}

int main(int argc, char **argv)
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
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("conformance", test, n, NULL, NULL);
}
