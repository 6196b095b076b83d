# pvq: `make bench` runs the main job, `make test` the tests; both set up what is missing first.
#
#   make                 build build/pvq
#   make bench           the default sweep; PROFILE=quick|default|full, OUT=folder
#   make test            all tests; SAN=address,undefined or SAN=thread for a sanitizer build
#   make micro           the price list: what a pipe, a fork, a wake-up cost here; OUT=folder
#   make micro-overhead  what our C shim costs over Google Benchmark in C++, side by side
#   make pool-bench      the pool beside OpenMP, oneTBB, pthreadpool and pipes: three minutes; ONLY=figure
#   make pool-parts      what each part of the pool is worth: measured by switching it off
#   make peers           OpenMP, oneTBB, GLib, libuv, MPI, CPython, Go, Rust … beside pvq's own: half an hour;
#                        PROFILE=peers-quick: seven. scripts/bootstrap --peers installs what they need
#   make selftest        are differences found that are none, and real ones missed? ten minutes
#   make e2e             whole runs seen from outside, by hyperfine; OUT=folder
#   make lint            compiler warnings, clang-tidy, cppcheck, shellcheck, clang-format
#   make sample          remake reports/sample/; with PROFILE=peers, reports/sample-peers/
#   make report DIR=…    rebuild a report from its raw.csv
#   make install         the process pool as a C library, under PREFIX (and DESTDIR); make uninstall
#   make clean
#
# A new strategy is one file impls/<stem>.c that defines pvq_impl_<stem>; a new task is one file
# benches/tasks/<stem>.c that defines pvq_task_<stem>; a family of micro-benchmarks is one file
# benches/micro/<stem>.c that defines pvq_micro_<stem>. Nothing in here names them.

PROFILE ?= default
SAN     ?=
PREFIX  ?= /usr/local
comma   := ,

