# cli.bats: the command line as a user meets it: results, exit codes, one-line errors, and nothing left
# running. PVQ is the binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
	export ID=7$$ # seeds and sleeps by which this run's processes are known from another's
	RAW=$TMP/run/raw.csv
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

# No process of a trial is alive. Everything has been reaped by the time the command returns.
nothing_runs() {
	if pgrep -f "pvq trial .*--seed=$1 "; then return 1; fi
}

# The last row's value in the named column of the CSV on stdin; no field before it may hold a comma.
column() {
	awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print $at }'
}

small() {
	"$PVQ" bench --profile quick --blocks 2 --n 500 --tasks noop,spin:ns=100 --impls pool_ordered,pthread_queue \
		--cores 1 "$@"
}

# How many rows of a file are no attempt to measure a mixed group again (the column before the last).
first_attempts() {
	awk -F, 'NR > 1 && $(NF - 1) == 0' "$1" | wc -l
}

@test "the tutorial's own run: four results, unordered, about as long as one" {
	run "$PVQ" run --impl pool_unordered --task sleep:us=20000 --n 4 --workers 4 --print
	[ "$status" -eq 0 ]
	[ "$(head -n 4 <<<"$output" | sort)" = "$(printf '0\t10\n1\t20\n2\t30\n3\t40')" ]
	[[ $output == *"total "*"start"*"map"*"stop"* ]]
	[[ $output == *"verified: equal to the oracle"* ]]
}

@test "a task that reads a file has as many items as the file; any other needs --n" {
	printf 'work_ns,out\n0,8\n0,1\n1000,8\n' >"$TMP/a, b.csv"
	run "$PVQ" run --impl serial --task "trace:file='$TMP/a, b.csv',rate=1000" --print
	[ "$status" -eq 0 ]
	[[ $output == *"file='$TMP/a, b.csv'"*", n 3, "*"verified: equal to the oracle"* ]]
	[[ ${lines[1]} == $'1\t1 bytes, xxh3 '* ]]
	run "$PVQ" run --impl serial --csv --n 7 --task "trace:file='$TMP/a, b.csv',rate=1000"
	[ "$status" -eq 0 ]
	[[ ${lines[1]} == *"\"file='$TMP/a, b.csv',scale=1,rate=1000\",7,"* ]]
		refused "cannot open" "$PVQ" run --impl serial --task "trace:file=$TMP/none"
	refused "quote" "$PVQ" run --impl serial --n 1 --task "trace:file='$TMP/a, b.csv"
}

@test "ordered prints in order" {
	run "$PVQ" run --impl pool_ordered --task skew:ns=1000,rate=1000 --n 100 --workers 4 --print
	[ "$status" -eq 0 ]
	[ "$(head -n 100 <<<"$output" | cut -f1)" = "$(seq 0 99)" ]
}

@test "run --csv: the header and one row, on stdout alone" {
	run "$PVQ" run --impl serial --task noop --n 5 --csv
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == impl,task,args,n,workers,cores,chunk,window,order,in_via,out_via,block,status,verified,* ]]
	[[ ${lines[1]} == serial,noop,,5,1,* ]]
}

@test "run --raw: rows are added to the file, the header once; stdout stays as it is" {
	"$PVQ" run --impl serial --task noop --n 5 --raw "$TMP/rows.csv" | grep -q "verified: equal"
	"$PVQ" run --impl pool_ordered --task noop --n 6 --workers 3 --raw "$TMP/rows.csv" --csv >"$TMP/out"
	[ "$(wc -l <"$TMP/rows.csv")" -eq 3 ]
	tail -n 1 "$TMP/out" | cmp - <(tail -n 1 "$TMP/rows.csv")
	head -n 1 "$TMP/out" | cmp - <(head -n 1 "$TMP/rows.csv")
	# A failed run's row is kept as well.
	run "$PVQ" run --impl serial --task fault:kind=error,at=1 --n 5 --raw "$TMP/rows.csv"
	[ "$status" -eq 1 ]
	tail -n 1 "$TMP/rows.csv" | grep -q '^serial,fault,.*,error,'
	run "$PVQ" run --impl serial --task noop --n 5 --raw "$TMP/no/such/file"
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: cannot write $TMP/no/such/file: No such file"* ]]
}

@test "bench --chunk: each chunk is a cell of its own; what has no chunk, or clips it, runs once" {
	refused "--chunk 1x" "$PVQ" bench --chunk 1,1x --out "$TMP/run"
	small --chunk auto,1,10,300,1000 --workers 2 --cores 2 --tasks noop --out "$TMP/run" >"$TMP/out"
	measured() { awk -F, -v impl="$1" '$1 == impl && $(NF - 1) == 0 { print $7 }' "$RAW" | sort -n | uniq -c | awk '{ printf "%s:%s ", $2, $1 }'; }
	[ "$(measured serial)" = "1:2 " ]
	[ "$(measured pool_ordered)" = "0:2 1:2 10:2 256:2 " ] # the pool takes at most 256
	[[ "$(measured pthread_queue)" == "1:2 10:2 "* ]]
	# A table may lack one, whose trials met another state of the machine: the report says so by name.
	grep -q 'pool_ordered c=auto' "$TMP/run/report.md"
	grep -q 'pool_ordered c=10' "$TMP/run/report.md"
	rm "$RAW"
	"$PVQ" bench --resume "$TMP/run" >"$TMP/out"
	[ "$(measured pool_ordered)" = "0:2 1:2 10:2 256:2 " ]
}

@test "list names strategies, tasks, arguments" {
	run "$PVQ" list
	[ "$status" -eq 0 ]
	for word in serial fork_pipe_queue pthread_queue pool_ordered pool_unordered noop sleep spin skew echo \
		stream mandelbrot deflate fault us= kind=; do
		[[ $output == *$word* ]]
	done
}

