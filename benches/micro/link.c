/* link.c: starts and stops the partner; holds the two loops, there and back, and one way only. */
#include "link.h"
#include "child.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { GULP_BYTES = 1 << 16, WARM_UP_TRIPS = 20 };
enum { SEND_TRIES = 10 };
enum { WARM_UP_BYTES = 1 << 20 }; /* more than a channel holds: after it the reader must be running */

/* Both sides of a case while it runs. */
struct duo {
	const struct pvq_link_kind *kind;
	struct pvq_link link;
	int partner_cpu;
	pid_t pid;
	pthread_t thread;
};

/* The CPU time of the calling thread. */
static uint64_t duo_cpu_ns(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t)
		       ? 0
		       : (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Hands over, again if it fails: the other side would wait for ever. 0, or the first error. */
static int duo_send(struct duo *d, int way)
{
	int ret = d->kind->send(&d->link, way), again = ret;

	for (int i = 1; again && i < SEND_TRIES; i++)
		again = d->kind->send(&d->link, way);
	return ret;
}

/* The partner: answers until it sees `stop`. It answers even if it could not be pinned, or if it failed to receive, because
 * the other side would wait for ever, and returns the first error at the end. */
static int duo_serve(struct duo *d)
{
	int first = pvq_micro_pin(d->partner_cpu), ret;
	uint64_t begin = 0;

	for (int trips = 0;; trips++) {
		ret = d->kind->receive(&d->link, PVQ_TO_PARTNER);
		first = first ? first : ret;
		if (trips == WARM_UP_TRIPS)
			begin = duo_cpu_ns();
		if (atomic_load(&d->link.shared->stop)) {
			atomic_store(&d->link.shared->cpu_ns, duo_cpu_ns() - begin);
			return first;
		}
		ret = duo_send(d, PVQ_FROM_PARTNER);
		first = first ? first : ret;
	}
}

static void *duo_thread(void *arg)
{
	struct duo *d = arg;

	return (void *)(intptr_t)duo_serve(d); /* NOLINT(performance-no-int-to-ptr) */
}

static int duo_start(struct duo *d)
{
	if (d->kind->threads)
		return -pthread_create(&d->thread, NULL, duo_thread, d);
	d->pid = pvq_child_fork();
	if (d->pid == 0)
		_exit(duo_serve(d) ? 1 : 0);
	return d->pid < 0 ? (int)d->pid : 0;
}

/* Ends the partner. After a failure its state is unknown. So a process is killed. A thread can only be waiting for us: it
 * gets one more hand-over, as after success. */
static int duo_stop(struct duo *d, int failed)
{
	void *result = NULL;
	int ret;

	atomic_store(&d->link.shared->stop, 1);
	if (!d->kind->threads && failed)
		return pvq_child_kill(d->pid) < 0 ? -ECHILD : 0;
	ret = duo_send(d, PVQ_TO_PARTNER);
	if (d->kind->threads) {
		pthread_join(d->thread, &result);
		return result ? -EIO : ret;
	}
	return pvq_child_reap(d->pid) ? -EIO : ret;
}

static int duo_trips(struct duo *d, int count)
{
	int ret = 0;

	while (ret == 0 && count-- > 0) {
		ret = d->kind->send(&d->link, PVQ_TO_PARTNER);
		if (ret == 0)
			ret = d->kind->receive(&d->link, PVQ_FROM_PARTNER);
	}
	return ret;
}

/* Times round trips. The first ones are untimed, while the partner starts. */
static void duo_loop(struct duo *d, struct gb_state *state)
{
	int ret = duo_start(d);
	uint64_t cpu_ns;

	if (ret) {
		pvq_micro_fail(state, "starting the partner", ret);
		return;
	}
	ret = duo_trips(d, WARM_UP_TRIPS);
	cpu_ns = duo_cpu_ns();
	while (ret == 0 && gb_keep_running(state))
		ret = duo_trips(d, 1);
	cpu_ns = duo_cpu_ns() - cpu_ns;
	if (ret)
		pvq_micro_fail(state, "handing over", ret);
	ret = duo_stop(d, ret);
	if (ret) {
		pvq_micro_fail(state, "the partner's end", ret);
		return;
	}
	cpu_ns += atomic_load(&d->link.shared->cpu_ns);
	if (gb_iterations_done(state) > 0)
		gb_set_counter(
			state, "cpu_ns", (double)cpu_ns / (double)gb_iterations_done(state), GB_PLAIN);
}

void pvq_link_round_trips(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct duo d = {.kind = run->what->data, .partner_cpu = run->env->cpu[gb_arg(state, 0) == 2]};
	int ret;

	memset(d.link.fd, -1, sizeof(d.link.fd));
	d.link.shared = pvq_micro_share(sizeof(*d.link.shared));
	if (!d.link.shared) {
		pvq_micro_fail(state, "mmap", errno);
		return;
	}
	ret = d.kind->open(&d.link);
	if (ret)
		pvq_micro_fail(state, "opening", ret);
	else
		duo_loop(&d, state);
	d.kind->close(&d.link);
	pvq_micro_unshare(d.link.shared, sizeof(*d.link.shared));
}

void pvq_link_close_fds(struct pvq_link *link)
{
	for (int way = 0; way < PVQ_WAYS; way++)
		for (int end = 0; end < 2; end++) {
			if (link->fd[way][end] >= 0)
				close(link->fd[way][end]);
			link->fd[way][end] = -1;
		}
}

int pvq_link_read_byte(int fd)
{
	char byte;
	ssize_t got;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1 ? 0 : got < 0 ? -errno : -EPIPE;
}

int pvq_link_write_byte(int fd)
{
	char byte = 1;
	ssize_t put;

	do
		put = write(fd, &byte, 1);
	while (put < 0 && errno == EINTR);
	return put == 1 ? 0 : -errno;
}

/* ---- one way ---- */

/* The partner: reads until the other side closes, and never returns. */
__attribute__((noreturn)) static void stream_drain(int fd, int cpu)
{
	static char buffer[GULP_BYTES];
	int unpinned = pvq_micro_pin(cpu);
	ssize_t got;

	do
		got = read(fd, buffer, sizeof(buffer));
	while (got > 0 || (got < 0 && errno == EINTR));
	_exit(got || unpinned ? 1 : 0);
}

static int stream_write(int fd, const char *data, size_t bytes)
{
	while (bytes > 0) {
		ssize_t put = write(fd, data, bytes);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			data += put;
			bytes -= (size_t)put;
		}
	}
	return 0;
}

