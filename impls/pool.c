/* pool.h: the process-pool engine.
 *
 *	            shared memory
 *	caller      ┌──────────────────────────────────────────────┐      workers
 *	 next() ──> │ slot │ slot │ slot │ … │   (input and result)  │ ──> run() in place
 *	            ├──────────────────────────────────────────────┤
 *	 publish ─> │ tasks: ring of slot numbers                  │ ──> claim a few at a time
 *	 put()  <── │ done[w]: one ring of slot numbers a worker   │ <── complete
 *	            └──────────────────────────────────────────────┘
 *
 * A slot belongs to the caller while it is free, to the tasks ring once published, to the worker that
 * claimed it, and to the caller again once completed. Parameters and results lie in the slot, so
 * nothing is copied but what next() writes. There are `window` slots, so no more items are in flight,
 * no ring can overflow, and memory stays flat whatever the number of items.
 *
 * There is no lock, hence none that a dead worker could hold:
 *  - tasks: only the caller appends. Workers claim by moving `claimed` with compare-and-swap. They
 *    read the slot numbers BEFORE the swap; see claim() for why these cannot have changed.
 *  - done[w]: one producer (worker w), one consumer (the caller).
 *
 * Sleeping: an idle worker sleeps on the futex `bell`, the idle caller in epoll, on an eventfd and on
 * one pidfd a worker, so that a death wakes it too. Each side says that it is about to sleep, then
 * looks once more; the other side makes work visible, then looks for sleepers. With both pairs
 * sequentially consistent one of the two sees the other, so no wake-up is lost.
 */
#include "pool.h"
#include "child.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LINE = 64,          /* bytes of a cache line: what two sides write lies apart */
	CLAIM_MAX = 32,     /* items of an automatic claim */
	SPINS = 2000,       /* looks at an empty ring before sleeping, where a core is free */
	WINDOW_AUTO = 4096, /* slots, where items are small */
	/* Bytes of slots that an automatic window takes: they stay in the caches, and few pages are
	 * touched for the first time. Measured with 64 KiB both ways: half the time of 64 MiB. */
	WINDOW_BYTES = 4 << 20,
	EVENTS = 16, /* wake-up reasons fetched at a time */
};

struct slot {
	uint64_t id;
	uint32_t in_len, out_len;
	int32_t status;
	/* then, each aligned to 16: max_in bytes of input, max_out bytes of output */
};

/* What one worker shares with the caller. Written by the worker only. */
struct seat {
	_Alignas(LINE) _Atomic uint64_t completed; /* slot numbers ever written to its done ring */
	_Atomic uint64_t busy;                     /* 1 + the id it runs, or 0: for the error message */
};

struct shared {
	/* Written by the caller. */
	_Alignas(LINE) _Atomic uint64_t published; /* slot numbers ever written to the tasks ring */
	_Atomic uint32_t bell;                     /* futex; changes whenever sleepers should look */
	_Atomic uint32_t closing;
	/* Written by the workers. */
	_Alignas(LINE) _Atomic uint64_t claimed; /* of `published`; moved by compare-and-swap only */
	/* Written by both sides, rarely. */
	_Alignas(LINE) _Atomic uint32_t sleepers; /* workers asleep or about to be; a worker that dies
	                                           * there leaves it too high: costs wake-ups only */
	_Atomic uint32_t caller_asleep;
};

struct pvq_pool {
	struct pvq_pool_config config;
	size_t stride, out_at; /* bytes from slot to slot; from a slot to its output */
	unsigned spins;
	/* In shared memory, one mapping: */
	struct shared *shared;
	struct seat *seat;      /* one a worker */
	_Atomic uint32_t *task; /* ring of `window` slot numbers */
	_Atomic uint32_t *done; /* `workers` rings of `window` slot numbers each */
	char *slots;
	size_t mapped;
	/* The caller's own: */
	pid_t *pid;
	int *pidfd;
	unsigned started;
	int wake_fd, epoll_fd;
	uint64_t *collected; /* of seat[w].completed */
	uint32_t *free_slot; /* stack */
	uint32_t nfree;
	uint32_t *waiting; /* ordered: 1 + the slot of a result that is not next yet, by id % window */
	int failed;
};

/* ---- both sides ---- */

static struct slot *slot_at(const struct pvq_pool *p, uint32_t index)
{
	return (struct slot *)(p->slots + index * p->stride);
}

