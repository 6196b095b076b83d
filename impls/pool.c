/* pool.c: the life of a pool: start, more and fewer workers, close, counts. pool_shared.h describes the protocol. Items go in and results come out
 * in pool_items.c; workers are in pool_worker.c, the process that forks them is in pool_server.c, and what happens when
 * one dies is in pool_recover.c.
 */
#include "pool_shared.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	/* Slots for each worker, where items are small, and in all: a caller that has to wait for a core, some milliseconds,
	 * must not find workers without work when it comes back. More than that would only be more pages to touch: with
	 * 32,768 for two workers, starting, a map of 20,000 items of 0.1 us and closing took 1.1 times as long. */
	WINDOW_EACH = POOL_HAS(POOL_WIDE) ? 4096 : 512,
	WINDOW_MOST = 8 * WINDOW_EACH,
	/* Bytes that an automatic window takes: they stay in the caches, and few pages are touched for the
	 * first time. Measured with 64 KiB both ways: half the time of 64 MiB. */
	WINDOW_BYTES = (POOL_HAS(POOL_CACHED) ? 4 : 64) << 20,
	/* At most, of a segment of several items: larger ones gain nothing, and would spread over more memory. */
	SEGMENT_BYTES = 64 << 10,
	INIT_LOOK_MS = 100, /* while it closes: whether a worker is still in init() */
	ASK_AGAIN_MS = 10,  /* the server, where it could not be asked for anybody */
};

static const uint64_t CLOSE_NS = 5000000000u; /* until workers that do not end are killed */

/* ---- start and close ---- */

