/* pool.c: the caller's side of a pool: start, map, close. The protocol is told in pool_shared.h; workers are
 * in pool_worker.c, the process that forks them is in pool_server.c, and what happens when one dies in pool_recover.c.
 *
 * With small items the caller is what limits a pool, and on as many cores as workers it takes its time from
 * theirs. So map() wakes no more workers than the queue needs, looks at nothing for longer than a
 * wake-up costs, and where results come fast sleeps until there are many.
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
	/* Slots, where items are small: a caller that has to wait for a core, some milliseconds, must not find
	 * workers without work when it comes back. */
	WINDOW_AUTO = POOL_HAS(POOL_WIDE) ? 32768 : 1024,
	/* Bytes that an automatic window takes: they stay in the caches, and few pages are touched for the
	 * first time. Measured with 64 KiB both ways: half the time of 64 MiB. */
	WINDOW_BYTES = (POOL_HAS(POOL_CACHED) ? 4 : 64) << 20,
	/* Items published at a time. */
	QUOTA_MAX = POOL_HAS(POOL_GATHER) ? 64 : 1,
	QUOTA_NS = 10000,      /* how long gathering them should take */
	IN_ONE_GO = 512,       /* items fed, and put, at a time */
	LATE_NS = 1000000,     /* how long a result may wait to be put along with others … */
	FAST_NS = LATE_NS / 5, /* … where they come in faster than this */
	LUMP = 512,            /* items at least that are worth a switch to the caller */
	DULL_NS = 1000000000,  /* the longest sleep where anything is in flight, about */
	HOLE_NS = 50000000,    /* see caller_sleep() */
	LOOK_NS = 5000000,     /* workers are looked after that often while the caller is busy */
	LATER_NS = 10000000,   /* next() is asked again, where it had nothing and nothing is put */
	INIT_LOOK_MS = 100,    /* while it closes: whether a worker is still in init() */
	ASK_AGAIN_MS = 10,     /* the server, where it could not be asked for anybody */
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
	size_t window = WINDOW_BYTES / (stride_of(max_in) + stride_of(max_out));

	if (window > WINDOW_AUTO)
		window = WINDOW_AUTO;
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
	if (c->close_timeout_ns == 0)
		c->close_timeout_ns = CLOSE_NS;
	if (c->close_timeout_ns > INT64_MAX)
		c->close_timeout_ns = INT64_MAX;
	if (c->chunk > PVQ_POOL_CHUNK_MAX)
		c->chunk = PVQ_POOL_CHUNK_MAX;
	if (c->window == 0)
		c->window = pvq_pool_window(c->workers, c->max_in, c->max_out);
	if (c->window > PVQ_POOL_WINDOW_MAX)
		c->window = PVQ_POOL_WINDOW_MAX;
	p->in_stride = stride_of(c->max_in) + POOL_GUARD;
	p->out_stride = stride_of(c->max_out) + POOL_GUARD;
	p->ring_mask = 1;
	while (p->ring_mask < c->window)
		p->ring_mask *= 2;
	p->ring_mask--;
	return 0;
}

/* One mapping for all that is shared. Untouched pages of it cost nothing. */
static int map_shared(struct pvq_pool *p, struct pvq_error *err)
{
	const size_t page = 4096, slots = p->config.window;
	size_t header = sizeof(struct pool_shared); /* a multiple of its alignment, which is a seat's */
	size_t seats = round_up(header + sizeof(struct pool_seat) * p->config.workers, page);
	size_t ring = round_up((p->ring_mask + 1) * sizeof(*p->ring), page); /* the lane's as well */
	size_t results = round_up(slots * sizeof(*p->result), page);
	size_t in = round_up(slots * p->in_stride, page), out = round_up(slots * p->out_stride, page);
	char *at;

	p->mapped = seats + 2 * ring + results + in + out;
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
	p->in = at += results;
	p->out = at + in;
	atomic_store_explicit(&p->shared->lane_published, POOL_LANE, memory_order_relaxed);
	atomic_store_explicit(&p->shared->lane_claimed, POOL_LANE, memory_order_relaxed);
	return 0;
}