@test "list: one kind alone" {
	"$PVQ" list >"$TMP/all"
	for kind in strategies peers tasks; do
		"$PVQ" list "$kind" >"$TMP/kind"
		[ "$(grep -c '^[A-Z]' "$TMP/kind")" -eq 1 ]
		cat "$TMP/kind" >>"$TMP/parts"
	done
	diff <(grep . "$TMP/all") "$TMP/parts"
	"$PVQ" list strategies | grep -q '^  pool_ordered '
	"$PVQ" list tasks | grep -q '^  spin '
	refused "kind task tasks? peers" "$PVQ" list task
	refused "list one kind" "$PVQ" list tasks peers
}

@test "without peers, an unknown strategy is told how to get them" {
	refused "python_pool_imap serial make peers" env PVQ_PEERS="$TMP" "$PVQ" run -i python_pool_imap -t noop -n 1
	PVQ_PEERS="$TMP" "$PVQ" list peers | grep -q "make peers"
	run env PVQ_PEERS="$TMP" "$PVQ" run -i seriel -t noop -n 1
	[[ $output != *"make peers"* ]]
}

@test "bench --dry-run: the plan and its time; nothing is measured or left behind" {
	cd "$TMP"
	"$PVQ" bench --dry-run >"$TMP/out"
	grep -q '^Plan: profile default, [0-9]* cells' "$TMP/out"
	grep -q '^  mandelbrot' "$TMP/out"
	grep -Eq '^Time: at most 180 s in all: [0-9]+ s for the sweep, .*; about [0-9]+ of 40 blocks fit$' "$TMP/out"
	"$PVQ" bench --dry-run --only-sweep --profile full -t noop -i pool_ordered --cores 1 --out "$TMP/run" >"$TMP/out"
	grep -q '^Strategies: serial, pool_ordered$' "$TMP/out"
	grep -q '^  noop  *[0-9]* cells; workers on cores: 1 on 1, 2 on 1, 4 on 1$' "$TMP/out"
	grep -q '^Experiments: none$' "$TMP/out"
	grep -Eq '^Time: no limit; about [0-9]+ minutes' "$TMP/out"
	refused "nop noop?" "$PVQ" bench --dry-run -t nop
	[ "$(ls)" = "$(printf 'err\nout')" ]
	refused "--resume leave" "$PVQ" bench --dry-run --resume "$TMP/run"
	# A task that would hang a pilot, and one that would fail, are planned all the same: none runs.
	"$PVQ" bench --dry-run -t fault:kind=hang,at=0,sleep:us=60s --profile quick >"$TMP/out"
	grep -q '^  fault:kind=hang' "$TMP/out"
}

@test "bench --only-sweep: no experiment runs, and --resume keeps to that" {
	small --only-sweep --out "$TMP/run" >"$TMP/out" 2>"$TMP/err"
	run grep -c 'price list\|outside view\|observing' "$TMP/err"
	[ "$output" = 0 ]
	[ ! -e "$TMP/run/observed.csv" ]
	[ -s "$TMP/run/report.html" ]
	"$PVQ" bench --resume "$TMP/run" >"$TMP/out" 2>"$TMP/err"
	[ ! -e "$TMP/run/observed.csv" ]
	"$PVQ" bench --like "$TMP/run" --only-sweep --out "$TMP/again" >"$TMP/out" 2>"$TMP/err"
	[ ! -e "$TMP/again/observed.csv" ]
}

@test "unknown names are refused, the right ones listed, the nearest named" {
	refused "seriel serial? pool_ordered" "$PVQ" run --impl seriel --task noop --n 1
	refused "slep sleep? mandelbrot" "$PVQ" run --impl serial --task slep --n 1
	refused "ms us" "$PVQ" run --impl serial --task sleep:ms=1 --n 1
	refused "kil kill? segv" "$PVQ" run --impl serial --task fault:kind=kil --n 1
	refused "benhc bench? help" "$PVQ" benhc
	refused "unknown --imple --impl?" "$PVQ" run --imple serial
	refused "profile fast quick full" "$PVQ" bench --profile fast --out "$TMP/run"
	refused "poool pool_ordered" "$PVQ" bench --impls poool --out "$TMP/run"
	refused "nop noop?" "$PVQ" bench --tasks nop --out "$TMP/run"
	[ ! -e "$TMP/run/raw.csv" ]
}

@test "help: of pvq and of every command, on stdout, exit 0, in two columns" {
	"$PVQ" help >"$TMP/help"
	"$PVQ" --help | cmp - "$TMP/help"
	"$PVQ" -h | cmp - "$TMP/help"
	grep -q '^Exit code: 0 .* 1 .* 2 .* 3 ' "$TMP/help"
	commands=$(sed -n 's/^  \([a-z0-9]*\)  .*/\1/p' "$TMP/help")
	[ "$(wc -w <<<"$commands")" -ge 8 ]
	for command in $commands; do
		"$PVQ" help "$command" >"$TMP/help"
		head -n 1 "$TMP/help" | grep -q "^usage: pvq $command "
		[ "$(awk '/^  -/ && match($0, /[^ ]  +[^ -]/) { print RSTART + RLENGTH }' "$TMP/help" | sort -u | wc -l)" -eq 1 ]
		"$PVQ" "$command" --help | cmp - "$TMP/help"
		"$PVQ" "$command" -h | cmp - "$TMP/help"
		"$PVQ" "$command" --version | cmp - <("$PVQ" --version)
		# Every option that the help names is known: it is refused for what it lacks, or there is one word too many.
		for option in $(sed -n 's/^  \(-[a-z], \)*--\([a-z-]*\) .*/\2/p' "$TMP/help" | grep -vx 'help\|version'); do
			rc=0
			"$PVQ" "$command" "--$option" 2>"$TMP/err" >&2 </dev/null -- a b c || rc=$?
			[ "$rc" -eq 2 ]
			run grep -c 'unknown option' "$TMP/err"
			[ "$output" = 0 ]
		done
	done
	refused "unknown command trail help" "$PVQ" help trail
	refused "one command pvq help run" "$PVQ" help run bench
}

