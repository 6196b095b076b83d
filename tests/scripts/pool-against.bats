# pool-against.bats: scripts/pool-against, over a repository whose programs print what they are told.

setup() {
	[ -x "$(command -v git)" ] || skip "no git"
	script=$BATS_TEST_DIRNAME/../../scripts/pool-against
	cd "$BATS_TEST_TMPDIR" || return
	git init -q .
	printf 'build/%%: %%.sh\n\t@mkdir -p build && cp $< $@ && chmod +x $@\n' >Makefile
	programs 100
	git add . && git -c user.name=a -c user.email=a@b commit -qm old
}

# programs VALUE: a pool-bench and a pvq that measure so much.
programs() {
	printf '#!/bin/sh\necho %s\n' "$1" >pool-bench.sh
	printf '#!/bin/sh\nprintf "args,map_ns,x\\n\\"a=1,b=2\\",%s,7\\n"\n' "$1" >pvq.sh
}

# verdict NEW PATTERN: the last line where this one measures so much, and the other 100.
verdict() {
	programs "$1"
	make -s build/pvq build/pool-bench
	BLOCKS=${BLOCKS:-8} ONLY=$2 "$script" build HEAD 2>/dev/null | tail -n 1
}

@test "pool-against: another revision's programs are built, and told from this one's" {
	[[ $(verdict 101 '^0.3 µs tasks, ordered') == *" | 1.010 (1.010–1.010) | equivalent |" ]]
	[[ $(verdict 110 '^0.3 µs tasks, ordered') == *" | 1.100 (1.100–1.100) | slower |" ]]
	[[ $(verdict 50 '^empty item, unordered') == "| empty item, unordered | 0.0001 ms | 5e-05 ms | 0.500 (0.500–0.500) | faster |" ]]
	[[ $(BLOCKS=3 verdict 100 '^peak RSS at 10.7, ordered') == *" MiB | 1.000 | too few blocks |" ]]
}

@test "pool-against: an unknown revision, and one that cannot be built, fail" {
	run "$script" build no_such_revision
	[ "$status" -ne 0 ]
	echo 'build/%: ; false' >Makefile
	git -c user.name=a -c user.email=a@b commit -qam broken
	run "$script" build HEAD
	[ "$status" -ne 0 ]
}
