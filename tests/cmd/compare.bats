# compare.bats: before and after on the command line, as a CI job would use it. PVQ is the binary (set by
# scripts/run-tests). Times are made up where it matters what comes out.

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
}

teardown() {
	rm -rf "$TMP"
}

# A usage error: exit 2, nothing on stdout, one line on stderr that holds each of the words.
refused() {
	local words=$1 out err rc=0
	shift
	out=$("$@" 2>"$TMP/err") || rc=$?
	err=$(cat "$TMP/err")
	[ "$rc" -eq 2 ] || { echo "exit $rc: $err"; return 1; }
	[ -z "$out" ]
	[ "$(wc -l <"$TMP/err")" -eq 1 ] || { echo "not one line: $err"; return 1; }
	[[ $err == pvq:* ]]
	for word in $words; do
		[[ $err == *$word* ]] || { echo "no '$word' in: $err"; return 1; }
	done
}

# A run's folder: two strategies on noop, ten blocks. $2: microseconds that pool_ordered takes; $3: its status.
made_up() {
	mkdir -p "$TMP/$1"
	{
		echo "impl,task,args,n,workers,cores,chunk,window,order,in_via,out_via,block,status,verified,start_ns,first_ns,map_ns,stop_ns,total_ns,user_ns,sys_ns,max_rss_kb,nvcsw,nivcsw"
		for block in 0 1 2 3 4 5 6 7 8 9; do
			for impl in serial pool_ordered; do
				map=20000
				if [ $impl = pool_ordered ]; then map=$2; fi
				map=$((map * 1000 + block % 3 * 10000 + ${4:-0}))
				state=ok
				if [ $impl = pool_ordered ]; then state=${3:-ok}; fi
				echo "$impl,noop,,1000,2,2,1,8,ordered,shm,shm,$block,$state,oracle,0,0,$map,0,$map,0,0,0,0,0"
			done
		done
	} >"$TMP/$1/raw.csv"
	printf 'host_cpu_model\t%s\nprofile\tquick\n' "${5:-X}" >"$TMP/$1/manifest.tsv"
}

@test "compare: a table, and exit 0 whatever it says" {
	made_up a 10000
	made_up b 13000
	run "$PVQ" compare "$TMP/a" "$TMP/b"
	[ "$status" -eq 0 ]
	[[ $output == *"pool_ordered "*"1.30 (1.30–1.30)"*slower* ]]
	[[ $output == *"serial "*equivalent* ]]
	[[ $output == *"1 slower, 0 faster, 1 equivalent, 0 inconclusive"* ]]
}

@test "compare --fail-above: 1 if a cell became slower by more than that, else 0" {
	made_up a 10000
	made_up b 13000
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: slower: noop/pool_ordered/workers:2/cores:2"* ]]
	run "$PVQ" compare --fail-above 29 "$TMP/a" "$TMP/b"
	[ "$status" -eq 1 ]
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 31%
	[ "$status" -eq 0 ]
	run "$PVQ" compare "$TMP/b" "$TMP/a" --fail-above 5%
	[ "$status" -eq 0 ]
	run "$PVQ" compare "$TMP/a" "$TMP/a" --fail-above 0
	[ "$status" -eq 0 ]
	[[ $output == *"the same folder"* ]]
}

@test "compare --fail-above: a cell that ran before and fails now counts" {
	made_up a 10000
	made_up b 10000 crashed
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 50%
	[ "$status" -eq 1 ]
	[[ $output == *"broken: noop/pool_ordered"* ]]
	run "$PVQ" compare "$TMP/a" "$TMP/b"
	[ "$status" -eq 0 ]
}

