# new.bats: `pvq new`: each skeleton compiles without a warning and works as it is. In a copy of the checkout, built on from
# the objects that are there.

setup_file() {
	export PVQ=${PVQ:-$PWD/build/pvq}
	export BUILD=${PVQ%/pvq}
	BUILD=build${BUILD##*/build}
	export SAN=${BUILD#build}
	SAN=${SAN#/san-} SAN=${SAN//-/,}
	export COPY=$BATS_FILE_TMPDIR/pvq
	mkdir "$COPY"
	cp -a Makefile benches impls scripts tests "$COPY"
	mkdir -p "$COPY/$BUILD"
	for part in benches impls gen rooms tests pic peers pvq libpvqpeer.so; do
		[ ! -e "$BUILD/$part" ] || cp -a "$BUILD/$part" "$COPY/$BUILD"
	done
	cd "$COPY"
	make SAN="$SAN" "$BUILD/pvq" "$BUILD/tests/trial/test_conformance" >/dev/null
}

setup() {
	cd "$COPY"
	PVQ=$COPY/$BUILD/pvq
}

# Builds the targets; fails on a warning. What was compiled is in $compiled.
build() {
	make SAN="$SAN" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 || { cat "$BATS_TEST_TMPDIR/out"; return 1; }
	if grep -E ':[0-9]+:[0-9]+: warning' "$BATS_TEST_TMPDIR/out"; then return 1; fi
	compiled=$(sed -n 's/^  CC //p' "$BATS_TEST_TMPDIR/out" | grep -v "^$BUILD/gen/" || true)
}

@test "new strategy: one file is compiled, conformance passes, a trial runs" {
	run "$PVQ" new strategy my_pool2
	[ "$status" -eq 0 ]
	[[ $output == *impls/my_pool2.c*make* ]]
	build "$BUILD/pvq" "$BUILD/tests/trial/test_conformance"
	[ "$compiled" = "$BUILD/impls/my_pool2.o" ]
	"$PVQ" list | grep -q '^  my_pool2 '
	"$PVQ" run --impl my_pool2 --task noop --n 1000 | grep -q '^verified: equal to the oracle'
	"$BUILD/tests/trial/test_conformance" 'my_pool2_*' >"$BATS_TEST_TMPDIR/out" 2>&1
	[ "$(grep -c '^\[       OK \] my_pool2_x_' "$BATS_TEST_TMPDIR/out")" -ge 10 ]
	run grep -E 'skeleton|@peer|needs:' impls/my_pool2.c
	[ "$status" -eq 1 ]
}

@test "new task: one file is compiled, every strategy runs it, and it is verified" {
	"$PVQ" new task double
	build "$BUILD/pvq" "$BUILD/tests/trial/test_conformance" "$BUILD/tests/trial/test_tasks"
	[ "$compiled" = "$BUILD/benches/tasks/double.o" ]
	"$PVQ" list | grep -q '^  double '
	"$PVQ" run --impl pool_ordered --task double:times=3 --n 5 --print >"$BATS_TEST_TMPDIR/out"
	grep -q '^4	12$' "$BATS_TEST_TMPDIR/out"
	grep -q '^verified: equal to the oracle' "$BATS_TEST_TMPDIR/out"
	"$BUILD/tests/trial/test_conformance" '*_x_double' >"$BATS_TEST_TMPDIR/out" 2>&1
	[ "$(grep -c '^\[       OK \] .*_x_double$' "$BATS_TEST_TMPDIR/out")" -ge 5 ]
	"$BUILD/tests/trial/test_tasks"
}

@test "new experiment: one file is compiled, a run measures it, its report has the chapter" {
	"$PVQ" new experiment clock_reads
	build "$BUILD/pvq"
	[ "$compiled" = "$BUILD/benches/experiments/clock_reads/clock_reads.o" ]
	"$PVQ" bench --profile quick --blocks 1 --n 10 --tasks noop --impls serial --cores 1 --out "$BATS_TEST_TMPDIR/run"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/run/clock_reads.csv")" -eq 16 ]
	grep -q 'Reading the clock takes [0-9.]* ns, the median of 15 rounds' "$BATS_TEST_TMPDIR/run/report.md"
	# Of its file alone there is a report too; without it, no chapter.
	mkdir "$BATS_TEST_TMPDIR/alone"
	mv "$BATS_TEST_TMPDIR/run/clock_reads.csv" "$BATS_TEST_TMPDIR/alone"
	"$PVQ" report "$BATS_TEST_TMPDIR/alone"
	grep -q 'Reading the clock takes' "$BATS_TEST_TMPDIR/alone/report.md"
	"$PVQ" report "$BATS_TEST_TMPDIR/run"
	run grep 'Reading the clock' "$BATS_TEST_TMPDIR/run/report.md"
	[ "$status" -eq 1 ]
}

@test "new peer: it is built beside the others, runs, and passes conformance" {
	[[ $SAN != *thread* ]] || skip "no peer is built with it"
	"$PVQ" new peer their_pool
	build "$BUILD/peers/their_pool" "$BUILD/tests/peers/their_pool"
	"$PVQ" list | grep -q '^  their_pool '
	"$PVQ" run --impl their_pool --task noop --n 1000 | grep -q '^verified: equal to the oracle'
	"$BUILD/tests/peers/their_pool" 'their_pool_x_*'
	grep -q '^ \* needs: libc6-dev$' impls/peers/their_pool.c
	grep -q 'version = PVQ_PEER_VERSION,$' impls/peers/their_pool.c
}
