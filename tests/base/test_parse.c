/* test_parse.c: numbers as people write them. */
#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void whole(const char *text, enum pvq_unit unit, uint64_t expected)
{
	uint64_t value;

	print_message("%s\n", text);
	assert_int_equal(pvq_parse_whole("x", text, unit, 0, UINT64_MAX, &value), 0);
	assert_true(value == expected);
}

static void no_whole(const char *text, enum pvq_unit unit)
{
	uint64_t value;

	print_message("%s\n", text);
	assert_int_equal(pvq_parse_whole("x", text, unit, 0, UINT64_MAX, &value), -EINVAL);
}

static void test_counts(void **state)
{
	(void)state;
	whole("0", PVQ_UNIT_NONE, 0);
	whole("007", PVQ_UNIT_NONE, 7);
	whole("1e6", PVQ_UNIT_NONE, 1000000);
	whole("1E+3", PVQ_UNIT_NONE, 1000);
	whole("1.5k", PVQ_UNIT_NONE, 1500);
	whole("1K", PVQ_UNIT_NONE, 1000);
	whole("2M", PVQ_UNIT_NONE, 2000000);
	whole(".5G", PVQ_UNIT_NONE, 500000000);
	whole("1T", PVQ_UNIT_NONE, 1000000000000);
	whole("2000e-3", PVQ_UNIT_NONE, 2);
	whole("0e999999999999", PVQ_UNIT_NONE, 0);
	whole("18446744073709551615", PVQ_UNIT_NONE, UINT64_MAX);
	no_whole("18446744073709551616", PVQ_UNIT_NONE);
	no_whole("18446744073709551.616k", PVQ_UNIT_NONE);
	no_whole("1e20", PVQ_UNIT_NONE);
	no_whole("1e-1", PVQ_UNIT_NONE);
	no_whole("1.0005k", PVQ_UNIT_NONE);
}

static void test_not_numbers(void **state)
{
	static const char *const texts[] = {"", " 1", "1 ", "-1", "+1", ".", "e6", "k", "1e", "1ek",
		"1.2.3", "0x10", "1,000", "1kk", "1m", "inf", "nan", "1e6x"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		no_whole(texts[i], PVQ_UNIT_NONE);
}

static void test_units(void **state)
{
	(void)state;
	whole("50us", PVQ_UNIT_NS, 50000);
	whole("50\u00b5s", PVQ_UNIT_NS, 50000);
	whole("50", PVQ_UNIT_NS, 50);
	whole("10ms", PVQ_UNIT_US, 10000);
	whole("10", PVQ_UNIT_US, 10);
	whole("2000ns", PVQ_UNIT_US, 2);
	whole("1.5min", PVQ_UNIT_S, 90);
	whole("2h", PVQ_UNIT_S, 7200);
	no_whole("500ns", PVQ_UNIT_US);
	no_whole("1k", PVQ_UNIT_US);
	no_whole("1KiB", PVQ_UNIT_S);
	whole("64", PVQ_UNIT_BYTES, 64);
	whole("64B", PVQ_UNIT_BYTES, 64);
	whole("4K", PVQ_UNIT_BYTES, 4096);
	whole("4KiB", PVQ_UNIT_BYTES, 4096);
	whole("4kB", PVQ_UNIT_BYTES, 4000);
	whole("0.5M", PVQ_UNIT_BYTES, 524288);
	whole("256", PVQ_UNIT_KIB, 256);
	whole("256K", PVQ_UNIT_KIB, 256);
	whole("2048B", PVQ_UNIT_KIB, 2);
	whole("1M", PVQ_UNIT_KIB, 1024);
	no_whole("1000B", PVQ_UNIT_KIB);
	no_whole("1ms", PVQ_UNIT_BYTES);
}

static void test_range(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(pvq_parse_whole("x", "1ms", PVQ_UNIT_US, 1000, 1000, &value), 0);
	assert_int_equal(pvq_parse_whole("x", "1ms", PVQ_UNIT_US, 1001, 2000, &value), -EINVAL);
	assert_int_equal(pvq_parse_whole("x", "1ms", PVQ_UNIT_US, 0, 999, &value), -EINVAL);
}

static void test_reals(void **state)
{
	double value;

	(void)state;
	assert_int_equal(pvq_parse_real("x", "1.05", PVQ_UNIT_NONE, 1.05, 10, &value), 0);
	assert_true(value == 1.05);
	assert_int_equal(pvq_parse_real("x", "1.04", PVQ_UNIT_NONE, 1.05, 10, &value), -EINVAL);
	assert_int_equal(pvq_parse_real("x", "nan", PVQ_UNIT_NONE, 0, 10, &value), -EINVAL);
	assert_int_equal(pvq_parse_real("x", "0x1p3", PVQ_UNIT_NONE, 0, 10, &value), -EINVAL);
	assert_int_equal(pvq_parse_real("x", "1.5K", PVQ_UNIT_BYTES, 0, 1e6, &value), 0);
	assert_true(value == 1536);
}

static void test_seconds(void **state)
{
	double value;

	(void)state;
	assert_int_equal(pvq_parse_seconds("x", "1s", 0, &value), 0);
	assert_true(value == 1);
	assert_int_equal(pvq_parse_seconds("x", "0.3", 0, &value), 0);
	assert_true(value == 0.3);
	assert_int_equal(pvq_parse_seconds("x", "300ms", 0, &value), 0);
	assert_true(value == 0.3);
	assert_int_equal(pvq_parse_seconds("x", "1min", 0, &value), 0);
	assert_true(value == 60);
	assert_int_equal(pvq_parse_seconds("x", "0", 1, &value), 0);
	assert_int_equal(pvq_parse_seconds("x", "0", 0, &value), -EINVAL);
	assert_int_equal(pvq_parse_seconds("x", "1e7", 0, &value), -EINVAL);
	assert_int_equal(pvq_parse_seconds("x", "never", 0, &value), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_not_numbers),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
