#!/usr/bin/env bats
# library.bats: the pool as a library: installed, found by pkg-config and used from outside, uninstalled.
# `make` gets SAN, CC and CFLAGS as the build under test did: through the environment.

setup() {
	root=$BATS_TEST_DIRNAME/../..
	build=${PVQ%/*}
	prefix=$BATS_TEST_TMPDIR/prefix
	functions="pvq_fail pvq_pool_cancel pvq_pool_cancel_all pvq_pool_close pvq_pool_collect pvq_pool_counts pvq_pool_fd"
	functions+=" pvq_pool_flush pvq_pool_in_flight pvq_pool_map pvq_pool_resize pvq_pool_rest pvq_pool_start pvq_pool_submit"
	functions+=" pvq_pool_submit_urgent pvq_pool_terminate pvq_pool_wait pvq_pool_window pvq_pool_worker"
	files=$(printf '%s\n' include/pvq/error.h include/pvq/pool.h lib/libpvqpool.a lib/pkgconfig/pvqpool.pc \
		share/man/man3/pvq_pool.3 "${functions// /$'\n'}" |
		sed 's|^pvq_.*|share/man/man3/&.3|' | LC_ALL=C sort)
	export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	library install-library PREFIX="$prefix"
	cd "$BATS_TEST_TMPDIR" || return
}

library() {
	make -s --no-print-directory -C "$root" "$@"
}

# A compiler, a source, an output and more options; of the library only what pkg-config says.
compile() {
	local compiler=$1 source=$2 program=$3
	shift 3
	# shellcheck disable=SC2046  # one word a flag
	$compiler -Wall -Werror ${SAN:+"-fsanitize=$SAN"} "$@" "$source" $(pkg-config --cflags --libs pvqpool) \
		-o "$program"
}

installed() {
	(cd "$1" && find . ! -type d) | sed 's|^\./||' | LC_ALL=C sort
}

@test "the library: POOL.md's example is the tutorial's run: 4 tasks of 2 s, in order, after 2 s" {
	run "$build/pool-example"
	[ "$status" -eq 0 ]
	[ "$output" = $'1 -> 10\n2 -> 20\n3 -> 30\n4 -> 40' ]
	# The page shows what it prints.
	[[ $(<"$root/impls/POOL.md") == *$'./example\n'"$output"$'\n```'* ]]
}

@test "the library: everything is installed, and make uninstall leaves nothing" {
	[ "$(installed "$prefix")" = "$files" ]
	cmp "$root/impls/pool.h" "$prefix/include/pvq/pool.h"
	[ "$(pkg-config --variable=prefix pvqpool)" = "$prefix" ]
	[[ $(pkg-config --modversion pvqpool) =~ ^[0-9]+(\.[0-9]+)+$ ]]
	echo mine >"$prefix/lib/other"
	library uninstall PREFIX="$prefix"
	[ "$(installed "$prefix")" = lib/other ]
	[ ! -e "$prefix/include/pvq" ]
	library uninstall PREFIX="$prefix"
}

@test "the library: DESTDIR moves the files, not what they say" {
	library install-library PREFIX=/opt/pvq DESTDIR="$PWD/stage"
	[ "$(installed stage/opt/pvq)" = "$files" ]
	grep -qx 'prefix=/opt/pvq' stage/opt/pvq/lib/pkgconfig/pvqpool.pc
	library uninstall PREFIX=/opt/pvq DESTDIR="$PWD/stage"
	[ -z "$(installed stage)" ]
}

@test "the library: its public functions are all that a program can clash with" {
	nm -g --defined-only -P "$prefix/lib/libpvqpool.a" >names
	[ "$(sed -nE 's/^([^ ]+) [A-Z] .*/\1/p' names | LC_ALL=C sort | xargs)" = "$functions" ]
}

# The rest cannot fail: it only reads or writes this process's memory, or asks for what is always there.
@test "the library: whatever it calls that can fail, test_pool_faults makes fail" {
	[ -z "$SAN" ] || skip "a sanitizer calls more"
	faulty=$(sed -n '/^FAULTY/,/[^\\]$/p' "$root/scripts/library.mk" | sed 's/^FAULTY *:=//; s/\\$//' | xargs)
	[[ " $faulty " == *" sendmsg "* ]]
	nm -u -P "$prefix/lib/libpvqpool.a" | sed -nE 's/^([^ ]+) U.*/\1/p' | sort -u | grep -vxE "${faulty// /|}" |
		grep -vxE '__errno_location|__sched_cpucount|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|_exit|backtrace(_symbols_fd)?|clock_gettime|getp?pid|getrlimit|kill|raise|pause|sched_yield|sysconf' |
		grep -vxE 'signal|sig(action|altstack)|sig(add|empty|fill)set|sigabbrev_np|sigprocmask|(__)?v?snprintf(_chk)?|str(len|error)|(__)?(mem(cpy|set|move)|stpcpy)(_chk)?' >left || true
	[ ! -s left ] || { cat left && false; }
}

@test "the library: the example, compiled with what is installed and nothing else" {
	sed 's/sleep(2)/usleep(20000)/' "$build/gen/pool_example.c" >example.c
	grep -q usleep example.c
	# The engine's own names are free for the program's use.
	echo 'int pvq_child_fork(void); int pvq_child_fork(void) { return 0; }' >>example.c
	compile "${CC:-cc}" example.c example -std=gnu11 -Wextra
	run ./example
	[ "$status" -eq 0 ]
	[ "$output" = $'1 -> 10\n2 -> 20\n3 -> 30\n4 -> 40' ]
}

@test "the library: the headers are C++17, and their initialisers C++20" {
	for header in pool error; do
		printf '#include <pvq/%s.h>\nint main() {}\n' "$header" >"$header.cc"
		compile "${CXX:-c++}" "$header.cc" "$header" -std=c++17 -Wextra -Wpedantic
	done
	cat >start.cc <<-'END'
		#include <pvq/pool.h>
		int main()
		{
			pvq_pool_config config = {PVQ_POOL_DEFAULTS};
			pvq_error err = PVQ_NO_ERROR;
			pvq_pool *pool;
			config.workers = 1;
			config.max_in = config.max_out = 8;
			config.run = [](void *, const void *, size_t, void *, size_t) -> ssize_t { return 0; };
			return pvq_pool_start(&pool, &config, &err) || pvq_pool_close(pool, &err) || config.retries != 1;
		}
	END
	compile "${CXX:-c++}" start.cc start -std=c++20 -Wpedantic
	./start
}

@test "the manual page: it knows every name of the headers, its example is POOL.md's, and it is sound" {
	page=$prefix/share/man/man3/pvq_pool.3
	for name in $functions; do
		grep -q "^\.Fn $name " "$page"
		[ "$(cat "$prefix/share/man/man3/$name.3")" = ".so man3/pvq_pool.3" ]
	done
	# Fields: the last word of a declaration, or of each part of it, or a hook's; then the constants.
	fields=$(cat "$prefix"/include/pvq/*.h | sed -nE 's/^\t[a-z].*\(\*([a-z_]+)\)\(.*/\1/p; t
		s/^\t[a-z][a-z0-9_ ]* \**([a-z_]+(, [a-z_]+)*)(\[[0-9]+\])?;.*/\1/p' | tr -d ,)
	[ "$(wc -w <<<"$fields")" -gt 25 ]
	for name in $fields; do
		grep -qE "^\.It Fa \".*\b$name\b" "$page" || { echo "no field $name"; return 1; }
	done
	constants=$(grep -ohE '\bPVQ_[A-Z_]+' "$prefix"/include/pvq/*.h | grep -v '_H$' | sort -u)
	for name in $constants; do
		grep -q "^\.Dv $name" "$page" || { echo "no constant $name"; return 1; }
	done
	sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$page" | sed '1,/^\.Bd/d; /^\.Ed/d; s/\\-/-/g; s/\\e/\\/g' |
		cmp - "$build/gen/pool_example.c"
	# The formatters are not among what the tests install: the page is read by those that are there.
	if command -v mandoc >/dev/null; then mandoc -T lint -W error "$page"; fi
	if command -v groff >/dev/null; then [ -z "$(groff -mdoc -ww -z -T ascii "$page" 2>&1)" ]; fi
}
