# chaos.bats: `pvq chaos`: workers are killed while pools run, and what each makes of it is counted. PVQ is the binary (set
# by scripts/run-tests). Who is killed when depends on the machine, so that a test asks for what must hold whoever is.

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$BATS_TEST_TMPDIR
	export PVQ_PEERS=$TMP/none # no peers
	mkdir "$PVQ_PEERS"
}

# The field of a way's row.
field() {
	awk -F, -v way="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		$1 == way { print $at }' "$TMP/out/chaos.csv"
}

@test "chaos: workers are killed, and the pool delivers every item once, in order" {
	"$PVQ" chaos -i pool_ordered,fork_pipe_queue -n 2000 --length 400000 --every 10 --timeout 400 --out "$TMP/out" >"$TMP/table" 2>"$TMP/err" ||
		{ cat "$TMP/err"; return 1; }
	mapfile -t lines <"$TMP/table"
	[ "$(field pool_ordered status)" = ok ] || { cat "$TMP/out/chaos.csv"; return 1; }
	[ "$(field pool_ordered delivered)" -eq 2000 ]
	[ "$(field pool_ordered kills)" -gt 0 ]
	[ "$(field pool_ordered calm_ns)" -gt 0 ]
	[ "$(field pool_ordered killed_ns)" -gt 0 ]
	# A worker's death ends the run of this one.
	[ "$(field fork_pipe_queue status)" = crashed ]
	[ "$(field fork_pipe_queue kills)" -gt 0 ]
	[ "$(field fork_pipe_queue delivered)" -lt 2000 ]
	[ "$(field fork_pipe_queue twice)" -eq 0 ]
	[[ ${lines[2]} == "| pool_ordered | delivers all | "*" | 2,000 of 2,000 | yes | yes | "* ]]
	[[ ${lines[3]} == "| fork_pipe_queue | throws "*"away, with an error | "*" | – | – |" ]]
	grep -qF "${lines[2]}" "$TMP/out/report.md"
	[ ! -e "$TMP/out/chaos.tmp" ]
	run "$PVQ" chaos --out "$TMP/out"
	[ "$status" -eq 2 ]
	[[ $output == *"already holds a chaos.csv"* ]]
}

@test "chaos: the report tells what each way made of the kills" {
	mkdir "$TMP/out"
	{
		echo impl,version,item_ns,items,workers,every_ms,limit_ms,calm_ns,killed_ns,kills,delivered,lost,twice,disorder,silent_ms,status,cause,reason
		echo a,,2000,1000000,2,10,60000,1000000000,1250000000,120,1000000,0,0,0,,ok,none,
		echo b,"b 1.0",2000,5000,2,10,60000,1000000000,2000000000,120,4000,1000,0,0,5,crashed,worker_died,1000 lost
		echo c,,2000,5000,2,10,60000,1000000000,,1,17,0,0,0,59000,timeout,driver_timeout,killed
		echo d,,2000,5000,2,10,60000,1000000000,,7000,4900,0,0,3,20,timeout,driver_timeout,killed
		echo e,,2000,5000,2,10,60000,1000000000,,1,0,0,0,0,,error,gave_up,broken
		echo f,,2000,5000,2,10,60000,1000000000,,1,50,0,2,0,10,error,gave_up,broken
		echo g,,2000,0,0,10,60000,,,0,0,0,0,0,,unavailable,unavailable,install it
	} >"$TMP/out/chaos.csv"
	run "$PVQ" report "$TMP/out"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	while read -r row; do
		grep -qxF -- "$row" "$TMP/out/report.md" || { echo "no row: $row"; cat "$TMP/out/report.md"; return 1; }
	done <<-'END'
		## What if a worker is killed every 10 ms?
		| a | delivers all | 120 | 1,000,000 of 1,000,000 | yes | yes | 1000 | 800 | 0.80 |
		| b | loses 1,000, and reports them | 120 | 4,000 of 5,000 | no: 1,000 missing | yes | 5.00 | 2.00 | 0.40 |
		| c | **hangs** | 1 | 17 of 5,000 | no: 4,983 missing | yes | 5.00 | – | – |
		| d | is not done at the time-out | 7,000 | 4,900 of 5,000 | no: 100 missing | no | 5.00 | – | – |
		| e | throws all away, with an error | 1 | 0 of 5,000 | no: 5,000 missing | – | 5.00 | – | – |
		| f | throws the rest away, with an error | 1 | 50 of 5,000 | no: 4,950 missing, 2 twice | yes | 5.00 | – | – |
		| g | not measured: install it | – | – | – | – | – | – | – |
	END
}

@test "chaos: usage errors are one line, and exit 2" {
	for wrong in "--impls no_such_way" "--every 0" "-n 0" "--timeout 0" "stray"; do
		# shellcheck disable=SC2086
		run "$PVQ" chaos $wrong --out "$TMP/none/out"
		[ "$status" -eq 2 ] || { echo "$wrong: $status"; return 1; }
		[ "${#lines[@]}" -eq 1 ] || { echo "$wrong: $output"; return 1; }
	done
	[ ! -e "$TMP/none/out" ]
}