static int allocate(struct pvq_pool *p)
{
	uint32_t slots = p->config.window;

	p->hand = calloc(p->config.workers, sizeof(*p->hand));
	p->pid = calloc(p->config.workers, sizeof(*p->pid));
	p->item = calloc(slots, sizeof(*p->item));
	p->free_slot = calloc(slots, sizeof(*p->free_slot));
	p->line = calloc(p->ring_mask + 1, sizeof(*p->line));
	if (!p->hand || !p->pid || !p->item || !p->free_slot || !p->line)
		return -ENOMEM;
	/* Low numbers on top: a short map touches few pages. */
	for (uint32_t i = slots; i > 0; i--)
		p->free_slot[p->nfree++] = i - 1;
	p->wake_fd = pvq_pool_lift(eventfd(0, EFD_CLOEXEC));
	return p->wake_fd < 0 ? -errno : 0;
}

static int watch_one(const struct pvq_pool *p, int fd, uint32_t events, enum pool_event tells)
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
	ret = watch_one(p, p->wake_fd, EPOLLIN | EPOLLET, POOL_ALARM);
	if (ret == 0)
		ret = watch_one(p, p->talk_fd, EPOLLIN, POOL_SERVER);
	if (ret == 0)
		ret = watch_one(p, p->server_fd, EPOLLIN, POOL_SERVER);
	return ret;
}

static void wake(struct pvq_pool *p, unsigned w)
{
	pool_atomic_u32 *parked = &p->seat[w].parked;

	atomic_fetch_sub_explicit(&p->shared->sleepers, 1, memory_order_relaxed);
	pool_futex_wake(parked);
}

static void free_pool(struct pvq_pool *p)
{
	const int fd[] = {p->epoll_fd, p->wake_fd, p->talk_fd, p->server_fd};

	for (size_t i = 0; i < sizeof(fd) / sizeof(*fd); i++)
		if (fd[i] >= 0)
			close(fd[i]);
	if (p->shared)
		munmap(p->shared, p->mapped);
	free(p->death);
	free(p->loss);
	free(p->line);
	free(p->free_slot);
	free(p->item);
	free(p->pid);
	free(p->hand);
	free(p);
}

void pvq_pool_terminate(struct pvq_pool *p)
{
	(void)pvq_pool_dismiss(p);
	free_pool(p);
}