static void stream_loop(struct gb_state *state, int fd, const char *data, size_t bytes)
{
	int ret = 0;

	for (size_t sent = 0; ret == 0 && sent < WARM_UP_BYTES; sent += bytes)
		ret = stream_write(fd, data, bytes);

	while (ret == 0 && gb_keep_running(state))
		ret = stream_write(fd, data, bytes);
	if (ret)
		pvq_micro_fail(state, "write", ret);
	gb_set_bytes_processed(state, gb_iterations_done(state) * (int64_t)bytes);
}

static void stream_pair(
	struct gb_state *state, const struct pvq_micro_run *run, int fd[2], const char *data)
{
	pid_t pid = pvq_child_fork();

	if (pid == 0) {
		close(fd[1]); /* else its own copy keeps the channel open, and it never sees the end */
		stream_drain(fd[0], run->env->cpu[1]);
	}
	close(fd[0]);
	fd[0] = -1;
	if (pid < 0)
		pvq_micro_fail(state, "fork", (int)pid);
	else
		stream_loop(state, fd[1], data, (size_t)gb_arg(state, 0));
	close(fd[1]);
	fd[1] = -1;
	if (pid > 0 && pvq_child_reap(pid))
		pvq_micro_fail(state, "the partner's end", EIO);
}

void pvq_link_stream(struct gb_state *state, const struct pvq_micro_run *run)
{
	const struct pvq_link_kind *kind = run->what->data;
	struct pvq_link link = {0};
	char *data = calloc(1, (size_t)gb_arg(state, 0));
	int ret;

	memset(link.fd, -1, sizeof(link.fd));
	ret = data ? kind->open(&link) : -ENOMEM;
	if (ret)
		pvq_micro_fail(state, "opening", ret);
	else
		stream_pair(state, run, link.fd[PVQ_TO_PARTNER], data);
	kind->close(&link);
	free(data);
}
