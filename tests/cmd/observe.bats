# observe.bats: observed trials as a user meets them: `pvq run --observe`, `--timeline` and `--trace`, the part of a bench
# that observes, and the chapters that come of it. PVQ is the binary (set by scripts/run-tests).

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
	tail -n +2 "$TMP/seen.csv" | awk -F, '{ if ($(NF-16) * $(NF-15) != $(NF-13) + $(NF-12) + $(NF-11) + $(NF-10) + $(NF-9)) exit 1 }'
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
	grep -q '^## Where the time goes' "$TMP/run/report.md"
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

@test "report: a timeline per worker: siblings first, in the picture, and item by item in the page" {
	swept
	observed
	command -v gnuplot >/dev/null || skip "no gnuplot"
	[ -x /usr/bin/python3 ] || skip "no python3"
	"$PVQ" report "$TMP/run"
	grep -q '^## A timeline per worker$' "$TMP/run/report.md"
	grep -q '(plots/timeline-skew-ns-2000-alpha-1.5.svg)' "$TMP/run/report.md"
	[ "$(grep -oE '>(caller|worker 0|pool_ordered|pool_unordered|serial)<' "$TMP/run/plots/timeline-skew-ns-2000-alpha-1.5.svg" | sort | uniq -c | tr -s ' \n' ' ')" = \
		" 3 >caller< 1 >pool_ordered< 1 >pool_unordered< 1 >serial< 3 >worker 0< " ]
	/usr/bin/python3 - "$TMP/run" <<-'END'
		import csv, json, re, sys
		page = open(sys.argv[1] + "/report.html").read()
		(data,) = re.findall(r'<script type="application/json" class="timeline">(.*?)</script>', page, re.S)
		data = json.loads(data)
		assert [trial["name"] for trial in data["trials"]] == ["pool_ordered", "pool_unordered", "serial"]
		assert data["end"] == data["limit"] == max(trial["map"] for trial in data["trials"])
		for trial in data["trials"]:
		    with open(f"{sys.argv[1]}/timeline-{trial['name']}-skew-ns-2000-alpha-1.5.csv") as file:
		        kept = [[int(text) for text in row.values()] for row in csv.DictReader(file)]
		    items = [trial["items"][i:i + 5] for i in range(0, len(trial["items"]), 5)]
		    assert [[item, worker, begin, begin + took, begin + took + waited] for item, worker, begin, took, waited in items] == kept
		assert page.count("script.timeline") == 1
	END
}

@test "report: without timelines there is no chapter of them, and no script" {
	swept
	[ "$(grep -c 'A timeline per worker' "$TMP/run/report.md")" -eq 0 ]
	[ "$(grep -c 'script.timeline' "$TMP/run/report.html")" -eq 0 ]
}

