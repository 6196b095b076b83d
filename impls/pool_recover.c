/* pool_recover.c: what happens when a worker dies, is due to be replaced, or takes too long over an item. */
#include "pool_shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
	EVENTS = 4,             /* that there are: the alarm, the timer, the socket, the server's end */
	AMBIGUOUS_NS = 100000,  /* until a claim that was undecided is looked at again */
	INTERRUPT_NS = 1000000, /* between two looks for items that are cancelled and run */
	FORK_NS = 10000000,     /* until a fork that failed is tried again: twice as long each time … */
	FORK_MOST_NS = 1000000000, /* … up to this; */
	FORK_MOST = 10, /* where no worker is left, until that many times this long have passed */
};

/* ---- coming and going ---- */

/* Of the failures of fork(), pidfd_open() and sending a pidfd, those that may pass. */
static int may_pass(int ret)
{
	return ret == -EAGAIN || ret == -ENOMEM || ret == -EMFILE || ret == -ENFILE || ret == -ENOBUFS ||
	       ret == -ETOOMANYREFS || ret == -EINTR;
}

/* A worker could not be forked. Tries again later, and ever later, while others are alive; alone for some ten seconds. */
static int put_off(struct pvq_pool *p, int failure, struct pvq_error *err)
{
	p->fork_ns = pool_now_ns();
	p->fork_wait_ns = p->fork_wait_ns ? 2 * p->fork_wait_ns : FORK_NS;
	if (p->fork_wait_ns > FORK_MOST_NS)
		p->fork_wait_ns = FORK_MOST_NS;
	if (!p->failing_ns)
		p->failing_ns = p->fork_ns;
	if (p->alive == 0 &&
		(!may_pass(failure) || p->fork_ns - p->failing_ns > FORK_MOST * (uint64_t)FORK_MOST_NS))
		return pvq_fail(err, failure, "cannot replace a worker");
	return 0; /* replace_missing() tries again */
}

static int is_any_missing(const struct pvq_pool *p)
{
	return p->alive + p->asked + p->ended < p->config.workers;
}

static void replace_missing(struct pvq_pool *p)
{
	if (!is_any_missing(p) || pool_now_ns() - p->fork_ns < p->fork_wait_ns)
		return;
	for (unsigned w = 0; w < p->config.workers; w++)
		if (p->hand[w].life == POOL_ABSENT)
			(void)pvq_pool_hire(p, w);
}

/* ---- a death ---- */

