/* experiments.c: goes through the registry of experiments: time, measuring, reading. */
#include "drive/plan.h"
#include "report/experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t experiments_count(void)
{
	size_t count = 0;

	while (pvq_experiments[count])
		count++;
	return count;
}

double pvq_experiments_seconds(enum pvq_scale scale)
{
	double sum = 0;

	for (size_t i = 0; pvq_experiments[i]; i++)
		if (pvq_experiments[i]->seconds[scale] > 0)
			sum += pvq_experiments[i]->seconds[scale];
	return sum;
}

/* The next turn after `turn`; 0: there is none. */
static unsigned experiments_next_turn(unsigned turn)
{
	unsigned next = 0;

	for (size_t i = 0; pvq_experiments[i]; i++)
		if (pvq_experiments[i]->turn > turn && (!next || pvq_experiments[i]->turn < next))
			next = pvq_experiments[i]->turn;
	return next;
}

int pvq_experiments_run(const struct pvq_session *of)
{
	for (unsigned turn = experiments_next_turn(0); turn; turn = experiments_next_turn(turn))
		for (size_t i = 0; pvq_experiments[i]; i++) {
			const struct pvq_experiment *e = pvq_experiments[i];
			struct pvq_session session = *of;
			double seconds = e->seconds[of->plan->profile->scale];

			if (e->turn != turn || !e->run || seconds == 0)
				continue;
			session.seconds = seconds > 0 ? seconds : 0;
			/* The run is not worth less without, so only an interrupt counts. */
			if (e->run(&session) == -EINTR)
				return -EINTR;
		}
	return 0;
}

int pvq_experiment_has(const struct pvq_readings *f, size_t i)
{
	return !pvq_experiments[i]->read || f->data[i];
}

int pvq_experiments_read(struct pvq_readings *f, struct pvq_traits *traits, const struct pvq_folder *folder)
{
	int ret = 0;

	*traits = (struct pvq_traits){0};
	*f = (struct pvq_readings){.count = experiments_count()};
	f->data = calloc(f->count + 1, sizeof(*f->data));
	if (!f->data)
		return -ENOMEM;
	for (size_t i = 0; ret == 0 && i < f->count; i++) {
		const struct pvq_experiment *e = pvq_experiments[i];

		if (e->read)
			ret = e->read(&f->data[i], folder);
		if (ret == 0 && e->tell && pvq_experiment_has(f, i))
			ret = e->tell(f->data[i], traits);
	}
	return ret;
}

void pvq_experiments_release(struct pvq_readings *f)
{
	for (size_t i = 0; f->data && i < f->count; i++)
		if (f->data[i] && pvq_experiments[i]->release)
			pvq_experiments[i]->release(f->data[i]);
	free(f->data);
	*f = (struct pvq_readings){0};
}
