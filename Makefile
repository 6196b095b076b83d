# pvq: `make bench` measures, `make test` tests; both first install what is missing.
#
#   make                 build build/pvq
#   make bench           the default sweep; PROFILE=quick|default|full, OUT=folder
#   make test            all tests; SAN=address,undefined or SAN=thread for a sanitizer build
#   make peers           compare with OpenMP, oneTBB, GLib, libuv, MPI, CPython, Go, Rust …: 40 minutes;
#                        PROFILE=peers-quick: ten at most. scripts/bootstrap --peers installs what they need
#   make report          rebuild the report of DIR=folder (the latest run) from its raw.csv
#   make micro           the price list: the cost of a pipe, a fork, a wake-up on this machine; OUT=folder
#   make micro-overhead  the cost of our C shim over Google Benchmark in C++
#   make pool-bench      compare the pool with OpenMP, oneTBB, pthreadpool, rayon, Go and pipes: four minutes; ONLY=figure
#   make pool-table      the same, written into the table of impls/POOL.md
#   make pool-against    each row of pool-bench against that of another revision, in turn; REV=HEAD, BLOCKS=21, ONLY=pattern
#   make pool-parts      what each part of the pool gains, measured by switching it off: four minutes; the table of impls/POOL.md
#   make pool-faults     every call of the pool that can fail, made to fail: the table of impls/PROOFS.md
#   make chaos           what pools make of a worker killed every 10 ms: the table of impls/POOL.md: five minutes;
#                        ITEMS=10000000, EVERY_MS=10, SECONDS=60 (time-out of a way), OUT=folder
#   make chaos-long      a million kills, stops and continues of a pool's processes: ten minutes; EVENTS=, SEED=
#   make kill-resume     benches killed at random moments and resumed: nothing lost or doubled; ROUNDS=200, SEED=
#   make torture         every call of pvq that can fail, made to fail: the table of reports/METHOD.md: some two hours; DEPTH=2,
#                        CASES="micro ask" of some commands; interrupted, it continues from build/torture.journal
#   make proofs          the pool under a model of memory, and each ordering weakened: checks impls/PROOFS.md
#   make aarch64         build the pool and its tests for aarch64, and run them under an emulator: three minutes
#   make build-matrix    build with gcc and clang, -O0 to -O3 and LTO, and the library with musl: 15 minutes;
#                        ONLY="gcc-O0 musl"
#   make fuzz            fuzz every reader of files, options and tasks, for SECONDS=600 in all; ONLY="raw e2e"
#   make coverage        which lines and branches the tests run, by room; TESTS_OF="tests/stats/*.c": of some tests
#   make python          build the Python package pvqpool into build/python
#   make python-table    measure the package beside its targets: the table of impls/python/pvqpool/README.md: four minutes
#                        at most; BLOCKS=11, ITEMS=1000 (a trial's items at most)
#   make selftest        does the measurement find differences that do not exist, or miss real ones? ten minutes
#   make agree           do a default run, peers and pool-bench say the same METG and time per empty item? the table of
#                        reports/METHOD.md: eight minutes a round; ROUNDS=3, OUT=folder
#   make grade-aa        is the reference, graded as a student, ever short of points? RUNS=100, half an hour on a quiet machine
#   make e2e             the outside view: whole runs, timed by hyperfine; OUT=folder
#   make lint            compiler warnings, layers, clang-tidy, cppcheck, shellcheck, clang-format
#   make sample          remake reports/sample/; with PROFILE=peers, reports/sample-peers/
#   make lessons         remake reports/lessons/: one run of each lesson, some five minutes
#   make install         pvq, its manual page and bash completion, and the process pool as a C library, under PREFIX (and
#                        DESTDIR); make install-library: the library alone; make uninstall
#   make help            this list
#   make clean
#
# A new strategy is one file impls/<stem>.c, a new task one file benches/tasks/<stem>.c, a new experiment one folder
# benches/experiments/<name>/. `pvq new` writes a skeleton of each; nothing in this file names them. benches/README.md is
# the map of the source. scripts/*.mk hold the rules for generated files, other programs, peers and the library.

