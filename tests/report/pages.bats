#!/usr/bin/env bats
# pages.bats: the pages for readers lead where they say.

# shellcheck disable=SC2016  # backticks are Markdown's

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	pages=(README.md benches/README.md benches/micro/*.md impls/*.md reports/METHOD.md)
}

@test "the pages: every link leads to a file, and every path of ours that they name exists" {
	local links=0 paths=0 target page
	for page in "${pages[@]}"; do
		while read -r target; do
			case $target in https://* | '#'*) continue ;; esac
			[ -e "$(dirname "$page")/${target%%#*}" ] || { echo "$page: no such link: $target"; return 1; }
			links=$((links + 1))
		done < <(grep -oE '\]\([^)]+\)' "$page" | sed 's/^](//; s/)$//')
		# Names of files to be written, and of folders that a run makes, are no paths of ours.
		while read -r target; do
			case $target in *NAME* | *mine* | *'*'* | reports/latest*) continue ;; esac
			[ -e "$target" ] || { echo "$page: no such path: $target"; return 1; }
			paths=$((paths + 1))
		done < <(grep -oE '`(benches|impls|tests|scripts|reports)/[^`< ]*`' "$page" | tr -d '`')
	done
	[ "$links" -gt 30 ]
	[ "$paths" -gt 15 ]
}

@test "the pages: every file of a room that the map names is there" {
	local files=0 target
	while read -r target; do
		case $target in *NAME* | *'*'*) continue ;; esac
		[ -e "benches/$target" ] || { echo "no such file: $target"; return 1; }
		files=$((files + 1))
	done < <(grep -oE '`(base|stats|tasks|trial|drive|results|draw|report|experiments|cmd|micro|pool)/[^` ]*`' \
		benches/README.md | tr -d '`')
	[ "$files" -gt 30 ]
}

@test "the reports: chapters stand in one order, whichever of them a run has" {
	local order=('The answer' 'Task by task' 'How many workers?' 'What happens when a worker dies?'
		'How small may a task be?' 'Where the time goes' 'What keeping the order costs' 'Time versus cores'
		'How far to trust it' 'How it was measured' 'Machine, versions, commands')
	local report at last found chapter
	for report in reports/sample*/report.md; do
		last=0 found=0
		for chapter in "${order[@]}"; do
			at=$(grep -nxF "## $chapter" "$report" | cut -d: -f1)
			[ -n "$at" ] || continue
			[ "$at" -gt "$last" ] || { echo "$report: $chapter stands too early"; return 1; }
			last=$at
			found=$((found + 1))
		done
		[ "$found" -ge 8 ]
	done
}