@test "options are written in full, and what is wrong with one is one line that says what to do" {
	refused "unknown --time --timeout?" "$PVQ" run --impl serial --task noop --n 1 --time 10
	refused "unknown --time --timeout?" "$PVQ" run --impl serial --task noop --n 1 --time=10
	refused "unknown --time --timeout?" "$PVQ" run --impl serial --task noop --n 1 --time
	refused "unknown --cs --csv?" "$PVQ" run --impl serial --task noop --n 1 --cs
	refused "unknown --xyzzy pvq run --help" "$PVQ" run --impl serial --task noop --n 1 --xyzzy
	refused "unknown -x pvq run --help" "$PVQ" run -x
	refused "--n argument N" "$PVQ" run --impl serial --task noop --n
	refused "--csv no argument" "$PVQ" run --impl serial --task noop --n 1 --csv=yes
	refused "--impl missing pvq run --help" "$PVQ" run --task noop --n 1
	refused "unexpected more pvq run options" "$PVQ" run --impl serial --task noop --n 1 more
	refused "unexpected there" "$PVQ" doctor there
	"$PVQ" run --impl=serial --task=noop --n=1 --csv | grep -q '^serial,noop,'
}

@test "short options: -n, -w or -j, -i, -t" {
	for workers in -w3 "-w 3" "-j 3" --workers=3; do
		# shellcheck disable=SC2086
		"$PVQ" run -i pool_ordered -t noop -n 1k $workers --csv >"$TMP/out"
		[ "$(column n <"$TMP/out") $(column workers <"$TMP/out")" = "1000 3" ]
	done
	"$PVQ" bench --only-sweep --profile quick -i serial -t noop -n 50 -j 1 --blocks 1 --cores 1 --out "$TMP/run" >&2
	[ "$(column n <"$RAW")" = 50 ]
	refused "--n argument" "$PVQ" run -i serial -t noop -n
	refused "missing" "$PVQ" run -time
	refused "unknown -z" "$PVQ" run -i serial -z
}

@test "sizes out of range are refused" {
	refused "--n 1 0" "$PVQ" run --impl serial --task noop --n 0
	refused "--n -5" "$PVQ" run --impl serial --task noop --n -5
	refused "--n 1.5" "$PVQ" run --impl serial --task noop --n 1.5
	refused "--workers 4096 0" "$PVQ" run --impl pool_ordered --task noop --n 1 --workers 0
	refused "--workers 4096 100000" "$PVQ" run --impl pool_ordered --task noop --n 1 --workers 100000
	refused "--cores 1024 this process may use" "$PVQ" run --impl pool_ordered --task noop --n 1 --cores 1024
	refused "echo:in 16777216" "$PVQ" run --impl serial --task echo:in=16777217 --n 1
	refused "--timeout" "$PVQ" run --impl serial --task noop --n 1 --timeout never
	refused "--cores" "$PVQ" bench --cores 0 --out "$TMP/run"
	refused "one worker" "$PVQ" run --impl serial --task noop --n 1 --workers 2
	refused "--n missing" "$PVQ" run --impl serial --task noop
}

@test "numbers are taken as people write them, and the row has plain ones" {
	"$PVQ" run --impl serial --task echo:in=4K,out=4kB --n 1e3 --timeout 1min --csv >"$TMP/out"
	grep -q '^serial,echo,"in=4096,out=4000",1000,' "$TMP/out"
	"$PVQ" run --impl serial --task sleep:us=2ms --n 2 --csv | grep -q '^serial,sleep,us=2000,2,'
	"$PVQ" bench --only-sweep --profile quick --tasks sleep:us=1ms --impls serial --n .1k --blocks 1 --cores 1 --timeout 2min --out "$TMP/run" >&2
	[ "$(column args <"$RAW")" = us=1000 ]
	[ "$(column n <"$RAW")" = 100 ]
	grep -qx 'timeout_s	120' "$TMP/run/manifest.tsv"
	refused "sleep:us microseconds 10ms 2K" "$PVQ" run --impl serial --task sleep:us=2K --n 1
	refused "--timeout seconds 500ms 1K" "$PVQ" bench --timeout 1K
	refused "--n 1ms" "$PVQ" bench --n 1ms
}

@test "a failed item is an error with its number, and the others arrive" {
	run "$PVQ" run --impl pool_ordered --task fault:kind=error,at=3 --n 6 --workers 2 --print
	[ "$status" -eq 1 ]
	[[ $output == *$'3\terror: Input/output error'* ]]
	[[ $output == *$'5\t60'* ]]
	[[ $output == *"pvq: error: 1 of 6 items failed, the first 3"* ]]
}

@test "doctor --watch: ten seconds of the CPUs' distance, and its levels" {
	[ "$(nproc)" -ge 2 ] || skip "one CPU"
	run -0 "$PVQ" doctor --watch
	[ "$(grep -c '^second ' <<<"$output")" -eq 10 ]
	grep -Eq '^200 looks, [0-9]+ unknown; [0-9]+ levels?:$' <<<"$output"
	run -1 taskset -c 0 "$PVQ" doctor --watch
	[ "$output" = "pvq: one CPU has no distance to watch: allow more (taskset, cpuset)" ]
}

