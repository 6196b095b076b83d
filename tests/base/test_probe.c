/* test_probe.c: the probe of the CPUs: what it cannot know it leaves unknown, and it changes nothing. */
#include "base/probe.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int first_cpus(int cpu[2])
{
	cpu_set_t set;
	int found = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (int i = 0; i < CPU_SETSIZE && found < 2; i++)
		if (CPU_ISSET(i, &set))
			cpu[found++] = i;
	return found;
}

static void two_cpus_answer_at_some_time(void **state)
{
	struct pvq_probe probe = {0};
	int cpu[2];

	(void)state;
	if (first_cpus(cpu) < 2)
		skip();
	for (int look = 0; look < 10000 && !probe.beside_ns;
		look++) /* on a busy machine most looks see nothing */
		pvq_probe_look(&probe, cpu, 2);
	assert_true(probe.handover_ns > 0);
	assert_true(probe.compute_ns > 0);
	assert_true(probe.beside_ns > 0);
}

static void one_cpu_has_no_distance(void **state)
{
	struct pvq_probe probe;
	int cpu[2];

	(void)state;
	first_cpus(cpu);
	pvq_probe_look(&probe, cpu, 1);
	assert_int_equal(probe.handover_ns, 0);
	assert_int_equal(probe.beside_ns, 0);
	assert_true(probe.compute_ns > 0);
	pvq_probe_look(&probe, cpu, 0);
	assert_int_equal(probe.compute_ns, 0);
}

static void a_cpu_that_is_not_there_is_unknown(void **state)
{
	int cpu[2];
	struct pvq_probe probe;

	(void)state;
	first_cpus(cpu);
	cpu[1] = CPU_SETSIZE - 1;
	pvq_probe_look(&probe, cpu, 2);
	assert_int_equal(probe.handover_ns, 0);
	cpu[0] = CPU_SETSIZE - 2;
	pvq_probe_look(&probe, cpu, 2);
	assert_int_equal(probe.compute_ns, 0);
}

static void it_may_run_where_it_could_before(void **state)
{
	cpu_set_t before, after;
	struct pvq_probe probe;
	int cpu[2], count = first_cpus(cpu);

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	pvq_probe_look(&probe, cpu, (unsigned)count);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_cpus_answer_at_some_time),
		cmocka_unit_test(one_cpu_has_no_distance),
		cmocka_unit_test(a_cpu_that_is_not_there_is_unknown),
		cmocka_unit_test(it_may_run_where_it_could_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
