# observe.bats: observed trials as a user meets them: `pvq run --observe` and `--timeline`, the part of a bench that
# observes, and the chapters that come of it. PVQ is the binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
}

teardown() {
	rm -rf "$TMP"
}

# A sweep of two blocks without extras; then trials of the same works are observed, as a bench would.
swept() {
	"$PVQ" bench --profile quick --blocks 2 --n 300 --tasks skew:ns=2000 --impls pool_ordered,pool_unordered \
		--cores 1 --workers 1 --out "$TMP/run" >/dev/null 2>&1
}

observed() {
	# The work as the sweep settled it: the same calibration.
	local args
	args=$(sed -n 's/^serial,skew,"\([^"]*\)".*/\1/p' "$TMP/run/raw.csv" | head -n 1)
	for impl in serial pool_ordered pool_unordered; do
		"$PVQ" run --impl $impl --task "skew:$args" --n 300 --cores 1 --workers 1 \
			--observe "$TMP/run/observed.csv" --timeline "$TMP/run/timeline-$impl-skew-ns-2000-alpha-1.5.csv" >"$TMP/out"
		grep -q "verified: equal to the oracle" "$TMP/out"
	done
}

@test "run --observe: rows are added, the header once; lanes x map is divided to the nanosecond" {
	for impl in serial pthread_queue pool_ordered; do
		"$PVQ" run --impl $impl --task skew:ns=1000,rate=1000 --n 200 --observe "$TMP/seen.csv"
	done
	[ "$(wc -l <"$TMP/seen.csv")" -eq 4 ]
	[[ $(head -n 1 "$TMP/seen.csv") == impl,task,args,n,workers,cores,block,lanes,map_ns,longest_ns,busy_ns,* ]]
	[ "$(tail -n +2 "$TMP/seen.csv" | cut -d, -f1 | tr '\n' ' ')" = "serial pthread_queue pool_ordered " ]
	# The arguments hold commas, in quotes: count from the end.
	tail -n +2 "$TMP/seen.csv" | awk -F, '{ if ($(NF-14) * $(NF-13) != $(NF-11) + $(NF-10) + $(NF-9) + $(NF-8) + $(NF-7)) exit 1 }'
}

@test "run --timeline: every item once, in the order of delivery" {
	"$PVQ" run --impl pool_ordered --task skew:ns=1000,rate=1000 --n 200 --workers 2 --timeline "$TMP/items.csv"
	[ "$(head -n 1 "$TMP/items.csv")" = item,worker,begin_ns,end_ns,delivered_ns ]
	[ "$(tail -n +2 "$TMP/items.csv" | cut -d, -f1)" = "$(seq 0 199)" ]
	tail -n +2 "$TMP/items.csv" | awk -F, '$2 > 1 || $3 > $4 || $4 > $5 { exit 1 }'
	"$PVQ" run --impl pthread_queue --task noop --n 50 --timeline "$TMP/items.csv" # a new file, not a longer one
	[ "$(tail -n +2 "$TMP/items.csv" | cut -d, -f1 | sort -n)" = "$(seq 0 49)" ]
}

@test "what cannot be observed, or not be kept, is a failure with its reason" {
	run "$PVQ" run --impl serial --task noop --n 1048577 --observe "$TMP/seen.csv"
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "pvq: unavailable: cannot be observed: it has more than 2^20 items" ]
	[ ! -e "$TMP/seen.csv" ]
	run "$PVQ" run --impl pool_ordered --task fault:kind=kill,at=3 --n 6 --workers 2 --observe "$TMP/seen.csv"
	[ "$status" -eq 1 ]
	[ ! -e "$TMP/seen.csv" ]
	for option in --observe --timeline; do
		run "$PVQ" run --impl serial --task noop --n 5 $option "$TMP/no/such/file"
		[ "$status" -eq 1 ]
		[ "${lines[-1]}" = "pvq: error: $TMP/no/such/file: No such file or directory" ]
		run "$PVQ" run --impl serial --task noop --n 5 $option /dev/full
		[ "$status" -eq 1 ]
		[ "${lines[-1]}" = "pvq: error: /dev/full: No space left on device" ]
		run "$PVQ" run --impl serial --task noop --n 5 $option ""
		[ "$status" -eq 2 ]
	done
}

@test "report: without observed trials the ideal is the work's alone" {
	swept
	grep -q '^## How far from the ideal?' "$TMP/run/report.md"
	grep -q 'No trial of this run was observed' "$TMP/run/report.md"
	grep -q 'the longest item was not measured. The ideal is ' "$TMP/run/report.md"
	grep -q '^## What keeping the order costs' "$TMP/run/report.md"
	[ "$(grep -c 'Most waiting' "$TMP/run/report.md")" -eq 0 ]
	[ "$(grep -c 'plots/order-' "$TMP/run/report.md")" -eq 0 ]
}