@test "report: a timeline of another trial is reported and left out" {
	swept
	observed
	command -v gnuplot >/dev/null || skip "no gnuplot"
	sed -i '$s/[0-9]*$/99999999999999/' "$TMP/run/timeline-pool_ordered-skew-ns-2000-alpha-1.5.csv"
	"$PVQ" report "$TMP/run" 2>"$TMP/err"
	[ "$(cat "$TMP/err")" = "pvq: $TMP/run/timeline-pool_ordered-skew-ns-2000-alpha-1.5.csv: does not fit to its row of observed.csv" ]
	[ "$(grep -c '>pool_ordered<' "$TMP/run/plots/timeline-skew-ns-2000-alpha-1.5.svg")" -eq 0 ]
	grep -q '>pool_unordered<' "$TMP/run/plots/timeline-skew-ns-2000-alpha-1.5.svg"
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
	grep -q '^Trust: .*; 1 row could not be read' "$TMP/run/report.md"
	grep -q '^\*\*1 row of the experiments could not be read' "$TMP/run/report.md"
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
	grep -q 'observing 8 trials, at most 3 times' "$TMP/err"
	[ "$(wc -l <"$TMP/run/observed.csv")" -eq 25 ] # 2 tasks x 4 strategies x 3 rounds
	[ -z "$(tail -n +2 "$TMP/run/observed.csv" | cut -d, -f1,2,7- | sort | uniq -d)" ]
	[ "$(tail -n +2 "$TMP/run/observed.csv" | head -n 4 | grep -c ',skew,')" -eq 4 ] # it comes first
	(cd "$TMP/run" && ls timeline-*) >"$TMP/timelines"
	printf 'timeline-%s-skew-ns-2000-alpha-1.5.csv\n' pool_ordered pool_unordered pthread_queue serial | cmp - "$TMP/timelines"
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

# Prints what a trace holds, a line a track; fails where it breaks a rule of the format.
trace() {
	[ -x /usr/bin/python3 ] || skip "no python3"
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../support/check_trace.py" "$1"
}

@test "run --trace: a process for each strategy, with a track for the caller and each worker" {
	"$PVQ" run -i serial,pool_ordered,pthread_queue -t skew:ns=1000,rate=1000 -n 100 -w 2 --trace "$TMP/trace.json" >"$TMP/out"
	trace "$TMP/trace.json" >"$TMP/tracks"
	[ "$(cut -f 1,2 "$TMP/tracks")" = "$(printf '%s, skew:ns=1000,alpha=1.5, n 100, %s\t%s\n' \
		serial "1 worker" caller serial "1 worker" "worker 0" \
		pool_ordered "2 workers" caller pool_ordered "2 workers" "worker 0" pool_ordered "2 workers" "worker 1" \
		pthread_queue "2 workers" caller pthread_queue "2 workers" "worker 0" pthread_queue "2 workers" "worker 1")" ]
	[ "$(grep -c '	caller	.*map=1 result=100 start=1 stop=1$' "$TMP/tracks")" -eq 3 ]
	# Each strategy runs each item once, on whichever worker, and a worker is between two items once less.
	sed -E 's/,.*\t.*\t(.*)/ \1/' "$TMP/tracks" | awk '{ for (i = 2; i <= NF; i++) if (split($i, part, "=") == 2) sum[$1 " " part[1]] += part[2] }
		END { exit !(sum["serial item"] == 100 && sum["pool_ordered item"] == 100 && sum["pthread_queue item"] == 100 && sum["serial dispatch"] == 99) }'
}

@test "run --trace: the items lie in TMPDIR for a while, and nothing stays there" {
	mkdir "$TMP/for-a-while"
	TMPDIR=$TMP/for-a-while "$PVQ" run -i serial -t noop -n 20 --trace "$TMP/trace.json" >"$TMP/out"
	[ -s "$TMP/trace.json" ]
	[ -z "$(ls -A "$TMP/for-a-while")" ]
	TMPDIR=$TMP/none run "$PVQ" run -i serial -t noop -n 20 --trace "$TMP/no.json"
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: cannot make a folder for the items: No such file"* ]]
	[ ! -e "$TMP/no.json" ]
}

@test "the rules of a trace: what overlaps, goes back in time or has no name is refused" {
	"$PVQ" run -i pool_ordered -t noop -n 20 --trace "$TMP/trace.json" >"$TMP/out"
	trace "$TMP/trace.json" >/dev/null
	# shellcheck disable=SC2016 # $ is an address of sed
	for edit in '/"name":"map"/s/"dur":[0-9.]*/"dur":0.001/' '/"name":"map"/s/"ts":/"ts":-/' '/thread_name/d' '/process_name/d' \
		's/"pid":1/"pid":"1"/' 's/"ph":"X"/"ph":"B"/' '$d'; do
		sed "$edit" "$TMP/trace.json" >"$TMP/bad.json"
		run trace "$TMP/bad.json"
		[ "$status" -eq 1 ]
	done
}

@test "run --trace: what cannot be traced or written is a failure; a file for the items beside it is refused" {
	run "$PVQ" run -i serial -t noop -n 1048577 --trace "$TMP/trace.json"
	[ "$status" -eq 1 ]
	[ ! -e "$TMP/trace.json" ]
	for file in "$TMP/no/such/file" /dev/full; do
		run "$PVQ" run -i serial -t noop -n 5000 --trace "$file"
		[ "$status" -eq 1 ]
		[[ $output == *"pvq: cannot write $file: No "* ]]
	done
	run "$PVQ" run -i serial -t noop -n 5 --trace "$TMP/trace.json" --timeline "$TMP/items.csv"
	[ "$status" -eq 2 ]
}

@test "bench --trace: the trials of one task, even if the profile observes none; --resume writes them again" {
	"$PVQ" bench --profile quick --blocks 1 --n 40 --tasks noop,skew:ns=2000 --impls pool_ordered,pool_unordered \
		--trace "$TMP/trace.json" --out "$TMP/run" >"$TMP/out" 2>&1
	grep -q "^Trace: $TMP/trace.json$" "$TMP/out"
	trace "$TMP/trace.json" >"$TMP/tracks"
	[ "$(cut -d, -f 1,2 "$TMP/tracks" | uniq)" = "$(printf '%s, skew:ns=2000\n' serial pool_ordered pool_unordered)" ]
	[ "$(grep -c '	caller	' "$TMP/tracks")" -eq 3 ]
	"$PVQ" bench --resume "$TMP/run" --trace "$TMP/again.json" >"$TMP/out" 2>&1
	cmp "$TMP/trace.json" "$TMP/again.json"
}

@test "bench --trace: without the uneven task it is the first one; a wrong path costs no run" {
	"$PVQ" bench --profile quick --blocks 1 --n 40 --tasks noop,echo --impls pool_ordered --only-sweep \
		--trace "$TMP/trace.json" --out "$TMP/run" >"$TMP/out" 2>&1
	trace "$TMP/trace.json" >"$TMP/tracks"
	[ "$(cut -d, -f 1,2 "$TMP/tracks" | uniq)" = "$(printf '%s, noop\n' serial pool_ordered)" ]
	run "$PVQ" bench --profile quick --trace "$TMP/no/such/file" --out "$TMP/none"
	[ "$status" -eq 2 ]
	[ ! -e "$TMP/none" ]
}

@test "the page's timeline: zoom, pan, marks of the axis, lanes" {
	local script=$BATS_TEST_DIRNAME/../../benches/experiments/ordering/timeline.js
	[ "$(wc -l <"$script")" -lt 140 ]
	[ "$(grep -cE 'https?:|import |fetch\(|XMLHttpRequest' "$script")" -eq 0 ]
	command -v node >/dev/null || skip "no node"
	node "$BATS_TEST_DIRNAME/../experiments/timeline_logic.js"
}
