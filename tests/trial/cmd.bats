# cmd.bats: commands as items: results, failures, bounds, the job log, and that nothing of them is left running. PVQ is the
# binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	cd "$BATS_TEST_TMPDIR"
	export ID=$$$RANDOM # a sleep of so many seconds is this test's
}

says() {
	[[ $output == *"$1"* ]] || { echo "no '$1' in: $output"; return 1; }
}

# Ends once no process that sleeps ID seconds exists: what pvq ended is gone by then, or nearly.
nothing_sleeps() {
	for _ in {1..100}; do
		pgrep -f "sleep $ID" >/dev/null || return 0
		sleep 0.05
	done
	return 1
}

pool() {
	"$PVQ" run --impl pool_ordered --workers 3 --print "$@"
}

@test "items with blanks, quotes and line breaks are one argument, in order; stdout is the result" {
	printf 'a b.txt\0it'\''s "q"\0new\nline;$HOME\0' >items
	pool --task "cmd:run='printf [%s]',items=items,nul=1" >out 2>err
	printf '[a b.txt][it'\''s "q"][new\nline;$HOME]' | cmp - out
	grep -q '^unverified: commands run once' err
	pool --task "cmd:run='printf \"<%s>\" {} | cat',items=-,nul=1,shell=1" <items >out
	printf '<a b.txt><it'\''s "q"><new\nline;$HOME>' | cmp - out
	touch x.c 'y, z.c'
	run "$PVQ" run --impl serial --print --task "cmd:run='echo {#}:{/.}',items='./*.c'"
	[ "${lines[0]}" = 1:x ]
	[ "${lines[1]}" = "2:y, z" ]
}

@test "each command runs once, with every strategy, and the row says that it is unverified" {
	for impl in serial pool_ordered pool_unordered fork_pipe_queue pthread_queue; do
		"$PVQ" run --impl $impl --csv --n 40 \
			--task "cmd:run='echo {#} >>$impl',shell=1" >row
		grep -q ',ok,unverified,' row
		[ "$(sort -n $impl)" = "$(seq 40)" ]
	done
	run "$PVQ" run --impl serial,pool_ordered --task cmd:run=true --n 3
	[ "$status" -eq 2 ]
	says "--repeat-ok"
	run "$PVQ" run --impl serial,pool_ordered,pthread_queue --task cmd:run=echo --n 3 --repeat-ok
	[ "$status" -eq 0 ]
	says "all strategies had the same results"
	echo 0 >seq
	run "$PVQ" run --impl serial,pool_ordered --n 3 --repeat-ok --task "cmd:run='echo x >>seq; wc -l <seq; :',shell=1"
	says "not all strategies had the same results"
}

@test "a command that fails is its item's error, with the last line of its stderr; the others arrive" {
	printf '0\n3\n0\n' >items
	run pool --task "cmd:run='sh -c \"echo out; echo first >&2; echo last words >&2; exit \$0\"',items=items"
	[ "$status" -eq 1 ]
	[ "$(grep -c '^out$' <<<"$output")" -eq 2 ]
	says "pvq: 3: exit status 3: last words"
	says "1 of 3 items failed, the first 1: exit status 3: last words"
	run pool --n 1 --task "cmd:run='sh -c \"kill -SEGV \$\$\"'"
	says "pvq: 1: killed by SIGSEGV"
	run pool --n 1 --task "cmd:run='sh -c \"kill -40 \$\$\"'"
	says "pvq: 1: killed by signal 40"
	run pool --n 1 --task "cmd:run='no-such-command'"
	says "pvq: 1: exit status 127: no-such-command: command not found"
}

@test "output is bounded, and a command that writes more is ended" {
	run pool --n 2 --task "cmd:run='sh -c \"echo 12345; echo 12345\"',max_out=12"
	[ "$status" -eq 0 ]
	run pool --n 1 --task "cmd:run='sh -c \"yes; sleep $ID\"',max_out=12"
	[ "$status" -eq 1 ]
	says "pvq: 1: more than max_out=12 bytes on stdout"
	nothing_sleeps
	pool --n 1 --task "cmd:run='head -c 1048576 /dev/zero; true',shell=1" >out
	[ "$(wc -c <out)" -eq 1048576 ]
}

@test "what a command leaves behind ends with it" {
	pool --n 3 --task "cmd:run='sleep $ID & setsid sleep $ID & echo done',shell=1" >out
	[ "$(grep -c done out)" -eq 3 ]
	nothing_sleeps
}

@test "an item's time limit, a worker's death and the trial's time limit end the command and all that it started" {
	run pool --n 2 --retries 0 --item-timeout 200ms --task "cmd:run='setsid sleep $ID & sleep $ID',shell=1"
	[ "$status" -eq 1 ]
	says "pvq: 1: lost: it took too long"
	nothing_sleeps
	# The command kills its guard's parent, the worker.
	run pool --n 1 --retries 0 --task \
		"cmd:run='sleep $ID & kill -9 \$(ps -o ppid= \$PPID); sleep $ID',shell=1"
	[ "$status" -eq 1 ]
	says "pvq: 1: lost: its worker died"
	nothing_sleeps
	run pool --n 2 --timeout 300ms --task "cmd:run='setsid sleep $ID & sleep $ID',shell=1"
	[ "$status" -eq 1 ]
	says "timeout"
	nothing_sleeps
}

