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

@test "the pool's protocol holds: pieces of three items, a death at any step, one retry" {
	holds pool -DP=3
}

@test "the pool's protocol holds: pieces of three items, no retries, and nothing in the model goes unused" {
	holds pool -DP=3 -DN=2 -DRETRIES=0
	[[ "$output" != *"pool.pml:"* ]]
}

@test "the pool's protocol holds: pieces of two items in three segments" {
	holds pool -DS=3 -DR=4
}

@test "the pool's protocol holds: pieces of one item, and no retries" {
	holds pool -DP=1 -DRETRIES=0
}

@test "the pool's protocol holds: pieces of two items, two deaths, more than retries" {
	holds pool -DN=2 -DDEATHS=2
}

@test "the pool's protocol holds: a swap may fail for no reason" {
	holds pool -DN=2 -DWEAK
}

@test "the pool's protocol holds: every other piece is urgent" {
	holds pool -DURGENT
}

@test "the pool's protocol holds: more pieces, and no death" {
	holds pool -DN=4 -DS=3 -DR=4 -DDEATHS=0
}

@test "no wake-up is lost, with a death or two" {
	holds sleep -DDEATHS=1
	[[ "$output" != *"sleep.pml:"* ]]
	holds sleep -DDEATHS=2 -DN=2
}

@test "the checker finds what is left out of the pool's protocol" {
	bugs=$(bugs_of pool)
	[[ "$bugs" == *BUG_NO_INTENT* && "$bugs" == *BUG_READ_AFTER* && "$bugs" == *BUG_RESULTS_FIRST* &&
		"$bugs" == *BUG_BEGUN_AGAIN* && "$bugs" == *BUG_RESULT_LATE* ]]
	for bug in $bugs; do
		case $bug in
		BUG_ATTEMPTS_STAY) small=(-DN=2 -DDEATHS=2) ;;      # two items of a piece are begun
		BUG_MIXED_EARLY) small=(-DN=2 -DP=3 -DRETRIES=0) ;; # two items have one status, and the third another
		*) small=(-DRETRIES=0) ;;
		esac
		optimize=-O0 breaks pool "${small[@]}" "-D$bug"
	done
	# A ring of fewer entries than there are segments.
	optimize=-O0 breaks pool -DS=3
}

@test "the checker finds what is left out of sleeping and waking" {
	bugs=$(bugs_of sleep)
	[[ "$bugs" == *BUG_PARK_LOOKS_ONCE* && "$bugs" == *BUG_CALLER_LOOKS_ONCE* ]]
	for bug in $bugs; do
		optimize=-O0 breaks sleep "-D$bug"
	done
}
