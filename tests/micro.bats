#!/usr/bin/env bats
# micro.bats: the micro-benchmarks and the shim's example, as a user runs them.

setup() {
	build=${PVQ%/*}
}

@test "the example of the shim's page runs, and takes the library's flags" {
	run "$build/gb-example" --benchmark_min_time=0.001 --benchmark_filter=copy/512
	[ "$status" -eq 0 ]
	[[ "$output" == *copy/512/real_time* ]]
	[[ "$output" != *add* ]]
	run "$build/gb-example" --no-such-flag
	[ "$status" -eq 1 ]
	[[ "$output" == *unrecognized*--no-such-flag* ]]
}
