#!/usr/bin/env bats
# micro.bats: the micro-benchmarks and the shim's example, as a user runs them.

setup() {
	build=${PVQ%/*}
}

@test "the example of the shim's page runs, and takes the library's flags" {
	run "$build/gb-example" --benchmark_min_time=0.001 --benchmark_filter=copy/512
	[ "$status" -eq 0 ]
	[[ "$output" == *copy/512/real_time* ]]
	[[ "$output" != *$'\n'add* ]]
	run "$build/gb-example" --no-such-flag
	[ "$status" -eq 1 ]
	[[ "$output" == *unrecognized*--no-such-flag* ]]
}

@test "the price list: every family is there, and what it measured is JSON and pictures" {
	cd "$BATS_TEST_TMPDIR"
	run "$build/pvq-micro" --short --out list --benchmark_repetitions=1 --benchmark_min_time=0.0001
	[ "$status" -eq 0 ]
	[ -s list/micro.json ]
	[[ "$output" == *"what "*median* ]]
	for file in "$BATS_TEST_DIRNAME"/../../benches/micro/*.c; do
		family=$(sed -nE 's/^const struct pvq_micro pvq_micro_([a-z]+) =.*/\1/p' "$file")
		[ -z "$family" ] || grep -q "\"run_name\": \"$family/" list/micro.json
	done
	# A case that this machine does not have may be skipped, and says why.
	[ "$(grep -c '"real_time": ' list/micro.json)" -gt 30 ]
	[ -s list/plots/micro-size.gp ]
	[ -s list/plots/micro-fork.gp ]
}

@test "the price list: nothing is left behind" {
	cd "$BATS_TEST_TMPDIR"
	before=$(ls /dev/shm /dev/mqueue 2>/dev/null; cat /proc/sysvipc/msg 2>/dev/null | wc -l)
	run "$build/pvq-micro" --short --out list --benchmark_repetitions=1 \
		--benchmark_min_time=0.0001 --benchmark_filter='mqueue|ring|pool|pipe'
	[ "$status" -eq 0 ]
	after=$(ls /dev/shm /dev/mqueue 2>/dev/null; cat /proc/sysvipc/msg 2>/dev/null | wc -l)
	[ "$before" = "$after" ]
	run pgrep -f "$build/pvq-micro .*filter=mqueue" # other tests may run it, too
	[ "$status" -eq 1 ]
}

@test "the price list: on one CPU what needs two is skipped with a reason" {
	cd "$BATS_TEST_TMPDIR"
	cpu=$(taskset -pc $$ | sed -E 's/.*: *([0-9]+).*/\1/')
	run taskset -c "$cpu" "$build/pvq-micro" --short --out list --benchmark_repetitions=1 \
		--benchmark_min_time=0.0001 --benchmark_filter='cacheline|futex/round'
	[ "$status" -eq 0 ]
	[[ "$output" == *cacheline/round_trip*"needs two CPUs"* ]]
	[[ "$output" == *"futex/round_trip cores:1"* ]]
}

@test "the price list: unknown options, and a folder that cannot be, are refused" {
	run "$build/pvq-micro" --no-such-option
	[ "$status" -eq 2 ]
	[[ "$output" == "pvq-micro: unknown option '--no-such-option'; "* ]]
	run "$build/pvq-micro" --benchmark_no_such_flag
	[ "$status" -eq 2 ]
	[[ "$output" == *unrecognized*--benchmark_no_such_flag* ]]
	run "$build/pvq-micro" --help
	[ "$status" -eq 0 ]
	[[ "$output" == "usage: pvq-micro "*--short*--benchmark_filter* ]]
	run "$build/pvq-micro" --out /proc/nowhere/at/all
	[ "$status" -eq 2 ]
	[[ "$output" == *"cannot create"* ]]
}