/* A worker that is still in init() may be there for good: it is killed, and that is no failure. */
static void kill_starting(struct pvq_pool *p)
{
	for (unsigned w = 0; w < p->config.workers; w++)
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

		kill_starting(p);
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
	char fate[64];

	if (hand->life == POOL_ALIVE && !hand->excused)
		return pvq_fail(err, -ETIMEDOUT, "worker %u had not ended after %.3g s, and was killed", w,
			(double)p->config.close_timeout_ns / 1e9);
	if (hand->life != POOL_ENDED || hand->wstatus == 0 || hand->excused ||
		atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed) == POOL_STARTING)
		return 0;
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
	atomic_store_explicit(&p->shared->closing, 1, memory_order_relaxed);
	pool_fence(closing_then_parked); /* first say so, then look: pairs with park() */
	for (unsigned w = 0; w < p->config.workers; w++)
		if (atomic_exchange_explicit(&p->seat[w].parked, 0, ACQUIRE(close_parked)))
			wake(p, w);
	ret = see_them_end(p, pool_now_ns() + p->config.close_timeout_ns);
	if (ret)
		ret = pvq_pool_server_died(p, err);
	for (unsigned w = 0; w < p->config.workers; w++) {
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

	if (!p)
		return pvq_fail(err, -ENOMEM, "cannot start a pool");
	p->wake_fd = p->epoll_fd = p->talk_fd = p->server_fd = -1;
	p->quota = p->lot = 1;
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

const struct pvq_pool_counts *pvq_pool_counts(const struct pvq_pool *p)
{
	return &p->counts;
}

/* ---- map: feeding ---- */

/* Whether the queue moves: else whoever is awake is busy with an item that takes long. */
static int is_stalled(struct pvq_pool *p, uint64_t claimed, uint64_t now)
{
	if (claimed != p->stalled_at) {
		p->stalled_at = claimed;
		p->stalled_ns = now;
	}
	return now - p->stalled_ns > POOL_SPIN_NS;
}

/* How many of the sleepers the queue needs: where those awake are through with it in less time than a wake-up
 * takes, none. */
static uint64_t needed(struct pvq_pool *p, uint64_t sleepers, uint64_t now)
{
	const struct pool_shared *sh = p->shared;
	uint64_t claimed = atomic_load_explicit(&sh->claimed, memory_order_relaxed);
	uint64_t backlog = atomic_load_explicit(&sh->published, memory_order_relaxed) - claimed;
	uint64_t pace = atomic_load_explicit(&sh->pace_ns, memory_order_relaxed);
	uint64_t awake = p->config.workers > sleepers ? p->config.workers - sleepers : 0, want;

	if (!POOL_HAS(POOL_WAKE_FEW) || pace == 0 || is_stalled(p, claimed, now))
		want = backlog;
	else
		want = backlog * pace / (awake ? awake : 1) / POOL_SPIN_NS;
	if (want == 0 && awake == 0)
		want = 1;
	/* What is on the lane waits for nobody: those awake may be busy for long. */
	return (want < backlog ? want : backlog) + pool_lane_left(p);
}

void pvq_pool_wake(struct pvq_pool *p, uint64_t want)
{
	for (unsigned w = 0; want > 0 && w < p->config.workers; w++) {
		pool_atomic_u32 *parked = &p->seat[w].parked;

		if (atomic_load_explicit(parked, memory_order_relaxed) &&
			atomic_exchange_explicit(parked, 0, ACQUIRE(wake_parked))) {
			wake(p, w);
			p->counts.wakes++;
			want--;
		}
	}
}

/* At most `most`: waking takes time, in which the queue should not run dry. */
static void wake_needed(struct pvq_pool *p, uint64_t now, uint64_t most)
{
	uint64_t sleepers;

	pool_fence(
		published_then_sleepers); /* first make it visible, then look for sleepers: pairs with park() */
	sleepers = atomic_load_explicit(&p->shared->sleepers, memory_order_relaxed);
	if (sleepers > 0) {
		uint64_t want = needed(p, sleepers, now);

		pvq_pool_wake(p, want < most ? want : most);
	}
}

/* What next() returned is no length within bounds. 1: the item is too long, and done as it is; 0: no more for now. */
static int feed_odd(struct pvq_pool *p, ssize_t len, int *ended)
{
	uint32_t slot = p->free_slot[p->nfree - 1];
	struct pool_item *item = &p->item[slot];

	if (len == PVQ_POOL_LATER) {
		p->later = 1;
		return 0;
	}
	if (len < 0) {
		*ended = 1;
		p->feed_error = len == PVQ_POOL_END ? 0 : len < -POOL_RESULT_MAX ? -EOVERFLOW : (int)len;
		return 0;
	}
	p->nfree--;
	*item = (struct pool_item){.id = p->next++, .pos = POOL_NOWHERE};
	p->line[p->config.ordered ? item->id & p->ring_mask : p->nline++] = slot;
	atomic_store_explicit(
		&p->result[slot], POOL_DONE | POOL_FAILED | (uint32_t)EMSGSIZE, memory_order_relaxed);
	return 1;
}

/* What next() returns; of an item that it wrote beyond the bound, a length beyond it. */
static ssize_t feed_slot(const struct pvq_pool *p, const struct pvq_pool_feed *feed, char *in)
{
	ssize_t len;

	pool_guard(in, p->config.max_in, p->in_stride);
	len = feed->next(feed->ctx, p->next, in);
	return len >= 0 && pool_is_overrun(in, p->config.max_in, p->in_stride) ? SSIZE_MAX : len;
}

/* Puts the next item on the ring, at `pos`. 0: there is none, or no room. */
static int feed_one(struct pvq_pool *p, const struct pvq_pool_feed *feed, int *ended, uint64_t pos)
{
	struct pool_item *item;
	uint32_t slot;
	ssize_t len;

	do {
		if (p->nfree == 0 || *ended)
			return 0;
		slot = p->free_slot[p->nfree - 1];
		len = feed_slot(p, feed, p->in + slot * p->in_stride);
	} while ((size_t)len > p->config.max_in && feed_odd(p, len, ended));
	if ((size_t)len > p->config.max_in)
		return 0;
	p->nfree--;
	item = &p->item[slot];
	*item = (struct pool_item){.id = p->next++, .pos = pos, .in_len = (uint32_t)len};
	if (p->config.ordered)
		p->line[item->id & p->ring_mask] = slot;
	atomic_store_explicit(&p->result[slot], 0, memory_order_relaxed);
	atomic_store_explicit(
		&p->ring[pos & p->ring_mask], pool_entry(slot, item->in_len), memory_order_relaxed);
	return 1;
}

/* So many calls of a hook next time that they take QUOTA_NS. */
static uint32_t adapt(uint32_t quota, uint64_t took_ns)
{
	if (took_ns / 2 > QUOTA_NS)
		return quota > 1 ? quota / 2 : 1;
	return took_ns < QUOTA_NS && quota < QUOTA_MAX ? 2 * quota : quota;
}

/* Fills free slots and makes them visible, some at a time. Returns how many. */
static uint64_t feed_some(struct pvq_pool *p, const struct pvq_pool_feed *feed, int *ended, uint64_t *now)
{
	pool_atomic_u64 *published = &p->shared->published;
	uint64_t at = atomic_load_explicit(published, memory_order_relaxed), from = at; /* ours alone */
	uint64_t most = 2 * (uint64_t)p->config.workers, until = *now + LOOK_NS;

	if (most < IN_ONE_GO)
		most = IN_ONE_GO;
	p->later = 0;
	while (at - from < most && *now < until) {
		uint64_t began = *now, upto = at + p->quota;

		/* Every position in [moved, at) has a slot of its own in flight, and there are no more slots than
		 * ring entries: none that is not noted yet is overwritten. */
		while (at < upto && feed_one(p, feed, ended, at))
			at++;
		if (at == atomic_load_explicit(published, memory_order_relaxed))
			break;
		/* Releases entries and inputs to worker_claim(). */
		atomic_store_explicit(published, at, RELEASE(publish));
		*now = pool_now_ns();
		wake_needed(p, *now, POOL_HAS(POOL_FILL_FIRST) ? p->config.cores : UINT64_MAX);
		p->quota = adapt(p->quota, *now - began);
		if (at < upto)
			break;
	}
	if (at > from)
		wake_needed(p, *now, UINT64_MAX);
	return at - from;
}

/* ---- map: collecting ---- */

/* A round of puts ends when it has gone on for so long that somebody should look after the workers. The clock
 * is read once a lot, not once an item. */
struct round {
	uint64_t until_ns, lot_ns; /* lot_ns: when the present lot began */
	uint32_t left;             /* of it */
	int over;
};

static struct round begin_round(const struct pvq_pool *p, uint64_t now)
{
	return (struct round){.until_ns = now + LOOK_NS, .lot_ns = now, .left = p->lot};
}

static void next_in_round(struct pvq_pool *p, struct round *r)
{
	uint64_t now;

	if (--r->left > 0)
		return;
	now = pool_now_ns();
	p->lot = r->left = adapt(p->lot, now - r->lot_ns);
	r->lot_ns = now;
	r->over = now > r->until_ns;
}

/* Puts one result and frees its slot. */
static int put_slot(struct pvq_pool *p, const struct pvq_pool_feed *feed, uint64_t id, uint32_t slot,
	uint64_t word, struct pvq_error *err)
{
	const void *out = p->out + slot * p->out_stride;
	size_t len = (uint32_t)word;
	int status = 0, ret;

	if (word & POOL_LOST) {
		status = (int)(uint32_t)word;
		out = &p->loss[slot];
		len = sizeof(p->loss[slot]);
	} else if (word & POOL_FAILED) {
		status = -(int)(uint32_t)word;
		out = NULL;
		len = 0;
	}
	ret = feed->put(feed->ctx, id, out, len, status);
	if (ret < 0)
		return pvq_fail(err, ret, "result of item %llu refused", (unsigned long long)id);
	p->free_slot[p->nfree++] = slot;
	p->done++;
	return 0;
}

/* At most `window` ids are in flight, so each has a place of its own in the line. */
static int64_t collect_ordered(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, struct round *round, struct pvq_error *err)
{
	int64_t sum = 0;

	for (; sum < IN_ONE_GO && !round->over && p->done < p->next; sum++) {
		uint32_t slot = p->line[p->done & p->ring_mask];
		/* Acquire: the output's bytes are visible. */
		uint64_t word = atomic_load_explicit(&p->result[slot], ACQUIRE(collect_ordered));
		int ret;

		if (word == 0)
			break;
		ret = put_slot(p, feed, p->done, slot, word, err);
		if (ret)
			return ret;
		next_in_round(p, round);
	}
	return sum;
}

/* So many positions are noted at a time that the line stays short. */
static uint64_t claimed_soon(const struct pvq_pool *p)
{
	uint64_t claimed = atomic_load_explicit(&p->shared->claimed, memory_order_relaxed);

	return claimed - p->moved < IN_ONE_GO ? claimed : p->moved + IN_ONE_GO;
}

/* What is not done yet stays in the line: no more than what the workers hold in their claims. */
static int64_t collect_unordered(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, struct round *round, struct pvq_error *err)
{
	uint32_t kept = 0;
	int64_t sum = 0;

	pool_move(p, claimed_soon(p));
	for (uint32_t i = 0; i < p->nline; i++) {
		uint32_t slot = p->line[i];
		uint64_t word = atomic_load_explicit(&p->result[slot], ACQUIRE(collect_unordered));
		int ret;

		if (word == 0 || round->over) {
			p->line[kept++] = slot;
			continue;
		}
		ret = put_slot(p, feed, p->item[slot].id, slot, word, err);
		if (ret)
			return ret; /* the pool has failed: nobody looks at the line again */
		next_in_round(p, round);
		sum++;
	}
	p->nline = kept;
	return sum;
}

/* Puts results that are there. Their number, or -errno. */
static int64_t collect(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, uint64_t now, struct pvq_error *err)
{
	struct round round = begin_round(p, now);
	int64_t got = p->config.ordered ? collect_ordered(p, feed, &round, err)
					: collect_unordered(p, feed, &round, err);

	if (got > 0) {
		p->gap_ns = (3 * p->gap_ns + (now - p->got_ns) / (uint64_t)got) / 4;
		p->got_ns = now;
		p->dull_ns = HOLE_NS;
		p->barren = 0;
	}
	return got;
}

/* ---- map: waiting ---- */

static int queue_is_empty(const struct pvq_pool *p)
{
	return atomic_load_explicit(&p->shared->published, memory_order_relaxed) ==
	       atomic_load_explicit(&p->shared->claimed, memory_order_relaxed);
}

/* What a worker is to wake the caller for: the position that is next in order, or any. */
static uint64_t wanted(const struct pvq_pool *p)
{
	return p->config.ordered && p->done < p->next ? p->item[p->line[p->done & p->ring_mask]].pos
						      : POOL_ANY;
}

/* How long to sleep at most. In EACH, a result in the midst of a claim, completed just as the caller fell asleep,
 * is told at the claim's end only (run_one()). That is soon, but for an item in that claim that takes
 * unusually long. So the caller looks by itself, less and less often. */
static int64_t sleep_ns(const struct pvq_pool *p, int fast)
{
	int64_t patience = pvq_pool_patience(p), longest = fast ? LATE_NS : (int64_t)p->dull_ns;

	if (p->later && longest > LATER_NS)
		longest = LATER_NS;
	return patience < 0 || patience > longest ? longest : patience;
}

/* Says what the caller is to be woken for, and that it is asleep. */
static void fall_asleep(struct pvq_pool *p, int fast, int ended)
{
	struct pool_shared *sh = p->shared;
	uint64_t backlog = atomic_load_explicit(&sh->published, memory_order_relaxed) -
			   atomic_load_explicit(&sh->claimed, memory_order_relaxed);

	/* Nobody sleeps while there is work for more. */
	if (atomic_load_explicit(&sh->sleepers, memory_order_relaxed) > 0)
		pvq_pool_wake(p, backlog + pool_lane_left(p));
	/* Half of what is left now, not of the window: in order, results may all be waiting for one that is
	 * not done, and then nothing can be fed, however low the queue. */
	atomic_store_explicit(&sh->low, ended ? 0 : backlog / 2, memory_order_relaxed);
	atomic_store_explicit(&sh->want, wanted(p), memory_order_relaxed);
	atomic_store_explicit(&sh->caller, fast ? POOL_CALLER_LOW : POOL_CALLER_EACH, memory_order_relaxed);
	pool_fence(asleep_then_results); /* first say so, then look: pairs with look_after_caller() */
}

/* Sleeps until there is something to collect, to feed or to bury. Returns what it collected on the way. */
static int64_t caller_sleep(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, int ended, struct pvq_error *err)
{
	uint64_t now = pool_now_ns(), waited = now - p->got_ns;
	int64_t got = 0;
	int fast;

	if (waited > p->gap_ns)
		p->gap_ns = (3 * p->gap_ns + waited) / 4;
	fast = POOL_HAS(POOL_SLEEP_LONG) && p->gap_ns < FAST_NS;
	fall_asleep(p, fast, ended);
	if (!fast || queue_is_empty(p))
		got = collect(p, feed, now, err);
	if (got == 0) {
		p->counts.sleeps++;
		got = pvq_pool_tend(p, sleep_ns(p, fast), err);
		if (!fast && p->dull_ns < DULL_NS)
			p->dull_ns *= 2;
	}
	atomic_store_explicit(&p->shared->caller, POOL_CALLER_AWAKE, memory_order_relaxed);
	return got;
}

/* There is nothing to feed, and was nothing to collect. */
static int64_t caller_wait(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, int ended, struct pvq_error *err)
{
	uint64_t began = pool_now_ns(), now = began;

	/* Not where the next result is further away than a wake-up anyway. */
	while (now - began < POOL_SPIN_NS && p->gap_ns < POOL_SPIN_NS && pool_may_spin(p)) {
		int64_t got;

		for (int i = 0; i < 16; i++)
			pool_relax();
		now = pool_now_ns();
		got = collect(p, feed, now, err);
		if (got)
			return got;
	}
	return caller_sleep(p, feed, ended, err);
}

/* Where the workers have work for a while and want all cores, little by little takes from them more than it
 * gives. */
static int is_better_asleep(const struct pvq_pool *p, uint64_t lump)
{
	const struct pool_shared *sh = p->shared;
	uint64_t backlog = atomic_load_explicit(&sh->published, memory_order_relaxed) -
			   atomic_load_explicit(&sh->claimed, memory_order_relaxed);

	return POOL_HAS(POOL_LEAVE_CORE) && lump < LUMP && p->gap_ns < FAST_NS &&
	       backlog > p->config.window / 2 && !pool_may_spin(p);
}

static int is_time_to_look(const struct pvq_pool *p, uint64_t now)
{
	int64_t patience = pvq_pool_patience(p);
	uint64_t longest = patience < 0 || patience > LOOK_NS ? LOOK_NS : (uint64_t)patience;

	return now - p->looked_ns > longest;
}

static int feed_failed(const struct pvq_pool *p, struct pvq_error *err)
{
	return pvq_fail(err, p->feed_error, "no input for item %llu", (unsigned long long)p->next);
}

static int map_items(struct pvq_pool *p, const struct pvq_pool_feed *feed, struct pvq_error *err)
{
	uint64_t now = pool_now_ns();
	int ended = 0;

	p->got_ns = p->stalled_ns = now;
	p->gap_ns = LATE_NS;
	p->dull_ns = HOLE_NS;
	for (;;) {
		uint64_t fed = feed_some(p, feed, &ended, &now);
		int64_t got = p->feed_error ? feed_failed(p, err) : collect(p, feed, now, err);
		int ret = 0;

		if (got >= 0 && ended && p->done == p->next)
			return 0;
		if (fed == 0) /* else feed_some() has seen to it */
			wake_needed(p, now, UINT64_MAX);
		if (got == 0 && fed == 0)
			got = caller_wait(p, feed, ended, err);
		else if (got >= 0 && is_better_asleep(p, (uint64_t)got + fed))
			got = caller_sleep(p, feed, ended, err);
		if (got < 0)
			return (int)got;
		now = pool_now_ns();
		if (is_time_to_look(p, now))
			ret = pvq_pool_tend(p, 0, err);
		if (ret)
			return ret;
	}
}

int pvq_pool_map(struct pvq_pool *p, const struct pvq_pool_feed *feed, struct pvq_error *err)
{
	int ret;

	if (p->failed)
		return pvq_fail(err, -EINVAL, "this pool has failed before, and can only be closed");
	p->next = p->done = 0;
	p->feed_error = 0;
	p->failed = 1; /* so it stays where a hook does not return */
	ret = map_items(p, feed, err);
	p->failed = ret != 0;
	return ret;
}
