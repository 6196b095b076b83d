/* observe.c: wraps the task and the sink. */
#include "trial/observe.h"
#include "base/clock.h"
#include "base/grow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The stamps that travel behind a result. */
struct trailer {
	uint64_t mark; /* missing if the strategy does not run the task's own code */
	uint64_t begin_ns, end_ns;
	uint64_t thread;
};

static const uint64_t observe_mark = 0x7076712d73746d70u;

static const struct pvq_load *observe_inner(const struct pvq_load *load)
{
	return load->priv;
}

static struct pvq_span observe_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	const struct pvq_load *inner = observe_inner(load);

	return inner->task->input(inner, id, scratch);
}

static ssize_t observe_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const struct pvq_load *inner = observe_inner(load);
	struct trailer t = {.mark = observe_mark, .thread = (uint64_t)gettid()};
	ssize_t got;

	if (cap < sizeof(t))
		return -EMSGSIZE;
	t.begin_ns = pvq_clock_ns();
	got = inner->task->run(inner, in, len, out, cap - sizeof(t));
	t.end_ns = pvq_clock_ns();
	if (got < 0)
		return got;
	memcpy((char *)out + got, &t, sizeof(t));
	return got + (ssize_t)sizeof(t);
}

static int observe_refuse(struct pvq_observer *o, uint64_t id)
{
	snprintf(o->problem, sizeof(o->problem),
		"item %" PRIu64 " carries no stamps: this strategy does not run the task's own code, and "
		"cannot be observed",
		id);
	return -EBADMSG;
}

/* Stamps the delivery. A failed item has no stamps, and leaves no moment. */
static int observe_put(struct pvq_sink *sink, uint64_t id, const void *out, size_t len, int status)
{
	uint64_t now = pvq_clock_ns();
	struct pvq_observer *o =
		(struct pvq_observer *)((char *)sink - offsetof(struct pvq_observer, sink));
	struct trailer t;
	int ret;

	if (status)
		return o->next->put(o->next, id, NULL, 0, status);
	if (len < sizeof(t))
		return observe_refuse(o, id);
	memcpy(&t, (const char *)out + len - sizeof(t), sizeof(t));
	if (t.mark != observe_mark)
		return observe_refuse(o, id);
	ret = o->next->put(o->next, id, out, len - sizeof(t), 0);
	if (ret == 0 && o->count < o->inner->n) /* the sink refuses duplicates */
		o->moment[o->count++] = (struct pvq_moment){.item = id,
			.worker = (unsigned)t.thread,
			.begin_ns = t.begin_ns,
			.end_ns = t.end_ns,
			.delivered_ns = now};
	return ret;
}

const char *pvq_observer_unsupported(const struct pvq_impl *impl, const struct pvq_load *load)
{
	if (impl->flags & PVQ_HARNESS)
		return "cannot be observed: it does not run its items in the map";
	if (load->n > PVQ_OBSERVE_MAX)
		return "cannot be observed: it has more than 2^20 items";
	if (load->max_out > PVQ_BYTES_MAX - sizeof(struct trailer))
		return "cannot be observed: its results leave no room for stamps";
	return NULL;
}

