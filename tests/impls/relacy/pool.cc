/* pool.cc: has relacy look for an execution of the pool in which something goes wrong: an item is lost or done twice, two
 * processes race for the bytes of a slot, a wake-up is lost. The lines that run are those of impls/pool.c, pool_items.c,
 * pool_worker.c and pool_recover.c, from pvq_pool_start() to pvq_pool_close(). What stands in for the kernel and the server
 * is below.
 *
 *	pool --list                        the checks: name, how they search, what they run
 *	pool CHECK [--runs N] [--first N]  runs N executions of a random search, from that one on; the same ones each time
 *	     [--weaken ID [--to ORDER]]    with this ordering weakened to ORDER: relaxed, acquire, release or acq_rel
 *	     [--orderings]                 also lists the orderings that were met: id and order
 *	     [--trace]                     also lists the steps of the execution that goes wrong
 * Prints "passed RUNS", or "failed RUN: WHAT". Exit 0: passed; 1: failed; 2: it could not be run.
 */
#include "pool_shared.h"

/* For the checks of a part of the protocol: that is in static functions. */
#include "pool_worker.c"

#include <string>
#include <vector>

namespace
{

enum { WORKERS = 2, ITEMS = 16, SLOTS = 64, CALLER = 0 };

/* A part of the protocol is so short that all its executions can be searched. */
enum part {
	WHOLE,   /* the life of a pool */
	PUBLISH, /* an item is submitted, and a worker claims it or not */
	RESULT,  /* a worker claims an item and completes it, and the caller looks for its result */
	DISMISS, /* a pool is closed, and a worker parks or not */
};

/* What is run, and how it is searched. */
struct check {
	const char *name, *what;
	unsigned workers, items, window, chunk;
	int ordered;
	unsigned preemptions; /* not 0: all executions with so many of them at most; 0: at random */
	enum part part;       /* but for WHOLE: all executions */
	unsigned deaths;      /* of workers, before any of their steps */
	unsigned retries, recycle;
	int overdue;      /* items have a time limit */
	int steps;        /* no map: submit, collect, and wait or poll */
	int urgent;       /* every other item is */
	int changes;      /* the number of workers does, after every other item */
	int cancels;      /* items that may hang are cancelled at some time, and interrupted */
	unsigned pace_ns; /* of items, as known from the start: so that pieces have several */
	uint64_t tick_ns; /* how far the clock goes at each look; 0: one of several */
};

enum { RUNS = 20000 }; /* executions of a random search */

const check checks[] = {
	{.name = "unordered",
		.what = "2 workers, 5 items",
		.workers = 2,
		.items = 5,
		.window = 2,
		.chunk = 1},
	{.name = "ordered",
		.what = "2 workers, 5 items",
		.workers = 2,
		.items = 5,
		.window = 2,
		.chunk = 1,
		.ordered = 1},
	{.name = "chunks",
		.what = "2 workers that claim 2 of 8 items at a time",
		.workers = 2,
		.items = 8,
		.window = 4,
		.chunk = 2},
	{.name = "fast",
		.what = "2 workers, 16 items that take no time",
		.workers = 2,
		.items = 16,
		.window = 2,
		.ordered = 1,
		.tick_ns = 100},
	{.name = "death",
		.what = "2 workers, 4 items, a death",
		.workers = 2,
		.items = 4,
		.window = 2,
		.chunk = 1,
		.ordered = 1,
		.deaths = 1,
		.retries = 1},
	{.name = "death-unordered",
		.what = "2 workers, 4 items, a death",
		.workers = 2,
		.items = 4,
		.window = 2,
		.deaths = 1,
		.retries = 1},
	{.name = "deaths",
		.what = "2 workers, 4 items, 2 deaths, no retries",
		.workers = 2,
		.items = 4,
		.window = 2,
		.chunk = 2,
		.deaths = 2},
	{.name = "recycle",
		.what = "2 workers, each replaced after an item, 4 items",
		.workers = 2,
		.items = 4,
		.window = 2,
		.chunk = 1,
		.ordered = 1,
		.recycle = 1},
	{.name = "overdue",
		.what = "2 workers, 4 items with a time limit",
		.workers = 2,
		.items = 4,
		.window = 2,
		.chunk = 1,
		.overdue = 1},
	{.name = "steps",
		.what = "2 workers, 5 items, step by step",
		.workers = 2,
		.items = 5,
		.window = 2,
		.ordered = 1,
		.steps = 1},
	{.name = "steps-unordered",
		.what = "2 workers, 5 items, step by step, a death",
		.workers = 2,
		.items = 5,
		.window = 3,
		.deaths = 1,
		.retries = 1,
		.steps = 1},
	{.name = "urgent",
		.what = "2 workers, 6 items, every other one urgent, step by step",
		.workers = 2,
		.items = 6,
		.window = 3,
		.ordered = 1,
		.steps = 1,
		.urgent = 1},
	{.name = "urgent-unordered",
		.what = "2 workers, 6 items, every other one urgent, step by step, a death",
		.workers = 2,
		.items = 6,
		.window = 3,
		.deaths = 1,
		.retries = 1,
		.steps = 1,
		.urgent = 1},
	{.name = "rest",
		.what = "2 workers or 1 or none between items, 6 items, step by step",
		.workers = 2,
		.items = 6,
		.window = 3,
		.steps = 1,
		.changes = 1},
	{.name = "rest-death",
		.what = "2 workers or 1 or none between items, 6 items, step by step, a death",
		.workers = 2,
		.items = 6,
		.window = 3,
		.ordered = 1,
		.deaths = 1,
		.retries = 1,
		.steps = 1,
		.changes = 1},
	{.name = "cancel",
		.what = "2 workers, 6 items that may hang and are cancelled",
		.workers = 2,
		.items = 6,
		.window = 3,
		.chunk = 2,
		.ordered = 1,
		.steps = 1,
		.cancels = 1},
	{.name = "cancel-unordered",
		.what = "2 workers, 6 items that may hang and are cancelled, a death",
		.workers = 2,
		.items = 6,
		.window = 3,
		.deaths = 1,
		.retries = 1,
		.steps = 1,
		.cancels = 1},
	{.name = "pieces",
		.what = "2 workers, 10 items in pieces",
		.workers = 2,
		.items = 10,
		.window = 32,
		.ordered = 1,
		.pace_ns = 10},
	{.name = "pieces-unordered",
		.what = "2 workers, 16 items in pieces, window 16",
		.workers = 2,
		.items = 16,
		.window = 16,
		.pace_ns = 10,
		.tick_ns = 100},
	{.name = "pieces-death",
		.what = "2 workers, 10 items in pieces, a death",
		.workers = 2,
		.items = 10,
		.window = 32,
		.ordered = 1,
		.deaths = 1,
		.retries = 1,
		.pace_ns = 10},
	{.name = "pieces-deaths",
		.what = "2 workers, 10 items in pieces, 2 deaths, no retries",
		.workers = 2,
		.items = 10,
		.window = 32,
		.deaths = 2,
		.pace_ns = 10},
	{.name = "pieces-overdue",
		.what = "2 workers, 8 items in pieces, with a time limit",
		.workers = 2,
		.items = 8,
		.window = 32,
		.ordered = 1,
		.overdue = 1,
		.pace_ns = 10},
	{.name = "pieces-cancel",
		.what = "2 workers, 8 items in pieces that may hang and are cancelled",
		.workers = 2,
		.items = 8,
		.window = 32,
		.steps = 1,
		.cancels = 1,
		.pace_ns = 10},
	{.name = "close",
		.what = "a worker, no items",
		.workers = 1,
		.window = 1,
		.ordered = 1,
		.preemptions = 3,
		.tick_ns = 1000000},
	{.name = "two-items",
		.what = "a worker, 2 items",
		.workers = 1,
		.items = 2,
		.window = 1,
		.ordered = 1,
		.preemptions = 1,
		.tick_ns = 1000000},
	{.name = "one-item",
		.what = "a worker, an item",
		.workers = 1,
		.items = 1,
		.window = 1,
		.ordered = 1,
		.preemptions = 2,
		.tick_ns = 1000000},
	{.name = "part-publish",
		.what = "an item is submitted while a worker claims what is there",
		.workers = 1,
		.items = 1,
		.window = 1,
		.part = PUBLISH,
		.tick_ns = 100},
	{.name = "part-result",
		.what = "a worker runs an item while the caller looks for its result",
		.workers = 1,
		.items = 1,
		.window = 1,
		.ordered = 1,
		.part = RESULT,
		.tick_ns = 100},
	{.name = "part-dismiss",
		.what = "the pool is closed while a worker parks",
		.workers = 1,
		.window = 1,
		.part = DISMISS,
		.tick_ns = 100},
};

const check *the_check;

/* ---- orderings ---- */

model::site *all_sites;
const char *weakened;
rl::memory_order weakened_to = rl::mo_relaxed;

} // namespace

