/* crossover.c: the map of winners. */
#include "model/crossover.h"

#include <math.h>

static const double least_ns = 10, steps_a_decade = 4, least_bytes = 8, long_ns = 1e9, items_a_core = 100;

/* Nine times in ten, as a standard normal distribution's quantile. */
static const double sure = 1.2816;

double pvq_crossover_ns(double time)
{
	return least_ns * pow(10, time / steps_a_decade);
}

double pvq_crossover_bytes(double size)
{
	return least_bytes * exp2(size);
}

/* A strategy at a point. */
struct runner {
	const struct pvq_model_strategy *strategy;
	struct pvq_model_setting at;
	double map_ns;
};

static struct runner run(const struct pvq_model *model, const struct pvq_model_strategy *s,
	const struct pvq_model_job *job, unsigned cores)
{
	struct runner r = {.strategy = s,
		.at = pvq_model_setting_for(model, s, job, cores, s->kind.serial ? 1 : cores)};

	r.map_ns = pvq_model_time(s->price, &s->kind, job, &r.at).map_ns;
	return r;
}

static int is_tie(const struct runner *first, const struct runner *next, const struct pvq_model_job *job)
{
	double spread = hypot(pvq_model_map_spread(first->strategy, job, &first->at),
		pvq_model_map_spread(next->strategy, job, &next->at));

	return log(next->map_ns / first->map_ns) < sure * spread;
}

static struct pvq_crossover_point decide(
	const struct pvq_model *model, const struct pvq_model_job *job, unsigned cores)
{
	struct runner first = {.map_ns = INFINITY}, next = first;

	for (size_t i = 0; i < model->count; i++) {
		const struct pvq_model_strategy *s = &model->of[i];
		struct runner r;

		if (cores > 1 && !s->kind.serial && s->impl->flags & PVQ_ONE_WORKER)
			continue;
		r = run(model, s, job, cores);
		if (r.map_ns < first.map_ns) {
			next = first;
			first = r;
		} else if (r.map_ns < next.map_ns) {
			next = r;
		}
	}
	return (struct pvq_crossover_point){.first = first.strategy,
		.margin = next.map_ns / first.map_ns - 1,
		.rival = next.strategy && is_tie(&first, &next, job) ? next.strategy : NULL};
}

void pvq_crossover_make(struct pvq_crossover *map, const struct pvq_model *model, unsigned cores)
{
	map->cores = cores;
	for (unsigned t = 0; t < PVQ_CROSSOVER_TIMES; t++)
		for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++) {
			double ns = pvq_crossover_ns(t), bytes = pvq_crossover_bytes(s);
			struct pvq_model_job job = {.n = ceil(fmax(long_ns / ns, items_a_core * cores)),
				.compute_ns = ns,
				.in = bytes,
				.out = bytes};

			map->at[t][s] = decide(model, &job, cores);
		}
}
