# agree.bats: the figures of several folders side by side, and the script that measures them. PVQ is the binary (set by
# scripts/run-tests). All times are made up.

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
}

teardown() {
	rm -rf "$TMP"
}

# rows FILE IMPL TASK,ARGS CORES HANDOVER NS…: a block for each of the map times; HANDOVER: empty, if unknown.
rows() {
	local file=$1 row=$2,$3,1000,$4,$4,1,2,ordered,shm,shm handover=$5 block=0 ns
	shift 5
	[ -e "$file" ] ||
		echo "impl,task,args,n,workers,cores,chunk,window,order,in_via,out_via,block,status,verified,start_ns,first_ns,map_ns,stop_ns,total_ns,user_ns,sys_ns,max_rss_kb,nvcsw,nivcsw,handover_ns,handover_after_ns" >"$file"
	for ns; do
		echo "$row,$block,ok,oracle,0,0,$ns,0,$ns,0,0,0,0,0,$handover,$handover" >>"$file"
		block=$((block + 1))
	done
}

# empty RUN HANDOVER NS…: a folder with times of pool_ordered per empty item.
empty() {
	local run=$1 handover=$2
	shift 2
	mkdir -p "$TMP/$run"
	rows "$TMP/$run/dispatch.csv" pool_ordered noop, 2 "$handover" "$@"
}

# grain RUN OVERHEAD: a folder with a METG of twice that, in ns.
grain() {
	mkdir -p "$TMP/$1"
	local length
	for length in 100 1000; do
		rows "$TMP/$1/grain.csv" serial "spin,ns=$length" 1 "" "${length}000"{,,,,,,,}
		rows "$TMP/$1/grain.csv" pool_ordered "spin,ns=$length" 2 "" "$(((length + $2) / 2))000"{,,,,,,,}
	done
}

agree() {
	cd "$TMP" && "$PVQ" agree "$@"
}

@test "figures that one value fits agree" {
	empty a 100 20000 20100 20200 20300 20400 20500 20600 20700
	empty b 104 20500 20600 20700 20800 20900 21000 21100 21200
	grain a 300
	grain b 300
	run agree a b
	[ "$status" -eq 0 ]
	[[ $output == *"| METG(50%) | pool_ordered | 2 | unknown | 600 ns"*"| agree |"* ]]
	[[ $output == *"| Empty item | pool_ordered | 2 | 104 ns | 20.4 ns"*"| agree |"* ]]
}

@test "figures that none fits differ" {
	grain a 300
	grain b 300
	grain c 330
	run agree a b
	[ "$status" -eq 0 ]
	run agree a b c
	[ "$status" -eq 1 ]
	[[ $output == *"660 ns"*"| differ |"* ]]
	[[ $output == *"the runs differ in 1 of 1 figures"* ]]
}

@test "levels are not mixed" {
	empty a 100 20000 20100 20200 20300 20400 20500 20600 20700
	empty b 500 40000 40100 40200 40300 40400 40500 40600 40700
	run agree a b
	[ "$status" -eq 3 ]
	[[ $output == *"nothing to judge"* ]]
	empty c 480 40000 40100 40200 40300 40400 40500 40600 40700
	run agree a b c
	[ "$status" -eq 0 ]
	[ "$(grep -c "^| Empty item" <<<"$output")" -eq 1 ]
	[[ $output == *"| – | 40."* ]]
}

@test "a METG below all lengths may be any" {
	grain a 20
	grain b 30
	run agree a b
	[ "$status" -eq 0 ]
	[[ $output == *"at most"*"at most"*"| agree |"* ]]
}

@test "a folder without these figures is refused" {
	empty a 100 20000 20100 20200 20300 20400 20500 20600 20700
	mkdir "$TMP/b"
	run agree a b
	[ "$status" -eq 2 ]
	[[ $output == *"b has neither METG nor times per empty item"* ]]
	run agree a
	[ "$status" -eq 2 ]
}

@test "rounds are measured in turn, and kept" {
	mkdir "$TMP/build"
	cat >"$TMP/build/pvq" <<-'END'
		#!/bin/bash
		echo "$*" >>"$LOG"
		[ "$1" = agree ] || mkdir "${@: -1}"
	END
	chmod +x "$TMP/build/pvq"
	cp "$TMP/build/pvq" "$TMP/build/pool-bench"
	export LOG=$TMP/log
	run scripts/agree "$TMP/build" 2 "$TMP/out"
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $NF }' "$LOG" | paste -sd' ')" = "bench-1.part peers-1.part pool-1.part bench-2.part peers-2.part pool-2.part pool-2" ]
	[ "$(tail -1 "$LOG")" = "agree bench-1 peers-1 pool-1 bench-2 peers-2 pool-2" ]
	rm -r "$TMP/out/peers-2"
	mkdir "$TMP/out/peers-2.part" # as an interrupt leaves it
	: >"$LOG"
	run scripts/agree "$TMP/build" 2 "$TMP/out"
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $NF }' "$LOG" | paste -sd' ')" = "peers-2.part pool-2" ]
}
