/* spawn.c: the cheaper ways to start a process, which copy no page tables. */
#include "child.h"
#include "micro.h"

#include <errno.h>
#include <spawn.h>
#include <unistd.h>

/* The child borrows the parent's memory and stack until it exits, so it may do nothing else. */
static int spawn_vfork_once(void)
{
	pid_t pid =
		vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork): this is what we measure */

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	return pvq_child_reap(pid) ? -ECHILD : 0;
}

static int spawn_true_once(void)
{
	static char name[] = "true";
	char *argv[] = {name, NULL}, *envp[] = {NULL};
	pid_t pid;
	int error = posix_spawn(&pid, "/bin/true", NULL, NULL, argv, envp);

	if (error)
		return -error;
	return pvq_child_reap(pid) ? -ECHILD : 0;
}

static void spawn_vfork(struct gb_state *state, const struct pvq_micro_run *run)
{
	int ret = 0;

	(void)run;
	while (ret == 0 && gb_keep_running(state))
		ret = spawn_vfork_once();
	if (ret)
		pvq_micro_fail(state, "vfork and wait", ret);
}

static void spawn_true(struct gb_state *state, const struct pvq_micro_run *run)
{
	int ret = 0;

	(void)run;
	while (ret == 0 && gb_keep_running(state))
		ret = spawn_true_once();
	if (ret)
		pvq_micro_fail(state, "posix_spawn of /bin/true", ret);
}

static const struct pvq_micro_case spawn_cases[] = {
	{.name = "spawn/vfork", .op = "vfork, exit, wait", .run = spawn_vfork, .syscalls = 3},
	{.name = "spawn/posix_spawn_true", .op = "posix_spawn of /bin/true, wait", .run = spawn_true},
	{0},
};

const struct pvq_micro pvq_micro_spawn = {.name = "spawn", .cases = spawn_cases};
