# whole.bats: what is killed, cut off, or meets a full disk: no file is believed that is not whole, nothing is a dead end;
# and what the terminal, the starter or the machine deny is told as what it is.
# PVQ is the binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
	RUN=$TMP/run
	export PVQ_PEERS="$TMP" # no peers
}

teardown() {
	rm -rf "$TMP"
}

# A sweep of eight cells, twice.
small() {
	"$PVQ" bench --profile quick --blocks 2 --n 50 --tasks noop,sleep:us=10 --impls pool_ordered --cores 1 --only-sweep "$@"
}

# Exit 2, and one line on stderr that holds each of the words.
refused() {
	local words=$1 rc=0
	shift
	"$@" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 2 ] || { echo "exit $rc: $(cat "$TMP/err")"; return 1; }
	[ "$(wc -l <"$TMP/err")" -eq 1 ] || { cat "$TMP/err"; return 1; }
	for word in $words; do
		grep -qF -- "$word" "$TMP/err" || { echo "no '$word' in: $(cat "$TMP/err")"; return 1; }
	done
}

# Whether raw.csv holds every planned row exactly once, first attempts only, and nothing is left in the making.
is_complete() {
	local cells
	cells=$(($(wc -l <"$RUN/plan.csv") - 1))
	[ "$cells" -eq "$(sed -n 's/^cells\t//p' "$RUN/manifest.tsv")" ]
	[ "$(awk -F, 'NR > 1 && $(NF - 1) == 0' "$RUN/raw.csv" | wc -l)" -eq $((2 * cells)) ]
	[ -z "$(awk -F, '$(NF - 1) == 0' "$RUN/raw.csv" | cut -d, -f1-6,12 | sort | uniq -d)" ]
	[ -z "$(find "$RUN" -name '*.part')" ]
}

@test "a plan that was cut off is not believed" {
	small --out "$RUN" >"$TMP/out" 2>&1
	head -n 3 "$RUN/plan.csv" >"$TMP/cut"
	cp "$TMP/cut" "$RUN/plan.csv"
	refused "plan.csv whole: 2 of 8 cells" "$PVQ" bench --resume "$RUN"
	refused "plan.csv whole" "$PVQ" bench --like "$RUN" --out "$TMP/again"
}

@test "a manifest that was cut off is not believed; one without its number of facts is of an earlier version" {
	small --out "$RUN" >"$TMP/out" 2>&1
	facts=$(wc -l <"$RUN/manifest.tsv")
	[ "$(head -n 1 "$RUN/manifest.tsv")" = "facts	$((facts - 1))" ] # the end was added to it
	cp "$RUN/manifest.tsv" "$TMP/manifest"
	head -n 9 "$TMP/manifest" >"$RUN/manifest.tsv"
	refused "manifest.tsv whole: 8 of $((facts - 1)) facts" "$PVQ" bench --resume "$RUN"
	# A last line that was cut off holds no fact: blocks must not become 1 of 12.
	printf 'profile\tquick\ntimeout_s\t20\nblocks\t1' >"$RUN/manifest.tsv"
	refused "no run to resume" "$PVQ" bench --resume "$RUN"
	sed 1d "$TMP/manifest" >"$RUN/manifest.tsv"
	"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>&1
	is_complete
}

@test "rows that cannot be read: --resume measures them again; terminal, report and summary.md tell how many" {
	small --out "$RUN" >"$TMP/out" 2>&1
	sed -i '4s/,ok,/,okk,/; 7s/.*/"no end/' "$RUN/raw.csv"
	rc=0
	"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q "raw.csv: line 4: 'okk' is no status; 2 rows could not be read, 14 were" "$TMP/err"
	[ "$(wc -l <"$RUN/raw.csv")" -ge 19 ]
	[ "$(tr '\n' ' ' <"$TMP/out" | grep -c 'Trust: .*; 2 rows could not be read')" -eq 1 ]
	for file in report.md report.html summary.md; do
		grep -q 'Trust: .*; 2 rows could not be read' "$RUN/$file"
	done
}

@test "files that a spreadsheet program saved, with a byte order mark and CR LF, are read as before" {
	small --out "$RUN" >"$TMP/out" 2>&1
	cp "$RUN/summary.csv" "$TMP/before"
	sed -i '1s/^/\xef\xbb\xbf/; s/$/\r/' "$RUN/raw.csv" "$RUN/plan.csv" "$RUN/manifest.tsv"
	"$PVQ" report "$RUN" >"$TMP/out" 2>"$TMP/err"
	[ ! -s "$TMP/err" ]
	cmp "$TMP/before" "$RUN/summary.csv"
	grep -q '^| blocks | 2 |$' "$RUN/report.md"
	"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>&1
	cmp "$TMP/before" "$RUN/summary.csv"
}

