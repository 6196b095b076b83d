/* test_others.c: what the CPUs did, and how much of it was not ours. */
#include "base/others.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Sums the times of all CPUs that are online. */
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

static int first_cpu(void)
{
	struct pvq_cpu_time one;
	int cpu = 0;

	while (cpu < CPU_SETSIZE && pvq_cpu_time_read(&one, &cpu, 1))
		cpu++;
	assert_in_range(cpu, 0, CPU_SETSIZE - 1);
	return cpu;
}

/* One CPU that is missing is enough: what happened on the others is not all of it. */
static void a_cpu_that_is_not_there_is_unknown(void **state)
{
	const int nowhere = 1 << 20, cpu[] = {first_cpu(), nowhere};
	struct pvq_cpu_time t;

	(void)state;
	assert_int_equal(pvq_cpu_time_read(&t, &nowhere, 1), -ENODATA);
	assert_int_equal(pvq_cpu_time_read(&t, cpu, 1), 0);
	assert_int_equal(pvq_cpu_time_read(&t, cpu, 2), -ENODATA);
	for (unsigned ncpu = 1; ncpu <= 2; ncpu++) {
		struct pvq_watch watch;
		struct pvq_meanwhile m;

		pvq_watch_begin(&watch, cpu, ncpu);
		m = pvq_watch_end(&watch, cpu, ncpu);
		assert_int_equal(m.known, ncpu == 1);
	}
}

enum { SPUN_MS = 300 };

/* Spins for that much CPU time, however long it takes to get it. */
static void spin_in_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		while (clock() < CLOCKS_PER_SEC / 1000 * SPUN_MS)
			;
		_exit(0);
	}
}

/* What reaped children use is ours: a child for every CPU leaves that much less for others, whatever else runs. */
static void our_children_are_not_foreign(void **state)
{
	const int64_t ncpu = sysconf(_SC_NPROCESSORS_ONLN), tick_ns = 10000000;
	struct pvq_watch watch;
	struct pvq_meanwhile m;

	(void)state;
	pvq_watch_begin(&watch, NULL, 0);
	for (int64_t i = 0; i < ncpu; i++)
		spin_in_child();
	for (int64_t i = 0; i < ncpu; i++)
		assert_true(wait(NULL) > 0);
	m = pvq_watch_end(&watch, NULL, 0);
	assert_true(m.known);
	assert_true(m.foreign_ns <= ncpu * ((int64_t)m.wall_ns - SPUN_MS * 1000000ll + 5 * tick_ns));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cpus_are_the_sum_of_each),
		cmocka_unit_test(a_cpu_that_is_not_there_is_unknown),
		cmocka_unit_test(our_children_are_not_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
