#!/usr/bin/env bats
# relacy.bats: a sample of `make proofs`: the pool's own lines under relacy's model of memory, and that the checks can fail.

setup() {
	program=${PVQ%/*}/relacy/pool
	# A sanitizer knows nothing of relacy's threads.
	[[ "$PVQ" != */san-* ]] || skip "as in the build without a sanitizer"
	[ -x "$program" ] || skip "relacy is not installed: scripts/bootstrap test"
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# rows NAME: the cells of that table of impls/PROOFS.md, without its head, separated by '|'.
rows() {
	sed -n "/^<!-- $1 -->\$/,/^<!-- \/$1 -->\$/{/^| [a-z]/p}" impls/PROOFS.md | sed 's/ | /|/g; s/^| //; s/ |$//'
}

@test "under a weak memory, the pool loses nothing, does nothing twice and sleeps through nothing" {
	"$program" --list >"$BATS_TEST_TMPDIR/checks"
	while IFS=$'\t' read -r check how _; do
		# That of two preemptions takes ten seconds.
		if [[ $how == *"up to 2"* ]]; then continue; fi
		run "$program" "$check" --runs 2000
		echo "$check: $output"
		[ "$status" -eq 0 ]
		[[ "$output" == "passed "* ]]
	done <"$BATS_TEST_TMPDIR/checks"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/checks")" -eq "$(rows checks | wc -l)" ]
}

@test "each ordering of the pool is needed: weakened, it breaks what impls/PROOFS.md says" {
	rows orderings >"$BATS_TEST_TMPDIR/orderings"
	while IFS='|' read -r id _ _ weaker breaks check; do
		run "$program" "$check" --weaken "$id" --to "$weaker"
		echo "$id $weaker $check: $output"
		[ "$status" -eq 1 ]
		[[ "$output" == "failed "*": $breaks" ]]
	done <"$BATS_TEST_TMPDIR/orderings"
}

@test "impls/PROOFS.md names every ordering of the pool that is not relaxed" {
	diff <(scripts/pool-orderings --list | sed -E 's/\t/, /; s/\t/|/g') \
		<(rows orderings | awk -F'|' '{ print $2 "|" $1 "|" $3 "|" $4 }')
}

@test "an ordering that nobody has named is refused" {
	# A fence for signals orders nothing between processes.
	run grep -nE 'atomic_(load|store|exchange|fetch_[a-z]+|compare_exchange_(weak|strong)|thread_fence)\(|memory_order_[^r]|memory_order_rel[^a]' \
		<(cat impls/pool.c impls/pool_*.c impls/pool_shared.h | grep -v atomic_signal_fence)
	echo "$output"
	[ "$status" -eq 1 ]
}
