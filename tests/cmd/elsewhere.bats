# elsewhere.bats: `pvq bench --dry-run`, `ask` and `doctor` on machines that are not here: topologies that hwloc makes up, and
# cgroups below a folder. PVQ is the binary (set by scripts/run-tests). Nothing is measured.

setup_file() {
	export PVQ=${PVQ:-$PWD/build/pvq} SHIM=$BATS_FILE_TMPDIR/shim.so RUN=$BATS_FILE_TMPDIR/run
	export PVQ_PEERS=$BATS_FILE_TMPDIR # no peers
	cc -shared -fPIC -D_GNU_SOURCE "$BATS_TEST_DIRNAME/../support/elsewhere_shim.c" -o "$SHIM" -ldl
	mkdir "$RUN"
	for task in noop:1000 spin:ns=1000:1000; do
		"$PVQ" run -i serial,pool_ordered -t "${task%:*}" -n "${task##*:}" --cores 1 -w 1 --raw "$RUN/raw.csv" >/dev/null
	done
}

setup() {
	TMP=$BATS_TEST_TMPDIR
	export ELSEWHERE_ROOT=$TMP/root # no cgroups
	# Nothing can be preloaded into a sanitizer's build.
	ELSEWHERE_CPUS=3 HWLOC_SYNTHETIC="core:3 pu:1" there bench --dry-run >"$TMP/plan" 2>/dev/null || true
	grep -q ' 3 on 3' "$TMP/plan" || skip "nothing can be preloaded"
}

# pvq on the machine that the environment describes.
there() {
	LD_PRELOAD=$SHIM "$PVQ" "$@"
}

# machine CPUS TOPOLOGY [FIRST STEP]: what follows runs there, where every STEP-th CPU from FIRST on is allowed.
machine() {
	export ELSEWHERE_CPUS=$1 HWLOC_SYNTHETIC=$2 ELSEWHERE_FIRST=${3:-0} ELSEWHERE_STEP=${4:-1}
}

# The workers and cores of a task in a plan.
plan_of() {
	there bench --dry-run >"$TMP/plan"
	sed -n 's/^  noop .*workers on cores: //p' "$TMP/plan"
}

# What the doctor says of the CPUs.
cpus() {
	there doctor >"$TMP/doctor" || true # exit 1: something spoils a run
	sed -n 's/^\([a-z]*\) *CPUs and topology: /\1: /p' "$TMP/doctor"
}

# What the pool would do: whether serial is better depends on how busy this machine was when the run's cells were measured.
take() {
	there ask --item 50us --n 1e5 --survive crash --run "$RUN" >"$TMP/ask"
}

@test "elsewhere: one core: only serial's cores, and what cannot be measured is said" {
	machine 1 "core:1 pu:1"
	[ "$(plan_of)" = "1 on 1" ]
	grep -q '^Not measured: anything in parallel' "$TMP/plan"
	[[ $(cpus) == "caution: 1 allowed "*" on 1 core of 1 socket; in the order of use: 0" ]]
	grep -q 'nothing can run in parallel' "$TMP/doctor"
	take
	grep -q '; 1 core;' "$TMP/ask"
}

@test "elsewhere: 8 CPUs on 4 cores: physical cores come first" {
	machine 8 "pack:1 core:4 pu:2"
	[ "$(plan_of)" = "1 on 1, 2 on 2, 3 on 3, 4 on 4, 6 on 6, 8 on 8" ]
	if grep -q '^Not measured' "$TMP/plan"; then return 1; fi
	[[ $(cpus) == "fine: 8 allowed "*" on 4 cores of 1 socket; in the order of use: 0 2 4 6 1 3 5 7" ]]
	# The run has cells on one core, so everything on more is projected.
	take
	grep -q '^How sure  *projected: measured on up to 1' "$TMP/ask"
	grep -q '; 8 cores;' "$TMP/ask"
}