@test "bench --place: the order of the CPUs is kept in the manifest, and taken from there" {
	"$PVQ" bench --tasks noop --impls serial --n 100 --blocks 1 --cores 1 --place spread --out "$TMP/placed" >/dev/null 2>&1
	grep -qx 'place	spread' "$TMP/placed/manifest.tsv"
	refused "--place 'near': give cores, compact or spread" "$PVQ" bench --place near
	refused "leave the other options out" "$PVQ" bench --resume "$TMP/placed" --place spread
	sed -i 's/^place	.*/place	elsewhere/' "$TMP/placed/manifest.tsv"
	refused "unknown place 'elsewhere'" "$PVQ" bench --resume "$TMP/placed"
}

@test "doctor: a verdict on every fact, and on the whole" {
	run "$PVQ" doctor
	[ "$status" -le 1 ] # 1: something spoils a run on this machine, right now
	[[ $output == *"CPUs and topology: "*"Other work at the start: "*"Virtual machine: "* ]]
	[[ ${lines[-1]} =~ ^"Overall: "(fine|caution|spoils the run)$ ]]
	[ "$status" -eq 0 ] || [ "${lines[-1]}" = "Overall: spoils the run" ]
	refused "unexpected there" "$PVQ" doctor there
}

@test "a machine that spoils the run: the terminal says so first and last, the report and summary.md at their head" {
	small --out "$TMP/run" >/dev/null 2>&1
	# As if it had been so at the start.
	sed -i '/^facts\t/d; /^host_foreign\t/d; /^host_stolen\t/d; /^version_flags\t/d' "$TMP/run/manifest.tsv"
	cp "$TMP/run/manifest.tsv" "$TMP/calm"
	printf 'host_foreign\t37.5 %% of the time\nversion_flags\t-O2\n' >>"$TMP/run/manifest.tsv"
	"$PVQ" bench --resume "$TMP/run" >"$TMP/out" 2>&1
	for line in 1 '$'; do
		sed -n "${line}p" "$TMP/out" | grep -qF 'pvq: spoils the run: Other work at the start (37.5 % of the time): other programs are running'
	done
	for file in report summary; do
		[ "$(sed -n 3p "$TMP/run/$file.md")" = "**This run is spoiled.** Its figures show something other than the strategies:" ]
		sed -n 5p "$TMP/run/$file.md" | grep -qF -- '- **spoils the run**: Other work at the start (37.5 % of the time): other programs'
		[ "$(grep -c '^Trust: \*\*\[spoiled' "$TMP/run/$file.md")" -eq 1 ]
	done
	# Nothing of it where nothing spoils.
	cp "$TMP/calm" "$TMP/run/manifest.tsv"
	"$PVQ" bench --resume "$TMP/run" >"$TMP/out" 2>&1
	[ "$(cat "$TMP/out" "$TMP/run/report.md" "$TMP/run/summary.md" | grep -c 'This run is spoiled\|spoils the run')" -eq 0 ]
}

@test "pools outlive their workers: retries, time-outs, recycling; the others cannot, and say so" {
	for impl in pool_ordered pool_unordered; do
		run "$PVQ" run --impl $impl --task fault:kind=kill,at=3 --n 6 --workers 2 --retries 2 --print
		[ "$status" -eq 1 ]
		[[ $output == *$'3\tlost: its worker died'* ]]
		[[ $output == *$'5\t60'* ]]
		[[ $output == *"pvq: crashed: 1 of 6 items lost, the first 3: its worker died; the other results are right" ]]
		run "$PVQ" run --impl $impl --task fault:kind=hang,at=3 --n 6 --workers 2 --item-timeout 1 --csv
		[ "$status" -eq 1 ]
		[[ ${lines[1]} == *,timeout,no,* ]]
		[[ ${lines[1]} == *,1,0,1000,* ]]
		"$PVQ" run --impl $impl --task noop --n 500 --workers 2 --recycle 20 --retries 0 --csv >"$TMP/out"
		[ "$(column retries <"$TMP/out") $(column recycle <"$TMP/out") $(column item_timeout_ms <"$TMP/out")" = "0 20 0" ]
	done
	for option in "--retries 0" "--recycle 5" "--item-timeout 1"; do
		# shellcheck disable=SC2086  # two words
		refused "replace workers pthread_queue" "$PVQ" run --impl pthread_queue --task noop --n 5 $option
	done
	refused "--retries 201" "$PVQ" run --impl pool_ordered --task noop --n 5 --retries 201
	refused "--item-timeout" "$PVQ" run --impl pool_ordered --task noop --n 5 --item-timeout -1
}

@test "crash and hang of a worker: a row, a reason, exit 1, nothing left running" {
	for impl in serial fork_pipe_queue pthread_queue pool_ordered pool_unordered; do
		for kind in segv kill exit; do
			run "$PVQ" run --impl $impl --task fault:kind=$kind,at=3 --n 50 --seed ${ID}1 --csv
			[ "$status" -eq 1 ]
			[[ ${lines[1]} == *,crashed,no,* ]]
			[[ ${lines[2]} == "pvq: crashed: "* ]]
			nothing_runs ${ID}1
		done
		run "$PVQ" run --impl $impl --task fault:kind=hang,at=3 --n 50 --seed ${ID}2 --timeout 1 --csv
		[ "$status" -eq 1 ]
		[[ ${lines[1]} == *,timeout,no,* ]]
		nothing_runs ${ID}2
	done
}

