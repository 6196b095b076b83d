/* model.c: the formulas. */
#include "model/model.h"

#include <math.h>

/* An automatic claim is of so many items as take about this long, in ns (POOL_CLAIM_NS). */
static const double claim_takes = 20000;

static double wakes(double item_ns, const double *price)
{
	return 1 - exp(-item_ns / price[PVQ_PRICE_BATCH]);
}

/* Fills in c, w and T for the probability p of a wake-up. */
static void item_time(struct pvq_model_time *t, const double *price, const struct pvq_model_job *job,
	const struct pvq_model_kind *kind, const struct pvq_model_setting *at, double p)
{
	double handover = at->handover_ns > 0 ? at->handover_ns : PVQ_MODEL_HANDOVER_NS;
	double bytes = job->in + job->out, cores = at->cores, workers = at->workers;
	double lines = price[PVQ_PRICE_LINES] * handover;
	double side =
		at->cores == 1
			? price[PVQ_PRICE_BYTE_ONE] * bytes / 2 + p * price[PVQ_PRICE_SWITCH] / 2
			: price[PVQ_PRICE_BYTE_MANY] * bytes / 2 + p * price[PVQ_PRICE_WAKE] / 2 + lines;
	double busy = job->compute_ns * (1 + price[PVQ_PRICE_INFLATION]) + price[PVQ_PRICE_WORKER] + side;

	t->wakes = p;
	t->caller_ns = price[PVQ_PRICE_CALLER] + side;
	t->worker_ns = busy + job->wait_ns;
	t->item_ns = fmax(fmax(t->caller_ns, t->worker_ns / workers),
		fmax(busy / fmin(workers, cores), (t->caller_ns + busy) / cores));
	t->wake_ns = p * price[at->cores == 1 ? PVQ_PRICE_SWITCH : PVQ_PRICE_WAKE];
	/* Many cores read no slower than one, which reads that much within an item's time in a serial run. */
	t->memory_ns = fmin(job->memory * at->memory_ns, job->compute_ns);
	/* The line goes one way for each claim. */
	if (kind->paged && at->cores > 1)
		t->claim_ns = handover / 2 * fmin(1, t->worker_ns / claim_takes);
	t->item_ns = fmax(t->item_ns, fmax(t->memory_ns, t->claim_ns));
}

/* The least fixed point of T and p: both grow with each other, from no wake-ups on. */
static void settle(struct pvq_model_time *t, const double *price, const struct pvq_model_kind *kind,
	const struct pvq_model_job *job, const struct pvq_model_setting *at)
{
	double p = 0, next;

	item_time(t, price, job, kind, at, 0);
	for (int step = 0; kind->batches && step < 200; step++) {
		next = wakes(t->item_ns, price);
		item_time(t, price, job, kind, at, next);
		if (fabs(next - p) < 1e-9)
			break;
		p = next;
	}
}

/* The pages of the window that are touched: those into which the caller runs ahead of the workers. Where they leave it no
 * core of its own, it has half of one, and they have the rest. A slot takes whole cache lines. */
static double pages(
	const struct pvq_model_time *t, const struct pvq_model_job *job, const struct pvq_model_setting *at)
{
	int shares = at->workers >= at->cores;
	double caller_ns = shares ? 2 * t->caller_ns : t->caller_ns,
	       workers_ns = t->worker_ns / (shares ? at->cores - 0.5 : at->workers);
	double ahead = fmax(1 - caller_ns / workers_ns, 0);
	double slot = 64 * (ceil(job->in / 64) + ceil(job->out / 64));

	return fmin(at->window, job->n * ahead) * slot / 4096;
}

static enum pvq_limit limit_of(
	const struct pvq_model_time *t, const struct pvq_model_job *job, const struct pvq_model_setting *at)
{
	double cores = fmin(at->workers, at->cores);

	if (t->edge_ns > t->total_ns / 2)
		return PVQ_LIMIT_START;
	if (t->longest_ns > t->map_ns / 4)
		return PVQ_LIMIT_LONGEST;
	if (t->memory_ns > 0 && t->memory_ns >= t->item_ns * (1 - 1e-9))
		return PVQ_LIMIT_MEMORY;
	if (t->claim_ns > 0 && t->claim_ns >= t->item_ns * (1 - 1e-9))
		return PVQ_LIMIT_CLAIMS;
	if (at->workers > 1 && t->caller_ns >= t->item_ns * (1 - 1e-9))
		return PVQ_LIMIT_CALLER;
	if (t->worker_ns / at->workers >= t->item_ns * (1 - 1e-9) && job->wait_ns > t->worker_ns / 2)
		return PVQ_LIMIT_WAIT;
	if (job->compute_ns / cores >= t->item_ns / 2)
		return PVQ_LIMIT_WORK;
	return t->wake_ns > (t->caller_ns + t->worker_ns - job->compute_ns - job->wait_ns) / 2
		       ? PVQ_LIMIT_WAKES
		       : PVQ_LIMIT_DISPATCH;
}