@test "a run that was killed before it had a plan: --resume says what to do, and that works" {
	mkdir "$RUN"
	: >"$RUN/raw.csv"
	refused "no run to resume: --out" "$PVQ" bench --resume "$RUN"
	grep -qF "begin a run with: pvq bench --out $RUN" "$TMP/err"
	: >"$RUN/plan.csv.part" # as a kill while it was written would leave it
	: >"$RUN/manifest.tsv.part"
	small --out "$RUN" >"$TMP/out" 2>&1
	is_complete
}

@test "a second run into a folder that one is planned into says so" {
	mkdir "$RUN"
	: >"$RUN/raw.csv"
	exec 9>>"$RUN/raw.csv"
	flock 9
	refused "another pvq is writing" small --out "$RUN"
	[ ! -s "$RUN/raw.csv" ]
	exec 9>&-
	small --out "$RUN" >"$TMP/out" 2>&1
	exec 9>>"$RUN/raw.csv"
	flock 9
	rc=0
	"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q "another pvq is writing to $RUN" "$TMP/err"
}

@test "a disk that is full at each write of a bench: what there is can be continued, and is then complete" {
	strace -o /dev/null -e trace=write -e inject=write:error=ENOSPC:when=1 true 2>/dev/null || skip "strace cannot trace here"
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 # leaks are not sought under strace
	for ((write = 1, rc = 1; write <= 60; write++)); do
		rm -rf "$RUN"
		rc=0
		strace -o "$TMP/trace" -P "$RUN/raw.csv" -P "$RUN/plan.csv.part" -P "$RUN/manifest.tsv.part" \
			-e trace=write -e inject=write:error=ENOSPC:when=$write \
			"$PVQ" bench --profile quick --blocks 2 --n 50 --tasks noop,sleep:us=10 --impls pool_ordered --cores 1 \
			--only-sweep --out "$RUN" >"$TMP/out" 2>"$TMP/err" || rc=$?
		grep -q INJECTED "$TMP/trace" || break
		[ "$rc" -ne 0 ]
		[ "$(grep -c 'No space left on device' "$TMP/err")" -eq 1 ]
		if [ -e "$RUN/plan.csv" ]; then
			"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>&1
		else
			small --out "$RUN" >"$TMP/out" 2>&1
		fi
		is_complete
	done
	[ "$write" -gt 20 ] # manifest, plan, header, sixteen rows, the manifest's end
	[ "$rc" -eq 0 ]
	is_complete
}

@test "a bench that is killed at random moments and resumed: every planned row once, no file that is not whole" {
	rc=0
	timeout 300 scripts/kill-resume "$PVQ" --rounds 4 --seed $RANDOM --profile quick >"$TMP/out" 2>&1 || rc=$?
	[ "$rc" -ne 77 ] || skip "strace cannot trace here"
	[ "$rc" -eq 0 ] || { cat "$TMP/out"; false; }
	grep -q '^4 rounds, 0 failed' "$TMP/out"
}

@test "a folder and a path of any bytes go through every file; commands can be pasted" {
	odd=$TMP/$'caf\xe9 d\'or\tand\nmore $(x) "y"'
	mkdir "$odd"
	RUN=$odd/run
	odd=$TMP/$'caf\xe9 d\'or "y"' # an argument takes no control characters
	mkdir "$odd"
	echo text >"$odd/file"
	"$PVQ" bench --profile quick --blocks 2 --n 5 --tasks "noop,deflate:dir=$odd" --impls pool_ordered --cores 1 --only-sweep \
		--out "$RUN" >"$TMP/out" 2>"$TMP/err"
	[ -s "$RUN/report.html" ]
	[ "$(grep -c 'cannot' "$TMP/err")" -eq 0 ]
	[ "$(grep -c '^blocks' "$RUN/manifest.tsv")" -eq 1 ]
	for file in report.md report.html summary.md benchmark.json bmf.json manifest.tsv; do
		iconv -f utf-8 -t utf-16 "$RUN/$file" >/dev/null || { echo "$file"; false; }
	done
	"$PVQ" run -i serial -t "deflate:dir=$odd" -n 5 --json | iconv -f utf-8 -t utf-16 >/dev/null
	cp "$RUN/summary.csv" "$TMP/before"
	# The commands in the report: both are words that the shell reads as they were given.
	sed -n '/^### The commands/,$s/^    pvq //p' "$RUN/report.md" >"$TMP/commands"
	[ "$(wc -l <"$TMP/commands")" -eq 2 ]
	words=()
	eval "words=($(head -n 1 "$TMP/commands"))"
	[ "${words[-1]}" = "$RUN" ]
	[ "${words[8]}" = "noop,deflate:dir=$odd" ]
	rm "$RUN/summary.csv"
	eval "\"\$PVQ\" $(tail -n 1 "$TMP/commands")"
	cmp "$TMP/before" "$RUN/summary.csv"
	# A row whose last line is cut off within quotes is measured again.
	truncate -s -2 "$RUN/raw.csv"
	rc=0
	"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -le 1 ]
	cells=$(sed -n 's/^cells\t//p' "$RUN/manifest.tsv")
	[ "$("$PVQ" report "$RUN" 2>&1 | grep -c 'belongs to no cell')" -eq 0 ]
	grep -q ", with up to 1 core: $((2 * cells)) trials of" "$RUN/report.md"
}