@test "bench: every planned cell is in raw.csv, once a block, and the report is made" {
	small --out "$TMP/run"
	cells=$(($(wc -l <"$TMP/run/plan.csv") - 1))
	[ "$cells" -eq 12 ] # 2 tasks x (serial, 2 strategies with 1 worker, a twin of one, 2 with 2 workers)
	[ "$(first_attempts "$RAW")" -eq $((2 * cells)) ]
	[ "$(cut -d, -f1 "$RAW" | sort -u | tr '\n' ' ')" = "impl pool_ordered pool_ordered~0 pthread_queue pthread_queue~0 serial " ]
	for file in summary.csv report.md report.html manifest.tsv; do [ -s "$TMP/run/$file" ]; done
	# From raw.csv alone, in another folder:
	mkdir "$TMP/copy"
	cp "$RAW" "$TMP/copy"
	"$PVQ" report "$TMP/copy"
	[ -s "$TMP/copy/report.html" ]
}

@test "bench: failed cells are kept and shown as failed" {
	run "$PVQ" bench --profile quick --blocks 2 --tasks fault:kind=kill --impls pool_ordered --cores 1 --workers 1 --out "$TMP/run"
	[ "$status" -eq 1 ]
	[ "$(grep -c ,crashed, "$RAW")" -ge 2 ]
	grep -q crashed "$TMP/run/report.md"
}

@test "bench: more workers than cores is marked" {
	"$PVQ" bench --profile quick --blocks 2 --n 500 --tasks noop --impls pool_ordered --cores 1 --workers 1,3 --out "$TMP/run"
	head -n 1 "$RAW" | grep -q ,oversubscribed,
	grep -q '^pool_ordered,noop,,[0-9]*,3,1,' "$RAW"
}

@test "twins: a strategy again under another name, or slower on purpose" {
	"$PVQ" run --impl serial~0 --task sleep:us=1000 --n 3 --csv >"$TMP/out"
	tail -n 1 "$TMP/out" | grep -q '^serial~0,sleep,.*,ok,'
	"$PVQ" run --impl serial~100 --task sleep:us=20000 --n 2 --csv >"$TMP/out"
	[ "$(tail -n 1 "$TMP/out" | cut -d, -f17)" -ge 80000000 ]
	refused "percentage 101" "$PVQ" run --impl serial~101 --task noop --n 1
	refused "strategy seriell" "$PVQ" run --impl seriell~5 --task noop --n 1
}

@test "a child that pvq was given by exec is not its to end" {
	bash -c 'sleep ${ID}6 & echo $! >"$1"; exec "$0" run --impl serial --task noop --n 4' "$PVQ" "$TMP/pid" >/dev/null 3>&-
	kill "$(cat "$TMP/pid")" # fails where it is gone
}

@test "bench: the same seed gives the same order, another seed another" {
	for run in a b c; do
		seed=5
		[ $run = c ] && seed=6
		"$PVQ" bench --profile quick --blocks 1 --n 50 --tasks noop,spin:ns=10,echo,sleep:us=1 --cores 1 --seed $seed --out "$TMP/$run"
		cut -d, -f1,2,12 "$TMP/$run/raw.csv" | head -n 25 >"$TMP/$run.order"
	done
	cmp "$TMP/a.order" "$TMP/b.order"
	run cmp -s "$TMP/a.order" "$TMP/c.order"
	[ "$status" -eq 1 ]
}

@test "Ctrl-C: what ran is kept, nothing left running, --resume goes on" {
	# Interrupted as soon as the third row is there; each trial sleeps, so there are more to come.
	mkfifo "$TMP/never"
	# A job in the background is started with SIGINT ignored, and pvq would respect that.
	env --default-signal=INT "$PVQ" bench --profile quick --blocks 3 --n 200 --tasks sleep:us=500 --impls pool_ordered,pthread_queue --cores 1 --seed ${ID}3 \
		--out "$TMP/run" >"$TMP/out" 2>"$TMP/err" &
	pid=$!
	until [ "$(wc -l <"$RAW" 2>/dev/null || echo 0)" -ge 4 ]; do
		kill -0 $pid
		read -r -t 0.01 <>"$TMP/never" || true
	done
	kill -INT $pid
	rc=0
	wait $pid || rc=$?
	[ "$rc" -eq 1 ]
	grep -q "interrupted.*--resume" "$TMP/err"
	nothing_runs ${ID}3
	rows=$(wc -l <"$RAW")
	[ "$rows" -ge 4 ]
	# Cut in the middle of a row, as a power failure would.
	cp "$RAW" "$TMP/before"
	truncate -s -7 "$RAW"
	"$PVQ" bench --resume "$TMP/run"
	[ "$(first_attempts "$RAW")" -eq $((3 * ($(wc -l <"$TMP/run/plan.csv") - 1))) ]
	[ "$(wc -l <"$RAW")" -gt "$rows" ]
	head -n $((rows - 1)) "$TMP/before" | cmp - <(head -n $((rows - 1)) "$RAW")
	# Every cell once a block, none twice.
	[ -z "$(awk -F, '$(NF - 1) == 0' "$RAW" | cut -d, -f1-6,12 | sort | uniq -d)" ]
}

