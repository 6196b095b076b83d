# ask.bats: `pvq ask`: what it predicts, how sure it says it is, and what it refuses. PVQ is the binary (set by
# scripts/run-tests). Times mean nothing here: the prices come from one trial of each cell.

setup_file() {
	export PVQ=${PVQ:-$PWD/build/pvq} RUN=$BATS_FILE_TMPDIR/run
	export PVQ_PEERS=$BATS_FILE_TMPDIR # no peers
	mkdir "$RUN"
	local cores=1
	[ "$(nproc)" -lt 2 ] || cores=2
	export CORES=$cores
	for task in noop:3000 spin:ns=1000:3000 spin:ns=100000:100 echo:in=4096,out=4096:300; do
		for k in $(seq "$cores"); do
			"$PVQ" run -i serial,pool_ordered,pthread_queue -t "${task%:*}" -n "${task##*:}" --cores "$k" -w "$k" --raw "$RUN/raw.csv" >/dev/null
		done
	done
}

setup() {
	TMP=$BATS_TEST_TMPDIR
}

# A usage error: exit 2, nothing on stdout, one line on stderr that holds each of the words.
refused() {
	local words=$1 rc=0
	shift
	"$PVQ" ask "$@" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 2 ] || { echo "exit $rc: $(cat "$TMP/err")"; return 1; }
	[ ! -s "$TMP/out" ]
	[ "$(wc -l <"$TMP/err")" -eq 1 ] || { echo "not one line: $(cat "$TMP/err")"; return 1; }
	for word in $words; do
		grep -q -e "$word" "$TMP/err" || { echo "no '$word' in: $(cat "$TMP/err")"; return 1; }
	done
}