@test "compare: three runs a side" {
	made_up a1 10000 ok 0
	made_up a2 10500 ok 100000
	made_up a3 9800 ok 200000
	made_up b1 14000 ok 50000
	made_up b2 13500 ok 150000
	made_up b3 13900 ok 250000
	run "$PVQ" compare "$TMP/a1,$TMP/a2,$TMP/a3" "$TMP/b1,$TMP/b2,$TMP/b3" --fail-above 5%
	[ "$status" -eq 1 ]
	[[ $output == *"permutation of the 6 runs"* ]]
	run "$PVQ" compare "$TMP/a1,$TMP/b2,$TMP/a3" "$TMP/b1,$TMP/a2,$TMP/b3" --fail-above 5%
	[ "$status" -eq 0 ]
	refused "3 8" "$PVQ" compare "$TMP/a1,$TMP/a2" "$TMP/b1,$TMP/b2"
	refused "same folder twice" "$PVQ" compare "$TMP/a1,$TMP/a2,$TMP/a3" "$TMP/b1,$TMP/b2,$TMP/a1"
}

@test "compare: other machines and versions are told on stderr" {
	made_up a 10000
	made_up b 10000 ok 0 Y
	"$PVQ" compare "$TMP/a" "$TMP/b" >/dev/null 2>"$TMP/err"
	[ "$(cat "$TMP/err")" = "pvq: warning: host_cpu_model differs: 'X' in $TMP/a, 'Y' in $TMP/b" ]
}

@test "compare --out: the table, the figures and the picture" {
	made_up a 10000
	made_up b 13000
	"$PVQ" compare "$TMP/a" "$TMP/b" --metric total --out "$TMP/out" >/dev/null
	grep -q '^"noop/pool_ordered/workers:2/cores:2",.*,slower,$' "$TMP/out/compare.csv"
	grep -q '^| noop | pool_ordered | 2 on 2 | 1.30 ' "$TMP/out/compare.md"
	grep -q 'plots/compare.svg' "$TMP/out/compare.md"
	grep -q '</svg>' "$TMP/out/plots/compare.svg"
	[ -s "$TMP/out/plots/compare.png" ]
	[ ! -e "$TMP/out/plots/gnuplot-1.log" ]
}

@test "compare: impossible requests are refused in one line" {
	made_up a 10000
	mkdir "$TMP/empty"
	refused "two folders" "$PVQ" compare "$TMP/a"
	refused "raw.csv No such file" "$PVQ" compare "$TMP/a" "$TMP/nowhere"
	refused "raw.csv No such file" "$PVQ" compare "$TMP/empty" "$TMP/a"
	refused "--fail-above per cent" "$PVQ" compare "$TMP/a" "$TMP/a" --fail-above much
	refused "--metric map total" "$PVQ" compare "$TMP/a" "$TMP/a" --metric speed
	sed 's/,noop,/,sleep,/' "$TMP/a/raw.csv" >"$TMP/empty/raw.csv"
	refused "in common" "$PVQ" compare "$TMP/a" "$TMP/empty"
	run "$PVQ" compare "$TMP/a" "$TMP/a" --out "$TMP/a/raw.csv/x"
	[ "$status" -eq 2 ]
}

@test "bench --like: the same work again, and the two compare" {
	"$PVQ" bench --profile quick --blocks 2 --tasks spin:ns=100,skew:ns=100 --impls pool_ordered --cores 1 \
		--n 500 --seed 3 --out "$TMP/a"
	"$PVQ" bench --like "$TMP/a" --out "$TMP/b"
	cmp "$TMP/a/plan.csv" "$TMP/b/plan.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b"
	[ "$status" -eq 0 ]
	[[ $output != *"other work"* ]]
	[[ $output != *" not in "* ]]
	refused "--like leave the other options out" "$PVQ" bench --like "$TMP/a" --n 5 --out "$TMP/c"
	refused "no run to measure again" "$PVQ" bench --like "$TMP" --out "$TMP/c"
	[ ! -e "$TMP/c" ]
	# Another seed draws other items of a skewed load: not the same work, and no ground to fail a job.
	"$PVQ" bench --profile quick --blocks 2 --tasks skew:ns=100 --impls pool_ordered --cores 1 --n 500 \
		--seed 4 --out "$TMP/d"
	run "$PVQ" compare "$TMP/a" "$TMP/d"
	[[ $output == *"other work"* ]]
	run "$PVQ" compare "$TMP/a" "$TMP/d" --fail-above 5%
	[ "$status" -eq 3 ]
	[[ $output == *"--fail-above can neither pass nor fail: 0 of 6 cells"*"bench --like $TMP/a"* ]]
}

