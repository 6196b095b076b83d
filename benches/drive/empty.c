/* empty.c: pilots that find how many empty items keep a strategy busy. */
#include "drive/empty.h"
#include "drive/launch.h"

#include <math.h>

int pvq_empty_size(const struct pvq_trial *of, double timeout_s, uint64_t *n)
{
	const double enough_ns = PVQ_EMPTY_MS * 1e6 / 2;
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	double item_ns = 0;

	*n = of->workers;
	for (uint64_t items = 16; items <= 1u << 22; items *= 8) {
		struct pvq_trial t = *of;
		struct pvq_row row;
		int ret;

		t.n = items;
		ret = pvq_launch_trial(&t, timeout_s, &io, &row);
		if (ret)
			return ret;
		if (row.status != PVQ_OK)
			break;
		item_ns = pvq_empty_ns((double)row.map_ns, items);
		if ((double)row.map_ns >= enough_ns)
			break;
	}
	if (item_ns > 0)
		*n = (uint64_t)fmax(PVQ_EMPTY_MS * 1e6 / item_ns, PVQ_EMPTY_ITEMS_MIN);
	return 0;
}

double pvq_empty_ns(double map_ns, uint64_t n)
{
	return map_ns / (double)n;
}
