# systems.bats: wherever the checkout lies and whatever the locale, make builds the same program, and it works.

# The tree, without what was built, under a path that holds what is hard to quote. It is built without a sanitizer: what
# is tested is make and the scripts.
setup_file() {
	unset SAN MAKEFLAGS MAKELEVEL OUT DIR CSV PREFIX DESTDIR
	export CFLAGS=-O0 CXXFLAGS=-O0 ODD="$BATS_FILE_TMPDIR/a b:c'd\"e"
	mkdir -p "$ODD/pvq"
	tar -C "$BATS_TEST_DIRNAME/../.." --exclude=./build --exclude=./.git --exclude=./reports -cf - . |
		tar -C "$ODD/pvq" -xf -
	make -C "$ODD/pvq" -j2 all >"$BATS_FILE_TMPDIR/log" 2>&1 || {
		tail -n 20 "$BATS_FILE_TMPDIR/log" >&2
		return 1
	}
}

setup() {
	cd "$ODD/pvq" || return
}

@test "an odd path: bench and report, with an odd OUT and DIR" {
	build/pvq bench --profile quick --impls pool_ordered,fork_pipe_queue --tasks noop --n 50 --cores 1 --blocks 2 \
		--out "$ODD/out" >/dev/null
	[ "$(grep -c ',noop,.*,ok,oracle,' "$ODD/out/raw.csv")" -gt 0 ]
	rm "$ODD/out/report.md"
	make -s report DIR="$ODD/out"
	grep -q pool_ordered "$ODD/out/report.md"
}

@test "an odd path: a changed header compiles what includes it, and only that" {
	touch impls/error.h
	make -s build/pvq
	[ build/impls/error.o -nt impls/error.h ]
	[ build/benches/stats/stats.o -ot impls/error.h ]
	touch "$BATS_TEST_TMPDIR/now"
	make -s build/pvq
	[ build/pvq -ot "$BATS_TEST_TMPDIR/now" ]
}

@test "an odd path: the library under an odd PREFIX and DESTDIR, found by pkg-config, taken away again" {
	local prefix="$ODD/local &|\\dir" stage="$ODD/stage"
	make -s install PREFIX="$prefix"
	export PKG_CONFIG_PATH=$BATS_TEST_TMPDIR
	cp "$prefix/lib/pkgconfig/pvqpool.pc" "$PKG_CONFIG_PATH"
	make -s build/gen/pool_example.c
	# Its flags are quoted for a shell.
	eval "cc build/gen/pool_example.c $(pkg-config --cflags --libs pvqpool) -o \"\$BATS_TEST_TMPDIR/example\""
	[ -x "$BATS_TEST_TMPDIR/example" ]
	make -s install PREFIX=/opt DESTDIR="$stage"
	[ -e "$stage/opt/include/pvq/pool.h" ]
	make -s uninstall PREFIX=/opt DESTDIR="$stage"
	make -s uninstall PREFIX="$prefix"
	[ -z "$(find "$prefix" "$stage" ! -type d)" ]
}

@test "an odd path: peers in C and, where these are installed, in Python and Go" {
	make -s -j2 build/pvq build/peers/fork_per_task build/peers/python build/tutorial.py build/peers/go_channels
	local peers=(fork_per_task)
	scripts/peer needs impls/python/python.py | grep '^missing' || peers+=(python_pool_map)
	scripts/peer needs impls/peers/go_channels.go | grep '^missing' || peers+=(go_channels)
	for impl in "${peers[@]}"; do
		run build/pvq run --impl "$impl" --task noop --n 4 --workers 2 --csv
		[[ $output == *,ok,oracle,* ]] || { echo "$impl: $output"; return 1; }
	done
	[ -z "$(find build/peers -name '*.o')" ]
}

# In Turkish and Azeri [a-z] holds no i, upper case of i is another letter, and decimals have a comma.
@test "in a Turkish or Azeri locale: the same sources are generated, and the same report is written" {
	build/pvq bench --profile quick --impls pool_ordered,serial --tasks noop,spin:ns=100 --n 50 --cores 1 --blocks 3 \
		--out "$ODD/run" >/dev/null 2>&1
	cp -R "$ODD/run" "$ODD/c"
	local sources=({registry,tasks,micros,experiments,assets,pool_example}.c lines.tsv)
	make -s "${sources[@]/#/build/gen/}"
	for locale in tr_TR az_AZ; do
		localedef -i "$locale" -f UTF-8 "$BATS_TEST_TMPDIR/$locale.UTF-8"
		local there=(env LOCPATH="$BATS_TEST_TMPDIR" LC_ALL="$locale.UTF-8")
		if echo i | "${there[@]}" grep -q '[a-z]'; then echo "$locale is not there" && return 1; fi
		"${there[@]}" make -s B="build/$locale" "${sources[@]/#/build/$locale/gen/}"
		for file in "${sources[@]}"; do cmp "build/gen/$file" "build/$locale/gen/$file"; done
		"${there[@]}" make -s report DIR="$ODD/run"
		diff -r "$ODD/c" "$ODD/run"
	done
}
