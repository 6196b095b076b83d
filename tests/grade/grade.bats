# grade.bats: `pvq grade`: each mistake of student.c is told in one sentence, what would end a machine is held, and a class
# has its file and its scoreboard. All files are graded once, two at a time.

setup_file() {
	export PVQ=${PVQ:-$PWD/build/pvq}
	export DIR=$BATS_FILE_TMPDIR
	# A separate user must be able to enter it.
	OPEN=$(mktemp -d /tmp/grade-bats.XXXXXX)
	export OPEN TMPDIR=$OPEN
	chmod 755 "$OPEN"
	local mistake
	MISTAKES="LOSES DUPLICATES DEADLOCKS ZOMBIE PROCESS FILES LEAKS ORDER LOOPS FORKS BOMB HOG FILLS MEMFDS CALLS PRINTS QUITS CRASHES"
	# With a sanitizer each takes many times as long: a few show that grade works there, too.
	case $PVQ in */san-*) MISTAKES="LOSES LEAKS CALLS" ;; esac
	case $PVQ in */san-thread*) return ;; esac
	export MISTAKES
	for mistake in $MISTAKES; do
		{ echo "#define MISTAKE_$mistake 1" && cat tests/grade/student.c; } >"$DIR/$mistake.c"
	done
	echo 'int main(void) { return missing; }' >"$DIR/EMPTY.c"
	{ cat tests/grade/student.c && echo 'int x = missing;'; } >"$DIR/BROKEN.c"
	# shellcheck disable=SC2016  # for the inner shell
	(cd "$DIR" && ls ./*.c) | xargs -P 2 -I{} sh -c \
		'case $1 in *LOOPS* | *FORKS*) set -- "$1" --cpu 1 ;; esac
		"$PVQ" grade "$DIR/$@" --csv "$DIR/class.csv" >"$DIR/$1.out" 2>"$DIR/$1.err"; echo $? >"$DIR/$1.rc"' - {}
}

teardown_file() {
	[ -z "${OPEN:-}" ] || rmdir "$OPEN" # nothing is left in it
}

setup() {
	case $PVQ in */san-thread*) skip "grade works with the other sanitizers; this one would take as long again" ;; esac
}

# Skips a test whose files were not all graded.
needs() {
	local mistake
	for mistake; do
		[[ " $MISTAKES " == *" $mistake "* ]] || skip "would take too long with a sanitizer"
	done
}

# The file is graded as wrong, with a sentence that holds the words, and on one line.
told() {
	local file=$DIR/$1.c words=$2
	cat "$file.out" "$file.err"
	[ "$(cat "$file.rc")" -eq 1 ]
	[ "$(grep -c "^wrong, 0 of 100 points: .*$words" "$file.out")" -eq 1 ]
}

# No process runs a program of these gradings.
gone() {
	run pgrep -f "$OPEN/pvq-grade"
	[ "$status" -eq 1 ]
}

@test "grade: a strategy that loses an item" {
	told LOSES "item 5 never arrived.*look at map()"
}

@test "grade: a strategy that puts an item twice" {
	needs DUPLICATES
	told DUPLICATES "item 5 arrived twice.*look at map()"
}

@test "grade: a strategy that stands still where pipes are full" {
	needs DEADLOCKS
	told DEADLOCKS "it stands still"
	# Whether a process waits in write() is known only with the right to trace it.
	if ((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 19 & 1)); then told DEADLOCKS "write().*pipes are full"; fi
}

@test "grade: a strategy that leaves a zombie, a process, or a file" {
	needs ZOMBIE PROCESS FILES
	told ZOMBIE "child processes are left.*reap every worker in stop()"
	told PROCESS "1 process outlived stop()"
	# Whose a file is can be told of a separate user alone.
	if grep -q 'a separate user' "$DIR/FILES.c.out"; then told FILES "1 file or shared memory left behind"; fi
}

@test "grade: a strategy that leaks memory" {
	echo 'int main(void) { return 0; }' >"$DIR/nothing.c"
	cc -fsanitize=leak "$DIR/nothing.c" -o "$DIR/nothing" && "$DIR/nothing" || skip "this compiler brings no search for leaks, or it may not look"
	told LEAKS "memory is leaked: stop() must free"
}