model::site::site(const char *name, rl::memory_order its) : id(name), order(its), next(all_sites)
{
	all_sites = this;
}

rl::memory_order model::site::now()
{
	return weakened && strcmp(weakened, id) == 0 ? weakened_to : order;
}

void model::fence(site &s, rl::debug_info_param info)
{
	rl::memory_order order = s.now();

	step();
	if (order != rl::mo_relaxed)
		rl::atomic_thread_fence(order, info);
}

namespace
{

/* ---- the world: what the kernel and the checks know in one execution ---- */

struct ended { /* thrown by a worker that ends, through the pool's frames */
	int wstatus;
};

struct mail { /* from the server */
	unsigned worker;
	int born, wstatus;
};

/* An entry of the ring as a worker has read it. */
struct reading {
	const void *cell;
	int thread;
	rl::timestamp_t at;
};

struct person {
	bool waits, hired, killed;
	const void *futex; /* that it sleeps on */
};

struct world {
	struct pvq_pool *pool;
	bool starting, over, alarm;
	person who[1 + WORKERS];
	std::vector<mail, rl::raw_allocator<mail>> post;
	uint64_t clock, tick;
	unsigned deaths, steps; /* deaths to come; steps of workers until the next */
	unsigned died, kills;
	char *memory;
	size_t mapped;

