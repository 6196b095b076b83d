/* test_doctor.c: facts in, verdicts out. */
#include "results/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The verdict on one fact. */
static enum pvq_fitness fitness_of(const char *key, const char *value)
{
	struct pvq_finding finding[PVQ_FINDINGS_MAX];
	struct pvq_manifest m;
	enum pvq_fitness fitness;
	char text[256];
	FILE *f;

	snprintf(text, sizeof(text), "%s\t%s\n", key, value);
	f = fmemopen(text, strlen(text), "r");
	assert_int_equal(pvq_manifest_parse(&m, f), 0);
	fclose(f);
	fitness = pvq_doctor_worst(finding, pvq_doctor(&m, finding));
	for (unsigned i = 0, count = pvq_doctor(&m, finding); i < count; i++) {
		/* Every fact that is not fine comes with advice. */
		if (finding[i].fitness == PVQ_FIT_CAUTION || finding[i].fitness == PVQ_FIT_SPOILS)
			assert_true(strlen(finding[i].advice) > 20);
		if (strcmp(finding[i].value, value) != 0)
			assert_int_equal(finding[i].fitness, PVQ_FIT_UNKNOWN);
	}
	pvq_manifest_free(&m);
	return fitness;
}

static void test_each_fact_has_its_verdict(void **state)
{
	static const struct {
		const char *key, *value;
		enum pvq_fitness fitness;
	} row[] = {
		{"host_cpus", "8 allowed, 8 usable at once", PVQ_FIT_FINE},
		{"host_cpus", "1 allowed, 1 usable at once", PVQ_FIT_CAUTION},
		{"host_cpus", "6 allowed, 6 usable at once, 2 kinds of cores", PVQ_FIT_CAUTION},
		{"host_cpu_quota", "none", PVQ_FIT_FINE},
		{"host_cpu_quota", "1.50 CPUs (cgroup)", PVQ_FIT_CAUTION},
		{"host_virtual", "no sign of a hypervisor", PVQ_FIT_FINE},
		{"host_virtual", "yes: a hypervisor is present", PVQ_FIT_CAUTION},
		{"host_governor", "performance", PVQ_FIT_FINE},
		{"host_governor", "powersave", PVQ_FIT_CAUTION},
		{"host_boost", "off", PVQ_FIT_FINE},
		{"host_boost", "on", PVQ_FIT_CAUTION},
		{"host_smt", "notsupported", PVQ_FIT_FINE},
		{"host_smt", "on", PVQ_FIT_CAUTION},
		{"host_foreign", "0.4 % of the CPUs' time, in 0.3 s", PVQ_FIT_FINE},
		{"host_foreign", "3.0 % of the CPUs' time, in 0.3 s", PVQ_FIT_CAUTION},
		{"host_foreign", "48.0 % of the CPUs' time, in 0.3 s", PVQ_FIT_SPOILS},
		{"host_stolen", "0.0 % of the CPUs' time, in 0.3 s", PVQ_FIT_FINE},
		{"host_stolen", "1.0 % of the CPUs' time, in 0.3 s", PVQ_FIT_CAUTION},
		{"host_stolen", "9.0 % of the CPUs' time, in 0.3 s", PVQ_FIT_SPOILS},
		{"host_load_at_start", "0.08 0.03 0.01 1/83 999", PVQ_FIT_FINE},
		{"host_load_at_start", "2.40 1.03 0.01 1/83 999", PVQ_FIT_CAUTION},
		{"host_clock", "tsc", PVQ_FIT_FINE},
		{"host_clock", "hpet", PVQ_FIT_CAUTION},
		{"version_flags", "-O2 -g -std=gnu11", PVQ_FIT_FINE},
		{"version_flags", "-O0 -g", PVQ_FIT_SPOILS},
		{"version_flags", "-g", PVQ_FIT_SPOILS},
		{"version_flags", "-O2 -g -fsanitize=thread", PVQ_FIT_SPOILS},
		{"version_pvq", "2c9a1ee01234", PVQ_FIT_FINE},
		{"version_pvq", "2c9a1ee01234-dirty", PVQ_FIT_CAUTION},
		{"version_pvq", "unknown", PVQ_FIT_CAUTION},
		{"host_kernel", "Linux 6.1 x86_64", PVQ_FIT_FINE},
		{"host_aslr", "2", PVQ_FIT_FINE},
		{"host_aslr", "0", PVQ_FIT_CAUTION},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(fitness_of(row[i].key, row[i].value), row[i].fitness);
}

static void test_nothing_known_is_no_complaint(void **state)
{
	struct pvq_finding finding[PVQ_FINDINGS_MAX];
	struct pvq_manifest m = {0};
	unsigned count = pvq_doctor(&m, finding);

	(void)state;
	assert_true(count > 0);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(finding[i].fitness, PVQ_FIT_UNKNOWN);
	assert_int_equal(pvq_doctor_worst(finding, count), PVQ_FIT_FINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_fact_has_its_verdict),
		cmocka_unit_test(test_nothing_known_is_no_complaint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