@test "grade: a strategy that ignores the order it promises" {
	needs ORDER
	told ORDER "item 3 arrived out of order"
}

@test "grade: an endless loop, a fork bomb, a memory hog, garbage, an exit and a crash are held" {
	needs LOOPS FORKS BOMB HOG PRINTS QUITS CRASHES
	told LOOPS "CPU time: look for a loop"
	told FORKS "CPU time: look for a loop"
	told BOMB "more than 256 processes"
	told HOG "more than 1024 MiB of memory"
	told PRINTS "it prints .*garbage"
	told QUITS "exited with 0: start(), map() and stop() must return"
	told CRASHES "signal 6 ended the process that called the strategy"
	gone
}

@test "grade: who fills a disk or takes memory without mapping it is held, as far as the kernel offers it" {
	needs FILLS MEMFDS
	# On a tmpfs, written bytes are seen as files of a separate user alone, or as memory.
	if grep -q 'a separate user' "$DIR/FILLS.c.out"; then told FILLS "more than 256 MiB written to files"; fi
	if grep -q 'memory in a cgroup' "$DIR/MEMFDS.c.out"; then told MEMFDS "more than 1024 MiB of memory"; fi
	[ "$(find /tmp -maxdepth 1 -name 'pvq-student-fills-*' | wc -l)" -eq 0 ]
}

@test "grade: who calls the network is told so, where the kernel lends a name space" {
	grep -q '; no network$' "$DIR/CALLS.c.out" || skip "the network is open here"
	told CALLS "it uses the network, and there is none"
}

@test "grade: the limits that hold are said, and those that the kernel does not offer" {
	grep -q '^limits   CPU time, memory, processes, files; .* cgroup.*; .*\(separate user\|it runs as you\).*; .*network' "$DIR/LOSES.c.out"
	[ "$(id -u)" -eq 0 ] || skip "needs root, to stop being it"
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	"${nobody[@]}" test -x "$PVQ" -a -r impls/impl.h || skip "nobody cannot enter this folder"
	install -d -o 65534 "$OPEN/nobody"
	cp "$DIR/BROKEN.c" "$OPEN/nobody"
	TMPDIR=$OPEN/nobody run "${nobody[@]}" "$PVQ" grade "$OPEN/nobody/BROKEN.c"
	rm -r "$OPEN/nobody"
	[[ $output == *"no cgroup can be made here"* ]]
	[[ $output == *"it runs as you: it can read your files"* ]]
}

@test "grade: what does not compile is told by its first error" {
	for file in EMPTY BROKEN; do
		cat "$DIR/$file.c.out"
		[ "$(cat "$DIR/$file.c.rc")" -eq 1 ]
	done
	grep -q '^not built, 0 of 100 points: has no descriptor' "$DIR/EMPTY.c.out"
	grep -q '^not built, 0 of 100 points: does not compile: .*BROKEN.c:[0-9:]* error: .*missing' "$DIR/BROKEN.c.out"
	grep -q '^build    cc .*BROKEN.c' "$DIR/BROKEN.c.out"
}

@test "grade: a right strategy is measured, or it stays open for lack of time; it never loses" {
	run "$PVQ" grade tests/grade/student.c --n 20 --blocks 6 --csv "$DIR/class.csv" --json
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
	[[ $output == *'"failed": null'* ]]
	[[ $output == *'"grade": "full"'* || $output == *'"grade": "slower"'* || $output == *'"grade": "open"'* ]]
	[[ $output == *'"compile": "cc '* ]]
	grep -q '^student,pool_unordered,' "$DIR/class.csv"
}

