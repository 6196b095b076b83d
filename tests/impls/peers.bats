# peers.bats: strategies that are separate programs: the protocol, kept and broken, and every peer that is built here on
# every task. PVQ is the binary (set by scripts/run-tests).

RUNNERS='xargs|gnu_parallel|moreutils_parallel|make_j' # run commands alone

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	PEERS=${PVQ%/*}/peers
	TMP=$(mktemp -d)
	export ID=7$$ # seeds and sleeps by which this run's processes are known from another's
	mkdir "$TMP/peers"
}

teardown() {
	rm -rf "$TMP"
}

# The code block of that language in PROTOCOL.md.
block() {
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/!p}" impls/PROTOCOL.md
}

# A peer named $1 that runs the commands on stdin for its trial.
fake() {
	local flags=${2:-streams} unavailable=${3:-}
	{
		echo '#!/bin/bash'
		echo 'if [ "$1" = describe ]; then'
		echo '	echo impl,summary,order,in_via,out_via,flags,unavailable,version'
		echo "	echo '$1,a fake,unordered,call,call,$flags,$unavailable,fakelib 3.1'"
		echo '	exit 0'
		echo 'fi'
		# row STATUS VERIFIED [DIGEST]; without one, that which the driver knows
		cat <<-'END'
			for word; do case $word in --oracle=*) known=${word#--oracle=} ;; esac; done
			row() {
				echo impl,task,args,n,workers,cores,chunk,window,order,in_via,out_via,block,status,verified,start_ns,first_ns,map_ns,stop_ns,total_ns,user_ns,sys_ns,max_rss_kb,nvcsw,nivcsw,oracle >&3
				echo "another,other,x=1,77,9,9,1,1,ordered,shm,shm,9,$1,$2,10,20,30,40,80,5,6,7,8,9,${3-$known}" >&3
			}
		END
		cat
	} >"$TMP/peers/$1"
	chmod +x "$TMP/peers/$1"
}

# Names of the peers that can run here, or of those that match.
available() {
	"$PVQ" list | sed -n '/^Peers/,/^$/p' | sed '1d;/^$/d' | grep -v 'unavailable:' | awk '{ print $1 }' |
		grep -vxE "$RUNNERS" | grep -E "${1:-.}"
}

# The number of workers to give a peer, of those wished.
workers() {
	case $1 in python_serial) echo 1 ;; *) echo "$2" ;; esac
}

verified() {
	run "$PVQ" run --impl "$1" --task "$2" --n "$3" --workers "$(workers "$1" "${4:-2}")" --timeout 60 --csv
	[ "$status" -eq 0 ] || { echo "$*: $output"; return 1; }
	[[ $output == *,ok,oracle,* || $output == *,ok,serial,* ]]
}

@test "the page's example without the library: it is listed, and its row comes out" {
	block sh | sed -n '/^#!/,$p' >"$TMP/peers/idle"
	chmod +x "$TMP/peers/idle"
	run env PVQ_PEERS="$TMP/peers" "$PVQ" list
	[[ $output == *"idle "*"speaks the protocol, runs nothing"* ]]
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl idle --task noop --n 7 --workers 2 --csv
	[ "$status" -eq 1 ]
	grep -q '^idle,noop,,7,2,' <<<"$output"
	[[ $output == *"it runs nothing"* ]]
}

@test "however many strategies a peer has, all are planned" {
	{
		echo '#!/bin/sh'
		echo 'echo impl,summary,order,in_via,out_via,flags,unavailable'
		echo 'for i in $(seq 100 169); do echo "many_$i,,unordered,call,call,,not here"; done'
	} >"$TMP/peers/many"
	chmod +x "$TMP/peers/many"
	run env PVQ_PEERS="$TMP/peers" "$PVQ" bench --profile quick --impls "$(seq -f 'many_%.0f' 100 169 | paste -sd,)" \
		--tasks noop --cores 1 --n 10 --blocks 1 --out "$TMP/run"
	[ "$(cut -d, -f1 "$TMP/run/plan.csv" | grep '^many_[0-9]*$' | sort -u | wc -l)" -eq 70 ]
	[ "$(cut -d, -f1 "$TMP/run/raw.csv" | grep '^many_[0-9]*$' | sort -u | wc -l)" -eq 70 ]
}

@test "a peer that was built with the library of another pvq is stale, and does not run" {
	for contract in '' another "$(PVQ_PEERS=$PEERS "$PEERS/mqueue" describe | tail -n 1 | sed 's/.*,//')"; do
		[ -n "$contract" ] || contract=none
		fake "told_$contract" <<<'touch "$0.ran"; exit 1'
		sed -i "/echo impl,summary/s/version/&,contract/; /a fake/s/fakelib 3.1/&,${contract#none}/" "$TMP/peers/told_$contract"
		run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl "told_$contract" --task noop --n 7 --workers 2 --csv
		[ "$status" -eq 1 ]
		if [ "$contract" = another ]; then
			[[ $output == *,unavailable,* && $output == *"stale: run make peers"* ]]
			[ ! -e "$TMP/peers/told_$contract.ran" ]
		else
			[[ $output != *stale* ]]
			[ -e "$TMP/peers/told_$contract.ran" ]
		fi
	done
}

@test "the page's example with the library: compiled, listed, verified" {
	case $PVQ in *san-*) skip "not in a sanitizer build" ;; esac
	[ -e "${PVQ%/*}/libpvqpeer.so" ]
	block c >"$TMP/mine.c"
	echo ok >"$TMP/needs"
	mkdir -p "$TMP/top/gen/peers" "$TMP/top/peers"
	ln -s "$(realpath "${PVQ%/*}")/libpvqpeer.so" "$TMP/top/"
	CC=cc CFLAGS="-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Ibenches -Iimpls" CXX=c++ CXXFLAGS='' LDFLAGS='' \
		scripts/peer build "$TMP/mine.c" "$TMP/needs" "$TMP/top/peers/mine"
	run env PVQ_PEERS="$TMP/top/peers" "$PVQ" run --impl mine --task spin:ns=100 --n 500 --csv
	[ "$status" -eq 0 ]
	[[ $output == *,ordered,call,call,0,ok,oracle,* ]]
}

@test "without the library: verified by the digest as the page defines it, of noop and sleep" {
	[ -x /usr/bin/python3 ] || skip "no python3"
	{
		block python
		echo 'import sys'
		echo 'print(digest(((id + 1) * 10).to_bytes(8, sys.byteorder) for id in range(int(sys.argv[1]))))'
	} >"$TMP/digest.py"
	# The page's example is right.
	grep -q "digest \`$(/usr/bin/python3 "$TMP/digest.py" 3)\`" impls/PROTOCOL.md
	fake alone <<-END
		for word; do case \$word in --n=*) digest=\$(/usr/bin/python3 $TMP/digest.py "\${word#--n=}") ;; esac; done
		if [ "\$digest" = "\$known" ]; then row ok oracle "\$digest"; else row error no; fi
	END
	for task in noop sleep:us=1; do
		for n in 1 1000; do
			run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl alone --task $task --n $n --csv
			[ "$status" -eq 0 ]
			[[ $output == *,ok,oracle,* ]]
		done
	done
	# Of another task it does not know the results.
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl alone --task echo --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *,error,no,* ]]
}

@test "only the driver says what was measured: a row cannot claim to be of another trial" {
	fake liar <<<'row ok oracle'
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl liar --task noop --n 5 --workers 3 --cores 1 --seed 4 --csv
	[ "$status" -eq 0 ]
	grep -q '^liar,noop,,5,3,1,1,1,unordered,call,call,0,ok,oracle,10,20,30,40,80,5,6,7,8,9,' <<<"$output"
}

@test "a digest that differs from what others found is an error" {
	fake liar <<<'row ok oracle 00000000000000000000000000000001'
	PVQ_PEERS="$TMP/peers" "$PVQ" bench --profile quick --impls serial,liar --tasks noop --n 50 --cores 1 --blocks 6 \
		--out "$TMP/run" >/dev/null 2>&1 || true
	# From the first row on, whichever strategy came first.
	grep '^liar' "$TMP/run/raw.csv" >"$TMP/liar"
	[ "$(wc -l <"$TMP/liar")" -ge 6 ]
	[ -z "$(grep -v ',error,no,.*its digest of the right results differs from the known one' "$TMP/liar")" ]
	# Attempts to measure a mixed group again (the column before the last) come on top.
	[ "$(awk -F, '/^serial,.*,ok,oracle,/ && $(NF - 1) == 0' "$TMP/run/raw.csv" | wc -l)" -eq 6 ]
	# Also where nobody else is measured, and no oracle exists.
	for task in noop mandelbrot; do
		run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl liar --task $task --n 5 --csv
		[ "$status" -eq 1 ]
		[[ $output == *,error,no,*"its digest of the right results differs from the known one"* ]]
	done
}

@test "ok without verification, or without the digest of the right results, is an error that says what to do" {
	fake unverified <<<'row ok no'
	fake digestless <<<'row ok oracle ""'
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl unverified --task noop --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *,error,no,*"its row says ok but not verified: it must compare its results, or load libpvqpeer.so"* ]]
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl digestless --task noop --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *,error,no,*"its row says ok without the digest of the right results"* ]]
}

@test "a trial whose right results take longer than the time-out is not begun" {
	fake late <<<"touch '$TMP/begun'; row ok oracle"
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl late --task mandelbrot --n 1000000 --timeout 0.3 --csv
	[ "$status" -eq 1 ]
	[[ $output == *,timeout,no,*"not begun: the right results were unknown after 0.3 s"* ]]
	[ ! -e "$TMP/begun" ]
}

@test "no row, no readable one, impossible times: an error; a cut-off row, a bad exit: crashed; with the reason" {
	fake silent <<<'exit 0'
	fake garbled <<<'printf "impl,task\nx,y\n" >&3'
	fake early <<-'END'
		row ok oracle 3>&1 | sed s/,30,40,80,/,99000000000,40,99000000050,/ >&3
	END
	fake cut <<<'printf "impl,task\nx" >&3; exit 3'
	fake badexit <<<'row ok oracle; exit 7'
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl garbled --task noop --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *",error,no,"*"its row cannot be read: "*"no column"* ]]
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl early --task noop --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *",error,no,"*"its times are impossible"* ]]
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl silent --task noop --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *",error,no,"*"it ended without a row on descriptor 3"* ]]
	for name in cut badexit; do
		run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl $name --task noop --n 5 --csv
		[ "$status" -eq 1 ]
		grep -q "^$name,noop.*,crashed," <<<"$output"
	done
	[[ $output == *"its process then ended badly: exit status 7"* ]]
}

@test "a process that leaves the group is ended too, and nothing waits for it" {
	fake stray <<-'END'
		setsid sleep ${ID}1 &
		row ok oracle
	END
	fake hanging <<-'END'
		setsid sleep ${ID}2 &
		sleep ${ID}3
	END
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl stray --task noop --n 5 --csv
	[ "$status" -eq 0 ]
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl hanging --task noop --n 5 --timeout 0.5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *",timeout,"* ]]
	run pgrep -f "sleep ${ID}[123]"
	[ "$status" -eq 1 ]
}

@test "a trial ends with its process, not with what that left behind and has to be killed" {
	fake leaving <<-'END'
		trap "" TERM
		sleep ${ID}5 &
		row ok oracle
	END
	PVQ_PEERS="$TMP/peers" "$PVQ" run --impl leaving --task noop --n 5 --csv >"$TMP/out"
	wall=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "wall_ns") at = i } END { print $at }' "$TMP/out")
	[ "$wall" -gt 0 ]
	[ "$wall" -lt 1000000000 ]
	run pgrep -f "sleep ${ID}5"
	[ "$status" -eq 1 ]
}

@test "a program that cannot describe itself is named and skipped; a peer that lacks something is unavailable" {
	printf '#!/bin/sh\necho "hello"\n' >"$TMP/peers/rubbish"
	printf '#!/bin/sh\nexit 4\n' >"$TMP/peers/failing"
	echo "not a program" >"$TMP/peers/README"
	fake lacking streams "install something" <<<'row ok oracle'
	chmod +x "$TMP/peers/rubbish" "$TMP/peers/failing"
	PVQ_PEERS="$TMP/peers" "$PVQ" list >"$TMP/out" 2>"$TMP/err"
	grep -q 'rubbish is not a peer: ' "$TMP/err"
	grep -q 'failing is not a peer: .*exit status 4' "$TMP/err"
	run grep README "$TMP/err"
	[ "$status" -eq 1 ]
	grep -q 'lacking  *unavailable: install something' "$TMP/out"
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl lacking --task noop --n 5
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: unavailable: install something"* ]]
	run env PVQ_PEERS="$TMP/nowhere" "$PVQ" run --impl lacking --task noop --n 5
	[ "$status" -eq 2 ]
	[[ $output == *"cannot look for peers"* ]]
}

@test "what a peer leaves behind when it describes itself is ended, also by list" {
	fake litter <<<'row ok oracle'
	sed -i 's/^if .*describe.*/(setsid sleep ${ID}9 >\/dev\/null 2>\&1 \&)\n&/' "$TMP/peers/litter"
	run env PVQ_PEERS="$TMP/peers" "$PVQ" list
	[[ $output == *"litter "*"a fake"* ]]
	run pgrep -f "sleep ${ID}9"
	[ "$status" -eq 1 ]
}