@test "an argument cannot add facts to the manifest" {
	rc=0
	small --seed $'1\nblocks\t7' --out "$RUN" >"$TMP/out" 2>&1 || rc=$?
	[ "$rc" -eq 2 ]
	PVQ_PEERS=$'a\nblocks\t7' small --out "$TMP/run"$'\nblocks\t7' >"$TMP/out" 2>&1
	[ "$(grep -c '^blocks' "$TMP/run"$'\nblocks\t7/manifest.tsv')" -eq 1 ]
}

@test "an allocation that fails, wherever: a verified success, or one line that names memory" {
	cc -D_GNU_SOURCE -shared -fPIC -o "$TMP/fail_malloc.so" tests/support/fail_malloc.c || skip "needs a compiler"
	LD_PRELOAD=$TMP/fail_malloc.so "$PVQ" list >"$TMP/out" 2>&1 || skip "nothing can be preloaded"
	for in in trial driver; do
		for ((at = 1, good = 0; at <= 80; at++)); do
			rc=0
			FAIL_IN=$in FAIL_AT=$at LD_PRELOAD=$TMP/fail_malloc.so timeout 20 "$PVQ" run -i pool_ordered -t noop -n 3 --print \
				>"$TMP/out" 2>"$TMP/err" || rc=$?
			if [ "$rc" -eq 0 ]; then
				[ "$(grep -c '^[012]	[123]0$' "$TMP/out")" -eq 3 ]
				good=$((good + 1))
				continue
			fi
			grep -q 'memory' "$TMP/err" || { echo "$in $at: exit $rc: $(cat "$TMP/err")"; false; }
		done
		[ "$good" -gt 5 ] # the last ones are beyond what a run needs
	done
}

@test "results that cannot be printed are told as that" {
	"$PVQ" run -i pool_ordered -t noop -n 3 --print --csv --raw "$TMP/raw.csv" >/dev/full 2>"$TMP/err" && false
	tail -n 1 "$TMP/raw.csv" | grep -q ',error,.*the results cannot be printed: No space left on device'
}

@test "a terminal that stops background output (stty tostop): results show" {
	script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "no pseudo-terminal"
	PVQ=$PVQ script -qec 'stty tostop; "$PVQ" run -i pool_ordered -t noop -n 3 --print --timeout 20' /dev/null </dev/null |
		tr -d '\r' >"$TMP/out"
	[ "$(grep -c '^[012]	[123]0$' "$TMP/out")" -eq 3 ]
	grep -q '^verified' "$TMP/out"
}

@test "a starter that ignores SIGCHLD: ends are told as they were" {
	small --out "$RUN" >"$TMP/out" 2>&1
	bash -c 'trap "" CHLD; exec "$@"' bash "$PVQ" report "$RUN" >"$TMP/out" 2>"$TMP/err"
	[ ! -s "$TMP/err" ]
	rc=0
	bash -c 'trap "" CHLD; exec "$@"' bash "$PVQ" run -i serial -t fault:kind=segv,at=1 -n 3 >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q 'killed by SIGSEGV' "$TMP/err"
}

@test "a limit on the size of files: the rows before are kept, and the reason told" {
	rc=0
	(ulimit -f 5; small --blocks 40 --out "$RUN") >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q 'raw.csv: File too large; the rows before are kept' "$TMP/err"
	"$PVQ" bench --resume "$RUN" >"$TMP/out" 2>&1
	[ -z "$(awk -F, '$(NF - 1) == 0' "$RUN/raw.csv" | cut -d, -f1-6,12 | sort | uniq -d)" ]
}

@test "few descriptors: too many open files, not an exit status" {
	for files in 9 10 12; do # with fewer, the loader finds no libraries
		rc=0
		bash -c "ulimit -n $files; exec \"\$@\"" bash "$PVQ" run -i pool_ordered -t noop -n 3 >"$TMP/out" 2>"$TMP/err" || rc=$?
		[ "$rc" -ne 0 ]
		grep -q 'Too many open files' "$TMP/err" || { echo "$files: $(cat "$TMP/err")"; false; }
	done
}

