/* simulate.c: the events of a map: the caller's, and the ends of items' computing and waiting. */
#include "model/simulate.h"
#include "base/shuffle.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* ---- what happens next ---- */

/* An end that is due. Ends of computing are due in virtual time, which runs at the rate at which each runner gets its core. */
struct due {
	double at;
	size_t who; /* a worker's number; CALLER */
};

/* A binary heap: the earliest first, of equal ones that of the lower number. */
struct heap {
	struct due *due;
	size_t count;
};

static int before(const struct due *a, const struct due *b)
{
	return a->at < b->at || (a->at <= b->at && a->who < b->who);
}

static void push(struct heap *h, double at, size_t who)
{
	struct due fresh = {at, who};
	size_t i = h->count++;

	for (; i > 0 && before(&fresh, &h->due[(i - 1) / 2]); i = (i - 1) / 2)
		h->due[i] = h->due[(i - 1) / 2];
	h->due[i] = fresh;
}

static size_t pop(struct heap *h)
{
	size_t who = h->due[0].who, i = 0, child;
	struct due last = h->due[--h->count];

	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count && before(&h->due[child + 1], &h->due[child]))
			child++;
		if (!before(&h->due[child], &last))
			break;
		h->due[i] = h->due[child];
		i = child;
	}
	h->due[i] = last;
	return who;
}

/* ---- a map ---- */

enum act { IDLE, PUTS, GETS };

struct map {
	const struct pvq_simulation *s;
	struct heap runs, waits;  /* computing, in virtual time; waiting, in real time */
	size_t *item;             /* of each worker */
	size_t *free;             /* stack of workers without an item */
	size_t idle;              /* its height */
	size_t put, taken, ended; /* items handed out; begun by workers; done by them */
	size_t got;               /* results that the caller has taken */
	double now_ns, virtual_ns;
	enum act act;
};

/* The caller looks after the workers first: it hands out items as long as fewer lie ready than there are workers. */
static void caller_goes_on(struct map *m)
{
	const struct pvq_simulation *s = m->s;
	int may_put = m->put < s->n && (s->window == 0 || m->put - m->got < s->window);

	if (m->act != IDLE)
		return;
	if (may_put && (m->put - m->taken < s->workers || m->ended == m->got))
		m->act = PUTS;
	else if (m->ended > m->got)
		m->act = GETS;
	if (m->act != IDLE)
		push(&m->runs, m->virtual_ns + (m->act == PUTS ? s->put_ns : s->get_ns), s->workers);
}

static void workers_go_on(struct map *m)
{
	while (m->idle > 0 && m->taken < m->put) {
		size_t worker = m->free[--m->idle];

		m->item[worker] = m->taken++;
		push(&m->runs, m->virtual_ns + m->s->compute_ns[m->item[worker]], worker);
	}
}

static void end_item(struct map *m, size_t worker)
{
	m->ended++;
	m->free[m->idle++] = worker;
}

/* A runner has had its computing. */
static void end_run(struct map *m, size_t who)
{
	double wait_ns;

	if (who == m->s->workers) {
		if (m->act == PUTS)
			m->put++;
		else
			m->got++;
		m->act = IDLE;
		return;
	}
	wait_ns = m->s->wait_ns ? m->s->wait_ns[m->item[who]] : 0;
	if (wait_ns > 0)
		push(&m->waits, m->now_ns + wait_ns, who);
	else
		end_item(m, who);
}

/* Goes on to the next end. */
static void step(struct map *m)
{
	double runners = (double)m->runs.count, rate = fmin(1, m->s->cores / fmax(runners, 1));
	double run_ns = m->runs.count ? (m->runs.due[0].at - m->virtual_ns) / rate : INFINITY;
	double wait_ns = m->waits.count ? m->waits.due[0].at - m->now_ns : INFINITY;

	if (run_ns <= wait_ns) {
		m->now_ns += run_ns;
		m->virtual_ns = m->runs.due[0].at;
		end_run(m, pop(&m->runs));
	} else {
		m->now_ns += wait_ns;
		m->virtual_ns += wait_ns * rate;
		end_item(m, pop(&m->waits));
	}
}