@test "Ctrl-C while peers describe themselves: none of them is refused" {
	for name in one two three; do
		printf '#!/bin/sh\ntouch "%s"; exec sleep ${ID}7\n' "$TMP/asked" >"$TMP/peers/$name"
		chmod +x "$TMP/peers/$name"
	done
	PVQ_PEERS="$TMP/peers" env --default-signal=INT "$PVQ" bench --profile quick --impls peers --tasks noop --n 5 \
		--out "$TMP/run" >/dev/null 2>"$TMP/err" 3>&- &
	pid=$!
	until [ -e "$TMP/asked" ]; do
		kill -0 $pid # or it has ended without asking
		sleep 0.01
	done
	kill -INT $pid
	rc=0
	wait $pid || rc=$?
	[ "$rc" -eq 1 ]
	[ "$(cat "$TMP/err")" = "pvq: interrupted before the first trial" ]
}

# A peer in C of the given needs, built by the same script that make uses.
built() {
	mkdir -p "$TMP/gen/peers"
	printf '/* %s.c: a peer.\n *\n * needs: %s\n */\n%s\n' "$1" "$2" "$3" >"$TMP/$1.c"
	scripts/peer needs "$TMP/$1.c" >"$TMP/$1.needs"
	CC=cc CFLAGS=-O0 LDFLAGS="" scripts/peer build "$TMP/$1.c" "$TMP/$1.needs" "$TMP/peers/$1"
}