@test "elsewhere: P and E cores: the fast ones come first, and the doctor warns" {
	# Two E cores, 0 and 1, and two P cores with two CPUs each.
	cat >"$TMP/machine.xml" <<-'END'
		<?xml version="1.0" encoding="UTF-8"?>
		<!DOCTYPE topology SYSTEM "hwloc2.dtd">
		<topology version="2.0">
		  <object type="Machine" os_index="0" cpuset="0x3f" complete_cpuset="0x3f" allowed_cpuset="0x3f" nodeset="0x1" complete_nodeset="0x1" allowed_nodeset="0x1" gp_index="1">
		    <object type="NUMANode" os_index="0" cpuset="0x3f" complete_cpuset="0x3f" nodeset="0x1" complete_nodeset="0x1" gp_index="2" local_memory="1073741824"/>
		    <object type="Core" os_index="0" cpuset="0x1" complete_cpuset="0x1" nodeset="0x1" complete_nodeset="0x1" gp_index="3">
		      <object type="PU" os_index="0" cpuset="0x1" complete_cpuset="0x1" nodeset="0x1" complete_nodeset="0x1" gp_index="4"/>
		    </object>
		    <object type="Core" os_index="1" cpuset="0x2" complete_cpuset="0x2" nodeset="0x1" complete_nodeset="0x1" gp_index="5">
		      <object type="PU" os_index="1" cpuset="0x2" complete_cpuset="0x2" nodeset="0x1" complete_nodeset="0x1" gp_index="6"/>
		    </object>
		    <object type="Core" os_index="2" cpuset="0xc" complete_cpuset="0xc" nodeset="0x1" complete_nodeset="0x1" gp_index="7">
		      <object type="PU" os_index="2" cpuset="0x4" complete_cpuset="0x4" nodeset="0x1" complete_nodeset="0x1" gp_index="8"/>
		      <object type="PU" os_index="3" cpuset="0x8" complete_cpuset="0x8" nodeset="0x1" complete_nodeset="0x1" gp_index="9"/>
		    </object>
		    <object type="Core" os_index="3" cpuset="0x30" complete_cpuset="0x30" nodeset="0x1" complete_nodeset="0x1" gp_index="10">
		      <object type="PU" os_index="4" cpuset="0x10" complete_cpuset="0x10" nodeset="0x1" complete_nodeset="0x1" gp_index="11"/>
		      <object type="PU" os_index="5" cpuset="0x20" complete_cpuset="0x20" nodeset="0x1" complete_nodeset="0x1" gp_index="12"/>
		    </object>
		  </object>
		  <cpukind cpuset="0x3" forced_efficiency="0"/>
		  <cpukind cpuset="0x3c" forced_efficiency="1"/>
		</topology>
	END
	export ELSEWHERE_CPUS=6 HWLOC_XMLFILE=$TMP/machine.xml
	[[ $(cpus) == "caution: 6 allowed "*" on 4 cores of 1 socket, 2 kinds of cores; in the order of use: 2 4 0 1 3 5" ]]
	grep -q 'allow one kind only' "$TMP/doctor"
	[ "$(plan_of)" = "1 on 1, 2 on 2, 3 on 3, 4 on 4, 6 on 6" ]
	grep -q '^Mind: the cores are of 2 kinds' "$TMP/plan"
	# With the fast ones alone there is one kind.
	ELSEWHERE_FIRST=2 cpus >"$TMP/fast"
	grep -q '^fine: 4 allowed .* on 2 cores of 1 socket; in the order of use: 2 4 3 5$' "$TMP/fast"
}

