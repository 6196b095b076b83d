# checks.mk: checks that are run by hand. Included by the Makefile.

.PHONY: build-matrix fuzz coverage

build-matrix:
	@scripts/bootstrap bench test matrix
	@scripts/build-matrix $(ONLY)

# The readers of tests/fuzz/, with libFuzzer; `make test` reads the corpus alone.
fuzz:
	@scripts/bootstrap bench fuzz
	$(build) B=build/fuzz CC=clang CXX=clang++ SAN=address,undefined,fuzzer-no-link build/fuzz/fuzz
	@scripts/fuzz build/fuzz/fuzz $(or $(SECONDS),600) $(ONLY)
$B/fuzz: $B/tests/fuzz/main.o $B/tests/fuzz/readers.o $(call linked,fuzz)
	$(call say,LINK)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) $^ $(LDLIBS) -o $@

# Workers end by _exit(), which writes no counts by itself. TESTS_OF: files of tests; none: all.
COVERAGE := CFLAGS='-O0 -g --coverage -fprofile-update=atomic' CXXFLAGS='-O0 -g --coverage -fprofile-update=atomic' \
            B=build/coverage COVER=build/coverage/tests/support/cover.o
coverage:
	@scripts/bootstrap bench test
	$(build) $(COVERAGE) COVER= build/coverage/tests/support/cover.o
	$(build) $(COVERAGE) build/coverage/pvq build-tests
	@find build/coverage -name '*.gcda' -delete
	-@scripts/run-tests build/coverage $(TESTS_OF)
	@scripts/coverage build/coverage
