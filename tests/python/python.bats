#!/usr/bin/env bats
# python.bats: the Python package, with the distribution's python3 and each interpreter that PVQ_PYTHONS names. One extension
# serves all of them.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export PYTHONDONTWRITEBYTECODE=1
	build=${PVQ%/*}
	read -ra pythons <<<"/usr/bin/python3 ${PVQ_PYTHONS:-}"
	[ -z "$SAN" ] || skip "a sanitizer's run time must come first in a program"
	[ -x /usr/bin/python3 ] || skip "no python3"
	has_headers || skip "no Python.h: install python3-dev"
	make -s --no-print-directory python
}

has_headers() {
	/usr/bin/python3 -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}

# All tests of one file.
test_file() {
	local python
	for python in "${pythons[@]}"; do
		PYTHONPATH=$build/python:tests/python timeout -k 10 600 "$python" -X dev -W error::SyntaxWarning -m unittest "$1" ||
			{ echo "with $python"; return 1; }
	done
}

@test "pvqpool.Pool: multiprocessing.Pool's methods, and what they lack" {
	test_file test_pool
}

@test "pvqpool.Executor: ProcessPoolExecutor's methods" {
	test_file test_executor
}

@test "NumPy's arrays travel beside the pickle" {
	/usr/bin/python3 -c "import numpy" 2>/dev/null || skip "no NumPy: install python3-numpy"
	test_file test_numpy
}

@test "a pool's surroundings: signals, threads, forks, the end of the program" {
	test_file test_life
}

@test "pvqpool.compare: which way for a function" {
	test_file test_compare
}

# A wheel, without a network; and from the source distribution, which is whole.
@test "pip installs it into a clean environment, without a network" {
	/usr/bin/python3 -c 'import venv, ensurepip' || skip "no venv: install python3-venv"
	local package=$PWD/impls/python/pvqpool
	for python in "${pythons[@]}"; do
		rm -rf "$BATS_TEST_TMPDIR/env"
		"$python" -m venv "$BATS_TEST_TMPDIR/env"
		cd "$BATS_TEST_TMPDIR"
		env/bin/pip install --quiet --no-index --disable-pip-version-check "$package"
		run env/bin/python -I -c 'import pvqpool; pool = pvqpool.Pool(2); print(pool.map(abs, [-1, 2])); pool.terminate()'
		[ "$output" = "[1, 2]" ]
		run env/bin/pip show --disable-pip-version-check pvqpool
		[[ $output == *"Version: 0."* ]]
		env/bin/pip uninstall --quiet --yes pvqpool
		(cd "$package" && "$python" -c 'import backend, sys; backend.build_sdist(sys.argv[1])' "$BATS_TEST_TMPDIR")
		env/bin/pip install --quiet --no-index --disable-pip-version-check pvqpool-*.tar.gz
		env/bin/python -I -c 'import pvqpool'
		rm pvqpool-*.tar.gz
		cd - >/dev/null
	done
}

# Those that do not hold are listed there, with the reasons.
@test "CPython's own tests of Pool and ProcessPoolExecutor" {
	local python
	for python in "${pythons[@]}"; do
		run env PYTHONPATH="$build/python:$PYTHONPATH" timeout -k 10 600 "$python" tests/python/cpython.py
		[ "$status" -ne 77 ] || skip "$output"
		[ "$status" -eq 0 ] || { echo "with $python: $output"; return 1; }
	done
}