@test "interrupted beside the sweep: what is not complete is in no report, and --resume measures all of it" {
	mkfifo "$TMP/never"
	mkdir "$TMP/run"
	echo way,block,wall_ns,wstatus >"$TMP/run/tutorial.csv" # it would take 14 s
	env --default-signal=INT "$PVQ" bench --profile peers-quick --impls serial --tasks noop --n 50 --blocks 1 --seed ${ID}5 \
		--out "$TMP/run" >"$TMP/out" 2>"$TMP/err" &
	pid=$!
	until [ "$(cat "$TMP/run/faults.csv"* 2>/dev/null | wc -l)" -ge 3 ]; do
		kill -0 $pid
		read -r -t 0.01 <>"$TMP/never" || true
	done
	kill -INT $pid
	rc=0
	wait $pid || rc=$?
	[ "$rc" -eq 1 ]
	nothing_runs ${ID}5
	[ ! -e "$TMP/run/faults.csv" ]
	[ ! -e "$TMP/run/faults.csv.part" ]
	grep -q '^## What a user would pick' "$TMP/run/report.md" # it was complete
	[ "$(grep -c 'when a worker dies' "$TMP/run/report.md")" -eq 0 ]
	"$PVQ" bench --resume "$TMP/run"
	[ "$(cut -d, -f2 "$TMP/run/faults.csv" | sort -u | tr '\n' ' ')" = "error exit hang kill kind segv " ]
	[ -z "$(find "$TMP/run" -name '*.part')" ]
	grep -q '^## What happens when a worker dies' "$TMP/run/report.md"
}

@test "a killed driver leaves no worker behind" {
	"$PVQ" run --impl pool_ordered --task sleep:us=60000000 --n 2 --workers 2 --seed ${ID}4 &
	pid=$!
	# The trial, the pool's server and two workers.
	until [ "$(pgrep -cf "pvq trial .*--seed=${ID}4 ")" -eq 4 ]; do kill -0 $pid; done
	kill -KILL $pid
	# Death signals are sent when the parent goes: wait for them to be delivered, 10 s at most.
	for _ in $(seq 1000); do
		nothing_runs ${ID}4 && return 0
		read -r -t 0.01 <> <(:) || true
	done
	false
}

@test "folders that cannot be written or hold a run already" {
	refused "cannot create no/such/place" "$PVQ" bench --profile quick --out "$TMP/no/such/place"
	touch "$TMP/file"
	refused "cannot" "$PVQ" bench --profile quick --out "$TMP/file"
	mkdir "$TMP/run"
	echo rows >"$RAW"
	refused "rows that no plan belongs to" "$PVQ" bench --profile quick --out "$TMP/run"
	echo cells >"$TMP/run/plan.csv"
	refused "already holds a run; --resume" "$PVQ" bench --profile quick --out "$TMP/run"
	refused "no run to resume" "$PVQ" bench --resume "$TMP"
	refused "leave the other options out" "$PVQ" bench --resume "$TMP" --tasks noop
}

@test "e2e: every strategy of the registry, a row for every run, its chapter in the report" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	"$PVQ" e2e --runs 2 --n 1 --out "$TMP/view" >"$TMP/out" 2>"$TMP/err"
	[ "$(cat "$TMP/out")" = "$TMP/view/report.html" ]
	[ "$(wc -l <"$TMP/err")" -eq 1 ]
	commands=$(grep -c '"command": "pvq run ' "$TMP/view/e2e.json")
	# Each command twice to warm up and twice timed.
	[ "$(wc -l <"$TMP/view/e2e.csv")" -eq $((4 * commands + 1)) ]
	[ -z "$(tail -n +2 "$TMP/view/e2e.csv" | grep -v ',ok,oracle,')" ]
	"$PVQ" list | grep -v 'in no comparison' | sed -n '/^Strategies/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p' | sort >"$TMP/listed"
	tail -n +2 "$TMP/view/e2e.csv" | cut -d, -f1 | sort -u | cmp - "$TMP/listed"
	grep -q '^## Seen from outside' "$TMP/view/report.md"
	grep -q 'Never less outside than inside.*each of the '$((2 * commands))' runs' "$TMP/view/report.md"
	run grep "$TMP" "$TMP/view/e2e.json"
	[ "$status" -eq 1 ]
	refused "outside view already" "$PVQ" e2e --out "$TMP/view"
}

@test "e2e: into a run's folder; a damaged file costs its chapter only" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	small --out "$TMP/run" >/dev/null 2>&1
	"$PVQ" e2e --runs 2 --n 1 --impls pthread_queue --out "$TMP/run"
	grep -q '^## The answer' "$TMP/run/report.md"
	grep -q '^## Seen from outside' "$TMP/run/report.md"
	[ "$(grep -c '^version_hwloc' "$TMP/run/manifest.tsv")" -eq 1 ]
	run grep pool_ordered "$TMP/run/e2e.csv"
	[ "$status" -eq 1 ]
	truncate -s 300 "$TMP/run/e2e.json"
	"$PVQ" report "$TMP/run" 2>"$TMP/err"
	[ "$(wc -l <"$TMP/err")" -eq 1 ]
	grep -q "e2e.json: line" "$TMP/err"
	grep -q '^## The answer' "$TMP/run/report.md"
	run grep '^## Seen from outside' "$TMP/run/report.md"
	[ "$status" -eq 1 ]
}

# A run whose trial is stopped would wait for it, and add its row in the end.
@test "e2e: killed, it leaves no run behind" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	"$PVQ" e2e --impls pthread_queue --runs 20 --n 500 --out "$TMP/view" >/dev/null 2>&1 &
	local e2e=$! run trial=
	until [ -n "$trial" ] && kill -STOP "$trial" && [ "$(ps -o stat= -p "$trial" | cut -c1)" = T ]; do
		kill -0 $e2e
		run=$(pgrep -P "$(pgrep -P $e2e -x hyperfine)" -x pvq) || true
		[ -z "$run" ] || trial=$(pgrep -P "$run") || true
	done 2>"$TMP/err"
	kill -KILL $e2e
	wait $e2e || true
	while ps -o stat= -p "$run" | grep -qv '^Z'; do sleep 0.1; done
	run grep ,timeout, "$TMP/view/e2e.csv"
	[ "$status" -eq 1 ]
}

