# generate.bats: the tables that the build makes of descriptors, and what it says where these are wrong.

setup() {
	GENERATE=$PWD/scripts/generate
	TMP=$(mktemp -d)
	mkdir "$TMP/impls" "$TMP/tasks" "$TMP/experiments"
	cd "$TMP"
}

teardown() {
	rm -rf "$TMP"
}

# descriptor FILE KIND STEM [NAME]
descriptor() {
	mkdir -p "${1%/*}"
	printf 'const struct pvq_%s pvq_%s_%s = {\n\t.name = "%s",\n};\n' "$2" "$2" "$3" "${4-$3}" >"$1"
}

refused() { # WORDS… COMMAND: -- separates them
	local words=()
	while [ "$1" != -- ]; do words+=("$1") && shift; done
	shift
	run "$GENERATE" "$@"
	[ "$status" -ne 0 ]
	for word in "${words[@]}"; do [[ $output == *"$word"* ]] || { echo "no '$word' in: $output"; return 1; }; done
	[[ $output != *"&pvq_"* ]]
}

@test "strategies and tasks: serial first, then by name; files without a descriptor are skipped" {
	for stem in zeta serial alpha; do descriptor impls/$stem.c impl $stem; done
	echo 'int helper;' >impls/helper.c
	descriptor tasks/noop.c task noop
	run "$GENERATE" registry impls/*.c tasks/*.c
	[ "$status" -eq 0 ]
	[ "$(grep -o '&pvq_[a-z_]*' <<<"$output" | paste -sd' ')" = "&pvq_impl_serial &pvq_impl_alpha &pvq_impl_zeta &pvq_task_noop" ]
}

@test "a strategy that is not called as its file is" {
	descriptor impls/one.c impl two
	refused impls/one.c pvq_impl_two pvq_impl_one -- registry impls/*.c
}

@test "a task that is not called as its file is" {
	descriptor tasks/one.c task two
	refused tasks/one.c pvq_task_two pvq_task_one -- table task tasks/task.h tasks/*.c
}

@test "an experiment that is not called as its folder is" {
	descriptor experiments/grain/run.c experiment grain
	run "$GENERATE" table experiment report/experiment.h experiments/*/*.c
	[ "$status" -eq 0 ]
	descriptor experiments/other/other.c experiment another
	refused experiments/other/other.c pvq_experiment_another "the folder" -- table experiment report/experiment.h experiments/*/*.c
}

@test "a .name that is not the descriptor's, or is missing" {
	descriptor impls/one.c impl one two
	refused impls/one.c '"two"' pvq_impl_one -- registry impls/*.c
	echo 'const struct pvq_impl pvq_impl_one = {0};' >impls/one.c
	descriptor impls/three.c impl three
	refused impls/one.c pvq_impl_one -- registry impls/*.c
}

@test "two descriptors of one name: both files are named" {
	descriptor impls/one.c impl one
	descriptor more/one.c impl one
	refused impls/one.c more/one.c pvq_impl_one -- registry impls/*.c more/*.c
}

@test "update: the file stays as it is where nothing changed, and where the part fails" {
	descriptor impls/one.c impl one
	"$GENERATE" update registry.c registry impls/*.c
	touch -d '2001-01-01' registry.c
	"$GENERATE" update registry.c registry impls/*.c
	[ "$(stat -c %Y registry.c)" -eq "$(date -d '2001-01-01' +%s)" ]
	descriptor impls/two.c impl three
	run "$GENERATE" update registry.c registry impls/*.c
	[ "$status" -ne 0 ]
	[ "$(grep -c '&pvq_impl' registry.c)" -eq 1 ]
	rm impls/two.c
	descriptor impls/two.c impl two
	"$GENERATE" update registry.c registry impls/*.c
	[ "$(grep -c '&pvq_impl' registry.c)" -eq 2 ]
}

@test "a new strategy recompiles no other source, but the registry" {
	unset MAKEFLAGS MAKEOVERRIDES SAN # this build is a plain one, whatever the tests run on
	cd "$BATS_TEST_DIRNAME/../.."
	mkdir "$TMP/tree"
	cp -a Makefile scripts impls benches "$TMP/tree"
	[ ! -e build/pvq ] || cp -a build "$TMP/tree"
	cd "$TMP/tree"
	rm -rf build/peers
	make build/pvq >"$TMP/log" 2>&1
	descriptor impls/newest.c impl newest
	sed -i '1i #include "impl.h"' impls/newest.c
	make build/pvq >"$TMP/log" 2>&1
	# Of the generated ones the table of line counts, an asset, is another as well.
	compiled=$(grep '^  CC ' "$TMP/log" | grep -v 'gen/assets.o' | sort | paste -sd' ')
	[ "$compiled" = "  CC build/gen/registry.o   CC build/impls/newest.o" ] || { echo "$compiled"; false; }
}