PROFILE ?= default
SAN     ?=
PREFIX  ?= /usr/local
comma   := ,
export PROFILE OUT DIR ONLY CSV PREFIX DESTDIR

B        := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
A        := build/aarch64
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef $(if $(WERROR),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DPVQ_POOL_GUARDS)
CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g
# _FORTIFY_SOURCE needs an optimising compiler, and some distributions' compilers set it, perhaps to more. Never with a
# sanitizer, which checks more, and does not see the calls that this puts in place of others.
HARDEN   := -fstack-protector-strong -fPIE $(if $(SAN),,$(shell echo | $(CC) $(CFLAGS) -dM -E - 2>/dev/null | \
            awk '/ _FORTIFY_SOURCE /{s = 1} / __OPTIMIZE__ /{o = 1} END {if (o && !s) print "-D_FORTIFY_SOURCE=2"}'))
# -ffp-contract=off: mandelbrot must return the same bytes on every machine.
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -ffp-contract=off -pthread -Ibenches -Iimpls $(WARN) $(HARDEN) $(SANFLAGS)
override CXXFLAGS += -std=c++17 -pthread -Ibenches -Iimpls -Wall -Wextra -Wpedantic -Wshadow \
            $(if $(WERROR),-Werror) $(HARDEN) $(SANFLAGS)
LDFLAGS  += -pie -Wl,-z,relro,-z,now $(COVER:%=-Wl,--wrap=_exit,--wrap=vfork %)
LDLIBS   := -lhwloc -lxxhash -lz -lcsv -lmd4c-html -ljansson -lcminpack -lm -pthread

# The rooms, users before used. Each is an archive, linked in this order, so a reference in the wrong direction is an
# undefined symbol. scripts/rooms lists which room may see which. Generated tables are archives too: the registry of
# strategies and tasks, and the assets.
ROOMS    := lessons experiments report draw grade drive model results trial tasks impls stats base
ARCHIVES := $(subst trial,trial registry,$(ROOMS)) assets
sources   = $(if $(filter impls,$1),$(wildcard impls/*.c),$(wildcard benches/$1/*.c benches/$1/*/*.c))
objects   = $(patsubst %.c,$B/%.o,$(sources))
sees      = $(shell sed -n 's/^$1: *//p' scripts/rooms)
# What to link a program of a room with: the room, those it sees, and the tables that these refer to.
linked    = $(call linked_,$1 base $(call sees,$1))
linked_   = $(if $(filter report,$1),$B/gen/$(if $(filter experiments,$1),,no_)experiments.o) \
            $(patsubst %,$B/rooms/%.a,$(filter $(subst trial,trial registry,$1) assets,$(ARCHIVES)))

IMPLS    := $(wildcard impls/*.c)
TASKS    := $(wildcard benches/tasks/*.c)
TESTS    := $(patsubst %.c,$B/%,$(wildcard tests/*/test_*.c))

# Prints one short line for each file; V=1 shows the commands. Runs as many compilers as there are CPUs, unless -j is given.
say       = $(if $(V),,@echo "  $1 $@";)
jobs      = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
build     = @$(MAKE) --no-print-directory $(jobs)
# Once peers are built, rebuild them when the contract or a task changes.
stale     = $(if $(wildcard $B/peers),peers-built)

.PHONY: all bench test check build-tests python python-table micro micro-overhead pool-bench pool-table pool-against pool-parts peers peers-built \
        peers-check peers-of-c peers-tests aarch64 pool-faults chaos chaos-long kill-resume grade-aa agree torture proofs selftest e2e lint sample \
        lessons report install \
        install-library uninstall help clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $B/pvq $B/libpvqpool.a $(stale)

# A second make, because the set-up may install the compiler that this one looked for in vain.
bench:
	@scripts/bootstrap bench
	$(build) $B/pvq $B/pvq-micro $(stale)
	@$B/pvq bench --profile "$$PROFILE" $${OUT:+--out "$$OUT"}