@test "a peer without its packages says which to install; one that does not compile says so" {
	built headless "libnothing-dev more-dev <no/such/header.h> -lnothing" "int main(void) { return 0; }"
	built moduleless "libmodule-dev pkg-config:no-such-module" "int main(void) { return 0; }"
	built broken "libc6-dev" "this is no C" 2>/dev/null
	run env PVQ_PEERS="$TMP/peers" "$PVQ" list
	[[ $output == *"headless "*"unavailable: install libnothing-dev more-dev"* ]]
	[[ $output == *"moduleless "*"unavailable: install libmodule-dev"* ]]
	[[ $output == *"broken "*"unavailable: could not be built; the output of make says why"* ]]
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl headless --task noop --n 5 --csv
	[ "$status" -eq 1 ]
	[[ $output == *,unavailable,no,*"install libnothing-dev more-dev"* ]]
	PVQ_PEERS="$TMP/peers" "$PVQ" bench --profile quick --impls headless,serial --tasks noop --n 50 --cores 1 \
		--blocks 2 --out "$TMP/run" >/dev/null
	grep -q '^headless,noop,.*,unavailable,no,.*install libnothing-dev more-dev' "$TMP/run/raw.csv"
	grep -q 'headless.*install libnothing-dev more-dev' "$TMP/run/report.md"
}

