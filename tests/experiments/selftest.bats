# selftest.bats: `pvq selftest` as a user meets it. PVQ is the binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
}

teardown() {
	rm -rf "$TMP"
}

@test "selftest: twins of strategies, as tables; existing files are not measured again" {
	run "$PVQ" selftest --blocks 2 --profile none --out "$TMP/st"
	[ "$status" -eq 1 ] # too few blocks for an experiment
	echo "$output" >"$TMP/out"
	grep -q '^Too little was measured' "$TMP/out"
	grep -q '^| 5 % | 0 | 0 | 0 | 0 | 0 |$' "$TMP/out"
	grep -q '^| 95 % intervals of figures that hold the true time | 93 to 97 % |' "$TMP/out"
	for twin in 0 1 2 5 10; do grep -q "^pool_ordered~$twin,spin,\"ns=1000000," "$TMP/st/selftest-twins.csv"; done
	# Without attempts to measure a mixed group again, in the column before the last.
	[ "$(awk -F, '/,ok,/ && $(NF - 1) == 0' "$TMP/st/selftest-twins.csv" | wc -l)" -eq 60 ]
	cp "$TMP/st/selftest-twins.csv" "$TMP/before"
	run "$PVQ" selftest --blocks 2 --profile none --out "$TMP/st"
	[[ $output == *"already exists"* ]]
	cmp "$TMP/before" "$TMP/st/selftest-twins.csv"
}

@test "selftest: usage errors are one line, and exit 2" {
	for wrong in "--blocks many" "--profile fastest" "--seed -1" "more"; do
		# shellcheck disable=SC2086 # words
		run "$PVQ" selftest $wrong --out "$TMP/st"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == pvq:* ]]
		[ ! -e "$TMP/st" ]
	done
}

@test "selftest: Ctrl-C keeps what ran and leaves nothing running" {
	env --default-signal=INT "$PVQ" selftest --blocks 500 --profile none --seed 987654 --out "$TMP/st" 2>"$TMP/err" >/dev/null &
	pid=$!
	until [ -s "$TMP/st/selftest-twins.csv" ]; do :; done
	kill -INT $pid
	rc=0
	wait $pid || rc=$?
	[ "$rc" -eq 1 ]
	grep -q 'interrupted; what ran is in' "$TMP/err"
	run pgrep -f "pvq trial .*--seed=987654 "
	[ "$status" -eq 1 ]
}