@test "elsewhere: 2 sockets of 32, 4 NUMA nodes, 256 CPUs" {
	machine 64 "pack:2 core:32 pu:1"
	[[ $(cpus) == "fine: 64 allowed "*" on 64 cores of 2 sockets; in the order of use: 0 1 2 "*" 63" ]]
	[ "$(plan_of)" = "1 on 1, 2 on 2, 3 on 3, 4 on 4, 6 on 6, 8 on 8, 12 on 12, 16 on 16, 24 on 24, 32 on 32, 48 on 48, 64 on 64" ]
	machine 64 "numa:4 core:16 pu:1"
	[[ $(cpus) == "fine: 64 allowed "*" on 64 cores of 1 socket, 4 NUMA nodes; in the order of use: 0 1 2 "*" 63" ]]
	machine 256 "pack:2 core:64 pu:2"
	[[ $(cpus) == "fine: 256 allowed "*" on 128 cores of 2 sockets; in the order of use: 0 2 4 "*" 255" ]]
	# Not all of its core counts fit into the default profile's time.
	[ "$(plan_of)" = "1 on 1, 4 on 4, 16 on 16, 64 on 64, 256 on 256" ]
	grep -q '^Left out: core counts 2, 3, .*, so that about [0-9]* blocks fit' "$TMP/plan"
	take
	grep -q '; 256 cores;' "$TMP/ask"
}

@test "elsewhere: a cpuset of odd CPUs" {
	machine 8 "core:8 pu:1" 1 2
	[[ $(cpus) == "fine: 4 allowed "*" on 4 cores of 1 socket; in the order of use: 1 3 5 7" ]]
	[ "$(plan_of)" = "1 on 1, 2 on 2, 3 on 3, 4 on 4" ]
}

# The second CPUs of four cores, without the first ones: each counts as a core's first.
@test "elsewhere: a cpuset of siblings alone" {
	machine 8 "core:4 pu:2" 1 2
	[[ $(cpus) == "fine: 4 allowed "*" on 4 cores of 1 socket; in the order of use: 1 3 5 7" ]]
}

# limited: a quota of 1.5 CPUs leaves one at once.
limited() {
	machine 8 "core:8 pu:1"
	[[ $(cpus) == *": 8 allowed "*", 1 usable at once, "* ]]
	grep -q '^caution  *CPU quota: 1.50 CPUs (cgroup)$' "$TMP/doctor"
	[ "$(plan_of)" = "1 on 1" ]
	grep -q "^Not measured: more than 1 of the 8 CPUs at once, since the cgroup's quota is 1.50 CPUs$" "$TMP/plan"
	take
	grep -q '; 1 core;' "$TMP/ask"
}

cgroup() {
	mkdir -p "$TMP/root/proc/self" "$TMP/root/sys/fs/cgroup/$1"
	printf '%s\n' "$2" >>"$TMP/root/proc/self/cgroup"
}

@test "elsewhere: a cgroup's quota, version 2: that of a group above counts too" {
	cgroup jobs/mine 0::/jobs/mine
	echo "150000 100000" >"$TMP/root/sys/fs/cgroup/jobs/cpu.max"
	echo "max 100000" >"$TMP/root/sys/fs/cgroup/jobs/mine/cpu.max"
	limited
	echo "800000 100000" >"$TMP/root/sys/fs/cgroup/jobs/cpu.max"
	[[ $(cpus) == *", 8 usable at once, "* ]]
}

@test "elsewhere: a cgroup's quota, version 1: however its controllers are named and mounted" {
	for names in cpu cpu,cpuacct cpuacct,cpu; do
		rm -rf "$TMP/root"
		cgroup "$names/mine" "3:memory:/mine"
		cgroup "$names/mine" "4:$names:/mine"
		cgroup "$names/mine" "0::/elsewhere"
		echo 150000 >"$TMP/root/sys/fs/cgroup/$names/mine/cpu.cfs_quota_us"
		echo 100000 >"$TMP/root/sys/fs/cgroup/$names/mine/cpu.cfs_period_us"
		limited
	done
	echo -1 >"$TMP/root/sys/fs/cgroup/$names/mine/cpu.cfs_quota_us"
	[[ $(cpus) == *", 8 usable at once, "* ]]
	# That of another controller is none of its business.
	rm -rf "$TMP/root"
	cgroup cpuset/mine "4:cpuset,cpuacct:/mine"
	echo 150000 >"$TMP/root/sys/fs/cgroup/cpuset/mine/cpu.cfs_quota_us"
	echo 100000 >"$TMP/root/sys/fs/cgroup/cpuset/mine/cpu.cfs_period_us"
	[[ $(cpus) == *", 8 usable at once, "* ]]
}
