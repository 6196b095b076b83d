# torture.bats: a call that fails, in any process of a command: a verified success, or an error that is told; and the torture
# itself finds what it should. PVQ is the binary (set by scripts/run-tests).

setup() {
	PVQ=${PVQ:-$PWD/build/pvq}
	TMP=$(mktemp -d)
}

teardown() {
	rm -rf "$TMP"
}

torture() {
	rc=0
	timeout 300 scripts/torture "$@" >"$TMP/out" 2>&1 || rc=$?
	[ "$rc" -ne 77 ] || skip "nothing can be preloaded"
}

@test "a call that fails, in any strategy: a verified success, or an error that is told" {
	torture "$PVQ" --depth 1 --shallow 60 --seed $RANDOM --case serial --case fork_pipe_queue --case pthread_queue \
		--case pool_ordered --case pool_unordered --case print --case commands --case peer --case doctor --case list
	[ "$rc" -eq 0 ] || { cat "$TMP/out"; false; }
	grep -q ' rounds, 0 failed' "$TMP/out"
}

@test "a call that fails, in a bench, a report or a comparison: what could not be made is told, and can be continued" {
	torture "$PVQ" --depth 1 --shallow 12 --seed $RANDOM --case bench --case report --case compare
	[ "$rc" -eq 0 ] || { cat "$TMP/out"; false; }
	grep -q ' rounds, 0 failed' "$TMP/out"
}

@test "the torture finds a crash, a wrong result, an error without a word, and what is left; a round can be repeated" {
	cat >"$TMP/careless.c" <<-'END'
		#include <fcntl.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			char *one, path[] = "left-XXXXXX";
			int fd[2], lost;
			if (argc > 1 && strcmp(argv[1], "help") == 0)
				return 0;
			one = malloc(1);
			*(volatile char *)one = 1;
			lost = !fopen("/dev/null", "r");
			if (open("/dev/null", O_RDONLY) < 0)
				return 1;
			close(mkstemp(path));
			if (pipe(fd)) {
				fprintf(stderr, "pvq: no pipe\n");
				return 1;
			}
			unlink(path);
			printf("impl,status\nserial,%s\n", lost ? "lost" : "ok");
			return 0;
		}
	END
	cc -g -D_GNU_SOURCE "$TMP/careless.c" -o "$TMP/careless"
	torture "$TMP/careless" --depth 1 --case serial
	[ "$rc" -eq 1 ]
	grep -q 'FAILED: it is killed by SIGSEGV' "$TMP/out"
	grep -q "FAILED: status is 'lost', not 'ok'" "$TMP/out"
	grep -q 'FAILED: it says nothing' "$TMP/out"
	grep -q 'FAILED: it leaves a file: left-' "$TMP/out"
	torture "$TMP/careless" --replay "$(sed -n "/SIGSEGV/{n;s/.*--replay '\(.*\)'/\1/p}" "$TMP/out")"
	[ "$rc" -eq 1 ]
	grep -q 'FAILED: it is killed by SIGSEGV' "$TMP/out"
	grep -q '^1 round' "$TMP/out"
}
