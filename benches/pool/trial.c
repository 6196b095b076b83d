/* trial.c: turns a cell into a trial of pvq. */
#include "pool/trial.h"
#include "drive/empty.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "drive/plan.h"
#include "trial/peer.h"

#include <errno.h>

/* The spec must stay where it is, since the trial points to it. 0 or -errno with a line on stderr. */
static int trial_of(struct pvq_trial *t, struct pvq_spec *spec, const struct pool_cell *cell,
	const struct pool_lab *lab)
{
	*t = (struct pvq_trial){
		.spec = spec,
		.n = cell->n,
		.seed = PVQ_SEED,
		.workers = cell->workers,
		.cpu = lab->host.cpu,
		.ncpu = cell->workers,
		.oracle = "",
	};
	pvq_peers_find_for(lab->registry, cell->who);
	t->impl = pvq_registry_find(lab->registry, cell->who);
	return t->impl ? pvq_spec_parse(spec, cell->work) : -ENOENT;
}

int pool_trial_size(struct pool_cell *cell, const struct pool_lab *lab, double timeout_s)
{
	struct pvq_spec spec;
	struct pvq_trial t;
	int ret;

	if (cell->n)
		return 0;
	ret = trial_of(&t, &spec, cell, lab);
	return ret ? ret : pvq_empty_size(&t, timeout_s, &cell->n);
}

int pool_trial_measure(
	const struct pool_cell *cell, const struct pool_lab *lab, double timeout_s, struct pvq_row *row)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = 2};
	struct pvq_spec spec;
	struct pvq_trial t;
	int ret = trial_of(&t, &spec, cell, lab);

	if (ret == 0)
		ret = pvq_launch_trial(&t, timeout_s, &io, row);
	if (ret)
		return ret;
	if (row->status == PVQ_OK)
		return 0;
	fprintf(stderr, "pool-bench: %s of %s: %s\n", cell->work, cell->who, row->reason);
	return -EIO;
}

int pool_trial_child(int argc, char **argv)
{
	const struct pvq_registry registry = {.linked_in = pvq_linked_in};

	return pvq_peer_trial(&registry, argc, argv);
}