static void *slot_in(struct slot *s)
{
	return (char *)s + sizeof(struct slot) + (16 - sizeof(struct slot) % 16) % 16;
}

static void *slot_out(const struct pvq_pool *p, struct slot *s)
{
	return (char *)s + p->out_at;
}

static long futex(_Atomic uint32_t *word, int op, uint32_t value)
{
	/* Not FUTEX_PRIVATE: the word lies in memory that processes share. */
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* ---- the worker ---- */

/* How many of the `ready` items to claim: a few, so that the swap is paid rarely, but never so many
 * that others would have to wait at the end (guided self-scheduling). */
static uint64_t claim_size(const struct pvq_pool *p, uint64_t ready)
{
	uint64_t size = p->config.chunk;

	if (size == 0) {
		size = ready / (2 * (uint64_t)p->config.workers);
		if (size > CLAIM_MAX)
			size = CLAIM_MAX;
		if (size == 0)
			size = 1;
	}
	return size < ready ? size : ready;
}

/* Takes some slot numbers off the tasks ring; 0: it is empty.
 *
 * Reading them before the swap is sound: entry e is overwritten when item e + window is published,
 * hence when fewer than `window` items are in flight, hence when e or some item after it has been
 * completed, hence claimed. So the entry changes only after `claimed` has passed e, and then the swap
 * below fails. The same chain orders memory: our read precedes our swap (release); a later claimer's
 * swap reads it (acquire) and precedes its completion (release), which the caller reads (acquire)
 * before it overwrites. */
static uint64_t claim(const struct pvq_pool *p, uint32_t slot[PVQ_POOL_CHUNK_MAX])
{
	struct shared *sh = p->shared;
	uint64_t from = atomic_load_explicit(&sh->claimed, memory_order_acquire);

	for (;;) {
		/* Acquire pairs with publish(): slots and entries below are visible. `from` may be
		 * newer than this value of `published`, hence the signed difference. */
		uint64_t published = atomic_load_explicit(&sh->published, memory_order_acquire);
		uint64_t size;

		if ((int64_t)(published - from) <= 0)
			return 0;
		size = claim_size(p, published - from);
		for (uint64_t i = 0; i < size; i++)
			slot[i] = atomic_load_explicit(
				&p->task[(from + i) % p->config.window], memory_order_relaxed);
		if (atomic_compare_exchange_weak_explicit(
			    &sh->claimed, &from, from + size, memory_order_acq_rel, memory_order_acquire))
			return size;
	}
}

/* Hands one result to the caller, and wakes it if it sleeps. */
static void complete(const struct pvq_pool *p, unsigned w, uint32_t index)
{
	struct seat *seat = &p->seat[w];
	uint64_t at = atomic_load_explicit(&seat->completed, memory_order_relaxed); /* ours alone */
	_Atomic uint32_t *ring = p->done + (size_t)w * p->config.window;

	atomic_store_explicit(&ring[at % p->config.window], index, memory_order_relaxed);
	/* Sequentially consistent with the load below: pairs with caller_sleep(). Also releases the
	 * slot's bytes and the entry to collect(). */
	atomic_store(&seat->completed, at + 1);
	if (atomic_load(&p->shared->caller_asleep) && atomic_exchange(&p->shared->caller_asleep, 0)) {
		uint64_t one = 1;

		/* Cannot block, for its counter is never read (each write is an edge) and 2^64 wake-ups
		 * from full; cannot fail while the caller lives, and we are killed with it. */
		(void)!write(p->wake_fd, &one, sizeof(one));
	}
}

static void run_slot(const struct pvq_pool *p, unsigned w, uint32_t index)
{
	struct slot *s = slot_at(p, index);
	ssize_t len;

	atomic_store_explicit(&p->seat[w].busy, s->id + 1, memory_order_relaxed);
	len = p->config.run(p->config.ctx, slot_in(s), s->in_len, slot_out(p, s), p->config.max_out);
	s->out_len = len < 0 ? 0 : (uint32_t)len;
	s->status = len < 0 ? (int32_t)len : 0;
	atomic_store_explicit(&p->seat[w].busy, 0, memory_order_relaxed);
	complete(p, w, index);
}

/* Until there may be work. 0: the pool is closing and the ring is empty. */
static int worker_wait(const struct pvq_pool *p)
{
	struct shared *sh = p->shared;
	uint32_t bell;
	int more;

	for (unsigned i = 0; i < p->spins; i++) {
		if (atomic_load_explicit(&sh->published, memory_order_relaxed) !=
			atomic_load_explicit(&sh->claimed, memory_order_relaxed))
			return 1;
		relax();
	}
	atomic_fetch_add(&sh->sleepers, 1); /* first say so, then look: pairs with publish() */
	bell = atomic_load(&sh->bell);
	more = atomic_load(&sh->published) != atomic_load(&sh->claimed);
	if (!more && !atomic_load(&sh->closing))
		futex(&sh->bell, FUTEX_WAIT, bell); /* EAGAIN, EINTR: look again, like a wake-up */
	atomic_fetch_sub(&sh->sleepers, 1);
	return more || !atomic_load(&sh->closing);
}

static _Noreturn void worker_loop(const struct pvq_pool *p, unsigned w)
{
	uint32_t slot[PVQ_POOL_CHUNK_MAX];

	do {
		uint64_t size;

		while ((size = claim(p, slot)) > 0)
			for (uint64_t i = 0; i < size; i++)
				run_slot(p, w, slot[i]);
	} while (worker_wait(p));
	_exit(0);
}

/* ---- the caller: start and stop ---- */

static size_t round_up(size_t bytes, size_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

static size_t slot_stride(size_t max_in, size_t max_out)
{
	return round_up(round_up(sizeof(struct slot), 16) + round_up(max_in, 16) + max_out, LINE);
}

unsigned pvq_pool_window(unsigned workers, size_t max_in, size_t max_out)
{
	size_t window = WINDOW_BYTES / slot_stride(max_in, max_out);

	if (window > WINDOW_AUTO)
		window = WINDOW_AUTO;
	if (window < 2 * (size_t)workers)
		window = 2 * (size_t)workers; /* one that runs and one that waits, for each */
	return (unsigned)window;
}

/* One mapping for all that is shared. Untouched pages of it cost nothing. */
static int map_shared(struct pvq_pool *p)
{
	const struct pvq_pool_config *c = &p->config;
	size_t seats = sizeof(struct seat) * c->workers;
	size_t ring = round_up(sizeof(uint32_t) * c->window, LINE);
	size_t rings = round_up(sizeof(uint32_t) * c->window * c->workers, LINE);
	char *at;

	p->out_at = round_up(sizeof(struct slot), 16) + round_up(c->max_in, 16);
	p->stride = slot_stride(c->max_in, c->max_out);
	p->mapped = sizeof(struct shared) + seats + ring + rings + p->stride * c->window;
	at = mmap(
		NULL, p->mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	p->shared = (struct shared *)at;
	p->seat = (struct seat *)(at += sizeof(struct shared));
	p->task = (_Atomic uint32_t *)(at += seats);
	p->done = (_Atomic uint32_t *)(at += ring);
	p->slots = at + rings;
	return 0;
}

static int allocate(struct pvq_pool *p)
{
	const struct pvq_pool_config *c = &p->config;

	p->pid = calloc(c->workers, sizeof(*p->pid));
	p->pidfd = calloc(c->workers, sizeof(*p->pidfd));
	p->collected = calloc(c->workers, sizeof(*p->collected));
	p->free_slot = calloc(c->window, sizeof(*p->free_slot));
	p->waiting = calloc(c->window, sizeof(*p->waiting));
	if (!p->pid || !p->pidfd || !p->collected || !p->free_slot || !p->waiting)
		return -ENOMEM;
	/* Low numbers on top: a short map touches few pages. */
	for (uint32_t i = c->window; i > 0; i--)
		p->free_slot[p->nfree++] = i - 1;
	p->wake_fd = eventfd(0, EFD_CLOEXEC);
	p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return p->wake_fd < 0 || p->epoll_fd < 0 ? -errno : 0;
}

/* Edge-triggered: the eventfd is never read, each write to it is a fresh edge. */
static int watch(struct pvq_pool *p, int fd, uint32_t events, uint64_t who)
{
	struct epoll_event event = {.events = events, .data.u64 = who};

	return epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int worker_fork(struct pvq_pool *p, unsigned w)
{
	pid_t pid = pvq_child_fork();

	if (pid == 0)
		worker_loop(p, w);
	if (pid < 0)
		return (int)pid;
	p->pid[w] = pid;
	p->pidfd[w] = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p->pidfd[w] < 0) {
		int ret = -errno;

		pvq_child_kill(pid);
		return ret;
	}
	p->started++;
	return watch(p, p->pidfd[w], EPOLLIN, w);
}

static void worker_error(struct pvq_pool *p, unsigned w, struct pvq_error *err)
{
	uint64_t busy = atomic_load(&p->seat[w].busy);
	char fate[64];

	if (err->code)
		return;
	err->worker = (int)w;
	err->item = busy - 1; /* UINT64_MAX where it was idle */
	pvq_child_fate(err->wstatus, fate, sizeof(fate));
	if (busy)
		pvq_fail(err, -EOWNERDEAD, "worker %u (%s) died with item %llu", w, fate,
			(unsigned long long)err->item);
	else
		pvq_fail(err, -EOWNERDEAD, "worker %u (%s) died", w, fate);
}

int pvq_pool_stop(struct pvq_pool *p, struct pvq_error *err)
{
	int ret = 0;

	if (p->shared) {
		atomic_store(&p->shared->closing, 1);
		atomic_fetch_add(&p->shared->bell, 1);
		futex(&p->shared->bell, FUTEX_WAKE, INT32_MAX);
	}
	for (unsigned w = 0; p->failed && w < p->started; w++)
		if (p->pid[w])
			syscall(SYS_pidfd_send_signal, p->pidfd[w], 9, NULL, 0); /* all die at once */
	for (unsigned w = 0; w < p->started; w++) {
		int wstatus = p->pid[w] ? pvq_child_reap(p->pid[w]) : 0;

		if (wstatus && !p->failed) {
			err->wstatus = wstatus;
			worker_error(p, w, err);
			ret = -EOWNERDEAD;
		}
		close(p->pidfd[w]);
	}
	if (p->epoll_fd >= 0)
		close(p->epoll_fd);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
	if (p->shared)
		munmap(p->shared, p->mapped);
	free(p->waiting);
	free(p->free_slot);
	free(p->collected);
	free(p->pidfd);
	free(p->pid);
	free(p);
	return ret;
}

int pvq_pool_start(struct pvq_pool **pool, const struct pvq_pool_config *config, struct pvq_error *err)
{
	struct pvq_pool *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return pvq_fail(err, -ENOMEM, "cannot start a pool");
	p->config = *config;
	if (p->config.chunk > PVQ_POOL_CHUNK_MAX)
		p->config.chunk = PVQ_POOL_CHUNK_MAX;
	p->wake_fd = p->epoll_fd = -1;
	/* The caller and the workers each want a core; only where all have one is spinning free. */
	p->spins = config->cores > config->workers ? SPINS : 0;
	ret = map_shared(p);
	if (ret == 0)
		ret = allocate(p);
	if (ret == 0)
		ret = watch(p, p->wake_fd, EPOLLIN | EPOLLET, UINT64_MAX);
	for (unsigned w = 0; ret == 0 && w < config->workers; w++)
		ret = worker_fork(p, w);
	if (ret) {
		pvq_fail(err, ret, "cannot start worker %u of %u", p->started, config->workers);
		p->failed = 1;
		pvq_pool_stop(p, err);
		return ret;
	}
	*pool = p;
	return 0;
}

/* ---- the caller: map ---- */

/* The state of one map. */
struct pass {
	struct pvq_pool *p;
	const struct pvq_pool_feed *feed;
	uint64_t next; /* items published */
	uint64_t done; /* items put; when ordered, also the id that is next in order */
	int ended;     /* next() has said -1 */
};

/* Fills free slots and makes them visible, then wakes as many workers as there is work for.
 * Returns how many items it published. */
static uint64_t publish(struct pass *pass)
{
	struct pvq_pool *p = pass->p;
	struct shared *sh = p->shared;
	uint64_t at = atomic_load_explicit(&sh->published, memory_order_relaxed),
		 from = at; /* ours alone */
	uint32_t sleepers;

	while (p->nfree > 0 && !pass->ended) {
		uint32_t index = p->free_slot[p->nfree - 1];
		struct slot *s = slot_at(p, index);
		ssize_t len = pass->feed->next(pass->feed->ctx, pass->next, slot_in(s));

		if (len < 0) {
			pass->ended = 1;
			break;
		}
		p->nfree--;
		s->id = pass->next++;
		s->in_len = (uint32_t)len;
		atomic_store_explicit(&p->task[at++ % p->config.window], index, memory_order_relaxed);
	}
	if (at == from)
		return 0;
	atomic_store(&sh->published, at); /* also releases the slots and entries to claim() */
	sleepers = atomic_load(&sh->sleepers);
	if (sleepers > 0) {
		atomic_fetch_add(&sh->bell, 1);
		futex(&sh->bell, FUTEX_WAKE, at - from < sleepers ? (uint32_t)(at - from) : sleepers);
	}
	return at - from;
}

/* Puts one result and frees its slot. */
static int put_slot(struct pass *pass, uint32_t index, struct pvq_error *err)
{
	struct pvq_pool *p = pass->p;
	struct slot *s = slot_at(p, index);
	int ret = pass->feed->put(
		pass->feed->ctx, s->id, s->status ? NULL : slot_out(p, s), s->out_len, s->status);

	if (ret < 0)
		return pvq_fail(err, ret, "result of item %llu refused", (unsigned long long)s->id);
	p->free_slot[p->nfree++] = index;
	pass->done++;
	return 0;
}

/* A result has arrived: put it, and when ordered whatever was waiting for it, or let it wait. At most
 * `window` ids are in flight and all are >= done, so id % window names one place each. */
static int deliver(struct pass *pass, uint32_t index, struct pvq_error *err)
{
	struct pvq_pool *p = pass->p;
	uint32_t *next;
	int ret;

	if (!p->config.ordered)
		return put_slot(pass, index, err);
	p->waiting[slot_at(p, index)->id % p->config.window] = index + 1;
	while (*(next = &p->waiting[pass->done % p->config.window])) {
		index = *next - 1;
		*next = 0;
		ret = put_slot(pass, index, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Takes over all that the workers have completed. Number of results, or -errno. */
static int64_t collect(struct pass *pass, struct pvq_error *err)
{
	struct pvq_pool *p = pass->p;
	int64_t sum = 0;

	for (unsigned w = 0; w < p->config.workers; w++) {
		_Atomic uint32_t *ring = p->done + (size_t)w * p->config.window;
		uint64_t upto = atomic_load_explicit(&p->seat[w].completed, memory_order_acquire);

		for (; p->collected[w] < upto; p->collected[w]++, sum++) {
			uint32_t index = atomic_load_explicit(
				&ring[p->collected[w] % p->config.window], memory_order_relaxed);
			int ret = deliver(pass, index, err);

			if (ret)
				return ret;
		}
	}
	return sum;
}

static int anything_completed(const struct pvq_pool *p)
{
	for (unsigned w = 0; w < p->config.workers; w++)
		if (atomic_load(&p->seat[w].completed) != p->collected[w])
			return 1;
	return 0;
}

/* Sleeps until a worker completes an item or dies. 0, or -EOWNERDEAD. */
static int caller_sleep(struct pvq_pool *p, struct pvq_error *err)
{
	struct epoll_event event[EVENTS];
	int n = 0, dead = -1;

	atomic_store(&p->shared->caller_asleep, 1); /* first say so, then look: pairs with complete() */
	if (!anything_completed(p))
		n = epoll_wait(p->epoll_fd, event, EVENTS, -1);
	atomic_store(&p->shared->caller_asleep, 0);
	if (n < 0 && errno != EINTR)
		return pvq_fail(err, -errno, "cannot wait for the workers");
	for (int i = 0; i < n; i++)
		if (event[i].data.u64 != UINT64_MAX)
			dead = (int)event[i].data.u64;
	if (dead < 0)
		return 0;
	err->wstatus = pvq_child_reap(p->pid[dead]);
	p->pid[dead] = 0;
	worker_error(p, (unsigned)dead, err);
	return -EOWNERDEAD;
}

static int caller_wait(struct pvq_pool *p, struct pvq_error *err)
{
	for (unsigned i = 0; i < p->spins; i++) {
		if (anything_completed(p))
			return 0;
		relax();
	}
	return caller_sleep(p, err);
}

int pvq_pool_map(struct pvq_pool *p, const struct pvq_pool_feed *feed, struct pvq_error *err)
{
	struct pass pass = {.p = p, .feed = feed};
	int64_t got;
	int ret = 0;

	publish(&pass);
	while (pass.done < pass.next || !pass.ended) {
		got = collect(&pass, err);
		ret = got < 0 ? (int)got : 0;
		if (ret)
			break;
		if (publish(&pass) == 0 && got == 0 && pass.done < pass.next)
			ret = caller_wait(p, err);
		if (ret)
			break;
	}
	p->failed = ret != 0;
	return ret;
}
