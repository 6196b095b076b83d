# output.bats: what commands print: tables of several strategies, JSON, colour and progress on a terminal. PVQ is the
# binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
	export TERM=xterm PVQ_PEERS="$TMP" # no peers
	unset NO_COLOR
}

teardown() {
	rm -rf "$TMP"
}

# The value of a Python expression in the JSON `d` on stdin.
json() {
	/usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

# Skips a test that reads JSON where there is nothing to read it with.
needs_python() {
	[ -x /usr/bin/python3 ] || skip "no python3"
}

# Skips a test of a terminal where none can be made, as in a chroot without /dev/pts.
needs_terminal() {
	script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "no pseudo-terminal"
}

# Runs a command line on a terminal of so many columns; what it prints there.
on_terminal() {
	script -qec "stty cols $1; $2" /dev/null </dev/null
}

@test "run --impl a,b: a table, each once, and rows in that order" {
	"$PVQ" run -i pool_ordered,serial,pool_ordered -t noop -n 100 -w 3 >"$TMP/out"
	[ "$(awk '/^strategy/ { on = 1; next } !NF { on = 0 } on { print $1, $2 }' "$TMP/out")" = "$(printf 'pool_ordered 3\nserial 1')" ]
	"$PVQ" run -i pool_ordered,pool_ordered~0 -t noop -n 100 --csv --raw "$TMP/raw.csv" >"$TMP/out"
	[ "$(cut -d, -f1 "$TMP/out")" = "$(printf 'impl\npool_ordered\npool_ordered~0')" ]
	cmp "$TMP/out" "$TMP/raw.csv"
}

@test "run --impl all: every strategy of the list but what measures the harness" {
	"$PVQ" run -i all -t noop -n 10 --csv | cut -d, -f1 | tail -n +2 >"$TMP/ran"
	"$PVQ" list strategies | sed -n 's/^  \([a-z_]*\) .*/\1/p' | grep -vx empty | cmp - "$TMP/ran"
	[ "$("$PVQ" bench --dry-run -i all -t noop | grep '^Strategies')" = "Strategies: $(paste -sd, "$TMP/ran" | sed 's/,/, /g')" ]
}

@test "run --impl peers: one that cannot run here is shown; it is a failure only where it is named" {
	needs_python
	mkdir "$TMP/peers"
	cat >"$TMP/peers/lacking" <<-'END'
		#!/bin/sh
		echo impl,summary,order,in_via,out_via,flags,unavailable,version
		echo lacking,a fake,unordered,call,call,streams,install something,1
	END
	chmod +x "$TMP/peers/lacking"
	export PVQ_PEERS=$TMP/peers
	"$PVQ" run -i serial,peers -t noop -n 10 >"$TMP/out"
	grep -q '^lacking .* unavailable: install something$' "$TMP/out"
	grep -q '^serial ' "$TMP/out"
	run "$PVQ" run -i serial,lacking -t noop -n 10
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: lacking: unavailable: install something"* ]]
	"$PVQ" list peers --json | json 'd["peers"][0]["name"], d["peers"][0]["unavailable"]' | grep -qx "('lacking', 'install something')"
}

@test "run with several strategies: one that fails is shown, and is exit 1; the others have times" {
	run "$PVQ" run -i serial,pool_ordered -t fault:kind=exit,at=3 -n 10 --timeout 20s
	[ "$status" -eq 1 ]
	[[ $output == *$'\n'"serial "*"crashed: "* ]]
	[[ $output == *"pvq: serial: crashed: "* ]]
	for wrong in "--print" "--timeline $TMP/t" "--impl ," "--impl serial,seriel" "--csv --json" "--retries 1"; do
		# shellcheck disable=SC2086
		run "$PVQ" run -i serial,pool_ordered -t noop -n 1 $wrong
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
}

@test "run --json: a list of rows with raw.csv's names; unknown values are null" {
	needs_python
	"$PVQ" run -i serial,pool_ordered -t echo:in=1K -n 20 --json --raw "$TMP/raw.csv" >"$TMP/out"
	[ "$(json '",".join(d[0])' <"$TMP/out")" = "$(head -n 1 "$TMP/raw.csv")" ]
	[ "$(json 'd[1]["impl"], d[1]["n"], d[1]["args"], d[1]["status"], d[1]["total_ns"] > 0' <"$TMP/out")" = \
		"('pool_ordered', 20, 'in=1024,out=64', 'ok', True)" ]
	run "$PVQ" run -i serial -t sleep:us=60s -n 1 --timeout 50ms --json
	[ "$status" -eq 1 ]
	[ "$(grep -v '^pvq:' <<<"$output" | json 'd[0]["status"], d[0]["map_ns"], d[0]["user_ns"], d[0]["oracle"]')" = \
		"('timeout', None, None, None)" ]
}

@test "list --json: what list names, with ranges and units" {
	needs_python
	"$PVQ" list --json >"$TMP/out"
	[ "$(json 'list(d)' <"$TMP/out")" = "['strategies', 'peers', 'tasks']" ]
	[ "$(json '[a for t in d["tasks"] if t["name"] == "sleep" for a in t["args"]][0]' <"$TMP/out" | tr -d ' ')" = \
		"{'name':'us','help':'sleepofoneitem,inmicroseconds','kind':'count','unit':'us','default':'10000','min':0.0,'max':60000000.0,'words':None}" ]
	[ "$(json '[a["words"] for t in d["tasks"] if t["name"] == "fault" for a in t["args"]][0][0]' <"$TMP/out")" = error ]
	[ "$("$PVQ" list strategies --json | json '[s["name"] for s in d["strategies"]][0], len(d)')" = "('serial', 1)" ]
}

@test "doctor --json: every verdict of the text" {
	needs_python
	"$PVQ" doctor --json >"$TMP/out" || [ $? -eq 1 ]
	"$PVQ" doctor >"$TMP/text" || [ $? -eq 1 ]
	json '"\n".join(f["what"] for f in d["facts"])' <"$TMP/out" >"$TMP/facts"
	grep -v '^ \|^$\|^Overall' "$TMP/text" | sed 's/^\(fine\|caution\|spoils the run\|unknown\) *//; s/: .*//' | diff - "$TMP/facts"
	[ "$(json 'd["overall"] in ("fine", "caution", "spoils the run")' <"$TMP/out")" = True ]
	[ "$(json 'all((f["value"] is None) == (f["verdict"] == "unknown") for f in d["facts"])' <"$TMP/out")" = True ]
	run "$PVQ" doctor --json --watch
	[ "$status" -eq 2 ]
}

@test "compare --json: the cells of the table; no interval is null" {
	needs_python
	for run in a b; do
		"$PVQ" bench --only-sweep --profile quick --blocks 2 -n 50 -t noop -i pool_ordered --cores 1 --out "$TMP/$run" >&2
	done
	"$PVQ" compare "$TMP/a" "$TMP/b" --json --out "$TMP/files" >"$TMP/out" 2>"$TMP/err"
	[ "$(json 'd["metric"], d["before"], d["after"]' <"$TMP/out")" = "('map', ['$TMP/a'], ['$TMP/b'])" ]
	[ "$(json 'len(d["cells"]), d["cells"][0]["n_before"], d["cells"][0]["lo"], d["cells"][0]["judged"]' <"$TMP/out")" = \
		"($(tail -n +2 "$TMP/files/compare.csv" | wc -l), 50, None, False)" ]
	"$PVQ" compare "$TMP/a" "$TMP/b" --json --fail-above 5% >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 3 ]
	[ "$(json 'd["unmatched"]' <"$TMP/out")" = "[]" ]
}