int pvq_simulate(double *map_ns, const struct pvq_simulation *s)
{
	size_t workers = s->workers;
	struct map m = {.s = s,
		.runs.due = calloc(workers + 1, sizeof(struct due)),
		.waits.due = calloc(workers, sizeof(struct due)),
		.item = malloc(workers * sizeof(*m.item)),
		.free = malloc(workers * sizeof(*m.free))};
	int ret = m.runs.due && m.waits.due && m.item && m.free ? 0 : -ENOMEM;

	while (ret == 0 && m.idle < workers) {
		m.free[m.idle] = workers - 1 - m.idle; /* worker 0 is the first to take an item */
		m.idle++;
	}
	while (ret == 0 && m.got < s->n) {
		caller_goes_on(&m);
		workers_go_on(&m);
		step(&m);
	}
	*map_ns = m.now_ns;
	free(m.runs.due);
	free(m.waits.due);
	free(m.item);
	free(m.free);
	return ret;
}

/* ---- a job ---- */

/* More items than this are not simulated; more workers than those always are. */
enum { ITEMS_MOST = 4096, MANY_WORKERS = 16, ROUNDS = 4 };

int pvq_model_needs_simulation(const struct pvq_model_job *job, const struct pvq_model_setting *at)
{
	return at->workers > 1 && (job->items || job->alpha > 1 || at->workers > MANY_WORKERS);
}

/* Items in random order from the tail: one of each of n equal shares of the distribution. */
static void draw_tail(double *item, size_t n, const struct pvq_model_job *job, uint64_t *state)
{
	for (size_t i = 0; i < n; i++) {
		double u = 1 - ((double)i + 0.5) / (double)n;
		size_t j = (size_t)(pvq_random_next(state) % (i + 1));

		item[i] = item[j];
		item[j] = pow(u, -1 / job->alpha);
	}
}

/* The times of n items, in units of their mean. The known ones as they come, if there are enough. */
static void shape(double *item, size_t n, const struct pvq_model_job *job, uint64_t *state)
{
	const struct pvq_model_items *known = job->items;
	double sum = 0;

	if (known)
		for (size_t i = 0; i < n; i++)
			item[i] = known->ns[(double)known->count >= job->n
						    ? i
						    : pvq_random_next(state) % known->count];
	else if (job->alpha > 1)
		draw_tail(item, n, job, state);
	else
		for (size_t i = 0; i < n; i++)
			item[i] = 1;
	for (size_t i = 0; i < n; i++)
		sum += item[i];
	for (size_t i = 0; i < n; i++)
		item[i] *= (double)n / sum;
}

int pvq_model_simulate(struct pvq_model_setting *at, const double *price, const struct pvq_model_kind *kind,
	const struct pvq_model_job *job)
{
	int even = !job->items && job->alpha <= 1;
	size_t n = (size_t)fmin(job->n, fmax(ITEMS_MOST, 4.0 * at->workers));
	double *compute = calloc(2 * n, sizeof(*compute)), *wait = compute + n, beyond = 0, map_ns;
	double busy = job->compute_ns * (1 + price[PVQ_PRICE_INFLATION]);
	struct pvq_model_time t;
	uint64_t state = 3;
	int known = job->items && (double)job->items->count >= job->n && (double)n >= job->n;
	int ret = compute ? 0 : -ENOMEM, rounds = even || known ? 1 : ROUNDS;

	at->beyond_ns = 0;
	t = pvq_model_time(price, kind, job, at);
	for (int round = 0; ret == 0 && round < rounds; round++) {
		struct pvq_simulation s = {.compute_ns = compute,
			.wait_ns = job->wait_ns > 0 ? wait : NULL,
			.n = n,
			.put_ns = t.caller_ns / 2,
			.get_ns = t.caller_ns / 2,
			.workers = at->workers,
			.cores = at->cores,
			.window = (size_t)at->window};

		shape(compute, n, job, &state);
		for (size_t i = 0; i < n; i++) {
			wait[i] = compute[i] * job->wait_ns;
			compute[i] = compute[i] * busy + (t.worker_ns - job->wait_ns - busy);
		}
		ret = pvq_simulate(&map_ns, &s);
		beyond += (map_ns - (double)n * t.item_ns) / rounds;
	}
	free(compute);
	if (ret == 0)
		at->beyond_ns = fmax(beyond, 1e-3);
	return ret;
}