test:
	@scripts/bootstrap bench test
	$(build) check
check: $B/pvq build-tests peers-tests
	@scripts/run-tests $B
build-tests: $(TESTS) $B/gb-example $B/pool-example $B/pvq-micro
selftest e2e:
	@scripts/bootstrap bench
	$(build) $B/pvq
	@$B/pvq $@ $${OUT:+--out "$$OUT"}
kill-resume:
	@scripts/bootstrap bench test
	$(build) $B/pvq $B/pvq-micro
	@scripts/kill-resume $B/pvq --rounds $(or $(ROUNDS),200) --seed $(or $(SEED),1)
torture:
	@scripts/bootstrap bench test
	$(build) SAN=leak build/san-leak/pvq build/san-leak/pvq-micro
	@scripts/torture build/san-leak/pvq --depth $(or $(DEPTH),2) --journal build/torture.journal $(CASES:%=--case %) \
		$(if $(CASES),,--table build/torture.txt)
	$(if $(CASES),,@scripts/put-table reports/METHOD.md torture <build/torture.txt)
agree:
	@scripts/bootstrap bench pool_bench pool_peers
	$(build) $B/pvq $B/pvq-micro $B/pool-bench $(POOL_PEERS)
	@code=0; scripts/agree $B $(or $(ROUNDS),3) "$${OUT:-reports/agree}" >$B/agree.md || code=$$?; \
		[ $$code -gt 1 ] || scripts/put-table reports/METHOD.md agree <$B/agree.md; exit $$code
grade-aa:
	@scripts/bootstrap bench test
	$(build) $B/pvq
	@scripts/grade-aa $B/pvq $(or $(RUNS),100)
lint:
	@scripts/bootstrap bench pool_bench test lint
	@scripts/lint
sample:
	@scripts/bootstrap bench
	$(build) $B/pvq $B/pvq-micro $(if $(filter peers,$(PROFILE)),peers-built,$(stale))
	@scripts/sample $B/pvq "$$PROFILE"
lessons:
	@scripts/bootstrap bench
	$(build) $B/pvq $B/pvq-micro
	@scripts/lessons $B/pvq
report: $B/pvq
	@$B/pvq report "$${DIR:-reports/latest}"
help:
	@sed -n '2,/^#   make clean/s/^#  \{0,1\}//p' Makefile
clean:
	rm -rf build

include scripts/generated.mk scripts/programs.mk scripts/library.mk scripts/python.mk scripts/peers.mk scripts/aarch64.mk scripts/proofs.mk scripts/checks.mk

$B/pvq: $(call objects,cmd) $(call linked,cmd)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A test is linked with what its room may see.
define test_rule
$B/tests/$1/%: $B/tests/$1/%.o $(call linked,$1)
	$$(call say,LINK)$$(CC) $$(CFLAGS) $$(LDFLAGS) $$(filter %.o,$$^) $$(filter %.a,$$^) $$(LDLIBS) -lcmocka -o $$@
endef
$(foreach room,$(notdir $(patsubst %/,%,$(dir $(wildcard tests/*/.)))),$(eval $(call test_rule,$(room))))

# Replaces trials by ones that take no time and return what the test wants.
PLAYED := $(addprefix $B/tests/,drive/test_sweep experiments/test_beside)
$(PLAYED): $B/tests/support/played.o
$(PLAYED): LDFLAGS += -Wl,--wrap=pvq_launch_trial -Wl,--wrap=pvq_launch_command
$(addprefix $B/tests/,report/test_page cmd/test_board experiments/test_costs experiments/test_timeline): $B/tests/support/browser.o
$B/tests/fuzz/test_corpus: $B/tests/fuzz/readers.o
$B/tests/drive/test_empty: LDFLAGS += -Wl,--wrap=pvq_launch_trial

$B/%.o: %.c $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$B/%.o: %.cc $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CXXFLAGS) -MMD -MP -c $< -o $@
$B/pic/%.o: %.c $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -fPIC -MMD -MP -c $< -o $@

-include $(shell find $B -name '*.d' 2>/dev/null)
