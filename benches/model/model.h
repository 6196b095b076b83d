/* model.h: how long a strategy takes for a job, as a formula of a few prices. Pure functions: no clock, no files.
 *
 * reports/MODEL.md derives the formulas and lists what they leave out. In short, an item costs the caller c and a worker w:
 *
 *	time per item  T = max(c, w / W, (w - wait) / min(W, C), (c + w - wait) / C, m, k)  W workers on C cores
 *	               m: what all cores together take to read from memory what an item reads from it
 *	               k: what an item's share of a claim takes, where all workers claim by one cache line
 *	map            n T, at least ceil(n / W) w; and the ramp, the pages touched, the rest of the last items
 *	total          map, and start + stop = a + b W
 *
 * With one core, c + w includes a switch. Strategies that sleep and wake pay for a wake-up with the probability
 * p = 1 - exp(-T / L), since items that follow quickly share one: T is a fixed point.
 */
#ifndef PVQ_MODEL_H
#define PVQ_MODEL_H

#include <stddef.h>

/* What an item costs beside its own work. All in ns, except where the comment says otherwise. */
enum pvq_model_price {
	PVQ_PRICE_CALLER,    /* the caller, for an item */
	PVQ_PRICE_WORKER,    /* a worker, for an item */
	PVQ_PRICE_BYTE_ONE,  /* both sides, for a byte in or out, on one core */
	PVQ_PRICE_BYTE_MANY, /* the same on several cores */
	PVQ_PRICE_SWITCH,    /* from worker to caller and back on one core */
	PVQ_PRICE_WAKE,      /* waking a sleeping side, on several cores */
	PVQ_PRICE_BATCH,     /* L: items that follow within about this time share a switch */
	PVQ_PRICE_INFLATION, /* share by which the work takes longer than in a serial run */
	PVQ_PRICE_LINES,     /* cache lines handed over per item and side, as a number */
	PVQ_PRICE_PAGE,      /* first touch of a page of the window */
	PVQ_PRICE_RAMP,      /* until all workers have begun, once a map */
	PVQ_PRICE_START,     /* start + stop without workers */
	PVQ_PRICE_EACH,      /* start + stop of a worker */
	PVQ_PRICE_UNMAP,     /* giving a page of the window back, at the stop */
	PVQ_PRICES,
};

/* Items in their order; what counts is how their serial times compare. Owned; made and freed by who holds it. */
struct pvq_model_items {
	size_t count; /* all of a job, or some of them */
	double ns[];
};

/* Of a serial run: its times hold the consumer's share too. */
struct pvq_model_job {
	double n;
	double compute_ns, wait_ns; /* of an item, on average */
	double in, out;             /* bytes of an item */
	double longest_ns;          /* the longest item; 0: all are equal */
	double rest_ns; /* of the item that runs at a random moment, the time still to come, on average */
	double alpha;   /* of a Pareto tail, its index; 0: none */
	const struct pvq_model_items *items; /* borrowed; NULL: not known one by one */
	double memory;                       /* bytes that an item reads from memory, beyond the caches */
};

struct pvq_model_setting {
	unsigned workers, cores;
	double window;      /* items in flight; 0: unknown */
	double handover_ns; /* a cache line from CPU to CPU and back; 0: unknown, or one core */
	double memory_ns;   /* a byte from memory, where all those cores read; 0: unknown */
	double beyond_ns; /* what the map takes beyond n T, by a simulation (simulate.h); 0: by the formula */
};

/* What kind of strategy the prices belong to. */
struct pvq_model_kind {
	int serial;  /* no workers, no prices */
	int batches; /* pays for wake-ups: all but those that move items through shared memory */
	int paged;   /* its window lies in shared memory, whose pages are touched first in a map */
};

/* What decides the total. */
enum pvq_limit {
	PVQ_LIMIT_WORK,    /* the items' own computing, divided among the cores */
	PVQ_LIMIT_WAIT,    /* the items' waiting, divided among the workers */
	PVQ_LIMIT_LONGEST, /* the longest items, at the end */
	PVQ_LIMIT_MEMORY,  /* the bandwidth of memory, which all cores share */
	PVQ_LIMIT_CALLER,  /* the caller, who feeds the workers one item at a time */
	PVQ_LIMIT_CLAIMS,  /* the cache line by which workers claim items, one after another */
	PVQ_LIMIT_WAKES, /* waking sleepers and switching to them takes the cores more time than the items do */
	PVQ_LIMIT_DISPATCH, /* handing items over and back takes the cores more time than the items do */
	PVQ_LIMIT_START,    /* starting and stopping the workers */
	PVQ_LIMITS,
};

struct pvq_model_time {
	double caller_ns, worker_ns;          /* c and w; w includes the waiting */
	double memory_ns, claim_ns;           /* m; the claim's share of an item */
	double wake_ns;                       /* of both sides together, wake-ups and switches */
	double item_ns;                       /* T */
	double wakes;                         /* p */
	double longest_ns, pages_ns, ramp_ns; /* additions to n T */
	double map_ns, edge_ns;               /* edge: start + stop */
	double total_ns;
	enum pvq_limit limit;
};

/* The hand-over that is assumed where none is known, in ns. */
#define PVQ_MODEL_HANDOVER_NS 100.0

/* price: PVQ_PRICES values. */
struct pvq_model_time pvq_model_time(const double *price, const struct pvq_model_kind *,
	const struct pvq_model_job *, const struct pvq_model_setting *);

/* Makes the job's items uneven: a Pareto tail with that index, cut at 1000 times the mean as the tasks skew and job cut it.
 * The longest of n items is an expected value. An index of at most 1 leaves them equal. */
void pvq_model_tail(struct pvq_model_job *, double alpha);

/* "the items' own work" … */
const char *pvq_limit_words(enum pvq_limit);

#endif