# The value of a Python expression in the JSON `d` on stdin.
json() {
	/usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

@test "ask: an answer of at most 15 lines: what to take, how long, what limits it, how sure" {
	"$PVQ" ask --item 50us --payload 1K --n 1e6 --cores 64 --run "$RUN" >"$TMP/out"
	[ "$(wc -l <"$TMP/out")" -le 15 ]
	for line in Take 'Wall time' Speed-up Limit Runner-up 'A crash' 'How sure' 'Prices from'; do
		grep -q "^$line  *[^ ]" "$TMP/out"
	done
	grep -q '^How sure .*projected: ' "$TMP/out"
	grep -q 'interval .* to ' "$TMP/out"
}

@test "ask: a cell of the run is measured, another job interpolated, more cores projected" {
	[ -x /usr/bin/python3 ] || skip "no python3"
	# At the number of workers that the model takes. Serial has one only.
	"$PVQ" ask --task spin:ns=1000 --n 3000 --cores "$CORES" --run "$RUN" --json >"$TMP/same"
	[ "$(json '[(o["certainty"], o["why"].split(",")[0]) for o in d["offers"] if o["strategy"] == "serial"]' <"$TMP/same")" \
		= "[('measured', 'the median of 1 trial of this cell')]" ]
	[ "$(json 'd["offers"] == sorted(d["offers"], key=lambda o: o["total_ns"])' <"$TMP/same")" = True ]
	# The task does not say how many bytes its items have, so that is unknown.
	[ "$(json 'd["in"], d["out"], d["run"] is not None' <"$TMP/same")" = "(None, None, True)" ]
	"$PVQ" ask --task spin:ns=1000 --n 3001 --cores "$CORES" --run "$RUN" --json >"$TMP/same"
	[ "$(json 'any(o["certainty"] == "measured" for o in d["offers"])' <"$TMP/same")" = False ]
	"$PVQ" ask --item 20us --n 12345 --cores "$CORES" --run "$RUN" --json >"$TMP/other"
	[ "$(json 'set(o["certainty"] for o in d["offers"])' <"$TMP/other")" = "{'interpolated'}" ]
	"$PVQ" ask --item 20us --n 12345 --cores 4096 --run "$RUN" --json >"$TMP/more"
	[ "$(json 'set(o["certainty"] for o in d["offers"] if o["strategy"] != "serial")' <"$TMP/more")" = "{'projected'}" ]
	[ "$(json 'all("cores" in o["why"] for o in d["offers"] if o["strategy"] != "serial")' <"$TMP/more")" = True ]
}

@test "ask --json: the job, every strategy with its interval and terms, the fastest first; unknown is null" {
	[ -x /usr/bin/python3 ] || skip "no python3"
	"$PVQ" ask --item 1ms --wait 80% --payload 4K --n 5000 --cores 8 --run "$RUN" --json >"$TMP/out"
	[ "$(json 'd["n"], d["cores"], d["in"], d["out"], d["longest_ns"], d["task"]' <"$TMP/out")" = "(5000.0, 8, 4096.0, 4096.0, None, None)" ]
	[ "$(json 'round(d["wait_ns"]), round(d["compute_ns"])' <"$TMP/out")" = "(800000, 200000)" ]
	[ "$(json 'sorted(o["strategy"] for o in d["offers"])' <"$TMP/out")" = "['pool_ordered', 'pthread_queue', 'serial']" ]
	[ "$(json 'd["offers"] == sorted(d["offers"], key=lambda o: o["total_ns"])' <"$TMP/out")" = True ]
	[ "$(json 'all(o["total_ns_lo"] <= o["total_ns"] <= o["total_ns_hi"] for o in d["offers"])' <"$TMP/out")" = True ]
	[ "$(json 'all(o["chunk"] is None and o["predicted"]["map_ns"] > 0 for o in d["offers"])' <"$TMP/out")" = True ]
	[ "$(json 'd["offers"][0]["workers"] > 8' <"$TMP/out")" = True ]
	"$PVQ" ask --item 1ms --skew 1.5 --n 5000 --run "$RUN" --json >"$TMP/out"
	[ "$(json 'd["longest_ns"] > 1e6' <"$TMP/out")" = True ]
}

@test "ask --ordered, --survive crash: only strategies that do" {
	"$PVQ" ask --item 50us --n 1e5 --ordered --survive crash --run "$RUN" >"$TMP/out"
	grep -q '^Take  *pool_ordered ' "$TMP/out"
	grep -q '^A crash  *survived' "$TMP/out"
	if grep -q '^Runner-up' "$TMP/out"; then return 1; fi
	grep -v ^pool_ordered "$RUN/raw.csv" >"$TMP/raw.csv"
	refused "strategy --survive" --item 50us --n 1e5 --survive crash --run "$TMP"
}

@test "ask --explain: the terms, and a price of every kind for every strategy" {
	"$PVQ" ask --item 50us --n 1e5 --survive crash --run "$RUN" --explain >"$TMP/out"
	grep -q 'start + stop' "$TMP/out"
	grep -qE '^  from [1-9][0-9]* workers on (the caller|the line by which they claim items) is busy' "$TMP/out"
	[ "$(sed -n '/^price/,$p' "$TMP/out" | wc -l)" -eq 15 ]
	grep -q '^price .*pool_ordered .*pthread_queue' "$TMP/out"
}

# How many strategies a pilot prices in its time depends on how busy the machine is.
@test "ask: without a run, a pilot; --verify measures what was predicted" {
	"$PVQ" ask --item 5us --n 2000 --verify >"$TMP/out"
	grep -q '^Prices from  *a pilot on this machine' "$TMP/out"
	grep -q '^Verified with 2000 items' "$TMP/out"
	[ "$(grep -c '^  .*: predicted .* measured .*: off by [+-]' "$TMP/out")" -ge 1 ]
}

@test "ask --task: commands run only if they may be repeated, and then as often as said" {
	seq 3 >"$TMP/items"
	refused "3 --repeat-ok" --task "cmd:run='echo x >>$TMP/ran',items=$TMP/items,shell=1" --run "$RUN"
	[ ! -e "$TMP/ran" ]
	"$PVQ" ask --task "cmd:run='echo x >>$TMP/ran',items=$TMP/items,shell=1" --run "$RUN" --repeat-ok >"$TMP/out"
	[ "$(wc -l <"$TMP/ran")" -eq 3 ]
	grep -q '^3 items of cmd:' "$TMP/out"
	run "$PVQ" ask --task "cmd:run='exit 3',items=$TMP/items,shell=1" --run "$RUN" --repeat-ok
	[ "$status" -eq 1 ]
	[[ $output == *"pilot on cmd failed"* ]]
}

@test "ask --task: the pilot's items lie in TMPDIR for a while, and nothing stays there" {
	mkdir "$TMP/for-a-while"
	TMPDIR=$TMP/for-a-while "$PVQ" ask --task skew:ns=1000 --n 100 --run "$RUN" >"$TMP/out"
	[ -z "$(ls -A "$TMP/for-a-while")" ]
	TMPDIR=$TMP/none run "$PVQ" ask --task skew:ns=1000 --n 100 --run "$RUN"
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: cannot make a folder for the pilot: No such file"* ]]
}

@test "ask --check: how far off predictions are on the cells that do not calibrate" {
	with_a_cell_to_predict
	"$PVQ" ask --check "$TMP/run" >"$TMP/out"
	grep -q '^Calibrated on .* held out 1\.$' "$TMP/out"
	grep -q '^map time  *1 cells, |error| median' "$TMP/out"
	"$PVQ" ask --check "$RUN" >"$TMP/out"
	grep -q '^map time  *no cells$' "$TMP/out"
	[ "$CORES" -gt 1 ] || skip "one CPU"
	# Cells on two cores are then projections: those that the machine's state leaves.
	"$PVQ" ask --check "$RUN" --cores 1 >"$TMP/out"
	grep -q '^Calibrated on 8 cells .* held out [1-9]' "$TMP/out"
}

# Makes $TMP/run: the run, and a cell that does not calibrate.
with_a_cell_to_predict() {
	"$PVQ" run -i serial,pool_ordered -t mandelbrot:width=64 -n 64 --cores 1 -w 1 --raw "$TMP/more.csv" >/dev/null
	mkdir "$TMP/run"
	{ cat "$RUN/raw.csv"; tail -n +2 "$TMP/more.csv"; } >"$TMP/run/raw.csv"
}

# A price list with what pools need.
price_list() {
	local line
	printf '{"context": {"library_build_type": "release", "pvq_list": "short"}, "benchmarks": ['
	for line in queue/pool_map/workers:1=15 queue/pool_life/workers:1=1500000 queue/pool_life/workers:2=2000000 \
		cacheline/round_trip/cores:2=100 ring/item=5 memcpy/copy/bytes:262144=5243 memory/read/cores:1=10000 memory/copy_other=4096; do
		printf '{"run_name": "%s/real_time", "run_type": "iteration", "real_time": %s, "time_unit": "ns"},' "${line%=*}" "${line#*=}"
	done
	printf '{"run_name": "page/unmap/iterations:4096/manual_time", "run_type": "iteration", "real_time": 700, "time_unit": "ns"}]}\n'
}

# Makes $TMP/run: a price list, and no cell that calibrates.
prices_alone() {
	mkdir "$TMP/run"
	"$PVQ" run -i serial -t mandelbrot:width=64 -n 8 --raw "$TMP/run/raw.csv" >/dev/null
	price_list >"$TMP/run/micro.json"
}

@test "ask: the answer says which grade it is of; prices alone need a price list and no cell" {
	"$PVQ" ask --item 50us --n 1e5 --run "$RUN" >"$TMP/out"
	grep -q '^Grade  *calibrated: ' "$TMP/out"
	refused "$RUN micro.json" --item 50us --n 1e5 --run "$RUN" --grade prices
	prices_alone
	refused "calibrate --grade" --item 50us --n 1e5 --run "$TMP/run"
	"$PVQ" ask --item 50us --n 1e5 --cores 1 --survive crash --run "$TMP/run" --grade prices --explain >"$TMP/out"
	grep -q '^Grade  *prices: ' "$TMP/out"
	grep -q '^How sure .*interpolated: from prices alone' "$TMP/out"
	grep -qE '^first touch of a page +ns( +3000){4}$' "$TMP/out" # not in the list: the guess
	grep -qE '^giving a page back +ns +500 +700 +700 +500$' "$TMP/out"
	refused "--grade" --item 50us --n 1e5 --grade good
}

@test "ask: where memory is busy all the time, the answer names it" {
	prices_alone
	"$PVQ" ask --item 100us --reads 256K --n 1e5 --cores 8 --run "$TMP/run" --grade prices --explain >"$TMP/out"
	grep -q '^Limit  *the bandwidth of memory' "$TMP/out"
	grep -q '^  memory: .* 40.0 µs at least$' "$TMP/out"
	"$PVQ" ask --item 100us --n 1e5 --cores 8 --run "$TMP/run" --grade prices >"$TMP/out"
	grep -q "^Limit  *the items' own computing" "$TMP/out"
}

@test "ask --check: the error of both grades, on the same cells" {
	with_a_cell_to_predict
	"$PVQ" ask --check "$TMP/run" >"$TMP/out"
	grep -q '^From prices alone: .*no price list' "$TMP/out"
	price_list >"$TMP/run/micro.json"
	"$PVQ" ask --check "$TMP/run" --explain >"$TMP/out"
	grep -q '^From prices alone, on 1 of these cells' "$TMP/out"
	[ "$(grep -c '^map time  *1 cells, |error| median' "$TMP/out")" -eq 2 ]
	[ "$(grep -c '%  pool_ordered, mandelbrot' "$TMP/out")" -eq 2 ] # --explain: every cell
}

@test "ask: what is missing or impossible is refused" {
	refused "--item --task"
	refused "--n missing" --item 1ms
	refused "--n missing" --task spin
	refused "--item" --item never --n 5
	refused "--item" --item 0 --n 5
	refused "--payload" --item 1ms --n 5 --payload much
	refused "--skew above 1" --item 1ms --n 5 --skew 1
	refused "--wait" --item 1ms --n 5 --wait 101%
	refused "--cpu --wait" --item 1ms --n 5 --cpu --wait 50%
	refused "--survive crash" --item 1ms --n 5 --survive floods
	refused "--item leave" --item 1ms --n 5 --task spin
	refused "--json" --item 1ms --n 5 --json --explain
	refused "--check no job" --check "$RUN" --n 5
	refused "unknown task" --task spinn --n 5
	refused "nowhere" --item 1ms --n 5 --run "$TMP/nowhere"
	refused "nowhere" --check "$TMP/nowhere"
	refused "unexpected" --item 1ms --n 5 there
	head -n 1 "$RUN/raw.csv" >"$TMP/raw.csv"
	grep mandelbrot "$RUN/raw.csv" >>"$TMP/raw.csv" || true
	refused "no rows" --item 1ms --n 5 --run "$TMP"
	"$PVQ" run -i serial -t mandelbrot:width=64 -n 8 --raw "$TMP/raw.csv" >/dev/null
	refused "calibrate noop" --item 1ms --n 5 --run "$TMP"
}
