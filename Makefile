# pvq: `make bench` runs the main job, `make test` the tests; both set up what is missing first.
#
#   make                 build build/pvq
#   make bench           the default sweep; PROFILE=quick|default|full, OUT=folder
#   make test            all tests; SAN=address,undefined or SAN=thread for a sanitizer build
#   make e2e             whole runs seen from outside, by hyperfine; OUT=folder
#   make lint            compiler warnings, clang-tidy, cppcheck, shellcheck, clang-format
#   make sample          remake reports/sample/
#   make report DIR=…    rebuild a report from its raw.csv
#   make clean
#
# A new strategy is one file impls/<stem>.c that defines pvq_impl_<stem>; a new task is one file
# benches/tasks/<stem>.c that defines pvq_task_<stem>. Nothing in here names them.

PROFILE ?= default
SAN     ?=
comma   := ,

B        := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef $(if $(WERROR),-Werror)
# -ffp-contract=off: mandelbrot must give the same bytes on every machine.
CFLAGS   ?= -O2 -g
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -ffp-contract=off -pthread -Ibenches -Iimpls $(WARN) \
            $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LDLIBS   := -lhwloc -lxxhash -lz -lcsv -lmd4c-html -ljansson -lm -pthread

IMPLS    := $(wildcard impls/*.c)
TASKS    := $(wildcard benches/tasks/*.c)
COMMANDS := benches/pvq.c $(wildcard benches/cmd_*.c)
SOURCES  := $(IMPLS) $(TASKS) $(filter-out $(COMMANDS),$(wildcard benches/*.c))
ASSETS   := $(wildcard scripts/plots/*.gp scripts/report.css)
OBJECTS  := $(SOURCES:%.c=$B/%.o) $B/gen/registry.o $B/gen/assets.o $B/gen/version.o
TESTS    := $(patsubst tests/%.c,$B/tests/%,$(wildcard tests/test_*.c))

# One short line a file; V=1 shows the commands.
say       = $(if $(V),,@echo "  $1 $@";)

# As many compilers at a time as there are CPUs, unless the user said otherwise.
jobs       = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
submake    = $(MAKE) --no-print-directory $(jobs)

.PHONY: all bench test e2e lint sample report clean check build-tests FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $B/pvq

# The set-up may install the compiler that the rest needs, hence the second make.
bench:
	@scripts/bootstrap bench
	@$(submake) $B/pvq
	@$B/pvq bench --profile $(PROFILE) $(if $(OUT),--out $(OUT))

test:
	@scripts/bootstrap bench test
	@$(submake) check

check: $B/pvq build-tests
	@scripts/run-tests $B

build-tests: $(TESTS)

e2e:
	@scripts/bootstrap bench
	@$(submake) $B/pvq
	@$B/pvq e2e $(if $(OUT),--out $(OUT))

lint:
	@scripts/bootstrap bench test lint
	@scripts/lint

sample:
	@scripts/bootstrap bench
	@$(submake) $B/pvq
	@scripts/sample $B/pvq

report: $B/pvq
	@$B/pvq report $(or $(DIR),reports/latest)

clean:
	rm -rf build

$B/pvq: $(COMMANDS:%.c=$B/%.o) $(OBJECTS)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

$B/tests/%: $B/tests/%.o $(OBJECTS)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

$B/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$B/gen/%.o: $B/gen/%.c
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# Generated sources: remade when the set of files or a file's text changes, untouched otherwise.
$B/gen/registry.c: FORCE
	@scripts/generate registry $(IMPLS) $(TASKS) | scripts/generate update $@
$B/gen/assets.c: FORCE
	@scripts/generate assets $(ASSETS) | scripts/generate update $@
$B/gen/version.c: FORCE
	@scripts/generate version '$(CC)' '$(CFLAGS)' | scripts/generate update $@

-include $(shell find $B -name '*.d' 2>/dev/null)