@test "an interrupt ends the commands too" {
	mkfifo begun
	for impl in pool_ordered serial pthread_queue; do
		"$PVQ" run --impl $impl --n 2 --workers 1 \
			--task "cmd:run='echo >begun; setsid sleep $ID & sleep $ID',shell=1" 2>err &
		pid=$!
		read -r <begun
		kill -TERM $pid # a shell makes its background jobs ignore SIGINT
		! wait $pid
		grep -q interrupted err
		nothing_sleeps
	done
}

@test "a command's signals, descriptors and input are those of a shell's" {
	run pool --n 1 --task "cmd:run='ls /proc/self/fd | tr -d \"\\n\"; readlink /proc/self/fd/0; yes | head -n 1; trap',shell=1"
	[ "$status" -eq 0 ]
	says "/dev/null"
	says y
	[[ $output != *"Broken pipe"* ]]
	[[ ${lines[0]} == 0123/dev/null ]] # 3 is that of ls itself
	run pool --n 2 --task "cmd:run='trap \"\" TERM; kill 0; echo alive',shell=1"
	[ "$status" -eq 0 ]
	[ "$(grep -c "^alive" <<<"$output")" -eq 2 ]
}

@test "job log: whole lines in GNU parallel's columns; --resume runs what has not succeeded" {
	printf 'a\nb\nc\nd\n' >items
	task="cmd:run='test ! -e bad -o {} != b && echo {} >>ran && echo {}',items=items,shell=1"
	touch bad
	run pool --joblog log --task "$task"
	[ "$status" -eq 1 ]
	[ "$(head -n 1 log)" = $'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand' ]
	[ "$(tail -n +2 log | sort -n | cut -f 1,7,8)" = $'1\t0\t0\n2\t1\t0\n3\t0\t0\n4\t0\t0' ]
	run pool --joblog log --task "$task"
	[ "$status" -eq 2 ]
	says "--resume"
	rm bad
	run pool --joblog log --resume --task "$task"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = b ]
	says ", n 1, "
	[ "$(sort ran | tr -d '\n')" = abcd ]
	run pool --joblog log --resume --task "$task"
	[ "$status" -eq 0 ]
	says "nothing is left to do"
	run pool --joblog log --resume --task "cmd:run=echo,items=items"
	[ "$status" -eq 2 ]
	says "the log of other commands"
	run pool --resume --task "$task"
	[ "$status" -eq 2 ]
	run pool --joblog log2 --task noop --n 3
	[ "$status" -eq 2 ]
	# Numbers: the same line, again, finishes the first ten.
	run pool --joblog log3 --n 10 --task "cmd:run='test {} -gt 4'"
	[ "$status" -eq 1 ]
	run pool --joblog log3 --resume --n 10 --task "cmd:run='test {} -gt 4'"
	says ", n 4, "
}

@test "an interrupted run has a log of what was done, and --resume does the rest" {
	mkfifo begun
	task="cmd:run='test {#} -lt 3 -o -e go || { echo >begun; sleep $ID; }; echo {} >>ran',shell=1"
	"$PVQ" run --impl pool_ordered --workers 1 --print --n 5 --joblog log --task "$task" 2>err &
	pid=$!
	read -r <begun
	kill -TERM $pid
	! wait $pid
	grep -q -- --resume err
	[ "$(cut -f 1,7 log | tail -n +2)" = $'1\t0\n2\t0' ]
	touch go
	"$PVQ" run --impl pool_ordered --n 5 --joblog log --resume --task "$task"
	[ "$(sort ran | tr -d '\n')" = 12345 ]
	nothing_sleeps
}

@test "--retries begins a command again that fails" {
	run pool --n 3 --retries 2 --joblog log --task "cmd:run='echo x >>tries.{}; test \$(wc -l <tries.{}) -eq {}',shell=1"
	[ "$status" -eq 0 ]
	[ "$(wc -l <tries.3)" -eq 3 ]
	[ "$(grep -c '^3	' log)" -eq 3 ]
}

@test "bench says how often it would run a command, and wants --repeat-ok" {
	printf '%s\n' {1..12} >items
	task="cmd:run='echo x >>ran',items=items,shell=1"
	run "$PVQ" bench --only-sweep --tasks "noop,$task" --impls pool_ordered --cores 1 --blocks 3 --out dir
	[ "$status" -eq 2 ]
	says "every item up to"
	says "--repeat-ok"
	[ ! -e ran ]
	run "$PVQ" bench --dry-run --tasks "$task" --impls pool_ordered --cores 1 --blocks 3
	[ "$status" -eq 0 ]
	[ ! -e ran ]
	"$PVQ" bench --only-sweep --tasks "$task" --impls pool_ordered --cores 1 --blocks 3 --repeat-ok --out dir
	[ "$(grep -c ',ok,unverified,' dir/raw.csv)" -ge 9 ] # two strategies and a twin
	[ "$(sed -n 's/.*max_out=1048576",\([0-9]*\),.*/\1/p' dir/raw.csv | sort -n | tail -n 1)" -le 12 ]
	grep -q 'unverified, because commands are not run again' dir/report.md
	run "$PVQ" bench --like dir --out again
	[ "$status" -eq 2 ]
	says "--repeat-ok"
}

@test "what cannot be run is refused" {
	run pool --task "cmd:run='echo {}',items=none"
	[ "$status" -eq 2 ]
	says none
	run pool --n 1 --task "cmd:run=\"echo 'x\""
	says "the command"
	echo a >items
	run pool --n 2 --task "cmd:run=echo,items=items"
	[ "$status" -eq 2 ]
	says "has 1 items, not 2"
}
