# mpi.bats: mpi_pool on one host with four ranks, with a hostfile, and on two hosts that are made of network namespaces
# where the test may make them. PVQ is the binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
	export ID=7$$ # seeds and sleeps by which this run's processes are known from another's
	HOSTS=
	"$PVQ" list 2>/dev/null | grep -q '^  mpi_pool  *Open MPI' || skip "mpi_pool is not built"
}

teardown() {
	for host in $HOSTS; do ip netns delete "$host" 2>/dev/null || true; done
	rm -rf "$TMP"
}

verified() {
	run "$PVQ" run --impl mpi_pool --task "$1" --n "$2" --workers 3 --timeout 60 --csv
	[ "$status" -eq 0 ] || { echo "$*: $output"; return 1; }
	[[ $output == *,ok,oracle,* || $output == *,ok,serial,* ]]
}

nothing_runs() {
	if pgrep -f "mpi_pool trial .*--seed=$1 "; then return 1; fi
}

@test "four ranks on one host: every kind of task, few items and many" {
	for n in 1 2 500; do
		verified noop $n
		verified spin:ns=1000,rate=1000 $n
	done
	verified echo:in=200000,out=300000 40
	verified echo:in=1,out=16777216 4
	verified echo:in=16777216,out=1 4
	verified deflate:max_kb=16 60
	run "$PVQ" run --impl mpi_pool --task noop --n 1000 --workers 3 --chunk 64 --csv
	[ "$status" -eq 0 ]
}

@test "results of --print and the row come through mpirun" {
	run "$PVQ" run --impl mpi_pool --task noop --n 4 --workers 3 --print
	[ "$status" -eq 0 ]
	[ "$(grep -E '^[0-9]' <<<"$output" | sort)" = "$(printf '0\t10\n1\t20\n2\t30\n3\t40')" ]
	[[ $output == *"mpi_pool, noop, n 4, 3 workers"* ]]
}

# A column of the row in $output.
column() {
	local names values i
	IFS=, read -ra names <<<"$(grep '^impl,' <<<"$output")"
	IFS=, read -ra values <<<"$(grep '^mpi_pool,' <<<"$output")"
	for i in "${!names[@]}"; do if [ "${names[i]}" = "$1" ]; then echo "${values[i]}"; fi; done
}

@test "the row's usage is of all ranks: CPU time and context switches" {
	# 400 ms of work in the user's mode, at the calibrated rate; the master does none of it.
	run "$PVQ" run --impl mpi_pool --task spin:ns=1000000 --n 400 --workers 2 --csv
	[ "$status" -eq 0 ]
	[ "$(column user_ns)" -ge 200000000 ] || { echo "$output"; return 1; }
	# A worker waits 200 times; the master looks for messages all the time.
	run "$PVQ" run --impl mpi_pool --task sleep:us=1000 --n 400 --workers 2 --csv
	[ "$(column nvcsw)" -ge 300 ] || { echo "$output"; return 1; }
}

@test "a task that fails costs its item; a rank that dies costs the job, and nothing is left running" {
	run "$PVQ" run --impl mpi_pool --task fault:kind=error,at=2 --n 20 --workers 3
	[[ $output == *"1 of 20 items failed, the first 2: Input/output error"* ]]
	for kind in segv kill exit; do
		run "$PVQ" run --impl mpi_pool --task fault:kind=$kind,at=2 --n 20 --workers 3 --seed ${ID}1 --timeout 60
		[ "$status" -eq 1 ]
		[[ $output == *"pvq: crashed: a rank died, so Open MPI ended the whole job"* ]]
		nothing_runs ${ID}1
	done
	run "$PVQ" run --impl mpi_pool --task fault:kind=hang,at=2 --n 20 --workers 3 --seed ${ID}2 --timeout 2
	[[ $output == *"pvq: timeout"* ]]
	nothing_runs ${ID}2
}

@test "a job that is ended early leaves no files" {
	mkdir "$TMP/session"
	before=$(ls /dev/shm)
	run env TMPDIR="$TMP/session" "$PVQ" run --impl mpi_pool --task fault:kind=hang,at=2 --n 20 --workers 3 --timeout 2
	[[ $output == *"pvq: timeout"* ]]
	[ -z "$(ls -A "$TMP/session")" ]
	[ "$(ls /dev/shm)" = "$before" ]
}

@test "a load that cannot be built ends all ranks" {
	run "$PVQ" run --impl mpi_pool --task deflate:dir=/nonexistent --n 5 --workers 3 --timeout 60
	[ "$status" -eq 1 ]
	[[ $output == *"/nonexistent"* ]]
}

@test "a hostfile is followed" {
	echo "localhost slots=4" >"$TMP/hosts"
	PVQ_HOSTFILE=$TMP/hosts verified noop 100
	echo "no.such.host.invalid slots=4" >"$TMP/hosts"
	run env PVQ_HOSTFILE="$TMP/hosts" PVQ_MPIRUN_ARGS="--mca plm_rsh_agent false" \
		"$PVQ" run --impl mpi_pool --task noop --n 5 --workers 3 --timeout 30
	[ "$status" -eq 1 ]
}

# Two hosts with an address each, and a wire between them; mpirun runs in the first.
two_hosts() {
	command -v ip >/dev/null || skip "no ip command"
	HOSTS="pvqa$$ pvqb$$"
	ip netns add pvqa$$ 2>/dev/null || { HOSTS=; skip "no network namespaces here"; }
	ip netns add pvqb$$
	# Where / is no mount point (a chroot), a namespace can be made, but not entered.
	ip netns exec pvqa$$ true 2>/dev/null || skip "no network namespace can be entered here"
	ip link add va$$ netns pvqa$$ type veth peer name vb$$ netns pvqb$$
	ip -n pvqa$$ address add 10.77.13.1/24 dev va$$
	ip -n pvqb$$ address add 10.77.13.2/24 dev vb$$
	for host in a b; do
		ip -n pvq$host$$ link set lo up
		ip -n pvq$host$$ link set v$host$$ up
	done
}

@test "two hosts, made of network namespaces: items are run on both" {
	two_hosts
	printf '10.77.13.1 slots=2\n10.77.13.2 slots=2\n' >"$TMP/hosts"
	# In the place of ssh: enters the namespace of the host that is asked for, and notes that it did.
	cat >"$TMP/agent" <<-END
		#!/bin/bash
		host=\$1
		shift
		echo "\$host" >>"$TMP/asked"
		case \$host in 10.77.13.2) exec ip netns exec pvqb$$ bash -c "\$*" ;; esac
		exit 1
	END
	chmod +x "$TMP/agent"
	run ip netns exec pvqa$$ env PVQ_HOSTFILE="$TMP/hosts" \
		PVQ_MPIRUN_ARGS="--mca plm_rsh_agent $TMP/agent --mca btl tcp,self --mca btl_tcp_if_include 10.77.13.0/24 --mca oob_tcp_if_include 10.77.13.0/24 --map-by node --display-map" \
		"$PVQ" run --impl mpi_pool --task echo:in=3000,out=5000 --n 400 --workers 3 --timeout 60 --csv
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	[[ $output == *,ok,oracle,* ]]
	grep -q 10.77.13.2 "$TMP/asked"
	[[ $output == *"Data for node: 10.77.13.2"*"Num procs: 2"* ]]
}
