/* test_admit.c: which works take part in a block when there is no time for all. */
#include "drive/admit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { WORKS = 3 };

static struct pvq_admit work[WORKS];

static unsigned admit(int last, double left_s)
{
	struct pvq_admit *list[WORKS] = {&work[0], &work[1], &work[2]};

	return pvq_admit(list, WORKS, last, left_s);
}

static void begin(void)
{
	for (int i = 0; i < WORKS; i++)
		work[i] = (struct pvq_admit){.block_s = 1};
}

static void all_take_part_while_there_is_time(void **state)
{
	(void)state;
	begin();
	assert_int_equal(admit(0, 3), 3);
	for (int i = 0; i < WORKS; i++)
		assert_true(work[i].takes_part && !work[i].closed);
}

static void the_first_in_the_list_get_the_last_block(void **state)
{
	(void)state;
	begin();
	work[0].block_s = 2;
	assert_int_equal(admit(0, 2.5), 1);
	assert_true(work[0].takes_part && work[1].closed && work[2].closed);
	assert_int_equal(admit(0, 2.5), 1); /* what is closed stays closed */
}

static void a_block_that_is_measured_takes_no_time(void **state)
{
	(void)state;
	begin();
	work[1].whole = 1;
	assert_int_equal(admit(0, 0.5), 1);
	assert_true(work[1].takes_part);
}

static void what_lacks_blocks_goes_first(void **state)
{
	(void)state;
	begin();
	work[2].lacks = work[2].in_blocks = 1;
	assert_int_equal(admit(0, 1.5), 1);
	assert_true(work[2].takes_part);
	assert_true(work[0].closed && work[1].closed);
}

/* A work that lacks blocks has the time that it will probably need; a work that has to wait for it may take part later. */
static void the_others_leave_it_the_time_it_needs(void **state)
{
	(void)state;
	begin();
	work[2].lacks = 2;
	work[2].in_blocks = 4;
	assert_int_equal(admit(0, 4.5), 1);
	assert_true(work[2].takes_part);
	assert_false(work[0].closed || work[1].closed);
	assert_int_equal(admit(0, 5), 2);
	assert_int_equal(admit(0, 6), 3);
	work[2].lacks = 0;
	assert_int_equal(admit(0, 3), 3);
}

static void beyond_the_plan_only_what_lacks_blocks_goes_on(void **state)
{
	(void)state;
	begin();
	assert_int_equal(admit(1, 100), 0);
	work[1].lacks = work[1].in_blocks = 1;
	assert_int_equal(admit(1, 100), 1);
	assert_true(work[1].takes_part);
	work[1].closed = 1;
	assert_int_equal(admit(1, 100), 0);
}

static void needs_follow_the_number_of_comparisons(void **state)
{
	(void)state;
	assert_int_equal(pvq_admit_needs(1), 6); /* as for any median's interval */
	assert_int_equal(pvq_admit_needs(4), 8); /* serial is the fifth */
	assert_true(pvq_admit_needs(32) > 8);
	assert_int_equal(pvq_admit_in_blocks(1, 7, 13), 2);
	assert_int_equal(pvq_admit_in_blocks(3, 5, 10), 6);
	assert_int_equal(pvq_admit_in_blocks(8, 1, 10), 10);
	assert_int_equal(pvq_admit_in_blocks(8, 0, 10), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_take_part_while_there_is_time),
		cmocka_unit_test(the_first_in_the_list_get_the_last_block),
		cmocka_unit_test(a_block_that_is_measured_takes_no_time),
		cmocka_unit_test(what_lacks_blocks_goes_first),
		cmocka_unit_test(the_others_leave_it_the_time_it_needs),
		cmocka_unit_test(beyond_the_plan_only_what_lacks_blocks_goes_on),
		cmocka_unit_test(needs_follow_the_number_of_comparisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
