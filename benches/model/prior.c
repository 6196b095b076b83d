/* prior.c: which price follows from which line of the price list. */
#include "model/prior.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *name, *unit;
	double median, spread;
} guess[PVQ_PRICES] = {
	[PVQ_PRICE_CALLER] = {"caller, an item", "ns", 100, 2},
	[PVQ_PRICE_WORKER] = {"worker, an item", "ns", 100, 2},
	[PVQ_PRICE_BYTE_ONE] = {"byte, on one core", "ns", 0.1, 1.5},
	[PVQ_PRICE_BYTE_MANY] = {"byte, on several cores", "ns", 0.15, 1.5},
	[PVQ_PRICE_SWITCH] = {"switch, on one core", "ns", 2500, 0.7},
	[PVQ_PRICE_WAKE] = {"wake-up, on several cores", "ns", 2000, 1},
	[PVQ_PRICE_BATCH] = {"batching time", "ns", 2000, 1},
	[PVQ_PRICE_INFLATION] = {"inflation of the work", "share", 0.02, 1},
	[PVQ_PRICE_LINES] = {"cache lines, a side", "lines", 0.1, 1.5},
	[PVQ_PRICE_PAGE] = {"first touch of a page", "ns", 3000, 0.5},
	[PVQ_PRICE_RAMP] = {"ramp of a map", "ns", 100e3, 1},
	[PVQ_PRICE_START] = {"start + stop, once", "ns", 200e3, 1.5},
	[PVQ_PRICE_EACH] = {"start + stop, a worker", "ns", 100e3, 1.5},
	[PVQ_PRICE_UNMAP] = {"giving a page back", "ns", 500, 1.5},
};

/* The spread of a price that follows from the list: the part is measured alone, and works in company. */
static const double listed_spread = 0.7;

const char *pvq_model_price_name(enum pvq_model_price which)
{
	return guess[which].name;
}

const char *pvq_model_price_unit(enum pvq_model_price which)
{
	return guess[which].unit;
}

/* ---- the list ---- */

/* NAN: not in it. */
static double listed(const struct pvq_prices *list, const char *name, int64_t arg)
{
	const struct pvq_price *p = pvq_prices_find(list, name, arg);

	return p && p->median_ns > 0 ? p->median_ns : NAN;
}

static double a_byte(const struct pvq_prices *list, const char *name, int64_t bytes)
{
	return listed(list, name, bytes) / (double)bytes;
}

/* The line with the largest argument of at most `most`; NULL: none. */
static const struct pvq_price *largest(const struct pvq_prices *list, const char *name, int64_t most)
{
	const struct pvq_price *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct pvq_price *p = &list->price[i];

		if (strcmp(p->name, name) == 0 && p->repetitions && p->arg <= most &&
			(!best || p->arg > best->arg))
			best = p;
	}
	return best;
}

/* Takes the first value that is known. */
static double first(double a, double b)
{
	return isnan(a) ? b : a;
}

static void set(struct pvq_model_prior *prior, enum pvq_model_price which, double value)
{
	if (!(value > 0))
		return;
	prior->median[which] = value;
	/* Two lines of the list give the cache lines, and the CPUs may have been near each other for one of them and far for the
	 * other. */
	if (which != PVQ_PRICE_LINES)
		prior->spread[which] = fmin(prior->spread[which], listed_spread);
}

/* ---- the strategies ---- */

/* A sleeping partner: on one core a round trip is two switches. On two it takes longer, and more CPU time too, because each core
 * goes idle in between. A queue that is in use hardly lets them, so the price on one core holds there, too. Items that follow
 * within a switch's time share it. */
static void set_sleeping(struct pvq_model_prior *prior, const struct pvq_prices *list, const char *name)
{
	double one = listed(list, name, 1);

	set(prior, PVQ_PRICE_SWITCH, one);
	set(prior, PVQ_PRICE_WAKE, one);
	set(prior, PVQ_PRICE_BATCH, one);
}

/* A payload goes to another core and its result comes back: each is written where the other side has read before, and read there.
 * Older lists do not have that; a socket's stream is near to it. */
static double other_core(const struct pvq_prices *list)
{
	const double block = 65536; /* bytes, of memory/copy_other */

	return first(
		2 * listed(list, "memory/copy_other", 0) / block, a_byte(list, "socket/stream", 1 << 18));
}