@test "e2e: impossible requests are refused" {
	refused "pooll pool_ordered" "$PVQ" e2e --impls pooll --out "$TMP/view"
	refused "--runs 2" "$PVQ" e2e --runs 1 --out "$TMP/view"
	refused "unexpected" "$PVQ" e2e there
	refused "cannot create no/such/place" "$PVQ" e2e --out "$TMP/no/such/place"
	mkdir "$TMP/empty"
	refused "hyperfine not installed" env PATH="$TMP/empty" "$PVQ" e2e --out "$TMP/view"
	[ ! -e "$TMP/view/e2e.csv" ]
}

@test "e2e: Ctrl-C leaves nothing running" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	# As above: a job in the background would ignore SIGINT.
	env --default-signal=INT "$PVQ" e2e --n 407 --impls pthread_queue --out "$TMP/view" 2>"$TMP/err" &
	pid=$!
	until [ "$(wc -l 2>/dev/null <"$TMP/view/e2e.csv" || echo 0)" -ge 4 ]; do kill -0 $pid; done
	kill -INT $pid
	rc=0
	wait $pid || rc=$?
	[ "$rc" -eq 1 ]
	grep -q "interrupted" "$TMP/err"
	for _ in $(seq 1000); do
		pgrep -f 'pvq (run|trial) .*--n[ =]407 ' >/dev/null || return 0
		read -r -t 0.01 <> <(:) || true
	done
	false
}

# One line on stderr that names the full disk, exit 1 or 2 as given.
full() {
	local want=$1 rc=0
	shift
	"$@" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq "$want" ] || { echo "exit $rc: $(cat "$TMP/err")"; return 1; }
	[ "$(grep -c 'No space left on device' "$TMP/err")" -eq 1 ] || { cat "$TMP/err"; return 1; }
}

@test "a full disk: --raw" {
	full 1 "$PVQ" run --impl serial --task noop --n 1 --raw /dev/full
}

@test "a full disk: stdout" {
	for command in "run --impl serial --task noop --n 1 --csv" "run --impl serial --task noop --n 1" list; do
		rc=0
		# shellcheck disable=SC2086
		"$PVQ" $command >/dev/full 2>"$TMP/err" || rc=$?
		[ "$rc" -eq 1 ]
		[ "$(wc -l <"$TMP/err")" -eq 1 ]
		grep -q "cannot write" "$TMP/err"
	done
}

@test "a full disk: the plan, the manifest, the report" {
	for file in plan.csv manifest.tsv; do
		mkdir "$TMP/$file"
		ln -s /dev/full "$TMP/$file/$file"
		full 2 small --out "$TMP/$file"
	done
	small --out "$TMP/run" >/dev/null 2>&1
	for file in summary.csv report.md report.html; do
		rm "$TMP/run/$file"
		ln -s /dev/full "$TMP/run/$file"
		full 2 "$PVQ" report "$TMP/run"
		rm "$TMP/run/$file"
	done
}

@test "a container that numbers the CPUs differently: interference is unknown, not none" {
	unshare -m true 2>/dev/null || skip "needs the right to mount"
	sed 's/^cpu\([0-9]\)/cpu9\1/' /proc/stat >"$TMP/stat"
	unshare -m bash -c 'mount --bind "$2/stat" /proc/stat &&
		"$1" bench --profile quick --blocks 1 --n 50 --tasks noop --impls pool_ordered --out "$2/run" && "$1" doctor' \
		bash "$PVQ" "$TMP" >"$TMP/out" 2>&1 || true # 1: something else spoils a run here
	grep -q '^unknown  *Other work at the start' "$TMP/out"
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "stolen_ns") s = i; if ($i == "foreign_ns") f = i } }
		NR > 1 && ($s != "" || $f != "") { bad = 1 } END { exit bad || NR < 3 }' "$TMP/run/raw.csv"
	grep -qF '**unknown**: no trial' "$TMP/run/report.md"
	[ "$(grep -c 'turns\*\* were' "$TMP/run/report.md")" -eq 0 ]
	[ "$(grep -c '^host_foreign' "$TMP/run/manifest.tsv")" -eq 0 ]
}

@test "a full disk in the middle of a run: the rows before are kept" {
	unshare -m true 2>/dev/null || skip "needs the right to mount"
	mkdir "$TMP/small"
	unshare -m bash -c '
		mount -t tmpfs -o size=16k none "$2" && rc=0 && mkdir "$2/run" &&
		"$1" bench --profile quick --blocks 8 --n 50 --tasks noop --out "$2/run" >/dev/null 2>"$3/err" || rc=$?
		cp "$2/run/raw.csv" "$3/raw.csv"
		exit $rc' bash "$PVQ" "$TMP/small" "$TMP" && rc=0 || rc=$?
	[ "$rc" -eq 1 ]
	grep -q "raw.csv: No space left on device" "$TMP/err"
	[ "$(wc -l <"$TMP/raw.csv")" -gt 10 ]
}

@test "report: a cut-off raw.csv gives its good rows and says where; a foreign one is refused" {
	small --out "$TMP/run" >/dev/null 2>&1
	truncate -s -9 "$RAW"
	refused "raw.csv line cut" "$PVQ" report "$TMP/run"
	[ -s "$TMP/run/report.html" ]
	mkdir "$TMP/foreign" "$TMP/empty"
	printf 'a,b\n1,2\n' >"$TMP/foreign/raw.csv"
	refused "raw.csv" "$PVQ" report "$TMP/foreign"
	[ ! -e "$TMP/foreign/report.md" ]
	refused "raw.csv No such file" "$PVQ" report "$TMP/empty"
	refused "one folder" "$PVQ" report
}