@test "grade: one line a grading, one header, and a page with a row for each name" {
	[ "$(grep -c '^name,' "$DIR/class.csv")" -eq 1 ]
	[ "$(wc -l <"$DIR/class.csv")" -gt "$(wc -w <<<"$MISTAKES")" ]
	{
		head -n 1 "$DIR/class.csv"
		grep '^LOSES,' "$DIR/class.csv"
		sed -n '/^LOSES,/s//a|<b>,/p' "$DIR/class.csv"
		grep '^LOSES,' "$DIR/class.csv"
	} >"$DIR/two.csv"
	run "$PVQ" grade --scoreboard "$DIR/two.csv"
	[ "$status" -eq 0 ]
	[[ $output == *"> **2 strategies**: 2 wrong"* ]]
	[ "$(grep -c '^| LOSES | 0 | wrong |' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^- \*\*LOSES\*\* (wrong; .*never arrived' <<<"$output")" -eq 1 ]
	[[ $output == *'| a\|&lt;b> | 0 | wrong |'* ]]
}

@test "grade: a class's page holds each sentence, the points with their interval, and nothing from the network" {
	cp "$DIR/class.csv" "$DIR/all.csv"
	printf '%s\n' 'late,pool_unordered,slower,63,16,16,,20,1.983,1.903,2.087,slower,,,,,spin:ns=20us,2000,2,"right, but slower",1' >>"$DIR/all.csv"
	"$PVQ" grade --scoreboard "$DIR/all.csv" --out "$DIR/class.html" >"$DIR/class.out"
	[ ! -s "$DIR/class.out" ]
	grep -q '<td align="right">63 (57–63)</td>' "$DIR/class.html"
	grep -q '<strong>LOSES</strong> (wrong; .*item 5 never arrived' "$DIR/class.html"
	# Full points and slower ones come before those with none, and open ones are last.
	[ "$(grep -n '<td>late</td>' "$DIR/class.html" | cut -d: -f1)" -lt "$(grep -n '<td>LOSES</td>' "$DIR/class.html" | cut -d: -f1)" ]
	run grep -nE 'https?:|src=|<script|@import|url\(' "$DIR/class.html"
	[ "$status" -eq 1 ]
	run "$PVQ" grade --scoreboard "$DIR/all.csv" --out "$DIR/no/class.html"
	[ "$status" -eq 1 ]
	[[ $output == "pvq: cannot write the scoreboard: "* ]]
}

@test "grade: impossible requests are refused" {
	local line
	for line in "" "a.c b.c" "nowhere.c" "tests/grade/student.c --against nobody" "--scoreboard $DIR/no.csv" \
		"tests/grade/student.c --scoreboard $DIR/class.csv" "tests/grade/student.c --out $DIR/x.html" "tests/grade/student.c --task nothing"; do
		# shellcheck disable=SC2086  # words
		run "$PVQ" grade $line
		[ "$status" -eq 2 ]
		[[ $output == pvq:* ]]
	done
	cd "$DIR"
	run "$PVQ" grade LOSES.c
	[ "$status" -eq 2 ]
	[[ $output == *"checkout of pvq"* ]]
}

@test "TEACHING.md: its lessons exist, its runs and sweeps are ones that pvq takes" {
	local line name lessons=0 runs=0 sweeps=0
	"$PVQ" lesson >"$BATS_TEST_TMPDIR/lessons"
	# shellcheck disable=SC2016  # of Markdown
	grep -o '`build/pvq [^`]*`' reports/TEACHING.md | tr -d '`' | cut -d' ' -f2- >"$BATS_TEST_TMPDIR/commands"
	while read -r line; do
		case $line in
		"lesson "[a-z]*)
			name=${line#lesson }
			grep -q "^  $name " "$BATS_TEST_TMPDIR/lessons" || { echo "no lesson $name"; return 1; }
			lessons=$((lessons + 1))
			;;
		"bench --profile"*)
			# shellcheck disable=SC2086  # words
			"$PVQ" ${line//mine,/} --dry-run >"$BATS_TEST_TMPDIR/plan"
			sweeps=$((sweeps + 1))
			;;
		"run -i mine"* | *kind=kill*) ;;
		"run "*)
			# shellcheck disable=SC2086  # words
			"$PVQ" $line -n 20 >"$BATS_TEST_TMPDIR/rows"
			runs=$((runs + 1))
			;;
		esac
	done <"$BATS_TEST_TMPDIR/commands"
	[ $lessons -ge 6 ]
	[ $runs -ge 2 ]
	[ $sweeps -ge 3 ]
}
