/* empty.c: pilots that find how many empty items keep a strategy busy. */
#include "drive/empty.h"
#include "drive/launch.h"

#include <math.h>

/* Runs a pilot of t->n items. 0 with its map time; 1: it failed; -errno as pvq_launch_trial(). */
static int pilot(const struct pvq_trial *t, double timeout_s, double *map_ns)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	struct pvq_row row;
	int ret = pvq_launch_trial(t, timeout_s, &io, &row);

	*map_ns = (double)row.map_ns;
	return ret == 0 && row.status != PVQ_OK ? 1 : ret;
}

/* Runs a pilot, and repeats it while it takes long: a few items also take long if another process has the CPU. 0 with the
 * shortest map time; otherwise as above. */
static int steady_pilot(const struct pvq_trial *t, double timeout_s, double long_ns, double *map_ns)
{
	int ret = pilot(t, timeout_s, map_ns);

	for (int more = 2; ret == 0 && more > 0 && *map_ns >= long_ns; more--) {
		double again_ns;

		ret = pilot(t, timeout_s, &again_ns);
		if (ret == 0)
			*map_ns = fmin(*map_ns, again_ns);
	}
	return ret;
}

int pvq_empty_size(const struct pvq_trial *of, double timeout_s, uint64_t *n)
{
	const double enough_ns = PVQ_EMPTY_MS * 1e6 / 2;
	struct pvq_trial t = *of;
	double item_ns = 0, map_ns = 0;

	*n = of->workers;
	for (t.n = 16; t.n <= 1u << 22 && map_ns < enough_ns; t.n *= 8) {
		int ret = steady_pilot(&t, timeout_s, enough_ns, &map_ns);

		if (ret < 0)
			return ret;
		if (ret)
			break;
		item_ns = pvq_empty_ns(map_ns, t.n);
	}
	if (item_ns > 0)
		*n = (uint64_t)fmax(PVQ_EMPTY_MS * 1e6 / item_ns, PVQ_EMPTY_ITEMS_MIN);
	return 0;
}

double pvq_empty_ns(double map_ns, uint64_t n)
{
	return map_ns / (double)n;
}