static struct pvq_model_time serial_time(const struct pvq_model_job *job)
{
	double item_ns = job->compute_ns + job->wait_ns;

	return (struct pvq_model_time){.worker_ns = item_ns,
		.item_ns = item_ns,
		.map_ns = job->n * item_ns,
		.total_ns = job->n * item_ns,
		.limit = job->wait_ns > job->compute_ns ? PVQ_LIMIT_WAIT : PVQ_LIMIT_WORK};
}

struct pvq_model_time pvq_model_time(const double *price, const struct pvq_model_kind *kind,
	const struct pvq_model_job *job, const struct pvq_model_setting *at)
{
	struct pvq_model_time t = {0};
	double even, touched, workers = at->workers;

	if (kind->serial)
		return serial_time(job);
	settle(&t, price, kind, job, at);
	/* Equal items end in rounds; of uneven ones, the last leave the other workers idle. */
	even = job->n * t.item_ns;
	if (at->beyond_ns > 0)
		t.longest_ns = fmax(at->beyond_ns, job->longest_ns - even);
	else if (job->longest_ns > 0)
		t.longest_ns = fmax((1 - 1 / workers) * job->rest_ns, job->longest_ns - even);
	else
		t.longest_ns = fmax(ceil(job->n / workers) * t.worker_ns - even, 0);
	touched = pages(&t, job, at);
	if (kind->paged)
		t.pages_ns = touched * price[PVQ_PRICE_PAGE] / at->cores;
	if (at->cores > 1)
		t.ramp_ns = price[PVQ_PRICE_RAMP] * even / (even + price[PVQ_PRICE_RAMP]);
	t.map_ns = even + t.longest_ns + t.pages_ns + t.ramp_ns;
	t.edge_ns =
		price[PVQ_PRICE_START] + price[PVQ_PRICE_EACH] * workers + price[PVQ_PRICE_UNMAP] * touched;
	t.total_ns = t.map_ns + t.edge_ns;
	t.limit = limit_of(&t, job, at);
	return t;
}

/* A Pareto distribution from `least` on, with values above `most` set to that. */
void pvq_model_tail(struct pvq_model_job *job, double alpha)
{
	double mean = job->compute_ns + job->wait_ns, least, most, square;

	if (!(alpha > 1) || !(mean > 0) || job->n < 1)
		return;
	least = mean * (alpha - 1) / alpha;
	most = fmin(1000 * mean, least * pow(job->n, 1 / alpha) * tgamma(1 - 1 / alpha));
	most = fmax(most, mean);
	square = most * most * pow(least / most, alpha);
	if (fabs(alpha - 2) < 1e-6)
		square += 2 * least * least * log(most / least);
	else
		square += alpha * pow(least, alpha) * (pow(most, 2 - alpha) - pow(least, 2 - alpha)) /
			  (2 - alpha);
	job->alpha = alpha;
	job->longest_ns = most;
	job->rest_ns = fmin(square / (2 * mean), most);
}

const char *pvq_limit_words(enum pvq_limit limit)
{
	static const char *const words[PVQ_LIMITS] = {
		[PVQ_LIMIT_WORK] = "the items' own computing",
		[PVQ_LIMIT_WAIT] = "the items' waiting",
		[PVQ_LIMIT_LONGEST] = "the longest items, at the end",
		[PVQ_LIMIT_MEMORY] = "the bandwidth of memory, which all cores share",
		[PVQ_LIMIT_CALLER] = "the caller, which feeds all workers",
		[PVQ_LIMIT_CLAIMS] = "claims: workers take items by one cache line, one after another",
		[PVQ_LIMIT_WAKES] = "wake-ups: they take more time than the items",
		[PVQ_LIMIT_DISPATCH] = "dispatch: it takes more time than the items",
		[PVQ_LIMIT_START] = "starting and stopping the workers",
	};

	return words[limit];
}