int pvq_observer_init(struct pvq_observer *o, const struct pvq_load *inner, struct pvq_sink *next)
{
	*o = (struct pvq_observer){
		.load = *inner,
		.sink.put = observe_put,
		.task = {.name = inner->task->name,
			.summary = inner->task->summary,
			.args = inner->task->args,
			.input = observe_input,
			.run = observe_run},
		.inner = inner,
		.next = next,
	};
	o->load.task = &o->task;
	o->load.max_out += sizeof(struct trailer);
	o->load.priv = (void *)(uintptr_t)inner; /* observe_inner() makes it const again */
	if (inner->n == 0)
		return 0;
	/* Populated and shared for the same reason as the sink's digests (sink.c). */
	o->moment = mmap(NULL, inner->n * sizeof(*o->moment), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (o->moment == MAP_FAILED) {
		o->moment = NULL;
		return -errno;
	}
	return 0;
}

void pvq_observer_free(struct pvq_observer *o)
{
	if (o->moment)
		munmap(o->moment, o->inner->n * sizeof(*o->moment));
	o->moment = NULL;
}

/* A thread that ran items. */
struct thread {
	unsigned id, number;
	uint64_t begin_ns; /* beginning of its first item */
};

static int observe_by_id(const void *x, const void *y)
{
	const struct thread *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

static int observe_by_begin(const void *x, const void *y)
{
	const struct thread *a = *(const struct thread *const *)x, *b = *(const struct thread *const *)y;

	if (a->begin_ns != b->begin_ns)
		return a->begin_ns < b->begin_ns ? -1 : 1;
	return observe_by_id(a, b);
}

/* Inserts a thread into the array, which is sorted by thread id and grows. 0 or -ENOMEM. */
static int observe_insert(struct thread **thread, size_t *threads, struct thread new)
{
	struct thread *grown = pvq_grow(*thread, *threads, sizeof(*grown));
	size_t at = *threads;

	if (!grown)
		return -ENOMEM;
	for (*thread = grown; at > 0 && grown[at - 1].id > new.id; at--)
		grown[at] = grown[at - 1];
	grown[at] = new;
	++*threads;
	return 0;
}

static struct thread *observe_find(struct thread *thread, size_t threads, unsigned id)
{
	struct thread key = {.id = id};

	return threads ? bsearch(&key, thread, threads, sizeof(*thread), observe_by_id) : NULL;
}

static int observe_threads(const struct pvq_observer *o, struct thread **thread, size_t *threads)
{
	for (size_t i = 0; i < o->count; i++) {
		const struct pvq_moment *m = &o->moment[i];
		struct thread *known = observe_find(*thread, *threads, m->worker);

		if (known && m->begin_ns < known->begin_ns)
			known->begin_ns = m->begin_ns;
		if (!known && observe_insert(thread, threads,
				      (struct thread){.id = m->worker, .begin_ns = m->begin_ns}))
			return -ENOMEM;
	}
	return 0;
}

/* Replaces thread ids by numbers, in the order of the threads' first items. */
static int observe_number(struct pvq_observer *o)
{
	struct thread *thread = NULL, **turn = NULL;
	size_t threads = 0;
	int ret = observe_threads(o, &thread, &threads);

	if (ret == 0 && !(turn = calloc(threads + 1, sizeof(struct thread *))))
		ret = -ENOMEM;
	if (ret == 0) {
		for (size_t t = 0; t < threads; t++)
			turn[t] = &thread[t];
		qsort(turn, threads, sizeof(struct thread *), observe_by_begin);
		for (size_t t = 0; t < threads; t++)
			turn[t]->number = (unsigned)t;
		for (size_t i = 0; i < o->count; i++)
			o->moment[i].worker = observe_find(thread, threads, o->moment[i].worker)->number;
	}
	free(turn);
	free(thread);
	return ret;
}

int pvq_observer_finish(struct pvq_observer *o, uint64_t map_began_ns, uint64_t map_ns)
{
	uint64_t last = map_began_ns;

	if (o->count != o->inner->n)
		return -ENODATA;
	for (size_t i = 0; i < o->count; i++) {
		struct pvq_moment *m = &o->moment[i];

		if (m->begin_ns < map_began_ns || m->end_ns < m->begin_ns || m->delivered_ns < m->end_ns ||
			m->delivered_ns < last || m->delivered_ns > map_began_ns + map_ns)
			return -ERANGE;
		last = m->delivered_ns;
		m->begin_ns -= map_began_ns;
		m->end_ns -= map_began_ns;
		m->delivered_ns -= map_began_ns;
	}
	return observe_number(o);
}
