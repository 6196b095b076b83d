# skeletons.bats: `pvq new`: what it writes, and what it refuses. In a copy of the checkout in which nothing is built; new.bats
# builds the skeletons.

setup_file() {
	export PVQ=${PVQ:-$PWD/build/pvq}
	export COPY=$BATS_FILE_TMPDIR/pvq
	mkdir "$COPY"
	cp -a benches impls .clang-format "$COPY"
}

setup() {
	cd "$COPY"
}

# A usage error: exit 2 and one line that holds each of the words.
refused() {
	local words=$1
	shift
	run "$PVQ" new "$@"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	for word in $words; do [[ $output == pvq:*$word* ]] || { echo "no '$word' in: $output"; return 1; }; done
}

@test "new: a skeleton of each kind, under its name, and what to do next" {
	local kind file
	while read -r kind file; do
		run "$PVQ" new "$kind" my_own
		[ "$status" -eq 0 ]
		[[ $output == "Wrote $file. It works as it is."*my_own* ]]
		grep -q my_own "$file"
		grep -q TODO "$file"
		# No mark of the template is left, and no name but the given one.
		run grep -nE '@|skeleton' "$file"
		[ "$status" -eq 1 ]
		rm "$file"
	done <<-'END'
		strategy impls/my_own.c
		peer impls/peers/my_own.c
		task benches/tasks/my_own.c
		experiment benches/experiments/my_own/my_own.c
		plugin ./my_own.c
	END
}

@test "new: a name is taken as soon as its file exists, of a strategy for a peer as well" {
	"$PVQ" new strategy my_own
	refused "my_own taken" strategy my_own
	refused "my_own taken" peer my_own
	rm impls/my_own.c
	"$PVQ" new peer my_own
	refused "my_own taken" strategy my_own
	rm impls/peers/my_own.c
	touch impls/peers/my_own.rs
	refused "my_own taken" peer my_own
	rm impls/peers/my_own.rs
	for name in all peers; do refused "$name taken" strategy "$name"; done
}

@test "new: a file that exists is not overwritten, and a folder that is there is used" {
	echo mine >mine.c
	run "$PVQ" new plugin mine
	[ "$status" -eq 2 ]
	[ "$output" = "pvq: cannot write ./mine.c: File exists" ]
	[ "$(cat mine.c)" = mine ]
	mkdir benches/experiments/mine
	"$PVQ" new experiment mine
	[ -s benches/experiments/mine/mine.c ]
	run "$PVQ" new experiment mine
	[ "$status" -eq 2 ]
	[[ $output == "pvq: cannot write benches/experiments/mine/mine.c: File exists" ]]
	rm -r mine.c benches/experiments/mine
	# A file in the place of the folder.
	echo mine >benches/experiments/mine
	run "$PVQ" new experiment mine
	[ "$status" -eq 2 ]
	[[ $output == "pvq: cannot write benches/experiments/mine/mine.c: Not a directory" ]]
	[ "$(cat benches/experiments/mine)" = mine ]
	rm benches/experiments/mine
}

@test "new: what cannot be written whole is told, and no half of it stays" {
	case $PVQ in */san-thread*) skip "this sanitizer writes a file of its own before main()" ;; esac
	run bash -c 'ulimit -f 0; "$PVQ" new strategy too_long 2>&1 | cat'
	[[ $output == "pvq: cannot write impls/too_long.c: "* ]]
	[ ! -e impls/too_long.c ]
}

@test "the skeletons are formatted as the rest is" {
	command -v clang-format >/dev/null || skip "needs clang-format"
	"$PVQ" new strategy form_a
	"$PVQ" new peer form_b
	"$PVQ" new task form_c
	"$PVQ" new experiment form_d
	"$PVQ" new plugin form_e
	clang-format --dry-run --Werror impls/form_a.c impls/peers/form_b.c benches/tasks/form_c.c \
		benches/experiments/form_d/form_d.c form_e.c
	rm -r impls/form_a.c impls/peers/form_b.c benches/tasks/form_c.c benches/experiments/form_d form_e.c
}

@test "new: impossible requests are refused, and nothing is written" {
	find impls benches -type f | sort >"$BATS_TEST_TMPDIR/before"
	refused "kind name" strategy
	refused "kind name" strategy a b
	refused "stratgy strategy?" stratgy my_own
	for name in Own _own 9own own-pool own.c "" ../own "$(printf 'a%.0s' {1..64})"; do refused "letters" task "$name"; done
	refused "pool_ordered taken" strategy pool_ordered
	refused "pool_ordered taken" peer pool_ordered
	refused "openmp_tasks taken" strategy openmp_tasks
	refused "frame taken" strategy frame
	refused "peers taken" peer peers
	refused "noop taken" task noop
	refused "kernel cannot" task kernel
	refused "grain taken" experiment grain
	find impls benches -type f | sort | cmp - "$BATS_TEST_TMPDIR/before"
	cd "$BATS_TEST_TMPDIR"
	refused "checkout impls/impl.h" strategy my_own
	[ -z "$(ls impls 2>/dev/null)" ]
}
