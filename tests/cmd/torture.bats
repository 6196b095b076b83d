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
	torture "$PVQ" --depth 1 --shallow 12 --seed $RANDOM --case bench --case report --case compare --case json --case ask
	[ "$rc" -eq 0 ] || { cat "$TMP/out"; false; }
	grep -q ' rounds, 0 failed' "$TMP/out"
}

@test "a call that fails, in the price list, a lesson, or while workers are killed: an error that is told, or none" {
	torture "$PVQ" --depth 1 --shallow 6 --seed $RANDOM --case micro --case lesson --case chaos
	[ "$rc" -eq 0 ] || { cat "$TMP/out"; false; }
	grep -q ' rounds, 0 failed' "$TMP/out"
}

@test "the torture finds a crash, a wrong result, an error without a word, and what is left; a round can be repeated" {
	cat >"$TMP/careless.c" <<-'END'
		#include <fcntl.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/eventfd.h>
		#include <sys/socket.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			char *volatile one, path[] = "left-XXXXXX";
			int fd[2], null, lost;
			FILE *f;
			if (argc > 1 && strcmp(argv[1], "help") == 0)
				return 0;
			one = malloc(1);
			*(volatile char *)one = 1;
			f = fopen("/dev/null", "r");
			lost = !f;
			if (f)
				fclose(f);
			null = open("/dev/null", O_RDONLY);
			if (null < 0)
				return free(one), 1;
			close(mkstemp(path));
			if (pipe(fd)) {
				fprintf(stderr, "pvq: no pipe\n");
				return free(one), close(null), 1;
			}
			close(fd[0]), close(fd[1]), unlink(path);
			if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd)) {
				fprintf(stderr, "pvq: no sockets\n");
				return free(one), 1;
			}
			close(fd[0]), close(fd[1]), close(null);
			null = eventfd(0, 0);
			if (null < 0) {
				fprintf(stderr, "pvq: no counter\n");
				return one = NULL, 1;
			}
			free(one), close(null);
			printf("impl,status\nserial,%s\n", lost ? "lost" : "ok");
			return 0;
		}
	END
	cc -g -D_GNU_SOURCE -fsanitize=leak "$TMP/careless.c" -o "$TMP/careless"
	"$TMP/careless" >"$TMP/out" 2>&1 || skip "lost memory cannot be looked for: $(cat "$TMP/out")"
	torture "$TMP/careless" --depth 1 --case serial --journal "$TMP/journal" --table "$TMP/table"
	[ "$rc" -eq 1 ]
	[ ! -e "$TMP/table" ]
	grep -q 'FAILED: it is killed by SIGSEGV' "$TMP/out"
	grep -q "FAILED: status is 'lost', not 'ok'" "$TMP/out"
	grep -q 'FAILED: it says nothing' "$TMP/out"
	grep -q 'FAILED: it leaves a file: left-' "$TMP/out"
	grep -q 'FAILED: it leaves a descriptor: /dev/null of a driver' "$TMP/out"
	grep -q 'FAILED: it leaves memory: .*detected memory leaks in main .*careless.c' "$TMP/out"
	sed -n "/SIGSEGV/{n;s/.*--replay '\(.*\)'/\1/p}" "$TMP/out" >"$TMP/round"

	# What the journal holds is not played again, but for rounds that failed. A line that is cut off does not count.
	local good
	good=$(grep -vc 'failed$' "$TMP/journal")
	printf 'cut off' >>"$TMP/journal"
	torture "$TMP/careless" --depth 1 --case serial --journal "$TMP/journal"
	[ "$rc" -eq 1 ]
	grep -q "^$good rounds were played before" "$TMP/out"
	grep -q 'FAILED: it is killed by SIGSEGV' "$TMP/out"

	torture "$TMP/careless" --replay "$(cat "$TMP/round")"
	[ "$rc" -eq 1 ]
	grep -q 'FAILED: it is killed by SIGSEGV' "$TMP/out"
	grep -q '^1 round' "$TMP/out"
}
