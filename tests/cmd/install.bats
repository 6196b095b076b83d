# install.bats: what belongs to pvq on a system: the manual page, the completion of bash, make install. PVQ is the binary
# (set by scripts/run-tests); `make` gets SAN, CC and CFLAGS as the build under test did: through the environment.

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
	export PVQ_PEERS="$TMP" # no peers
}

teardown() {
	rm -rf "$TMP"
}

# What bash offers for these words, the last of which is being typed; a line each.
offers() {
	# shellcheck disable=SC1090
	(
		source <("$PVQ" help --bash)
		COMP_WORDS=(pvq "$@")
		COMP_CWORD=$#
		_pvq "$PVQ" "${*: -1}" ""
		printf '%s\n' "${COMPREPLY[@]}"
	)
}

@test "man: every command and every option, and nothing that roff complains of" {
	"$PVQ" help --man >"$TMP/pvq.1"
	sed 's/\\-/-/g; s/\\f[BIR]//g' "$TMP/pvq.1" >"$TMP/plain"
	grep -qx 'Every command takes -h, --help and --version.' "$TMP/plain"
	for command in $("$PVQ" help | sed -n 's/^  \([a-z0-9]*\)  .*/\1/p'); do
		sed -n "/^\.SS pvq $command /,/^\.S[SH] /p" "$TMP/plain" >"$TMP/section"
		[ -s "$TMP/section" ]
		for option in $("$PVQ" help "$command" | sed -n 's/^  \(-[a-z], \)*--\([a-z-]*\) .*/\2/p' | grep -vx 'help\|version'); do
			grep -Eq -- "^(-., )*--$option( |\$)" "$TMP/section"
		done
	done
	if command -v groff >/dev/null; then
		run groff -man -Tutf8 -ww -z "$TMP/pvq.1"
		[ -z "$output" ]
	fi
	if command -v man >/dev/null && MANWIDTH=80 man -l "$TMP/pvq.1" >"$TMP/page" 2>/dev/null; then
		grep -q -- '-i, --impl NAME' "$TMP/page"
	fi
}

@test "completion: commands, options, names, choices, lists" {
	[ "$(offers ru)" = run ]
	[ "$(offers help do)" = doctor ]
	[ "$(offers run --wi)" = --window ]
	[ "$(offers bench --on)" = --only-sweep ]
	[ "$(offers run --impl pool_u)" = pool_unordered ]
	[ "$(offers run -i serial,pool_u)" = serial,pool_unordered ]
	[ "$(offers run --impl = pth)" = pthread_queue ]
	[ "$(offers bench --tasks = )" = "$("$PVQ" list tasks | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p')" ]
	[ "$(offers bench --tasks noop,sk)" = noop,skew ]
	[ "$(offers list t)" = tasks ]
	[ "$(offers new pe)" = peer ]
	mkdir "$TMP/folder"
	touch "$TMP/file"
	[ "$(offers report "$TMP/fo")" = "$TMP/folder" ]
	[ -z "$(offers report "$TMP/fi")" ]
	[ "$(offers run --raw "$TMP/fi")" = "$TMP/file" ]
	[ -z "$(offers nonsense --im)" ]
	if command -v shellcheck >/dev/null; then "$PVQ" help --bash | shellcheck -; fi
}

@test "completion: what it offers for an option is what the option takes" {
	for profile in $(offers bench --profile ""); do "$PVQ" bench --dry-run --profile "$profile" -t noop >"$TMP/out"; done
	for place in $(offers bench --place ""); do "$PVQ" bench --dry-run --place "$place" -t noop >"$TMP/out"; done
	for kind in $(offers list ""); do "$PVQ" list "$kind" >"$TMP/out"; done
	run "$PVQ" bench --dry-run --profile none-such
	[ "$(sed 's/.*one of: //; s/, / /g' <<<"$output")" = "$(offers bench --profile "" | xargs)" ]
}

@test "make install: pvq runs from there, with its page and completion; make uninstall leaves nothing" {
	PREFIX=/opt/it DESTDIR="$TMP/stage" scripts/install-pvq "${PVQ%/*}"
	[ "$(cd "$TMP/stage/opt/it" && find . ! -type d | LC_ALL=C sort)" = \
		"$(printf './%s\n' bin/pvq bin/pvq-micro share/bash-completion/completions/pvq share/man/man1/pvq.1)" ]
	(cd / && "$TMP/stage/opt/it/bin/pvq" run -i pool_ordered -t noop -n 10 | grep -q verified)
	"$PVQ" help --man | cmp - "$TMP/stage/opt/it/share/man/man1/pvq.1"
	"$PVQ" help --bash | cmp - "$TMP/stage/opt/it/share/bash-completion/completions/pvq"
	PREFIX=/opt/it DESTDIR="$TMP/stage" scripts/install-pvq --remove
	[ -z "$(find "$TMP/stage" ! -type d)" ]
	run make -n install PREFIX=/opt/it
	[[ $output == *scripts/install-pvq* && $output == *"scripts/install "* ]]
	run make -n install-library
	[[ $output != *install-pvq* ]]
}
