/* fork_per_task.c: forks a process for every item, at most `workers` at once, as `xargs -P` does: the worst honest baseline.
 *
 *	for each item:   fork ─> run() ─> its own pipe ─> put()        then reap
 *
 * The child inherits the load, so parameters need not travel. A child that dies loses only its own item.
 *
 * needs: libc6-dev
 */
#include "child.h"
#include "impl.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* A child at work. It writes its result into its pipe: the length or -errno, then the bytes. */
struct slot {
	pid_t pid; /* 0: free */
	uint64_t id;
	size_t got; /* bytes read so far */
	char *result;
};

struct fork_per_task {
	const struct pvq_load *load;
	unsigned workers, busy;
	struct slot *slot;
	struct pollfd *fd; /* each slot's pipe; -1: free */
};

static const size_t head =
	16; /* of a result: its length, padded to 16 bytes so that the bytes behind it are aligned */

static size_t slot_room(const struct pvq_load *load)
{
	return (head + load->max_out + 15) / 16 * 16;
}

static const char *fork_per_task_unsupported(const struct pvq_load *load, const struct pvq_opts *opts)
{
	(void)load;
	return opts->care.attempts || opts->care.recycle || opts->care.item_timeout_ms
		       ? "starts one process for each item, once, and waits for it"
		       : NULL;
}

static void fork_per_task_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	(void)load;
	opts->chunk = 1;
	opts->window = opts->workers;
}

static int fork_per_task_stop(void *self, struct pvq_error *err)
{
	struct fork_per_task *f = self;

	(void)err;
	for (unsigned i = 0; i < f->workers; i++) {
		if (f->slot[i].pid) { /* after a failed map */
			close(f->fd[i].fd);
			pvq_child_kill(f->slot[i].pid);
		}
		free(f->slot[i].result);
	}
	free(f->fd);
	free(f->slot);
	free(f);
	return 0;
}

static int fork_per_task_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct fork_per_task *f = calloc(1, sizeof(*f));
	int ret = -ENOMEM;

	if (!f)
		return pvq_fail(err, -ENOMEM, "cannot start");
	f->load = load;
	f->slot = calloc(opts->workers, sizeof(*f->slot));
	f->fd = calloc(opts->workers, sizeof(*f->fd));
	if (f->slot && f->fd)
		for (ret = 0; ret == 0 && f->workers < opts->workers; f->workers++) {
			f->fd[f->workers] = (struct pollfd){.fd = -1, .events = POLLIN};
			f->slot[f->workers].result = aligned_alloc(16, slot_room(load));
			ret = f->slot[f->workers].result ? 0 : -ENOMEM;
		}
	if (ret) {
		fork_per_task_stop(f, err);
		return pvq_fail(
			err, ret, "cannot hold %u results of %zu bytes", opts->workers, load->max_out);
	}
	*self = f;
	return 0;
}

/* ---- the child ---- */

static _Noreturn void child_run(const struct fork_per_task *f, const struct slot *slot, int fd)
{
	const struct pvq_load *load = f->load;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span in = load->task->input(load, slot->id, scratch);
	ssize_t len = load->task->run(load, in.ptr, in.len, slot->result + head, load->max_out);
	size_t size = head + (len > 0 ? (size_t)len : 0), sent = 0;

	*(ssize_t *)(void *)slot->result = len;
	while (sent < size) {
		ssize_t n = write(fd, slot->result + sent, size - sent);

		if (n < 0 && errno != EINTR)
			_exit(1); /* the caller is dead */
		sent += n > 0 ? (size_t)n : 0;
	}
	_exit(0);
}

/* ---- the caller ---- */

/* Forks a child for the item and puts it into a free slot. 0 or -errno. */
static int fork_item(struct fork_per_task *f, uint64_t id)
{
	unsigned i = 0;
	int channel[2];
	pid_t pid;

	while (f->slot[i].pid)
		i++;
	if (pipe(channel))
		return -errno;
	f->slot[i].id = id;
	pid = pvq_child_fork();
	if (pid == 0)
		child_run(f, &f->slot[i], channel[1]);
	close(channel[1]);
	if (pid < 0) {
		close(channel[0]);
		return (int)pid;
	}
	f->slot[i].pid = pid;
	f->slot[i].got = 0;
	f->fd[i].fd = channel[0];
	f->busy++;
	return 0;
}

/* Puts the result after its pipe has ended: it is complete, or the child died before. */
static int put_slot(struct fork_per_task *f, unsigned i, struct pvq_sink *sink, struct pvq_error *err)
{
	struct slot *slot = &f->slot[i];
	ssize_t len = slot->got >= head ? *(ssize_t *)(void *)slot->result : 0;
	int whole = slot->got >= head && slot->got == head + (len > 0 ? (size_t)len : 0), ret;

	close(f->fd[i].fd);
	f->fd[i].fd = -1;
	pvq_child_reap(slot->pid);
	slot->pid = 0;
	f->busy--;
	if (!whole)
		ret = sink->put(sink, slot->id, NULL, 0, -EOWNERDEAD);
	else if (len >= 0)
		ret = sink->put(sink, slot->id, slot->result + head, (size_t)len, 0);
	else
		ret = sink->put(sink, slot->id, NULL, 0, (int)len);
	return ret < 0 ? pvq_fail(err, ret, "result of item %" PRIu64 " refused", slot->id) : 0;
}

static int read_slot(struct fork_per_task *f, unsigned i, struct pvq_sink *sink, struct pvq_error *err)
{
	struct slot *slot = &f->slot[i];
	size_t room = head + f->load->max_out - slot->got;
	char one_more; /* after the longest result only the end of file is left to read */
	ssize_t n =
		room ? read(f->fd[i].fd, slot->result + slot->got, room) : read(f->fd[i].fd, &one_more, 1);

	if (n < 0 && errno != EINTR)
		return pvq_fail(err, -errno, "cannot read the result of item %" PRIu64, slot->id);
	if (n > 0)
		slot->got += (size_t)n;
	return n == 0 ? put_slot(f, i, sink, err) : 0;
}

static int fork_per_task_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct fork_per_task *f = self;
	uint64_t next = 0;
	int ret = 0;

	while (ret == 0 && (next < f->load->n || f->busy)) {
		for (; ret == 0 && next < f->load->n && f->busy < f->workers; next++) {
			ret = fork_item(f, next);
			if (ret)
				pvq_fail(err, ret, "cannot fork for item %" PRIu64, next);
		}
		if (ret == 0 && poll(f->fd, f->workers, -1) < 0)
			ret = errno == EINTR ? 0 : pvq_fail(err, -errno, "cannot wait for results");
		for (unsigned i = 0; ret == 0 && i < f->workers; i++)
			if (f->fd[i].fd >= 0 && f->fd[i].revents)
				ret = read_slot(f, i, sink, err);
	}
	return ret;
}

const struct pvq_impl pvq_impl_fork_per_task = {
	.name = "fork_per_task",
	.summary = "a process for every item, as xargs -P does",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_INHERIT,
	.out_via = PVQ_VIA_PIPE,
	.flags = PVQ_REUSABLE | PVQ_SURVIVES_CRASH | PVQ_STREAMS,
	.unsupported = fork_per_task_unsupported,
	.tune = fork_per_task_tune,
	.start = fork_per_task_start,
	.map = fork_per_task_map,
	.stop = fork_per_task_stop,
	.version = PVQ_PEER_VERSION,
};