@test "report: with them the longest item, the stalls, and what waits for what" {
	swept
	observed
	"$PVQ" report "$TMP/run"
	grep -q 'the longest item takes [0-9]' "$TMP/run/report.md"
	grep -q '^| skew:ns=2000,alpha=1.5 | ordered | .* % | .* | [0-9]* |$' "$TMP/run/report.md"
	grep -q '^| skew:ns=2000,alpha=1.5 | unordered | .* % | .* | [0-9]* |$' "$TMP/run/report.md"
	if command -v gnuplot >/dev/null; then
		for name in bounds order-skew-ns-2000-alpha-1.5; do
			grep -q "(plots/$name.svg)" "$TMP/run/report.md"
			grep -q '</svg>' "$TMP/run/plots/$name.svg"
		done
	fi
}

@test "report: damaged observations are reported, and cost no more than themselves" {
	swept
	observed
	truncate -s -5 "$TMP/run/observed.csv"
	echo rubbish >"$TMP/run/timeline-pool_ordered-skew-ns-2000-alpha-1.5.csv"
	"$PVQ" report "$TMP/run" 2>"$TMP/err"
	[ "$(wc -l <"$TMP/err")" -eq 2 ]
	grep -q 'observed.csv: line 4: is cut off' "$TMP/err"
	grep -q "timeline-pool_ordered.*: line 1: no column 'item': not a timeline of pvq" "$TMP/err"
	grep -q 'the longest item takes [0-9]' "$TMP/run/report.md"
	[ "$(grep -c 'plots/order-' "$TMP/run/report.md")" -eq 0 ]
}

# The default profile's extras, but for those that need another program.
bench() {
	local tool
	mkdir -p "$TMP/bin"
	for tool in gnuplot sh rm; do
		if command -v $tool >/dev/null; then ln -sf "$(command -v $tool)" "$TMP/bin/$tool"; fi
	done
	cp "$PVQ" "$TMP/bin/pvq"
	PATH=$TMP/bin "$TMP/bin/pvq" bench "$@"
}

@test "bench observes: every strategy, serial too, and the skew task item by item; --resume does not repeat it" {
	bench --tasks skew:ns=2000,noop --n 200 --blocks 1 --cores 1 --impls pthread_queue,pool_ordered,pool_unordered \
		--out "$TMP/run" >"$TMP/out" 2>"$TMP/err"
	grep -q 'observing 8 trials, up to 3 times' "$TMP/err"
	[ "$(wc -l <"$TMP/run/observed.csv")" -eq 25 ] # 2 tasks x 4 strategies x 3 rounds
	[ -z "$(tail -n +2 "$TMP/run/observed.csv" | cut -d, -f1,2,7- | sort | uniq -d)" ]
	[ "$(tail -n +2 "$TMP/run/observed.csv" | head -n 4 | grep -c ',skew,')" -eq 4 ] # it comes first
	(cd "$TMP/run" && ls timeline-*) >"$TMP/timelines"
	printf 'timeline-%s-skew-ns-2000-alpha-1.5.csv\n' pool_ordered pool_unordered | cmp - "$TMP/timelines"
	[ ! -e "$TMP/run/timeline.part" ]
	grep -q '^observed_rounds	3$' "$TMP/run/manifest.tsv"
	grep -q 'Rounds of observed trials.*: 3$' "$TMP/run/report.md"
	cp "$TMP/run/observed.csv" "$TMP/before"
	bench --resume "$TMP/run" >"$TMP/out" 2>&1
	cmp "$TMP/before" "$TMP/run/observed.csv"
	# One that was cut off is begun again.
	sed -i '/^observed_rounds/d; /^facts/d' "$TMP/run/manifest.tsv"
	mv "$TMP/run/observed.csv" "$TMP/run/observed.csv.part"
	truncate -s -5 "$TMP/run/observed.csv.part"
	bench --resume "$TMP/run" >"$TMP/out" 2>&1
	[ "$(wc -l <"$TMP/run/observed.csv")" -eq 25 ]
}

@test "bench observes: what fails is logged and left out" {
	rc=0
	bench --tasks fault:kind=error --n 20 --blocks 1 --cores 1 --impls pool_ordered --out "$TMP/run" >"$TMP/out" 2>&1 || rc=$?
	[ "$rc" -eq 1 ]
	[ ! -e "$TMP/run/observed.csv" ]
	[ "$(grep -c '^not observed: .*, fault: error: 1 of 20 items failed' "$TMP/run/trials.log")" -eq 2 ]
}
