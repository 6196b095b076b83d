/* reference.c: computes the digest of a load's right results, once per load. */
#include "drive/reference.h"
#include "base/process.h"
#include "child.h"
#include "drive/reap.h"
#include "trial/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* It is kept, since a sweep asks for the same load in every trial until a linked-in strategy has reported its
 * digest. */
struct reference {
	const struct reference *next;
	const struct pvq_task *task;
	char args[PVQ_ARGS_TEXT];
	uint64_t n, seed;
	char right[33];
};

/* Writes or reads all of it; restarts if a signal interrupts. 0; -errno; -EPIPE: there is less to read. */
static int write_whole(int fd, const char *from, size_t len)
{
	while (len) {
		ssize_t put = write(fd, from, len);

		if (put < 0 && errno != EINTR)
			return -errno;
		from += put > 0 ? put : 0;
		len -= put > 0 ? (size_t)put : 0;
	}
	return 0;
}

static int read_whole(int fd, char *into, size_t len)
{
	while (len) {
		ssize_t got = read(fd, into, len);

		if (got == 0)
			return -EPIPE;
		if (got < 0 && errno != EINTR)
			return -errno;
		into += got > 0 ? got : 0;
		len -= got > 0 ? (size_t)got : 0;
	}
	return 0;
}

/* Runs in a child, as a trial does: the task may crash, hang or leave something behind. */
static _Noreturn void write_digest(const struct pvq_trial *t, int fd)
{
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_load load;
	char right[33];

	setpgid(0, 0);
	if (pvq_process_confine(t->cpu, t->ncpu) || pvq_load_build(&load, t->spec, t->n, t->seed, &err) ||
		pvq_right_digest(&load, right))
		_exit(1);
	_exit(write_whole(fd, right, sizeof(right)) != 0);
}

/* Returns what pvq_reap() returns. r->right stays empty if the child did not finish. */
static int reference_compute(const struct pvq_trial *t, double timeout_s, struct reference *r)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	int report[2], ended, wstatus;
	uint64_t ended_ns;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	pid = pvq_child_fork();
	if (pid == 0)
		write_digest(t, report[1]);
	close(report[1]);
	ended = pid < 0 ? (int)pid : pvq_reap(pid, timeout_s, &io, &wstatus, &ended_ns);
	if (ended > 0 && read_whole(report[0], r->right, sizeof(r->right)))
		r->right[0] = '\0';
	close(report[0]);
	return ended;
}

int pvq_reference_find(struct pvq_trial *t, double timeout_s)
{
	static const struct reference *all;
	struct reference *r;
	char args[PVQ_ARGS_TEXT];
	int ret;

	if (!t->impl->program || t->oracle[0] || t->spec->task->commands)
		return 1;
	pvq_spec_args(t->spec, args, sizeof(args));
	for (const struct reference *at = all; at; at = at->next)
		if (at->task == t->spec->task && at->n == t->n && at->seed == t->seed &&
			strcmp(at->args, args) == 0) {
			t->oracle = at->right;
			return 1;
		}
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	*r = (struct reference){.next = all, .task = t->spec->task, .n = t->n, .seed = t->seed};
	memcpy(r->args, args, sizeof(args));
	ret = reference_compute(t, timeout_s, r);
	if (ret <= 0) {
		free(r);
		return ret;
	}
	all = r;
	t->oracle = r->right;
	return 1;
}