	std::vector<reading, rl::raw_allocator<reading>> read[1 + WORKERS], claimed;
	rl::timestamp_t slept[1 + WORKERS]; /* when a worker added itself to the sleepers last */
	/* Whom a thread has taken `parked` from last, and when that one had added itself. */
	int unparked[1 + WORKERS];
	rl::timestamp_t owed[1 + WORKERS];

	unsigned begun[ITEMS], put[ITEMS], cancelled[ITEMS], done;
	uint64_t timer; /* how long it was set to */
};

world *w;

rl::debug_info_param here()
{
	static const rl::debug_info info("check", __FILE__, __LINE__);

	return info;
}

void must(bool holds, const char *what)
{
	if (!holds)
		rl::ctx().fail_test(what, rl::test_result_user_assert_failed, here());
}

int me()
{
	return w->starting ? CALLER : rl::ctx().threadx_->index_;
}

void wake_up(int thread)
{
	if (w->who[thread].waits) {
		w->who[thread].waits = false;
		rl::ctx().unpark_thread(thread, false, here());
	}
}

/* Until it is woken up, or some time has passed. */
void wait(bool some_time)
{
	person &p = w->who[me()];

	if (p.killed)
		throw ended{SIGKILL};
	p.waits = true;
	rl::ctx().park_current_thread(some_time, false, false, here());
	p.waits = false;
	model::step();
}

void kill(unsigned worker)
{
	w->who[1 + worker].killed = true;
	wake_up(1 + (int)worker);
}

/* Memory as a process left it is what whoever hears of its end sees, and what its parent had is what a new one sees. */
struct tie {
	rl::generic_atomic<uint64_t, false> word;
	void knot()
	{
		word.rmw(rl::rmw_type_t<rl::rmw_type_add>(), (uint64_t)0, rl::mo_acq_rel, here());
	}
};
tie *ties; /* one a worker */

} // namespace

/* ---- the kernel ---- */

void model::step()
{
	int thread = me();

	if (thread == CALLER)
		return;
	if (w->deaths > 0 && --w->steps == 0) {
		w->deaths--;
		w->steps = 1 + rl::rand(100);
		w->died++;
		throw ended{SIGKILL};
	}
	if (w->who[thread].killed)
		throw ended{SIGKILL};
}

void model::futex_wait(const cell<uint32_t> *c, uint32_t value, rl::debug_info_param info)
{
	rl::ctx().sched();
	if ((uint32_t)c->get()->debug_value() != value) {
		rl::ctx().yield(1, info); /* the old value is not read for ever */
		return;
	}
	w->who[me()].futex = c;
	wait(false);
	w->who[me()].futex = NULL;
}

void model::futex_wake(const cell<uint32_t> *c, rl::debug_info_param)
{
	rl::ctx().sched();
	for (int thread = 0; thread <= WORKERS; thread++)
		if (w->who[thread].futex == c) {
			w->who[thread].futex = NULL;
			wake_up(thread);
			return;
		}
}

model::anything model::map(size_t bytes)
{
	w->mapped = bytes;
	w->memory = (char *)(calloc)(1, bytes);
	return {w->memory};
}

void model::unmap(void *at, size_t)
{
	for (char *c = w->memory; c < w->pool->in; c += sizeof(cell<uint64_t>))
		if (((cell<uint64_t> *)c)->behind) {
			((cell<uint64_t> *)c)->behind->~generic_atomic();
			free(((cell<uint64_t> *)c)->behind);
		}
	free(at);
}

