/* test_host.c: the order of the CPUs, on machines that hwloc makes up (HWLOC_SYNTHETIC). */
#include "drive/host.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* All CPUs of the made-up machine are allowed: this stands in for the C library's function. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	(void)pid;
	memset(set, 0xff, size);
	return 0;
}

static struct pvq_host host;

static void machine(const char *synthetic)
{
	assert_int_equal(setenv("HWLOC_SYNTHETIC", synthetic, 1), 0);
	assert_int_equal(pvq_host_read(&host), 0);
}

static void arranged(const char *layout, const int *cpu, unsigned ncpu)
{
	unsigned which;

	assert_int_equal(pvq_host_layout(layout, &which), 0);
	pvq_host_arrange(&host, (enum pvq_layout)which);
	assert_int_equal(host.ncpu, ncpu);
	for (unsigned i = 0; i < ncpu; i++)
		assert_int_equal(host.cpu[i], cpu[i]);
}

#define ARRANGED(layout, ...) \
	arranged(layout, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void cores_come_before_siblings(void **state)
{
	(void)state;
	machine("pack:2 core:2 pu:2");
	ARRANGED("cores", 0, 2, 4, 6, 1, 3, 5, 7);
	assert_int_equal(host.cores, 4);
	assert_int_equal(host.sockets, 2);
}

/* As in some containers and on some emulated machines. */
static void without_cores_each_cpu_is_one(void **state)
{
	(void)state;
	machine("pack:2 pu:2");
	ARRANGED("cores", 0, 1, 2, 3);
	assert_int_equal(host.cores, 4);
	assert_int_equal(host.sockets, 2);
	machine("pu:2");
	assert_int_equal(host.cores, 2);
	assert_int_equal(host.sockets, 1);
}

static void compact_fills_cores_then_caches_then_sockets(void **state)
{
	(void)state;
	machine("pack:2 l3:2 core:2 pu:2");
	ARRANGED("compact", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	assert_int_equal(host.caches, 4);
}

static void spread_takes_sockets_and_caches_by_turns(void **state)
{
	(void)state;
	machine("pack:2 l3:2 core:2 pu:2");
	ARRANGED("spread", 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15);
}

static void the_spread_of_a_set_is_counted(void **state)
{
	const int two[] = {0, 1}, four[] = {0, 4, 8, 12}, unknown[] = {0, 99};
	struct pvq_spread s;

	(void)state;
	machine("pack:2 l3:2 core:2 pu:2");
	s = pvq_host_spread(two, 2);
	assert_int_equal(s.cores, 1);
	assert_int_equal(s.caches, 1);
	assert_int_equal(s.sockets, 1);
	s = pvq_host_spread(four, 4);
	assert_int_equal(s.cores, 4);
	assert_int_equal(s.caches, 4);
	assert_int_equal(s.sockets, 2);
	assert_int_equal(pvq_host_spread(unknown, 2).cores, 0);
	assert_int_equal(pvq_host_spread(two, 0).sockets, 0);
}

static void an_unknown_layout_is_refused(void **state)
{
	unsigned layout;

	(void)state;
	assert_int_not_equal(pvq_host_layout("near", &layout), 0);
	assert_int_not_equal(pvq_host_layout("", &layout), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_come_before_siblings),
		cmocka_unit_test(without_cores_each_cpu_is_one),
		cmocka_unit_test(compact_fills_cores_then_caches_then_sockets),
		cmocka_unit_test(spread_takes_sockets_and_caches_by_turns),
		cmocka_unit_test(the_spread_of_a_set_is_counted),
		cmocka_unit_test(an_unknown_layout_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