@test "colour: verdicts on a terminal alone, and not with NO_COLOR" {
	needs_terminal
	esc=$'\033'
	on_terminal 100 "'$PVQ' doctor" | grep -Eq "$esc\[3[123]m(fine|caution|spoils the run) *$esc\[0m"
	run grep -c "$esc" <(NO_COLOR=1 on_terminal 100 "'$PVQ' doctor")
	[ "$output" = 0 ]
	run grep -c "$esc" <(TERM=dumb on_terminal 100 "'$PVQ' doctor")
	[ "$output" = 0 ]
	run grep -c "$esc" <("$PVQ" doctor)
	[ "$output" = 0 ]
}

@test "progress: run shows it on a terminal after two seconds, and it fits the width" {
	needs_terminal
	on_terminal 30 "'$PVQ' run -i serial -t sleep:us=3500ms -n 1" | tr '\r' '\n' >"$TMP/out"
	grep -q '^[23] s of at most 600 s: serial' "$TMP/out"
	[ "$(grep ' s of at most' "$TMP/out" | awk '{ print length }' | sort -n | tail -n 1)" -le 29 ]
	on_terminal 30 "'$PVQ' run -i serial -t noop -n 1" >"$TMP/out"
	run grep -c 'at most' "$TMP/out"
	[ "$output" = 0 ]
	"$PVQ" run -i serial -t sleep:us=2500ms -n 1 2>"$TMP/err" >&2
	run grep -c 'at most' "$TMP/err"
	[ "$output" = 0 ]
	on_terminal 40 "'$PVQ' bench --only-sweep --profile quick --blocks 3 -t noop -i pool_ordered --cores 1 --out '$TMP/run'" |
		tr '\r' '\n' >"$TMP/out"
	grep -q '^[0-9]* of [0-9]* trials, ' "$TMP/out"
	[ "$(grep '^[0-9]* of [0-9]* trials, ' "$TMP/out" | awk '{ print length }' | sort -n | tail -n 1)" -le 39 ]
}

@test "report: a cell whose trials all met another state than the task's is named, as it has no figure" {
	"$PVQ" bench --profile quick --blocks 2 --n 500 -t noop -i pool_ordered,pthread_queue --chunk auto,10 --cores 2 \
		--workers 2 --out "$TMP/run" >"$TMP/out"
	awk -F, 'BEGIN { OFS = FS }
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR > 1 { $(at["handover_ns"]) = $(at["handover_after_ns"]) = $1 == "pool_ordered" && !$(at["chunk"]) ? 900 : 100 }
		1' "$TMP/run/raw.csv" >"$TMP/raw.csv"
	mv "$TMP/raw.csv" "$TMP/run/raw.csv"
	"$PVQ" report "$TMP/run" >"$TMP/out"
	for page in report.md summary.md; do
		grep -q '^\*\*Without a figure\*\*.*: pool_ordered c=auto (noop, 2 workers on 2 cores)\.$' "$TMP/run/$page"
	done
	grep -q '^| pool_ordered c=10 ' "$TMP/run/report.md"
}