@test "without a terminal, progress is sparse and on stderr" {
	small --out "$TMP/run" >"$TMP/out" 2>"$TMP/err"
	run grep $'\r' "$TMP/err"
	[ "$status" -eq 1 ]
	[ "$(wc -l <"$TMP/err")" -lt 20 ]
	grep -q "report.html" "$TMP/out"
}

@test "closed descriptors do not end up in raw.csv" {
	"$PVQ" bench --profile quick --blocks 1 --n 50 --tasks noop --impls pool_ordered --cores 1 --out "$TMP/run" >&- 2>&- ||
		true
	[ "$(tail -n +2 "$RAW" | grep -vc '^[a-z_~0]*,noop,')" -eq 0 ]
}

@test "what is ignored stays ignored: nohup" {
	(trap '' HUP && exec "$PVQ" run --impl serial --task sleep:us=300000 --n 1 --seed ${ID}5 >"$TMP/out") &
	pid=$!
	until pgrep -f "pvq trial .*--seed=${ID}5 " >/dev/null; do kill -0 $pid; done
	kill -HUP $pid
	wait $pid
	grep -q verified "$TMP/out"
}

@test "a folder of the user's own is left alone when the plan fails" {
	mkdir "$TMP/mine"
	refused "bogus" "$PVQ" bench --tasks bogus --out "$TMP/mine"
	[ -d "$TMP/mine" ]
	[ -z "$(ls -A "$TMP/mine")" ]
	refused "bogus" "$PVQ" bench --tasks bogus --out "$TMP/new"
	[ ! -e "$TMP/new" ]
}

@test "lists: repeated values count once, the order does not matter, empty ones are refused" {
	for run in "noop,noop --cores 1,1 --workers 3,1,3" "noop --cores 1 --workers 1,3"; do
		rm -rf "$TMP/run"
		# shellcheck disable=SC2086
		"$PVQ" bench --profile quick --blocks 1 --n 50 --impls pool_ordered --out "$TMP/run" --tasks $run
		cut -d, -f1-6 "$TMP/run/plan.csv" >"$TMP/plan.$(echo "$run" | cksum | cut -d' ' -f1)"
	done
	cmp "$TMP"/plan.*
	refused "--impls commas" "$PVQ" bench --impls , --out "$TMP/x"
	refused "--cores empty" "$PVQ" bench --cores "" --out "$TMP/x"
}

@test "two runs cannot share a folder" {
	small --out "$TMP/run" >/dev/null 2>&1
	exec 9>>"$RAW"
	flock -n 9
	run "$PVQ" bench --resume "$TMP/run"
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: another pvq is writing to $TMP/run"* ]]
	exec 9>&-
}

@test "a finished run can be resumed; its raw.csv stays as it is" {
	small --out "$TMP/run" >/dev/null 2>&1
	cp "$RAW" "$TMP/before"
	"$PVQ" bench --resume "$TMP/run"
	cmp "$TMP/before" "$RAW"
	: >"$RAW"
	"$PVQ" bench --resume "$TMP/run"
	[ "$(first_attempts "$RAW")" -eq "$(first_attempts "$TMP/before")" ]
}

@test "a build whose folder has a colon, a blank and a quote in its name finds itself as pvq" {
	local folder="$TMP/a:b c'd"

	command -v hyperfine >/dev/null || skip "needs hyperfine"
	mkdir "$folder"
	cp "$PVQ" "$folder/pvq"
	"$folder/pvq" e2e --runs 2 --n 1 --impls pthread_queue --out "$TMP/view" 2>"$TMP/err"
	[ "$(grep -c ',ok,oracle,' "$TMP/view/e2e.csv")" -gt 0 ]
	[ -z "$(grep -v '^impl,' "$TMP/view/e2e.csv" | grep -v ',ok,oracle,')" ]
}

@test "what is too long is refused in one line, never cut" {
	long=$(printf '%600s' '' | tr ' ' d)
	run "$PVQ" run --impl serial --task "deflate:dir=/tmp/$long" --n 1
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"511 characters"* ]]
	run "$PVQ" bench --profile quick --tasks "noop,deflate:dir=/tmp/$long" --out "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 2 ]
	[[ $output == *"511 characters"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/out/raw.csv" ]
}

@test "where no more processes may be made, each command says so" {
	local hint='Resource temporarily unavailable (too many processes? See ulimit -u)'
	[ "$(id -u)" -eq 0 ] || skip "only root can become a user without processes"
	[[ "$PVQ" != */san-* ]] || skip "a sanitizer makes processes and threads"
	# As a user whom nothing else here runs as: pvq is its first process, the trial its second.
	few() { setpriv --reuid $((61000 + $$ % 4000)) --clear-groups prlimit --nproc="$1" "${@:2}"; }
	few 9 test -x "$PVQ" || skip "that user may not run pvq"
	run few 1 "$PVQ" run --impl serial --task noop --n 9
	[ "$status" -eq 1 ]
	[[ "$output" == "pvq: cannot run a trial: $hint" ]]
	run few 2 "$PVQ" run --impl fork_pipe_queue --task noop --n 9 --workers 2
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot start worker 0 of 2: $hint"* ]]
	run few 2 "$PVQ" run --impl pthread_queue --task noop --n 9 --workers 2
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot start thread 0 of 2: $hint"* ]]
	run few 3 "$PVQ" run --impl serial --n 1 --task cmd:run=true
	[ "$status" -eq 1 ]
	[[ "$output" == *"true: no process can be made for it (too many processes? See ulimit -u)"* ]]
	run few 1 "$PVQ" bench --profile quick --out "/tmp/pvq-few-$$"
	[ "$status" -eq 2 ]
	[[ "$output" == *"pvq: cannot run a trial: $hint"* ]]
	[ ! -e "/tmp/pvq-few-$$" ]
}