@test "a gnuplot that cannot start is not one that is missing" {
	small --out "$RUN" >"$TMP/out" 2>&1
	mkdir "$TMP/bin"
	printf '#!/bin/sh\necho no memory >&2\nexit 127\n' >"$TMP/bin/gnuplot"
	chmod +x "$TMP/bin/gnuplot"
	PATH=$TMP/bin:/usr/bin:/bin "$PVQ" report "$RUN" >"$TMP/out" 2>"$TMP/err"
	grep -q 'gnuplot failed.*gnuplot-1.log' "$TMP/err"
	grep -q 'no memory' "$RUN/plots/gnuplot-1.log"
	mkdir "$TMP/empty"
	PATH=$TMP/empty "$PVQ" report "$RUN" >"$TMP/out" 2>"$TMP/err"
	[ "$(grep -c 'gnuplot is not installed' "$TMP/err")" -eq 1 ]
}

@test "a folder whose name is too long is told" {
	long=$(printf 'x%.0s' {1..5000})
	for command in "bench --profile quick --out" "bench --resume" "bench --like" "report" "e2e --out" "selftest --out"; do
		# shellcheck disable=SC2086
		refused "too long" "$PVQ" $command "$long" || { echo "$command"; false; }
	done
}

@test "doctor: a read-only /tmp does not matter; without /proc no run is fine" {
	unshare -m true 2>/dev/null || skip "needs the right to mount"
	if "$PVQ" doctor | grep -q 'a sanitizer build'; then skip "a sanitizer needs /proc"; fi
	cp "$PVQ" /dev/shm/pvq-$$ || skip "no /dev/shm"
	unshare -m bash -c "mount -t tmpfs -o ro none /tmp && /dev/shm/pvq-$$ doctor; true" >"$RUN.out" 2>&1
	unshare -m bash -c "mount -t tmpfs none /proc && /dev/shm/pvq-$$ doctor; true" >"$RUN.proc" 2>&1
	rm -f /dev/shm/pvq-$$
	grep -q '^fine .*CPUs and topology' "$RUN.out"
	tail -n 1 "$RUN.proc" | grep -qx 'Overall: spoils the run'
	grep -q '^spoils the run  */proc: not mounted' "$RUN.proc"
}

@test "e2e: what a hyperfine leaves that fails is no outside view; the next one is measured" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	mkdir "$TMP/bin"
	cat >"$TMP/bin/hyperfine" <<-'END'
		#!/bin/sh
		[ "$1" != --version ] || { echo hyperfine 1.15.0; exit; }
		while [ "$1" != --export-json ]; do shift; done
		printf '{"results": [' >"$2"
		echo it broke
		exit 3
	END
	chmod +x "$TMP/bin/hyperfine"
	rc=0
	PATH=$TMP/bin:$PATH "$PVQ" e2e --runs 2 --n 1 --impls pthread_queue --out "$RUN" >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 1 ]
	grep -q "hyperfine failed (exit status 3); its messages are in $RUN/e2e.log" "$TMP/err"
	grep -q 'it broke' "$RUN/e2e.log"
	[ -z "$(find "$RUN" -name 'e2e.json*')" ]
	"$PVQ" e2e --runs 2 --n 1 --impls pthread_queue --out "$RUN" >"$TMP/out" 2>"$TMP/err"
	grep -q '^## Seen from outside' "$RUN/report.md"
	[ -z "$(find "$RUN" -name '*.part')" ]
	refused "already holds an outside view" "$PVQ" e2e --out "$RUN"
}

@test "a price list that fails leaves no half of it, and the reason is told" {
	mkdir "$TMP/bin"
	cp "$PVQ" "$TMP/bin/pvq"
	printf '#!/bin/sh\nprintf {half >"$3/micro.json.part"\nexit 3\n' >"$TMP/bin/pvq-micro"
	chmod +x "$TMP/bin/pvq-micro"
	PATH=$TMP/bin:/bin "$TMP/bin/pvq" bench -i serial -t noop --n 20 --blocks 1 --cores 1 --out "$RUN" >"$TMP/out" 2>"$TMP/err"
	grep -q 'no price list: pvq-micro: exit status 3' "$TMP/err"
	[ -z "$(find "$RUN" -name 'micro.json*')" ]
	rm "$TMP/bin/pvq-micro"
	PATH=$TMP/bin:/bin "$TMP/bin/pvq" bench --resume "$RUN" >"$TMP/out" 2>"$TMP/err"
	grep -q 'no price list: pvq-micro: No such file or directory' "$TMP/err"
}