@test "compare --fail-above: 3 if it judged nothing, or less than half; a regression is 1 all the same" {
	made_up a 10000
	made_up b 10000
	sed -i 's/,noop,,1000,/,noop,,20,/' "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 3 ]
	[[ $output == *"- not comparable: noop: n 1000 against 20"* ]]
	[[ $output == *"neither pass nor fail: 0 of 2 cells were judged"* ]]
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5% --out "$TMP/out"
	[ "$status" -eq 3 ]
	grep -q ',not comparable,$' "$TMP/out/compare.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b"
	[ "$status" -eq 0 ]
	# Three cells before, and one of them after.
	sed -n 's/serial,noop/serial,echo/p; s/pool_ordered,noop/serial,sleep/p' "$TMP/a/raw.csv" >"$TMP/more"
	cat "$TMP/more" >>"$TMP/a/raw.csv"
	made_up b 10000
	sed -i /serial/d "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 3 ]
	[[ $output == *"1 of 4 cells were judged, the others are missing or did other work"* ]]
	made_up b 20000
	sed -i /serial/d "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 1 ]
	# Nothing in common.
	sed -i 's/noop/stream/' "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 3 ]
	[[ $output == *"no cell in common"* ]]
}

@test "compare: a row that cannot be read is skipped and told, and no gate passes" {
	made_up a 10000
	made_up b 20000
	sed -i '20s/,ok,/,okk,/' "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 1 ]
	[[ $output == *"b/raw.csv: line 20: 'okk' is no status; 1 row could not be read, 19 were"* ]]
	[[ $output == *"- 1 row of $TMP/b/raw.csv could not be read"* ]]
	# Most rows are gone: what is left has too few blocks to fail.
	made_up b 20000
	sed -i '8,20s/,ok,/,okk,/' "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 3 ]
	[[ $output == *"neither pass nor fail: 13 rows could not be read"* ]]
	run "$PVQ" compare "$TMP/a" "$TMP/b"
	[ "$status" -eq 0 ]
	# No regression among those that can be read.
	made_up b 10000
	sed -i '20s/,ok,/,okk,/' "$TMP/b/raw.csv"
	run "$PVQ" compare "$TMP/a" "$TMP/b" --fail-above 5%
	[ "$status" -eq 3 ]
	[[ $output == *"neither pass nor fail: 1 row could not be read"* ]]
	# Nor on the before side.
	run "$PVQ" compare "$TMP/b" "$TMP/a" --fail-above 5%
	[ "$status" -eq 3 ]
}

@test "benchmark.json: Google Benchmark's own compare.py reads our runs and tests them" {
	tool=/usr/share/benchmark/compare.py
	[ -e "$tool" ] || skip "libbenchmark-tools is not installed"
	/usr/bin/python3 -c 'import scipy' 2>/dev/null || skip "python3-scipy is not installed"
	made_up a 10000
	made_up b 13000
	"$PVQ" report "$TMP/a" >/dev/null
	"$PVQ" report "$TMP/b" >/dev/null
	run /usr/bin/python3 "$tool" --no-color benchmarks "$TMP/a/benchmark.json" "$TMP/b/benchmark.json"
	[ "$status" -eq 0 ]
	grep -q 'pool_ordered/workers:2/cores:2_pvalue .* 0.000.*U Test, Repetitions: 10 vs 10$' <<<"$output"
	grep -q 'pool_ordered/workers:2/cores:2_median .*+0.29' <<<"$output"
	run /usr/bin/python3 "$tool" -a benchmarks "$TMP/a/benchmark.json" "$TMP/b/benchmark.json"
	[ "$status" -eq 0 ]
}
