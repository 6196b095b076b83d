/* student.c: a right strategy, and the mistakes of students in it. Each worker has every W-th item and a pipe of its own;
 * map() reads the pipes in turn, so results come in order. grade.bats puts `#define MISTAKE_…` in front of it.
 */
#include "child.h"
#include "impl.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct frame {
	int64_t len; /* or -errno */
};

struct student_state {
	const struct pvq_load *load;
	unsigned workers;
	pid_t pid[PVQ_WORKERS_MAX];
	int fd[PVQ_WORKERS_MAX];
	void *out;
};

static int write_all(int fd, const void *from, size_t len)
{
	while (len) {
		ssize_t put = write(fd, from, len);

		if (put <= 0)
			return -EPIPE;
		from = (const char *)from + put;
		len -= (size_t)put;
	}
	return 0;
}

static int read_all(int fd, void *to, size_t len)
{
	while (len) {
		ssize_t got = read(fd, to, len);

		if (got <= 0)
			return -EOWNERDEAD;
		to = (char *)to + got;
		len -= (size_t)got;
	}
	return 0;
}

static _Noreturn void work(const struct student_state *s, unsigned worker, int fd)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];

	for (uint64_t id = worker; id < s->load->n; id += s->workers) {
		struct pvq_span in = s->load->task->input(s->load, id, scratch);
		struct frame frame = {
			s->load->task->run(s->load, in.ptr, in.len, s->out, s->load->max_out)};

		if (write_all(fd, &frame, sizeof(frame)) ||
			(frame.len > 0 && write_all(fd, s->out, (size_t)frame.len)))
			break;
	}
	_exit(0);
}

static int student_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct student_state *s = calloc(1, sizeof(*s));

	if (!s)
		return pvq_fail(err, -ENOMEM, "cannot start");
	s->load = load;
	s->workers = opts->workers;
	s->out = aligned_alloc(16, (load->max_out + 16) / 16 * 16);
	if (!s->out) {
		free(s);
		return pvq_fail(err, -ENOMEM, "cannot hold a result");
	}
	*self = s;
	return 0;
}

static int fork_workers(struct student_state *s, struct pvq_error *err)
{
	for (unsigned i = 0; i < s->workers; i++) {
		int channel[2];

		if (pipe(channel))
			return pvq_fail(err, -errno, "no pipe");
		s->fd[i] = channel[0];
		s->pid[i] = pvq_child_fork();
		if (s->pid[i] == 0)
			work(s, i, channel[1]);
		close(channel[1]);
		if (s->pid[i] < 0)
			return pvq_fail(err, (int)s->pid[i], "no worker");
	}
	return 0;
}

static int take(struct student_state *s, struct pvq_sink *sink, uint64_t id, struct pvq_error *err)
{
	struct frame frame;
	int fd = s->fd[id % s->workers], ret;

	if (read_all(fd, &frame, sizeof(frame)) ||
		(frame.len > 0 && read_all(fd, s->out, (size_t)frame.len)))
		return pvq_fail(err, -EOWNERDEAD, "the worker of item %llu died", (unsigned long long)id);
#ifdef MISTAKE_LOSES
	if (id == 5)
		return 0;
#endif
	if (frame.len < 0)
		ret = sink->put(sink, id, NULL, 0, (int)frame.len);
	else
		ret = sink->put(sink, id, s->out, (size_t)frame.len, 0);
#ifdef MISTAKE_DUPLICATES
	if (ret >= 0 && id == 5)
		ret = sink->put(sink, id, s->out, (size_t)frame.len, 0);
#endif
	return ret < 0 ? pvq_fail(err, ret, "result of item %llu refused", (unsigned long long)id) : 0;
}

#ifdef MISTAKE_PROCESS
/* A helper that leaves its parent and its session. */
static void start_daemon(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			pause();
		_exit(0);
	}
}
#endif

/* What ends a machine, and not an exercise. */
static void misbehave(void)
{
#ifdef MISTAKE_LOOPS
	for (volatile int on = 1; on;)
		;
#elif defined(MISTAKE_BOMB)
	for (;;)
		(void)fork();
#elif defined(MISTAKE_HOG)
	for (;;) {
		char *more = malloc(1 << 20);

		if (more)
			memset(more, 1, 1 << 20);
	}
#elif defined(MISTAKE_PRINTS)
	(void)write(1, "\x1b[2J\0\xff garbage\n", 15);
#elif defined(MISTAKE_FILLS)
	static char zeros[1 << 20];

	for (unsigned i = 0; i < 64; i++) { /* bounded, in case that nothing holds it */
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/tmp/pvq-student-fills-%u", i);
		fd = open(path, O_CREAT | O_RDWR, 0600);
		for (unsigned mb = 0; mb < 16; mb++)
			(void)!write(fd, zeros, sizeof(zeros));
		close(fd);
	}
#elif defined(MISTAKE_MEMFDS)
	/* Memory that is no process's own. */
	static char zeros[1 << 20];

	for (unsigned i = 0; i < 40; i++) { /* bounded, in case that nothing holds it */
		int fd = memfd_create("student", 0);

		for (unsigned mb = 0; mb < 64; mb++)
			(void)!write(fd, zeros, sizeof(zeros));
	}
#elif defined(MISTAKE_CALLS)
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)connect(fd, (struct sockaddr *)&at, sizeof(at));
	close(fd);
#elif defined(MISTAKE_FILES)
	close(open("/dev/shm/pvq-student", O_CREAT | O_RDWR, 0600));
#elif defined(MISTAKE_FORKS)
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			(void)pvq_child_reap(pid);
	}
#elif defined(MISTAKE_QUITS)
	exit(0);
#elif defined(MISTAKE_CRASHES)
	abort();
#endif
}

static int student_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct student_state *s = self;
	int ret = s->load->n ? fork_workers(s, err) : 0;

	misbehave();
#ifdef MISTAKE_PROCESS
	start_daemon();
#endif
#ifdef MISTAKE_DEADLOCKS
	for (unsigned i = 0; s->load->n && i < s->workers; i++)
		(void)pvq_child_reap(s->pid[i]);
#endif
#ifdef MISTAKE_ORDER
	for (unsigned i = 0; i < s->workers; i++)
		for (uint64_t id = i; ret == 0 && id < s->load->n; id += s->workers)
			ret = take(s, sink, id, err);
#else
	for (uint64_t id = 0; ret == 0 && id < s->load->n; id++)
		ret = take(s, sink, id, err);
#endif
	return ret;
}

static int student_stop(void *self, struct pvq_error *err)
{
	struct student_state *s = self;

	(void)err;
	for (unsigned i = 0; i < s->workers; i++) {
		if (s->fd[i] > 0)
			close(s->fd[i]);
#ifdef MISTAKE_ZOMBIE
		if (i == 0)
			continue;
#endif
		if (s->pid[i] > 0)
			(void)pvq_child_kill(s->pid[i]);
	}
#ifndef MISTAKE_LEAKS
	free(s->out);
#endif
	free(s);
	return 0;
}

const struct pvq_impl pvq_impl_student = {
	.name = "student",
	.summary = "workers that have every W-th item",
#if defined(MISTAKE_LOSES) || defined(MISTAKE_DUPLICATES)
	.order = PVQ_UNORDERED, /* the check of the order would be the first to fail */
#else
	.order = PVQ_ORDERED,
#endif
	.in_via = PVQ_VIA_INHERIT,
	.out_via = PVQ_VIA_PIPE,
	.flags = PVQ_STREAMS,
	.start = student_start,
	.map = student_map,
	.stop = student_stop,
};