B        := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef $(if $(WERROR),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# -ffp-contract=off: mandelbrot must give the same bytes on every machine.
CFLAGS   ?= -O2 -g
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -ffp-contract=off -pthread -Ibenches -Iimpls $(WARN) \
            $(SANFLAGS)
CXXFLAGS ?= -O2 -g
override CXXFLAGS += -std=c++17 -pthread -Ibenches -Iimpls -Wall -Wextra -Wpedantic -Wshadow \
            $(if $(WERROR),-Werror) $(SANFLAGS)
LDLIBS   := -lhwloc -lxxhash -lz -lcsv -lmd4c-html -ljansson -lcminpack -lm -pthread

IMPLS    := $(wildcard impls/*.c)
TASKS    := $(wildcard benches/tasks/*.c)
COMMANDS := benches/pvq.c $(wildcard benches/cmd_*.c)
SOURCES  := $(IMPLS) $(TASKS) $(filter-out $(COMMANDS),$(wildcard benches/*.c))
ASSETS    = $(wildcard scripts/plots/*.gp scripts/report.css) $B/gen/lines.tsv
OBJECTS  := $(SOURCES:%.c=$B/%.o) $B/gen/registry.o $B/gen/assets.o $B/gen/version.o
MICROS   := $(wildcard benches/micro/*.c)
SHIM     := $B/benches/micro/gb.o
OVERHEAD := $(patsubst %,$B/benches/micro/overhead/%.o,overhead loop)
# The pool as a library: the engine's files, its public headers, and what these declare.
POOL_LIB := $(patsubst %,impls/%.c,pool pool_worker pool_recover child error)
POOL_H   := impls/pool.h impls/error.h
POOL_API  = $(shell scripts/generate api $(POOL_H))
POOL_VERSION := 0.1
# Peers: strategies that are programs of their own, in any language, each built with what it needs (scripts/peer).
# All of them load what a trial is made of, and the tasks, as one shared library.
# A sanitizer's run time must be first in a program, so only those in C and C++ are built with one; what it cannot see
# into, as the threads of OpenMP, looks like a race to it.
PEERS    := $(wildcard impls/peers/*.c impls/peers/*.cc)
ifeq ($(SAN),)
PEERS    += $(wildcard impls/peers/*.go impls/peers/*.rs) impls/python/python.py
else
PEERS    := $(if $(findstring thread,$(SAN)),,$(filter-out %/mpi_pool.c,$(PEERS)))
endif
PEER_PROGRAMS := $(addprefix $B/peers/,$(notdir $(basename $(PEERS))))
PEER_TESTS := $(addprefix $B/tests/peers/,$(notdir $(basename $(filter %.c %.cc,$(PEERS)))))
PEER_LIB := $(patsubst %,benches/%.c,peer trial trial_args twin spec sink row table observe observed observed_csv stats \
            text process) $(patsubst %,impls/%.c,error child frame) $(wildcard impls/peers/common/*.c) \
            $(TASKS)
POOL_BENCH := $(patsubst %,$B/%.o,$(basename $(wildcard benches/pool/*.c benches/pool/*.cc)))
TESTS    := $(patsubst tests/%.c,$B/tests/%,$(wildcard tests/test_*.c))

# One short line a file; V=1 shows the commands.
say       = $(if $(V),,@echo "  $1 $@";)

# As many compilers at a time as there are CPUs, unless the user said otherwise.
jobs       = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all bench test micro micro-overhead pool-bench pool-parts peers peers-built peers-check peers-of-c peers-tests \
        selftest e2e lint sample report clean check build-tests         install uninstall FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $B/pvq $B/libpvqpool.a

# The set-up may install the compiler that the rest needs, hence the second make.
bench:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) $B/pvq $B/pvq-micro
	@$B/pvq bench --profile $(PROFILE) $(if $(OUT),--out $(OUT))

test:
	@scripts/bootstrap bench test
	@$(MAKE) --no-print-directory $(jobs) check

# The tests of peers alone, with those that can be built here: for who has just installed some.
peers-check: peers-tests build-tests
	@scripts/run-tests $B tests/peers.bats tests/mpi.bats

check: $B/pvq build-tests peers-tests
	@scripts/run-tests $B

build-tests: $(TESTS) $B/gb-example $B/pool-example $B/pvq-micro

micro:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) $B/pvq-micro
	@$B/pvq-micro $(if $(OUT),--out $(OUT))

micro-overhead:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) $B/micro-overhead
	@$B/micro-overhead

pool-bench:
	@scripts/bootstrap bench pool_bench
	@$(MAKE) --no-print-directory $(jobs) $B/pool-bench
	@$B/pool-bench $(if $(ONLY),--only $(ONLY)) $(if $(CSV),--csv $(CSV))

pool-parts:
	@scripts/bootstrap bench pool_bench
	@$(MAKE) --no-print-directory $(jobs) $B/pool-bench
	@LDLIBS="$(LDLIBS)" scripts/pool-parts $B "$(CC) $(CFLAGS)" \
		"$(CXX) $(CXXFLAGS) $(LDFLAGS) $(POOL_BENCH) $(filter-out $(POOL_LIB:%.c=$B/%.o),$(OBJECTS))"

# Rows of peers whose packages are missing say so; nothing is installed for them here.
peers: PROFILE := $(if $(filter peers%,$(PROFILE)),$(PROFILE),peers)
peers:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) peers-built
	@scripts/bootstrap --print --peers | sed 's/^/make: for all peers run scripts\/bootstrap --peers; missing: /' >&2
	@$B/pvq bench --profile $(PROFILE) $(if $(OUT),--out $(OUT))

selftest:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) $B/pvq
	@$B/pvq selftest $(if $(OUT),--out $(OUT))

e2e:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) $B/pvq
	@$B/pvq e2e $(if $(OUT),--out $(OUT))

lint:
	@scripts/bootstrap bench pool_bench test lint
	@scripts/lint

sample:
	@scripts/bootstrap bench
	@$(MAKE) --no-print-directory $(jobs) $B/pvq $B/pvq-micro $(if $(filter peers,$(PROFILE)),peers-built)
	@scripts/sample $B/pvq $(PROFILE)

report: $B/pvq
	@$B/pvq report $(or $(DIR),reports/latest)

# Needs no more than a compiler, so there is nothing to set up. DESTDIR is for packagers: the files go
# below it, but are meant for PREFIX.
TO        = $(DESTDIR)$(abspath $(PREFIX))
MAN3      = $(patsubst %,$(TO)/share/man/man3/%.3,$(POOL_API))
INSTALLED = $(POOL_H:impls/%=$(TO)/include/pvq/%) $(TO)/lib/libpvqpool.a \
            $(TO)/lib/pkgconfig/pvqpool.pc $(TO)/share/man/man3/pvq_pool.3 $(MAN3)

install: $B/libpvqpool.a
	@install -d $(sort $(dir $(INSTALLED)))
	@install -m 644 $(POOL_H) $(TO)/include/pvq
	@install -m 644 $B/libpvqpool.a $(TO)/lib
	@install -m 644 impls/pvq_pool.3 $(TO)/share/man/man3
	@umask 022; for page in $(MAN3); do echo '.so man3/pvq_pool.3' >$$page; done
	@umask 022; sed 's|@PREFIX@|$(abspath $(PREFIX))|; s|@VERSION@|$(POOL_VERSION)|' impls/pvqpool.pc.in \
		>$(TO)/lib/pkgconfig/pvqpool.pc

uninstall:
	@rm -f $(INSTALLED)
	@if [ -d $(TO)/include/pvq ]; then rmdir --ignore-fail-on-non-empty $(TO)/include/pvq; fi

clean:
	rm -rf build

$B/pvq: $(COMMANDS:%.c=$B/%.o) $(OBJECTS) $B/gen/flags
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(LDLIBS) -o $@

$B/tests/%: $B/tests/%.o $(OBJECTS)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

# Trials that take no time and come out as the test wants.
$B/tests/test_sweep: LDFLAGS += -Wl,--wrap=pvq_launch_trial -Wl,--wrap=pvq_launch_command

# What holds C++ is linked by the C++ compiler.
$B/tests/test_gb: $B/tests/test_gb.o $B/tests/gb_throw.o $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -ljansson -lcmocka -o $@

$B/pvq-micro: $(MICROS:%.c=$B/%.o) $B/gen/micros.o $(SHIM) $(OBJECTS)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark $(LDLIBS) -o $@

$B/micro-overhead: $(OVERHEAD) $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -o $@

# The parts of it that can be tested without its peers.
$B/tests/test_pool_bench: $(patsubst %,$B/benches/pool/%.o,finding work)

peers-built: $B/pvq $B/tutorial.py $(PEER_PROGRAMS)

$B/tutorial.py: impls/python/tutorial.py
	@ln -sf $(abspath $<) $@

peers-tests: peers-built $(PEER_TESTS)

peers-of-c: $(PEER_TESTS) $(PEER_TESTS:$B/tests/peers/%=$B/peers/%)

$B/libpvqpeer.so: $(PEER_LIB:%.c=$B/pic/%.o) $B/pic/gen/tasks.o
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--no-undefined $^ -lcsv -lz -lxxhash -lm -pthread -o $@

define peer_rule
$B/peers/$(notdir $(basename $1)): $1 $B/gen/peers/$(notdir $(basename $1)).needs $B/libpvqpeer.so scripts/peer
	@mkdir -p $$(@D)
	$$(call say,PEER)CC="$$(CC)" CFLAGS="$$(CFLAGS)" CXX="$$(CXX)" CXXFLAGS="$$(CXXFLAGS)" LDFLAGS="$$(LDFLAGS)" \
		scripts/peer build $$< $B/gen/peers/$(notdir $(basename $1)).needs $$@
$B/tests/peers/$(notdir $(basename $1)): $1 $B/gen/peers/$(notdir $(basename $1)).needs $B/libpvqpeer.so scripts/peer tests/test_conformance.c
	@mkdir -p $$(@D)
	$$(call say,PEER)CC="$$(CC)" CFLAGS="$$(CFLAGS)" CXX="$$(CXX)" CXXFLAGS="$$(CXXFLAGS)" LDFLAGS="$$(LDFLAGS)" \
		scripts/peer test $$< $B/gen/peers/$(notdir $(basename $1)).needs $$@
$B/gen/peers/$(notdir $(basename $1)).needs: FORCE
	@scripts/peer needs $1 | scripts/generate update $$@
endef
$(foreach peer,$(PEERS),$(eval $(call peer_rule,$(peer))))

# The peers of pool-bench are of that program alone. OpenMP is GNU's, whatever the compiler of the rest: LLVM's dispatches
# item by item many times slower, and would be no peer.
$B/benches/pool/run_openmp.o: private override CC := gcc
$B/benches/pool/run_openmp.o: private override CFLAGS += -fopenmp
$B/pool-bench: $(POOL_BENCH) $(OBJECTS)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lgomp -ltbb -lpthreadpool $(LDLIBS) -o $@

# The example is taken from the page that shows it, so that it cannot become a wrong one.
$B/gen/gb_example.c: benches/micro/GB.md
	@sed -n '/^```c$$/,/^```$$/{/^```/!p}' $< | scripts/generate update $@
$B/gen/gb_example.o $B/gen/micros.o: override CFLAGS += -Ibenches/micro
$B/gb-example: $B/gen/gb_example.o $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -o $@

# One object in which only what the headers declare is left visible, so that none of the engine's other
# names can clash with one of the program's.
$B/libpvqpool.a: $(POOL_LIB:%.c=$B/%.o) $(POOL_H) scripts/generate
	$(call say,AR)$(CC) -nostdlib -r $(filter %.o,$^) -o $(@D)/pvqpool.o
	@objcopy $(addprefix --keep-global-symbol=,$(POOL_API)) $(@D)/pvqpool.o
	@rm -f $@ && $(AR) rcs $@ $(@D)/pvqpool.o

# From README.md, and built as its reader would: with the public headers and the library, nothing else.
$B/gen/pool_example.c: README.md
	@sed -n '/^```c$$/,/^```$$/{/^```/!p}' $< | scripts/generate update $@
$B/include/pvq/%.h: impls/%.h
	@install -D -m 644 $< $@
$B/pool-example: $B/gen/pool_example.c $B/libpvqpool.a $(POOL_H:impls/%=$B/include/pvq/%)
	$(call say,LINK)$(CC) $(filter-out -I%,$(CFLAGS)) -I$B/include $(LDFLAGS) $< -L$B -lpvqpool -o $@

$B/%.o: %.cc $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CXXFLAGS) -MMD -MP -c $< -o $@

$B/%.o: %.c $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$B/pic/%.o: %.c $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -fPIC -MMD -MP -c $< -o $@

$B/pic/gen/%.o: $B/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -fPIC -MMD -MP -c $< -o $@

$B/gen/%.o: $B/gen/%.c
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# Generated files: remade when the set of files or a file's text changes, untouched otherwise.
$B/gen/registry.c: FORCE
	@scripts/generate registry $(IMPLS) $(TASKS) | scripts/generate update $@
$B/gen/tasks.c: FORCE
	@scripts/generate registry $(TASKS) | scripts/generate update $@
$B/gen/micros.c: FORCE
	@scripts/generate micros $(MICROS) | scripts/generate update $@
$B/gen/lines.tsv: FORCE
	@scripts/count-lines | scripts/generate update $@
$B/gen/assets.c: $B/gen/lines.tsv FORCE
	@scripts/generate assets $(ASSETS) | scripts/generate update $@
$B/gen/flags: FORCE
	@echo '$(CC) $(CFLAGS) $(CXX) $(CXXFLAGS) $(LDFLAGS) $(sort $(SOURCES) $(COMMANDS) $(MICROS) $(POOL_BENCH))' | scripts/generate update $@
$B/gen/version.c: FORCE
	@scripts/generate version '$(CC)' '$(CFLAGS)' | scripts/generate update $@

-include $(shell find $B -name '*.d' 2>/dev/null)