static int note_death(struct pvq_pool *p, unsigned w, int wstatus)
{
	const struct pool_seat *seat = &p->seat[w];
	struct pool_death *grown = realloc(p->death, (p->deaths + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	p->death = grown;
	grown[p->deaths++] = (struct pool_death){
		.wstatus = wstatus,
		.claim = atomic_load_explicit(&seat->claim, memory_order_relaxed),
		.running = atomic_load_explicit(&seat->running, memory_order_relaxed) & ~POOL_CONDEMNED,
		.overdue = p->hand[w].overdue,
	};
	p->counts.deaths++;
	return 0;
}

static int is_any_ready(const struct pvq_pool *p)
{
	for (unsigned w = 0; w < p->config.workers; w++)
		if (p->hand[w].life == POOL_ALIVE &&
			atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed) == POOL_READY)
			return 1;
	return 0;
}

/* A worker has ended: notes why, and has it replaced. */
static int bury(struct pvq_pool *p, unsigned w, struct pvq_error *err)
{
	struct pool_seat *seat = &p->seat[w];
	int wstatus = p->hand[w].wstatus, ret;
	int32_t phase = atomic_load_explicit(&seat->phase, memory_order_relaxed);
	char fate[64];

	p->hand[w].life = POOL_ABSENT;
	p->ended--;
	if (atomic_exchange_explicit(&seat->parked, 0, memory_order_relaxed))
		atomic_fetch_sub_explicit(&p->shared->sleepers, 1, memory_order_relaxed);
	if (phase < 0)
		return pvq_fail(err, phase, "the initializer failed in worker %u", w);
	if (phase != POOL_STARTING)
		p->barren = 0; /* starts succeed */
	if (phase == POOL_RETIRED && wstatus == 0) {
		p->counts.recycled++;
		(void)pvq_pool_hire(p, w); /* else replace_missing() */
		return 0;
	}
	ret = note_death(p, w, wstatus);
	if (ret)
		return pvq_fail(err, ret, "cannot replace worker %u", w);
	/* Each may be killed once by chance before it is ready, but not again and again; where others are at work the
	 * pool can do without it, and tries less and less often. */
	if (phase == POOL_STARTING && ++p->barren > 2 * p->config.workers + 8) {
		if (is_any_ready(p)) {
			p->fork_ns = pool_now_ns();
			p->fork_wait_ns = FORK_MOST_NS;
			return 0;
		}
		err->worker = (int)w;
		err->wstatus = wstatus;
		return pvq_fail(err, -EOWNERDEAD, "workers die as soon as they are started (%s)",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	}
	(void)pvq_pool_hire(p, w);
	return 0;
}

static int bury_all(struct pvq_pool *p, struct pvq_error *err)
{
	int ret = 0;

	for (unsigned w = 0; ret == 0 && p->ended > 0 && w < p->config.workers; w++)
		if (p->hand[w].life == POOL_ENDED)
			ret = bury(p, w, err);
	return ret;
}

/* ---- its items ---- */

static int give_up(struct pvq_pool *p, uint32_t slot, int status, const struct pool_death *d)
{
	if (!p->loss)
		p->loss = calloc(p->config.window, sizeof(*p->loss));
	if (!p->loss)
		return -ENOMEM;
	p->loss[slot] = (struct pvq_pool_loss){.wstatus = d->wstatus, .attempts = p->item[slot].attempts};
	p->counts.lost++;
	/* It is collected like any other result. */
	atomic_store_explicit(
		&p->result[slot], POOL_DONE | POOL_LOST | (uint32_t)status, memory_order_relaxed);
	return 0;
}

/* On the lane. There is room: of the positions that nobody has claimed each has a slot of its own, and there are no more
 * slots than entries. */
static void publish_again(struct pvq_pool *p, uint32_t slot)
{
	pool_atomic_u64 *published = &p->shared->lane_published;
	uint64_t pos = atomic_load_explicit(published, memory_order_relaxed); /* ours alone */

	p->item[slot].pos = pos;
	atomic_store_explicit(
		&p->lane[pos & p->ring_mask], pool_entry(slot, p->item[slot].in_len), memory_order_relaxed);
	/* Releases the entry to claim_some(). */
	atomic_store_explicit(published, pos + 1, RELEASE(publish_again));
}

/* An item that a dead worker had claimed and not done. */
static int take_back(struct pvq_pool *p, uint32_t slot)
{
	struct pool_item *item = &p->item[slot];
	const struct pool_death *d = NULL;

	if (item->cancelled) {
		atomic_store_explicit(&p->result[slot], POOL_DONE, memory_order_relaxed);
		return 0;
	}
	for (unsigned i = 0; !d && i < p->deaths; i++)
		if (p->death[i].claim & POOL_CLAIM_OWN && pool_claim_covers(p->death[i].claim, item->pos))
			d = &p->death[i];
	/* In no claim: it died between the swap and saying so. */
	if (d && item->pos < d->running) {
		item->attempts++;
		if (d->overdue == item->pos + 1)
			return give_up(p, slot, PVQ_POOL_OVERDUE, d);
		if (item->attempts > p->config.retries)
			return give_up(p, slot, PVQ_POOL_DIED, d);
		p->counts.retried++;
	}
	publish_again(p, slot);
	return 0;
}

/* What was read of the shared words. */
struct look {
	uint64_t claimed, lane_claimed;
	uint64_t *claim; /* of each worker; 0 where it is not alive */
};

enum owner { NOBODY, SOMEBODY, UNDECIDED };

static enum owner owner_of(const struct pvq_pool *p, const struct look *look, uint64_t pos)
{
	for (unsigned w = 0; w < p->config.workers; w++)
		if (pool_claim_covers(look->claim[w], pos))
			return look->claim[w] & POOL_CLAIM_OWN ? SOMEBODY : UNDECIDED;
	return NOBODY;
}

/* Looks at one slot in flight; takes it back where nobody living has it. 1: undecided; or 0, or -errno. */
static int account_for(struct pvq_pool *p, const struct look *look, uint32_t slot)
{
	uint64_t pos = p->item[slot].pos;
	enum owner owner;

	/* The result is read after the claims: a worker that has moved on to its next claim had completed the one
	 * before. */
	if (pos >= (pos & POOL_LANE ? look->lane_claimed : look->claimed) ||
		atomic_load_explicit(&p->result[slot], memory_order_relaxed))
		return 0;
	owner = owner_of(p, look, pos);
	if (owner == NOBODY)
		return take_back(p, slot);
	return owner == UNDECIDED;
}

static int account_for_all(struct pvq_pool *p, const struct look *look, int *undecided)
{
	int ret = 0;

	if (p->config.ordered) {
		for (uint64_t id = p->done; ret >= 0 && id < p->next; id++) {
			ret = account_for(p, look, p->line[id & p->ring_mask]);
			*undecided |= ret > 0;
		}
		return ret;
	}
	pool_move(p, look->claimed);
	for (uint32_t i = 0; ret >= 0 && i < p->nline; i++) {
		ret = account_for(p, look, p->line[i]);
		*undecided |= ret > 0;
	}
	return ret;
}

/* The order of the reads is the point: what is claimed, then the claims of the living, then the results. */
static int settle_deaths(struct pvq_pool *p, struct pvq_error *err)
{
	struct look look = {
		.claimed = atomic_load_explicit(&p->shared->claimed, ACQUIRE(settle_claimed)),
		.lane_claimed =
			atomic_load_explicit(&p->shared->lane_claimed, ACQUIRE(settle_lane_claimed)),
		.claim = calloc(p->config.workers, sizeof(*look.claim)),
	};
	int undecided = 0, ret = look.claim ? 0 : -ENOMEM;

	for (unsigned w = 0; ret == 0 && w < p->config.workers; w++)
		if (p->hand[w].life == POOL_ALIVE)
			look.claim[w] = atomic_load_explicit(&p->seat[w].claim, ACQUIRE(settle_claim));
	if (ret == 0)
		ret = account_for_all(p, &look, &undecided);
	free(look.claim);
	if (ret < 0)
		return pvq_fail(err, ret, "cannot see to the items of a dead worker");
	if (!undecided)
		p->deaths = 0;
	/* Without a fence: a worker that is about to park, and missed here, is not missed by wake_needed(), which comes
	 * before the caller sleeps again. */
	pvq_pool_wake(p, pool_lane_left(p));
	return 0;
}

/* ---- time-outs and interruptions ---- */

/* Between two looks: so that an item is given up at most an eighth too late. */
static uint64_t look_every_ns(const struct pvq_pool *p)
{
	uint64_t every = p->config.item_timeout_ns / 16;

	return every < 1000000 ? 1000000 : every;
}

/* Kills the worker for what it runs, unless it is through with that just now. */
static void condemn(struct pvq_pool *p, unsigned w, uint64_t running)
{
	struct pool_hand *hand = &p->hand[w];
	uint64_t expected = running;

	if (!atomic_compare_exchange_strong_explicit(&p->seat[w].running, &expected,
		    running | POOL_CONDEMNED, memory_order_relaxed, memory_order_relaxed))
		return;
	hand->overdue = running;
	hand->excused = 1; /* the map may be over before it ends: its item was done just then */
	pvq_pool_kill(p, w);
}

/* Worker w runs that position, and has not been killed for it yet. */
static int is_running(const struct pvq_pool *p, unsigned w, uint64_t pos)
{
	return p->hand[w].life == POOL_ALIVE && !p->hand[w].overdue &&
	       atomic_load_explicit(&p->seat[w].running, memory_order_relaxed) == pos + 1;
}

/* An item that was cancelled after its worker had read the entry is run all the same, sooner or later: so this looks again
 * and again while any is in flight. */
void pvq_pool_interrupt(struct pvq_pool *p)
{
	if (!p->config.interrupt || p->cancelled == 0)
		return;
	for (uint64_t i = 0; i < p->next - p->done; i++) {
		const struct pool_item *item = &p->item[pool_flying(p, i)];

		for (unsigned w = 0; item->cancelled && w < p->config.workers; w++)
			if (is_running(p, w, item->pos))
				condemn(p, w, item->pos + 1);
	}
}

/* The server may have had no room for the request. */
static void kill_again(struct pvq_pool *p)
{
	for (unsigned w = 0; w < p->config.workers; w++)
		if (p->hand[w].life == POOL_ALIVE && p->hand[w].overdue)
			pvq_pool_kill(p, w);
}

/* since: the look before. Time in which nobody could look, since the caller was in a hook or stopped, is nobody's. */
static void kill_overdue(struct pvq_pool *p, uint64_t now, uint64_t since)
{
	uint64_t most = 2 * look_every_ns(p), passed = now - since < most ? now - since : most;

	for (unsigned w = 0; w < p->config.workers; w++) {
		struct pool_hand *hand = &p->hand[w];
		uint64_t running = atomic_load_explicit(&p->seat[w].running, memory_order_relaxed);

		if (hand->life != POOL_ALIVE || hand->overdue)
			continue;
		if (running == 0 || running != hand->seen_running) {
			hand->seen_running = running;
			hand->ran_ns = 0;
		} else {
			hand->ran_ns += passed;
			if (hand->ran_ns >= p->config.item_timeout_ns)
				condemn(p, w, running);
		}
	}
}

static void kill_unready(struct pvq_pool *p, uint64_t now)
{
	for (unsigned w = 0; w < p->config.workers; w++)
		if (p->hand[w].life == POOL_ALIVE &&
			atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed) == POOL_STARTING &&
			p->hand[w].hired_ns + p->config.init_timeout_ns < now)
			pvq_pool_kill(p, w);
}

/* ---- all of it ---- */

int64_t pvq_pool_patience(const struct pvq_pool *p)
{
	int64_t patience = p->config.item_timeout_ns ? (int64_t)look_every_ns(p) : -1;

	if (p->config.interrupt && p->cancelled > 0)
		patience = INTERRUPT_NS;
	if (p->config.init_timeout_ns && (patience < 0 || patience > FORK_NS))
		patience = FORK_NS;
	if (is_any_missing(p) && (patience < 0 || patience > FORK_NS))
		patience = FORK_NS;
	return p->deaths ? AMBIGUOUS_NS : patience;
}

static int sleep_for(const struct pvq_pool *p, int64_t wait_ns, struct epoll_event event[EVENTS])
{
	struct timespec wait = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};
	int n = epoll_pwait2(p->epoll_fd, event, EVENTS, wait_ns < 0 ? NULL : &wait, NULL);

	/* A kernel without it (before 5.11) knows milliseconds only. */
	if (n < 0 && errno == ENOSYS)
		n = epoll_wait(
			p->epoll_fd, event, EVENTS, wait_ns < 0 ? -1 : (int)((wait_ns + 999999) / 1000000));
	return n < 0 ? -errno : n;
}