static size_t round_up(size_t bytes, size_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

/* Small ones are packed, so that one cache line brings many; large ones do not share lines. */
static size_t stride_of(size_t max)
{
	size_t unit = max <= 8 ? 8 : max < 1024 ? 16 : POOL_LINE;

	if (max > POOL_RESULT_MAX)
		max = POOL_RESULT_MAX; /* refused by start; the window is asked for without */
	return round_up(max ? max : 1, POOL_HAS(POOL_PACKED) ? unit : POOL_LINE);
}

unsigned pvq_pool_window(unsigned workers, size_t max_in, size_t max_out)
{
	size_t window = WINDOW_BYTES / (stride_of(max_in) + stride_of(max_out)),
	       most = workers < WINDOW_MOST / WINDOW_EACH ? workers * (size_t)WINDOW_EACH : WINDOW_MOST;

	if (window > most)
		window = most;
	if (window < 2 * (size_t)workers)
		window = 2 * (size_t)workers; /* one that runs and one that waits, for each */
	if (window > PVQ_POOL_WINDOW_MAX)
		window = PVQ_POOL_WINDOW_MAX;
	return window ? (unsigned)window : 1;
}

static unsigned count_cores(void)
{
	cpu_set_t set;

	/* Fails only where there are more CPUs than the set holds: then there are plenty. */
	return sched_getaffinity(0, sizeof(set), &set) ? CPU_SETSIZE : (unsigned)CPU_COUNT(&set);
}

static int check_bytes(const char *which, size_t bytes, struct pvq_error *err)
{
	return bytes <= POOL_RESULT_MAX ? 0
					: pvq_fail(err, -EINVAL, "%s is %zu bytes, and may be %d at most",
						  which, bytes, POOL_RESULT_MAX);
}

/* Segments are smaller where few slots are to go round or items are large, and pieces no larger. A worker claims whole pieces. */
static void settle_pieces(struct pvq_pool *p)
{
	const struct pvq_pool_config *c = &p->config;
	uint64_t most = c->window / (4 * (uint64_t)p->seats),
		 fit = SEGMENT_BYTES / (p->in_stride + p->out_stride);

	if (most > fit)
		most = fit;
	if (c->chunk && most > c->chunk)
		most = c->chunk;
	if (c->recycle)
		most = 1; /* or a worker would not end after exactly so many */
	p->segment = 1;
	while (p->segment < POOL_PIECE_MAX && p->segment <= most / 2)
		p->segment *= 2;
	p->slots = (c->window + p->segment - 1) / p->segment * p->segment;
	p->all_slots = p->slots + (p->segment == 1 ? 0 : c->window);
}

static int settle_config(struct pvq_pool *p, const struct pvq_pool_config *config, struct pvq_error *err)
{
	struct pvq_pool_config *c = &p->config;
	int ret;

	*c = *config;
	if (!c->run)
		return pvq_fail(err, -EINVAL, "a pool needs a run()");
	ret = check_bytes("max_in", c->max_in, err);
	if (ret == 0)
		ret = check_bytes("max_out", c->max_out, err);
	if (ret)
		return ret;
	if (c->cores == 0)
		c->cores = count_cores();
	if (c->workers == 0)
		c->workers = c->cores;
	if (c->workers > PVQ_POOL_WORKERS_MAX)
		return pvq_fail(err, -EINVAL, "%u workers are asked for, and there may be %d at most",
			c->workers, PVQ_POOL_WORKERS_MAX);
	p->seats = c->max_workers ? c->max_workers : c->workers;
	if (p->seats < c->workers || p->seats > PVQ_POOL_WORKERS_MAX)
		return pvq_fail(err, -EINVAL,
			"max_workers is %u, and may be %u, with which the pool starts, up to %d", p->seats,
			c->workers, PVQ_POOL_WORKERS_MAX);
	if (c->close_timeout_ns == 0)
		c->close_timeout_ns = CLOSE_NS;
	if (c->close_timeout_ns > INT64_MAX)
		c->close_timeout_ns = INT64_MAX;
	if (c->chunk > PVQ_POOL_CHUNK_MAX)
		c->chunk = PVQ_POOL_CHUNK_MAX;
	if (c->window == 0)
		c->window = pvq_pool_window(p->seats, c->max_in, c->max_out);
	if (c->window > PVQ_POOL_WINDOW_MAX)
		c->window = PVQ_POOL_WINDOW_MAX;
	p->in_stride = stride_of(c->max_in) + POOL_GUARD;
	p->out_stride = stride_of(c->max_out) + POOL_GUARD;
	settle_pieces(p);
	p->ring_mask = 1;
	while (p->ring_mask < c->window)
		p->ring_mask *= 2;
	p->ring_mask--;
	return 0;
}

/* One mapping for all that is shared. Untouched pages of it cost nothing. */
static int map_shared(struct pvq_pool *p, struct pvq_error *err)
{
	const size_t page = 4096, slots = p->all_slots;
	size_t header = sizeof(struct pool_shared); /* a multiple of its alignment, which is a seat's */
	size_t seats = round_up(header + sizeof(struct pool_seat) * p->seats, page);
	size_t ring = round_up((p->ring_mask + 1) * sizeof(*p->ring), page); /* the lane's as well */
	size_t results = round_up(slots * sizeof(*p->result), page);
	size_t marks = round_up((slots / 64 + 1) * sizeof(*p->mark), page);
	size_t in = round_up(slots * p->in_stride, page), out = round_up(slots * p->out_stride, page);
	char *at;

	p->mapped = seats + 2 * ring + results + marks + in + out;
	at = mmap(
		NULL, p->mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return pvq_fail(
			err, -errno, "cannot map %zu bytes for %zu items in flight", p->mapped, slots);
	p->shared = (struct pool_shared *)at;
	p->seat = (struct pool_seat *)(at + header);
	p->ring = (pool_atomic_u64 *)(at += seats);
	p->lane = (pool_atomic_u64 *)(at += ring);
	p->result = (pool_atomic_u64 *)(at += ring);
	p->mark = (pool_atomic_u64 *)(at += results);
	p->in = at += marks;
	p->out = at + in;
	atomic_store_explicit(&p->shared->wanted, p->config.workers, memory_order_relaxed);
	atomic_store_explicit(&p->shared->lane_published, POOL_LANE, memory_order_relaxed);
	atomic_store_explicit(&p->shared->lane_claimed, POOL_LANE, memory_order_relaxed);
	return 0;
}

static int allocate(struct pvq_pool *p)
{
	uint32_t segments = p->slots / p->segment;

	p->hand = calloc(p->seats, sizeof(*p->hand));
	p->pid = calloc(p->seats, sizeof(*p->pid));
	p->piece = calloc(p->all_slots, sizeof(*p->piece));
	p->free_single = calloc(p->config.window, sizeof(*p->free_single));
	p->free_segment = calloc(segments, sizeof(*p->free_segment));
	p->segment_left = calloc(segments, sizeof(*p->segment_left));
	p->line = calloc(p->ring_mask + 1, sizeof(*p->line));
	if (!p->hand || !p->pid || !p->piece || !p->free_segment || !p->free_single || !p->segment_left ||
		!p->line)
		return -ENOMEM;
	/* Low numbers on top: a short map touches few pages. */
	for (uint32_t i = segments; i > 0; i--)
		p->free_segment[p->nfree++] = i - 1;
	p->wake_fd = pvq_pool_lift(eventfd(0, EFD_CLOEXEC));
	return p->wake_fd < 0 ? -errno : 0;
}

int pvq_pool_watch(const struct pvq_pool *p, int fd, uint32_t events, enum pool_event tells)
{
	struct epoll_event event = {.events = events, .data = {.u32 = tells}};

	return epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* Once the server is there, which has no use for it. */
static int watch(struct pvq_pool *p)
{
	int ret;

	p->epoll_fd = pvq_pool_lift(epoll_create1(EPOLL_CLOEXEC));
	if (p->epoll_fd < 0)
		return -errno;
	/* Edge-triggered: the eventfd is never read, each write to it is a fresh edge. */
	ret = pvq_pool_watch(p, p->wake_fd, EPOLLIN | EPOLLET, POOL_ALARM);
	if (ret == 0)
		ret = pvq_pool_watch(p, p->talk_fd, EPOLLIN, POOL_SERVER);
	if (ret == 0)
		ret = pvq_pool_watch(p, p->server_fd, EPOLLIN, POOL_SERVER);
	return ret;
}

static void free_pool(struct pvq_pool *p)
{
	const int fd[] = {p->epoll_fd, p->wake_fd, p->timer_fd, p->talk_fd, p->server_fd};

	for (size_t i = 0; i < sizeof(fd) / sizeof(*fd); i++)
		if (fd[i] >= 0)
			close(fd[i]);
	if (p->shared)
		munmap(p->shared, p->mapped);
	free(p->death);
	free(p->loss);
	free(p->line);
	free(p->segment_left);
	free(p->free_segment);
	free(p->free_single);
	free(p->piece);
	free(p->pid);
	free(p->hand);
	free(p);
}

void pvq_pool_terminate(struct pvq_pool *p)
{
	(void)pvq_pool_dismiss(p);
	free_pool(p);
}

/* Tells the workers from that seat on to end, once there is no work. */
static void dismiss_from(struct pvq_pool *p, unsigned from)
{
	atomic_store_explicit(&p->shared->wanted, from, memory_order_relaxed);
	pool_fence(dismissed_then_parked); /* first say so, then look: pairs with park() */
	for (unsigned w = from; w < p->seats; w++)
		if (atomic_exchange_explicit(&p->seat[w].parked, 0, ACQUIRE(dismiss_parked)))
			pool_rouse(p, w);
}

/* A worker that is still in init() may be there for good: it is killed, and that is no failure. */
static void kill_starting(struct pvq_pool *p, unsigned from)
{
	for (unsigned w = from; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE &&
			atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed) == POOL_STARTING) {
			p->hand[w].excused = 1;
			pvq_pool_kill(p, w);
		}
}

/* Until all have ended, or that time. 0, or -EOWNERDEAD. */
static int see_them_end(struct pvq_pool *p, uint64_t until_ns)
{
	int heard = pvq_pool_listen(p, 0);

	while (p->alive > 0 && heard != -EOWNERDEAD) {
		uint64_t now = pool_now_ns(), left_ms = now < until_ns ? (until_ns - now) / 1000000 + 1 : 0;

		kill_starting(p, 0);
		if (left_ms == 0)
			break;
		heard = pvq_pool_listen(p, left_ms < INIT_LOOK_MS ? (int)left_ms : INIT_LOOK_MS);
	}
	return heard == -EOWNERDEAD ? heard : 0;
}

/* How worker w ended, at last or before. */
static int judge_end(const struct pvq_pool *p, unsigned w, struct pvq_error *err)
{
	const struct pool_hand *hand = &p->hand[w];
	int32_t phase = atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed);
	char fate[64];

	if (hand->life == POOL_ALIVE && !hand->excused)
		return pvq_fail(err, -ETIMEDOUT, "worker %u had not ended after %.3g s, and was killed", w,
			(double)p->config.close_timeout_ns / 1e9);
	if (hand->life != POOL_ENDED || hand->wstatus == 0 || hand->excused || phase == POOL_STARTING)
		return 0;
	if (phase < 0)
		return pvq_pool_init_failed(phase, w, err);
	err->worker = (int)w;
	err->wstatus = hand->wstatus;
	return pvq_fail(err, -EOWNERDEAD, "worker %u did not end well (%s)", w,
		pvq_child_fate(hand->wstatus, fate, sizeof(fate)));
}

int pvq_pool_close(struct pvq_pool *p, struct pvq_error *err)
{
	int ret;

	if (p->failed) {
		pvq_pool_terminate(p);
		return 0;
	}
	dismiss_from(p, 0);
	ret = see_them_end(p, pool_now_ns() + p->config.close_timeout_ns);
	if (ret)
		ret = pvq_pool_server_died(p, err);
	for (unsigned w = 0; w < p->seats; w++) {
		int ended = judge_end(p, w, err);

		ret = ret ? ret : ended;
	}
	(void)pvq_pool_dismiss(p);
	free_pool(p);
	return ret;
}

/* All of them are asked for, and then waited for. */
static int start_workers(struct pvq_pool *p, struct pvq_error *err)
{
	unsigned next = 0;
	int ret = 0;

	while (ret == 0 && p->alive + p->ended < p->config.workers) {
		int asked = 0;

		while (next < p->config.workers && (asked = pvq_pool_hire(p, next)) == 0)
			next++;
		/* Where nobody is asked for, nobody answers. */
		if (p->asked == 0 && (asked == -ENOBUFS || asked == -ENOMEM))
			ret = asked;
		else
			ret = pvq_pool_listen(p, p->asked ? -1 : ASK_AGAIN_MS);
	}
	if (ret == -EOWNERDEAD)
		return pvq_pool_server_died(p, err);
	return ret ? pvq_fail(err, ret, "cannot start worker %u of %u", p->alive + p->ended,
			     p->config.workers)
		   : 0;
}

int pvq_pool_start(struct pvq_pool **pool, const struct pvq_pool_config *config, struct pvq_error *err)
{
	struct pvq_pool *p = calloc(1, sizeof(*p));
	int ret;

	*pool = NULL;
	if (!p)
		return pvq_fail(err, -ENOMEM, "cannot start a pool");
	p->wake_fd = p->epoll_fd = p->timer_fd = p->talk_fd = p->server_fd = -1;
	p->quota = p->lot = p->grain = 1;
	p->at = POOL_NO_SLOT;
	p->due_ns = UINT64_MAX;
	ret = settle_config(p, config, err);
	if (ret == 0)
		ret = map_shared(p, err);
	if (ret == 0)
		ret = allocate(p);
	if (ret == 0)
		ret = pvq_pool_serve(p);
	if (ret == 0)
		ret = watch(p);
	if (ret == 0)
		ret = start_workers(p, err);
	if (ret) {
		pvq_fail(err, ret, "cannot start a pool");
		pvq_pool_terminate(p);
		return ret;
	}
	p->looked_ns = pool_now_ns();
	*pool = p;
	return 0;
}

/* ---- more and fewer workers ---- */

static int is_empty_from(const struct pvq_pool *p, unsigned from)
{
	unsigned w = from;

	while (w < p->seats && p->hand[w].life == POOL_ABSENT)
		w++;
	return w == p->seats;
}

static void kill_from(struct pvq_pool *p, unsigned from)
{
	for (unsigned w = from; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE)
			pvq_pool_kill(p, w);
}

/* Until the workers from that seat on have ended, which have nothing to do. As pvq_pool_tend(). */
static int let_go(struct pvq_pool *p, unsigned from, struct pvq_error *err)
{
	uint64_t until = pool_now_ns() + p->config.close_timeout_ns;
	int ret = pvq_pool_tend(p, 0, err); /* who died before they were told to has died */

	if (ret >= 0)
		dismiss_from(p, from);
	while (ret >= 0 && !is_empty_from(p, from)) {
		uint64_t now = pool_now_ns(), left = now < until ? until - now : 0,
			 look = INIT_LOOK_MS * 1000000ull;

		kill_starting(p, from);
		if (left == 0)
			kill_from(p, from);
		ret = pvq_pool_tend(p, (int64_t)(left && left < look ? left : look), err);
	}
	return ret < 0 ? ret : 0;
}

/* Whether the number of workers may change now. 0, or -errno. */
static int check_idle(const struct pvq_pool *p, struct pvq_error *err)
{
	if (p->failed)
		return pvq_fail(err, -EINVAL, "this pool has failed before, and can only be closed");
	if (p->next != p->done)
		return pvq_fail(
			err, -EBUSY, "%llu items are in flight", (unsigned long long)(p->next - p->done));
	return 0;
}

int pvq_pool_resize(struct pvq_pool *p, unsigned workers, struct pvq_error *err)
{
	int ret = check_idle(p, err);

	if (ret)
		return ret;
	if (workers == 0 || workers > p->seats)
		return pvq_fail(err, -EINVAL, "%u workers are asked for, and there may be 1 to %u", workers,
			p->seats);
	p->config.workers = workers;
	if (workers < pool_wanted(p))
		ret = let_go(p, workers, err);
	else if (pool_wanted(p) > 0) /* else all come with the next item */
		pvq_pool_hire_all(p, workers);
	p->failed = ret < 0;
	return ret;
}

int pvq_pool_rest(struct pvq_pool *p, struct pvq_error *err)
{
	int ret = check_idle(p, err);

	if (ret)
		return ret;
	ret = let_go(p, 0, err);
	p->failed = ret < 0;
	return ret;
}

/* ---- what happened ---- */

const struct pvq_pool_counts *pvq_pool_counts(const struct pvq_pool *p)
{
	return &p->counts;
}

int pvq_pool_worker(const struct pvq_pool *p, unsigned w, struct pvq_pool_worker *out)
{
	const struct pool_seat *seat = &p->seat[w];

	if (w >= p->seats)
		return -EINVAL;
	*out = (struct pvq_pool_worker){
		.start_ns = atomic_load_explicit(&seat->start_ns, memory_order_relaxed),
		.busy_ns = atomic_load_explicit(&seat->busy_ns, memory_order_relaxed),
		.wait_ns = atomic_load_explicit(&seat->wait_ns, memory_order_relaxed),
		.items = atomic_load_explicit(&seat->items, memory_order_relaxed),
		.longest_ns = atomic_load_explicit(&seat->longest_ns, memory_order_relaxed),
	};
	return 0;
}
