# pvq: `make bench` runs the main job, `make test` the tests; both set up what is missing first.
#
#   make                 build build/pvq
#   make bench           the default sweep; PROFILE=quick|default|full, OUT=folder
#   make test            all tests; SAN=address,undefined or SAN=thread for a sanitizer build
#   make peers           OpenMP, oneTBB, GLib, libuv, MPI, CPython, Go, Rust … beside pvq's own: half an hour;
#                        PROFILE=peers-quick: seven minutes. scripts/bootstrap --peers installs what they need
#   make report          rebuild the report of DIR=folder (the latest run) from its raw.csv
#   make micro           the price list: what a pipe, a fork, a wake-up cost here; OUT=folder
#   make micro-overhead  what our C shim costs over Google Benchmark in C++, side by side
#   make pool-bench      the pool beside OpenMP, oneTBB, pthreadpool and pipes: three minutes; ONLY=figure
#   make pool-parts      what each part of the pool is worth: measured by switching it off
#   make selftest        does the measurement find differences that are not there, or miss real ones? ten minutes
#   make e2e             whole runs seen from outside, by hyperfine; OUT=folder
#   make lint            compiler warnings, layers, clang-tidy, cppcheck, shellcheck, clang-format
#   make sample          remake reports/sample/; with PROFILE=peers, reports/sample-peers/
#   make install         the process pool as a C library, under PREFIX (and DESTDIR); make uninstall
#   make help            this list
#   make clean
#
# A new strategy is one file impls/<stem>.c, a new task one file benches/tasks/<stem>.c, a new experiment one folder
# benches/experiments/<name>/; `pvq new` writes the skeleton of each. Nothing in here names them. benches/README.md is
# the map; scripts/*.mk hold the rules for generated files, peers and the library.

PROFILE ?= default
SAN     ?=
PREFIX  ?= /usr/local
comma   := ,
export PROFILE OUT DIR ONLY CSV PREFIX DESTDIR

B        := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef $(if $(WERROR),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# -ffp-contract=off: mandelbrot must give the same bytes on every machine.
CFLAGS   ?= -O2 -g
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -ffp-contract=off -pthread -Ibenches -Iimpls $(WARN) $(SANFLAGS)
CXXFLAGS ?= -O2 -g
override CXXFLAGS += -std=c++17 -pthread -Ibenches -Iimpls -Wall -Wextra -Wpedantic -Wshadow \
            $(if $(WERROR),-Werror) $(SANFLAGS)
LDLIBS   := -lhwloc -lxxhash -lz -lcsv -lmd4c-html -ljansson -lcminpack -lm -pthread

# Rooms, those that use others first: so they are linked, each an archive, and an arrow that points the wrong way is
# an undefined symbol. scripts/rooms says which room may see which. The tables of what the build found come as archives
# too: the registry of strategies and tasks, and the assets.
ROOMS    := experiments report draw drive results trial tasks impls stats base
ARCHIVES := $(subst trial,trial registry,$(ROOMS)) assets
sources   = $(if $(filter impls,$1),$(wildcard impls/*.c),$(wildcard benches/$1/*.c benches/$1/*/*.c))
objects   = $(patsubst %.c,$B/%.o,$(sources))
sees      = $(shell sed -n 's/^$1: *//p' scripts/rooms)
# What a program of that room is linked with: the room itself, what it sees, and the tables that these refer to.
linked    = $(call linked_,$1 base $(call sees,$1))
linked_   = $(if $(filter report,$1),$B/gen/$(if $(filter experiments,$1),,no_)experiments.o) \
            $(patsubst %,$B/rooms/%.a,$(filter $(subst trial,trial registry,$1) assets,$(ARCHIVES)))

IMPLS    := $(wildcard impls/*.c)
TASKS    := $(wildcard benches/tasks/*.c)
MICROS   := $(wildcard benches/micro/*.c)
SHIM     := $B/benches/micro/gb.o
TESTS    := $(patsubst %.c,$B/%,$(wildcard tests/*/test_*.c))

# One short line a file; V=1 shows the commands. As many compilers at a time as there are CPUs, unless told otherwise.
say       = $(if $(V),,@echo "  $1 $@";)
jobs      = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
build     = @$(MAKE) --no-print-directory $(jobs)
# Peers that were built once are kept in step with the contract and the tasks.
stale     = $(if $(wildcard $B/peers),peers-built)

.PHONY: all bench test check build-tests micro micro-overhead pool-bench pool-parts peers peers-built peers-check \
        peers-of-c peers-tests selftest e2e lint sample report install uninstall help clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $B/pvq $B/libpvqpool.a $(stale)

# The set-up may install the compiler that the rest needs, hence the second make.
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
micro:
	@scripts/bootstrap bench
	$(build) $B/pvq-micro
	@$B/pvq-micro $${OUT:+--out "$$OUT"}
micro-overhead:
	@scripts/bootstrap bench
	$(build) $B/micro-overhead
	@$B/micro-overhead
pool-bench:
	@scripts/bootstrap bench pool_bench
	$(build) $B/pool-bench
	@$B/pool-bench $${ONLY:+--only "$$ONLY"} $${CSV:+--csv "$$CSV"}
pool-parts:
	@scripts/bootstrap bench pool_bench
	@scripts/pool-parts $B
selftest e2e:
	@scripts/bootstrap bench
	$(build) $B/pvq
	@$B/pvq $@ $${OUT:+--out "$$OUT"}
lint:
	@scripts/bootstrap bench pool_bench test lint
	@scripts/lint
sample:
	@scripts/bootstrap bench
	$(build) $B/pvq $B/pvq-micro $(if $(filter peers,$(PROFILE)),peers-built,$(stale))
	@scripts/sample $B/pvq "$$PROFILE"
report: $B/pvq
	@$B/pvq report "$${DIR:-reports/latest}"
help:
	@sed -n '2,/^#   make clean/s/^#  \{0,1\}//p' Makefile
clean:
	rm -rf build

include scripts/generated.mk scripts/peers.mk scripts/library.mk

$B/pvq: $(call objects,cmd) $(call linked,cmd)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A test sees what its room sees.
define test_rule
$B/tests/$1/%: $B/tests/$1/%.o $(call linked,$1)
	$$(call say,LINK)$$(CC) $$(CFLAGS) $$(LDFLAGS) $$(filter %.o,$$^) $$(filter %.a,$$^) $$(LDLIBS) -lcmocka -o $$@
endef
$(foreach room,$(notdir $(patsubst %/,%,$(dir $(wildcard tests/*/.)))),$(eval $(call test_rule,$(room))))

# Trials that take no time and come out as the test wants.
PLAYED := $(addprefix $B/tests/,drive/test_sweep experiments/test_beside)
$(PLAYED): $B/tests/support/played.o
$(PLAYED): LDFLAGS += -Wl,--wrap=pvq_launch_trial -Wl,--wrap=pvq_launch_command

# What holds C++ is linked by the C++ compiler.
$B/tests/micro/test_gb: $B/tests/micro/test_gb.o $B/tests/micro/gb_throw.o $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -ljansson -lcmocka -o $@
$B/pvq-micro: $(MICROS:%.c=$B/%.o) $B/gen/micros.o $(SHIM) $(call linked,cmd)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark $(LDLIBS) -o $@
$B/micro-overhead: $(patsubst %,$B/benches/micro/overhead/%.o,overhead loop) $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -o $@

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
