/* test_whole.c: a file is there as a whole or not at all, whoever else writes it. */
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WRITERS = 4, ROUNDS = 40, BYTES = 20000 };

struct place {
	char dir[64], file[96], part[112];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/pvq-whole-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/file", p->dir);
	snprintf(p->part, sizeof(p->part), "%s/file.part", p->dir);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static size_t read_all(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	assert_true(fd >= 0);
	got = read(fd, text, cap);
	assert_true(got >= 0);
	close(fd);
	return (size_t)got;
}

static void a_failure_leaves_what_was_there(void **state)
{
	const struct place *p = *state;
	char text[16];

	assert_int_equal(pvq_whole_write(p->file, "before", 6), 0);
	assert_int_equal(mkdir(p->part, 0700), 0);
	assert_int_equal(pvq_whole_write(p->file, "behind", 6), -EISDIR);
	assert_int_equal(read_all(p->file, text, sizeof(text)), 6);
	assert_memory_equal(text, "before", 6);
	assert_int_equal(pvq_whole_write("/dev/full", "text", 4), -ENOSPC);
	assert_int_equal(pvq_whole_write("/dev/null", "text", 4), 0);
	assert_int_equal(access("/dev/null.part", F_OK), -1);
}

/* A link stays a link, and what a killed writer left is taken over. */
static void a_link_is_followed(void **state)
{
	const struct place *p = *state;
	char text[16], link[112];
	struct stat st;

	snprintf(link, sizeof(link), "%s/link", p->dir);
	assert_int_equal(pvq_whole_write(p->file, "1", 1), 0);
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(pvq_whole_write(p->part, "what a killed writer left", 25), 0);
	assert_int_equal(pvq_whole_write(link, "12", 2), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(read_all(p->file, text, sizeof(text)), 2);
	assert_int_equal(access(p->part, F_OK), -1);
}

static void write_often(const struct place *p, int writer)
{
	char text[BYTES];
	int ret = 0;

	memset(text, 'a' + writer, sizeof(text));
	for (int i = 0; ret == 0 && i < ROUNDS; i++)
		ret = pvq_whole_write(p->file, text, sizeof(text) - (size_t)i);
	_exit(ret ? 1 : 0);
}

static void writers_do_not_mix(void **state)
{
	const struct place *p = *state;
	char text[BYTES + 1];
	int running = WRITERS, status;

	assert_int_equal(pvq_whole_write(p->file, "a", 1), 0);
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			write_often(p, i);
	}
	while (running) {
		size_t len = read_all(p->file, text, sizeof(text));

		assert_true(len > BYTES - ROUNDS || len == 1);
		for (size_t i = 1; i < len; i++)
			assert_int_equal(text[i], text[0]);
		while (waitpid(-1, &status, WNOHANG) > 0) {
			assert_int_equal(status, 0);
			running--;
		}
	}
	assert_int_equal(access(p->part, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_failure_leaves_what_was_there, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_is_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(writers_do_not_mix, setup, teardown),
	};

	return cmocka_run_group_tests_name("whole", tests, NULL, NULL);
}
