# lessons.bats: every lesson, run with a scripted answer in a fraction of a second; its words in both languages. PVQ is the
# binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	WORDS=$PWD/benches/lessons
	TMP=$(mktemp -d)
}

teardown() {
	rm -rf "$TMP"
}

# What a Python expression makes of the JSON `d` on stdin.
json() {
	/usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

names() {
	"$PVQ" lesson --json | json '" ".join(l["name"] for l in d)'
}

# A usage error: exit 2, one line on stderr that holds each of the words, and nothing measured.
refused() {
	local words=$1 rc=0
	shift
	"$PVQ" lesson "$@" >"$TMP/out" 2>"$TMP/err" </dev/null || rc=$?
	[ "$rc" -eq 2 ] || { echo "exit $rc: $(cat "$TMP/err")"; return 1; }
	[ "$(wc -l <"$TMP/err")" -eq 1 ]
	for word in $words; do grep -qF -- "$word" "$TMP/err" || { echo "no '$word' in: $(cat "$TMP/err")"; return 1; }; done
}

# The names in braces in a section of a file.
placeholders() {
	awk -v heading="## $2" '/^## / { on = $0 == heading } on' "$1" | grep -o '{[a-z_0-9]*}' | sort -u
}

@test "every lesson: its usual answer, scored by an interval, and an explanation without a gap" {
	for name in $(names); do
		guess=$("$PVQ" lesson --json | json "[l['guess'] for l in d if l['name'] == '$name'][0]")
		rc=0
		"$PVQ" lesson "$name" --answer "$guess" --budget 300ms --json --seed 7 >"$TMP/$name.json" 2>"$TMP/err" || rc=$?
		# A busy machine may get too few blocks for an interval: 3.
		[ "$rc" -eq 0 ] || [ "$rc" -eq 3 ] || { echo "$name: exit $rc: $(cat "$TMP/err")"; return 1; }
		got=$(json '(d["lesson"], d["answer"], d["seed"], d["failed"], "{" in d["explanation"], len(d["explanation"]) > 80,
			d["score"] in (["open"] if d["figures"][0]["lo"] is None else ["right", "close", "off", "open"]),
			(d["explained_as"] == "open") == any(f["lo"] is None for f in d["figures"]))' <"$TMP/$name.json")
		[ "$got" = "('$name', '$guess', 7, 0, False, True, True, True)" ] || { echo "$name: $got"; return 1; }
		[ "$rc" -eq 3 ] || [ "$(json 'd["explained_as"]' <"$TMP/$name.json")" != open ]
	done
	[ "$(find /tmp -maxdepth 1 -name 'pvq-lesson-*' -newer "$TMP" -user "$(id -u)" | wc -l)" -eq 0 ]
}

@test "every lesson has its words in English and Chinese: sections, figures, and at most 120 words" {
	for name in $(names); do
		en=$WORDS/$name.en.md zh=$WORDS/$name.zh.md
		[ "$(grep '^## ' "$en")" = "$(grep '^## ' "$zh")" ] || { echo "$name: other sections"; return 1; }
		figures=$("$PVQ" lesson --json | json "'\n'.join([l['figures'] for l in d if l['name'] == '$name'][0] + ['cpus'])")
		while read -r heading; do
			[ "$(placeholders "$en" "$heading")" = "$(placeholders "$zh" "$heading")" ] ||
				{ echo "$name: $heading: other figures"; return 1; }
			for figure in $(placeholders "$en" "$heading"); do
				grep -qx "${figure:1:-1}" <<<"$figures" || { echo "$name: $heading: $figure"; return 1; }
			done
		done < <(sed -n 's/^## //p' "$en")
		[ "$(head -c 2 "$en")" = '# ' ] && [ "$(head -c 2 "$zh")" = '# ' ]
		count=$(awk '/^## / { on = $2 == "situation"; next } on' "$en" | wc -w)
		[ "$count" -gt 30 ] && [ "$count" -le 120 ] || { echo "$name: a situation of $count words"; return 1; }
		count=$(awk '/^## / { on = $2 == "situation"; next } on' "$zh" | LC_ALL=C.UTF-8 grep -oP '\p{Han}' | wc -l)
		[ "$count" -gt 30 ] && [ "$count" -le 240 ] || { echo "$name: a situation of $count characters"; return 1; }
	done
	[ "$(placeholders "$WORDS/frame.en.md" made)" = "$(placeholders "$WORDS/frame.zh.md" made)" ]
	[ "$(grep '^## ' "$WORDS/frame.en.md")" = "$(grep '^## ' "$WORDS/frame.zh.md")" ]
}

@test "wrong answers, languages and lessons: one line, exit 2" {
	refused "'x3' number" wakeup --answer x3
	refused "number '-3'" wakeup --answer -3
	refused "a to d 'e'" order --answer e
	refused "a to d ''" order --answer ''
	refused "wakeup 'wakup' did you mean" wakup --reveal
	refused "'xx' en, zh" wakeup --lang xx --reveal
	refused "--answer --reveal" wakeup --answer 3 --reveal
	refused "name a lesson" --reveal
	refused "one name" wakeup order
	refused "--budget" wakeup --budget 0 --reveal
	refused "no answer --answer --reveal" wakeup
}

@test "an answer from stdin; a page in both languages with the prediction, and the picture" {
	rc=0
	LANG=zh_CN.UTF-8 LC_ALL='' "$PVQ" lesson order --budget 300ms --out "$TMP/page" <<<b >"$TMP/out" || rc=$?
	[ "$rc" -eq 0 ] || [ "$rc" -eq 3 ]
	grep -q '保持顺序的代价' "$TMP/out"
	grep -q 'prediction |' "$TMP/out" && grep -q 'measured |' "$TMP/out"
	for language in en zh; do
		page=$TMP/page/order.$language.md
		cmp <(head -n 1 "$WORDS/order.$language.md") <(head -n 1 "$page")
		grep -q 'pvq lesson order --budget 300ms --out' "$page"
		if grep -q '{' "$page"; then return 1; fi
		[ -s "$TMP/page/plots/order.svg" ] || ! command -v gnuplot || return 1
	done
	rc=0
	"$PVQ" lesson order --lang en --budget 300ms <<<x >"$TMP/out" 2>"$TMP/err" || rc=$?
	[ "$rc" -eq 2 ] && grep -q "not 'x'" "$TMP/err"
}

# What pvq-micro leaves, or how it ends: a script in its place, beside a copy of pvq.
with_micro() {
	mkdir -p "$TMP/bin"
	[ -e "$TMP/bin/pvq" ] || cp "$PVQ" "$TMP/bin/pvq"
	printf '#!/bin/sh\n%s\n' "$1" >"$TMP/bin/pvq-micro"
	chmod +x "$TMP/bin/pvq-micro"
}

@test "a lesson's price list that fails, or writes what is none: one line, exit 1" {
	while IFS=: read -r script words; do
		with_micro "$script"
		rc=0
		"$TMP/bin/pvq" lesson wakeup --reveal --budget 300ms >"$TMP/out" 2>"$TMP/err" || rc=$?
		[ "$rc" -eq 1 ]
		[ "$(wc -l <"$TMP/err")" -eq 1 ]
		grep -q "^pvq: cannot $words" "$TMP/err" || { cat "$TMP/err"; return 1; }
	done <<-'ROWS'
		exit 3:measure by pvq-micro: exit status 3
		kill -9 $$:measure by pvq-micro: killed by SIGKILL
		true:read what pvq-micro wrote: 
		echo "{" >micro.json:read what pvq-micro wrote: .*expected
	ROWS
	rm "$TMP/bin/pvq-micro"
	run "$TMP/bin/pvq" lesson wakeup --reveal --budget 300ms
	[ "$status" -eq 1 ]
	[[ $output == *"pvq: cannot measure by pvq-micro: No such file or directory" ]]
}

# A pvq-micro whose round of waking takes 30 additions; the case does not run here.
prices_without() {
	# shellcheck disable=SC2016  # for the script
	with_micro '
		row() { echo "{\"run_name\": \"$1/real_time\", \"run_type\": \"$2\", \"repetition_index\": $3, \"real_time\": $4$5},"; }
		is() {
			if [ $1 = '"$1"' ]; then error=", \"error_message\": \"not here\""; else error=; fi
			row $1 iteration $i $2 "$error"
		}
		{
			echo "{\"benchmarks\": ["
			for i in 0 1 2 3 4 5; do
				is atomic/add_alone 10
				is condvar/round_trip/cores:1 300
				is futex/round_trip/cores:1 200
				row condvar/round_trip/cores:16 iteration $i 1
			done
			row condvar/round_trip/cores:1 aggregate 0 1e9
			echo "{}]}"
		} >micro.json'
}

@test "a lesson of the price list: its rows count, but no sums of them, no other cases, and no errors" {
	prices_without futex/round_trip/cores:1
	"$TMP/bin/pvq" lesson wakeup --answer 30 --budget 20s --json >"$TMP/lesson.json"
	[ "$(json 'd["score"], [[round(f[k] or 0) for k in ("median", "lo", "hi")] for f in d["figures"]]' <"$TMP/lesson.json")" = \
		"('right', [[30, 30, 30], [300, 300, 300], [10, 10, 10]])" ]
	[ "$(json '[c["n"] for c in d["cells"]]' <"$TMP/lesson.json")" = "[24, 24, 0]" ]
	prices_without condvar/round_trip/cores:1
	run "$TMP/bin/pvq" lesson wakeup --answer 30 --budget 20s --lang en
	[ "$status" -eq 3 ]
	[[ $output == *"**Open.**"* ]]
	[[ $output == *"pvq: not measured: condvar/round_trip/cores:1: not here"* ]]
}
