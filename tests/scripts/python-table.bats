#!/usr/bin/env bats
# python-table.bats: scripts/python-table: each row is measured, and the page of the package has exactly these rows.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	readme=impls/python/pvqpool/README.md
	page=$BATS_TEST_TMPDIR/page.md
	printf '%s\n' before '<!-- python-table -->' 'Not measured yet.' '<!-- /python-table -->' after >"$page"
}

# put LINE…: a table of these lines into the page.
put() {
	printf '%s\n' "$@" | scripts/put-table "$page" python-table
}

@test "python-table: measures every row, and its table fits the page" {
	[ -z "$SAN" ] || skip "a sanitizer's run time must come first in a program"
	compgen -G '/usr/include/python3.*/Python.h' >/dev/null || skip "no Python.h: install python3-dev"
	make -s --no-print-directory python
	export BLOCKS=1 ITEMS=20 PYTHONPATH=${PVQ%/*}/python PYTHONDONTWRITEBYTECODE=1
	timeout -k 10 300 scripts/python-table >"$BATS_TEST_TMPDIR/table"
	scripts/put-table "$page" python-table <"$BATS_TEST_TMPDIR/table"
	scripts/python-table --check "$page"
	# Each row ends with its verdict: one block has no interval.
	[ "$(grep -c '| too few blocks |$' "$page")" = "$(scripts/python-table --names | wc -l)" ]
	[ "$(head -1 "$page"; tail -1 "$page")" = "before
after" ]
}

@test "python-table: the package's page has exactly its rows, or is not measured yet" {
	scripts/python-table --check "$readme"
}

@test "python-table: the check finds rows too many, too few, renamed and in another order, and a table without a revision" {
	local head=('| Figure | pvqpool |' '|:--|--:|') rows
	mapfile -t rows < <(scripts/python-table --names | sed 's/.*/| & | 1 µs |/')
	put "${head[@]}" "${rows[@]}" 'Revision 0123456789ab.'
	scripts/python-table --check "$page"
	put "${head[@]}" "${rows[@]}"
	run scripts/python-table --check "$page"
	[ "$status" -ne 0 ]
	[[ $output == *revision* ]]
	check_fails "${rows[@]}" '| one more | 1 µs |'
	check_fails "${rows[@]:1}"
	check_fails '| another | 1 µs |' "${rows[@]:1}"
	check_fails "${rows[@]:1}" "${rows[0]}"
	sed -i '/python-table -->/d' "$page"
	run scripts/python-table --check "$page"
	[ "$status" -ne 0 ]
	[[ $output == *'no place'* ]]
}

# check_fails ROW…
check_fails() {
	put "${head[@]}" "$@" 'Revision 0123456789ab.'
	run scripts/python-table --check "$page"
	[ "$status" -ne 0 ]
	[[ $output == *'other rows'* ]]
}
