/* cmocka.h: as much of cmocka as the pool's tests use. No package holds cmocka for another architecture without adding
 * that architecture to the machine's package manager.
 */
#ifndef PVQ_TESTS_CMOCKA_H
#define PVQ_TESTS_CMOCKA_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*set_up)(void **state), (*tear_down)(void **state);
};

enum { CMOCKA_FAILED = 1, CMOCKA_SKIPPED };

static jmp_buf cmocka_end;

static inline _Noreturn void cmocka_fail_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: error: %s\n", file, line, what);
	longjmp(cmocka_end, CMOCKA_FAILED);
}

static inline void cmocka_equal(uint64_t a, uint64_t b, const char *file, int line)
{
	if (a != b) {
		fprintf(stderr, "%#llx != %#llx\n", (unsigned long long)a, (unsigned long long)b);
		cmocka_fail_at(file, line, "not equal");
	}
}

static inline int cmocka_is_in_range(uint64_t x, uint64_t least, uint64_t most)
{
	return x >= least && x <= most;
}

#define assert_true(x) ((x) ? (void)0 : cmocka_fail_at(__FILE__, __LINE__, #x))
#define assert_false(x) assert_true(!(x))
#define assert_null(x) assert_true((x) == NULL)
#define assert_non_null(x) assert_true((x) != NULL)
#define assert_int_equal(a, b) cmocka_equal((uint64_t)(a), (uint64_t)(b), __FILE__, __LINE__)
#define assert_in_range(x, least, most) \
	assert_true(cmocka_is_in_range((uint64_t)(x), (uint64_t)(least), (uint64_t)(most)))
#define fail() cmocka_fail_at(__FILE__, __LINE__, "fail()")
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), fail())
#define skip() longjmp(cmocka_end, CMOCKA_SKIPPED)

#define cmocka_unit_test_setup_teardown(test, set_up, tear_down) \
	{                                                        \
#test, test, set_up, tear_down                   \
	}
#define cmocka_unit_test(test) cmocka_unit_test_setup_teardown(test, NULL, NULL)

static inline int cmocka_run(const struct CMUnitTest *t)
{
	void *state = NULL;
	int ended;

	if (t->set_up && t->set_up(&state))
		return CMOCKA_FAILED;
	ended = setjmp(cmocka_end);
	if (ended == 0)
		t->test(&state);
	if (t->tear_down && t->tear_down(&state))
		return CMOCKA_FAILED;
	return ended;
}

static inline int cmocka_run_all(const struct CMUnitTest *tests, size_t n)
{
	static const char *const word[] = {"[       OK ]", "[  FAILED  ]", "[  SKIPPED ]"};
	int count[3] = {0};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < n; i++) {
		int ended;

		printf("[ RUN      ] %s\n", tests[i].name);
		ended = cmocka_run(&tests[i]);
		count[ended]++;
		printf("%s %s\n", word[ended], tests[i].name);
	}
	printf("[  PASSED  ] %d test(s).\n", count[0]);
	return count[CMOCKA_FAILED];
}

#define cmocka_run_group_tests(tests, set_up, tear_down) \
	((void)(set_up), (void)(tear_down), cmocka_run_all(tests, sizeof(tests) / sizeof(*(tests))))

#endif
