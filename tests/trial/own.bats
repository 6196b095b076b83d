# own.bats: tasks of the user's own code: a function of a shared object, through every strategy. PVQ is the binary (set by
# scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	cd "$BATS_TEST_TMPDIR"
}

# Compiles NAME.c, from stdin unless it is there, to NAME.so.
plugin() {
	[ -e "$1.c" ] || cat >"$1.c"
	${CC:-cc} -O2 -Wall -Wextra -Werror -shared -fPIC -o "$1.so" "$1.c"
}

# The words appear, in this order, in what the command printed.
says() {
	[[ $output == *"$1"* ]] || { echo "no '$1' in: $output"; return 1; }
}

@test "new plugin: a skeleton that compiles, runs with every strategy, and is checked" {
	run "$PVQ" new plugin mine
	[ "$status" -eq 0 ]
	says "cc -O2 -shared -fPIC -o mine.so mine.c"
	plugin mine
	printf 'abc\n\nxyz,1\nlast' >items
	run "$PVQ" run --impl serial --task so:file=mine.so,function=mine,items=items --print
	[ "$status" -eq 0 ]
	says ", n 3, "
	says "verified: equal to the oracle"
	run "$PVQ" run --impl all --task so:file=mine.so,function=mine,items=items --n 100 --csv
	[ "$status" -eq 0 ]
	[ "$(grep -c ',ok,oracle,' <<<"$output")" -eq 5 ]
	run "$PVQ" new plugin mine
	[ "$status" -eq 2 ]
}

@test "so: records, patterns, standard input and numbers are items" {
	plugin length <<-'END'
		#include <string.h>
		#include <sys/types.h>
		ssize_t length(void *ctx, const void *in, size_t len, void *out, size_t cap)
		{
			unsigned long long n = len;
			(void)ctx, (void)in, (void)cap;
			memcpy(out, &n, sizeof(n));
			return sizeof(n);
		}
	END
	printf 'a\nbb\0\n' >items
	run "$PVQ" run --impl serial --task so:file=length.so,function=length,items=items,record=4 --print
	[ "${lines[0]}" = $'0\t4' ]
	[ "${lines[1]}" = $'1\t2' ]
	says "verified: equal to a serial run"
	run "$PVQ" run --impl pool_ordered --task "so:file=length.so,function=length,items='./[il]*s'" --print
	[ "${lines[0]}" = $'0\t7' ] # ./items
	says ", n 1, "
	printf 'a\n\nccc\n' >lines
	run "$PVQ" run --impl serial,pool_unordered --task so:file=length.so,function=length,items=- --csv < <(cat lines)
	[ "$status" -eq 0 ]
	[ "$(grep -c ',2,.*,ok,serial,' <<<"$output")" -eq 2 ]
	run "$PVQ" run --impl pool_ordered --task so:file=length.so,function=length --n 12 --print
	[ "${lines[11]}" = $'11\t2' ]
	run "$PVQ" bench --impls serial --tasks so:file=length.so,function=length,items=- --out out
	[ "$status" -eq 2 ]
	says "give a file"
}

@test "so: init's context reaches the function; errors and wrong results are the items'" {
	plugin strict <<-'END'
		#include <errno.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/types.h>
		int strict_init(void **ctx)
		{
			*ctx = getenv("STRICT");
			return *ctx ? 0 : -ENOKEY;
		}
		ssize_t strict(void *ctx, const void *in, size_t len, void *out, size_t cap)
		{
			if (len > cap || memchr(in, '!', len))
				return -EPERM;
			if (memchr(in, '?', len))
				return (ssize_t)cap + 1;
			memcpy(out, in, len);
			memcpy(out, ctx, 1);
			return (ssize_t)len;
		}
		int strict_check(void *ctx, const void *in, size_t len, const void *out, size_t out_len)
		{
			(void)in, (void)len, (void)out_len;
			return memcmp(ctx, out, 1) || memchr(out, '0', len);
		}
	END
	task=so:file=strict.so,function=strict,items=items
	printf 'a\nb\n' >items
	run "$PVQ" run --impl serial --task $task
	[ "$status" -eq 1 ]
	says "strict_init() failed"
	export STRICT=S
	"$PVQ" run --impl pool_ordered --task $task
	printf 'a\nb!\nc?\n' >items
	run "$PVQ" run --impl pool_ordered --task $task --print
	[ "$status" -eq 1 ]
	says $'1\terror: Operation not permitted'
	says $'2\terror: Value too large'
	says "2 of 3 items failed, the first 1"
	printf 'a\nb0\n' >items
	run "$PVQ" run --impl pool_ordered --task $task
	[ "$status" -eq 1 ]
	says "item 1 has a wrong result"
}

@test "so: what is missing is said" {
	run "$PVQ" run --impl serial --task so --n 1
	[ "$status" -eq 2 ]
	says "so:file=..."
	run "$PVQ" run --impl serial --task so:file=none.so,function=f --n 1
	[ "$status" -eq 1 ]
	says "none.so"
	echo 'int g;' | plugin other
	run "$PVQ" run --impl serial --task so:file=other.so,function=f --n 1
	[ "$status" -eq 1 ]
	says "other.so has no function f"
	run "$PVQ" run --impl serial --task so:file=other.so,function=g,items=none
	[ "$status" -eq 2 ]
	says "cannot read the items of 'none'"
	run "$PVQ" run --impl serial --task "so:file=other.so,function=g,items=*.none"
	[ "$status" -eq 2 ]
	says "no items in '*.none'"
}
