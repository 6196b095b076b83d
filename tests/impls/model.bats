#!/usr/bin/env bats
# model.bats: the pool's protocol, checked by spin in every interleaving; and that the checker can tell.

setup() {
	command -v spin >/dev/null || skip "spin is not installed: scripts/bootstrap test"
	# There is nothing of ours in it that a sanitizer could look at.
	[[ "$PVQ" != */san-* ]] || skip "as in the build without a sanitizer"
	# spin passes a path to a shell without quoting it.
	cp "$BATS_TEST_DIRNAME"/model/*.pml "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR" || exit
}

# search MODEL -D…: what the checker says of this variant, in $output.
search() {
	local model=$1
	shift
	rm -f pan*
	spin -a "$@" "$model.pml"
	# Half of the time of a small search is the compiler's.
	"${CC:-cc}" "${optimize:--O1}" -w -DSAFETY -DCOLLAPSE -o pan pan.c
	run ./pan -m10000
}

# The whole of it was searched, and nothing found.
holds() {
	search "$@"
	echo "$* $output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"errors: 0"* ]]
	[[ "$output" != *"max search depth too small"* ]]
	[[ "$output" != *"not completed"* ]]
}

# The checker misses what this variant lacks.
breaks() {
	search "$@"
	echo "$* $output"
	[[ "$output" == *"errors: 1"* ]]
	[[ "$output" == *"assertion violated"* || "$output" == *"invalid end state"* ]]
}

bugs_of() {
	grep -oE 'BUG_[A-Z_]+[A-Z]' "$1.pml" | sort -u
}

@test "the pool's protocol holds: a death at any step, one retry" {
	optimize=-O2 holds pool
}

@test "the pool's protocol holds without retries, and nothing in the model goes unused" {
	holds pool -DRETRIES=0 -DN=3
	[[ "$output" != *"pool.pml:"* ]]
}

@test "the pool's protocol holds: as many ring entries as slots, and no retries" {
	optimize=-O2 holds pool -DN=4 -DS=2 -DR=2 -DRETRIES=0
}

@test "the pool's protocol holds: two deaths, more than retries" {
	holds pool -DN=2 -DS=2 -DR=2 -DDEATHS=2
}

@test "the pool's protocol holds: a swap that may fail for no reason" {
	holds pool -DN=3 -DS=2 -DR=2 -DWEAK
}

@test "the pool's protocol holds: more items, and no death" {
	holds pool -DN=5 -DDEATHS=0
}

@test "no wake-up is lost, with a death or two" {
	holds sleep -DDEATHS=1
	[[ "$output" != *"sleep.pml:"* ]]
	holds sleep -DDEATHS=2 -DN=2
}

@test "the checker finds what is left out of the pool's protocol" {
	bugs=$(bugs_of pool)
	[[ "$bugs" == *BUG_NO_INTENT* && "$bugs" == *BUG_READ_AFTER* && "$bugs" == *BUG_RESULTS_FIRST* ]]
	for bug in $bugs; do
		optimize=-O0 breaks pool -DN=3 -DS=2 -DR=2 -DRETRIES=0 "-D$bug"
	done
	# A ring of fewer entries than there are slots.
	optimize=-O0 breaks pool -DN=3 -DR=2
}

@test "the checker finds what is left out of sleeping and waking" {
	bugs=$(bugs_of sleep)
	[[ "$bugs" == *BUG_PARK_LOOKS_ONCE* && "$bugs" == *BUG_CALLER_LOOKS_ONCE* ]]
	for bug in $bugs; do
		optimize=-O0 breaks sleep "-D$bug"
	done
}