@test "a name that is linked in stays what it is" {
	fake serial <<<'row ok oracle; exit 7'
	run env PVQ_PEERS="$TMP/peers" "$PVQ" run --impl serial --task noop --n 5
	[ "$status" -eq 0 ]
	[ "$(PVQ_PEERS="$TMP/peers" "$PVQ" list | grep -c '^  serial ')" -eq 1 ]
}

@test "bench --impls peers: all of them, and the report names them without their programs" {
	fake one <<<'row ok oracle'
	fake two streams "install two" <<<'row ok oracle'
	PVQ_PEERS="$TMP/peers" "$PVQ" bench --profile quick --impls peers --tasks noop --n 50 --cores 1 --blocks 2 --out "$TMP/run" >/dev/null
	grep -q '^one,' "$TMP/run/raw.csv"
	grep -q '^two,.*,unavailable,.*install two' "$TMP/run/raw.csv"
	rm -r "$TMP/peers"
	PVQ_PEERS=$TMP "$PVQ" report "$TMP/run"
	grep -q '| one | unordered | call | call | a fake | fakelib 3.1 |' "$TMP/run/report.md"
	grep -q 'install two' "$TMP/run/report.md"
}

@test "what runs commands alone: the same items, results and failures as every strategy's" {
	[ -x "$PEERS/command_runners" ] || skip "not built"
	printf 'a b\0it'\''s $HOME;\0new\n"line\0' >"$TMP/items"
	for impl in $("$PVQ" list | grep -v unavailable: | awk '{ print $1 }' | grep -xE "$RUNNERS"); do
		"$PVQ" run --impl "$impl" --print --task "cmd:run='printf [%s]',items=$TMP/items,nul=1" >"$TMP/out" 2>"$TMP/err"
		printf '[a b][it'\''s $HOME;][new\n"line]' | cmp - "$TMP/out"
		grep -q '^unverified' "$TMP/err"
		run "$PVQ" run --impl "$impl,pool_ordered" --workers 3 --n 30 --task "cmd:run='seq {#}'" --repeat-ok
		[ "$status" -eq 0 ]
		[[ $output == *"all strategies had the same results"* ]]
		run "$PVQ" run --impl "$impl" --print --n 2 --workers 2 \
			--task "cmd:run='echo begun >&2; head -c {#}000 /dev/zero; exit \$(({#} - 1))',shell=1,max_out=2000"
		[ "$status" -eq 1 ]
		[[ $output == *"pvq: 2: exit status 1: begun"*"1 of 2 items failed"* ]]
		run "$PVQ" run --impl "$impl" --n 1 --task "cmd:run='head -c 2001 /dev/zero; :',shell=1,max_out=2000"
		[[ $output == *"more than max_out=2000 bytes"* ]]
		run "$PVQ" run --impl "$impl" --n 1 --task noop
		[[ $output == *"runs commands only"* ]]
		run "$PVQ" run --impl "$impl" --n 1 --task cmd:run=true --joblog "$TMP/log"
		[ "$status" -eq 2 ]
		run env TMPDIR="$TMP" "$PVQ" run --impl "$impl" --n 2 --timeout 500ms --task "cmd:run='sleep 7$ID'"
		[[ $output == *timeout* ]]
		! pgrep -f "sleep 7$ID"
		[ -z "$(ls -d "$TMP"/pvq-* 2>/dev/null)" ]
	done
	# Peers that run nothing else are no part of all peers, where there are no commands.
	run "$PVQ" run --impl peers --task noop --n 1
	! grep -E "^($RUNNERS) " <<<"$output"
}