uint64_t model::now_ns()
{
	return w->clock += w->tick;
}

void model::alarm_caller()
{
	rl::ctx().sched();
	w->alarm = true;
	wake_up(CALLER);
}

/* Short waits end by themselves, and so do those for a replacement that is held back; whoever waits longer must be woken,
 * however long that is. */
int model::wait_for_events(struct epoll_event *event, const struct timespec *most)
{
	const long brief_ns = 100000;
	bool some_time =
		most && (the_check->overdue || the_check->cancels || w->pool->due_ns != UINT64_MAX ||
				(most->tv_sec == 0 && most->tv_nsec <= brief_ns));
	int n = 0;

	rl::ctx().sched();
	while (!w->alarm && w->post.empty()) {
		if (most && most->tv_sec == 0 && most->tv_nsec == 0)
			return 0;
		wait(some_time);
		if (some_time) {
			w->clock += (uint64_t)most->tv_sec * 1000000000 + (uint64_t)most->tv_nsec;
			break;
		}
	}
	if (w->alarm)
		event[n++].data.u32 = POOL_ALARM;
	if (!w->post.empty())
		event[n++].data.u32 = POOL_SERVER;
	w->alarm = false;
	return n;
}

int model::set_timer(const struct itimerspec *at)
{
	w->timer = (uint64_t)at->it_value.tv_sec * 1000000000 + (uint64_t)at->it_value.tv_nsec;
	return 0;
}

void model::end_process(int status)
{
	throw ended{status << 8};
}

void model::wait_for_signal()
{
	wait(false);
	must(false, "a worker is woken that waits for its end");
	throw ended{SIGKILL};
}

/* ---- what each access is looked at for ---- */

void model::loaded(const void *cell)
{
	struct pvq_pool *p = w->pool;

	if (!w->starting && me() != CALLER && cell >= (void *)p->ring && cell < (void *)p->result)
		w->read[me()].push_back({cell, me(), rl::ctx().threadx_->own_acq_rel_order_});
}

/* Where a swap succeeds, what was read of the ring before it must have been read before it changes: relacy has loads happen
 * in the program's order, so it would not find this out by itself. */
void model::swapped(const void *cell, bool success)
{
	if (me() == CALLER)
		return;
	if (success)
		for (reading &r : w->read[me()])
			w->claimed.push_back(r);
	w->read[me()].clear();
}

/* An entry that is marked as cancelled stays the same item's. */
void model::storing(const void *cell, uint64_t before, uint64_t value)
{
	if (w->starting || me() != CALLER || cell < (void *)w->pool->ring ||
		cell >= (void *)w->pool->result || ((before ^ value) & ~POOL_MARKED) == 0)
		return;
	for (size_t i = 0; i < w->claimed.size();) {
		reading r = w->claimed[i];

		if (r.cell != cell) {
			i++;
			continue;
		}
		must(rl::ctx().threadx_->acq_rel_order_[r.thread] >= r.at,
			"an entry of the ring may be overwritten before it is read");
		w->claimed.erase(w->claimed.begin() + (long)i);
	}
}

/* Whoever takes a worker out of `sleepers` must have seen it put itself there: relacy has that happen first in any case. */
void model::added(const void *)
{
	w->slept[me()] = rl::ctx().threadx_->own_acq_rel_order_;
}

void model::exchanged(const void *cell, uint64_t before)
{
	for (unsigned seat = 0; before && seat < w->pool->seats; seat++)
		if (cell == &w->pool->seat[seat].parked) {
			w->unparked[me()] = 1 + (int)seat;
			w->owed[me()] = w->slept[1 + seat];
		}
}

void model::subtracted(const void *, uint64_t before)
{
	must(before > 0 && rl::ctx().threadx_->acq_rel_order_[w->unparked[me()]] >= w->owed[me()],
		"the count of sleepers may be too low");
}

/* ---- the server ---- */

int pvq_pool_lift(int fd)
{
	return fd;
}

void pvq_pool_bind(const struct pvq_pool *)
{
}

/* The pool's memory is mapped: every cell gets its atomic. */
int pvq_pool_serve(struct pvq_pool *p)
{
	const size_t size = sizeof(model::cell<uint64_t>);
	auto cells = [](void *from, size_t count) {
		for (size_t i = 0; i < count; i++)
			((model::cell<uint64_t> *)from)[i].get();
	};

	w->pool = p;
	cells(p->shared, sizeof(*p->shared) / size);
	cells(p->seat, p->seats * sizeof(*p->seat) / size);
	cells(p->ring, p->ring_mask + 1);
	cells(p->lane, p->ring_mask + 1);
	cells(p->result, p->all_slots);
	cells(p->mark, p->all_slots / 64 + 1);
	p->talk_fd = 5;
	p->server_fd = 6;
	return 0;
}

