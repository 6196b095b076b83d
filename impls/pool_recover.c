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
	EARLY_NS =
		1000000, /* until a worker is replaced whose predecessor had died at once, too: twice as long each time, … */
	EARLY_MOST_NS = 1000000000, /* … up to this; who lives longer has not died at once */
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
	uint64_t now = pool_now_ns();

	p->fork_wait_ns = p->fork_wait_ns ? 2 * p->fork_wait_ns : FORK_NS;
	if (p->fork_wait_ns > FORK_MOST_NS)
		p->fork_wait_ns = FORK_MOST_NS;
	p->due_ns = now + p->fork_wait_ns;
	if (!p->failing_ns)
		p->failing_ns = now;
	if (p->alive == 0 &&
		(!may_pass(failure) || now - p->failing_ns > FORK_MOST * (uint64_t)FORK_MOST_NS))
		return pvq_fail(err, failure, "cannot replace a worker");
	return 0; /* replace_missing() tries again */
}

/* Asks for the workers that are due, and finds out when the others are. */
static void replace_missing(struct pvq_pool *p)
{
	uint64_t now;

	if (p->due_ns == UINT64_MAX)
		return;
	now = pool_now_ns();
	if (now < p->due_ns)
		return;
	p->due_ns = UINT64_MAX;
	for (unsigned w = 0; w < pool_wanted(p); w++) {
		uint64_t due = p->hand[w].due_ns;

		if (p->hand[w].life != POOL_ABSENT || (due <= now && pvq_pool_hire(p, w) == 0))
			continue;
		if (due <= now)
			due = now + FORK_NS; /* the server could not be asked */
		if (due < p->due_ns)
			p->due_ns = due;
	}
}

void pvq_pool_hire_all(struct pvq_pool *p, unsigned wanted)
{
	unsigned had = pool_wanted(p);

	atomic_store_explicit(&p->shared->wanted, wanted, memory_order_relaxed);
	for (unsigned w = had; w < wanted; w++) {
		p->hand[w].early = 0;
		p->hand[w].due_ns = 0;
	}
	p->due_ns = 0;
	replace_missing(p);
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
	for (unsigned w = 0; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE &&
			atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed) == POOL_READY)
			return 1;
	return 0;
}

/* Whether a worker died as soon as it was started: without having run an item to its end. One that the pool has killed for an
 * item did not. */
static int died_at_once(const struct pvq_pool *p, unsigned w, uint64_t now)
{
	const struct pool_seat *seat = &p->seat[w];
	const struct pool_hand *hand = &p->hand[w];
	uint64_t claim = atomic_load_explicit(&seat->claim, memory_order_relaxed);
	uint64_t running = atomic_load_explicit(&seat->running, memory_order_relaxed);

	return atomic_load_explicit(&seat->items, memory_order_relaxed) == hand->had_run &&
	       (running == 0 || running == pool_running(claim >> POOL_FROM_SHIFT, 0)) && !hand->overdue &&
	       now - hand->hired_ns < EARLY_MOST_NS;
}

/* Has a worker replaced: now, or where one after the other dies at once, ever later. */
static void replace(struct pvq_pool *p, unsigned w, int at_once, uint64_t now)
{
	struct pool_hand *hand = &p->hand[w];

	hand->early = at_once ? hand->early + 1 : 0;
	hand->due_ns = now;
	if (hand->early > 1) {
		unsigned doubled = hand->early - 2;

		hand->due_ns += doubled < 10 ? (uint64_t)EARLY_NS << doubled : EARLY_MOST_NS;
		p->counts.held_back++;
	}
	if (hand->due_ns < p->due_ns)
		p->due_ns = hand->due_ns;
}

int pvq_pool_init_failed(int32_t phase, unsigned w, struct pvq_error *err)
{
	return pvq_fail(err, phase, "the initializer failed in worker %u", w);
}