@test "where a program that runs commands is missing, its row says what to install" {
	[ -x "$PEERS/command_runners" ] || skip "not built"
	mkdir "$TMP/bin"
	PATH=$TMP/bin "$PEERS/command_runners" describe >"$TMP/out"
	[ "$(grep -c ',"install ' "$TMP/out")" -eq 4 ]
	grep -q '^gnu_parallel,.*,"install parallel",' "$TMP/out"
}

@test "peers in C and C++ that are built here pass the tests of every strategy" {
	ls "${PVQ%/*}"/tests/peers/*[a-z] >/dev/null 2>&1 || skip "none is built"
	for program in "${PVQ%/*}"/tests/peers/*[a-z]; do
		rc=0
		"$program" >"$TMP/out" 2>&1 || rc=$?
		[ $rc -eq 0 ] || [ $rc -eq 77 ] || { echo "$program"; grep -E 'ERROR|FAILED' "$TMP/out"; return 1; }
	done
}

@test "every peer that is built here, on every kind of task" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		verified "$impl" noop 1
		verified "$impl" noop 500
		verified "$impl" spin:ns=1000,rate=1000 100 3
		verified "$impl" sleep:us=200 2 5
		verified "$impl" echo:in=300,out=500 50
		if [ "$impl" = mqueue ]; then continue; fi # larger items do not fit into a message
		verified "$impl" deflate:max_kb=16 20
		verified "$impl" echo:in=200000,out=300000 12
	done
}

@test "chunk and window reach a peer as asked for; without them its library decides" {
	[ -n "$(available python_pool_map)" ] || skip "not built"
	run "$PVQ" run --impl python_pool_map --task noop --n 50 --workers 2 --csv
	[[ $output == *python_pool_map,noop,,50,2,*,0,0,ordered,* ]] || { echo "$output"; return 1; }
	run "$PVQ" run --impl python_pool_map --task noop --n 50 --workers 2 --chunk 7 --csv
	[[ $output == *python_pool_map,noop,,50,2,*,7,0,ordered,* ]] || { echo "$output"; return 1; }
}

@test "CPython's ways take their chunksize from --chunk; without it each keeps its library's default" {
	[ -n "$(available '^python_pool_map$')" ] || skip "not built"
	for impl in $(available '^python_(pool_.*|executor|joblib|pebble|threads.*)$'); do
		for chunk in auto 1 1000; do
			asked=(--chunk "$chunk") force=$chunk
			if [ "$chunk" = auto ]; then
				asked=() force=1
				case $impl in python_pool_map | python_joblib) force=0 ;; esac # these choose by themselves
			fi
			run "$PVQ" run --impl "$impl" --task noop --n 2500 --workers 2 "${asked[@]}" --csv
			[ "$status" -eq 0 ]
			[ "$(tail -n 1 <<<"$output" | cut -d, -f7)" = "$force" ] || { echo "$impl, $chunk: $output"; return 1; }
		done
	done
}

@test "a row has the chunk and the window in force, not those asked for" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		run "$PVQ" run --impl "$impl" --task noop --n 200 --workers "$(workers "$impl" 2)" --chunk 16 --window 100 --csv
		[ "$status" -eq 0 ]
		case $impl in
		python_serial) force=1,1 ;;
		fork_per_task) force=1,2 ;;
		mpi_pool) force=16,64 ;; # two messages a worker
		mqueue) force=1,[0-9]* ;; # what the kernel allows
		go_channels | glib_pool | libuv_work) force=1,100 ;;
		pool_inherit) force=16,100 ;;
		rust_rayon | python_pvqpool_*) force=0,0 ;;
		openmp_tasks | pthreadpool | python_interpreters | python_process_queue | tbb_tasks) force=1,0 ;;
		*) force=16,0 ;;
		esac
		[[ $(grep "^$impl," <<<"$output" | cut -d, -f7,8) == $force ]] || { echo "$impl, not $force: $output"; return 1; }
	done
	[ -n "$(available '^go_channels$')" ] || return 0
	run "$PVQ" run --impl go_channels --task noop --n 200 --workers 2 --csv
	[[ $output == *go_channels,noop,,200,2,*,1,128,unordered,* ]] # its own limit
}

@test "all of joblib's interpreters are up when its start returns" {
	[ -n "$(available '^python_joblib$')" ] || skip "not built"
	# Who has taken a task has loaded the tasks.
	PVQPEER_LIBRARY=$(realpath "${PVQ%/*}")/libpvqpeer.so PVQPEER_WORDS='["--task=noop", "--n=1", "--seed=1"]' \
		PYTHONPATH=impls/python /usr/bin/python3 - <<-'END'
			import os
			from joblib.externals.loky import get_reusable_executor
			from ways.joblib import Way

			os.environ["PVQPEER_PARENT"] = str(os.getpid())
			way = Way()
			way.start(6, 0)
			processes = list(get_reusable_executor(reuse=True)._processes)
			loaded = ["libpvqpeer.so" in open(f"/proc/{pid}/maps").read() for pid in processes]
			way.stop(False)
			assert len(loaded) == 6 and all(loaded), loaded
		END
}

@test "a way that needs another interpreter runs with the one that PVQ_PYTHONS names" {
	[ -n "$(available '^python_pool_map$')" ] || skip "not built"
	cat >"$TMP/python" <<-END
		#!/bin/sh
		echo "\$@" >"$TMP/said"
		echo '["3.99.0", ["python_threads_free"]]'
	END
	chmod +x "$TMP/python"
	PVQ_PYTHONS='' "$PEERS/python" describe | grep '^python_threads_free,.*,"name a free-threaded CPython'
	export PVQ_PYTHONS="$TMP/nothing /bin/false $TMP/python"
	"$PEERS/python" describe | grep '^python_threads_free,.*,,"CPython 3\.99\.0"'
	run "$PVQ" run --impl python_threads_free --task noop --n 5
	[ "$status" -eq 1 ]
	grep -- "trial --impl=python_threads_free " "$TMP/said"
}

@test "every peer that is built here says what it is built on" {
	[ -n "$(available)" ] || skip "none is built"
	[ -x "$(command -v dpkg-query)" ] || skip "not known here"
	for peer in "$PEERS"/*; do
		if [ -d "$peer" ]; then continue; fi
		if "$peer" describe | grep -E ',,(""|)?$'; then echo "$peer"; return 1; fi
	done
}

@test "a task that fails fails for that item alone, where the way gives other results at all" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		run "$PVQ" run --impl "$impl" --task fault:kind=error,at=2 --n 20 --timeout 60
		[ "$status" -eq 1 ]
		case $impl in
		python_pool_map | python_executor | python_interpreters | python_pvqpool_executor | python_joblib) [[ $output == *"TaskError: the task failed"* ]] ;;
		*) [[ $output == *"1 of 20 items failed, the first 2: Input/output error"* ]] || { echo "$impl: $output"; return 1; } ;;
		esac
	done
}

@test "a worker that is killed: a row that says so or a time-out, and nothing is left running" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		run "$PVQ" run --impl "$impl" --task fault:kind=kill,at=3 --n 20 --seed ${ID}4 --timeout 2 --csv
		[ "$status" -eq 1 ]
		[[ $output == *,crashed,* || $output == *,timeout,* || $output == *,error,* ]] || { echo "$impl: $output"; return 1; }
		if pgrep -f "trial .*--seed=${ID}4 "; then echo "$impl: something is left"; return 1; fi
	done
}

# Until the command succeeds; two minutes at most.
until_true() {
	local deadline=$((SECONDS + 120))
	until "$@"; do
		[ $SECONDS -lt $deadline ] || { echo "in vain: $*"; return 1; }
		sleep 0.02
	done
}

@test "mqueue: a worker killed while it has no item is reported as dead between items" {
	[ -n "$(available '^mqueue$')" ] || skip "not built"
	children() { # the trial's, all six of them
		trial=$(pgrep -P "$driver") && workers=($(pgrep -P "$trial")) && [ ${#workers[@]} -eq 6 ]
	}
	# One item, and six workers who may have it: another one is killed every time.
	for try in 5 4 3 2 1 0; do
		"$PVQ" run --impl mqueue --task sleep:us=60000000 --n 1 --workers 6 --csv >"$TMP/row" 3>&- &
		driver=$!
		until_true children
		kill -9 "${workers[try]}"
		! wait "$driver"
		grep -qE 'worker [0-5] \(killed by SIGKILL\) died (between items|with item 0)' "$TMP/row"
		if grep -q 'between items' "$TMP/row"; then return 0; fi
	done
	return 1
}

# The processes that have the word in their environment, as all of a trial's do, whatever became of their parents.
marked() {
	local file
	for file in $(grep -lsz "^PVQ_MARK=$1\$" /proc/[0-9]*/environ); do
		file=${file#/proc/}
		echo "${file%/environ}"
	done
}

# So many of them have the tasks loaded: the trial's own process, and workers that have processes of their own.
have_tasks() {
	local pid count=0
	for pid in $(marked "$1"); do
		if grep -qs libpvqpeer.so "/proc/$pid/maps"; then count=$((count + 1)); fi
	done
	[ $count -ge "$2" ]
}

none_marked() {
	[ -z "$(marked "$1")" ]
}

# None of what came into /dev/shm while it ran.
shm_is_empty_of() {
	[ -z "$(ls /dev/shm | sort | comm -12 "$1" -)" ]
}

@test "a driver that is killed takes everything with it, in the midst of the items" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		case $impl in
		fork_per_task | mqueue | python_executor | python_joblib | python_pebble | python_pool* | python_process_queue) processes=3 ;;
		pool_inherit) processes=4 ;; # the pool's server, too
		mpi_pool) processes=4 ;; # the launcher, and three ranks
		*) processes=1 ;;
		esac
		mark=$impl-$BASHPID
		ls /dev/shm | sort >"$TMP/before"
		PVQ_MARK=$mark TMPDIR=$TMP "$PVQ" run --impl "$impl" --task sleep:us=60000000 --n 8 \
			--workers "$(workers "$impl" 2)" >/dev/null 2>&1 3>&- &
		driver=$!
		until_true have_tasks "$mark" $processes
		ls /dev/shm | sort | comm -13 "$TMP/before" - >"$TMP/meanwhile"
		kill -9 "$driver"
		wait "$driver" 2>/dev/null || true # says "Killed"
		until_true none_marked "$mark" || { echo "$impl is left"; kill -9 $(marked "$mark"); return 1; }
		until_true shm_is_empty_of "$TMP/meanwhile" || { echo "$impl: something is left in /dev/shm"; return 1; }
	done
}

