/* fork.c: forks and waits, for several sizes of the parent's resident memory. fork copies the page tables. Afterwards
 * every first write to a page, on either side, copies the page.
 *
 * The memory is in pages of the base size (MADV_NOHUGEPAGE), as most of a heap is.
 */
#include "micro.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The memory, and which side writes to every page of it after the fork. */
struct ballast {
	char *data;
	size_t bytes, page;
	int by_child, by_parent;
};

static void fork_touch(const struct ballast *b, char value)
{
	for (size_t at = 0; at < b->bytes; at += b->page)
		b->data[at] = value;
}

/* Forks once and waits. The child exits at once, unless the parent touches the memory: then it stays until the parent has
 * closed the pipe, because a page is copied only while two processes share it. */
static int fork_once(const struct ballast *b)
{
	int gate[2] = {-1, -1}, status = 0;
	pid_t pid;
	char byte;

	if (b->by_parent && pipe(gate))
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (b->by_parent && (close(gate[1]) || read(gate[0], &byte, 1)))
			_exit(1);
		if (b->by_child)
			fork_touch(b, 3);
		_exit(0);
	}
	if (pid > 0 && b->by_parent)
		fork_touch(b, 4);
	status = pid < 0 ? -errno : 0;
	if (b->by_parent) {
		close(gate[0]);
		close(gate[1]);
	}
	if (status)
		return status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status ? -ECHILD : 0;
}

static void fork_loop(struct gb_state *state, const struct ballast *b)
{
	int ret = 0;

	while (ret == 0 && gb_keep_running(state))
		ret = fork_once(b);
	if (ret)
		pvq_micro_fail(state, "fork and wait", ret);
}

static void fork_sized(struct gb_state *state, const struct pvq_micro_run *run, struct ballast *b)
{
	b->bytes = (size_t)gb_arg(state, 0) << 20;
	b->page = (size_t)sysconf(_SC_PAGESIZE);
	/* The copies of touched pages need as much again. */
	if (b->bytes > run->env->spare_bytes / 2) {
		pvq_micro_fail(state, "too little memory is free", ENOMEM);
		return;
	}
	b->data = mmap(NULL, b->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (b->data == MAP_FAILED) {
		pvq_micro_fail(state, "mmap", errno);
		return;
	}
	(void)madvise(b->data, b->bytes,
		MADV_NOHUGEPAGE); /* may fail: a kernel without huge pages needs no hint */
	fork_touch(b, 1);
	fork_loop(state, b);
	munmap(b->data, b->bytes);
}

static void fork_untouched(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct ballast b = {0};

	fork_sized(state, run, &b);
}

static void fork_child_touches(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct ballast b = {.by_child = 1};

	fork_sized(state, run, &b);
}

static void fork_parent_touches(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct ballast b = {.by_parent = 1};

	fork_sized(state, run, &b);
}

static const struct pvq_micro_case fork_cases[] = {
	{.name = "fork/untouched",
		.op = "fork, exit, wait, with that many MiB resident",
		.run = fork_untouched,
		.syscalls = 3,
		.arg_name = "mib",
		.lo = 1,
		.hi = 1024,
		.brief_hi = 64,
		.factor = 4},
	{.name = "fork/child_touches",
		.op = "fork, the child writes to every page, exit, wait",
		.run = fork_child_touches,
		.syscalls = 3,
		.arg_name = "mib",
		.lo = 1,
		.hi = 1024,
		.brief_hi = 16,
		.factor = 4},
	{.name = "fork/parent_touches",
		.op = "fork, the parent writes to every page, exit, wait; with a pipe that holds the child",
		.run = fork_parent_touches,
		.syscalls = 8,
		.arg_name = "mib",
		.lo = 1,
		.hi = 1024,
		.brief_hi = 16,
		.factor = 4},
	{0},
};

const struct pvq_micro pvq_micro_fork = {.name = "fork", .cases = fork_cases};
