#!/usr/bin/env bats
# page.bats: the script of the report's page without a browser, and the commands that marks in pictures give.
# test_page.c has the page in a browser.

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
	export PVQ_PEERS="$TMP" # no peers
}

teardown() {
	rm -rf "$TMP"
}

@test "page.js: figures, guesses, order of cells and links, in node" {
	command -v node >/dev/null || skip "no node"
	node tests/report/page_logic.js >"$TMP/out"
	[ "$(cat "$TMP/out")" -gt 40 ]
}

@test "the page's scripts: less than 400 lines of code in all, and nothing from the network" {
	local scripts=(benches/report/page.js benches/experiments/*/*.js)
	[ ${#scripts[@]} -ge 2 ]
	# Without empty lines and comments.
	[ "$(cat "${scripts[@]}" | grep -cvE '^\s*$|^\s*(//|/\*|\*)')" -lt 400 ]
	run grep -nE 'https?:|import |fetch\(|XMLHttpRequest' "${scripts[@]}"
	[ "$status" -eq 1 ]
}

@test "the command of a mark repeats its cell" {
	local command row cells=0
	command -v gnuplot >/dev/null || skip "no gnuplot"
	"$PVQ" bench --profile quick --only-sweep --blocks 2 --n 300 -t noop,spin:ns=100,echo:in=1K -i serial,pthread_queue,pool_ordered \
		--cores 1,2 --out "$TMP/run" >"$TMP/out"
	# XML writes & < and > its own way.
	sed -n 's|</title>.*||; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g; s|^build/pvq run |run |p' "$TMP/run/plots/"{time,over}.svg | sort -u >"$TMP/commands"
	while read -r command; do
		row=$(eval "\"\$PVQ\" $command --csv" | tail -n 1)
		row=${row%%,ordered,*} row=${row%%,unordered,*} # all that names a cell
		grep -qF -- "$row," "$TMP/run/raw.csv"
		cells=$((cells + 1))
	done <"$TMP/commands"
	# Twins are in no picture, nor is a cell whose trials met a state of the machine that no other cell's met.
	[ "$cells" -le "$(tail -n +2 "$TMP/run/plan.csv" | grep -vc '~')" ]
	for strategy in serial pthread_queue pool_ordered; do grep -qF -- "--impl $strategy " "$TMP/commands"; done
}
