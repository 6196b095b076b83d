/* admit.c: works that lack blocks first, then the others, as far as the time reaches. */
#include "drive/admit.h"
#include "stats/stats.h"

unsigned pvq_admit_needs(unsigned strategies)
{
	/* Serial is compared as well: so many comparisons with each (results/contest.h). */
	return (unsigned)pvq_median_needs(PVQ_ALPHA / (strategies ? strategies : 1));
}

unsigned pvq_admit_in_blocks(unsigned lacks, unsigned have, unsigned blocks)
{
	unsigned in = have ? (lacks * blocks + have - 1) / have : blocks;

	return in < blocks ? in : blocks;
}

/* Takes the work in, if there is time for a block of it. held_s: time that others need. */
static int take_in(struct pvq_admit *work, double *left_s, double held_s)
{
	if (work->whole) {
		work->takes_part = 1;
	} else if (work->block_s > *left_s) {
		work->closed = 1;
	} else if (work->block_s <= *left_s - held_s) {
		*left_s -= work->block_s;
		work->takes_part = 1;
	}
	return work->takes_part;
}

unsigned pvq_admit(struct pvq_admit *const *work, unsigned works, int last, double left_s)
{
	double held_s = 0;
	unsigned count = 0;

	for (unsigned w = 0; w < works; w++)
		work[w]->takes_part = 0;
	for (unsigned w = 0; w < works; w++)
		if (!work[w]->closed && work[w]->lacks && take_in(work[w], &left_s, 0)) {
			unsigned later = work[w]->in_blocks > 1 ? work[w]->in_blocks - 1 : 0;

			held_s += later * work[w]->block_s;
			count++;
		}
	for (unsigned w = 0; w < works && !last; w++)
		if (!work[w]->closed && !work[w]->lacks)
			count += (unsigned)take_in(work[w], &left_s, held_s);
	return count;
}