@test "the results of --print come through every peer" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		run "$PVQ" run --impl "$impl" --task noop --n 4 --workers "$(workers "$impl" 2)" --print
		[ "$(grep -E '^[0-9]' <<<"$output" | sort)" = "$(printf '0\t10\n1\t20\n2\t30\n3\t40')" ] || { echo "$impl: $output"; return 1; }
	done
}

@test "every peer can be observed, also one whose workers share no memory with their parent" {
	[ -n "$(available)" ] || skip "none is built"
	for impl in $(available); do
		run "$PVQ" run --impl "$impl" --task spin:ns=1000,rate=1000 --n 50 --workers "$(workers "$impl" 2)" \
			--observe "$TMP/observed.csv" --timeline "$TMP/$impl.csv"
		[ "$status" -eq 0 ] || { echo "$impl: $output"; return 1; }
		grep -q "^$impl,spin," "$TMP/observed.csv"
		[ "$(wc -l <"$TMP/$impl.csv")" -eq 51 ] || { echo "$impl"; return 1; }
	done
}

@test "the tutorial's program: its four ways" {
	[ -x /usr/bin/python3 ] || skip "no python3"
	for way in serial process_queue imap imap_unordered; do
		run impls/python/tutorial.py $way --seconds 0.02
		[ "$status" -eq 0 ]
		[ "$(head -n 4 <<<"$output" | sort)" = "$(printf '1 -> 10\n2 -> 20\n3 -> 30\n4 -> 40')" ]
		[[ ${lines[4]} == "$way: 4 tasks, 4 workers: 0."* ]]
	done
}