/* Both sides write and read slots and results, lines of which are handed over as those of a ring are. */
static void set_pool(struct pvq_model_prior *prior, const struct pvq_prices *list)
{
	double item = listed(list, "queue/pool_map", 1), one = listed(list, "queue/pool_life", 1),
	       two = listed(list, "queue/pool_life", 2), each = first(fmax(two - one, one / 4), one / 2);
	const struct pvq_price *touch = largest(list, "page/first_touch", INT64_MAX);

	set(prior, PVQ_PRICE_CALLER, item);
	set(prior, PVQ_PRICE_WORKER, item);
	set(prior, PVQ_PRICE_LINES, listed(list, "ring/item", 0) / listed(list, "cacheline/round_trip", 2));
	set(prior, PVQ_PRICE_BYTE_ONE, a_byte(list, "memcpy/copy", 1 << 18));
	set(prior, PVQ_PRICE_BYTE_MANY, other_core(list));
	set(prior, PVQ_PRICE_PAGE,
		touch ? touch->median_ns + first(listed(list, "page/second_mapping", 0), 0) : NAN);
	set(prior, PVQ_PRICE_UNMAP, listed(list, "page/unmap", 0));
	set(prior, PVQ_PRICE_START, one - each);
	set(prior, PVQ_PRICE_EACH, each);
}

/* An item goes through two queues: each side pushes to one and pops from the other. What another thread adds to a push and a pop
 * is lines that move. */
static void set_threads(struct pvq_model_prior *prior, const struct pvq_prices *list)
{
	double alone = listed(list, "queue/bounded_push_pop", 0),
	       moved = listed(list, "queue/bounded_to_thread", 0) - alone,
	       thread = listed(list, "thread/create_join", 0);

	set(prior, PVQ_PRICE_CALLER, alone);
	set(prior, PVQ_PRICE_WORKER, alone);
	set(prior, PVQ_PRICE_LINES, 2 * moved / listed(list, "cacheline/round_trip", 2));
	set(prior, PVQ_PRICE_BYTE_ONE, a_byte(list, "memcpy/copy", 1 << 18));
	set(prior, PVQ_PRICE_BYTE_MANY, other_core(list) / 2); /* nothing is copied, only read there */
	set_sleeping(prior, list, "futex/round_trip");
	set(prior, PVQ_PRICE_START, thread);
	set(prior, PVQ_PRICE_EACH, thread);
}

/* The caller writes and reads many frames at a time, a worker writes each result by itself. A pipe copies a byte in and out. */
static void set_pipes(struct pvq_model_prior *prior, const struct pvq_prices *list)
{
	double child = listed(list, "fork/untouched", 1), byte = a_byte(list, "pipe/stream", 1 << 14);

	set(prior, PVQ_PRICE_CALLER, listed(list, "queue/frame_by_pipe", 0));
	set(prior, PVQ_PRICE_WORKER, listed(list, "pipe/stream", 64));
	set(prior, PVQ_PRICE_BYTE_ONE, byte);
	set(prior, PVQ_PRICE_BYTE_MANY, 2 * byte);
	set_sleeping(prior, list, "pipe/round_trip");
	set(prior, PVQ_PRICE_START, child / 2);
	set(prior, PVQ_PRICE_EACH, child / 2);
}

void pvq_model_prior(
	struct pvq_model_prior *prior, const struct pvq_impl *impl, const struct pvq_prices *list)
{
	for (unsigned i = 0; i < PVQ_PRICES; i++) {
		prior->median[i] = guess[i].median;
		prior->spread[i] = guess[i].spread;
	}
	if (!list)
		return;
	if (impl->in_via == PVQ_VIA_SHM)
		set_pool(prior, list);
	else if (impl->in_via == PVQ_VIA_POINTER)
		set_threads(prior, list);
	else if (impl->in_via == PVQ_VIA_PIPE)
		set_pipes(prior, list);
}

double pvq_model_memory_ns(const struct pvq_prices *list, unsigned cores)
{
	const double block = 65536; /* bytes, of memory/read, by each core */
	const struct pvq_price *p = list ? largest(list, "memory/read", cores) : NULL;

	return p ? p->median_ns / (block * (double)p->arg) : 0;
}