/* A worker has ended: notes why, and has it replaced where there is to be one. */
static int bury(struct pvq_pool *p, unsigned w, struct pvq_error *err)
{
	struct pool_seat *seat = &p->seat[w];
	int wstatus = p->hand[w].wstatus, ret;
	int32_t phase = atomic_load_explicit(&seat->phase, memory_order_relaxed);
	uint64_t now = pool_now_ns();
	char fate[64];

	p->hand[w].life = POOL_ABSENT;
	p->ended--;
	if (atomic_exchange_explicit(&seat->parked, 0, memory_order_relaxed))
		atomic_fetch_sub_explicit(&p->shared->sleepers, 1, memory_order_relaxed);
	if (phase < 0)
		return pvq_pool_init_failed(phase, w, err);
	if (phase != POOL_STARTING)
		p->barren = 0;     /* starts succeed */
	if (w >= pool_wanted(p)) { /* it was to end, and had nothing to do */
		p->counts.deaths += wstatus != 0 && !p->hand[w].excused;
		return 0;
	}
	if (phase == POOL_RETIRED && wstatus == 0) {
		p->counts.recycled++;
		replace(p, w, 0, now);
		return 0;
	}
	replace(p, w, died_at_once(p, w, now), now);
	ret = note_death(p, w, wstatus);
	if (ret)
		return pvq_fail(err, ret, "cannot replace worker %u", w);
	/* Each may be killed once by chance before it is ready, but not again and again; where others are at work the
	 * pool can do without it. */
	if (phase == POOL_STARTING && ++p->barren > 2 * p->config.workers + 8 && !is_any_ready(p)) {
		err->worker = (int)w;
		err->wstatus = wstatus;
		return pvq_fail(err, -EOWNERDEAD, "workers die as soon as they are started (%s)",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	}
	return 0;
}

static int bury_all(struct pvq_pool *p, struct pvq_error *err)
{
	int ret = 0;

	for (unsigned w = 0; ret == 0 && p->ended > 0 && w < p->seats; w++)
		if (p->hand[w].life == POOL_ENDED)
			ret = bury(p, w, err);
	return ret;
}

/* ---- its items ---- */

static int give_up(struct pvq_pool *p, uint32_t slot, int status, const struct pool_death *d)
{
	if (!p->loss)
		p->loss = calloc(p->all_slots, sizeof(*p->loss));
	if (!p->loss)
		return -ENOMEM;
	p->loss[slot] = (struct pvq_pool_loss){.wstatus = d->wstatus, .attempts = p->piece[slot].attempts};
	p->counts.lost++;
	/* It is collected like any other result. */
	atomic_store_explicit(
		&p->result[slot], POOL_DONE | POOL_LOST | (uint32_t)status, memory_order_relaxed);
	return 0;
}

/* There is room: of the positions that nobody has claimed each has slots of its own, and there are no more
 * slots in flight than entries. */
void pvq_pool_put_on_lane(struct pvq_pool *p, uint32_t slot)
{
	pool_atomic_u64 *published = &p->shared->lane_published;
	uint64_t pos = atomic_load_explicit(published, memory_order_relaxed); /* ours alone */
	struct pool_piece *piece = &p->piece[slot];

	piece->pos = pos;
	atomic_store_explicit(&p->result[slot], 0, memory_order_relaxed);
	atomic_store_explicit(&p->lane[pos & p->ring_mask],
		pool_entry(slot, piece->n, piece->in_len) | (p->cancelled ? POOL_MARKED : 0),
		memory_order_relaxed);
	/* Releases the entry to claim_some(). */
	atomic_store_explicit(published, pos + 1, RELEASE(put_on_lane));
}

/* Cuts a piece before its item i, which begins one of its own. Returns that one's slot. */
static uint32_t cut(struct pvq_pool *p, uint32_t slot, uint32_t i)
{
	struct pool_piece *piece = &p->piece[slot], *rest = &p->piece[slot + i];

	if (i == 0)
		return slot;
	*rest = (struct pool_piece){.id = piece->id + i,
		.pos = piece->pos,
		.in_len = piece->in_len,
		.n = piece->n - i,
		.next = piece->next};
	piece->n = i;
	piece->next = slot + i;
	if (p->last == slot)
		p->last = slot + i;
	if (!p->config.ordered)
		p->line[p->nline++] = slot + i;
	return slot + i;
}

/* A dead worker had begun the first item of a piece: it is done with, or may be run again. Returns 1 where it is done
 * with; 0, or -errno. */
static int judge_begun(struct pvq_pool *p, uint32_t slot, const struct pool_death *d, uint64_t running)
{
	struct pool_piece *piece = &p->piece[slot];
	int status, ret;

	piece->attempts++;
	if (pool_is_marked(p, slot)) {
		atomic_store_explicit(&p->result[slot], POOL_DONE, memory_order_relaxed);
		return 1;
	}
	status = d->overdue == running                 ? PVQ_POOL_OVERDUE
		 : piece->attempts > p->config.retries ? PVQ_POOL_DIED
						       : 0;
	if (status == 0) {
		p->counts.retried++;
		return 0;
	}
	ret = give_up(p, slot, status, d);
	return ret ? ret : 1;
}

/* A piece that a dead worker had claimed and not done: its first items are done, one may have been begun, and the others
 * are published again. */
static int take_back(struct pvq_pool *p, uint32_t slot)
{
	const struct pool_piece *piece = &p->piece[slot];
	const struct pool_death *d = NULL;
	uint64_t word = atomic_load_explicit(&p->result[slot], memory_order_relaxed);
	uint32_t begun, rest = slot;
	int ret = 0;

	for (unsigned i = 0; !d && i < p->deaths; i++)
		if (p->death[i].claim & POOL_CLAIM_OWN && pool_claim_covers(p->death[i].claim, piece->pos))
			d = &p->death[i];
	/* In no claim: it died between the swap and saying so. */
	if (d && pool_runs(d->running, piece->pos, &begun)) {
		rest = cut(p, slot, begun);
		if (begun > 0)
			atomic_store_explicit(&p->result[slot], word | POOL_DONE, memory_order_relaxed);
		ret = judge_begun(p, rest, d, d->running);
		if (ret > 0 && p->piece[rest].n == 1)
			return 0;
		if (ret > 0)
			rest = cut(p, rest, 1);
	}
	if (ret >= 0)
		pvq_pool_put_on_lane(p, rest);
	return ret < 0 ? ret : 0;
}

/* What was read of the shared words. */
struct look {
	uint64_t claimed, lane_claimed;
	uint64_t *claim; /* of each worker; 0 where it is not alive */
};

enum owner { NOBODY, SOMEBODY, UNDECIDED };

static enum owner owner_of(const struct pvq_pool *p, const struct look *look, uint64_t pos)
{
	for (unsigned w = 0; w < p->seats; w++)
		if (pool_claim_covers(look->claim[w], pos))
			return look->claim[w] & POOL_CLAIM_OWN ? SOMEBODY : UNDECIDED;
	return NOBODY;
}

/* Looks at one piece in flight; takes it back where nobody living has it. 1: undecided; or 0, or -errno. */
static int account_for(struct pvq_pool *p, const struct look *look, uint32_t slot)
{
	uint64_t pos = p->piece[slot].pos;
	enum owner owner;

	/* The result is read after the claims: a worker that has moved on to its next claim had completed the one
	 * before. */
	if (pos >= (pos & POOL_LANE ? look->lane_claimed : look->claimed) || pool_is_done(p, slot))
		return 0;
	owner = owner_of(p, look, pos);
	if (owner == NOBODY)
		return take_back(p, slot);
	return owner == UNDECIDED;
}

/* Pieces that come of one that is cut are met as well, and are done or nobody's. */
static int account_for_all(struct pvq_pool *p, const struct look *look, int *undecided)
{
	struct pool_walk walk = {0};
	uint32_t slot;
	int ret = 0;

	pool_move(p, look->claimed);
	while (ret >= 0 && pool_walk(p, &walk, &slot)) {
		ret = account_for(p, look, slot);
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
		.claim = calloc(p->seats, sizeof(*look.claim)),
	};
	int undecided = 0, ret = look.claim ? 0 : -ENOMEM;

	for (unsigned w = 0; ret == 0 && w < p->seats; w++)
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

/* Kills worker w if it runs an item of the piece that is cancelled, and has not been killed yet. */
static void interrupt_in(struct pvq_pool *p, unsigned w, uint32_t slot)
{
	uint64_t running = atomic_load_explicit(&p->seat[w].running, memory_order_relaxed);
	uint32_t i;

	if (p->hand[w].life == POOL_ALIVE && !p->hand[w].overdue &&
		pool_runs(running, p->piece[slot].pos, &i) && pool_is_marked(p, slot + i))
		condemn(p, w, running);
}

/* An item that was cancelled after its worker had read the entry is run all the same, sooner or later: so this looks again
 * and again while any is in flight. */
void pvq_pool_interrupt(struct pvq_pool *p)
{
	struct pool_walk walk = {0};
	uint32_t slot;

	if (!p->config.interrupt || p->cancelled == 0)
		return;
	while (pool_walk(p, &walk, &slot))
		for (unsigned w = 0; w < p->seats; w++)
			interrupt_in(p, w, slot);
}

/* The server may have had no room for the request. */
static void kill_again(struct pvq_pool *p)
{
	for (unsigned w = 0; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE && p->hand[w].overdue)
			pvq_pool_kill(p, w);
}

/* since: the look before. Time in which nobody could look, since the caller was in a hook or stopped, is nobody's. */
static void kill_overdue(struct pvq_pool *p, uint64_t now, uint64_t since)
{
	uint64_t most = 2 * look_every_ns(p), passed = now - since < most ? now - since : most;

	for (unsigned w = 0; w < p->seats; w++) {
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
	for (unsigned w = 0; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE &&
			atomic_load_explicit(&p->seat[w].phase, memory_order_relaxed) == POOL_STARTING &&
			p->hand[w].hired_ns + p->config.init_timeout_ns < now)
			pvq_pool_kill(p, w);
}

/* ---- all of it ---- */

/* The time until then, where that is less: but not 0. */
static int64_t sooner(int64_t patience, uint64_t then)
{
	uint64_t now = pool_now_ns();
	int64_t wait = then > now + AMBIGUOUS_NS ? (int64_t)(then - now) : AMBIGUOUS_NS;

	return patience < 0 || patience > wait ? wait : patience;
}

int64_t pvq_pool_patience(const struct pvq_pool *p)
{
	int64_t patience = p->config.item_timeout_ns ? (int64_t)look_every_ns(p) : -1;

	if (p->config.interrupt && p->cancelled > 0)
		patience = INTERRUPT_NS;
	if (p->config.init_timeout_ns && (patience < 0 || patience > FORK_NS))
		patience = FORK_NS;
	if (p->due_ns != UINT64_MAX)
		patience = sooner(patience, p->due_ns);
	return p->deaths ? AMBIGUOUS_NS : patience;
}

#ifndef __GLIBC__ /* musl does not wrap this call */
static int epoll_pwait2(
	int fd, struct epoll_event *event, int most, const struct timespec *wait, const sigset_t *mask)
{
	return (int)syscall(SYS_epoll_pwait2, fd, event, most, wait, mask, sizeof(uint64_t));
}
#endif

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