int pvq_pool_tend(struct pvq_pool *p, int64_t wait_ns, struct pvq_error *err)
{
	struct epoll_event event[EVENTS];
	uint64_t since = p->looked_ns;
	int n = sleep_for(p, wait_ns, event), ret = 0, heard = 0;

	p->looked_ns = pool_now_ns();
	if (n < 0 && n != -EINTR)
		return pvq_fail(err, n, "cannot wait for the workers");
	for (int i = 0; heard == 0 && i < n; i++)
		heard = event[i].data.u32 == POOL_SERVER ? pvq_pool_listen(p, 0) : 0;
	if (heard == -EOWNERDEAD)
		return pvq_pool_server_died(p, err);
	if (heard)
		ret = put_off(p, heard, err);
	if (ret == 0)
		ret = bury_all(p, err);
	if (ret == 0 && pool_may_condemn(p))
		kill_again(p);
	if (ret == 0 && p->config.item_timeout_ns)
		kill_overdue(p, p->looked_ns, since);
	if (ret == 0)
		pvq_pool_interrupt(p);
	if (ret == 0 && p->config.init_timeout_ns)
		kill_unready(p, p->looked_ns);
	if (ret == 0)
		replace_missing(p);
	if (ret == 0 && p->deaths)
		ret = settle_deaths(p, err);
	return ret == 0 && n == -EINTR ? 1 : ret;
}
