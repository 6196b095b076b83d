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

# Workers end by _exit(), which writes no counts by itself. TESTS_OF: files of tests; none: all but those that build programs
# by other rules, or fail calls, which would spoil the counts.
# A function that must be inlined, of which each copy's constants rule some branches out, is compiled as one: a branch counts
# as it is written.
COUNTED  := -O0 -g --coverage -fprofile-update=atomic -Dalways_inline=unused
COVERAGE := CFLAGS='$(COUNTED)' CXXFLAGS='$(COUNTED)' B=build/coverage COVER=build/coverage/tests/support/cover.o
COVERED  := $(filter-out tests/scripts/% tests/python/% $(addprefix tests/,cmd/new.bats cmd/torture.bats impls/library.bats \
            impls/model.bats impls/relacy.bats),$(wildcard tests/*/test_*.c tests/*/*.bats))
# What tests compile is not counted, but linked with what is.
coverage:
	@scripts/bootstrap bench test
	$(build) $(COVERAGE) COVER= build/coverage/tests/support/cover.o
	$(build) $(COVERAGE) build/coverage/pvq build-tests
	@CC="$(CC) -Wl,--wrap=_exit,--wrap=vfork $(CURDIR)/build/coverage/tests/support/cover.o -Wl,--whole-archive,-lgcov,--no-whole-archive" \
		scripts/coverage build/coverage $(or $(TESTS_OF),$(COVERED) torture)