int pvq_pool_hire(struct pvq_pool *p, unsigned worker)
{
	struct pool_seat *seat = &p->seat[worker];

	atomic_store_explicit(&seat->claim, 0, memory_order_relaxed);
	atomic_store_explicit(&seat->running, 0, memory_order_relaxed);
	atomic_store_explicit(&seat->phase, POOL_STARTING, memory_order_relaxed);
	atomic_store_explicit(&seat->watched, 0, memory_order_relaxed);
	ties[worker].knot();
	w->who[1 + worker].hired = true;
	wake_up(1 + (int)worker);
	w->post.push_back({worker, 1, 0});
	p->hand[worker].life = POOL_ASKED;
	p->asked++;
	return 0;
}

static void heed(struct pvq_pool *p, const mail &m)
{
	struct pool_hand *hand = &p->hand[m.worker];

	ties[m.worker].knot();
	if (!m.born) {
		hand->life = POOL_ENDED;
		hand->wstatus = m.wstatus;
		p->alive--;
		p->ended++;
		return;
	}
	p->asked--;
	p->alive++;
	*hand = (struct pool_hand){.life = POOL_ALIVE,
		.hired_ns = pool_now_ns(),
		.had_run = atomic_load_explicit(&p->seat[m.worker].items, memory_order_relaxed),
		.early = hand->early};
	atomic_store_explicit(&p->seat[m.worker].watched, 1, memory_order_relaxed);
	pool_futex_wake(&p->seat[m.worker].watched);
}

int pvq_pool_listen(struct pvq_pool *p, int wait_ms)
{
	while (wait_ms && w->post.empty())
		wait(false);
	while (!w->post.empty()) {
		mail m = w->post.front();

		w->post.erase(w->post.begin());
		heed(p, m);
	}
	return 0;
}

void pvq_pool_kill(struct pvq_pool *, unsigned worker)
{
	w->kills++;
	kill(worker);
}

int pvq_pool_dismiss(struct pvq_pool *p)
{
	must(p->alive == 0, "close() leaves workers behind");
	return 0;
}

int pvq_pool_server_died(struct pvq_pool *, struct pvq_error *)
{
	must(false, "there is no server that could die");
	return -EOWNERDEAD;
}

int pvq_pool_has_grown(const struct pvq_pool *)
{
	return 0;
}

const char *pvq_child_fate(int, char *, size_t)
{
	return "dead";
}

/* ---- the program ---- */

namespace
{

rl::var<uint64_t> *input, *output; /* of a slot */

uint64_t slot_of(const void *at, const char *base, size_t stride)
{
	return (uint64_t)((const char *)at - base) / stride;
}

rl::var<uint64_t> &input_at(const void *in)
{
	return input[slot_of(in, w->pool->in, w->pool->in_stride)];
}

rl::var<uint64_t> &output_at(const void *out)
{
	return output[slot_of(out, w->pool->out, w->pool->out_stride)];
}

} // namespace

/* What submit() does with an item's bytes. */
void *model::copy(void *to, const void *from, size_t bytes)
{
	must(bytes == sizeof(uint64_t), "an input has another length");
	input_at(to)($) = *(const uint64_t *)from;
	return to;
}

