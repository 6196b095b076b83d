/* test_others.c: what the CPUs did, and how much of it was not ours. */
#include "base/others.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* CPU by CPU, as far as they are online. */
static struct pvq_cpu_time sum_of_each(void)
{
	struct pvq_cpu_time sum = {0};

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		struct pvq_cpu_time one;

		if (pvq_cpu_time_read(&one, &cpu, 1))
			continue;
		sum.busy_ns += one.busy_ns;
		sum.stolen_ns += one.stolen_ns;
		sum.all_ns += one.all_ns;
	}
	return sum;
}

/* The counters only grow, so what is read in between lies in between. */
static void all_cpus_are_the_sum_of_each(void **state)
{
	struct pvq_cpu_time before = sum_of_each(), all, after;

	(void)state;
	assert_int_equal(pvq_cpu_time_read(&all, NULL, 0), 0);
	after = sum_of_each();
	assert_true(before.busy_ns <= all.busy_ns && all.busy_ns <= after.busy_ns);
	assert_true(before.stolen_ns <= all.stolen_ns && all.stolen_ns <= after.stolen_ns);
	assert_true(all.busy_ns + all.stolen_ns <= all.all_ns);
}

static void a_cpu_that_is_not_there_is_said(void **state)
{
	const int cpu = 1 << 20;
	struct pvq_cpu_time t;

	(void)state;
	assert_true(pvq_cpu_time_read(&t, &cpu, 1) < 0);
}

/* Half a second of a reaped child's work is ours: it is not counted as foreign. */
static void our_children_are_not_foreign(void **state)
{
	struct pvq_watch watch;
	struct pvq_meanwhile m;
	pid_t pid;
	int wstatus;

	(void)state;
	pvq_watch_begin(&watch, NULL, 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct pvq_watch own;

		pvq_watch_begin(&own, NULL, 0);
		while (pvq_watch_end(&own, NULL, 0).wall_ns < 500000000)
			;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	m = pvq_watch_end(&watch, NULL, 0);
	assert_true(m.wall_ns >= 500000000);
	/* Whatever else the machine does, this half second is not in it. */
	assert_true(m.foreign_ns <= (int64_t)m.wall_ns * (sysconf(_SC_NPROCESSORS_ONLN) - 1) + 200000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cpus_are_the_sum_of_each),
		cmocka_unit_test(a_cpu_that_is_not_there_is_said),
		cmocka_unit_test(our_children_are_not_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
