# checks.mk: checks that are run by hand. Included by the Makefile.

.PHONY: build-matrix fuzz

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