namespace
{

ssize_t next_item(void *, uint64_t id, void *in)
{
	if (id == the_check->items)
		return PVQ_POOL_END;
	input_at(in)($) = id;
	return 8;
}

/* An item that takes long, or for ever. */
void take_time()
{
	unsigned steps = rl::rand(3) * 20;

	if (rl::rand(4) == 0)
		model::wait_for_signal();
	while (steps-- > 0) {
		rl::ctx().sched();
		model::step();
	}
}

/* So that not all results of a piece are alike. */
bool fails(uint64_t id)
{
	return the_check->pace_ns && id % 3 == 1;
}

ssize_t run_item(void *, const void *in, size_t len, void *out, size_t)
{
	uint64_t id = input_at(in)($);

	must(len == 8 && id < the_check->items, "an item is run that is none");
	model::step();
	w->begun[id]++;
	must(w->begun[id] <= 1 + the_check->retries, "an item is run too often");
	must(w->put[id] == 0, "an item is run that is put");
	if (the_check->overdue || the_check->cancels)
		take_time();
	output_at(out)($) = id + 100;
	return fails(id) ? -ENOTTY : 8;
}

int put_item(void *, uint64_t id, const void *out, size_t len, int status)
{
	must(id < the_check->items && w->put[id] == 0, "an item is put twice");
	must(!the_check->ordered || id == w->done, "an item is put out of order");
	w->put[id]++;
	w->done++;
	if (status == PVQ_POOL_DIED)
		must(w->died > the_check->retries && w->begun[id] <= w->died, "an item is given up");
	else if (status == PVQ_POOL_CANCELLED)
		must(w->cancelled[id], "an item is put as cancelled");
	else if (status == PVQ_POOL_OVERDUE)
		must(the_check->overdue && w->kills > 0, "an item is overdue");
	else if (fails(id))
		must(status == -ENOTTY && !w->cancelled[id], "a status is another item's");
	else
		must(status == 0 && len == 8 && !w->cancelled[id] &&
				(uint64_t)output_at(out)($) == id + 100 && w->begun[id],
			"an output is another item's");
	return 0;
}

/* relacy wants the number of threads when it is compiled. */
template <unsigned workers> struct run : rl::test_suite<run<workers>, 1 + workers> {
	world its;
	tie its_ties[workers];
	rl::var<uint64_t> its_input[SLOTS], its_output[SLOTS];
	struct pvq_pool *pool;

	void before()
	{
		const uint64_t ticks[] = {100, 30000, 1000000, 3000000};
		struct pvq_pool_config config = {PVQ_POOL_DEFAULTS};
		struct pvq_error err = PVQ_NO_ERROR;
		bool any = rl::ctx().is_random_sched(); /* else all executions are of one kind */

		w = &its;
		ties = its_ties;
		input = its_input;
		output = its_output;
		w->pool = NULL;
		w->starting = true;
		w->over = w->alarm = false;
		memset(w->who, 0, sizeof(w->who));
		w->clock = 1000000000;
		w->tick = the_check->tick_ns ? the_check->tick_ns : ticks[rl::rand(4)];
		w->deaths = the_check->deaths;
		w->steps = any ? 1 + rl::rand(100) : 0;
		w->died = w->kills = w->done = 0;
		memset(w->begun, 0, sizeof(w->begun));
		memset(w->put, 0, sizeof(w->put));
		memset(w->cancelled, 0, sizeof(w->cancelled));
		memset(w->slept, 0, sizeof(w->slept));
		memset(w->unparked, 0, sizeof(w->unparked));
		memset(w->owed, 0, sizeof(w->owed));
		for (unsigned i = 0; i < workers; i++)
			ties[i].word.store(0, rl::mo_relaxed, here());

		config.retries = the_check->retries;
		config.workers = workers;
		config.cores = 1;
		config.chunk = the_check->chunk;
		config.window = the_check->window;
		config.ordered = the_check->ordered;
		config.max_in = config.max_out = 8;
		config.recycle = the_check->recycle;
		config.item_timeout_ns = the_check->overdue ? 3000000 : 0;
		config.interrupt = the_check->cancels;
		config.run = run_item;
		must(pvq_pool_start(&pool, &config, &err) == 0, "start() fails");
		if (!any)
			pool->config.cores = 0; /* nobody spins: that only makes executions longer */
		atomic_store_explicit(&pool->shared->pace_ns, the_check->pace_ns, memory_order_relaxed);
		if (the_check->part == RESULT)
			must(submit(0) == 0, "submit() fails");
		if (the_check->part == DISMISS)
			atomic_store_explicit(&pool->seat[0].phase, POOL_READY, memory_order_relaxed);
		w->starting = false;
	}

	void thread(unsigned index)
	{
		if (the_check->part)
			index == CALLER ? call_part() : work_part(index - 1);
		else if (index == CALLER)
			call();
		else
			work(index - 1);
	}

	void call_part()
	{
		struct pvq_pool_feed feed = {.put = put_item};
		struct pvq_error err = PVQ_NO_ERROR;

		switch (the_check->part) {
		case PUBLISH:
			must(submit(0) == 0, "submit() fails");
			break;
		case RESULT:
			must(pvq_pool_collect(pool, &feed, &err) == (int)w->done, "a result is miscounted");
			break;
		case DISMISS:
			must(pvq_pool_close(pool, &err) == 0, err.msg);
			return;
		default:
			break;
		}
		while (w->post.size() < workers)
			wait(false);
		/* Alone. */
		(void)pvq_pool_listen(pool, 0);
		if (the_check->part == RESULT && w->done == 0)
			must(pvq_pool_collect(pool, &feed, &err) == 1, "an item is lost");
		pvq_pool_terminate(pool);
	}

	void work_part(unsigned seat)
	{
		struct worker k = {
			.p = pool, .seat = &pool->seat[seat], .w = seat, .limit = 1, .left = UINT64_MAX};
		uint64_t from, size;

		if (the_check->part == DISMISS) {
			park(&k);
			atomic_store_explicit(&k.seat->phase, POOL_RETIRED, memory_order_relaxed);
		} else if ((size = worker_claim(&k, &from)) > 0) {
			if (the_check->part == PUBLISH)
				run_piece(&k, from, k.entry[0], 0);
			if (the_check->part == RESULT)
				run_claim(&k, from, size);
		}
		ties[seat].knot();
		w->post.push_back({seat, 0, 0});
		wake_up(CALLER);
	}

	void call()
	{
		struct pvq_pool_feed feed = {.next = next_item, .put = put_item};
		struct pvq_error err = PVQ_NO_ERROR;

		if (the_check->steps)
			go_step_by_step();
		else
			must(pvq_pool_map(pool, &feed, &err) == 0, err.msg);
		must(w->done == the_check->items, "an item is lost");
		/* A worker that dies while the pool closes is told, and loses nothing. */
		must(pvq_pool_close(pool, &err) == 0 || (err.code == -EOWNERDEAD && w->died > 0), err.msg);
		w->over = true;
		for (unsigned i = 0; i < workers; i++)
			wake_up(1 + (int)i);
	}

	int submit(uint64_t id)
	{
		struct pvq_error err = PVQ_NO_ERROR;

		return the_check->urgent && id % 2
			       ? pvq_pool_submit_urgent(pool, &id, sizeof(id), NULL, &err)
			       : pvq_pool_submit(pool, &id, sizeof(id), NULL, &err);
	}

	void go_step_by_step()
	{
		for (uint64_t id = 0; id < the_check->items;) {
			id = go(id, the_check->changes ? id + 2 : the_check->items);
			if (the_check->changes)
				change();
		}
	}

	/* Items up to that one. */
	uint64_t go(uint64_t id, uint64_t until)
	{
		struct pvq_pool_feed feed = {.put = put_item};
		struct pvq_error err = PVQ_NO_ERROR;

		while (id < until || pvq_pool_in_flight(pool) > 0) {
			while (id < until && submit(id) == 0)
				id++;
			if (the_check->cancels)
				cancel(id);
			int got = pvq_pool_collect(pool, &feed, &err);
			must(got >= 0, err.msg);
			if (got == 0)
				sleep();
		}
		return id;
	}

	void change()
	{
		struct pvq_error err = PVQ_NO_ERROR;
		unsigned to = rl::rand(1 + workers);

		must((to ? pvq_pool_resize(pool, to, &err) : pvq_pool_rest(pool, &err)) == 0, err.msg);
	}

	/* One of those in flight, or all: so in the end each that hangs. */
	void cancel(uint64_t ids)
	{
		uint64_t id = rl::rand(the_check->items);
		int ret;

		if (rl::rand(2)) {
			ret = pvq_pool_cancel(pool, id);
			must(ret == 0 || (ret == -ENOENT && (id >= ids || w->put[id])) || ret == -EALREADY,
				"an item cannot be cancelled");
			if (ret == 0)
				w->cancelled[id] = 1;
			return;
		}
		for (id = 0; id < ids; id++)
			if (!w->put[id] && pvq_pool_cancel(pool, id) == 0)
				w->cancelled[id] = 1;
		must(pvq_pool_cancel_all(pool) >= 0, "items cannot be cancelled");
	}

	/* In the pool, or by its descriptor; where items may hang, for some time. */
	void sleep()
	{
		struct pvq_error err = PVQ_NO_ERROR;
		int64_t most = the_check->cancels ? 1000000 : -1;
		int there = pvq_pool_wait(pool, rl::rand(2) ? most : 0, &err);

		must(there >= 0, err.msg);
		while (there == 0 && pool->armed && !w->alarm && w->post.empty()) {
			bool some_time = the_check->cancels || w->timer <= 100000;

			wait(some_time);
			there = some_time;
		}
	}

	/* Whoever sits at that seat, one after the other. */
	void work(unsigned seat)
	{
		person &p = w->who[1 + seat];

		for (;;) {
			int wstatus = 0;

			while (!p.hired && !w->over) {
				p.waits = true;
				rl::ctx().park_current_thread(false, false, false, here());
				p.waits = false;
			}
			if (!p.hired)
				return;
			p.hired = false;
			try {
				ties[seat].knot();
				pvq_pool_work(pool, seat);
			} catch (const ended &how) {
				wstatus = how.wstatus;
			}
			p.killed = false;
			p.futex = NULL;
			w->read[1 + seat].clear();
			ties[seat].knot();
			w->post.push_back({seat, 0, wstatus});
			wake_up(CALLER);
		}
	}
};

/* ---- the command line ---- */

int list_checks()
{
	for (const check &c : checks) {
		printf("%s\t", c.name);
		if (c.part)
			printf("all");
		else if (c.preemptions)
			printf("all with up to %u preemption%s", c.preemptions,
				c.preemptions > 1 ? "s" : "");
		else
			printf("%d at random", RUNS);
		printf("\t%s%s\n", c.what, c.ordered ? ", in order" : "");
	}
	return 0;
}

const struct {
	const char *name;
	rl::memory_order order;
} orders[] = {{"relaxed", rl::mo_relaxed}, {"acquire", rl::mo_acquire}, {"release", rl::mo_release},
	{"acq_rel", rl::mo_acq_rel}, {"seq_cst", rl::mo_seq_cst}};

const char *name_of(rl::memory_order order)
{
	for (const auto &o : orders)
		if (o.order == order)
			return o.name;
	return NULL;
}

bool order_of(const char *name, rl::memory_order *order)
{
	for (const auto &o : orders)
		if (strcmp(o.name, name) == 0) {
			*order = o.order;
			return true;
		}
	return false;
}

template <unsigned workers> bool simulate(rl::test_params &params)
{
	return rl::simulate<run<workers>>(params);
}

/* In words: what relacy has found. */
std::string in_words(const rl::test_params &params, const std::string &said)
{
	size_t from = said.find("USER ASSERT FAILED (");

	switch (params.test_result) {
	case rl::test_result_data_race:
		return "two processes race for the bytes of a slot";
	case rl::test_result_deadlock:
		return "a wake-up is lost: all sleep";
	case rl::test_result_livelock:
		return "a wake-up is lost: nobody gets on";
	case rl::test_result_user_assert_failed:
		from += sizeof("USER ASSERT FAILED (") - 1;
		return said.substr(from, said.find(")\n", from) - from);
	default:
		return rl::test_result_str(params.test_result);
	}
}

int look_for_it(unsigned long first, unsigned long runs, bool trace)
{
	rl::ostringstream
		said; /* of relacy's own allocator: it is written to while relacy counts allocations */
	rl::test_params params;
	bool passed;

	params.iteration_count = first + runs - 1;
	params.search_type = the_check->part          ? rl::sched_full
			     : the_check->preemptions ? rl::sched_bound
						      : rl::sched_random;
	params.context_bound = the_check->preemptions;
	params.execution_depth_limit = 20000;
	params.output_stream = params.progress_stream = &said;
	if (params.search_type == rl::sched_random)
		params.initial_state = (std::to_string(first) + " ").c_str();
	passed = the_check->workers == 1 ? simulate<1>(params) : simulate<2>(params);
	if (trace)
		fputs(said.str().c_str(), stdout);
	if (passed)
		printf("passed %lu\n", (unsigned long)(params.stop_iteration - first + 1));
	else
		printf("failed %lu: %s\n", (unsigned long)params.stop_iteration,
			in_words(params, said.str().c_str()).c_str());
	return passed ? 0 : 1;
}

int usage()
{
	fputs("usage: pool --list | CHECK [--runs N] [--first N] [--weaken ID [--to ORDER]] [--orderings] [--trace]\n",
		stderr);
	return 2;
}

} // namespace

int main(int argc, char **argv)
{
	unsigned long first = 1, runs = RUNS;
	bool trace = false, orderings = false;
	int ret;

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list_checks();
	for (const check &c : checks)
		if (argc > 1 && strcmp(argv[1], c.name) == 0)
			the_check = &c;
	if (!the_check)
		return usage();
	for (int i = 2; i < argc; i++) {
		std::string arg = argv[i];
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (arg == "--trace")
			trace = true;
		else if (arg == "--orderings")
			orderings = true;
		else if (!value)
			return usage();
		else if (arg == "--runs")
			runs = strtoul(argv[++i], NULL, 10);
		else if (arg == "--first")
			first = strtoul(argv[++i], NULL, 10);
		else if (arg == "--weaken")
			weakened = argv[++i];
		else if (arg == "--to" && order_of(value, &weakened_to))
			i++;
		else
			return usage();
	}
	if (first == 0 || runs == 0)
		return usage();
	ret = look_for_it(first, runs, trace);
	for (model::site *s = all_sites; orderings && s; s = s->next)
		printf("%s %s\n", s->id, name_of(s->order));
	return ret;
}
