# pool-table.bats: scripts/pool-table, over a page and a pool-bench made for it.

setup() {
	script=$BATS_TEST_DIRNAME/../../scripts/pool-table
	export POOL_MD=$BATS_TEST_TMPDIR/page.md
	cd "$BATS_TEST_TMPDIR" || return
	cat >"$POOL_MD" <<-'END'
		before
		<!-- pool-table: written by make pool-table -->
		old
		<!-- end of pool-table -->
		after
	END
	bench 'one\ntwo, (2%%)\n'
}

# bench NAMES [CODE]: a pool-bench with these rows, which ends with CODE.
bench() {
	cat >pool-bench <<-END
		#!/bin/bash
		names() { printf '$1'; }
		case "\$*" in
		'--format names') names ;;
		'--format markdown')
			echo '| Figure | Pool |'
			echo '|:--|--:|'
			names | sed 's/.*/| & | 1.5 ns |/'
			printf '\nRevision 0123456789ab, 2 cores.\n'
			exit ${2:-0}
			;;
		*) exit 2 ;;
		esac
	END
	chmod +x pool-bench
}

@test "pool-table: what is between the markers is replaced, and nothing else" {
	"$script" .
	[ "$(<"$POOL_MD")" = "before
<!-- pool-table: written by make pool-table -->

| Figure | Pool |
|:--|--:|
| one | 1.5 ns |
| two, (2%) | 1.5 ns |

Revision 0123456789ab, 2 cores.

<!-- end of pool-table -->
after" ]
	cp "$POOL_MD" first
	"$script" .
	cmp "$POOL_MD" first
	"$script" --check .
}

@test "pool-table: a failed measurement leaves the page as it is" {
	cp "$POOL_MD" first
	bench 'one\n' 1
	run "$script" .
	[ "$status" -ne 0 ]
	cmp "$POOL_MD" first
}

@test "pool-table: the check finds rows too many, too few, renamed and in another order" {
	"$script" .
	for rows in 'one\n' 'one\ntwo, (2%%)\nthree\n' 'one\ntwo\n' 'two, (2%%)\none\n'; do
		bench "$rows"
		run "$script" --check .
		[ "$status" -ne 0 ]
		[[ $output == *'other rows'* ]]
	done
}

@test "pool-table: rows for several levels count as one" {
	"$script" .
	sed -i 's/^| two, (2%) | \(.*\)/| two, (2%) (near, 9 blocks) | \1\n| two, (2%) (far, 12 blocks) | \1/' "$POOL_MD"
	grep -q '^| two, (2%) (far, 12 blocks) |' "$POOL_MD"
	"$script" --check .
}

@test "pool-table: the check finds a table without a revision, and a page without markers" {
	"$script" .
	sed -i '/^Revision/d' "$POOL_MD"
	run "$script" --check .
	[ "$status" -ne 0 ]
	[[ $output == *revision* ]]
	sed -i '/end of pool-table/d' "$POOL_MD"
	run "$script" --check .
	[ "$status" -ne 0 ]
	run "$script" .
	[ "$status" -ne 0 ]
}
