# run-tests.bats: the sums of scripts/run-tests, over tests made to pass, to fail and to crash.

setup() {
	mkdir -p "$BATS_TEST_TMPDIR"/{scripts,build/tests/room,tests/room}
	cp "$BATS_TEST_DIRNAME/../../scripts/run-tests" "$BATS_TEST_TMPDIR/scripts"
	cd "$BATS_TEST_TMPDIR" || return
}

# program NAME TEST…: a cmocka program of these tests.
program() {
	local tests=("${@:2}")
	cat >"tests/room/$1.c" <<-END
		#include <setjmp.h>
		#include <stdarg.h>
		#include <stddef.h>
		#include <stdint.h>
		#include <stdlib.h>
		#include <cmocka.h>
		static int no_setup(void **state) { (void)state; return -1; }
		static void passes(void **state) { (void)state; }
		static void passes_too(void **state) { (void)state; }
		static void fails(void **state) { (void)state; assert_int_equal(1, 2); }
		static void fails_too(void **state) { (void)state; fail(); }
		static void crashes(void **state) { (void)state; abort(); }
		int main(void)
		{
			const struct CMUnitTest tests[] = {$(printf '%s, ' "${tests[@]}")};
			return cmocka_run_group_tests(tests, NULL, NULL);
		}
	END
	cc -w "tests/room/$1.c" -lcmocka -o "build/tests/room/$1"
}

t() {
	echo "cmocka_unit_test($1)"
}

# sums RC FILE… LINE: the exit code and the last line of a run.
sums() {
	run scripts/run-tests build "${@:2:$#-2}"
	echo "$output"
	[ "$status" -eq "$1" ]
	[ "${lines[-1]}" = "${!#}" ]
}

@test "a program: every test counts once" {
	program test_good "$(t passes)" "$(t passes_too)"
	sums 0 tests/room/test_good.c "2 passed, 0 failed"
	program test_bad "$(t passes)" "$(t fails)" "$(t passes_too)"
	sums 1 tests/room/test_bad.c "2 passed, 1 failed"
	program test_worse "$(t fails)" "$(t passes)" "$(t fails_too)" "cmocka_unit_test_setup(passes_too, no_setup)"
	sums 1 tests/room/test_worse.c "1 passed, 3 failed"
	sums 1 tests/room/test_{good,bad,worse}.c "5 passed, 4 failed"
}

@test "a program that crashes is one failure, and what passed before stays" {
	program test_crash "$(t passes)" "$(t passes_too)" "$(t crashes)" "$(t fails)"
	sums 1 tests/room/test_crash.c "2 passed, 1 failed"
	program test_crash "$(t fails)" "$(t passes)" "$(t crashes)"
	sums 1 tests/room/test_crash.c "1 passed, 2 failed"
	# One that ends before its end without saying so, and one that a sanitizer finds fault with after it.
	printf '#!/bin/sh\necho "[       OK ] passes"\n' >build/tests/room/test_crash
	sums 1 tests/room/test_crash.c "1 passed, 1 failed"
	program test_good "$(t passes)"
	printf '#!/bin/sh\nbuild/tests/room/test_good\nexit 99\n' >build/tests/room/test_crash
	sums 1 tests/room/test_crash.c "1 passed, 1 failed"
}

@test "a bats file: every test counts once" {
	printf '@test "passes" {\n\ttrue\n}\n@test "fails" {\n\tfalse\n}\n@test "passes, too" {\n\ttrue\n}\n' >tests/room/some.bats
	sums 1 tests/room/some.bats "2 passed, 1 failed"
	sed -i s/false/true/ tests/room/some.bats
	sums 0 tests/room/some.bats "3 passed, 0 failed"
}

@test "no tests at all are a failure" {
	printf '#!/bin/sh\necho "[  PASSED  ] 0 test(s)."\n' >build/tests/room/test_none
	chmod +x build/tests/room/test_none
	sums 1 tests/room/test_none.c "0 passed, 0 failed"
}
